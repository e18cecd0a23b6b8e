//! Wires by the names that people give them.
//!
//! A name is words; the last ones say the wire (`D0_P`, `data_p[0]`, `MDP0`), those before say which link
//! (`tb.cam1_`). Wires of one link are looked for among names that start alike, so that a pixel clock or the
//! second camera's lanes do not get in the way.

use super::slots::{Gap, Lane, Leg, Slots};
use super::{MapError, channel_list};
use crate::Channel;
use csi2_dphy::{LanePins, MAX_LANES, PinMap, Wire};
use std::collections::BTreeMap;

/// Half of a pair, or a wire of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Half {
    Single,
    P,
    N,
}

/// Which receiver's output the wire is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Receiver {
    Unsaid,
    HighSpeed,
    LowPower,
}

/// What a name says; a data lane may have no number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Role {
    clock: bool,
    number: Option<usize>,
    half: Half,
    receiver: Receiver,
}

impl Role {
    fn slot(self, lane: Lane) -> Option<(Lane, Leg)> {
        let leg = match (self.receiver, self.half) {
            (Receiver::LowPower, Half::P) => Leg::LpP,
            (Receiver::LowPower, Half::N) => Leg::LpN,
            (Receiver::LowPower, Half::Single) => return None,
            (_, Half::Single | Half::P) => Leg::P,
            (_, Half::N) => Leg::N,
        };
        Some((lane, leg))
    }

    /// Could as well be the bit of a bus or a clock of something else.
    fn is_weak(self) -> bool {
        self.half == Half::Single && self.receiver == Receiver::Unsaid
    }
}

/// How much a set of names looks like a link.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Likeness {
    SingleWires,
    SingleWiresWithClock,
    Pairs,
}

pub(super) fn find(channels: &[Channel]) -> Result<PinMap, MapError> {
    let sets = by_prefix(channels);
    let lone_clock = lone_clock(&sets);
    let read = |(prefix, set)| read_set(set, lone_clock).map(|(likeness, link)| (likeness, prefix, link));
    let links: Vec<(Likeness, &String, Result<PinMap, Fault>)> = sets.iter().filter_map(read).collect();
    let Some(best) = links.iter().map(|(likeness, ..)| *likeness).max() else {
        return Err(error("no channel is named like a data lane", channels));
    };
    let best = links.into_iter().filter(|(likeness, ..)| *likeness == best);

    // The same wires may have names in several scopes.
    let mut whole: Vec<(&String, PinMap)> = Vec::new();
    let mut fault = None;
    for (_, prefix, link) in best {
        match link {
            Ok(pins) if whole.iter().all(|(_, known)| *known != pins) => whole.push((prefix, pins)),
            Ok(_) => {}
            Err(why) => fault = fault.or(Some(why)),
        }
    }
    let text = match (whole.as_slice(), fault) {
        ([(_, pins)], _) => return Ok(*pins),
        ([], Some(fault)) => fault.message(channels),
        (several, _) => {
            let prefixes: Vec<String> = several.iter().map(|(prefix, _)| format!("`{prefix}`")).collect();
            format!("{} links, names starting with {}", several.len(), prefixes.join(", "))
        }
    };
    Err(error(&text, channels))
}

/// What is wrong with a set of wires.
enum Fault {
    Gap(Gap),
    /// Two channels named like one wire.
    Twice(Lane, Leg, u16, u16),
}

impl Fault {
    fn message(&self, channels: &[Channel]) -> String {
        let name = |index: u16| {
            let channel = channels.get(usize::from(index));
            channel.map_or("?", |channel| channel.paths.first().unwrap_or(&channel.name).as_str())
        };
        match self {
            Self::Gap(gap) => gap.message(),
            Self::Twice(lane, leg, first, second) => format!(
                "`{}` and `{}` are both named like {}.{}",
                name(*first),
                name(*second),
                lane.name(),
                leg.name()
            ),
        }
    }
}

fn error(what: &str, channels: &[Channel]) -> MapError {
    MapError {
        message: format!(
            "{what}; say which wire is which with --map clk=NAME/NAME,d0=NAME/NAME; {}",
            channel_list(channels)
        ),
    }
}

type Set = Vec<(Role, u16)>;

fn by_prefix(channels: &[Channel]) -> BTreeMap<String, Set> {
    let mut sets: BTreeMap<String, Set> = BTreeMap::new();
    for (index, channel) in (0..=u16::MAX).zip(channels) {
        let own = core::slice::from_ref(&channel.name);
        let names = if channel.paths.is_empty() { own } else { &channel.paths };
        for name in names {
            if let Some((prefix, role)) = recognise(name) {
                sets.entry(prefix).or_default().push((role, index));
            }
        }
    }
    sets
}

/// The clock pair that stands alone among names that hold no data: `rx_clk_p` beside `rx_0_p`.
fn lone_clock(sets: &BTreeMap<String, Set>) -> Option<LanePins> {
    let mut found = None;
    for set in sets.values().filter(|set| set.iter().all(|(role, _)| role.clock)) {
        let mut slots = Slots::default();
        for &(role, channel) in set.iter().filter(|(role, _)| !role.is_weak()) {
            let (lane, leg) = role.slot(Lane::Clock)?;
            slots.set(lane, leg, wire(channel)).ok()?;
        }
        match (slots.clock(), found) {
            (None, _) => {}
            (clock, None) => found = clock,
            (clock, known) if clock == known => {}
            (Some(_), Some(_)) => return None,
        }
    }
    found
}

