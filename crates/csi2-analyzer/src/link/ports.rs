//! Captures of lane bytes, or of merged ones, seen as logic.

use super::burst::{Burst, Said};
use super::descramble::HeaderCode;
use super::framed::Framed;
use super::place::Place;
use super::strobes::Strobes;
use super::{Advance, Input, LinkEvent};
use crate::Limits;
use alloc::vec::Vec;
use csi2_dphy::{
    LaneBytes, MAX_LANES, Observation, PinEvent, PortBytes, PortEvent, PortMap, PortReceiver, Ports as Wired,
};
use csi2_kernels::Backend;

/// Bytes of a lane that are handed on together.
const STRIDE: usize = 512;

/// Source of bytes from ports: they are lane bytes of marked bursts, a stream those of one lane.
pub(super) struct Ports {
    receiver: PortReceiver,
    framed: Framed,
    /// Lanes, 0 of a stream.
    lanes: usize,
    /// Bytes not yet handed on.
    bytes: [Vec<u8>; MAX_LANES],
    heads: [usize; MAX_LANES],
    /// The first of them begins a burst, after the last of them it is over.
    starts: bool,
    ends: bool,
    /// Tick at which the burst began.
    at: u64,
    /// All lanes have begun.
    aligned: bool,
    /// What is there is being handed on.
    handing: bool,
    /// The capture is over.
    done: bool,
}

impl Ports {
    pub(super) fn new(map: &PortMap, code: HeaderCode, limits: &Limits, backend: Backend) -> Self {
        let mut framed = Framed::new(map.lanes().max(1), code, limits, backend);
        framed.strobes = Some(Strobes::new(map.lanes()));
        Self {
            receiver: PortReceiver::new(map, limits.max_skew_bytes),
            framed,
            lanes: map.lanes(),
            bytes: core::array::from_fn(|_| Vec::new()),
            heads: [0; MAX_LANES],
            starts: false,
            ends: false,
            at: 0,
            aligned: false,
            handing: false,
            done: false,
        }
    }

    /// Whether the map has no wire by which bursts end: packets follow one another.
    pub(super) fn is_endless(map: &PortMap) -> bool {
        matches!(map.ports, Wired::Stream(ports) if ports.last.is_none())
    }

    /// Mean UI in ticks, of lanes.
    pub(super) fn unit_interval(&self) -> Option<f64> {
        let bits = 8 * self.receiver.bytes_per_clock().max(1);
        self.receiver
            .period()
            .filter(|_| self.lanes > 0)
            .map(|period| period / bits as f64)
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'_>, last: bool) -> Advance<'c> {
        if self.handing {
            return self.hand_on(burst);
        }
        let event = if last {
            self.receiver.finish()
        } else {
            self.observe(input)
        };
        match event {
            Some(event) => self.hear(burst, event),
            None if last && !self.done => {
                (self.done, self.ends, self.handing) = (true, true, true);
                Advance::Again
            }
            None => Advance::Starved,
        }
    }

    fn hear<'c>(&mut self, burst: &mut Burst, event: PortEvent) -> Advance<'c> {
        match event {
            PortEvent::BurstStart { at } => {
                (self.starts, self.ends, self.at) = (true, false, at);
                self.aligned = self.lanes == 0;
                self.framed.strobes = Some(Strobes::new(self.lanes));
            }
            PortEvent::Aligned { skew } => {
                self.aligned = true;
                if let Some(strobes) = &mut self.framed.strobes {
                    strobes.skew = skew;
                }
            }
            PortEvent::Bytes(bytes) => self.keep(burst, &bytes),
            PortEvent::BurstEnd { .. } => (self.ends, self.handing) = (true, true),
            PortEvent::AlignError { lane, at } => {
                self.clear();
                let span = burst.ledger.span(at, Some(at));
                let trouble = LinkEvent::Lane(PinEvent::AlignError { lane, at });
                return Advance::Said(Said::new(trouble, span));
            }
        }
        Advance::Again
    }

    fn keep(&mut self, burst: &mut Burst, bytes: &PortBytes) {
        let is_open = burst.is_open();
        let ticks = match (&mut burst.ledger.place, &mut self.framed.strobes) {
            (Place::Clocked { ticks, .. }, _) if is_open => Some(ticks),
            (_, strobes) => strobes.as_mut().map(|strobes| &mut strobes.ticks),
        };
        if let Some(ticks) = ticks {
            for lane in 0..self.lanes.max(1) {
                ticks.add(lane, bytes.lane(lane).len(), bytes.at);
            }
        }
        for (lane, kept) in self.bytes.iter_mut().enumerate() {
            kept.extend_from_slice(bytes.lane(lane));
            self.handing |= self.aligned && kept.len() >= STRIDE;
        }
    }

    /// Gives what is there to the merging of lanes, until it has all of it.
    fn hand_on<'c>(&mut self, burst: &mut Burst) -> Advance<'c> {
        let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
        for ((slice, bytes), head) in lanes.iter_mut().zip(&self.bytes).zip(&self.heads) {
            *slice = bytes.get(*head..).unwrap_or_default();
        }
        let count = self.lanes.max(1);
        let mut input = Input {
            seen: Observation::Lanes(LaneBytes { lanes, count }),
            starts: self.starts,
            ends: self.ends,
            offset: self.at,
            at: Some(self.at),
        };
        let advance = self.framed.advance(burst, &mut input, false);
        (self.starts, self.ends) = (input.starts, input.ends);
        if let Observation::Lanes(rest) = input.seen {
            for ((head, bytes), rest) in self.heads.iter_mut().zip(&self.bytes).zip(&rest.lanes) {
                *head = bytes.len().saturating_sub(rest.len());
            }
        }
        match advance {
            Advance::Starved => {
                self.clear();
                Advance::Again
            }
            advance => advance,
        }
    }

    fn clear(&mut self) {
        self.bytes.iter_mut().for_each(Vec::clear);
        self.heads = [0; MAX_LANES];
        (self.starts, self.ends, self.handing) = (false, false, false);
    }

    fn observe(&mut self, input: &mut Input<'_>) -> Option<PortEvent> {
        match &mut input.seen {
            Observation::Changes(changes) => {
                let (taken, event) = self.receiver.changes(changes);
                *changes = changes.get(taken..).unwrap_or_default();
                event
            }
            Observation::Samples(samples) => {
                let unit = samples.unit.max(1);
                let (taken, event) = self.receiver.samples(samples);
                samples.bytes = samples.bytes.get(taken * unit..).unwrap_or_default();
                samples.first = samples.first.saturating_add(taken as u64);
                event
            }
            Observation::Lanes(_) | Observation::Merged(_) => None,
        }
    }
}
