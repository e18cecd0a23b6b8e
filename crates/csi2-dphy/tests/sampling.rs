//! Wires that are sampled at instants of the sampler's own: where bits are found in them, and how.
//!
//! The waves here are drawn in real numbers, UI after UI, and share nothing with the crate's transmitter.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Capture, Heard, Link, lanes_of};
use csi2_dphy::{
    Eye, EyeView, LanePins, PinMap, PinReceiver, PinSettings, Samples, Sampling, Tick, UnitInterval, Wire,
    estimate_unit_interval,
};
use proptest::prelude::*;

const RATIOS: [f64; 9] = [2.0, 2.1, 2.5, 3.0, 10.0 / 3.0, 3.7, 4.0, 7.3, 10.0];

/// A pair over time: each entry is the instant in UI from which its levels of P and N hold.
type Wave = Vec<(f64, bool, bool)>;

#[derive(Clone, Debug)]
struct Scene {
    /// Ticks of a UI, and where the first UI lies between two ticks.
    unit: f64,
    phase: f64,
    /// UI by which each lane is later than the first edge of the clock after it; any part of one.
    late: Vec<f64>,
    /// UI within which the instant of each change is a matter of chance.
    jitter: f64,
    /// UI of a low-power state.
    state: f64,
    gated: bool,
    sees_lp: bool,
    bursts: Vec<Vec<u8>>,
}

impl Scene {
    fn lane(&self, lane: usize, clock: &mut Wave) -> Wave {
        let late = self.late[lane];
        let mut wave = vec![(0.0, true, true)];
        let mut now = 40.0;
        clock.clear();
        clock.push((0.0, true, true));
        let mut rest = true;
        for burst in &self.bursts {
            now += 3.0 * self.state;
            // The clock starts on a whole UI.
            let begin: f64 = (now + 40.0f64).ceil();
            if self.gated || rest {
                clock.extend([
                    (begin - 34.0 - self.state, false, true),
                    (begin - 34.0, false, false),
                    (begin - 32.0, false, true),
                ]);
            }
            rest = false;
            let zero = begin + 2.0 * self.state;
            wave.extend([
                (late + begin, false, true),
                (late + begin + self.state, false, false),
                (late + zero, false, true),
            ]);
            let bytes = &lanes_of(burst, self.late.len())[lane];
            let mut at = zero.ceil() + 30.0;
            let mut level = false;
            for bit in std::iter::once(&0xB8)
                .chain(bytes)
                .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
            {
                if bit != level {
                    wave.push((late + at, bit, !bit));
                }
                (level, at) = (bit, at + 1.0);
            }
            wave.push((late + at, !level, level));
            let longest = burst.len().div_ceil(self.late.len());
            at += 8.0 * (longest - bytes.len()) as f64 + 14.0;
            wave.push((late + at, true, true));
            now = at + self.late.iter().fold(0.0, |most: f64, late| most.max(*late));
            let mut edge = begin - 10.0;
            while edge < now + 20.0 {
                if edge > clock.last().unwrap().0 {
                    let level = clock.last().unwrap().1;
                    clock.push((edge, !level, level));
                }
                edge += 1.0;
            }
            if self.gated {
                clock.push((now + 34.0, true, true));
                now += 34.0;
            } else {
                let end = now + 3.0 * self.state + 60.0;
                while edge < end {
                    let level = clock.last().unwrap().1;
                    clock.push((edge, !level, level));
                    edge += 1.0;
                }
            }
        }
        wave
    }

