//! What the lanes did in their low-power modes.

use super::text;
use super::timing::Timing;
use crate::session::Clock;
use csi2_analyzer::LowPowerStatistics;
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
    /// Transmissions of low-power data, and their bytes.
    lpdt: u64,
    lpdt_bytes: u64,
    triggers: u64,
    turnarounds: u64,
}

impl LowPower {
    /// `None` where no lane ever was in such a mode.
    pub(crate) fn new(of: &LowPowerStatistics, lanes: usize, clock: &Clock) -> Option<Self> {
        if *of == LowPowerStatistics::default() {
            return None;
        }
        Some(Self {
            ulps: of.ulps.iter().copied().take(lanes).collect(),
            clock_ulps: of.clock_ulps,
            ulps_ns: clock
                .timebase
                .map(|timebase| of.ulps_time as f64 * timebase.nanoseconds(1)),
            wakeup_ns: Timing::new(&of.wake_up, clock),
            lpdt: of.transmissions,
            lpdt_bytes: of.bytes,
            triggers: of.triggers,
            turnarounds: of.turnarounds,
        })
    }

    /// On one line.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        let entries = self.ulps.iter().sum::<u64>() + self.clock_ulps;
        if entries > 0 {
            let lanes = self.ulps.iter().filter(|count| **count > 0).count() as u64;
            let clock = if self.clock_ulps > 0 { " and the clock" } else { "" };
            let mut part = format!(
                "ULPS {} on {}{clock}",
                text::count(entries, "time"),
                text::count(lanes, "lane")
            );
            if let Some(time) = self.ulps_ns {
                part.push_str(&format!(", {} of all lanes together", text::time(time)));
            }
            if let Some(wake_up) = &self.wakeup_ns {
                let (least, most) = (text::time(wake_up.min), text::time(wake_up.max));
                part.push_str(&format!(", wake-up {least}"));
                if least != most {
                    part.push_str(&format!(" to {most}"));
                }
            }
            parts.push(part);
        }
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
}
