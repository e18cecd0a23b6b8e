//! Bursts of lanes: which clock is whose first and last.

use super::event::{Pending, PortBytes};
use super::wires::Levels;
use super::{LanePorts, PortEvent};
use crate::{MAX_LANES, Tick};

/// Where the lanes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Between bursts.
    Idle,
    /// Some lanes have begun, since this clock.
    Beginning { since: u64 },
    /// All have.
    Running,
    /// The rest of the burst is of no use.
    Lost,
}

/// A lane within the burst.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// Clock of its sync strobe, or of its first byte.
    began: Option<u64>,
    synced: bool,
    /// It was seen at rest after that.
    fell: bool,
    /// Bytes before the next sync strobe are of the burst before.
    wants_sync: bool,
    /// Level of the sync strobe.
    sync: bool,
}

/// What a lane shows at a clock.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// In a burst.
    on: bool,
    /// The sync strobe rises.
    sync: bool,
    /// Bytes with a meaning, a bit each.
    bytes: u8,
}

/// The lanes of a link.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    ports: [LanePorts; MAX_LANES],
    count: usize,
    /// Greatest lateness of a lane, in clocks.
    window: u64,
    phase: Phase,
    lanes: [Lane; MAX_LANES],
    clock: u64,
    /// A sync strobe was seen on some lane.
    strobed: bool,
}

impl Lanes {
    pub(super) fn new(ports: [LanePorts; MAX_LANES], count: usize, max_skew_bytes: usize) -> Self {
        let mut lanes = Self {
            ports,
            count: count.clamp(1, MAX_LANES),
            window: 0,
            phase: Phase::Idle,
            lanes: [Lane::default(); MAX_LANES],
            clock: 0,
            strobed: false,
        };
        lanes.window = max_skew_bytes.div_ceil(lanes.width()) as u64;
        lanes
    }

    /// Bytes of a lane at each clock.
    pub(super) fn width(&self) -> usize {
        let [first, ..] = &self.ports;
        (first.data.width() / 8).max(1)
    }

    /// A clock at which the wires were `levels`. Returns whether the next one with the same levels would do nothing.
    pub(super) fn clock(&mut self, levels: &Levels, at: Tick, pending: &mut Pending) -> bool {
        self.clock += 1;
        let mut seen = [Seen::default(); MAX_LANES];
        let mut rising = false;
        for ((seen, ports), (index, lane)) in seen
            .iter_mut()
            .zip(&self.ports)
            .zip((0..).zip(&mut self.lanes))
            .take(self.count)
        {
            let level = levels.sync(index);
            rising |= level && !lane.sync;
            self.strobed |= level;
            *seen = look(ports, lane, levels, index);
            lane.sync = level;
        }
        let seen = seen;
        let on = seen.iter().any(|lane| lane.on);
        let again = self.restarts(&seen);
        match (self.phase, on) {
            // A lane that had begun begins once more: the burst before is over.
            (Phase::Beginning { .. } | Phase::Running | Phase::Lost, _) if again => {
                self.end(at, pending);
                self.begin(&seen, true, at, pending);
            }
            // A burst may begin.
            (Phase::Idle, true) => self.begin(&seen, false, at, pending),
            (Phase::Idle, false) => {}
            // The lanes that have not begun by now never will.
            (Phase::Beginning { since }, _) if self.clock - since > self.window => self.settle(on, at, pending),
            (Phase::Beginning { .. }, _) => self.join(&seen),
            (Phase::Running, true) => {}
            (Phase::Running, false) => self.end(at, pending),
            (Phase::Lost, true) => self.join(&seen),
            (Phase::Lost, false) => self.rest(),
        }
        if matches!(self.phase, Phase::Beginning { .. } | Phase::Running) {
            self.take(&seen, levels, at, pending);
        }
        if matches!(self.phase, Phase::Beginning { .. }) && self.all_began() {
            self.phase = Phase::Running;
            pending.verdict(PortEvent::Aligned { skew: self.skew() });
        }
        let idle = seen.iter().all(|lane| lane.bytes == 0) || matches!(self.phase, Phase::Lost | Phase::Idle);
        idle && !rising && !matches!(self.phase, Phase::Beginning { .. })
    }

    /// So many clocks pass at which nothing happens.
    pub(super) fn pass(&mut self, clocks: u64) {
        self.clock = self.clock.saturating_add(clocks);
    }

    /// The burst is over, whatever the wires say.
    pub(super) fn give_up(&mut self, at: Tick, pending: &mut Pending) {
        if matches!(self.phase, Phase::Beginning { .. } | Phase::Running) {
            self.end(at, pending);
        }
        self.phase = Phase::Lost;
    }

