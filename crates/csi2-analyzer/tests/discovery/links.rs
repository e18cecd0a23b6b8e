//! Links of all kinds, wired in all ways.

use crate::captures::*;
use csi2_analyzer::{Confidence, Descrambling, Hints};
use csi2_dphy::{Clocking, MAX_LANES, Scrambling, UnitInterval, Wires};

const CLOCK_ONLY: Wires = Wires {
    clock: true,
    low_power: false,
};
const NO_CLOCK: Wires = Wires {
    clock: false,
    low_power: true,
};

fn links() -> impl Iterator<Item = Link> {
    let wires = [Wires::ALL, CLOCK_ONLY, NO_CLOCK, Wires::HS];
    [1, 2, 3, 4, 8].into_iter().flat_map(move |lanes| {
        wires.into_iter().flat_map(move |wires| {
            [Clocking::Continuous, Clocking::Gated]
                .into_iter()
                .filter_map(move |clocking| {
                    if clocking == Clocking::Gated && !wires.clock {
                        return None;
                    }
                    Some(Link {
                        wires,
                        clocking,
                        pace: if wires.clock { (4, 1) } else { (1, 1) },
                        ..Link::new(lanes)
                    })
                })
        })
    })
}

#[test]
fn wires_on_any_channel_are_found_without_names() {
    let bursts = frames(3, 4, 200);
    for (seed, link) in (0..).zip(links()) {
        let samples = link.samples(&bursts);
        let mut wiring = Wiring::shuffled(&link, seed);
        for lane in (0..link.lanes).filter(|lane| lane % 3 == seed as usize % 3) {
            wiring.turn(&link, Some(lane));
        }
        if link.wires.clock && seed & 1 == 1 {
            wiring.turn(&link, None);
        }
        let samples = with_strangers(wiring.apply(&samples));
        for seen in [Seen::Changes(changes(&samples)), Seen::Samples(samples)] {
            let found = discover(&seen, &NOTHING).unwrap_or_else(|| panic!("{link:?}"));
            let mut wanted = wiring.map(&link);
            if let (false, Some(clock)) = (link.wires.low_power, &mut wanted.clock) {
                // Either polarity of a single clock wire takes the same bits.
                clock.p = found.map.clock.and_then(|pins| pins.p);
            }
            assert_eq!(found.map, wanted, "{link:?} {found:?}");
            assert_eq!(found.confidence, Confidence::Certain, "{link:?}");
            assert_eq!(packets(&seen, &found), (bursts.len(), 0), "{link:?} {found:?}");
        }
    }
}

#[test]
fn without_a_clock_the_length_of_a_bit_is_found() {
    let bursts = frames(2, 4, 120);
    for lanes in [1, 2, 4] {
        for (wires, pace) in [
            (Wires::HS, (4, 1)),
            (NO_CLOCK, (3, 1)),
            (Wires::HS, (5, 2)),
            (NO_CLOCK, (7, 2)),
        ] {
            let link = Link {
                wires,
                pace,
                ..Link::new(lanes)
            };
            let wiring = Wiring::shuffled(&link, 3);
            let samples = wiring.apply(&link.samples(&bursts));
            for seen in [Seen::Changes(changes(&samples)), Seen::Samples(samples)] {
                let found = discover(&seen, &NOTHING).unwrap_or_else(|| panic!("{link:?}"));
                assert_eq!(found.map, wiring.map(&link), "{link:?}");
                assert_eq!(found.confidence, Confidence::Certain, "{link:?}");
                let unit = found.sampling.unit_interval.expect("a length");
                let ticks = unit.numerator as f64 / unit.denominator as f64;
                let wanted = pace.0 as f64 / pace.1 as f64;
                assert!((ticks / wanted - 1.0).abs() < 1e-3, "{unit:?} for {pace:?}");
                assert_eq!(packets(&seen, &found), (bursts.len(), 0), "{link:?} {found:?}");
            }
        }
    }
}

