//! Streams whose numbers are written down here, not taken from the profiles' own arithmetic.

extern crate std;

use super::*;
use alloc::string::{String, ToString};
use csi2_packet::DataType;
use csi2_sensors::{Dol, DolMethod, LineInformation, Margin, PROFILES, Placement, find};

/// Ticks are tenths of nanoseconds.
const TENTHS: Timebase = Timebase {
    numerator: 1,
    denominator: 10_000_000_000,
};

/// A channel of a stream: times in nanoseconds.
#[derive(Clone, Copy)]
struct Images {
    channel: u8,
    data_type: DataType,
    word_count: u16,
    lines: u32,
    line_time: f64,
    /// Of the first frame.
    start: f64,
    period: f64,
    embedded: u32,
}

/// Two frames and the start of a third.
fn stream(channels: &[Images]) -> Statistics {
    let mut statistics = Statistics::default();
    for of in channels {
        let channel = VirtualChannel::new(of.channel).unwrap();
        let row = |statistics: &mut Statistics, data_type, at: f64| {
            let counts = statistics.channel(channel).data_type(data_type);
            counts.packet(Some((at * 10.0).round() as u64));
            counts.bytes += u64::from(of.word_count);
            counts.word_count(of.word_count, None);
            statistics.carry(channel, u64::from(of.word_count) + 6);
        };
        for frame in 0..3 {
            let start = of.start + of.period * f64::from(frame);
            statistics.carry(channel, 4);
            statistics
                .channel(channel)
                .frame_start(Some((start * 10.0).round() as u64));
            if frame == 2 {
                break;
            }
            for line in 0..of.embedded {
                row(
                    &mut statistics,
                    DataType::EMBEDDED,
                    start + of.line_time * f64::from(line),
                );
            }
            for line in of.embedded..of.embedded + of.lines {
                row(&mut statistics, of.data_type, start + of.line_time * f64::from(line));
            }
            statistics.carry(channel, 4);
            statistics.channel(channel).frame_end(true);
        }
    }
    statistics
}

/// 4056x3040 RAW10, lines of 4512 clocks of 840 MHz, 3102 of them: 60.02 frames per second.
const FULL: Images = Images {
    channel: 0,
    data_type: DataType::RAW10,
    word_count: 5070,
    lines: 3040,
    line_time: 4512.0 / 0.84,
    start: 1000.0,
    period: 4512.0 * 3102.0 / 0.84,
    embedded: 2,
};

fn observed(statistics: &Statistics) -> Observed<'_> {
    Observed {
        statistics,
        timebase: Some(TENTHS),
        lanes: Some(4),
        lane_rate: Some(2_100_000_000),
    }
}

fn judge(statistics: &Statistics, mode: &str) -> Conformance<'static> {
    let imx412 = find("imx412").unwrap();
    Conformance::new(&observed(statistics), imx412, imx412.mode(mode).unwrap())
}

#[track_caller]
fn row(judged: &Conformance<'_>, aspect: Aspect) -> ConformanceRow {
    *judged.rows.iter().find(|row| row.aspect == aspect).unwrap()
}

#[track_caller]
fn number(judged: &Conformance<'_>, aspect: Aspect) -> f64 {
    match row(judged, aspect).measured.unwrap() {
        Quantity::Number(number) => number,
        other => panic!("{other:?}"),
    }
}

fn verdicts(judged: &Conformance<'_>, verdict: ConformanceVerdict) -> Vec<Aspect> {
    let rows = judged.rows.iter().filter(|row| row.verdict == verdict);
    rows.map(|row| row.aspect).collect()
}

fn messages(judged: &Conformance<'_>) -> Vec<String> {
    judged.findings().map(|finding| finding.to_string()).collect()
}

