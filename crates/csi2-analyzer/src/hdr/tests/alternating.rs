//! Virtual channels and data types.

use super::*;

#[test]
fn channels_are_claimed_and_exact() {
    for delays in [&[0, 4][..], &[0, 1], &[0, 2, 5], &[0, 1, 2]] {
        // Sets far apart, close, and overlapping.
        for period in [40, 17, 14] {
            let rig = Rig {
                period,
                ..Rig::new(By::Channel, delays)
            };
            let out = run(&rig.packets(), HdrSettings::default());
            out.is_exact(&rig);
            assert_eq!(out.notices.len(), 1);
        }
    }
    let said = run(&Rig::new(By::Channel, &[0, 2, 5]).packets(), HdrSettings::default()).said();
    assert_eq!(
        said,
        ["3 exposures by virtual channel 0, 1, 2; SEF1 trails by 2 rows, SEF2 trails by 5 rows"]
    );
}

#[test]
fn types_are_claimed_and_exact() {
    for delays in [&[0, 4][..], &[0, 2, 5], &[0, 0]] {
        let rig = Rig::new(By::Type, delays);
        let out = run(&rig.packets(), HdrSettings::default());
        out.is_exact(&rig);
        assert_eq!(out.notices.len(), 1);
    }
    let said = run(&Rig::new(By::Type, &[0, 4]).packets(), HdrSettings::default()).said();
    assert_eq!(said, ["2 exposures by data type RAW10, USER1; SEF1 trails by 4 rows"]);
}

/// Rows that stand in for an exposure, and optical black ones.
#[test]
fn types_with_more_than_the_image() {
    for delays in [&[0, 4][..], &[0, 2, 5]] {
        let rig = Rig {
            blanking: Blanking::OwnCode,
            ..Rig::new(By::Type, delays)
        };
        run(&rig.packets(), HdrSettings::default()).is_exact(&rig);
        let rig = Rig {
            black: Black::ImageCode,
            ..rig
        };
        let told = HdrSettings {
            delays: Some([delays[1] as u16, delays.get(2).map_or(0, |delay| *delay as u16)]),
            blanking_rows: Some(true),
            black_rows: 2,
            ..HdrSettings::default()
        };
        run(&rig.packets(), told).is_exact(&rig);
    }
}

/// With FS and FE of the other channel between its own, as any set has, but rows when they are ready.
fn cameras(order: impl Iterator<Item = usize>) -> Vec<Packet> {
    let rig = Rig::new(By::Channel, &[0, 0]);
    let mut rows = [0; 2];
    let mut packets = vec![header(0, 0, 1), rig.row(0, 0, (0..16).map(|_| 9)), header(1, 0, 1)];
    for channel in order {
        rows[channel] += 1;
        packets.push(rig.row(channel, 0, (0..16).map(|x| rig.sample(0, channel, rows[channel], x))));
    }
    packets.push(header(0, 1, 1));
    packets.push(header(1, 1, 1));
    packets
}

#[test]
fn cameras_are_not_exposures() {
    let random = |at: usize| (at as u32).wrapping_mul(2_654_435_761).rotate_left(9) as usize & 1;
    let orders: [Vec<usize>; 4] = [
        (0..60).map(random).collect(),
        // Bursts of rows, as an aggregator sends them.
        (0..60).map(|at| at / 4 % 2).collect(),
        // Another line rate.
        (0..60).map(|at| usize::from(at % 3 != 0)).collect(),
        (0..30).map(|at| usize::from(at >= 15)).collect(),
    ];
    for order in orders {
        let out = run(&cameras(order.into_iter()), HdrSettings::default());
        assert_eq!((out.labels().len(), out.frames.len()), (0, 2));
    }
    // In step, but triggered together: a shorter exposure trails.
    let rig = Rig::new(By::Channel, &[0, 0]);
    let out = run(&rig.packets(), HdrSettings::default());
    assert_eq!((out.labels().len(), out.frames.len()), (0, 6));
    // Somebody knows better.
    let told = HdrSettings {
        method: Told::Exposures,
        ..HdrSettings::default()
    };
    run(&rig.packets(), told).is_exact(&rig);
}

