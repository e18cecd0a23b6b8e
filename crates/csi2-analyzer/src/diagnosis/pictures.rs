//! Rows of pictures: how many, how long, and what is among them that is no row.

use super::clue::Clue;
use super::frames::of_frames;
use super::words::{count, hex, list, times};
use super::{Evidence, Match, Symptom};
use crate::Quantity::Size;
use crate::{Detail, Finding, Mismatch};
use alloc::format;
use alloc::string::{String, ToString as _};
use csi2_packet::DataType;

pub(super) const ROWS_MISSING: Symptom = Symptom {
    number: 15,
    name: "rows-missing",
    title: "Frames have fewer rows than they should",
    shows: "fewer rows than other frames, or than the sensor's mode has; row numbers with a gap",
    weight: 34,
    explains: &[],
    causes: &[
        "rows were lost to damaged headers",
        "another mode is programmed than expected",
        "embedded or optical black rows are counted on one side and not on the other",
    ],
    advice: &[
        "compare the rows of each data type below with what the receiver waits for",
        "look for damaged headers or bursts in the frame named",
    ],
    source: "NVIDIA camrtc-capture.h; rockchip-linux/kernel issue 314",
    rule: rows_missing,
};

pub(super) const ROWS_EXTRA: Symptom = Symptom {
    number: 16,
    name: "rows-extra",
    title: "Frames have more rows than they should",
    shows: "more rows than other frames, or than the sensor's mode has",
    weight: 36,
    explains: &[],
    causes: &[
        "embedded or optical black rows (data types 0x12, 0x37) are not filtered",
        "rows of a second exposure are in the same stream",
        "the height programmed differs from the one expected",
    ],
    advice: &[
        "filter by data type, or take the rows of each data type below into account",
        "compare the vertical window of the sensor with the receiver's height",
    ],
    source: "NVIDIA camrtc-capture.h (pixel runaway); raspberrypi/libcamera issue 278",
    rule: rows_extra,
};

pub(super) const ALL_TYPES_STORED: Symptom = Symptom {
    number: 17,
    name: "all-types-stored",
    title: "Register rows stand in the image",
    shows: "first rows of the image type begin with register tags: what was stored of all data types was taken for one picture",
    weight: 40,
    explains: &["rows-extra", "row-length"],
    causes: &[
        "the receiver stores every data type: embedded rows (0x12) and optical black rows (0x37) come before the image",
        "the sensor sends its embedded rows with the data type of the image",
    ],
    advice: &[
        "set the receiver's data type filter to the image type alone",
        "if the sensor sends them so, switch its embedded rows off or crop the first rows",
    ],
    source: "raspberrypi/libcamera issue 278",
    rule: all_types_stored,
};

pub(super) const EMBEDDED_ROWS: Symptom = Symptom {
    number: 18,
    name: "embedded-rows",
    title: "Embedded rows are not as the receiver expects",
    shows: "another number of rows of data type 0x12 than the sensor's profile has",
    weight: 38,
    explains: &["rows-extra"],
    causes: &[
        "the register that switches embedded rows differs from the receiver's setting (0xBCF1 of the IMX412 family)",
        "another mode with another number of embedded rows",
    ],
    advice: &[
        "set both ends alike: write 0xBCF1 on the IMX412 family, or declare the embedded rows to the receiver",
        "where rows are on and the receiver has no buffer for them, filter data type 0x12",
    ],
    source: "NVIDIA camrtc-capture.h (embed infringe, embed runaway); Altera IMX477 register header",
    rule: embedded_rows,
};

