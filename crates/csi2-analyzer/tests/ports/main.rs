//! Lane bytes and streams seen as logic: the packets of a bus that is drawn here clock by clock.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bus;

use bus::*;
use csi2_dphy::{Bus, Change, Level, Observation, PortMap, Ports, Samples, StreamPorts, Wire};
use proptest::prelude::*;

/// Packets without their footers.
fn bytes(heard: &Heard) -> Vec<&[u8]> {
    heard.packets.iter().map(|(bytes, _)| bytes.as_slice()).collect()
}

fn expected(bursts: &[&'static [u8]]) -> Vec<&'static [u8]> {
    bursts
        .iter()
        .map(|burst| {
            if burst.len() > 4 {
                &burst[..burst.len() - 2]
            } else {
                burst
            }
        })
        .collect()
}

/// The first clock at which a lane has a byte that counts, burst by burst.
fn first_bytes(cells: &[Cell], shape: &Shape) -> Vec<u64> {
    let mut firsts = Vec::new();
    let mut taken = false;
    for (at, cell) in cells.iter().enumerate() {
        // With the sync byte, the next byte is the first that counts.
        let late = usize::from(shape.sync_byte && shape.width == 1);
        if cell.valid != 0 && !taken {
            firsts.push((at + late) as u64);
            taken = true;
        }
        taken &= cell.active;
    }
    firsts
}

#[test]
fn any_width_and_number_of_lanes() {
    for lanes in [1, 2, 3, 4, 8] {
        for width in [1, 2, 4] {
            for sync_byte in [false, true] {
                let shape = Shape {
                    sync_byte,
                    ..Shape::plain(lanes, width)
                };
                let cells = shape.draw(&[FS, LINE, FE]);
                let heard = hear(shape.map(false), &[Observation::Changes(&ticks(&cells))]);
                assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]), "{shape:?}");
                assert_eq!((heard.bursts, heard.align.len()), (3, 0), "{shape:?}");
                assert_eq!(heard.skew, vec![vec![0; lanes]; 3]);
                let at: Vec<u64> = heard.packets.iter().map(|packet| packet.1).collect();
                assert_eq!(at, first_bytes(&cells[0], &shape), "{shape:?}");
            }
        }
    }
}

#[test]
fn strobes_that_are_there_suffice() {
    let lanes = 4;
    let plain = Shape::plain(lanes, 1);
    for shape in [
        Shape {
            active: false,
            ..plain.clone()
        },
        Shape {
            active: false,
            sync: false,
            ..plain.clone()
        },
        Shape {
            sync: false,
            ..plain.clone()
        },
        Shape {
            valid: false,
            sync: false,
            sync_byte: true,
            ..plain.clone()
        },
        Shape {
            valid: false,
            sync_byte: true,
            ..plain.clone()
        },
    ] {
        let cells = shape.draw(&[FS, LINE, FE]);
        for clocked_map in [false, true] {
            let changes = if clocked_map { clocked(&cells) } else { ticks(&cells) };
            let heard = hear(shape.map(clocked_map), &[Observation::Changes(&changes)]);
            assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]), "{shape:?}");
        }
    }
}

#[test]
fn lanes_may_be_late_by_the_limit_and_no_more() {
    let shape = Shape {
        skew: vec![0, 3, 6, 1],
        ..Shape::plain(4, 1)
    };
    let heard = hear(
        shape.map(false),
        &[Observation::Changes(&ticks(&shape.draw(&[FS, LINE, FE])))],
    );
    assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]));
    assert_eq!(heard.skew, vec![vec![0, 24, 48, 8]; 3]);
    assert!(heard.align.is_empty());

    let shape = Shape {
        skew: vec![0, 3, 7, 1],
        ..Shape::plain(4, 1)
    };
    let heard = hear(
        shape.map(false),
        &[Observation::Changes(&ticks(&shape.draw(&[FS, LINE, FE])))],
    );
    assert_eq!((heard.packets.len(), heard.bursts, heard.align), (0, 0, vec![2, 2, 2]));

    // A dead lane costs its bursts, not the capture.
    let shape = Shape::plain(2, 1);
    let mut cells = shape.draw(&[FS, LINE, FE]);
    let second = first_bytes(&cells[1], &shape)[1] as usize;
    cells[1][second - 1..second + 12].fill(Cell::default());
    let heard = hear(shape.map(false), &[Observation::Changes(&ticks(&cells))]);
    assert_eq!((bytes(&heard), &heard.align), (expected(&[FS, FE]), &vec![1]));
}

