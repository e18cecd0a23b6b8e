//! Durations of the line protocol: wires drawn change by change, with each limit missed by a little, one at a time.

#![allow(clippy::panic)]

use TimingParameter::*;
use csi2_analyzer::{Detail, TimingReport, TimingVerdict};
use csi2_dphy::{
    Change, Clocking, Lane, LaneBytes, LaneMerger, LanePins, Level, PinMap, PinReceiver, PinSettings, Samples, TIMING,
    Timebase, TimingParameter, TransmitTiming, UnitInterval, Waveform, WaveformSettings,
};
use proptest::prelude::*;

/// Frame start 1.
const SENT: [u8; 4] = [0x00, 0x01, 0x00, 0x1A];
/// CLKP, CLKN, D0P, D0N.
const WIRES: usize = 4;

/// What a transmitter keeps, in picoseconds: a lane of 1 Gb/s and a clock that stops.
#[derive(Clone, Copy, Debug)]
struct Kept {
    ui: u64,
    lpx: u64,
    prepare: u64,
    zero: u64,
    trail: u64,
    exit: u64,
    clk_lpx: u64,
    clk_prepare: u64,
    clk_zero: u64,
    pre: u64,
    post: u64,
    clk_trail: u64,
    clk_exit: u64,
    wakeup: u64,
    clk_wakeup: u64,
}

/// All within the limits, and such that the bits meet the clock: sync sequences begin half a bit before a rising edge.
const LEGAL: Kept = Kept {
    ui: 1000,
    lpx: 50_000,
    prepare: 60_000,
    zero: 100_000,
    trail: 70_000,
    exit: 102_000,
    clk_lpx: 51_000,
    clk_prepare: 60_000,
    clk_zero: 250_000,
    pre: 9_500,
    post: 113_500,
    clk_trail: 61_000,
    clk_exit: 103_000,
    wakeup: 1_000_000_000,
    clk_wakeup: 1_000_000_001,
};

/// Draws wires: the changes of each channel, in any order.
struct Drawing(Vec<(u64, usize, bool)>);

impl Drawing {
    fn pair(&mut self, at: u64, first: usize, (p, n): (bool, bool)) {
        self.0.push((at, first, p));
        self.0.push((at, first + 1, n));
    }

    fn clock(&mut self, at: u64, levels: (bool, bool)) {
        self.pair(at, 0, levels);
    }

    fn data(&mut self, at: u64, levels: (bool, bool)) {
        self.pair(at, 2, levels);
    }
}

const LP11: (bool, bool) = (true, true);
const LP10: (bool, bool) = (true, false);
const LP01: (bool, bool) = (false, true);
const LP00: (bool, bool) = (false, false);

/// Two runs of the clock with two bursts each, then both lanes sleep and wake. At the end, its instant.
fn draw(kept: &Kept) -> (Vec<(u64, usize, bool)>, u64) {
    let mut wires = Drawing(Vec::new());
    let ui = kept.ui;
    wires.clock(0, LP11);
    wires.data(0, LP11);
    let mut at = 1_000_000;
    for _ in 0..2 {
        wires.clock(at, LP01);
        wires.clock(at + kept.clk_lpx, LP00);
        wires.clock(at + kept.clk_lpx + kept.clk_prepare, LP01);
        let runs = at + kept.clk_lpx + kept.clk_prepare + kept.clk_zero;
        let mut request = runs + kept.pre;
        let mut stop = 0;
        for _ in 0..2 {
            wires.data(request, LP01);
            wires.data(request + kept.lpx, LP00);
            wires.data(request + kept.lpx + kept.prepare, LP01);
            let mut bit = request + kept.lpx + kept.prepare + kept.zero;
            assert_eq!(
                (bit + ui / 2 - runs) % (2 * ui),
                0,
                "the first bit meets no rising edge"
            );
            for byte in [0xB8].iter().chain(&SENT) {
                for index in 0..8 {
                    wires.data(bit, if byte >> index & 1 == 1 { LP10 } else { LP01 });
                    bit += ui;
                }
            }
            // The last bit is a zero.
            wires.data(bit, LP10);
            stop = bit + kept.trail;
            wires.data(stop, LP11);
            request = stop + kept.exit;
        }
        let last = stop + kept.post;
        assert_eq!((last - runs) % (2 * ui), ui, "the last edge does not fall");
        for (edge, at) in (runs..=last).step_by(ui as usize).enumerate() {
            wires.clock(at, if edge % 2 == 0 { LP10 } else { LP01 });
        }
        wires.clock(last + kept.clk_trail, LP11);
        at = last + kept.clk_trail + kept.clk_exit;
    }
    // Ultra-low-power state: the clock lane has no command.
    at += 1_000_000;
    let mut next = |length: u64| {
        at += length;
        at
    };
    let sleep = [LP10, LP00, LP01, LP00];
    let command = [false, false, false, true, true, true, true, false];
    let bits = command.iter().flat_map(|bit| [if *bit { LP10 } else { LP01 }, LP00]);
    for levels in sleep.into_iter().chain(bits) {
        wires.data(next(100_000), levels);
    }
    wires.data(next(100_000), LP10);
    wires.data(next(kept.wakeup), LP11);
    wires.clock(next(100_000), LP10);
    wires.clock(next(100_000), LP00);
    wires.clock(next(100_000), LP10);
    wires.clock(next(kept.clk_wakeup), LP11);
    let end = next(1_000_000);
    wires.0.sort_by_key(|(at, ..)| *at);
    (wires.0, end)
}

