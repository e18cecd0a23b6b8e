//! Formats chosen at run time.

use csi2_kernels::{Backend, Raw};
use csi2_packet::DataType;

use crate::format::*;
use crate::{COMPRESSIONS, Group, Layout, PixelFormat};

/// Payload bytes to samples; returns (bytes read, samples written). Of a compression, a line from its first byte.
pub type Unpack<S> = fn(Backend, &[u8], &mut [S]) -> (usize, usize);
/// Samples to payload bytes; returns (samples read, bytes written). Of a compression, a line from its first sample.
pub type Pack<S> = fn(Backend, &[S], &mut [u8]) -> (usize, usize);

/// A [`PixelFormat`] as a value, for hosts that meet any data type.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// The data type's name, or that of a compression.
    pub name: &'static str,
    /// Data type; of a compression, the one whose packing carries it.
    pub data_type: DataType,
    /// What the samples are.
    pub layout: Layout,
    /// Granularity; of YUV420, that of the shorter lines.
    pub group: Group,
    /// Bits of a sample: the most of [`Codec::depth`].
    pub bits: u8,
    /// Bits of the samples of a pixel, as they come.
    pub depth: [u8; 3],
    /// The functions.
    pub kernels: Kernels,
}

/// The functions of a [`Codec`], by the width of its samples.
#[derive(Clone, Copy, Debug)]
pub enum Kernels {
    /// Up to 16 bits.
    Narrow {
        /// As [`PixelFormat::unpack`].
        unpack: Unpack<u16>,
        /// As [`PixelFormat::pack`].
        pack: Pack<u16>,
        /// As [`PixelFormat::RAW`].
        raw: Option<Raw>,
    },
    /// More than 16 bits.
    Wide {
        /// As [`PixelFormat::unpack`].
        unpack: Unpack<u32>,
        /// As [`PixelFormat::pack`].
        pack: Pack<u32>,
    },
}

/// Samples of either width.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Samples<'a> {
    /// Up to 16 bits.
    Narrow(&'a [u16]),
    /// More than 16 bits.
    Wide(&'a [u32]),
}

/// The formats of the data types.
pub const CODECS: &[Codec] = &[
    Codec::narrow::<Yuv420_8>(),
    Codec::narrow::<Yuv420_10>(),
    Codec::narrow::<Yuv420_8Legacy>(),
    Codec::narrow::<Yuv420_8Csps>(),
    Codec::narrow::<Yuv420_10Csps>(),
    Codec::narrow::<Yuv422_8>(),
    Codec::narrow::<Yuv422_10>(),
    Codec::narrow::<Rgb444>(),
    Codec::narrow::<Rgb555>(),
    Codec::narrow::<Rgb565>(),
    Codec::narrow::<Rgb666>(),
    Codec::narrow::<Rgb888>(),
    Codec::wide::<Raw28>(),
    Codec::wide::<Raw24>(),
    Codec::narrow::<Raw6>(),
    Codec::narrow::<Raw7>(),
    Codec::narrow::<Raw8>(),
    Codec::narrow::<Raw10>(),
    Codec::narrow::<Raw12>(),
    Codec::narrow::<Raw14>(),
    Codec::narrow::<Raw16>(),
    Codec::wide::<Raw20>(),
];

/// The format of a data type.
pub fn codec(data_type: DataType) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.data_type == data_type)
}

/// A format by the name of its data type, as [`DataType::parse`] takes it, or of a compression (`10-8-10`, see
/// [`COMPRESSIONS`]): any case, `-` and `_` alike.
pub fn find_codec(name: &str) -> Option<&'static Codec> {
    let alike = |a: u8, b: u8| a.eq_ignore_ascii_case(&b) || matches!((a, b), (b'-', b'_'));
    let wanted = name.trim().as_bytes();
    let compression = COMPRESSIONS.iter().find(|codec| {
        let name = codec.name.as_bytes();
        name.len() == wanted.len() && name.iter().zip(wanted).all(|(&a, &b)| alike(a, b))
    });
    compression.or_else(|| codec(DataType::parse(name)?))
}