#[test]
fn uneven_samples_of_a_clock_are_enough() {
    let bursts = frames(2, 4, 120);
    for pace in [(5, 2), (21, 10), (22, 7)] {
        for clocking in [Clocking::Continuous, Clocking::Gated] {
            let link = Link {
                pace,
                clocking,
                ..Link::new(4)
            };
            let mut wiring = Wiring::shuffled(&link, 17);
            wiring.turn(&link, Some(2));
            let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
            let found = discover(&seen, &NOTHING).expect("a link");
            assert_eq!(found.map.lanes, wiring.map(&link).lanes, "{link:?}");
            assert_eq!(found.confidence, Confidence::Certain, "{link:?}");
            assert_eq!(packets(&seen, &found), (bursts.len(), 0), "{link:?} {found:?}");
        }
    }
}

#[test]
fn deskew_and_idle_lanes_are_no_obstacle() {
    let bursts = frames(3, 3, 120);
    for clocking in [Clocking::Continuous, Clocking::Gated] {
        let link = Link {
            clocking,
            deskew: Some(1 << 11),
            ulps: Some(3000),
            ..Link::new(4)
        };
        let wiring = Wiring::shuffled(&link, 30);
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        let found = discover(&seen, &NOTHING).expect("a link");
        assert_eq!(found.map, wiring.map(&link), "{clocking:?} {found:?}");
        assert_eq!(found.confidence, Confidence::Certain);
    }
}

#[test]
fn a_capture_may_begin_anywhere() {
    let bursts = frames(2, 4, 120);
    for link in [
        Link::new(4),
        Link {
            wires: Wires::HS,
            pace: (1, 1),
            ..Link::new(4)
        },
    ] {
        let wiring = Wiring::shuffled(&link, 2);
        let samples = wiring.apply(&link.samples(&bursts));
        for part in [5, 3, 2] {
            let seen = Seen::Samples(samples[samples.len() / part + 777..].to_vec());
            let found = discover(&seen, &NOTHING).expect("a link");
            assert_eq!(found.map, wiring.map(&link), "{found:?}");
            assert_eq!(found.confidence, Confidence::Certain);
        }
    }
}

#[test]
fn a_long_wait_before_the_first_burst_costs_nothing() {
    let bursts = frames(2, 4, 120);
    let link = Link {
        pace: (2, 1),
        ..Link::new(2)
    };
    let wiring = Wiring::shuffled(&link, 6);
    let samples = link.samples(&bursts);
    // Two million bits of the clock alone, more than are kept.
    let idle = [samples[0], samples[1], samples[2], samples[3]];
    let waiting = idle.iter().copied().cycle().take(4_000_000);
    let samples: Vec<u64> = waiting.chain(samples.iter().copied()).collect();
    let seen = Seen::Samples(wiring.apply(&samples));
    let found = discover(&seen, &NOTHING).expect("a link");
    assert_eq!((found.map, found.confidence), (wiring.map(&link), Confidence::Certain));
}

#[test]
fn skewed_lanes_are_put_in_order() {
    let bursts = frames(2, 4, 120);
    let mut skew = [0; MAX_LANES];
    skew[..4].copy_from_slice(&[16, 0, 40, 7]);
    for wires in [Wires::ALL, Wires::HS] {
        let link = Link {
            skew,
            wires,
            pace: if wires.clock { (4, 1) } else { (1, 1) },
            ..Link::new(4)
        };
        let wiring = Wiring::shuffled(&link, 11);
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        let found = discover(&seen, &NOTHING).expect("a link");
        let wanted = wiring.map(&link);
        assert_eq!(found.map.lanes, wanted.lanes, "{found:?}");
        assert_eq!(packets(&seen, &found), (bursts.len(), 0));
    }
}

