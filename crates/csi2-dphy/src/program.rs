//! When each wire changes its state, in unit intervals from the beginning of what was started.
//!
//! Ref: torvalds/linux `include/linux/phy/phy-mipi-dphy.h`; ti.com DS90UB954 (continuous and gated clock, skew
//! calibration); Microchip CSI-2 documentation, escape mode (ultra-low-power state).

mod burst;
mod clock;
mod escape;
mod flaw;
mod states;

use crate::{Clocking, LineState, MAX_LANES, TransmitTiming, UnitIntervals, WaveformSettings};

pub(crate) use burst::Content;
use burst::LaneBurst;
use clock::{ClockProgram, ClockRun, ClockSleep};
use escape::LaneEscape;
pub(crate) use escape::{Escape, EscapeHead};
pub use flaw::{BitSlip, LaneFlaw, TrailLevel};
use states::LaneStates;

/// What was started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) length: u64,
    pub(crate) lanes: [LaneProgram; MAX_LANES],
    pub(crate) clock: ClockProgram,
}

/// What a data lane does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LaneProgram {
    /// LP-11.
    Stop,
    Burst(LaneBurst),
    Escape(LaneEscape),
    States(LaneStates),
}

impl LaneProgram {
    /// Levels of Dp and Dn in the eight UI from `ui`, the first in the lowest position.
    pub(crate) fn levels(&self, bytes: &[u8], ui: u64) -> (u8, u8) {
        match self {
            Self::Stop => (0xFF, 0xFF),
            Self::Burst(burst) => burst.levels(bytes, ui),
            Self::Escape(escape) => escape.levels(bytes, ui),
            Self::States(states) => states.levels(ui),
        }
    }
}

impl Program {
    /// A stop state. Here and below, `phase` is 0 when the first UI has a rising edge of the continuous clock.
    pub(crate) fn idle(settings: &WaveformSettings, phase: u64, length: u64) -> Self {
        Self {
            length,
            lanes: [LaneProgram::Stop; MAX_LANES],
            clock: if gated(settings) {
                ClockProgram::Stop
            } else {
                ClockProgram::Running { phase }
            },
        }
    }

    /// A burst; `bits` of each lane after its sync.
    pub(crate) fn burst(
        settings: &WaveformSettings,
        phase: u64,
        content: Content,
        bits: [u64; MAX_LANES],
        flaws: &[LaneFlaw; MAX_LANES],
    ) -> Self {
        let timing = &settings.timing;
        let entry = sum(&[timing.lpx, timing.hs_prepare, timing.hs_zero]);
        let gated = gated(settings);
        // The sync sequence begins in a UI with a rising edge. A gated clock toggles a little longer for it, over a
        // continuous one HS-ZERO lasts longer.
        let (toggle, request, stretch) = if gated {
            let toggle = sum(&[timing.lpx, timing.clk_prepare, timing.clk_zero]);
            let pre = u64::from(timing.clk_pre);
            (toggle, toggle + pre + ((pre + entry) & 1), 0)
        } else {
            (0, 0, (phase + entry) & 1)
        };
        let first = request + entry + stretch;
        let longest = bits.iter().take(settings.lanes).max().copied().unwrap_or(0);
        let end = first
            .saturating_add(content.sync())
            .saturating_add(longest)
            .saturating_add(timing.hs_trail.into());
        let mut program = Self::idle(settings, phase, 0);
        let mut stopped = end;
        let lanes = program.lanes.iter_mut().zip(settings.skew).zip(bits).zip(flaws);
        for (((lane, skew), bits), flaw) in lanes.take(settings.lanes) {
            if flaw.absent {
                continue;
            }
            let skew = skew.saturating_add(flaw.late);
            let late = |ui: u64| ui.saturating_add(u64::from(skew));
            let bits = flaw.length(bits);
            let lpx = u64::from(timing.lpx);
            let requested = lpx.saturating_sub(flaw.request.unwrap_or(timing.lpx).into());
            let burst = LaneBurst {
                content,
                flaw: *flaw,
                request: late(request + requested),
                bridge: late(request + lpx),
                zero: late(request + lpx + u64::from(timing.hs_prepare)),
                sync: late(first),
                data: late(first + content.sync()),
                trail: late((first + content.sync()).saturating_add(bits)),
                stop: late(end).saturating_sub(flaw.early.into()),
            };
            stopped = stopped.max(burst.stop);
            *lane = LaneProgram::Burst(burst);
        }
        if gated {
            let post = stopped.saturating_add(timing.clk_post.into());
            // The last edge falls.
            let trail = post.saturating_add((post ^ toggle) & 1);
            stopped = trail.saturating_add(timing.clk_trail.into());
            program.clock = ClockProgram::Awake(ClockRun {
                trail,
                stop: stopped,
                ..ClockRun::starting(timing, 0, toggle)
            });
        }
        program.length = stopped.saturating_add(timing.hs_exit.into());
        program
    }