/// A mode: what its rows are, and the product brief's numbers.
struct Brief {
    mode: &'static str,
    data_type: DataType,
    word_count: u16,
    lines: u32,
    /// Pixel clocks of a line, lines of a frame.
    raster: (f64, f64),
    hertz: f64,
    /// Of images, of all packets.
    gigabits: (f64, f64),
    percent: f64,
}

const fn brief(mode: &'static str, data_type: DataType, word_count: u16, lines: u32) -> Brief {
    Brief {
        mode,
        data_type,
        word_count,
        lines,
        raster: (0.0, 0.0),
        hertz: 0.0,
        gigabits: (0.0, 0.0),
        percent: 0.0,
    }
}

#[test]
fn the_drive_modes_of_the_product_brief() {
    let table = [
        Brief {
            raster: (4512.0, 3102.0),
            hertz: 60.0,
            gigabits: (7.398, 7.412),
            percent: 88.0,
            ..brief("full-10bit", DataType::RAW10, 5070, 3040)
        },
        Brief {
            raster: (6224.0, 3374.0),
            hertz: 40.0,
            gigabits: (5.919, 5.928),
            percent: 71.0,
            ..brief("full-12bit", DataType::RAW12, 6084, 3040)
        },
        Brief {
            raster: (4512.0, 2356.0),
            hertz: 79.0,
            gigabits: (7.331, 7.346),
            percent: 87.0,
            ..brief("4k2k-10bit", DataType::RAW10, 5070, 2288)
        },
        Brief {
            raster: (2976.0, 1176.0),
            hertz: 240.0,
            gigabits: (5.412, 5.435),
            percent: 65.0,
            ..brief("1080p-binning-10bit", DataType::RAW10, 2535, 1112)
        },
    ];
    for row in table {
        let Brief {
            mode,
            data_type,
            word_count,
            lines,
            raster: (clocks, length),
            ..
        } = row;
        let statistics = stream(&[Images {
            data_type,
            word_count,
            lines,
            line_time: clocks / 0.84,
            period: clocks * length / 0.84,
            ..FULL
        }]);
        let judged = judge(&statistics, mode);
        assert!(judged.fits(), "{mode}: {:?}", judged.rows);
        assert_eq!(
            verdicts(&judged, ConformanceVerdict::Unknown),
            [Aspect::Bayer],
            "{mode}"
        );
        let close = |aspect, unit: f64, expected: f64| {
            let measured = number(&judged, aspect) / unit;
            assert!(
                (measured / expected - 1.0).abs() < 1e-3,
                "{mode} {aspect:?}: {measured}"
            );
        };
        close(Aspect::FrameRate, 1.0, row.hertz);
        close(Aspect::Payload, 1e9, row.gigabits.0);
        close(Aspect::Packets, 1e9, row.gigabits.1);
        assert_eq!((number(&judged, Aspect::Share) * 100.0).round(), row.percent, "{mode}");
        let imx412 = find("imx412").unwrap();
        let best = Conformance::best(&observed(&statistics), imx412).unwrap();
        assert_eq!((best.mode.name, best.alike.len()), (mode, 0));
    }
}

