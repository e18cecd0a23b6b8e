//! The formats of the data types against their figures: from planes of pixels to payload bytes, bit by bit, and back.

#![allow(clippy::unwrap_used, missing_docs)]

mod figures;

use csi2_kernels::Backend;
use csi2_packet::DataType;
use csi2_pixel::*;
use figures::FIGURES;
use proptest::prelude::*;

/// Pixels and bytes of a group, and the most pixels of a line.
type Granularity = (usize, usize, usize);

/// Data type, then pixels and bytes of a group, and the most pixels of a line, of the first line of a frame and of the second;
/// bits of the samples of a pixel. Of YUV, Microchip CSI-2 demultiplexer documentation and sophgo/sophgo-doc mipi_rx.rst; of
/// RGB, blog.csdn.net/lz0499/article/details/133098951; of RAW, torvalds/linux V4L2 packed formats. RAW24 and RAW28 are
/// unconfirmed.
#[rustfmt::skip]
const TABLE: &[(u8, &str, [Granularity; 2], [u8; 3])] = &[
    (0x18, "YUV420_8",        [(2, 2, 65_534), (2,  4, 32_766)], [8; 3]),
    (0x19, "YUV420_10",       [(4, 5, 52_428), (4, 10, 26_212)], [10; 3]),
    (0x1A, "YUV420_8_LEGACY", [(2, 3, 43_690); 2],               [8; 3]),
    (0x1C, "YUV420_8_CSPS",   [(2, 2, 65_534), (2,  4, 32_766)], [8; 3]),
    (0x1D, "YUV420_10_CSPS",  [(4, 5, 52_428), (4, 10, 26_212)], [10; 3]),
    (0x1E, "YUV422_8",        [(2, 4, 32_766); 2],               [8; 3]),
    (0x1F, "YUV422_10",       [(2, 5, 26_214); 2],               [10; 3]),
    (0x20, "RGB444",          [(1, 2, 32_767); 2],               [4; 3]),
    (0x21, "RGB555",          [(1, 2, 32_767); 2],               [5; 3]),
    (0x22, "RGB565",          [(1, 2, 32_767); 2],               [5, 6, 5]),
    (0x23, "RGB666",          [(4, 9, 29_124); 2],               [6; 3]),
    (0x24, "RGB888",          [(1, 3, 21_845); 2],               [8; 3]),
    (0x26, "RAW28",           [(2, 7, 18_724); 2],               [28; 3]),
    (0x27, "RAW24",           [(1, 3, 21_845); 2],               [24; 3]),
    (0x28, "RAW6",            [(4, 3, 87_380); 2],               [6; 3]),
    (0x29, "RAW7",            [(8, 7, 74_896); 2],               [7; 3]),
    (0x2A, "RAW8",            [(1, 1, 65_535); 2],               [8; 3]),
    (0x2B, "RAW10",           [(4, 5, 52_428); 2],               [10; 3]),
    (0x2C, "RAW12",           [(2, 3, 43_690); 2],               [12; 3]),
    (0x2D, "RAW14",           [(4, 7, 37_448); 2],               [14; 3]),
    (0x2E, "RAW16",           [(1, 2, 32_767); 2],               [16; 3]),
    (0x2F, "RAW20",           [(2, 5, 26_214); 2],               [20; 3]),
];

#[test]
fn granularity_is_that_of_the_table() {
    assert_eq!(CODECS.len(), TABLE.len());
    for (codec, &(code, name, lines, depth)) in CODECS.iter().zip(TABLE) {
        assert_eq!((codec.data_type.code(), codec.name), (code, name));
        assert_eq!(
            (codec.depth, codec.bits),
            (depth, *depth.iter().max().unwrap()),
            "{name}"
        );
        assert_eq!(u64::from(codec.max_sample()) + 1, 1 << codec.bits, "{name}");
        assert_eq!(codec.pixel_group(), lines[1].0, "{name}");
        for row in 0..4 {
            let (pixels, bytes, most) = lines[row % 2];
            assert_eq!(codec.group_of(row).bytes, bytes, "{name} row {row}");
            assert_eq!(codec.pixels_in(row, bytes), pixels, "{name} row {row}");
            assert_eq!(codec.pixels_in(row, 65_535), most, "{name} row {row}");
            assert_eq!(
                codec.bytes_for(row, most),
                Some(65_535 / bytes * bytes),
                "{name} row {row}"
            );
            let too_wide = codec.bytes_for(row, usize::MAX / pixels * pixels);
            assert!(bytes <= pixels || too_wide.is_none(), "{name} row {row}");
        }
        assert_eq!(
            codec.data_type.group().unwrap(),
            (lines[1].1 as u8, lines[1].0 as u8),
            "{name}"
        );
        assert_eq!(
            codec.data_type.odd_group().unwrap(),
            (lines[0].1 as u8, lines[0].0 as u8)
        );
    }
}

