//! Bursts over the first lanes of a link while the others stay in the stop state.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{Capture, Heard, Link, make, map_of};
use csi2_dphy::{LaneMerger, PinEvent, Samples, TransmitTiming, UnitInterval, WaveformSettings};

const RATE: u64 = 1_000_000_000;
/// Longer and shorter than the wait for late lanes.
const BURSTS: [&[u8]; 3] = [
    &[0x00, 0x01, 0x00, 0x1A],
    &[0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61, 0x80],
    &[0x5A; 400],
];

fn settings(lanes: usize) -> WaveformSettings {
    WaveformSettings::new(lanes, UnitInterval::whole(4), TransmitTiming::for_rate(RATE))
}

/// `bursts` over `lanes` lanes, as samples of eight bytes of a link of four: of the other lanes, both wires are high.
fn over(lanes: usize, bursts: &[&[u8]]) -> Vec<u64> {
    let sent: Vec<_> = bursts.iter().map(|burst| burst.to_vec()).collect();
    let made = make(&settings(lanes), &sent, 50, 0);
    let read = |unit: &[u8]| unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let rest = 0x3FF & !((1 << (2 + 2 * lanes)) - 1);
    made.bytes.chunks(made.unit).map(|unit| read(unit) | rest).collect()
}

fn capture(words: &[u64]) -> Capture {
    Capture {
        unit: 8,
        bytes: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
        channels: 10,
    }
}

/// What the receiver says; it is told so of starts that `refused` picks.
fn listen(words: &[u64], follow: bool, cut: usize, refused: impl Fn(u8, &LaneMerger) -> bool) -> Heard {
    let capture = capture(words);
    let map = map_of(&settings(4));
    let mut link = Link::new(&map, &[]);
    if follow {
        link.receiver.follow_fewer_lanes();
    }
    let mut first = 0;
    for piece in capture.bytes.chunks(8 * cut) {
        let mut seen = Samples {
            first,
            unit: 8,
            bytes: piece,
        };
        first += (piece.len() / 8) as u64;
        while !seen.bytes.is_empty() {
            let (taken, event) = link.receiver.samples(&seen, &mut link.merger);
            seen.first += taken as u64;
            seen.bytes = &seen.bytes[8 * taken..];
            if let Some(PinEvent::BurstStart { lanes, .. }) = event
                && refused(lanes, &link.merger)
            {
                link.receiver.refuse(&mut link.merger);
                continue;
            }
            link.take(event);
        }
    }
    link.finish()
}

fn lanes_of(heard: &Heard) -> Vec<u8> {
    let lanes = |event: &PinEvent| match event {
        PinEvent::BurstStart { lanes, .. } => Some(*lanes),
        _ => None,
    };
    heard.events.iter().filter_map(lanes).collect()
}

#[test]
fn bytes_are_merged_over_the_lanes_in_use() {
    for fewer in 1..4 {
        let words: Vec<_> = [over(4, &BURSTS), over(fewer, &BURSTS), over(4, &BURSTS)].concat();
        for cut in [1, 7, words.len()] {
            let heard = listen(&words, true, cut, |_, _| false);
            let expected: Vec<u8> = [4, fewer as u8, 4].iter().flat_map(|lanes| [*lanes; 3]).collect();
            assert_eq!(lanes_of(&heard), expected, "{fewer} {cut}: {:#?}", heard.events);
            assert_eq!(heard.events.len(), 18, "{fewer} {cut}");
            for (index, (burst, sent)) in heard.bursts.iter().zip(BURSTS.iter().cycle()).enumerate() {
                assert!(burst.starts_with(sent), "{fewer} {cut} {index}: {burst:02x?}");
            }
        }
    }
}

#[test]
fn what_is_refused_lacks_lanes() {
    for fewer in 1..4 {
        let words: Vec<_> = [over(4, &BURSTS), over(fewer, &BURSTS), over(4, &BURSTS)].concat();
        let plain = listen(&words, false, words.len(), |lanes, _| lanes < 4);
        assert_eq!(lanes_of(&plain), [4; 6], "{fewer}");
        let missing =
            |event: &&PinEvent| matches!(event, PinEvent::AlignError { lane, .. } if usize::from(*lane) >= fewer);
        assert_eq!(plain.events.iter().filter(missing).count(), 3 * (4 - fewer), "{fewer}");
        for cut in [1, 7, words.len()] {
            let refused = listen(&words, true, cut, |lanes, _| lanes < 4);
            assert_eq!(refused.events, plain.events, "{fewer} {cut}");
            assert_eq!(refused.bursts, plain.bursts, "{fewer} {cut}");
        }
    }
}

#[test]
fn the_first_bytes_can_be_seen_before_it_is_decided() {
    for fewer in 1..4 {
        let words: Vec<_> = [over(4, &BURSTS), over(fewer, &BURSTS)].concat();
        let seen = core::cell::Cell::new(0);
        let heard = listen(&words, true, words.len(), |lanes, merger| {
            let mut bytes = [0; 4];
            if lanes < 4 {
                assert_eq!(merger.peek(&mut bytes), 4);
                assert_eq!(bytes, BURSTS[seen.replace(seen.get() + 1)][..4]);
            }
            false
        });
        assert_eq!((seen.get(), heard.bursts.len()), (3, 6));
    }
}

#[test]
fn not_the_first_lanes() {
    // Lanes 0 and 1 are exchanged with 2 and 3: none of the first is there.
    let exchange = |word: &u64| word & 0x3 | (word >> 4 & 0x3C) | (word & 0x3C) << 4;
    let words: Vec<u64> = over(2, &BURSTS).iter().map(exchange).collect();
    let heard = listen(&[over(4, &BURSTS), words].concat(), true, 100, |_, _| false);
    assert_eq!(lanes_of(&heard), [4; 3]);
    let missing = |event: &&PinEvent| matches!(event, PinEvent::AlignError { lane: 0 | 1, .. });
    assert_eq!(heard.events.iter().filter(missing).count(), 6);
}
