//! Samples with a clock among them: many at once come to the same as one by one.

use crate::harness::*;
use crate::strides::{Scene, Wave, channel, cut, scenes};
use csi2_dphy::{LaneMerger, LanePins, MAX_LANES, PinEvent, PinMap, PinReceiver, PinSettings, Samples, Wire};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const CASES: u32 = 400;

/// A link that is looked at several times a bit.
#[derive(Clone, Debug)]
struct Clocked {
    scene: Scene,
    clock: ClockPins,
    /// It rests in the stop state where all lanes do for long.
    gated: bool,
    /// Samples of a bit.
    oversampling: f64,
    /// Parts of a bit by which an edge may be early or late, and each lane is late.
    jitter: f64,
    skew: [f64; MAX_LANES],
    seed: u64,
    faults: Vec<Fault>,
}

#[derive(Clone, Copy, Debug)]
enum ClockPins {
    Single,
    Pair,
    /// One wire, and LP receivers.
    Separate,
}

/// Of samples.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// A wire of the clock, or of a lane.
    Flip {
        place: usize,
        wire: usize,
        count: usize,
    },
    /// A wire changes one sample later for a while.
    Late {
        place: usize,
        wire: usize,
        count: usize,
    },
    Drop {
        place: usize,
        count: usize,
    },
    Stick {
        place: usize,
        count: usize,
    },
    /// The clock stays as it is.
    Pause {
        place: usize,
        count: usize,
    },
}

/// Bit times of the clock's way to its stop state and back.
const AWAY: usize = 6;
const BACK: [usize; 4] = [12, 10, 8, 6];

impl Clocked {
    fn map(&self) -> PinMap {
        let mut map = self.scene.map();
        let first = self.scene.lanes * self.scene.wires();
        let wire = |index| Some(self.scene.wire(first + index));
        let mut pins = LanePins {
            p: wire(0),
            ..LanePins::default()
        };
        match self.clock {
            ClockPins::Single => {}
            ClockPins::Pair => pins.n = wire(1),
            ClockPins::Separate => (pins.lp_p, pins.lp_n) = (wire(1), wire(2)),
        }
        map.clock = Some(pins);
        map
    }

    /// Where the clock is in each bit time: in HS, with edges or without, or what its wires show.
    fn clock_states(&self, wave: &Wave) -> Vec<Result<bool, (bool, bool)>> {
        let lanes = self.scene.lanes;
        let rests = |levels: &[(bool, bool); MAX_LANES]| levels[..lanes].iter().all(|&levels| levels == (true, true));
        let mut states = vec![Ok(true); wave.len()];
        let mut at = 0;
        while at < wave.len() && self.gated {
            let end = at + wave[at..].iter().take_while(|levels| rests(levels)).count();
            if end > at + AWAY + BACK[0] {
                for (bit, state) in states.iter_mut().enumerate().take(end).skip(at + AWAY) {
                    *state = match end - bit {
                        left if left > BACK[0] => Err((true, true)),
                        left if left > BACK[1] => Err((false, true)),
                        left if left > BACK[2] => Err((false, false)),
                        left if left > BACK[3] => Ok(false),
                        _ => Ok(true),
                    };
                }
            }
            at = end.max(at) + 1;
        }
        states
    }

    fn samples(&self, map: &PinMap) -> Vec<u64> {
        let wave = self.scene.wave();
        let states = self.clock_states(&wave);
        let count = (wave.len() as f64 * self.oversampling) as usize;
        let mut random = self.seed | 1;
        let mut samples = Vec::with_capacity(count);
        let edge = |bit: usize, random: &mut u64| {
            *random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let by = ((*random >> 40) as f64 / f64::from(1 << 24) * 2.0 - 1.0) * self.jitter;
            ((bit as f64 + 0.5 + by) * self.oversampling) as usize
        };
        let (mut bit, mut level) = (0, false);
        let mut next = edge(0, &mut random);
        for at in 0..count {
            while bit < states.len() && at >= next {
                level = match states[bit] {
                    Ok(true) => !level,
                    _ => false,
                };
                bit += 1;
                next = edge(bit, &mut random).max(at + 1);
            }
            let (p, n) = match states.get(bit.saturating_sub(1)) {
                Some(Err(state)) => *state,
                _ => (level, !level),
            };
            let levels = std::array::from_fn(|lane| {
                let bit = (at as f64 / self.oversampling - self.skew[lane]).max(0.0) as usize;
                wave[bit.min(wave.len() - 1)][lane]
            });
            let mut sample = self.scene.sample(map, &levels);
            if let Some(pins) = &map.clock {
                let hs = !matches!(self.clock, ClockPins::Separate) || p != n;
                sample |= channel(pins.p, p && hs) | channel(pins.n, n);
                let lp = matches!(states.get(bit.saturating_sub(1)), Some(Err(_)));
                sample |= channel(pins.lp_p, p && lp) | channel(pins.lp_n, n && lp);
            }
            samples.push(sample);
        }
        for fault in &self.faults {
            self.damage(*fault, map, &mut samples);
        }
        samples
    }

