//! What the samples of a picture are, and what is asked of one.

use super::{Wrong, wrong};
use crate::number::Size;
use csi2_pixel::Layout;

/// What the samples of a picture in a file are, in the order of its pixels.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Form {
    /// One sample a pixel.
    #[default]
    Grey,
    /// Red, green and blue of each pixel.
    Rgb,
    /// U, Y, V, Y of each two pixels.
    Uyvy,
    /// All Y, then all U and all V, each of half the width.
    I422,
    /// All Y, then all U and all V, each of half the width and height.
    I420,
}

impl Form {
    /// The one that makes lines of a layout.
    pub(crate) const fn of(layout: Layout) -> Self {
        match layout {
            Layout::Single => Self::Grey,
            Layout::Bgr => Self::Rgb,
            Layout::Uyvy => Self::Uyvy,
            Layout::Yuv420 | Layout::Yuv420Legacy => Self::I420,
        }
    }

    /// Samples of a picture.
    pub(crate) const fn samples(self, width: usize, height: usize) -> usize {
        let pixels = width.saturating_mul(height);
        match self {
            Self::Grey => pixels,
            Self::Rgb => pixels.saturating_mul(3),
            Self::Uyvy | Self::I422 => pixels.saturating_mul(2),
            Self::I420 => pixels.saturating_add(pixels / 2),
        }
    }

    /// Frames, height and width of an array of this shape.
    pub(super) fn of_shape(self, shape: &[usize]) -> Option<(usize, usize, usize)> {
        match (self, shape) {
            // Three pixels a row would be colour.
            (Self::Grey, &[_, _, 3]) => None,
            (Self::Grey, &[height, width]) => Some((1, height, width)),
            (Self::Grey, &[frames, height, width]) => Some((frames, height, width)),
            (Self::Rgb, &[height, width, 3]) => Some((1, height, width)),
            (Self::Rgb, &[frames, height, width, 3]) => Some((frames, height, width)),
            (Self::Uyvy, &[height, width, 2]) => Some((1, height, width)),
            (Self::Uyvy, &[frames, height, width, 2]) => Some((frames, height, width)),
            (Self::I420, &[rows, width]) => Some((1, rows / 3 * 2, width)),
            (Self::I420, &[frames, rows, width]) => Some((frames, rows / 3 * 2, width)),
            _ => None,
        }
        // Chroma is of two pixels, and of two lines.
        .filter(|(_, _, width)| !self.is_yuv() || width.is_multiple_of(2))
        .filter(|_| self != Self::I420 || shape.iter().rev().nth(1).is_some_and(|rows| rows.is_multiple_of(3)))
    }

    pub(super) const fn is_yuv(self) -> bool {
        matches!(self, Self::Uyvy | Self::I422 | Self::I420)
    }

    /// Its name among raw pictures.
    pub(super) const fn pixel_format(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Rgb => "RGB",
            Self::Uyvy => "UYVY",
            Self::I422 => "I422",
            Self::I420 => "I420",
        }
    }

    /// What it is in a file without a header, of samples of so many bits: there is no name for UYVY of more than 8.
    pub(super) fn in_raw(self, bits: Option<u8>) -> Self {
        match self {
            Self::Uyvy if bits.is_some_and(|bits| bits > 8) => Self::I422,
            form => form,
        }
    }

    /// What a picture of this form is, as an array.
    const fn shape(self) -> &'static str {
        match self {
            Self::Grey => "grey samples, an array (H, W) or (N, H, W)",
            Self::Rgb => "red, green and blue, an array (H, W, 3) or (N, H, W, 3)",
            Self::Uyvy | Self::I422 => "an array (H, W, 2) or (N, H, W, 2) of an even width: U or V in turn, then Y",
            Self::I420 => {
                "an array (H * 3 / 2, W) or (N, H * 3 / 2, W) of an even height and width: the rows of Y, then U and V of half the width and height"
            }
        }
    }

    /// How to make one from another picture.
    const fn recipe(self) -> &'static str {
        match self {
            Self::Grey => "picture[..., 1] is the green of colour as (H, W, 3)",
            Self::Rgb => "numpy.repeat(grey[..., None], 3, axis=-1) makes grey colour",
            Self::Uyvy => {
                "`ffmpeg -i picture.png -pix_fmt uyvy422 -f rawvideo picture.raw` makes what --size WxH reads"
            }
            Self::I422 => {
                "`ffmpeg -i picture.png -pix_fmt yuv422p10le -f rawvideo picture.raw` makes what --size WxH reads"
            }
            Self::I420 => {
                "`ffmpeg -i picture.png -pix_fmt yuv420p -f rawvideo picture.raw` makes what --size WxH reads (yuv420p10le of 10 bits), \
                 numpy.concatenate([y.ravel(), u.ravel(), v.ravel()]).reshape(-1, y.shape[1]) an array"
            }
        }
    }
}

/// What is asked of a picture.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Of raw samples.
    pub(crate) size: Option<Size>,
    /// `None`: what the file holds.
    pub(crate) form: Option<Form>,
    /// Bits of a sample, where that is known.
    pub(crate) bits: Option<u8>,
    /// What it is for.
    pub(crate) name: Option<&'a str>,
}

impl Wanted<'_> {
    /// The file holds `found`, which is no such picture.
    pub(super) fn refuse(&self, offset: usize, form: Form, found: &str) -> Wrong {
        let name = self.name.map(|name| format!(" for {name}")).unwrap_or_default();
        wrong(
            offset,
            format!("{}{name}, not {found}; {}", form.shape(), form.recipe()),
        )
    }

    /// Refuses another form than the one asked for.
    pub(super) fn accept(&self, offset: usize, form: Form, found: &str) -> Result<(), Wrong> {
        match self.form {
            Some(wanted) if wanted != form => Err(self.refuse(offset, wanted, found)),
            _ => Ok(()),
        }
    }
}
