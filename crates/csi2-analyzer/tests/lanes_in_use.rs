//! Wires of a link whose number of lanes changes between frames. Levels are drawn here, a unit interval at a time.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

#[path = "rules/wire.rs"]
mod wire;

use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Finding, Input, LinkEvent, Receiver, ReceiverConfig, Severity};
use csi2_dphy::{Observation, PinMap, Samples};
use csi2_packet::PacketEvent;
use wire::{EMBEDDED, Link, RAW8, RAW10, count, link};

/// Levels of a clock pair and of four lanes, P below N: two samples a unit interval, after which the clock has its edge.
#[derive(Default)]
struct Wires {
    samples: Vec<u16>,
    clock: bool,
}

const LANES: usize = 4;
const LP11: u16 = 0b11;
const LP01: u16 = 0b10;
const LP00: u16 = 0b00;

impl Wires {
    fn interval(&mut self, lanes: [u16; LANES]) {
        let data = lanes.iter().rev().fold(0, |word, pair| word << 2 | pair) << 2;
        let word = data | if self.clock { 0b01 } else { 0b10 };
        self.samples.extend([word; 2]);
        self.clock = !self.clock;
    }

    fn states(&mut self, state: u16, lanes: &[usize], intervals: usize) {
        for _ in 0..intervals {
            let mut all = [LP11; LANES];
            lanes.iter().for_each(|lane| all[*lane] = state);
            self.interval(all);
        }
    }

    /// A burst over `lanes` lanes, of which only those of `shown` are to be seen.
    fn burst(&mut self, bytes: &[u8], lanes: usize, shown: &[usize]) {
        for (state, intervals) in [(LP11, 60), (LP01, 30), (LP00, 30), (LP01, 40)] {
            self.states(state, shown, intervals);
        }
        let columns: Vec<Vec<u8>> = (0..lanes)
            .map(|lane| {
                std::iter::once(0xB8)
                    .chain(bytes.iter().skip(lane).step_by(lanes).copied())
                    .collect()
            })
            .collect();
        let longest = columns.iter().map(Vec::len).max().unwrap() * 8;
        for bit in 0..longest + 24 {
            let mut all = [LP11; LANES];
            for lane in shown {
                let level = |bit: usize| columns[*lane].get(bit / 8).map(|byte| byte >> (bit % 8) & 1);
                let trail = 1 - (columns[*lane].last().unwrap() >> 7);
                all[*lane] = if level(bit).unwrap_or(trail) == 1 { 0b01 } else { 0b10 };
            }
            self.interval(all);
        }
        self.states(LP11, &[], 30);
    }

    fn send(&mut self, packets: &Link, lanes: usize) {
        let shown: Vec<usize> = (0..lanes).collect();
        packets
            .packets
            .iter()
            .for_each(|packet| self.burst(packet, lanes, &shown));
    }
}

struct Heard {
    findings: Vec<Finding>,
    /// Lanes of each burst.
    lanes: Vec<u8>,
    headers: Vec<[u8; 4]>,
    checksums: u64,
}

impl Heard {
    fn messages(&self) -> Vec<String> {
        self.findings
            .iter()
            .map(|of| format!("{} {of}", of.code.name()))
            .collect()
    }
}

fn hear(wires: &Wires, cut: usize) -> Heard {
    let mut receiver = Receiver::new(ReceiverConfig::new(Entry::pins(PinMap::pairs(LANES))));
    let mut analyzer = Analyzer::new(AnalyzerSettings::default());
    let mut heard = Heard {
        findings: Vec::new(),
        lanes: Vec::new(),
        headers: Vec::new(),
        checksums: 0,
    };
    let bytes: Vec<u8> = wires.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut first = 0;
    let mut take = |received: &csi2_analyzer::Received<'_>| {
        match received.event {
            LinkEvent::BurstStart(info) => heard.lanes.push(info.lanes),
            LinkEvent::Packet(PacketEvent::Short(of) | PacketEvent::LongStart(of)) => heard.headers.push(of.wire),
            _ => {}
        }
        analyzer.push(received);
        heard.findings.extend(std::iter::from_fn(|| analyzer.poll()));
    };
    for piece in bytes.chunks(2 * cut) {
        let samples = Samples {
            first,
            unit: 2,
            bytes: piece,
        };
        first += (piece.len() / 2) as u64;
        let mut input = Input {
            seen: Observation::Samples(samples),
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            take(&received);
        }
    }
    while let Some(received) = receiver.finish() {
        take(&received);
    }
    analyzer.finish();
    heard.findings.extend(std::iter::from_fn(|| analyzer.poll()));
    heard.checksums = analyzer.statistics().checksum_errors;
    heard
}

