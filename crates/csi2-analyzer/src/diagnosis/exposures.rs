//! Exposures of digital-overlap HDR, as a receiver sees them that does not tell them apart.

use super::clue::Clue;
use super::words::{count, hex};
use super::{Evidence, Match, Symptom};
use crate::{Detail, Finding, Mismatch, Quantity};
use alloc::format;
use csi2_sensors::Exposure;

pub(super) const DOL_CODE_UNKNOWN: Symptom = Symptom {
    number: 26,
    name: "dol-code-unknown",
    title: "Rows of a DOL stream have no known line information",
    shows: "rows with codes of line information, and rows among them whose first pixel is none of the codes",
    weight: 41,
    explains: &["rows-extra"],
    causes: &[
        "the number of line information pixels is set wrong, so that the image begins elsewhere",
        "blanking rows stand where an exposure has no image row, with a code of their own",
        "samples of 12 bits hold the code in other bits",
    ],
    advice: &[
        "compare the first pixels of the row below with the codes 0x241, 0x242, 0x244 (0x251, 0x252, 0x254 of the next set)",
        "let the receiver drop rows of unknown code: they hold no image",
    ],
    source: "sophgo/sophgo-doc SG200X TRM, MIPI receiver (HDR identification codes)",
    rule: code_unknown,
};

pub(super) const DOL_MIXED: Symptom = Symptom {
    number: 27,
    name: "dol-mixed",
    title: "Several exposures come where one is expected: a double picture, long and short rows mixed",
    shows: "more exposures, by virtual channel or line information, than the sensor's mode has",
    weight: 43,
    explains: &["rows-extra"],
    causes: &[
        "the sensor is in a DOL mode, and the receiver ignores the virtual channel or the line information",
        "a register of a DOL mode was left from before: mode tables do not always write it back",
    ],
    advice: &[
        "switch DOL off in the sensor, or read the stream as DOL (decode --hdr)",
        "the double picture is shifted by the delay of the short exposure: its rows come that much later",
    ],
    source: "slot model of intel/linux-intel-lts kmb-imx412.c and rockchip-linux/kernel imx415.c",
    rule: mixed,
};

pub(super) const DOL_OVERLAP: Symptom = Symptom {
    number: 28,
    name: "dol-overlap",
    title: "Rows of a short exposure come after the next set has begun",
    shows: "a short exposure's frame still open at the next start of the long one's, and damaged frames; or rows of two sets in one frame",
    weight: 45,
    explains: &["frame-end-lost"],
    causes: &["delay and height of the short exposure together are more than the frame length"],
    advice: &[
        "raise the frame length to the delay plus the height at least, or make the delay shorter",
        "with a virtual channel each that is legal: a receiver that drops such rows needs the longer frame all the same",
    ],
    source: "slot model of intel/linux-intel-lts kmb-imx412.c",
    rule: overlap,
};

fn code_unknown(evidence: &Evidence<'_>) -> Option<Match> {
    let rows = &evidence.witness.rows;
    let (span, bytes, have) = rows.first_strange?;
    let (least, most) = rows.strange_of_frame.unwrap_or((0, 0));
    // Blanking rows come in each frame alike.
    let regular = least == most && evidence.is_clean();
    if regular || !rows.are_coded() {
        return None;
    }
    let text = format!(
        "{} with a known code, {} among them without; the first begins with {}",
        count(rows.coded, "row"),
        rows.strange,
        hex(bytes.get(..have)?)
    );
    Some(Match {
        first: Some(span),
        count: rows.strange,
        evidence: text,
        ..Match::default()
    })
}

fn mixed(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::Exposures);
    let rows = &evidence.witness.rows;
    let coded = match rows.are_coded() {
        true => rows.exposures.iter().filter(|rows| **rows > 0).count(),
        false => 0,
    };
    let single = evidence.facts.mode.is_some_and(|mode| mode.dol.is_none());
    let (first, told) = match seen.first.filter(are_more) {
        Some(first) => (first.span, format!("{first}")),
        None if single && coded > 1 => (
            rows.first_coded?,
            format!("{coded} exposures by line information, the mode has one"),
        ),
        None => return None,
    };
    let shift = rows.shift.filter(|_| coded > 1);
    let shift = shift.map(|rows| {
        format!(
            "; the first short row comes after {} of the long exposure",
            count(rows, "row")
        )
    });
    let by_code = |exposure: Exposure| rows.exposures.get(exposure.index()).copied().unwrap_or(0);
    let by_code = match coded {
        2.. => format!(
            "; {} rows long, {} short",
            by_code(Exposure::Long),
            by_code(Exposure::Short1)
        ),
        _ => "".into(),
    };
    Some(Match {
        first: Some(first),
        channel: seen.first.and_then(|finding| finding.channel),
        count: seen.count.max(1),
        evidence: format!("{told}{by_code}{}", shift.unwrap_or_default()),
        ..Match::default()
    })
}

/// More exposures than the profile says.
fn are_more(finding: &Finding) -> bool {
    matches!(
        finding.detail,
        Detail::Profile(Mismatch {
            expected: Quantity::Number(expected),
            measured: Quantity::Number(measured),
            ..
        }) if measured > expected
    )
}

fn overlap(evidence: &Evidence<'_>) -> Option<Match> {
    let (rows, marks) = (&evidence.witness.rows, &evidence.witness.marks);
    let (first, count, text) = if rows.late > 0 && rows.are_coded() {
        let text = format!(
            "{} of a short exposure of another set than the long rows of their frame",
            count(rows.late, "row")
        );
        (rows.first_late, rows.late, text)
    } else if marks.overlaps > 0 && !evidence.is_clean() {
        let text = format!(
            "{} of {} begin on a channel while a frame of a higher one is open",
            marks.overlaps,
            count(marks.frames(), "frame")
        );
        (marks.first_overlap, marks.overlaps, text)
    } else {
        return None;
    };
    let hint = evidence.facts.mode.and_then(|mode| {
        let dol = mode.dol?;
        let last = dol.each().map(|exposure| dol.delay(exposure)).max().unwrap_or(0);
        let least = u32::from(last) + u32::from(mode.height);
        let now = mode.pace.map_or(0, |pace| pace.frame_length);
        Some(format!(
            "delay {last} and height {}: a frame length of {least} at least (the mode has {now})",
            mode.height
        ))
    });
    Some(Match {
        first,
        count,
        evidence: text,
        hint,
        ..Match::default()
    })
}
