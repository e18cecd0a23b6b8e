//! Frames as planes: Y, U and V, or R, G and B, from samples in the order of the link and back.
//!
//! Rows of a plane go to and come from the caller's buffers. Colours of subsampled chroma are neither moved nor averaged: a
//! chroma row is what the link carried.
//!
//! ```
//! use csi2_pixel::{Layout, Plane, Planes};
//!
//! // Two lines of YUV420, 4 pixels each: Y Y Y Y, then U Y V Y U Y V Y.
//! let samples: [u16; 16] = [1, 2, 3, 4, 0, 0, 0, 0, 50, 5, 90, 6, 51, 7, 91, 8];
//! let planes = Planes::new(Layout::Yuv420, 4, &samples);
//! let (mut y, mut u) = ([0; 4], [0; 2]);
//! assert_eq!(planes.row(Plane::Y, 1, &mut y), 4);
//! assert_eq!(y, [5, 6, 7, 8]);
//! assert_eq!(planes.row(Plane::U, 0, &mut u), 2);
//! assert_eq!(u, [50, 51]);
//! ```

use crate::Layout;

/// One component of every pixel.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Plane {
    /// Luma; of [`Layout::Single`], the only component.
    Y,
    /// Blue difference, one for each two pixels.
    U,
    /// Red difference, one for each two pixels.
    V,
    /// Red.
    R,
    /// Green.
    G,
    /// Blue.
    B,
}

/// Where a plane's samples are in those of a line: of every `step` samples, those at `at`.
struct Places {
    step: usize,
    at: &'static [usize],
}

impl Layout {
    /// The planes of a frame, as formats of planes order them.
    pub const fn planes(self) -> &'static [Plane] {
        match self {
            Self::Single => &[Plane::Y],
            Self::Bgr => &[Plane::R, Plane::G, Plane::B],
            Self::Uyvy | Self::Yuv420 | Self::Yuv420Legacy => &[Plane::Y, Plane::U, Plane::V],
        }
    }

    /// Samples in a row of `plane` of a frame `width` pixels wide.
    pub const fn plane_width(self, plane: Plane, width: usize) -> usize {
        match plane {
            Plane::U | Plane::V => width.div_ceil(2),
            _ => width,
        }
    }

    /// Rows of `plane` of a frame of `height` lines. A last line without its second counts: half of its chroma may be absent.
    pub const fn plane_height(self, plane: Plane, height: usize) -> usize {
        match (self, plane) {
            (Self::Yuv420 | Self::Yuv420Legacy, Plane::U | Plane::V) => height.div_ceil(2),
            _ => height,
        }
    }

    /// The line, counted from 0, that carries row `row` of `plane`.
    pub const fn line_of(self, plane: Plane, row: usize) -> usize {
        match (self, plane) {
            (Self::Yuv420, Plane::U | Plane::V) | (Self::Yuv420Legacy, Plane::V) => {
                row.saturating_mul(2).saturating_add(1)
            }
            (Self::Yuv420Legacy, Plane::U) => row.saturating_mul(2),
            _ => row,
        }
    }

    /// `None` when lines like `line` carry nothing of `plane`.
    #[rustfmt::skip]
    const fn places(self, plane: Plane, line: usize) -> Option<Places> {
        let first = line.is_multiple_of(2);
        let (step, at): (usize, &'static [usize]) = match (self, plane, first) {
            (Self::Single,                   Plane::Y, _)     => (1, &[0]),
            // B G R
            (Self::Bgr,                      Plane::B, _)     => (3, &[0]),
            (Self::Bgr,                      Plane::G, _)     => (3, &[1]),
            (Self::Bgr,                      Plane::R, _)     => (3, &[2]),
            // Y Y Y Y
            (Self::Yuv420,                   Plane::Y, true)  => (1, &[0]),
            (Self::Yuv420,                   _,        true)  => return None,
            // U Y V Y
            (Self::Uyvy | Self::Yuv420,      Plane::U, _)     => (4, &[0]),
            (Self::Uyvy | Self::Yuv420,      Plane::Y, _)     => (2, &[1]),
            (Self::Uyvy | Self::Yuv420,      Plane::V, _)     => (4, &[2]),
            // U Y Y, then V Y Y
            (Self::Yuv420Legacy,             Plane::Y, _)     => (3, &[1, 2]),
            (Self::Yuv420Legacy,             Plane::U, true)  => (3, &[0]),
            (Self::Yuv420Legacy,             Plane::V, false) => (3, &[0]),
            _                                                 => return None,
        };
        Some(Places { step, at })
    }
}

