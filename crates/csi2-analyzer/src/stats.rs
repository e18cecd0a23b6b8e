//! Counts.

mod low_power;

use crate::Mode;
use crate::channel::{ModeChange, is_line};
use crate::load::{Carried, Load};
use alloc::vec::Vec;
use csi2_dphy::{MAX_LANES, Tick, Timebase};
use csi2_packet::{DataType, VirtualChannel};
pub use low_power::{LaneSleep, LowPowerStatistics};

/// Of a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Bursts.
    pub bursts: u64,
    /// Packets: short, long, and those whose header cannot be used.
    pub packets: u64,
    /// Short ones.
    pub short: u64,
    /// Long ones.
    pub long: u64,
    /// Packets whose header cannot be used.
    pub unusable: u64,
    /// Headers of which one bit was corrected (or a check bit was wrong).
    pub corrected: u64,
    /// Long packets with a wrong checksum.
    pub checksum_errors: u64,
    /// Long packets that a burst's end cut short.
    pub truncated: u64,
    /// Bytes of packets: headers, payloads, footers.
    pub packet_bytes: u64,
    /// Bytes that belong to no packet.
    pub stray_bytes: u64,
    /// Findings that were not polled in time and are lost; 0 for a caller that polls after each push.
    pub dropped_findings: u64,
    /// By channel, in order of number.
    pub channels: Vec<ChannelStatistics>,
    /// Greatest skew seen per lane, in bits.
    pub skew: [u16; MAX_LANES],
    /// What the lanes did in low-power mode.
    pub low_power: LowPowerStatistics,
}

/// Of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelStatistics {
    /// Which.
    pub channel: VirtualChannel,
    /// Frames begun.
    pub frames: u64,
    /// Start of the first frame.
    pub first_frame: Option<Tick>,
    /// Start of the last frame.
    pub last_frame: Option<Tick>,
    /// By data type, in order of appearance.
    pub data_types: Vec<DataTypeStatistics>,
    /// Its modes, where there was more than one.
    pub modes: Modes,
    /// Bytes of its packets: headers, payloads, footers.
    pub packet_bytes: u64,
    /// What it carried from frame to frame.
    carried: Carried,
}

/// Modes in turn, the first one included; empty where the first one stayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Modes {
    /// The first of them, at most [`Modes::MOST`].
    pub list: Vec<ModeStatistics>,
    /// How many came after those.
    pub more: u64,
}

/// A mode, and since when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeStatistics {
    /// Which.
    pub mode: Mode,
    /// The packet that began its first frame; `None` of the mode at the beginning.
    pub packet: Option<u64>,
    /// When that was.
    pub at: Option<Tick>,
}

impl Modes {
    /// Modes that are listed.
    pub const MOST: usize = 64;

    pub(crate) fn add(&mut self, change: &ModeChange) {
        if self.list.is_empty() {
            self.list.push(ModeStatistics {
                mode: change.from,
                packet: None,
                at: None,
            });
        }
        if self.list.len() < Self::MOST {
            self.list.push(ModeStatistics {
                mode: change.to,
                packet: Some(change.span.packet),
                at: change.span.at,
            });
        } else {
            self.more += 1;
        }
    }
}

/// Of a data type on a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct DataTypeStatistics {
    /// Which.
    pub data_type: DataType,
    /// Packets; short ones too, where they are neither of a frame nor of a line.
    pub packets: u64,
    /// Payload bytes.
    pub bytes: u64,
    /// Word count of the last line, for the width.
    pub word_count: u16,
    /// Pixels per line, where the format is known.
    pub width: Option<u32>,
    /// Lines of the last complete frame; of the longest stretch where no frame was complete. `None` where packets are no
    /// lines.
    pub lines: Option<u32>,
    /// Packets with a wrong checksum.
    pub checksum_errors: u64,
    /// From the start of a line to the start of the next, within a frame.
    pub line_time: Spread,
    /// Lines of the frame that is open.
    open_lines: u32,
    /// `lines` is of a complete frame.
    settled: bool,
    last_start: Option<Tick>,
}

