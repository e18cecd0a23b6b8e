//! What receivers say in their logs, and what is of the receiver alone.

use super::words::{count, list, rate, short, times};
use super::{Evidence, Match, Symptom};
use alloc::format;
use alloc::vec::Vec;

pub(super) const RECEIVER_OVERFLOW: Symptom = Symptom {
    number: 24,
    name: "receiver-overflow",
    title: "The receiver is too slow for the link",
    shows: "a receiver's log with FIFO overflows or size errors; a capture shows only what the link asks of it",
    weight: 28,
    explains: &[],
    causes: &[
        "the clock of the receiver, or of what is behind it, is too low: overflows begin beyond about 1.2 Gbps a lane on some",
        "memory is too slow, or shared with something that holds it for too long",
    ],
    advice: &[
        "raise the receiver's core clock and its memory bandwidth, or spread the same pixels over a longer line",
        "compare the rates below with what the receiver's data sheet allows",
    ],
    source: "rockchip-linux/kernel issue 204",
    rule: overflow,
};

pub(super) const MEMORY_STRIDE: Symptom = Symptom {
    number: 29,
    name: "memory-stride",
    title: "Rows are padded to the stride of a memory",
    shows: "rows longer than the sensor's mode has, by what fills them up to a multiple of 16 to 256 bytes",
    weight: 46,
    explains: &["row-length", "rows-extra", "rows-missing"],
    causes: &[
        "what was captured, or sent again, came from a buffer whose lines are aligned: no fault of the wires",
        "a program takes width times depth for the distance of rows in memory",
    ],
    advice: &[
        "ask the driver for bytesperline and use it as the distance from row to row; drop what is behind the pixels",
        "unpack memory with --stride",
    ],
    source: "raspberrypi/linux issue 6896; scriptorron/indi_pylibcamera issue 8",
    rule: memory_stride,
};

/// Something a receiver says, and which row of the table it is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Word {
    /// Whose word it is.
    pub receiver: &'static str,
    /// In lower case: a part of a line of its log.
    pub text: &'static str,
    /// Name of the symptom.
    pub symptom: &'static str,
}

/// A word that stands in a log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceiverWord {
    /// Which.
    pub word: &'static Word,
    /// In so many lines.
    pub lines: u64,
    /// The first of them, from 1.
    pub first_line: u64,
}

/// Words of receivers.
///
/// Ref: NVIDIA camrtc-capture.h; rockchip-linux/kernel rkcif and mipi-csi2 drivers; Xilinx PG232.
#[rustfmt::skip]
pub const WORDS: &[Word] = &[
    word("NVIDIA",   "ph ecc single",               "header-bits"),
    word("NVIDIA",   "ph ecc multi",                "settle-marginal"),
    word("NVIDIA",   "pd crc",                      "payload-bits"),
    word("NVIDIA",   "pd wc short",                 "packet-short"),
    word("NVIDIA",   "spurious data",               "packet-long"),
    word("NVIDIA",   "fs fault",                    "frame-end-lost"),
    word("NVIDIA",   "fe frame id fault",           "frame-start-lost"),
    word("NVIDIA",   "pixel short line",            "row-length"),
    word("NVIDIA",   "pixel long line",             "row-length"),
    word("NVIDIA",   "pixel runaway",               "rows-extra"),
    word("NVIDIA",   "embed infringe",              "embedded-rows"),
    word("NVIDIA",   "embed runaway",               "embedded-rows"),
    word("NVIDIA",   "sot single",                  "sync-one-lane"),
    word("NVIDIA",   "sot multi",                   "sync-one-lane"),
    word("NVIDIA",   "lane align",                  "lanes-late"),
    word("NVIDIA",   "control error",               "lp-sequence"),
    word("NVIDIA",   "escape sync",                 "lp-sequence"),
    word("Rockchip", "sot sync",                    "sync-one-lane"),
    word("Rockchip", "multi fs in one frame",       "frame-end-lost"),
    word("Rockchip", "frame sequence",              "frames-missing"),
    word("Rockchip", "double ecc",                  "settle-marginal"),
    word("Rockchip", "ecc corrected",               "header-bits"),
    word("Rockchip", "fifo overflow",               "receiver-overflow"),
    word("Rockchip", "size err",                    "receiver-overflow"),
    word("Xilinx",   "word count corruption",       "packet-long"),
    word("Xilinx",   "incorrect lane configuration", "lanes-missing"),
    word("Xilinx",   "sot sync error",              "sync-one-lane"),
    word("Xilinx",   "ecc 1-bit",                   "header-bits"),
    word("Xilinx",   "ecc 2-bit",                   "settle-marginal"),
    word("Xilinx",   "frame sync error",            "frame-start-lost"),
    word("Xilinx",   "stream line buffer full",     "receiver-overflow"),
];

