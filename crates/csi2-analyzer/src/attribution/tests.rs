//! Links with wrong bits whose places are known, sent by code of these tests alone.

extern crate std;

use super::{
    Attribution, AttributionSettings, BitErrors, BitPlace, Certainty, ChecksumError, LaneErrors, Sampling, Suspect,
};
use crate::{Entry, Input, Receiver, ReceiverConfig};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation};
use csi2_packet::{ChecksumVerdict, DataType, LongPacket, PacketHeader, ShortPacket, VirtualChannel};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

/// The checksum from its definition: the message is a polynomial, first bit on the wire the highest power, its first 16
/// coefficients inverted for the initial value, divided by x^16 + x^12 + x^5 + 1; first bit of the footer the highest.
fn divided(payload: &[u8]) -> u16 {
    let mut dividend: Vec<bool> = payload
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
        .chain([false; 16])
        .collect();
    dividend[..16].iter_mut().for_each(|bit| *bit = !*bit);
    for at in 0..dividend.len() - 16 {
        if dividend[at] {
            for power in [16, 12, 5, 0] {
                dividend[at + 16 - power] ^= true;
            }
        }
    }
    let rest = &dividend[dividend.len() - 16..];
    (0..16).fold(0, |footer, bit| footer | u16::from(rest[bit]) << bit)
}

/// Numbers that look random.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        ((self.0 >> 33) as usize) % bound
    }
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

fn verdict(word: &[u8]) -> ChecksumVerdict {
    let (payload, footer) = word.split_at(word.len() - 2);
    ChecksumVerdict::of(u16::from_le_bytes([footer[0], footer[1]]), divided(payload))
}

fn code_word(payload: &[u8]) -> Vec<u8> {
    let mut word = payload.to_vec();
    word.extend(divided(payload).to_le_bytes());
    word
}

fn flip(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 1 << (bit % 8);
}

#[test]
fn every_single_bit_of_small_packets_is_found() {
    let mut noise = Noise(1);
    for length in (0..24).chain([63, 64]) {
        let good = code_word(&noise.bytes(length));
        assert_eq!(ChecksumError::of(verdict(&good), length as u32), None);
        for bit in 0..good.len() * 8 {
            let mut word = good.clone();
            flip(&mut word, bit);
            let Some(ChecksumError::OneBit(places)) = ChecksumError::of(verdict(&word), length as u32) else {
                panic!("{length} bytes, bit {bit}");
            };
            let place = BitPlace {
                byte: (bit / 8) as u32,
                bit: (bit % 8) as u8,
            };
            assert_eq!(places.only(), Some(place), "{length} bytes, bit {bit}");
        }
    }
}