/// What a report says about drawn wires, each change at its tick of `tick` picoseconds.
fn of_changes(kept: &Kept, tick: u64) -> TimingReport {
    let (drawn, _) = draw(kept);
    let mut levels = [None; WIRES];
    let mut changes = Vec::new();
    for (at, channel, high) in drawn {
        if levels[channel].replace(high) != Some(high) {
            changes.push(Change {
                at: at / tick,
                channel: channel as u16,
                level: if high { Level::High } else { Level::Low },
            });
        }
    }
    let mut receiver = PinReceiver::new(PinMap::pairs(1), PinSettings::default());
    let mut merger: LaneMerger = LaneMerger::new(1);
    let mut rest = &changes[..];
    while !rest.is_empty() {
        let (taken, _) = receiver.changes(rest, &mut merger);
        merger.drain(&mut [0; 256]);
        rest = &rest[taken..];
    }
    report(receiver, &mut merger, tick)
}

/// The same of samples `tick` picoseconds apart, the first of them `phase` after the beginning.
fn of_samples(kept: &Kept, tick: u64, phase: u64) -> TimingReport {
    let (drawn, end) = draw(kept);
    let mut drawn = drawn.iter().peekable();
    let mut levels = 0_u8;
    let samples: Vec<u8> = (phase..end)
        .step_by(tick as usize)
        .map(|now| {
            while let Some((_, channel, high)) = drawn.next_if(|(at, ..)| *at <= now) {
                levels = levels & !(1 << channel) | u8::from(*high) << channel;
            }
            levels
        })
        .collect();
    let mut receiver = PinReceiver::new(PinMap::pairs(1), PinSettings::default());
    let mut merger: LaneMerger = LaneMerger::new(1);
    take_samples(&mut receiver, &mut merger, 1, &samples);
    report(receiver, &mut merger, tick)
}

fn take_samples(receiver: &mut PinReceiver, merger: &mut LaneMerger, unit: usize, bytes: &[u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let seen = Samples {
            first: (at / unit) as u64,
            unit,
            bytes: &bytes[at..],
        };
        let (taken, _) = receiver.samples(&seen, merger);
        merger.drain(&mut [0; 256]);
        at += taken * unit;
    }
}

fn report(mut receiver: PinReceiver, merger: &mut LaneMerger, tick: u64) -> TimingReport {
    while receiver.finish(merger).is_some() {}
    let timebase = Timebase {
        numerator: tick,
        denominator: 1_000_000_000_000,
    };
    TimingReport::new(receiver.timing(), timebase, receiver.unit_interval(), None)
}

/// Parameter, lane and side of each finding.
fn found(report: &TimingReport) -> Vec<(TimingParameter, Lane, bool)> {
    let findings = report.findings().map(|finding| match finding.detail {
        Detail::Timing {
            parameter, lane, above, ..
        } => (parameter, lane, above),
        other => panic!("{other:?}"),
    });
    findings.collect()
}

const DATA: Lane = Lane::Data(0);

/// Count, least and greatest, to a picosecond.
fn row(report: &TimingReport, parameter: TimingParameter, lane: Lane) -> (u64, f64, f64, TimingVerdict) {
    let mut rows = report.rows.iter();
    let row = rows.find(|row| (row.parameter, row.lane) == (parameter, lane));
    let row = row.unwrap_or_else(|| panic!("{parameter} of {lane:?} was not measured"));
    let round = |ns: f64| (ns * 1000.0).round() / 1000.0;
    (row.count, round(row.min), round(row.max), row.verdict)
}

