use super::*;
use crate::{Clock, find};

extern crate std;
use std::string::ToString as _;

/// The drive modes of the product brief on four lanes of 2.1 Gb/s, worked out by hand.
struct Row {
    mode: &'static str,
    frame_rate: f64,
    word_count: u16,
    packet_bytes: u32,
    four_lanes: [u32; 4],
    two_lanes: [u32; 2],
    /// Microseconds.
    line_time: f64,
    burst_time: f64,
    burst_time_of_two: f64,
    /// Gb/s.
    payload_rate: f64,
    link_rate: f64,
    percent: f64,
    least_lane_rate: f64,
    most_frames_of_two: f64,
}

#[rustfmt::skip]
const BRIEF: [Row; 5] = [
    Row {
        mode: "full-10bit", frame_rate: 60.02, word_count: 5070, packet_bytes: 5076,
        four_lanes: [1269; 4], two_lanes: [2538; 2],
        line_time: 5.371, burst_time: 4.834, burst_time_of_two: 9.669,
        payload_rate: 7.398, link_rate: 7.412, percent: 88.0, least_lane_rate: 2028.0, most_frames_of_two: 32.8,
    },
    Row {
        mode: "full-12bit", frame_rate: 40.00, word_count: 6084, packet_bytes: 6090,
        four_lanes: [1523, 1523, 1522, 1522], two_lanes: [3045; 2],
        line_time: 7.410, burst_time: 5.802, burst_time_of_two: 11.600,
        payload_rate: 5.919, link_rate: 5.928, percent: 71.0, least_lane_rate: 1730.0, most_frames_of_two: 27.5,
    },
    Row {
        mode: "4k2k-10bit", frame_rate: 79.02, word_count: 5070, packet_bytes: 5076,
        four_lanes: [1269; 4], two_lanes: [2538; 2],
        line_time: 5.371, burst_time: 4.834, burst_time_of_two: 9.669,
        payload_rate: 7.331, link_rate: 7.346, percent: 87.0, least_lane_rate: 2028.0, most_frames_of_two: 43.6,
    },
    Row {
        mode: "1080p-binning-10bit", frame_rate: 240.0, word_count: 2535, packet_bytes: 2541,
        four_lanes: [636, 635, 635, 635], two_lanes: [1271, 1270],
        line_time: 3.543, burst_time: 2.423, burst_time_of_two: 4.842,
        payload_rate: 5.412, link_rate: 5.435, percent: 65.0, least_lane_rate: 1603.0, most_frames_of_two: 172.7,
    },
    Row {
        mode: "full-dol2-10bit", frame_rate: 30.01, word_count: 5070, packet_bytes: 5076,
        four_lanes: [1269; 4], two_lanes: [2538; 2],
        line_time: 5.371, burst_time: 4.834, burst_time_of_two: 9.669,
        payload_rate: 7.398, link_rate: 7.412, percent: 88.0, least_lane_rate: 2028.0, most_frames_of_two: 16.4,
    },
];

const RATE: u64 = 2_100_000_000;

fn close(found: f64, expected: f64, within: f64) -> bool {
    (found - expected).abs() <= within
}

#[test]
fn the_budget_of_the_brief() {
    for row in BRIEF {
        let mode = find("imx412").unwrap().mode(row.mode).unwrap();
        let name = row.mode;
        assert_eq!((mode.lanes, mode.lane_rate), (4, RATE), "{name}");
        assert_eq!(mode.word_count(), Some(row.word_count), "{name}");
        assert_eq!(mode.packet_bytes(), Some(row.packet_bytes), "{name}");
        let lanes = |count: u8| (0..count).map(move |lane| mode.lane_bytes(count, lane).unwrap());
        assert!(lanes(4).eq(row.four_lanes), "{name}");
        assert!(lanes(2).eq(row.two_lanes), "{name}");
        let us = |ns: Option<f64>| ns.unwrap() / 1e3;
        assert!(close(us(mode.line_time()), row.line_time, 0.0006), "{name}");
        assert!(close(us(mode.burst_time(4, RATE)), row.burst_time, 0.0006), "{name}");
        assert!(
            close(us(mode.burst_time(2, RATE)), row.burst_time_of_two, 0.0006),
            "{name}"
        );
        assert!(close(mode.frame_rate().unwrap(), row.frame_rate, 0.02), "{name}");
        // The rates are those of the brief's whole frames per second: the pace comes within 0.04 %.
        let gigabits = |rate: Option<f64>| rate.unwrap() / 1e9;
        assert!(
            close(gigabits(mode.payload_rate()), row.payload_rate, row.payload_rate * 5e-4),
            "{name}"
        );
        assert!(
            close(gigabits(mode.link_rate(2)), row.link_rate, row.link_rate * 8e-4),
            "{name}"
        );
        assert!(close(mode.link_load(2).unwrap() * 100.0, row.percent, 0.5), "{name}");
        let least = mode.least_lane_rate(4).unwrap() as f64 / 1e6;
        assert!(close(least, row.least_lane_rate, 0.6), "{name}: {least}");
        assert!(
            close(mode.most_frames(2, RATE).unwrap(), row.most_frames_of_two, 0.06),
            "{name}"
        );
        assert_eq!(mode.fits(4, RATE), Ok(()), "{name}");
        assert!(matches!(mode.fits(2, RATE), Err(Misfit::Line(_))), "{name}");
    }
}

