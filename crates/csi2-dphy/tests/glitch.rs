//! The glitch filter: spikes on low-power lines do not count, and no real request is lost to it.

#![allow(clippy::unwrap_used, dead_code, reason = "tests")]

#[path = "common/naive.rs"]
mod naive;

use csi2_dphy::{EscapeCommand, Lane, PinEvent, PinReceiver, TimingParameter};
use naive::{Sender, hear, hear_changes, receive};
use proptest::prelude::*;

const GLITCH: u64 = 6;
const LPX: usize = 20;

/// Entry, ULPS, the state itself, Mark-1.
fn ulps() -> Vec<&'static str> {
    let mut states = vec!["10", "00", "01", "00"];
    for bit in "00011110".chars() {
        states.extend(if bit == '1' { ["10", "00"] } else { ["01", "00"] });
    }
    states.extend(["00", "00", "10", "11"]);
    states
}

/// ULPS on `lane`, with a spike to `other` of `width` samples in the middle of state `spiked`.
fn spiked_ulps(lane: usize, spiked: Option<usize>, other: &str, width: usize) -> Sender {
    let mut sender = Sender::new(1, false);
    let states = if lane == 0 {
        vec!["10", "00", "00", "10", "11"]
    } else {
        ulps()
    };
    for (at, state) in states.iter().enumerate() {
        if spiked == Some(at) {
            sender.lp(lane, state, 8);
            sender.lp(lane, other, width);
            sender.lp(lane, state, LPX - 8 - width);
        } else {
            sender.lp(lane, state, LPX);
        }
    }
    sender.wait(100);
    sender
}

#[test]
fn a_spike_in_any_state_does_not_count() {
    let mut noticed = 0;
    for lane in [0, 1] {
        let clean = spiked_ulps(lane, None, "", 0);
        let (expected, _) = hear(clean.map(), &clean.tape, 0);
        assert!(matches!(
            expected[..],
            [PinEvent::Escape { .. }, PinEvent::EscapeEnd { .. }]
        ));
        let states = if lane == 0 { 5 } else { ulps().len() };
        for at in 0..states {
            for other in ["00", "01", "10", "11"] {
                for width in 1..GLITCH as usize {
                    let spiked = spiked_ulps(lane, Some(at), other, width);
                    let filtered = hear(spiked.map(), &spiked.tape, GLITCH).0;
                    assert_eq!(filtered, expected, "lane {lane}, state {at}, {other} for {width}");
                    let filtered = hear_changes(spiked.map(), &spiked.tape, GLITCH).0;
                    assert_eq!(filtered, expected, "lane {lane}, state {at}, {other} for {width}");
                    noticed += usize::from(hear(spiked.map(), &spiked.tape, 0).0 != expected);
                }
            }
        }
    }
    // Without the filter most of them do harm.
    assert!(noticed > 200, "{noticed}");
}

#[test]
fn what_lasts_counts() {
    // The stop state is interrupted for as long as the filter is wide, then for longer.
    for (width, counts) in [(GLITCH as usize - 1, false), (GLITCH as usize, true), (40, true)] {
        let mut sender = Sender::new(1, false);
        let at = sender.now();
        sender.lp(1, "10", width);
        sender.lp(1, "11", 100);
        let (events, _) = hear(sender.map(), &sender.tape, GLITCH);
        let expected = PinEvent::ControlError {
            lane: Lane::Data(0),
            at: at + width as u64,
        };
        assert_eq!(events, if counts { vec![expected] } else { vec![] }, "{width}");
    }
}

/// A state that is short but leads on is no glitch: requests of a fast link may be shorter than the filter.
#[test]
fn short_requests_are_kept() {
    for separate in [false, true] {
        for (request, bridge) in [(1, 1), (1, 5), (2, 2), (5, 1), (3, 40)] {
            for glitch in [0, 4, 10, 40] {
                let mut sender = Sender::new(2, separate);
                sender.start_clock();
                let sent = [vec![1, 3, 0x80], vec![2, 4, 0x7F]];
                for _ in 0..3 {
                    sender.burst(&sent, request, bridge);
                }
                for (events, bursts) in [
                    hear(sender.map(), &sender.tape, glitch),
                    hear_changes(sender.map(), &sender.tape, glitch),
                ] {
                    assert_eq!(bursts.len(), 3, "{request} {bridge} {glitch} {separate}: {events:?}");
                    for burst in &bursts {
                        assert!(burst.starts_with(&[1, 2, 3, 4, 0x80, 0x7F]), "{burst:x?}");
                    }
                    assert_eq!(events.len(), 6, "{events:?}");
                }
            }
        }
    }
}

/// Three bursts. A gated clock stops in between; a continuous one runs when the capture begins.
fn clocked(gated: bool) -> Sender {
    let mut sender = Sender::new(2, false);
    sender.start_clock();
    if !gated {
        // Up to a clock edge or so: the clock lane is never seen to stop. The data lanes are still in LP-11.
        sender.tape.drain(..104);
    }
    for at in 0..3u8 {
        sender.burst(&[vec![at, 3, 0x80], vec![at, 4, 0x7F]], 20, 20);
        if gated {
            sender.stop_clock();
            sender.start_clock();
        }
    }
    sender
}

