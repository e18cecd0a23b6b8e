//! Every drive mode of every sensor, against what is published of it.

#![allow(clippy::expect_used)]

use csi2_packet::DataType;
use csi2_sensors::{Bayer, Dol, DolMethod, Exposure, Misfit, Mode, PROFILES, Profile, find};
use std::collections::{BTreeMap, BTreeSet};

fn all() -> impl Iterator<Item = (String, &'static Profile, &'static Mode)> {
    PROFILES.iter().flat_map(|profile| {
        profile
            .modes
            .iter()
            .map(move |mode| (format!("{}:{}", profile.name, mode.name), profile, mode))
    })
}

/// Frames, or sets, per second: of the product brief (IMX412), and of the drivers named in the sensors' own files, as these
/// declare them or as their pixel clock, line and frame length give them.
#[rustfmt::skip]
const PUBLISHED: &[(&str, f64)] = &[
    ("ar0521:full-8bit", 29.3),
    ("imx219:full-10bit", 15.0),
    ("imx219:full-8bit", 15.0),
    ("imx219:1080p-10bit", 30.0),
    ("imx219:1080p-8bit", 30.0),
    ("imx219:1640x1232-10bit", 30.0),
    ("imx219:1640x1232-8bit", 30.0),
    ("imx219:vga-10bit", 30.0),
    ("imx219:vga-8bit", 30.0),
    ("imx258:full-10bit", 30.0),
    ("imx258:full-10bit-24mhz", 30.0),
    ("imx258:full-10bit-2lane", 15.0),
    ("imx258:2104x1560-10bit", 30.0),
    ("imx274:4k-10bit", 60.0),
    ("imx274:4k-dol2-10bit", 30.0),
    ("imx290:1080p-12bit", 60.0),
    ("imx290:1080p-10bit", 60.0),
    ("imx290:1080p-12bit-2lane", 30.0),
    ("imx290:1080p-10bit-2lane", 30.0),
    ("imx290:720p-12bit", 60.0),
    ("imx290:720p-10bit", 60.0),
    ("imx290:720p-12bit-2lane", 30.0),
    ("imx290:720p-10bit-2lane", 30.0),
    ("imx290:dol2-10bit", 25.0),
    ("imx290:dol3-10bit", 30.0),
    ("imx296:full-10bit", 60.4),
    ("imx335:full-12bit", 30.0),
    ("imx335:full-10bit", 30.0),
    ("imx335:full-12bit-891", 30.0),
    ("imx335:full-10bit-891", 30.0),
    ("imx335:full-12bit-2lane", 30.0),
    ("imx335:full-10bit-2lane", 30.0),
    ("imx412:full-10bit", 60.0),
    ("imx412:full-12bit", 40.0),
    ("imx412:4k2k-10bit", 79.0),
    ("imx412:1080p-binning-10bit", 240.0),
    ("imx412:full-dol2-10bit", 30.0),
    ("imx412:full-10bit-30fps", 30.0),
    ("imx412:full-10bit-2lane", 30.0),
    ("imx412:4k-10bit", 84.0),
    ("imx412:4k-12bit", 61.0),
    ("imx412:1080p-crop-binning-10bit", 249.0),
    ("imx412:3200x1800-10bit-2lane", 30.0),
    ("imx412:1080p-scaled-12bit-2lane", 30.0),
    ("imx412:dol2-12bit", 15.0),
    ("imx412:dol3", 7.5),
    ("imx415:full-12bit", 30.0),
    ("imx415:full-10bit", 30.0),
    // The driver declares 30 and sets a frame that is longer.
    ("imx415:dol2-12bit", 29.66),
    ("imx415:dol2-10bit", 29.35),
    ("imx415:dol3-12bit", 20.0),
    ("imx415:dol3-10bit", 20.0),
    ("imx477:full-12bit", 10.0),
    ("imx477:2028x1520-12bit", 40.0),
    ("imx477:2028x1080-12bit", 50.0),
    ("imx477:1332x990-10bit", 120.0),
    ("imx519:full-10bit", 10.0),
    ("imx519:4k-10bit", 21.0),
    ("imx519:2328x1748-10bit", 30.0),
    ("imx519:1080p-10bit", 60.0),
    ("imx519:720p-10bit", 120.0),
    ("imx662:1080p-10bit", 98.0),
    ("imx662:1080p-10bit-2lane", 98.0),
    // Declared as 66, which no line length of the driver gives.
    ("imx662:1080p-12bit", 65.2),
    ("imx662:1080p-12bit-2lane", 65.2),
    ("imx662:dol2-12bit", 30.0),
    ("imx662:dol2-10bit", 45.0),
    // Declared as 60 and 30, which are not the most.
    ("imx676:full-10bit", 64.36),
    ("imx676:full-12bit", 32.59),
    ("imx676:dol2-10bit", 31.25),
    ("imx678:full-10bit", 72.0),
    ("imx678:full-12bit", 60.0),
    ("imx678:full-10bit-2lane", 30.0),
    // Declared as 30, with a set that is shorter than its rows.
    ("imx678:dol2-10bit", 29.1),
    ("imx678:dol2-12bit", 29.1),
    ("imx708:full-10bit", 14.35),
    ("imx708:2304x1296-10bit", 56.0),
    ("imx708:1536x864-10bit", 120.0),
    ("imx708:2304x1296-hdr-10bit", 30.0),
    ("ov5640:full-uyvy", 15.0),
    ("ov5640:full-rgb565", 15.0),
    ("ov5640:full-8bit", 15.0),
    ("ov5640:1080p-uyvy", 30.0),
    ("ov5647:full-10bit", 15.63),
    ("ov5647:1080p-10bit", 32.8),
    ("ov5647:1296x972-10bit", 32.2),
    ("ov5647:vga-10bit", 62.5),
    ("ov9281:full-10bit", 120.8),
    ("ov9281:full-10bit-gated", 114.9),
    ("ov9281:full-8bit", 150.9),
    ("ov9281:full-8bit-gated", 143.6),
];

