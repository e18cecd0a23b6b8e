//! ASAM CMP and TECMP frames, built field by field from the published layout.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{Burst, ErrorKind, Layer, OpenOptions, WireNote, create, open};
use csi2_dphy::Observation;

/// Frame start 1 and a RAW8 line of three pixels on virtual channel 0, as on the link.
const FRAME_START: [u8; 4] = [0x00, 0x01, 0x00, 0x1A];
const LINE: [u8; 9] = [0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97];

const ECC: u16 = 0x0008;
const CHECKSUM: u16 = 0x0040;

/// A classic pcap file of Ethernet frames.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![
        0xA1, 0xB2, 0x3C, 0x4D, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1,
    ];
    for frame in frames {
        file.extend([0; 8]);
        for _ in 0..2 {
            file.extend((frame.len() as u32).to_be_bytes());
        }
        file.extend(frame);
    }
    file
}

fn ethernet(tags: &[u8], body: &[u8]) -> Vec<u8> {
    [&[0x11; 12][..], tags, &[0x99, 0xFE], body].concat()
}

fn frame(sequence: u16, messages: &[u8]) -> Vec<u8> {
    let mut body = vec![1, 0, 0x12, 0x34, 1, 7];
    body.extend(sequence.to_be_bytes());
    body.extend(messages);
    ethernet(&[], &body)
}

/// A message of interface 9; `segment` as in the flags, 0 whole, 1 first, 2 middle, 3 last.
fn message(at: u64, segment: u8, payload_type: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = at.to_be_bytes().to_vec();
    bytes.extend(9u32.to_be_bytes());
    bytes.extend([segment << 2 | 0x02, payload_type]);
    bytes.extend((payload.len() as u16).to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn csi2(flags: u16, data_type: u8, channel: u8, ecc: u8, checksum: u16, word: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = flags.to_be_bytes().to_vec();
    bytes.extend([0, 0, 0, 5, 0, 6, data_type, channel, 0, ecc]);
    bytes.extend(checksum.to_be_bytes());
    bytes.extend(word.to_be_bytes());
    bytes.extend(data);
    bytes
}

fn line() -> Vec<u8> {
    csi2(ECC | CHECKSUM, 0x2A, 0, 0x16, 0x9738, 3, &[0xAA, 0xBB, 0xCC])
}

fn packets(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let reading = read("pcap", &pcap(frames)).unwrap();
    assert!(reading.error.is_none(), "{:?}", reading.error);
    reading
        .pieces
        .into_iter()
        .map(|mut piece| piece.bytes.remove(0))
        .collect()
}

#[test]
fn packets_come_back_as_they_were_on_the_link() {
    let start = csi2(ECC, 0x00, 0, 0x1A, 0, 1, &[]);
    let mut both = message(1_000, 0, 0x0C, &start);
    both.extend(message(2_000, 0, 0x0C, &line()));
    // Padding ends a frame, whatever it holds.
    both.extend([0; 40]);
    let reading = read("cmp", &pcap(&[frame(0, &both)])).unwrap();
    let pieces = reading.clean();
    assert_eq!(pieces.len(), 2);
    assert_eq!(
        (pieces[0].bytes[0].as_slice(), pieces[0].at),
        (&FRAME_START[..], Some(1_000))
    );
    assert_eq!((pieces[1].bytes[0].as_slice(), pieces[1].at), (&LINE[..], Some(2_000)));
    assert!(pieces.iter().all(|piece| piece.burst == Burst::WHOLE));

    // Messages of other kinds, and tags of virtual LANs, are passed over.
    let mut mixed = message(0, 0, 0x01, &[1, 2, 3]);
    mixed.extend(message(0, 0, 0x0C, &line()));
    let mut tagged = frame(1, &mixed);
    tagged.splice(12..12, [0x81, 0x00, 0x00, 0x05, 0x88, 0xA8, 0x00, 0x06]);
    assert_eq!(packets(&[tagged]), [LINE]);
}

#[test]
fn the_channel_extension_returns_to_the_ecc_byte() {
    // Frame start on virtual channel 4: the known answer is 00 01 00 67.
    let start = csi2(ECC, 0x00, 0x04, 0x27, 0, 1, &[]);
    assert_eq!(
        packets(&[frame(0, &message(0, 0, 0x0C, &start))]),
        [[0x00, 0x01, 0x00, 0x67]]
    );
    let absent = csi2(0, 0x00, 0x04, 0, 0, 1, &[]);
    assert_eq!(
        packets(&[frame(0, &message(0, 0, 0x0C, &absent))]),
        [[0x00, 0x01, 0x00, 0x67]]
    );
}

#[test]
fn what_the_module_does_not_tell_is_as_it_should_be() {
    let silent = csi2(0, 0x2A, 0, 0, 0, 3, &[0xAA, 0xBB, 0xCC]);
    assert_eq!(packets(&[frame(0, &message(0, 0, 0x0C, &silent))]), [LINE]);
    // It says that the checksum was wrong, but not which it was.
    let wrong = csi2(0x0001, 0x2A, 0, 0, 0, 3, &[0xAA, 0xBB, 0xCC]);
    let found = packets(&[frame(0, &message(0, 0, 0x0C, &wrong))]);
    assert_eq!(found[0][..7], LINE[..7]);
    assert_ne!(found[0][7..], LINE[7..]);
    // A wrong one that it tells is kept.
    let told = csi2(CHECKSUM | 0x0001, 0x2A, 0, 0, 0xBEEF, 3, &[0xAA, 0xBB, 0xCC]);
    assert_eq!(packets(&[frame(0, &message(0, 0, 0x0C, &told))])[0][7..], [0xEF, 0xBE]);
}

#[test]
fn segments_are_joined_and_lost_frames_counted() {
    let payload: Vec<u8> = (0..200).collect();
    let first = csi2(ECC | CHECKSUM, 0x2A, 0, 0x16, 0x1234, 200, &payload[..50]);
    let segments = [
        frame(u16::MAX, &message(5, 1, 0x0C, &first)),
        frame(0, &message(6, 2, 0x0C, &payload[50..120])),
        frame(1, &message(7, 3, 0x0C, &payload[120..])),
    ];
    let found = packets(&segments);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0][4..204], payload);
    assert_eq!(found[0][204..], [0x34, 0x12]);

    // The middle is lost: the packet is shorter than it says, and two frames are missing.
    let lost = [
        segments[0].clone(),
        frame(2, &message(7, 3, 0x0C, &payload[120..])),
        frame(3, &message(8, 0, 0x0C, &line())),
    ];
    let file = pcap(&lost);
    let mut reader = open(source("t", &file), &OpenOptions::default()).unwrap();
    let chunk = reader.next_chunk().unwrap().unwrap();
    let Observation::Merged(bytes) = chunk.seen else {
        panic!()
    };
    assert_eq!((bytes.len(), chunk.lost), (4 + 50 + 80, 2));
    assert_eq!(reader.next_chunk().unwrap().unwrap().lost, 0);

    // An end without a beginning is nothing; a beginning without an end is kept at the end of the file.
    let found = packets(&[segments[2].clone(), segments[0].clone()]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].len(), 4 + 50);
}