#[test]
fn gaps_between_bytes_are_no_ends() {
    for width in [1, 2] {
        let shape = Shape {
            gap: Some(1),
            skew: vec![1, 0],
            ..Shape::plain(2, width)
        };
        let cells = shape.draw(&[FS, LINE, FE]);
        let heard = hear(shape.map(false), &[Observation::Changes(&ticks(&cells))]);
        assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]));
        let at: Vec<u64> = heard.packets.iter().map(|packet| packet.1).collect();
        assert_eq!(at, first_bytes(&cells[0], &shape));
    }
}

#[test]
fn a_short_packet_on_eight_lanes_leaves_four_without_a_byte() {
    let shape = Shape {
        active: false,
        sync: false,
        ..Shape::plain(8, 1)
    };
    let mut cells = shape.draw(&[FS, FE]);
    for lane in &mut cells[4..] {
        lane.fill(Cell::default());
    }
    for lane in &mut cells[..4] {
        // No trail either.
        let valid: Vec<usize> = (0..lane.len()).filter(|&at| lane[at].valid != 0).collect();
        valid
            .iter()
            .skip(1)
            .step_by(2)
            .for_each(|&at| lane[at] = Cell::default());
    }
    let heard = hear(shape.map(false), &[Observation::Changes(&ticks(&cells))]);
    assert_eq!((bytes(&heard), heard.align.len()), (expected(&[FS, FE]), 0));
}

#[test]
fn with_a_clock_values_count_from_before_its_edge() {
    let shape = Shape::plain(2, 1);
    let cells = shape.draw(&[FS, LINE]);
    let heard = hear(shape.map(true), &[Observation::Changes(&clocked(&cells))]);
    assert_eq!(bytes(&heard), expected(&[FS, LINE]));
    // A value of clock `n` changes with edge `n` and is taken at the next one.
    let at: Vec<u64> = heard.packets.iter().map(|packet| packet.1).collect();
    let edges: Vec<u64> = first_bytes(&cells[0], &shape)
        .iter()
        .map(|clock| 5 + 8 * (clock + 1))
        .collect();
    assert_eq!(at, edges);
}

/// A stream of whole packets: (bytes, keep, valid, ready, last) a clock; channels 0..32 data, 32..36 keep, then the rest.
fn stream(beats: &[([u8; 4], u8, bool, bool, bool)], keep: bool, last: bool) -> Heard {
    let mut changes = Vec::new();
    let mut before = None;
    for (at, (data, kept, valid, ready, ends)) in beats.iter().enumerate() {
        let flags = u64::from(*valid) | u64::from(*ready) << 1 | u64::from(*ends) << 2;
        let word = u64::from(u32::from_le_bytes(*data)) | u64::from(*kept) << 32 | flags << 36;
        push(&mut changes, at as u64, 0, before.unwrap_or(!word), word);
        before = Some(word);
    }
    changes.push(Change {
        at: beats.len() as u64 - 1,
        channel: 50,
        level: Level::Low,
    });
    let wire = |channel| Some(Wire { channel, invert: false });
    let data: Vec<u16> = (0..32).collect();
    let ports = StreamPorts {
        data: Bus::new(&data, false).unwrap(),
        valid: wire(36),
        ready: wire(37),
        last: wire(38).filter(|_| last),
        keep: if keep {
            Bus::new(&[32, 33, 34, 35], false).unwrap()
        } else {
            Bus::default()
        },
    };
    hear(
        PortMap {
            clock: None,
            ports: Ports::Stream(ports),
        },
        &[Observation::Changes(&changes)],
    )
}

#[test]
fn streams_stall_and_keep() {
    let none = ([0xEE; 4], 0xF, false, true, false);
    let stalled = |data, keep| (data, keep, true, false, false);
    let beats = [
        none,
        ([0x00, 0x01, 0x00, 0x1A], 0xF, true, true, true),
        none,
        // The same beat until it is taken.
        stalled([0x2B, 0x05, 0x00, 0x2E], 0xF),
        stalled([0x2B, 0x05, 0x00, 0x2E], 0xF),
        ([0x2B, 0x05, 0x00, 0x2E], 0xF, true, true, false),
        none,
        ([0x5E, 0xC2, 0xA0, 0xAB], 0xF, true, true, false),
        // Bytes that are not kept may be anywhere.
        ([0x33, 0x65, 0x77, 0x61], 0b1011, true, true, true),
        ([0x01, 0x01, 0x00, 0x1D], 0xF, true, true, true),
    ];
    let heard = stream(&beats, true, true);
    assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]));
    let at: Vec<u64> = heard.packets.iter().map(|packet| packet.1).collect();
    assert_eq!((at, heard.bursts), (vec![1, 5, 9], 3));
    assert_eq!(heard.skew, vec![Vec::<u16>::new(); 3]);

    // Without keep and last, packets follow one another in whole words.
    let words = [
        [0x00, 0x01, 0x00, 0x1A],
        [0x01, 0x01, 0x00, 0x1D],
        [0x00, 0x01, 0x00, 0x1A],
    ];
    let beats: Vec<_> = words.iter().map(|word| (*word, 0, true, true, false)).collect();
    let heard = stream(&beats, false, false);
    assert_eq!((heard.packets.len(), heard.bursts), (3, 1));
}