/// Least, mean and greatest of a duration, in ticks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// Least; 0 when there are none.
    pub min: Tick,
    /// Greatest.
    pub max: Tick,
    /// All together.
    pub sum: u128,
}

impl Spread {
    /// Mean in ticks.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    fn add(&mut self, ticks: Tick) {
        self.min = if self.count == 0 { ticks } else { self.min.min(ticks) };
        self.max = self.max.max(ticks);
        self.sum += u128::from(ticks);
        self.count += 1;
    }
}

impl ChannelStatistics {
    /// Frames per second between the first and the last frame start; `None` with fewer than two frames or no clock.
    pub fn frame_rate(&self, timebase: Timebase) -> Option<f64> {
        let ticks = self
            .last_frame?
            .checked_sub(self.first_frame?)
            .filter(|&ticks| ticks > 0)?;
        let intervals = self.frames.checked_sub(1).filter(|&intervals| intervals > 0)?;
        Some(intervals as f64 * 1e9 / timebase.nanoseconds(ticks))
    }

    /// What the channel carries from frame start to frame start; `None` with fewer than two frames or no clock.
    pub fn load(&self, timebase: Timebase) -> Option<Load> {
        self.carried.load(timebase)
    }

    /// Of a data type on it.
    pub(crate) fn data_type(&mut self, data_type: DataType) -> &mut DataTypeStatistics {
        let all = &mut self.data_types;
        let at = all.iter().position(|of| of.data_type == data_type).unwrap_or_else(|| {
            all.push(DataTypeStatistics::new(data_type));
            all.len() - 1
        });
        &mut all[at]
    }

    pub(crate) fn frame_start(&mut self, at: Option<Tick>) {
        self.frames += 1;
        self.first_frame = self.first_frame.or(at);
        self.last_frame = at.or(self.last_frame);
        if let Some(at) = at {
            let images = self.data_types.iter().filter(|of| of.is_of_image());
            let payload = images.map(|of| of.bytes).sum();
            self.carried.frame_start(at, payload, self.packet_bytes);
        }
        self.frame_end(false);
    }

    /// The open frame is over; `whole`: it had FS and FE.
    pub(crate) fn frame_end(&mut self, whole: bool) {
        for of in &mut self.data_types {
            of.frame_end(whole);
        }
    }
}

impl DataTypeStatistics {
    fn new(data_type: DataType) -> Self {
        Self {
            data_type,
            packets: 0,
            bytes: 0,
            word_count: 0,
            width: None,
            lines: None,
            checksum_errors: 0,
            line_time: Spread::default(),
            open_lines: 0,
            settled: false,
            last_start: None,
        }
    }

    /// Its packets are lines of a picture, or of what only its maker knows.
    pub fn is_of_image(&self) -> bool {
        is_line(self.data_type) && self.data_type != DataType::EMBEDDED
    }

    /// A packet begins.
    pub(crate) fn packet(&mut self, at: Option<Tick>) {
        self.packets += 1;
        self.open_lines = self.open_lines.saturating_add(1);
        if let (Some(last), Some(at)) = (self.last_start, at) {
            self.line_time.add(at.saturating_sub(last));
        }
        self.last_start = at;
    }

    /// A packet ended with a good checksum, so its word count is to be trusted. `line`: its number in its frame, from 0.
    pub(crate) fn word_count(&mut self, word: u16, line: Option<u32>) {
        let before = core::mem::replace(&mut self.word_count, word);
        let first = before == 0;
        if before == word && !first && !self.data_type.has_half_lines() {
            return;
        }
        self.width = if !self.data_type.has_half_lines() {
            pixels(self.data_type.group(), word)
        } else if first && line.is_some_and(|line| line.is_multiple_of(2)) {
            pixels(self.data_type.odd_group(), word)
        } else {
            // Of two neighbours the longer one is even.
            pixels(self.data_type.group(), word.max(before))
        };
    }

