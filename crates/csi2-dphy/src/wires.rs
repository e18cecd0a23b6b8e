//! The wires of a link as one word, wherever a capture has them.

use crate::{LanePins, Level, LineState, MAX_LANES, PinMap, Wire};

/// HS levels: bit `l` is lane `l`.
pub(crate) const HS: u32 = 0xFF;
/// LP levels of Dp and Dn: bits 8 and 16 up.
pub(crate) const LP: u32 = 0xFF_FF00;
/// The clock lane's Dp and Dn.
pub(crate) const CLOCK: u32 = 0x300_0000;
pub(crate) const CLOCK_P: u32 = 0x100_0000;
/// LP receivers of the clock lane, where separate.
pub(crate) const CLOCK_LP: u32 = 0xC00_0000;

const LP_P_SHIFT: u32 = 8;
const LP_N_SHIFT: u32 = 16;
const CLOCK_SHIFT: u32 = 24;

/// LP-11 of each lane.
pub(crate) fn stopped(word: u32) -> u8 {
    (word >> LP_P_SHIFT & word >> LP_N_SHIFT) as u8
}

/// Bits of eight bit times to bits of eight lanes, and back: bit `l` of byte `i` becomes bit `i` of byte `l`.
#[inline]
pub(crate) fn transpose(rows: u64) -> u64 {
    let swap = |bits: u64, shift: u32, mask: u64| {
        let differ = (bits ^ bits >> shift) & mask;
        bits ^ differ ^ differ << shift
    };
    let bits = swap(rows, 7, 0x00AA_00AA_00AA_00AA);
    let bits = swap(bits, 14, 0x0000_CCCC_0000_CCCC);
    swap(bits, 28, 0x0000_0000_F0F0_F0F0)
}

/// What the clock lane shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClockWires {
    /// No clock: one sample per UI.
    None,
    /// One wire.
    Single,
    /// A pair: its line states are visible.
    Pair,
}

/// Wires one channel feeds, as bits of the word.
#[derive(Clone, Copy, Debug, Default)]
struct Feed {
    straight: u32,
    inverted: u32,
}

/// Gathers the wires of a sample. A table lookup per four channels.
#[derive(Clone, Debug)]
pub(crate) struct WireTable {
    nibbles: [[u32; 16]; 16],
    /// Bits of wires read inverted, which the tables know nothing of.
    inverted: u32,
    near: [Feed; 64],
    /// Channels from 64: only captures of changes have them.
    far: [(u16, Feed); Self::MOST],
    far_count: usize,
    clock: ClockWires,
    /// The clock lane's LP levels; no wires where they are not visible.
    clock_lp: u32,
    sees_lp: bool,
}

impl WireTable {
    /// Wires a link can have: four a lane and the clock lane.
    const MOST: usize = 4 * (MAX_LANES + 1);

    pub(crate) fn new(map: &PinMap) -> Self {
        let lanes = map.lanes.get(..map.count).unwrap_or(&map.lanes);
        let mut table = Self {
            nibbles: [[0; 16]; 16],
            inverted: 0,
            near: [Feed::default(); 64],
            far: [(0, Feed::default()); Self::MOST],
            far_count: 0,
            clock: ClockWires::None,
            clock_lp: 0,
            sees_lp: !lanes.is_empty() && lanes.iter().all(shows_lp),
        };
        for (lane, pins) in (0u32..).zip(lanes) {
            table.add(hs(pins), 1 << lane);
            if table.sees_lp {
                let (p, n) = lp(pins);
                table.add(p, 1 << (LP_P_SHIFT + lane));
                table.add(n, 1 << (LP_N_SHIFT + lane));
            }
        }
        if let Some(pins) = &map.clock {
            let pair = pins.p.is_some() && pins.n.is_some();
            table.clock = if pair { ClockWires::Pair } else { ClockWires::Single };
            table.add(hs(pins), 1 << CLOCK_SHIFT);
            table.add(pins.n.filter(|_| pair), 2 << CLOCK_SHIFT);
            let separate = pins.lp_p.is_some() || pins.lp_n.is_some();
            if separate {
                let (p, n) = lp(pins);
                table.add(p, 4 << CLOCK_SHIFT);
                table.add(n, 8 << CLOCK_SHIFT);
            }
            table.clock_lp = match (separate, pair) {
                (true, _) => CLOCK_LP,
                (false, true) => CLOCK,
                (false, false) => 0,
            };
        }
        table
    }

    /// The wires of one sample, whose lower `UNIT` bytes (1 to 8) are of the capture.
    #[inline]
    pub(crate) fn gather<const UNIT: usize>(&self, sample: u64) -> u32 {
        let mut word = self.inverted;
        for (table, byte) in self.nibbles.chunks_exact(2).zip(sample.to_le_bytes()).take(UNIT) {
            if let [low, high] = table {
                word ^= low[usize::from(byte & 15)] ^ high[usize::from(byte >> 4)];
            }
        }
        word
    }

    /// `word` after one channel took a new level. What is not driven reads low, inverted or not.
    #[inline]
    pub(crate) fn change(&self, word: u32, channel: u16, level: Level) -> u32 {
        let feed = match self.near.get(usize::from(channel)) {
            Some(feed) => *feed,
            None => self.far(channel),
        };
        let high = match level {
            Level::High => feed.straight,
            Level::Low => feed.inverted,
            Level::Unknown => 0,
        };
        word & !(feed.straight | feed.inverted) | high
    }

    pub(crate) fn clock(&self) -> ClockWires {
        self.clock
    }