#[test]
fn all_other_data_types_have_none() {
    for data_type in DataType::all() {
        let listed = TABLE.iter().any(|(code, ..)| *code == data_type.code());
        assert_eq!(codec(data_type).is_some(), listed, "{data_type}");
    }
}

/// A frame of `groups` groups by `height` rows: planes to samples to payload, and back. The payload is that of the figures.
fn goes_both_ways<S: Cell>(codec: &Codec, unpack: Unpack<S>, pack: Pack<S>, groups: usize, height: usize) {
    let figure = FIGURES
        .iter()
        .find(|figure| figure.names.contains(&codec.name))
        .unwrap();
    let (layout, name) = (codec.layout, codec.name);
    let width = groups * codec.pixel_group();
    let stride = layout.stride(width);
    let value = |plane: Plane, row: usize, column: usize| {
        let bits = match plane {
            Plane::B => codec.depth[0],
            Plane::G => codec.depth[1],
            Plane::R => codec.depth[2],
            _ => codec.bits,
        };
        figures::noise(plane as u32, row, column) & u32::MAX >> (32 - bits)
    };
    let plane_row = |plane: Plane, row: usize| -> Vec<S> {
        let columns = 0..layout.plane_width(plane, width);
        columns.map(|column| S::of(value(plane, row, column))).collect()
    };

    let mut samples = vec![S::of(0); stride * height];
    let mut frame = PlanesMut::new(layout, width, &mut samples);
    for &plane in layout.planes() {
        for row in 0..layout.plane_height(plane, height) {
            let sent = layout.line_of(plane, row) < height;
            let from = plane_row(plane, row);
            assert_eq!(frame.set_row(plane, row, &from), if sent { from.len() } else { 0 });
        }
    }

    let mut received = vec![S::of(0); stride * height];
    for row in 0..height {
        let used = row * stride..row * stride + layout.samples(row, width);
        let mut payload = vec![0xA5; codec.bytes_for(row, width).unwrap()];
        let did = pack(Backend::detect(), &samples[used.clone()], &mut payload);
        assert_eq!(did, (used.len(), payload.len()), "{name} row {row}");
        assert_eq!(payload, figure.payload(row, width, value), "{name} row {row}");
        let did = unpack(Backend::detect(), &payload, &mut received[used]);
        assert_eq!((did.0, codec.samples_in(row, did.0)), (payload.len(), did.1));
    }
    assert_eq!(received, samples, "{name}");

    let frame = Planes::new(layout, width, &received);
    for &plane in layout.planes() {
        for row in 0..layout.plane_height(plane, height) + 1 {
            let mut out = vec![S::of(0); width];
            let written = frame.row(plane, row, &mut out);
            let expected = match layout.line_of(plane, row) < height {
                true => plane_row(plane, row),
                false => Vec::new(),
            };
            assert_eq!(out[..written], expected, "{name} {plane:?} {row} of {height}");
        }
    }
}

/// What a sample is kept in.
trait Cell: Copy + std::fmt::Debug + PartialEq + Into<u32> {
    fn of(value: u32) -> Self;
}

impl Cell for u16 {
    fn of(value: u32) -> Self {
        value.try_into().unwrap()
    }
}

impl Cell for u32 {
    fn of(value: u32) -> Self {
        value
    }
}

#[test]
fn every_data_type_is_its_figure() {
    for codec in CODECS {
        for groups in 0..5 {
            for height in 0..6 {
                match codec.kernels {
                    Kernels::Narrow { unpack, pack, .. } => goes_both_ways(codec, unpack, pack, groups, height),
                    Kernels::Wide { unpack, pack } => goes_both_ways(codec, unpack, pack, groups, height),
                }
            }
        }
    }
}

