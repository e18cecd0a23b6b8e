//! What a writer stores, its reader gives back.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{Burst, Layer, OpenOptions, WireNote, create};
use csi2_dphy::{Observation, Timebase};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::tempdir;

fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 2..200), 0..12)
}

/// What lanes-text keeps of a burst: lanes whose lengths are not those of bytes dealt out in turn are silent after their data.
fn in_text(burst: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut dealt = vec![0; burst.len()];
    (0..burst.iter().map(Vec::len).sum()).for_each(|byte: usize| dealt[byte % burst.len()] += 1);
    if burst.iter().map(Vec::len).eq(dealt) {
        return on_the_wire(burst);
    }
    let lane = |data: &Vec<u8>| {
        if data.is_empty() {
            vec![]
        } else {
            [&[0xB8], data.as_slice()].concat()
        }
    };
    burst.iter().map(lane).collect()
}

fn lanes() -> impl Strategy<Value = (usize, Vec<Vec<Vec<u8>>>)> {
    (1usize..=8).prop_flat_map(|count| (Just(count), vec(vec(vec(any::<u8>(), 0..50), count), 1..8)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packets_as_records_keep_bounds_and_times(packets in packets(), start in 0..4_000_000_000_000_000_000u64) {
        let directory = tempdir().unwrap();
        for format in ["pcapng", "pcap"] {
            let path = directory.path().join("x").with_extension(format);
            write_packets(format, &path, &packets, start);
            let reading = read_file(&path, &OpenOptions::default());
            prop_assert_eq!(reading.info.format, format);
            prop_assert!(reading.info.framed);
            prop_assert_eq!(reading.info.timebase, Some(Timebase::NANOSECONDS));
            prop_assert_eq!(reading.info.total_bytes, Some(path.metadata().unwrap().len()));
            let file = std::fs::read(&path).unwrap();
            let pieces = reading.clean();
            prop_assert_eq!(pieces.len(), packets.len());
            for (index, (piece, packet)) in pieces.iter().zip(&packets).enumerate() {
                prop_assert_eq!(&piece.bytes[0], packet);
                prop_assert_eq!(piece.at, Some(start + index as u64));
                prop_assert_eq!(piece.burst, Burst::WHOLE);
                prop_assert_eq!(piece.link, 0);
                // The offset is where a hex editor shows the packet.
                prop_assert!(file[piece.offset as usize..].starts_with(packet));
            }
        }
    }

    #[test]
    fn packets_as_lines_keep_bounds(packets in packets()) {
        let directory = tempdir().unwrap();
        for (format, extension) in [("hex", "hex"), ("readmemh", "mem")] {
            let path = directory.path().join("x").with_extension(extension);
            write_packets(format, &path, &packets, 7);
            let reading = read_file(&path, &OpenOptions::default());
            if !packets.is_empty() {
                prop_assert!(reading.info.framed);
            }
            prop_assert_eq!(reading.info.format, format);
            let bursts: Vec<Vec<u8>> = reading.bursts().into_iter().map(|mut burst| burst.remove(0)).collect();
            prop_assert_eq!(&bursts, &packets);
        }
    }

    #[test]
    fn raw_packets_keep_bytes(packets in packets()) {
        let directory = tempdir().unwrap();
        let path = directory.path().join("x.csi2");
        write_packets("packets", &path, &packets, 0);
        prop_assert_eq!(std::fs::read(&path).unwrap(), packets.concat());
        let reading = read_file(&path, &options("packets"));
        prop_assert!(!reading.info.framed);
        prop_assert_eq!(reading.info.timebase, None);
        let mut bytes = Vec::new();
        for piece in reading.clean() {
            prop_assert_eq!(piece.offset, bytes.len() as u64);
            prop_assert_eq!(piece.burst, Burst::WITHIN);
            bytes.extend_from_slice(&piece.bytes[0]);
        }
        prop_assert_eq!(bytes, packets.concat());
    }

    #[test]
    fn lanes_keep_what_was_on_the_wire((count, bursts) in lanes()) {
        let directory = tempdir().unwrap();
        let wire: Vec<Vec<Vec<u8>>> = bursts.iter().map(|burst| on_the_wire(burst)).collect();
        for (format, extension) in [("lanes-text", "lanes"), ("readmemh", "mem")] {
            let path = directory.path().join("x").with_extension(extension);
            write_lanes(format, &path, count, &bursts);
            let reading = read_file(&path, &OpenOptions::default());
            prop_assert_eq!(reading.info.format, format);
            prop_assert_eq!(reading.info.layer, Layer::Lanes);
            prop_assert_eq!(reading.info.lanes, Some(count));
            let text: Vec<Vec<Vec<u8>>> = bursts.iter().map(|burst| in_text(burst)).collect();
            let expected = if format == "lanes-text" { &text } else { &wire };
            prop_assert_eq!(&reading.bursts(), expected);
        }

        let path = directory.path().join("x.y");
        write_lanes("lanes", &path, count, &bursts);
        for given in 0..=count {
            // Any of the files names the capture, and so does their common name.
            let given = if given == count { path.clone() } else { directory.path().join(format!("x.y.lane{given}")) };
            let reading = read_file(&given, &OpenOptions::default());
            prop_assert_eq!(reading.info.lanes, Some(count));
            let mut lanes = vec![Vec::new(); count];
            for piece in reading.clean() {
                lanes.iter_mut().zip(piece.bytes).for_each(|(lane, bytes)| lane.extend(bytes));
            }
            for (lane, bytes) in lanes.iter().enumerate() {
                let sent: Vec<u8> = wire.iter().flat_map(|burst| burst[lane].clone()).collect();
                prop_assert_eq!(bytes, &sent);
            }
        }
    }
}

#[test]
fn bursts_longer_than_a_chunk_keep_their_bounds() {
    let directory = tempdir().unwrap();
    let long: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
    let packets = vec![
        long[..65_536].to_vec(),
        long.clone(),
        vec![1, 2],
        long[..65_537].to_vec(),
    ];
    let path = directory.path().join("x.mem");
    write_packets("readmemh", &path, &packets, 0);
    let reading = read_file(&path, &OpenOptions::default());
    assert!(reading.pieces.len() > 4 && reading.pieces.iter().all(|piece| piece.bytes[0].len() <= 65_536));
    let bursts: Vec<Vec<u8>> = reading.bursts().into_iter().flatten().collect();
    assert_eq!(bursts, packets);

    let lanes: Vec<Vec<Vec<u8>>> = packets
        .iter()
        .map(|packet| vec![packet.clone(), packet.clone()])
        .collect();
    let path = directory.path().join("x.lanes");
    write_lanes("lanes-text", &path, 2, &lanes);
    let reading = read_file(&path, &OpenOptions::default());
    assert!(reading.pieces.len() > 4);
    let wire: Vec<Vec<Vec<u8>>> = lanes.iter().map(|burst| on_the_wire(burst)).collect();
    assert_eq!(reading.bursts(), wire);
}

#[test]
fn times_are_converted_to_nanoseconds() {
    let directory = tempdir().unwrap();
    for format in ["pcapng", "pcap"] {
        let path = directory.path().join(format);
        let mut options = create_options(&path, Layer::Packets, 0);
        options.timebase = Timebase::from_hertz(400_000_000);
        let mut writer = create(format, &options).unwrap();
        for at in [Some(3), Some(4_000_000_001), None] {
            writer
                .write(&Observation::Merged(&[1; 4]), Burst::WHOLE, at, WireNote::default())
                .unwrap();
        }
        writer.finish().unwrap();
        let times: Vec<_> = read_file(&path, &OpenOptions::default())
            .clean()
            .iter()
            .map(|piece| piece.at)
            .collect();
        assert_eq!(times, [Some(7), Some(10_000_000_002), Some(0)], "{format}");
    }
}

#[test]
fn notes_on_packets_stay_with_the_packet() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("x.hex");
    let mut writer = packets_writer("hex", &path);
    let note = WireNote {
        comment: Some("ECC: corrected\nbit 5"),
        checksum_error: true,
    };
    writer
        .write(
            &Observation::Merged(&[0x00, 0x01, 0x00, 0x1A]),
            Burst::WHOLE,
            None,
            note,
        )
        .unwrap();
    writer.finish().unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "0001001a # ECC: corrected bit 5\n"
    );
    assert_eq!(
        read_file(&path, &OpenOptions::default()).bursts(),
        [[[0x00, 0x01, 0x00, 0x1A]]]
    );

    // A comment longer than its length field can say is cut, in whole characters.
    let path = directory.path().join("x.pcapng");
    let long = "\u{b5}".repeat(40_000);
    for comment in [&long, &format!("x{long}")] {
        let mut writer = packets_writer("pcapng", &path);
        let note = WireNote {
            comment: Some(comment),
            checksum_error: false,
        };
        writer
            .write(&Observation::Merged(&[1; 4]), Burst::WHOLE, None, note)
            .unwrap();
        writer.finish().unwrap();
        assert_eq!(read_file(&path, &OpenOptions::default()).clean().len(), 1);
    }
}