    fn frame_end(&mut self, whole: bool) {
        let lines = core::mem::take(&mut self.open_lines);
        self.last_start = None;
        if lines == 0 || !is_line(self.data_type) {
            return;
        }
        if whole {
            self.lines = Some(lines);
            self.settled = true;
        } else if !self.settled {
            self.lines = self.lines.max(Some(lines));
        }
    }
}

impl Statistics {
    /// What the link carries: all channels with frames together. `None` where one of them cannot be measured.
    pub fn load(&self, timebase: Timebase) -> Option<Load> {
        let mut framed = self.channels.iter().filter(|of| of.frames > 0).peekable();
        framed.peek()?;
        framed.map(|of| of.load(timebase)).sum()
    }

    /// Bytes of a packet of a channel, which is given back.
    pub(crate) fn carry(&mut self, channel: VirtualChannel, bytes: u64) -> &mut ChannelStatistics {
        self.packet_bytes = self.packet_bytes.saturating_add(bytes);
        let of = self.channel(channel);
        of.packet_bytes = of.packet_bytes.saturating_add(bytes);
        of
    }

    pub(crate) fn channel(&mut self, channel: VirtualChannel) -> &mut ChannelStatistics {
        let at = match self.channels.binary_search_by_key(&channel, |of| of.channel) {
            Ok(at) => at,
            Err(at) => {
                let new = ChannelStatistics {
                    channel,
                    frames: 0,
                    first_frame: None,
                    last_frame: None,
                    data_types: Vec::new(),
                    modes: Modes::default(),
                    packet_bytes: 0,
                    carried: Carried::default(),
                };
                self.channels.insert(at, new);
                at
            }
        };
        &mut self.channels[at]
    }
}

/// Pixels of the whole groups of a line, where a group is so many (bytes, pixels).
fn pixels(group: Option<(u8, u8)>, word: u16) -> Option<u32> {
    let (bytes, pixels) = group?;
    let groups = u32::from(word).checked_div(u32::from(bytes))?;
    Some(groups * u32::from(pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rate_is_of_the_intervals() {
        let mut statistics = Statistics::default();
        let of = statistics.channel(VirtualChannel::ZERO);
        assert_eq!(of.frame_rate(Timebase::NANOSECONDS), None);
        for frame in 0..4 {
            of.frame_start(Some(500 + frame * 20_000_000));
        }
        let rate = of.frame_rate(Timebase::NANOSECONDS).unwrap();
        assert!((rate - 50.0).abs() < 1e-9, "{rate}");
    }

    #[test]
    fn channels_stay_in_order() {
        let mut statistics = Statistics::default();
        for number in [3, 0, 15, 3, 7, 0] {
            statistics
                .channel(VirtualChannel::new(number).unwrap())
                .frame_start(None);
        }
        let seen: Vec<_> = statistics
            .channels
            .iter()
            .map(|of| (of.channel.number(), of.frames))
            .collect();
        assert_eq!(seen, [(0, 2), (3, 2), (7, 1), (15, 1)]);
    }

    #[test]
    fn lines_are_of_the_last_whole_frame() {
        let mut statistics = Statistics::default();
        for (lines, whole, expected) in [(5, false, 5), (3, false, 5), (4, true, 4), (9, false, 4), (2, true, 2)] {
            for line in 0..lines {
                let of = statistics.channel(VirtualChannel::ZERO);
                of.data_type(DataType::RAW8).packet(Some(line * 10));
            }
            let channel = statistics.channel(VirtualChannel::ZERO);
            channel.frame_end(whole);
            let of = channel.data_type(DataType::RAW8);
            assert_eq!(of.lines, Some(expected));
            assert_eq!((of.line_time.min, of.line_time.max), (10, 10));
        }
    }
}
