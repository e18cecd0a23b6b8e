//! Samples of one bit time each, many at once: from the wires to merged bytes.
//!
//! What a burst's data goes through bit by bit comes to the same in the end: [`PinReceiver::merge`] takes samples only where
//! all that the lanes would make of them is bytes, and leaves the lanes as those bits would have.

use super::PinReceiver;
use super::taps::Stop;
use crate::burst::Phase;
use crate::strand::Strand;
use crate::{LaneMerger, LaneReceiver, MAX_LANES, Samples, Tick};
use csi2_kernels::{Tap, sample_bytes};

/// Fewer rows are not worth it.
const LEAST_ROWS: usize = 16;
/// Rows by which lanes may be apart.
const MOST_LEAD: usize = 13;

/// Between the ends of sync bytes that may start one burst: they are no more than 48 bits apart, and the search goes on for up
/// to 35 behind each.
const BITS_APART: u64 = 128;

/// How a stretch of samples becomes rows of bytes.
struct Plan {
    taps: [Tap; MAX_LANES],
    /// The lane whose byte is the first.
    turn: usize,
    /// Of each lane, the row of the first whole byte.
    from: [usize; MAX_LANES],
    /// Rows before those that are whole samples of all lanes.
    lead: usize,
    /// All rows.
    rows: usize,
    /// All samples.
    samples: usize,
}

impl PinReceiver {
    /// Where each sample is a bit, or a clock among them says which are, takes samples of a running burst straight to merged
    /// bytes: those that wait in `merger` first, then as many more as `out` and the samples allow, of which no more are taken
    /// than may fill it. Returns (samples consumed, bytes written); what does not make whole rows is in the merger.
    ///
    /// None at all where something other than bytes might come of them, or where it would not be worth it:
    /// [`PinReceiver::samples`] takes them.
    pub fn merge(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger, out: &mut [u8]) -> (usize, usize) {
        if out.len() < LEAST_ROWS * self.count || !self.may_stride() {
            return (0, 0);
        }
        self.flush(merger);
        let done = if self.takes_each_sample() {
            self.stride(seen, merger, out)
        } else {
            self.stride_clocked(seen, merger, out)
        };
        done.unwrap_or((0, 0))
    }

    /// Where each sample is a bit: how many more the next `bytes` merged bytes of a running burst take. `None` where that
    /// cannot be said.
    pub fn samples_until(&self, bytes: usize, merger: &LaneMerger) -> Option<usize> {
        self.bits_until(bytes, merger).filter(|_| self.takes_each_sample())
    }

    /// How many more bits of each lane the next `bytes` merged bytes of a running burst take. `None` where that cannot be said.
    pub fn bits_until(&self, bytes: usize, merger: &LaneMerger) -> Option<usize> {
        let turn = merger.next_turn(self.count)?;
        let waiting = merger.waiting();
        let lanes = self.lanes.iter().zip(&waiting).enumerate().take(self.count);
        let missing = lanes.map(|(lane, (receiver, waiting))| {
            let before = (lane + self.count - turn) % self.count;
            let own = bytes.saturating_sub(before).div_ceil(self.count);
            let there = receiver.loose_bits() as usize + self.lines.held(lane) as usize;
            (8 * own.saturating_sub(*waiting)).saturating_sub(there)
        });
        missing.max()
    }

    /// Whether nothing but data is under way.
    fn may_stride(&self) -> bool {
        !self.singly
            && (self.takes_each_sample() || self.may_stride_clocked())
            && self.burst.phase() == Phase::Running
            && self.burst.lanes() == self.count
            && self.released.is_none()
            && self.lines.is_still()
    }

