//! Bytes of rows by their column.

use alloc::vec;
use alloc::vec::Vec;

use super::Dump;

/// Groups of three rows that are looked at.
const GROUPS: u64 = 40;

/// Rows from all over a dump: groups of three, each beginning with an even row.
pub(super) struct Columns {
    pub(super) stride: usize,
    /// Bytes of a row before equal ones at its end; those of a whole row where all are equal.
    pub(super) used: usize,
    rows: Vec<u8>,
}

/// What bytes of one residue of the column do.
#[derive(Clone, Copy, Default)]
pub(super) struct Residue {
    /// Mean difference from the next of its kind in the row.
    pub(super) step: f32,
    /// Mean difference from any of its kind.
    pub(super) spread: f32,
    pub(super) mean: f32,
    pub(super) most: u8,
}

impl Residue {
    /// 0 for smooth ones, 1 for noise.
    pub(super) fn roughness(&self) -> f32 {
        if self.spread <= 0.0 {
            0.0
        } else {
            (self.step / self.spread).min(1.5)
        }
    }
}

impl Columns {
    /// `None` when there are not three whole rows.
    pub(super) fn read(dump: &mut impl Dump, stride: usize) -> Option<Self> {
        let stride64 = u64::try_from(stride).ok().filter(|stride| *stride > 0)?;
        let there = dump.length() / stride64;
        let last = there.checked_sub(3)?;
        let groups = GROUPS.min(last / 2 + 1);
        let mut rows = Vec::new();
        for index in 0..groups {
            let first = if groups > 1 {
                (last * index / (groups - 1)) & !1
            } else {
                0
            };
            let mut group = vec![0; 3 * stride];
            if dump.read(first * stride64, &mut group) == group.len() {
                rows.extend(group);
            }
        }
        let mut columns = Self {
            stride,
            used: stride,
            rows,
        };
        columns.used = columns.before_padding();
        Some(columns)
    }

    /// Groups of three rows.
    pub(super) fn groups(&self) -> impl Iterator<Item = [&[u8]; 3]> {
        self.rows.chunks_exact(3 * self.stride).map(|group| {
            let (first, rest) = group.split_at(self.stride);
            let (second, third) = rest.split_at(self.stride);
            [first, second, third]
        })
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let used = self.used;
        self.rows
            .chunks_exact(self.stride)
            .map(move |row| row.get(..used).unwrap_or(row))
    }

    fn before_padding(&self) -> usize {
        let Some(&value) = self.rows.last() else {
            return self.stride;
        };
        let padding = |row: &[u8]| row.iter().rev().take_while(|byte| **byte == value).count();
        let least = self.rows.chunks_exact(self.stride).map(padding).min().unwrap_or(0);
        // A column that happens to be black is no padding, nor is a dump that is black altogether.
        if least < 4 || least == self.stride {
            self.stride
        } else {
            self.stride - least
        }
    }

    /// What bytes of each residue of `period` do, compared with those `period` columns on.
    pub(super) fn residues<const PERIOD: usize>(&self) -> [Residue; PERIOD] {
        let mut sums = [(0_u64, 0_u64, 0_u64, 0_u8, 0_u64); PERIOD];
        let rows: Vec<&[u8]> = self.rows().collect();
        let half = rows.len() / 2 + 1;
        for (index, row) in rows.iter().enumerate() {
            let Some(other) = rows.get((index + half) % rows.len()) else {
                continue;
            };
            let width = row.len() / PERIOD * PERIOD;
            let shift = width / PERIOD / 3 * PERIOD;
            for (column, byte) in row.iter().enumerate().take(width.saturating_sub(PERIOD)) {
                let next = row.get(column + PERIOD).copied().unwrap_or_default();
                let any = other.get((column + shift) % width.max(1)).copied().unwrap_or_default();
                if let Some((step, spread, sum, most, count)) = sums.get_mut(column % PERIOD) {
                    *step += u64::from(byte.abs_diff(next));
                    *spread += u64::from(byte.abs_diff(any));
                    *sum += u64::from(*byte);
                    *most = (*most).max(*byte);
                    *count += 1;
                }
            }
        }
        sums.map(|(step, spread, sum, most, count)| {
            let mean = |sum: u64| sum as f32 / count.max(1) as f32;
            Residue {
                step: mean(step),
                spread: mean(spread),
                mean: mean(sum),
                most,
            }
        })
    }

    /// Mean difference of bytes `by` columns apart.
    pub(super) fn step(&self, by: usize) -> f32 {
        let (mut sum, mut count) = (0_u64, 0_u64);
        for row in self.rows() {
            let pairs = row.iter().zip(row.get(by..).unwrap_or_default());
            sum += pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
            count += row.len().saturating_sub(by) as u64;
        }
        sum as f32 / count.max(1) as f32
    }

    /// Mean difference of bytes two columns apart, one in so many being such a pair's first.
    pub(super) fn step_at<const PERIOD: usize>(&self, first: usize) -> f32 {
        let (mut sum, mut count) = (0_u64, 0_u64);
        for row in self.rows() {
            for group in row.chunks_exact(PERIOD) {
                if let (Some(a), Some(b)) = (group.get(first), group.get(first + 2)) {
                    sum += u64::from(a.abs_diff(*b));
                    count += 1;
                }
            }
        }
        sum as f32 / count.max(1) as f32
    }
}
