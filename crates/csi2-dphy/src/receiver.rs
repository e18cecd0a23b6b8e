//! From pins to lane bytes: when a bit is taken, when a line state counts, and the bursts of all lanes.

use crate::burst::{Burst, Phase};
use crate::clock::{EdgeDetector, UnitMeter};
use crate::grid::Grids;
use crate::lines::Lines;
use crate::rows::Rows;
use crate::wires::{ClockWires, WireTable};
use crate::{LaneMerger, LaneReceiver, MAX_LANES, PinEvent, PinMap, PinSettings, Tick, TimingMeter};
use clock_states::ClockLane;
use clocked::ClockTap;
use csi2_kernels::Backend;
use history::History;
use taps::Taps;

mod bits;
mod boundary;
mod changes;
mod clock_states;
mod clocked;
mod coast;
mod history;
mod samples;
mod states;
mod stride;
mod taps;
mod unclocked;
mod whole;

pub use whole::{BurstLength, BurstTaken};

/// Receiver of a whole link's pins.
///
/// With a clock lane, a bit is taken at each of its edges, with the data levels just before the edge; without one,
/// each sample is a bit, or see [`Sampling::unit_interval`](crate::Sampling::unit_interval). Bytes of all lanes go to the merger, trail bytes included.
///
/// Where the wires show LP states, each burst runs from [`PinEvent::BurstStart`] to [`PinEvent::BurstEnd`], or ends in
/// an error event. Without them only the sync bytes are visible: the packet layer, which knows lengths, calls
/// [`PinReceiver::release_after`] when it has its packets, and [`PinEvent::BoundaryInside`] stops the receiver at the next
/// burst in case it has not.
#[derive(Clone, Debug)]
pub struct PinReceiver {
    table: WireTable,
    lanes: [LaneReceiver; MAX_LANES],
    count: usize,
    blind: bool,
    edges: EdgeDetector,
    meter: UnitMeter,
    /// Bit times without a clock lane.
    grids: Option<Grids>,
    /// Levels of lanes that are sampled early.
    history: History,
    /// The last sample as it came, and the wires as they were.
    raw: Option<u64>,
    word: u32,
    /// Changes of one time stamp, until a later one follows.
    stamp: Option<Tick>,
    next: u32,
    lines: Lines,
    rows: Rows,
    /// Some lane is in HS, or may be.
    listening: bool,
    /// Bits go to `rows`: nothing but data is expected.
    bulk: bool,
    /// Bits taken so far, and the instant of the last one.
    bits: u64,
    now: Tick,
    /// Lanes in data, as [`LP`] bits.
    data: u32,
    burst: Burst,
    /// Low-power states shorter than this are none.
    glitch: Tick,
    clock: ClockLane,
    boundary: Option<Boundary>,
    /// The packet layer has all it wants of the burst: so many merged bytes.
    released: Option<u64>,
    timing: TimingMeter,
    /// Where many samples at once can be read.
    taps: Option<Taps>,
    clock_tap: Option<ClockTap>,
    /// Each sample is taken by itself.
    singly: bool,
    backend: Backend,
}

/// Sync bytes of all lanes within a burst.
#[derive(Clone, Copy, Debug)]
struct Boundary {
    at: Tick,
    bytes: u64,
    told: bool,
}

/// Greatest skew without LP wires: the sync bytes within a burst are kept in 64 bits.
const MOST_SKEW_BLIND: u64 = 48;
/// Bytes a lane may gain before the merger's room is looked at again.
const MARGIN: usize = 16;

impl PinReceiver {
    /// A receiver for the wires of `map`.
    pub fn new(map: PinMap, settings: PinSettings) -> Self {
        let table = WireTable::new(&map);
        let count = map.count.min(MAX_LANES);
        let blind = !table.sees_lp();
        let most = if blind { MOST_SKEW_BLIND } else { 8 * 1024 };
        let limit = (settings.max_skew_bytes as u64).saturating_mul(8).min(most);
        let mut receiver = Self {
            lanes: core::array::from_fn(|_| LaneReceiver::new(!blind)),
            count,
            blind,
            edges: EdgeDetector::new(table.clock()),
            meter: UnitMeter::new(),
            grids: None,
            history: History::new(settings.sampling.early),
            raw: None,
            word: 0,
            stamp: None,
            next: 0,
            lines: Lines::new(),
            rows: Rows::new(),
            listening: blind,
            bulk: blind && table.clock() == ClockWires::None,
            bits: 0,
            now: 0,
            data: 0,
            burst: Burst::new(count, limit),
            glitch: settings.sampling.glitch,
            clock: ClockLane::new(),
            boundary: None,
            released: None,
            timing: TimingMeter::default(),
            taps: Taps::new(&map, !blind),
            clock_tap: ClockTap::new(&map, !blind),
            singly: false,
            backend: Backend::detect(),
            table,
        };
        if let Some(unit) = settings.sampling.unit_interval {
            receiver.assume_unit_interval(unit.numerator, unit.denominator);
        }
        receiver
    }

    /// End of the capture. Call until `None`. A burst that is still running has no end event.
    pub fn finish(&mut self, merger: &mut LaneMerger) -> Option<PinEvent> {
        if let Some(event) = self.resume(merger) {
            return Some(event);
        }
        if let Some(stamp) = self.stamp.take() {
            self.step(self.next, stamp, merger);
        }
        self.flush(merger);
        self.settle(Tick::MAX, merger);
        for lane in 0..self.count {
            // A deskew burst is told at its end, and this is one.
            if let Some(event) = self.lanes.get_mut(lane).and_then(|lane| lane.end_deskew(self.now)) {
                self.burst.lane(lane, event, self.bits, self.bits, true, merger);
            }
        }
        self.poll()
    }

