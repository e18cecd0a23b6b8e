//! Where one wrong bit would have to be for a footer and a payload to disagree as they do.
//!
//! The checksum is linear: footer XOR computed checksum depends on the wrong bits alone. In wire order, payload and
//! footer make one code word. Its last bit alone being wrong leaves 0x8000; each bit further to the front is a step of
//! the divider. The polynomial, x^16 + x^12 + x^5 + 1, is a multiple of x + 1, so the parity of the syndrome is the
//! parity of the number of wrong bits; and its order is 32 767, so in longer code words places that far apart cannot
//! be told from one another.
//!
//! Ref: P. Koopman, T. Chakravarty, Cyclic Redundancy Code (CRC) Polynomial Selection For Embedded Networks, DSN 2004
//! (parity factor, order and length).

use csi2_packet::ChecksumVerdict;

/// Bits of a footer.
const FOOTER_BITS: u32 = 16;
/// Syndrome of a code word whose last bit is wrong.
const LAST: u16 = 0x8000;
/// Taps of the divider, least significant bit first.
const TAPS: u16 = 0x8408;
/// Places this far apart have the same syndrome.
pub(super) const ORDER: u32 = 32_767;

/// What is known of the wrong bits of a long packet from its checksum alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChecksumError {
    /// One wrong bit explains it. So do three and more, by chance; see [`OneBit::chance`].
    OneBit(OneBit),
    /// An even number, two at least: surely not one.
    Even,
    /// An odd number, three at least: one would lie outside the packet.
    Odd,
}

/// Places of one wrong bit, each of which explains a checksum.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OneBit {
    /// First of them, in bits from the start of the payload.
    first: u32,
    /// Bits of payload and footer.
    bits: u32,
}

/// A bit of a payload or, behind it, of the footer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitPlace {
    /// From the start of the payload.
    pub byte: u32,
    /// 0 is the first on the wire.
    pub bit: u8,
}

impl ChecksumError {
    /// Of a payload of so many bytes whose footer is not its checksum; `None` where they agree. Steps the divider
    /// through the packet at most once.
    ///
    /// ```
    /// use csi2_analyzer::{BitPlace, ChecksumError};
    /// use csi2_packet::{ChecksumVerdict, checksum};
    /// // Sent: AA BB CC. Bit 4 of the second byte was hit.
    /// let verdict = ChecksumVerdict::of(checksum(&[0xAA, 0xBB, 0xCC]), checksum(&[0xAA, 0xAB, 0xCC]));
    /// let Some(ChecksumError::OneBit(places)) = ChecksumError::of(verdict, 3) else { panic!() };
    /// assert!(places.iter().eq([BitPlace { byte: 1, bit: 4 }]));
    /// ```
    pub fn of(verdict: ChecksumVerdict, payload_bytes: u32) -> Option<Self> {
        let ChecksumVerdict::Mismatch { received, computed } = verdict else {
            return None;
        };
        let syndrome = received ^ computed;
        if syndrome.count_ones().is_multiple_of(2) {
            return Some(Self::Even);
        }
        let bits = payload_bytes.saturating_mul(8).saturating_add(FOOTER_BITS);
        let nearest = from_end(syndrome, bits.min(ORDER));
        Some(nearest.map_or(Self::Odd, |nearest| {
            let last = bits - 1 - nearest;
            Self::OneBit(OneBit {
                first: last % ORDER,
                bits,
            })
        }))
    }
}

impl OneBit {
    /// The places, from the front.
    pub fn iter(&self) -> impl Iterator<Item = BitPlace> + use<> {
        let places = (self.first..self.bits).step_by(ORDER as usize);
        places.map(|place| BitPlace {
            byte: place / 8,
            bit: (place % 8) as u8,
        })
    }

    /// The only place, where the packet is short enough to tell.
    pub fn only(&self) -> Option<BitPlace> {
        let mut places = self.iter();
        places.next().filter(|_| places.next().is_none())
    }

    /// The chance that an odd number of wrong bits, three at least and anywhere, looks like one.
    pub fn chance(&self) -> f64 {
        chance(self.bits)
    }
}

/// The chance that any odd number of wrong bits among so many looks like one.
pub(super) fn chance(bits: u32) -> f64 {
    f64::from(bits.min(ORDER)) / f64::from(ORDER)
}

/// Bits of payload and footer.
pub(super) const fn code_bits(payload_bytes: u32) -> u32 {
    payload_bytes.saturating_mul(8).saturating_add(FOOTER_BITS)
}

/// How far from the end of the code word, in bits, a wrong bit has this syndrome; `None` where not within `within`.
/// Eight places a turn: a long row has tens of thousands of them, and on a bad link every row is bad.
fn from_end(syndrome: u16, within: u32) -> Option<u32> {
    let mut back = syndrome;
    let ahead: [u16; 8] = core::array::from_fn(|_| {
        let here = back;
        back = unstep(back);
        here
    });
    let mut state = LAST;
    for eight in 0..within.div_ceil(8) {
        if ahead.contains(&state) {
            let (rest, _) = (0..8).zip(ahead).find(|(_, syndrome)| *syndrome == state)?;
            return Some(eight * 8 + rest).filter(|distance| *distance < within);
        }
        let [low, high] = state.to_le_bytes();
        state = STEPS[low as usize] ^ u16::from(high);
    }
    None
}

/// Eight steps of the divider, of each low byte; the high byte only moves down.
static STEPS: [u16; 256] = {
    let mut table = [0; 256];
    let mut low = 0;
    while low < table.len() {
        let mut state = low as u16;
        let mut bit = 0;
        while bit < 8 {
            state = state >> 1 ^ if state & 1 == 1 { TAPS } else { 0 };
            bit += 1;
        }
        table[low] = state;
        low += 1;
    }
    table
};

/// A step of the divider backwards: only the taps reach the highest bit.
const fn unstep(state: u16) -> u16 {
    if state & LAST == 0 {
        state << 1
    } else {
        (state ^ TAPS) << 1 | 1
    }
}