/// A frame of samples in the order of the link, rows of [`Layout::stride`] samples, seen as planes.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a, S> {
    layout: Layout,
    width: usize,
    samples: &'a [S],
}

impl<'a, S: Copy> Planes<'a, S> {
    /// `samples` of a frame `width` pixels wide.
    pub const fn new(layout: Layout, width: usize, samples: &'a [S]) -> Self {
        Self { layout, width, samples }
    }

    /// Row `row` of `plane`, to the start of `out`. Returns how many samples it wrote: those of the row, fewer where `out` is
    /// shorter, and none when the line that carries the row is not there. That happens to the chroma of the last line of an
    /// odd number of lines.
    pub fn row(&self, plane: Plane, row: usize, out: &mut [S]) -> usize {
        let line = self.layout.line_of(plane, row);
        let Some(places) = self.layout.places(plane, line) else {
            return 0;
        };
        let samples = self.line(line);
        let width = self.layout.plane_width(plane, self.width).min(out.len());
        let out = out.get_mut(..width).unwrap_or_default();
        let mut written = 0;
        for (phase, &at) in places.at.iter().enumerate() {
            let to = out.iter_mut().skip(phase).step_by(places.at.len());
            for (to, from) in to.zip(samples.iter().skip(at).step_by(places.step)) {
                *to = *from;
                written += 1;
            }
        }
        written
    }

    /// R, G and B of each pixel of row `row`, interleaved, to the start of `out`. Returns how many samples it wrote: three a
    /// pixel, fewer where `out` is shorter, and none when the row is not there or the layout has no R, G and B.
    pub fn rgb_row(&self, row: usize, out: &mut [S]) -> usize {
        if self.layout != Layout::Bgr {
            return 0;
        }
        swap_ends(self.line(row), out)
    }

    /// The samples of line `line`, empty when it is not there.
    fn line(&self, line: usize) -> &'a [S] {
        let range = line_range(self.layout, self.width, line);
        self.samples.get(range).unwrap_or_default()
    }
}

/// A frame of samples in the order of the link, rows of [`Layout::stride`] samples, to be filled from planes.
#[derive(Debug)]
pub struct PlanesMut<'a, S> {
    layout: Layout,
    width: usize,
    samples: &'a mut [S],
}

impl<'a, S: Copy> PlanesMut<'a, S> {
    /// `samples` of a frame `width` pixels wide.
    pub const fn new(layout: Layout, width: usize, samples: &'a mut [S]) -> Self {
        Self { layout, width, samples }
    }

    /// Sets row `row` of `plane`. Returns how many samples of `from` it took: those of the row, fewer where `from` is shorter,
    /// and none when the frame has no line for the row.
    pub fn set_row(&mut self, plane: Plane, row: usize, from: &[S]) -> usize {
        let line = self.layout.line_of(plane, row);
        let Some(places) = self.layout.places(plane, line) else {
            return 0;
        };
        let width = self.layout.plane_width(plane, self.width).min(from.len());
        let from = from.get(..width).unwrap_or_default();
        let samples = self.line(line);
        let mut taken = 0;
        for (phase, &at) in places.at.iter().enumerate() {
            let to = samples.iter_mut().skip(at).step_by(places.step);
            for (to, from) in to.zip(from.iter().skip(phase).step_by(places.at.len())) {
                *to = *from;
                taken += 1;
            }
        }
        taken
    }

    /// Sets row `row` from R, G and B of each pixel. Returns how many samples of `from` it took, three a pixel.
    pub fn set_rgb_row(&mut self, row: usize, from: &[S]) -> usize {
        if self.layout != Layout::Bgr {
            return 0;
        }
        swap_ends(from, self.line(row))
    }

    fn line(&mut self, line: usize) -> &mut [S] {
        let range = line_range(self.layout, self.width, line);
        self.samples.get_mut(range).unwrap_or_default()
    }
}

/// The samples that line `line` uses of its row.
fn line_range(layout: Layout, width: usize, line: usize) -> core::ops::Range<usize> {
    let start = layout.stride(width).saturating_mul(line);
    start..start.saturating_add(layout.samples(line, width))
}

/// Whole triples in the opposite order. Returns samples done.
fn swap_ends<S: Copy>(from: &[S], to: &mut [S]) -> usize {
    let (from, _) = from.as_chunks::<3>();
    let (to, _) = to.as_chunks_mut::<3>();
    for (&[a, b, c], to) in from.iter().zip(&mut *to) {
        *to = [c, b, a];
    }
    3 * from.len().min(to.len())
}
