//! From pins to lane bytes: when a bit is taken, when a line state counts, and the bursts of all lanes.

use crate::burst::{Burst, Phase};
use crate::clock::{EdgeDetector, UnitMeter};
use crate::grid::Grid;
use crate::lines::Lines;
use crate::rows::Rows;
use crate::wires::{CLOCK, CLOCK_LP, ClockWires, HS, LP, WireTable, stopped};
use crate::{LaneEvent, LaneMerger, LaneReceiver, LineState, MAX_LANES, PinEvent, PinMap, PinSettings, Samples, Tick};

mod changes;

/// Receiver of a whole link's pins.
///
/// With a clock lane, a bit is taken at each of its edges, with the data levels just before the edge; without one,
/// each sample is a bit, and of changes see [`PinReceiver::assume_unit_interval`]. Bytes of all lanes go to the merger, trail bytes included.
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
    /// Bit times of changes without a clock lane.
    grid: Option<Grid>,
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
    boundary: Option<Boundary>,
    /// The packet layer has all it wants of the burst: so many merged bytes.
    released: Option<u64>,
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
        Self {
            lanes: core::array::from_fn(|_| LaneReceiver::new(!blind)),
            count,
            blind,
            edges: EdgeDetector::new(table.clock()),
            meter: UnitMeter::new(),
            grid: None,
            raw: None,
            word: 0,
            stamp: None,
            next: 0,
            lines: Lines::new(),
            rows: Rows::new(),
            listening: blind,
            bulk: blind,
            bits: 0,
            now: 0,
            data: 0,
            burst: Burst::new(count, limit),
            boundary: None,
            released: None,
            table,
        }
    }

    /// Takes samples until something happens or `merger` has no room. Returns samples consumed and the event.
    ///
    /// Fewer samples than given and no event: drain the merger and go on. The bytes of a burst leave the merger from the
    /// call after [`PinEvent::BurstStart`] on; those still in it at [`PinEvent::BurstEnd`] belong to the burst.
    pub fn samples(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        let (first, bytes) = (seen.first, seen.bytes);
        match seen.unit {
            0 => (0, self.resume(merger)),
            1 => self.run::<1>(first, bytes.iter().map(|byte| u64::from(*byte)), merger),
            2 => self.run::<2>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit).into()),
                merger,
            ),
            4 => self.run::<4>(
                first,
                bytes.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit).into()),
                merger,
            ),
            unit => {
                let little_endian = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                self.run::<8>(first, bytes.chunks_exact(unit).map(little_endian), merger)
            }
        }
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

    /// Whether bursts end visibly (LP wires present on all lanes).
    pub fn sees_lp(&self) -> bool {
        !self.blind
    }

    /// Mean length of a UI in ticks, measured at the clock edges so far, pauses left out. Where there is
    /// no clock, as assumed, else a sample. `None` before the first burst.
    pub fn unit_interval(&self) -> Option<f64> {
        if self.table.clock() == ClockWires::None {
            let unit = self.grid.as_ref().map_or(1.0, Grid::unit_interval);
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

    fn run<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        if let Some(event) = self.resume(merger) {
            return (0, Some(event));
        }
        if self.table.clock() == ClockWires::None {
            self.run_states::<UNIT>(first, samples, merger)
        } else {
            self.run_clocked::<UNIT>(first, samples, merger)
        }
    }

    /// Several samples a bit: only those that differ from the one before matter.
    fn run_clocked<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let mut budget = budget(merger);
        let mut taken = 0;
        for sample in samples {
            let at = first.saturating_add(taken as u64);
            if self.raw == Some(sample) && at < self.lines.deadline {
                taken += 1;
                continue;
            }
            if budget == 0 {
                return (taken, None);
            }
            budget -= 1;
            taken += 1;
            self.raw = Some(sample);
            self.step(self.table.gather::<UNIT>(sample), at, merger);
            if self.has_news() {
                return (taken, self.poll());
            }
        }
        (taken, None)
    }

    /// One sample a bit.
    fn run_states<const UNIT: usize>(
        &mut self,
        first: Tick,
        samples: impl Iterator<Item = u64>,
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let mut taken = 0;
        for sample in samples.take(budget(merger)) {
            let at = first.saturating_add(taken as u64);
            let word = self.table.gather::<UNIT>(sample);
            if at >= self.lines.deadline {
                self.settle(at, merger);
            }
            if (word ^ self.word) & LP != 0 {
                self.line_states(word, at, merger);
            }
            self.word = word;
            self.take(word, at, merger);
            taken += 1;
            if self.has_news() {
                return (taken, self.poll());
            }
        }
        (taken, None)
    }

    /// The wires are now `word`.
    #[inline]
    fn step(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        if at >= self.lines.deadline {
            self.settle(at, merger);
        }
        let before = self.word;
        let changed = word ^ before;
        self.word = word;
        if changed & (CLOCK | CLOCK_LP) != 0 && self.edges.edge(word) {
            self.meter.edge(at);
            self.take(before, at, merger);
        }
        if let Some(grid) = self.grid.as_mut().filter(|_| changed & HS != 0) {
            grid.edge(at);
        }
        if changed & LP != 0 {
            self.line_states(word, at, merger);
        }
    }

    /// One bit of each lane.
    #[inline]
    fn take(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        if !self.listening {
            return;
        }
        if !self.bulk {
            self.bit((word & HS) as u8, at, merger);
        } else if self.rows.push((word & HS) as u8, at) {
            self.octets(merger);
        }
    }

    /// Eight rows are full: eight bits of each lane.
    fn octets(&mut self, merger: &mut LaneMerger) {
        let octets = self.rows.transposed();
        let steady = |(lane, octet): (&LaneReceiver, u8)| lane.is_steady(octet);
        let gathering = self.burst.phase() == Phase::Gathering;
        if gathering || !self.lanes.iter().zip(octets).take(self.count).all(steady) {
            self.flush(merger);
            return;
        }
        for (index, (lane, octet)) in self.lanes.iter_mut().zip(octets).enumerate().take(self.count) {
            if let Some(byte) = lane.octet(octet) {
                merger.push_byte(index, byte);
            }
        }
        self.bits += 8;
        self.now = self.rows.at[7];
        self.rows.count = 0;
    }

    /// The rows at hand, bit by bit.
    fn flush(&mut self, merger: &mut LaneMerger) {
        let count = core::mem::take(&mut self.rows.count);
        if count == 0 {
            return;
        }
        let rows = (self.rows.bits >> (64 - 8 * count)).to_le_bytes();
        let instants = self.rows.at;
        for (row, at) in rows.into_iter().zip(instants).take(count) {
            self.bit(row, at, merger);
        }
    }

    /// One bit of each lane, with all that may come of it.
    fn bit(&mut self, levels: u8, at: Tick, merger: &mut LaneMerger) {
        self.bits += 1;
        self.now = at;
        for lane in 0..self.count {
            if self.lines.hold(lane) {
                continue;
            }
            self.lane_bit(lane, levels >> lane & 1 == 1, at, merger);
        }
        if self.burst.is_overdue(self.bits) && !self.lanes.iter().any(LaneReceiver::is_undecided) {
            let lanes = self.lanes.iter().zip(0u32..);
            let lost = lanes.fold(0, |mask, (lane, index)| mask | u8::from(lane.is_lost()) << index);
            self.burst.give_up(lost, at, merger);
            if self.blind {
                self.burst.reset();
                self.hunt();
            }
            self.refresh();
        }
        if self.blind && self.burst.phase() == Phase::Running {
            self.look_for_boundary();
        }
    }

    fn lane_bit(&mut self, lane: usize, level: bool, at: Tick, merger: &mut LaneMerger) {
        let Some(receiver) = self.lanes.get_mut(lane) else {
            return;
        };
        if let Some(event) = receiver.bit(level, at) {
            let first_bit = self.bits.wrapping_sub(receiver.loose_bits());
            self.burst.lane(lane, event, first_bit, self.bits, true, merger);
            if !matches!(event, LaneEvent::Byte(_)) {
                self.refresh();
            }
        }
    }

    /// The LP levels of `word` differ from those before.
    #[inline]
    fn line_states(&mut self, word: u32, at: Tick, merger: &mut LaneMerger) {
        let stop = stopped(word);
        let changed = (word ^ self.lines.seen) & LP & !self.data;
        if changed != 0 || stop != self.lines.stop {
            self.changed_lines(word, stop, (changed >> 8 | changed >> 16) as u8, at, merger);
        }
        self.lines.seen = word;
    }

    fn changed_lines(&mut self, word: u32, stop: u8, changed: u8, at: Tick, merger: &mut LaneMerger) {
        self.flush(merger);
        for lane in 0..self.count {
            let is = stop >> lane & 1 == 1;
            let was = self.lines.stop >> lane & 1 == 1;
            if is && !was {
                if self.lanes.get(lane).is_some_and(LaneReceiver::in_hs) {
                    // Between two bits a pair may pass through LP-11: it counts once it has lasted.
                    self.lines
                        .suspect(lane, at, at.saturating_add(self.meter.gap().saturating_mul(2).max(2)));
                } else {
                    self.line(lane, LineState::Lp11, at, merger);
                }
                continue;
            }
            if was && !is {
                for _ in 0..self.lines.clear(lane) {
                    self.lane_bit(lane, true, at, merger);
                }
            }
            let in_data = self.lanes.get(lane).is_some_and(LaneReceiver::in_data);
            if changed >> lane & 1 == 1 && !is && !in_data {
                let state = match (word >> (8 + lane) & 1, word >> (16 + lane) & 1) {
                    (0, 0) => LineState::Lp00,
                    (0, _) => LineState::Lp01,
                    _ => LineState::Lp10,
                };
                self.line(lane, state, at, merger);
            }
        }
        self.lines.stop = stop;
        self.refresh();
    }

    /// Stop states that have lasted until `now` count.
    fn settle(&mut self, now: Tick, merger: &mut LaneMerger) {
        self.flush(merger);
        for lane in 0..self.count {
            if let Some(since) = self.lines.lasted(lane, now) {
                self.lines.clear(lane);
                self.line(lane, LineState::Lp11, since, merger);
            }
        }
        self.refresh();
    }

    fn line(&mut self, lane: usize, state: LineState, at: Tick, merger: &mut LaneMerger) {
        let Some(receiver) = self.lanes.get_mut(lane) else {
            return;
        };
        let was_in_hs = receiver.in_hs();
        let event = receiver.line(state, at);
        let well = receiver.ended_well();
        let stops = was_in_hs && !receiver.in_hs();
        if let Some(event) = event {
            self.burst.lane(lane, event, self.bits, self.bits, well, merger);
        }
        if stops && !self.lanes.iter().take(self.count).any(LaneReceiver::in_hs) {
            self.burst.stopped(at, merger);
        }
    }

    /// A stop state, HS-ZERO and a sync byte on all lanes of a running burst.
    fn look_for_boundary(&mut self) {
        if self.boundary.is_some() {
            return;
        }
        let (mut bytes, mut at, mut ready) = (u64::MAX, Tick::MAX, 0);
        let (mut earliest, mut latest) = (u64::MAX, 0);
        for (lane, index) in self.lanes.iter_mut().zip(0u64..).take(self.count) {
            let Some(candidate) = lane.candidate() else { continue };
            if lane.candidate_age().is_some_and(|age| age > MOST_SKEW_BLIND) {
                lane.forget_candidate();
            } else if let Some(first) = candidate.at {
                // The byte of this lane after those would be the first that is not before the stop state.
                bytes = bytes.min(candidate.before.saturating_mul(self.count as u64).saturating_add(index));
                at = at.min(first);
                earliest = earliest.min(candidate.start);
                latest = latest.max(candidate.start);
                ready += 1;
            }
        }
        if ready == self.count && ready > 0 && latest - earliest <= self.burst.limit() {
            self.boundary = Some(Boundary { at, bytes, told: false });
        }
    }

    /// What is left from the last call.
    fn resume(&mut self, merger: &mut LaneMerger) -> Option<PinEvent> {
        if let Some(bytes) = self.released.take() {
            self.leave_burst(bytes, merger);
        }
        if let Some(event) = self.poll() {
            return Some(event);
        }
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
            let empty = (0u8..).zip(waiting).take(self.count).find(|(_, waiting)| *waiting == 0);
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

    /// The packet layer has the burst's `bytes` merged bytes. Lanes that have seen the next sync byte since start with
    /// it, the others look for it.
    fn leave_burst(&mut self, bytes: u64, merger: &mut LaneMerger) {
        self.boundary = None;
        self.burst.reset();
        let count = self.count.max(1) as u64;
        for (index, lane) in self.lanes.iter_mut().enumerate().take(self.count) {
            let own = bytes.saturating_sub(index as u64).div_ceil(count);
            match lane.candidate().filter(|candidate| candidate.before >= own) {
                Some(candidate) if lane.adopt(candidate) => {
                    self.burst.adopt(index, candidate, merger);
                    while let Some(byte) = lane.take_byte() {
                        merger.push_byte(index, byte);
                    }
                }
                Some(_) => {}
                None => lane.release_after(own),
            }
        }
        self.refresh();
    }

    fn poll(&mut self) -> Option<PinEvent> {
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

    fn has_news(&self) -> bool {
        self.burst.has_news() || self.boundary.is_some_and(|boundary| !boundary.told)
    }

    fn hunt(&mut self) {
        self.lanes.iter_mut().for_each(LaneReceiver::release);
    }

    /// The masks that follow from the lanes' and the burst's state.
    fn refresh(&mut self) {
        let in_data = |(lane, index): (&LaneReceiver, u32)| u32::from(lane.in_data()) << index;
        let data = self.lanes.iter().zip(0..).take(self.count).map(in_data).sum::<u32>();
        self.data = data << 8 | data << 16;
        let all = data.count_ones() as usize == self.count;
        self.listening = self.lanes.iter().take(self.count).any(LaneReceiver::in_hs);
        self.bulk = self.blind || (all && self.lines.pending == 0 && self.burst.phase() == Phase::Running);
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
