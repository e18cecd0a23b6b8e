//! The tables against the names other programs use, and rows in memory against arithmetic on paper.

#![allow(clippy::unwrap_used, missing_docs)]

use csi2_kernels::Backend;
use csi2_pixel::*;
use proptest::prelude::*;

/// Codes as in videodev2.h: depth, packed, then RGGB GRBG GBRG BGGR grey.
#[rustfmt::skip]
const FOURCCS: &[(u8, bool, [&str; 5])] = &[
    ( 8, false, ["RGGB", "GRBG", "GBRG", "BA81", "GREY"]),
    (10, false, ["RG10", "BA10", "GB10", "BG10", "Y10 "]),
    (10, true,  ["pRAA", "pgAA", "pGAA", "pBAA", "Y10P"]),
    (12, false, ["RG12", "BA12", "GB12", "BG12", "Y12 "]),
    (12, true,  ["pRCC", "pgCC", "pGCC", "pBCC", "Y12P"]),
    (14, false, ["RG14", "GR14", "GB14", "BG14", "Y14 "]),
    (14, true,  ["pREE", "pgEE", "pGEE", "pBEE", "Y14P"]),
    (16, false, ["RG16", "GR16", "GB16", "BYR2", "Y16 "]),
];

#[test]
fn every_v4l2_format_is_found_under_each_of_its_names() {
    use BayerOrder::*;
    for &(bits, packed, codes) in FOURCCS {
        for (order, code) in [Rggb, Grbg, Gbrg, Bggr, Mono].into_iter().zip(codes) {
            let bayer = order.name().to_uppercase();
            let suffix = if packed { "P" } else { "" };
            let (name, libcamera) = match order {
                Mono if bits == 8 => ("GREY".to_owned(), "R8".to_owned()),
                Mono => (format!("Y{bits}{suffix}"), format!("R{bits}")),
                _ => (format!("S{bayer}{bits}{suffix}"), format!("S{bayer}{bits}")),
            };
            let libcamera = if packed { libcamera + "_CSI2P" } else { libcamera };
            let names = [
                name.clone(),
                name.to_lowercase(),
                format!("V4L2_PIX_FMT_{name}"),
                format!("v4l2_pix_fmt_{}", name.to_lowercase()),
                code.to_owned(),
                code.trim_end().to_owned(),
                libcamera.clone(),
                libcamera.to_lowercase(),
            ];
            for asked in names {
                let found = find_memory_format(&asked).unwrap_or_else(|| panic!("{asked}"));
                assert_eq!((found.order, found.bits), (order, bits), "{asked}");
                assert_eq!(found.packing == Packing::Csi2, packed, "{asked}");
                assert_eq!((found.name, found.fourcc, found.libcamera), (&*name, code, &*libcamera));
                assert_eq!(codec(found.data_type).unwrap().bits, bits);
            }
        }
    }
    assert_eq!(
        raw_formats().filter(|format| !format.fourcc.is_empty()).count(),
        FOURCCS.len() * 5
    );
}

/// Without those that lose something.
fn raw_formats() -> impl Iterator<Item = &'static MemoryFormat> {
    let exact = |format: &&MemoryFormat| matches!(format.packing, Packing::Csi2 | Packing::Unpacked);
    MEMORY_FORMATS
        .iter()
        .filter(|format| format.layout == Layout::Single)
        .filter(exact)
}

fn link_formats() -> impl Iterator<Item = &'static Codec> {
    CODECS
        .iter()
        .filter(|codec| codec.layout == Layout::Single && codec.bits <= 16)
}

#[test]
fn the_link_names_stand_for_the_link_packing() {
    for codec in link_formats() {
        let found = find_memory_format(&format!("raw{}", codec.bits)).unwrap();
        assert_eq!(
            (found.data_type, found.order, found.packing),
            (codec.data_type, BayerOrder::Mono, Packing::Csi2)
        );
    }
}

#[test]
fn case_tells_fourccs_apart() {
    assert_eq!(find_memory_format("pgAA").unwrap().order, BayerOrder::Grbg);
    assert_eq!(find_memory_format("pGAA").unwrap().order, BayerOrder::Gbrg);
    for unknown in [
        "",
        " ",
        "V4L2_PIX_FMT_",
        "PGAA",
        "pgaa",
        "ba81",
        "SRGGB",
        "SRGGB9",
        "SRGGB10PP",
        "Y10  P",
        "é",
        "V4L2_PIX_FMTé_",
    ] {
        assert!(find_memory_format(unknown).is_none(), "{unknown:?}");
    }
}

