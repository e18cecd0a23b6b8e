//! Where the lanes' bits are in samples, for those that are taken many at once.

use crate::wires::{hs, lp};
use crate::{LanePins, MAX_LANES, PinMap, Wire};
use csi2_kernels::Tap;

/// Taps of all lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taps {
    /// HS bits.
    pub(super) data: [Tap; MAX_LANES],
    pub(super) stop: Stop,
    /// Bytes a sample must have.
    pub(super) least_unit: usize,
    /// Bits of a sample that matter.
    pub(super) mask: u64,
}

/// What shows that no lane is in the stop state.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// There is none to see.
    Unseen,
    /// These bits are those of the lanes: of a pair, the other wire, read inverted.
    Opposite([Tap; MAX_LANES]),
    /// These bits are zeros: a wire of each LP receiver.
    Low([Tap; MAX_LANES]),
}

impl Taps {
    /// `None` where not all wires are in the first 64 channels.
    pub(super) fn new(map: &PinMap, sees_lp: bool) -> Option<Self> {
        let lanes = map.lanes.get(..map.count).unwrap_or(&map.lanes);
        let wires = lanes
            .iter()
            .flat_map(|pins| [pins.p, pins.n, pins.lp_p, pins.lp_n].into_iter().flatten());
        let mut mask = 0;
        for wire in wires {
            mask |= 1u64.checked_shl(wire.channel.into())?;
        }
        let taps = |pick: fn(&LanePins) -> Option<Wire>| {
            let mut taps = [Tap::default(); MAX_LANES];
            for (tap, pins) in taps.iter_mut().zip(lanes) {
                let wire = pick(pins)?;
                *tap = Tap {
                    bit: wire.channel as u8,
                    inverted: wire.invert,
                    skip: 0,
                };
            }
            Some(taps)
        };
        let separate = |pins: &LanePins| pins.lp_p.is_some() || pins.lp_n.is_some();
        let stop = if !sees_lp {
            Stop::Unseen
        } else if lanes.iter().all(separate) {
            Stop::Low(taps(|pins| lp(pins).0)?)
        } else if lanes.iter().any(separate) {
            return None;
        } else {
            let mut opposite = taps(|pins| pins.n)?;
            opposite.iter_mut().for_each(|tap| tap.inverted = !tap.inverted);
            Stop::Opposite(opposite)
        };
        Some(Self {
            data: taps(hs)?,
            stop,
            least_unit: (64 - mask.leading_zeros()).div_ceil(8) as usize,
            mask,
        })
    }
}
