//! From the text of a VCD file to what each lane did.

use std::collections::BTreeMap;

/// Levels of the wires over time, in femtoseconds.
pub(crate) struct Vcd {
    wires: BTreeMap<String, Vec<(u64, bool)>>,
}

impl Vcd {
    pub(crate) fn read(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let mut names = BTreeMap::new();
        let (mut unit, mut now) = (0, 0);
        let mut wires: BTreeMap<String, Vec<(u64, bool)>> = BTreeMap::new();
        while let Some(word) = words.next() {
            match word {
                "$timescale" => {
                    let scale: String = words.by_ref().take_while(|word| *word != "$end").collect();
                    let end = scale.find(|c: char| !c.is_ascii_digit()).expect("a unit");
                    let count: u64 = scale[..end].parse().expect("a number");
                    unit = count
                        * [("fs", 1), ("ps", 1_000), ("ns", 1_000_000)]
                            .iter()
                            .find(|row| row.0 == &scale[end..])
                            .expect("a unit")
                            .1;
                }
                "$var" => {
                    let field: Vec<&str> = words.by_ref().take_while(|word| *word != "$end").collect();
                    names.insert(field[2].to_owned(), field[3].to_owned());
                }
                "$dumpvars" | "$end" => {}
                _ if word.starts_with('$') => while words.next().is_some_and(|word| word != "$end") {},
                _ if word.starts_with('#') => now = unit * word[1..].parse::<u64>().expect("a time"),
                _ => {
                    let level = word.starts_with('1');
                    assert!(level || word.starts_with('0'), "{word}");
                    wires.entry(names[&word[1..]].clone()).or_default().push((now, level));
                }
            }
        }
        Self { wires }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.wires.keys().map(String::as_str).collect()
    }

    pub(crate) fn wire(&self, name: &str) -> &[(u64, bool)] {
        &self.wires[name]
    }

    /// Line states of a pair: since when, Dp, Dn.
    pub(crate) fn pair(&self, lane: &str) -> Vec<(u64, State)> {
        let legs = [self.wire(&format!("{lane}P")), self.wire(&format!("{lane}N"))];
        let mut times: Vec<u64> = legs.iter().flat_map(|leg| leg.iter().map(|change| change.0)).collect();
        times.sort_unstable();
        times.dedup();
        let level = |leg: &[(u64, bool)], at| {
            let after = leg.partition_point(|change| change.0 <= at);
            after.checked_sub(1).is_some_and(|last| leg[last].1)
        };
        times
            .into_iter()
            .map(|at| match (level(legs[0], at), level(legs[1], at)) {
                (false, false) => (at, State::Lp00),
                (false, true) => (at, State::Lp01),
                (true, false) => (at, State::Lp10),
                (true, true) => (at, State::Lp11),
            })
            .collect()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Lp00,
    Lp01,
    Lp10,
    Lp11,
}

/// What a lane did between two stop states.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// Escape mode.
    Escape {
        /// Command bits as they came.
        command: String,
        /// Bytes after it, first bit lowest.
        bytes: Vec<u8>,
        /// Lengths of the states before the last LP-00.
        states: Vec<u64>,
        /// Length of the last LP-00.
        stay: u64,
        /// Length of Mark-1.
        mark: u64,
    },
    /// LP-10, LP-00, LP-10, LP-00.
    Turnaround,
    /// ULPS of a clock lane: lengths of LP-10, LP-00 and Mark-1.
    ClockUlps { request: u64, stay: u64, mark: u64 },
    /// High speed.
    Burst(Burst),
}

/// Times of a burst.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Burst {
    pub(crate) request: u64,
    pub(crate) bridge: u64,
    pub(crate) zero: u64,
    /// First and last change of level.
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) stop: u64,
}

/// What a lane did, in order, from its first stop state on.
pub(crate) fn lane(states: &[(u64, State)], clock: bool) -> Vec<Seen> {
    let mut seen = Vec::new();
    let start = states
        .iter()
        .position(|(_, state)| *state == State::Lp11)
        .expect("a stop state");
    let stops = states[start..]
        .split_inclusive(|(_, state)| *state == State::Lp11)
        .skip(1);
    for run in stops {
        // The last of each run is the next stop state, unless the file ends.
        let [.., (stop, State::Lp11)] = run else { continue };
        let kinds: Vec<State> = run.iter().map(|(_, state)| *state).collect();
        let lengths: Vec<u64> = run.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        use State::{Lp00, Lp01, Lp10, Lp11};
        seen.push(match &kinds[..] {
            [Lp01, Lp00, Lp01, ..] => Seen::Burst(Burst {
                request: run[0].0,
                bridge: run[1].0,
                zero: run[2].0,
                first: run[3].0,
                last: run[run.len() - 2].0,
                stop: *stop,
            }),
            [Lp10, Lp00, Lp10, Lp11] if clock => Seen::ClockUlps {
                request: lengths[0],
                stay: lengths[1],
                mark: lengths[2],
            },
            [Lp10, Lp00, Lp10, Lp00, Lp10, Lp11] => Seen::Turnaround,
            [Lp10, Lp00, Lp01, Lp00, coded @ .., Lp10, Lp11] => {
                let bits: Vec<bool> = coded
                    .chunks(2)
                    .map(|pair| match pair {
                        [Lp10, Lp00] => true,
                        [Lp01, Lp00] => false,
                        other => panic!("{other:?} is no bit"),
                    })
                    .collect();
                let (command, rest) = bits.split_at(8);
                assert_eq!(rest.len() % 8, 0, "{} bits", rest.len());
                Seen::Escape {
                    command: command.iter().map(|bit| if *bit { '1' } else { '0' }).collect(),
                    bytes: rest
                        .chunks(8)
                        .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
                        .collect(),
                    states: lengths[..lengths.len() - 2].to_vec(),
                    stay: lengths[lengths.len() - 2],
                    mark: lengths[lengths.len() - 1],
                }
            }
            other => panic!("{other:?}"),
        });
    }
    seen
}

/// Bits of a burst: the level of `data` at each change of `clock`.
pub(crate) fn bits(data: &[(u64, bool)], clock: &[(u64, bool)], burst: &Burst) -> Vec<bool> {
    clock
        .iter()
        .filter(|(at, _)| (burst.zero..burst.stop).contains(at))
        .map(|(at, _)| data[data.partition_point(|change| change.0 <= *at) - 1].1)
        .collect()
}