    /// `seen` has a sample a bit.
    pub(super) fn stride(
        &mut self,
        seen: &Samples<'_>,
        merger: &mut LaneMerger,
        out: &mut [u8],
    ) -> Option<(usize, usize)> {
        let plan = self.plan(seen, merger, out.len())?;
        let count = self.count;
        let head = plan.lead * count - plan.turn;
        let whole = out.get_mut(head..plan.rows * count - plan.turn)?;
        let seen = &Samples {
            bytes: seen.bytes.get(..plan.samples * seen.unit)?,
            ..*seen
        };
        let rows = sample_bytes(self.backend, seen.bytes, seen.unit, plan.taps.get(..count)?, whole);
        // With a clock, all samples have been looked at, those between the bits, too.
        let clocked = !self.takes_each_sample();
        if rows != plan.rows - plan.lead || !(clocked || self.stays_in_hs(seen, &plan, whole)) {
            return None;
        }
        if plan.lead > 0 {
            for lane in 0..count {
                self.fill_head(seen, &plan, lane, merger, out);
            }
        }
        let merged = out.get(..plan.rows * count - plan.turn)?;
        let mut strands = [const { None }; MAX_LANES];
        let mut searches = [const { None }; MAX_LANES];
        for (lane, (strand, search)) in strands.iter_mut().zip(&mut searches).enumerate().take(count) {
            let all = self.strand(seen, &plan, lane, merged)?;
            let after = self.lanes.get(lane)?.search_after(&all)?;
            if clocked && after.is_undecided() {
                // It would know an instant.
                return None;
            }
            *search = Some(after);
            *strand = Some(all);
        }
        if self.begins_within(strands.get(..count)?) {
            return None;
        }
        merger.restart();
        for (lane, (receiver, found)) in self.lanes.iter_mut().zip(strands.iter().zip(searches)).enumerate() {
            let (Some(strand), Some(search)) = found else { continue };
            for byte in receiver.leap(strand, search) {
                merger.push_byte(lane, byte);
            }
        }
        self.bits += plan.samples as u64;
        self.now = seen.first.saturating_add(plan.samples as Tick - 1);
        self.word = self.wires(seen, plan.samples - 1).unwrap_or(self.word);
        self.lines.seen = self.word;
        Some((plan.samples, merged.len()))
    }

