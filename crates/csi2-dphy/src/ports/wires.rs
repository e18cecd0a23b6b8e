//! Levels of the wires of ports, gathered from changes.

use super::{Bus, MAX_STREAM_BITS, PortMap, Ports};
use crate::{Level, MAX_LANES, Wire};

/// Bytes of data: of a lane from `4 * lane` on, of a stream from 0.
const DATA_WORDS: usize = MAX_STREAM_BITS / 64;
/// The word of valid (four bits a lane) or keep bits.
const MASK: usize = DATA_WORDS;
/// The word of the other wires.
const FLAGS: usize = DATA_WORDS + 1;
const WORDS: usize = DATA_WORDS + 2;

/// Bits of the flags: active and sync of eight lanes each, then these.
const SYNC: usize = 8;
const CLOCK: usize = 16;
const VALID: usize = 17;
const READY: usize = 18;
const LAST: usize = 19;

/// Wires that ports can have: a stream has more than eight lanes.
const MOST: usize = MAX_STREAM_BITS + MAX_STREAM_BITS / 8 + 4;

/// One bit of the levels that a channel feeds.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
struct Feed {
    channel: u16,
    bit: u16,
    invert: bool,
}

/// Which channels feed which bits, by channel.
#[derive(Clone, Debug)]
pub(super) struct Feeds {
    feeds: [Feed; MOST],
    count: usize,
}

/// The level of every wire. What is not driven reads low, inverted or not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Levels {
    words: [u64; WORDS],
}

impl Feeds {
    pub(super) fn new(map: &PortMap) -> Self {
        let mut feeds = Self {
            feeds: [Feed::default(); MOST],
            count: 0,
        };
        let flags = FLAGS * 64;
        feeds.wire(map.clock, flags + CLOCK);
        match &map.ports {
            Ports::Lanes { lanes, .. } => {
                for (lane, ports) in lanes.iter().enumerate().take(map.lanes()) {
                    feeds.bus(&ports.data, lane * 32);
                    feeds.bus(&ports.valid, MASK * 64 + lane * 4);
                    feeds.wire(ports.active, flags + lane);
                    feeds.wire(ports.sync, flags + SYNC + lane);
                }
            }
            Ports::Stream(ports) => {
                feeds.bus(&ports.data, 0);
                feeds.bus(&ports.keep, MASK * 64);
                feeds.wire(ports.valid, flags + VALID);
                feeds.wire(ports.ready, flags + READY);
                feeds.wire(ports.last, flags + LAST);
            }
        }
        feeds.feeds.get_mut(..feeds.count).unwrap_or_default().sort_unstable();
        feeds
    }

    /// Whether the channel is a wire of the ports.
    pub(super) fn apply(&self, levels: &mut Levels, channel: u16, level: Level) -> bool {
        let feeds = self.feeds.get(..self.count).unwrap_or_default();
        let first = feeds.partition_point(|feed| feed.channel < channel);
        let mut found = false;
        for feed in feeds.iter().skip(first).take_while(|feed| feed.channel == channel) {
            found = true;
            let high = match level {
                Level::High => !feed.invert,
                Level::Low => feed.invert,
                Level::Unknown => false,
            };
            let (word, bit) = (usize::from(feed.bit) / 64, feed.bit % 64);
            if let Some(word) = levels.words.get_mut(word) {
                *word = *word & !(1 << bit) | u64::from(high) << bit;
            }
        }
        found
    }

    fn bus<const N: usize>(&mut self, bus: &Bus<N>, first: usize) {
        for (index, &channel) in bus.channels().iter().enumerate() {
            let wire = Wire {
                channel,
                invert: bus.is_inverted(),
            };
            self.wire(Some(wire), first + index);
        }
    }

    fn wire(&mut self, wire: Option<Wire>, bit: usize) {
        if let (Some(Wire { channel, invert }), Some(slot)) = (wire, self.feeds.get_mut(self.count)) {
            let bit = bit as u16;
            *slot = Feed { channel, bit, invert };
            self.count += 1;
        }
    }
}

impl Levels {
    pub(super) fn data(&self, lane: usize) -> [u8; 4] {
        let word = self.words.get(lane / 2).copied().unwrap_or(0);
        ((word >> (lane % 2 * 32)) as u32).to_le_bytes()
    }

    pub(super) fn stream(&self) -> [u8; MAX_STREAM_BITS / 8] {
        let mut bytes = [0; MAX_STREAM_BITS / 8];
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(&self.words) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    /// Keep bits of a stream.
    pub(super) fn keep(&self) -> u64 {
        self.words.get(MASK).copied().unwrap_or(0)
    }

    /// Valid bits of a lane.
    pub(super) fn lane_valid(&self, lane: usize) -> u8 {
        (self.keep() >> (lane % MAX_LANES * 4)) as u8 & 15
    }

    pub(super) fn active(&self, lane: usize) -> bool {
        self.flag(lane % MAX_LANES)
    }

    pub(super) fn sync(&self, lane: usize) -> bool {
        self.flag(SYNC + lane % MAX_LANES)
    }

    pub(super) fn clock(&self) -> bool {
        self.flag(CLOCK)
    }

    pub(super) fn valid(&self) -> bool {
        self.flag(VALID)
    }

    pub(super) fn ready(&self) -> bool {
        self.flag(READY)
    }

    pub(super) fn last(&self) -> bool {
        self.flag(LAST)
    }

    fn flag(&self, bit: usize) -> bool {
        self.words.get(FLAGS).is_some_and(|word| word >> bit & 1 == 1)
    }
}