    /// Without LP wires, the packet layer says where the burst ended: hunt for the next one. With LP wires this does
    /// nothing.
    pub fn release(&mut self) {
        self.release_after(0);
    }

    /// The same, when the packets are known to take the burst's first `bytes` merged bytes. Nothing within them is then
    /// taken for the start of the next burst, not even where [`PinEvent::BoundaryInside`] suggested one.
    pub fn release_after(&mut self, bytes: u64) {
        if self.blind && self.burst.phase() == Phase::Running {
            self.released = Some(bytes);
        }
    }

    /// From now on, bursts of the first lanes alone, during which the others stay in a low-power state, are told like any
    /// other, with their number of lanes and their bytes in the merger: [`LaneMerger::peek`] shows whether they make sense,
    /// and [`PinReceiver::refuse`] turns them down. Needs wires that show LP states on all lanes.
    pub fn follow_fewer_lanes(&mut self) {
        if !self.blind {
            self.burst.follow_fewer();
        }
    }

    /// The burst of fewer lanes that has just been told is none: lanes are missing. Their errors follow.
    pub fn refuse(&mut self, merger: &mut LaneMerger) {
        self.burst.refuse(merger);
        self.refresh();
    }

    /// Takes each sample by itself from now on: what tests compare with.
    #[doc(hidden)]
    pub fn take_samples_singly(&mut self) {
        self.singly = true;
        self.refresh();
    }

    /// Whether bursts end visibly (LP wires present on all lanes).
    pub fn sees_lp(&self) -> bool {
        !self.blind
    }

    /// Whether a clock says which samples are bits.
    pub fn has_clock(&self) -> bool {
        self.table.clock() != ClockWires::None
    }

    /// Durations of the line protocol, measured so far.
    pub fn timing(&self) -> &TimingMeter {
        &self.timing
    }

    /// Mean length of a UI in ticks, measured at the clock edges so far, pauses left out. Where there is
    /// no clock, as assumed, else a sample. `None` before the first burst.
    pub fn unit_interval(&self) -> Option<f64> {
        if self.table.clock() == ClockWires::None {
            let unit = self.grids.as_ref().map_or(1.0, Grids::unit_interval);
            return self.meter.was_open().then_some(unit);
        }
        self.meter.mean()
    }

    /// Whether the clock lane stops between bursts (gated) or goes on (continuous); `None` without a clock lane, and
    /// until it shows.
    pub fn clock_pauses(&self) -> Option<bool> {
        match self.table.clock() {
            ClockWires::None => None,
            _ => self.meter.pauses(),
        }
    }

    /// What is left from the last call.
    pub(super) fn resume(&mut self, merger: &mut LaneMerger) -> Option<PinEvent> {
        if let Some(bytes) = self.released.take() {
            self.leave_burst(bytes, merger);
        }
        if let Some(event) = self.poll() {
            return Some(event);
        }
        self.burst.accept(merger);
        if self.boundary.take().is_some() {
            // Told, and not released: it was payload.
            self.lanes.iter_mut().for_each(LaneReceiver::forget_candidate);
        }
        if self.burst.phase() == Phase::Running && !self.burst.has_news() {
            // The start was announced in an earlier call: its bytes may leave.
            merger.hold(false);
        }
        if self.burst.phase() == Phase::Running && merger.room() <= MARGIN {
            let waiting = merger.waiting();
            let empty = (0u8..)
                .zip(waiting)
                .take(self.burst.lanes())
                .find(|(_, waiting)| *waiting == 0);
            if let Some((lane, _)) = empty {
                self.burst.starve(lane, self.now, merger);
                if self.blind {
                    self.burst.reset();
                    self.hunt();
                }
                self.refresh();
            }
        }
        self.poll()
    }

    pub(super) fn poll(&mut self) -> Option<PinEvent> {
        if let Some(event) = self.burst.poll() {
            return Some(event);
        }
        let boundary = self.boundary.as_mut().filter(|boundary| !boundary.told)?;
        boundary.told = true;
        Some(PinEvent::BoundaryInside {
            at: boundary.at,
            bytes: boundary.bytes,
        })
    }

    pub(super) fn has_news(&self) -> bool {
        self.burst.has_news() || self.boundary.is_some_and(|boundary| !boundary.told)
    }

    pub(super) fn hunt(&mut self) {
        self.lanes.iter_mut().for_each(LaneReceiver::release);
    }

    /// The masks that follow from the lanes' and the burst's state.
    pub(super) fn refresh(&mut self) {
        let in_data = |(lane, index): (&LaneReceiver, u32)| u32::from(lane.in_data()) << index;
        let data = self.lanes.iter().zip(0..).take(self.count).map(in_data).sum::<u32>();
        self.data = data << 8 | data << 16;
        let all = data.count_ones() as usize == self.count;
        self.listening = self.lanes.iter().take(self.count).any(LaneReceiver::in_hs);
        let steady = all && !self.lines.is_stopping() && self.burst.phase() == Phase::Running;
        self.bulk = (self.blind || steady) && !self.singly && !(self.blind && self.has_clock());
        if self.burst.is_open() != self.meter.is_open() {
            if self.burst.is_open() {
                self.meter.open();
            } else {
                self.meter.close();
            }
        }
    }
}

/// Bits that fit the merger whatever they are.
fn budget(merger: &LaneMerger) -> usize {
    8 * merger.room().saturating_sub(MARGIN)
}
