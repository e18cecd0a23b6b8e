//! The wires of a link while they are collected: one channel a slot, then the lanes in order.

use csi2_dphy::{LanePins, MAX_LANES, PinMap, Wire};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A lane of the link.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Lane {
    Clock,
    /// As it is numbered by its name.
    Data(usize),
}

impl Lane {
    pub(super) fn name(self) -> String {
        match self {
            Self::Clock => "clk".into(),
            Self::Data(number) => format!("d{number}"),
        }
    }
}

/// A wire of a lane.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Leg {
    P,
    N,
    LpP,
    LpN,
}

impl Leg {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P => "p",
            Self::N => "n",
            Self::LpP => "lp_p",
            Self::LpN => "lp_n",
        }
    }
}

/// Wires by lane and leg.
#[derive(Debug, Default)]
pub(super) struct Slots {
    wires: BTreeMap<(Lane, Leg), Wire>,
}

/// Why lanes do not make a link.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Gap {
    NoData,
    /// The lanes there are, and the first one missing.
    Missing(Vec<usize>, usize),
    TooMany(usize),
}

impl Gap {
    pub(super) fn message(&self) -> String {
        match self {
            Self::NoData => "no data lane".into(),
            Self::Missing(there, missing) => {
                let there: Vec<String> = there.iter().map(|&lane| Lane::Data(lane).name()).collect();
                format!("data lanes {} without d{missing}", there.join(" "))
            }
            Self::TooMany(count) => format!("{count} data lanes, a link has at most {MAX_LANES}"),
        }
    }
}

impl Slots {
    /// Puts a wire in its slot; the one that is there already when that is another one.
    pub(super) fn set(&mut self, lane: Lane, leg: Leg, wire: Wire) -> Result<(), Wire> {
        match self.wires.entry((lane, leg)) {
            Entry::Vacant(slot) => {
                slot.insert(wire);
                Ok(())
            }
            Entry::Occupied(slot) if *slot.get() == wire => Ok(()),
            Entry::Occupied(slot) => Err(*slot.get()),
        }
    }

    /// The slot that a channel is in.
    pub(super) fn slot_of(&self, channel: u16) -> Option<(Lane, Leg)> {
        let found = self.wires.iter().find(|(_, wire)| wire.channel == channel);
        found.map(|(&slot, _)| slot)
    }

    /// The clock lane, if any wire of it is there.
    pub(super) fn clock(&self) -> Option<LanePins> {
        let wires = self.wires.iter().filter(|((lane, _), _)| *lane == Lane::Clock);
        let mut pins = LanePins::default();
        for (&(_, leg), &wire) in wires {
            place(&mut pins, leg, wire);
        }
        (pins != LanePins::default()).then(|| settle(pins))
    }

    /// Lanes must follow one another, from 0 or from 1.
    pub(super) fn link(&self) -> Result<PinMap, Gap> {
        let mut lanes: BTreeMap<usize, LanePins> = BTreeMap::new();
        for (&(lane, leg), &wire) in &self.wires {
            if let Lane::Data(number) = lane {
                place(lanes.entry(number).or_default(), leg, wire);
            }
        }
        let first = *lanes.keys().next().ok_or(Gap::NoData)?;
        let start = first.min(1);
        let missing = lanes.keys().zip(start..).find(|&(&there, wanted)| there != wanted);
        if let Some((_, wanted)) = missing {
            return Err(Gap::Missing(lanes.keys().copied().collect(), wanted));
        }
        if lanes.len() > MAX_LANES {
            return Err(Gap::TooMany(lanes.len()));
        }
        let mut pins = PinMap {
            clock: self.clock(),
            count: lanes.len(),
            ..PinMap::default()
        };
        for (slot, lane) in pins.lanes.iter_mut().zip(lanes.into_values()) {
            *slot = settle(lane);
        }
        Ok(pins)
    }
}

/// What a channel is for.
pub(super) fn role(pins: &PinMap, channel: u16) -> Option<String> {
    let of_lane = |lane: &LanePins, name: &str| {
        let wires = [("p", lane.p), ("n", lane.n), ("lp_p", lane.lp_p), ("lp_n", lane.lp_n)];
        wires.into_iter().find_map(|(end, wire)| {
            let wire = wire.filter(|wire| wire.channel == channel)?;
            Some(format!("{}{name}.{end}", if wire.invert { "!" } else { "" }))
        })
    };
    let clock = pins.clock.as_ref().and_then(|clock| of_lane(clock, "clk"));
    clock.or_else(|| {
        let mut lanes = pins.lanes.iter().take(pins.count).enumerate();
        lanes.find_map(|(lane, wires)| of_lane(wires, &format!("d{lane}")))
    })
}

fn place(pins: &mut LanePins, leg: Leg, wire: Wire) {
    let slot = match leg {
        Leg::P => &mut pins.p,
        Leg::N => &mut pins.n,
        Leg::LpP => &mut pins.lp_p,
        Leg::LpN => &mut pins.lp_n,
    };
    *slot = Some(wire);
}

/// A lane of which only Dn was captured is a single wire read inverted.
fn settle(mut pins: LanePins) -> LanePins {
    if pins.p.is_none()
        && let Some(n) = pins.n.take()
    {
        pins.p = Some(Wire { invert: !n.invert, ..n });
    }
    pins
}
