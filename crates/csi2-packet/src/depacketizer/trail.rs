//! The trail of a burst.
//!
//! After the last byte each lane holds the inverse of its own last bit until it leaves high-speed mode, so in the
//! merged bytes each lane contributes 00 or FF of its own. Bytes are sent least significant bit first: the last bit of
//! a byte is bit 7.
//!
//! Ref: circuitvalley/USB_C_Industrial_Camera_FPGA_USB3 mipi_csi_rx_lane_aligner.v; torvalds/linux
//! drivers/phy/phy-core-mipi-dphy.c (T_HS-TRAIL).

/// The last bit of each lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneTails {
    lanes: u8,
    /// Bit n: last bit of lane n.
    last_bits: u8,
}

impl LaneTails {
    pub(super) const MAX_LANES: u8 = 8;

    /// A burst of `lanes` lanes, 0: no trail. Before the first byte stands the sync byte B8, whose last bit is one.
    pub(super) fn new(lanes: u8) -> Self {
        Self {
            lanes: lanes.min(Self::MAX_LANES),
            last_bits: 0xFF,
        }
    }

    pub(super) const fn lanes(&self) -> u8 {
        self.lanes
    }

    /// Notes bytes of packets, the first at burst position `position`.
    pub(super) fn note(&mut self, position: u64, bytes: &[u8]) {
        let hidden = bytes.len().saturating_sub(usize::from(self.lanes));
        let last = bytes.get(hidden..).unwrap_or_default();
        for (lane, byte) in self.from(position.saturating_add(hidden as u64)).zip(last) {
            self.last_bits = self.last_bits & !(1 << lane) | (byte >> 7) << lane;
        }
    }

    /// All lanes hold the level of `byte`, whatever their last bits were.
    pub(super) fn hold(&mut self, byte: u8) {
        self.last_bits = !byte;
    }

    /// How many bytes from `position` on are trail, up to the first that is not. None when there is no trail.
    pub(super) fn matching(&self, position: u64, bytes: &[u8]) -> usize {
        let trail = |lane: u8| if self.last_bits >> lane & 1 == 1 { 0x00 } else { 0xFF };
        let pairs = self.from(position).map(trail).zip(bytes);
        pairs.take_while(|(trail, byte)| trail == *byte).count()
    }

    /// The lanes of the bytes from `position` on; nothing when there are none.
    fn from(&self, position: u64) -> impl Iterator<Item = u8> + use<> {
        let lanes = self.lanes;
        let first = position.checked_rem(u64::from(lanes)).map(|lane| lane as u8);
        core::iter::successors(first, move |&lane| Some(if lane + 1 < lanes { lane + 1 } else { 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::LaneTails;

    #[test]
    fn each_lane_ends_with_its_own_inverse() {
        let mut tails = LaneTails::new(3);
        // Lane 0 sent nothing since its sync byte, lane 1 sent 7F, lane 2 sent 80.
        tails.note(1, &[0x7F, 0x80]);
        assert_eq!(tails.matching(3, &[0x00, 0xFF, 0x00, 0x00, 0xFF, 0x01]), 5);
        // The same lanes, noted with bytes that are not their last ones.
        tails.note(3, &[0xFF, 0xFF, 0x00, 0x80, 0x00, 0xFF]);
        assert_eq!(tails.matching(9, &[0x00, 0xFF, 0x00, 0x00]), 4);
    }

    #[test]
    fn without_lanes_there_is_no_trail() {
        let mut tails = LaneTails::new(0);
        tails.note(0, &[0x7F; 9]);
        assert_eq!(tails.matching(9, &[0xFF; 4]), 0);
    }
}