#[test]
fn every_duration_as_drawn() {
    let report = of_changes(&LEGAL, 1);
    let ok = TimingVerdict::Ok;
    assert_eq!((report.resolution, report.unit_interval), (0.001, Some(1.0)));
    // Four requests; one into escape mode, the escape entry's second, and eight bits.
    assert_eq!(row(&report, Lpx, DATA), (14, 50.0, 100.0, ok));
    assert_eq!(row(&report, HsPrepare, DATA), (4, 60.0, 60.0, ok));
    assert_eq!(row(&report, HsPrepareZero, DATA), (4, 160.0, 160.0, ok));
    let trail = row(&report, HsTrail, DATA);
    assert!((trail.1 - 70.0).abs() <= 1.0 && trail.2 - trail.1 < 0.002, "{trail:?}");
    assert_eq!((trail.0, trail.3), (4, ok));
    assert_eq!(row(&report, Eot, DATA), trail);
    // Between two bursts of one run, between two runs, and before escape mode.
    assert_eq!((row(&report, HsExit, DATA).0, row(&report, HsExit, DATA).1), (4, 102.0));
    assert_eq!(row(&report, Wakeup, DATA), (1, 1e6, 1e6, ok));
    assert_eq!(row(&report, Lpx, Lane::Clock), (3, 51.0, 100.0, ok));
    assert_eq!(row(&report, ClkPrepare, Lane::Clock), (2, 60.0, 60.0, ok));
    assert_eq!(row(&report, ClkPrepareZero, Lane::Clock), (2, 310.0, 310.0, ok));
    assert_eq!(row(&report, ClkPre, Lane::Clock), (2, 9.5, 9.5, ok));
    assert_eq!(row(&report, ClkPost, Lane::Clock), (2, 113.5, 113.5, ok));
    assert_eq!(row(&report, ClkTrail, Lane::Clock), (2, 61.0, 61.0, ok));
    assert_eq!(
        (row(&report, HsExit, Lane::Clock).0, row(&report, HsExit, Lane::Clock).1),
        (2, 103.0)
    );
    assert_eq!(row(&report, Wakeup, Lane::Clock).1, 1_000_000.001);
    assert_eq!(report.rows.len(), TIMING.len() + 3);
    assert_eq!(found(&report), []);
}

/// Each limit is missed by two bits, and nothing else is told.
#[test]
fn each_limit_alone() {
    type Wrong = fn(&mut Kept);
    #[rustfmt::skip]
    let table: &[(Wrong, TimingParameter, Lane, bool)] = &[
        (|kept| kept.lpx = 48_000,                              Lpx,            DATA,        false),
        (|kept| kept.clk_lpx = 48_000,                          Lpx,            Lane::Clock, false),
        (|kept| (kept.prepare, kept.zero) = (42_000, 120_000),  HsPrepare,      DATA,        false),
        (|kept| kept.prepare = 94_000,                          HsPrepare,      DATA,        true),
        (|kept| kept.zero = 92_000,                             HsPrepareZero,  DATA,        false),
        (|kept| kept.trail = 62_000,                            HsTrail,        DATA,        false),
        (|kept| kept.trail = 120_000,                           Eot,            DATA,        true),
        (|kept| kept.exit = 98_000,                             HsExit,         DATA,        false),
        (|kept| kept.clk_exit = 98_000,                         HsExit,         Lane::Clock, false),
        (|kept| (kept.clk_prepare, kept.clk_zero) = (36_000, 270_000), ClkPrepare, Lane::Clock, false),
        (|kept| kept.clk_prepare = 97_000,                      ClkPrepare,     Lane::Clock, true),
        (|kept| kept.clk_zero = 238_000,                        ClkPrepareZero, Lane::Clock, false),
        (|kept| kept.pre = 5_500,                               ClkPre,         Lane::Clock, false),
        (|kept| kept.post = 109_500,                            ClkPost,        Lane::Clock, false),
        (|kept| kept.clk_trail = 58_000,                        ClkTrail,       Lane::Clock, false),
        (|kept| kept.wakeup = 999_998_000,                      Wakeup,         DATA,        false),
        (|kept| kept.clk_wakeup = 999_998_000,                  Wakeup,         Lane::Clock, false),
    ];
    for (wrong, parameter, lane, above) in table {
        let mut kept = LEGAL;
        wrong(&mut kept);
        for report in [of_changes(&kept, 1), of_changes(&kept, 250)] {
            assert_eq!(found(&report), [(*parameter, *lane, *above)], "{kept:?}");
            let verdict = if *above {
                TimingVerdict::Above
            } else {
                TimingVerdict::Below
            };
            assert_eq!(row(&report, *parameter, *lane).3, verdict, "{parameter}");
        }
    }
    let limits = TIMING.iter().flat_map(|row| [row.min, row.max]).flatten().count();
    // T_LPX, T_HS-EXIT and T_WAKEUP are of two kinds of lanes.
    assert_eq!(table.len(), limits + 3);
}

