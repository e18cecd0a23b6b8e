//! Ports by the names that designs give them: those of the protocol interface (`RxDataHS`, `RxValidHS`, `RxActiveHS`,
//! `RxSyncHS`, `RxByteClkHS`) and of AXI4-Stream (`tdata`, `tvalid`, ...).
//!
//! Ref: Xilinx PG202 (`dl0_rxdatahs`), Intel MIPI D-PHY IP (`LINKx_..._RxDataHS`), AMBA AXI4-Stream (signal names).

use super::bus::{split_bit, squeeze};
use super::port_slots::{Port, PortSlots, Wires};
use super::{MapError, channel_list};
use crate::Channel;
use csi2_dphy::{MAX_LANES, PortMap, Wire};
use std::collections::BTreeMap;

/// A port's name, and what it is; `None`: the clock.
type Row = (&'static str, Option<Port>);

const LANE_PORTS: &[Row] = &[
    ("rxdatahs", Some(Port::Data)),
    ("rxvalidhs", Some(Port::Valid)),
    ("rxactivehs", Some(Port::Active)),
    ("rxsynchs", Some(Port::Sync)),
    ("rxbyteclkhs", None),
    ("rxwordclkhs", None),
];
const STREAM_PORTS: &[Row] = &[
    ("tdata", Some(Port::Data)),
    ("tvalid", Some(Port::Valid)),
    ("tready", Some(Port::Ready)),
    ("tlast", Some(Port::Last)),
    ("tkeep", Some(Port::Keep)),
    ("aclk", None),
];
/// Port directions and the like that designs append.
const SUFFIXES: &[&str] = &["", "i", "o", "in", "out"];
/// What may stand before a lane's number.
const LANE_STEMS: &[&str] = &["datalane", "dlane", "lane", "data", "dl", "ln", "d", "l"];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Interface {
    Lanes,
    Stream,
}

impl Interface {
    const fn table(self) -> &'static [Row] {
        match self {
            Self::Lanes => LANE_PORTS,
            Self::Stream => STREAM_PORTS,
        }
    }
}

/// The lanes of a protocol interface; `None` when no channel is named like their data.
pub(super) fn lanes(channels: &[Channel]) -> Option<Result<PortMap, MapError>> {
    find(channels, Interface::Lanes)
}

/// A stream, likewise.
pub(super) fn stream(channels: &[Channel]) -> Option<Result<PortMap, MapError>> {
    find(channels, Interface::Stream)
}

/// Channels of a port, by bit.
type Bits = BTreeMap<u64, u16>;
type Key = (Option<usize>, Port);

/// What names of one prefix are.
#[derive(Default)]
struct Set {
    clocks: Vec<u16>,
    ports: BTreeMap<Key, Bits>,
    /// A bit that two channels are named like.
    twice: Option<(u16, u16)>,
}

fn find(channels: &[Channel], interface: Interface) -> Option<Result<PortMap, MapError>> {
    let mut sets: BTreeMap<String, Set> = BTreeMap::new();
    for (index, channel) in (0..=u16::MAX).zip(channels) {
        let own = core::slice::from_ref(&channel.name);
        let names = if channel.paths.is_empty() { own } else { &channel.paths };
        for name in names {
            let (base, bit) = split_bit(name);
            if let Some((prefix, lane, port)) = recognise(base, interface) {
                sets.entry(prefix).or_default().add(lane, port, bit.unwrap_or(0), index);
            }
        }
    }
    let mut clocks: Vec<u16> = sets.values().flat_map(|set| set.clocks.iter().copied()).collect();
    clocks.sort_unstable();
    clocks.dedup();
    let is_data = |set: &&Set| set.ports.keys().any(|(_, port)| *port == Port::Data);
    let mut whole: Vec<(&String, PortMap)> = Vec::new();
    let mut fault = None;
    for (prefix, set) in sets.iter().filter(|(_, set)| is_data(set)) {
        match set.link(interface, &clocks) {
            Ok(map) if whole.iter().all(|(_, known)| *known != map) => whole.push((prefix, map)),
            Ok(_) => {}
            Err(what) => fault = fault.or(Some(what)),
        }
    }
    let what = match (whole.as_slice(), fault) {
        ([(_, map)], _) => return Some(Ok(*map)),
        ([], None) => return None,
        ([], Some(fault)) => fault,
        (several, _) => {
            let prefixes: Vec<String> = several.iter().map(|(prefix, _)| format!("`{prefix}`")).collect();
            format!("{} links, names starting with {}", several.len(), prefixes.join(", "))
        }
    };
    Some(Err(MapError {
        message: format!(
            "{what}; say which wire is which with --map d0.data=NAME[7:0],d0.valid=NAME,d0.active=NAME or \
             data=NAME[31:0],valid=NAME,ready=NAME,last=NAME; {}",
            channel_list(channels)
        ),
    }))
}