/// Clock lane timing that line states or the first edge decide.
fn clock_timing(receiver: &PinReceiver) -> Vec<(u64, u64, u64)> {
    use TimingParameter::{ClkPrepare, ClkPrepareZero, HsExit, Lpx};
    let of = |parameter| *receiver.timing().durations(parameter, Lane::Clock).unwrap();
    let all = [Lpx, ClkPrepare, ClkPrepareZero, HsExit].map(of);
    all.iter().map(|seen| (seen.count, seen.min, seen.max)).collect()
}

/// Where P and N of the clock lane do not change together, each edge passes through LP-11 or LP-00: the clock runs on.
#[test]
fn clock_pairs_may_be_skewed() {
    for (gated, stretch) in [(true, 1), (true, 2), (false, 1), (false, 2)] {
        let sender = clocked(gated);
        // Each sample once or twice: four or eight to the UI.
        let clean: Vec<u64> = sender.tape.iter().flat_map(|word| vec![*word; stretch]).collect();
        let (receiver, (events, bursts)) = receive(sender.map(), &clean, 0);
        assert_eq!(bursts.len(), 3, "{events:?}");
        assert_eq!(receiver.unit_interval(), Some(4.0 * stretch as f64));
        assert_eq!(receiver.clock_pauses(), Some(gated));
        let timing = clock_timing(&receiver);
        assert_eq!(timing[0].0, if gated { 4 } else { 0 });
        // CLK_P, CLK_N, or now the one and now the other is late.
        for (late_p, late_n) in [(true, false), (false, true), (true, true)] {
            let mut tape = clean.clone();
            for at in 1..tape.len() {
                let swap = late_p && late_n && at % 64 < 32;
                let late = u64::from(late_p && !swap) | u64::from(late_n && (swap || !late_p)) << 1;
                tape[at] = clean[at] & !late | clean[at - 1] & late;
            }
            for glitch in [0, 4, 12] {
                let case = format!("gated {gated}, stretch {stretch}, late {late_p} {late_n}, glitch {glitch}");
                let (receiver, skewed) = receive(sender.map(), &tape, glitch);
                assert_eq!(skewed.1, bursts, "{case}: {:?}", skewed.0);
                assert_eq!(skewed.0.len(), events.len(), "{case}: {:?}", skewed.0);
                let calm = |event: &PinEvent| matches!(event, PinEvent::BurstStart { .. } | PinEvent::BurstEnd { .. });
                assert!(skewed.0.iter().all(calm), "{case}: {:?}", skewed.0);
                assert_eq!(hear_changes(sender.map(), &tape, glitch), skewed, "{case}");
                let unit = receiver.unit_interval().unwrap();
                assert!((unit - 4.0 * stretch as f64).abs() < 0.05, "{case}: {unit}");
                assert_eq!(receiver.clock_pauses(), Some(gated), "{case}");
                for (was, is) in timing.iter().zip(clock_timing(&receiver)) {
                    let near = was.1.abs_diff(is.1) <= 1 && was.2.abs_diff(is.2) <= 1;
                    assert!(was.0 == is.0 && near, "{case}: {was:?} {is:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Spikes anywhere in low-power states: the events and their instants are those of the clean capture.
    #[test]
    fn spikes_leave_no_trace(
        gaps in prop::collection::vec((10..60usize, 0..3usize, 1..5usize), 1..60),
        bytes in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut states = vec!["10", "00", "01", "00"];
        let command = "11100001".chars().map(|bit| bit == '1');
        let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        for bit in command.chain(bits) {
            states.extend(if bit { ["10", "00"] } else { ["01", "00"] });
        }
        states.extend(["10", "11"]);
        let mut sender = Sender::new(1, false);
        sender.play(1, &states, LPX);
        sender.wait(50);
        let (expected, _) = hear(sender.map(), &sender.tape, 0);
        prop_assert_eq!(expected.len(), bytes.len() + 2);
        let ends = matches!(expected.last(), Some(PinEvent::EscapeEnd { command: EscapeCommand::LowPowerData, .. }));
        prop_assert!(ends);
        // Away from the real transitions, so that each lies between two equal states.
        let clean = sender.tape.clone();
        let mut at = 0;
        for (gap, flip, width) in gaps {
            at += gap;
            let around = clean.get(at.saturating_sub(6)..at + width + 6);
            if around.is_some_and(|around| around.iter().all(|word| *word == around[0])) {
                for word in &mut sender.tape[at..at + width] {
                    *word ^= [0b01, 0b10, 0b11][flip] << 4;
                }
            }
            at += width;
        }
        prop_assert_eq!(&hear(sender.map(), &sender.tape, 5).0, &expected);
        prop_assert_eq!(&hear_changes(sender.map(), &sender.tape, 5).0, &expected);
    }
}
