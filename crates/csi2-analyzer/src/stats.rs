//! Counts.

use crate::channel::is_line;
use alloc::vec::Vec;
use csi2_dphy::{EscapeCommand, Lane, MAX_LANES, PinEvent, Tick, Timebase};
use csi2_packet::{DataType, VirtualChannel};

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

/// Of the lanes' low-power modes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LowPowerStatistics {
    /// Times each data lane went into the ultra-low-power state.
    pub ulps: [u64; MAX_LANES],
    /// Times the clock lane did.
    pub clock_ulps: u64,
    /// Ticks in that state, from the command to Mark-1, of all lanes together.
    pub ulps_time: u128,
    /// Ticks from Mark-1 to the stop state.
    pub wake_up: Spread,
    /// Transmissions of low-power data.
    pub transmissions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Triggers, those without a known meaning included.
    pub triggers: u64,
    /// Turnarounds.
    pub turnarounds: u64,
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

impl LowPowerStatistics {
    pub(crate) fn add(&mut self, event: &PinEvent) {
        match *event {
            PinEvent::Escape { lane, command, .. } => match (command, lane) {
                (EscapeCommand::Ulps, Lane::Clock) => self.clock_ulps += 1,
                (EscapeCommand::Ulps, Lane::Data(lane)) => {
                    if let Some(count) = self.ulps.get_mut(usize::from(lane)) {
                        *count += 1;
                    }
                }
                (EscapeCommand::LowPowerData, _) => self.transmissions += 1,
                _ => self.triggers += 1,
            },
            PinEvent::EscapeEnd {
                command: EscapeCommand::Ulps,
                since,
                mark,
                at,
                ..
            } => {
                let end = mark.unwrap_or(at);
                self.ulps_time = self.ulps_time.saturating_add(end.saturating_sub(since).into());
                if let Some(mark) = mark {
                    self.wake_up.add(at.saturating_sub(mark));
                }
            }
            PinEvent::LowPowerData { .. } => self.bytes += 1,
            PinEvent::Turnaround { .. } => self.turnarounds += 1,
            _ => {}
        }
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

    pub(crate) fn frame_start(&mut self, at: Option<Tick>) {
        self.frames += 1;
        self.first_frame = self.first_frame.or(at);
        self.last_frame = at.or(self.last_frame);
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
                };
                self.channels.insert(at, new);
                at
            }
        };
        &mut self.channels[at]
    }

    pub(crate) fn data_type(&mut self, channel: VirtualChannel, data_type: DataType) -> &mut DataTypeStatistics {
        let all = &mut self.channel(channel).data_types;
        let at = all.iter().position(|of| of.data_type == data_type).unwrap_or_else(|| {
            all.push(DataTypeStatistics::new(data_type));
            all.len() - 1
        });
        &mut all[at]
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
    fn time_in_ulps_is_without_the_wake_up() {
        let mut low_power = LowPowerStatistics::default();
        for (lane, since, mark, at) in [
            (Lane::Data(1), 100, Some(1100), 1150),
            (Lane::Clock, 90, None, 1090),
            (Lane::Data(1), 5000, Some(5010), 5100),
        ] {
            let command = EscapeCommand::Ulps;
            low_power.add(&PinEvent::Escape {
                lane,
                command,
                at: since,
            });
            low_power.add(&PinEvent::EscapeEnd {
                lane,
                command,
                since,
                mark,
                at,
            });
        }
        assert_eq!((low_power.ulps[1], low_power.clock_ulps), (2, 1));
        assert_eq!(low_power.ulps_time, 1000 + 1000 + 10);
        let wake_up = low_power.wake_up;
        assert_eq!((wake_up.count, wake_up.min, wake_up.max), (2, 50, 90));
        assert_eq!(wake_up.mean(), Some(70.0));
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
                statistics
                    .data_type(VirtualChannel::ZERO, DataType::RAW8)
                    .packet(Some(line * 10));
            }
            statistics.channel(VirtualChannel::ZERO).frame_end(whole);
            let of = statistics.data_type(VirtualChannel::ZERO, DataType::RAW8);
            assert_eq!(of.lines, Some(expected));
            assert_eq!((of.line_time.min, of.line_time.max), (10, 10));
        }
    }
}
