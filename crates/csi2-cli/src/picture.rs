//! Pictures as they go to a file or a screen.

mod options;

use csi2_analyzer::{Frame, Pixels};
use csi2_pixel::Layout;

pub(crate) use options::{Black, Orientation, SinkOptions, YuvColour, YuvMatrix, YuvRange};

/// A picture to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    /// Pixels per row; bytes per row where `pixels` are packed.
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Significant bits of a sample: the most of `depth`.
    pub(crate) bits: u8,
    /// Significant bits of the samples of a pixel, as they come on the link: blue, green, red.
    pub(crate) depth: [u8; 3],
    /// What the samples are.
    pub(crate) layout: Layout,
    pub(crate) pixels: Pixels<'a>,
}

impl<'a> Picture<'a> {
    pub(crate) fn of(frame: &Frame<'a>) -> Self {
        Self {
            width: frame.width as usize,
            height: frame.height as usize,
            bits: frame.bits,
            depth: frame.codec.map_or([frame.bits; 3], |codec| codec.depth),
            layout: frame.codec.map_or(Layout::Single, |codec| codec.layout),
            pixels: frame.pixels,
        }
    }
}
