//! What the first few bursts are enough for.

use crate::captures::*;
use csi2_analyzer::{Confidence, Discovered, Discovery, Hints};
use csi2_dphy::{Observation, Samples, Scrambling, UnitInterval, Wires};

/// Wires of which each sample is a bit.
fn blind(lanes: usize) -> Link {
    Link {
        wires: Wires::HS,
        pace: (1, 1),
        ..Link::new(lanes)
    }
}

/// A first look at the beginning; the rest is read as well.
fn settle(samples: &[u64], hints: &Hints) -> Option<Discovered> {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let seen = Observation::Samples(Samples {
        first: 0,
        unit: 8,
        bytes: &bytes,
    });
    let mut discovery = Discovery::brief(64);
    discovery.see(&seen);
    discovery.settle(hints, [seen].into_iter())
}

#[test]
fn a_few_bursts_tell_what_many_do() {
    let bursts = frames(2, 20, 5000);
    let scrambling = Scrambling::PRESETS[0].scrambling;
    for lanes in [1, 2, 4] {
        for scrambling in [None, Some(scrambling)] {
            let link = Link {
                scrambling,
                ..blind(lanes)
            };
            let mut wiring = Wiring::shuffled(&link, 5);
            wiring.turn(&link, Some(0));
            let samples = wiring.apply(&link.samples(&bursts));
            for unit_interval in [None, Some(UnitInterval::whole(1))] {
                let hints = Hints {
                    unit_interval,
                    ..NOTHING
                };
                let all = discover(&Seen::Samples(samples.clone()), &hints).expect("a link");
                let found = settle(&samples, &hints).expect("no doubt");
                assert!(found.evidence.bursts < all.evidence.bursts, "{found:?}");
                assert_eq!(found.confidence, Confidence::Certain);
                assert_eq!((found.map, found.sampling), (all.map, all.sampling), "{link:?}");
                assert_eq!(found.scrambling, all.scrambling, "{link:?}");
            }
        }
    }
}

#[test]
fn a_lane_that_is_used_later_is_waited_for() {
    let bursts = frames(1, 8, 5000);
    let (two, four) = (blind(2), blind(4));
    let samples = two.samples(&bursts);
    assert!(settle(&samples, &NOTHING).is_some_and(|found| found.map.count == 2));
    // The other two lanes rest at the same level as long as they are not in use.
    let resting = four.samples(&bursts[..1])[0] & !0b11;
    let mut samples: Vec<u64> = samples.iter().map(|sample| sample | resting).collect();
    samples.extend(four.samples(&bursts));
    assert_eq!(settle(&samples, &NOTHING), None);
}

#[test]
fn doubt_is_not_settled() {
    let mut bursts = frames(1, 8, 5000);
    let good = blind(4).samples(&bursts);
    assert!(settle(&good, &NOTHING).is_some());
    // More than a sample a bit, and a clock.
    for link in [
        Link {
            pace: (2, 1),
            ..blind(4)
        },
        Link {
            pace: (4, 1),
            ..blind(4)
        },
        Link {
            pace: (4, 1),
            wires: Wires {
                clock: true,
                low_power: false,
            },
            ..blind(4)
        },
    ] {
        assert_eq!(settle(&link.samples(&bursts), &NOTHING), None, "{link:?}");
    }
    // A length of a bit that the user gives, and that is not a sample.
    let hints = Hints {
        unit_interval: Some(UnitInterval::whole(2)),
        ..NOTHING
    };
    assert_eq!(settle(&good, &hints), None);
    // A checksum that is wrong.
    bursts[2][1000] ^= 1;
    assert_eq!(settle(&blind(4).samples(&bursts), &NOTHING), None);
}