    /// Channels 0 and 1 are the clock, then come the lanes.
    fn draw(&self) -> Capture {
        let mut clock = Wave::new();
        let mut waves: Vec<Wave> = (0..self.late.len()).map(|lane| self.lane(lane, &mut clock)).collect();
        waves.insert(0, clock);
        let end = waves.iter().map(|wave| wave.last().unwrap().0).fold(0.0, f64::max) + 60.0;
        let ticks = (end * self.unit) as usize;
        let mut words = vec![0u32; ticks];
        for (index, wave) in waves.iter_mut().enumerate() {
            for (change, state) in wave.iter_mut().enumerate().skip(1) {
                let chance = (change as u32 + 1).wrapping_mul(0x9E37_79B1 ^ (index as u32) << 20) >> 16;
                state.0 += (f64::from(chance) / 65_536.0 - 0.5) * self.jitter;
            }
            let mut states = wave.iter().peekable();
            let mut levels = 3;
            for (tick, word) in words.iter_mut().enumerate() {
                while let Some((_, p, n)) = states.next_if(|(at, ..)| at * self.unit + self.phase <= tick as f64) {
                    levels = u32::from(*p) | u32::from(*n) << 1;
                }
                *word |= levels << (2 * index);
            }
        }
        Capture {
            unit: 4,
            bytes: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
            channels: 2 * waves.len(),
        }
    }

    fn map(&self, clocked: bool) -> PinMap {
        let wire = |channel: usize| {
            Some(Wire {
                channel: channel as u16,
                invert: false,
            })
        };
        let pins = |index: usize| LanePins {
            p: wire(2 * index),
            n: wire(2 * index + 1).filter(|_| self.sees_lp),
            ..LanePins::default()
        };
        let mut map = PinMap {
            clock: clocked.then(|| pins(0)),
            count: self.late.len(),
            ..PinMap::default()
        };
        (0..map.count).for_each(|lane| map.lanes[lane] = pins(lane + 1));
        map
    }

    fn hear(&self, capture: &Capture, map: &PinMap, sampling: Sampling) -> Heard {
        let settings = PinSettings {
            sampling,
            ..PinSettings::default()
        };
        let mut link = Link::new(map, &self.bursts);
        link.receiver = PinReceiver::new(*map, settings);
        link.samples(Samples {
            first: 0,
            unit: capture.unit,
            bytes: &capture.bytes,
        });
        link.finish()
    }

    fn check(&self, heard: &Heard, told: &impl std::fmt::Debug) -> Result<(), TestCaseError> {
        let seen = (&self, told, &heard.events);
        prop_assert_eq!(heard.bursts.len(), self.bursts.len(), "{:?}", seen);
        for (heard, sent) in heard.bursts.iter().zip(&self.bursts) {
            prop_assert_eq!(heard.get(..sent.len()), Some(&sent[..]), "{:?}", seen);
        }
        Ok(())
    }
}

/// Instants at which a channel changes.
fn edges(capture: &Capture, channel: usize) -> Vec<Tick> {
    let level = |unit: &[u8]| unit[channel / 8] >> (channel % 8) & 1;
    let units: Vec<u8> = capture.bytes.chunks(capture.unit).map(level).collect();
    (1..units.len())
        .filter(|at| units[*at] != units[at - 1])
        .map(|at| at as Tick)
        .collect()
}

fn gaps(edges: &[Tick]) -> impl Iterator<Item = Tick> + Clone {
    edges.windows(2).map(|pair| pair[1] - pair[0])
}

fn eye(unit: UnitInterval, clock: &[Tick], data: &[Tick]) -> EyeView {
    let mut eye = Eye::new(unit);
    let mut clock = clock.iter().peekable();
    for change in data {
        while let Some(edge) = clock.next_if(|edge| *edge <= change) {
            eye.clock(*edge);
        }
        eye.data(*change);
    }
    eye.view().unwrap()
}

