//! Escape mode, ULPS, turnaround and deskew, from a transmitter that shares nothing with the receiver.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyEscapeModeDecoder.cpp` (commands); Microchip CSI-2 documentation, escape
//! mode (entry and exit).

#![allow(clippy::unwrap_used, clippy::panic, dead_code, reason = "tests")]

#[path = "common/naive.rs"]
mod naive;

use csi2_dphy::{DeskewKind, EscapeCommand, Lane, PinEvent};
use naive::{Sender, hear, hear_changes};
use proptest::prelude::*;

const ENTRY: [&str; 4] = ["10", "00", "01", "00"];
const LPX: usize = 12;

/// Bits in the order they are sent.
const COMMANDS: [(&str, EscapeCommand); 8] = [
    ("11100001", EscapeCommand::LowPowerData),
    ("00011110", EscapeCommand::Ulps),
    ("10011111", EscapeCommand::Undefined1),
    ("11011110", EscapeCommand::Undefined2),
    ("01100010", EscapeCommand::ResetTrigger),
    ("01011101", EscapeCommand::Unknown3),
    ("00100001", EscapeCommand::Unknown4),
    ("10100000", EscapeCommand::Unknown5),
];

/// Each bit is a mark and a space.
fn spaced(bits: &str) -> Vec<&'static str> {
    bits.chars()
        .flat_map(|bit| if bit == '1' { ["10", "00"] } else { ["01", "00"] })
        .collect()
}

/// Least-significant bit first.
fn bits_of(bytes: &[u8]) -> String {
    let bit = |byte: u8, bit: u32| if byte >> bit & 1 == 1 { '1' } else { '0' };
    bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |at| bit(*byte, at)))
        .collect()
}

fn errors(events: &[PinEvent]) -> usize {
    let is_error = |event: &&PinEvent| {
        matches!(
            event,
            PinEvent::ControlError { .. }
                | PinEvent::EscapeEntryError { .. }
                | PinEvent::LowPowerSyncError { .. }
                | PinEvent::SotSyncError { .. }
        )
    };
    events.iter().filter(is_error).count()
}

#[test]
fn every_command_on_every_lane() {
    for separate in [false, true] {
        for lanes in 1..=4 {
            for lane in 0..lanes {
                for (bits, command) in COMMANDS {
                    for clocked in [false, true] {
                        let mut sender = Sender::new(lanes, separate);
                        if clocked {
                            sender.start_clock();
                        }
                        sender.play(lane + 1, &ENTRY, LPX);
                        let states = spaced(bits);
                        sender.play(lane + 1, &states[..15], LPX);
                        let since = sender.now();
                        sender.play(lane + 1, &["00"], 100);
                        let mark = sender.now();
                        sender.play(lane + 1, &["10"], 70);
                        let at = sender.now();
                        sender.play(lane + 1, &["11"], 50);
                        let lane = Lane::Data(lane as u8);
                        let expected = [
                            PinEvent::Escape {
                                lane,
                                command,
                                at: since,
                            },
                            PinEvent::EscapeEnd {
                                lane,
                                command,
                                since,
                                mark: Some(mark),
                                at,
                            },
                        ];
                        let name = format!("{} on {lane:?} of {lanes}, {separate}", command.name());
                        assert_eq!(hear(sender.map(), &sender.tape, 0).0, expected, "{name}");
                        assert_eq!(hear_changes(sender.map(), &sender.tape, 0).0, expected, "{name}");
                        assert_eq!(hear(sender.map(), &sender.tape, 7).0, expected, "{name}, filtered");
                    }
                }
            }
        }
    }
}