pub(super) const ROW_LENGTH: Symptom = Symptom {
    number: 19,
    name: "row-length",
    title: "Rows have another length than they should",
    shows: "word counts that differ from the rows before, from the sensor's mode, or are no whole number of pixels",
    weight: 37,
    explains: &[],
    causes: &[
        "bits per pixel set wrong (0x0112 of many sensors)",
        "another width than expected: window, binning or crop registers",
        "a compressed mode, whose rows have fewer bits than their data type says",
    ],
    advice: &[
        "compare width times bits per pixel with the word count",
        "write width, depth and data type registers together, with the sensor in standby",
    ],
    source: "NVIDIA camrtc-capture.h (pixel short line, pixel long line)",
    rule: row_length,
};

pub(super) const LINE_PACKETS: Symptom = Symptom {
    number: 30,
    name: "line-packets",
    title: "Line start and line end packets do not pair up with the rows",
    shows: "LS and LE (data types 0x02, 0x03) around rows: unpaired, or with numbers that disagree",
    weight: 32,
    explains: &[],
    causes: &[
        "a line start or end packet was lost to a damaged header or burst",
        "the sensor sends them for some rows only; some send them with a clock that stops and not with one that goes on",
    ],
    advice: &[
        "line packets are legal and optional: a receiver that needs none should ignore them",
        "look for damaged headers or bursts right before the place named",
    ],
    source: "torvalds/linux drivers/media/i2c/ov5647.c (line sync with gated clock)",
    rule: line_packets,
};

/// `RAW10 480, EMBEDDED 2`, of each channel.
fn rows_by_type(evidence: &Evidence<'_>) -> String {
    let rows = evidence.facts.statistics.channels.iter().flat_map(|of| {
        let channel = of.channel.number();
        of.data_types.iter().filter_map(move |of| {
            let lines = of.lines?;
            Some(format!("{lines} of {} on vc {channel}", of.data_type))
        })
    });
    list(rows)
}

/// Rows against those of the profile, of the right width: how many there are, and how many there should be.
fn against_profile<'e>(evidence: &Evidence<'e>) -> Option<(u32, u32, &'e Finding)> {
    let finding = evidence.of(Clue::Size).first.as_ref()?;
    match finding.detail {
        Detail::Profile(Mismatch {
            expected: Size {
                lines: expected,
                width: usual,
            },
            measured: Size { lines, width },
            ..
        }) if width == usual => Some((lines, expected, finding)),
        _ => None,
    }
}

/// The profile's rows against those seen, where `wrong` says so of the two numbers.
fn by_profile(evidence: &Evidence<'_>, wrong: impl Fn(u32, u32) -> bool) -> Option<Match> {
    let (lines, expected, finding) = against_profile(evidence)?;
    wrong(lines, expected).then(|| {
        let text = with_rows(&finding.to_string(), evidence);
        evidence.of(Clue::Size).matched(text)
    })
}

/// With how many rows a whole frame has.
fn with_rows(text: &str, evidence: &Evidence<'_>) -> String {
    format!("{text}; rows of a whole frame: {}", rows_by_type(evidence))
}

fn rows_missing(evidence: &Evidence<'_>) -> Option<Match> {
    let (fewer, numbers) = (evidence.of(Clue::RowsFewer), evidence.of(Clue::RowNumber));
    let seen = if fewer.count > 0 { fewer } else { numbers };
    let first = match seen.first {
        Some(first) => first.to_string(),
        None => return by_profile(evidence, |lines, expected| lines < expected),
    };
    let text = with_rows(&format!("{}; the first: {first}", of_frames(seen, evidence)), evidence);
    Some(Match {
        count: fewer.count + numbers.count,
        ..seen.matched(text)
    })
}

fn rows_extra(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::RowsMore);
    let Some(first) = seen.first else {
        return by_profile(evidence, |lines, expected| lines > expected);
    };
    let text = with_rows(&format!("{}; the first: {first}", of_frames(seen, evidence)), evidence);
    Some(seen.matched(text))
}

