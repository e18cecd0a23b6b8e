//! The trail of a burst.
//!
//! After the last byte each lane holds the inverse of its own last bit until it leaves high-speed mode, so in the
//! merged bytes each lane contributes 00 or FF of its own. Bytes are sent least significant bit first: the last bit of
//! a byte is bit 7.
//!
//! Ref: circuitvalley/USB_C_Industrial_Camera_FPGA_USB3 mipi_csi_rx_lane_aligner.v; torvalds/linux
//! drivers/phy/phy-core-mipi-dphy.c (T_HS-TRAIL).

/// What each lane sent last.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneTails {
    lanes: u8,
    /// The last eight bytes of packets, one lane after the other; the very last on top.
    last: u64,
    /// Burst position behind them.
    end: u64,
}

impl LaneTails {
    pub(super) const MAX_LANES: u8 = 8;

    /// A burst of `lanes` lanes, 0: no trail. Before the first byte stands the sync byte B8, whose last bit is one.
    pub(super) fn new(lanes: u8) -> Self {
        Self {
            lanes: lanes.min(Self::MAX_LANES),
            last: u64::MAX,
            end: 0,
        }
    }

    pub(super) const fn lanes(&self) -> u8 {
        self.lanes
    }

    /// Notes bytes of packets, the first at burst position `position`: behind those noted before.
    pub(super) fn note(&mut self, position: u64, bytes: &[u8]) {
        self.end = position.saturating_add(bytes.len() as u64);
        self.last = match bytes.last_chunk() {
            Some(last) => u64::from_le_bytes(*last),
            None => bytes
                .iter()
                .fold(self.last, |last, &byte| last >> 8 | u64::from(byte) << 56),
        };
    }

    /// All lanes hold the level of `byte`, whatever their last bits were.
    pub(super) fn hold(&mut self, byte: u8) {
        self.last = u64::from_le_bytes([!byte; 8]);
    }

    /// How many bytes from `position` on, which is not before the end of the last packet, are trail, up to the first that is
    /// not. None when there is no trail.
    pub(super) fn matching(&self, position: u64, bytes: &[u8]) -> usize {
        let lanes = u32::from(self.lanes);
        let Some(ahead) = position.saturating_sub(self.end).checked_rem(lanes.into()) else {
            return 0;
        };
        let ahead = ahead as u32;
        if lanes.is_power_of_two() {
            return self.matching_rows(ahead, bytes);
        }
        // How far back the last byte of the lane is: as many bytes as there are lanes, less the lanes passed since.
        let mut back = lanes - ahead;
        let trail = bytes.iter().take_while(|byte| {
            let last_bit = self.last >> (71 - 8 * back) & 1;
            back = if back > 1 { back - 1 } else { lanes };
            **byte == if last_bit == 1 { 0x00 } else { 0xFF }
        });
        trail.count()
    }

    /// The same where eight bytes are whole rows, the first of `bytes` being `ahead` lanes into one.
    fn matching_rows(&self, ahead: u32, bytes: &[u8]) -> usize {
        let row = self.last >> (64 - 8 * u32::from(self.lanes));
        let rows = match self.lanes {
            1 => row * 0x0101_0101_0101_0101,
            2 => row * 0x0001_0001_0001_0001,
            4 => row * 0x0000_0001_0000_0001,
            _ => row,
        };
        let ones = rows.rotate_right(8 * ahead) >> 7 & 0x0101_0101_0101_0101;
        let trail = !(ones * 0xFF);
        let (chunks, rest) = bytes.as_chunks();
        for (index, chunk) in chunks.iter().enumerate() {
            let strange = u64::from_le_bytes(*chunk) ^ trail;
            if strange != 0 {
                return 8 * index + (strange.trailing_zeros() / 8) as usize;
            }
        }
        let rest = rest.iter().zip(trail.to_le_bytes());
        8 * chunks.len() + rest.take_while(|(byte, trail)| *byte == trail).count()
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
        // From any byte of the trail on.
        assert_eq!(tails.matching(10, &[0xFF, 0x00, 0x00, 0x00]), 3);
        assert_eq!(tails.matching(3014, &[0x00, 0x00, 0xFF, 0xFF]), 3);
    }

    #[test]
    fn up_to_eight_lanes() {
        let mut tails = LaneTails::new(8);
        tails.note(0, &[0xFF; 21]);
        tails.note(21, &[0x80, 0x7F, 0x7F]);
        assert_eq!(
            tails.matching(24, &[0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0x00, 0xFF]),
            9
        );
        tails.hold(0xFF);
        assert_eq!(tails.matching(27, &[0xFF; 40]), 40);
        assert_eq!(tails.matching(27, &[0xFF, 0x00]), 1);
    }

    #[test]
    fn without_lanes_there_is_no_trail() {
        let mut tails = LaneTails::new(0);
        tails.note(0, &[0x7F; 9]);
        assert_eq!(tails.matching(9, &[0xFF; 4]), 0);
    }
}