#[test]
fn every_length_around_a_group() {
    let count = |codec: &Codec, packed: &[u8], room: usize| match codec.kernels {
        Kernels::Narrow { unpack, .. } => unpack(Backend::detect(), packed, &mut vec![0; room]),
        Kernels::Wide { unpack, .. } => unpack(Backend::detect(), packed, &mut vec![0; room]),
    };
    for codec in CODECS.iter().chain(COMPRESSIONS) {
        for row in 0..2 {
            let group = codec.group_of(row);
            for length in 0..=4 * group.bytes + 1 {
                let groups = length / group.bytes;
                let whole = groups * group.bytes;
                assert_eq!(codec.samples_in(row, length), groups * group.samples);
                let pixels = codec.pixels_in(row, length);
                assert_eq!(codec.bytes_for(row, pixels), Some(whole), "{} {length}", codec.name);
                assert_eq!(codec.layout.samples(row, pixels), groups * group.samples);
                for room in 0..=4 * group.samples + 1 {
                    let fit = groups.min(room / group.samples);
                    let packed = vec![0x5A; fit * group.bytes];
                    assert_eq!(count(codec, &packed, room), (packed.len(), fit * group.samples));
                }
            }
            // Widths that are no whole number of groups have no word count.
            let pixels = codec.layout.pixels(row, group.samples);
            for width in 0..=3 * pixels {
                assert_eq!(
                    codec.bytes_for(row, width).is_some(),
                    width % pixels == 0,
                    "{} {width}",
                    codec.name
                );
            }
        }
    }
}

/// In the order of the link. RAW10: stevenbell/csirx unit_tests/raw10_decoder_testvec.txt; the others by hand.
#[test]
fn known_answers() {
    let narrow: &[(&str, &[u16], &[u8])] = &[
        ("RAW10", &[0x17B, 0x308, 0x283, 0x2AC], &[0x5E, 0xC2, 0xA0, 0xAB, 0x33]),
        // (R, G, B): (11, 22, 33), (44, 55, 66).
        (
            "rgb888",
            &[0x33, 0x22, 0x11, 0x66, 0x55, 0x44],
            &[0x33, 0x22, 0x11, 0x66, 0x55, 0x44],
        ),
        (
            "RGB565",
            &[0, 0, 31, 0, 63, 0, 31, 0, 0],
            &[0x00, 0xF8, 0xE0, 0x07, 0x1F, 0x00],
        ),
        // U 201, Y 102, V 303, Y 0FC.
        (
            "yuv422-10",
            &[0x201, 0x102, 0x303, 0x0FC],
            &[0x80, 0x40, 0xC0, 0x3F, 0x39],
        ),
    ];
    for &(name, samples, bytes) in narrow {
        let codec = find_codec(name).unwrap();
        let Kernels::Narrow { unpack, pack, .. } = codec.kernels else {
            panic!("{name}")
        };
        let (mut out, mut back) = (vec![0; bytes.len()], vec![0; samples.len()]);
        pack(Backend::detect(), samples, &mut out);
        unpack(Backend::detect(), bytes, &mut back);
        assert_eq!((&out[..], &back[..]), (bytes, samples), "{name}");
    }
    let Kernels::Wide { unpack, .. } = find_codec("raw20").unwrap().kernels else {
        panic!()
    };
    let mut samples = [0; 2];
    unpack(Backend::detect(), &[0x12, 0xD1, 0xAB, 0x37, 0xB4], &mut samples);
    assert_eq!(samples, [0x12345, 0xABCDE]);
}