const fn word(receiver: &'static str, text: &'static str, symptom: &'static str) -> Word {
    Word {
        receiver,
        text,
        symptom,
    }
}

/// The words of [`WORDS`] that stand in a log.
///
/// ```
/// let log = "rkcif: mipi_csi2: fifo overflow\nok\nrkcif: FIFO OVERFLOW again";
/// let found = csi2_analyzer::diagnosis::receiver_words(log);
/// assert_eq!((found[0].word.symptom, found[0].lines, found[0].first_line), ("receiver-overflow", 2, 1));
/// ```
pub fn receiver_words(log: &str) -> Vec<ReceiverWord> {
    let mut found: Vec<ReceiverWord> = Vec::new();
    for (number, line) in (1..).zip(log.lines()) {
        let line = line.to_lowercase();
        for word in WORDS.iter().filter(|word| line.contains(word.text)) {
            match found.iter_mut().find(|known| known.word == word) {
                Some(known) => known.lines += 1,
                None => found.push(ReceiverWord {
                    word,
                    lines: 1,
                    first_line: number,
                }),
            }
        }
    }
    found
}

impl Evidence<'_> {
    /// What the receiver said of a symptom, in a sentence without an end.
    pub(super) fn receiver_said(&self, symptom: &str) -> Option<alloc::string::String> {
        let words = self.facts.receiver.iter().filter(|said| said.word.symptom == symptom);
        let said = list(words.map(|said| format!("\"{}\" {}", said.word.text, times(said.lines))));
        (!said.is_empty()).then(|| format!("the receiver's log has {said}"))
    }
}

fn overflow(evidence: &Evidence<'_>) -> Option<Match> {
    let said = evidence.receiver_said(RECEIVER_OVERFLOW.name)?;
    let facts = &evidence.facts;
    let words = facts
        .receiver
        .iter()
        .filter(|said| said.word.symptom == RECEIVER_OVERFLOW.name);
    let lines = words.map(|said| said.lines).sum();
    let lanes = facts.told_lanes.unwrap_or(evidence.witness.lanes).max(1) as u64;
    let mut text = said;
    if let Some(lane) = facts.seen_rate {
        let peak = lane.saturating_mul(lanes);
        text.push_str(&format!(
            "; {} at {}: {} at most",
            count(lanes, "lane"),
            rate(lane),
            rate(peak)
        ));
        let above = if lane > 1_200_000_000 { ", above" } else { ", not above" };
        text.push_str(&format!("{above} the 1.2 Gbps a lane at which some begin to overflow"));
    }
    if let Some(mean) = mean_rate(evidence) {
        text.push_str(&format!("; {} on average", rate(mean)));
    }
    Some(Match {
        count: lines,
        evidence: text,
        ..Match::default()
    })
}

/// Bits per second of all packets, from the first frame start to the last.
fn mean_rate(evidence: &Evidence<'_>) -> Option<u64> {
    let facts = &evidence.facts;
    let (timebase, of) = (facts.timebase?, facts.statistics.channels.first()?);
    let frames = of.frames.checked_sub(1).filter(|frames| *frames > 0)?;
    let seconds = timebase.nanoseconds(of.last_frame?.checked_sub(of.first_frame?)?) / 1e9;
    let bytes = facts.statistics.packet_bytes as f64 * frames as f64 / of.frames as f64;
    (seconds > 0.0).then(|| (8.0 * bytes / seconds) as u64)
}

fn memory_stride(evidence: &Evidence<'_>) -> Option<Match> {
    /// What memories align rows to.
    const ALIGNMENTS: [u32; 5] = [16, 32, 64, 128, 256];
    let facts = &evidence.facts;
    let mode = facts.mode?;
    let wanted = u32::from(mode.word_count()?);
    let mut all = facts.statistics.channels.iter().flat_map(|of| &of.data_types);
    let row = all.find(|of| of.data_type == mode.data_type)?;
    let word = u32::from(row.word_count);
    let stride = ALIGNMENTS
        .iter()
        .find(|align| word > wanted && wanted.checked_next_multiple_of(**align) == Some(word))?;
    let text = format!(
        "rows of {word} bytes, where {} pixels of {} are {wanted}: the next multiple of {stride} ({} of a row)",
        mode.width,
        mode.data_type,
        short(f64::from(word - wanted) * 100.0 / f64::from(word)) + " %"
    );
    let seen = evidence.of(super::clue::Clue::Size);
    Some(Match {
        count: row.packets,
        ..seen.matched(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::SYMPTOMS;

    #[test]
    fn words_are_of_known_symptoms() {
        for word in WORDS {
            assert!(
                SYMPTOMS.iter().any(|symptom| symptom.name == word.symptom),
                "{}",
                word.text
            );
            assert_eq!(word.text, word.text.to_lowercase());
        }
    }
}