fn all_types_stored(evidence: &Evidence<'_>) -> Option<Match> {
    let rows = &evidence.witness.rows;
    let (span, data_type, bytes, have) = rows.first_tagged?;
    let text = format!(
        "{} of {data_type} {} with a register address in tags, the first with {}",
        count(rows.tagged, "row"),
        if rows.tagged == 1 { "begins" } else { "begin" },
        hex(bytes.get(..have)?)
    );
    Some(Match {
        first: Some(span),
        count: rows.tagged,
        evidence: text,
        ..Match::default()
    })
}

fn embedded_rows(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::EmbeddedRows);
    let first = seen.first?;
    let mode = evidence
        .facts
        .mode
        .map(|mode| format!(" (mode {})", mode.name))
        .unwrap_or_default();
    Some(seen.matched(format!("{first}{mode}")))
}

fn row_length(evidence: &Evidence<'_>) -> Option<Match> {
    let (length, groups) = (evidence.of(Clue::RowLength), evidence.of(Clue::Granularity));
    let seen = if length.count > 0 { length } else { groups };
    let Some(first) = seen.first else {
        return width_of_profile(evidence);
    };
    let hint = match first.detail {
        Detail::LineLength {
            data_type,
            word,
            expected,
            ..
        } => fitting(data_type, word.into(), Some(expected)),
        Detail::Granularity { data_type, word, .. } => fitting(data_type, word.into(), None),
        _ => None,
    };
    let rows = count(evidence.facts.statistics.long, "row");
    let text = format!("{} in {rows}; the first: {first}", times(seen.count));
    Some(Match {
        count: length.count + groups.count,
        hint,
        ..seen.matched(text)
    })
}

/// A width that is not the profile's.
fn width_of_profile(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::Size);
    let finding = seen.first?;
    match finding.detail {
        Detail::Profile(Mismatch {
            expected: Size { width: expected, .. },
            measured: Size { width, .. },
            ..
        }) if width != expected => {
            let data_type = evidence.facts.mode?.data_type;
            let (bytes, pixels) = data_type.group()?;
            let word = u64::from(width) * u64::from(bytes) / u64::from(pixels).max(1);
            let wanted = u64::from(expected) * u64::from(bytes) / u64::from(pixels).max(1);
            let hint = fitting(data_type, word as u32, u32::try_from(wanted).ok());
            Some(Match {
                hint,
                ..seen.matched(finding.to_string())
            })
        }
        _ => None,
    }
}

/// Depths that raw pixels are packed in.
const DEPTHS: [u32; 5] = [8, 10, 12, 14, 16];

/// Width and depth that make rows of `word` bytes: the usual width at another depth, or what the depths make of it.
fn fitting(data_type: DataType, word: u32, usual: Option<u32>) -> Option<String> {
    let bits = u32::from(data_type.raw_bits()?);
    let width = |bytes: u32, bits: u32| bytes.checked_mul(8)?.checked_div(bits);
    if let Some(pixels) = usual.and_then(|usual| width(usual, bits)).filter(|pixels| *pixels > 0)
        && let Some(depth) = DEPTHS
            .iter()
            .find(|depth| pixels.checked_mul(**depth) == Some(word * 8) && **depth != bits)
    {
        return Some(format!(
            "{word} bytes are the same {pixels} pixels at {depth} bits instead of {bits}: look at the depth registers"
        ));
    }
    let fits = |depth: &&u32| (word * 8).is_multiple_of(**depth) && (word * 8 / **depth).is_multiple_of(2);
    let all = DEPTHS
        .iter()
        .filter(fits)
        .map(|depth| format!("{} pixels of {depth} bits", word * 8 / depth));
    let all = list(all);
    (!all.is_empty()).then(|| format!("{word} bytes would be {all}"))
}

fn line_packets(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::LineMarks);
    let first = seen.first?;
    let marks = &evidence.witness.marks;
    let text = format!(
        "{} LS and {} LE, {} of them wrong; the first: {first}",
        marks.line_starts, marks.line_ends, seen.count
    );
    Some(seen.matched(text))
}