/// Which format each data type has: its own, or the one declared for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codecs {
    /// Of user-defined types and others that have none of their own.
    declared: [Option<(DataType, &'static Codec)>; 8],
}

impl Codecs {
    /// Only those of the data types themselves.
    pub const STANDARD: Self = Self { declared: [None; 8] };

    /// Declares the layout of a data type, also of one that has a layout of its own. Returns false when eight others are
    /// declared already.
    pub fn declare(&mut self, data_type: DataType, codec: &'static Codec) -> bool {
        let place = self.declared.iter_mut().find(|row| match row {
            Some((of, _)) => *of == data_type,
            None => true,
        });
        match place {
            Some(row) => {
                *row = Some((data_type, codec));
                true
            }
            None => false,
        }
    }

    /// The format of a data type.
    pub fn of(&self, data_type: DataType) -> Option<&'static Codec> {
        let declared = self.declared.iter().flatten().find(|(of, _)| *of == data_type);
        declared.map(|(_, codec)| *codec).or_else(|| codec(data_type))
    }
}

impl Codec {
    /// The row of a format of at most 16 bits.
    pub const fn narrow<F: PixelFormat<Sample = u16>>() -> Self {
        Self::of::<F>(Kernels::Narrow {
            unpack: F::unpack,
            pack: F::pack,
            raw: F::RAW,
        })
    }

    /// The row of a format of more than 16 bits.
    pub const fn wide<F: PixelFormat<Sample = u32>>() -> Self {
        Self::of::<F>(Kernels::Wide {
            unpack: F::unpack,
            pack: F::pack,
        })
    }

    /// Whether it is one of [`COMPRESSIONS`], whose samples depend on those before them in the line.
    pub fn is_compression(&self) -> bool {
        self.name != self.data_type.name()
    }

    /// Granularity of line `row`, counted from 0.
    pub const fn group_of(&self, row: usize) -> Group {
        let lines = if self.layout.alternates() && !row.is_multiple_of(2) {
            2
        } else {
            1
        };
        Group {
            bytes: self.group.bytes * lines,
            samples: self.group.samples * lines,
        }
    }

    /// Samples in a payload of `bytes` bytes on line `row`, whole groups only.
    pub const fn samples_in(&self, row: usize, bytes: usize) -> usize {
        let group = self.group_of(row);
        (bytes / group.bytes).saturating_mul(group.samples)
    }

    /// Pixels of line `row` with `bytes` bytes, whole groups only.
    pub const fn pixels_in(&self, row: usize, bytes: usize) -> usize {
        self.layout.pixels(row, self.samples_in(row, bytes))
    }

    /// Payload bytes of line `row` of `width` pixels; `None` when they are no whole number of groups.
    pub const fn bytes_for(&self, row: usize, width: usize) -> Option<usize> {
        let (group, samples) = (self.group_of(row), self.layout.samples(row, width));
        match samples.checked_div(group.samples) {
            Some(groups) if groups * group.samples == samples && self.layout.pixels(row, samples) == width => {
                groups.checked_mul(group.bytes)
            }
            _ => None,
        }
    }

    /// The least number of pixels, and its multiples, that lines may have.
    pub const fn pixel_group(&self) -> usize {
        let group = self.group_of(1);
        self.layout.pixels(1, group.samples)
    }

    /// The greatest value of a sample of [`Codec::bits`].
    pub const fn max_sample(&self) -> u32 {
        u32::MAX >> (32 - self.bits as u32)
    }

    const fn of<F: PixelFormat>(kernels: Kernels) -> Self {
        Self {
            name: F::DATA_TYPE.name(),
            data_type: F::DATA_TYPE,
            layout: F::LAYOUT,
            group: F::GROUP,
            bits: most(F::DEPTH),
            depth: F::DEPTH,
            kernels,
        }
    }
}

impl Samples<'_> {
    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Narrow(samples) => samples.len(),
            Self::Wide(samples) => samples.len(),
        }
    }

    /// None.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those in `range`, fewer where they end.
    #[must_use]
    pub fn slice(&self, range: core::ops::Range<usize>) -> Self {
        let (start, end) = (range.start.min(self.len()), range.end.min(self.len()));
        match self {
            Self::Narrow(samples) => Self::Narrow(samples.get(start..end).unwrap_or_default()),
            Self::Wide(samples) => Self::Wide(samples.get(start..end).unwrap_or_default()),
        }
    }

    /// Sample `index`.
    pub fn at(&self, index: usize) -> Option<u32> {
        match self {
            Self::Narrow(samples) => samples.get(index).map(|sample| u32::from(*sample)),
            Self::Wide(samples) => samples.get(index).copied(),
        }
    }
}

const fn most(depth: [u8; 3]) -> u8 {
    let [a, b, c] = depth;
    let most = if a > b { a } else { b };
    if most > c { most } else { c }
}
