//! Durations of the D-PHY line protocol.
//!
//! Ref: torvalds/linux `drivers/phy/phy-core-mipi-dphy.c`; Efinix MIPI timing reference.

/// A count of unit intervals (bit times).
pub type UnitIntervals = u32;

/// Transmit timing in unit intervals, at or above the D-PHY v1.2 minima for the bit rate it was made for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TransmitTiming {
    /// T_LPX.
    pub lpx: UnitIntervals,
    /// T_HS-PREPARE.
    pub hs_prepare: UnitIntervals,
    /// T_HS-ZERO.
    pub hs_zero: UnitIntervals,
    /// T_HS-TRAIL.
    pub hs_trail: UnitIntervals,
    /// T_HS-EXIT.
    pub hs_exit: UnitIntervals,
    /// T_CLK-PREPARE.
    pub clk_prepare: UnitIntervals,
    /// T_CLK-ZERO.
    pub clk_zero: UnitIntervals,
    /// T_CLK-PRE.
    pub clk_pre: UnitIntervals,
    /// T_CLK-POST.
    pub clk_post: UnitIntervals,
    /// T_CLK-TRAIL.
    pub clk_trail: UnitIntervals,
}

impl TransmitTiming {
    /// Shortest legal timing at `bits_per_second` a lane, each value rounded up to whole UI.
    pub fn for_rate(bits_per_second: u64) -> Self {
        let _ = bits_per_second;
        todo!()
    }
}
