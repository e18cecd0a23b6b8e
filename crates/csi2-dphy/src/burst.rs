//! The bursts of all lanes together: which lanes have started, how far apart, and which have ended.
//!
//! Ref: circuitvalley/USB_C_Industrial_Camera_FPGA_USB3 `mipi_csi_rx_lane_aligner.v`;
//! gatecat/CSI2Rx `verilog_cores/phy/word_combiner.v`.

use crate::lane::Candidate;
use crate::{DeskewKind, Lane, LaneEvent, LaneMerger, LowPowerEvent, MAX_LANES, PinEvent, SotVerdict, Tick};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// No lane has started.
    Idle,
    /// Some lanes have started; their bytes wait in the merger.
    Gathering,
    /// All lanes have started.
    Running,
    /// The burst is given up, its lanes have not all stopped.
    Lost,
}

/// Collects the lanes' events into the link's.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    phase: Phase,
    all: u8,
    /// Lanes of this burst: all, or the first ones alone.
    own: u8,
    /// A burst of the first lanes alone is told as one.
    follows_fewer: bool,
    /// When the lanes stopped before such a burst could be told, or were given up.
    overdue: Option<Overdue>,
    started: u8,
    ended: u8,
    /// Lanes whose missing sync byte was reported.
    reported: u8,
    /// Greatest distance of the sync bytes in bits.
    limit: u64,
    /// Bit count at the first data bit of each lane.
    first_bit: [u64; MAX_LANES],
    first_at: [Tick; MAX_LANES],
    sync: [SotVerdict; MAX_LANES],
    /// Bit count at the last deskew burst.
    deskew: Option<u64>,
    events: Events,
}

/// When it was decided that no more lanes would come.
#[derive(Clone, Copy, Debug)]
struct Overdue {
    at: Tick,
    /// All lanes were in a low-power state by then.
    stopped: bool,
}

impl Burst {
    pub(crate) fn new(lanes: usize, limit: u64) -> Self {
        let all = (0xFFu16 >> (MAX_LANES - lanes.min(MAX_LANES))) as u8;
        Self {
            phase: Phase::Idle,
            all,
            own: all,
            follows_fewer: false,
            overdue: None,
            started: 0,
            ended: 0,
            reported: 0,
            limit,
            first_bit: [0; MAX_LANES],
            first_at: [0; MAX_LANES],
            sync: [SotVerdict::Clean; MAX_LANES],
            deskew: None,
            events: Events::new(),
        }
    }

    /// `lane` reports. `first_bit` is the bit count at its first data bit, `now` the count at this bit; `well` says
    /// whether its trail was in order.
    pub(crate) fn lane(
        &mut self,
        lane: usize,
        event: LaneEvent,
        first_bit: u64,
        now: u64,
        well: bool,
        merger: &mut LaneMerger,
    ) {
        let mask = mask(lane);
        let number = lane as u8;
        match event {
            LaneEvent::Start { sync, at } => self.start(lane, sync, at, first_bit, merger),
            LaneEvent::Byte(byte) => {
                if self.is_open() {
                    merger.push_byte(lane, byte);
                }
            }
            LaneEvent::Deskew { at, length } => {
                // All lanes say so, within their skew.
                if self.deskew.is_none_or(|before| now.abs_diff(before) > self.limit + 8) {
                    let kind = DeskewKind::of_length(length);
                    self.events.push(PinEvent::Deskew { kind, length, at });
                }
                self.deskew = Some(now);
            }
            LaneEvent::NoSync { at } => {
                self.started |= mask;
                self.ended |= mask;
                if self.reported & mask == 0 {
                    self.reported |= mask;
                    self.events.push(PinEvent::SotSyncError { lane: number, at });
                }
                if self.phase != Phase::Running {
                    self.lose(merger);
                }
            }
            LaneEvent::End { at, .. } => {
                self.ended |= mask;
                if self.phase != Phase::Running {
                    return;
                }
                if !well {
                    self.events.push(PinEvent::EotError { lane: number, at });
                }
                if self.ended & self.own == self.own {
                    self.end(at, merger);
                    self.reset();
                }
            }
            LaneEvent::LowPower(event) => self.low_power(Lane::Data(number), event),
        }
    }