    /// States of T_LPX on some data lanes.
    pub(crate) fn states(settings: &WaveformSettings, phase: u64, lanes: u8, states: &[LineState]) -> Self {
        let mut program = Self::idle(settings, phase, 0);
        let mut stopped = 0;
        let every = program.lanes.iter_mut().zip(settings.skew).enumerate();
        for (_, (lane, skew)) in every.take(settings.lanes).filter(|(lane, _)| lanes >> lane & 1 == 1) {
            let states = LaneStates::new(states, skew.into(), settings.timing.lpx.into());
            stopped = stopped.max(states.stop());
            *lane = LaneProgram::States(states);
        }
        program.length = stopped.saturating_add(settings.timing.hs_exit.into());
        program
    }

    /// An escape, of some data lanes and perhaps the clock lane.
    pub(crate) fn escape(settings: &WaveformSettings, phase: u64, escape: &Escape) -> Self {
        let timing = &settings.timing;
        let lpx = u64::from(timing.lpx).max(1);
        let exit = u64::from(timing.hs_exit);
        // The last LP-00 of all lanes begins at the same time, and so does Mark-1.
        let entry = escape.last().saturating_mul(lpx);
        let (clock_trail, clock_stop) = clock_stop(settings, phase);
        let clock_entry = match gated(settings) {
            false => clock_stop.saturating_add(exit).saturating_add(lpx),
            true => lpx,
        };
        let last = if escape.clock { entry.max(clock_entry) } else { entry };
        let mark = last.saturating_add(escape.stay.max(lpx));
        let stop = mark.saturating_add(escape.mark.max(1));
        let mut program = Self::idle(settings, phase, 0);
        let mut stopped = stop;
        let lanes = program.lanes.iter_mut().zip(settings.skew).enumerate();
        for (lane, (program, skew)) in lanes.take(settings.lanes) {
            if escape.lanes >> lane & 1 == 0 {
                continue;
            }
            let late = |ui: u64| ui.saturating_add(u64::from(skew));
            *program = LaneProgram::Escape(LaneEscape {
                head: escape.head,
                bytes: escape.bytes,
                lpx,
                request: late(last - entry),
                mark: late(mark),
                stop: late(stop),
            });
            stopped = stopped.max(late(stop));
        }
        program.length = stopped.saturating_add(exit);
        if escape.clock {
            let mut sleep = ClockSleep {
                trail: clock_trail,
                stop: clock_stop,
                request: last - lpx,
                low: last,
                mark,
                awake: stop,
                again: None,
            };
            if !gated(settings) {
                let request = stop.saturating_add(exit);
                let toggle = request.saturating_add(sum(&[timing.lpx, timing.clk_prepare, timing.clk_zero]));
                let toggle = toggle.saturating_add((toggle ^ phase) & 1);
                sleep.again = Some(ClockRun::starting(timing, request, toggle));
                program.length = program.length.max(toggle.saturating_add(timing.clk_pre.into()));
            }
            program.clock = ClockProgram::Asleep { phase, sleep };
        }
        program
    }
}

/// Whether the clock lane is in LP-11 between bursts, and anyone sees it.
fn gated(settings: &WaveformSettings) -> bool {
    settings.clocking == Clocking::Gated && settings.wires.clock
}

/// End of the clock's edges, and the stop state after them. A gated clock is stopped already.
fn clock_stop(settings: &WaveformSettings, phase: u64) -> (u64, u64) {
    if gated(settings) {
        return (0, 0);
    }
    let TransmitTiming {
        clk_post, clk_trail, ..
    } = settings.timing;
    let post = u64::from(clk_post);
    // The last edge falls.
    let trail = post + ((post ^ phase) & 1);
    (trail, trail + u64::from(clk_trail))
}

fn sum(parts: &[UnitIntervals]) -> u64 {
    parts.iter().map(|part| u64::from(*part)).sum()
}
