//! Formats that the bytes of rows fit.

use alloc::vec;
use alloc::vec::Vec;

use csi2_kernels::Backend;
use csi2_packet::DataType;
use csi2_pixel::{BayerOrder, Layout, MEMORY_FORMATS, MemoryFormat, Packing};

use super::columns::{Columns, Residue};

/// Where the green samples of a colour filter are; which of the others is red cannot be seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Green {
    /// No filter is seen, or there is none in this format.
    #[default]
    None,
    /// A filter, and nothing more.
    Unknown,
    /// Second of the first row, first of the second: RGGB or BGGR.
    Inner,
    /// First of the first row, second of the second: GRBG or GBRG.
    Outer,
}

/// A format that fits.
pub(super) struct Kind {
    pub(super) format: &'static MemoryFormat,
    pub(super) score: f32,
    pub(super) green: Green,
}

/// Widths that many sensors and standards have.
const USUAL: &[usize] = &[
    160, 176, 320, 352, 400, 480, 640, 720, 752, 768, 800, 816, 960, 1012, 1014, 1024, 1080, 1152, 1280, 1296, 1332,
    1400, 1440, 1456, 1536, 1600, 1632, 1640, 1920, 1936, 1944, 2028, 2048, 2064, 2304, 2312, 2432, 2448, 2560, 2592,
    2688, 2712, 3072, 3264, 3280, 3296, 3840, 3856, 4032, 4056, 4096, 4128, 4208, 4608, 4624, 4656, 5120, 5312, 5472,
    6000, 6016, 7680, 8000, 8064, 9152, 9248,
];

/// Formats that fit the columns, best first; of a known format, how well it does.
pub(super) fn kinds(columns: &Columns, known: Option<&'static MemoryFormat>) -> Vec<Kind> {
    if let Some(format) = known {
        return vec![Kind {
            format,
            score: 1.0,
            green: Green::None,
        }];
    }
    let mut kinds: Vec<(f32, Shape)> = scores(columns);
    kinds.sort_by(|a, b| b.0.total_cmp(&a.0));
    kinds.retain(|(score, _)| *score >= 0.1);
    kinds.truncate(4);
    kinds
        .into_iter()
        .filter_map(|(score, shape)| Kind::of(shape, score, columns))
        .collect()
}

/// Pixels of a row: what is used of it, or a usual width a little above.
pub(super) fn width(format: &MemoryFormat, columns: &Columns) -> usize {
    // Dark columns may look like padding.
    const NEAR: usize = 3;
    let padded = columns.used < columns.stride;
    let mut width = format.width_of(columns.used);
    if padded && format.row_bytes(width) < columns.used {
        width += 1;
    }
    let fits = |width: usize| format.row_bytes(width) <= columns.stride;
    if !padded {
        return width;
    }
    let even = width.next_multiple_of(2);
    let usual = USUAL
        .iter()
        .find(|usual| (width..=width + NEAR).contains(usual) && fits(**usual));
    usual.copied().unwrap_or(if fits(even) { even } else { width })
}