/// The link that names of one prefix make; `None` when they hold no data lane.
fn read_set(set: &Set, lone_clock: Option<LanePins>) -> Option<(Likeness, Result<PinMap, Fault>)> {
    let pairs = |clock: bool| set.iter().any(|(role, _)| role.clock == clock && !role.is_weak());
    let (clock_pairs, data_pairs) = (pairs(true), pairs(false));
    let numbered = set.iter().any(|(role, _)| !role.clock && role.number.is_some());
    let has_clock = set.iter().any(|(role, _)| role.clock) || lone_clock.is_some();
    // Wires of their own count only where there are no pairs, and not when they are as many as a bus has.
    let singles = set.iter().filter(|(role, _)| !role.clock && role.is_weak());
    let bus = !data_pairs && singles.count() > MAX_LANES;

    let mut slots = Slots::default();
    let mut fault = None;
    for &(role, channel) in set {
        let weak = role.is_weak();
        let lane = match role.number {
            _ if role.clock && weak && clock_pairs => continue,
            _ if role.clock => Lane::Clock,
            _ if weak && (data_pairs || bus) => continue,
            Some(number) => Lane::Data(number),
            // `dp`, `dn`, `data` are one lane, beside a clock. Alone they could be anything.
            None if !numbered && has_clock => Lane::Data(0),
            None => continue,
        };
        let Some((lane, leg)) = role.slot(lane) else { continue };
        if let Err(other) = slots.set(lane, leg, wire(channel)) {
            fault = fault.or(Some(Fault::Twice(lane, leg, other.channel, channel)));
        }
    }
    let link = match slots.link() {
        Err(Gap::NoData) => return None,
        Err(gap) => Err(Fault::Gap(gap)),
        Ok(pins) => Ok(PinMap {
            clock: pins.clock.or(lone_clock),
            ..pins
        }),
    };
    let likeness = match (data_pairs, has_clock) {
        (true, _) => Likeness::Pairs,
        (false, true) => Likeness::SingleWiresWithClock,
        (false, false) => Likeness::SingleWires,
    };
    Some((likeness, fault.map_or(link, Err)))
}

const fn wire(channel: u16) -> Wire {
    Wire { channel, invert: false }
}

/// What comes before `clk` and the like; single letters only where a half follows (`CP`, `MCN`).
const CLOCK_STEMS: &[&str] = &["clocklane", "clklane", "clock", "dclk", "clk", "dck", "mck", "ck"];
const SHORT_CLOCK_STEMS: &[&str] = &["mc", "c"];
const DATA_STEMS: &[&str] = &["datalane", "dlane", "lane", "data", "dat", "md", "dl", "ln", "d"];
/// These are a lane only with a number: `rx` alone is a serial port.
const NUMBERED_STEMS: &[&str] = &["rx", "tx"];
/// Port directions and the like that designs append.
const SUFFIXES: &[&str] = &["i", "o", "io", "in", "out", "pad", "pin"];

/// Splits a name into what comes before and the wire that its last words name.
fn recognise(name: &str) -> Option<(String, Role)> {
    let mut words = words(name);
    let mut receiver = Receiver::Unsaid;
    words.retain(|word| match word.as_str() {
        "lp" => {
            receiver = Receiver::LowPower;
            false
        }
        "hs" => {
            receiver = Receiver::HighSpeed;
            false
        }
        _ => true,
    });
    while words.len() > 1 && words.last().is_some_and(|word| SUFFIXES.contains(&word.as_str())) {
        words.pop();
    }
    // The fewer words of a prefix the better: `rx0_p` is lane 0, not lane 0 of something called `rx0`.
    (0..words.len()).find_map(|cut| {
        let (prefix, wire) = words.split_at_checked(cut)?;
        let role = role(&wire.concat(), receiver)?;
        Some((prefix.join("."), role))
    })
}

/// Lower-case words. A closing `+` or `-` is the half of a pair, other separators only separate.
fn words(name: &str) -> Vec<String> {
    let name = name.trim().to_ascii_lowercase();
    let (body, half) = match name.strip_suffix(['+', '-']) {
        Some(body) if name.ends_with('+') => (body, Some("p")),
        Some(body) => (body, Some("n")),
        None => (name.as_str(), None),
    };
    let separator = |c: char| !c.is_alphanumeric();
    let words = body.split(separator).chain(half);
    words.filter(|word| !word.is_empty()).map(String::from).collect()
}

fn role(text: &str, receiver: Receiver) -> Option<Role> {
    let tails = |stems: &'static [&'static str]| stems.iter().filter_map(|stem| tail(text.strip_prefix(stem)?));
    let clock = tails(CLOCK_STEMS)
        .chain(tails(SHORT_CLOCK_STEMS).filter(|&(number, half)| number.is_none() && half != Half::Single))
        .next();
    let data = || {
        tails(DATA_STEMS)
            .chain(tails(NUMBERED_STEMS).filter(|(number, _)| number.is_some()))
            // `d` alone is no name.
            .find(|_| text != "d")
    };
    let (clock, (number, half)) = match clock {
        Some(found) => (true, found),
        None => (false, data()?),
    };
    Some(Role {
        clock,
        number,
        half,
        receiver,
    })
}

/// What may follow a stem: nothing, a lane number, a half, or both in either order.
fn tail(text: &str) -> Option<(Option<usize>, Half)> {
    const HALVES: &[(&str, Half)] = &[("pos", Half::P), ("neg", Half::N), ("p", Half::P), ("n", Half::N)];
    let number = |digits: &str| -> Option<Option<usize>> {
        match digits {
            "" => Some(None),
            digits if digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().map(Some),
            _ => None,
        }
    };
    if let Some(plain) = number(text) {
        return Some((plain, Half::Single));
    }
    HALVES.iter().find_map(|&(word, half)| {
        let digits = text.strip_suffix(word).or_else(|| text.strip_prefix(word))?;
        number(digits).map(|number| (number, half))
    })
}
