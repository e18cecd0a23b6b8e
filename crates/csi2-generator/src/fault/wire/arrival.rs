//! What comes of a faulty burst at a receiver that does all it should: worked out from the bits on the wire.

use alloc::vec::Vec;

use csi2_dphy::{MAX_LANES, SYNC, TransmitTiming, lane_length};
use csi2_packet::{PacketHeader, VcExtension};

use super::lane::{Bits, lane_bytes};
use super::{WireFault, WireLink, WireView};

/// What a receiver gets of a burst.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arrival {
    /// Merged bytes, until a lane has no more: of wires, with the trail. `None`: the burst is lost.
    pub bytes: Option<Vec<u8>>,
    /// These are all that the lanes have, as if a shorter burst had been sent: what comes behind is trail.
    pub level: bool,
    /// What must be said of the wires.
    pub reports: Vec<WireReport>,
}

/// A finding about the wires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WireReport {
    /// By name: `SOT_ERR`.
    pub code: &'static str,
    /// Of which lane; all of them together where there is none.
    pub lane: Option<u8>,
    /// It is said once of a lane at the end of a capture, however often it occurs.
    pub once: bool,
}

impl WireFault {
    /// What a correct receiver gets of `burst`, which is sent over `link` with this fault, and what it must say.
    ///
    /// `None` where that is not certain: the fault does not show there, has no effect, cannot be done to such a burst, or
    /// receivers may differ.
    pub fn received(&self, burst: &[u8], link: &WireLink) -> Option<Arrival> {
        let count = link.lanes;
        if !self.shows(link.view) || !(1..=MAX_LANES).contains(&count) || burst.is_empty() {
            return None;
        }
        let has = |lane: u8| usize::from(lane) < count;
        match *self {
            Self::SyncBit { lane, bit } => {
                if !has(lane) || bit > 7 {
                    return None;
                }
                // Without the stop state, ones behind a wrong bit may be all there is of one.
                if link.view == WireView::HighSpeed && many_ones(burst, link, lane) {
                    return None;
                }
                Some(Arrival::whole(burst, link, &[("SOT_ERR", Some(lane), false)]))
            }
            Self::SyncBits { lane, flips } => {
                let seen = link.view == WireView::Pins;
                let first = first_byte(burst, link, lane).unwrap_or(0);
                let certain = has(lane) && seen && is_no_sync(SYNC ^ flips, first);
                certain.then(|| Arrival::lost(&[("SOT_SYNC_ERR", Some(lane), false)]))
            }
            Self::Skew { lane, ui } => self.skewed(burst, link, lane, ui),
            Self::LostLane { lane } => {
                let alone = count == 1 || (link.view == WireView::HighSpeed);
                let index = usize::from(lane);
                // What is left of a short packet may be one over fewer lanes; without its last byte it may be cut.
                let whole = match link.view {
                    WireView::Lanes => burst.len() <= index + 1,
                    _ => index + 1 == count && burst.len() < count,
                };
                let certain = has(lane) && !alone && !whole;
                certain.then(|| Arrival::lost(&[("LANE_ALIGN_ERR", Some(lane), false)]))
            }
            Self::SwappedLanes { lanes: [a, b] } => {
                let lanes = lane_bytes(burst, link);
                let (one, other) = (lanes.get(usize::from(a))?, lanes.get(usize::from(b))?);
                let certain = has(a) && has(b) && one.len() == other.len() && one != other;
                let mut bits = Bits::of(burst, link);
                let arrival = certain.then(|| {
                    bits.swap(a, b);
                    Arrival::of(bits, link, &[])
                })?;
                // Without the stop state, a burst is over where its header says so.
                let known = link.view != WireView::HighSpeed || ends_as_before(burst, arrival.bytes.as_deref()?);
                known.then_some(arrival)
            }
            Self::InvertedPair { lane } => match link.view {
                _ if !has(lane) => None,
                WireView::Lanes => {
                    let mut bits = Bits::of(burst, link);
                    bits.invert(lane);
                    Some(Arrival::of(bits, link, &[]))
                }
                WireView::Pins => Some(Arrival::lost(&[("SOT_SYNC_ERR", Some(lane), false)])),
                WireView::HighSpeed | WireView::Packets => None,
            },
            Self::EarlyEnd { lane, bytes } => {
                let mut bits = Bits::of(burst, link);
                let mut any = false;
                for each in (0..count as u8).filter(|each| lane.is_none_or(|lane| lane == *each)) {
                    any |= bits.end_early(each, bytes)?;
                }
                any.then(|| Arrival::of(bits, link, &[]))
            }
            Self::BitSlip { lane, byte, bits: slip } => {
                let mut bits = Bits::of(burst, link);
                bits.slip(lane, byte, slip)?;
                let report = [("EOT_SYNC_ERR", Some(lane), false)];
                match link.view {
                    // What is behind a packet that is scrambled and no trail may be anything.
                    WireView::Pins if link.scrambling.is_some() || !bits.ends_clearly(lane) => None,
                    WireView::Pins => Some(Arrival::of(bits, link, &report)),
                    WireView::Lanes => Some(Arrival::of(bits, link, &[])),
                    // Nothing tells a trail from what is left of the data.
                    WireView::HighSpeed | WireView::Packets => None,
                }
            }
            Self::Trail { .. } if link.scrambling.is_some() => None,
            Self::Trail { lane, level } => {
                let mut bits = Bits::of(burst, link);
                let (mut reports, mut shows) = (Vec::new(), false);
                for each in (0..count as u8).filter(|each| lane.is_none_or(|lane| lane == *each)) {
                    let changed = bits.trail(each, level)?;
                    shows |= changed.any;
                    if changed.within_byte {
                        reports.push(("EOT_SYNC_ERR", Some(each), false));
                    }
                }
                shows.then(|| Arrival::of(bits, link, &reports))
            }
            Self::Deskew { ui } => {
                let told = [("SKEW_CAL_SEEN", None, false)];
                (ui >= LEAST_DESKEW).then(|| Arrival::whole(burst, link, &told))
            }
            Self::ShortRequest { lane, ui } => {
                let short = ui > 0 && ui < link.timing.lpx && link.is_shorter(ui, T_LPX);
                let report = [("TIMING_OUT_OF_RANGE", Some(lane), true)];
                (has(lane) && short).then(|| Arrival::whole(burst, link, &report))
            }
            Self::LowPower { lane, fault } => {
                let reports: Vec<_> = fault
                    .reports()
                    .iter()
                    .map(|(code, once)| (*code, Some(lane), *once))
                    .collect();
                (has(lane) && fault.is_one()).then(|| Arrival::whole(burst, link, &reports))
            }
        }
    }

