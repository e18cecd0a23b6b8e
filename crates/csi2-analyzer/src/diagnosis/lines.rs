//! Line states: the clock lane, low-power sequences, and the time between bursts.

use super::clue::Clue;
use super::words::{count, lane, list, rate, short, times};
use super::{Evidence, Match, Symptom};
use alloc::format;
use csi2_dphy::{TimingBound, TimingParameter};

pub(super) const CLOCK_RESTART: Symptom = Symptom {
    number: 21,
    name: "clock-restart",
    title: "The clock starts too late or stops too early around bursts",
    shows: "a clock that stops between bursts, with T_CLK-PRE, T_CLK-POST or T_CLK-PREPARE + T_CLK-ZERO below its limit",
    weight: 76,
    explains: &["rows-missing"],
    causes: &[
        "T_CLK-POST or T_CLK-PRE of the transmitter is too short for this bit rate",
        "the receiver is still writing the last row when its clock stops",
    ],
    advice: &[
        "raise T_CLK-POST (60 ns + 52 UI at least) and T_CLK-PRE (8 UI at least) in the transmitter's D-PHY registers",
        "let the clock run on between bursts, if both ends can: the first row after each restart is then safe",
    ],
    source: "Xilinx PG232 (T_CLK-POST); torvalds/linux drivers/phy/phy-core-mipi-dphy.c",
    rule: clock_restart,
};

pub(super) const LP_SEQUENCE: Symptom = Symptom {
    number: 22,
    name: "lp-sequence",
    title: "Low-power states come in an order that means nothing",
    shows: "a lane goes to LP-01 or LP-10 and back to LP-11, or asks for escape modes that no table has",
    weight: 70,
    explains: &[],
    causes: &[
        "a high-speed or escape entry that was broken off",
        "a retimer or level shifter that follows the low-power levels badly",
        "the probe: its load, or its thresholds (about 0.55 V and 0.88 V)",
        "the transmitter leaves its stop state in the wrong order",
    ],
    advice: &[
        "list the capture with --events: each low-power state with its time",
        "take the probe away and see whether the receiver's own errors go away",
    ],
    source: "NVIDIA camrtc-capture.h (control error, escape sync) and developer forum; D3Engineering/d3-jetson-bsp issue 34",
    rule: lp_sequence,
};

pub(super) const BLANKING_SHORT: Symptom = Symptom {
    number: 25,
    name: "blanking-short",
    title: "The next burst begins too soon after the last",
    shows: "LP-11 between bursts shorter than T_HS-EXIT",
    weight: 86,
    explains: &["sync-one-lane", "rows-missing"],
    causes: &[
        "the line length is too small for what a row takes on this number of lanes at this rate",
        "T_HS-EXIT of the transmitter was left as for another bit rate",
    ],
    advice: &[
        "raise the line length (LLP, HMAX, HTS) or the bit rate, or use more lanes",
        "raise T_HS-EXIT to 100 ns at least",
    ],
    source: "torvalds/linux drivers/phy/phy-core-mipi-dphy.c; arithmetic of row and lanes",
    rule: blanking_short,
};

fn clock_restart(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::ClockTiming);
    let (first, last) = (seen.first?, seen.last?);
    if evidence.facts.clock_pauses != Some(true) {
        return None;
    }
    let mut text = format!("the clock stops between bursts; {first}");
    if first.detail != last.detail {
        text.push_str(&format!("; {last}"));
    }
    Some(seen.matched(text))
}

fn lp_sequence(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::LowPower);
    let first = seen.first?;
    let lanes = list(seen.lanes().map(|of| format!("{} {}", lane(of), times(seen.on(of)))));
    let text = format!(
        "{lanes}, in {}; the first: {first}",
        count(evidence.witness.bursts, "burst")
    );
    Some(seen.matched(text))
}

fn blanking_short(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::Exit);
    let first = seen.first?;
    Some(Match {
        hint: row_budget(evidence),
        ..seen.matched(format!("{first}"))
    })
}

/// How long a row takes, against how often rows come.
fn row_budget(evidence: &Evidence<'_>) -> Option<alloc::string::String> {
    let facts = &evidence.facts;
    let (bits, lanes) = (facts.seen_rate.filter(|rate| *rate > 0)?, evidence.witness.lanes.max(1));
    let rows = facts.statistics.channels.iter().flat_map(|of| &of.data_types);
    let row = rows.filter(|of| of.data_type.is_image()).max_by_key(|of| of.bytes)?;
    let unit = 1e9 / bits as f64;
    // On the lane with most bytes: header, payload, footer, sync byte.
    let bytes = (usize::from(row.word_count) + 6).div_ceil(lanes) + 1;
    let least = |parameter: TimingParameter| {
        let bound: Option<TimingBound> = parameter.row().min;
        bound.and_then(|bound| bound.nanoseconds(Some(unit))).unwrap_or(0.0)
    };
    let around = [
        TimingParameter::Lpx,
        TimingParameter::HsPrepareZero,
        TimingParameter::HsTrail,
        TimingParameter::HsExit,
    ];
    let needed = 8.0 * unit * bytes as f64 + around.into_iter().map(least).sum::<f64>();
    let mut text = format!(
        "a row of {} bytes on {} at {} takes {} ns with the shortest legal entry and exit",
        row.word_count,
        count(lanes as u64, "lane"),
        rate(bits),
        short(needed)
    );
    if let Some((timebase, ticks)) = facts
        .timebase
        .filter(|_| row.line_time.count > 0)
        .map(|base| (base, row.line_time.min))
    {
        text.push_str(&format!("; rows come every {} ns", short(timebase.nanoseconds(ticks))));
    }
    if let Some(pace) = facts.mode.and_then(|mode| mode.pace) {
        let pixels = needed * pace.pixel_rate as f64 / 1e9;
        text.push_str(&format!(
            ": a line length of {} pixel clocks at least",
            pixels as u64 + 1
        ));
    }
    Some(text)
}
