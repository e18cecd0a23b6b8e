//! The injector does what it is asked to, where it is asked to, and says so; the judge reads bits as published.

#![allow(clippy::unwrap_used, missing_docs)]

use csi2_generator::{
    Chance, Dice, FAULTS, FaultLayer, FaultRecord, InjectSettings, Injector, Judge, JudgeSettings, Order,
    ParameterError, Parameters, Sent, Target, find_fault,
};
use csi2_packet::{DataType, LongPacket, PacketHeader, VcExtension, VirtualChannel};
use proptest::prelude::*;
use std::convert::Infallible;

fn packet(data_type: DataType, payload: &[u8]) -> Vec<u8> {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word: payload.len() as u16,
    };
    let mut bytes = vec![0; header.packet_len()];
    LongPacket::emit(header, payload, &mut bytes).unwrap();
    bytes
}

fn short(data_type: DataType, word: u16) -> Vec<u8> {
    let channel = VirtualChannel::ZERO;
    PacketHeader {
        channel,
        data_type,
        word,
    }
    .encode()
    .to_vec()
}

/// Frames of four lines.
fn stream(frames: u16) -> Vec<Vec<u8>> {
    let frame = |number| {
        let line = |line| packet(DataType::RAW8, &[number as u8, line, 3, 4, 5, 6, 7, 8]);
        let start = [short(DataType::FRAME_START, number)];
        let lines: Vec<_> = (0..4).map(line).collect();
        start
            .into_iter()
            .chain(lines)
            .chain([short(DataType::FRAME_END, number)])
    };
    (1..=frames).flat_map(frame).collect()
}

fn order(name: &str, chance: Chance) -> Order {
    Order {
        row: find_fault(name).unwrap(),
        parameters: Parameters::none(),
        chance,
    }
}

fn injector(seed: u64, orders: Vec<Order>) -> Injector {
    let mut injector = Injector::new(InjectSettings {
        seed,
        ..InjectSettings::default()
    });
    orders.into_iter().for_each(|order| injector.order(order));
    injector
}

fn run(injector: &mut Injector, stream: &[Vec<u8>]) -> (Vec<Vec<u8>>, Vec<FaultRecord>) {
    let mut out = Vec::new();
    let mut keep = |sent: Sent<'_>| -> Result<(), Infallible> {
        out.push(sent.bytes.to_vec());
        Ok(())
    };
    injector.stream(stream.iter().map(Vec::as_slice), &mut keep).unwrap();
    let records = std::iter::from_fn(|| injector.poll()).collect();
    (out, records)
}

#[test]
fn nothing_ordered_nothing_changed() {
    let stream = stream(3);
    let (same, records) = run(&mut injector(1, vec![]), &stream);
    assert_eq!((same.as_slice(), records.len()), (stream.as_slice(), 0));
    let mut counting = injector(
        1,
        vec![order("lost-fs", Chance::Never), order("checksum", Chance::Never)],
    );
    assert_eq!(run(&mut counting, &stream).0, stream);
    assert_eq!((counting.eligible(0), counting.eligible(1)), (3, 12));
}

#[test]
fn the_seed_decides() {
    let stream = stream(20);
    let orders = || {
        let all = FAULTS.iter().filter(|row| row.layer == FaultLayer::Packet);
        all.map(|row| order(row.name, Chance::probability(0.03))).collect()
    };
    let (one, records) = run(&mut injector(7, orders()), &stream);
    let (again, recorded) = run(&mut injector(7, orders()), &stream);
    assert_eq!(one, again);
    let told = |of: &[FaultRecord]| {
        of.iter()
            .map(|of| (of.packet, of.what.clone(), of.seed))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&records), told(&recorded));
    assert!(!records.is_empty());
    assert_ne!(one, run(&mut injector(8, orders()), &stream).0);
}

#[test]
fn order_of_packets() {
    let stream = stream(1);
    let hit = |name, place| run(&mut injector(3, vec![order(name, Chance::At(vec![place]))]), &stream).0;
    let indexes = |bursts: Vec<Vec<u8>>| -> Vec<usize> {
        let index = |burst: &Vec<u8>| stream.iter().position(|of| of == burst).unwrap();
        bursts.iter().map(index).collect()
    };
    assert_eq!(indexes(hit("lost", 2)), [0, 1, 3, 4, 5]);
    assert_eq!(indexes(hit("lost-fs", 0)), [1, 2, 3, 4, 5]);
    assert_eq!(indexes(hit("duplicate", 5)), [0, 1, 2, 3, 4, 5, 5]);
    let mut late = order("reorder", Chance::At(vec![1]));
    late.parameters.set(late.row, "bursts", 2).unwrap();
    assert_eq!(
        indexes(run(&mut injector(3, vec![late]), &stream).0),
        [0, 2, 3, 1, 4, 5]
    );
    // Held back to the end.
    assert_eq!(indexes(hit("reorder", 5)), [0, 1, 2, 3, 4, 5]);
    assert_eq!(hit("null", 4).len(), 7);
    assert!(hit("interleave", 4).len() > 8);
}

