//! Samples of one unit interval: many at once come to the same as a few.

use crate::harness::*;
use csi2_dphy::{LanePins, MAX_LANES, PinMap, Wire};
use proptest::prelude::*;

/// Levels of P and N of each lane, one bit time after another.
pub(super) type Wave = Vec<[(bool, bool); MAX_LANES]>;

/// A link, drawn bit by bit.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) lanes: usize,
    /// Both wires of each pair are seen.
    pub(super) pairs: bool,
    /// LP receivers of their own are seen.
    pub(super) separate: bool,
    late: [usize; MAX_LANES],
    bursts: Vec<Vec<u8>>,
    /// Bit times of the stop state, of zeros before the sync byte, and of the trail.
    stop: usize,
    zeros: usize,
    trail: usize,
    /// Channels in the order of the wires, and which of those are turned round.
    pub(super) channels: Vec<u16>,
    turned: u64,
    pub(super) unit: usize,
    damage: Vec<Damage>,
    pub(super) cuts: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip {
        place: usize,
        wire: usize,
    },
    Drop {
        place: usize,
        count: usize,
    },
    Stick {
        place: usize,
        count: usize,
    },
    /// Where a burst begins: so many bits before or behind the first of its data, on some lanes.
    Start {
        burst: usize,
        bit: isize,
        lanes: u8,
    },
}

/// Bit times of the stop state before the first burst, besides its own.
const REST: usize = 30;
/// Of the two states that request HS.
const REQUEST: [usize; 2] = [12, 10];

impl Scene {
    fn lane(&self, lane: usize) -> Vec<(bool, bool)> {
        let mut wave = vec![(true, true); REST + self.late[lane]];
        for burst in &self.bursts {
            wave.extend(vec![(true, true); self.stop]);
            wave.extend(vec![(false, true); REQUEST[0]]);
            wave.extend(vec![(false, false); REQUEST[1]]);
            let bytes = deal(burst, self.lanes).swap_remove(lane);
            let longest = burst.len().div_ceil(self.lanes);
            let trail = trail(&bytes) != 0;
            let zeros = std::iter::repeat_n(false, self.zeros);
            let bits = std::iter::once(&0xB8)
                .chain(&bytes)
                .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
            let end = std::iter::repeat_n(trail, 8 * (longest - bytes.len()) + self.trail);
            wave.extend(zeros.chain(bits).chain(end).map(|bit| (bit, !bit)));
        }
        wave.extend(vec![(true, true); self.stop + 40 - self.late[lane]]);
        wave
    }

    /// Bit times before the first data bit of a burst.
    fn start(&self, burst: usize) -> usize {
        let request: usize = REQUEST.iter().sum();
        let pause = self.stop + request + self.zeros + 8;
        let before = self.bursts[..burst].iter();
        let longest = |burst: &Vec<u8>| 8 * burst.len().div_ceil(self.lanes) + self.trail;
        REST + pause * (burst + 1) + before.map(longest).sum::<usize>()
    }

    pub(super) fn wave(&self) -> Wave {
        let lanes: Vec<_> = (0..self.lanes).map(|lane| self.lane(lane)).collect();
        let mut wave: Wave = (0..lanes[0].len())
            .map(|at| std::array::from_fn(|lane| lanes.get(lane).map_or((false, false), |lane| lane[at])))
            .collect();
        for damage in &self.damage {
            let count = wave.len();
            match *damage {
                Damage::Flip { place, wire } => {
                    let (p, n) = &mut wave[place % count][wire / 2 % self.lanes];
                    if wire % 2 == 0 { *p = !*p } else { *n = !*n }
                }
                Damage::Drop { place, count: most } => {
                    let place = place % count;
                    wave.drain(place..(place + most).min(count));
                }
                Damage::Stick { place, count: most } => {
                    let place = place % count;
                    let held = wave[place];
                    wave.iter_mut().skip(place).take(most).for_each(|levels| *levels = held);
                }
                Damage::Start { burst, bit, lanes } => {
                    let start = self.start(burst % self.bursts.len());
                    for lane in (0..self.lanes).filter(|lane| lanes >> lane & 1 == 1) {
                        let at = (start + self.late[lane]).checked_add_signed(bit);
                        if let Some(levels) = at.and_then(|at| wave.get_mut(at)) {
                            let (p, n) = &mut levels[lane];
                            (*p, *n) = (*n, *p);
                        }
                    }
                }
            }
        }
        wave
    }

