//! What a transmitter puts on the link, read back by hand.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;

use csi2_dphy::{Clocking, MAX_LANES, Observation, Tick, Timebase, TransmitTiming, UnitInterval, WaveformSettings};
use csi2_generator::{Piece, TransmitLayer, TransmitSettings, Transmitter};
use proptest::prelude::*;

const RATE: u64 = 1_000_000_000;

fn transmitter(layer: TransmitLayer, lanes: usize) -> Transmitter {
    Transmitter::new(TransmitSettings::new(layer, lanes, RATE))
}

fn pins(samples_per_ui: u64, clocking: Clocking, skew: [u32; MAX_LANES]) -> TransmitLayer {
    TransmitLayer::Pins(WaveformSettings {
        // The number of lanes is the transmitter's.
        lanes: 1,
        clocking,
        skew,
        ..WaveformSettings::new(1, UnitInterval::whole(samples_per_ui), TransmitTiming::for_rate(RATE))
    })
}

/// A burst that has no pattern.
fn burst(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * i / 3 + 7 * i + 1) as u8).collect()
}

/// Runs `send` and gives (start of the first data bit, bytes of each lane or of the burst) of each piece.
fn bytes(mut send: impl FnMut(&mut dyn FnMut(Piece<'_>) -> Result<(), Infallible>)) -> Vec<(Tick, Vec<Vec<u8>>)> {
    let mut pieces = Vec::new();
    send(&mut |piece: Piece<'_>| {
        assert!(piece.starts && piece.ends);
        let bytes = match piece.seen {
            Observation::Merged(bytes) => vec![bytes.to_vec()],
            Observation::Lanes(lanes) => {
                assert!(lanes.lanes[lanes.count..].iter().all(|lane| lane.is_empty()));
                lanes.lanes[..lanes.count].iter().map(|lane| lane.to_vec()).collect()
            }
            other => panic!("{other:?}"),
        };
        pieces.push((piece.at, bytes));
        Ok(())
    });
    pieces
}

#[test]
fn packets_take_the_time_of_the_link() {
    for lanes in 1..=MAX_LANES {
        let mut link = transmitter(TransmitLayer::Packets, lanes);
        assert_eq!(link.timebase(), Timebase::NANOSECONDS);
        assert!(link.channels().is_empty());
        let seen = bytes(|out| {
            for length in [4, 5076, 5076, 4] {
                link.burst(&burst(length), out).unwrap();
            }
            link.finish(out).unwrap();
        });
        assert_eq!(
            seen.iter().map(|(_, bytes)| bytes[0].len()).collect::<Vec<_>>(),
            [4, 5076, 5076, 4]
        );
        assert!(seen.iter().all(|(_, bytes)| bytes[0] == burst(bytes[0].len())));
        // At 1 Gb/s a bit is a nanosecond. Entry and exit: at least T_LPX + (T_HS-PREPARE + ZERO) + sync, T_HS-TRAIL + EXIT.
        let line = 5076_u64.div_ceil(lanes as u64) * 8;
        let overhead = 50 + 155 + 8 + 64 + 100;
        assert!(seen[0].0 >= 50 + 155 + 8);
        let period = seen[2].0 - seen[1].0;
        assert!(
            (line + overhead..line + 2 * overhead).contains(&period),
            "{lanes} lanes: {period}"
        );
        assert_eq!(seen[3].0 - seen[2].0, period);
    }
}

#[test]
fn lanes_carry_every_nth_byte() {
    for count in 1..=MAX_LANES {
        for length in (0..40).chain([5076]) {
            let sent = burst(length);
            let mut link = transmitter(TransmitLayer::Lanes, count);
            // A longer burst before: buffers that are reused must not show it.
            let seen = bytes(|out| {
                link.burst(&burst(6000), out).unwrap();
                link.burst(&sent, out).unwrap();
            });
            let lanes = &seen[1].1;
            assert_eq!((seen.len(), lanes.len()), (2, count));
            assert_eq!(lanes.iter().map(Vec::len).sum::<usize>(), length);
            for (i, byte) in sent.iter().enumerate() {
                assert_eq!(
                    lanes[i % count][i / count],
                    *byte,
                    "{count} lanes, byte {i} of {length}"
                );
            }
        }
    }
}

#[test]
fn waiting_moves_the_next_burst() {
    let mut link = transmitter(TransmitLayer::Packets, 4);
    let mut end = 0;
    let seen = bytes(|out| {
        link.burst(&burst(4), out).unwrap();
        link.wait_until(1_000_000, out).unwrap();
        assert_eq!(link.now(), 1_000_000);
        link.burst(&burst(4), out).unwrap();
        link.wait_until(5, out).unwrap();
        end = link.now();
        link.burst(&burst(4), out).unwrap();
    });
    let entry = seen[0].0;
    assert_eq!(seen[1].0, 1_000_000 + entry);
    assert_eq!(seen[2].0, end + entry);
    assert!(end > seen[1].0);
}

#[test]
fn lanes_and_rates_out_of_range_do_no_harm() {
    for (lanes, rate) in [(0, 0), (9, u64::MAX), (usize::MAX, 1)] {
        let settings = TransmitSettings {
            initial_deskew: Some(1 << 15),
            ..TransmitSettings::new(TransmitLayer::Lanes, lanes, rate)
        };
        let mut link = Transmitter::new(settings);
        let seen = bytes(|out| {
            link.wait_until(Tick::MAX, out).unwrap();
            link.burst(&burst(9), out).unwrap();
        });
        assert_eq!(seen[0].1.len(), lanes.clamp(1, MAX_LANES));
        assert_eq!(seen[0].1.concat().len(), 9);
    }
}

/// Samples as one integer each; checks that pieces follow one another and are small.
fn samples(mut send: impl FnMut(&mut dyn FnMut(Piece<'_>) -> Result<(), Infallible>)) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    send(&mut |piece: Piece<'_>| {
        assert!(!piece.starts && !piece.ends);
        let Observation::Samples(seen) = piece.seen else {
            panic!("{:?}", piece.seen)
        };
        assert_eq!((seen.first, piece.at), (all.len() as u64, seen.first));
        assert!(!seen.bytes.is_empty() && seen.bytes.len() <= 64 << 10 && seen.bytes.len() % seen.unit == 0);
        all.extend(
            seen.bytes
                .chunks(seen.unit)
                .map(|sample| sample.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte))),
        );
        Ok(())
    });
    all
}