#[test]
fn three_wrong_bits_look_like_one_as_often_as_foretold() {
    const TRIALS: usize = 1500;
    let mut noise = Noise(7);
    let good = code_word(&noise.bytes(300));
    let mut claimed = 0;
    let mut chance = 0.0;
    for _ in 0..TRIALS {
        let mut word = good.clone();
        let mut bits = vec![noise.below(word.len() * 8)];
        while bits.len() < 3 {
            let bit = noise.below(word.len() * 8);
            if !bits.contains(&bit) {
                bits.push(bit);
            }
        }
        bits.iter().for_each(|bit| flip(&mut word, *bit));
        match ChecksumError::of(verdict(&word), 300) {
            Some(ChecksumError::OneBit(places)) => {
                claimed += 1;
                chance = places.chance();
            }
            error => assert_eq!(error, Some(ChecksumError::Odd)),
        }
    }
    // 7.4 %, four standard deviations either way.
    let rate = f64::from(claimed) / TRIALS as f64;
    assert!(
        (rate - chance).abs() < 4.0 * (chance / TRIALS as f64).sqrt(),
        "{rate} {chance}"
    );
    assert!((0.07..0.08).contains(&chance), "{chance}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_bit_is_among_the_places(seed: u64, length in 4000usize..20_000, at: prop::sample::Index) {
        let good = code_word(&Noise(seed).bytes(length));
        let bit = at.index(good.len() * 8);
        let mut word = good.clone();
        flip(&mut word, bit);
        let Some(ChecksumError::OneBit(places)) = ChecksumError::of(verdict(&word), length as u32) else {
            panic!("no place");
        };
        let bits: Vec<usize> = places.iter().map(|place| place.byte as usize * 8 + usize::from(place.bit)).collect();
        prop_assert!(bits.contains(&bit), "{bit} in {bits:?}");
        prop_assert_eq!(places.only().is_some(), bits.len() == 1);
        // Each explains the footer as well as the true one, and there is no other in between.
        for other in &bits {
            let mut mended = word.clone();
            flip(&mut mended, *other);
            prop_assert_eq!(verdict(&mended), ChecksumVerdict::Match);
        }
        let all = good.len() * 8;
        prop_assert_eq!(bits.len(), bit / 32_767 + 1 + (all - 1 - bit) / 32_767);
    }

    #[test]
    fn an_even_number_is_never_one(seed: u64, length in 2usize..3000, wrong in 1usize..4) {
        let mut noise = Noise(seed);
        let mut word = code_word(&noise.bytes(length));
        let mut bits = Vec::new();
        while bits.len() < wrong * 2 {
            let bit = noise.below(word.len() * 8);
            if !bits.contains(&bit) {
                bits.push(bit);
                flip(&mut word, bit);
            }
        }
        // `None` where they cancel out.
        let error = ChecksumError::of(verdict(&word), length as u32);
        prop_assert!(matches!(error, None | Some(ChecksumError::Even)), "{error:?}");
    }
}

const ROW: usize = 60;
const RAW8: u8 = 0x2A;

fn row(payload: &[u8]) -> Vec<u8> {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::from_bits(RAW8),
        word: 0,
    };
    let mut packet = vec![0; payload.len() + 6];
    LongPacket::emit(header, payload, &mut packet).unwrap();
    packet
}

fn frame_start(number: u16) -> Vec<u8> {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::FRAME_START,
        word: number,
    };
    let mut packet = vec![0; 4];
    ShortPacket::emit(header, &mut packet).unwrap();
    packet
}

/// Sends bursts over lanes, a sync byte on each; `spoil` gets each burst without it.
fn over(lanes: usize, bursts: &[Vec<u8>], mut spoil: impl FnMut(usize, &mut [u8])) -> BitErrors {
    let entry = Entry::Lanes {
        count: lanes,
        framed: true,
    };
    let mut receiver = Receiver::new(ReceiverConfig::new(entry));
    let mut attribution = Attribution::new(AttributionSettings::default());
    for (index, burst) in bursts.iter().enumerate() {
        let mut burst = burst.clone();
        spoil(index, &mut burst);
        let streams: Vec<Vec<u8>> = (0..lanes)
            .map(|lane| {
                let bytes = burst.iter().skip(lane).step_by(lanes);
                [0xB8].iter().chain(bytes).copied().collect()
            })
            .collect();
        let mut bytes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        bytes.iter_mut().zip(&streams).for_each(|(to, from)| *to = from);
        let seen = Observation::Lanes(LaneBytes {
            lanes: bytes,
            count: lanes,
        });
        let mut input = Input {
            seen,
            starts: true,
            ends: true,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            attribution.push(&received);
        }
    }
    while let Some(received) = receiver.finish() {
        attribution.push(&received);
    }
    attribution.report()
}

fn noisy_rows(count: usize, noise: &mut Noise) -> Vec<Vec<u8>> {
    (0..count).map(|_| row(&noise.bytes(ROW))).collect()
}