    /// `lane` reports something that is no burst.
    pub(crate) fn low_power(&mut self, lane: Lane, event: LowPowerEvent) {
        // The clock lane has no escape commands, and so neither data nor turnarounds.
        let number = match lane {
            Lane::Clock => 0,
            Lane::Data(number) => number,
        };
        let event = match event {
            LowPowerEvent::Escape { command, at } => PinEvent::Escape { lane, command, at },
            LowPowerEvent::EscapeUnknown { bits, count, at } => PinEvent::EscapeEntryError {
                lane: number,
                bits,
                count,
                at,
            },
            LowPowerEvent::Data { byte, at } => PinEvent::LowPowerData { lane: number, byte, at },
            LowPowerEvent::EscapeEnd {
                command,
                since,
                mark,
                at,
                stray_bits,
            } => {
                if stray_bits > 0 {
                    self.events.push(PinEvent::LowPowerSyncError {
                        lane: number,
                        bits: stray_bits,
                        at,
                    });
                }
                PinEvent::EscapeEnd {
                    lane,
                    command,
                    since,
                    mark,
                    at,
                }
            }
            LowPowerEvent::Turnaround { at } => PinEvent::Turnaround { lane: number, at },
            LowPowerEvent::Illegal { at } => PinEvent::ControlError { lane, at },
        };
        self.events.push(event);
    }

    /// Bursts of the first lanes alone are told, too.
    pub(crate) fn follow_fewer(&mut self) {
        self.follows_fewer = true;
    }

    /// Lanes are overdue. Those in `resting` have not left the stop state: if they are all that is missing, the others
    /// may be a burst of their own. Returns whether that is so, and told.
    pub(crate) fn narrow(&mut self, resting: u8, at: Tick, stopped: bool, merger: &mut LaneMerger) -> bool {
        let first = self.started & self.started.wrapping_add(1) == 0;
        let narrow = self.follows_fewer
            && self.phase == Phase::Gathering
            && first
            && self.started != self.all
            && !merger.holds_another()
            && self.started | resting & self.all == self.all;
        if narrow {
            self.own = self.started;
            self.overdue = Some(Overdue { at, stopped });
            self.phase = Phase::Running;
            merger.set_lanes(self.lanes());
            self.announce();
        }
        narrow
    }

    /// The burst of fewer lanes that was told last is none: lanes are missing.
    pub(crate) fn refuse(&mut self, merger: &mut LaneMerger) {
        let Some(Overdue { at, stopped }) = self.overdue.take().filter(|_| self.phase == Phase::Running) else {
            return;
        };
        self.own = self.all;
        self.give_up(0, at, merger);
        if stopped {
            self.reset();
        }
    }

    /// The burst of fewer lanes that was told last is one. What ended before it was told ends now.
    pub(crate) fn accept(&mut self, merger: &mut LaneMerger) {
        if let Some(Overdue { at, stopped: true }) = self.overdue.take() {
            merger.hold(false);
            self.end(at, merger);
            self.reset();
        }
    }

    /// Lanes of this burst.
    pub(crate) fn lanes(&self) -> usize {
        self.own.count_ones() as usize
    }

    /// The lanes in `lost` showed no sync byte, others have not even started: the burst cannot be completed.
    pub(crate) fn give_up(&mut self, lost: u8, at: Tick, merger: &mut LaneMerger) {
        for lane in lanes_of(self.all & !self.started) {
            if lost & mask(lane.into()) != 0 {
                self.reported |= mask(lane.into());
                self.events.push(PinEvent::SotSyncError { lane, at });
            } else {
                self.events.push(PinEvent::AlignError { lane, at });
            }
        }
        self.lose(merger);
    }

    /// `lane` gives no bytes while the others fill the merger.
    pub(crate) fn starve(&mut self, lane: u8, at: Tick, merger: &mut LaneMerger) {
        self.events.push(PinEvent::AlignError { lane, at });
        self.end(at, merger);
        self.lose(merger);
    }

    /// All lanes are in a low-power state.
    pub(crate) fn stopped(&mut self, at: Tick, merger: &mut LaneMerger) {
        // That is told first; see [`Burst::accept`].
        if self.narrow(!self.started, at, true, merger) {
            return;
        }
        match self.phase {
            Phase::Gathering => {
                self.give_up(0, at, merger);
            }
            Phase::Running => self.end(at, merger),
            Phase::Idle | Phase::Lost => {}
        }
        self.reset();
    }

    /// A burst begins at the sync bytes found within the last one.
    pub(crate) fn adopt(&mut self, lane: usize, candidate: Candidate, merger: &mut LaneMerger) {
        self.start(
            lane,
            candidate.sync,
            candidate.at.unwrap_or_default(),
            candidate.start,
            merger,
        );
    }

    /// The next lane to start begins a burst.
    pub(crate) fn reset(&mut self) {
        self.phase = Phase::Idle;
        self.own = self.all;
        self.overdue = None;
        self.started = 0;
        self.ended = 0;
        self.reported = 0;
    }

