//! Bursts to pins and back: whatever the waveform makes, the receiver reads, in any cut of the samples.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{Heard, make, map_of, receive, receive_cut};
use csi2_dphy::{Clocking, MAX_LANES, PinEvent, SotVerdict, TransmitTiming, UnitInterval, WaveformSettings, Wires};
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = WaveformSettings> {
    (
        prop::sample::select(&[1usize, 2, 3, 4, 8][..]),
        1..=5u64,
        prop::sample::select(&[80_000_000u64, 400_000_000, 1_000_000_000, 2_100_000_000][..]),
        any::<bool>(),
        prop::array::uniform8(0..=16u32),
    )
        .prop_map(|(lanes, samples_per_ui, rate, gated, skew)| WaveformSettings {
            clocking: if gated { Clocking::Gated } else { Clocking::Continuous },
            skew,
            ..WaveformSettings::new(
                lanes,
                UnitInterval::whole(samples_per_ui),
                TransmitTiming::for_rate(rate),
            )
        })
}

fn bursts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(&[0x00, 0xFF, 0xB8][..])];
    prop::collection::vec(prop::collection::vec(byte, 4..200), 1..4)
}

fn check(settings: &WaveformSettings, sent: &[Vec<u8>], heard: &Heard) {
    let context = format!("{settings:?}");
    assert_eq!(heard.bursts.len(), sent.len(), "{context} {:?}", heard.events);
    for (heard, sent) in heard.bursts.iter().zip(sent) {
        assert!(
            heard.len() >= sent.len(),
            "{} of {} bytes, {context}",
            heard.len(),
            sent.len()
        );
        assert_eq!(&heard[..sent.len()], &sent[..], "{context}");
    }
    let earliest = *settings.skew[..settings.lanes].iter().min().unwrap();
    for event in &heard.events {
        match event {
            PinEvent::BurstStart { sync, skew, .. } => {
                assert_eq!(*sync, [SotVerdict::Clean; MAX_LANES]);
                for (measured, made) in skew.iter().zip(&settings.skew).take(settings.lanes) {
                    assert_eq!(u32::from(*measured), made - earliest, "{context}");
                }
            }
            PinEvent::BurstEnd { .. } | PinEvent::BoundaryInside { .. } => {}
            other => panic!("{other:?} {context}"),
        }
    }
    let unit_interval = heard.unit_interval.unwrap();
    assert!(
        (unit_interval - settings.samples_per_ui.numerator as f64).abs() < 1e-9,
        "{unit_interval}, {context}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_is_heard(settings in settings(), sent in bursts(), idle in 30..300u64, cuts in any::<u64>()) {
        let samples = make(&settings, &sent, idle, cuts);
        let map = map_of(&settings);
        let whole = receive(&map, &samples, &sent);
        check(&settings, &sent, &whole);
        let cut = receive_cut(&map, &samples, &sent, cuts);
        prop_assert_eq!(&whole.bursts, &cut.bursts);
        prop_assert_eq!(&whole.events, &cut.events);
        // The same wires as changes.
        if map.clock.is_some() {
            let changes = common::changes(&samples);
            let heard = common::receive_changes(&map, &changes, cuts);
            prop_assert_eq!(&whole.events, &heard.events);
            prop_assert_eq!(&whole.bursts, &heard.bursts);
        }
    }

    /// Only the HS comparators and a clock: no LP states, several samples a bit.
    #[test]
    fn single_ended_with_a_clock(settings in settings(), sent in bursts(), idle in 30..300u64) {
        let samples_per_ui = UnitInterval::whole(settings.samples_per_ui.numerator.max(2));
        let settings = WaveformSettings { samples_per_ui, wires: Wires::ALL, ..settings };
        let samples = make(&settings, &sent, idle, 1);
        let mut map = map_of(&settings);
        for lane in &mut map.lanes {
            lane.n = None;
        }
        let heard = receive(&map, &samples, &sent);
        check(&settings, &sent, &heard);
    }
}
