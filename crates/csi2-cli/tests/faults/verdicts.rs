//! Precision and recall.

use crate::judged::{Counts, expected, injected, reported};
use crate::streams::{Choices, ragged_stream, stream};
use csi2_generator::{Chance, FAULTS, FaultLayer, FaultRow, Order, Parameters};
use csi2_packet::VcExtension;

fn order(row: &'static FaultRow, chance: Chance) -> Order {
    Order {
        row,
        parameters: Parameters::none(),
        chance,
    }
}

fn rows() -> impl Iterator<Item = &'static FaultRow> {
    FAULTS.iter().filter(|row| row.layer == FaultLayer::Packet)
}

/// Streams of each test; more with CSI2_FAULT_STREAMS.
fn streams(usual: u64) -> u64 {
    std::env::var("CSI2_FAULT_STREAMS").map_or(usual, |streams| streams.parse().unwrap())
}

#[test]
fn streams_without_a_fault_have_no_finding() {
    for seed in 0..streams(400) {
        let stream = stream(seed);
        assert_eq!(reported(&stream, None), Counts::new(), "seed {seed}");
        assert_eq!(expected(&stream, None), Counts::new(), "seed {seed}");
    }
}

#[test]
fn one_fault_of_each_kind() {
    for row in rows() {
        let mut hits = 0;
        for seed in 0..streams(100) {
            let stream = stream(seed);
            let place = Choices(seed).below(stream.len() as u64 / 2 + 1);
            hits += compare(&stream, seed, &[order(row, Chance::At(vec![place]))]);
        }
        assert!(hits > 0, "{} hits nothing", row.name);
    }
}

#[test]
fn several_faults_at_once() {
    let all: Vec<_> = rows().collect();
    for seed in 0..streams(1000) {
        let mut choices = Choices(seed ^ 0xFA);
        let stream = if seed % 2 == 0 {
            stream(seed)
        } else {
            ragged_stream(seed)
        };
        let orders: Vec<Order> = (0..1 + choices.below(3))
            .map(|_| {
                let chance = match choices.below(3) {
                    0 => Chance::Each(choices.below(1 << 29)),
                    _ => Chance::At(vec![choices.below(stream.len() as u64)]),
                };
                order(choices.of(&all), chance)
            })
            .collect();
        compare(&stream, seed, &orders);
    }
}

/// Holds the analyzer to the judge; returns how many faults there were.
fn compare(stream: &[Vec<u8>], seed: u64, orders: &[Order]) -> usize {
    let (bursts, records) = injected(stream, seed, orders);
    let done = || {
        let told = records
            .iter()
            .map(|of| format!("\n  packet {} {}: {}", of.packet, of.row.name, of.what));
        told.collect::<String>()
    };
    let links = [None, Some(VcExtension::Extended), Some(VcExtension::ClassicFirst)];
    let vcx = links[seed as usize % links.len()];
    assert_eq!(
        reported(&bursts, vcx),
        expected(&bursts, vcx),
        "seed {seed}, reported and expected after:{}",
        done()
    );
    records.len()
}
