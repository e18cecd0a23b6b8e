//! Measures the durations of the line protocol as they occur.

use super::follow::{LaneMeter, Step};
use super::{Durations, TimingParameter};
use crate::{EscapeCommand, Lane, LineState, LowPowerEvent, MAX_LANES, Tick};

/// Durations seen so far: least, mean and greatest of each parameter on each lane.
///
/// They are what the wires show, in ticks. Where a bit or a count of clock cycles is one end of a duration,
/// [`TimingRow`](super::TimingRow) says how that is to be read.
#[derive(Clone, Debug, Default)]
pub struct TimingMeter {
    lanes: [LaneMeter; MAX_LANES],
    clock: LaneMeter,
    run: Run,
    pre: Durations,
    post: Durations,
}

/// The clock, between two stop states of its lane.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Run {
    /// Nothing is known of its beginning: it does not stop, or its lane is not visible.
    #[default]
    Unknown,
    /// It does not run. A data lane may have asked for HS all the same.
    Stopped { requested: bool },
    /// It runs since then. The first request of a data lane is behind it, and the last burst ended then.
    Running {
        since: Tick,
        requested: bool,
        burst_end: Option<Tick>,
    },
}

impl TimingMeter {
    /// The lane's line state changes to `state`. Of a lane in HS, only LP-11 is told; after LP-00 on the way to HS, the
    /// first HS-0 is told as LP-01. In escape mode every line state is told. LP-11 may be told here,
    /// by [`TimingMeter::data_stops`] or [`TimingMeter::clock_stops`], or by both in any order.
    pub(crate) fn line(&mut self, lane: Lane, state: LineState, at: Tick) {
        match lane {
            Lane::Clock => {
                if let (Run::Unknown, Step::Stops { .. }) = (self.run, self.clock.line(state, at)) {
                    self.run = Run::Stopped { requested: false };
                }
            }
            Lane::Data(index) => {
                let Some(lane) = self.lanes.get_mut(usize::from(index)) else {
                    return;
                };
                match lane.line(state, at) {
                    Step::Requests => self.burst_is_due(at),
                    Step::Stops { after_hs } => self.burst_is_over(after_hs, at),
                    Step::None => {}
                }
            }
        }
    }

    /// The clock lane has its first edge after a low-power state.
    pub(crate) fn clock_starts(&mut self, at: Tick) {
        self.clock.starts(at);
        let requested = self.run == Run::Stopped { requested: true };
        if requested {
            // The data lane was first.
            self.pre.add(at, at);
        }
        self.run = Run::Running {
            since: at,
            requested,
            burst_end: None,
        };
    }

    /// The clock lane is in LP-11 since `at`; its last edge was at `edge`.
    pub(crate) fn clock_stops(&mut self, edge: Tick, at: Tick) {
        self.clock.line(LineState::Lp11, at);
        self.clock.trail.add(edge, at);
        if let Run::Running { burst_end, .. } = self.run {
            if self.lanes.iter().any(LaneMeter::in_data) {
                // The data lanes are not done.
                self.post.add(edge, edge);
            } else if let Some(end) = burst_end {
                self.post.add(end, edge);
            }
        }
        self.run = Run::Stopped { requested: false };
    }

    /// The lane's first data bit.
    pub(crate) fn data_starts(&mut self, lane: u8, at: Tick) {
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.starts(at);
        }
    }

    /// The lane is in LP-11 since `at`; its level has last changed at `edge`, where the trail begins. Not told of
    /// bursts whose trail is not constant, nor of those without data.
    pub(crate) fn data_stops(&mut self, lane: u8, edge: Tick, at: Tick) {
        self.line(Lane::Data(lane), LineState::Lp11, at);
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.trail.add(edge, at);
        }
    }

    /// What the lane did in low-power mode: only the end of the ultra-low-power state is measured.
    pub(crate) fn low_power(&mut self, lane: Lane, event: LowPowerEvent) {
        let LowPowerEvent::EscapeEnd {
            command: EscapeCommand::Ulps,
            mark: Some(mark),
            at,
            ..
        } = event
        else {
            return;
        };
        let lane = match lane {
            Lane::Clock => Some(&mut self.clock),
            Lane::Data(index) => self.lanes.get_mut(usize::from(index)),
        };
        if let Some(lane) = lane {
            lane.wakeup.add(mark, at);
        }
    }

    /// What was measured of `parameter` on `lane`; `None` where it has no such parameter.
    pub fn durations(&self, parameter: TimingParameter, lane: Lane) -> Option<&Durations> {
        use TimingParameter::*;
        if !parameter.row().lanes.has(lane) {
            return None;
        }
        let of = match lane {
            Lane::Clock => &self.clock,
            Lane::Data(index) => self.lanes.get(usize::from(index))?,
        };
        Some(match parameter {
            Lpx => &of.lpx,
            HsPrepare | ClkPrepare => &of.prepare,
            HsPrepareZero | ClkPrepareZero => &of.settled,
            HsTrail | Eot | ClkTrail => &of.trail,
            HsExit => &of.exit,
            ClkPre => &self.pre,
            ClkPost => &self.post,
            Wakeup => &of.wakeup,
        })
    }

    /// A data lane asks for HS.
    fn burst_is_due(&mut self, at: Tick) {
        match &mut self.run {
            Run::Running { since, requested, .. } if !*requested => {
                *requested = true;
                self.pre.add(*since, at);
            }
            Run::Stopped { requested } => *requested = true,
            Run::Running { .. } | Run::Unknown => {}
        }
    }

    /// A data lane is back in the stop state.
    fn burst_is_over(&mut self, after_hs: bool, at: Tick) {
        match &mut self.run {
            Run::Running { burst_end, .. } if after_hs => *burst_end = (*burst_end).max(Some(at)),
            // The request was taken back.
            Run::Stopped { requested } => *requested = false,
            Run::Running { .. } | Run::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests;