#[test]
fn what_a_file_cannot_hold_is_refused_and_leaves_nothing() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("x");
    let packet = Observation::Merged(&[1; 4]);
    let piece = Burst {
        starts: true,
        ends: false,
    };
    for format in ["pcapng", "pcap", "hex", "readmemh"] {
        let mut writer = packets_writer(format, &path);
        let error = writer.write(&packet, piece, None, WireNote::default()).unwrap_err();
        assert!(error.to_string().contains("whole"), "{error}");
        let lanes = Observation::Lanes(csi2_dphy::LaneBytes {
            lanes: [&[]; 8],
            count: 1,
        });
        assert!(writer.write(&lanes, Burst::WHOLE, None, WireNote::default()).is_err());
    }
    let mut pcap = packets_writer("pcap", &path);
    let late = Some(u64::from(u32::MAX) * 1_000_000_000 + 1_000_000_000);
    assert!(pcap.write(&packet, Burst::WHOLE, late, WireNote::default()).is_err());
    drop(pcap);
    for format in ["pcapng", "pcap"] {
        let mut writer = packets_writer(format, &path);
        let huge = vec![0; 262_145];
        assert!(
            writer
                .write(&Observation::Merged(&huge), Burst::WHOLE, None, WireNote::default())
                .is_err()
        );
        let mut ethernet = create_options(&path, Layer::Packets, 0);
        ethernet.link_type = 1;
        let error = create(format, &ethernet).err().unwrap();
        assert!(error.to_string().contains("147"), "{error}");
    }
    for format in ["lanes", "lanes-text", "readmemh"] {
        for lanes in [0, 9] {
            assert!(create(format, &create_options(&path, Layer::Lanes, lanes)).is_err());
        }
        let mut writer = create(format, &create_options(&path, Layer::Lanes, 2)).unwrap();
        assert!(writer.write(&packet, Burst::WHOLE, None, WireNote::default()).is_err());
        let three = Observation::Lanes(csi2_dphy::LaneBytes {
            lanes: [&[]; 8],
            count: 3,
        });
        let error = writer
            .write(&three, Burst::WHOLE, None, WireNote::default())
            .unwrap_err();
        assert!(
            error.to_string().contains('2') && error.to_string().contains('3'),
            "{error}"
        );
    }
    let error = create("pcapng", &create_options(&path, Layer::Lanes, 2)).err().unwrap();
    assert!(error.to_string().contains("packets"), "{error}");
    assert!(create("nonsense", &create_options(&path, Layer::Packets, 2)).is_err());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
