//! The wires of ports while they are collected, then the ports of a link.

use csi2_dphy::{Bus, LanePorts, MAX_LANE_BITS, MAX_LANES, MAX_STREAM_BITS, PortMap, Ports, StreamPorts, Wire};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a wire or bus is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Port {
    Data,
    Valid,
    Active,
    Sync,
    Ready,
    Last,
    Keep,
}

impl Port {
    /// By the name that roles have.
    pub(super) fn find(name: &str) -> Option<Self> {
        use Port::{Active, Data, Keep, Last, Ready, Sync, Valid};
        let all = [Data, Valid, Active, Sync, Ready, Last, Keep];
        all.into_iter().find(|port| port.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Valid => "valid",
            Self::Active => "active",
            Self::Sync => "sync",
            Self::Ready => "ready",
            Self::Last => "last",
            Self::Keep => "keep",
        }
    }

    /// Whether lanes have it.
    pub(super) const fn of_lanes(self) -> bool {
        matches!(self, Self::Data | Self::Valid | Self::Active | Self::Sync)
    }

    /// Whether a stream has it.
    pub(super) const fn of_streams(self) -> bool {
        matches!(self, Self::Data | Self::Valid | Self::Ready | Self::Last | Self::Keep)
    }

    /// Bits at most.
    pub(super) const fn most(self, lane: bool) -> usize {
        match (self, lane) {
            (Self::Data, true) => MAX_LANE_BITS,
            (Self::Data, false) => MAX_STREAM_BITS,
            (Self::Valid, true) => MAX_LANE_BITS / 8,
            (Self::Keep, _) => MAX_STREAM_BITS / 8,
            _ => 1,
        }
    }
}

/// A wire or bus, the lowest bit first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Wires {
    pub(super) channels: Vec<u16>,
    pub(super) invert: bool,
}

impl Wires {
    fn bus<const N: usize>(&self) -> Option<Bus<N>> {
        Bus::new(&self.channels, self.invert)
    }

    fn wire(&self) -> Option<Wire> {
        match self.channels.as_slice() {
            [channel] => Some(Wire {
                channel: *channel,
                invert: self.invert,
            }),
            _ => None,
        }
    }
}

/// Ports by lane (`None`: of the stream) and kind.
#[derive(Clone, Debug, Default)]
pub(super) struct PortSlots {
    pub(super) clock: Option<Wire>,
    wires: BTreeMap<(Option<usize>, Port), Wires>,
}

impl PortSlots {
    pub(super) fn new(clock: Option<Wire>) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    /// Puts wires in their slot; `false` when others are there.
    pub(super) fn set(&mut self, lane: Option<usize>, port: Port, wires: Wires) -> bool {
        match self.wires.entry((lane, port)) {
            Entry::Vacant(slot) => {
                slot.insert(wires);
                true
            }
            Entry::Occupied(slot) => *slot.get() == wires,
        }
    }

    /// The link, or what it lacks.
    pub(super) fn link(&self) -> Result<PortMap, String> {
        let lanes = self.wires.keys().any(|(lane, _)| lane.is_some());
        let stream = self.wires.keys().any(|(lane, _)| lane.is_none());
        let ports = match (lanes, stream) {
            (true, true) => return Err("there are lanes and a stream, a capture is of one or the other".into()),
            (true, false) => self.lanes()?,
            (false, _) => self.stream()?,
        };
        Ok(PortMap {
            clock: self.clock,
            ports,
        })
    }

    fn lanes(&self) -> Result<Ports, String> {
        let mut numbers: Vec<usize> = self.wires.keys().filter_map(|(lane, _)| *lane).collect();
        numbers.dedup();
        let start = numbers.first().copied().unwrap_or(0).min(1);
        if let Some((_, missing)) = numbers.iter().zip(start..).find(|(there, wanted)| *there != wanted) {
            let there: Vec<String> = numbers.iter().map(|lane| format!("d{lane}")).collect();
            return Err(format!("data lanes {} without d{missing}", there.join(" ")));
        }
        let mut lanes = [LanePorts::default(); MAX_LANES];
        if numbers.len() > MAX_LANES {
            return Err(format!("{} data lanes, a link has at most {MAX_LANES}", numbers.len()));
        }
        for (slot, number) in lanes.iter_mut().zip(&numbers) {
            *slot = self.lane(*number)?;
        }
        let first = lanes.first().copied().unwrap_or_default();
        for (lane, number) in lanes.iter_mut().zip(&numbers) {
            if lane.valid.is_empty() && lane.active.is_none() && lane.sync.is_none() {
                (lane.valid, lane.active, lane.sync) = (first.valid, first.active, first.sync);
            }
            if lane.valid.is_empty() && lane.active.is_none() {
                return Err(format!(
                    "nothing says when d{number} has data: add d{number}.valid=NAME or d{number}.active=NAME"
                ));
            }
            let bytes = lane.data.width() / 8;
            if lane.valid.width() > 1 && lane.valid.width() != bytes {
                return Err(format!(
                    "d{number}.valid has {} wires for {bytes} bytes: give one, or one for each byte",
                    lane.valid.width()
                ));
            }
        }
        Ok(Ports::Lanes {
            lanes,
            count: numbers.len(),
        })
    }

