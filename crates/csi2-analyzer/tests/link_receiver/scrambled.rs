//! Scrambled links: the same events, at the same places, as of the same link without scrambling.

use crate::damage::{frames, inflate, spoil};
use crate::harness::*;
use crate::roundtrip::{packet, tricky};
use csi2_dphy::{ScrambleForm, Scrambling};
use proptest::prelude::*;

/// The layers of which the lanes are still scrambled.
const SCRAMBLED: [Layer; 6] = [
    Layer::Lanes { sync: true },
    Layer::Lanes { sync: false },
    Layer::MarkedFiles,
    Layer::BareFiles,
    Layer::Pairs,
    Layer::SingleEnded,
];

/// Seeds of more lanes than the presets have.
const EIGHT: Scrambling = Scrambling {
    seeds: [0x0810, 0x0990, 0x0A51, 0x0BD0, 0x1234, 0xFFFF, 0x8001, 0x5A5A],
    lanes: 8,
    form: ScrambleForm::Galois,
};

/// Every preset for as many lanes as it has, and one link of eight lanes.
fn links() -> Vec<(usize, Scrambling)> {
    let presets = Scrambling::PRESETS.iter();
    let mut links: Vec<_> = presets
        .flat_map(|preset| (1..=4).map(|count| (count, preset.scrambling)))
        .collect();
    links.push((8, EIGHT));
    links
}

/// Adds the keystream to bytes in burst order, bit by bit as the register is drawn.
fn scramble(bytes: &[u8], count: usize, scrambling: Scrambling) -> Vec<u8> {
    let mut registers = scrambling.seeds;
    let mut out = bytes.to_vec();
    for (index, byte) in out.iter_mut().enumerate() {
        let register = &mut registers[index % count];
        for bit in 0..8 {
            let key = match scrambling.form {
                ScrambleForm::Fibonacci => {
                    let taps = *register & 0x39;
                    let key = *register & 1;
                    *register = *register >> 1 | (taps.count_ones() as u16 & 1) << 15;
                    key
                }
                ScrambleForm::Galois => {
                    let key = *register >> 15;
                    *register = *register << 1 ^ if key == 1 { 0x39 } else { 0 };
                    key
                }
            };
            *byte ^= (key as u8) << bit;
        }
    }
    out
}

/// The bursts as they are on the wires of a layer. Where nothing but packets is seen, each was a burst.
fn on_the_wire(layer: Layer, bursts: &[Burst], count: usize, scrambling: Scrambling) -> Vec<Burst> {
    let scramble = |bytes: &[u8]| scramble(bytes, count, scrambling);
    let one = |burst: &Burst| match layer {
        Layer::BareFiles => burst.iter().map(|packet| scramble(packet)).collect(),
        _ => vec![scramble(&burst.concat())],
    };
    bursts.iter().map(one).collect()
}

/// Compares with the link that is not scrambled.
#[track_caller]
fn same_as_plain(got: &Log, plain: &Log, what: &str) {
    let first = got
        .events
        .iter()
        .zip(&plain.events)
        .position(|(got, plain)| got != plain);
    let same = first.is_none() && got.events.len() == plain.events.len();
    assert!(same, "{what}\ngot:\n{}\nplain:\n{}", got.summary(), plain.summary());
}

#[test]
fn every_layer_gives_the_events_of_the_plain_link() {
    let bursts = tricky();
    for layer in SCRAMBLED {
        for (count, scrambling) in links() {
            let what = format!("{layer:?}, {count} lanes, {scrambling}");
            let wire = on_the_wire(layer, &bursts, count, scrambling);
            let log = receive_scrambled(&capture(layer, &wire, count), Some(scrambling));
            same(&log, &expected(&bursts), &what);
            same_as_plain(&log, &receive(&capture(layer, &bursts, count)), &what);
        }
    }
}

#[test]
fn skew_and_changes_make_no_difference() {
    let bursts = tricky();
    for layer in [
        Layer::Lanes { sync: true },
        Layer::MarkedFiles,
        Layer::Pairs,
        Layer::SingleEnded,
    ] {
        for (count, scrambling) in links() {
            let what = format!("{layer:?}, {count} lanes, {scrambling}");
            let skew = [0, 8, 16, 0, 40, 48, 8, 0];
            let wire = skewed(layer, &on_the_wire(layer, &bursts, count, scrambling), count, skew);
            let plain = skewed(layer, &bursts, count, skew);
            let log = receive_scrambled(&wire, Some(scrambling));
            same_as_plain(&log, &receive(&plain), &what);
            if layer == Layer::Pairs {
                let log = receive_scrambled(&wire.as_changes().cut(&[1, 3, 200]), Some(scrambling));
                same_as_plain(&log, &receive(&plain), &what);
            }
        }
    }
}

#[test]
fn a_line_is_one_piece() {
    let bursts = [
        vec![short(0, 1)],
        vec![long(0x2A, &[0x33; 65535])],
        vec![long(0x2B, &[7; 5070])],
    ];
    for layer in SCRAMBLED {
        for (count, scrambling) in [links()[3], links()[4], (8, EIGHT)] {
            let wire = on_the_wire(layer, &bursts, count, scrambling);
            let log = receive_scrambled(&capture(layer, &wire, count), Some(scrambling));
            same(&log, &expected(&bursts), &format!("{layer:?}, {count} lanes"));
            assert_eq!(log.pieces, 2, "{layer:?}, {count} lanes");
        }
    }
}

