//! What the names say, and when it counts.

use crate::captures::*;
use csi2_analyzer::{Confidence, Hints};
use csi2_dphy::{Clocking, LanePins, PinMap, Wires};

fn named(map: PinMap) -> Hints {
    Hints {
        named: Some(map),
        ..NOTHING
    }
}

/// The lanes of `map` in another order.
fn reordered(map: PinMap, order: &[usize]) -> PinMap {
    let mut other = map;
    for (place, lane) in other.lanes.iter_mut().zip(order) {
        *place = map.lanes[*lane];
    }
    other
}

#[test]
fn names_that_are_wrong_are_put_right() {
    let bursts = frames(2, 4, 120);
    for (lanes, order) in [
        (2, vec![1, 0]),
        (4, vec![2, 0, 3, 1]),
        (8, vec![7, 6, 5, 4, 0, 1, 2, 3]),
    ] {
        // A gated clock shows its line states: nothing else says which of its wires is which.
        let link = Link {
            clocking: Clocking::Gated,
            ..Link::new(lanes)
        };
        let wiring = Wiring::shuffled(&link, 8);
        let right = wiring.map(&link);
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        // Another order.
        let found = discover(&seen, &named(reordered(right, &order))).expect("a link");
        assert_eq!((found.map, found.confidence), (right, Confidence::Certain));
        // A lane and the clock turned.
        let mut turned = wiring.clone();
        turned.turn(&link, Some(lanes - 1));
        turned.turn(&link, None);
        let found = discover(&seen, &named(turned.map(&link))).expect("a link");
        assert_eq!((found.map, found.confidence), (right, Confidence::Certain));
        // The clock named as a lane, and the other way round.
        let mut mixed = right;
        mixed.clock = Some(right.lanes[0]);
        mixed.lanes[0] = right.clock.expect("a clock");
        let found = discover(&seen, &named(mixed)).expect("a link");
        assert_eq!((found.map, found.confidence), (right, Confidence::Certain));
        // A map that the user gives is not put right.
        let fixed = Hints {
            fixed: true,
            ..named(reordered(right, &order))
        };
        let found = discover(&seen, &fixed).expect("the map");
        assert_eq!(found.map, reordered(right, &order));
        assert_eq!(found.confidence, Confidence::Weak);
        let fixed = Hints {
            fixed: true,
            ..named(right)
        };
        let found = discover(&seen, &fixed).expect("the map");
        assert_eq!((found.map, found.confidence), (right, Confidence::Certain));
    }
}

#[test]
fn names_decide_what_the_wires_leave_open() {
    // One kind of header, whose first and third byte are the same, and no checksum.
    let bursts: Vec<Vec<u8>> = (0..20).map(|_| short(0x00, 1)).collect();
    let link = Link::new(4);
    let right = Wiring::straight(&link).map(&link);
    let seen = Seen::Samples(link.samples(&bursts));
    for order in [[0, 1, 2, 3], [2, 1, 0, 3]] {
        let found = discover(&seen, &named(reordered(right, &order))).expect("a link");
        assert_eq!(
            (found.map, found.confidence),
            (reordered(right, &order), Confidence::Likely)
        );
    }
    // No order makes sense of these: nothing is said against the names.
    let nonsense: Vec<Vec<u8>> = (0..20).map(|_| vec![0x2A, 0x20, 0x00, 0x31]).collect();
    let seen = Seen::Samples(link.samples(&nonsense));
    let other = reordered(right, &[3, 2, 1, 0]);
    let found = discover(&seen, &named(other)).expect("a link");
    assert_eq!(found.map, other);
}

#[test]
fn lanes_that_rest_are_left_out() {
    let bursts = frames(2, 4, 120);
    let link = Link::new(2);
    let wiring = Wiring::straight(&link);
    let right = wiring.map(&link);
    let mut four = Wiring::straight(&Link::new(4)).map(&Link::new(4));
    four.count = 4;
    let seen = Seen::Samples(link.samples(&bursts));
    let found = discover(&seen, &named(four)).expect("a link");
    assert_eq!((found.map, found.confidence), (right, Confidence::Certain));
    let found = discover(
        &seen,
        &Hints {
            lanes: Some(2),
            ..NOTHING
        },
    )
    .expect("a link");
    assert_eq!(found.map, right);
}

#[test]
fn a_capture_without_bursts_says_nothing() {
    let link = Link::new(2);
    let right = Wiring::straight(&link).map(&link);
    for samples in [
        vec![],
        vec![u64::MAX; 100_000],
        link.samples(&[]),
        with_strangers(link.samples(&[])),
    ] {
        for seen in [Seen::Changes(changes(&samples)), Seen::Samples(samples)] {
            assert_eq!(discover(&seen, &NOTHING), None);
            let found = discover(&seen, &named(right)).expect("the names");
            assert_eq!((found.map, found.confidence), (right, Confidence::None));
        }
    }
}

#[test]
fn pairs_without_line_states_are_read_by_one_wire() {
    let bursts = frames(2, 4, 120);
    let link = Link {
        wires: Wires {
            clock: true,
            low_power: false,
        },
        ..Link::new(2)
    };
    // N is made of P: never both high.
    let both = |sample: &u64| {
        (0..3).fold(0, |word, wire| {
            let bit = sample >> wire & 1;
            word | bit << (2 * wire) | (bit ^ 1) << (2 * wire + 1)
        })
    };
    let samples: Vec<u64> = link.samples(&bursts).iter().map(both).collect();
    let right = Wiring::straight(&Link::new(2)).map(&Link::new(2));
    let seen = Seen::Samples(samples);
    for hints in [named(right), NOTHING] {
        let found = discover(&seen, &hints).expect("a link");
        assert_eq!(found.confidence, Confidence::Certain);
        assert_eq!(
            found.map.lanes[1],
            LanePins {
                n: None,
                ..right.lanes[1]
            }
        );
        assert_eq!(packets(&seen, &found), (bursts.len(), 0));
    }
}

#[test]
fn a_named_clock_wire_is_not_turned_by_lanes_that_are_late() {
    let bursts = frames(2, 4, 120);
    for (lanes, late) in [(2, [1, 1, 0, 0]), (4, [3, 3, 1, 3])] {
        let mut link = Link {
            wires: Wires {
                clock: true,
                low_power: false,
            },
            ..Link::new(lanes)
        };
        link.skew[..4].copy_from_slice(&late);
        let wiring = Wiring::shuffled(&link, 14);
        let right = wiring.map(&link);
        let seen = Seen::Samples(wiring.apply(&link.samples(&bursts)));
        // The clock runs all the time.
        let mut other = wiring.clone();
        other.turn(&link, None);
        for map in [right, other.map(&link)] {
            let found = discover(&seen, &named(map)).expect("a link");
            assert_eq!((found.map, found.confidence), (map, Confidence::Certain));
            // The lanes in a wrong order: the clock is still the one that has a name.
            let order: Vec<usize> = (0..lanes).rev().collect();
            let found = discover(&seen, &named(reordered(map, &order))).expect("a link");
            assert_eq!((found.map, found.confidence), (map, Confidence::Certain));
        }
    }
}