#[test]
fn other_sizes_are_not_exposures() {
    for (height, width) in [(8, 16), (12, 20)] {
        let mut packets = Vec::new();
        let long = Rig {
            sets: 1,
            ..Rig::new(By::Channel, &[0, 4])
        };
        let other = Rig { height, width, ..long };
        let of = |rig: Rig, channel: u8| {
            let mut slots = Vec::new();
            rig.set(0, &mut slots);
            slots
                .into_iter()
                .filter(move |(_, _, packet)| packet[0] >> 6 == channel)
        };
        packets.extend(of(long, 0).chain(of(other, 1)));
        packets.sort_by_key(|(slot, order, _)| (*slot, *order));
        let packets: Vec<Packet> = packets.into_iter().map(|(_, _, packet)| packet).collect();
        let out = run(&packets, HdrSettings::default());
        assert_eq!((out.labels().len(), out.frames.len()), (0, 2), "{width}x{height}");
    }
}

/// Wherever the capture begins, exposures of a set come out with each other.
#[test]
fn a_capture_that_begins_inside_of_a_set() {
    for (delays, period) in [(&[0, 4][..], 24), (&[0, 4], 14), (&[0, 2, 5], 24)] {
        let rig = Rig {
            period,
            ..Rig::new(By::Channel, delays)
        };
        let packets = rig.packets();
        for begin in 0..packets.len() / 3 {
            let out = run(&packets[begin..], HdrSettings::default());
            let last = out.labels().iter().map(|(_, set)| *set).max().unwrap();
            for exposure in 0..delays.len() {
                let frame = out.find(Exposure::ALL[exposure], last).unwrap();
                assert_eq!(
                    samples(&frame.frame()),
                    rig.image(2, exposure),
                    "{rig:?} {begin} {:?} {:?}",
                    out.labels(),
                    out.said()
                );
            }
        }
    }
}

#[test]
fn a_lost_row_and_a_lost_frame() {
    let rig = Rig {
        sets: 4,
        ..Rig::new(By::Channel, &[0, 4])
    };
    let packets = rig.packets();
    let per_set = packets.len() / 4;
    for lost in 1..per_set - 1 {
        let mut came = packets.clone();
        came.remove(per_set + lost);
        let out = run(&came, HdrSettings::default());
        for exposure in 0..2 {
            let frame = out.find(Exposure::ALL[exposure], 3).unwrap();
            assert_eq!(samples(&frame.frame()), rig.image(3, exposure), "{lost}");
        }
    }
    // The short exposure of set 1, and the long one of set 2.
    for (channel, set) in [(1, 1), (0, 2)] {
        let mut came = packets.clone();
        let mut at = 0;
        came.retain(|packet| {
            at += 1;
            (at - 1) / per_set != set || packet[0] >> 6 != channel
        });
        let out = run(&came, HdrSettings::default());
        let mut labels = out.labels();
        labels.sort_unstable();
        assert_eq!(labels.len(), 7);
        let gone = if channel == 0 { "LEF" } else { "SEF1" };
        assert!(!labels.contains(&(gone, set as u64)), "{labels:?}");
    }
}

#[test]
fn told_channels_need_no_evidence() {
    // The short exposure begins when the long one is over.
    let channels = [0, 1, 2].map(|of| VirtualChannel::new(of).unwrap());
    for method in [Told::Channels(channels), Told::Exposures] {
        let rig = Rig {
            period: 40,
            ..Rig::new(By::Channel, &[0, 15])
        };
        let out = run(&rig.packets(), HdrSettings::default());
        assert!(out.labels().is_empty());
        let out = run(
            &rig.packets(),
            HdrSettings {
                method,
                ..HdrSettings::default()
            },
        );
        out.is_exact(&rig);
        let rig = Rig {
            period: 60,
            ..Rig::new(By::Channel, &[0, 15, 29])
        };
        run(
            &rig.packets(),
            HdrSettings {
                method,
                ..HdrSettings::default()
            },
        )
        .is_exact(&rig);
    }
    let rig = Rig::new(By::Channel, &[0, 4]);
    let off = HdrSettings {
        method: Told::Off,
        ..HdrSettings::default()
    };
    assert!(run(&rig.packets(), off).labels().is_empty());
}

#[test]
fn told_types() {
    let rig = Rig {
        period: 40,
        ..Rig::new(By::Type, &[0, 15])
    };
    assert!(run(&rig.packets(), HdrSettings::default()).labels().is_empty());
    let types = [DataType::RAW10, DataType::from_bits(0x30), DataType::from_bits(0x31)];
    let told = HdrSettings {
        method: Told::DataTypes(types),
        exposures: Some(2),
        ..HdrSettings::default()
    };
    run(&rig.packets(), told).is_exact(&rig);
}

