//! Sequences of hook calls as they come of wires, with durations worked out by hand.

use super::super::TIMING;
use super::*;
use LineState::{Lp00, Lp01, Lp10, Lp11};
use TimingParameter::*;

const LANE: Lane = Lane::Data(0);

/// The durations of all parameters on a lane as (parameter, count, min, max), those that were never seen left out.
fn seen(meter: &TimingMeter, lane: Lane, expected: &[(TimingParameter, u64, u64, u64)]) {
    let mut expected = expected.iter();
    for row in TIMING {
        let Some(of) = meter.durations(row.parameter, lane).filter(|of| of.count > 0) else {
            continue;
        };
        let is = (row.parameter, of.count, of.min, of.max);
        assert_eq!(Some(&is), expected.next(), "{lane:?}");
    }
    assert_eq!(expected.next(), None, "{lane:?}");
}

fn lines(meter: &mut TimingMeter, lane: Lane, states: &[(LineState, Tick)]) {
    for (state, at) in states {
        meter.line(lane, *state, *at);
    }
}

fn escape_end(command: EscapeCommand, mark: Tick, at: Tick) -> LowPowerEvent {
    LowPowerEvent::EscapeEnd {
        command,
        since: 0,
        mark: Some(mark),
        at,
        stray_bits: 0,
    }
}

/// LP-01 from `at`, 50 ticks of it, 60 of LP-00, 100 of HS-0, 400 of data and 70 of trail.
fn burst(meter: &mut TimingMeter, lane: u8, at: Tick) {
    lines(
        meter,
        Lane::Data(lane),
        &[(Lp11, at - 5), (Lp01, at), (Lp00, at + 50), (Lp01, at + 110)],
    );
    meter.data_starts(lane, at + 210);
    meter.data_stops(lane, at + 610, at + 680);
    meter.line(Lane::Data(lane), Lp11, at + 680);
}

#[test]
fn a_burst_and_the_next() {
    let mut meter = TimingMeter::default();
    burst(&mut meter, 0, 1000);
    let of_one = [
        (Lpx, 1, 50, 50),
        (HsPrepare, 1, 60, 60),
        (HsPrepareZero, 1, 160, 160),
        (HsTrail, 1, 70, 70),
        (Eot, 1, 70, 70),
    ];
    seen(&meter, LANE, &of_one);
    seen(&meter, Lane::Data(1), &[]);
    seen(&meter, Lane::Clock, &[]);
    // LP-11 from 1680 to 2000.
    burst(&mut meter, 0, 2000);
    let of_two = [
        (Lpx, 2, 50, 50),
        (HsPrepare, 2, 60, 60),
        (HsPrepareZero, 2, 160, 160),
        (HsTrail, 2, 70, 70),
        (Eot, 2, 70, 70),
        (HsExit, 1, 320, 320),
    ];
    seen(&meter, LANE, &of_two);
    let exit = meter.durations(HsExit, LANE).map(|exit| (exit.min_at, exit.max_at));
    assert_eq!(exit, Some((1680, 1680)));
}

/// The capture begins within a burst: only what is seen from its beginning counts.
#[test]
fn a_burst_from_its_middle() {
    let mut meter = TimingMeter::default();
    lines(
        &mut meter,
        LANE,
        &[(Lp00, 0), (Lp01, 30), (Lp11, 90), (Lp01, 100), (Lp00, 155)],
    );
    seen(&meter, LANE, &[(Lpx, 1, 55, 55)]);
}

/// A deskew burst has no data bits. LP-11 before it was no way out of HS, the one after it is.
#[test]
fn a_burst_without_data() {
    let mut meter = TimingMeter::default();
    let deskew = [(Lp11, 0), (Lp01, 500), (Lp00, 550), (Lp01, 610), (Lp11, 9000)];
    lines(&mut meter, LANE, &deskew);
    lines(&mut meter, LANE, &[(Lp01, 9120), (Lp00, 9171)]);
    seen(
        &meter,
        LANE,
        &[(Lpx, 2, 50, 51), (HsPrepare, 1, 60, 60), (HsExit, 1, 120, 120)],
    );
}

/// LP receivers of their own show LP-00 throughout HS.
#[test]
fn a_burst_without_hs_levels() {
    let mut meter = TimingMeter::default();
    lines(&mut meter, LANE, &[(Lp11, 0), (Lp01, 100), (Lp00, 150)]);
    meter.data_starts(0, 400);
    meter.line(LANE, Lp11, 1000);
    seen(&meter, LANE, &[(Lpx, 1, 50, 50), (HsPrepareZero, 1, 250, 250)]);
}

/// A request shorter than the time between two samples, and one that is taken back.
#[test]
fn requests_that_are_not_whole() {
    let mut meter = TimingMeter::default();
    lines(&mut meter, LANE, &[(Lp11, 0), (Lp00, 100), (Lp01, 160), (Lp11, 900)]);
    seen(&meter, LANE, &[(HsPrepare, 1, 60, 60)]);
    lines(&mut meter, LANE, &[(Lp01, 1000), (Lp11, 1020), (Lp01, 1100)]);
    seen(&meter, LANE, &[(HsPrepare, 1, 60, 60), (HsExit, 1, 100, 100)]);
}