#[test]
fn low_power_data_of_any_length() {
    for length in 0..=40 {
        for stray in [0, 1, 4, 7] {
            let sent: Vec<u8> = (0..length).map(|at| (at * 37 + 0x8B) as u8).collect();
            let mut sender = Sender::new(2, length % 2 == 0);
            sender.play(2, &ENTRY, LPX);
            sender.play(2, &spaced("11100001"), LPX);
            sender.play(2, &spaced(&bits_of(&sent)), LPX);
            sender.play(2, &spaced(&"1011001"[..stray]), LPX);
            sender.play(2, &["10", "11"], LPX);
            let (events, _) = hear(sender.map(), &sender.tape, 0);
            let bytes: Vec<u8> = events
                .iter()
                .filter_map(|event| match event {
                    PinEvent::LowPowerData { lane: 1, byte, .. } => Some(*byte),
                    _ => None,
                })
                .collect();
            assert_eq!(bytes, sent);
            let partial = events.iter().find_map(|event| match event {
                PinEvent::LowPowerSyncError { lane: 1, bits, .. } => Some(usize::from(*bits)),
                _ => None,
            });
            assert_eq!(partial, (stray > 0).then_some(stray));
            assert_eq!(events.len(), length + 2 + usize::from(stray > 0), "{events:?}");
            assert!(matches!(events.last(), Some(PinEvent::EscapeEnd { .. })));
        }
    }
}

#[test]
fn other_commands_and_cut_ones_are_entry_errors() {
    for value in 0..=255u8 {
        let bits = format!("{value:08b}");
        if COMMANDS.iter().any(|(known, _)| *known == bits) {
            continue;
        }
        // What comes after the command is not known either.
        for after in ["", "0", "11010"] {
            let mut sender = Sender::new(1, false);
            sender.play(1, &ENTRY, LPX);
            sender.play(1, &spaced(&bits), LPX);
            sender.play(1, &spaced(after), LPX);
            sender.play(1, &["10", "11"], LPX);
            let (events, _) = hear(sender.map(), &sender.tape, 0);
            assert!(
                matches!(events[..], [PinEvent::EscapeEntryError { lane: 0, bits, count: 8, .. }] if bits == value),
                "{events:?}"
            );
        }
    }
    for count in 0..8usize {
        let mut sender = Sender::new(1, false);
        sender.play(1, &ENTRY, LPX);
        sender.play(1, &spaced(&"00011110"[..count]), LPX);
        sender.play(1, &["10", "11"], LPX);
        let (events, _) = hear(sender.map(), &sender.tape, 0);
        assert!(
            matches!(events[..], [PinEvent::EscapeEntryError { lane: 0, bits, count: seen, .. }]
                if usize::from(seen) == count && u32::from(bits) == 0x1E >> (8 - count)),
            "{events:?}"
        );
    }
}

/// One state left out: an error, or nothing, but no other command than the one sent.
#[test]
fn one_state_left_out_is_never_another_command() {
    let mut reported = 0;
    for (bits, command) in COMMANDS {
        for data in ["", "0110100110010110"] {
            let mut states = ENTRY.to_vec();
            states.extend(spaced(bits));
            if command == EscapeCommand::LowPowerData {
                states.extend(spaced(data));
            }
            states.extend(["10", "11"]);
            for omitted in 0..states.len() {
                let mut left = states.clone();
                left.remove(omitted);
                let mut sender = Sender::new(1, false);
                sender.play(1, &left, LPX);
                sender.lp(1, "11", 50);
                sender.start_clock();
                let sent = [vec![1, 2, 3]];
                sender.burst(&sent, 12, 12);
                let (events, bursts) = hear(sender.map(), &sender.tape, 0);
                for event in &events {
                    if let PinEvent::Escape { command: heard, .. } | PinEvent::EscapeEnd { command: heard, .. } = event
                    {
                        assert_eq!(*heard, command, "{omitted} of {bits}: {events:?}");
                    }
                }
                reported += usize::from(errors(&events) > 0);
                assert!(
                    bursts.last().unwrap().starts_with(&sent[0]),
                    "{omitted} of {bits}: {events:?}"
                );
            }
        }
    }
    assert!(reported > 200, "{reported}");
}