fn scenes() -> impl Strategy<Value = Scene> {
    let lanes = prop::collection::vec(
        prop_oneof![0.0..16.0f64, (0..64u32).prop_map(|part| f64::from(part) / 16.0)],
        1..=4,
    );
    let bursts = prop::collection::vec(prop::collection::vec(any::<u8>(), 200..400), 1..4);
    (
        prop::sample::select(&RATIOS[..]),
        0.0..1.0f64,
        lanes,
        (12.0..60.0f64, 0.0..0.25f64),
        any::<bool>(),
        any::<bool>(),
        bursts,
    )
        .prop_map(|(unit, phase, late, (state, jitter), gated, sees_lp, bursts)| Scene {
            unit,
            phase,
            late,
            jitter: if unit < 4.0 { 0.0 } else { jitter },
            state,
            gated,
            sees_lp,
            bursts,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// With the instants the eyes tell, all bytes come out, wherever in the UI the data changes.
    #[test]
    fn clocked_lanes_of_any_phase(scene in scenes()) {
        let capture = scene.draw();
        let clock = edges(&capture, 0);
        let unit = estimate_unit_interval(gaps(&clock)).unwrap();
        let mut sampling = Sampling::default();
        for lane in 0..scene.late.len() {
            let view = eye(unit, &clock, &edges(&capture, 2 * lane + 2));
            sampling.early[lane] = view.early as u32;
        }
        let heard = scene.hear(&capture, &scene.map(true), sampling);
        scene.check(&heard, &(sampling, unit))?;
    }

    /// Without the clock, each lane tells its bits by itself.
    #[test]
    fn clockless_lanes_of_any_phase(scene in scenes()) {
        let capture = scene.draw();
        let lanes: Vec<Vec<Tick>> = (0..scene.late.len()).map(|lane| edges(&capture, 2 * lane + 2)).collect();
        let unit = estimate_unit_interval(lanes.iter().flat_map(|lane| std::iter::once(0).chain(gaps(lane)))).unwrap();
        let sampling = Sampling { unit_interval: Some(unit), ..Sampling::default() };
        let heard = scene.hear(&capture, &scene.map(false), sampling);
        scene.check(&heard, &unit)?;
    }
}

/// Every position in sixteenths of a UI, at every ratio; quadrature needs nothing.
#[test]
fn positions_one_by_one() {
    let burst: Vec<u8> = (0..400u32)
        .map(|index| (index.wrapping_mul(0x9E37_79B1) >> 13) as u8)
        .collect();
    for unit in RATIOS {
        for part in 0..16 {
            let scene = Scene {
                unit,
                phase: 0.3,
                late: vec![f64::from(part) / 16.0],
                jitter: 0.0,
                state: 40.5,
                gated: part % 2 == 0,
                sees_lp: part % 3 == 0,
                bursts: vec![burst.clone(), burst.clone()],
            };
            let capture = scene.draw();
            let clock = edges(&capture, 0);
            let view = eye(
                estimate_unit_interval(gaps(&clock)).unwrap(),
                &clock,
                &edges(&capture, 2),
            );
            let mut sampling = Sampling::default();
            sampling.early[0] = view.early as u32;
            let heard = scene.hear(&capture, &scene.map(true), sampling);
            scene.check(&heard, &view).unwrap();
            if part == 8 && unit >= 3.0 {
                assert_eq!(view.early, 0, "{unit} {view:?}");
                assert!(view.offset.abs() <= 0.55 / unit, "{unit} {view:?}");
            }
            if part == 0 && unit >= 4.0 {
                assert!(view.early > 0, "{unit} {view:?}");
            }
        }
    }
}

/// Lanes that are not sampled early are not kept waiting for those that are, and a history that is too short is no
/// more than that.
#[test]
fn earlier_than_anything_remembered() {
    let scene = Scene {
        unit: 4.0,
        phase: 0.0,
        late: vec![0.5, 0.5],
        jitter: 0.0,
        state: 40.0,
        gated: true,
        sees_lp: true,
        bursts: vec![(0..200).collect()],
    };
    let capture = scene.draw();
    let mut sampling = Sampling::default();
    sampling.early[1] = u32::MAX;
    let heard = scene.hear(&capture, &scene.map(true), sampling);
    assert_eq!(heard.bursts, Vec::<Vec<u8>>::new());
    // Four bits and a tick are no more than four bits of skew.
    sampling.early[1] = 17;
    let heard = scene.hear(&capture, &scene.map(true), sampling);
    assert_eq!(heard.bursts[0][..200], scene.bursts[0]);
}