/// Two frames; the numbers of their FS begin with `number`.
fn frames(number: u16) -> Link {
    link(|l| {
        for number in [number, number + 1] {
            l.fs(number)
                .lines(EMBEDDED, &[9])
                .lines(RAW10, &[40, 40, 40])
                .fe(number);
        }
    })
}

fn headers(of: &[&Link]) -> Vec<[u8; 4]> {
    let packets = of.iter().flat_map(|link| &link.packets);
    packets.map(|packet| packet[..4].try_into().unwrap()).collect()
}

#[test]
fn the_number_of_lanes_is_followed() {
    for (first, second) in [(4, 2), (4, 1), (4, 3), (2, 4), (1, 4), (2, 1), (1, 2), (3, 2)] {
        let (before, after, back) = (frames(1), frames(3), frames(5));
        let mut wires = Wires::default();
        wires.send(&before, first);
        wires.send(&after, second);
        wires.send(&back, first);
        for cut in [1, 333, usize::MAX / 2] {
            let heard = hear(&wires, cut.min(wires.samples.len()));
            let told = |lanes: usize| format!("{lanes} lane{}", if lanes == 1 { "" } else { "s" });
            let expected = [(first, second), (second, first)]
                .map(|(from, to)| format!("MODE_CHANGE {} -> {}", told(from), told(to)));
            assert_eq!(heard.messages(), expected, "{first} {second} {cut}");
            assert_eq!(heard.headers, headers(&[&before, &after, &back]), "{first} {second}");
            let lanes = [first, second, first].map(|lanes| [lanes as u8; 12]).concat();
            assert_eq!(heard.lanes, lanes);
        }
    }
}

#[test]
fn other_modes_change_with_it() {
    let (before, after) = (
        frames(1),
        link(|l| {
            for number in 3..6 {
                l.fs(number).lines(RAW8, &[16, 16]).fe(number);
            }
        }),
    );
    let mut wires = Wires::default();
    wires.send(&before, 4);
    wires.send(&after, 2);
    let expected = ["MODE_CHANGE 4 lanes -> 2 lanes", "MODE_CHANGE 32x3 RAW10 -> 16x2 RAW8"];
    assert_eq!(hear(&wires, 500).messages(), expected);
}

#[test]
fn lanes_that_are_missing_are_no_mode() {
    let packets = frames(1);
    // Each packet in turn has lost lanes, the first frame start too.
    for (index, kept) in (0..packets.packets.len()).flat_map(|index| (1..4).map(move |kept| (index, kept))) {
        let mut wires = Wires::default();
        for (at, packet) in packets.packets.iter().enumerate() {
            let shown: Vec<usize> = (0..if at == index { kept } else { 4 }).collect();
            wires.burst(packet, 4, &shown);
        }
        let heard = hear(&wires, 1000);
        let counts = count(&heard.findings);
        let missing = counts.iter().find(|(name, _, _)| *name == "LANE_ALIGN_ERR");
        assert_eq!(
            missing,
            Some(&("LANE_ALIGN_ERR", Severity::Error, 4 - kept)),
            "{index}: {counts:?}"
        );
        assert!(heard.lanes.iter().all(|lanes| *lanes == 4), "{index} {kept}");
        assert!(!counts.iter().any(|(name, _, _)| *name == "MODE_CHANGE"), "{counts:?}");
    }
}

#[test]
fn no_number_of_a_frame_makes_a_mode_of_missing_lanes() {
    for channel in [0, 1, 2, 3, 5, 15] {
        for number in (0..=u16::MAX).step_by(97) {
            let packets = link(|l| _ = l.vc(channel).fs(number).fe(number));
            let mut wires = Wires::default();
            wires.burst(&packets.packets[0], 4, &[0, 1]);
            let heard = hear(&wires, 10_000);
            assert!(heard.lanes.is_empty(), "{channel} {number}: {:?}", heard.messages());
        }
    }
}

#[test]
fn a_lane_that_stays_away_is_missing() {
    let packets = frames(1);
    let mut wires = Wires::default();
    wires.send(&packets, 4);
    packets
        .packets
        .iter()
        .for_each(|packet| wires.burst(packet, 4, &[0, 1, 2]));
    let heard = hear(&wires, 1000);
    let missing = count(&heard.findings)
        .into_iter()
        .find(|(name, _, _)| *name == "LANE_ALIGN_ERR");
    assert_eq!(missing, Some(("LANE_ALIGN_ERR", Severity::Error, 12)));
}
