//! Without LP wires, where each sample is a bit: a whole burst at once, from the idle lanes before it to the trail behind it.
//!
//! It comes to the same as what [`PinReceiver::samples`] and [`PinReceiver::merge`] make of it step by step, and is for bursts
//! without anything special: runs of equal bits, a clean sync byte on all lanes in step, bytes, and no other burst within them.

use super::PinReceiver;
use super::coast::{alike, behind};
use super::stride::bits;
use super::taps::Taps;
use crate::burst::Phase;
use crate::sot::{REST_OF_SYNC, SYNC};
use crate::strand::Strand;
use crate::{LaneMerger, LaneReceiver, MAX_LANES, PinEvent, Samples, Tick};
use csi2_kernels::{Tap, deinterleave, fetch_behind, sample_bytes};

/// Bytes of a packet header.
const HEADER: usize = 4;
/// Runs of equal samples between bursts that are passed over: trail, stop state and HS-ZERO are three.
const MOST_RUNS: usize = 16;
/// Bytes of samples that are asked for at a time, three times a burst: that gained 8 %. Half as many gained 5 %, twice as many no more.
const AHEAD: usize = 2 << 10;
/// Rows that hold the last 128 bits of each lane.
const LAST_ROWS: usize = 16;

/// How long a burst is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BurstLength {
    /// Merged bytes of its packet.
    pub packet: usize,
    /// Merged bytes of its packet, and behind it as many as tell that they are trail.
    pub with_trail: usize,
}

/// What came of an attempt to take a burst at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BurstTaken {
    /// There was none, or it is none for this: the samples behind those consumed are for [`PinReceiver::samples`].
    None,
    /// What was left to tell.
    Event(PinEvent),
    /// A burst over all lanes, in step, whose sync bytes were received clean.
    Whole {
        /// Instant of its first bit.
        at: Tick,
    },
}

impl PinReceiver {
    /// Between bursts, passes over idle lanes and takes the burst behind them, if it is without anything special and whole in
    /// `seen`; its bytes are then in `out`. Returns samples consumed.
    ///
    /// `length` is given the first four merged bytes of the burst; `None`: they tell nothing. `accept` is given
    /// [`BurstLength::with_trail`] bytes. Where it says so, the burst is done with, as if
    /// [released](PinReceiver::release_after) after its packet; else nothing of it was taken.
    pub fn take_burst(
        &mut self,
        seen: &Samples<'_>,
        merger: &mut LaneMerger,
        out: &mut [u8],
        length: impl FnOnce([u8; HEADER]) -> Option<BurstLength>,
        accept: impl FnOnce(&[u8]) -> bool,
    ) -> (usize, BurstTaken) {
        let possible = self.blind && !self.singly && self.count > 0 && self.takes_each_sample();
        let readable = |taps: &Taps| (taps.least_unit..=8).contains(&seen.unit);
        let Some(taps) = self.taps.filter(|taps| possible && readable(taps)) else {
            return (0, BurstTaken::None);
        };
        if let Some(event) = self.resume(merger) {
            return (0, BurstTaken::Event(event));
        }
        let waits = self.burst.phase() == Phase::Idle && self.boundary.is_none() && self.rows.count == 0;
        if !waits || merger.holds_another() || self.lines.deadline != Tick::MAX {
            return (0, BurstTaken::None);
        }
        let idle = self.pass_idle(seen, &taps);
        let rest = behind(seen, idle, usize::MAX);
        let Some(samples) = self.whole(&rest, &taps, out, length, accept) else {
            return (idle, BurstTaken::None);
        };
        merger.restart();
        self.meter.open();
        self.meter.close();
        self.bits += samples as u64;
        self.now = rest.first.saturating_add(samples as Tick - 1);
        self.word = self.wires(&rest, samples - 1).unwrap_or(self.word);
        let first = rest.first.saturating_add(REST_OF_SYNC.into());
        let mut at = first;
        for lane in 0..self.count {
            let own = self.history.instant(lane, first);
            self.timing.data_starts(lane as u8, own);
            at = at.min(own);
        }
        (idle + samples, BurstTaken::Whole { at })
    }

