//! Who is to blame.

use super::odds;
use super::tally::{Hits, LaneErrors};
use core::fmt;

/// A lane or a bit is blamed where chance alone would make it stand out more seldom than this.
const SIGNIFICANT: f64 = 1e-3;
/// Share of wrong bits of one lane and place that a stuck wire has.
const STUCK: f64 = 0.9;
/// Times its fair share that a lane has to have: of many wrong bits, the slightest difference is significant.
const NOTABLE: f64 = 1.5;

/// What the places of wrong bits have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Suspect {
    /// Most are on one lane: its pair.
    Lane {
        /// From 0.
        lane: u8,
        /// Wrong bits there.
        bits: u64,
    },
    /// Most are on several lanes, and each of these has more than chance gives it.
    Lanes {
        /// Bit n: lane n.
        lanes: u8,
        /// Wrong bits there.
        bits: u64,
    },
    /// All but a few are at one place of the byte: a wire behind the deserialiser.
    Bit {
        /// From 0, where known and always the same.
        lane: Option<u8>,
        /// 0 is the first on the wire.
        bit: u8,
        /// As what it is read, where that is always the same.
        level: Option<bool>,
        /// Wrong bits there.
        bits: u64,
    },
    /// No lane has more than chance gives it: something all lanes share.
    Spread,
    /// Too few to tell.
    Few,
    /// There is one lane only.
    OneLane,
    /// Lanes are not known.
    LanesUnknown,
    /// No place is known.
    Nowhere,
}

/// Events on a lane, and its share of all bits.
type Weight = (u64, f64);

impl Suspect {
    /// `share`: of the events that a lane would have if all bits were wrong alike.
    pub(super) fn find(hits: &Hits, lanes: u8, share: impl Fn(usize) -> f64) -> Self {
        if hits.total() == 0 {
            return Self::Nowhere;
        }
        if let Some(bit) = stuck_bit(hits) {
            return bit;
        }
        match lanes {
            0 => return Self::LanesUnknown,
            1 => return Self::OneLane,
            _ => {}
        }
        let mut left: [Weight; csi2_dphy::MAX_LANES] = Default::default();
        for (lane, (slot, of)) in left.iter_mut().zip(&hits.lanes).enumerate().take(lanes.into()) {
            *slot = (of.events, share(lane));
        }
        let events: u64 = left.iter().map(|(events, _)| events).sum();
        let fair = left.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        if odds::tail(events, events, fair) * f64::from(lanes) >= SIGNIFICANT {
            return Self::Few;
        }
        let mut blamed = 0u8;
        while let Some(lane) = outlier(&left, lanes) {
            blamed |= 1 << lane;
            if let Some(slot) = left.get_mut(lane) {
                *slot = (0, 0.0);
            }
        }
        let others: u64 = left.iter().map(|(events, _)| events).sum();
        let of = hits
            .lanes
            .iter()
            .enumerate()
            .filter(|(lane, _)| blamed >> lane & 1 == 1);
        let bits = of.map(|(_, of)| of.total()).sum();
        match blamed.count_ones() {
            _ if others * 2 >= events => Self::Spread,
            0 => Self::Spread,
            1 => Self::Lane {
                lane: blamed.trailing_zeros() as u8,
                bits,
            },
            _ => Self::Lanes { lanes: blamed, bits },
        }
    }
}

/// The lane with the most events, if it has more than chance gives it.
fn outlier(left: &[Weight], lanes: u8) -> Option<usize> {
    let events: u64 = left.iter().map(|(events, _)| events).sum();
    let shares: f64 = left.iter().map(|(_, share)| share).sum();
    let most = left.iter().enumerate().rev().max_by_key(|(_, (events, _))| *events);
    let (lane, (most, share)) = most.filter(|_| events > 0 && shares > 0.0)?;
    let share = share / shares;
    let notable = *most as f64 >= events as f64 * share * NOTABLE;
    (notable && odds::tail(*most, events, share) * f64::from(lanes) < SIGNIFICANT).then_some(lane)
}

/// One place of the byte, on one lane where lanes are known.
fn stuck_bit(hits: &Hits) -> Option<Suspect> {
    let mut places = hits.nowhere;
    hits.lanes.iter().for_each(|of| places.merge(of));
    let places = places.bits;
    let all: u64 = places.iter().sum();
    let (bit, &bits) = (0u8..).zip(&places).max_by_key(|(_, bits)| **bits)?;
    if odds::tail(bits, all, 1.0 / 8.0) * 8.0 >= SIGNIFICANT || (bits as f64) < all as f64 * STUCK {
        return None;
    }
    let at = usize::from(bit);
    let of = |of: &LaneErrors| {
        let count = |counts: &[u64; 8]| counts.get(at).copied().unwrap_or(0);
        (count(&of.bits), count(&of.ones))
    };
    let lane = (0u8..)
        .zip(&hits.lanes)
        .find(|(_, lane)| of(lane).0 as f64 >= bits as f64 * STUCK);
    let (bits, ones) = match lane {
        Some((_, lane)) => of(lane),
        None => {
            let ones = hits.lanes.iter().chain([&hits.nowhere]).map(|lane| of(lane).1);
            (bits, ones.sum())
        }
    };
    Some(Suspect::Bit {
        lane: lane.map(|(lane, _)| lane),
        bit,
        level: match ones {
            0 => Some(false),
            ones if ones == bits => Some(true),
            _ => None,
        },
        bits,
    })
}

/// What to add to the number of wrong bits.
impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Lane { lane, bits } => write!(
                f,
                ", {bits} of them on lane {lane}: its pair, connector, skew or settle time"
            ),
            Self::Lanes { lanes, bits } => {
                write!(f, ", {bits} of them on lanes")?;
                for lane in (0..8).filter(|lane| lanes >> lane & 1 == 1) {
                    write!(f, " {lane}")?;
                }
                f.write_str(": suspect what these share and the others do not")
            }
            Self::Bit { lane, bit, level, bits } => {
                write!(f, ", {bits} of them bit {bit} of the byte")?;
                if let Some(lane) = lane {
                    write!(f, " on lane {lane}")?;
                }
                match level {
                    Some(level) => write!(
                        f,
                        ", which then reads {}: a stuck wire behind the deserialiser",
                        u8::from(level)
                    ),
                    None => f.write_str(": a wire or its timing behind the deserialiser"),
                }
            }
            Self::Spread => f.write_str(
                ", and no lane stands out: suspect what all share, such as clock lane, rate, supply or connector",
            ),
            Self::Few => f.write_str(", too few to blame a lane"),
            Self::OneLane => f.write_str(" on the only lane"),
            Self::LanesUnknown => f.write_str("; on which lane, this capture does not tell"),
            Self::Nowhere => Ok(()),
        }
    }
}