/// Within 1 %: published rates are rounded.
#[test]
fn frame_rates_as_published() {
    let mut published: BTreeMap<&str, f64> = PUBLISHED.iter().copied().collect();
    assert_eq!(published.len(), PUBLISHED.len());
    for (name, _, mode) in all() {
        match (mode.frame_rate(), published.remove(name.as_str())) {
            (Some(rate), Some(expected)) => {
                assert!((rate / expected - 1.0).abs() < 0.01, "{name}: {rate}, not {expected}");
            }
            (None, None) => {}
            (rate, expected) => panic!("{name}: {rate:?}, not {expected:?}"),
        }
    }
    assert!(published.is_empty(), "no such modes: {published:?}");
}

/// Published rows that a link as published does not carry in their time.
const TOO_FAST: &[&str] = &[
    // Several lines are read for each row that is sent.
    "imx708:2304x1296-hdr-10bit",
];

#[test]
fn each_mode_fits_the_link_that_it_is_published_with() {
    for (name, _, mode) in all() {
        match mode.fits(mode.lanes, mode.lane_rate) {
            Ok(()) => assert!(!TOO_FAST.contains(&name.as_str()), "{name}"),
            Err(Misfit::Line(_)) if TOO_FAST.contains(&name.as_str()) => {}
            Err(misfit) => panic!("{name}: {misfit}"),
        }
    }
}

/// Bytes of a row, from the bits of a pixel.
#[test]
fn word_counts() {
    for (name, _, mode) in all() {
        let bits = match mode.data_type {
            DataType::RAW8 => 8,
            DataType::RAW10 => 10,
            DataType::RAW12 => 12,
            DataType::YUV422_8 | DataType::RGB565 => 16,
            other => panic!("{name}: {other}"),
        };
        let bits = mode.row_pixels() * bits;
        assert_eq!(bits % 8, 0, "{name}");
        assert_eq!(mode.word_count().map(u32::from), Some(bits / 8), "{name}");
    }
}