    fn damage(&self, fault: Fault, map: &PinMap, samples: &mut Vec<u64>) {
        let all = map.clock.iter().chain(&map.lanes[..self.scene.lanes]);
        let wires: Vec<Wire> = all
            .flat_map(|pins| [pins.p, pins.n, pins.lp_p, pins.lp_n].into_iter().flatten())
            .collect();
        let bit = |wire: usize| 1u64 << wires[wire % wires.len()].channel;
        let clock = 1u64 << wires[0].channel
            | match self.clock {
                ClockPins::Pair => bit(1),
                _ => 0,
            };
        let length = samples.len();
        match fault {
            Fault::Flip { place, wire, count } => {
                let damaged = samples.iter_mut().skip(place % length).take(count);
                damaged.for_each(|sample| *sample ^= bit(wire));
            }
            Fault::Late { place, wire, count } => {
                let place = place % length;
                for at in (place + 1..(place + count).min(length)).rev() {
                    samples[at] = samples[at] & !bit(wire) | samples[at - 1] & bit(wire);
                }
            }
            Fault::Drop { place, count } => {
                let place = place % length;
                samples.drain(place..(place + count).min(length - 1).max(place));
            }
            Fault::Stick { place, count } => {
                let held = samples[place % length];
                let damaged = samples.iter_mut().skip(place % length).take(count);
                damaged.for_each(|sample| *sample = held);
            }
            Fault::Pause { place, count } => {
                let held = samples[place % length] & clock;
                let damaged = samples.iter_mut().skip(place % length).take(count);
                damaged.for_each(|sample| *sample = *sample & !clock | held);
            }
        }
    }

    fn capture(&self) -> Capture {
        let map = self.map();
        cut(map, self.scene.unit, self.samples(&map).into_iter(), &self.scene.cuts)
    }
}

fn faults() -> impl Strategy<Value = Fault> {
    let place = any::<usize>();
    prop_oneof![
        2 => (place, 0usize..3, 1usize..4).prop_map(|(place, wire, count)| Fault::Flip { place, wire, count }),
        2 => (place, any::<usize>(), 1usize..4).prop_map(|(place, wire, count)| Fault::Flip { place, wire, count }),
        2 => (place, 0usize..3, 1usize..2000).prop_map(|(place, wire, count)| Fault::Late { place, wire, count }),
        1 => (place, any::<usize>(), 1usize..400).prop_map(|(place, wire, count)| Fault::Late { place, wire, count }),
        1 => (place, 1usize..100).prop_map(|(place, count)| Fault::Drop { place, count }),
        1 => (place, 1usize..200).prop_map(|(place, count)| Fault::Stick { place, count }),
        1 => (place, 1usize..100).prop_map(|(place, count)| Fault::Pause { place, count }),
    ]
}

