//! The glitch filter: spikes on low-power lines do not count, and no real request is lost to it.

#![allow(clippy::unwrap_used, dead_code, reason = "tests")]

#[path = "common/naive.rs"]
mod naive;

use csi2_dphy::{EscapeCommand, Lane, PinEvent};
use naive::{Sender, hear, hear_changes};
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
