//! Samples of one bit time each, and stretches of them in which no wire changes: idle lanes, requests, HS-ZERO.

use super::stride::bits;
use super::{PinReceiver, budget};
use crate::burst::Phase;
use crate::{LaneMerger, MAX_LANES, PinEvent, Samples, Tick};
use csi2_kernels::{Backend, Tap, find_change};

/// Samples without a change that are worth it, and those taken one by one between bursts before the next attempt.
const LEAST: usize = 32;
const PIECE: usize = 8;
/// Bytes compared at once.
const BLOCK: usize = 64;

impl PinReceiver {
    /// Each sample is a bit. Between bursts, stretches without a change are taken at once.
    pub(super) fn run_bits(&mut self, seen: &Samples<'_>, merger: &mut LaneMerger) -> (usize, Option<PinEvent>) {
        let Some(taps) = self.taps.filter(|taps| taps.least_unit <= seen.unit && !self.singly) else {
            return self.run_states(seen, merger);
        };
        let count = seen.bytes.len() / seen.unit;
        let mut taken = 0;
        loop {
            let waits = self.waits();
            let rest = behind(seen, taken, usize::MAX);
            let steady = waits && alike(&behind(&rest, 0, LEAST), taps.mask, self.backend) == LEAST;
            let coasted = if steady {
                self.coast(&rest, taps.mask, merger)
            } else {
                0
            };
            taken += coasted;
            if coasted == 0 {
                let most = match (waits, steady) {
                    (false, _) => usize::MAX,
                    (true, false) => PIECE,
                    // The first of those that are alike changes something.
                    (true, true) => 1,
                };
                let piece = behind(&rest, 0, budget(merger).min(most));
                let (bits, event) = if self.blind {
                    self.run_octets(&piece, &taps.data, merger)
                } else {
                    self.run_states(&piece, merger)
                };
                taken += bits;
                if !waits || event.is_some() || bits == 0 {
                    return (taken, event);
                }
            }
            if taken >= count {
                return (taken, None);
            }
        }
    }

    /// Without LP wires: eight samples at a time.
    fn run_octets(
        &mut self,
        seen: &Samples<'_>,
        taps: &[Tap; MAX_LANES],
        merger: &mut LaneMerger,
    ) -> (usize, Option<PinEvent>) {
        let all = seen.bytes.len() / seen.unit;
        let mut taken = 0;
        while taken < all && !self.has_news() {
            let count = (all - taken).min(8);
            let of_lane = |tap: &Tap| bits(seen, tap, taken, count as u32) as u64;
            let lanes = taps.iter().take(self.count).rev();
            let octets = lanes.fold(0, |octets, tap| octets << 8 | of_lane(tap));
            let first = seen.first.saturating_add(taken as Tick);
            taken += self.take_octets(octets, count, |bit| first.saturating_add(bit as Tick), merger);
        }
        self.word = taken
            .checked_sub(1)
            .and_then(|last| self.wires(seen, last))
            .unwrap_or(self.word);
        (taken, self.poll())
    }

    /// Whether no burst is under way.
    pub(super) fn waits(&self) -> bool {
        self.burst.phase() == Phase::Idle && !self.lines.is_stopping()
    }

    /// As many samples that are alike as change nothing but the length of a run of bits. The first [`LEAST`] are alike. Where
    /// there are LP wires, they have to be like the last one.
    fn coast(&mut self, seen: &Samples<'_>, mask: u64, merger: &mut LaneMerger) -> usize {
        let Some(word) = self.wires(seen, 0).filter(|word| self.blind || *word == self.word) else {
            return 0;
        };
        self.flush(merger);
        if self.has_news() || !self.waits() || !self.may_run(word, LEAST) {
            return 0;
        }
        let most = self.lines.deadline.saturating_sub(seen.first);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let count = alike(&behind(seen, 0, most), mask, self.backend);
        self.run(word, seen.first, count);
        count
    }

    /// Whether so many samples like `word` change nothing but the length of a run of bits of each lane.
    pub(super) fn may_run(&self, word: u32, count: usize) -> bool {
        let mut lanes = self.lanes.iter().take(self.count).enumerate();
        lanes.all(|(lane, receiver)| receiver.may_coast(word >> lane & 1 == 1, count as u64))
    }

    /// Takes those samples, the first at `first`.
    pub(super) fn run(&mut self, word: u32, first: Tick, count: usize) {
        if count > 0 && self.listening {
            for (lane, receiver) in self.lanes.iter_mut().enumerate().take(self.count) {
                if receiver.in_hs() {
                    receiver.coast(word >> lane & 1 == 1, count as u64);
                }
            }
            self.bits += count as u64;
            self.now = first.saturating_add(count as Tick - 1);
        }
        self.word = word;
    }

    /// The wires at a sample.
    pub(super) fn wires(&self, seen: &Samples<'_>, index: usize) -> Option<u32> {
        let sample = seen.bytes.get(index * seen.unit..)?.get(..seen.unit)?;
        if let [level] = sample {
            return Some(self.table.gather::<1>(u64::from(*level)));
        }
        let sample = sample.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        Some(self.table.gather::<8>(sample))
    }
}

/// The samples from `first` on, at most `most`.
pub(super) fn behind<'a>(seen: &Samples<'a>, first: usize, most: usize) -> Samples<'a> {
    let bytes = seen.bytes.get(first * seen.unit..).unwrap_or_default();
    let end = most.saturating_mul(seen.unit).min(bytes.len());
    Samples {
        first: seen.first.saturating_add(first as u64),
        bytes: bytes.get(..end).unwrap_or_default(),
        ..*seen
    }
}

/// How many samples are like the first in the bits of `mask`. Of units that do not divide a block, none.
pub(super) fn alike(seen: &Samples<'_>, mask: u64, backend: Backend) -> usize {
    let Some(first) = seen.bytes.get(..seen.unit) else {
        return 0;
    };
    let count = seen.bytes.len() / seen.unit;
    if let [level] = first {
        return find_change(backend, seen.bytes, mask as u8, *level).unwrap_or(count);
    }
    if !BLOCK.is_multiple_of(seen.unit) {
        return 0;
    }
    let fill = |unit: &[u8]| {
        let mut block = [0; BLOCK];
        block
            .iter_mut()
            .zip(unit.iter().cycle())
            .for_each(|(to, byte)| *to = *byte);
        block
    };
    let mask = mask.to_le_bytes();
    let (like, mask) = (fill(first), fill(mask.get(..seen.unit).unwrap_or_default()));
    let (blocks, rest) = seen.bytes.as_chunks::<BLOCK>();
    let differs = |samples: &[u8]| {
        let bytes = samples.iter().zip(&like).zip(&mask);
        bytes.fold(0, |any, ((byte, like), mask)| any | (byte ^ like) & mask) != 0
    };
    let whole = blocks.iter().position(|block| differs(block)).unwrap_or(blocks.len());
    let last = blocks.get(whole).map_or(rest, |block| block);
    let more = last.chunks_exact(seen.unit).position(differs);
    whole * BLOCK / seen.unit + more.unwrap_or(last.len() / seen.unit)
}
