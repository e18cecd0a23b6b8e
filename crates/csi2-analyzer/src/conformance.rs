//! A stream judged against a sensor's profile: what the mode says, what the capture shows, row by row.
//!
//! ```
//! use csi2_analyzer::{Conformance, ConformanceVerdict, Observed, Statistics};
//!
//! let imx412 = csi2_sensors::find("imx412").unwrap();
//! let nothing = Statistics::default();
//! let seen = Observed { statistics: &nothing, timebase: None, lanes: Some(2), lane_rate: None };
//! let judged = Conformance::new(&seen, imx412, imx412.mode("full-10bit").unwrap());
//! let off: Vec<String> = judged.findings().map(|finding| finding.to_string()).collect();
//! assert_eq!(off, ["lanes: 2, the profile says 4"]);
//! assert!(judged.rows.iter().all(|row| row.verdict != ConformanceVerdict::Ok));
//! ```

mod aspect;
mod expected;
mod measured;
#[cfg(test)]
mod tests;

pub use aspect::{Aspect, Mismatch, Quantity};

use crate::{Detail, Finding, FindingCode, Severity, Span, Statistics};
use alloc::vec::Vec;
use core::cmp::Reverse;
use csi2_dphy::Timebase;
use csi2_packet::VirtualChannel;
use csi2_sensors::{Mode, Profile};
use expected::Expected;
use measured::Measured;

/// How far a rate or a time may be off: of a fraction of the profile's. Crystals are good to a ten-thousandth, and drivers
/// round their clocks; modes of a sensor are further apart.
pub const TOLERANCE: f64 = 0.005;

/// Pixels that rows may have beside those of the sensor's array: line information and margins.
const MOST_EXTRA: u32 = 512;

/// What a capture shows of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// Counts, sizes and times.
    pub statistics: &'a Statistics,
    /// The length of a tick, where the capture has times.
    pub timebase: Option<Timebase>,
    /// Data lanes, where they are known.
    pub lanes: Option<usize>,
    /// Bits per second of a lane, where known.
    pub lane_rate: Option<u64>,
}

/// A stream beside a drive mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformance<'p> {
    /// The mode.
    pub mode: &'p Mode,
    /// Channel of the images that were compared, of several exposures the long one's.
    pub channel: Option<VirtualChannel>,
    /// What was compared.
    pub rows: Vec<ConformanceRow>,
    /// Of a search: other modes that fit as well.
    pub alike: Vec<&'p Mode>,
    /// Nobody said that it is this mode.
    searched: bool,
    /// Of a search: no mode of the sensor, published or not, is like that.
    foreign: bool,
}

/// Something that a profile says, and what the capture shows of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConformanceRow {
    /// What.
    pub aspect: Aspect,
    /// What the profile says; `None`: no public source does.
    pub expected: Option<Quantity>,
    /// What the capture shows; `None`: it does not.
    pub measured: Option<Quantity>,
    /// How they agree.
    pub verdict: ConformanceVerdict,
}

/// Whether a row of a profile is kept.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ConformanceVerdict {
    /// It is.
    Ok,
    /// One of the two is not known.
    Unknown,
    /// It differs as a driver may choose: longer frames, embedded rows off, another delay of exposures.
    Allowed,
    /// It is not.
    Off,
}

impl ConformanceVerdict {
    /// Name as printed: `ok`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Allowed => "allowed",
            Self::Off => "off",
        }
    }
}

impl<'p> Conformance<'p> {
    /// Compares with a mode.
    pub fn new(seen: &Observed<'_>, profile: &Profile, mode: &'p Mode) -> Self {
        let expected = Expected::new(profile, mode);
        let measured = Measured::new(seen, mode);
        Self {
            mode,
            channel: measured.channel,
            rows: rows(&expected, &measured),
            alike: Vec::new(),
            searched: false,
            foreign: false,
        }
    }

