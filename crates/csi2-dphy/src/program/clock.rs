//! What the clock lane does.

use crate::TransmitTiming;

#[derive(Clone, Copy, Debug)]
pub(crate) enum ClockProgram {
    /// LP-11.
    Stop,
    /// Toggles throughout; the first UI has a rising edge when `phase` is 0.
    Running { phase: u64 },
    /// Toggles around a burst.
    Awake(ClockRun),
    /// Is in ULPS; toggles before and after it with `phase`, unless it is stopped between bursts.
    Asleep { phase: u64, sleep: ClockSleep },
}

/// First UI of each state of a clock lane that starts, toggles and stops.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockRun {
    pub(super) request: u64,
    pub(super) bridge: u64,
    pub(super) zero: u64,
    pub(super) toggle: u64,
    pub(super) trail: u64,
    pub(super) stop: u64,
}

/// First UI of each state of a clock lane that goes to ULPS and comes back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockSleep {
    pub(super) trail: u64,
    pub(super) stop: u64,
    pub(super) request: u64,
    pub(super) low: u64,
    pub(super) mark: u64,
    pub(super) awake: u64,
    /// How it starts again.
    pub(super) again: Option<ClockRun>,
}

/// The clock lane during one UI.
#[derive(Clone, Copy, Debug)]
enum ClockState {
    Stop,
    Request,
    Bridge,
    Zero,
    /// LP-10: on the way to ULPS, and Mark-1 on the way back.
    UlpsRequest,
    /// An edge in the middle; `high` after it.
    Toggling {
        high: bool,
    },
}

impl ClockProgram {
    /// CLKP (bit 0) and CLKN (bit 1), before and after the middle of the UI.
    pub(crate) fn levels(&self, ui: u64) -> (u32, u32) {
        let state = match self {
            Self::Stop => ClockState::Stop,
            Self::Running { phase } => rising((ui ^ phase) & 1 == 0),
            Self::Awake(run) => run.at(ui),
            Self::Asleep { phase, sleep } => sleep.at(ui, *phase),
        };
        match state {
            ClockState::Stop => (0b11, 0b11),
            ClockState::Request | ClockState::Zero => (0b10, 0b10),
            ClockState::Bridge => (0b00, 0b00),
            ClockState::UlpsRequest => (0b01, 0b01),
            ClockState::Toggling { high: true } => (0b10, 0b01),
            ClockState::Toggling { high: false } => (0b01, 0b10),
        }
    }
}

fn rising(high: bool) -> ClockState {
    ClockState::Toggling { high }
}

impl ClockRun {
    /// From LP-11 at `request` to the first edge at `toggle`; it does not stop.
    pub(super) fn starting(timing: &TransmitTiming, request: u64, toggle: u64) -> Self {
        let bridge = request.saturating_add(timing.lpx.into());
        Self {
            request,
            bridge,
            zero: bridge.saturating_add(timing.clk_prepare.into()),
            toggle,
            trail: u64::MAX,
            stop: u64::MAX,
        }
    }

    fn at(&self, ui: u64) -> ClockState {
        if ui < self.request || ui >= self.stop {
            ClockState::Stop
        } else if ui < self.bridge {
            ClockState::Request
        } else if ui < self.zero {
            ClockState::Bridge
        } else if ui < self.toggle || ui >= self.trail {
            ClockState::Zero
        } else {
            rising((ui ^ self.toggle) & 1 == 0)
        }
    }
}

impl ClockSleep {
    fn at(&self, ui: u64, phase: u64) -> ClockState {
        if ui < self.trail {
            rising((ui ^ phase) & 1 == 0)
        } else if ui < self.stop {
            ClockState::Zero
        } else if ui < self.request {
            ClockState::Stop
        } else if ui < self.low {
            ClockState::UlpsRequest
        } else if ui < self.mark {
            ClockState::Bridge
        } else if ui < self.awake {
            ClockState::UlpsRequest
        } else {
            self.again.map_or(ClockState::Stop, |run| run.at(ui))
        }
    }
}