/// How a format lies in memory.
#[derive(Clone, Copy)]
enum Shape {
    Packed(DataType),
    /// 8 bits, or two bytes little-endian of so many.
    Unpacked(DataType),
    /// Two bytes, the more significant first.
    LinkOrder,
    Named(&'static str),
}

fn scores(columns: &Columns) -> Vec<(f32, Shape)> {
    let of_3 = columns.residues::<3>();
    let of_4 = columns.residues::<4>();
    let of_5 = columns.residues::<5>();
    let of_7 = columns.residues::<7>();
    let raw10 = noise_among_smooth(&of_5[..4], &of_5[4..]);
    let raw12 = noise_among_smooth(&of_3[..2], &of_3[2..]);
    let raw14 = noise_among_smooth(&of_7[..4], &of_7[4..]);
    let [a, b, c, d] = of_4;
    let little = noise_among_smooth(&[b, d], &[a, c]);
    let big = noise_among_smooth(&[a, c], &[b, d]);
    let uyvy = chroma_beside_luma(columns, [a, c], [b, d], 1);
    let yuyv = chroma_beside_luma(columns, [b, d], [a, c], 0);
    let rgb = triples(columns, &of_3);
    // Zero above the depth: never by chance.
    let top = b.most.max(d.most);
    let unused =
        top < 0x40 && a.most.max(c.most) as u16 > 4 * u16::from(top) && a.spread + c.spread > b.spread + d.spread;
    let little = if unused { 1.0 } else { little * (1.0 - yuyv.max(uyvy)) };
    let big = if unused { 0.0 } else { big * (1.0 - uyvy.max(yuyv)) };
    let wide = match top {
        0..=0x03 => DataType::RAW10,
        0x04..=0x0F => DataType::RAW12,
        0x10..=0x3F => DataType::RAW14,
        0x40.. => DataType::RAW16,
    };
    let packed = raw10.max(raw12).max(raw14);
    let coloured = uyvy.max(yuyv);
    let others = packed.max(little).max(big).max(coloured).max(rgb);
    let smooth =
        1.0 - columns.step(2).min(columns.step(1)) / [a, b, c, d].iter().map(|r| r.spread).fold(0.01, f32::max);
    // A packed format shows also where another one is likely; where none is, bytes are samples.
    let bytes = (1.0 - others) * (2.0 * smooth).clamp(0.0, 1.0);
    let alone = |score: f32, others: f32| score * (1.0 - 0.7 * others);
    vec![
        (
            alone(raw10, raw12.max(raw14).max(little)),
            Shape::Packed(DataType::RAW10),
        ),
        (
            alone(raw12, raw10.max(raw14).max(little)),
            Shape::Packed(DataType::RAW12),
        ),
        (
            alone(raw14, raw10.max(raw12).max(little)),
            Shape::Packed(DataType::RAW14),
        ),
        (alone(little, if unused { 0.0 } else { packed }), Shape::Unpacked(wide)),
        (alone(big, packed), Shape::LinkOrder),
        (alone(uyvy, packed.max(yuyv)), Shape::Named("UYVY")),
        (alone(yuyv, packed.max(uyvy)), Shape::Named("YUYV")),
        (alone(rgb, packed.max(coloured)), Shape::Named("BGR24")),
        (bytes, Shape::Unpacked(DataType::RAW8)),
    ]
}

/// Low bits look like noise, and high ones do not.
fn noise_among_smooth(high: &[Residue], low: &[Residue]) -> f32 {
    let roughest = high.iter().map(Residue::roughness).fold(0.0, f32::max);
    let low_each: f32 = low.iter().map(Residue::roughness).fold(f32::MAX, f32::min);
    if low_each <= 0.0 {
        return 0.0;
    }
    let contrast = (low_each - roughest) / (low_each + roughest);
    // Noise takes all values: low bits are spread wide.
    let wide = low.iter().map(|residue| residue.spread).fold(f32::MAX, f32::min) / 40.0;
    (contrast / 0.35).clamp(0.0, 1.0) * wide.min(1.0)
}

/// Chroma stays near the middle, luma does not, and is smooth from pixel to pixel.
fn chroma_beside_luma(columns: &Columns, chroma: [Residue; 2], luma: [Residue; 2], first: usize) -> f32 {
    let centred = chroma.iter().all(|residue| (residue.mean - 128.0).abs() < 40.0);
    let spread = (luma[0].spread + luma[1].spread) / 2.0;
    let narrow = 1.0 - (chroma[0].spread + chroma[1].spread) / 2.0 / spread.max(0.01);
    let alike = (luma[0].mean - luma[1].mean).abs() < 0.1 * spread + 1.0;
    let next = columns.step_at::<4>(first) / spread.max(0.01);
    if !centred || !alike || next > 0.6 {
        return 0.0;
    }
    (narrow / 0.4).clamp(0.0, 1.0) * ((0.7 - next) / 0.3).clamp(0.0, 1.0)
}

/// Bytes resemble those three on more than their neighbours.
fn triples(columns: &Columns, residues: &[Residue; 3]) -> f32 {
    if residues.iter().any(|residue| residue.roughness() > 0.6) {
        return 0.0;
    }
    let (one, two, three) = (columns.step(1), columns.step(2), columns.step(3));
    let nearer = one.min(two);
    if nearer <= 0.0 {
        return 0.0;
    }
    ((nearer - three) / nearer / 0.25).clamp(0.0, 1.0)
}

impl Kind {
    fn of(shape: Shape, score: f32, columns: &Columns) -> Option<Self> {
        let mono = shape.format(BayerOrder::Mono)?;
        if mono.layout != Layout::Single || matches!(shape, Shape::LinkOrder) {
            return Some(Self {
                format: mono,
                score,
                green: Green::None,
            });
        }
        let green = green(mono, columns);
        let order = match green {
            Green::None => BayerOrder::Mono,
            Green::Unknown | Green::Inner => BayerOrder::Rggb,
            Green::Outer => BayerOrder::Grbg,
        };
        let format = shape.format(order).unwrap_or(mono);
        Some(Self { format, score, green })
    }
}

impl Shape {
    fn format(self, order: BayerOrder) -> Option<&'static MemoryFormat> {
        let is = |format: &&MemoryFormat| match self {
            Self::Named(name) => format.name == name,
            Self::LinkOrder => format.name == "RAW16",
            Self::Packed(of) => format.packing == Packing::Csi2 && format.data_type == of,
            Self::Unpacked(of) => format.packing == Packing::Unpacked && format.data_type == of,
        };
        MEMORY_FORMATS.iter().find(|format| is(format) && format.order == order)
    }
}

/// The diagonal of each four samples that is of one colour.
fn green(format: &MemoryFormat, columns: &Columns) -> Green {
    let width = format.width_of(columns.used) & !1;
    let mut rows = [vec![0_u16; width], vec![0; width]];
    let (mut outer, mut inner, mut beside, mut same) = (0_u64, 0_u64, 0_u64, 0_u64);
    for [first, second, _] in columns.groups() {
        let [above, below] = &mut rows;
        let unpacked = format
            .unpack_row(Backend::detect(), first, above)
            .and_then(|()| format.unpack_row(Backend::detect(), second, below));
        if unpacked.is_err() {
            return Green::None;
        }
        let apart = |a: u16, b: u16| u64::from(a.abs_diff(b));
        for (above, below) in above.chunks_exact(4).zip(below.chunks_exact(4)) {
            if let (&[a, b, c, _], &[d, e, ..]) = (above, below) {
                outer += apart(a, e);
                inner += apart(b, d);
                beside += apart(a, b) + apart(d, e);
                same += 2 * apart(a, c);
            }
        }
    }
    // Samples of other colours differ more than the same colour two columns on.
    if beside * 100 < same * 110 {
        return Green::None;
    }
    if inner * 100 < outer * 85 {
        Green::Inner
    } else if outer * 100 < inner * 85 {
        Green::Outer
    } else {
        Green::Unknown
    }
}
