//! How many rows make a frame.

use alloc::vec;
use alloc::vec::Vec;

use super::Dump;

/// A number of rows that fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Height {
    pub(super) height: usize,
    pub(super) frames: u64,
    /// Bytes that belong to no frame.
    pub(super) rest: u64,
    pub(super) score: f32,
}

/// Rows that are compared for each number of rows.
const ROWS: u64 = 12;
/// Frames of a picture that is wide or high without one being able to say.
const MOST_TRIED: usize = 48;

/// The rows of a dump with `stride` bytes each, of which `used` are the picture's: also a last one without its padding.
fn rows(length: u64, stride: usize, used: usize) -> (u64, u64) {
    let (stride, used) = (stride as u64, used as u64);
    let (rows, rest) = (length / stride, length % stride);
    if rest >= used { (rows + 1, 0) } else { (rows, rest) }
}

/// With a known height.
pub(super) fn of_height(dump: &mut impl Dump, stride: usize, used: usize, height: usize) -> Vec<Height> {
    let (rows, rest) = rows(dump.length(), stride, used);
    let frames = rows / (height as u64).max(1);
    if frames == 0 {
        return Vec::new();
    }
    let left = rows % (height as u64).max(1);
    vec![Height {
        height,
        frames,
        rest: left * stride as u64 + rest,
        score: if left == 0 && rest == 0 { 1.0 } else { 0.6 },
    }]
}

/// The numbers of rows that fit best.
pub(super) fn heights(dump: &mut impl Dump, stride: usize, used: usize, width: usize) -> Vec<Height> {
    let (rows, rest) = rows(dump.length(), stride, used);
    let whole = if rest == 0 { 1.0 } else { 0.8 };
    let divisors = (1..=rows.min(1 << 20)).filter(|height| rows.is_multiple_of(*height) && *height >= 8);
    let mut shapes: Vec<(u64, f32)> = divisors
        .map(|height| (height, shape(width, height)))
        .filter(|(_, s)| *s > 0.0)
        .collect();
    shapes.sort_by(|a, b| b.1.total_cmp(&a.1));
    shapes.truncate(MOST_TRIED);
    let mut tried: Vec<(u64, f32, f32)> = Vec::new();
    for (height, shape) in shapes {
        let repeats = if height < rows {
            repeats(dump, stride, used, height, rows)
        } else {
            0.0
        };
        tried.push((height, shape, repeats));
    }
    let strongest = tried.iter().map(|(.., repeats)| *repeats).fold(0.0, f32::max);
    // Every multiple of the height repeats too: the smallest is it.
    let usual = tried.iter().map(|(_, shape, _)| *shape).fold(0.0, f32::max);
    let smallest = tried
        .iter()
        .filter(|(_, shape, repeats)| *repeats > 0.5 && *repeats >= 0.8 * strongest && *shape >= 0.5 * usual)
        .map(|(height, ..)| *height)
        .min();
    let mut found: Vec<Height> = tried
        .into_iter()
        .map(|(height, shape, repeats)| {
            let score = match smallest {
                Some(smallest) if height == smallest => 0.5 + 0.5 * repeats,
                Some(_) => 0.2,
                None if height == rows => 1.0,
                // Nothing shows that there are several frames, and the whole may be none.
                None => 0.35,
            };
            Height {
                height: usize::try_from(height).unwrap_or(usize::MAX),
                frames: rows / height,
                rest,
                score: score * shape * whole,
            }
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(3);
    found
}

/// How usual such a picture is.
fn shape(width: usize, height: u64) -> f32 {
    match width as f32 / height as f32 {
        1.2..=1.9 => 1.0,
        0.9..=2.4 => 0.9,
        0.5..=3.0 => 0.6,
        0.25..=6.0 => 0.25,
        _ => 0.0,
    }
}

/// Rows resemble those `height` rows on, or a row breaks with the one above at each multiple of it. 0 to 1.
fn repeats(dump: &mut impl Dump, stride: usize, used: usize, height: u64, rows: u64) -> f32 {
    let length = used.min(8192);
    let mut buffers = [vec![0; length], vec![0; length]];
    let mut apart = |a: u64, b: u64| -> Option<f32> {
        let [first, second] = &mut buffers;
        for (row, buffer) in [(a, &mut *first), (b, &mut *second)] {
            if row >= rows || dump.read(row * stride as u64, buffer) < length {
                return None;
            }
        }
        let sum: u32 = first.iter().zip(&*second).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        Some(sum as f32 / length as f32)
    };
    let (mut later, mut other, mut near) = (0.0, 0.0, 0.0);
    let span = rows - height;
    for index in 0..ROWS {
        let row = span * index / ROWS;
        // Rows of the same colours: an even number away.
        let elsewhere = (row + 2 * (height / 4 + height / 11)) % (rows & !1).max(1);
        if let (Some(a), Some(b), Some(c)) = (apart(row, row + height), apart(row, elsewhere), apart(row, row + 2)) {
            later += a;
            other += b;
            near += c;
        }
    }
    let standing = if other > near {
        ((other - later) / (other - near)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (mut seam, mut beside) = (0.0, 0.0);
    let mut seams = 0.0;
    for frame in (1..rows / height).take(8) {
        let first = frame * height;
        let around = (
            apart(first - 2, first),
            apart(first - 4, first - 2),
            apart(first, first + 2),
        );
        if let (Some(across), Some(above), Some(below)) = around {
            seams += 1.0;
            seam += across;
            beside += (above + below) / 2.0;
        }
    }
    // A break at every seam is three times what rows differ by otherwise.
    let broken = if beside > 0.0 && seam / seams > 0.3 * other / ROWS as f32 {
        ((seam / beside - 1.5) / 3.0).clamp(0.0, 1.0)
    } else {
        0.0
    };
    standing.max(0.9 * broken)
}
