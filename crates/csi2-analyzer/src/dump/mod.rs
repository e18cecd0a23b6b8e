//! What a memory dump holds, from its bytes alone: bytes from row to row, format, size, frames.
//!
//! Rows of a picture resemble the rows above them, so bytes one row apart differ less than others do (`lag`); padding is the
//! same in each row, and bytes with the low bits of samples look like noise among smooth ones (`columns`, `kinds`); frames
//! resemble the frames before them (`frames`). Nothing of that is certain: candidates come with scores, and there may be none.

mod columns;
mod frames;
mod kinds;
mod lag;

use alloc::vec::Vec;

use csi2_pixel::MemoryFormat;

use columns::Columns;
pub use kinds::Green;

/// Bytes of a dump, at any place. Rows are read here and there: a few megabytes altogether, however long it is.
pub trait Dump {
    /// Bytes from the first row on.
    fn length(&self) -> u64;
    /// Fills `out` with the bytes at `at`. Returns how many were there.
    fn read(&mut self, at: u64, out: &mut [u8]) -> usize;
}

impl Dump for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&mut self, at: u64, out: &mut [u8]) -> usize {
        let from = usize::try_from(at)
            .ok()
            .and_then(|at| self.get(at..))
            .unwrap_or_default();
        let count = from.len().min(out.len());
        if let (Some(out), Some(from)) = (out.get_mut(..count), from.get(..count)) {
            out.copy_from_slice(from);
        }
        count
    }
}

/// What is known of a dump already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Its format.
    pub format: Option<&'static MemoryFormat>,
    /// Width and height in pixels.
    pub size: Option<(usize, usize)>,
    /// Bytes from row to row.
    pub stride: Option<usize>,
}

/// What a dump may be.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Format; of those that differ in the order of the colour filter only, one.
    pub format: &'static MemoryFormat,
    /// Pixels a row.
    pub width: usize,
    /// Rows a frame.
    pub height: usize,
    /// Bytes from row to row.
    pub stride: usize,
    /// Frames.
    pub frames: u64,
    /// Bytes after the last whole row.
    pub rest: u64,
    /// 0 to 1; above [`Candidate::LIKELY`] it is probably right.
    pub score: f32,
    /// Why.
    pub evidence: Evidence,
}

/// What speaks for a [`Candidate`]; each 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// By how much less than others do bytes one row (or two) apart differ.
    pub rows: f32,
    /// How well the bytes fit the format.
    pub format: f32,
    /// How well the number of rows fits.
    pub height: f32,
    /// Equal bytes at the end of each row.
    pub padding: usize,
    /// Where the green samples of a colour filter are.
    pub green: Green,
}

impl Candidate {
    /// Scores from here on are rarely wrong.
    pub const LIKELY: f32 = 0.5;

    /// Whether the candidates, best first, leave no serious doubt about the first.
    pub fn is_clear(candidates: &[Self]) -> bool {
        match candidates {
            [] => false,
            [best] => best.score >= Self::LIKELY,
            [best, second, ..] => best.score >= Self::LIKELY && best.score >= 1.2 * second.score,
        }
    }
}

/// How well a stride fits.
#[derive(Clone, Copy, Debug)]
pub struct StrideScore {
    /// Bytes from row to row.
    pub stride: usize,
    /// 0 to 1: by how much less than others do bytes one row, or two, apart differ.
    pub score: f32,
}

/// Which of the given strides fit, best first. For a dump whose size and format are known.
pub fn rank_strides(dump: &mut impl Dump, strides: &[usize]) -> Vec<StrideScore> {
    let windows = lag::Windows::read(dump);
    let mut ranked: Vec<StrideScore> = strides
        .iter()
        .map(|&stride| StrideScore {
            stride,
            score: windows.row_score(stride),
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    ranked
}

/// What the dump may be, best first; empty when its bytes say nothing.
pub fn propose(dump: &mut impl Dump, known: Known) -> Vec<Candidate> {
    const MOST: usize = 8;
    let windows = lag::Windows::read(dump);
    let strides = match known.stride {
        Some(stride) => {
            // It is as the user says; how well that fits still speaks for the rest.
            [StrideScore {
                stride,
                score: windows.row_score(stride).max(0.6),
            }]
            .to_vec()
        }
        None => {
            let mut strides = windows.strides();
            for (stride, least) in whole_rows(dump.length(), known) {
                strides.retain(|found| found.stride != stride);
                strides.push(StrideScore {
                    stride,
                    score: windows.row_score(stride).max(least),
                });
            }
            strides
        }
    };
    let mut found = Vec::new();
    for StrideScore { stride, score } in strides {
        candidates(dump, known, stride, score, &mut found);
    }
    found.sort_by(|a: &Candidate, b| b.score.total_cmp(&a.score));
    found.truncate(MOST);
    found
}

/// Of a dump of known size, the strides with which it is whole frames, and what that says for them, even where no rows are
/// alike: most for rows without padding in a known format.
fn whole_rows(length: u64, known: Known) -> Vec<(usize, f32)> {
    const MOST_FRAMES: u64 = 16;
    const MOST_BYTES: usize = 8;
    let Some((width, height)) = known.size else {
        return Vec::new();
    };
    let natural = known.format.map(|format| format.row_bytes(width));
    let least = natural.unwrap_or(width).max(1);
    let most = least.saturating_mul(MOST_BYTES);
    let frame = |stride: usize| (height as u64).saturating_mul(stride as u64);
    let exact = (1..=MOST_FRAMES).filter_map(|frames| {
        let rows = (height as u64).checked_mul(frames).filter(|rows| *rows > 0)?;
        let stride = length.is_multiple_of(rows).then_some(length / rows)?;
        usize::try_from(stride).ok().filter(|stride| Some(*stride) != natural)
    });
    let mut strides: Vec<(usize, f32)> = exact.map(|stride| (stride, 0.3)).collect();
    strides.extend(natural.map(|stride| {
        let whole = frame(stride) > 0 && length.is_multiple_of(frame(stride));
        (stride, if whole { 0.95 } else { 0.3 })
    }));
    strides.retain(|(stride, _)| (least..=most).contains(stride));
    strides
}

/// Those with this stride.
fn candidates(dump: &mut impl Dump, known: Known, stride: usize, rows: f32, found: &mut Vec<Candidate>) {
    const WORTH_SAYING: f32 = 0.05;
    let Some(columns) = Columns::read(dump, stride) else {
        return;
    };
    for kind in kinds::kinds(&columns, known.format) {
        let width = match known.size {
            Some((width, _)) if kind.format.row_bytes(width) <= stride => width,
            Some(_) => continue,
            None => kinds::width(kind.format, &columns),
        };
        let used = kind.format.row_bytes(width);
        if width < 8 || used > stride {
            continue;
        }
        let heights = match known.size {
            Some((_, height)) => frames::of_height(dump, stride, used, height),
            None => frames::heights(dump, stride, used, width),
        };
        for height in heights {
            // Evidence of all three has to come together.
            let score = rows * kind.score * height.score;
            if score >= WORTH_SAYING {
                found.push(Candidate {
                    format: kind.format,
                    width,
                    height: height.height,
                    stride,
                    frames: height.frames,
                    rest: height.rest,
                    score,
                    evidence: Evidence {
                        rows,
                        format: kind.score,
                        height: height.score,
                        padding: stride - used,
                        green: kind.green,
                    },
                });
            }
        }
    }
}