/// Rows of the exposures alternate, so that each has every second one, and a set takes twice the lines.
#[test]
fn two_exposures_on_two_channels() {
    let long = Images {
        line_time: 2.0 * FULL.line_time,
        period: 2.0 * FULL.period,
        ..FULL
    };
    let short = Images {
        channel: 1,
        // 200 rows later, and in the slot after.
        start: FULL.start + (2.0 * 200.0 + 1.0) * FULL.line_time,
        ..long
    };
    let statistics = stream(&[long, short]);
    let judged = judge(&statistics, "full-dol2-10bit");
    assert!(judged.fits(), "{:?}", judged.rows);
    assert_eq!(verdicts(&judged, ConformanceVerdict::Unknown), [Aspect::Bayer]);
    assert!((number(&judged, Aspect::FrameRate) / 30.0 - 1.0).abs() < 1e-3);
    assert!((number(&judged, Aspect::Packets) / 7.412e9 - 1.0).abs() < 1e-3);
    assert!((number(&judged, Aspect::Delay1) - 200.0).abs() < 1e-3);
    assert_eq!(number(&judged, Aspect::Exposures), 2.0);
    let imx412 = find("imx412").unwrap();
    let best = Conformance::best(&observed(&statistics), imx412).unwrap();
    assert_eq!(best.mode.name, "full-dol2-10bit");
    // As one exposure a frame it is none of the modes.
    assert_eq!(
        messages(&judge(&statistics, "full-10bit")),
        [
            "line time: 10.743 us, the profile says 5.371 us",
            "exposures: 2, the profile says 1"
        ]
    );
    // A driver that reads the short exposure out later does what it may.
    let later = Images {
        start: short.start + 2.0 * 30.0 * FULL.line_time,
        ..short
    };
    let judged = judge(&stream(&[long, later]), "full-dol2-10bit");
    assert_eq!(verdicts(&judged, ConformanceVerdict::Allowed), [Aspect::Delay1]);
}

/// Line information: rows of both exposures on one channel, four pixels wider, all in a frame.
#[test]
fn two_exposures_on_one_channel() {
    let dol = Dol {
        exposures: 2,
        method: DolMethod::LineInformation {
            pixels: 4,
            placement: Placement::Low,
        },
        delays: [10, 0],
        slots_per_line: 2,
        blanking_rows: false,
        black_rows: 0,
        margin: Margin::NONE,
    };
    assert!(LineInformation::from_code(0x241).is_some());
    let mode = Mode::new("li", 60, 40, DataType::RAW10)
        .link(4, 2_100_000_000)
        .raster(100_000_000, 400, 64)
        .overlapped(dol);
    let statistics = stream(&[Images {
        word_count: 80,
        lines: 80,
        line_time: 4000.0,
        period: 4000.0 * 128.0,
        embedded: 0,
        ..FULL
    }]);
    let judged = Conformance::new(&observed(&statistics), find("imx412").unwrap(), &mode);
    assert!(judged.fits(), "{:?}", judged.rows);
    assert_eq!(number(&judged, Aspect::FrameLength).round(), 64.0);
    assert_eq!(
        verdicts(&judged, ConformanceVerdict::Unknown),
        [Aspect::Exposures, Aspect::Delay1, Aspect::Bayer]
    );
}

#[test]
fn what_a_driver_may_choose_is_no_finding() {
    // Half the frame rate by a frame length twice as long.
    let judged = judge(
        &stream(&[Images {
            period: FULL.line_time * 6204.0,
            embedded: 0,
            ..FULL
        }]),
        "full-10bit",
    );
    use Aspect::{EmbeddedRows, FrameLength, FrameRate, Packets, Payload, Share};
    let allowed = [FrameLength, FrameRate, EmbeddedRows, Payload, Packets, Share];
    assert_eq!(verdicts(&judged, ConformanceVerdict::Allowed), allowed);
    assert!(judged.fits());
    // A clock that is off by two thousandths.
    let slow = Images {
        line_time: FULL.line_time * 1.002,
        period: FULL.period * 1.002,
        ..FULL
    };
    assert!(messages(&judge(&stream(&[slow]), "full-10bit")).is_empty());
}