    /// The wires of a lane: P, and N or the LP receivers.
    pub(super) fn wires(&self) -> usize {
        match (self.pairs, self.separate) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 3,
        }
    }

    /// The wire with this place in their order.
    pub(super) fn wire(&self, index: usize) -> Wire {
        Wire {
            channel: self.channels[index],
            invert: self.turned >> index & 1 == 1,
        }
    }

    pub(super) fn map(&self) -> PinMap {
        let wire = |index| Some(self.wire(index));
        let mut map = PinMap {
            count: self.lanes,
            ..PinMap::default()
        };
        for (lane, pins) in map.lanes.iter_mut().enumerate().take(self.lanes) {
            let first = lane * self.wires();
            *pins = LanePins {
                p: wire(first),
                ..LanePins::default()
            };
            if self.wires() == 2 {
                pins.n = wire(first + 1);
            } else if self.wires() == 3 {
                (pins.lp_p, pins.lp_n) = (wire(first + 1), wire(first + 2));
            }
        }
        map
    }

    /// The capture in pieces of `lengths` samples, over and over.
    fn capture(&self, lengths: &[usize]) -> Capture {
        let map = self.map();
        let samples = self.wave().into_iter().map(|levels| self.sample(&map, &levels));
        cut(map, self.unit, samples, lengths)
    }

    /// The data lanes' wires as channels.
    pub(super) fn sample(&self, map: &PinMap, levels: &[(bool, bool); MAX_LANES]) -> u64 {
        let mut sample = 0;
        for (pins, &(p, n)) in map.lanes.iter().zip(levels) {
            // What an LP receiver sees of HS levels is low.
            sample |= channel(pins.p, p) | channel(pins.n, n);
            sample |= channel(pins.lp_p, p && n) | channel(pins.lp_n, n && (p || !self.separate));
        }
        sample
    }
}

/// The channel of a wire, if it has that level.
pub(super) fn channel(wire: Option<Wire>, level: bool) -> u64 {
    wire.map_or(0, |wire| u64::from(level != wire.invert) << wire.channel)
}

/// Samples of `unit` bytes in pieces of `lengths`, over and over.
pub(super) fn cut(map: PinMap, unit: usize, samples: impl Iterator<Item = u64>, lengths: &[usize]) -> Capture {
    let bytes: Vec<u8> = samples
        .flat_map(|sample| sample.to_le_bytes().into_iter().take(unit))
        .collect();
    let mut pieces = Vec::new();
    let (mut rest, mut first) = (bytes.as_slice(), 0);
    for length in lengths.iter().cycle() {
        let (piece, more) = rest.split_at((length * unit).min(rest.len()));
        pieces.push(Piece {
            seen: Seen::Samples {
                first,
                unit,
                bytes: piece.to_vec(),
            },
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        });
        first += (piece.len() / unit) as u64;
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
    Capture {
        entry: csi2_analyzer::Entry::pins(map),
        pieces,
    }
}

/// Bytes with long runs of each level, and with all that may look like a stop state and a sync byte.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let constant = (prop::sample::select(&[0x00u8, 0xFF, 0x00, 0x5A][..]), 1usize..400)
        .prop_map(|(byte, count)| vec![byte; count]);
    let noise = prop::collection::vec(any::<u8>(), 1..300);
    let dark = prop::collection::vec(
        prop::sample::select(&[0u8, 0, 0, 0, 1, 3, 0x80, 0xC0, 0xFF][..]),
        1..300,
    );
    let edges = prop::collection::vec(
        prop::sample::select(&[0x00u8, 0x00, 0xFF, 0xFF, 0xB8, 0xC0, 0x5D, 0xF8, 0x1F, 0xCC][..]),
        1..300,
    );
    // On all lanes at once: stop state, zeros, sync byte.
    let turn = (
        1usize..4,
        2usize..5,
        prop::sample::select(&[0xB8u8, 0xB9, 0xF8, 0xCC][..]),
        1usize..=8,
    )
        .prop_map(|(ones, zeros, sync, lanes)| {
            let mut bytes = vec![0xFF; ones * lanes];
            bytes.extend(vec![0; zeros * lanes]);
            bytes.extend(vec![sync; lanes]);
            bytes
        });
    let parts = prop_oneof![constant, noise, dark, edges, turn];
    prop::collection::vec(parts, 1..6).prop_map(|parts| parts.concat())
}