/// The finding is where the duration was.
#[test]
fn where_it_was() {
    let report = of_changes(&Kept { lpx: 46_000, ..LEGAL }, 1);
    let finding = report.findings().next();
    let span = finding.map(|finding| (finding.span.offset, finding.span.at, finding.span.until));
    // The first request: after 1 us of LP-11, 51, 60 and 250 ns of clock lane, and 9.5 ns of clock.
    assert_eq!(span, Some((1_370_500, Some(1_370_500), Some(1_416_500))));
    let message = finding.map(|finding| finding.to_string());
    assert_eq!(
        message.as_deref(),
        Some("lane 0: T_LPX is 46.00 ns, should be 50.00 ns at least")
    );
}

/// Samples: beyond a limit by less than a sample is within it.
#[test]
fn as_fine_as_the_samples() {
    let sampled = |lpx: u64, zero: u64| of_samples(&Kept { lpx, zero, ..LEGAL }, 250, 130);
    assert_eq!(sampled(50_000, 100_000).resolution, 0.25);
    assert_eq!(found(&sampled(50_000, 100_000)), []);
    // 49.75 ns may be 50 ns, 49.5 ns may not.
    assert_eq!(found(&sampled(49_750, 100_250)), []);
    assert_eq!(found(&sampled(49_500, 100_500)), [(Lpx, DATA, false)]);
    assert_eq!(row(&sampled(49_750, 100_250), Lpx, DATA).3, TimingVerdict::Ok);
}

/// 100 samples a microsecond: 40 and 50 ns are more than a sample, 38 ns of T_CLK-PREPARE too. A quarter of that, and
/// the same limits are less than a sample.
#[test]
fn limits_finer_than_the_samples() {
    // At 4 Mb/s, with durations that suit all limits there.
    let slow = Kept {
        ui: 250_000,
        lpx: 250_000,
        prepare: 1_250_000,
        zero: 3_000_000,
        trail: 3_000_000,
        exit: 1_000_000,
        clk_lpx: 250_000,
        clk_prepare: 80_000,
        clk_zero: 500_000,
        pre: 2_375_000,
        post: 14_375_000,
        clk_trail: 250_000,
        clk_exit: 250_000,
        ..LEGAL
    };
    let verdicts = |report: &TimingReport| {
        [
            (Lpx, DATA),
            (HsPrepare, DATA),
            (HsExit, DATA),
            (ClkPrepare, Lane::Clock),
            (ClkTrail, Lane::Clock),
        ]
        .map(|(parameter, lane)| row(report, parameter, lane).3)
    };
    use TimingVerdict::{Ok, Unjudged};
    let fine = of_samples(&slow, 10_000, 3);
    assert_eq!(found(&fine), []);
    assert_eq!(verdicts(&fine), [Ok, Ok, Ok, Ok, Ok]);
    let coarse = of_samples(&slow, 50_000, 3);
    assert_eq!(found(&coarse), []);
    assert_eq!(verdicts(&coarse), [Unjudged, Ok, Ok, Unjudged, Ok]);
    // Far beyond a limit is beyond it all the same.
    let long = of_samples(
        &Kept {
            clk_prepare: 300_000,
            ..slow
        },
        50_000,
        3,
    );
    assert_eq!(found(&long), [(ClkPrepare, Lane::Clock, true)]);
}

