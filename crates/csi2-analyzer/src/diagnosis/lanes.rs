//! Lanes: how many, in which order, and which way round.

use super::arrangement::Arrangement;
use super::clue::Clue;
use super::words::{count, lanes, list};
use super::{Evidence, Match, Symptom, Wires};
use alloc::format;
use alloc::string::{String, ToString as _};
use csi2_dphy::Lane;

/// What follows where packets are not told from each other.
const ALL_OF_PACKETS: &[&str] = &[
    "settle-marginal",
    "header-bits",
    "payload-bits",
    "packet-short",
    "packet-long",
    "damage-periodic",
    "frame-end-lost",
    "frame-start-lost",
    "frames-missing",
    "rows-missing",
    "rows-extra",
    "row-length",
    "line-packets",
];

pub(super) const LANES_MISSING: Symptom = Symptom {
    number: 1,
    name: "lanes-missing",
    title: "The transmitter sends on more lanes than are received",
    shows: "headers fail or are corrected to odd types; some positions of each group of bytes never change, or short packets end early",
    weight: 96,
    explains: ALL_OF_PACKETS,
    causes: &[
        "the sensor is set to more lanes than the receiver is (4 against 2 is the usual case)",
        "a lane is not connected: connector, cable, or a lane that the board does not bring out",
        "the capture has fewer lanes than the link",
    ],
    advice: &[
        "set the same number of lanes at both ends: the sensor's lane register, and `data-lanes` of the receiver's device tree or driver",
        "look at the lanes named here with a probe: a lane in use leaves LP-11 with each burst",
        "read the capture with other numbers of lanes (--lanes)",
    ],
    source: "raspberrypi/linux issue 6991",
    rule: lanes_missing,
};

pub(super) const LANES_SWAPPED: Symptom = Symptom {
    number: 2,
    name: "lanes-swapped",
    title: "Data lanes are swapped",
    shows: "headers fail as they are; one order of the lanes makes all of them right",
    weight: 98,
    explains: ALL_OF_PACKETS,
    causes: &[
        "lanes are crossed on the board, the cable or an adapter",
        "the receiver's lane mapping is not that of the board",
        "the probe's leads, or the names in the capture, are exchanged",
    ],
    advice: &[
        "set the receiver's lane mapping to the order named; many receivers cannot reorder lanes, then the wiring has to change",
        "if only the capture is wired so, give --map with the lanes in the order named; of lane bytes, their columns or files in that order",
    ],
    source: "LuckfoxTECH/luckfox-pico issue 319; order found by the headers' error code",
    rule: lanes_swapped,
};

pub(super) const POLARITY_CROSSED: Symptom = Symptom {
    number: 3,
    name: "polarity-crossed",
    title: "P and N of a pair are crossed",
    shows: "the sync byte reads 0x47 instead of 0xB8 on one lane; LP-01 and LP-10 are exchanged, so that the lane never enters high speed",
    weight: 99,
    explains: &[
        "lanes-swapped",
        "lanes-missing",
        "sync-one-lane",
        "lanes-late",
        "lp-sequence",
        "clock-restart",
        "settle-marginal",
        "header-bits",
        "payload-bits",
        "packet-short",
        "packet-long",
        "frame-end-lost",
        "frame-start-lost",
        "frames-missing",
        "rows-missing",
        "rows-extra",
        "row-length",
        "line-packets",
        "damage-periodic",
    ],
    causes: &[
        "P and N are exchanged on the board, the cable or the connector",
        "the receiver's polarity setting of that lane is wrong",
        "the probe's leads of that pair are exchanged",
    ],
    advice: &[
        "set the polarity of the lane named (`lane-polarities` of a device tree) where the receiver can; else exchange the wires",
        "if only the capture is wired so, give --map with P and N of that lane exchanged",
    ],
    source: "torvalds/linux Documentation video-interfaces (lane-polarities); sync byte as in Xilinx PG232",
    rule: polarity_crossed,
};

fn lanes_missing(evidence: &Evidence<'_>) -> Option<Match> {
    let witness = evidence.witness;
    let first = witness.headers.first_bad;
    let of_lanes = witness.lanes_or_usual();
    if let Some(wires) = evidence.rewired().filter(|wires| !wires.applied)
        && let Some(told) = evidence.facts.told_lanes.filter(|told| *told < wires.lane_order.len())
    {
        let seen = wires.lane_order.len();
        let evidence = format!(
            "read as {told} lanes, {} of {} headers fail; as {seen} lanes, {} of {} headers and {} of {} checksums are right",
            witness.headers.bad(),
            witness.headers.all(),
            wires.headers.good,
            wires.headers.all,
            wires.checksums.good,
            wires.checksums.all
        );
        let count = witness.headers.bad();
        let hint = Some(format!(
            "set the receiver to {seen} lanes, or the sensor to {told}; read the capture with --lanes {seen}"
        ));
        return Some(Match {
            first,
            count,
            evidence,
            hint,
            ..Match::default()
        });
    }
    let constant = || (0..of_lanes).filter_map(|lane| Some((lane, witness.constant.byte(lane)?)));
    let stuck = constant().filter(|(_, byte)| matches!(byte, 0 | 0xFF)).count();
    if evidence.headers_fail() && (1..of_lanes).contains(&stuck) && witness.constant.bytes >= 8 * of_lanes as u64 {
        let those = list(constant().map(|(lane, byte)| format!("{lane} always brings 0x{byte:02x}")));
        let evidence = format!(
            "of {} headers {} fail; of the {of_lanes} lanes, {those}",
            witness.headers.all(),
            witness.headers.bad()
        );
        let lane = constant()
            .next()
            .filter(|_| stuck == 1)
            .map(|(lane, _)| Lane::Data(lane as u8));
        let count = witness.headers.bad();
        return Some(Match {
            first,
            lane,
            count,
            evidence,
            ..Match::default()
        });
    }
    let cut = evidence.of(Clue::HeaderCut);
    let short = cut.count + witness.puzzles.short_after(of_lanes) as u64;
    if short >= 2 && witness.headers.clean <= witness.bursts / 4 && witness.lanes > 0 {
        let evidence = format!(
            "{short} kinds of bursts end before the 4 bytes of a header are there, as a frame start does whose other bytes are on \
             other lanes than the {of_lanes} received; {} of {} fail",
            witness.headers.bad(),
            count(witness.headers.all(), "header")
        );
        let first = first.or(cut.first.map(|finding| finding.span));
        return Some(Match {
            first,
            count: witness.bursts,
            evidence,
            ..Match::default()
        });
    }
    None
}