    fn skewed(&self, burst: &[u8], link: &WireLink, lane: u8, ui: u32) -> Option<Arrival> {
        let mut late = link.skew;
        let own = late.get_mut(usize::from(lane))?;
        *own = own.saturating_add(ui);
        let late = late.get(..link.lanes)?;
        let earliest = late.iter().min()?;
        let beyond = |late: &u32| late - earliest > link.permitted_skew;
        let reports: Vec<_> = (0_u8..)
            .zip(late)
            .filter(|(_, late)| beyond(late))
            .map(|(lane, _)| ("LANE_ALIGN_ERR", Some(lane), false))
            .collect();
        if usize::from(lane) >= link.lanes || link.lanes == 1 {
            None
        } else if reports.is_empty() {
            Some(Arrival::whole(burst, link, &[]))
        } else {
            // A lane that asks for high speed when the others have stopped begins a burst of its own.
            let latest = late.iter().max()?;
            let together = u64::from(latest - earliest) < burst_time(&link.timing, burst.len(), link.lanes);
            (together && link.view == WireView::Pins).then(|| Arrival::lost(&reports))
        }
    }
}

/// UI from the request of a lane until just before it stops.
pub(in crate::fault) fn burst_time(timing: &TransmitTiming, bytes: usize, lanes: usize) -> u64 {
    let parts = [timing.lpx, timing.hs_prepare, timing.hs_zero, timing.hs_trail];
    let data = 8 * lane_length(bytes, lanes, 0) as u64;
    data + parts.iter().map(|part| u64::from(*part)).sum::<u64>()
}

/// UI of the clock pattern of a deskew burst that nobody takes for anything else.
const LEAST_DESKEW: u32 = 64;
/// T_LPX in nanoseconds.
const T_LPX: u64 = 50;

type Told = (&'static str, Option<u8>, bool);

impl Arrival {
    /// The burst comes as it was sent.
    pub fn whole(burst: &[u8], link: &WireLink, reports: &[Told]) -> Self {
        Self::of(Bits::of(burst, link), link, reports)
    }

    fn lost(reports: &[Told]) -> Self {
        Self {
            bytes: None,
            level: false,
            reports: told(reports),
        }
    }

    fn of(bits: Bits, link: &WireLink, reports: &[Told]) -> Self {
        let bytes = bits.merged(link);
        Self {
            level: bytes.len() == bits.bytes(),
            bytes: Some(bytes),
            reports: told(reports),
        }
    }
}

fn told(reports: &[Told]) -> Vec<WireReport> {
    let report = |&(code, lane, once): &Told| WireReport { code, lane, once };
    reports.iter().map(report).collect()
}

/// Whether the header that arrives is the one that was sent, or of no use at all.
fn ends_as_before(burst: &[u8], arrived: &[u8]) -> bool {
    let (Some(sent), Some(wire)) = (burst.first_chunk::<4>(), arrived.first_chunk::<4>()) else {
        return false;
    };
    sent == wire || !PacketHeader::receive(*wire, VcExtension::Extended).is_usable()
}

/// Whether a lane begins with so many ones that they may be a stop state.
fn many_ones(burst: &[u8], link: &WireLink, lane: u8) -> bool {
    first_byte(burst, link, lane).is_none_or(|byte| byte.trailing_ones() > 2)
}

fn first_byte(burst: &[u8], link: &WireLink, lane: u8) -> Option<u8> {
    let lanes = lane_bytes(burst, link);
    lanes.get(usize::from(lane))?.first().copied()
}

/// Whether `sync`, after zeros and before the lane's first byte (0: a trail), is nowhere within a bit of a sync byte, where
/// one is looked for: from the first one on.
pub(in crate::fault) fn is_no_sync(sync: u8, first: u8) -> bool {
    if (sync ^ SYNC).count_ones() < 2 || sync.count_ones() < 2 {
        return false;
    }
    let bits = u32::from(sync) << 8 | u32::from(first) << 16;
    // Bits in time, the first in the lowest position: eight zeros, the sync byte, the byte after it.
    (0..=16).all(|at| ((bits >> at) as u8 ^ SYNC).count_ones() > 1)
}
