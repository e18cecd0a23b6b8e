//! Bytes from row to row: the lag at which bytes differ least, compared with lags nearby.

use alloc::vec;
use alloc::vec::Vec;

use super::{Dump, StrideScore};

/// Windows, and bytes of each.
const WINDOWS: u64 = 8;
const WINDOW: usize = 384 << 10;
/// The longest row that is looked for.
const LONGEST: usize = 64 << 10;
const SHORTEST: usize = 32;
/// Bytes that are compared at once.
const RUN: usize = 64;
/// Runs, of all windows together, in the first pass over all lags, and in the second over the best.
const FEW: usize = 32;
const MANY: usize = 768;
/// Differences beyond this count as this: bytes of noise, which differ by anything, then say nothing.
const ENOUGH: u8 = 12;
/// Lags that are no row apart from a row, but whole groups: multiples of the groups of 1 to 5 and 7 bytes.
const ASIDE: [usize; 3] = [420, 840, 1680];
/// Lags around half a stride: rows of a colour filter resemble the next ones one sample aside.
const AROUND: [isize; 5] = [0, -1, 1, -2, 2];
/// How often the lag found is halved.
const HALVES: usize = 2;
/// Bytes that the best lag may lie beside the row: two samples of 16 bits.
const ASKEW: usize = 4;

/// Pieces of a dump.
pub(super) struct Windows {
    windows: Vec<Window>,
    longest: usize,
    length: u64,
}

struct Window {
    bytes: Vec<u8>,
    /// Starts of runs, those with most to see first.
    runs: Vec<usize>,
}

/// Mean differences at a lag, and at lags nearby.
#[derive(Clone, Copy)]
struct Contrast {
    here: f32,
    around: f32,
}

impl Contrast {
    /// 0: like any other lag; 1: no difference at all.
    fn share(self) -> f32 {
        if self.around <= 0.0 {
            return 0.0;
        }
        ((self.around - self.here) / self.around).max(0.0)
    }

    fn depth(self) -> f32 {
        self.around - self.here
    }
}

impl Windows {
    pub(super) fn read(dump: &mut impl Dump) -> Self {
        let length = dump.length();
        let size = WINDOW.min(usize::try_from(length).unwrap_or(WINDOW));
        let last = length - size as u64;
        let count = if last == 0 {
            1
        } else {
            WINDOWS.min(last / (size as u64 / 2).max(1) + 1).max(2)
        };
        let mut windows = Vec::new();
        for index in 0..count {
            let at = if count > 1 { last / (count - 1) * index } else { 0 };
            let mut bytes = vec![0; size];
            let read = dump.read(at, &mut bytes);
            bytes.truncate(read);
            windows.push(bytes);
        }
        // Three rows at least.
        let longest = LONGEST
            .min(size / 3)
            .min(usize::try_from(length / 3).unwrap_or(LONGEST));
        let share = windows.len().max(1);
        let windows = windows
            .into_iter()
            .map(|bytes| Window::new(bytes, longest, share))
            .collect();
        Self {
            windows,
            longest,
            length,
        }
    }