#[test]
fn a_bad_lane_is_found_in_rows_that_are_all_different() {
    for lanes in [2, 3, 4, 8] {
        let bad = lanes - 1;
        let mut noise = Noise(lanes as u64);
        let bursts = noisy_rows(200, &mut noise);
        let mut truth = [[0; 8]; MAX_LANES];
        let mut several = 0;
        let report = over(lanes, &bursts, |index, burst| {
            if !index.is_multiple_of(5) {
                return;
            }
            // Behind the header; now and then two bits of a row.
            let wrong = if index % 50 == 0 { 2 } else { 1 };
            let of_lane: Vec<usize> = (4..burst.len()).filter(|byte| byte % lanes == bad).collect();
            let mut bits = Vec::new();
            while bits.len() < wrong {
                let bit = of_lane[noise.below(of_lane.len())] * 8 + noise.below(8);
                if !bits.contains(&bit) {
                    bits.push(bit);
                }
            }
            bits.iter().for_each(|bit| flip(burst, *bit));
            several += u64::from(wrong == 2);
            if let [bit] = bits[..] {
                truth[bad][bit % 8] += 1;
            }
        });
        let found: Vec<[u64; 8]> = report.lanes().iter().map(|lane| lane.bits).collect();
        assert_eq!(found, truth[..lanes]);
        assert_eq!((report.unattributed, report.certainty), (several, Certainty::Likely));
        assert_eq!(
            report.suspect,
            Suspect::Lane {
                lane: bad as u8,
                bits: 36
            }
        );
        // 44 wrong bits.
        let exact = 44.0 / report.bits_seen as f64;
        assert!(
            (exact * 0.9..exact * 1.2).contains(&report.rate.value),
            "{:?} {exact}",
            report.rate
        );
        assert!(!report.rate.at_least);
    }
}

#[test]
fn scattered_bits_blame_nobody() {
    let (mut blamed, mut told) = (0, 0);
    for seed in 0..60 {
        let mut noise = Noise(1000 + seed);
        let bursts = noisy_rows(40, &mut noise);
        let report = over(4, &bursts, |_, burst| {
            let bit = 32 + noise.below(burst.len() * 8 - 32);
            flip(burst, bit);
        });
        assert_eq!(report.wrong_bits, 40);
        blamed += u32::from(report.blamed_lane().is_some());
        told += u32::from(report.suspect == Suspect::Spread);
    }
    assert_eq!((blamed, told), (0, 60));
}

#[test]
fn two_bad_lanes_are_found() {
    let mut noise = Noise(77);
    let bursts = noisy_rows(60, &mut noise);
    let report = over(4, &bursts, |index, burst| {
        let lane = if index % 2 == 0 { 1 } else { 3 };
        flip(burst, (4 + noise.below(15) * 4 + lane) * 8 + noise.below(8));
    });
    assert_eq!(
        report.suspect,
        Suspect::Lanes {
            lanes: 0b1010,
            bits: 60
        }
    );
    assert_eq!(report.blamed_lane(), None);
}

/// The bit before or behind bit `at` of a burst, on its lane.
fn neighbour(burst: &[u8], at: usize, lanes: usize, behind: bool) -> Option<bool> {
    let wire = |at: usize| (at / 8 % lanes, at / 8 / lanes * 8 + at % 8);
    let (lane, time) = wire(at);
    let other = if behind { time + 1 } else { time.checked_sub(1)? };
    (0..burst.len() * 8)
        .find(|at| wire(*at) == (lane, other))
        .map(|at| burst[at / 8] >> (at % 8) & 1 == 1)
}

#[test]
fn bits_sampled_at_an_edge_read_like_their_neighbours() {
    for (early, late) in [(true, false), (false, true), (false, false)] {
        let mut noise = Noise(21);
        let bursts = noisy_rows(30, &mut noise);
        let report = over(4, &bursts, |_, burst| {
            loop {
                let bit = 64 + noise.below(burst.len() * 8 - 128);
                let sent = burst[bit / 8] >> (bit % 8) & 1 == 1;
                let differs = |behind| neighbour(burst, bit, 4, behind) == Some(!sent);
                if (!early || differs(false)) && (!late || differs(true)) {
                    return flip(burst, bit);
                }
            }
        });
        assert_eq!(report.wrong_bits, 30);
        let expected = match (early, late) {
            (true, _) => Some(Sampling::Early),
            (_, true) => Some(Sampling::Late),
            _ => None,
        };
        assert_eq!(report.sampling, expected);
    }
}

