//! The diagnosis over streams that are made here, with an encoder of headers of its own.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use csi2_analyzer::diagnosis::{Diagnosis, Evidence, Facts, Witness, diagnose, receiver_words};
use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Input, Receiver, ReceiverConfig};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation};
use proptest::prelude::*;

/// Check bits by the parity groups of the published receivers: for each, the header bits it covers.
fn header(data_type: u8, word: u16) -> [u8; 4] {
    const GROUPS: [u32; 6] = [0xF1_2CB7, 0xF2_555B, 0x74_9A6D, 0xB8_E38E, 0xDF_03F0, 0xEF_FC00];
    let [low, high] = word.to_le_bytes();
    let bits = u32::from_le_bytes([data_type, low, high, 0]);
    let check = GROUPS
        .iter()
        .enumerate()
        .map(|(at, group)| ((bits & group).count_ones() & 1) << at);
    [data_type, low, high, check.sum::<u32>() as u8]
}

/// CRC-16 of polynomial 0x1021, least significant bit first, bit by bit.
fn checksum(payload: &[u8]) -> [u8; 2] {
    let mut register = 0xFFFF_u16;
    for byte in payload {
        for bit in 0..8 {
            let feedback = (register ^ u16::from(byte >> bit)) & 1 == 1;
            register = register >> 1 ^ if feedback { 0x8408 } else { 0 };
        }
    }
    register.to_le_bytes()
}

fn row(seed: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..40).map(|at| ((at * 7 + seed * 13) % 251) as u8).collect();
    [&header(0x2A, 40)[..], &payload, &checksum(&payload)].concat()
}

/// Frames of `rows` rows of 40 bytes.
fn frames(rows: &[usize]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for (number, rows) in (1..).zip(rows) {
        packets.push(header(0x00, number).to_vec());
        packets.extend((0..*rows).map(row));
        packets.push(header(0x01, number).to_vec());
    }
    packets
}

struct Bench {
    receiver: Receiver,
    analyzer: Analyzer,
    witness: Witness,
}

impl Bench {
    fn new(entry: Entry) -> Self {
        Self {
            receiver: Receiver::new(ReceiverConfig::new(entry)),
            analyzer: Analyzer::new(AnalyzerSettings::default()),
            witness: Witness::new(),
        }
    }

    fn push(&mut self, seen: Observation<'_>, offset: u64) {
        let mut input = Input {
            seen,
            starts: true,
            ends: true,
            offset,
            at: Some(offset * 10),
        };
        while let Some(received) = self.receiver.next(&mut input) {
            self.witness.push(&received);
            self.analyzer.push(&received);
            while let Some(finding) = self.analyzer.poll() {
                self.witness.finding(&finding);
            }
        }
    }

    fn finish(mut self, log: &str) -> Vec<Diagnosis> {
        while let Some(received) = self.receiver.finish() {
            self.witness.push(&received);
            self.analyzer.push(&received);
        }
        self.analyzer.finish();
        while let Some(finding) = self.analyzer.poll() {
            self.witness.finding(&finding);
        }
        let receiver = receiver_words(log);
        let facts = Facts {
            receiver: &receiver,
            ..Facts::new(self.analyzer.statistics())
        };
        diagnose(&Evidence::new(&self.witness, facts))
    }
}

/// Each packet a burst of merged bytes.
fn merged(packets: &[Vec<u8>], log: &str) -> Vec<Diagnosis> {
    let mut bench = Bench::new(Entry::Packets { framed: true });
    for (offset, packet) in (0..).zip(packets) {
        bench.push(Observation::Merged(packet), offset);
    }
    bench.finish(log)
}

/// Each packet a burst of lane bytes; `wires`: for each lane of the receiver, the lane of the link that it gets, inverted or
/// not.
fn lanes(packets: &[Vec<u8>], count: usize, wires: &[(usize, bool)]) -> Vec<Diagnosis> {
    let entry = Entry::Lanes {
        count: wires.len(),
        framed: true,
    };
    let mut bench = Bench::new(entry);
    for (offset, packet) in (0..).zip(packets) {
        let of = |(lane, inverted): &(usize, bool)| -> Vec<u8> {
            let bytes = packet.iter().skip(*lane).step_by(count);
            bytes.map(|byte| if *inverted { !byte } else { *byte }).collect()
        };
        let split: Vec<Vec<u8>> = wires.iter().map(of).collect();
        let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        lanes.iter_mut().zip(&split).for_each(|(lane, bytes)| *lane = bytes);
        let seen = LaneBytes {
            lanes,
            count: wires.len(),
        };
        bench.push(Observation::Lanes(seen), offset);
    }
    bench.finish("")
}

fn names(found: &[Diagnosis]) -> Vec<&'static str> {
    found.iter().map(|of| of.symptom.name).collect()
}

#[test]
fn nothing_is_wrong_with_what_is_right() {
    let packets = frames(&[4, 4, 4]);
    assert!(merged(&packets, "all is well").is_empty());
    assert!(lanes(&packets, 4, &[(0, false), (1, false), (2, false), (3, false)]).is_empty());
    // The recording stopped inside a row.
    let mut cut = frames(&[4, 4]);
    cut.truncate(9);
    cut[8].truncate(20);
    assert!(merged(&cut, "").is_empty());
}