#[test]
fn bursts_before_and_after_ulps_of_all_lanes() {
    for separate in [false, true] {
        for glitch in [0, 6] {
            let mut sender = Sender::new(2, separate);
            let sent = [vec![0x2B, 0x00, 0x5E], vec![0x05, 0x80, 0xC2]];
            sender.start_clock();
            sender.burst(&sent, 12, 12);
            sender.stop_clock();
            // Lane 1 goes a little later than lane 0, and wakes earlier.
            let states: Vec<&str> = ENTRY.into_iter().chain(spaced("00011110")).collect();
            sender.set(1, states[0]);
            sender.wait(5);
            for (at, state) in states.iter().enumerate() {
                sender.set(2, state);
                sender.wait(LPX - 5);
                sender.set(1, states.get(at + 1).copied().unwrap_or("00"));
                sender.wait(5);
            }
            sender.play(0, &["10", "00"], LPX);
            let clock_since = sender.now() - LPX as u64;
            sender.wait(5000);
            let clock_mark = sender.now();
            sender.play(0, &["10"], 1000);
            let clock_at = sender.now();
            sender.play(0, &["11"], 50);
            sender.play(2, &["10"], 900);
            sender.set(2, "11");
            sender.play(1, &["10"], 800);
            sender.play(1, &["11"], 100);
            sender.start_clock();
            sender.burst(&sent, 12, 12);
            sender.stop_clock();
            for (events, bursts) in [
                hear(sender.map(), &sender.tape, glitch),
                hear_changes(sender.map(), &sender.tape, glitch),
            ] {
                assert_eq!(errors(&events), 0, "{events:?}");
                assert_eq!(bursts.len(), 2);
                for burst in bursts {
                    assert!(burst.starts_with(&[0x2B, 0x05, 0x00, 0x80, 0x5E, 0xC2]), "{burst:x?}");
                }
                let lanes: Vec<Lane> = events
                    .iter()
                    .filter_map(|event| match event {
                        PinEvent::Escape { lane, command, .. } => Some((lane, command)),
                        _ => None,
                    })
                    .map(|(lane, command)| {
                        assert_eq!(*command, EscapeCommand::Ulps);
                        *lane
                    })
                    .collect();
                assert_eq!(lanes, [Lane::Data(0), Lane::Data(1), Lane::Clock]);
                let ends: Vec<&PinEvent> = events
                    .iter()
                    .filter(|event| matches!(event, PinEvent::EscapeEnd { .. }))
                    .collect();
                let clock = PinEvent::EscapeEnd {
                    lane: Lane::Clock,
                    command: EscapeCommand::Ulps,
                    since: clock_since,
                    mark: Some(clock_mark),
                    at: clock_at,
                };
                assert_eq!((ends.len(), ends[0]), (3, &clock));
                assert_eq!(events.len(), 3 + 3 + 2 * 2);
            }
        }
    }
}

/// Lane 0 sleeps while lane 1 sends low-power data.
#[test]
fn lanes_are_in_escape_mode_of_their_own() {
    let mut sender = Sender::new(2, false);
    sender.play(1, &ENTRY, LPX);
    sender.play(1, &spaced("00011110"), LPX);
    sender.play(2, &ENTRY, LPX);
    sender.play(2, &spaced("11100001"), LPX);
    sender.play(2, &spaced(&bits_of(&[0xA5, 0x0F])), LPX);
    sender.play(2, &["10", "11"], LPX);
    sender.play(1, &["10", "11"], 500);
    let (events, _) = hear(sender.map(), &sender.tape, 0);
    assert!(
        matches!(
            events[..],
            [
                PinEvent::Escape {
                    lane: Lane::Data(0),
                    command: EscapeCommand::Ulps,
                    ..
                },
                PinEvent::Escape {
                    lane: Lane::Data(1),
                    command: EscapeCommand::LowPowerData,
                    ..
                },
                PinEvent::LowPowerData {
                    lane: 1,
                    byte: 0xA5,
                    ..
                },
                PinEvent::LowPowerData {
                    lane: 1,
                    byte: 0x0F,
                    ..
                },
                PinEvent::EscapeEnd {
                    lane: Lane::Data(1),
                    command: EscapeCommand::LowPowerData,
                    ..
                },
                PinEvent::EscapeEnd {
                    lane: Lane::Data(0),
                    command: EscapeCommand::Ulps,
                    ..
                },
            ]
        ),
        "{events:?}"
    );
}