fn clocked() -> impl Strategy<Value = Clocked> {
    let clock = prop::sample::select(&[ClockPins::Single, ClockPins::Pair, ClockPins::Pair, ClockPins::Separate][..]);
    let rate = prop_oneof![2 => (2u8..=8).prop_map(f64::from), 2 => 2.0f64..8.0, 1 => Just(2.5)];
    let jitter = prop_oneof![Just(0.0), 0.0f64..0.25];
    let skew = prop_oneof![Just([0.0; MAX_LANES]), prop::array::uniform8(0.0f64..0.45)];
    let faults = prop_oneof![Just(Vec::new()), prop::collection::vec(faults(), 1..4)];
    let wiring = (
        prop::sample::select(&[1usize, 2, 4, 8][..]),
        any::<bool>(),
        Just((0..64u16).collect::<Vec<_>>()).prop_shuffle(),
    );
    (
        scenes(),
        clock,
        any::<bool>(),
        rate,
        (jitter, skew, any::<u64>()),
        faults,
        wiring,
    )
        .prop_map(
            |(mut scene, clock, gated, oversampling, (jitter, skew, seed), faults, (unit, close, channels))| {
                let wires = scene.lanes * scene.wires() + 3;
                let least = wires.div_ceil(8).next_power_of_two();
                scene.unit = unit.max(least);
                let most = if close { wires } else { 8 * scene.unit };
                scene.channels = channels
                    .into_iter()
                    .filter(|channel| usize::from(*channel) < most)
                    .collect();
                Clocked {
                    scene,
                    clock,
                    gated,
                    oversampling,
                    jitter,
                    skew,
                    seed,
                    faults,
                }
            },
        )
}

/// What the receiver of the wires says by itself: its events, the bytes of each burst, and what it has measured.
#[derive(Debug, Default, PartialEq)]
struct Told {
    events: Vec<PinEvent>,
    bursts: Vec<Vec<u8>>,
    measured: String,
}

/// Runs a capture through the receiver of the wires. Also returns how many samples it took at once, and all.
fn take(capture: &Capture, map: PinMap, singly: bool) -> (Told, [usize; 2]) {
    let mut receiver = PinReceiver::new(map, PinSettings::default());
    if singly {
        receiver.take_samples_singly();
    }
    let mut merger = LaneMerger::new(map.count);
    let mut told = Told::default();
    let mut counts = [0; 2];
    let mut out = vec![0; 4096];
    let drain = |merger: &mut LaneMerger, told: &mut Told| {
        let mut out = [0; 4096];
        let merged = merger.drain(&mut out);
        if let Some(burst) = told.bursts.last_mut() {
            burst.extend(&out[..merged]);
        }
    };
    for piece in &capture.pieces {
        let Seen::Samples { first, unit, bytes } = &piece.seen else {
            panic!();
        };
        counts[1] += bytes.len() / unit;
        let mut taken = 0;
        while taken * unit < bytes.len() {
            let seen = Samples {
                first: first + taken as u64,
                unit: *unit,
                bytes: &bytes[taken * unit..],
            };
            let (at_once, merged) = receiver.merge(&seen, &mut merger, &mut out);
            taken += at_once;
            counts[0] += at_once;
            if at_once > 0 {
                told.bursts.last_mut().unwrap().extend(&out[..merged]);
                continue;
            }
            let (more, event) = receiver.samples_within(&seen, 100, &mut merger);
            taken += more;
            drain(&mut merger, &mut told);
            told.events.extend(event);
            match event {
                Some(PinEvent::BurstStart { .. }) => told.bursts.push(Vec::new()),
                Some(PinEvent::BoundaryInside { bytes, .. }) => {
                    told.bursts.last_mut().unwrap().truncate(bytes as usize);
                    receiver.release_after(bytes);
                }
                _ => {}
            }
        }
    }
    while let Some(event) = receiver.finish(&mut merger) {
        told.events.push(event);
        drain(&mut merger, &mut told);
    }
    drain(&mut merger, &mut told);
    let (unit, pauses) = (receiver.unit_interval(), receiver.clock_pauses());
    told.measured = format!("{unit:?} {pauses:?} {:?}", receiver.timing());
    (told, counts)
}

#[test]
fn clocked_samples_at_once_are_as_many_one_by_one() {
    let counts = std::cell::Cell::new([0; 2]);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let compared = runner.run(&clocked(), |clocked| {
        let capture = clocked.capture();
        let slow = receive_singly(&capture);
        let fast = receive(&capture);
        prop_assert!(
            slow.events == fast.events,
            "one by one:\n{}at once:\n{}",
            slow.summary(),
            fast.summary()
        );
        let map = clocked.map();
        let (slow, _) = take(&capture, map, true);
        let (fast, [at_once, all]) = take(&capture, map, false);
        prop_assert_eq!(slow, fast);
        let [before, before_all] = counts.get();
        counts.set([before + at_once, before_all + all]);
        Ok(())
    });
    compared.unwrap();
    // Most of the rest is idle, or no longer than a few rows.
    let [at_once, all] = counts.get();
    assert!(5 * at_once > 2 * all, "{at_once} of {all}");
}
