//! What the lanes do in low-power mode.

use super::Spread;
use csi2_dphy::{EscapeCommand, Lane, MAX_LANES, PinEvent, Tick};

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
    /// The ultra-low-power state of each data lane, and of the clock lane.
    pub lanes: [LaneSleep; MAX_LANES],
    /// See `lanes`.
    pub clock: LaneSleep,
}

/// The ultra-low-power state of a lane.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LaneSleep {
    /// Times it went there.
    pub times: u64,
    /// Ticks there, from the command to Mark-1.
    time: u128,
    /// Ticks from Mark-1 to the stop state.
    pub wake_up: Spread,
    /// It is there since then.
    since: Option<Tick>,
}

impl LaneSleep {
    /// Ticks in that state until `end`, where a lane is that has not woken up.
    pub fn time(&self, end: Option<Tick>) -> u128 {
        let open = end.zip(self.since).map_or(0, |(end, since)| end.saturating_sub(since));
        self.time.saturating_add(open.into())
    }

    fn enter(&mut self, at: Tick) {
        self.times = self.times.saturating_add(1);
        self.since = Some(at);
    }

    fn leave(&mut self, since: Tick, mark: Option<Tick>, at: Tick) {
        self.since = None;
        let end = mark.unwrap_or(at);
        self.time = self.time.saturating_add(end.saturating_sub(since).into());
        if let Some(mark) = mark {
            self.wake_up.add(at.saturating_sub(mark));
        }
    }
}

impl LowPowerStatistics {
    fn lane(&mut self, lane: Lane) -> Option<&mut LaneSleep> {
        match lane {
            Lane::Clock => Some(&mut self.clock),
            Lane::Data(lane) => self.lanes.get_mut(usize::from(lane)),
        }
    }

    pub(crate) fn add(&mut self, event: &PinEvent) {
        match *event {
            PinEvent::Escape {
                lane,
                command: EscapeCommand::Ulps,
                at,
            } => {
                if let Some(lane) = self.lane(lane) {
                    lane.enter(at);
                }
            }
            PinEvent::EscapeEnd {
                lane,
                command: EscapeCommand::Ulps,
                since,
                mark,
                at,
            } => {
                if let Some(lane) = self.lane(lane) {
                    lane.leave(since, mark, at);
                }
            }
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let [_, lane, ..] = low_power.lanes;
        assert_eq!((lane.times, lane.time(None), lane.wake_up.min), (2, 1010, 50));
        assert_eq!((low_power.clock.times, low_power.clock.time(Some(9000))), (1, 1000));
        assert_eq!(low_power.clock.wake_up.count, 0);
        // The capture ends before it wakes up.
        low_power.add(&PinEvent::Escape {
            lane: Lane::Clock,
            command: EscapeCommand::Ulps,
            at: 7000,
        });
        assert_eq!((low_power.clock.times, low_power.clock.time(Some(9000))), (2, 3000));
    }
}