/// Bits of each HS burst of a lane: taken at the edges of the clock, between stop states.
fn bursts(samples: &[u32], names: &[String], lane: usize) -> Vec<Vec<bool>> {
    let wire = |name: String| names.iter().position(|known| *known == name).unwrap();
    let (clock_p, clock_n) = (wire("CLKP".into()), wire("CLKN".into()));
    let (p, n) = (wire(format!("D{lane}P")), wire(format!("D{lane}N")));
    let bit = |sample: u32, wire: usize| sample >> wire & 1 == 1;
    let mut bursts = vec![Vec::new()];
    for pair in samples.windows(2) {
        let (before, now) = (pair[0], pair[1]);
        if bit(now, p) && bit(now, n) {
            if bursts.last().is_some_and(|bits| !bits.is_empty()) {
                bursts.push(Vec::new());
            }
        } else if bit(before, clock_p) != bit(now, clock_p)
            && bit(now, clock_p) != bit(now, clock_n)
            && bit(now, p) != bit(now, n)
        {
            bursts.last_mut().unwrap().push(bit(now, p));
        }
    }
    bursts.retain(|bits| !bits.is_empty());
    bursts
}

/// Bytes after the sync pattern: `length` of them, and then a trail that is the last bit inverted.
fn data(bits: &[bool], length: usize) -> Vec<u8> {
    let pattern = [false, false, false, true, true, true, false, true];
    let start = bits.windows(8).position(|bits| bits == pattern).unwrap() + 8;
    assert!(bits[..start - 5].iter().all(|&bit| !bit), "HS-ZERO");
    let (payload, trail) = bits[start..].split_at(length * 8);
    let last = *bits[..start + length * 8].last().unwrap();
    assert!(
        trail.len() >= 60 && trail.iter().all(|&bit| bit != last),
        "trail of {} bits",
        trail.len()
    );
    payload
        .chunks(8)
        .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)))
        .collect()
}