#[test]
fn what_is_behind_a_packet_is_told_as_on_the_plain_link() {
    let (packet, scrambling) = (
        long(0x2B, &[0x11, 0x22, 0x33, 0x44, 0x95]),
        Scrambling::PRESETS[0].scrambling,
    );
    // Where they make a header by chance, on either link, there is nothing to compare.
    let mut headers = 0;
    let strange = [0x61, 0x9C, 0x35, 0xD2, 0x9A, 0x31, 0x55, 0x55, 0x55, 0x01, 0x7E, 0x3C];
    for layer in [
        Layer::Lanes { sync: true },
        Layer::Lanes { sync: false },
        Layer::MarkedFiles,
        Layer::Pairs,
        Layer::SingleEnded,
    ] {
        for count in 1..=4 {
            let mut findings = 0;
            for length in 0..=strange.len() {
                let what = format!("{layer:?}, {count} lanes, {length} strange bytes");
                let mut log = |packet: &[u8], scrambling| {
                    let bursts = [vec![[packet, &strange[..length]].concat()]];
                    let mut log = receive_scrambled(&capture(layer, &bursts, count), scrambling);
                    // Behind them is the trail, which is not the same on both links.
                    for (event, _) in &mut log.events {
                        if let Event::Trailing(bytes) = event {
                            bytes.truncate(length);
                            findings += 1;
                        }
                    }
                    log
                };
                let plain = log(&packet, None);
                let scrambled = log(&scramble(&packet, count, scrambling), Some(scrambling));
                let packets =
                    [&scrambled, &plain].map(|log| log.events.iter().filter(|(event, _)| begins(event)).count());
                if packets == [1, 1] {
                    same_as_plain(&scrambled, &plain, &what);
                } else {
                    headers += 1;
                }
            }
            assert!(findings > 0, "{layer:?}, {count} lanes");
        }
    }
    assert!(headers < 20, "{headers} of 260");
}

fn begins(event: &Event) -> bool {
    matches!(event, Event::Short(_) | Event::Long(_))
}

#[test]
fn a_trail_of_one_level_is_none_of_our_business() {
    // On more lanes, four bytes behind a packet do not show the level of all of them.
    for (count, scrambling) in links().into_iter().filter(|(count, _)| *count <= 4) {
        for level in [0x00, 0xFF] {
            for rows in 0..9 {
                for last in [0x11, 0x95] {
                    let packet = long(0x2B, &[0x11, 0x22, 0x33, 0x44, last]);
                    let mut wire = scramble(&packet, count, scrambling);
                    wire.extend(vec![level; count * rows]);
                    // Marked bursts without sync bytes have nothing around them that was not put there.
                    let capture = capture(Layer::Lanes { sync: false }, &[vec![wire]], count);
                    let log = receive_scrambled(&capture, Some(scrambling));
                    same(&log, &expected(&[vec![packet]]), "");
                    let strange = log.bare().into_iter().find(|event| matches!(event, Event::Trailing(_)));
                    assert_eq!(
                        strange, None,
                        "{count} lanes, {rows} rows of {level:02x} after {last:02x}"
                    );
                }
            }
        }
    }
}

#[test]
fn damage_costs_what_it_costs_on_the_plain_link() {
    for layer in SCRAMBLED {
        for (count, scrambling) in links() {
            for damage in [spoil, inflate] {
                for index in [4, 5, 6, 11] {
                    let mut bursts = frames();
                    let mut others = expected(&bursts);
                    others.remove(index);
                    damage(&mut bursts[index][0]);
                    let wire = on_the_wire(layer, &bursts, count, scrambling);
                    let log = receive_scrambled(&capture(layer, &wire, count), Some(scrambling));
                    same(
                        &log,
                        &others,
                        &format!("{layer:?}, {count} lanes, {scrambling}, packet {index}"),
                    );
                }
            }
        }
    }
}

#[test]
fn the_wrong_keystream_spoils_every_header() {
    let bursts = frames();
    for layer in SCRAMBLED {
        for count in 1..=4 {
            let [a, _, _, b] = [0, 1, 2, 3].map(|index| Scrambling::PRESETS[index].scrambling);
            let wire = capture(layer, &on_the_wire(layer, &bursts, count, a), count);
            for wrong in [None, Some(b)] {
                let log = receive_scrambled(&wire, wrong);
                let right = log
                    .packets()
                    .iter()
                    .filter(|packet| expected(&bursts).contains(packet))
                    .count();
                assert_eq!(right, 0, "{layer:?}, {count} lanes");
                let spoilt = log.bare().iter().any(|event| {
                    matches!(
                        event,
                        Event::Unusable(_) | Event::Truncated(_) | Event::Trailing(_) | Event::Lane(..)
                    )
                });
                assert!(spoilt, "{layer:?}, {count} lanes:\n{}", log.summary());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Any packets in any number of bursts, cut anywhere.
    #[test]
    fn bursts_of_several_packets(
        bursts in prop::collection::vec(prop::collection::vec(packet(), 1..4), 1..4),
        layer in prop::sample::select(SCRAMBLED.to_vec()),
        (count, scrambling) in prop::sample::select(links()),
        cuts in prop::collection::vec(1usize..60, 1..6),
    ) {
        // As on a plain link: a frame start of number zero behind a packet is taken for trail.
        prop_assume!(bursts.iter().flatten().all(|packet| packet[..4] != [0; 4]));
        let wire = capture(layer, &on_the_wire(layer, &bursts, count, scrambling), count);
        let log = receive_scrambled(&wire, Some(scrambling));
        same(&log, &expected(&bursts), "");
        let cut = receive_scrambled(&wire.cut(&cuts), Some(scrambling));
        prop_assert_eq!(log.events, cut.events);
    }
}