#[test]
fn data_that_never_changes_is_no_data() {
    let shape = Shape {
        active: false,
        sync: false,
        ..Shape::plain(1, 1)
    };
    let mut cells = shape.draw(&[FS]);
    cells[0].truncate(30);
    let mut changes = ticks(&cells);
    // Valid for a long time, then a packet.
    let at = u64::MAX / 2;
    changes.push(Change {
        at: 40,
        channel: 40,
        level: Level::High,
    });
    changes.push(Change {
        at,
        channel: 40,
        level: Level::Low,
    });
    for change in ticks(&shape.draw(&[FE])) {
        changes.push(Change {
            at: at + 1 + change.at,
            ..change
        });
    }
    let heard = hear(shape.map(false), &[Observation::Changes(&changes)]);
    assert_eq!(bytes(&heard).last(), Some(&FE));
}

#[test]
fn samples_are_ticks() {
    let shape = Shape::plain(1, 2);
    let cells = shape.draw(&[FS, LINE, FE]);
    let bytes_of = |times: usize| -> Vec<u8> {
        cells[0]
            .iter()
            .flat_map(|cell| vec![word(cell).to_le_bytes(); times])
            .flatten()
            .collect()
    };
    let once = bytes_of(1);
    let heard = hear(
        shape.map(false),
        &[Observation::Samples(Samples {
            first: 0,
            unit: 8,
            bytes: &once,
        })],
    );
    assert_eq!(heard, hear(shape.map(false), &[Observation::Changes(&ticks(&cells))]));
    assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]));

    // Four samples a clock, and the clock among them.
    let mut often = bytes_of(4);
    for (index, sample) in often.chunks_exact_mut(8).enumerate() {
        sample[7] |= u8::from(index % 4 >= 2) << 4;
    }
    let heard = hear(
        shape.map(true),
        &[Observation::Samples(Samples {
            first: 0,
            unit: 8,
            bytes: &often,
        })],
    );
    assert_eq!(bytes(&heard), expected(&[FS, LINE, FE]));
}

fn shapes() -> impl Strategy<Value = Shape> {
    let lanes = prop::sample::select(vec![1usize, 2, 3, 4, 8]);
    let strobes = prop::sample::select(vec![(true, true, true), (true, true, false), (true, false, true)]);
    (lanes, prop::sample::select(vec![1usize, 2, 4]), strobes, any::<bool>()).prop_flat_map(
        |(lanes, width, (valid, active, sync), sync_byte)| {
            let most = 6usize.div_ceil(width);
            let gap = if active {
                prop::option::of(1usize..5).boxed()
            } else {
                Just(None).boxed()
            };
            (prop::collection::vec(0..=most, lanes), gap).prop_map(move |(skew, gap)| Shape {
                lanes,
                width,
                valid,
                active,
                sync,
                sync_byte,
                skew,
                gap,
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bus_gives_its_packets(shape in shapes(), clock in any::<bool>(), cut in 1usize..200) {
        let cells = shape.draw(&[FS, LINE, LINE, FE]);
        let changes = if clock { clocked(&cells) } else { ticks(&cells) };
        let whole = hear(shape.map(clock), &[Observation::Changes(&changes)]);
        prop_assert_eq!(bytes(&whole), expected(&[FS, LINE, LINE, FE]));
        let pieces: Vec<_> = changes.chunks(cut).map(Observation::Changes).collect();
        prop_assert_eq!(hear(shape.map(clock), &pieces), whole);
    }

    #[test]
    fn any_changes_are_survived(shape in shapes(), clock in any::<bool>(), noise in prop::collection::vec((0u64..9, 0u16..512, 0u8..3), 0..600)) {
        let mut at = 0;
        let changes: Vec<Change> = noise.iter().map(|&(step, channel, level)| {
            at += step.saturating_sub(5);
            let level = [Level::Low, Level::High, Level::Unknown][usize::from(level)];
            // Half of them on wires that mean much.
            let channel = if step % 2 == 0 { channel / 64 * 64 + 40 + channel % 6 } else { channel };
            Change { at, channel, level }
        }).collect();
        let whole = hear(shape.map(clock), &[Observation::Changes(&changes)]);
        let pieces: Vec<_> = changes.chunks(7).map(Observation::Changes).collect();
        prop_assert_eq!(hear(shape.map(clock), &pieces), whole);
    }
}