#[test]
fn a_capture_that_begins_in_ulps_says_nothing_of_it() {
    for lane in [0, 1] {
        let mut sender = Sender::new(1, false);
        sender.tape.clear();
        sender.lp(lane, "00", 3000);
        sender.lp(lane, "10", 1000);
        sender.lp(lane, "11", 100);
        sender.start_clock();
        sender.burst(&[vec![7, 8]], 12, 12);
        let (events, bursts) = hear(sender.map(), &sender.tape, 0);
        assert!(
            matches!(events[..], [PinEvent::BurstStart { .. }, PinEvent::BurstEnd { .. }]),
            "{events:?}"
        );
        assert!(bursts[0].starts_with(&[7, 8]));
    }
}

#[test]
fn turnarounds_are_named_and_their_answer_is_left_out() {
    let mut sender = Sender::new(1, false);
    sender.play(1, &["10", "00", "10"], LPX);
    let asked = sender.now();
    sender.play(1, &["00", "10", "11"], 50);
    // The other side gives the line back in the same way.
    sender.play(1, &["10", "00", "10"], LPX);
    let back = sender.now();
    sender.play(1, &["00", "10", "11"], 50);
    let (events, _) = hear(sender.map(), &sender.tape, 0);
    let turnaround = |at| PinEvent::Turnaround { lane: 0, at };
    assert_eq!(events, [turnaround(asked), turnaround(back)]);
}

/// Bits in ULPS make no sense, but the wake-up after them does.
#[test]
fn the_clock_lane_has_errors_too() {
    let mut sender = Sender::new(1, false);
    sender.play(0, &["10", "11"], 50);
    sender.play(0, &["01", "11"], 50);
    sender.play(0, &["10", "00", "01", "00", "10", "11"], 50);
    let (events, _) = hear(sender.map(), &sender.tape, 0);
    assert!(
        matches!(
            events[..],
            [
                PinEvent::ControlError {
                    lane: Lane::Clock,
                    at: 90
                },
                PinEvent::ControlError {
                    lane: Lane::Clock,
                    at: 190
                },
                PinEvent::Escape {
                    lane: Lane::Clock,
                    command: EscapeCommand::Ulps,
                    at: 290
                },
                PinEvent::ControlError {
                    lane: Lane::Clock,
                    at: 340
                },
                PinEvent::EscapeEnd {
                    lane: Lane::Clock,
                    since: 290,
                    mark: Some(440),
                    at: 490,
                    ..
                },
            ]
        ),
        "{events:?}"
    );
}

/// A capture that begins inside a burst, of which both wires are high in a sample now and then.
#[test]
fn a_crossing_is_not_the_first_stop_state() {
    for width in 1..=3 {
        for every in [13, 40, 111] {
            let mut sender = Sender::new(1, false);
            sender.start_clock();
            let payload: Vec<u8> = [0x00, 0x00, 0x00, 0xB8, 0x12].into_iter().cycle().take(100).collect();
            sender.burst(&[payload], 12, 12);
            let next = sender.now() as usize;
            sender.burst(&[vec![9, 8, 7]], 12, 12);
            let mut tape = sender.tape[600..].to_vec();
            for at in (5..next - 800).step_by(every) {
                for word in &mut tape[at..at + width] {
                    *word |= 0b11 << 4;
                }
            }
            let (events, bursts) = hear(sender.map(), &tape, 0);
            assert!(
                matches!(events[..], [PinEvent::BurstStart { .. }, PinEvent::BurstEnd { .. }]),
                "{width} {every}: {events:?}"
            );
            assert!(bursts[0].starts_with(&[9, 8, 7]));
        }
    }
}

