//! Bursts that are one good packet, whole in one slice: nearly all of them.

use super::{Depacketizer, Framing, State};
use crate::{EccVerdict, PacketHeader, PayloadChecksum, ReceivedHeader};

/// A burst that was one packet without an error, and trail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WholeBurst<'a> {
    /// Its header, clean.
    pub header: ReceivedHeader,
    /// Of a long packet.
    pub payload: Option<&'a [u8]>,
    /// Bytes of the packet; those behind them are trail.
    pub packet: usize,
}

impl<C: PayloadChecksum> Depacketizer<C> {
    /// Takes a whole burst at once, if it is a packet without an error and nothing but lane trail behind it: the receiver is then
    /// at the start of the next burst. `None`, with nothing taken, of any other burst, in the midst of one, and in
    /// [`Framing::Endless`]: [`push`](Self::push) takes it.
    ///
    /// What `push` and [`end_of_burst`](Self::end_of_burst) would have said of it is its header, the payload if there is any
    /// and, of a long packet, that the checksum matches.
    ///
    /// ```
    /// use csi2_packet::{Depacketizer, Framing, ReceiverSettings, VcExtension};
    /// let settings = ReceiverSettings { vcx: VcExtension::Extended, framing: Framing::Bursts, trail_lanes: 1 };
    /// let mut receiver: Depacketizer = Depacketizer::new(settings);
    /// let mut burst = [0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97, 0x00, 0x00];
    /// let whole = receiver.take_burst(&burst).ok_or("not a good packet")?;
    /// assert_eq!((whole.payload, whole.packet), (Some(&burst[4..7]), 9));
    /// burst[5] ^= 1;
    /// assert_eq!(receiver.take_burst(&burst), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[inline(always)]
    pub fn take_burst<'a>(&mut self, bytes: &'a [u8]) -> Option<WholeBurst<'a>> {
        let starts = match self.state {
            State::Header => self.position == 0,
            State::Over => true,
            _ => false,
        };
        if !starts || self.settings.framing != Framing::Bursts {
            return None;
        }
        let (wire, rest) = bytes.split_first_chunk()?;
        let header = PacketHeader::receive(*wire, self.settings.vcx);
        if header.ecc != EccVerdict::Clean {
            return None;
        }
        let short = header.header.data_type.is_short();
        let (payload, trail) = if short {
            (None, rest)
        } else {
            let (payload, rest) = rest.split_at_checked(header.header.word.into())?;
            let (footer, trail) = rest.split_first_chunk()?;
            if self.checksum.of(payload) != u16::from_le_bytes(*footer) {
                return None;
            }
            (Some(payload), trail)
        };
        let packet = bytes.len() - trail.len();
        let mut tails = super::LaneTails::new(self.settings.trail_lanes);
        tails.note(0, bytes.get(..packet)?);
        if tails.matching(packet as u64, trail) != trail.len() {
            return None;
        }
        if short {
            self.known.note_short(header.header);
        } else {
            self.known.note_long(header.header);
        }
        self.restart();
        Some(WholeBurst {
            header,
            payload,
            packet,
        })
    }
}
