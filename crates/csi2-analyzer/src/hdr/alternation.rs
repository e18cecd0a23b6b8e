//! Whether rows of two streams take turns: the mark of exposures that have a virtual channel or a data type each.
//!
//! Row `i` of a shorter exposure comes right after row `i + delay` of the long one. So at each row of the shorter one, the
//! long one is ahead by the same number of rows, from the first row to the long one's last. Two cameras that share a link
//! have rows whenever theirs are ready.

use crate::{LinkEvent, Received};
use alloc::collections::VecDeque;
use csi2_packet::{DataType, PacketEvent, VirtualChannel};

/// A channel and a data type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Key {
    pub(super) channel: VirtualChannel,
    pub(super) data_type: DataType,
}

/// A frame of a stream began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Opening {
    pub(super) key: Key,
    /// Counts openings of all streams.
    pub(super) id: u64,
    /// FS was seen.
    pub(super) framed: bool,
}

/// What is known of a frame of a stream.
#[derive(Clone, Copy, Debug)]
struct Feed {
    opening: Opening,
    open: bool,
    /// Payload bytes that its first row announces.
    word: u16,
    rows: u32,
}

/// A frame of one stream, and one of another that began later, seen at the rows of the latter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Pairing {
    long: Opening,
    short: Opening,
    /// Rows of the long one that came before the first of the short one.
    ahead: u32,
    /// By how many rows the long one is ahead.
    lead: i64,
    /// Rows at which it is ahead as before, and the others.
    alike: u32,
    breaks: u32,
    /// Rows of the short one since the last of the long one, beyond the one in its turn.
    alone: u32,
    /// Rows of the long one at the last of the short one.
    long_rows: u32,
}

/// Watches rows of all streams.
#[derive(Debug, Default)]
pub(super) struct Alternation {
    feeds: [Option<Feed>; MAX_FEEDS],
    /// The last of them.
    pairings: VecDeque<Pairing>,
    /// FS without FE yet.
    framed: u16,
    openings: u64,
    /// The last of them.
    log: VecDeque<Opening>,
}

/// Streams looked at; those beyond have nothing to do with sets of exposures.
const MAX_FEEDS: usize = 8;
/// Openings, and pairs of them, that are remembered: more than begin while the frames of a set are on their way.
const LOG: usize = 64;
/// Rows in step that show the alternation of frames, or as many as the shorter frame's half.
const ENOUGH: u32 = 8;