    /// Whether the clock lane's wires show LP-11.
    #[inline]
    pub(crate) fn clock_stopped(&self, word: u32) -> bool {
        word & self.clock_lp == self.clock_lp && self.clock_lp != 0
    }

    /// What the clock lane's wires show, taken for a line state.
    pub(crate) fn clock_state(&self, word: u32) -> LineState {
        let level = |wire: u32| word & wire & self.clock_lp != 0;
        // Dp is the lower bit, of a pair and of the separate receivers.
        LineState::of(level(0x500_0000), level(0xA00_0000))
    }

    pub(crate) fn sees_lp(&self) -> bool {
        self.sees_lp
    }

    fn far(&self, channel: u16) -> Feed {
        let mut feeds = self.far.iter().take(self.far_count);
        feeds
            .find(|(far, _)| *far == channel)
            .map(|(_, feed)| *feed)
            .unwrap_or_default()
    }

    fn add(&mut self, wire: Option<Wire>, bit: u32) {
        let Some(wire) = wire else { return };
        let channel = usize::from(wire.channel);
        let feed = if let Some(feed) = self.near.get_mut(channel) {
            if wire.invert {
                self.inverted |= bit;
            }
            if let Some(table) = self.nibbles.get_mut(channel / 4) {
                for (value, word) in table.iter_mut().enumerate() {
                    if value >> (channel % 4) & 1 == 1 {
                        *word |= bit;
                    }
                }
            }
            feed
        } else {
            // One entry per wire: a channel that feeds two wires shares the first.
            let known = self
                .far
                .iter()
                .take(self.far_count)
                .position(|(far, _)| *far == wire.channel);
            let index = known.unwrap_or(self.far_count);
            let Some((far, feed)) = self.far.get_mut(index) else {
                return;
            };
            *far = wire.channel;
            self.far_count = self.far_count.max(index + 1);
            feed
        };
        if wire.invert {
            feed.inverted |= bit;
        } else {
            feed.straight |= bit;
        }
    }
}

/// The wire that carries HS bits.
pub(crate) fn hs(pins: &LanePins) -> Option<Wire> {
    let inverse = |wire: Wire| Wire {
        invert: !wire.invert,
        ..wire
    };
    pins.p.or(pins.n.map(inverse))
}

/// The wires that show LP states; where only one has a receiver of its own, it stands for both.
pub(crate) fn lp(pins: &LanePins) -> (Option<Wire>, Option<Wire>) {
    match (pins.lp_p, pins.lp_n) {
        (None, None) => (pins.p, pins.n),
        (p, n) => (p.or(n), n.or(p)),
    }
}

fn shows_lp(pins: &LanePins) -> bool {
    let (p, n) = lp(pins);
    p.is_some() && n.is_some()
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;

    const fn wire(channel: u16, invert: bool) -> Option<Wire> {
        Some(Wire { channel, invert })
    }

    proptest! {
        #[test]
        fn transpose_moves_every_bit(rows: u64) {
            let columns = transpose(rows);
            for row in 0..8 {
                for lane in 0..8 {
                    prop_assert_eq!(rows >> (8 * row + lane) & 1, columns >> (8 * lane + row) & 1);
                }
            }
        }

        /// Samples and changes lead to the same word, whatever the order of the channels.
        #[test]
        fn samples_and_changes_agree(sample: u64, channels in Just((0..64u16).collect::<std::vec::Vec<_>>()).prop_shuffle(), invert: u16) {
            let pick = |index: usize| wire(channels[index], invert >> (index % 16) & 1 == 1);
            let mut map = PinMap { count: 8, clock: Some(LanePins { p: pick(32), n: pick(33), ..LanePins::default() }), ..PinMap::default() };
            for lane in 0..8 {
                map.lanes[lane] = LanePins { p: pick(4 * lane), n: pick(4 * lane + 1), lp_p: pick(4 * lane + 2), lp_n: pick(4 * lane + 3) };
            }
            let table = WireTable::new(&map);
            let mut word = 0;
            for channel in 0..64 {
                let level = if sample >> channel & 1 == 1 { Level::High } else { Level::Low };
                word = table.change(word, channel, level);
            }
            prop_assert_eq!(table.gather::<8>(sample), word);
            for lane in 0..8usize {
                let read = |index: usize| (sample >> channels[index] & 1 == 1) != (invert >> (index % 16) & 1 == 1);
                prop_assert_eq!(word >> lane & 1 == 1, read(4 * lane));
                prop_assert_eq!(word >> (8 + lane) & 1 == 1, read(4 * lane + 2));
                prop_assert_eq!(word >> (16 + lane) & 1 == 1, read(4 * lane + 3));
            }
        }
    }

    #[test]
    fn undriven_wires_read_low_and_far_channels_are_found() {
        let mut map = PinMap {
            count: 2,
            ..PinMap::default()
        };
        map.lanes[0] = LanePins {
            p: wire(1000, true),
            ..LanePins::default()
        };
        map.lanes[1] = LanePins {
            n: wire(70, false),
            ..LanePins::default()
        };
        let table = WireTable::new(&map);
        assert_eq!(table.change(0, 1000, Level::Low), 1);
        assert_eq!(table.change(1, 1000, Level::High), 0);
        assert_eq!(table.change(1, 1000, Level::Unknown), 0);
        assert_eq!(table.change(0, 70, Level::Low), 2);
        assert_eq!(table.change(0, 71, Level::High), 0);
        assert!(!table.sees_lp());
    }
}