#[test]
fn names_and_numbers_hang_together() {
    for profile in PROFILES {
        let names: BTreeSet<&str> = profile.modes.iter().map(|mode| mode.name).collect();
        assert_eq!(names.len(), profile.modes.len(), "{}: a mode twice", profile.name);
        for name in names {
            let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
            assert!(!name.is_empty() && name.bytes().all(good), "{}:{name}", profile.name);
            assert_eq!(profile.mode(&name.to_uppercase()).map(|mode| mode.name), Some(name));
        }
        if let (Some(array), Some(active)) = (profile.array, profile.active) {
            assert!(
                array.width >= active.width && array.height >= active.height,
                "{}",
                profile.name
            );
        }
    }
    for (name, profile, mode) in all() {
        assert!([1, 2, 4].contains(&mode.lanes), "{name}");
        assert!((200_000_000..=2_500_000_000).contains(&mode.lane_rate), "{name}");
        assert!(mode.data_type.is_image(), "{name}");
        assert!([1, 2, 4].contains(&mode.binning), "{name}");
        let active = profile.active.unwrap_or_else(|| panic!("{name}: of no known size"));
        let binning = u16::from(mode.binning);
        assert!(mode.width * binning <= active.width, "{name}");
        assert!(mode.height * binning <= active.height, "{name}");
        let said = name.split('-').find_map(|word| word.strip_suffix("bit"));
        let bits = mode.data_type.raw_bits().map(|bits| bits.to_string());
        assert!(said.is_none() || said.map(str::to_owned) == bits, "{name}");
        assert_eq!(name.contains("dol2"), mode.exposures() == 2, "{name}");
        assert_eq!(name.contains("dol3"), mode.exposures() == 3, "{name}");
        assert_eq!(
            mode.lanes == 2 && name.contains("2lane"),
            name.contains("2lane"),
            "{name}"
        );
        if let (Some(margin), Some(pace), None) = (profile.frame_margin, mode.pace, mode.dol) {
            let least = u32::from(mode.height) + u32::from(margin);
            assert!(pace.frame_length >= least, "{name}: {} of {least}", pace.frame_length);
        }
        if let Some(dol) = mode.dol {
            assert!(dol.slots_per_line >= dol.exposures, "{name}");
            // A set of three takes the time of four: the third exposure trails by more than a frame is longer than its rows.
            assert_eq!(dol.slots_per_line, [0, 0, 2, 4][usize::from(dol.exposures)], "{name}");
            let delays: Vec<u16> = dol.each().map(|exposure| dol.delay(exposure)).collect();
            assert!(delays.is_sorted_by(|a, b| a < b), "{name}: {delays:?}");
        }
    }
}

fn dol(sensor: &str, mode: &str) -> (&'static Mode, Dol) {
    let mode = find(sensor).and_then(|profile| profile.mode(mode)).expect(mode);
    (mode, mode.dol.expect("exposures"))
}

/// Published widths of a row and rows of a set, one FS and FE each.
#[test]
fn layouts_of_sets_with_line_information() {
    for (sensor, name, row, rows, information) in [
        ("imx274", "4k-dol2-10bit", 3856, 4448, 4),
        ("imx274", "1080p-dol2-10bit", 1936, 2264, 4),
        ("imx290", "dol2-10bit", 1952, 2418, 4),
        ("imx290", "dol3-10bit", 1952, 3435, 4),
        ("imx662", "dol2-10bit", 1952, 2396, 16),
        ("imx662", "dol2-12bit", 1952, 2396, 16),
        ("imx662", "dol2-binning-12bit", 984, 1198, 16),
        ("imx676", "dol2-10bit", 3568, 7400, 16),
        ("imx676", "dol2-binning-12bit", 1792, 3700, 16),
        ("imx678", "dol2-10bit", 3872, 4568, 16),
        ("imx678", "dol2-12bit", 3872, 4568, 16),
        ("imx678", "dol2-binning-12bit", 1944, 2284, 16),
    ] {
        let (mode, dol) = dol(sensor, name);
        assert_eq!((mode.row_pixels(), mode.rows()), (row, rows), "{sensor}:{name}");
        assert_eq!(
            (dol.information_pixels(), dol.frames()),
            (information, 1),
            "{sensor}:{name}"
        );
    }
}

