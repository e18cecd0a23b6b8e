//! What a lane does in a burst other than it should: for tests of receivers.

use crate::UnitIntervals;

/// How a lane's burst differs from what it should be; by default, not at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LaneFlaw {
    /// Bits of the sync byte that are turned over, the first in time in the lowest position.
    pub sync: u8,
    /// UI by which the lane is late, besides its skew.
    pub late: UnitIntervals,
    /// The lane stays in the stop state.
    pub absent: bool,
    /// P and N are exchanged in high speed. The low-power states are as they should be.
    pub inverted: bool,
    /// UI by which its data, and all that follows, end early.
    pub early: UnitIntervals,
    /// Bits that are lost or gained on the way.
    pub slip: Option<BitSlip>,
    /// Level after the last bit.
    pub trail: TrailLevel,
    /// Length of the request, LP-01, in UI; as in the other lanes where there is none.
    pub request: Option<UnitIntervals>,
}

/// Bits lost or gained in a lane's data. It stops when it would without.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitSlip {
    /// Data bits before it.
    pub at: u64,
    /// Less than 0: so many bits are left out. Else the bit before is sent so many times more.
    pub bits: i8,
}

/// Level of a lane after its last data bit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TrailLevel {
    /// The inverse of the last bit, as it should be.
    #[default]
    Inverse,
    /// HS-0, whatever came before.
    Low,
    /// HS-1, whatever came before.
    High,
    /// The inverse of the last bit, and then another level with each bit.
    Toggling,
}

impl LaneFlaw {
    /// Bits on the wire, of so many that are sent.
    pub(super) fn length(&self, bits: u64) -> u64 {
        let slipped = match self.slip {
            Some(slip) if slip.at <= bits => bits.saturating_add_signed(slip.bits.into()),
            _ => bits,
        };
        slipped.saturating_sub(self.early.into())
    }

    /// Which of the bits that are sent is the one at `bit` of those on the wire.
    pub(super) fn source(&self, bit: u64) -> u64 {
        match self.slip {
            Some(slip) if bit >= slip.at => match u64::try_from(slip.bits) {
                Ok(gained) if bit < slip.at.saturating_add(gained) => slip.at.saturating_sub(1),
                _ => bit.saturating_add_signed(-i64::from(slip.bits)),
            },
            _ => bit,
        }
    }
}
