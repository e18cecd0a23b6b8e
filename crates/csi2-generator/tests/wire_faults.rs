//! Faults of lanes: what a transmitter makes of them, and what is said to arrive.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;

use csi2_dphy::{Observation, TrailLevel, TransmitTiming, UnitInterval, WaveformSettings};
use csi2_generator::{LowPowerFault, TransmitLayer, TransmitSettings, Transmitter, WireFault, WireLink, WireView};
use proptest::prelude::*;

const RATE: u64 = 1_000_000_000;

/// A burst that has no pattern.
fn burst(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * i / 3 + 7 * i + 1) as u8).collect()
}

/// Bytes of all lanes in turn, until one has no more.
fn sent(bytes: &[u8], lanes: usize, faults: &[WireFault]) -> Vec<u8> {
    let mut link = Transmitter::new(TransmitSettings::new(TransmitLayer::Lanes, lanes, RATE));
    let mut merged = Vec::new();
    let done: Result<(), Infallible> = link.burst_with(bytes, faults, &mut |piece| {
        let Observation::Lanes(seen) = piece.seen else {
            panic!("{:?}", piece.seen)
        };
        while let Some(byte) = seen.lanes[merged.len() % lanes].get(merged.len() / lanes) {
            merged.push(*byte);
        }
        Ok(())
    });
    done.unwrap();
    merged
}

fn byte_faults() -> impl Strategy<Value = WireFault> {
    prop_oneof![
        (0..8u8, 0..8u8).prop_map(|(a, b)| WireFault::SwappedLanes { lanes: [a, b] }),
        (0..8u8).prop_map(|lane| WireFault::InvertedPair { lane }),
        (prop::option::of(0..8u8), 0..30u32).prop_map(|(lane, bytes)| WireFault::EarlyEnd { lane, bytes }),
        (0..8u8, 0..60u32, -8..=8i8).prop_map(|(lane, byte, bits)| WireFault::BitSlip { lane, byte, bits }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The transmitter moves bytes, the model bits.
    #[test]
    fn lane_bytes_are_those_that_arrive(fault in byte_faults(), length in 1..200usize, lanes in 1..=8usize) {
        let bytes = burst(length);
        let link = WireLink::new(WireView::Lanes, lanes, RATE);
        if let Some(arrival) = fault.received(&bytes, &link) {
            let arrived = arrival.bytes.unwrap();
            prop_assert_eq!(&sent(&bytes, lanes, &[fault]), &arrived);
            prop_assert!(arrival.reports.is_empty());
        }
    }
}

#[test]
fn a_layer_that_cannot_show_a_fault_says_nothing_of_it() {
    let faults = [
        WireFault::SyncBit { lane: 0, bit: 3 },
        WireFault::LostLane { lane: 1 },
        WireFault::Trail {
            lane: None,
            level: TrailLevel::Toggling,
        },
        WireFault::Deskew { ui: 1024 },
        WireFault::LowPower {
            lane: 0,
            fault: LowPowerFault::Turnaround,
        },
    ];
    let bytes = burst(60);
    for fault in faults {
        let received = |view| fault.received(&bytes, &WireLink::new(view, 4, RATE));
        assert_eq!(received(WireView::Packets), None, "{fault}");
        assert!(received(WireView::Pins).is_some(), "{fault}");
    }
    // Lanes that are not there, and numbers that make no fault.
    let link = WireLink::new(WireView::Pins, 2, RATE);
    let none = [
        WireFault::SyncBit { lane: 2, bit: 0 },
        WireFault::SyncBits { lane: 0, flips: 1 },
        WireFault::Skew { lane: 7, ui: 100 },
        WireFault::EarlyEnd {
            lane: Some(0),
            bytes: 31,
        },
        WireFault::BitSlip {
            lane: 0,
            byte: 4,
            bits: 0,
        },
        WireFault::Trail {
            lane: Some(0),
            level: TrailLevel::Inverse,
        },
        WireFault::LowPower {
            lane: 1,
            fault: LowPowerFault::CutData { bits: 16 },
        },
    ];
    for fault in none {
        assert_eq!(fault.received(&bytes, &link), None, "{fault}");
    }
}

#[test]
fn a_transmitter_knows_its_link() {
    let timing = TransmitTiming::for_rate(RATE);
    let waveform = WaveformSettings::new(1, UnitInterval::whole(4), timing);
    for (layer, view) in [
        (TransmitLayer::Packets, WireView::Packets),
        (TransmitLayer::Lanes, WireView::Lanes),
        (TransmitLayer::Pins(waveform), WireView::Pins),
        (
            TransmitLayer::Pins(WaveformSettings::new(1, UnitInterval::whole(1), timing)),
            WireView::HighSpeed,
        ),
    ] {
        let link = Transmitter::new(TransmitSettings::new(layer, 3, RATE)).link();
        assert_eq!((link.view, link.lanes, link.rate), (view, 3, RATE));
    }
}
