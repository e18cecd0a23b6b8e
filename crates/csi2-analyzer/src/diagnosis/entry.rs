//! How lanes come into high speed: at which rate, how well, and whether together.

use super::clue::Clue;
use super::words::{count, lane, lanes, list, rate, short, times};
use super::{Evidence, Match, Symptom};
use crate::FindingCode;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use csi2_dphy::Lane;

pub(super) const RATE_WRONG: Symptom = Symptom {
    number: 4,
    name: "rate-wrong",
    title: "The lanes run at another bit rate than was said",
    shows: "high-speed data without packets; bits of another length than declared",
    weight: 97,
    explains: &[
        "lanes-missing",
        "settle-marginal",
        "sync-one-lane",
        "lanes-late",
        "header-bits",
        "payload-bits",
        "packet-short",
        "packet-long",
        "frame-end-lost",
        "frame-start-lost",
        "rows-missing",
        "lp-sequence",
        "damage-periodic",
    ],
    causes: &[
        "the link frequency was taken for the bit rate: the bit rate of a lane is twice the link frequency",
        "the sensor's PLL gives another rate than its driver declares: another input clock, or registers of another mode",
        "a rate of the whole link was taken for that of a lane",
    ],
    advice: &[
        "declare link-frequencies as half the bit rate of a lane, in hertz",
        "check the input clock of the sensor and its PLL registers against the rate measured",
    ],
    source: "intel/vision-drivers issue 37; zephyrproject-rtos/zephyr 116178; raspberrypi/linux pull request 5691",
    rule: rate_wrong,
};

pub(super) const SETTLE_MARGINAL: Symptom = Symptom {
    number: 5,
    name: "settle-marginal",
    title: "Bursts begin badly: headers with several wrong bits between good ones, or a way into high speed beyond its limits",
    shows: "uncorrectable headers now and then, sync bytes with wrong bits on several lanes, T_HS-PREPARE or T_HS-ZERO out of range",
    weight: 80,
    explains: &[
        "header-bits",
        "rows-missing",
        "frame-end-lost",
        "frame-start-lost",
        "line-packets",
    ],
    causes: &[
        "the receiver's settle time does not fit the bit rate, or the transmitter's T_HS-PREPARE and T_HS-ZERO were left as for another rate",
        "the link frequency is declared wrong, and the settle time computed from it",
        "signal quality: termination, supply noise, cable, a rate near the limit of the path",
    ],
    advice: &[
        "set the settle time to between 85 ns + 6 UI and 145 ns + 10 UI after LP-01; try both ends of that window",
        "lower the bit rate by half: what goes away with it is signal quality",
    ],
    source: "torvalds/linux drivers/phy/phy-core-mipi-dphy.c; kitakar5525/surface-ipu3-cameras issue 9",
    rule: settle_marginal,
};

pub(super) const SYNC_ONE_LANE: Symptom = Symptom {
    number: 6,
    name: "sync-one-lane",
    title: "One lane has trouble with its sync byte, the others have none",
    shows: "sync errors (SoT) on one lane only",
    weight: 84,
    explains: &[
        "rows-missing",
        "frame-end-lost",
        "frame-start-lost",
        "frames-missing",
        "line-packets",
    ],
    causes: &[
        "the settle time, skew or termination of that lane",
        "a broken pair: a bad joint, a contact of the connector, a trace longer than the others",
    ],
    advice: &[
        "look at that lane alone: joint, connector, length of the pair against the others",
        "if the receiver has a delay or settle time per lane, sweep it for that lane",
    ],
    source: "NVIDIA camrtc-capture.h (SoT errors by lane); Xilinx PG232",
    rule: sync_one_lane,
};

pub(super) const LANES_LATE: Symptom = Symptom {
    number: 7,
    name: "lanes-late",
    title: "Some lanes come into sync, others not, or too late",
    shows: "lane alignment errors; a skew of whole bytes",
    weight: 85,
    explains: &[
        "rows-missing",
        "frame-end-lost",
        "frame-start-lost",
        "frames-missing",
        "line-packets",
    ],
    causes: &[
        "another number of lanes at one end: the lane named is not sent on, or not connected",
        "lanes of unequal length, or a probe that delays some of them",
        "no skew calibration above 1.5 Gbps a lane",
    ],
    advice: &[
        "compare the number of lanes at both ends; a lane that never leaves LP-11 is not in use",
        "above 1.5 Gbps a lane, let the transmitter send the initial deskew burst: D-PHY 1.2 asks for it",
    ],
    source: "NVIDIA camrtc-capture.h (lane alignment, deskew calibration); Xilinx PG232",
    rule: lanes_late,
};

