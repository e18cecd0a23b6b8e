//! Rows in memory against figures of their bits, and the names that lead to them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use csi2_kernels::Backend;
use csi2_pixel::{Layout, MEMORY_FORMATS, Packing, find_memory_format, media_bus_formats, not_a_picture};

/// The bits of a group, byte by byte, most significant first: letter of the sample (`a` the first in the order of the link) and
/// number of the bit; `.` where nothing lies.
const FIGURES: &[(&str, &str)] = &[
    ("GREY", "a7a6a5a4a3a2a1a0"),
    ("SRGGB10", "a7a6a5a4a3a2a1a0 ............a9a8"),
    ("SBGGR12", "a7a6a5a4a3a2a1a0 ........abaaa9a8"),
    ("Y14", "a7a6a5a4a3a2a1a0 ....adacabaaa9a8"),
    ("SGRBG16", "a7a6a5a4a3a2a1a0 afaeadacabaaa9a8"),
    ("RAW16", "afaeadacabaaa9a8 a7a6a5a4a3a2a1a0"),
    (
        "SRGGB10P",
        "a9a8a7a6a5a4a3a2 b9b8b7b6b5b4b3b2 c9c8c7c6c5c4c3c2 d9d8d7d6d5d4d3d2 d1d0c1c0b1b0a1a0",
    ),
    ("SGBRG12P", "abaaa9a8a7a6a5a4 bbbab9b8b7b6b5b4 b3b2b1b0a3a2a1a0"),
    (
        "Y14P",
        "adacabaaa9a8a7a6 bdbcbbbab9b8b7b6 cdcccbcac9c8c7c6 dddcdbdad9d8d7d6 b1b0a5a4a3a2a1a0 c3c2c1c0b5b4b3b2 d5d4d3d2d1d0c5c4",
    ),
    // U Y V Y of the link are a b c d.
    (
        "UYVY",
        "a7a6a5a4a3a2a1a0 b7b6b5b4b3b2b1b0 c7c6c5c4c3c2c1c0 d7d6d5d4d3d2d1d0",
    ),
    (
        "YUYV",
        "b7b6b5b4b3b2b1b0 a7a6a5a4a3a2a1a0 d7d6d5d4d3d2d1d0 c7c6c5c4c3c2c1c0",
    ),
    (
        "YVYU",
        "b7b6b5b4b3b2b1b0 c7c6c5c4c3c2c1c0 d7d6d5d4d3d2d1d0 a7a6a5a4a3a2a1a0",
    ),
    (
        "VYUY",
        "c7c6c5c4c3c2c1c0 b7b6b5b4b3b2b1b0 a7a6a5a4a3a2a1a0 d7d6d5d4d3d2d1d0",
    ),
    // Blue, green, red of the link are a b c.
    ("BGR24", "a7a6a5a4a3a2a1a0 b7b6b5b4b3b2b1b0 c7c6c5c4c3c2c1c0"),
    ("RGB24", "c7c6c5c4c3c2c1c0 b7b6b5b4b3b2b1b0 a7a6a5a4a3a2a1a0"),
    ("RGB565", "b2b1b0a4a3a2a1a0 c4c3c2c1c0b5b4b3"),
    ("RGB555", "b2b1b0a4a3a2a1a0 ..c4c3c2c1c0b4b3"),
    (
        "BGR666",
        "a5a4a3a2a1a0b5b4 b3b2b1b0c5c4c3c2 c1c0............ ................",
    ),
];

/// Sample and bit of each bit in memory.
fn figure(text: &str) -> Vec<Option<(usize, u32)>> {
    let cells: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let place = |cell: &[char]| match cell {
        ['.', '.'] => None,
        [sample, bit] => Some((*sample as usize - 'a' as usize, bit.to_digit(16).expect("a bit"))),
        _ => panic!("{cell:?}"),
    };
    cells.chunks(2).map(place).collect()
}

fn noise(count: usize, bits: impl Fn(usize) -> u8) -> Vec<u32> {
    let mut state = 12_345_u32;
    (0..count)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> (32 - bits(index))
        })
        .collect()
}

#[test]
fn rows_are_their_figures() {
    for (name, text) in FIGURES {
        let format = find_memory_format(name).unwrap();
        let figure = figure(text);
        let count = figure.iter().flatten().map(|(sample, _)| sample + 1).max().unwrap();
        let depth = |index: usize| {
            if format.layout == Layout::Bgr {
                format.depth[index % 3]
            } else {
                format.bits
            }
        };
        let samples = noise(5 * count, depth);
        let mut bytes = Vec::new();
        for group in samples.chunks(count) {
            for byte in figure.chunks(8) {
                let bits = byte
                    .iter()
                    .map(|cell| cell.map_or(0, |(sample, bit)| group[sample] >> bit & 1));
                bytes.push(bits.fold(0_u32, |byte, bit| byte << 1 | bit) as u8);
            }
        }
        let narrow: Vec<u16> = samples.iter().map(|sample| *sample as u16).collect();
        let mut row = vec![0xFF; bytes.len()];
        assert_eq!(
            format.pack_row(Backend::detect(), &narrow, &mut row),
            Ok(bytes.len()),
            "{name}"
        );
        assert_eq!(row, bytes, "{name}");
        let (mut back, mut wide) = (vec![0_u16; narrow.len()], vec![0_u32; narrow.len()]);
        format.unpack_row(Backend::detect(), &bytes, &mut back).unwrap();
        format.unpack_row(Backend::detect(), &bytes, &mut wide).unwrap();
        assert_eq!((back, wide), (narrow, samples), "{name}");
    }
}