#[test]
fn header_bits_are_of_the_lane_of_their_byte() {
    // 32 packets, one bit of each header, packets in one burst behind one another on three lanes.
    let packets: Vec<Vec<u8>> = (0..16)
        .flat_map(|number| [frame_start(number + 1), row(&[number as u8; 7])])
        .collect();
    let burst: Vec<u8> = packets.concat();
    let starts: Vec<usize> = packets
        .iter()
        .scan(0, |at, packet| {
            let start = *at;
            *at += packet.len();
            Some(start)
        })
        .collect();
    let mut truth = [[0; 8]; MAX_LANES];
    // The first header is good, so that the others are known; of the second, a bit of its own.
    let report = over(3, &[frame_start(1), row(&[9; 7]), burst], |index, burst| {
        if index < 2 {
            return;
        }
        for (packet, start) in starts.iter().enumerate() {
            let bit = start * 8 + packet;
            flip(burst, bit);
            truth[bit / 8 % 3][bit % 8] += 1;
        }
    });
    let found: Vec<[u64; 8]> = report.lanes().iter().map(|lane| lane.bits).collect();
    assert_eq!(
        (report.wrong_bits, report.unattributed, report.certainty),
        (32, 0, Certainty::Sure)
    );
    assert_eq!(found, truth[..3]);
    assert_eq!(report.suspect, Suspect::Spread);
}

#[test]
fn a_copy_of_a_row_shows_all_its_wrong_bits() {
    let striped: Vec<u8> = (0..ROW as u8).collect();
    let other: Vec<u8> = (0..ROW as u8).rev().collect();
    // Two kinds of rows in turn.
    let bursts: Vec<Vec<u8>> = (0..20)
        .map(|line| row(if line % 2 == 0 { &striped } else { &other }))
        .collect();
    let mut truth = [[0; 8]; MAX_LANES];
    let mut noise = Noise(3);
    let report = over(4, &bursts, |index, burst| {
        if index < 6 || index % 3 > 0 {
            return;
        }
        let mut bits = Vec::new();
        while bits.len() < 9 {
            let bit = 32 + noise.below(ROW) * 8 + noise.below(8);
            if !bits.contains(&bit) {
                bits.push(bit);
                flip(burst, bit);
                truth[bit / 8 % 4][bit % 8] += 1;
            }
        }
    });
    let found: Vec<[u64; 8]> = report.lanes().iter().map(|lane| lane.bits).collect();
    assert_eq!(found, truth[..4]);
    assert_eq!(
        (report.wrong_bits, report.unattributed, report.certainty),
        (45, 0, Certainty::Sure)
    );
    assert_eq!(report.rate.value, 45.0 / report.bits_seen as f64);
}

#[test]
fn a_stuck_wire_shows_in_the_headers_and_makes_no_claim_of_its_rows() {
    let mut noise = Noise(11);
    let mut bursts: Vec<Vec<u8>> = Vec::new();
    for frame in 0..6 {
        bursts.push(frame_start(frame + 1));
        bursts.extend(noisy_rows(4, &mut noise));
    }
    let report = over(4, &bursts, |_, burst| {
        burst.iter_mut().skip(3).step_by(4).for_each(|byte| *byte |= 0x04);
    });
    assert!(
        matches!(
            report.suspect,
            Suspect::Bit {
                lane: Some(3),
                bit: 2,
                level: Some(true),
                bits: 6..
            }
        ),
        "{report:?}"
    );
    assert_eq!(report.unattributed, 24, "{report:?}");
    assert!(report.rate.value > 0.004 && report.rate.at_least, "{:?}", report.rate);
}

