//! What the D-PHY of a receiver hands to its CSI-2 side, clock by clock, and what that has to report: test data for receivers in
//! hardware. Words print as a memory file for `$readmemh` has them.
//!
//! Ref: Xilinx PG202 "MIPI D-PHY", Intel "MIPI D-PHY IP" user guide (PPI ports); IEEE Std 1364-2005 clause 17 (`$readmemh`).

use alloc::vec::Vec;
use core::fmt;

use csi2_dphy::{LaneFlaw, SYNC, TrailLevel};

use super::report::{Lost, PpiReport, reports};
use crate::fault::WireFault;
use crate::transmitter::flaws;

/// Lanes that a word has room for.
pub const PPI_LANES: usize = 4;
/// Byte clocks that a lane may be later than the first.
pub const PPI_MAX_SKEW: usize = 6;
/// Idle clocks between bursts.
const GAP: usize = 12;
/// Idle clocks at the end of a stream, in which all reports come.
const REST: usize = 32;

/// Byte clocks that a lane is late at most: far more than any receiver waits.
const LATEST: usize = 1 << 12;
/// Clocks of a deskew burst: receivers do not look at it, whatever its length.
const DESKEW: usize = 64;

/// The ports at one clock.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PpiWord {
    /// First of its stream: the receiver is in reset.
    pub first: bool,
    /// Lanes in use.
    pub lanes: u8,
    /// Ports of each lane.
    pub ports: [PpiLane; PPI_LANES],
}

/// The ports of a lane at one clock of RxByteClkHS.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PpiLane {
    /// RxDataHS.
    pub data: u8,
    /// RxValidHS.
    pub valid: bool,
    /// RxActiveHS.
    pub active: bool,
    /// RxSyncHS.
    pub sync: bool,
    /// ErrSotHS.
    pub sot: bool,
    /// ErrSotSyncHS.
    pub sot_sync: bool,
}

impl fmt::Display for PpiWord {
    /// `CCCC_LLLL_LLLL_LLLL_LLLL`: control, then lane 3 to lane 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The extended header code, always: to it, headers of CSI-2 v1 are the same.
        let control = u16::from(self.first) | 1 << 1 | u16::from(self.lanes) << 4;
        write!(f, "{control:04x}")?;
        self.ports.iter().rev().try_for_each(|lane| {
            let PpiLane {
                data,
                valid,
                active,
                sync,
                sot,
                sot_sync,
            } = *lane;
            let bits = [valid, active, sync, sot, sot_sync].into_iter().rev();
            let strobes = bits.fold(0u16, |word, bit| word << 1 | u16::from(bit));
            write!(f, "_{:04x}", strobes << 8 | u16::from(data))
        })
    }
}

/// Makes the words and reports of streams.
#[derive(Clone, Debug, Default)]
pub struct PpiTrace {
    lanes: usize,
    /// Clocks that the lanes stay in high speed after the last byte, at least.
    trail: usize,
    words: Vec<PpiWord>,
    reports: Vec<PpiReport>,
}

impl PpiTrace {
    /// A stream begins, over up to [`PPI_LANES`] lanes; each lane has `trail` trail bytes, or one more.
    pub fn begin(&mut self, index: u32, lanes: usize, trail: usize) {
        self.lanes = lanes.clamp(1, PPI_LANES);
        self.trail = trail;
        self.words.push(PpiWord {
            first: true,
            ..self.idle()
        });
        self.reports.push(PpiReport::Stream {
            index,
            lanes: self.lanes as u8,
        });
        self.rest(GAP);
    }

    /// A burst, with what is wrong with it on the wires. Faults of low-power states do not show.
    pub fn burst(&mut self, bytes: &[u8], wire: &[WireFault]) {
        let mut sent: Vec<Vec<u8>> = (0..self.lanes)
            .map(|lane| bytes.iter().skip(lane).step_by(self.lanes).copied().collect())
            .collect();
        for fault in wire {
            match *fault {
                WireFault::SwappedLanes { lanes: [a, b] } if usize::from(a.max(b)) < sent.len() => {
                    sent.swap(a.into(), b.into());
                }
                WireFault::Deskew { .. } => self.deskew(),
                _ => {}
            }
        }
        let lanes: Vec<Lane> = sent
            .iter()
            .zip(flaws(wire, self.lanes))
            .map(|(sent, flaw)| Lane::new(sent, flaw))
            .collect();
        let rows = bytes.len().div_ceil(self.lanes) + self.trail;
        // Lanes that are on time wait for those that are late.
        let stop = lanes
            .iter()
            .filter(|lane| !lane.flaw.absent)
            .map(|lane| lane.late + 1 + rows)
            .max()
            .unwrap_or(0);
        for clock in 0..stop {
            let mut word = self.idle();
            for (ports, lane) in word.ports.iter_mut().zip(&lanes) {
                *ports = lane.at(clock, stop);
            }
            self.words.push(word);
        }
        let received: Vec<Vec<u8>> = lanes.iter().map(|lane| lane.received(stop)).collect();
        reports(&received, lost(&lanes), sot(&lanes), &mut self.reports);
        self.rest(GAP);
    }

    /// High speed without a sync byte. Nothing is to be reported.
    fn deskew(&mut self) {
        let mut word = self.idle();
        for lane in word.ports.iter_mut().take(self.lanes) {
            lane.active = true;
        }
        self.words.extend(core::iter::repeat_n(word, DESKEW));
        self.rest(GAP);
    }

    /// The stream is over: its words and reports.
    pub fn end(&mut self) -> (Vec<PpiWord>, Vec<PpiReport>) {
        self.rest(REST);
        (core::mem::take(&mut self.words), core::mem::take(&mut self.reports))
    }