#[test]
fn names_are_unique() {
    for (index, a) in MEMORY_FORMATS.iter().enumerate() {
        for b in &MEMORY_FORMATS[..index] {
            for (x, y) in [
                (a.name, b.name),
                (a.libcamera, b.libcamera),
                (a.name, b.libcamera),
                (a.libcamera, b.name),
            ] {
                assert!(x.is_empty() || !x.eq_ignore_ascii_case(y), "{x}");
            }
            assert!(a.fourcc.is_empty() || a.fourcc != b.fourcc, "{}", a.fourcc);
        }
    }
}

#[test]
fn rows_in_memory() {
    // Format, samples, bytes: 16 bits are big-endian on the link and little-endian in V4L2's memory; the last group of a
    // packed row may be filled in part.
    let cases: &[(&str, &[u16], &[u8])] = &[
        ("SRGGB8", &[0x12, 0xFE], &[0x12, 0xFE]),
        ("SRGGB10", &[0x17B, 0x3FF, 0x001], &[0x7B, 0x01, 0xFF, 0x03, 0x01, 0x00]),
        ("Y16", &[0x1234], &[0x34, 0x12]),
        ("RAW16", &[0x1234], &[0x12, 0x34]),
        (
            "SRGGB10P",
            &[0x17B, 0x308, 0x283, 0x2AC],
            &[0x5E, 0xC2, 0xA0, 0xAB, 0x33],
        ),
        ("SRGGB10P", &[0x17B], &[0x5E, 0, 0, 0, 0x03]),
        (
            "SRGGB10P",
            &[0, 0, 0, 0, 0x17B, 0x308],
            &[0, 0, 0, 0, 0, 0x5E, 0xC2, 0, 0, 0x03],
        ),
        ("SBGGR12P", &[0xABC, 0x123], &[0xAB, 0x12, 0x3C]),
        ("SBGGR12P", &[0xABC], &[0xAB, 0, 0x0C]),
        (
            "Y14P",
            &[0x0001, 0x1FC2, 0x2A83, 0x3FFF],
            &[0x00, 0x7F, 0xAA, 0xFF, 0x81, 0x30, 0xFC],
        ),
        ("RAW6", &[0x01, 0x22, 0x13, 0x3C], &[0x81, 0x38, 0xF1]),
    ];
    for &(name, samples, bytes) in cases {
        let format = find_memory_format(name).unwrap();
        assert_eq!(format.row_bytes(samples.len()), bytes.len(), "{name}");
        let mut row = vec![0xA5; bytes.len() + 1];
        assert_eq!(format.pack_row(Backend::detect(), samples, &mut row), Ok(bytes.len()));
        assert_eq!(row, [bytes, &[0xA5]].concat(), "{name}");
        let mut back = vec![0xFFFF; samples.len()];
        assert_eq!(format.unpack_row(Backend::detect(), &row, &mut back), Ok(()));
        assert_eq!(back, samples, "{name}");
    }
}

#[test]
fn short_rows_are_refused_with_numbers() {
    let format = find_memory_format("SRGGB10P").unwrap();
    let error = format
        .unpack_row(Backend::detect(), &[0; 9], &mut [0_u16; 5])
        .unwrap_err();
    assert_eq!((error.required, error.available), (10, 9));
    let error = format
        .pack_row(Backend::detect(), &[0_u16; 5], &mut [0; 9])
        .unwrap_err();
    assert_eq!((error.required, error.available), (10, 9));
    assert_eq!(format.row_bytes(usize::MAX), usize::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_come_back(samples in prop::collection::vec(any::<u16>(), 0..100)) {
        for format in raw_formats() {
            let mask = (u32::MAX >> (32 - u32::from(format.bits))) as u16;
            let samples: Vec<u16> = samples.iter().map(|sample| sample & mask).collect();
            let mut row = vec![0; format.row_bytes(samples.len())];
            let mut back = vec![0; samples.len()];
            format.pack_row(Backend::detect(), &samples, &mut row).unwrap();
            format.unpack_row(Backend::detect(), &row, &mut back).unwrap();
            prop_assert_eq!(&back, &samples, "{}", format.name);
        }
    }
}
