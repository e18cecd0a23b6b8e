//! Changes without a clock lane: bits on a grid of assumed unit intervals.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{Heard, Link, changes, make, map_of};
use csi2_dphy::{
    Change, Level, MAX_LANES, PinEvent, PinMap, PinReceiver, PinSettings, Sampling, SotVerdict, TransmitTiming,
    UnitInterval, WaveformSettings,
};
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = WaveformSettings> {
    (
        prop::sample::select(&[1usize, 2, 4, 8][..]),
        prop::sample::select(&[80_000_000u64, 1_000_000_000, 2_100_000_000][..]),
        prop::array::uniform8(0..=16u32),
    )
        .prop_map(|(lanes, rate, skew)| WaveformSettings {
            skew,
            ..WaveformSettings::new(lanes, UnitInterval::whole(1), TransmitTiming::for_rate(rate))
        })
}

fn bursts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(&[0x00, 0xFF, 0xB8][..])];
    prop::collection::vec(prop::collection::vec(byte, 4..300), 1..4)
}

/// Seen in pieces of up to `most` changes, with up to `bits` bits at a time.
fn receive(
    map: &PinMap,
    seen: &[Change],
    unit: (u64, u64),
    sent: &[Vec<u8>],
    seed: u64,
    most: usize,
    bits: usize,
) -> Heard {
    let mut link = Link::new(map, sent);
    link.receiver = PinReceiver::new(
        *map,
        PinSettings {
            sampling: Sampling {
                unit_interval: Some(UnitInterval {
                    numerator: unit.0,
                    denominator: unit.1,
                }),
                ..Sampling::default()
            },
            ..PinSettings::default()
        },
    );
    let (mut seed, mut rest) = (seed | 1, seen);
    while !rest.is_empty() {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let (piece, after) = rest.split_at((1 + (seed >> 33) as usize % most).min(rest.len()));
        let mut piece = piece;
        while !piece.is_empty() {
            let before = link.receiver.bits_taken();
            let (taken, event) = link.receiver.changes_within(piece, bits, &mut link.merger);
            assert!(
                taken > 0 || event.is_some() || link.receiver.bits_taken() > before,
                "no progress"
            );
            piece = &piece[taken..];
            link.take(event);
        }
        rest = after;
    }
    link.finish()
}

