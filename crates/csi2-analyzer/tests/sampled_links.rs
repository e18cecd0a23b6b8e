//! Any link, captured by a sampler with a clock of its own: all that was sent is found and heard, and nothing is known
//! beforehand.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, missing_docs, dead_code)]

#[path = "discovery/captures.rs"]
mod captures;

use captures::*;
use csi2_analyzer::{Confidence, Discovered};
use csi2_dphy::{Clocking, MAX_LANES, Wires};
use proptest::prelude::*;

/// Samples of a UI from which others are picked.
const FINE: usize = 24;

/// How a link is seen.
#[derive(Clone, Debug)]
struct Scene {
    link: Link,
    /// Samples per UI, and where the first lies.
    ratio: f64,
    phase: f64,
    /// By how much each lane is later than its whole bits of skew, in [`FINE`] parts of a UI.
    late: [usize; MAX_LANES],
    /// Which wire is on which channel, and which lanes are turned round.
    seed: u64,
    turned: u16,
    as_changes: bool,
}

impl Scene {
    fn wiring(&self) -> Wiring {
        let mut wiring = Wiring::shuffled(&self.link, self.seed);
        for lane in (0..self.link.lanes).filter(|lane| self.turned >> lane & 1 == 1) {
            wiring.turn(&self.link, Some(lane));
        }
        if self.link.wires.clock && self.turned >> 8 & 1 == 1 {
            wiring.turn(&self.link, None);
        }
        wiring
    }

    fn seen(&self, bursts: &[Vec<u8>]) -> Seen {
        let fine = self.link.samples(bursts);
        let each = 1 + usize::from(self.link.wires.low_power);
        let clock = each * usize::from(self.link.wires.clock);
        let wires = self.link.wire_count();
        let late: Vec<usize> = (0..wires)
            .map(|wire| {
                if wire < clock {
                    0
                } else {
                    self.late[(wire - clock) / each]
                }
            })
            .collect();
        let step = FINE as f64 / self.ratio;
        let count = ((fine.len() - 1) as f64 / step) as usize;
        let pick = |sample: usize| {
            let at = ((sample as f64 + self.phase) * step) as usize;
            let bit = |wire: usize| fine[at.saturating_sub(late[wire]).min(fine.len() - 1)] >> wire & 1;
            (0..wires).fold(0, |word, wire| word | bit(wire) << wire)
        };
        let samples = with_strangers(self.wiring().apply(&(0..count).map(pick).collect::<Vec<u64>>()));
        if self.as_changes {
            Seen::Changes(changes(&samples))
        } else {
            Seen::Samples(samples)
        }
    }

    fn check(&self, found: &Discovered, seen: &Seen, sent: usize) -> Result<(), TestCaseError> {
        let told = format!("{self:?} {found:?}");
        let wanted = self.wiring().map(&self.link);
        prop_assert_eq!(found.map.lanes, wanted.lanes, "{}", told);
        prop_assert_eq!(found.map.clock.is_some(), wanted.clock.is_some(), "{}", told);
        prop_assert_eq!(found.confidence, Confidence::Certain, "{}", told);
        prop_assert_eq!(packets(seen, found), (sent, 0), "{}", told);
        Ok(())
    }
}

fn scenes() -> impl Strategy<Value = Scene> {
    let link = (
        prop::sample::select(&[1usize, 2, 3, 4, 8][..]),
        (any::<bool>(), any::<bool>()).prop_map(|(clock, low_power)| Wires { clock, low_power }),
        prop::sample::select(&[Clocking::Continuous, Clocking::Gated][..]),
        prop::array::uniform8(0..=16u32),
        prop::option::weighted(0.3, 1024..3000u64),
    );
    let link = link.prop_map(|(lanes, wires, clocking, skew, deskew)| Link {
        wires,
        clocking,
        pace: (FINE as u64, 1),
        skew,
        deskew,
        ..Link::new(lanes)
    });
    let ratio = prop::sample::select(&[2.1, 2.5, 3.0, 10.0 / 3.0, 3.7, 4.0, 7.3, 10.0][..]);
    let rest = (
        0.0..1.0f64,
        prop::array::uniform8(0..FINE),
        any::<u64>(),
        any::<u16>(),
        any::<bool>(),
    );
    (link, ratio, rest).prop_map(|(link, ratio, (phase, late, seed, turned, as_changes))| Scene {
        link,
        ratio,
        phase,
        late,
        seed,
        turned,
        as_changes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_that_is_sent_is_heard(scene in scenes()) {
        let bursts = frames(3, 4, 160);
        let seen = scene.seen(&bursts);
        let Some(found) = discover(&seen, &NOTHING) else {
            return Err(TestCaseError::fail(format!("nothing found: {scene:?}")));
        };
        scene.check(&found, &seen, bursts.len())?;
    }
}