#[test]
fn pins_carry_the_bursts() {
    for count in [1, 2, 3, 4, 8] {
        for clocking in [Clocking::Continuous, Clocking::Gated] {
            for samples_per_ui in [2, 4, 5] {
                let mut skew = [0; MAX_LANES];
                skew[count - 1] = 3;
                let mut link = transmitter(pins(samples_per_ui, clocking, skew), count);
                assert_eq!(link.timebase(), Timebase::from_hertz(RATE * samples_per_ui));
                let names = link.channels();
                assert_eq!(names.len(), 2 + 2 * count);
                let sent = [burst(4), burst(611), burst(3)];
                let all = samples(|out| {
                    for bytes in &sent {
                        link.burst(bytes, out).unwrap();
                    }
                    link.finish(out).unwrap();
                });
                assert_eq!(link.now(), all.len() as u64);
                // Stop state at both ends.
                let stop = ((1_u32 << names.len()) - 1) & !0b11;
                assert_eq!((all[0] & stop, all[all.len() - 1] & stop), (stop, stop));
                for lane in 0..count {
                    let seen = bursts(&all, &names, lane);
                    assert_eq!(
                        seen.len(),
                        3,
                        "{count} lanes, lane {lane}, {clocking:?}, {samples_per_ui}"
                    );
                    for (bits, bytes) in seen.iter().zip(&sent) {
                        let expected: Vec<u8> = bytes.iter().copied().skip(lane).step_by(count).collect();
                        assert_eq!(
                            data(bits, expected.len()),
                            expected,
                            "{count} lanes, lane {lane}, {clocking:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn one_sample_a_bit_shows_the_data_alone() {
    let mut link = transmitter(pins(1, Clocking::Continuous, [0; MAX_LANES]), 4);
    assert_eq!(link.channels().len(), 4);
    let sent = burst(103);
    let all = samples(|out| {
        link.burst(&sent, out).unwrap();
        link.finish(out).unwrap();
    });
    for lane in 0..4 {
        let bits: Vec<bool> = all.iter().map(|sample| sample >> lane & 1 == 1).collect();
        let pattern = [false, false, false, true, true, true, false, true];
        let start = bits.windows(8).position(|bits| bits == pattern).unwrap() + 8;
        let expected: Vec<u8> = sent.iter().copied().skip(lane).step_by(4).collect();
        let bytes = bits[start..]
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)));
        assert_eq!(bytes.take(expected.len()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn pins_wait_in_the_stop_state() {
    let mut link = transmitter(pins(4, Clocking::Gated, [0; MAX_LANES]), 2);
    let names = link.channels();
    let all = samples(|out| {
        link.burst(&burst(4), out).unwrap();
        link.wait_until(1_000_000, out).unwrap();
        assert!((1_000_000..1_000_004).contains(&link.now()));
        link.wait_until(1, out).unwrap();
        link.burst(&burst(4), out).unwrap();
    });
    let everything = (1 << names.len()) - 1;
    assert!(all[500_000..1_000_000].iter().all(|&sample| sample == everything));
    assert_eq!(bursts(&all, &names, 0).len(), 2);
}

#[test]
fn a_deskew_burst_opens_the_link_once() {
    let layer = pins(2, Clocking::Continuous, [0; MAX_LANES]);
    let mut link = Transmitter::new(TransmitSettings {
        initial_deskew: Some(1 << 15),
        ..TransmitSettings::new(layer, 2, RATE)
    });
    let names = link.channels();
    let all = samples(|out| {
        link.burst(&burst(4), out).unwrap();
        link.burst(&burst(4), out).unwrap();
    });
    for lane in 0..2 {
        let seen = bursts(&all, &names, lane);
        assert_eq!(seen.len(), 3);
        let first = seen[0].iter().position(|&bit| bit).unwrap();
        let (sync, pattern) = seen[0][first..].split_at(16);
        assert!(sync.iter().all(|&bit| bit));
        let toggles = pattern.windows(2).take_while(|pair| pair[0] != pair[1]).count();
        assert!(toggles >= (1 << 15) - 20, "{toggles} bits of clock pattern");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn times_never_run_backwards(steps in prop::collection::vec((0_usize..300, 0_u64..20_000), 1..20), lanes in 1_usize..9) {
        let mut link = transmitter(TransmitLayer::Packets, lanes);
        let mut ends = Vec::new();
        let seen = bytes(|out| {
            for &(length, at) in &steps {
                link.wait_until(at, out).unwrap();
                link.burst(&burst(length), out).unwrap();
                ends.push(link.now());
            }
        });
        for (pair, end) in seen.windows(2).zip(&ends) {
            prop_assert!(pair[0].0 < *end && *end < pair[1].0);
        }
    }
}
