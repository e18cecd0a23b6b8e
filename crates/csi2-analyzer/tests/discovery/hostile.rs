//! Anything at all.

use crate::captures::*;
use csi2_analyzer::{Confidence, Descrambling, Discovery, Hints};
use csi2_dphy::{Change, LanePins, Level, Observation, PinMap, Samples, Scrambling, UnitInterval, Wire};
use proptest::prelude::*;

fn wire() -> impl Strategy<Value = Option<Wire>> {
    prop::option::of((0..70u16, any::<bool>()).prop_map(|(channel, invert)| Wire { channel, invert }))
}

fn pins() -> impl Strategy<Value = LanePins> {
    (wire(), wire(), wire(), wire()).prop_map(|(p, n, lp_p, lp_n)| LanePins { p, n, lp_p, lp_n })
}

fn hints() -> impl Strategy<Value = Hints> {
    let map = (prop::option::of(pins()), prop::array::uniform8(pins()), 0..20usize)
        .prop_map(|(clock, lanes, count)| PinMap { clock, lanes, count });
    let unit = (any::<u64>(), 0..3u64).prop_map(|(numerator, denominator)| UnitInterval {
        numerator: numerator >> (numerator % 64),
        denominator,
    });
    let scrambling = prop::sample::select(vec![
        Descrambling::Off,
        Descrambling::Auto,
        Descrambling::Known(Scrambling::PRESETS[0].scrambling),
    ]);
    (
        prop::option::of(map),
        any::<bool>(),
        prop::option::of(0..12usize),
        prop::option::of(unit),
        scrambling,
    )
        .prop_map(|(named, fixed, lanes, unit_interval, scrambling)| Hints {
            named,
            fixed,
            lanes,
            unit_interval,
            scrambling,
            ..NOTHING
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn samples_do_no_harm(
        bytes in prop::collection::vec(prop::sample::select(vec![0u8, 0xFF, 0xB8, 0x47, 0x5A, 0x13]), 0..4000),
        unit in 0..10usize,
        first: u64,
        channels in 0..80usize,
        hints in hints(),
    ) {
        let mut discovery = Discovery::new(channels);
        discovery.see(&Observation::Samples(Samples { first, unit, bytes: &bytes }));
        discovery.conclude(&hints);
    }

    #[test]
    fn changes_do_no_harm(
        changes in prop::collection::vec((any::<u64>(), 0..70u16, 0..3u8), 0..1000),
        spread in 0..60u32,
        hints in hints(),
    ) {
        let mut at = 0u64;
        let changes: Vec<Change> = changes
            .into_iter()
            .map(|(gap, channel, level)| {
                at = at.wrapping_add(gap >> spread);
                let level = [Level::Low, Level::High, Level::Unknown][usize::from(level)];
                Change { at, channel, level }
            })
            .collect();
        let mut discovery = Discovery::new(64);
        discovery.see(&Observation::Changes(&changes));
        discovery.conclude(&hints);
    }
}

#[test]
fn noise_is_no_link() {
    let mut random = Random(1);
    for quiet in [0, 1, 3] {
        let samples: Vec<u64> = (0..40_000)
            .map(|_| (0..quiet).fold(random.next(), |word, _| word & random.next()) & 0xFFFF)
            .collect();
        let found = discover(&Seen::Samples(samples), &NOTHING);
        assert_eq!(found, None);
    }
}

/// As much as is kept, on all channels.
#[test]
fn a_full_recording_is_judged_in_time() {
    let mut random = Random(2);
    let noise: Vec<u64> = (0..40_000).map(|_| random.next()).collect();
    let link = Link {
        pace: (2, 1),
        ..Link::new(8)
    };
    let lines = link.samples(&frames(20, 10, 4000));
    for (samples, wanted) in [(noise, None), (lines, Some(Confidence::Certain))] {
        let mut discovery = Discovery::new(64);
        let mut more = true;
        Seen::Samples(samples).each(&mut |seen| {
            more = discovery.see(&seen);
            more
        });
        assert!(!more, "not full");
        let begin = std::time::Instant::now();
        let found = discovery.conclude(&NOTHING);
        assert_eq!(found.map(|found| found.confidence), wanted);
        // A release build stays below two seconds on a busy machine.
        assert!(begin.elapsed().as_secs() < 20);
    }
}
