//! Corpora: what is in them, and the ports of a D-PHY as a test bench gets them.

use csi2_dphy::TrailLevel;
use csi2_generator::{Corpus, FAULTS, PpiReport, PpiTrace, WireFault, WireView};

/// Frame start 1.
const FRAME_START: [u8; 4] = [0x00, 0x01, 0x00, 0x1A];
/// RAW8 `AA BB CC`.
const LINE: [u8; 9] = [0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97];

/// The burst's words without idle ones, and its reports.
fn play(lanes: usize, trail: usize, burst: &[u8], wire: &[WireFault]) -> (Vec<String>, Vec<String>) {
    let mut trace = PpiTrace::default();
    trace.begin(7, lanes, trail);
    trace.burst(burst, wire);
    let (words, reports) = trace.end();
    let active = words.iter().filter(|word| word.ports.iter().any(|lane| lane.active));
    let reports = reports
        .iter()
        .filter(|report| !matches!(report, PpiReport::Stream { .. }));
    (
        active.map(ToString::to_string).collect(),
        reports.map(ToString::to_string).collect(),
    )
}

#[test]
fn a_burst_at_the_ports() {
    let (words, reports) = play(2, 1, &FRAME_START, &[]);
    // Sync, two bytes of each lane, and the inverse of each lane's last bit, which is zero on both.
    assert_eq!(
        words,
        [
            "0022_0000_0000_0600_0600",
            "0022_0000_0000_0301_0300",
            "0022_0000_0000_031a_0300",
            "0022_0000_0000_03ff_03ff",
        ]
    );
    assert_eq!(reports, ["00_00_00_00_0001_0000_00000000"]);
}

#[test]
fn a_stream_begins_with_a_reset() {
    let mut trace = PpiTrace::default();
    trace.begin(0x123, 3, 0);
    let (words, reports) = trace.end();
    assert_eq!(words[0].to_string(), "0033_0000_0000_0000_0000");
    assert!(
        words[1..]
            .iter()
            .all(|word| word.to_string() == "0032_0000_0000_0000_0000")
    );
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].to_string(), "ff_03_00_00_0000_0000_00000123");
}

#[test]
fn a_payload_is_told_by_its_crc_32() {
    let good = "01_00_00_2a_0003_0003_";
    for lanes in 1..=4 {
        let (_, reports) = play(lanes, 2, &LINE, &[]);
        assert_eq!(reports, [format!("{good}{CRC}")], "{lanes} lanes");
    }
    let mut bad = LINE;
    bad[8] ^= 0x80;
    assert_eq!(play(3, 0, &bad, &[]).1, [format!("01_04_00_2a_0003_0003_{CRC}")]);
    assert_eq!(play(1, 0, &LINE[..7], &[]).1, [format!("01_08_00_2a_0003_0003_{CRC}")]);
    assert_eq!(play(1, 0, &LINE[..3], &[]).1, ["02_08_00_00_0000_0003_00000000"]);
}

#[test]
fn faults_of_lanes_show() {
    let line = format!("01_00_00_2a_0003_0003_{CRC}");
    let sot = WireFault::SyncBit { lane: 1, bit: 3 };
    let (words, reports) = play(2, 0, &LINE, &[sot]);
    assert_eq!(words[0], "0022_0000_0000_0e00_0600");
    assert_eq!(reports, ["02_20_00_00_0002_0000_00000000", &line]);

    let inverted = WireFault::InvertedPair { lane: 0 };
    let (words, reports) = play(2, 0, &LINE, &[inverted]);
    assert_eq!(words[0], "0022_0000_0000_0600_1200");
    assert_eq!(words[1], "0022_0000_0000_0303_0200");
    assert_eq!(reports, ["02_40_00_00_0000_0000_00000000"]);

    let (_, reports) = play(3, 0, &LINE, &[WireFault::LostLane { lane: 2 }]);
    assert_eq!(reports, ["02_80_00_00_0004_0000_00000000"]);

    // Six byte clocks are permitted.
    let (words, reports) = play(2, 0, &LINE, &[WireFault::Skew { lane: 0, ui: 48 }]);
    assert_eq!(words[0], "0022_0000_0000_0600_0000");
    assert_eq!(words[6], "0022_0000_0000_03ff_0600");
    assert_eq!(reports, std::slice::from_ref(&line));
    let (_, reports) = play(2, 0, &LINE, &[WireFault::Skew { lane: 0, ui: 49 }]);
    assert_eq!(reports, ["02_80_00_00_0001_0000_00000000"]);

    // A lost bit: what follows comes a bit early, and the trail fills the last byte: 38 97 00 becomes 9C 4B.
    let slip = WireFault::BitSlip {
        lane: 0,
        byte: 7,
        bits: -1,
    };
    let (words, _) = play(1, 0, &LINE, &[slip]);
    assert_eq!(words[8..], ["0012_0000_0000_0000_039c", "0012_0000_0000_0000_034b"]);

    let trail = WireFault::Trail {
        lane: None,
        level: TrailLevel::High,
    };
    let (words, reports) = play(1, 2, &LINE, &[trail]);
    assert_eq!(words[10..], ["0012_0000_0000_0000_03ff", "0012_0000_0000_0000_03ff"]);
    assert_eq!(reports, [line]);
}

/// Of `AA BB CC`, by zlib.
const CRC: &str = "be4df84c";

#[test]
fn every_kind_has_its_stream() {
    let corpus = Corpus::new(3);
    let kinds = FAULTS.len() as u64;
    for (index, row) in (0..).zip(FAULTS) {
        let stream = corpus.stream(index);
        assert!(
            stream.records.iter().any(|record| record.row.name == row.name),
            "{}",
            row.name
        );
        assert_eq!(stream.index, index);
    }
    // And again, with streams between them that have no fault.
    let more = kinds..2 * kinds + kinds.div_ceil(7);
    let (with, without): (Vec<_>, Vec<_>) = more.partition(|index| Corpus::kind(*index).is_some());
    assert!(with.len() as u64 >= kinds && !without.is_empty());
    for index in without {
        let stream = corpus.stream(index);
        assert!(stream.records.is_empty());
        for view in [WireView::Packets, WireView::Lanes, WireView::Pins] {
            let verdict = stream.verdict(view).map(|verdict| verdict.findings().len());
            assert_eq!(verdict, Some(0), "{index} {view:?}");
        }
    }
}

#[test]
fn a_seed_is_a_corpus() {
    let bursts = |seed, index| Corpus::new(seed).stream(index).bursts;
    assert_eq!(bursts(5, 9), bursts(5, 9));
    assert_ne!(bursts(5, 9), bursts(6, 9));
    assert_ne!(bursts(5, 9), bursts(5, 9 + FAULTS.len() as u64));
    let all: Vec<_> = Corpus::new(5).streams(10).map(|stream| stream.bursts).collect();
    assert_eq!(all[9], bursts(5, 9));
}
