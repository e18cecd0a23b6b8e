//! Damage stays in its burst: what follows is received as if nothing had happened.

use crate::harness::*;
use csi2_dphy::SotVerdict;
use csi2_packet::{DataType, EccVerdict, Missing, PacketHeader, VcExtension, VirtualChannel};

/// Frames of equal lines, each packet a burst.
pub(crate) fn frames() -> Vec<Burst> {
    let line = |seed: u8| {
        long(
            0x2B,
            &(0..100)
                .map(|index: u8| index.wrapping_mul(37) ^ seed)
                .collect::<Vec<_>>(),
        )
    };
    let mut bursts = Vec::new();
    for frame in 1..4 {
        bursts.push(vec![short(0x00, frame)]);
        bursts.extend((0..4).map(|seed| vec![line(seed * 16 + frame as u8)]));
        bursts.push(vec![short(0x01, frame)]);
    }
    bursts
}

fn ecc(wire: &[u8]) -> EccVerdict {
    PacketHeader::receive(wire.try_into().unwrap(), VcExtension::Extended).ecc
}

/// Two bits of a header flipped.
pub(crate) fn spoil(packet: &mut [u8]) {
    packet[0] ^= 0x04;
    packet[1] ^= 0x20;
    assert!(matches!(ecc(&packet[..4]), EccVerdict::Uncorrectable { .. }));
}

/// A header that is corrected to a line of 61 680 bytes.
pub(crate) fn inflate(packet: &mut [u8]) {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        word: 0xF0F0,
    };
    packet[..4].copy_from_slice(&header.encode());
    packet[2] ^= 0x01;
    assert!(matches!(ecc(&packet[..4]), EccVerdict::Corrected { .. }));
}

/// Packet `index` of all is damaged; the others.
fn damaged(index: usize, damage: fn(&mut [u8])) -> (Vec<Burst>, Vec<Vec<u8>>) {
    let mut bursts = frames();
    let mut others = expected(&bursts);
    others.remove(index);
    damage(&mut bursts[index][0]);
    (bursts, others)
}

/// Where nothing marks a burst, a lost header can only be followed by one that was seen before.
fn first_bearable(layer: Layer) -> usize {
    if layer.shows_bursts() { 0 } else { 2 }
}

#[test]
fn an_unusable_header_costs_its_burst() {
    for layer in LAYERS {
        for count in LANES {
            for index in first_bearable(layer)..frames().len() {
                let (bursts, others) = damaged(index, spoil);
                let log = receive(&capture(layer, &bursts, count));
                same(&log, &others, &format!("{layer:?}, {count} lanes, packet {index}"));
                let unusable = log
                    .events
                    .iter()
                    .filter(|(event, _)| matches!(event, Event::Unusable(_)))
                    .count();
                assert_eq!(unusable, 1, "{layer:?}, {count} lanes, packet {index}");
                if layer.shows_bursts() {
                    assert_eq!(log.bursts(), bursts.len(), "{layer:?}, {count} lanes, packet {index}");
                }
            }
        }
    }
}

#[test]
fn a_header_corrected_to_a_longer_packet_costs_its_burst() {
    for layer in LAYERS {
        for count in LANES {
            for index in first_bearable(layer)..frames().len() {
                let (bursts, others) = damaged(index, inflate);
                let log = receive(&capture(layer, &bursts, count));
                same(&log, &others, &format!("{layer:?}, {count} lanes, packet {index}"));
            }
        }
    }
}

#[test]
fn damage_in_a_row_costs_as_many_bursts() {
    for layer in LAYERS {
        for count in LANES {
            let mut bursts = frames();
            let mut others = expected(&bursts);
            others.drain(7..10);
            bursts[7..10].iter_mut().for_each(|burst| spoil(&mut burst[0]));
            let log = receive(&capture(layer, &bursts, count));
            same(&log, &others, &format!("{layer:?}, {count} lanes"));
        }
    }
}

/// A burst cut short: its header is good.
#[test]
fn a_cut_packet_ends_with_its_burst() {
    for layer in LAYERS.into_iter().filter(|layer| layer.shows_bursts()) {
        for count in LANES {
            // On few lanes, payload may look like the end of a burst; then the word count decides.
            if count < 4 && matches!(layer, Layer::MarkedFiles | Layer::SingleEnded) {
                continue;
            }
            for length in [5, 20, 47, 104, 105] {
                let mut bursts = frames();
                let mut others = expected(&bursts);
                others.remove(7);
                bursts[7][0].truncate(length);
                let log = receive(&capture(layer, &bursts, count));
                same(&log, &others, &format!("{layer:?}, {count} lanes, cut to {length}"));
                let cut = log
                    .bare()
                    .iter()
                    .filter(|event| matches!(event, Event::Truncated(_)))
                    .count();
                // Trail may stand in for the checksum that was cut off.
                let filled = log
                    .bare()
                    .iter()
                    .any(|event| matches!(event, Event::End(csi2_packet::ChecksumVerdict::Mismatch { .. })));
                assert!(
                    cut == 1 || filled,
                    "{layer:?}, {count} lanes, cut to {length}\n{}",
                    log.summary()
                );
            }
        }
    }
}