#[test]
fn injectors_chain() {
    let stream = stream(2);
    let mut first = injector(1, vec![order("lost-fs", Chance::At(vec![0]))]);
    let mut second = injector(2, vec![order("lost-fe", Chance::At(vec![1]))]);
    let mut judge = Judge::new(JudgeSettings::default());
    for bytes in &stream {
        let sent = Sent {
            bytes,
            ..Sent::default()
        };
        let done: Result<(), Infallible> = first.burst(sent, &mut |sent| {
            second.burst(sent, &mut |sent| {
                judge.sent(&sent);
                Ok(())
            })
        });
        done.unwrap();
    }
    // Four lines and an FE of a frame without a beginning; a frame that is open at the end.
    let verdict = judge.finish();
    assert_eq!(
        (verdict.count("DATA_OUTSIDE_FRAME"), verdict.count("FRAME_SYNC_ERR")),
        (4, 2)
    );
    assert_eq!(verdict.findings().len(), 2);
}

#[test]
fn a_packet_takes_one_fault_and_the_others_move_on() {
    let stream = stream(2);
    let everywhere = Chance::At((0..4).collect());
    let orders = vec![order("header-bit", everywhere.clone()), order("duplicate", everywhere)];
    let mut both = injector(5, orders);
    let records = run(&mut both, &stream).1;
    let packets: Vec<u64> = records.iter().map(|record| record.packet).collect();
    assert_eq!(packets, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((both.injected(0), both.injected(1)), (4, 4));
}

#[test]
fn bursts_of_several_packets() {
    let burst: Vec<u8> = stream(1).concat();
    let orders = vec![order("lost-fe", Chance::At(vec![0]))];
    let (bursts, records) = run(&mut injector(1, orders), std::slice::from_ref(&burst));
    assert_eq!(bursts, [burst[..burst.len() - 4].to_vec()]);
    assert_eq!((records[0].packet, records[0].burst), (5, 0));
    // What is damaged already is left alone, and what comes after it.
    let mut spoilt = burst;
    spoilt[0] ^= 3;
    let counting = &mut injector(1, vec![order("header-bit", Chance::Never)]);
    run(counting, &[spoilt]);
    assert_eq!(counting.eligible(0), 0);
}

proptest! {
    #[test]
    fn places_are_chosen_evenly(count in 0_u64..20, eligible in 0_u64..30, seed in any::<u64>()) {
        let Chance::At(places) = Chance::spread(count, eligible, seed) else { panic!("places") };
        prop_assert_eq!(places.len() as u64, count.min(eligible));
        prop_assert!(places.is_sorted_by(|a, b| a < b));
        prop_assert!(places.iter().all(|place| *place < eligible));
    }

    #[test]
    fn hostile_bursts(bursts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20), seed in any::<u64>()) {
        let orders = FAULTS.iter().map(|row| order(row.name, Chance::probability(0.2))).collect();
        let (out, records) = run(&mut injector(seed, orders), &bursts);
        let mut judge = Judge::new(JudgeSettings::default());
        out.iter().for_each(|burst| judge.burst(burst));
        let verdict = judge.finish();
        prop_assert!(verdict.findings().iter().all(|finding| finding.count > 0));
        prop_assert!(records.iter().all(|record| record.seed < 1 << 53 && !record.what.is_empty()));
    }
}

#[test]
fn the_table() {
    for (at, row) in FAULTS.iter().enumerate() {
        assert!(FAULTS[..at].iter().all(|other| other.name != row.name), "{}", row.name);
        assert!(
            row.name
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        );
        assert!(row.parameters.len() <= Parameters::MOST, "{}", row.name);
        let mut parameters = Parameters::none();
        for parameter in row.parameters {
            assert!(parameter.least <= parameter.most, "{} {}", row.name, parameter.name);
            assert_eq!(parameters.set(row, parameter.name, parameter.most), Ok(()));
            assert_eq!(parameters.get(parameter.name), Some(parameter.most));
            if let Some(beyond) = parameter.most.checked_add(1) {
                let refused = parameters.set(row, parameter.name, beyond);
                assert_eq!(refused, Err(ParameterError::Range(*parameter)), "{}", row.name);
            }
        }
        assert_eq!(parameters.set(row, "no-such", 0), Err(ParameterError::Unknown));
        assert_eq!(find_fault(row.name).map(|found| found.name), Some(row.name));
    }
    assert!(find_fault("no-such").is_none());
}