#[test]
fn codecs_are_found_by_name() {
    for codec in CODECS.iter().chain(COMPRESSIONS) {
        let name = codec.name;
        for asked in [
            name.to_owned(),
            name.to_lowercase(),
            name.replace('_', "-"),
            name.replace('-', "_"),
        ] {
            assert_eq!(find_codec(&asked).unwrap().name, name);
        }
    }
    assert_eq!(find_codec("0x2B").unwrap().name, "RAW10");
    for unknown in [
        "",
        "RAW",
        "RAW9",
        "EMBEDDED",
        "USER1",
        "10-8",
        "10-8-10p",
        "10-8-10p3",
        "12-10-12",
        "é",
        "0x40",
    ] {
        assert!(find_codec(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn declared_layouts_come_before_those_of_the_data_types() {
    let [raw8, raw10, dpcm] = ["RAW8", "RAW10", "10-8-10"].map(|name| find_codec(name).unwrap());
    let user = |k: u8| DataType::from_bits(0x30 + k);
    let name = |codecs: &Codecs, data_type| codecs.of(data_type).map(|codec| codec.name);
    let mut codecs = Codecs::STANDARD;
    assert_eq!(name(&codecs, DataType::RAW10), Some("RAW10"));
    assert_eq!(name(&codecs, user(0)), None);
    for k in 0..8 {
        // The second declaration replaces the first, and takes no place of its own.
        assert!(codecs.declare(user(k), raw8) && codecs.declare(user(k), raw10));
    }
    assert!(codecs.declare(user(3), dpcm));
    assert_eq!(name(&codecs, user(3)), Some("10-8-10"));
    assert!((0..8).all(|k| k == 3 || name(&codecs, user(k)) == Some("RAW10")));
    assert!(!codecs.declare(DataType::EMBEDDED, raw8));
    assert_eq!(name(&codecs, DataType::EMBEDDED), None);

    let mut codecs = Codecs::default();
    assert!(codecs.declare(DataType::RAW10, raw8));
    assert_eq!(name(&codecs, DataType::RAW10), Some("RAW8"));
}

#[test]
fn slices_of_samples_end_where_the_samples_do() {
    let narrow = Samples::Narrow(&[1, 2, 3]);
    assert_eq!(
        (narrow.len(), narrow.is_empty(), narrow.at(2), narrow.at(3)),
        (3, false, Some(3), None)
    );
    assert_eq!(narrow.slice(1..9), Samples::Narrow(&[2, 3]));
    assert!(narrow.slice(5..9).is_empty());
    assert!(narrow.slice(core::ops::Range { start: 2, end: 1 }).is_empty());
    let wide = Samples::Wide(&[u32::MAX]);
    assert_eq!((wide.at(0), wide.slice(0..1)), (Some(u32::MAX), wide));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows shorter than the buffers, frames shorter than their height, odd widths: no more is touched than is there.
    #[test]
    fn planes_keep_to_what_is_there(width in 0_usize..12, length in 0_usize..80, row in 0_usize..8, room in 0_usize..20) {
        for codec in CODECS {
            let layout = codec.layout;
            let samples: Vec<u16> = (1..=length as u16).collect();
            let planes = Planes::new(layout, width, &samples);
            for plane in [Plane::Y, Plane::U, Plane::V, Plane::R, Plane::G, Plane::B] {
                let mut out = vec![0; room];
                let written = planes.row(plane, row, &mut out);
                let expected = layout.plane_width(plane, width).min(room);
                let whole = layout.stride(width) * layout.line_of(plane, row) + layout.samples(layout.line_of(plane, row), width) <= length;
                prop_assert_eq!(written, if whole && layout.planes().contains(&plane) { expected } else { 0 });
                prop_assert!(out[..written].iter().all(|sample| *sample != 0) && out[written..].iter().all(|sample| *sample == 0));

                let mut into = vec![0; length];
                let taken = PlanesMut::new(layout, width, &mut into).set_row(plane, row, &vec![9; room]);
                prop_assert_eq!(taken, written);
                prop_assert_eq!(into.iter().filter(|sample| **sample == 9).count(), taken);
            }
            let mut rgb = vec![0; room];
            let written = planes.rgb_row(row, &mut rgb);
            let mut red = vec![0; width];
            let reds = planes.row(Plane::R, row, &mut red).min(room / 3);
            prop_assert_eq!(written, reds * 3);
            prop_assert!((0..reds).all(|pixel| rgb[pixel * 3] == red[pixel]));
            let mut into = samples.clone();
            prop_assert_eq!(PlanesMut::new(layout, width, &mut into).set_rgb_row(row, &rgb[..written]), written);
            prop_assert_eq!(into, samples);
        }
    }
}