fn rate_wrong(evidence: &Evidence<'_>) -> Option<Match> {
    let facts = &evidence.facts;
    let seen = facts.seen_rate?;
    let of_mode = facts
        .mode
        .filter(|_| evidence.count(Clue::LaneRate) > 0)
        .map(|mode| mode.lane_rate);
    let told = facts
        .told_rate
        .filter(|_| evidence.witness.headers.clean == 0)
        .or(of_mode)?;
    let ratio = seen as f64 / told.max(1) as f64;
    if evidence.is_clean() || (0.98..=1.02).contains(&ratio) {
        return None;
    }
    let near = |of: f64| (ratio / of - 1.0).abs() < 0.03;
    let hint = if near(2.0) {
        Some("the rate is twice what was said: a link frequency was given where a bit rate was asked for".to_string())
    } else if near(0.5) {
        Some("the rate is half of what was said: a bit rate was given where a link frequency was asked for".to_string())
    } else {
        None
    };
    let lost = [
        evidence.of(Clue::NoSync),
        evidence.of(Clue::LaneLate),
        evidence.of(Clue::LowPower),
    ];
    let first = lost.iter().find_map(|seen| seen.first).map(|finding| finding.span);
    Some(Match {
        first: first.or(evidence.witness.headers.first_bad),
        count: 1,
        evidence: format!(
            "a lane runs at {}, {} was said: {} times that",
            rate(seen),
            rate(told),
            short(ratio)
        ),
        hint,
        ..Match::default()
    })
}

fn settle_marginal(evidence: &Evidence<'_>) -> Option<Match> {
    let (lost, entry) = (evidence.of(Clue::HeaderLost), evidence.of(Clue::Entry));
    let (one, none) = (evidence.of(Clue::SyncBit), evidence.of(Clue::NoSync));
    let several = |lane: &Lane| one.on(*lane) + none.on(*lane) > 0;
    let lanes_hit = (0..8).map(Lane::Data).filter(several).count();
    let headers = &evidence.witness.headers;
    let mut parts = Vec::new();
    let mut first = None;
    if lost.count > 0 && headers.clean > 0 {
        parts.push(format!(
            "{} of {} cannot be corrected",
            lost.count,
            count(headers.all(), "header")
        ));
        first = first.or(lost.first);
    }
    if lanes_hit > 1 || lanes_hit == 1 && evidence.is_single_lane() {
        let those = count(lanes_hit as u64, "lane");
        parts.push(format!(
            "{} on {those} with wrong bits",
            count(one.count + none.count, "sync byte")
        ));
        first = first.or(one.first.or(none.first));
    }
    if let Some(finding) = entry.first {
        parts.push(finding.to_string());
        first = first.or(entry.first);
    }
    if parts.is_empty() {
        return None;
    }
    let of_wires = first.is_some_and(|finding| finding.code == FindingCode::TimingOutOfRange);
    Some(Match {
        first: first.map(|finding| finding.span),
        of_wires,
        lane: entry.only_lane().filter(|_| of_wires),
        count: lost.count + one.count + none.count + entry.count,
        evidence: list(parts.into_iter()),
        ..Match::default()
    })
}

fn sync_one_lane(evidence: &Evidence<'_>) -> Option<Match> {
    let (one, none) = (evidence.of(Clue::SyncBit), evidence.of(Clue::NoSync));
    let mut hit = (0..8).map(Lane::Data).filter(|lane| one.on(*lane) + none.on(*lane) > 0);
    let only = hit.next()?;
    if hit.next().is_some() || evidence.is_single_lane() {
        return None;
    }
    let bursts = evidence.witness.bursts + none.count;
    let never = evidence.witness.bursts == 0 && none.count > 1;
    let mut parts = Vec::new();
    if none.count > 0 {
        parts.push(format!("{} without a sync byte", times(none.count)));
    }
    if one.count > 0 {
        parts.push(format!("{} with one wrong bit in it", times(one.count)));
    }
    let evidence = format!(
        "{} {} in {}; no other lane has that",
        lane(only),
        list(parts.into_iter()),
        count(bursts, "burst")
    );
    let first = [none.first, one.first]
        .into_iter()
        .flatten()
        .map(|finding| finding.span);
    Some(Match {
        first: first.min_by_key(|span| span.burst),
        lane: Some(only),
        count: one.count + none.count,
        evidence,
        hint: never.then(|| {
            "not one of its sync bytes is right: see first whether P and N of that pair are crossed, for 0xB8 then reads 0x47".into()
        }),
        ..Match::default()
    })
}

fn lanes_late(evidence: &Evidence<'_>) -> Option<Match> {
    let late = evidence.of(Clue::LaneLate);
    late.first?;
    let skew = &evidence.facts.statistics.skew;
    let bursts = evidence.witness.bursts;
    let greatest = skew.iter().copied().max().unwrap_or(0);
    let mut text = format!(
        "{} missing or late in {}",
        lanes(late.lanes().map(number)),
        count(late.count, "burst")
    );
    match bursts {
        0 => text.push_str(", and no burst in which all lanes are there"),
        _ => text.push_str(&format!(
            "; in {} all lanes are there, {greatest} UI apart at most ({} bytes)",
            count(bursts, "burst"),
            greatest / 8
        )),
    }
    let fast = evidence.facts.seen_rate.filter(|rate| *rate > 1_500_000_000);
    let hint = fast.map(|bits| {
        format!(
            "{} a lane is above 1.5 Gbps: see that the transmitter sends a deskew burst first",
            rate(bits)
        )
    });
    Some(Match {
        hint,
        ..late.matched(text)
    })
}

fn number(lane: Lane) -> String {
    match lane {
        Lane::Data(lane) => lane.to_string(),
        Lane::Clock => "clock".to_string(),
    }
}
