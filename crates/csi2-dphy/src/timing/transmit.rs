//! Durations of the D-PHY line protocol.
//!
//! Ref: torvalds/linux `drivers/phy/phy-core-mipi-dphy.c`; Efinix MIPI timing reference; Xilinx PG232 (T_CLK-POST).

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
    /// T_WAKEUP.
    pub wakeup: UnitIntervals,
}

impl TransmitTiming {
    /// Shortest legal timing at `bits_per_second` a lane, each value rounded up to whole UI; T_HS-PREPARE and
    /// T_CLK-PREPARE, which also have a maximum, are in the middle of their range. From request to sync byte it is an
    /// even number of UI, so that the first bit can meet a rising edge of the clock. A rate of 0 is taken as 1.
    pub fn for_rate(bits_per_second: u64) -> Self {
        let rate = Rate(bits_per_second.max(1));
        let lpx = rate.up(50_000);
        let hs_prepare = rate
            .up(62_500)
            .saturating_add(5)
            .min(rate.down(85_000).saturating_add(6));
        let settled = rate.up(145_000).saturating_add(10);
        let mut hs_zero = settled.saturating_sub(hs_prepare).max(1);
        if (lpx ^ hs_prepare ^ hs_zero) & 1 == 1 {
            hs_zero = hs_zero.saturating_add(1);
        }
        let clk_prepare = rate.up(66_500).min(rate.down(95_000)).max(1);
        Self {
            lpx,
            hs_prepare,
            hs_zero,
            hs_trail: rate.up(60_000).saturating_add(4).max(8),
            hs_exit: rate.up(100_000),
            clk_prepare,
            clk_zero: rate.up(300_000).saturating_sub(clk_prepare).max(1),
            // The clock's edges are in the middle of the bits: half a UI of each is lost.
            clk_pre: 9,
            clk_post: rate.up(60_000).saturating_add(53),
            clk_trail: rate.up(60_000),
            wakeup: rate.up(1_000_000_000),
        }
    }

    /// The UI that `picoseconds` take at `bits_per_second` a lane, rounded up.
    pub fn unit_intervals(bits_per_second: u64, picoseconds: u64) -> UnitIntervals {
        Rate(bits_per_second).up(picoseconds)
    }

    /// All of them with their names, in small letters.
    pub fn parameters_mut(&mut self) -> [(&'static str, &mut UnitIntervals); 11] {
        [
            ("t_lpx", &mut self.lpx),
            ("t_hs_prepare", &mut self.hs_prepare),
            ("t_hs_zero", &mut self.hs_zero),
            ("t_hs_trail", &mut self.hs_trail),
            ("t_hs_exit", &mut self.hs_exit),
            ("t_clk_prepare", &mut self.clk_prepare),
            ("t_clk_zero", &mut self.clk_zero),
            ("t_clk_pre", &mut self.clk_pre),
            ("t_clk_post", &mut self.clk_post),
            ("t_clk_trail", &mut self.clk_trail),
            ("t_wakeup", &mut self.wakeup),
        ]
    }
}

/// Bits per second a lane.
struct Rate(u64);

impl Rate {
    /// UI that `picoseconds` take, rounded up.
    fn up(&self, picoseconds: u64) -> UnitIntervals {
        let bits = (u128::from(picoseconds) * u128::from(self.0)).div_ceil(1_000_000_000_000);
        UnitIntervals::try_from(bits).unwrap_or(UnitIntervals::MAX)
    }

    /// The same, rounded down.
    fn down(&self, picoseconds: u64) -> UnitIntervals {
        let bits = u128::from(picoseconds) * u128::from(self.0) / 1_000_000_000_000;
        UnitIntervals::try_from(bits).unwrap_or(UnitIntervals::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The v1.2 table in nanoseconds, as printed.
    #[test]
    fn values_are_within_the_table() {
        for rate in [
            10_000_000,
            80_000_000,
            400_000_000,
            1_000_000_000,
            1_500_000_000,
            2_100_000_000,
            2_500_000_000,
        ] {
            let timing = TransmitTiming::for_rate(rate);
            let ui = 1e9 / rate as f64;
            let ns = |count: u32| f64::from(count) * ui + 1e-6;
            assert!(ns(timing.lpx) >= 50.0);
            assert!(ns(timing.hs_prepare) >= 40.0 + 4.0 * ui);
            assert!(ns(timing.hs_prepare) <= 85.0 + 6.0 * ui + 2e-6);
            assert!(ns(timing.hs_prepare + timing.hs_zero) >= 145.0 + 10.0 * ui);
            assert!(ns(timing.hs_trail) >= (8.0 * ui).max(60.0 + 4.0 * ui));
            assert!(ns(timing.hs_exit) >= 100.0);
            // Below about 26 Mb/s no whole UI fits the range of T_CLK-PREPARE.
            assert!(ns(timing.clk_prepare) >= 38.0);
            assert!(ns(timing.clk_prepare) <= 95.0 + 2e-6 || rate < 26_000_000);
            assert!(ns(timing.clk_prepare + timing.clk_zero) >= 300.0);
            assert!(timing.clk_pre >= 8);
            assert!(ns(timing.clk_post) >= 60.0 + 52.0 * ui);
            assert!(ns(timing.clk_trail) >= 60.0);
            assert!(ns(timing.wakeup) >= 1e6);
            assert_eq!((timing.lpx + timing.hs_prepare + timing.hs_zero) % 2, 0);
        }
    }

    #[test]
    fn extreme_rates_do_not_overflow() {
        TransmitTiming::for_rate(0);
        TransmitTiming::for_rate(u64::MAX);
    }

    /// 2.1 Gb/s: 61.9 ns of trail are 130 UI.
    #[test]
    fn trail_at_2100_megabits() {
        assert_eq!(TransmitTiming::for_rate(2_100_000_000).hs_trail, 130);
    }
}
