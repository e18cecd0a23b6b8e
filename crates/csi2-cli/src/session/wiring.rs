//! How the wires turned out to lie, against what their names say.

use csi2_analyzer::{Confidence, Discovered, Evidence};
use csi2_dphy::{LanePins, PinMap};

/// The wiring of a link of pins.
#[derive(Clone, Debug)]
pub(crate) struct Wiring {
    /// For each lane of the link, in the order of its bytes: the lane it is named as, or its rank among the channels where
    /// the names say nothing.
    pub(crate) lane_order: Vec<usize>,
    /// Lanes of the link whose P and N are exchanged, or whose only wire is inverted.
    pub(crate) inverted: Vec<usize>,
    /// The clock lane likewise.
    pub(crate) clock_inverted: bool,
    /// Names of the channels told what is what.
    pub(crate) named: bool,
    /// What that rests on.
    pub(crate) evidence: Evidence,
    /// How sure it is.
    pub(crate) confidence: Confidence,
}

impl Wiring {
    /// `found` against `named`.
    pub(crate) fn new(named: Option<&PinMap>, found: &Discovered) -> Self {
        let (lane_order, inverted, clock_inverted) = Self::compare(named, &found.map);
        Self {
            lane_order,
            inverted,
            clock_inverted,
            named: named.is_some(),
            evidence: found.evidence,
            confidence: found.confidence,
        }
    }

    /// Lane order, inverted lanes, and whether the clock is inverted, of `found` against `named`.
    fn compare(named: Option<&PinMap>, found: &PinMap) -> (Vec<usize>, Vec<usize>, bool) {
        let lanes = found.lanes.get(..found.count).unwrap_or(&found.lanes);
        let lowest = |lane: &LanePins| wires(lane).min().unwrap_or(u16::MAX);
        let order = lanes.iter().enumerate().map(|(index, lane)| match named {
            Some(named) => {
                let known = named.lanes.iter().take(named.count);
                known
                    .clone()
                    .position(|known| shares_a_wire(known, lane))
                    .unwrap_or(index)
            }
            None => lanes.iter().filter(|other| lowest(other) < lowest(lane)).count(),
        });
        let inverted = lanes.iter().enumerate().filter_map(|(index, lane)| {
            let name = named.and_then(|named| named.lanes.iter().find(|known| shares_a_wire(known, lane)));
            is_inverted(name, lane).then_some(index)
        });
        let clock = found.clock.as_ref().is_some_and(|clock| {
            let name = named.and_then(|named| named.clock.as_ref());
            is_inverted(name, clock)
        });
        (order.collect(), inverted.collect(), clock)
    }

    /// Whether anything is other than the names say.
    pub(crate) fn is_surprising(&self) -> bool {
        let straight = self.lane_order.iter().enumerate().all(|(lane, named)| lane == *named);
        !straight || !self.inverted.is_empty() || self.clock_inverted || !self.named
    }
}

fn wires(lane: &LanePins) -> impl Iterator<Item = u16> {
    [lane.p, lane.n, lane.lp_p, lane.lp_n]
        .into_iter()
        .flatten()
        .map(|wire| wire.channel)
}

fn shares_a_wire(known: &LanePins, lane: &LanePins) -> bool {
    wires(known).any(|channel| wires(lane).any(|other| other == channel))
}

/// Read inverted, or read from the wire named N.
fn is_inverted(named: Option<&LanePins>, lane: &LanePins) -> bool {
    let read_from =
        |wire: Option<csi2_dphy::Wire>| wire.is_some_and(|named| lane.p.is_some_and(|p| p.channel == named.channel));
    lane.p.is_some_and(|wire| wire.invert) != named.is_some_and(|named| read_from(named.n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_dphy::Wire;

    fn pair(p: u16, n: u16) -> LanePins {
        let wire = |channel| Some(Wire { channel, invert: false });
        LanePins {
            p: wire(p),
            n: wire(n),
            ..LanePins::default()
        }
    }

    fn map(lanes: &[LanePins], clock: LanePins) -> PinMap {
        let mut map = PinMap {
            count: lanes.len(),
            clock: Some(clock),
            ..PinMap::default()
        };
        map.lanes[..lanes.len()].copy_from_slice(lanes);
        map
    }

    #[test]
    fn lanes_are_numbered_as_named_and_exchanged_pairs_found() {
        let named = map(&[pair(2, 3), pair(4, 5), pair(6, 7)], pair(0, 1));
        let found = map(&[pair(6, 7), pair(3, 2), pair(4, 5)], pair(1, 0));
        assert_eq!(Wiring::compare(Some(&named), &found), (vec![2, 0, 1], vec![1], true));
        assert_eq!(Wiring::compare(None, &found), (vec![2, 0, 1], vec![], false));
        assert_eq!(Wiring::compare(Some(&named), &named), (vec![0, 1, 2], vec![], false));
    }
}