/// A sensor that takes one exposure, then two, then one, then two.
#[test]
fn exposures_come_and_go() {
    let one = Rig::new(By::Channel, &[0]);
    let two = Rig::new(By::Channel, &[0, 4]);
    let packets = [
        one.packets(),
        two.packets(),
        one.packets(),
        one.packets(),
        two.packets(),
    ]
    .concat();
    let out = run(&packets, HdrSettings::default());
    let labels: Vec<_> = out
        .frames
        .iter()
        .map(|sorted| sorted.label.map(|of| (of.exposure.index(), of.set)))
        .collect();
    let set = |set| [Some((0, set)), Some((1, set))];
    let expected = [
        &[None; 3][..],
        &[set(0), set(1), set(2)].concat(),
        // The first may have lost its partner; the second shows that there is none.
        &[Some((0, 3)), None, None, None, None, None],
        &[set(5), set(6), set(7)].concat(),
    ];
    assert_eq!(labels, expected.concat());
}

/// One camera, whatever is said, is one.
#[test]
fn one_camera() {
    let rig = Rig::new(By::Channel, &[0]);
    for method in [Told::Nothing, Told::Exposures, Told::Information, Told::Off] {
        let out = run(
            &rig.packets(),
            HdrSettings {
                method,
                ..HdrSettings::default()
            },
        );
        assert_eq!((out.labels().len(), out.frames.len()), (0, 3), "{method:?}");
        let images: Vec<Vec<u16>> = out.frames.iter().map(|of| samples(&of.frame.frame())).collect();
        assert_eq!(images, [rig.image(0, 0), rig.image(1, 0), rig.image(2, 0)]);
    }
}

/// Frames of equal size with equal row times, at rates of their own: once one begins while the other is sent.
#[test]
fn cameras_at_other_rates_are_not_exposures() {
    for (long, short) in [(30, 23), (30, 29), (23, 30)] {
        let rig = Rig {
            sets: 8,
            height: 20,
            ..Rig::new(By::Channel, &[0, 0])
        };
        let mut slots = Vec::new();
        for (channel, period) in [(0_u8, long), (1, short)] {
            for set in 0..rig.sets {
                let mut frame = Vec::new();
                Rig { period: 0, ..rig }.set(set, &mut frame);
                let begin = 5 * usize::from(channel) + set * period;
                frame.iter_mut().for_each(|slot| slot.0 += 2 * begin);
                slots.extend(frame.into_iter().filter(|slot| slot.2[0] >> 6 == channel));
            }
        }
        slots.sort_by_key(|(slot, order, _)| (*slot, *order));
        let packets: Vec<Packet> = slots.into_iter().map(|(_, _, packet)| packet).collect();
        let out = run(&packets, HdrSettings::default());
        assert_eq!(
            (out.labels().len(), out.frames.len()),
            (0, 16),
            "{long} {short} {:?}",
            out.said()
        );
    }
}

/// Where there is no more, one set has to do.
#[test]
fn a_capture_of_one_set() {
    for delays in [&[0, 4][..], &[0, 2, 5]] {
        let rig = Rig {
            sets: 1,
            ..Rig::new(By::Channel, delays)
        };
        run(&rig.packets(), HdrSettings::default()).is_exact(&rig);
    }
}

/// The third begins when the first is over, or nearly: it takes turns with the second.
#[test]
fn the_third_exposure_trails_the_second() {
    for delays in [&[0, 11, 22][..], &[0, 12, 24], &[0, 12, 23]] {
        for sets in [1, 3] {
            let rig = Rig {
                sets,
                period: 60,
                height: 24,
                ..Rig::new(By::Channel, delays)
            };
            run(&rig.packets(), HdrSettings::default()).is_exact(&rig);
        }
    }
}

/// Optical black rows of a data type of their own, on the channel of each exposure.
#[test]
fn channels_with_black_rows() {
    for delays in [&[0, 4][..], &[0, 2, 4]] {
        let rig = Rig {
            black: Black::OtherType,
            ..Rig::new(By::Channel, delays)
        };
        let out = run(&rig.packets(), HdrSettings::default());
        out.is_exact(&rig);
        assert_eq!(out.frames.len(), 2 * out.labels().len());
    }
}