    /// The strides that fit, best first.
    pub(super) fn strides(&self) -> Vec<StrideScore> {
        let reach = self.longest + ASIDE[ASIDE.len() - 1] + 8;
        let profile: Vec<f32> = (0..=reach).map(|lag| self.difference(lag, FEW)).collect();
        let at = |lag: usize| profile.get(lag).copied().unwrap_or_default();
        let depths: Vec<f32> = (0..=self.longest + 8).map(|lag| contrast(lag, at).depth()).collect();
        let depth = |lag: usize| depths.get(lag).copied().unwrap_or_default();
        let mut peaks: Vec<(usize, f32)> = (self.shortest()..=self.longest)
            .map(|lag| (lag, depth(lag)))
            .filter(|&(lag, here)| here > 0.0 && (1..=8).all(|by| here >= depth(lag - by) && here >= depth(lag + by)))
            .collect();
        peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
        peaks.truncate(48);
        let mut peaks: Vec<(usize, Contrast)> = peaks.into_iter().map(|(lag, _)| (lag, self.contrast(lag))).collect();
        peaks.retain(|(_, contrast)| contrast.share() >= 0.035);
        // A stride of which the dump is a multiple is no chance.
        let weight = |lag: usize, contrast: &Contrast| {
            let whole = lag >= 256 && (2 * self.length).is_multiple_of(lag as u64);
            contrast.depth() * if whole { 1.4 } else { 1.0 }
        };
        peaks.sort_by(|a, b| weight(b.0, &b.1).total_cmp(&weight(a.0, &a.1)));
        let deepest = peaks.first().map_or(0.0, |(lag, contrast)| weight(*lag, contrast));
        // The best is a row apart; with a colour filter two, because the next row has other colours. More rows apart is worse,
        // but where nothing changes down the picture hardly so.
        let alike = peaks
            .iter()
            .filter(|(lag, contrast)| weight(*lag, contrast) >= 0.9 * deepest);
        let Some(&(lag, contrast)) = alike.min_by_key(|(lag, _)| *lag) else {
            return Vec::new();
        };
        let straight = self.straight(lag, contrast);
        let (lag, contrast) = straight.unwrap_or((lag, contrast));
        let score = scored(contrast.share());
        // Four rows may be alike, or two: which it is, the shape of the picture tells.
        let (mut whole, mut own) = (lag, score);
        let mut found = Vec::new();
        for _ in 0..HALVES {
            let (half, strength) = self.half(whole, contrast);
            found.push(StrideScore {
                stride: whole,
                score: own * (1.0 - 0.6 * strength),
            });
            if half == whole {
                break;
            }
            (whole, own) = (half, own * strength.max(0.3));
        }
        if found.last().is_none_or(|last| last.stride != whole) {
            found.push(StrideScore {
                stride: whole,
                score: own,
            });
        }
        // One nearby of which the dump is a multiple: bytes left over speak against the others.
        if let Some((exact, depth)) = self.exact(whole) {
            let deepest = self.contrast(whole).depth().max(contrast.depth());
            found.push(StrideScore {
                stride: exact,
                score: 0.9 * score * (depth / deepest).clamp(0.0, 1.0),
            });
        }
        // The next ones, for the list: no multiples of the first.
        let others = peaks.iter().filter(|(other, _)| other % whole != 0).take(2);
        found.extend(others.map(|(other, contrast)| StrideScore {
            stride: *other,
            score: scored(contrast.share()) * 0.6 * (contrast.depth() / deepest).min(1.0),
        }));
        found
    }

    /// A row of a colour filter resembles the next one best a sample aside, and so may slanted edges. The lag nearby that is
    /// meant instead: two of it fit better than two of this.
    fn straight(&self, lag: usize, contrast: Contrast) -> Option<(usize, Contrast)> {
        if self.divides(lag) {
            return None;
        }
        let fit = |lag: usize| self.contrast(2 * lag).depth() * if self.divides(lag) { 1.4 } else { 1.0 };
        let here = fit(lag).max(0.0);
        let (other, _) = self
            .near(lag)
            .map(|other| (other, fit(other)))
            .filter(|(_, fit)| *fit > 1.2 * here && *fit >= 0.5 * contrast.depth())
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (own, two) = (self.contrast(other), self.contrast(2 * other));
        Some((other, if own.share() > two.share() { own } else { two }))
    }