impl Set {
    fn add(&mut self, lane: Option<usize>, port: Option<Port>, bit: u64, channel: u16) {
        let Some(port) = port else {
            self.clocks.push(channel);
            return;
        };
        let known = *self
            .ports
            .entry((lane, port))
            .or_default()
            .entry(bit)
            .or_insert(channel);
        if known != channel {
            self.twice = self.twice.or(Some((known, channel)));
        }
    }

    fn link(&self, interface: Interface, clocks: &[u16]) -> Result<PortMap, String> {
        if let Some((first, second)) = self.twice {
            return Err(format!("channels {first} and {second} are named alike"));
        }
        let clock = self.clocks.first().or(match clocks {
            [only] => Some(only),
            _ => None,
        });
        let mut slots = PortSlots::new(clock.map(|&channel| Wire { channel, invert: false }));
        let numbered = self.ports.keys().any(|(lane, _)| lane.is_some());
        let lanes = self.lanes();
        for (&(lane, port), bits) in &self.ports {
            let channels: Vec<u16> = bits.values().copied().collect();
            match lane {
                Some(_) => place(&mut slots, lane, port, channels),
                None if numbered => self.share(&mut slots, port, &channels),
                None if interface == Interface::Lanes => {
                    let each = channels.len() / lanes;
                    let parts = channels.chunks(each.max(1)).take(lanes);
                    for (lane, part) in parts.enumerate() {
                        place(&mut slots, Some(lane), port, part.to_vec());
                    }
                }
                None => place(&mut slots, None, port, channels),
            }
        }
        slots.link()
    }

    /// Lanes whose ports are parts of common buses.
    fn lanes(&self) -> usize {
        let width = |port| self.ports.get(&(None, port)).map_or(0, Bits::len);
        let strobes = [Port::Valid, Port::Active, Port::Sync].map(width);
        let most = strobes.into_iter().max().unwrap_or(0);
        let data = width(Port::Data);
        match most {
            2..=MAX_LANES if data % most == 0 && matches!(data / most, 8 | 16 | 32) => most,
            _ => 1,
        }
    }

    /// Strobes that have no lane in their name: of all lanes, or a bit for each.
    fn share(&self, slots: &mut PortSlots, port: Port, channels: &[u16]) {
        let mut numbers: Vec<usize> = self.ports.keys().filter_map(|(lane, _)| *lane).collect();
        numbers.dedup();
        for (index, &lane) in numbers.iter().enumerate() {
            if self.ports.contains_key(&(Some(lane), port)) {
                continue;
            }
            let own = match channels {
                [only] => Some(only),
                several if several.len() == numbers.len() => several.get(index),
                _ => None,
            };
            if let Some(&own) = own {
                place(slots, Some(lane), port, vec![own]);
            }
        }
    }
}

/// Strobes that are buses where one wire is wanted have no meaning here.
fn place(slots: &mut PortSlots, lane: Option<usize>, port: Port, channels: Vec<u16>) {
    if channels.len() <= port.most(lane.is_some()) || port == Port::Data {
        slots.set(
            lane,
            port,
            Wires {
                channels,
                invert: false,
            },
        );
    }
}

/// What comes before the port in a name, the lane, and the port.
fn recognise(name: &str, interface: Interface) -> Option<(String, Option<usize>, Option<Port>)> {
    let squeezed = squeeze(name);
    let table = interface.table();
    if !table.iter().any(|(word, _)| squeezed.contains(word)) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    // The last words that hold the port's name.
    let (cut, joined, at, (word, port)) = (0..words.len()).rev().find_map(|cut| {
        let joined = words.get(cut..)?.concat();
        let (at, row) = table.iter().find_map(|row| Some((joined.rfind(row.0)?, *row)))?;
        Some((cut, joined, at, row))
    })?;
    let (head, tail) = (joined.get(..at)?, joined.get(at + word.len()..)?);
    let digits = tail.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !SUFFIXES.contains(&tail.get(digits.len()..)?) {
        return None;
    }
    let mut before: Vec<&str> = words.get(..cut)?.to_vec();
    if !head.is_empty() {
        before.push(head);
    }
    if interface == Interface::Stream {
        before.extend((!digits.is_empty()).then_some(digits));
        return Some((before.join("."), None, port));
    }
    let lane = match digits {
        "" => take_lane(&mut before),
        digits => Some(digits.parse().ok().filter(|_| digits.len() <= 2)?),
    };
    Some((before.join("."), lane, port))
}

/// Takes the lane out of the words before a port: `dl0`, `lane.0`.
fn take_lane(words: &mut Vec<&str>) -> Option<usize> {
    for at in (0..words.len()).rev() {
        let word = *words.get(at)?;
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = word.get(stem.len()..)?;
        if digits.is_empty() || digits.len() > 2 {
            continue;
        }
        let stem_before = at.checked_sub(1).and_then(|before| words.get(before)).copied();
        let (first, stem) = match stem_before {
            Some(before) if stem.is_empty() => (at - 1, before),
            _ => (at, stem),
        };
        if LANE_STEMS.contains(&stem) {
            words.drain(first..=at);
            return digits.parse().ok();
        }
    }
    None
}
