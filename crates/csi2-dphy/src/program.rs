//! When each wire of a burst changes its state, in unit intervals from the burst's beginning.
//!
//! Ref: torvalds/linux `include/linux/phy/phy-mipi-dphy.h`; ti.com DS90UB954 (continuous and gated clock, skew
//! calibration).

use crate::{Clocking, MAX_LANES, SYNC, UnitIntervals, WaveformSettings};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Content {
    Bytes,
    Deskew,
}

impl Content {
    /// UI of the sync sequence.
    const fn sync(self) -> u64 {
        match self {
            Self::Bytes => 8,
            Self::Deskew => 16,
        }
    }
}

/// What was started: when each lane changes its state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) length: u64,
    pub(crate) content: Content,
    pub(crate) lanes: [LaneProgram; MAX_LANES],
    pub(crate) clock: ClockProgram,
}

impl Program {
    pub(crate) fn idle(length: u64) -> Self {
        Self {
            length,
            content: Content::Bytes,
            lanes: [LaneProgram::IDLE; MAX_LANES],
            clock: ClockProgram::IDLE,
        }
    }

    /// `phase`: 0 when the first UI has a rising edge of the continuous clock. `bits` of each lane after its sync.
    pub(crate) fn new(settings: &WaveformSettings, phase: u64, content: Content, bits: [u64; MAX_LANES]) -> Self {
        let timing = &settings.timing;
        let sum = |parts: &[UnitIntervals]| parts.iter().map(|part| u64::from(*part)).sum::<u64>();
        let entry = sum(&[timing.lpx, timing.hs_prepare, timing.hs_zero]);
        let gated = settings.clocking == Clocking::Gated && settings.samples_per_ui > 1;
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
        let mut lanes = [LaneProgram::IDLE; MAX_LANES];
        let mut stopped = end;
        for ((lane, skew), bits) in lanes.iter_mut().zip(settings.skew).zip(bits).take(settings.lanes) {
            let late = |ui: u64| ui.saturating_add(u64::from(skew));
            let lpx = u64::from(timing.lpx);
            *lane = LaneProgram {
                request: late(request),
                bridge: late(request + lpx),
                zero: late(request + lpx + u64::from(timing.hs_prepare)),
                sync: late(first),
                data: late(first + content.sync()),
                trail: late((first + content.sync()).saturating_add(bits)),
                stop: late(end),
            };
            stopped = stopped.max(lane.stop);
        }
        let mut clock = ClockProgram::IDLE;
        if gated {
            let post = stopped.saturating_add(timing.clk_post.into());
            // The last edge falls.
            let trail = post.saturating_add((post ^ toggle) & 1);
            clock = ClockProgram {
                request: 0,
                bridge: timing.lpx.into(),
                zero: sum(&[timing.lpx, timing.clk_prepare]),
                toggle,
                trail,
                stop: trail.saturating_add(timing.clk_trail.into()),
            };
            stopped = clock.stop;
        }
        Self {
            length: stopped.saturating_add(timing.hs_exit.into()),
            content,
            lanes,
            clock,
        }
    }
}

/// First UI of each state of a data lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneProgram {
    request: u64,
    bridge: u64,
    zero: u64,
    sync: u64,
    data: u64,
    trail: u64,
    stop: u64,
}

impl LaneProgram {
    /// LP-11 throughout.
    const IDLE: Self = Self {
        request: u64::MAX,
        bridge: u64::MAX,
        zero: u64::MAX,
        sync: u64::MAX,
        data: u64::MAX,
        trail: u64::MAX,
        stop: u64::MAX,
    };

    /// Levels of Dp and Dn in the eight UI from `ui`, the first in the lowest position.
    pub(crate) fn levels(&self, content: Content, bytes: &[u8], ui: u64) -> (u8, u8) {
        if content == Content::Bytes && ui >= self.data && ui.saturating_add(8) <= self.trail {
            let bit = ui - self.data;
            let byte = |index: u64| bytes.get(index as usize).copied().unwrap_or(0);
            let pair = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
            let p = (pair >> (bit % 8)) as u8;
            return (p, !p);
        }
        let (mut p, mut n) = (0, 0);
        for index in 0..8 {
            let (dp, dn) = self.level(content, bytes, ui.saturating_add(index));
            p |= u8::from(dp) << index;
            n |= u8::from(dn) << index;
        }
        (p, n)
    }

    fn level(&self, content: Content, bytes: &[u8], ui: u64) -> (bool, bool) {
        let hs = |bit: bool| (bit, !bit);
        if ui < self.request || ui >= self.stop {
            (true, true)
        } else if ui < self.bridge {
            (false, true)
        } else if ui < self.zero {
            (false, false)
        } else if ui < self.sync {
            hs(false)
        } else if ui < self.data {
            hs(content == Content::Deskew || SYNC >> ((ui - self.sync) & 7) & 1 == 1)
        } else if ui < self.trail {
            hs(self.payload(content, bytes, ui - self.data))
        } else {
            // The inverse of the last bit; the sync sequence ends with a one.
            let last = match (self.trail - self.data).checked_sub(1) {
                Some(bit) => self.payload(content, bytes, bit),
                None => true,
            };
            hs(!last)
        }
    }

    fn payload(&self, content: Content, bytes: &[u8], bit: u64) -> bool {
        match content {
            Content::Bytes => bytes
                .get((bit / 8) as usize)
                .is_some_and(|byte| byte >> (bit % 8) & 1 == 1),
            Content::Deskew => bit & 1 == 1,
        }
    }
}

/// First UI of each state of a gated clock lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockProgram {
    request: u64,
    bridge: u64,
    zero: u64,
    toggle: u64,
    trail: u64,
    stop: u64,
}

impl ClockProgram {
    /// LP-11 throughout.
    const IDLE: Self = Self {
        request: u64::MAX,
        bridge: u64::MAX,
        zero: u64::MAX,
        toggle: u64::MAX,
        trail: u64::MAX,
        stop: u64::MAX,
    };

    pub(crate) fn at(&self, ui: u64) -> ClockState {
        if ui < self.request || ui >= self.stop {
            ClockState::Stop
        } else if ui < self.bridge {
            ClockState::Request
        } else if ui < self.zero {
            ClockState::Bridge
        } else if ui < self.toggle || ui >= self.trail {
            ClockState::Zero
        } else {
            ClockState::Toggling {
                high: (ui ^ self.toggle) & 1 == 0,
            }
        }
    }
}

/// The clock lane during one UI.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClockState {
    Stop,
    Request,
    Bridge,
    Zero,
    /// An edge in the middle; `high` after it.
    Toggling {
        high: bool,
    },
}

impl ClockState {
    /// CLKP (bit 0) and CLKN (bit 1), before and after the middle of the UI.
    pub(crate) const fn levels(self) -> (u32, u32) {
        match self {
            Self::Stop => (0b11, 0b11),
            Self::Request | Self::Zero => (0b10, 0b10),
            Self::Bridge => (0b00, 0b00),
            Self::Toggling { high: true } => (0b10, 0b01),
            Self::Toggling { high: false } => (0b01, 0b10),
        }
    }
}