/// All formats, all widths around a group, both widths of samples.
#[test]
fn rows_come_back() {
    for format in MEMORY_FORMATS
        .iter()
        .filter(|format| !matches!(format.packing, Packing::Dpcm(_)))
    {
        for width in 1..=20 {
            let count = if format.has_rows() {
                format.row_samples(width)
            } else {
                width
            };
            let depth = |index: usize| {
                if format.layout == Layout::Bgr {
                    format.depth[index % 3]
                } else {
                    format.bits
                }
            };
            let samples = noise(count, depth);
            let mut row = vec![0xA5; format.row_bytes(width) + 1];
            let mut back = vec![0_u32; count];
            assert_eq!(
                format.pack_row(Backend::detect(), &samples, &mut row),
                Ok(row.len() - 1)
            );
            assert_eq!(row.last(), Some(&0xA5), "{}", format.name);
            format.unpack_row(Backend::detect(), &row, &mut back).unwrap();
            assert_eq!(back, samples, "{} {width}", format.name);
            assert!(format.width_of(format.row_bytes(width)) >= width, "{}", format.name);
            assert_eq!(
                format.row_bytes(format.width_of(row.len() - 1)),
                row.len() - 1,
                "{}",
                format.name
            );
        }
    }
}

#[test]
fn other_names_lead_to_the_same() {
    for (asked, name) in [
        ("bayer_rggb16le", "SRGGB16"),
        ("bayer_bggr8", "SBGGR8"),
        ("gray10le", "Y10"),
        ("gray", "GREY"),
        ("uyvy422", "UYVY"),
        ("yuyv422", "YUYV"),
        ("bgr24", "BGR24"),
        ("rgb565le", "RGB565"),
        ("yuv420p", "YUV420"),
        ("YU12", "YUV420"),
        // libcamera names words, V4L2 bytes.
        ("RGB888", "BGR24"),
        ("BGR888", "RGB24"),
        ("RGB3", "RGB24"),
        ("SRGGB10_1X10", "SRGGB10P"),
        ("MEDIA_BUS_FMT_SRGGB10_1X10", "SRGGB10P"),
        ("0x300f", "SRGGB10P"),
        ("0x3012", "SRGGB12P"),
        ("0x3014", "SRGGB8"),
        ("0x3020", "SRGGB16"),
        ("UYVY8_1X16", "UYVY"),
        ("RGB888_1X24", "BGR24"),
        ("BGR888_1X24", "BGR24"),
        ("0x100a", "BGR24"),
        ("bRA8", "SRGGB10DPCM8"),
        ("BD10", "SGRBG10DPCM8"),
    ] {
        assert_eq!(
            find_memory_format(asked).map(|format| format.name),
            Some(name),
            "{asked}"
        );
    }
    let stored: Vec<&str> = media_bus_formats("SBGGR12_1X12").map(|format| format.name).collect();
    assert_eq!(stored, ["SBGGR12P", "SBGGR12"]);
    assert_eq!(
        media_bus_formats("SBGGR12").count() + media_bus_formats("0x0").count() + media_bus_formats("").count(),
        0
    );
    for name in ["MC1A", "META_10", "0x8002", "V4L2_PIX_FMT_MET8", "aRA8", "srggb10alaw8"] {
        assert!(
            not_a_picture(name).is_some() && find_memory_format(name).is_none(),
            "{name}"
        );
    }
    assert!(not_a_picture("SRGGB10P").is_none() && not_a_picture("").is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::with_cases(256) })]

    /// Any bytes as a row: refused where too short, else read whole, by all backends alike, written and read again.
    #[test]
    fn any_row(
        index in 0..MEMORY_FORMATS.len(),
        count in 0_usize..60,
        row in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..260),
    ) {
        let format = &MEMORY_FORMATS[index];
        let mut samples = vec![0_u16; count];
        let outcome = format.unpack_row(Backend::PORTABLE, &row, &mut samples);
        if let Err(refused) = outcome {
            assert!(refused.available == row.len() && refused.required > row.len(), "{refused}");
            return Ok(());
        }
        for backend in Backend::available() {
            let mut again = vec![0_u16; count];
            format.unpack_row(backend, &row, &mut again).unwrap();
            assert_eq!(again, samples, "{} {backend:?}", format.name);
            let (mut out, mut portable) = (vec![0xA5; row.len()], vec![0xA5; row.len()]);
            let length = format.pack_row(backend, &samples, &mut out).unwrap();
            format.pack_row(Backend::PORTABLE, &samples, &mut portable).unwrap();
            assert_eq!(out, portable, "{} {backend:?}", format.name);
            assert!(out[length..].iter().all(|byte| *byte == 0xA5), "{}", format.name);
            // Samples of more than 16 bits were cut, and a compression may choose another code.
            if format.bits <= 16 && !matches!(format.packing, Packing::Dpcm(_)) {
                format.unpack_row(backend, &out, &mut again).unwrap();
                assert_eq!(again, samples, "{} {backend:?}", format.name);
            }
        }
    }
}
