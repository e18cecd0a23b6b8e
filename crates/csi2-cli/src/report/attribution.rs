//! Wrong bits, by lane and place in the byte.

use super::text::{self, Side};
use csi2_analyzer::{BitErrors, Certainty, LaneErrors, Sampling, WrongBit};
use serde::Serialize;

/// From so many on a table of them says more than the verdict.
const WORTH_A_TABLE: u64 = 4;

/// `check`: what is known of wrong bits.
#[derive(Serialize)]
pub(crate) struct BitErrorReport {
    wrong_bits: u64,
    /// Of all bits of headers, payloads, footers and sync bytes.
    bits: u64,
    ber: f64,
    /// Nearly all packets have wrong bits: their number may be higher.
    ber_at_least: bool,
    /// None where lanes are not known.
    lanes: Vec<LaneRow>,
    /// Of no known lane.
    no_lane: Option<Counts>,
    /// Packets of which some bits are wrong, but nothing says which.
    unattributed: u64,
    certainty: &'static str,
    /// The lane that is to blame.
    blamed_lane: Option<u8>,
    /// Where wrong bits read like their neighbours on the lane: `early` or `late`.
    sampling: Option<&'static str>,
    verdict: String,
}

#[derive(Serialize)]
struct LaneRow {
    lane: usize,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    /// By place in the byte, the first on the wire first.
    bits: [u64; 8],
    /// Place not known.
    unplaced: u64,
}

impl Counts {
    fn new(of: &LaneErrors) -> Self {
        Self {
            bits: of.bits,
            unplaced: of.unplaced,
        }
    }

    fn is_empty(&self) -> bool {
        self.unplaced == 0 && self.bits == [0; 8]
    }
}

impl BitErrorReport {
    /// `None` where no bit is known to be wrong.
    pub(crate) fn new(errors: &BitErrors) -> Option<Self> {
        if errors.is_empty() {
            return None;
        }
        let lanes = errors.lanes().iter().enumerate();
        Some(Self {
            wrong_bits: errors.wrong_bits,
            bits: errors.bits_seen,
            ber: errors.rate.value,
            ber_at_least: errors.rate.at_least,
            lanes: lanes
                .map(|(lane, of)| LaneRow {
                    lane,
                    counts: Counts::new(of),
                })
                .collect(),
            no_lane: Some(Counts::new(errors.of_no_lane())).filter(|counts| !counts.is_empty()),
            unattributed: errors.unattributed,
            certainty: match errors.certainty {
                Certainty::Possible => "possible",
                Certainty::Likely => "likely",
                Certainty::Sure => "sure",
            },
            blamed_lane: errors.blamed_lane(),
            sampling: errors.sampling.map(|sampling| match sampling {
                Sampling::Early => "early",
                Sampling::Late => "late",
            }),
            verdict: errors.to_string(),
        })
    }

    /// How many, without a verdict: `18 wrong bits of 118400, rate 1.5e-4`.
    pub(crate) fn summary(&self) -> String {
        let mut parts = format!("{} of {}", text::count(self.wrong_bits, "wrong bit"), self.bits);
        if self.unattributed > 0 {
            parts.push_str(&format!(
                " and {} with wrong bits nothing tells",
                text::count(self.unattributed, "packet")
            ));
        }
        let at_least = if self.ber_at_least { " at least" } else { "" };
        format!("{parts}, rate{at_least} {:.1e}", self.ber)
    }

    /// The verdict.
    pub(crate) fn verdict(&self) -> &str {
        &self.verdict
    }

    /// What would tell more.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        let lanes = self.lanes.is_empty() && self.wrong_bits > 0;
        lanes.then_some("--lanes N, which takes each packet for a burst of its own over N lanes")
    }

    /// Lanes by bits, where there are enough to look at.
    pub(crate) fn table(&self) -> Option<String> {
        if self.wrong_bits < WORTH_A_TABLE {
            return None;
        }
        let mut heading = vec!["lane".to_owned()];
        heading.extend((0..8).map(|bit| format!("bit {bit}")));
        heading.push("other".into());
        let row = |name: String, counts: &Counts| {
            let mut row = vec![name];
            let cells = counts.bits.iter().chain([&counts.unplaced]);
            row.extend(cells.map(|count| if *count == 0 { "-".into() } else { count.to_string() }));
            row
        };
        let mut rows = vec![heading];
        rows.extend(self.lanes.iter().map(|of| row(of.lane.to_string(), &of.counts)));
        rows.extend(self.no_lane.iter().map(|counts| row("?".into(), counts)));
        Some(text::table("  ", &[Side::Right; 10], &rows))
    }
}

/// `list`: the bit with which a wrong checksum is consistent.
#[derive(Serialize)]
pub(crate) struct WrongBitJson {
    /// From the start of the payload; behind it, of the footer.
    byte: u32,
    bit: u8,
    lane: Option<u8>,
}

impl From<WrongBit> for WrongBitJson {
    fn from(wrong: WrongBit) -> Self {
        Self {
            byte: wrong.place.byte,
            bit: wrong.place.bit,
            lane: wrong.lane,
        }
    }
}

/// The same in words, of a payload of so many bytes.
pub(crate) fn wrong_bit(wrong: &WrongBit, payload_bytes: u64) -> String {
    let lane = wrong.lane.map_or(String::new(), |lane| format!(" (lane {lane})"));
    let (byte, bit) = (u64::from(wrong.place.byte), wrong.place.bit);
    match byte.checked_sub(payload_bytes) {
        None => format!("checksum consistent with one wrong bit: byte {byte} bit {bit}{lane}"),
        Some(byte) => format!("checksum consistent with one wrong bit of its own: byte {byte} bit {bit}{lane}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_and_tables() {
        let mut report = BitErrorReport {
            wrong_bits: 5,
            bits: 100_000,
            ber: 5e-5,
            ber_at_least: false,
            lanes: vec![LaneRow {
                lane: 0,
                counts: Counts {
                    bits: [0, 4, 0, 0, 0, 0, 0, 0],
                    unplaced: 1,
                },
            }],
            no_lane: None,
            unattributed: 1,
            certainty: "sure",
            blamed_lane: None,
            sampling: None,
            verdict: String::new(),
        };
        assert_eq!(
            report.summary(),
            "5 wrong bits of 100000 and 1 packet with wrong bits nothing tells, rate 5.0e-5"
        );
        let table = report.table().unwrap();
        assert_eq!(
            table.lines().nth(1),
            Some("     0      -      4      -      -      -      -      -      -      1")
        );
        report.wrong_bits = 3;
        assert_eq!(report.table(), None);
    }
}