    /// Compares with all modes, and takes the one that fits best; of several that fit alike the first. `None`: the profile
    /// has no modes.
    pub fn best(seen: &Observed<'_>, profile: &'p Profile) -> Option<Self> {
        let all = profile.modes.iter().map(|mode| Self::new(seen, profile, mode));
        let mut all: Vec<Self> = all.collect();
        // The sort is stable: the order of the profile decides between those that are alike.
        all.sort_by_key(Self::misfit);
        let mut all = all.into_iter();
        let best = all.next()?;
        let misfit = best.misfit();
        let alike = all.take_while(|other| other.misfit() == misfit);
        Some(Self {
            alike: alike.map(|other| other.mode).collect(),
            searched: true,
            foreign: best.is_foreign(profile),
            ..best
        })
    }

    /// Nothing contradicts the profile.
    pub fn fits(&self) -> bool {
        self.causes().next().is_none()
    }

    /// Rows that the stream does not keep.
    pub fn off(&self) -> impl Iterator<Item = &ConformanceRow> {
        self.rows.iter().filter(|row| row.verdict == ConformanceVerdict::Off)
    }

    /// What is off, without what only follows from that.
    pub fn contradicted(&self) -> impl Iterator<Item = Aspect> {
        self.causes().map(|row| row.aspect)
    }

    /// A finding for each of these. Of a search they are mild: a sensor has more modes than are published. But images that
    /// are like none of them in size and data type, or wider than the sensor, are not of it.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let code = FindingCode::ProfileMismatch;
        self.causes().filter_map(move |row| {
            let of_image = matches!(row.aspect, Aspect::Size | Aspect::DataType);
            let mild = self.searched && !(self.foreign && of_image);
            Some(Finding {
                code,
                severity: if mild { Severity::Info } else { code.row().severity },
                span: Span::default(),
                channel: self.channel.filter(|_| !row.aspect.is_of_link()),
                detail: Detail::Profile(Mismatch {
                    aspect: row.aspect,
                    expected: row.expected?,
                    measured: row.measured?,
                }),
            })
        })
    }

    fn causes(&self) -> impl Iterator<Item = &ConformanceRow> {
        let known = |aspect| {
            let row = self.rows.iter().find(|row| row.aspect == aspect);
            row.is_some_and(|row| row.verdict != ConformanceVerdict::Unknown)
        };
        let paced = known(Aspect::FrameLength);
        self.off().filter(move |row| match row.aspect {
            Aspect::FrameRate => !paced,
            aspect => !aspect.is_load(),
        })
    }

    /// Images that the sensor does not send. Narrow ones may be cut from it, whatever they travel as.
    fn is_foreign(&self, profile: &Profile) -> bool {
        let off = |aspect| self.off().find(|row| row.aspect == aspect);
        let Some(Quantity::Size { width, .. }) = off(Aspect::Size).and_then(|row| row.measured) else {
            return false;
        };
        let narrowest = profile.modes.iter().map(|mode| u32::from(mode.width)).min();
        let unlike = off(Aspect::DataType).is_some() && narrowest.is_some_and(|least| width >= least / 4);
        let array = profile.array.map(|array| u32::from(array.width));
        unlike || array.is_some_and(|array| width > array + MOST_EXTRA)
    }

    /// How badly the mode fits: what is off first, then how few rows agree, then those that differ as they may.
    fn misfit(&self) -> (usize, Reverse<usize>, usize) {
        let own = || self.rows.iter().filter(|row| !row.aspect.is_load());
        let count = |verdict| own().filter(|row| row.verdict == verdict).count();
        (
            self.causes().count(),
            Reverse(count(ConformanceVerdict::Ok)),
            count(ConformanceVerdict::Allowed),
        )
    }
}

/// How two numbers compare.
fn near(expected: f64, measured: f64) -> bool {
    (measured - expected).abs() <= expected.abs() * TOLERANCE
}

