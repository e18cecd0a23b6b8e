//! Scrambling of captures that have lane bytes already: each way is tried, headers and checksums tell.

use super::Tally;
use crate::{Input, LinkEvent, Receiver, ReceiverConfig};
use csi2_dphy::Scrambling;
use csi2_packet::{ChecksumVerdict, EccVerdict, PacketEvent};

/// Whether the lanes of a capture are scrambled, and how: receives its beginning without and with each preset.
///
/// `beginning` gives the pieces anew each time. Scrambling is believed only where payloads with a right checksum come of
/// it, and none do without.
pub fn find_scrambling<'c, I>(config: &ReceiverConfig, beginning: impl Fn() -> I) -> Option<Scrambling>
where
    I: Iterator<Item = Input<'c>>,
{
    let receive = |scrambling, most| {
        let receiver = Receiver::new(ReceiverConfig { scrambling, ..*config });
        checksums(receiver, beginning(), most)
    };
    if receive(None, 1).good > 0 {
        return None;
    }
    let tried = Scrambling::PRESETS.iter().map(|preset| preset.scrambling);
    let found = tried.map(|scrambling| (receive(Some(scrambling), u32::MAX), scrambling));
    let (tally, scrambling) = found.max_by_key(|(tally, _)| tally.good)?;
    (tally.good > 0 && 2 * tally.good > tally.all).then_some(scrambling)
}

/// Payloads behind headers without an error, by their checksums, until `most` of them are right.
fn checksums<'c>(mut receiver: Receiver, beginning: impl Iterator<Item = Input<'c>>, most: u32) -> Tally {
    let mut tally = Tally::default();
    let mut clean = false;
    for mut input in beginning {
        while let Some(received) = receiver.next(&mut input) {
            match received.event {
                LinkEvent::Packet(PacketEvent::LongStart(header)) => {
                    clean = header.ecc == EccVerdict::Clean && header.header.word > 0;
                }
                LinkEvent::Packet(PacketEvent::LongEnd(verdict)) if clean => {
                    tally.all += 1;
                    tally.good += u32::from(verdict == ChecksumVerdict::Match);
                    if tally.good >= most {
                        return tally;
                    }
                }
                _ => {}
            }
        }
    }
    tally
}