#[test]
fn scrambling_is_found_with_the_order() {
    let bursts = frames(2, 4, 120);
    for preset in Scrambling::PRESETS {
        for lanes in 1..=4 {
            let link = Link {
                scrambling: Some(preset.scrambling),
                ..Link::new(lanes)
            };
            let wiring = Wiring::shuffled(&link, 5);
            let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
            for scrambling in [Descrambling::Auto, Descrambling::Known(preset.scrambling)] {
                let hints = Hints { scrambling, ..NOTHING };
                let found = discover(&seen, &hints).expect("a link");
                assert_eq!(found.map, wiring.map(&link), "{}, {lanes} lanes", preset.name);
                assert_eq!(found.scrambling, Some(preset.scrambling));
                assert_eq!(packets(&seen, &found), (bursts.len(), 0));
            }
            // Not looked for, there are sync bytes and no more.
            let hints = Hints {
                scrambling: Descrambling::Off,
                ..NOTHING
            };
            let found = discover(&seen, &hints).expect("lanes");
            assert_eq!(found.scrambling, None);
            assert_eq!(found.confidence, Confidence::Weak, "{found:?}");
        }
    }
    // What is not scrambled is not descrambled.
    let link = Link::new(2);
    let found = discover(&Seen::Samples(link.samples(&bursts)), &NOTHING).expect("a link");
    assert_eq!(found.scrambling, None);
}

#[test]
fn damage_does_not_derail() {
    let mut bursts = frames(6, 6, 100);
    let mut random = Random(99);
    let mut damaged = 0;
    for burst in &mut bursts {
        if random.below(10) == 0 {
            burst[random.below(4)] ^= 1 << random.below(8);
            burst[random.below(4)] ^= 1 << random.below(8);
            damaged += 1;
        }
        if let Some(last) = burst.len().checked_sub(7).filter(|_| random.below(10) == 0) {
            burst[4 + random.below(last)] ^= 0x10;
            damaged += 1;
        }
    }
    assert!(damaged > 5);
    for lanes in [1, 2, 4, 8] {
        let link = Link::new(lanes);
        let wiring = Wiring::shuffled(&link, 21);
        let mut samples = wiring.apply(&link.samples(&bursts));
        // Wires of data are hit as well.
        for _ in 0..20 {
            let at = random.below(samples.len());
            let (channel, _) = wiring.0[2 + random.below(link.wire_count() - 2)];
            samples[at] ^= 1 << channel;
        }
        let found = discover(&Seen::Samples(samples), &NOTHING).expect("a link");
        assert_eq!(found.map, wiring.map(&link), "{found:?}");
        assert_eq!(found.confidence, Confidence::Certain, "{found:?}");
    }
}

#[test]
fn data_that_changes_at_the_clock_edges_is_looked_at_between_them() {
    let bursts = frames(2, 4, 120);
    let link = Link {
        pace: (16, 1),
        ..Link::new(2)
    };
    let wiring = Wiring::straight(&link);
    let samples = link.samples(&bursts);
    // Both wires of lane 1 half a bit late, and uncertain by two samples.
    let mut random = Random(4);
    let mut late = 8;
    let lane = |at: usize| samples.get(at).map_or(0, |sample| sample & 0x30);
    let moved: Vec<u64> = (0..samples.len())
        .map(|at| {
            if lane(at.saturating_sub(late)) == lane(at.saturating_sub(late + 1)) {
                late = (late + random.below(3)).saturating_sub(1).clamp(6, 10);
            }
            samples[at] & !0x30 | lane(at.saturating_sub(late))
        })
        .collect();
    for seen in [Seen::Changes(changes(&moved)), Seen::Samples(moved)] {
        let found = discover(&seen, &NOTHING).expect("a link");
        assert_eq!(found.map.lanes, wiring.map(&link).lanes, "{found:?}");
        assert_eq!(found.confidence, Confidence::Certain, "{found:?}");
        assert_eq!(found.sampling.early[0], 0);
        assert!((4..=12).contains(&found.sampling.early[1]), "{found:?}");
        assert_eq!(packets(&seen, &found), (bursts.len(), 0), "{found:?}");
    }
}

#[test]
fn a_unit_interval_that_the_user_gives_is_taken() {
    let bursts = frames(1, 4, 120);
    let link = Link {
        wires: Wires::HS,
        pace: (4, 1),
        ..Link::new(2)
    };
    let unit_interval = Some(UnitInterval {
        numerator: 8,
        denominator: 2,
    });
    let hints = Hints {
        unit_interval,
        ..NOTHING
    };
    let seen = Seen::Changes(changes(&link.samples(&bursts)));
    let found = discover(&seen, &hints).expect("a link");
    assert_eq!(found.sampling.unit_interval, unit_interval);
    assert_eq!(found.confidence, Confidence::Certain);
}