#[test]
fn what_is_off_is_told_once() {
    let told = |images: Images, told: &[&str]| {
        let judged = judge(&stream(&[images]), "full-10bit");
        assert_eq!(messages(&judged), told);
        assert!(!judged.fits());
        for finding in judged.findings() {
            assert_eq!(
                (finding.code, finding.severity),
                (FindingCode::ProfileMismatch, Severity::Warning)
            );
        }
    };
    // Lines of 5000 clocks.
    let longer = Images {
        line_time: 5000.0 / 0.84,
        period: 5000.0 * 3102.0 / 0.84,
        ..FULL
    };
    told(longer, &["line time: 5.952 us, the profile says 5.371 us"]);
    let shorter = Images {
        period: FULL.line_time * 3050.0,
        ..FULL
    };
    told(shorter, &["frame length: 3050 lines, the profile says 3102 lines"]);
    let cropped = Images {
        lines: 3000,
        embedded: 1,
        ..FULL
    };
    told(
        cropped,
        &[
            "size: 4056x3000, the profile says 4056x3040",
            "embedded rows: 1, the profile says 2",
        ],
    );
    let of_no_mode = stream(&[cropped]);
    let best = Conformance::best(&observed(&of_no_mode), find("imx412").unwrap()).unwrap();
    assert_eq!((best.mode.name, best.findings().count()), ("full-10bit", 2));
    assert!(best.findings().all(|finding| finding.severity == Severity::Info));
    let deeper = Images {
        data_type: DataType::RAW12,
        word_count: 6084,
        ..FULL
    };
    told(deeper, &["data type: RAW12, the profile says RAW10"]);
}

/// The channel is that of the images, and none of what is the link's.
#[test]
fn findings_are_of_their_channel() {
    let statistics = stream(&[Images {
        channel: 3,
        lines: 3000,
        ..FULL
    }]);
    let imx412 = find("imx412").unwrap();
    let seen = Observed {
        lanes: Some(2),
        ..observed(&statistics)
    };
    let judged = Conformance::new(&seen, imx412, imx412.mode("full-10bit").unwrap());
    let channels: Vec<_> = judged
        .findings()
        .map(|of| of.channel.map(VirtualChannel::number))
        .collect();
    assert_eq!(channels, [Some(3), None]);
}

/// Without times the size still tells; between modes that only differ in pace nothing does.
#[test]
fn packets_without_times() {
    let statistics = stream(&[FULL]);
    let seen = Observed {
        timebase: None,
        lanes: None,
        lane_rate: None,
        ..observed(&statistics)
    };
    let imx412 = find("imx412").unwrap();
    let best = Conformance::best(&seen, imx412).unwrap();
    let alike: Vec<&str> = best.alike.iter().map(|mode| mode.name).collect();
    assert_eq!((best.mode.name, best.fits()), ("full-10bit", true));
    assert!(
        alike.contains(&"full-10bit-30fps") && alike.contains(&"full-10bit-2lane"),
        "{alike:?}"
    );
    assert!(!alike.contains(&"4k2k-10bit"));
}

/// A stream of each mode of each sensor fits that mode, and a search finds it or one that it cannot be told from.
#[test]
fn each_mode_fits_its_own_stream() {
    for profile in PROFILES {
        for mode in profile.modes.iter().filter(|mode| mode.dol.is_none()) {
            let (Some(pace), Some(word_count)) = (mode.pace, mode.word_count()) else {
                continue;
            };
            // Nothing in a statistic of YUV tells rows that are not lines of samples.
            let line_time = f64::from(pace.line_length) * 1e9 / pace.pixel_rate as f64;
            let statistics = stream(&[Images {
                data_type: mode.data_type,
                word_count,
                lines: mode.height.into(),
                line_time,
                period: line_time * f64::from(pace.frame_length),
                embedded: mode.embedded_rows.or(profile.embedded_rows).unwrap_or(0).into(),
                ..FULL
            }]);
            let seen = Observed {
                lanes: Some(mode.lanes.into()),
                lane_rate: Some(mode.lane_rate),
                ..observed(&statistics)
            };
            let judged = Conformance::new(&seen, profile, mode);
            assert!(judged.fits(), "{} {}: {:?}", profile.name, mode.name, messages(&judged));
            let best = Conformance::best(&seen, profile).unwrap();
            assert!(best.fits());
            assert!(
                best.mode == mode || best.alike.contains(&mode),
                "{} {}: taken for {}",
                profile.name,
                mode.name,
                best.mode.name
            );
        }
    }
}