/// A clock that stops on every row needs 864 ns: the full rate leaves 537.
#[test]
fn a_gated_clock_at_the_full_rate() {
    let sensor = find("imx412").unwrap();
    for (name, fits) in [
        ("full-10bit", false),
        ("full-12bit", true),
        ("4k2k-10bit", false),
        ("1080p-binning-10bit", true),
        ("full-dol2-10bit", false),
    ] {
        let mode = sensor.mode(name).unwrap().clocked(Clock::Gated);
        assert!(close(mode.restart_time(RATE), 864.0, 1.0));
        assert_eq!(mode.fits(4, RATE).is_ok(), fits, "{name}");
    }
    assert!(close(sensor.modes[0].restart_time(RATE), 365.0, 1.0));
}

#[test]
fn what_does_not_fit_says_what_would() {
    let full = find("imx412").unwrap().modes[0];
    let misfit = full.fits(2, RATE).unwrap_err();
    assert_eq!(
        misfit.to_string(),
        "a row is a packet of 5076 bytes: 9.669 us on 2 lanes of 2100 Mbps and 0.365 us to stop and start, but rows come \
         every 5.371 us; what would fit: 4052 Mbps a lane, a line length of 8429 instead of 4512, at most 32.8 frames per \
         second"
    );
    let Misfit::Line(line) = misfit else {
        panic!("{misfit}");
    };
    // Each of the three remedies is one, and a little less is none.
    let rate = line.needed_lane_rate.unwrap();
    assert_eq!(full.fits(2, rate), Ok(()));
    assert!(full.fits(2, rate - 1_000_000).is_err());
    let slower = |line_length: u64| full.raster(840_000_000, line_length.try_into().unwrap(), 3102);
    assert_eq!(slower(line.needed_line_length).fits(2, RATE), Ok(()));
    assert!(slower(line.needed_line_length - 1).fits(2, RATE).is_err());
    let dense = full.raster(840_000_000, line.needed_line_length.try_into().unwrap(), 3040);
    assert!(close(dense.frame_rate().unwrap(), line.most_frames, 0.01));

    let text = |mode: Mode, lanes: u8| mode.fits(lanes, RATE).unwrap_err().to_string();
    assert_eq!(text(full, 0), "0 lanes: a link has 1 to 8");
    assert_eq!(text(full, 9), "9 lanes: a link has 1 to 8");
    let odd = Mode::new("odd", 4057, 3040, DataType::RAW10);
    assert_eq!(
        text(odd, 4),
        "4057 pixels are no whole groups of RAW10: a multiple of 4 would fit"
    );
    assert_eq!(odd.word_count(), None);
    let wide = Mode::new("wide", 32_768, 2, DataType::RAW16);
    assert_eq!(text(wide, 4), "a row of 65536 bytes: a packet holds at most 65535");
    let user = Mode::new("user", 8, 2, DataType::USER1);
    assert_eq!(text(user, 4), "USER1 has no groups of pixels");
    let short = full.raster(840_000_000, 4512, 3039);
    assert_eq!(text(short, 4), "3040 rows in a frame of 3039 row times");
    let hasty = full.raster(840_000_000, 200, 3102);
    assert!(hasty.least_lane_rate(4).is_none());
    assert!(!text(hasty, 4).contains("a lane"));
}

#[test]
fn numbers_that_no_sensor_has() {
    let full = find("imx412").unwrap().modes[0];
    assert!(full.fits(4, 0).is_err());
    assert!(
        full.raster(0, 4512, 3102).fits(4, RATE).is_ok(),
        "a row that never ends"
    );
    assert!(full.raster(0, 0, 0).fits(4, RATE).is_err());
    assert_eq!(full.lane_bytes(0, 0), None);
    assert_eq!(full.lane_bytes(4, 4), None);
    assert!(full.raster(u64::MAX, u32::MAX, u32::MAX).frame_rate().is_some());
}