fn lanes_swapped(evidence: &Evidence<'_>) -> Option<Match> {
    let witness = evidence.witness;
    let straight = |order: &[usize]| order.iter().enumerate().all(|(lane, called)| lane == *called);
    if let Some(wires) = evidence.rewired().filter(|wires| !straight(wires.lane_order)) {
        let order = wires.lane_order;
        let evidence = format!(
            "{}the bytes come in the order of {}: so {} of {} headers and {} of {} checksums are right",
            read_so(&wires),
            lanes(order.iter()),
            wires.headers.good,
            wires.headers.all,
            wires.checksums.good,
            wires.checksums.all
        );
        return Some(Match {
            first: witness.headers.first_bad,
            count: witness.bursts,
            evidence,
            hint: Some(order_hint(order.iter().copied())),
            aside: wires.applied,
            ..Match::default()
        });
    }
    let found = solved(evidence).filter(|found| found.moved() > 0)?;
    let order = || {
        found
            .order
            .iter()
            .take(found.lanes.into())
            .map(|lane| usize::from(*lane))
    };
    let taken = if witness.lanes == 0 { ", if it has 4" } else { "" };
    let evidence = format!(
        "as received, {} of {} headers fail; with the lanes in the order {}{taken}, {} of {} kinds of them are right",
        witness.headers.bad(),
        witness.headers.all(),
        list(order().map(|lane| lane.to_string())),
        found.good,
        found.all
    );
    Some(Match {
        first: witness.headers.first_bad,
        count: witness.headers.bad(),
        evidence,
        hint: Some(order_hint(order())),
        ..Match::default()
    })
}

fn read_so(wires: &Wires<'_>) -> &'static str {
    match wires.applied {
        true => "the capture was read so, against the names of its channels: ",
        false => "",
    }
}

/// `order`: for each lane of the transmitter, where it comes in.
fn order_hint(order: impl Iterator<Item = usize>) -> String {
    let moved = order.enumerate().filter(|(lane, found)| lane != found);
    let pairs = moved.map(|(lane, found)| format!("lane {lane} comes in on {found}"));
    format!("what was found: {}", list(pairs))
}

fn solved(evidence: &Evidence<'_>) -> Option<Arrangement> {
    if !evidence.headers_fail() {
        return None;
    }
    evidence.witness.puzzles.solve(evidence.witness.lanes_or_usual())
}

fn polarity_crossed(evidence: &Evidence<'_>) -> Option<Match> {
    let witness = evidence.witness;
    if let Some(wires) = evidence
        .rewired()
        .filter(|wires| wires.clock_inverted || !wires.inverted.is_empty())
    {
        let clock = wires.clock_inverted.then_some("the clock lane".to_string());
        let data = wires.inverted.iter().map(|lane| format!("lane {lane}"));
        let crossed = evidence.of(Clue::LowPower);
        let late = evidence.of(Clue::LaneLate);
        let first = [
            witness.headers.first_bad,
            crossed.first.or(late.first).map(|finding| finding.span),
        ];
        let lane = match (wires.inverted, wires.clock_inverted) {
            ([], _) => Some(Lane::Clock),
            ([lane], false) => Some(Lane::Data(*lane as u8)),
            _ => None,
        };
        let evidence = format!(
            "{}with P and N of {} exchanged, {} of {} headers and {} of {} checksums are right",
            read_so(&wires),
            list(clock.into_iter().chain(data)),
            wires.headers.good,
            wires.headers.all,
            wires.checksums.good,
            wires.checksums.all
        );
        let count = crossed.count.max(late.count).max(witness.headers.bad());
        return Some(Match {
            first: first.into_iter().flatten().next(),
            lane,
            count,
            evidence,
            aside: wires.applied,
            ..Match::default()
        });
    }
    let found = solved(evidence).filter(|found| found.inverted != 0)?;
    let mut inverted = found.inverted();
    let evidence = format!(
        "as received, {} of {} headers fail; with the bits of {} inverted, {} of {} kinds of them are right",
        witness.headers.bad(),
        witness.headers.all(),
        lanes(found.inverted()),
        found.good,
        found.all
    );
    let lane = inverted.next().filter(|_| inverted.next().is_none());
    Some(Match {
        first: witness.headers.first_bad,
        lane: lane.map(Lane::Data),
        count: witness.headers.bad(),
        evidence,
        ..Match::default()
    })
}
