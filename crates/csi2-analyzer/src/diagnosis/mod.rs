//! Diagnosis: from what the receiving chain found to what is probably wrong, and what to try.
//!
//! A [`Witness`] watches beside the [`Analyzer`](crate::Analyzer); at the end of a capture, [`Evidence`] adds what is known of
//! the whole link, and [`diagnose`] holds it against each row of [`SYMPTOMS`].
//!
//! ```
//! use csi2_analyzer::diagnosis::{Evidence, Facts, Witness, diagnose};
//! use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Input, Receiver, ReceiverConfig};
//! use csi2_dphy::{LaneBytes, Observation};
//!
//! // FS 1, a row of three bytes, FE 1, on two lanes that are exchanged.
//! let bursts: [[&[u8]; 2]; 3] = [
//!     [&[0x01, 0x1A], &[0x00, 0x00]],
//!     [&[0x03, 0x16, 0xBB, 0x38], &[0x2A, 0x00, 0xAA, 0xCC, 0x97]],
//!     [&[0x01, 0x1D], &[0x01, 0x00]],
//! ];
//! let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Lanes { count: 2, framed: true }));
//! let mut analyzer = Analyzer::new(AnalyzerSettings::default());
//! let mut witness = Witness::new();
//! for burst in bursts {
//!     let mut lanes: [&[u8]; 8] = [&[]; 8];
//!     lanes[..2].copy_from_slice(&burst);
//!     let seen = Observation::Lanes(LaneBytes { lanes, count: 2 });
//!     let mut input = Input { seen, starts: true, ends: true, offset: 0, at: None };
//!     while let Some(received) = receiver.next(&mut input) {
//!         witness.push(&received);
//!         analyzer.push(&received);
//!         while let Some(finding) = analyzer.poll() {
//!             witness.finding(&finding);
//!         }
//!     }
//! }
//! let found = diagnose(&Evidence::new(&witness, Facts::new(analyzer.statistics())));
//! assert_eq!(found[0].symptom.name, "lanes-swapped");
//! ```

mod arrangement;
mod clue;
mod entry;
mod evidence;
mod exposures;
mod frames;
mod lanes;
mod lines;
mod packets;
mod pictures;
mod receiver;
mod rows;
mod witness;
mod words;

pub use evidence::{Evidence, Facts, Wires};
pub use receiver::{ReceiverWord, WORDS, Word, receiver_words};
pub use witness::Witness;

use crate::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use csi2_dphy::Lane;
use csi2_packet::VirtualChannel;

/// A row of the table: what a broken link looks like, and what makes it so.
#[derive(Clone, Copy, Debug)]
pub struct Symptom {
    /// From 1, in the order of [`SYMPTOMS`].
    pub number: u8,
    /// Short name: `lanes-swapped`.
    pub name: &'static str,
    /// What is wrong, in a sentence without an end.
    pub title: &'static str,
    /// What a capture shows of it.
    pub shows: &'static str,
    /// How much it explains: of two, the greater is told first.
    pub weight: u8,
    /// Names of symptoms that follow from it: they are not told beside it.
    pub explains: &'static [&'static str],
    /// Likely causes, the likeliest first.
    pub causes: &'static [&'static str],
    /// What to try, in this order.
    pub advice: &'static [&'static str],
    /// Public sources.
    pub source: &'static str,
    rule: fn(&Evidence<'_>) -> Option<Match>,
}

/// A symptom that a capture shows.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What is wrong, why, and what to try.
    pub symptom: &'static Symptom,
    /// Where it shows first; `None` where it is of the whole capture.
    pub first: Option<Span>,
    /// [`Diagnosis::first`] is a place of the wires, not of a packet.
    pub of_wires: bool,
    /// On which channel, where it is of one.
    pub channel: Option<VirtualChannel>,
    /// On which lane, where it is of one.
    pub lane: Option<Lane>,
    /// How often.
    pub count: u64,
    /// Why it is likely, in numbers.
    pub evidence: String,
    /// What to try on this very link, before what the symptom's row says.
    pub hint: Option<String>,
}

/// What a rule found.
#[derive(Clone, Debug, Default)]
struct Match {
    first: Option<Span>,
    of_wires: bool,
    channel: Option<VirtualChannel>,
    lane: Option<Lane>,
    count: u64,
    evidence: String,
    hint: Option<String>,
    /// Worth saying, but it did no harm here: told last, and explains nothing.
    aside: bool,
}