fn check(settings: &WaveformSettings, sent: &[Vec<u8>], heard: &Heard) {
    assert_eq!(heard.bursts, sent, "{settings:?} {:?}", heard.events);
    let earliest = *settings.skew[..settings.lanes].iter().min().unwrap();
    for event in &heard.events {
        let PinEvent::BurstStart { sync, skew, .. } = event else {
            panic!("{event:?} {settings:?}");
        };
        assert_eq!(*sync, [SotVerdict::Clean; MAX_LANES]);
        for (measured, made) in skew.iter().zip(&settings.skew).take(settings.lanes) {
            assert_eq!(u32::from(*measured), made - earliest, "{settings:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Time stamps are whole ticks, two or more a bit, and the transmitter is 0.05 % fast or slow.
    #[test]
    fn edges_keep_the_phase(
        settings in settings(), sent in bursts(), idle in 60..2000u64, seed: u64,
        unit in 2000..20_000u64, error in -50..=50i64, offset in 0..1000u64, most in 1..300usize, bits in 1..2000usize,
    ) {
        let capture = make(&settings, &sent, idle, seed);
        let mut seen = changes(&capture);
        let real = unit.saturating_add_signed(unit as i64 * error / 100_000);
        for change in &mut seen {
            change.at = (change.at * real + offset) / 1000;
        }
        let map = map_of(&settings);
        let whole = receive(&map, &seen, (unit, 1000), &sent, seed, usize::MAX, usize::MAX);
        check(&settings, &sent, &whole);
        prop_assert_eq!(whole.unit_interval, Some(unit as f64 / 1000.0));
        let cut = receive(&map, &seen, (unit, 1000), &sent, seed, most, bits);
        prop_assert_eq!(&cut.events, &whole.events);
        prop_assert_eq!(&cut.bursts, &whole.bursts);
    }

    /// A tick a bit: the same as samples.
    #[test]
    fn one_tick_a_bit(settings in settings(), sent in bursts(), idle in 30..250u64, seed: u64) {
        let capture = make(&settings, &sent, idle, seed);
        let map = map_of(&settings);
        let sampled = common::receive(&map, &capture, &sent);
        let heard = receive(&map, &changes(&capture), (1, 1), &sent, seed, 300, usize::MAX);
        prop_assert_eq!(&heard.events, &sampled.events);
        prop_assert_eq!(&heard.bursts, &sampled.bursts);
    }

    /// Pairs of a clocked link show line states; its clock is not looked at.
    #[test]
    fn pairs_without_their_clock(
        settings in settings(), samples_per_ui in 3..6u32, sent in bursts(), idle in 60..300u64, seed: u64,
    ) {
        let oversampled = WaveformSettings::new(settings.lanes, UnitInterval::whole(samples_per_ui.into()), settings.timing);
        let settings = WaveformSettings { skew: settings.skew, ..oversampled };
        let capture = make(&settings, &sent, idle, seed);
        let map = PinMap { clock: None, ..map_of(&settings) };
        let heard = receive(&map, &changes(&capture), (samples_per_ui.into(), 1), &sent, seed, 300, usize::MAX);
        prop_assert_eq!(heard.bursts.len(), sent.len(), "{:?}", heard.events);
        for (heard, sent) in heard.bursts.iter().zip(&sent) {
            prop_assert_eq!(&heard[..sent.len()], &sent[..]);
        }
    }

    /// Whatever the stamps, the end comes.
    #[test]
    fn hostile_stamps(
        stamps in prop::collection::vec((any::<u64>(), 0..64u32, 0..2u16, any::<bool>()), 1..100),
        numerator: u64, denominator: u64, shifts in (0..64u32, 0..64u32),
    ) {
        let timing = TransmitTiming::for_rate(1_000_000_000);
        let map = map_of(&WaveformSettings::new(2, UnitInterval::whole(1), timing));
        let mut seen: Vec<Change> = stamps
            .iter()
            .map(|(at, shift, channel, high)| Change {
                at: at >> shift,
                channel: *channel,
                level: if *high { Level::High } else { Level::Low },
            })
            .collect();
        seen.sort_by_key(|change| change.at);
        receive(&map, &seen, (numerator >> shifts.0, denominator >> shifts.1), &[], 1, 300, usize::MAX);
    }
}

#[test]
fn payload_without_an_edge_is_longer_than_the_merger() {
    let timing = TransmitTiming::for_rate(1_000_000_000);
    let settings = WaveformSettings::new(1, UnitInterval::whole(1), timing);
    let mut sent = vec![vec![0; 60_000]];
    sent[0].extend([0x5A; 4]);
    let mut seen = changes(&make(&settings, &sent, 100, 1));
    for change in &mut seen {
        change.at *= 7;
    }
    let heard = receive(&map_of(&settings), &seen, (7, 1), &sent, 1, 300, usize::MAX);
    check(&settings, &sent, &heard);
}

#[test]
fn without_an_assumption_changes_have_no_bits() {
    let timing = TransmitTiming::for_rate(1_000_000_000);
    let settings = WaveformSettings::new(1, UnitInterval::whole(1), timing);
    let sent = vec![vec![0x5A; 40]];
    let seen = changes(&make(&settings, &sent, 100, 1));
    for unit in [(0, 1), (1, 0)] {
        let heard = receive(&map_of(&settings), &seen, unit, &sent, 1, 300, usize::MAX);
        assert_eq!(heard.bursts, Vec::<Vec<u8>>::new());
    }
}