#[test]
fn a_capture_that_ends_in_a_packet_says_so() {
    let line = long(0x2A, &[7; 100]);
    for (cut, missing) in [
        (2, Missing::Header { have: 2 }),
        (50, Missing::Payload { bytes: 54 }),
        (105, Missing::Footer { have: 1 }),
    ] {
        for layer in [
            Layer::Packets,
            Layer::RawPackets,
            Layer::Lanes { sync: false },
            Layer::BareFiles,
        ] {
            for count in LANES {
                let bursts = vec![vec![line.clone()], vec![line[..cut].to_vec()]];
                let log = receive(&capture(layer, &bursts, count));
                assert!(
                    log.bare().contains(&Event::Truncated(missing)),
                    "{layer:?}, {count} lanes\n{}",
                    log.summary()
                );
            }
        }
    }
    // Lanes that stop in the middle of a burst: as many bytes as the shortest has.
    for layer in [Layer::MarkedFiles, Layer::Pairs, Layer::SingleEnded] {
        for count in LANES {
            let mut cut = capture(layer, &[vec![line.clone()], vec![line.clone()]], count);
            cut.pieces.truncate(2);
            match &mut cut.pieces.last_mut().unwrap().seen {
                Seen::Lanes(lanes) => lanes.iter_mut().for_each(|lane| lane.truncate(lane.len() * 7 / 8)),
                Seen::Samples { unit, bytes, .. } => bytes.truncate(bytes.len() / 2 / *unit * *unit),
                Seen::Merged(_) | Seen::Changes(_) => {}
            }
            let log = receive(&cut);
            let ends = log
                .bare()
                .iter()
                .rev()
                .take(2)
                .any(|event| matches!(event, Event::Truncated(Missing::Payload { .. })));
            assert!(ends, "{layer:?}, {count} lanes\n{}", log.summary());
        }
    }
}

#[test]
fn a_sync_byte_with_a_wrong_bit_is_accepted_and_told() {
    let bursts = frames();
    for layer in [Layer::Lanes { sync: true }, Layer::MarkedFiles] {
        for count in [2, 4, 8] {
            let mut capture = capture(layer, &bursts, count);
            if let Seen::Lanes(lanes) = &mut capture.pieces[0].seen {
                let sync = lanes[1].iter().position(|byte| *byte == 0xB8).unwrap();
                lanes[1][sync] ^= 0x10;
            }
            let log = receive(&capture);
            same(&log, &expected(&bursts), &format!("{layer:?}, {count} lanes"));
            let Some((Event::Start { sync, .. }, _)) = log.events.first() else {
                panic!("no burst");
            };
            assert_eq!(sync[..2], [SotVerdict::Clean, SotVerdict::OneBit]);
        }
    }
}

#[test]
fn a_lane_without_sync_byte_costs_the_burst() {
    let bursts = frames();
    for layer in [Layer::Lanes { sync: true }, Layer::MarkedFiles] {
        for count in [2, 4, 8] {
            for (byte, what) in [(0x47, "sync"), (0x00, "align")] {
                let mut capture = capture(layer, &bursts, count);
                if let Seen::Lanes(lanes) = &mut capture.pieces[0].seen {
                    let sync = lanes[1].iter().position(|byte| *byte == 0xB8).unwrap();
                    lanes[1][sync] = byte;
                    if byte == 0x00 {
                        // Nothing at all on this lane.
                        lanes[1][sync + 1..][..4usize.div_ceil(count)].fill(byte);
                    }
                }
                let log = receive(&capture);
                let label = format!("{layer:?}, {count} lanes, {byte:02x}");
                same(&log, &expected(&bursts)[1..], &label);
                assert!(
                    matches!(log.bare()[0], Event::Lane(told, 1) if told == what),
                    "{label}\n{}",
                    log.summary()
                );
            }
        }
    }
}

#[test]
fn bytes_behind_a_packet_are_told() {
    for layer in LAYERS.into_iter().filter(|layer| layer.shows_bursts()) {
        for count in LANES {
            let mut bursts = frames();
            let wanted = expected(&bursts);
            // Neither trail nor a header with a good ECC.
            bursts[3].push(vec![0x2F; 24]);
            let log = receive(&capture(layer, &bursts, count));
            same(&log, &wanted, &format!("{layer:?}, {count} lanes"));
            let trailing = log.bare().into_iter().find_map(|event| match event {
                Event::Trailing(bytes) => Some(bytes),
                _ => None,
            });
            let trailing = trailing.unwrap_or_else(|| panic!("{layer:?}, {count} lanes\n{}", log.summary()));
            assert!(trailing.starts_with(&[0x2F; 4]), "{layer:?}, {count} lanes");
        }
    }
}

#[test]
fn a_lane_file_may_begin_within_a_burst() {
    let bursts = frames();
    for count in LANES {
        let mut capture = capture(Layer::MarkedFiles, &bursts, count);
        if let Seen::Lanes(lanes) = &mut capture.pieces[0].seen {
            let lost = 2 + lanes_of(&bursts[0], count) + 10;
            lanes.iter_mut().for_each(|lane| drop(lane.drain(..lost)));
        }
        let log = receive(&capture);
        same(&log, &expected(&bursts)[2..], &format!("{count} lanes"));
    }
}

/// Rows of a dressed burst.
fn lanes_of(burst: &Burst, count: usize) -> usize {
    dress(&burst.concat(), count, &[], 2)[0].len()
}
