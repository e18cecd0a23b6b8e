//! Patterns of plain colours. They do not depend on light: all exposures are the same, and black is 0.

use super::{Canvas, Shot};

/// Red, green and blue of the bars, 1 for full.
const BARS: [[u32; 3]; 8] = [
    [1, 1, 1],
    [1, 1, 0],
    [0, 1, 1],
    [0, 1, 0],
    [1, 0, 1],
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
];

pub(super) fn bars(canvas: &Canvas, y: usize, _: Shot, out: &mut [u16]) {
    let full = u32::from(canvas.white());
    across(canvas, y, out, |on| on * full);
}

/// Full colours in the first row, half of white in the last.
pub(super) fn fade(canvas: &Canvas, y: usize, _: Shot, out: &mut [u16]) {
    let full = u64::from(canvas.white());
    let grey = full.div_ceil(2);
    let last = canvas.height.saturating_sub(1).max(1) as u64;
    let down = (y as u64).min(last);
    across(canvas, y, out, |on| {
        ((u64::from(on) * full * (last - down) + grey * down) / last) as u32
    });
}

pub(super) fn solid(canvas: &Canvas, y: usize, _: Shot, out: &mut [u16]) {
    let colour = [3, 2, 1].map(|quarters| (u32::from(canvas.white()) * quarters / 4) as u16);
    let [even, odd] = canvas.filter(y).map(|component| colour[component]);
    for (x, sample) in out.iter_mut().enumerate() {
        *sample = if x % 2 == 0 { even } else { odd };
    }
}

/// Bars of equal width, as far as pixels allow.
fn across(canvas: &Canvas, y: usize, out: &mut [u16], value: impl Fn(u32) -> u32) {
    let filter = canvas.filter(y);
    let count = BARS.len();
    let edge = |bar: usize| (canvas.width * bar).div_ceil(count);
    for (bar, colour) in BARS.iter().enumerate() {
        let levels = filter.map(|component| value(colour[component]) as u16);
        let (start, end) = (edge(bar).min(out.len()), edge(bar + 1).min(out.len()));
        for (x, sample) in (start..).zip(&mut out[start..end]) {
            *sample = levels[x % 2];
        }
    }
}
