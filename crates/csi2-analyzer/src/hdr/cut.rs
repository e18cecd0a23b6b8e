//! Exposures out of a frame that they share.

use super::OwnedFrame;
use super::rows::Plan;
use crate::assembler::{Cells, Cut};
use crate::{Frame, Pixels};
use alloc::vec::Vec;
use csi2_sensors::MAX_EXPOSURES;

/// Pixels that are left out of each row.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Sides {
    pub(super) left: u32,
    pub(super) right: u32,
}

/// The exposures of a frame.
pub(super) fn cut(frame: &Frame<'_>, plan: &Plan, sides: Sides) -> Vec<OwnedFrame> {
    let Strip {
        from,
        cells,
        stride,
        width,
        line_bytes,
        rest_bytes,
    } = strip(frame, sides);
    // Row of the frame that goes to each row of each exposure.
    let mut sources: [Vec<Option<u32>>; MAX_EXPOSURES] = Default::default();
    for (extent, sources) in plan.extents.iter().zip(&mut sources).take(plan.exposures) {
        sources.resize(extent.rows, None);
    }
    for at in 0..frame.height {
        let Some((exposure, row)) = plan.place(at as usize) else {
            continue;
        };
        if let Some(source) = sources.get_mut(exposure).and_then(|of| of.get_mut(row)) {
            *source = frame.missing_lines.binary_search(&at).is_err().then_some(at);
        }
    }
    let exposures = sources.iter().take(plan.exposures);
    exposures
        .map(|sources| {
            let mut content = Cells::zeros(frame.pixels, sources.len().saturating_mul(cells));
            let (mut missing, mut bad) = (Vec::new(), Vec::new());
            for (row, source) in (0_u32..).zip(sources) {
                let Some(at) = *source else {
                    missing.push(row);
                    continue;
                };
                let start = (at as usize).saturating_mul(stride).saturating_add(from);
                content.copy(frame.pixels, start..start.saturating_add(cells), (row as usize) * cells);
                if frame.bad_lines.binary_search(&at).is_ok() {
                    bad.push(row);
                }
            }
            // A frame that is filled up at its end may have lost rows of one exposure only.
            let framed = frame.complete || !frame.missing_lines.is_empty() && frame.number.is_some();
            OwnedFrame::cut(
                frame,
                Cut {
                    cells: content,
                    width,
                    height: u32::try_from(sources.len()).unwrap_or(u32::MAX),
                    line_bytes,
                    rest_bytes,
                    bits: frame.bits,
                    complete: framed && missing.is_empty(),
                    missing,
                    bad,
                },
            )
        })
        .collect()
}

/// What is kept of a row, in cells of its content.
struct Strip {
    from: usize,
    cells: usize,
    stride: usize,
    /// In pixels.
    width: u32,
    line_bytes: u32,
    rest_bytes: u32,
}

/// Of packed rows whole groups are left out.
fn strip(frame: &Frame<'_>, sides: Sides) -> Strip {
    let cells_of = |pixels: u32| match (frame.pixels, frame.codec) {
        (Pixels::Samples(_), _) => pixels as usize,
        (Pixels::Packed(_), Some(codec)) => pixels as usize / codec.group.samples * codec.group.bytes,
        (Pixels::Packed(_), None) => 0,
    };
    let rows = frame.height.max(1) as usize;
    let stride = match frame.pixels {
        Pixels::Samples(samples) => samples.len() / rows,
        Pixels::Packed(bytes) => bytes.len() / rows,
    };
    let from = cells_of(sides.left).min(stride);
    let cells = (stride - from).saturating_sub(cells_of(sides.right));
    let untouched = sides == Sides::default();
    let width = match (frame.pixels, frame.codec) {
        (Pixels::Packed(_), Some(codec)) => codec.pixels_in(1, cells),
        (Pixels::Packed(_), None) => cells,
        (Pixels::Samples(_), _) => {
            (frame.width.saturating_sub(sides.left) as usize).saturating_sub(sides.right as usize)
        }
    };
    let bytes = match (frame.pixels, frame.codec) {
        (Pixels::Packed(_), _) => cells,
        (Pixels::Samples(_), Some(codec)) => codec.bytes_for(1, width).unwrap_or(width * usize::from(codec.bits) / 8),
        (Pixels::Samples(_), None) => 0,
    };
    let index = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Strip {
        from,
        cells,
        stride,
        width: if untouched { frame.width } else { index(width) },
        line_bytes: if untouched { frame.line_bytes } else { index(bytes) },
        rest_bytes: if untouched { frame.rest_bytes } else { 0 },
    }
}

/// Rows at the start and at the end of each exposure of which all pixels are the same, as those are that stand in for it.
pub(super) fn flat_ends(frame: &Frame<'_>, plan: &Plan, sides: Sides) -> [(usize, usize); MAX_EXPOSURES] {
    let mut ends = [(0, 0); MAX_EXPOSURES];
    let Pixels::Samples(csi2_pixel::Samples::Narrow(samples)) = frame.pixels else {
        return ends;
    };
    let Strip {
        from, cells, stride, ..
    } = strip(frame, sides);
    let flat = |at: u32| {
        let start = (at as usize).saturating_mul(stride).saturating_add(from);
        let row = samples.get(start..start.saturating_add(cells)).unwrap_or_default();
        row.first()
            .is_some_and(|first| row.iter().all(|sample| sample == first))
    };
    // Rows so far of which all were flat, and flat ones since the last that was not.
    let mut open = [true; MAX_EXPOSURES];
    for at in 0..frame.height {
        let Some((exposure, _)) = plan.place(at as usize) else {
            continue;
        };
        let (Some((leading, trailing)), Some(open)) = (ends.get_mut(exposure), open.get_mut(exposure)) else {
            continue;
        };
        if !flat(at) {
            (*open, *trailing) = (false, 0);
            continue;
        }
        *trailing += 1;
        *leading += usize::from(*open);
    }
    ends
}

/// Rows of each exposure up to the last that may be of its image. Of rows that are lost nothing may tell but that there are
/// fewer: those that stand in for an exposure that is over are then where rows of its image were. `after`: such rows.
pub(super) fn image_ends(
    frame: &Frame<'_>,
    plan: &Plan,
    flat: [(usize, usize); MAX_EXPOSURES],
    after: [usize; MAX_EXPOSURES],
) -> [usize; MAX_EXPOSURES] {
    // Rows up to the last that came, and those placed behind it.
    let mut came = [(0_usize, 0_usize); MAX_EXPOSURES];
    for at in 0..frame.height {
        let Some((exposure, row)) = plan.place(at as usize) else {
            continue;
        };
        let Some((end, lost)) = came.get_mut(exposure) else {
            continue;
        };
        if frame.missing_lines.binary_search(&at).is_ok() {
            *lost += 1;
        } else {
            (*end, *lost) = (row + 1, 0);
        }
    }
    let mut ends = [0; MAX_EXPOSURES];
    for (end, ((came, lost), ((_, flat), after))) in
        ends.iter_mut().zip(came.into_iter().zip(flat.into_iter().zip(after)))
    {
        *end = came.saturating_sub(after.min(flat.saturating_sub(lost)));
    }
    ends
}