#[test]
fn deskew_is_named_by_its_length() {
    for (pattern, kind) in [
        (1024, DeskewKind::Periodic),
        (32766, DeskewKind::Periodic),
        (32768, DeskewKind::Initial),
        (40000, DeskewKind::Initial),
    ] {
        for lanes in [1, 3] {
            let mut sender = Sender::new(lanes, false);
            sender.start_clock();
            sender.deskew(pattern);
            let end = sender.now() - 60;
            sender.burst(&vec![vec![1, 2]; lanes], 12, 12);
            let (events, bursts) = hear(sender.map(), &sender.tape, 0);
            let expected = PinEvent::Deskew {
                kind,
                length: pattern as u64,
                at: end,
            };
            assert_eq!(events[0], expected);
            assert_eq!((events.len(), bursts.len()), (3, 1));
            assert!(bursts[0].iter().take(lanes).all(|byte| *byte == 1));
            // The capture ends within it.
            let (events, _) = hear(sender.map(), &sender.tape[..end as usize - 24 * 4], 0);
            assert!(
                matches!(events[..], [PinEvent::Deskew { length, .. }] if length.abs_diff(pattern as u64) <= 1),
                "{events:?}"
            );
        }
    }
}

/// Without LP wires, the end of the pattern is the end of it.
#[test]
fn deskew_without_lp_wires() {
    for pattern in [1024, 32768] {
        let mut sender = Sender::new(2, false);
        sender.start_clock();
        sender.deskew(pattern);
        sender.burst(&[vec![1, 2], vec![3, 4]], 12, 12);
        let mut map = sender.map();
        for lane in &mut map.lanes {
            lane.n = None;
        }
        let (events, _) = hear(map, &sender.tape, 0);
        assert!(
            matches!(events[..], [PinEvent::Deskew { length, .. }, PinEvent::BurstStart { .. }, ..]
                if length.abs_diff(pattern as u64) <= 1),
            "{events:?}"
        );
    }
}

const STATES: [&str; 4] = ["00", "01", "10", "11"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever came before the stop state, the burst after it is received.
    #[test]
    fn garbage_does_no_lasting_harm(
        steps in prop::collection::vec((0..4usize, 0..4usize, 1..30usize), 0..200),
        separate: bool,
        glitch in prop_oneof![Just(0u64), 1..20u64],
        as_changes: bool,
    ) {
        let mut sender = Sender::new(3, separate);
        for (lane, state, samples) in steps {
            sender.lp(lane, STATES[state], samples);
        }
        for lane in 0..4 {
            sender.set(lane, "11");
        }
        sender.wait(200);
        let quiet = sender.now() - 200;
        sender.start_clock();
        let sent = [vec![1, 4, 7], vec![2, 5, 8], vec![3, 6, 9]];
        sender.burst(&sent, 25, 25);
        sender.stop_clock();
        let listen = if as_changes { hear_changes } else { hear };
        let (events, bursts) = listen(sender.map(), &sender.tape, glitch);
        prop_assert!(bursts.last().is_some_and(|burst| burst.starts_with(&[1, 2, 3, 4, 5, 6, 7, 8, 9])), "{:?}", events);
        let late = events.iter().filter(|event| matches!(event,
            PinEvent::ControlError { at, .. } | PinEvent::SotSyncError { at, .. } if *at > quiet)).count();
        prop_assert_eq!(late, 0, "{:?}", events);
    }

    /// Any sequence of states on one lane: no panic, and an escape ends at most once.
    #[test]
    fn any_sequence_is_heard(states in prop::collection::vec(0..4usize, 0..300), separate: bool) {
        let mut sender = Sender::new(1, separate);
        for state in states {
            sender.lp(1, STATES[state], 3);
        }
        sender.lp(1, "11", 10);
        let (events, _) = hear(sender.map(), &sender.tape, 0);
        let mut open = None;
        for event in events {
            match event {
                PinEvent::Escape { command, .. } => prop_assert!(open.replace(command).is_none()),
                PinEvent::EscapeEnd { command, .. } => prop_assert_eq!(open.take(), Some(command)),
                PinEvent::LowPowerData { .. } => prop_assert_eq!(open, Some(EscapeCommand::LowPowerData)),
                _ => {}
            }
        }
        prop_assert_eq!(open, None);
    }
}
