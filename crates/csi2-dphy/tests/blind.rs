//! Without LP wires, bits of headers and trails that look like the start of a burst.

#![allow(clippy::expect_used, reason = "tests")]

mod common;

use common::{make, map_of, receive};
use csi2_dphy::{
    LaneMerger, PinEvent, PinReceiver, PinSettings, Samples, SotVerdict, TransmitTiming, UnitInterval, WaveformSettings,
};

fn settings() -> WaveformSettings {
    WaveformSettings::new(1, UnitInterval::whole(1), TransmitTiming::for_rate(1_000_000_000))
}

#[test]
fn a_header_is_too_close_to_the_sync_byte_for_another_burst() {
    // In time 01111111 10000000 00000000 01100110: eight ones, zeros, and 00011001, nearly a sync byte.
    let sent = vec![0xFE, 0x01, 0x00, 0x66, 0x55, 0xF1, 0x6C];
    let made = make(&settings(), std::slice::from_ref(&sent), 50, 1);
    let mut receiver = PinReceiver::new(map_of(&settings()), PinSettings::default());
    let mut merger = LaneMerger::new(1);
    let (mut at, mut starts, mut data) = (0, 0, Vec::new());
    while at < made.bytes.len() {
        let seen = Samples {
            first: at as u64,
            unit: made.unit,
            bytes: &made.bytes[at..],
        };
        let (taken, event) = receiver.samples(&seen, &mut merger);
        at += taken * made.unit;
        match event {
            Some(PinEvent::BurstStart { .. }) => starts += 1,
            other => assert_eq!(other, None),
        }
        let mut bytes = [0; 64];
        let count = merger.drain(&mut bytes);
        data.extend_from_slice(&bytes[..count]);
    }
    assert_eq!(starts, 1);
    assert!(data.starts_with(&sent), "{data:02x?}");
}

#[test]
fn undefined_bits_at_the_end_of_a_trail_start_no_burst() {
    // Ends in ones: the trail is zeros, and looks like HS-ZERO after a stop state.
    let sent = vec![vec![0x64, 0x00, 0x00, 0x2E, 0xFF, 0xFF], vec![0xC0, 0x01, 0x00, 0xAB]];
    let made = make(&settings(), &sent, 50, 1);
    let end = (1..made.bytes.len())
        .rev()
        .filter(|at| made.bytes[*at] & 1 == 1 && made.bytes[at - 1] & 1 == 0)
        .find(|at| made.bytes[at - 40..*at].iter().all(|level| level & 1 == 0) && *at < made.bytes.len() / 2)
        .expect("the end of the first trail");
    for undefined in 0..128u8 {
        // An undamaged sync byte is one.
        if undefined & 0x1F == 0x17 || undefined & 0x3F == 0x2E || undefined == 0x5C {
            continue;
        }
        let mut damaged = make(&settings(), &sent, 50, 1);
        for bit in 0..7 {
            damaged.bytes[end - 7 + bit] = undefined >> bit & 1;
        }
        let heard = receive(&map_of(&settings()), &damaged, &sent);
        assert_eq!(heard.bursts, sent, "{undefined:07b}");
        for event in heard.events {
            let PinEvent::BurstStart { sync, .. } = event else {
                continue;
            };
            assert_eq!(sync[0], SotVerdict::Clean);
        }
    }
}
