//! Faults of lanes and of low-power states: what is found is what a correct receiver must say, no more and no less.
//!
//! Every kind of the table, over lanes, sampling rates, bit rates, clocks and skews. The bits on the wire are those of the
//! waveform; what must arrive is worked out from a model of single bits that shares nothing with it.

#![allow(clippy::unwrap_used, reason = "tests")]

mod link;

use csi2_dphy::Scrambling;
use csi2_generator::{
    Dice, FAULTS, Fault, FaultLayer, FaultRow, Judge, JudgeSettings, Parameters, Sent, Target, WireFault, WireView,
};
use csi2_packet::{DataType, LongPacket, PacketHeader, VcExtension, VirtualChannel};
use link::{Counts, Faulty, Setting};
use std::collections::BTreeSet;

/// A generator of numbers of its own.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound.max(1)
    }
}

fn header(data_type: DataType, word: u16) -> PacketHeader {
    PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word,
    }
}

/// Three frames of a few lines, each packet a burst.
fn stream(random: &mut Random, line_sync: bool) -> Vec<Faulty> {
    let (lines, length) = (2 + random.below(3) as u16, 1 + random.below(120) as usize);
    let mut bursts = Vec::new();
    for frame in 1..=3 {
        bursts.push(header(DataType::FRAME_START, frame).encode().to_vec());
        for line in 1..=lines {
            let payload: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
            let mut long = vec![0; length + 6];
            LongPacket::emit(header(DataType::RAW8, length as u16), &payload, &mut long).unwrap();
            if line_sync {
                bursts.push(header(DataType::LINE_START, line).encode().to_vec());
            }
            bursts.push(long);
            if line_sync {
                bursts.push(header(DataType::LINE_END, line).encode().to_vec());
            }
        }
        bursts.push(header(DataType::FRAME_END, frame).encode().to_vec());
    }
    bursts.into_iter().map(|bytes| (bytes, Vec::new())).collect()
}

/// A fault of this kind for a burst, if there is one whose outcome is certain.
fn draw(row: &FaultRow, setting: &Setting, burst: &[u8], seed: u64) -> Option<WireFault> {
    let wire = burst.first_chunk()?;
    let target = Target {
        burst,
        packet: burst,
        header: PacketHeader::receive(*wire, VcExtension::Extended).header,
        last: true,
        lanes: setting.lanes as u8,
        rate: setting.rate,
        channels: 1,
    };
    let Fault::Wire(fault) = (row.draw)(&mut Dice::new(&Parameters::none(), seed), &target)? else {
        return None;
    };
    fault.received(burst, &setting.transmitter().link()).map(|_| fault)
}

/// Puts a fault of this kind on one burst of the stream that has none yet; says which.
fn spoil(row: &FaultRow, setting: &Setting, bursts: &mut [Faulty], random: &mut Random) -> Option<usize> {
    (0..20).find_map(|_| {
        let at = random.below(bursts.len() as u64) as usize;
        let (bytes, faults) = &mut bursts[at];
        let seed = random.below(1 << 30);
        let fault = draw(row, setting, bytes, seed).filter(|_| faults.is_empty())?;
        faults.push(fault);
        Some(at)
    })
}

/// What must be found.
fn expected(setting: &Setting, bursts: &[Faulty]) -> Counts {
    let mut judge = Judge::new(JudgeSettings {
        link: Some(setting.transmitter().link()),
        ..JudgeSettings::default()
    });
    for (bytes, wire) in bursts {
        judge.sent(&Sent { bytes, wire, at: None });
    }
    let verdict = judge.finish();
    let findings = verdict.findings().iter();
    findings.map(|finding| (finding.code, finding.count)).collect()
}

fn rows() -> impl Iterator<Item = &'static FaultRow> {
    FAULTS.iter().filter(|row| row.layer != FaultLayer::Packet)
}

fn settings() -> impl Iterator<Item = Setting> {
    let views = [
        (WireView::Pins, 4),
        (WireView::Pins, 2),
        (WireView::Pins, 3),
        (WireView::Pins, 5),
        (WireView::HighSpeed, 1),
        (WireView::Lanes, 1),
    ];
    let rates = [80_000_000, 1_000_000_000, 2_100_000_000];
    let plain = views.into_iter().flat_map(move |(view, samples_per_ui)| {
        [1, 2, 3, 4, 8].into_iter().flat_map(move |lanes| {
            [false, true].into_iter().flat_map(move |gated| {
                rates.map(|rate| Setting {
                    view,
                    lanes,
                    rate,
                    samples_per_ui,
                    gated,
                    skew: gated,
                    scrambling: None,
                })
            })
        })
    });
    let scrambled = Scrambling::PRESETS.iter().zip(1..=4).map(|(preset, lanes)| Setting {
        view: WireView::Pins,
        lanes,
        rate: 1_000_000_000,
        samples_per_ui: 4,
        gated: false,
        skew: true,
        scrambling: Some(preset.scrambling),
    });
    plain.chain(scrambled)
}

#[test]
fn without_a_fault_nothing_is_found() {
    for (number, setting) in (0..).zip(settings()) {
        let bursts = stream(&mut Random(number), number % 2 == 1);
        assert_eq!(setting.found(&bursts), Counts::new(), "{setting:?}");
        assert_eq!(expected(&setting, &bursts), Counts::new(), "{setting:?}");
    }
}

#[test]
fn a_fault_is_found_and_nothing_else() {
    for (kind, row) in (0..).zip(rows()) {
        let mut seen = BTreeSet::new();
        let mut views = BTreeSet::new();
        for (number, setting) in (0..).zip(settings()) {
            let mut random = Random(kind << 32 | number);
            let mut bursts = stream(&mut random, number % 2 == 0);
            let Some(at) = spoil(row, &setting, &mut bursts, &mut random) else {
                continue;
            };
            let expected = expected(&setting, &bursts);
            let fault = &bursts[at].1;
            assert_eq!(setting.found(&bursts), expected, "{setting:?}, burst {at}: {fault:?}");
            seen.extend(expected.into_keys());
            views.insert(setting.view as u8);
        }
        // All that the row names has been seen, and the fault has been at each layer that shows it.
        assert!(
            row.expect.iter().any(|code| seen.contains(code)),
            "{}: {seen:?}",
            row.name
        );
        assert!(views.contains(&(WireView::Pins as u8)), "{}", row.name);
    }
}

#[test]
fn many_faults_are_all_found() {
    let rows: Vec<_> = rows().collect();
    for (number, setting) in (0..).zip(settings()) {
        let mut random = Random(number ^ 0x5EED << 20);
        let mut bursts = stream(&mut random, number % 2 == 0);
        for _ in 0..6 {
            let row = rows[random.below(rows.len() as u64) as usize];
            spoil(row, &setting, &mut bursts, &mut random);
        }
        let faults: Vec<_> = bursts.iter().map(|(_, faults)| faults).collect();
        assert_eq!(
            setting.found(&bursts),
            expected(&setting, &bursts),
            "{setting:?}: {faults:?}"
        );
    }
}