#[test]
fn an_endless_number_of_open_packets_is_bounded() {
    let first = csi2(0, 0x2A, 0, 0, 0, 1000, &[7; 10]);
    let frames: Vec<_> = (0..1000u32)
        .map(|interface| {
            let mut message = message(0, 1, 0x0C, &first);
            message[8..12].copy_from_slice(&interface.to_be_bytes());
            frame(interface as u16, &message)
        })
        .collect();
    let reading = read("pcap", &pcap(&frames)).unwrap();
    assert_eq!(reading.pieces.len(), 1000);
    assert_eq!(reading.pieces[3].link, 3);
}

#[test]
fn tecmp_is_named_and_read_where_the_user_knows_the_layout() {
    let mut body = vec![0, 0x12, 0, 1, 3, 3, 0x01, 0x02, 0, 0, 0, 3];
    for at in [40u64, 50] {
        body.extend(9u32.to_be_bytes());
        body.extend((at | 1 << 63).to_be_bytes());
        body.extend((2 + LINE.len() as u16).to_be_bytes());
        body.extend([0, 0, 0xEE, 0xEE]);
        body.extend(LINE);
    }
    let file = pcap(&[ethernet(&[], &body)]);
    let error = read("pcap", &file).unwrap().error.unwrap();
    assert!(matches!(error.kind, ErrorKind::Unsupported { .. }));
    let text = error.to_string();
    assert!(
        text.contains("MIPI-CSI2 L") && text.contains("--tecmp-offset"),
        "{text}"
    );

    let options = OpenOptions {
        tecmp_offset: Some(2),
        ..OpenOptions::default()
    };
    let mut reader = open(source("t", &file), &options).unwrap();
    for at in [40, 50] {
        let chunk = reader.next_chunk().unwrap().unwrap();
        assert_eq!(chunk.at, Some(at));
        assert!(matches!(chunk.seen, Observation::Merged(bytes) if bytes == LINE));
    }
    assert!(reader.next_chunk().unwrap().is_none());
}

#[test]
fn frames_of_nothing_known_are_refused_at_the_end() {
    let mut other = ethernet(&[], &[1, 2, 3]);
    other[12] = 0x08;
    let error = read("pcap", &pcap(&[other])).unwrap().error.unwrap().to_string();
    assert!(
        error.contains("1 Ethernet frames") && error.contains("editcap -T user0"),
        "{error}"
    );
}

#[test]
fn written_frames_read_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.pcapng");
    let long = {
        let payload: Vec<u8> = (0..5070u32).map(|index| (index * 7) as u8).collect();
        [&[0x2B, 0xCE, 0x13, 0x24][..], &payload, &[0x55, 0xAA]].concat()
    };
    let cut = LINE[..6].to_vec();
    // A word count with a bit wrong, and with two: the payload is all there.
    let damaged = |bits: u8| {
        let mut packet = LINE.to_vec();
        packet[1] ^= bits;
        packet
    };
    let sent = [
        FRAME_START.to_vec(),
        vec![0x00, 0x01, 0x00, 0x67],
        LINE.to_vec(),
        long,
        cut,
        damaged(0x01),
        damaged(0x80),
        damaged(0x03),
    ];
    let mut writer = create("cmp", &create_options(&path, Layer::Packets, 0)).unwrap();
    for (index, packet) in sent.iter().enumerate() {
        let seen = Observation::Merged(packet);
        writer
            .write(&seen, Burst::WHOLE, Some(1000 * index as u64), WireNote::default())
            .unwrap();
    }
    writer.finish().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(csi2_capture::detect(&bytes, "x").unwrap().name, "cmp");
    let pieces = read("cmp", &bytes).unwrap().clean();
    let found: Vec<_> = pieces.iter().map(|piece| piece.bytes[0].clone()).collect();
    assert_eq!(found, sent);
    assert_eq!(pieces[3].at, Some(3000));
}
