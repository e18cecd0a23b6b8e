//! Lane distribution: byte `i` of a burst goes to lane `i mod N`.
//!
//! Ref: antmicro/sdi-mipi-video-converter-fpga-design `src/packet_formatter.py`;
//! hanasamyahmed/Design-and-Verification-of-CSI-2-controller-IP `source/rtl/lane_distributor.v`.

use crate::MAX_LANES;
use csi2_kernels::{Backend, deinterleave};

/// Bytes that lane `lane` of `lanes` carries of a burst of `length` bytes: `ceil((length - lane) / lanes)`.
/// No lanes carry nothing.
pub const fn lane_length(length: usize, lanes: usize, lane: usize) -> usize {
    if length <= lane || lanes == 0 {
        0
    } else {
        (length - lane).div_ceil(lanes)
    }
}

/// Spreads `bytes` over `lanes.len()` lanes (1 to 8); returns what each lane got. Each slice must hold [`lane_length`]
/// bytes: what a shorter one cannot hold is left out, and its count says so. Lanes above the eighth get nothing.
pub fn distribute(bytes: &[u8], lanes: &mut [&mut [u8]]) -> [usize; MAX_LANES] {
    let mut written = [0; MAX_LANES];
    let count = lanes.len().min(MAX_LANES);
    let Some(lanes) = lanes.get_mut(..count) else {
        return written;
    };
    if count == 0 {
        return written;
    }
    let rows = deinterleave(Backend::detect(), bytes, lanes);
    for (lane, (slice, written)) in lanes.iter_mut().zip(&mut written).enumerate() {
        let rest = bytes.get(rows * count + lane..).unwrap_or_default();
        let room = slice.get_mut(rows..).unwrap_or_default();
        *written = rows;
        for (to, from) in room.iter_mut().zip(rest.iter().step_by(count)) {
            *to = *from;
            *written += 1;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    /// A RAW10 packet of eleven bytes, spread by hand.
    const PACKET: [u8; 11] = [0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61];

    fn spread(bytes: &[u8], count: usize) -> Vec<Vec<u8>> {
        let mut lanes: Vec<Vec<u8>> = (0..count)
            .map(|lane| vec![0xEE; lane_length(bytes.len(), count, lane)])
            .collect();
        let mut slices: Vec<&mut [u8]> = lanes.iter_mut().map(Vec::as_mut_slice).collect();
        let written = distribute(bytes, &mut slices);
        for (lane, bytes) in lanes.iter().enumerate() {
            assert_eq!(written[lane], bytes.len());
        }
        lanes
    }

    #[test]
    fn a_packet_over_one_to_four_lanes() {
        assert_eq!(spread(&PACKET, 1), [PACKET.to_vec()]);
        assert_eq!(
            spread(&PACKET, 2),
            [
                vec![0x2B, 0x00, 0x5E, 0xA0, 0x33, 0x61],
                vec![0x05, 0x2E, 0xC2, 0xAB, 0x65]
            ]
        );
        assert_eq!(
            spread(&PACKET, 3),
            [
                vec![0x2B, 0x2E, 0xA0, 0x65],
                vec![0x05, 0x5E, 0xAB, 0x61],
                vec![0x00, 0xC2, 0x33]
            ]
        );
        assert_eq!(
            spread(&PACKET, 4),
            [
                vec![0x2B, 0x5E, 0x33],
                vec![0x05, 0xC2, 0x65],
                vec![0x00, 0xA0, 0x61],
                vec![0x2E, 0xAB]
            ]
        );
    }

    #[test]
    fn a_short_packet_leaves_the_upper_lanes_of_eight_empty() {
        let lanes = spread(&[0x00, 0x01, 0x00, 0x1A], 8);
        assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn a_slice_too_short_is_counted_not_overrun() {
        let (mut a, mut b) = ([0; 2], [0; 1]);
        let written = distribute(&[1, 2, 3, 4], &mut [&mut a, &mut b]);
        assert_eq!((written[0], written[1], a, b), (2, 1, [1, 3], [2]));
        assert_eq!(distribute(&[1], &mut []), [0; MAX_LANES]);
    }
}