fn burst() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => (0..3u8, any::<u16>()).prop_map(|(data_type, word)| short(data_type, word)),
        5 => payload().prop_map(|payload| long(0x2B, &payload)),
        1 => (payload(), payload()).prop_map(|(a, b)| [long(0x2A, &a), long(0x2B, &b)].concat()),
    ]
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => (any::<usize>(), 0usize..16).prop_map(|(place, wire)| Damage::Flip { place, wire }),
        1 => (any::<usize>(), 1usize..40).prop_map(|(place, count)| Damage::Drop { place, count }),
        1 => (any::<usize>(), 1usize..200).prop_map(|(place, count)| Damage::Stick { place, count }),
        2 => (any::<usize>(), -30isize..20, prop_oneof![Just(0xFF), any::<u8>()])
            .prop_map(|(burst, bit, lanes)| Damage::Start { burst, bit, lanes }),
    ]
}

pub(super) fn scenes() -> impl Strategy<Value = Scene> {
    let link = (
        prop::sample::select(&[1usize, 2, 3, 4, 4, 8][..]),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop_oneof![Just([0; MAX_LANES]), prop::array::uniform8(0usize..44)],
    );
    let timing = (4usize..200, 12usize..120, 8usize..150);
    let wiring = (
        Just((0..24u16).collect::<Vec<_>>()).prop_shuffle(),
        prop_oneof![Just(0), any::<u64>()],
        any::<bool>(),
    );
    let faults = prop_oneof![Just(Vec::new()), prop::collection::vec(damage(), 1..4)];
    let cuts = prop_oneof![Just(vec![usize::MAX >> 8]), prop::collection::vec(1usize..3000, 1..6)];
    (link, timing, wiring, prop::collection::vec(burst(), 1..6), faults, cuts).prop_map(
        |((lanes, pairs, separate, late), (stop, zeros, trail), (channels, turned, close), bursts, damage, cuts)| {
            let wires = lanes
                * if !pairs {
                    1
                } else if separate {
                    3
                } else {
                    2
                };
            // Close together, the wires fill as few bytes as they can.
            let channels: Vec<u16> = if close {
                channels
                    .into_iter()
                    .filter(|channel| usize::from(*channel) < wires)
                    .collect()
            } else {
                channels
            };
            let most = channels.iter().take(wires).max().map_or(0, |most| usize::from(*most));
            Scene {
                lanes,
                pairs,
                separate,
                late,
                bursts,
                stop,
                zeros,
                trail,
                channels,
                turned,
                unit: most / 8 + 1,
                damage,
                cuts,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn many_samples_at_once_are_as_many_one_by_one(scene in scenes()) {
        let capture = scene.capture(&scene.cuts);
        let slow = receive_singly(&capture);
        let fast = receive(&capture);
        prop_assert!(slow.events == fast.events, "bit by bit:\n{}at once:\n{}", slow.summary(), fast.summary());
    }
}

/// Lanes without skew, and a line as cameras send it: nearly all of it comes in one piece.
#[test]
fn undamaged_lines_are_received() {
    for lanes in [1, 2, 3, 4, 8] {
        for byte in [0x00, 0xFF, 0x5A] {
            let mut payload = vec![byte; 5070];
            payload[2000..2100].fill(0x33);
            let scene = Scene {
                lanes,
                pairs: false,
                separate: false,
                late: [0, 3, 17, 8, 44, 1, 2, 40],
                bursts: vec![short(0, 1), long(0x2B, &payload), long(0x2B, &payload), short(1, 1)],
                stop: 100,
                zeros: 60,
                trail: 30,
                channels: (0..8).collect(),
                turned: 0,
                unit: 1,
                damage: Vec::new(),
                cuts: Vec::new(),
            };
            let wanted = [
                short(0, 1),
                long(0x2B, &payload)[..5074].to_vec(),
                long(0x2B, &payload)[..5074].to_vec(),
                short(1, 1),
            ];
            same(
                &receive(&scene.capture(&[1 << 20])),
                &wanted,
                &format!("{lanes} lanes of {byte:02x}"),
            );
        }
    }
}