#[test]
fn a_checksum_that_is_none_proves_nothing() {
    let mut noise = Noise(5);
    // Half of the footers are consistent with one wrong bit, in rows this long.
    let bursts: Vec<Vec<u8>> = (0..60).map(|_| row(&noise.bytes(4200))).collect();
    let report = over(4, &bursts, |_, burst| {
        let end = burst.len() - 2;
        burst[end..].fill(0);
    });
    assert_eq!(
        (report.wrong_bits, report.unattributed, report.suspect),
        (0, 60, Suspect::Nowhere)
    );
    assert!(report.rate.at_least);
}

#[test]
fn a_single_long_row_is_only_consistent_with_one_wrong_bit() {
    let long = row(&Noise(2).bytes(5070));
    let report = over(4, &[long], |_, burst| flip(burst, 4 * 8 + 20_000));
    assert_eq!((report.wrong_bits, report.certainty), (1, Certainty::Possible));
    assert_eq!(report.suspect, Suspect::Few);
}

#[test]
fn bytes_that_are_no_headers_blame_nobody() {
    let mut noise = Noise(4);
    // Half of them are corrected, some to the start of a frame.
    let bursts: Vec<Vec<u8>> = (0..1200).map(|_| noise.bytes(4)).collect();
    let report = over(4, &bursts, |_, _| ());
    assert!(report.is_empty() && report.unattributed > 500, "{report:?}");
}

#[test]
fn a_clean_link_has_nothing_to_say() {
    let bursts = noisy_rows(4, &mut Noise(1));
    let report = over(2, &bursts, |_, _| ());
    assert!(report.is_empty());
    // Sync bytes included.
    assert_eq!(report.bits_seen, 4 * (ROW as u64 + 6 + 2) * 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever comes, the books agree with themselves.
    #[test]
    fn any_bytes(
        bursts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..6),
        good in prop::collection::vec(any::<u8>(), 1..40),
        wrong in 0usize..320,
        entry in 0usize..9,
        lanes in prop::option::of(0usize..20),
    ) {
        let entry = match entry {
            0 => Entry::Packets { framed: false },
            1..=8 if lanes.is_none() => Entry::Packets { framed: true },
            count => Entry::Lanes { count, framed: true },
        };
        let mut receiver = Receiver::new(ReceiverConfig::new(entry));
        let mut attribution = Attribution::new(AttributionSettings { lanes, ..AttributionSettings::default() });
        let mut spoilt = row(&good);
        let bits = spoilt.len() * 8;
        flip(&mut spoilt, wrong % bits);
        for burst in bursts.iter().chain([&row(&good), &spoilt]) {
            let seen = match entry {
                Entry::Lanes { count, .. } => Observation::Lanes(LaneBytes { lanes: [burst; MAX_LANES], count }),
                _ => Observation::Merged(burst),
            };
            let mut input = Input { seen, starts: true, ends: true, offset: 0, at: None };
            while let Some(received) = receiver.next(&mut input) {
                attribution.push(&received);
            }
        }
        while let Some(received) = receiver.finish() {
            attribution.push(&received);
        }
        let report = attribution.report();
        let of_lanes: u64 = report.lanes().iter().map(LaneErrors::total).sum();
        prop_assert_eq!(report.wrong_bits, of_lanes + report.of_no_lane().total());
        prop_assert!(report.wrong_bits <= report.bits_seen && report.claimed <= report.wrong_bits);
        prop_assert!((0.0..=1.0).contains(&report.rate.value));
        prop_assert!(std::string::ToString::to_string(&report).len() > 10 || report.wrong_bits == 0);
        // A packet of its own, the one before it the same: the bit is known.
        if matches!(entry, Entry::Packets { framed: true }) && wrong % bits >= 32 {
            prop_assert!(report.wrong_bits > 0);
        }
    }
}