#[test]
fn all_orders_of_lanes_are_found() {
    let packets = frames(&[3, 3, 3]);
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| *c != a && *c != b) {
                let order = [a, b, c, 6 - a - b - c];
                let found = lanes(&packets, 4, &order.map(|lane| (lane, false)));
                if order == [0, 1, 2, 3] {
                    assert!(found.is_empty());
                    continue;
                }
                assert_eq!(names(&found), ["lanes-swapped"], "{order:?}");
                let hint = found[0].hint.as_ref().unwrap();
                for (place, lane) in order.iter().enumerate().filter(|(place, lane)| place != *lane) {
                    assert!(
                        hint.contains(&format!("lane {lane} comes in on {place}")),
                        "{order:?}: {hint}"
                    );
                }
            }
        }
    }
}

#[test]
fn an_inverted_lane_is_named() {
    let packets = frames(&[3, 3, 3]);
    for lane in 0..4 {
        let wires: Vec<(usize, bool)> = (0..4).map(|of| (of, of == lane)).collect();
        let found = lanes(&packets, 4, &wires);
        assert_eq!(names(&found), ["polarity-crossed"], "lane {lane}");
        assert_eq!(found[0].lane, Some(csi2_dphy::Lane::Data(lane as u8)));
    }
}

#[test]
fn missing_lanes_are_no_swapped_ones() {
    let packets = frames(&[3, 3, 3]);
    for wires in [&[(0, false), (1, false)][..], &[(0, false)]] {
        assert_eq!(names(&lanes(&packets, 4, wires)), ["lanes-missing"], "{wires:?}");
    }
}

#[test]
fn consequences_are_not_told() {
    let mut packets = frames(&[4, 4, 4, 4]);
    packets[8].truncate(20);
    packets.remove(9);
    assert_eq!(names(&merged(&packets, "")), ["packet-short"]);
    // The same without the packet that was cut.
    let mut packets = frames(&[4, 4, 4, 4]);
    packets.drain(8..10);
    assert_eq!(names(&merged(&packets, "")), ["rows-missing"]);
}

#[test]
fn what_only_the_first_frame_has_is_start_up() {
    let damage = |frame: usize| {
        let mut packets = frames(&[4, 4, 4, 4]);
        packets[6 * frame + 1][20] ^= 0x80;
        packets[6 * frame + 2][30] ^= 0x40;
        packets
    };
    assert_eq!(names(&merged(&damage(0), "")), ["start-up"]);
    for frame in 1..4 {
        assert_eq!(names(&merged(&damage(frame), "")), ["payload-bits"], "frame {frame}");
    }
}

#[test]
fn the_words_of_receivers_go_with_what_is_seen() {
    let mut packets = frames(&[4, 4, 4]);
    packets[8][20] ^= 0x04;
    let found = merged(&packets, "tegra: PD CRC error\nrkcif: fifo overflow\n");
    assert_eq!(names(&found), ["payload-bits", "receiver-overflow"]);
    assert!(found[0].evidence.contains("\"pd crc\" once"), "{}", found[0].evidence);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn anything_may_come(
        bursts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..30),
        count in 0_usize..=8,
        log in ".{0,80}",
    ) {
        let found = if count == 0 {
            merged(&bursts, &log)
        } else {
            lanes(&bursts, count, &(0..count).map(|lane| (lane, lane % 3 == 1)).collect::<Vec<_>>())
        };
        for of in &found {
            prop_assert!(of.count > 0 && !of.evidence.is_empty(), "{}", of.symptom.name);
            // What explains another one is told in its place.
            let others = found.iter().filter(|other| other.symptom.explains.contains(&of.symptom.name));
            prop_assert_eq!(others.count(), 0, "{}", of.symptom.name);
        }
    }

    /// A single bit of damage anywhere is seen, and lanes are not blamed for being missing or swapped.
    #[test]
    fn one_wrong_bit_is_small_trouble(packet in 7_usize..17, bit in 0_usize..8 * 40) {
        let mut packets = frames(&[4, 4, 4]);
        let bits = 8 * packets[packet].len();
        packets[packet][bit % bits / 8] ^= 1 << (bit % 8);
        let found = names(&merged(&packets, ""));
        let small = ["header-bits", "payload-bits"];
        prop_assert!(!found.is_empty() && found.iter().all(|name| small.contains(name)), "{:?}", found);
    }
}

/// Pixels that look like line information now and then are no exposures.
#[test]
fn chance_is_no_line_information() {
    let mut packets = frames(&[0, 0]);
    for frame in [1, 0] {
        let rows = (0..64_u8).map(|row| {
            // RAW10: 0x241 or 0x242 in one row of four, else something else.
            let first = if row % 4 == 0 {
                [0x90, 1, 2, 3, 1 + row / 4 % 2]
            } else {
                [row, 1, 2, 3, 4]
            };
            let payload = [&first[..], &[row; 35]].concat();
            [&header(0x2B, 40)[..], &payload, &checksum(&payload)].concat()
        });
        let at = 1 + 2 * frame;
        packets.splice(at..at, rows);
    }
    assert!(merged(&packets, "").is_empty());
}
