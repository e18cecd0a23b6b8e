//! The limits of the line protocol's durations, and how well wires show them.
//!
//! Ref: torvalds/linux `drivers/phy/phy-core-mipi-dphy.c`; Efinix MIPI timing reference; Xilinx PG232 (T_CLK-POST).
//! Transmitter limits of D-PHY v1.2, forward direction.

use crate::Lane;
use TimingLanes::{All, Clock, Data};
use TimingParameter::*;
use core::fmt;

/// A duration of the line protocol, as a transmitter's timing names it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TimingParameter {
    /// A low-power state that asks for something: LP-01 before the bridge, LP-01 and LP-10 in escape mode.
    Lpx,
    /// LP-00 before HS-0.
    HsPrepare,
    /// LP-00 and HS-0 before the sync sequence.
    HsPrepareZero,
    /// Constant level after the last data bit.
    HsTrail,
    /// The same, as a bound for the way back to LP-11.
    Eot,
    /// LP-11 after a burst.
    HsExit,
    /// LP-00 of the clock lane before HS-0.
    ClkPrepare,
    /// LP-00 and HS-0 of the clock lane before its first edge.
    ClkPrepareZero,
    /// From the clock's first edge to the first request of a data lane.
    ClkPre,
    /// From LP-11 on the last data lane to the clock's last edge.
    ClkPost,
    /// From the clock's last edge to LP-11.
    ClkTrail,
    /// Mark-1 that ends the ultra-low-power state.
    Wakeup,
}

/// On which lanes a parameter is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TimingLanes {
    /// The data lanes.
    Data,
    /// The clock lane.
    Clock,
    /// All of them.
    All,
}

/// A limit: so many picoseconds and so many unit intervals, and no less than `least` unit intervals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimingBound {
    /// The part that is the same at every bit rate.
    pub picoseconds: u64,
    /// The part that follows the bit rate.
    pub ui: u32,
    /// Unit intervals that hold where they are more than the sum of both.
    pub least: u32,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimingRow {
    /// What.
    pub parameter: TimingParameter,
    /// Name as printed.
    pub name: &'static str,
    /// Where.
    pub lanes: TimingLanes,
    /// It may not be shorter.
    pub min: Option<TimingBound>,
    /// It may not be longer.
    pub max: Option<TimingBound>,
    /// Half unit intervals to add to what the wires show: the first data bit of a burst is taken in its middle, and
    /// comes after the eight of the sync byte.
    pub offset: i32,
    /// Half unit intervals by which what the wires show may be wrong: bits need not be taken in their middle,
    /// and where a count of clock cycles begins is a matter of reading.
    pub blur: u32,
}

/// All parameters, in the order of [`TimingParameter`].
#[rustfmt::skip]
pub const TIMING: &[TimingRow] = &[
    row(Lpx,            "T_LPX",                     All,   fixed(50),                 None),
    row(HsPrepare,      "T_HS-PREPARE",              Data,  scaled(40, 4),             scaled(85, 6)),
    row(HsPrepareZero,  "T_HS-PREPARE + T_HS-ZERO",  Data,  scaled(145, 10),           None).seen(-17, 2),
    row(HsTrail,        "T_HS-TRAIL",                Data,  scaled_or_least(60, 4, 8), None).seen(0, 2),
    row(Eot,            "T_EOT",                     Data,  None,                      scaled(105, 12)).seen(0, 2),
    row(HsExit,         "T_HS-EXIT",                 All,   fixed(100),                None),
    row(ClkPrepare,     "T_CLK-PREPARE",             Clock, fixed(38),                 fixed(95)),
    row(ClkPrepareZero, "T_CLK-PREPARE + T_CLK-ZERO", Clock, fixed(300),               None),
    row(ClkPre,         "T_CLK-PRE",                 Clock, scaled(0, 8),              None).seen(0, 1),
    row(ClkPost,        "T_CLK-POST",                Clock, scaled(60, 52),            None).seen(0, 1),
    row(ClkTrail,       "T_CLK-TRAIL",               Clock, fixed(60),                 None),
    row(Wakeup,         "T_WAKEUP",                  All,   fixed(1_000_000),          None),
];

impl TimingParameter {
    /// The row of [`TIMING`] about this parameter.
    pub const fn row(self) -> &'static TimingRow {
        // A unit test holds the table to the order of the variants.
        &TIMING[self as usize]
    }

    /// Name as printed: `T_HS-PREPARE`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Display for TimingParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl TimingLanes {
    /// Whether `lane` is one of them.
    pub const fn has(self, lane: Lane) -> bool {
        match self {
            Self::Data => matches!(lane, Lane::Data(_)),
            Self::Clock => matches!(lane, Lane::Clock),
            Self::All => true,
        }
    }
}