impl Alternation {
    /// Takes an event. Returns the frame that begins with it.
    pub(super) fn push(&mut self, received: &Received<'_>, wanted: impl Fn(Key) -> bool) -> Option<Opening> {
        let LinkEvent::Packet(event) = received.event else {
            return None;
        };
        match event {
            PacketEvent::Short(of) => {
                let header = of.header;
                let bit = 1 << (header.channel.number() & 15);
                match header.data_type {
                    DataType::FRAME_START => {
                        self.close(header.channel);
                        self.framed |= bit;
                    }
                    DataType::FRAME_END => {
                        self.close(header.channel);
                        self.framed &= !bit;
                    }
                    _ => {}
                }
                None
            }
            PacketEvent::LongStart(of) => {
                let key = Key {
                    channel: of.header.channel,
                    data_type: of.header.data_type,
                };
                if wanted(key) {
                    self.row(key, of.header.word)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// Openings, as far as they are remembered.
    pub(super) fn openings(&self) -> impl Iterator<Item = Opening> {
        self.log.iter().copied()
    }

    /// The last frame of a stream.
    pub(super) fn last(&self, key: Key) -> Option<Opening> {
        self.feed(key).map(|feed| feed.opening)
    }

    /// Whether a frame has not ended.
    pub(super) fn is_open(&self, opening: u64) -> bool {
        let mut feeds = self.feeds.iter().flatten();
        feeds.any(|feed| feed.opening.id == opening && feed.open)
    }

    /// Streams that have rows as long as this one's.
    pub(super) fn alike(&self, key: Key) -> impl Iterator<Item = Key> {
        let word = self.feed(key).map(|feed| feed.word);
        self.feeds
            .iter()
            .flatten()
            .filter(move |feed| Some(feed.word) == word)
            .map(|feed| feed.opening.key)
    }

    /// Frames of shorter exposures that take turns with a frame of the long one, and those of the long one that a frame of a
    /// shorter one does so with, as (long, short, rows ahead).
    pub(super) fn partners(&self, opening: u64) -> impl Iterator<Item = (Opening, Opening, u32)> {
        self.pairings
            .iter()
            .filter(move |pair| pair.long.id == opening || pair.short.id == opening)
            .filter(|pair| self.takes_turns(pair))
            .map(|pair| (pair.long, pair.short, pair.ahead))
    }

    fn takes_turns(&self, pair: &Pairing) -> bool {
        // A newer frame of its stream may have begun.
        let feed = self.feed(pair.short.key).filter(|feed| feed.opening == pair.short);
        let rows = feed.map_or(0, |feed| feed.rows);
        pair.alike >= 3 && pair.breaks * 8 <= pair.alike && (pair.alike >= ENOUGH || (pair.alike + 1) * 2 >= rows)
    }

    fn feed(&self, key: Key) -> Option<&Feed> {
        self.feeds.iter().flatten().find(|feed| feed.opening.key == key)
    }

    fn row(&mut self, key: Key, word: u16) -> Option<Opening> {
        let known = |feed: &Option<Feed>| feed.is_some_and(|feed| feed.opening.key == key);
        let at = self
            .feeds
            .iter()
            .position(known)
            .or_else(|| self.feeds.iter().position(Option::is_none))?;
        let framed = self.framed >> (key.channel.number() & 15) & 1 == 1;
        let feed = match self.feeds[at] {
            Some(feed) if feed.open => Feed {
                rows: feed.rows.saturating_add(1),
                ..feed
            },
            _ => {
                self.openings += 1;
                let opening = Opening {
                    key,
                    id: self.openings,
                    framed,
                };
                if self.log.len() == LOG {
                    self.log.pop_front();
                }
                self.log.push_back(opening);
                Feed {
                    opening,
                    open: true,
                    word,
                    rows: 1,
                }
            }
        };
        self.feeds[at] = Some(feed);
        for long in self.feeds.iter().flatten() {
            if long.opening.key != key && long.word == feed.word {
                see(&mut self.pairings, long, &feed);
            }
        }
        (feed.rows == 1).then_some(feed.opening)
    }

    fn close(&mut self, channel: VirtualChannel) {
        for feed in self.feeds.iter_mut().flatten() {
            if feed.opening.key.channel == channel {
                feed.open = false;
            }
        }
    }
}

/// A row of `short` came.
fn see(pairings: &mut VecDeque<Pairing>, long: &Feed, short: &Feed) {
    let lead = i64::from(long.rows) - i64::from(short.rows);
    // The first row while the long one is sent.
    if short.rows == 1 {
        if long.open && long.opening.framed && short.opening.framed {
            if pairings.len() == LOG {
                pairings.pop_front();
            }
            pairings.push_back(Pairing {
                long: long.opening,
                short: short.opening,
                ahead: long.rows.saturating_sub(1),
                lead,
                alike: 0,
                breaks: 0,
                alone: 0,
                long_rows: long.rows,
            });
        }
        return;
    }
    let mut pairs = pairings.iter_mut().rev();
    let Some(pair) = pairs.find(|pair| (pair.long, pair.short) == (long.opening, short.opening)) else {
        return;
    };
    // The long one may have had its last row: only another one shows that it was its turn.
    if !long.open || long.rows == pair.long_rows {
        pair.alone = pair.alone.saturating_add(1);
        return;
    }
    pair.breaks = pair.breaks.saturating_add(core::mem::take(&mut pair.alone));
    let counted = if pair.lead == lead {
        &mut pair.alike
    } else {
        &mut pair.breaks
    };
    *counted = counted.saturating_add(1);
    (pair.lead, pair.long_rows) = (lead, long.rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_packet::{PacketHeader, VcExtension};

    /// Long packets of channels, in this order; upper case: FS, `.`: FE of all.
    fn watch(order: &str) -> Alternation {
        let mut watch = Alternation::default();
        let mut push = |channel: u8, code: u8, word: u16| {
            let header = PacketHeader {
                channel: VirtualChannel::new(channel).unwrap(),
                data_type: DataType::from_bits(code),
                word,
            };
            let received = PacketHeader::receive(header.encode(), VcExtension::Extended);
            let event = if code < 0x10 {
                PacketEvent::Short(received)
            } else {
                PacketEvent::LongStart(received)
            };
            watch.push(
                &Received {
                    event: LinkEvent::Packet(event),
                    span: crate::Span::default(),
                },
                |_| true,
            );
        };
        for letter in order.bytes() {
            match letter {
                b'A'..=b'C' => push(letter - b'A', 0, 1),
                b'a'..=b'c' => push(letter - b'a', 0x2B, 40),
                b'x'..=b'z' => push(letter - b'x', 1, 1),
                _ => unreachable!(),
            }
        }
        watch
    }

    /// Long and short channel, and rows ahead, of the frame that began so many openings ago.
    fn partners(watch: &Alternation, opening: u64) -> std::vec::Vec<(u8, u8, u32)> {
        let all = watch.partners(opening);
        all.map(|(long, short, ahead)| (long.key.channel.number(), short.key.channel.number(), ahead))
            .collect()
    }

    extern crate std;

    #[test]
    fn two_exposures_take_turns() {
        let watch = watch("AaaaBababababaxbbb");
        assert_eq!(partners(&watch, 1), [(0, 1, 3)]);
        assert_eq!(partners(&watch, 2), [(0, 1, 3)]);
        assert!(!watch.is_open(1) && watch.is_open(2));
    }

    #[test]
    fn three_exposures_take_turns() {
        let watch = watch("AaaBabaCbcabcabcabcabcabcxbcbcyc");
        assert_eq!(partners(&watch, 1), [(0, 1, 2), (0, 2, 3)]);
    }

    #[test]
    fn the_end_of_a_frame_is_no_break() {
        // One channel's FE after all rows, as data types have it.
        let watch = watch("ABaaaabababababbbb");
        assert_eq!(partners(&watch, 1), [(0, 1, 3)]);
    }

    /// Where the capture begins inside of a set, the next one tells.
    #[test]
    fn nothing_without_a_start() {
        let watch = watch("abababababaxbbby");
        assert_eq!(partners(&watch, 1), []);
    }

    #[test]
    fn the_next_set_may_begin_before_the_end() {
        let watch = watch("AaaaBababababaxbAabababyabab");
        assert_eq!(partners(&watch, 2), [(0, 1, 3)]);
    }

    #[test]
    fn cameras_do_not() {
        for order in [
            "AaaBbabbaaabbabaaabbabababbaa",
            "AaaaaaaaaaxBbbbbbbbbbbby",
            // Twice as many rows.
            "AaBabbabbabbabbabbabbabbabb",
        ] {
            let watch = watch(order);
            assert_eq!(partners(&watch, 1), [], "{order}");
        }
    }

    #[test]
    fn a_lost_row_is_forgiven() {
        let watch = watch("AaaaBabababaababababababababaxbbb");
        assert_eq!(partners(&watch, 1), [(0, 1, 3)]);
    }
}