/// Half a nanosecond a bit, no clock lane, one wire a lane: nothing of the line protocol is visible.
#[test]
fn no_low_power_states() {
    let mut receiver = PinReceiver::new(
        PinMap {
            clock: None,
            lanes: [LanePins {
                n: None,
                ..PinMap::pairs(1).lanes[0]
            }; 8],
            count: 1,
        },
        PinSettings::default(),
    );
    let mut merger: LaneMerger = LaneMerger::new(1);
    let bits = [0; 40].into_iter().chain([0, 0, 0, 4, 4, 4, 0, 4]).chain([0; 100]);
    take_samples(&mut receiver, &mut merger, 1, &bits.collect::<Vec<u8>>());
    let report = report(receiver, &mut merger, 500);
    assert_eq!(report.rows, []);
    assert_eq!((report.resolution, report.unit_interval), (0.5, Some(0.5)));
}

/// What the encoder sends is within the limits, from the lowest rate of D-PHY on.
#[test]
fn what_the_encoder_sends() {
    for rate in [
        80_000_000,
        150_000_000,
        400_000_000,
        1_000_000_000,
        2_100_000_000,
        2_500_000_000,
    ] {
        for (samples, clocking) in [(2, Clocking::Gated), (4, Clocking::Gated), (5, Clocking::Continuous)] {
            let lanes = 4;
            let mut waveform = Waveform::new(WaveformSettings {
                clocking,
                ..WaveformSettings::new(lanes, UnitInterval::whole(samples), TransmitTiming::for_rate(rate))
            });
            let bytes: [&[u8]; 8] = [&SENT, &SENT, &SENT, &SENT[..3], &[], &[], &[], &[]];
            let bytes = LaneBytes {
                lanes: bytes,
                count: lanes,
            };
            let mut receiver = PinReceiver::new(PinMap::pairs(lanes), PinSettings::default());
            let mut merger: LaneMerger = LaneMerger::new(lanes);
            let unit = waveform.unit();
            let mut made = Vec::new();
            for burst in 0..4 {
                match burst {
                    0 => waveform.idle(1000),
                    _ => waveform.burst([4, 4, 4, 3, 0, 0, 0, 0]),
                }
                loop {
                    let mut piece = [0; 4096];
                    let count = waveform.fill(&bytes, &mut piece);
                    if count == 0 {
                        break;
                    }
                    made.extend_from_slice(&piece[..count]);
                }
            }
            take_samples(&mut receiver, &mut merger, unit, &made);
            while receiver.finish(&mut merger).is_some() {}
            let timebase = Timebase::from_hertz(rate * samples);
            let report = TimingReport::new(receiver.timing(), timebase, receiver.unit_interval(), None);
            assert_eq!(found(&report), [], "{rate} {samples} {clocking:?}");
            let of_clock = report.rows.iter().filter(|row| row.lane == Lane::Clock).count();
            // T_WAKEUP needs a lane that sleeps.
            assert_eq!(
                of_clock,
                if clocking == Clocking::Gated { 7 } else { 0 },
                "{rate} {samples}"
            );
            assert_eq!(report.rows.len() - of_clock, 6 * lanes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// How long a tick is does not matter to what is measured, as long as all changes fall on ticks.
    #[test]
    fn ticks_of_any_length(
        tick in prop::sample::select(vec![1_u64, 2, 5, 10, 50, 125, 250]),
        lpx in 0..20_u64,
        prepare in 0..25_u64,
        trail in 0..40_u64,
        clk_zero in 0..100_u64,
    ) {
        let ns = 2000;
        let kept = Kept {
            lpx: 40_000 + lpx * ns,
            prepare: 40_000 + prepare * ns,
            trail: 60_000 + trail * ns,
            clk_zero: 200_000 + clk_zero * ns,
            ..LEGAL
        };
        let (fine, coarse) = (of_changes(&kept, 1), of_changes(&kept, tick));
        prop_assert_eq!(fine.rows.len(), coarse.rows.len());
        for (a, b) in fine.rows.iter().zip(&coarse.rows) {
            prop_assert_eq!((a.parameter, a.lane, a.count), (b.parameter, b.lane, b.count));
            // Ends that are computed from bits are cut to whole ticks.
            let tolerance = 0.0011 + 0.002 * tick as f64;
            let exact = !matches!(a.parameter, HsTrail | Eot);
            let tolerance = if exact { 1e-6 * a.max } else { tolerance };
            for (a, b) in [(a.min, b.min), (a.mean, b.mean), (a.max, b.max)] {
                prop_assert!((a - b).abs() <= tolerance, "{} and {}", a, b);
            }
        }
        prop_assert_eq!(found(&fine), found(&coarse));
    }
}