/// What is drawn can be chosen: the same parameters make the same kind of fault of the same target, and lie in their ranges.
#[test]
fn what_is_drawn_can_be_chosen() {
    let line = packet(DataType::RAW8, &[9; 1000]);
    for row in FAULTS.iter().filter(|row| row.layer == FaultLayer::Packet) {
        let all = [
            line.clone(),
            short(DataType::FRAME_START, 1),
            short(DataType::LINE_END, 1),
        ];
        let targets = all.iter().map(|bytes| Target {
            burst: bytes,
            packet: bytes,
            header: PacketHeader::receive(*bytes.first_chunk().unwrap(), VcExtension::Extended).header,
            last: true,
            lanes: 0,
            rate: 0,
            channels: 1,
        });
        for (target, seed) in targets.flat_map(|target| (0..50).map(move |seed| (target, seed))) {
            let none = Parameters::none();
            let mut dice = Dice::new(&none, seed);
            let Some(_) = (row.draw)(&mut dice, &target) else {
                continue;
            };
            let decided = dice.decided();
            for (name, value) in decided.iter() {
                let parameter = row.parameters.iter().find(|parameter| parameter.name == name).unwrap();
                assert!(
                    (parameter.least..=parameter.most).contains(&value),
                    "{} {name}={value}",
                    row.name
                );
            }
            let mut again = Dice::new(&decided, seed);
            assert!((row.draw)(&mut again, &target).is_some(), "{} {decided:?}", row.name);
            assert_eq!(again.decided(), decided, "{}", row.name);
        }
    }
}

/// How many of a code the judge counts in bursts, each a stream of its own.
fn count(code: &str, vcx: VcExtension, bursts: impl Iterator<Item = [u8; 4]>) -> u64 {
    let settings = JudgeSettings {
        vcx: Some(vcx),
        link: None,
    };
    let judged = bursts.map(|burst| {
        let mut judge = Judge::new(settings);
        judge.burst(&burst);
        judge.finish().count(code)
    });
    judged.sum()
}

/// Wrong bits of a header: published properties of the code, worked out for all patterns.
#[test]
fn the_judges_header_code() {
    // GENERIC1: a short packet that nothing else is said of.
    let header = short(DataType::GENERIC1, 0x1234);
    let with = |bits: &[usize]| {
        let mut wire: [u8; 4] = header.as_slice().try_into().unwrap();
        bits.iter().for_each(|bit| wire[bit / 8] ^= 1 << (bit % 8));
        wire
    };
    let ones = || (0..30).map(|a| with(&[a]));
    let twos = || {
        (0..30)
            .flat_map(|a| (0..a).map(move |b| [a, b]))
            .map(|bits| with(&bits))
    };
    let threes = || {
        let pairs = (0..30).flat_map(|a| (0..a).map(move |b| [a, b]));
        pairs
            .flat_map(|[a, b]| (0..b).map(move |c| [a, b, c]))
            .map(|bits| with(&bits))
    };
    use VcExtension::{Classic, Extended};
    assert_eq!(count("ECC_CORRECTED", Classic, ones()), 30);
    assert_eq!(count("ECC_DOUBLE", Classic, twos()), 435);
    // 93.1 % of three wrong bits look like one.
    assert_eq!(count("ECC_CORRECTED", Classic, threes()), 3780);
    assert_eq!(count("ECC_DOUBLE", Classic, threes()), 280);
    // All of them where the two bits of the extension are guarded, too.
    assert_eq!(count("ECC_CORRECTED", Extended, threes()), 4060);
}

/// Published headers and payloads with their checks.
#[test]
fn the_judges_known_answers() {
    for header in [
        [0x37, 0xF0, 0x01, 0x3F],
        [0x2B, 0x04, 0x00, 0x34],
        [0x2A, 0x34, 0x12, 0x11],
        [0x6C, 0x40, 0x0B, 0x11],
    ] {
        assert_eq!(
            count("WC_SHORT", VcExtension::Classic, [header].into_iter()),
            1,
            "{header:02X?}"
        );
        assert_eq!(
            count("ECC_CORRECTED", VcExtension::Classic, [header].into_iter()),
            0,
            "{header:02X?}"
        );
    }
    let published: [(&[u8], [u8; 2]); 3] = [
        (b"123456789", [0x91, 0x6F]),
        (&[], [0xFF, 0xFF]),
        (
            &[
                0xFF, 0x00, 0x00, 0x02, 0xB9, 0xDC, 0xF3, 0x72, 0xBB, 0xD4, 0xB8, 0x5A, 0xC8, 0x75, 0xC2, 0x7C, 0x81,
                0xF8, 0x05, 0xDF, 0xFF, 0x00, 0x00, 0x01,
            ],
            [0xF0, 0x00],
        ),
    ];
    for (payload, footer) in published {
        let mut burst = packet(DataType::USER1, payload);
        let at = burst.len() - 2;
        burst[at..].copy_from_slice(&footer);
        let judged = |burst: &[u8]| {
            let mut judge = Judge::new(JudgeSettings::default());
            judge.burst(burst);
            judge.finish().count("CRC_ERR")
        };
        assert_eq!(judged(&burst), 0, "{payload:02X?}");
        burst[at] ^= 1;
        assert_eq!(judged(&burst), 1, "{payload:02X?}");
    }
}
