//! Where events say they were.

use crate::harness::*;
use csi2_analyzer::Span;

fn bursts() -> Vec<Burst> {
    vec![
        vec![short(0x00, 1)],
        vec![long(0x2A, &[1; 30]), short(0x02, 7), long(0x2A, &[2; 31])],
        vec![long(0x2A, &[3; 32])],
        vec![short(0x01, 1)],
    ]
}

/// Spans of packets, in order.
fn starts(log: &Log) -> Vec<Span> {
    let is_start = |event: &Event| matches!(event, Event::Short(_) | Event::Long(_));
    log.events
        .iter()
        .filter(|(event, _)| is_start(event))
        .map(|(_, span)| *span)
        .collect()
}

/// Spans of the events that end packets.
fn ends(log: &Log) -> Vec<Span> {
    let is_end = |event: &Event| matches!(event, Event::Short(_) | Event::End(_));
    log.events
        .iter()
        .filter(|(event, _)| is_end(event))
        .map(|(_, span)| *span)
        .collect()
}

#[test]
fn packets_of_records_are_found_in_the_file() {
    let bursts = bursts();
    let whole = capture(Layer::Packets, &bursts, 1);
    let mut wanted = Vec::new();
    for (piece, burst) in whole.pieces.iter().zip(&bursts) {
        let mut offset = piece.offset;
        for packet in burst {
            wanted.push((offset, piece.at));
            offset += packet.len() as u64;
        }
    }
    for cuts in [&[1000][..], &[1], &[2, 3], &[7, 1, 1, 20]] {
        let got: Vec<_> = starts(&receive(&whole.cut(cuts)))
            .iter()
            .map(|span| (span.offset, span.at))
            .collect();
        assert_eq!(got, wanted, "cut {cuts:?}");
    }
}

#[test]
fn raw_packets_are_found_in_the_file() {
    let packets = bursts().concat();
    let wanted: Vec<u64> = packets
        .iter()
        .scan(0, |offset, packet| {
            *offset += packet.len() as u64;
            Some(*offset - packet.len() as u64)
        })
        .collect();
    for cuts in [&[1000][..], &[1], &[3, 2], &[40, 1]] {
        let capture = capture(Layer::RawPackets, &bursts(), 1).cut(cuts);
        let got: Vec<u64> = starts(&receive(&capture)).iter().map(|span| span.offset).collect();
        assert_eq!(got, wanted, "cut {cuts:?}");
    }
}

#[test]
fn packets_of_lane_files_are_found_in_the_file_of_their_first_lane() {
    for count in LANES {
        // Bare files: lane 0 carries the first byte of each packet.
        let mut at = 0;
        let wanted: Vec<u64> = bursts()
            .concat()
            .iter()
            .map(|packet| {
                at += packet.len().div_ceil(count) as u64;
                at - packet.len().div_ceil(count) as u64
            })
            .collect();
        for cuts in [&[1000][..], &[1], &[5, 2]] {
            let got: Vec<u64> = starts(&receive(&capture(Layer::BareFiles, &bursts(), count).cut(cuts)))
                .iter()
                .map(|s| s.offset)
                .collect();
            assert_eq!(got, wanted, "{count} lanes");
        }
        // Marked files: two idle rows, then bursts with a sync byte, and a row for each byte of the longest lane.
        let mut at = 2;
        let mut wanted = Vec::new();
        for burst in bursts() {
            let mut position = 0;
            for packet in &burst {
                wanted.push(at + 1 + (position / count) as u64);
                position += packet.len();
            }
            at += dress(&burst.concat(), count, &[], 2)[0].len() as u64;
        }
        let log = receive(&capture(Layer::MarkedFiles, &bursts(), count));
        assert_eq!(
            starts(&log).iter().map(|span| span.offset).collect::<Vec<_>>(),
            wanted,
            "{count} lanes"
        );
    }
}

/// Index of the first sample after each sync byte of lane 0, one sample a bit: found in the samples by hand.
fn first_bits(capture: &Capture) -> Vec<u64> {
    let mut bits = String::new();
    for piece in &capture.pieces {
        if let Seen::Samples { bytes, .. } = &piece.seen {
            bits.extend(bytes.iter().map(|byte| if byte & 1 == 1 { '1' } else { '0' }));
        }
    }
    let entry = format!("1{}00011101", "0".repeat(30));
    let tail = "0".repeat(30) + "00011101";
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = bits[from..].find(&tail) {
        let at = from + at;
        // The zeros go on back to a stop state.
        assert!(bits[..at + 30].trim_end_matches('0').ends_with("1111"), "{entry}");
        found.push((at + tail.len()) as u64);
        from = at + tail.len();
    }
    found
}

#[test]
fn packets_of_wires_are_found_in_time() {
    let bursts: Vec<Burst> = bursts();
    for count in LANES {
        let single = capture(Layer::SingleEnded, &bursts, count);
        let first = first_bits(&single);
        assert_eq!(first.len(), bursts.len());
        let mut wanted = Vec::new();
        for (burst, first) in bursts.iter().zip(first) {
            let mut position = 0;
            for packet in burst {
                let start = first + 8 * (position / count) as u64;
                position += packet.len();
                wanted.push((start, first + 8 * position.div_ceil(count) as u64));
            }
        }
        for cuts in [&[1 << 20][..], &[1], &[13, 50]] {
            let log = receive(&single.cut(cuts));
            let got: Vec<_> = starts(&log)
                .iter()
                .zip(ends(&log))
                .map(|(a, b)| (a.offset, b.until.unwrap()))
                .collect();
            assert_eq!(got, wanted, "{count} lanes, cut {cuts:?}");
            assert!(starts(&log).iter().all(|span| span.at == Some(span.offset)));
        }
        // Four samples a bit: the same instants, four times as late.
        let log = receive(&capture(Layer::Pairs, &bursts, count));
        let got: Vec<_> = starts(&log)
            .iter()
            .zip(ends(&log))
            .map(|(a, b)| (a.offset, b.until.unwrap()))
            .collect();
        for ((start, until), (wanted_start, wanted_until)) in got.iter().zip(&wanted) {
            assert!(start.abs_diff(wanted_start * 4) <= 4, "{start} {wanted_start}");
            assert!(until.abs_diff(wanted_until * 4) <= 4, "{until} {wanted_until}");
        }
    }
}
