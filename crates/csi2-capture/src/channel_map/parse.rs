//! The `--map` grammar: `ROLE=[!]CHANNEL[/[!]CHANNEL]` of pins, `ROLE=[!]BUS` of ports, comma separated.

use super::bus::bus;
use super::port_slots::{Port, PortSlots, Wires};
use super::slots::{Lane, Leg, Slots};
use super::{ChannelMap, MapError, channel_list};
use crate::Channel;
use csi2_dphy::{MAX_LANES, Wire};

const GRAMMAR: &str = "write roles and channels like clk=CLKP/CLKN,d0=D0P/D0N or d0.hs=A,d0.lp_p=B,d0.lp_n=C";
const PORT_GRAMMAR: &str = "write roles and channels like d0.data=NAME[7:0],d0.valid=NAME,d0.active=NAME or \
                            data=NAME[31:0],valid=NAME,ready=NAME,last=NAME";

pub(super) fn parse(text: &str, channels: &[Channel]) -> Result<ChannelMap, MapError> {
    let mut entries = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (role, value) = entry
            .split_once('=')
            .ok_or_else(|| error(format!("`{entry}` has no `=`; {GRAMMAR}")))?;
        entries.push(Entry {
            text: entry,
            role: role_of(role.trim())?,
            value: value.trim(),
        });
    }
    let ports = |entry: &&Entry<'_>| matches!(entry.role, Role::Port(..));
    let Some(port) = entries.iter().find(ports) else {
        return pins(&entries, channels);
    };
    let pin = |entry: &&Entry<'_>| matches!(entry.role, Role::Pin(Lane::Data(_), _));
    if let Some(pin) = entries.iter().find(pin) {
        return Err(error(format!(
            "`{}` is of pins and `{}` of bytes, a map is of one or the other; {PORT_GRAMMAR}",
            pin.text, port.text
        )));
    }
    self::ports(&entries, channels)
}

struct Entry<'a> {
    text: &'a str,
    role: Role,
    value: &'a str,
}

fn pins(entries: &[Entry<'_>], channels: &[Channel]) -> Result<ChannelMap, MapError> {
    let mut slots = Slots::default();
    for entry in entries {
        let Role::Pin(lane, legs) = entry.role else { continue };
        let entry_text = entry.text;
        for (leg, wire) in wires(entry.value, legs, channels)? {
            if let Some((other, other_leg)) = slots.slot_of(wire.channel) {
                return Err(error(format!(
                    "`{entry_text}`: this channel is {}.{} already; each wire of the map needs its own",
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
    slots.link().map(ChannelMap::Pins).map_err(|gap| {
        error(format!(
            "the map has {}; {GRAMMAR}; {}",
            gap.message(),
            channel_list(channels)
        ))
    })
}

fn ports(entries: &[Entry<'_>], channels: &[Channel]) -> Result<ChannelMap, MapError> {
    let mut slots = PortSlots::default();
    for entry in entries {
        let (invert, name) = match entry.value.strip_prefix('!') {
            Some(name) => (true, name),
            None => (false, entry.value),
        };
        match entry.role {
            Role::Pin(..) => {
                let clock = bus(name, channels, 1)?.first().map(|&channel| Wire { channel, invert });
                if slots.clock.is_some_and(|known| Some(known) != clock) {
                    return Err(error(format!("`{}`: clk is given twice", entry.text)));
                }
                slots.clock = clock;
            }
            Role::Port(lane, port) => {
                let channels = bus(name, channels, port.most(lane.is_some()))?;
                if !slots.set(lane, port, Wires { channels, invert }) {
                    return Err(error(format!("`{}`: this role is given twice", entry.text)));
                }
            }
        }
    }
    let link = slots
        .link()
        .map_err(|what| error(format!("the map is not whole: {what}")))?;
    Ok(ChannelMap::Ports(Box::new(link)))
}

fn error(message: String) -> MapError {
    MapError { message }
}

/// What an entry names.
#[derive(Clone, Copy)]
enum Role {
    /// A lane's pins; the clock lane is also the clock of ports.
    Pin(Lane, Legs),
    /// A port of this lane, or of the stream.
    Port(Option<usize>, Port),
}

/// The wires that a role stands for: both legs of a pair, or one.
#[derive(Clone, Copy)]
enum Legs {
    Pair,
    One(Leg),
}

fn role_of(text: &str) -> Result<Role, MapError> {
    let lower = text.to_ascii_lowercase();
    let (lane, wire) = match lower.split_once('.') {
        Some((lane, wire)) => (lane, Some(wire)),
        None => (lower.as_str(), None),
    };
    if let (None, Some(port)) = (wire, Port::find(lane)) {
        return match port.of_streams() {
            true => Ok(Role::Port(None, port)),
            false => Err(error(format!("`{text}`: {lane} is of a lane, write d0.{lane}"))),
        };
    }
    let legs = match wire {
        None | Some("hs") => Ok(Legs::Pair),
        Some("p") => Ok(Legs::One(Leg::P)),
        Some("n") => Ok(Legs::One(Leg::N)),
        Some("lp_p") => Ok(Legs::One(Leg::LpP)),
        Some("lp_n") => Ok(Legs::One(Leg::LpN)),
        Some(other) => match Port::find(other).filter(|port| port.of_lanes()) {
            Some(port) => Err(port),
            None => {
                return Err(error(format!(
                    "`{text}`: no wire `.{other}`, there are .p .n .hs .lp_p .lp_n of pins and .data .valid .active \
                     .sync of bytes"
                )));
            }
        },
    };
    if matches!(lane, "clk" | "clock" | "ck") {
        return match legs {
            Ok(legs) => Ok(Role::Pin(Lane::Clock, legs)),
            Err(_) => Err(error(format!("`{text}`: the clock is one wire, write clk=NAME"))),
        };
    }
    let number = ["data", "lane", "d"].iter().find_map(|stem| lane.strip_prefix(stem));
    match number.map(str::parse::<usize>) {
        Some(Ok(number)) if number < MAX_LANES => Ok(match legs {
            Ok(legs) => Role::Pin(Lane::Data(number), legs),
            Err(port) => Role::Port(Some(number), port),
        }),
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