    fn rest(&mut self, clocks: usize) {
        let word = self.idle();
        self.words.extend(core::iter::repeat_n(word, clocks));
    }

    fn idle(&self) -> PpiWord {
        PpiWord {
            lanes: self.lanes as u8,
            ..PpiWord::default()
        }
    }
}

/// A lane in a burst.
struct Lane {
    flaw: LaneFlaw,
    /// Clocks.
    late: usize,
    /// Clocks that it stops before its time.
    early: usize,
    /// What comes after the sync byte, up to the trail: whole bits, the last byte filled with trail.
    bytes: Vec<u8>,
    /// Level that the trail begins with.
    level: bool,
}

impl Lane {
    /// `sent`: its bytes.
    fn new(sent: &[u8], flaw: LaneFlaw) -> Self {
        let turned = if flaw.inverted { 0xFF } else { 0x00 };
        let bit = |at: usize| {
            sent.get(at / 8)
                .is_some_and(|byte| (byte ^ turned) >> (at % 8) & 1 == 1)
        };
        let mut bits: Vec<bool> = (0..8 * sent.len()).map(bit).collect();
        if let Some(slip) = flaw.slip {
            let at = usize::try_from(slip.at).unwrap_or(usize::MAX);
            let count = usize::from(slip.bits.unsigned_abs());
            if at <= bits.len() && slip.bits < 0 {
                bits.drain(at..(at + count).min(bits.len()));
            } else if at <= bits.len() {
                let before = at
                    .checked_sub(1)
                    .and_then(|before| bits.get(before))
                    .copied()
                    .unwrap_or(true);
                bits.splice(at..at, core::iter::repeat_n(before, count));
            }
        }
        let early = flaw.early as usize;
        bits.truncate(bits.len().saturating_sub(early));
        let level = match flaw.trail {
            TrailLevel::Low => false,
            TrailLevel::High => true,
            // The sync byte ends with a one.
            TrailLevel::Inverse | TrailLevel::Toggling => !bits.last().copied().unwrap_or(true),
        };
        let mut lane = Self {
            flaw,
            late: (flaw.late as usize).div_ceil(8).min(LATEST),
            early: early / 8,
            bytes: Vec::new(),
            level,
        };
        let trail = |from: usize| {
            (from..from.next_multiple_of(8))
                .map(|at| lane.trail_bit(at - from))
                .collect::<Vec<_>>()
        };
        let tail = trail(bits.len());
        bits.extend(tail);
        lane.bytes = bits
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
            .collect();
        lane
    }

    fn trail_bit(&self, at: usize) -> bool {
        match self.flaw.trail {
            TrailLevel::Toggling => self.level ^ (at % 2 == 1),
            _ => self.level,
        }
    }

    /// Wrong bits of the sync byte.
    fn wrong(&self) -> u32 {
        let sync = if self.flaw.inverted { !SYNC } else { SYNC } ^ self.flaw.sync;
        (sync ^ SYNC).count_ones()
    }

    /// Whether the receiver finds its sync byte.
    fn syncs(&self) -> bool {
        !self.flaw.absent && self.wrong() <= 1
    }

    /// The ports at a clock of the burst, in which lanes stop at `stop`.
    fn at(&self, clock: usize, stop: usize) -> PpiLane {
        let stop = stop.saturating_sub(self.early);
        let Some(since) = clock
            .checked_sub(self.late)
            .filter(|_| !self.flaw.absent && clock < stop)
        else {
            return PpiLane::default();
        };
        let begins = since == 0;
        let valid = !begins && self.syncs();
        PpiLane {
            data: if valid { self.byte(since - 1) } else { 0 },
            valid,
            active: true,
            sync: begins && self.syncs(),
            sot: begins && self.wrong() == 1,
            sot_sync: begins && self.wrong() > 1,
        }
    }

    /// The byte at `row` of the lane, its trail included.
    fn byte(&self, row: usize) -> u8 {
        match self.bytes.get(row) {
            Some(byte) => *byte,
            None => (0..8).fold(0, |byte, bit| byte | u8::from(self.trail_bit(bit)) << bit),
        }
    }

    /// All valid bytes of a burst in which lanes stop at `stop`.
    fn received(&self, stop: usize) -> Vec<u8> {
        let clocks = stop.saturating_sub(self.early).saturating_sub(self.late + 1);
        (0..clocks).map(|row| self.byte(row)).collect()
    }
}

/// Why no packet of a burst can be had.
fn lost(lanes: &[Lane]) -> Option<Lost> {
    let seen = lanes.iter().filter(|lane| !lane.flaw.absent);
    let first = seen.clone().filter(|lane| lane.syncs()).map(|lane| lane.late).min();
    let last_chance = first.unwrap_or(usize::MAX).saturating_add(PPI_MAX_SKEW);
    if seen.clone().any(|lane| !lane.syncs() && lane.late <= last_chance) {
        return Some(Lost::Sync);
    }
    first?;
    let late = |lane: &Lane| !lane.syncs() || lane.late > last_chance;
    let mask = lanes
        .iter()
        .rev()
        .fold(0, |mask, lane| mask << 1 | u16::from(late(lane)));
    (mask != 0).then_some(Lost::Align { missing: mask })
}

/// Lanes whose sync byte had one wrong bit, as a mask.
fn sot(lanes: &[Lane]) -> u16 {
    lanes.iter().rev().fold(0, |mask, lane| {
        mask << 1 | u16::from(!lane.flaw.absent && lane.wrong() == 1)
    })
}
