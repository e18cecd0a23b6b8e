//! Noise in place of what packets carry, so that a capture can be shown to others: structure and errors stay, content goes.

use crate::noise::Noise;
use csi2_packet::{
    ChecksumVerdict, Class, DataType, EccVerdict, PacketHeader, ReceivedHeader, VcExtension, VirtualChannel, checksum,
};

/// Replaces content by noise. Noise depends on the seed, the number of the packet and what is replaced, and on nothing of
/// the content: the same stream and seed give the same bytes, and nothing of the old ones can be computed from them.
///
/// What stays and tells something all the same: headers, so sizes, data types, frame and line numbers; and the difference
/// between a wrong checksum and the right one, 16 bits that depend on the old payload where the footer never was its sum.
///
/// ```
/// use csi2_generator::Anonymiser;
/// use csi2_packet::{ChecksumVerdict, checksum};
///
/// let anonymiser = Anonymiser::new(0);
/// let mut payload = *b"secret pixels";
/// let verdict = anonymiser.payload(4, ChecksumVerdict::Match, &mut payload);
/// assert_eq!(verdict, ChecksumVerdict::Match);
///
/// // One bit of the footer was wrong, and is again.
/// let computed = checksum(b"secret pixels");
/// let wrong = ChecksumVerdict::of(computed ^ 0x0100, computed);
/// let computed = checksum(&payload);
/// let mut again = *b"secret pixels";
/// assert_eq!(anonymiser.payload(4, wrong, &mut again), ChecksumVerdict::of(computed ^ 0x0100, computed));
/// assert_eq!(again, payload);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Anonymiser {
    seed: u64,
}

/// What is replaced: each has noise of its own.
#[derive(Clone, Copy)]
enum Part {
    Word,
    Payload,
    Skipped,
    Trailing,
    Piece,
}

impl Anonymiser {
    /// With this seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The header of packet number `packet`, as it is to be sent. It is the one that came, but for generic short packets,
    /// whose 16 bits are not structure: they become noise under the same wrong bits, if any, so that the verdict stays.
    pub fn header(&self, packet: u64, received: ReceivedHeader) -> ReceivedHeader {
        if received.header.data_type.class() != Class::GenericShort {
            return received;
        }
        let word = self.noise(packet, Part::Word).next() as u16;
        // The code is linear: a header that differs by a code word has the same syndrome. That of the shorter code of CSI-2
        // v1.x, too, as neither data identifier nor channel extension are touched.
        let change = PacketHeader {
            channel: VirtualChannel::ZERO,
            data_type: DataType::FRAME_START,
            word: received.header.word ^ word,
        };
        let mut wire = received.wire;
        wire.iter_mut()
            .zip(change.encode())
            .for_each(|(bits, flip)| *bits ^= flip);
        ReceivedHeader {
            wire,
            header: PacketHeader {
                word,
                ..received.header
            },
            ..received
        }
    }

    /// Replaces the payload of packet number `packet`, whose footer came. Returns what its new footer says: right where it
    /// was right, else wrong in the same bits.
    pub fn payload(&self, packet: u64, verdict: ChecksumVerdict, payload: &mut [u8]) -> ChecksumVerdict {
        self.cut_payload(packet, payload);
        match verdict {
            ChecksumVerdict::Match => ChecksumVerdict::Match,
            ChecksumVerdict::Mismatch { received, computed } => {
                let error = received ^ computed;
                let computed = checksum(payload);
                ChecksumVerdict::of(computed ^ error, computed)
            }
        }
    }

    /// Replaces what came of a payload that ended before its footer was whole.
    pub fn cut_payload(&self, packet: u64, payload: &mut [u8]) {
        self.noise(packet, Part::Payload).fill(payload);
    }

    /// Replaces bytes that were skipped after the unusable header `wire`. No receiver finds a header in them that it would
    /// take, nor one that begins in them and ends in what follows.
    pub fn skipped(&self, packet: u64, wire: [u8; 4], bytes: &mut [u8]) {
        let [_, before @ ..] = wire;
        opaque(&mut self.noise(packet, Part::Skipped), before, bytes);
    }

    /// Replaces bytes after a packet that are neither trail nor header, by such bytes. A level that is held, all zeros or
    /// all ones, says nothing and stays. Give all of them in one piece.
    pub fn trailing(&self, packet: u64, bytes: &mut [u8]) {
        let held = [0x00, 0xFF].iter().any(|level| bytes.iter().all(|byte| byte == level));
        if held {
            return;
        }
        let mut noise = self.noise(packet, Part::Trailing);
        for _ in 0..ATTEMPTS {
            opaque(&mut noise, [NO_HEADER; 3], bytes);
            if !may_begin_header(bytes) {
                return;
            }
        }
        let (first, rest) = bytes.split_at_mut(bytes.len().min(PacketHeader::SIZE));
        first.fill(NO_HEADER);
        opaque(&mut noise, [NO_HEADER; 3], rest);
    }

    /// Fills in for bytes of which only the number is known: those of a header that was cut.
    pub fn piece(&self, packet: u64, bytes: &mut [u8]) {
        self.noise(packet, Part::Piece).fill(bytes);
    }

    fn noise(&self, packet: u64, part: Part) -> Noise {
        Noise::at(self.seed, [packet, part as u64])
    }
}

/// Both header codes: who reads it may take either.
const CODES: [VcExtension; 2] = [VcExtension::Classic, VcExtension::Extended];
/// A quarter of all noise is a header that cannot be used, so that the fallback is next to never needed.
const ATTEMPTS: usize = 256;
/// Four of these are such a header, also where trail takes the place of the last ones.
const NO_HEADER: u8 = 0x0C;

/// Whether a receiver could use the first four bytes as a header, where trail of the lanes follows too few.
fn may_begin_header(bytes: &[u8]) -> bool {
    (0..16_u8).any(|trail| {
        let mut wire = [0, 1, 2, 3].map(|bit| if trail >> bit & 1 == 1 { 0xFF } else { 0x00 });
        wire.iter_mut().zip(bytes).for_each(|(fill, byte)| *fill = *byte);
        CODES.iter().any(|vcx| PacketHeader::receive(wire, *vcx).is_usable())
    })
}

/// Noise in which no four bytes, those of `before` included, are a clean header, and no byte is a level that a lane may hold
/// as its trail. The last three bytes, where what follows may complete a header, have data types of short packets that say
/// nothing about what comes next, which receivers that search do not stop at.
fn opaque(noise: &mut Noise, before: [u8; 3], bytes: &mut [u8]) {
    let [mut a, mut b, mut c] = before;
    let closed = bytes.len().saturating_sub(3);
    for (index, byte) in bytes.iter_mut().enumerate() {
        let drawn = noise.byte();
        // Five that differ in their check bits alone.
        let candidate = |step: u8| match index < closed {
            true => drawn ^ step,
            false => drawn & 0xC0 | (2 + (drawn % 14 + step) % 14),
        };
        // Either code has one that makes a clean header, and one is a level.
        let is_good = |last: &u8| {
            let wire = [a, b, c, *last];
            let clean = |vcx: &VcExtension| PacketHeader::receive(wire, *vcx).ecc == EccVerdict::Clean;
            !matches!(last, 0x00 | 0xFF) && !CODES.iter().any(clean)
        };
        *byte = (0..5).map(candidate).find(is_good).unwrap_or(drawn);
        (a, b, c) = (b, c, *byte);
    }
}