    pub(crate) fn poll(&mut self) -> Option<PinEvent> {
        self.events.pop()
    }

    pub(crate) fn has_news(&self) -> bool {
        self.events.count > 0
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// Greatest distance of the sync bytes in bits.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether bytes are taken.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Gathering | Phase::Running)
    }

    /// Whether lanes are missing that should have started by `now`.
    pub(crate) fn is_overdue(&self, now: u64) -> bool {
        let age = lanes_of(self.started).filter_map(|lane| self.first_bit.get(usize::from(lane)));
        self.phase == Phase::Gathering && age.min().is_some_and(|first| now.saturating_sub(*first) > self.limit)
    }

    fn start(&mut self, lane: usize, sync: SotVerdict, at: Tick, first_bit: u64, merger: &mut LaneMerger) {
        let mask = mask(lane);
        if self.started & mask != 0 {
            // This lane's next burst, while others have not finished the last one.
            let missing = if self.phase == Phase::Running {
                !self.ended
            } else {
                !self.started
            };
            if let Some(lane) = lanes_of(self.own & missing).next().filter(|_| self.is_open()) {
                self.events.push(PinEvent::AlignError { lane, at });
            }
            if self.phase == Phase::Running {
                self.end(at, merger);
            }
            self.reset();
        }
        if self.phase == Phase::Running && self.own & mask == 0 {
            // It joins a burst of fewer lanes.
            self.events.push(PinEvent::AlignError { lane: lane as u8, at });
        }
        self.started |= mask;
        if let (Some(bit), Some(tick), Some(verdict)) = (
            self.first_bit.get_mut(lane),
            self.first_at.get_mut(lane),
            self.sync.get_mut(lane),
        ) {
            (*bit, *tick, *verdict) = (first_bit, at, sync);
        }
        if self.phase == Phase::Idle {
            self.phase = Phase::Gathering;
            if merger.lanes() != self.lanes() {
                merger.set_lanes(self.lanes());
            }
            merger.next_burst();
            merger.hold(true);
        }
        if self.phase == Phase::Gathering && self.started == self.all {
            self.phase = Phase::Running;
            self.announce();
        }
    }

    /// The burst that was told ends, and its bytes with it, whenever they are asked for.
    fn end(&mut self, at: Tick, merger: &mut LaneMerger) {
        self.events.push(PinEvent::BurstEnd { at });
        merger.end_burst();
    }

    fn announce(&mut self) {
        let lanes = self.lanes();
        let earliest = self.first_bit.iter().take(lanes).min().copied().unwrap_or(0);
        let mut skew = [0; MAX_LANES];
        let mut sync = [SotVerdict::Clean; MAX_LANES];
        for (lane, (skew, sync)) in skew.iter_mut().zip(&mut sync).enumerate().take(lanes) {
            let bit = self.first_bit.get(lane).copied().unwrap_or(earliest);
            *skew = u16::try_from(bit - earliest).unwrap_or(u16::MAX);
            *sync = self.sync.get(lane).copied().unwrap_or(SotVerdict::Clean);
        }
        let at = self.first_at.iter().take(lanes).min().copied().unwrap_or(0);
        self.events.push(PinEvent::BurstStart {
            at,
            lanes: lanes as u8,
            sync,
            skew,
        });
    }

    fn lose(&mut self, merger: &mut LaneMerger) {
        self.phase = Phase::Lost;
        merger.next_burst();
    }
}

fn mask(lane: usize) -> u8 {
    1u8.checked_shl(lane as u32).unwrap_or(0)
}

fn lanes_of(mask: u8) -> impl Iterator<Item = u8> {
    (0..MAX_LANES as u8).filter(move |lane| mask >> lane & 1 == 1)
}

/// Events that came of one bit or one change, until they are asked for.
#[derive(Clone, Debug)]
struct Events {
    ring: [Option<PinEvent>; Self::MOST],
    next: usize,
    count: usize,
}

impl Events {
    /// Eight bits of eight lanes, each with an event or two, are the most that can pile up.
    const MOST: usize = 64;

    fn new() -> Self {
        Self {
            ring: [None; Self::MOST],
            next: 0,
            count: 0,
        }
    }

    fn push(&mut self, event: PinEvent) {
        if let Some(slot) = self
            .ring
            .get_mut((self.next + self.count) % Self::MOST)
            .filter(|_| self.count < Self::MOST)
        {
            *slot = Some(event);
            self.count += 1;
        }
    }

    fn pop(&mut self) -> Option<PinEvent> {
        self.count = self.count.checked_sub(1)?;
        let event = self.ring.get_mut(self.next)?.take();
        self.next = (self.next + 1) % Self::MOST;
        event
    }
}
