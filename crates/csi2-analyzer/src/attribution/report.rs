//! What the books say: who is to blame, how surely, and how many bits go wrong.

use super::edges::Sampling;
use super::odds;
use super::suspect::Suspect;
use super::tally::{LaneErrors, Tally, UNBELIEVABLE};
use core::fmt;
use csi2_dphy::MAX_LANES;

/// Share of impostors up to which they are.
const LIKELY: f64 = 0.05;

/// Wrong bits of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct BitErrors {
    /// Wrong bits that are known one by one.
    pub wrong_bits: u64,
    /// Of these, known only from a checksum that one wrong bit explains.
    pub claimed: u64,
    /// Packets with wrong bits of which none is known: several in a row, or in a header.
    pub unattributed: u64,
    /// Bits of headers, payloads, footers and sync bytes.
    pub bits_seen: u64,
    /// How many of them are wrong.
    pub rate: ErrorRate,
    /// How sure the places are.
    pub certainty: Certainty,
    /// What the places have in common.
    pub suspect: Suspect,
    /// When the lanes were sampled, where wrong bits of rows tell.
    pub sampling: Option<Sampling>,
    /// Lanes are taken from the settings, not from the capture.
    pub lanes_assumed: bool,
    lanes: u8,
    by_lane: [LaneErrors; MAX_LANES],
    nowhere: LaneErrors,
}

/// Share of wrong bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorRate {
    /// Wrong bits per bit.
    pub value: f64,
    /// Packets have more wrong bits than can be counted: it may be higher.
    pub at_least: bool,
}

/// How sure the places of wrong bits are.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// Packets are consistent with one wrong bit; other errors would often look the same.
    Possible,
    /// Few if any of the packets that look like one wrong bit have more.
    Likely,
    /// Each is known from the ECC, a sync byte, or a row that was sent before.
    Sure,
}

impl BitErrors {
    pub(super) fn new(tally: &Tally, lanes_assumed: bool) -> Self {
        let impostors = tally.impostors / tally.claimed.max(1) as f64;
        let believed = tally.claimed > 0 && impostors <= UNBELIEVABLE;
        let mut hits = tally.known();
        let mut withheld = 0;
        if believed {
            hits.merge(&tally.claims);
        } else {
            withheld = tally.claimed;
        }
        let chance = tally.claim_chances / tally.claimed.max(1) as f64;
        // One more that was not seen: few packets prove little.
        let doubt = impostors + chance / tally.claimed.max(1) as f64;
        let mut report = Self {
            wrong_bits: hits.total(),
            claimed: if believed { tally.claimed } else { 0 },
            unattributed: tally.several + tally.lost_headers + tally.withheld_headers() + withheld,
            bits_seen: tally.bits_seen,
            rate: ErrorRate {
                value: 0.0,
                at_least: false,
            },
            certainty: match believed {
                false => Certainty::Sure,
                true if doubt <= LIKELY => Certainty::Likely,
                true => Certainty::Possible,
            },
            suspect: Suspect::find(&hits, tally.lanes, |lane| tally.share(lane, believed)),
            sampling: hits.edges.sampling(),
            lanes_assumed,
            lanes: tally.lanes,
            by_lane: hits.lanes,
            nowhere: hits.nowhere,
        };
        report.rate = report.find_rate(tally, withheld);
        report
    }

    /// Whether no bit is known to be wrong. Headers that cannot be used say nothing by themselves.
    pub fn is_empty(&self) -> bool {
        self.wrong_bits == 0 && self.rate.value == 0.0
    }

    /// Wrong bits of each lane; none where lanes are not known.
    pub fn lanes(&self) -> &[LaneErrors] {
        self.by_lane.get(..usize::from(self.lanes)).unwrap_or_default()
    }

    /// Wrong bits whose lane is not known.
    pub const fn of_no_lane(&self) -> &LaneErrors {
        &self.nowhere
    }

    /// Wrong bits by place in the byte, of all lanes.
    pub fn bits(&self) -> [u64; 8] {
        let mut all = self.nowhere;
        self.by_lane.iter().for_each(|of| all.merge(of));
        all.bits
    }

    /// The lane that is to blame, if one is.
    pub const fn blamed_lane(&self) -> Option<u8> {
        match self.suspect {
            Suspect::Lane { lane, .. } => Some(lane),
            Suspect::Bit { lane, .. } => lane,
            _ => None,
        }
    }

    fn find_rate(&self, tally: &Tally, withheld: u64) -> ErrorRate {
        let rate = |wrong: f64, at_least| ErrorRate {
            value: (wrong / self.bits_seen.max(1) as f64).min(1.0),
            at_least,
        };
        if tally.several + withheld == 0 {
            return rate(self.wrong_bits as f64, false);
        }
        let outside = tally.outside_rows();
        let inside = (self.wrong_bits - outside) + 2 * tally.several + withheld;
        // Wrong bits that come alone spoil 1 - (1 - p)^n of the rows; where nearly all are spoilt, that says little.
        let rows = tally.good_rows + tally.bad_rows;
        let spread = odds::minus_ln(tally.good_rows, rows).unwrap_or(0.0) * rows as f64;
        let hardly = tally.good_rows * 10 < rows;
        rate(outside as f64 + spread.max(inside as f64), hardly)
    }
}

/// The verdict in a sentence.
impl fmt::Display for BitErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wrong_bits {
            0 => f.write_str(
                "no wrong bit is known by its place: packets have several, lost bytes, or another checksum",
            )?,
            1 => f.write_str("1 wrong bit")?,
            wrong => write!(f, "{wrong} wrong bits")?,
        }
        write!(f, "{}", self.suspect)?;
        if self.lanes_assumed && self.lanes > 0 {
            write!(f, " (taking each packet for a burst over {} lanes)", self.lanes)?;
        }
        match self.sampling {
            Some(Sampling::Early) => {
                f.write_str("; they read like the bit before them on the lane: sampled too early")?
            }
            Some(Sampling::Late) => {
                f.write_str("; they read like the bit behind them on the lane: sampled too late")?
            }
            None => {}
        }
        match self.certainty {
            Certainty::Sure | Certainty::Likely => Ok(()),
            Certainty::Possible => write!(f, "; rows this long look like one wrong bit with other errors, too"),
        }
    }
}
