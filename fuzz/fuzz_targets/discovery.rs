//! Any levels on up to 16 channels, and any hints: what is which wire, and then the receiver with what was found.
//!
//! - discovery comes to an end, and its bound of edges holds whatever it is shown;
//! - it names channels that exist or that the hints name, lanes within the most there can be, and lengths of a bit that
//!   are some;
//! - the user's word on which wire is what stands;
//! - the receiver takes all of the same input, and comes to an end.
#![no_main]

use csi2_analyzer::{Descrambling, Discovery, Entry, Hints, Input, Limits, Receiver, ReceiverConfig};
use csi2_dphy::{
    Change, LanePins, Level, MAX_LANES, Observation, PinMap, Samples, Scrambling, ScramblingPreset, UnitInterval, Wire,
};
use csi2_fuzz::Fields;
use csi2_packet::VcExtension;

/// Samples that a run can make: bits of a few bursts, pauses between them.
const LONGEST_RUN: usize = 512;
/// Samples of all runs.
const MOST: usize = 1 << 15;
/// Samples handed over at a time.
const PIECE: usize = 1000;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let channels = usize::from(fields.byte() & 15) + 1;
    let kind = fields.byte();
    let hints = hints(&mut fields);
    let stretch = u64::from(fields.byte() & 7) + 1;
    // Runs of samples: how often, and the levels of all channels.
    let mut levels = Vec::new();
    for run in fields.rest().chunks_exact(3) {
        let times = if run[0] & 0x80 == 0 {
            usize::from(run[0]) + 1
        } else {
            (usize::from(run[0] & 0x7F) + 1) * 4
        };
        let level = u16::from_le_bytes([run[1], run[2]]);
        levels.extend(std::iter::repeat_n(level, times.min(LONGEST_RUN)));
        if levels.len() >= MOST {
            levels.truncate(MOST);
            break;
        }
    }
    let bytes: Vec<u8> = levels.iter().flat_map(|level| level.to_le_bytes()).collect();
    let changes = changes(&levels, channels, stretch);
    let pieces: Vec<Observation<'_>> = if kind & 1 == 0 {
        let firsts = (0u64..).step_by(PIECE);
        let of = |(first, bytes)| Observation::Samples(Samples { first, unit: 2, bytes });
        firsts.zip(bytes.chunks(2 * PIECE)).map(of).collect()
    } else {
        changes.chunks(PIECE).map(Observation::Changes).collect()
    };

    let mut discovery = Discovery::new(channels);
    for piece in &pieces {
        if !discovery.see(piece) {
            break;
        }
    }
    let Some(found) = discovery.conclude(&hints) else {
        assert!(hints.named.is_none(), "names, and nothing of them");
        return;
    };
    let map = &found.map;
    assert!(map.count <= MAX_LANES);
    assert!(map.lanes[map.count..].iter().all(|pins| *pins == LanePins::default()));
    let told: Vec<u16> = hints.named.iter().flat_map(wires).collect();
    for channel in wires(map) {
        assert!(
            usize::from(channel) < channels || told.contains(&channel),
            "channel {channel} of {channels}"
        );
    }
    if let (Some(named), true) = (hints.named, hints.fixed) {
        assert!(wires(map).all(|channel| wires(&named).any(|other| other == channel)));
    }
    if found.confidence > csi2_analyzer::Confidence::None
        && let Some(unit) = found.sampling.unit_interval
    {
        assert!(unit.numerator > 0 && unit.denominator > 0, "{unit:?}");
    }

    let mut receiver = Receiver::new(ReceiverConfig {
        scrambling: found.scrambling,
        vcx: hints.vcx,
        limits: Limits {
            max_skew_bytes: 4,
            ..Limits::default()
        },
        ..ReceiverConfig::new(Entry::Pins {
            map: found.map,
            sampling: found.sampling,
        })
    });
    let mut turns = 0;
    for piece in pieces {
        let mut input = Input {
            seen: piece,
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        };
        while receiver.next(&mut input).is_some() {
            turns += 1;
        }
    }
    while receiver.finish().is_some() {
        turns += 1;
        assert!(turns <= 1 << 24, "no end");
    }
});

/// Six bytes of hints.
fn hints(fields: &mut Fields<'_>) -> Hints {
    let [what, lanes, first, step, unit, divisor] = [(); 6].map(|()| fields.byte());
    let pairs = what & 2 != 0;
    let mut next = u16::from(first & 15);
    let mut wire = || {
        let channel = next & 31;
        next += u16::from(step & 3) + 1;
        Some(Wire {
            channel,
            invert: step & 4 != 0,
        })
    };
    let mut pins = || LanePins {
        p: wire(),
        n: if pairs { wire() } else { None },
        lp_p: if step & 8 != 0 { wire() } else { None },
        lp_n: if step & 8 != 0 { wire() } else { None },
    };
    let mut map = PinMap {
        clock: (what & 4 != 0).then(&mut pins),
        count: usize::from(lanes & 7) + 1,
        ..PinMap::default()
    };
    let count = map.count;
    map.lanes.iter_mut().take(count).for_each(|lane| *lane = pins());
    Hints {
        named: (what & 1 != 0).then_some(map),
        fixed: what & 8 != 0,
        lanes: (lanes & 8 != 0).then_some(usize::from(lanes >> 4 & 7) + 1),
        unit_interval: (unit != 0).then_some(UnitInterval {
            // Some of them absurd. Not absurdly small, though: each pause may be as many bits as a packet.
            numerator: if unit == 0xFF { u64::MAX } else { unit.into() },
            denominator: (divisor & 3).into(),
        }),
        vcx: if what & 0x10 == 0 {
            VcExtension::Extended
        } else {
            VcExtension::Classic
        },
        scrambling: match what >> 5 {
            0 => Descrambling::Off,
            1..=4 => Descrambling::Auto,
            5 => Descrambling::Known(Scrambling {
                seeds: [u16::from_le_bytes([first, step]); MAX_LANES],
                lanes: usize::from(lanes >> 4),
                form: Scrambling::PRESETS[0].scrambling.form,
            }),
            rest => {
                let ScramblingPreset { scrambling, .. } = Scrambling::PRESETS[usize::from(rest & 3)];
                Descrambling::Known(scrambling)
            }
        },
    }
}

/// The same levels as changes, `stretch` ticks a sample.
fn changes(levels: &[u16], channels: usize, stretch: u64) -> Vec<Change> {
    let mut all = Vec::new();
    let mut before = None;
    for (at, level) in (0..).zip(levels) {
        let changed = before.replace(*level).map_or(u16::MAX, |before| before ^ level);
        if changed == 0 {
            continue;
        }
        for channel in (0..channels as u16).filter(|channel| changed >> channel & 1 == 1) {
            all.push(Change {
                at: stretch.saturating_mul(at),
                channel,
                level: if level >> channel & 1 == 1 {
                    Level::High
                } else {
                    Level::Low
                },
            });
        }
    }
    all
}

fn wires(map: &PinMap) -> impl Iterator<Item = u16> {
    let lanes = map.clock.iter().chain(&map.lanes);
    let wires = lanes.flat_map(|pins| [pins.p, pins.n, pins.lp_p, pins.lp_n]);
    wires.flatten().map(|wire| wire.channel).collect::<Vec<_>>().into_iter()
}
