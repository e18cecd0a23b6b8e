//! What the lanes did in their low-power modes.

use super::lane::LaneName;
use super::text;
use super::timing::Timing;
use crate::session::Clock;
use csi2_analyzer::{LaneSleep, LowPowerStatistics};
use csi2_dphy::{Lane, TimingParameter};
use serde::Serialize;

/// `check`: what wires show of low-power modes.
#[derive(Serialize)]
pub(crate) struct LowPower {
    /// Times each data lane went into the ultra-low-power state.
    ulps: Vec<u64>,
    /// Times the clock lane did.
    clock_ulps: u64,
    /// Time in that state, of all lanes together.
    ulps_ns: Option<f64>,
    /// From Mark-1 to the stop state.
    wakeup_ns: Option<Timing>,
    /// Lanes that were in that state.
    sleep: Vec<Sleep>,
    /// Transmissions of low-power data, and their bytes.
    lpdt: u64,
    lpdt_bytes: u64,
    triggers: u64,
    turnarounds: u64,
}

/// The ultra-low-power state of a lane.
#[derive(Serialize)]
struct Sleep {
    lane: LaneName,
    times: u64,
    /// Time there, and what part of the capture that is.
    time_ns: Option<f64>,
    share: Option<f64>,
    /// From Mark-1 to the stop state.
    wakeup_ns: Option<Timing>,
}

impl Sleep {
    /// `None` where the lane never was there.
    fn new(lane: Lane, of: &LaneSleep, clock: &Clock) -> Option<Self> {
        let time = |ticks: u128| Some(ticks as f64 * clock.timebase?.nanoseconds(1));
        let time_ns = time(of.time(clock.extent().map(|(_, end)| end)));
        let whole = clock.duration().filter(|whole| *whole > 0.0);
        (of.times > 0).then(|| Self {
            lane: lane.into(),
            times: of.times,
            time_ns,
            share: time_ns.zip(whole).map(|(time, whole)| (time / whole).min(1.0)),
            wakeup_ns: Timing::new(&of.wake_up, clock),
        })
    }
}

impl LowPower {
    /// `None` where no lane ever was in such a mode.
    pub(crate) fn new(of: &LowPowerStatistics, lanes: usize, clock: &Clock) -> Option<Self> {
        if *of == LowPowerStatistics::default() {
            return None;
        }
        let data = (0u8..).zip(&of.lanes).take(lanes);
        let all = data
            .map(|(lane, of)| (Lane::Data(lane), of))
            .chain([(Lane::Clock, &of.clock)]);
        let sleep: Vec<Sleep> = all.filter_map(|(lane, of)| Sleep::new(lane, of, clock)).collect();
        Some(Self {
            ulps: of.ulps.iter().copied().take(lanes).collect(),
            clock_ulps: of.clock_ulps,
            ulps_ns: clock.timebase.map(|_| sleep.iter().filter_map(|of| of.time_ns).sum()),
            wakeup_ns: Timing::new(&of.wake_up, clock),
            sleep,
            lpdt: of.transmissions,
            lpdt_bytes: of.bytes,
            triggers: of.triggers,
            turnarounds: of.turnarounds,
        })
    }

    /// On one line.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.describe_sleep());
        if self.lpdt > 0 {
            parts.push(format!(
                "LPDT {}, {}",
                text::count(self.lpdt, "time"),
                text::count(self.lpdt_bytes, "byte")
            ));
        }
        if self.triggers > 0 {
            parts.push(text::count(self.triggers, "trigger"));
        }
        if self.turnarounds > 0 {
            parts.push(text::count(self.turnarounds, "turnaround"));
        }
        parts.join("; ")
    }

    fn describe_sleep(&self) -> Option<String> {
        let times = self.sleep.iter().map(|of| of.times).max()?;
        let lanes = self
            .sleep
            .iter()
            .filter(|of| matches!(of.lane, LaneName::Data(_)))
            .count() as u64;
        let on = match (lanes, self.clock_ulps) {
            (0, _) => "the clock lane".to_owned(),
            (_, 0) => text::count(lanes, "data lane"),
            _ => format!("{} and the clock", text::count(lanes, "data lane")),
        };
        let mut part = "ULPS ".to_owned();
        let shares = || self.sleep.iter().filter_map(|of| of.share);
        let (least, most) = (shares().fold(1.0, f64::min), shares().fold(0.0, f64::max));
        if shares().next().is_some() {
            part.push_str(&range(percent(least), percent(most)));
            part.push_str(" of the time ");
        }
        part.push_str(&format!("on {on}, {}", text::count(times, "time")));
        if let Some(wake_up) = &self.wakeup_ns {
            part.push_str(", wake-up ");
            part.push_str(&range(text::time(wake_up.min), text::time(wake_up.max)));
            let bound = TimingParameter::Wakeup.row().min;
            if let Some(least) = bound.and_then(|bound| bound.nanoseconds(None)) {
                part.push_str(&format!(" (least {})", text::time(least)));
            }
        }
        Some(part)
    }
}

fn range(least: String, most: String) -> String {
    if least == most {
        least
    } else {
        format!("{least} to {most}")
    }
}

/// Two digits, or as many as it takes to tell it from everything.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = match percent {
        0.0..1.0 => 2,
        1.0..10.0 => 1,
        99.0..100.0 => 2,
        _ => 0,
    };
    format!("{percent:.decimals$} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        let table = [
            (0.0012, "0.12 %"),
            (0.05, "5.0 %"),
            (0.978, "98 %"),
            (0.99934, "99.93 %"),
            (1.0, "100 %"),
        ];
        for (share, expected) in table {
            assert_eq!(percent(share), expected);
        }
    }
}