    /// Of the lags nearby, one that divides the dump where this does not, and how deep it is.
    fn exact(&self, lag: usize) -> Option<(usize, f32)> {
        if self.divides(lag) {
            return None;
        }
        let depth = |lag: usize| self.contrast(lag).depth().max(self.contrast(2 * lag).depth());
        let exact = self.near(lag).filter(|other| self.divides(*other));
        exact
            .map(|other| (other, depth(other)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The dump is whole rows of so many bytes, and hardly by chance.
    fn divides(&self, lag: usize) -> bool {
        lag >= 256 && self.length.is_multiple_of(lag as u64)
    }

    fn near(&self, lag: usize) -> impl Iterator<Item = usize> {
        (lag.saturating_sub(ASKEW).max(self.shortest())..=lag + ASKEW).filter(move |other| *other != lag)
    }

    /// How well a given stride fits: by the row below, or by the second below it, which has the same colour filter.
    pub(super) fn row_score(&self, stride: usize) -> f32 {
        if !(2..=LONGEST).contains(&stride) || self.windows.iter().all(|window| window.bytes.len() < 3 * stride) {
            return 0.0;
        }
        let best = self.contrast(stride).share().max(self.contrast(2 * stride).share());
        scored(best)
    }

    /// Half of a lag that may be two rows, and how much rows half as long resemble each other, 0 to 1.
    fn half(&self, lag: usize, whole: Contrast) -> (usize, f32) {
        if !lag.is_multiple_of(2) || lag / 2 < self.shortest() {
            return (lag, 0.0);
        }
        let half = lag / 2;
        let deepest =
            |lags: &mut dyn Iterator<Item = usize>| lags.map(|lag| self.contrast(lag).depth()).fold(0.0, f32::max);
        let best = deepest(&mut AROUND.iter().filter_map(|by| half.checked_add_signed(*by)));
        // What lags that are no rows reach by chance.
        let chance = deepest(&mut (0..8).flat_map(|by| [half + 150 + 7 * by, half.abs_diff(150 + 7 * by)]));
        let strength = (best - chance) / (0.3 * whole.depth());
        (half, strength.clamp(0.0, 1.0))
    }

    /// Rows are not shorter: in longer dumps, what is regular at shorter lags is the picture.
    fn shortest(&self) -> usize {
        if self.length < 1 << 16 { SHORTEST } else { 4 * SHORTEST }
    }

    fn contrast(&self, lag: usize) -> Contrast {
        contrast(lag, |lag| self.difference(lag, MANY))
    }

    /// Mean difference of bytes `lag` apart, over some runs of each window.
    fn difference(&self, lag: usize, runs: usize) -> f32 {
        let (mut sum, mut count) = (0_u32, 0_u32);
        for window in &self.windows {
            for &start in window.runs.iter().take(runs / self.windows.len().max(1)) {
                let here = window.bytes.get(start..start + RUN);
                let there = window.bytes.get(start + lag..start + lag + RUN);
                if let (Some(here), Some(there)) = (here, there) {
                    let differences = here
                        .iter()
                        .zip(there)
                        .map(|(a, b)| u32::from(a.abs_diff(*b).min(ENOUGH)));
                    sum += differences.sum::<u32>();
                    count += RUN as u32;
                }
            }
        }
        if count == 0 { 0.0 } else { sum as f32 / count as f32 }
    }
}

impl Window {
    fn new(bytes: Vec<u8>, longest: usize, windows: usize) -> Self {
        let (few, many) = (FEW / windows, MANY / windows);
        const LOOK: usize = ASIDE[0];
        // Runs that have all lags ahead of them.
        let room = bytes.len().saturating_sub(longest + ASIDE[ASIDE.len() - 1] + RUN);
        let room = room.max(bytes.len().saturating_sub(RUN + LOOK) / 3);
        let step = (room / 2048).max(1) | 1;
        let mut runs: Vec<(u32, usize)> = (0..room)
            .step_by(step)
            .map(|start| {
                let piece = |at: usize| bytes.get(at..at + RUN).unwrap_or_default();
                let pairs = piece(start).iter().zip(piece(start + LOOK));
                (pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum(), start)
            })
            .collect();
        runs.sort_by_key(|(activity, _)| core::cmp::Reverse(*activity));
        // Some of those with most contrast, in turn with others: single spots may mislead.
        let half = runs.len() / 2;
        let (active, others) = runs.split_at(half);
        let spread = |runs: &[(u32, usize)], wanted: usize| -> Vec<usize> {
            let step = (runs.len() / wanted.max(1)).max(1);
            runs.iter()
                .step_by(step)
                .map(|(_, start)| *start)
                .take(wanted)
                .collect()
        };
        let mut runs = spread(active, few);
        runs.extend(spread(active, many / 2));
        runs.extend(spread(others, many / 2 - few));
        Self { bytes, runs }
    }
}

fn contrast(lag: usize, difference: impl Fn(usize) -> f32) -> Contrast {
    let mut around = [0.0; 2 * ASIDE.len()];
    for (pair, aside) in around.chunks_exact_mut(2).zip(ASIDE) {
        if let [before, after] = pair {
            *before = difference(lag.abs_diff(aside));
            *after = difference(lag + aside);
        }
    }
    around.sort_by(f32::total_cmp);
    Contrast {
        here: difference(lag),
        around: (around[2] + around[3]) / 2.0,
    }
}

/// Low bits, which are noise, take from what rows can share.
fn scored(share: f32) -> f32 {
    (share / 0.15).min(1.0)
}