impl TimingBound {
    /// In nanoseconds, at a unit interval of so many; `None` where it is needed and not known.
    pub fn nanoseconds(self, unit_interval: Option<f64>) -> Option<f64> {
        let constant = self.picoseconds as f64 / 1000.0;
        if self.ui == 0 && self.least == 0 {
            return Some(constant);
        }
        let unit = unit_interval?;
        let (sum, least) = (constant + f64::from(self.ui) * unit, f64::from(self.least) * unit);
        Some(if least > sum { least } else { sum })
    }
}

impl TimingRow {
    const fn seen(self, offset: i32, blur: u32) -> Self {
        Self { offset, blur, ..self }
    }
}

const fn row(
    parameter: TimingParameter,
    name: &'static str,
    lanes: TimingLanes,
    min: Option<TimingBound>,
    max: Option<TimingBound>,
) -> TimingRow {
    TimingRow {
        parameter,
        name,
        lanes,
        min,
        max,
        offset: 0,
        blur: 0,
    }
}

/// Nanoseconds.
const fn fixed(nanoseconds: u64) -> Option<TimingBound> {
    scaled(nanoseconds, 0)
}

/// Nanoseconds and unit intervals.
const fn scaled(nanoseconds: u64, ui: u32) -> Option<TimingBound> {
    scaled_or_least(nanoseconds, ui, 0)
}

/// The same, or unit intervals alone where those are more.
const fn scaled_or_least(nanoseconds: u64, ui: u32, least: u32) -> Option<TimingBound> {
    Some(TimingBound {
        picoseconds: nanoseconds * 1000,
        ui,
        least,
    })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::string::ToString;

    #[test]
    fn the_table_is_in_the_order_of_the_parameters() {
        for (index, row) in TIMING.iter().enumerate() {
            assert_eq!(row.parameter as usize, index, "{}", row.name);
            assert!(row.min.is_some() || row.max.is_some(), "{}", row.name);
        }
        assert_eq!(TIMING.len(), Wakeup as usize + 1);
        assert_eq!(ClkPrepareZero.to_string(), "T_CLK-PREPARE + T_CLK-ZERO");
    }

    /// At 2.1 Gb/s, to a hundredth of a nanosecond; the values are worked out by hand.
    #[test]
    fn limits_at_2100_megabits() {
        let known = [
            (Lpx, Some(50.0), None),
            (HsPrepare, Some(41.90), Some(87.86)),
            (HsPrepareZero, Some(149.76), None),
            (HsTrail, Some(61.90), None),
            (Eot, None, Some(110.71)),
            (HsExit, Some(100.0), None),
            (ClkPrepare, Some(38.0), Some(95.0)),
            (ClkPrepareZero, Some(300.0), None),
            (ClkPre, Some(3.81), None),
            (ClkPost, Some(84.76), None),
            (ClkTrail, Some(60.0), None),
            (Wakeup, Some(1e6), None),
        ];
        let ui = Some(1.0 / 2.1);
        for (parameter, min, max) in known {
            let row = parameter.row();
            for (bound, known) in [(row.min, min), (row.max, max)] {
                match (bound.and_then(|bound| bound.nanoseconds(ui)), known) {
                    (Some(bound), Some(known)) => assert!((bound - known).abs() < 0.005, "{parameter} {bound}"),
                    (bound, known) => assert_eq!(bound, known, "{parameter}"),
                }
            }
        }
    }

    /// 60 ns + 4 UI are more than 8 UI above 66.7 Mb/s only.
    #[test]
    fn the_greater_of_two() {
        let trail = |ui| HsTrail.row().min.and_then(|bound| bound.nanoseconds(Some(ui)));
        assert_eq!(trail(100.0), Some(800.0));
        assert_eq!(trail(15.0), Some(120.0));
        assert_eq!(trail(10.0), Some(100.0));
    }

    #[test]
    fn unit_intervals_are_needed_where_they_count() {
        for row in TIMING {
            for bound in [row.min, row.max].into_iter().flatten() {
                let counts = bound.ui > 0 || bound.least > 0;
                assert_eq!(bound.nanoseconds(None).is_none(), counts, "{}", row.name);
            }
        }
    }

    #[test]
    fn lanes() {
        assert!(TimingLanes::All.has(Lane::Clock) && TimingLanes::All.has(Lane::Data(7)));
        assert!(TimingLanes::Clock.has(Lane::Clock) && !TimingLanes::Clock.has(Lane::Data(0)));
        assert!(!TimingLanes::Data.has(Lane::Clock) && TimingLanes::Data.has(Lane::Data(0)));
    }
}
