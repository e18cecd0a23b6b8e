//! Bursts that are not as they should be, on the wires and at a receiver.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Capture, lane_bytes, map_of, pump, receive};
use csi2_dphy::{
    BitSlip, LaneFlaw, LineState, MAX_LANES, PinEvent, TrailLevel, TransmitTiming, UnitInterval, Waveform,
    WaveformSettings,
};

const BYTES: [u8; 3] = [0x2A, 0x00, 0x35];

fn settings() -> WaveformSettings {
    WaveformSettings::new(1, UnitInterval::whole(2), TransmitTiming::for_rate(1_000_000_000))
}

/// A burst of one lane with a flaw, between stop states.
fn made(flaw: LaneFlaw) -> Capture {
    let settings = settings();
    let mut waveform = Waveform::new(settings);
    let lanes = [BYTES.to_vec()];
    let mut bytes = Vec::new();
    waveform.idle(100);
    pump(&mut waveform, &lane_bytes(&[]), 1, &mut bytes);
    let mut flaws = [LaneFlaw::default(); MAX_LANES];
    flaws[0] = flaw;
    waveform.burst_with([BYTES.len(), 0, 0, 0, 0, 0, 0, 0], &flaws);
    pump(&mut waveform, &lane_bytes(&lanes), 1, &mut bytes);
    waveform.idle(100);
    pump(&mut waveform, &lane_bytes(&[]), 1, &mut bytes);
    Capture {
        unit: waveform.unit(),
        bytes,
        channels: waveform.channels(),
    }
}

/// The states of the lane as (Dn Dp, UI), one after another.
fn states(capture: &Capture) -> Vec<(u8, usize)> {
    let mut states: Vec<(u8, usize)> = Vec::new();
    for sample in capture.bytes.iter().step_by(2) {
        let pair = sample >> 2 & 3;
        match states.last_mut() {
            Some((state, length)) if *state == pair => *length += 1,
            _ => states.push((pair, 1)),
        }
    }
    states
}

/// HS levels after HS-ZERO and before the stop state.
fn bits(capture: &Capture) -> String {
    let states = states(capture);
    // LP-11, LP-01, LP-00, HS-0; the last is LP-11.
    let hs = &states[4..states.len() - 1];
    hs.iter()
        .flat_map(|(pair, length)| std::iter::repeat_n(if *pair == 0b01 { '1' } else { '0' }, *length))
        .collect()
}

fn heard(capture: &Capture) -> Vec<PinEvent> {
    receive(&map_of(&settings()), capture, &[]).events
}

#[test]
fn bits_are_as_the_flaw_says() {
    let trail = "1".repeat(64);
    // From the first one of the sync byte on.
    let plain = format!("11101{}{}{}", "01010100", "00000000", "10101100");
    assert_eq!(bits(&made(LaneFlaw::default())), format!("{plain}{trail}"));
    let flawed = |flaw: LaneFlaw| bits(&made(flaw));
    let sync = LaneFlaw {
        sync: 0x80,
        ..LaneFlaw::default()
    };
    assert_eq!(flawed(sync), format!("11100{}{trail}", &plain[5..]));
    let slip = |at, bits| LaneFlaw {
        slip: Some(BitSlip { at, bits }),
        ..LaneFlaw::default()
    };
    assert_eq!(
        flawed(slip(8, -3)),
        format!("11101{}{}{}111{trail}", "01010100", "00000", "10101100")
    );
    assert_eq!(
        flawed(slip(8, 2)),
        format!("11101{}00{}{}{}", "01010100", "00000000", "10101100", &trail[2..])
    );
    let trailing = |trail| LaneFlaw {
        trail,
        ..LaneFlaw::default()
    };
    assert_eq!(flawed(trailing(TrailLevel::High)), format!("{plain}{trail}"));
    assert_eq!(flawed(trailing(TrailLevel::Low)), format!("{plain}{}", "0".repeat(64)));
    assert_eq!(
        flawed(trailing(TrailLevel::Toggling)),
        format!("{plain}{}", "10".repeat(32))
    );
    let early = LaneFlaw {
        early: 8,
        ..LaneFlaw::default()
    };
    assert_eq!(flawed(early), format!("11101{}{}{trail}", "01010100", "00000000"));
}