    /// Runs of equal samples that change nothing but the length of a run of bits of each lane; how many samples.
    fn pass_idle(&mut self, seen: &Samples<'_>, taps: &Taps) -> usize {
        let mut passed = 0;
        for _ in 0..MOST_RUNS {
            let rest = behind(seen, passed, usize::MAX);
            let run = alike(&rest, taps.mask, self.backend);
            let Some(word) = self.wires(&rest, 0).filter(|_| run > 0) else {
                break;
            };
            if !self.may_run(word, run) {
                break;
            }
            self.run(word, rest.first, run);
            passed += run;
        }
        passed
    }

    /// The burst whose sync bytes go on with the first samples. Returns how many it takes.
    fn whole(
        &mut self,
        seen: &Samples<'_>,
        taps: &Taps,
        out: &mut [u8],
        length: impl FnOnce([u8; HEADER]) -> Option<BurstLength>,
        accept: impl FnOnce(&[u8]) -> bool,
    ) -> Option<usize> {
        let (count, backend) = (self.count, self.backend);
        let (lanes, taps) = (self.lanes.get(..count)?, taps.data.get(..count)?);
        let expects = |(lane, tap): (&LaneReceiver, &Tap)| lane.expects_sync(bits(seen, tap, 0, 8) as u8);
        let data = behind(seen, REST_OF_SYNC as usize, usize::MAX);
        if data.bytes.len() / seen.unit < 8 * HEADER || !lanes.iter().zip(taps).all(expects) {
            return None;
        }
        let mut header = [0; HEADER];
        for (index, byte) in header.iter_mut().enumerate() {
            *byte = bits(&data, taps.get(index % count)?, 8 * (index / count), 8) as u8;
        }
        let BurstLength { packet, with_trail } = length(header)?;
        let rows = with_trail.div_ceil(count);
        let whole = out.get_mut(..rows * count)?;
        let samples = data.bytes.get(..8 * rows * seen.unit)?;
        if sample_bytes(backend, samples, seen.unit, taps, whole) != rows {
            return None;
        }
        let whole = &*whole;
        // While all that follows works at what is here, in a capture the next samples may come.
        let next = |step: usize| {
            let piece = samples.get(..AHEAD.min(samples.len())).unwrap_or_default();
            fetch_behind(backend, piece, samples.len() + step * AHEAD);
        };
        next(0);
        let mut last = [[0; LAST_ROWS]; MAX_LANES];
        if let Some(start) = rows.checked_sub(LAST_ROWS) {
            let mut lanes = last.each_mut().map(|lane| lane.as_mut_slice());
            deinterleave(backend, whole.get(start * count..)?, lanes.get_mut(..count)?);
        }
        let mut after = [const { None }; MAX_LANES];
        for (lane, ((receiver, after), last)) in lanes.iter().zip(&mut after).zip(&last).enumerate() {
            let synced = receiver.synced()?;
            let mut strand = Strand {
                before: receiver.history() >> REST_OF_SYNC | u64::from(SYNC) << 56,
                lead: 0,
                lead_bits: 0,
                merged: whole,
                lanes: count,
                lane,
                turn: 0,
                from: 0,
                to: rows,
                tail: 0,
                tail_bits: 0,
                last: u128::from_le_bytes(*last),
                at: data.first,
                backend,
            };
            if rows < LAST_ROWS {
                strand.last = strand.newest();
            }
            // Another burst may begin there.
            if lane == 0 && synced.next_entry(&strand, 0).is_some() {
                return None;
            }
            *after = Some((synced.after(&strand)?, (strand.last >> 64) as u64));
        }
        next(1);
        if !accept(whole.get(..with_trail)?) {
            return None;
        }
        next(2);
        for (lane, (receiver, after)) in self.lanes.iter_mut().zip(after).enumerate() {
            let Some((search, history)) = after else { break };
            let own = packet.saturating_sub(lane).div_ceil(count);
            receiver.pass_burst(search, history, rows as u64, own as u64);
        }
        Some(REST_OF_SYNC as usize + 8 * rows)
    }
}