#[test]
fn a_clock_is_not_turned_because_all_lanes_are_late() {
    let bursts = frames(3, 3, 120);
    for ulps in [None, Some(3000)] {
        for (lanes, late) in [(1, 1), (2, 3)] {
            let mut link = Link {
                clocking: Clocking::Gated,
                ulps,
                ..Link::new(lanes)
            };
            link.skew[..lanes].fill(late);
            for turned in [false, true] {
                let mut wiring = Wiring::shuffled(&link, 12);
                if turned {
                    wiring.turn(&link, None);
                }
                let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
                let found = discover(&seen, &NOTHING).expect("a link");
                assert_eq!(found.map, wiring.map(&link), "{link:?}");
                assert_eq!(found.confidence, Confidence::Certain);
            }
        }
    }
}

#[test]
fn long_deskew_of_late_lanes_makes_no_pairs() {
    let bursts = frames(2, 4, 80);
    let mut link = Link {
        wires: CLOCK_ONLY,
        deskew: Some(1 << 15),
        ..Link::new(4)
    };
    link.skew[1] = 1;
    let wiring = Wiring::shuffled(&link, 9);
    let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
    let found = discover(&seen, &NOTHING).expect("a link");
    assert_eq!(found.map.lanes, wiring.map(&link).lanes, "{found:?}");
    assert_eq!(found.confidence, Confidence::Certain);
}

#[test]
fn deskew_behind_packets_does_not_hide_their_checksums() {
    // A frame has fewer lines than there are ends of frames, each before a deskew burst that is longer than a line.
    let bursts = frames(80, 1, 40);
    let forms = Scrambling::PRESETS.iter().map(|preset| Some(preset.scrambling));
    for scrambling in forms.chain([None]) {
        let link = Link {
            wires: CLOCK_ONLY,
            deskew: Some(1 << 11),
            scrambling,
            ..Link::new(4)
        };
        let wiring = Wiring::straight(&link);
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        let found = discover(&seen, &NOTHING).expect("a link");
        assert_eq!(found.scrambling, scrambling, "{found:?}");
        assert_eq!(found.confidence, Confidence::Certain, "{found:?}");
    }
}

#[test]
fn headers_do_not_tell_forms_of_scrambling_that_begin_alike() {
    // One byte a lane, and no payload.
    let bursts: Vec<Vec<u8>> = (1..30).map(|frame| short(0x00, frame)).collect();
    let mut believed = 0;
    for preset in Scrambling::PRESETS {
        let first = |scrambling: &Scrambling| [0, 1, 2, 3].map(|lane| scrambling.keystream(lane).next_byte());
        let alike = Scrambling::PRESETS
            .iter()
            .filter(|other| first(&other.scrambling) == first(&preset.scrambling));
        let is_only = alike.count() == 1;
        let link = Link {
            scrambling: Some(preset.scrambling),
            ..Link::new(4)
        };
        let found = discover(&Seen::Samples(link.samples(&bursts)), &NOTHING).expect("lanes");
        believed += u32::from(found.scrambling.is_some());
        if let Some(scrambling) = found.scrambling {
            assert!(is_only && scrambling == preset.scrambling, "{}: {found:?}", preset.name);
        }
    }
    assert!((believed as usize) < Scrambling::PRESETS.len());
}

#[test]
fn long_ulps_of_the_lanes_does_not_turn_a_clock_that_runs() {
    let bursts = frames(2, 2, 120);
    for seed in 0..4 {
        let link = Link {
            pace: (2, 1),
            ulps: Some(200_000),
            ..Link::new(1)
        };
        let mut wiring = Wiring::shuffled(&link, seed);
        if seed & 1 == 1 {
            wiring.turn(&link, None);
        }
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        for named in [None, Some(wiring.map(&link))] {
            let found = discover(&seen, &Hints { named, ..NOTHING }).expect("a link");
            assert_eq!(found.map, wiring.map(&link), "{seed} {found:?}");
            assert_eq!(found.confidence, Confidence::Certain);
        }
    }
}