/// Those by virtual channel have no pixels and no rows that are not of the image, and a frame for each exposure.
#[test]
fn layouts_of_sets_by_virtual_channel() {
    for (sensor, name, exposures, delays) in [
        ("imx412", "full-dol2-10bit", 2, [200, 0]),
        ("imx412", "dol3", 3, [246, 282]),
        ("imx415", "dol2-12bit", 2, [38, 0]),
        ("imx415", "dol3-12bit", 3, [8, 16]),
        ("imx415", "dol3-10bit", 3, [48, 64]),
        ("imx477", "dol2-10bit", 2, [200, 0]),
    ] {
        let (mode, dol) = dol(sensor, name);
        let DolMethod::VirtualChannel(channels) = dol.method else {
            panic!("{:?}", dol.method);
        };
        assert_eq!(channels.map(|channel| channel.number()), [0, 1, 2]);
        assert_eq!((dol.frames(), dol.delays), (exposures, delays), "{sensor}:{name}");
        assert_eq!(mode.row_pixels(), u32::from(mode.width));
        assert_eq!(mode.rows(), u32::from(exposures) * u32::from(mode.height));
        assert_eq!(dol.delay(Exposure::Long), 0);
    }
}

#[test]
fn embedded_rows_of_a_mode_are_those_of_the_sensor_or_its_own() {
    let rows = |sensor: &str, mode: &str| {
        let profile = find(sensor).expect(sensor);
        profile.embedded_rows_of(profile.mode(mode).expect(mode))
    };
    assert_eq!(rows("imx412", "full-10bit"), Some(2));
    assert_eq!(rows("imx708", "full-10bit"), Some(5));
    assert_eq!(rows("imx290", "1080p-12bit"), None);
    assert_eq!(rows("imx290", "dol3-10bit"), Some(1));
    assert_eq!(rows("imx678", "dol2-10bit"), Some(1));
}

/// The table that drivers publish, from the order as read out without flips.
#[test]
fn colour_filters_of_flipped_images() {
    let flips = |order: Bayer| {
        [(false, false), (true, false), (false, true), (true, true)]
            .map(|(horizontal, vertical)| order.flipped(horizontal, vertical).name())
    };
    assert_eq!(flips(Bayer::Rggb), ["rggb", "grbg", "gbrg", "bggr"]);
    assert_eq!(flips(Bayer::Grbg), ["grbg", "rggb", "bggr", "gbrg"]);
    assert_eq!(flips(Bayer::Gbrg), ["gbrg", "bggr", "rggb", "grbg"]);
    assert_eq!(flips(Bayer::Bggr), ["bggr", "gbrg", "grbg", "rggb"]);
    assert_eq!(flips(Bayer::Mono), ["mono"; 4]);
}

/// The remedies are remedies, and a little less of them is none.
#[test]
fn every_mode_on_one_lane_fits_or_says_what_would() {
    let mut misfits = 0;
    for (name, _, mode) in all() {
        let Err(Misfit::Line(line)) = mode.fits(1, mode.lane_rate) else {
            continue;
        };
        misfits += 1;
        assert!(line.needed_line_length > u64::from(line.line_length), "{name}");
        let rate = line.needed_lane_rate.expect("a rate");
        assert!(rate > mode.lane_rate, "{name}");
        assert_eq!(mode.fits(1, rate), Ok(()), "{name}");
        assert!(matches!(mode.fits(1, rate - 1_000), Err(Misfit::Line(_))), "{name}");
        assert!(
            line.most_frames > 0.0 && line.most_frames < 1e9 / line.burst_time,
            "{name}"
        );
    }
    assert!(misfits > 50);
}