/// Escape mode: request, entry, marks of a one and a zero. Neither the spaces nor the mark before LP-11 count as T_LPX.
#[test]
fn escape_mode() {
    let mut meter = TimingMeter::default();
    let states = [
        (Lp11, 0),
        (Lp10, 100),
        (Lp00, 151),
        (Lp01, 900),
        (Lp00, 952),
        (Lp10, 1000),
        (Lp00, 1053),
        (Lp01, 1100),
        (Lp00, 1154),
        (Lp10, 5000),
        (Lp11, 5010),
    ];
    lines(&mut meter, LANE, &states);
    seen(&meter, LANE, &[(Lpx, 4, 51, 54)]);
    meter.low_power(LANE, escape_end(EscapeCommand::ResetTrigger, 5000, 5010));
    seen(&meter, LANE, &[(Lpx, 4, 51, 54)]);
    meter.low_power(LANE, escape_end(EscapeCommand::Ulps, 5000, 5010));
    seen(&meter, LANE, &[(Lpx, 4, 51, 54), (Wakeup, 1, 10, 10)]);
    // No burst was before it.
    lines(&mut meter, LANE, &[(Lp01, 5011)]);
    seen(&meter, LANE, &[(Lpx, 4, 51, 54), (Wakeup, 1, 10, 10)]);
}

/// A clock that starts, two bursts of two lanes, and the clock stops and starts again.
#[test]
fn a_gated_clock() {
    let mut meter = TimingMeter::default();
    lines(
        &mut meter,
        Lane::Clock,
        &[(Lp11, 0), (Lp01, 100), (Lp00, 152), (Lp01, 192)],
    );
    meter.clock_starts(460);
    burst(&mut meter, 0, 500);
    burst(&mut meter, 1, 510);
    burst(&mut meter, 0, 2000);
    burst(&mut meter, 1, 2005);
    // The later lane stops at 2685.
    meter.line(Lane::Clock, Lp11, 2865);
    meter.clock_stops(2800, 2865);
    lines(&mut meter, Lane::Clock, &[(Lp01, 3000), (Lp00, 3051)]);
    seen(
        &meter,
        Lane::Clock,
        &[
            (Lpx, 2, 51, 52),
            (HsExit, 1, 135, 135),
            (ClkPrepare, 1, 40, 40),
            (ClkPrepareZero, 1, 308, 308),
            (ClkPre, 1, 40, 40),
            (ClkPost, 1, 115, 115),
            (ClkTrail, 1, 65, 65),
        ],
    );
}

/// A data lane asks for HS before the clock runs, and is not done when it stops: there is no such time.
#[test]
fn a_clock_too_late_and_too_short() {
    let mut meter = TimingMeter::default();
    let mut clock = |states: &[(LineState, Tick)]| lines(&mut meter, Lane::Clock, states);
    clock(&[(Lp11, 0), (Lp01, 100), (Lp00, 150), (Lp01, 200)]);
    lines(&mut meter, LANE, &[(Lp11, 0), (Lp01, 450), (Lp00, 500), (Lp01, 560)]);
    meter.clock_starts(500);
    meter.data_starts(0, 700);
    meter.clock_stops(800, 870);
    let none = |parameter| {
        let of = meter.durations(parameter, Lane::Clock).copied().unwrap_or_default();
        (of.count, of.min, of.max, of.min_at)
    };
    assert_eq!(none(ClkPre), (1, 0, 0, 500));
    assert_eq!(none(ClkPost), (1, 0, 0, 800));
}

/// A clock that never stops has neither.
#[test]
fn a_continuous_clock() {
    let mut meter = TimingMeter::default();
    burst(&mut meter, 0, 500);
    burst(&mut meter, 0, 2500);
    seen(&meter, Lane::Clock, &[]);
}

#[test]
fn parameters_of_other_lanes() {
    let meter = TimingMeter::default();
    assert_eq!(meter.durations(ClkTrail, LANE), None);
    assert_eq!(meter.durations(HsTrail, Lane::Clock), None);
    assert_eq!(meter.durations(Lpx, Lane::Data(8)), None);
}

/// Whatever is told, in whatever order and however late.
#[test]
fn any_order_of_calls() {
    // SplitMix64, by Steele, Lea and Flood.
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % below
    };
    let mut meter = TimingMeter::default();
    for _ in 0..50_000 {
        let at = [0, random(1000), u64::MAX - random(2)][random(3) as usize];
        let index = random(10) as u8;
        let lane = if index == 9 { Lane::Clock } else { Lane::Data(index) };
        match random(100) {
            0 => meter.clock_starts(at),
            1 => meter.clock_stops(random(1000), at),
            2 => meter.data_starts(index, at),
            3 => meter.data_stops(index, random(1000), at),
            4 => meter.low_power(lane, escape_end(EscapeCommand::Ulps, random(1000), at)),
            _ => meter.line(lane, [Lp00, Lp01, Lp10, Lp11][random(4) as usize], at),
        }
    }
    for row in TIMING {
        for lane in (0..8).map(Lane::Data).chain([Lane::Clock]) {
            let Some(of) = meter.durations(row.parameter, lane) else {
                continue;
            };
            assert!(of.count > 0, "{} of {lane:?} was never met", row.name);
            assert!(of.min <= of.max, "{} of {lane:?}", row.name);
        }
    }
}