    fn lane(&self, number: usize) -> Result<LanePorts, String> {
        let get = |port| self.wires.get(&(Some(number), port));
        let data: Bus<MAX_LANE_BITS> = get(Port::Data).and_then(Wires::bus).unwrap_or_default();
        if !matches!(data.width(), 8 | 16 | 32) {
            return Err(format!(
                "d{number}.data has {} wires: a lane's data has 8, 16 or 32, give d{number}.data=NAME[7:0]",
                get(Port::Data).map_or(0, |wires| wires.channels.len())
            ));
        }
        Ok(LanePorts {
            data,
            valid: get(Port::Valid).and_then(Wires::bus).unwrap_or_default(),
            active: get(Port::Active).and_then(Wires::wire),
            sync: get(Port::Sync).and_then(Wires::wire),
        })
    }

    fn stream(&self) -> Result<Ports, String> {
        let get = |port| self.wires.get(&(None, port));
        let data: Bus<MAX_STREAM_BITS> = get(Port::Data).and_then(Wires::bus).unwrap_or_default();
        if data.is_empty() || data.width() % 8 != 0 {
            return Err(format!(
                "data has {} wires: a stream's data has whole bytes, {MAX_STREAM_BITS} bits at most, give data=NAME[31:0]",
                get(Port::Data).map_or(0, |wires| wires.channels.len())
            ));
        }
        let valid = get(Port::Valid).and_then(Wires::wire);
        if valid.is_none() {
            return Err("nothing says when the stream has data: add valid=NAME".into());
        }
        let keep: Bus<{ MAX_STREAM_BITS / 8 }> = get(Port::Keep).and_then(Wires::bus).unwrap_or_default();
        if !keep.is_empty() && keep.width() != data.width() / 8 {
            return Err(format!(
                "keep has {} wires for {} bytes: it has one for each byte",
                keep.width(),
                data.width() / 8
            ));
        }
        Ok(Ports::Stream(StreamPorts {
            data,
            valid,
            ready: get(Port::Ready).and_then(Wires::wire),
            last: get(Port::Last).and_then(Wires::wire),
            keep,
        }))
    }
}

/// What a channel is for.
pub(super) fn role(map: &PortMap, channel: u16) -> Option<String> {
    let one = |wire: Option<Wire>, name: &str| {
        let wire = wire.filter(|wire| wire.channel == channel)?;
        Some(format!("{}{name}", if wire.invert { "!" } else { "" }))
    };
    if let Some(clock) = one(map.clock, "clk") {
        return Some(clock);
    }
    match &map.ports {
        Ports::Lanes { lanes, count } => lanes.iter().take(*count).enumerate().find_map(|(lane, ports)| {
            let role = bit_of(&ports.data, channel, "data");
            let role = role.or_else(|| bit_of(&ports.valid, channel, "valid"));
            let role = role
                .or_else(|| one(ports.active, "active"))
                .or_else(|| one(ports.sync, "sync"))?;
            Some(match role.strip_prefix('!') {
                Some(role) => format!("!d{lane}.{role}"),
                None => format!("d{lane}.{role}"),
            })
        }),
        Ports::Stream(ports) => bit_of(&ports.data, channel, "data")
            .or_else(|| one(ports.valid, "valid"))
            .or_else(|| one(ports.ready, "ready"))
            .or_else(|| one(ports.last, "last"))
            .or_else(|| bit_of(&ports.keep, channel, "keep")),
    }
}

fn bit_of<const N: usize>(bus: &Bus<N>, channel: u16, name: &str) -> Option<String> {
    let bit = bus.channels().iter().position(|of| *of == channel)?;
    let invert = if bus.is_inverted() { "!" } else { "" };
    Some(match bus.width() {
        1 => format!("{invert}{name}"),
        _ => format!("{invert}{name}[{bit}]"),
    })
}