/// All rows, in the order they are printed in.
fn rows(expected: &Expected, measured: &Measured) -> Vec<ConformanceRow> {
    let line_time = compare(Aspect::LineTime, expected.line_time, measured.line_time, near);
    let longer = |verdict| match verdict {
        // The frame length is a register of its own; a line time that differs is a matter of clocks.
        ConformanceVerdict::Off if line_time.verdict != ConformanceVerdict::Off => ConformanceVerdict::Allowed,
        verdict => verdict,
    };
    let frame_length = compare(Aspect::FrameLength, expected.frame_length, measured.frame_length, near);
    let frame_rate = compare(Aspect::FrameRate, expected.frame_rate, measured.frame_rate, near);
    let slower = frame_rate.verdict == ConformanceVerdict::Off && measured.frame_rate < expected.frame_rate;
    let pace = |row: ConformanceRow| ConformanceRow {
        verdict: if slower { longer(row.verdict) } else { row.verdict },
        ..row
    };
    let same = |expected: f64, measured: f64| expected == measured;
    let embedded = embedded(expected, measured);
    let rate = |aspect, expected, measured| pace(compare(aspect, expected, measured, near));
    let with_embedded = |row: ConformanceRow| ConformanceRow {
        verdict: match (row.verdict, embedded.verdict) {
            (ConformanceVerdict::Off, ConformanceVerdict::Allowed) => ConformanceVerdict::Allowed,
            (verdict, _) => verdict,
        },
        ..row
    };
    let mut rows = alloc::vec![
        equal(Aspect::Size, expected.size, measured.size),
        equal(Aspect::DataType, expected.data_type, measured.data_type),
        compare(Aspect::Lanes, expected.lanes, measured.lanes, same),
        compare(Aspect::LaneRate, expected.lane_rate, measured.lane_rate, near),
        line_time,
        pace(frame_length),
        pace(frame_rate),
        embedded,
    ];
    if expected.exposures > 1.0 || measured.exposures.is_some_and(|count| count > 1.0) {
        let count = Some(expected.exposures);
        rows.push(compare(Aspect::Exposures, count, measured.exposures, same));
    }
    let delays = [Aspect::Delay1, Aspect::Delay2].into_iter().zip(expected.delays);
    rows.extend(
        delays
            .zip(measured.delays)
            .filter_map(|((aspect, expected), measured)| {
                let row = compare(aspect, Some(expected?), measured, |a, b| (a - b).abs() < 0.5);
                Some(ConformanceRow {
                    // It follows the longest short exposure, which is set from frame to frame.
                    verdict: row.verdict.min(ConformanceVerdict::Allowed),
                    ..row
                })
            }),
    );
    rows.extend([
        rate(Aspect::Payload, expected.payload, measured.payload),
        with_embedded(rate(Aspect::Packets, expected.packets, measured.packets)),
        with_embedded(rate(Aspect::Share, expected.share, measured.share)),
    ]);
    // Raw samples do not tell their colour.
    rows.extend(expected.bayer.map(|bayer| equal(Aspect::Bayer, Some(bayer), None)));
    rows
}

/// Drivers switch embedded rows off; a number that is neither theirs nor none is of another sensor, or lost rows.
fn embedded(expected: &Expected, measured: &Measured) -> ConformanceRow {
    let row = compare(
        Aspect::EmbeddedRows,
        expected.embedded_rows,
        measured.embedded_rows,
        |expected, measured| expected == measured,
    );
    let none = measured.embedded_rows == Some(0.0);
    ConformanceRow {
        verdict: match row.verdict {
            ConformanceVerdict::Off if none => ConformanceVerdict::Allowed,
            verdict => verdict,
        },
        ..row
    }
}

fn compare(
    aspect: Aspect,
    expected: Option<f64>,
    measured: Option<f64>,
    agree: impl Fn(f64, f64) -> bool,
) -> ConformanceRow {
    let verdict = match (expected, measured) {
        (Some(expected), Some(measured)) if agree(expected, measured) => ConformanceVerdict::Ok,
        (Some(_), Some(_)) => ConformanceVerdict::Off,
        _ => ConformanceVerdict::Unknown,
    };
    ConformanceRow {
        aspect,
        expected: expected.map(Quantity::Number),
        measured: measured.map(Quantity::Number),
        verdict,
    }
}

fn equal(aspect: Aspect, expected: Option<Quantity>, measured: Option<Quantity>) -> ConformanceRow {
    let verdict = match (expected, measured) {
        (Some(expected), Some(measured)) if expected == measured => ConformanceVerdict::Ok,
        (Some(_), Some(_)) => ConformanceVerdict::Off,
        _ => ConformanceVerdict::Unknown,
    };
    ConformanceRow {
        aspect,
        expected,
        measured,
        verdict,
    }
}
