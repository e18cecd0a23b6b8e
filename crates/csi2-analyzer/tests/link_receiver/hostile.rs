//! Anything at all: no panic, always progress, all input consumed, and a log that keeps its rules.

use crate::harness::*;
use csi2_analyzer::Entry;
use csi2_dphy::Scrambling;
use proptest::prelude::*;

/// Bytes among which idle lanes, sync bytes and headers are common.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => any::<u8>(),
        4 => Just(0x00),
        2 => Just(0xFF),
        2 => Just(0xB8),
        1 => prop::sample::select(vec![0x2A, 0x01, 0x1A, 0xB9, 0x30]),
    ];
    prop_oneof![
        prop::collection::vec(byte, 0..most),
        prop::collection::vec(any::<u8>(), 0..most)
    ]
}

fn piece(entry: Entry) -> impl Strategy<Value = Piece> {
    let seen = match entry {
        Entry::Packets { .. } => bytes(200).prop_map(Seen::Merged).boxed(),
        Entry::Lanes { count, .. } => prop_oneof![
            prop::collection::vec(bytes(120), count),
            // Lanes in step.
            bytes(120).prop_map(move |lane| vec![lane; count]),
        ]
        .prop_map(Seen::Lanes)
        .boxed(),
        Entry::Ports(_) => panic!("not among those that are made here"),
        Entry::Pins { map, .. } => {
            let unit = if map.count == 8 && map.clock.is_some() { 4 } else { 2 };
            bytes(600)
                .prop_map(move |mut bytes| {
                    bytes.truncate(bytes.len() / unit * unit);
                    Seen::Samples { first: 0, unit, bytes }
                })
                .boxed()
        }
    };
    (seen, any::<bool>(), any::<bool>()).prop_map(|(seen, starts, ends)| Piece {
        seen,
        starts,
        ends,
        offset: 0,
        at: None,
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let count = prop::sample::select(LANES.to_vec());
    (count, any::<bool>(), 0..3).prop_map(|(count, framed, layer)| match layer {
        0 => Entry::Packets { framed },
        1 => Entry::Lanes { count, framed },
        _ => Entry::pins(wires(count, framed)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_captures((entry, pieces) in entry().prop_flat_map(|entry| (Just(entry), prop::collection::vec(piece(entry), 0..6)))) {
        receive(&Capture { entry, pieces });
    }

    #[test]
    fn random_captures_of_a_scrambled_link(
        (entry, pieces) in entry().prop_flat_map(|entry| (Just(entry), prop::collection::vec(piece(entry), 0..6))),
        preset in prop::sample::select(Scrambling::PRESETS.to_vec()),
    ) {
        receive_scrambled(&Capture { entry, pieces }, Some(preset.scrambling));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Good captures with noise: the receiver keeps its rules, however the capture is cut.
    #[test]
    fn noisy_captures(
        layer in prop::sample::select(LAYERS.to_vec()),
        count in prop::sample::select(LANES.to_vec()),
        noise in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..12),
        cuts in prop::collection::vec(1usize..200, 1..5),
    ) {
        let line: Vec<u8> = (0..120).collect();
        let burst = |word| vec![long(0x2B, &line), short(0x03, word)];
        let bursts: Vec<Burst> = (1..6).map(burst).collect();
        let mut capture = capture(layer, &bursts, count);
        for (index, bit) in noise {
            let at = index.index(capture.pieces.len());
            match &mut capture.pieces[at].seen {
                Seen::Merged(bytes) | Seen::Samples { bytes, .. } => {
                    let at = index.index(bytes.len());
                    bytes[at] ^= 1 << bit;
                }
                Seen::Changes(_) => {}
                Seen::Lanes(lanes) => {
                    let lane = index.index(lanes.len());
                    let lane = &mut lanes[lane];
                    let at = index.index(lane.len().max(1));
                    if let Some(byte) = lane.get_mut(at) {
                        *byte ^= 1 << bit;
                    }
                }
            }
        }
        let whole = receive(&capture);
        let cut = receive(&capture.cut(&cuts));
        let differs = whole.events.iter().zip(&cut.events).any(|(whole, cut)| whole != cut);
        prop_assert!(!differs && whole.events.len() == cut.events.len(), "whole:\n{}\ncut:\n{}", whole.summary(), cut.summary());
    }
}
