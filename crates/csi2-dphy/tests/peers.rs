//! Streams of other people's transmitters, recorded in simulation. They are not part of this project: the tests read
//! them where they are present (`CSI2_PEERS` names the directory; `CSI2_REQUIRE_PEERS=1` makes their absence a failure).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use common::{Link, wire};
use csi2_dphy::{Change, LanePins, Level, PinEvent, PinMap, SotVerdict};
use std::collections::HashMap;
use std::path::PathBuf;

fn peer(path: &str) -> Option<String> {
    let root = std::env::var_os("CSI2_PEERS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures"));
    let text = std::fs::read_to_string(root.join(path)).ok();
    if text.is_none() {
        assert!(
            std::env::var("CSI2_REQUIRE_PEERS").as_deref() != Ok("1"),
            "{path} is missing"
        );
        eprintln!("skipped: {path} is not here");
    }
    text
}

/// Scalar wires only: all that these files have.
fn read_vcd(text: &str) -> (HashMap<String, u16>, Vec<Change>) {
    let (mut names, mut codes, mut changes, mut at) = (HashMap::new(), HashMap::new(), Vec::new(), 0);
    let mut tokens = text.split_whitespace();
    while let Some(token) = tokens.next() {
        if token == "$var" {
            let mut var = tokens.by_ref().skip(2);
            let (code, name) = (var.next().unwrap(), var.next().unwrap());
            let channel = names.len() as u16;
            names.insert(name.to_owned(), channel);
            codes.insert(code.to_owned(), channel);
        } else if let Some(time) = token.strip_prefix('#') {
            at = time.parse().unwrap();
        } else if let Some(channel) = token.get(1..).and_then(|code| codes.get(code)) {
            let level = match token.as_bytes()[0] {
                b'0' => Level::Low,
                b'1' => Level::High,
                _ => Level::Unknown,
            };
            changes.push(Change {
                at,
                channel: *channel,
                level,
            });
        }
    }
    (names, changes)
}

fn listen(text: &str, lanes: usize, cut: usize) -> common::Heard {
    let (names, changes) = read_vcd(text);
    let pair = |name: &str| LanePins {
        p: wire(names[&format!("{name}_p")].into()),
        n: wire(names[&format!("{name}_n")].into()),
        ..LanePins::default()
    };
    let mut map = PinMap {
        clock: Some(pair("clk")),
        count: lanes,
        ..PinMap::default()
    };
    for lane in 0..lanes {
        map.lanes[lane] = pair(&format!("data{lane}"));
    }
    let mut link = Link::new(&map, &[]);
    for piece in changes.chunks(cut) {
        link.changes(piece);
    }
    link.finish()
}

/// Starts and ends in turn, clean and without skew; nothing else.
fn assert_in_order(events: &[PinEvent], lanes: usize) {
    for pair in events.chunks(2) {
        match pair {
            [
                PinEvent::BurstStart {
                    sync, skew, at: start, ..
                },
                PinEvent::BurstEnd { at: end },
            ] => {
                assert!(sync[..lanes].iter().all(|verdict| *verdict == SotVerdict::Clean));
                assert!(skew.iter().all(|skew| *skew == 0));
                assert!(start < end);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_transmitter_that_drives_boards() {
    let Some(vcd) = peer("tx-videogpu-2lane-raw10/lanes_2lane_raw10_2592x4_400Mbps.vcd") else {
        return;
    };
    let Some(listing) = peer("tx-videogpu-2lane-raw10/lane_bytes.txt") else {
        return;
    };
    // Each burst as the transmitter's lanes carried it: sync bytes first, trail bytes last.
    let mut expected: Vec<Vec<u8>> = Vec::new();
    let mut burst = Vec::new();
    for line in listing.lines() {
        if line == "-" {
            expected.push(core::mem::take(&mut burst));
            continue;
        }
        burst.extend(line.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()));
    }
    expected.extend((!burst.is_empty()).then_some(burst));

    for cut in [usize::MAX, 1, 7, 4096] {
        let heard = listen(&vcd, 2, cut);
        assert_in_order(&heard.events, 2);
        assert_eq!(heard.bursts.len(), expected.len());
        for (heard, expected) in heard.bursts.iter().zip(&expected) {
            let sent = expected.strip_prefix(&[0xB8, 0xB8]).unwrap();
            // The listing may stop a trail byte early or late; the packets are within.
            let common = heard.len().min(sent.len());
            assert!(
                sent.len() - common <= 4 && heard.len() - common <= 4,
                "{} {}",
                heard.len(),
                sent.len()
            );
            assert_eq!(&heard[..common], &sent[..common]);
        }
        assert_eq!(heard.bursts[0][..4], [0x00, 0x01, 0x00, 0x1A]);
        // 400 Mb/s in picoseconds.
        assert!((heard.unit_interval.unwrap() - 2500.0).abs() < 1e-6);
    }
}

#[test]
fn a_cocotb_transmitter() {
    let raw10: &[u8] = &[0x2B, 0x14, 0x00, 0x04];
    let long: Vec<u8> = [0x2A, 0x20, 0x00, 0x30]
        .into_iter()
        .chain(0..0x20)
        .chain([0xF0, 0x01])
        .collect();
    // Planes of 64, 16 and 16 bytes, and their sum.
    let planes = (0..0x40).chain(0..0x10).chain(0..0x10);
    let yuv420: Vec<u8> = [0x18, 0x60, 0x00, 0x2C]
        .into_iter()
        .chain(planes)
        .chain([0xD0, 0x08])
        .collect();
    let planes = (0..0x40).chain(0..0x20).chain(0..0x20);
    let yuv422: Vec<u8> = [0x1E, 0x80, 0x00, 0x10]
        .into_iter()
        .chain(planes)
        .chain([0xC0, 0x0B])
        .collect();
    let cases: [(&str, usize, &[u8]); 11] = [
        ("frame_end", 1, &[0x01, 0x01, 0x00, 0x05]),
        ("frame_start", 1, &[0x00, 0x01, 0x00, 0x31]),
        ("frame_start_2lane", 2, &[0x00, 0x01, 0x00, 0x31]),
        ("frame_start_4lane", 4, &[0x00, 0x01, 0x00, 0x31]),
        ("long_packet", 1, &long),
        ("long_packet_raw16_1lane", 1, &[0x2E, 0x20, 0x00, 0x05]),
        ("long_packet_raw16_4lane", 4, &[0x2E, 0x20, 0x00, 0x05]),
        ("long_packet_yuv420_1lane", 1, &yuv420),
        ("long_packet_yuv422_1lane", 1, &yuv422),
        ("long_packet_yuv422_4lane", 4, &yuv422),
        ("long_pakcet_raw10_4lane", 4, raw10),
    ];
    for (name, lanes, sent) in cases {
        let Some(vcd) = peer(&format!("vcd-sigrok-stonelyd/test_csi2_{name}_500ps.vcd")) else {
            return;
        };
        let heard = listen(&vcd, lanes, 5);
        assert_eq!(heard.bursts.len(), 1, "{name}: {:?}", heard.events);
        // Its trail is always zeros, not the inverse of the last bit: reported on each lane that ends with a zero.
        for event in &heard.events {
            match event {
                PinEvent::BurstStart { .. } | PinEvent::BurstEnd { .. } => {}
                PinEvent::EotError { lane, .. } => {
                    let last = *sent.iter().skip(usize::from(*lane)).step_by(lanes).next_back().unwrap();
                    assert!(last < 0x80 || sent.len() < 6, "{name}: {event:?}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        assert!(heard.bursts[0].starts_with(sent), "{name}: {:02x?}", heard.bursts[0]);
    }
}