#[test]
fn states_are_as_the_flaw_says() {
    let plain = states(&made(LaneFlaw::default()));
    let ends: usize = plain[..4].iter().map(|(_, length)| length).sum();
    let short = states(&made(LaneFlaw {
        request: Some(20),
        ..LaneFlaw::default()
    }));
    assert_eq!((short[1], &short[2..]), ((0b10, 20), &plain[2..]));
    let late = states(&made(LaneFlaw {
        late: 30,
        ..LaneFlaw::default()
    }));
    assert_eq!(
        (late[0].1, &late[1..late.len() - 1]),
        (plain[0].1 + 30, &plain[1..plain.len() - 1])
    );
    let inverted = states(&made(LaneFlaw {
        inverted: true,
        ..LaneFlaw::default()
    }));
    assert_eq!(inverted[..3], plain[..3]);
    assert_eq!(inverted[3], (0b01, plain[3].1));
    let absent = made(LaneFlaw {
        absent: true,
        ..LaneFlaw::default()
    });
    assert_eq!(states(&absent).len(), 1);
    assert!(ends > 100);
}

/// Of an inverted pair, the payload must not be searched for a sync byte: here it has one, after zeros.
#[test]
fn an_inverted_pair_has_no_sync_byte() {
    let settings = settings();
    for rate in [10_000_000, 80_000_000, 1_000_000_000] {
        let settings = WaveformSettings {
            timing: TransmitTiming::for_rate(rate),
            ..settings
        };
        for payload in [[0xFF, 0xFF, !0xB8, 0x55], [0x12, 0xFF, 0xA3, 0xFF], [0; 4], [0xFF; 4]] {
            let mut waveform = Waveform::new(settings);
            let mut bytes = Vec::new();
            let flaws = [LaneFlaw {
                inverted: true,
                ..LaneFlaw::default()
            }; MAX_LANES];
            waveform.idle(100);
            pump(&mut waveform, &lane_bytes(&[]), 1, &mut bytes);
            waveform.burst_with([4, 0, 0, 0, 0, 0, 0, 0], &flaws);
            pump(&mut waveform, &lane_bytes(&[payload.to_vec()]), 1, &mut bytes);
            waveform.idle(100);
            pump(&mut waveform, &lane_bytes(&[]), 1, &mut bytes);
            let capture = Capture {
                unit: waveform.unit(),
                bytes,
                channels: waveform.channels(),
            };
            let events = heard(&capture);
            assert!(
                matches!(events[..], [PinEvent::SotSyncError { lane: 0, .. }]),
                "{rate}, {payload:x?}: {events:?}"
            );
        }
    }
}

/// A pair whose low level the capture does not see: HS-0 looks like the bridge.
#[test]
fn a_pair_that_shows_one_level_is_received() {
    let mut capture = made(LaneFlaw::default());
    let request = capture.bytes.iter().position(|sample| sample >> 2 & 3 == 0b10).unwrap();
    let bridge = request
        + capture.bytes[request..]
            .iter()
            .position(|sample| sample >> 2 & 3 == 0)
            .unwrap();
    let stop = capture.bytes.iter().rposition(|sample| sample >> 2 & 3 != 3).unwrap();
    for sample in &mut capture.bytes[bridge..=stop] {
        *sample &= !0b1000;
    }
    let heard = receive(&map_of(&settings()), &capture, &[]);
    assert!(heard.bursts[0].starts_with(&BYTES), "{:?}", heard.events);
}

#[test]
fn line_states_follow_one_another() {
    use LineState::{Lp00, Lp01, Lp10, Lp11};
    let settings = settings();
    let mut waveform = Waveform::new(settings);
    let mut bytes = Vec::new();
    waveform.line_states(1, &[Lp10, Lp00, Lp01, Lp11, Lp10]);
    pump(&mut waveform, &lane_bytes(&[]), 1, &mut bytes);
    let lpx = settings.timing.lpx as usize;
    let exit = settings.timing.hs_exit as usize;
    let capture = Capture {
        unit: 1,
        bytes,
        channels: 4,
    };
    let expected = [
        (0b01, lpx),
        (0b00, lpx),
        (0b10, lpx),
        (0b11, lpx),
        (0b01, lpx),
        (0b11, exit),
    ];
    assert_eq!(states(&capture), expected);
    // Other lanes than those named, and more states than fit.
    waveform.line_states(0, &[Lp10]);
    assert_eq!(waveform.remaining(), u64::from(settings.timing.hs_exit));
    waveform.line_states(1, &[Lp00; 100]);
    assert_eq!(
        waveform.remaining(),
        64 * u64::from(settings.timing.lpx) + u64::from(settings.timing.hs_exit)
    );
}
