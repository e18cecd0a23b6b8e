//! Frames: what begins and ends them, and which are missing.

use super::clue::{Clue, Seen};
use super::words::{count, times};
use super::{Evidence, Match, Symptom};
use crate::Detail;
use alloc::format;
use alloc::string::String;

pub(super) const FRAME_END_LOST: Symptom = Symptom {
    number: 12,
    name: "frame-end-lost",
    title: "Frames begin inside frames: their ends are lost",
    shows: "FS while a frame of the same virtual channel is open",
    weight: 44,
    explains: &[],
    causes: &[
        "the frame end packet was lost to a damaged header or burst",
        "the transmitter was restarted inside a frame",
        "seldom: two streams share a virtual channel",
    ],
    advice: &[
        "look for damaged headers or bursts right before the frame start named",
        "this is what Rockchip receivers call multiple frame starts in one frame",
    ],
    source: "NVIDIA camrtc-capture.h (FS fault); rockchip-linux/kernel issue 314",
    rule: frame_end_lost,
};

pub(super) const FRAME_START_LOST: Symptom = Symptom {
    number: 13,
    name: "frame-start-lost",
    title: "Frames have no start, or their ends carry another number",
    shows: "FE or rows without FS; FE with another number than its FS",
    weight: 42,
    explains: &["rows-missing"],
    causes: &[
        "the frame start packet was lost to a damaged header or burst",
        "the receiver, or the capture, was started inside a frame",
        "the transmitter numbers frame ends badly (number 0 means that frames are not numbered)",
    ],
    advice: &[
        "at the start of a capture: nothing to do, frames after it are whole",
        "elsewhere: look for damaged headers or bursts right before the place named",
    ],
    source: "NVIDIA camrtc-capture.h (FE frame id fault)",
    rule: frame_start_lost,
};

pub(super) const FRAMES_MISSING: Symptom = Symptom {
    number: 14,
    name: "frames-missing",
    title: "Whole frames are missing",
    shows: "frame numbers that do not follow the cycle the transmitter counts in",
    weight: 30,
    explains: &[],
    causes: &[
        "the capture lost data",
        "the transmitter dropped frames, or was stopped and started",
        "frames are not counted by the transmitter at all: numbers look random",
    ],
    advice: &[
        "compare the times of the frame starts around the place named: a gap of whole frame periods is a loss",
        "legal are numbers that begin again at 1 after any count, in steps of 1 or 2, and never 0 in between",
    ],
    source: "rule of frame numbers as in torvalds/linux and Xilinx PG232 (frame sync error)",
    rule: frames_missing,
};

pub(super) const START_UP: Symptom = Symptom {
    number: 23,
    name: "start-up",
    title: "Only the first frame is short or damaged",
    shows: "trouble before the second frame start, and none in all frames after it",
    weight: 90,
    explains: &[
        "lp-sequence",
        "settle-marginal",
        "sync-one-lane",
        "lanes-late",
        "damage-periodic",
        "packet-short",
        "packet-long",
        "header-bits",
        "payload-bits",
        "frame-end-lost",
        "frame-start-lost",
        "rows-missing",
        "rows-extra",
        "row-length",
        "line-packets",
        "frames-missing",
    ],
    causes: &[
        "a start-up frame: many sensors send one that is short or wrong, also after a change of mode",
        "a retimer or deserialiser that was not locked yet",
        "the receiver was reset while the sensor was streaming",
    ],
    advice: &[
        "drop the first frame; it is no fault of the link",
        "start the receiver before the sensor, so that no frame is cut",
    ],
    source: "raspberrypi/libcamera cam_helper (start-up frames); intel/ipu6-drivers pull request 460; raspberrypi/linux issue 5821; jetkvm/kvm issue 1480",
    rule: start_up,
};

fn frame_end_lost(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::EndLost);
    let first = seen.first?;
    let text = format!("{}; the first: {first}", of_frames(seen, evidence));
    Some(seen.matched(text))
}

fn frame_start_lost(evidence: &Evidence<'_>) -> Option<Match> {
    let (lost, numbers) = (evidence.of(Clue::StartLost), evidence.of(Clue::EndNumber));
    let seen = if lost.count > 0 { lost } else { numbers };
    let first = seen.first?;
    let mut text = format!("{}; the first: {first}", of_frames(seen, evidence));
    let start_up = lost.count > 0 && lost.count == lost.early && numbers.count == 0;
    if start_up {
        text.push_str("; no later frame has that, so the capture began inside a frame");
    }
    Some(Match {
        count: lost.count + numbers.count,
        ..seen.matched(text)
    })
}

pub(super) fn of_frames(seen: &Seen, evidence: &Evidence<'_>) -> String {
    format!(
        "{}, in {}",
        times(seen.count),
        count(evidence.witness.marks.frames(), "frame")
    )
}

fn frames_missing(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::FrameNumber);
    let first = seen.first?;
    let missing = match first.detail {
        Detail::FrameSequence { previous, number } if number > previous => {
            format!(", {} missing there", count(u64::from(number - previous - 1), "frame"))
        }
        Detail::FrameCount { end, usual } if usual > end => {
            format!(
                ", {} missing there or a restart",
                count(u64::from(usual - end), "frame")
            )
        }
        _ => String::new(),
    };
    let text = format!("{}; the first: {first}{missing}", of_frames(seen, evidence));
    Some(seen.matched(text))
}

/// Clues that count as damage of a start-up frame.
const DAMAGE: [Clue; 18] = [
    Clue::LowPower,
    Clue::LaneLate,
    Clue::NoSync,
    Clue::SyncBit,
    Clue::HeaderBit,
    Clue::HeaderLost,
    Clue::HeaderCut,
    Clue::Checksum,
    Clue::PacketCut,
    Clue::Trailing,
    Clue::EndLost,
    Clue::StartLost,
    Clue::EndNumber,
    Clue::FrameNumber,
    Clue::RowsFewer,
    Clue::RowsMore,
    Clue::LineMarks,
    Clue::RowLength,
];

fn start_up(evidence: &Evidence<'_>) -> Option<Match> {
    /// Frames after the first that show that it was the first only.
    const LATER: u64 = 2;
    let frames = evidence.witness.marks.most_frames();
    let damage = || {
        DAMAGE
            .iter()
            .map(|clue| evidence.of(*clue))
            .filter(|seen| seen.count > 0)
    };
    let all_early = damage().all(|seen| seen.early == seen.count);
    let total: u64 = damage().map(|seen| seen.count).sum();
    let short = evidence.of(Clue::StartUp);
    // A single wrong bit may be anywhere.
    if evidence.is_clean() || !all_early || frames < LATER + 1 || total < 2 && short.count == 0 {
        return None;
    }
    let first = damage().filter_map(|seen| seen.first).chain(short.first);
    let first = first.min_by_key(|finding| finding.span.packet)?;
    let kinds = damage().count();
    let mut text = format!(
        "{} of {} in the first frame, none in the {} after it; the first: {first}",
        count(total, "finding"),
        count(kinds as u64, "kind"),
        frames - 1
    );
    if let Some(short) = short.first {
        text.push_str(&format!("; {short}"));
    }
    Some(Match {
        first: Some(first.span),
        channel: first.channel,
        count: total.max(1),
        evidence: text,
        ..Match::default()
    })
}