    /// Whether all lanes may show the sync byte of another burst, no further apart than lanes may be.
    fn begins_within(&self, strands: &[Option<Strand<'_>>]) -> bool {
        let (Some(first), Some(Some(strand))) = (self.lanes.first(), strands.first()) else {
            return false;
        };
        let mut reached = [0; MAX_LANES];
        let mut row = 0;
        while let Some(entry) = first.next_entry(strand, row) {
            row = entry.fall + 1;
            let ends = strand.bits_at(entry.ends);
            let lanes = self.lanes.iter().zip(strands.iter().flatten());
            let mut others = lanes.zip(&mut reached).skip(1);
            let near = |((receiver, strand), reached): ((&LaneReceiver, &Strand<'_>), &mut usize)| {
                while let Some(other) = receiver.next_entry(strand, *reached) {
                    let at = strand.bits_at(other.ends);
                    if at + BITS_APART >= ends {
                        return at <= ends + BITS_APART;
                    }
                    *reached = other.fall + 1;
                }
                *reached = usize::MAX;
                false
            };
            if others.all(near) {
                return true;
            }
        }
        false
    }

    /// `None` where something else than data is under way, or too little of it.
    fn plan(&self, seen: &Samples<'_>, merger: &LaneMerger, room: usize) -> Option<Plan> {
        let taps = self.taps.filter(|taps| (taps.least_unit..=8).contains(&seen.unit))?;
        let turn = merger.turn(self.count)?;
        let lanes = self.lanes.get(..self.count)?;
        if self.has_news() || self.boundary.is_some() || !lanes.iter().all(LaneReceiver::may_leap) {
            return None;
        }
        let mut plan = Plan {
            taps: taps.data,
            turn,
            from: [0; MAX_LANES],
            lead: 0,
            rows: 0,
            samples: 0,
        };
        let waiting = merger.waiting();
        for (lane, (receiver, from)) in lanes.iter().zip(&mut plan.from).enumerate() {
            let begun = usize::from(receiver.loose_bits() > 0);
            *from = waiting.get(lane)? + usize::from(lane < turn) + begun;
            plan.lead = plan.lead.max(*from);
        }
        if plan.lead > MOST_LEAD {
            return None;
        }
        // No more than may give what is wanted.
        let samples = (seen.bytes.len() / seen.unit).min(self.bits_until(room, merger)?);
        let mut most = 0;
        for ((receiver, from), tap) in lanes.iter().zip(&plan.from).zip(&mut plan.taps) {
            tap.skip = (8 - receiver.loose_bits() as usize) % 8 + 8 * (plan.lead - from);
            most = most.max(tap.skip);
        }
        let head = plan.lead * self.count - turn;
        let rows = (samples.saturating_sub(most) / 8).min(room.saturating_sub(head) / self.count);
        plan.rows = plan.lead + rows;
        plan.samples = samples;
        (rows >= LEAST_ROWS).then_some(plan)
    }

    /// The bytes of `lane` before those that `sample_bytes` writes.
    fn fill_head(&self, seen: &Samples<'_>, plan: &Plan, lane: usize, merger: &LaneMerger, out: &mut [u8]) {
        let (Some(tap), Some(&from), Some(receiver)) = (plan.taps.get(lane), plan.from.get(lane), self.lanes.get(lane))
        else {
            return;
        };
        let mut put = |row: usize, byte: u8| {
            let slot = (row * self.count + lane).checked_sub(plan.turn);
            if let Some(slot) = slot.and_then(|slot| out.get_mut(slot)) {
                *slot = byte;
            }
        };
        for (row, byte) in (usize::from(lane < plan.turn)..).zip(merger.waiting_of(lane)) {
            put(row, byte);
        }
        let loose = receiver.loose_bits() as u32;
        let lead = (tap.skip % 8) as u32;
        if loose > 0 && from > 0 {
            let older = (receiver.history() >> (64 - loose)) as u8;
            put(from - 1, older | (bits(seen, tap, 0, lead) << loose) as u8);
        }
        for row in from..plan.lead {
            let first = lead as usize + 8 * (row - from);
            put(row, bits(seen, tap, first, 8) as u8);
        }
    }

    fn strand<'a>(&self, seen: &Samples<'_>, plan: &Plan, lane: usize, merged: &'a [u8]) -> Option<Strand<'a>> {
        let tap = plan.taps.get(lane)?;
        let lead_bits = (tap.skip % 8) as u32;
        let end = tap.skip + 8 * (plan.rows - plan.lead);
        let tail_bits = (plan.samples - end) as u32;
        let mut strand = Strand {
            before: self.lanes.get(lane)?.history(),
            lead: bits(seen, tap, 0, lead_bits) as u8,
            lead_bits,
            merged,
            lanes: self.count,
            lane,
            turn: plan.turn,
            from: *plan.from.get(lane)?,
            to: plan.rows,
            tail: bits(seen, tap, end, tail_bits),
            tail_bits,
            last: 0,
            at: seen.first,
            backend: self.backend,
        };
        strand.last = strand.newest();
        Some(strand)
    }

    /// Whether no sample shows the stop state on any lane. `whole`: the rows of whole samples.
    fn stays_in_hs(&self, seen: &Samples<'_>, plan: &Plan, whole: &[u8]) -> bool {
        let (stop, opposite) = match self.taps.map(|taps| taps.stop) {
            None | Some(Stop::Unseen) => return true,
            Some(Stop::Opposite(taps)) => (taps, true),
            Some(Stop::Low(taps)) => (taps, false),
        };
        let same = |lane: usize, first: usize, count: usize| {
            let (Some(stop), Some(data)) = (stop.get(lane), plan.taps.get(lane)) else {
                return false;
            };
            let count = count as u32;
            bits(seen, stop, first, count) == if opposite { bits(seen, data, first, count) } else { 0 }
        };
        let rows = plan.rows - plan.lead;
        for (lane, tap) in plan.taps.iter().enumerate().take(self.count) {
            let end = tap.skip + 8 * rows;
            if !same(lane, 0, tap.skip) || !same(lane, end, plan.samples - end) {
                return false;
            }
        }
        let mut taps = stop;
        taps.iter_mut()
            .zip(&plan.taps)
            .for_each(|(tap, data)| tap.skip = data.skip);
        let mut piece = [0; PIECE];
        let piece_rows = PIECE / self.count.max(1);
        let mut samples = seen.bytes;
        for whole in whole.chunks(piece_rows * self.count) {
            let (Some(piece), Some(taps)) = (piece.get_mut(..whole.len()), taps.get(..self.count)) else {
                return false;
            };
            let done = sample_bytes(self.backend, samples, seen.unit, taps, piece);
            if done * self.count != whole.len() || (opposite && piece != whole) || (!opposite && !is_zero(piece)) {
                return false;
            }
            samples = samples.get(8 * done * seen.unit..).unwrap_or_default();
        }
        true
    }
}

/// Bytes compared at once.
const PIECE: usize = 1024;

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |any, byte| any | byte) == 0
}

/// `count` bits of the lane at `tap`, the first in the lowest position: those of the samples from `first` on.
pub(super) fn bits(seen: &Samples<'_>, tap: &Tap, first: usize, count: u32) -> u128 {
    if count == 0 {
        return 0;
    }
    let octet = seen.bytes.get(first..).and_then(|bytes| bytes.first_chunk());
    if let Some(octet) = octet.filter(|_| seen.unit == 1 && count <= 8) {
        // The products move bit 8 k to bit 56 + k.
        let levels = u64::from_le_bytes(*octet) >> tap.bit & 0x0101_0101_0101_0101;
        let levels = (levels.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
        let levels = if tap.inverted { !levels } else { levels };
        return u128::from(levels & (0xFF >> (8 - count)));
    }
    let (byte, bit) = (usize::from(tap.bit / 8), tap.bit % 8);
    let samples = seen.bytes.chunks_exact(seen.unit).skip(first);
    let levels = samples.map(|sample| sample.get(byte).is_some_and(|byte| byte >> bit & 1 == 1) != tap.inverted);
    levels
        .zip(0..count.min(128))
        .fold(0, |bits, (level, index)| bits | u128::from(level) << index)
}
