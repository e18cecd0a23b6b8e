//! The `--map` grammar: `ROLE=[!]CHANNEL[/[!]CHANNEL]`, comma separated.

use super::slots::{Lane, Leg, Slots};
use super::{MapError, channel_list};
use crate::Channel;
use csi2_dphy::{MAX_LANES, PinMap, Wire};

const GRAMMAR: &str = "write roles and channels like clk=CLKP/CLKN,d0=D0P/D0N or d0.hs=A,d0.lp_p=B,d0.lp_n=C";

pub(super) fn parse(text: &str, channels: &[Channel]) -> Result<PinMap, MapError> {
    let mut slots = Slots::default();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (role, value) = entry
            .split_once('=')
            .ok_or_else(|| error(format!("`{entry}` has no `=`; {GRAMMAR}")))?;
        let (lane, legs) = role_of(role.trim())?;
        for (leg, wire) in wires(value.trim(), legs, channels)? {
            if let Some((other, other_leg)) = slots.slot_of(wire.channel) {
                return Err(error(format!(
                    "`{entry}`: this channel is {}.{} already; each wire of the map needs its own",
                    other.name(),
                    other_leg.name()
                )));
            }
            slots.set(lane, leg, wire).map_err(|other| {
                error(format!(
                    "{}.{} is given twice, as channels {} and {}",
                    lane.name(),
                    leg.name(),
                    other.channel,
                    wire.channel
                ))
            })?;
        }
    }
    slots.link().map_err(|gap| {
        error(format!(
            "the map has {}; {GRAMMAR}; {}",
            gap.message(),
            channel_list(channels)
        ))
    })
}

fn error(message: String) -> MapError {
    MapError { message }
}

/// The wires that a role stands for: both legs of a pair, or one.
#[derive(Clone, Copy)]
enum Legs {
    Pair,
    One(Leg),
}

fn role_of(text: &str) -> Result<(Lane, Legs), MapError> {
    let lower = text.to_ascii_lowercase();
    let (lane, wire) = match lower.split_once('.') {
        Some((lane, wire)) => (lane, Some(wire)),
        None => (lower.as_str(), None),
    };
    let legs = match wire {
        None | Some("hs") => Legs::Pair,
        Some("p") => Legs::One(Leg::P),
        Some("n") => Legs::One(Leg::N),
        Some("lp_p") => Legs::One(Leg::LpP),
        Some("lp_n") => Legs::One(Leg::LpN),
        Some("data" | "valid" | "active" | "sync") => {
            return Err(error(format!(
                "`{text}`: lane-byte (PPI) captures are not read yet; export the bytes of each lane to a file"
            )));
        }
        Some(other) => {
            return Err(error(format!(
                "`{text}`: no wire `.{other}`, there are .p .n .hs .lp_p .lp_n"
            )));
        }
    };
    if matches!(lane, "clk" | "clock" | "ck") {
        return Ok((Lane::Clock, legs));
    }
    let number = ["data", "lane", "d"].iter().find_map(|stem| lane.strip_prefix(stem));
    match number.map(str::parse::<usize>) {
        Some(Ok(number)) if number < MAX_LANES => Ok((Lane::Data(number), legs)),
        _ => Err(error(format!(
            "`{text}`: no such lane, there are clk and d0 to d{}",
            MAX_LANES - 1
        ))),
    }
}

/// One or two channels. Names may hold a `/` of their own, so the whole is tried before its halves.
fn wires(text: &str, legs: Legs, channels: &[Channel]) -> Result<Vec<(Leg, Wire)>, MapError> {
    let whole = wire(text, channels);
    let (first, missing) = match (legs, whole) {
        (Legs::One(leg), whole) => return Ok(vec![(leg, whole?)]),
        (Legs::Pair, Ok(wire)) => return Ok(vec![(Leg::P, wire)]),
        (Legs::Pair, Err(missing)) => (text.match_indices('/'), missing),
    };
    let mut half_missing = None;
    for (at, _) in first {
        let (Some(p), Some(n)) = (text.get(..at), text.get(at + 1..)) else {
            continue;
        };
        match (wire(p, channels), wire(n, channels)) {
            (Ok(p), Ok(n)) => return Ok(vec![(Leg::P, p), (Leg::N, n)]),
            (Err(why), _) | (_, Err(why)) => half_missing = half_missing.or(Some(why)),
        }
    }
    Err(half_missing.unwrap_or(missing))
}

fn wire(text: &str, channels: &[Channel]) -> Result<Wire, MapError> {
    let text = text.trim();
    let (invert, name) = match text.strip_prefix('!') {
        Some(name) => (true, name.trim()),
        None => (false, text),
    };
    let channel = channel(name, channels)?;
    Ok(Wire { channel, invert })
}

/// A channel by its exact name or path, in any case, by the end of its path, by index, or with separators
/// ignored; the first of these that fits one channel, so a name wins over an index.
fn channel(name: &str, channels: &[Channel]) -> Result<u16, MapError> {
    if name.is_empty() {
        return Err(error(format!("an empty channel name; {GRAMMAR}")));
    }
    let tail = format!(".{}", name.to_ascii_lowercase());
    let squeezed = squeeze(name);
    let index: Option<usize> = name.parse().ok();
    type Test<'a> = &'a dyn Fn(usize, &Channel) -> bool;
    let tests: [Test<'_>; 6] = [
        &|_, channel| channel.name == name,
        &|_, channel| channel.paths.iter().any(|path| path == name),
        &|_, channel| channel.name.eq_ignore_ascii_case(name),
        &|_, channel| {
            let mut paths = channel.paths.iter().chain([&channel.name]);
            paths.any(|path| path.eq_ignore_ascii_case(name) || path.to_ascii_lowercase().ends_with(&tail))
        },
        &|at, _| index == Some(at),
        // `2/3` is a pair and not channel 23.
        &|_, channel| !squeezed.is_empty() && !name.contains('/') && squeeze(&channel.name) == squeezed,
    ];
    for test in tests {
        let mut found = (0..=u16::MAX)
            .zip(channels)
            .filter(|(at, channel)| test(usize::from(*at), channel));
        match (found.next(), found.next()) {
            (Some((at, _)), None) => return Ok(at),
            (Some((first, _)), Some((second, _))) => {
                return Err(error(format!(
                    "`{name}` is channel {first} and channel {second}; give the index or the whole path; {}",
                    channel_list(channels)
                )));
            }
            (None, _) => {}
        }
    }
    Err(error(format!("no channel `{name}`; {}", channel_list(channels))))
}

/// A name without case and separators; the sign of a half stays.
fn squeeze(name: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || *c == '+';
    name.chars().filter(kept).map(|c| c.to_ascii_lowercase()).collect()
}