    fn begin(&mut self, seen: &[Seen; MAX_LANES], again: bool, at: Tick, pending: &mut Pending) {
        let strobed = self.strobed;
        for (lane, ports) in self.lanes.iter_mut().zip(&self.ports) {
            *lane = Lane {
                sync: lane.sync,
                // Where strobes are known to come, bytes without one are the middle of something.
                wants_sync: (again || strobed) && ports.sync.is_some(),
                ..Lane::default()
            };
        }
        self.phase = Phase::Beginning { since: self.clock };
        self.join(seen);
        if self.lanes.iter().all(|lane| lane.began.is_none()) {
            // Active, but nothing has come yet.
            return self.rest();
        }
        pending.start(at);
    }

    /// Lanes that begin at this clock.
    fn join(&mut self, seen: &[Seen; MAX_LANES]) {
        for (lane, seen) in self.lanes.iter_mut().zip(seen) {
            if seen.sync {
                (lane.began, lane.synced, lane.wants_sync) = (Some(self.clock), true, false);
            } else if seen.bytes != 0 && !lane.wants_sync && lane.began.is_none() {
                lane.began = Some(self.clock);
            }
            lane.fell |= lane.began.is_some() && !seen.on;
        }
    }

    /// Whether a lane begins once more.
    fn restarts(&self, seen: &[Seen; MAX_LANES]) -> bool {
        let beginning = matches!(self.phase, Phase::Beginning { .. });
        self.lanes.iter().zip(seen).any(|(lane, seen)| match lane.began {
            Some(_) if beginning && lane.fell && seen.on => true,
            Some(began) => seen.sync && (lane.synced || self.clock - began > self.window),
            None => false,
        })
    }

    fn take(&self, seen: &[Seen; MAX_LANES], levels: &Levels, at: Tick, pending: &mut Pending) {
        let mut bytes = PortBytes::lanes(at);
        for (index, (seen, (lane, ports))) in seen.iter().zip(self.lanes.iter().zip(&self.ports)).enumerate() {
            if lane.began.is_none() || lane.wants_sync {
                continue;
            }
            for (bit, byte) in levels.data(index).into_iter().enumerate().take(ports.data.width() / 8) {
                if seen.bytes >> bit & 1 == 1 {
                    bytes.push(index, byte);
                }
            }
        }
        pending.bytes(bytes);
    }

    fn all_began(&self) -> bool {
        self.lanes.iter().take(self.count).all(|lane| lane.began.is_some())
    }

    /// Decides on a burst of which some lanes are missing.
    fn settle(&mut self, on: bool, at: Tick, pending: &mut Pending) {
        let missing = self.lanes.iter().take(self.count).position(|lane| lane.began.is_none());
        let Some(lane) = missing else { return };
        // A packet of four bytes leaves lanes from the fifth on without any, if only valid tells.
        let rest = self.lanes.iter().zip(&self.ports).take(self.count).skip(lane);
        let short = lane >= 4
            && !on
            && rest
                .into_iter()
                .all(|(lane, ports)| lane.began.is_none() && ports.active.is_none() && ports.sync.is_none());
        if short {
            self.phase = Phase::Running;
            pending.verdict(PortEvent::Aligned { skew: self.skew() });
        } else {
            self.phase = Phase::Lost;
            pending.verdict(PortEvent::AlignError { lane: lane as u8, at });
        }
    }

    fn end(&mut self, at: Tick, pending: &mut Pending) {
        if let Phase::Beginning { .. } = self.phase {
            // Cut short before all lanes came.
            self.settle(false, at, pending);
        }
        if self.phase == Phase::Running {
            pending.end(at);
        }
        self.rest();
    }

    fn rest(&mut self) {
        self.phase = Phase::Idle;
        for lane in &mut self.lanes {
            *lane = Lane {
                sync: lane.sync,
                ..Lane::default()
            };
        }
    }

    /// Lateness of each lane in bits.
    fn skew(&self) -> [u16; MAX_LANES] {
        let earliest = self.lanes.iter().filter_map(|lane| lane.began).min().unwrap_or(0);
        let mut skew = [0; MAX_LANES];
        for (skew, lane) in skew.iter_mut().zip(&self.lanes) {
            let late = lane.began.map_or(0, |began| began - earliest);
            *skew = u16::try_from(late.saturating_mul(8 * self.width() as u64)).unwrap_or(u16::MAX);
        }
        skew
    }
}

fn look(ports: &LanePorts, lane: &Lane, levels: &Levels, index: usize) -> Seen {
    let active = ports.active.is_some() && levels.active(index);
    let level = ports.sync.is_some() && levels.sync(index);
    let sync = level && !lane.sync;
    let all = (1u8 << (ports.data.width() / 8).min(7)) - 1;
    let bytes = match ports.valid.width() {
        // Without valid, data is there from the sync strobe on while the lane is active.
        0 if active && (ports.sync.is_none() || lane.synced || sync) => all,
        0 => 0,
        1 if levels.lane_valid(index) == 0 => 0,
        1 => all,
        _ => levels.lane_valid(index) & all,
    };
    Seen {
        on: active || level || bytes != 0,
        sync,
        bytes,
    }
}