/// All symptoms, by number.
pub const SYMPTOMS: &[&Symptom] = &[
    &lanes::LANES_MISSING,
    &lanes::LANES_SWAPPED,
    &lanes::POLARITY_CROSSED,
    &entry::RATE_WRONG,
    &entry::SETTLE_MARGINAL,
    &entry::SYNC_ONE_LANE,
    &entry::LANES_LATE,
    &packets::HEADER_BITS,
    &packets::PAYLOAD_BITS,
    &packets::PACKET_SHORT,
    &packets::PACKET_LONG,
    &frames::FRAME_END_LOST,
    &frames::FRAME_START_LOST,
    &frames::FRAMES_MISSING,
    &pictures::ROWS_MISSING,
    &pictures::ROWS_EXTRA,
    &pictures::ALL_TYPES_STORED,
    &pictures::EMBEDDED_ROWS,
    &pictures::ROW_LENGTH,
    &packets::DAMAGE_PERIODIC,
    &lines::CLOCK_RESTART,
    &lines::LP_SEQUENCE,
    &frames::START_UP,
    &receiver::RECEIVER_OVERFLOW,
    &lines::BLANKING_SHORT,
    &exposures::DOL_CODE_UNKNOWN,
    &exposures::DOL_MIXED,
    &exposures::DOL_OVERLAP,
    &receiver::MEMORY_STRIDE,
    &pictures::LINE_PACKETS,
];

/// What is probably wrong, what explains most first. What follows from another diagnosis is left out.
pub fn diagnose(evidence: &Evidence<'_>) -> Vec<Diagnosis> {
    let mut found: Vec<(&'static Symptom, Match)> = Vec::new();
    for &symptom in SYMPTOMS {
        if let Some(matched) = (symptom.rule)(evidence) {
            found.push((symptom, matched));
        }
    }
    found.sort_by_key(|(symptom, matched)| (matched.aside, core::cmp::Reverse(symptom.weight)));
    let mut told: Vec<Diagnosis> = Vec::new();
    let mut explained: Vec<&str> = Vec::new();
    for (symptom, mut matched) in found {
        if explained.contains(&symptom.name) {
            continue;
        }
        if !matched.aside {
            explained.extend(symptom.explains);
        }
        let gaps = evidence.witness.gaps;
        if gaps > 0 && matched.hint.is_none() {
            matched.hint = Some(format!(
                "the capture itself has gaps ({gaps}): look at those first, before the link is blamed"
            ));
        }
        let mut diagnosis = matched.diagnosis(symptom);
        if let Some(said) = evidence.receiver_said(symptom.name)
            && !diagnosis.evidence.contains(&said)
        {
            diagnosis.evidence.push_str("; ");
            diagnosis.evidence.push_str(&said);
        }
        told.push(diagnosis);
    }
    told
}

impl Match {
    fn diagnosis(self, symptom: &'static Symptom) -> Diagnosis {
        Diagnosis {
            symptom,
            first: self.first,
            of_wires: self.of_wires,
            channel: self.channel,
            lane: self.lane,
            count: self.count,
            evidence: self.evidence,
            hint: self.hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_in_and_numbered() {
        for (symptom, number) in SYMPTOMS.iter().zip(1..) {
            assert_eq!(symptom.number, number, "{}", symptom.name);
            assert!(symptom.name.bytes().all(|c| c.is_ascii_lowercase() || c == b'-'));
            let same = SYMPTOMS.iter().filter(|other| other.name == symptom.name);
            assert_eq!(same.count(), 1, "{}", symptom.name);
            assert!(!symptom.title.is_empty() && !symptom.source.is_empty() && !symptom.shows.is_empty());
            assert!(
                !symptom.causes.is_empty() && !symptom.advice.is_empty(),
                "{}",
                symptom.name
            );
            for text in symptom.causes.iter().chain(symptom.advice) {
                assert!(!text.ends_with('.') && text.len() > 12, "{}: {text}", symptom.name);
            }
        }
    }

    #[test]
    fn what_explains_another_outweighs_it() {
        for symptom in SYMPTOMS {
            for name in symptom.explains {
                let other = SYMPTOMS.iter().find(|other| other.name == *name);
                let other = other.unwrap_or_else(|| panic!("{}: no {name}", symptom.name));
                assert!(other.weight < symptom.weight, "{} and {name}", symptom.name);
            }
        }
    }
}
