//! Links with wrong bits, whose places say what is wrong.

use super::broken::long;
use super::{Case, MadePackets, case};
use crate::stream::{Camera, Made, Wiring};
use std::path::Path;

/// RAW8.
const RAW8: u8 = 0x2A;
const LANES: usize = 4;

pub(super) const CASES: &[Case] = &[
    case(
        "broken-bits-lane",
        "txt",
        |path| {
            let mut noise = Noise(12);
            sent(path, frames(3)?, |index, packet| {
                // Every other row has a wrong bit on lane 2, one row has one elsewhere.
                let lane = if index == 13 { 0 } else { 2 };
                if packet.len() > 4 && (index % 2 == 0 || index == 13) {
                    flip(packet, (8 + 4 * noise.below(18) + lane) * 8 + noise.below(8));
                }
            })
        },
        "Single wrong bits in rows that are all different: all but one on lane 2, as their checksums tell.",
    ),
    case(
        "broken-bits-scattered",
        "txt",
        |path| {
            let mut noise = Noise(5);
            sent(path, frames(4)?, |index, packet| {
                if packet.len() > 4 && index % 3 > 0 {
                    flip(packet, 32 + noise.below(packet.len() * 8 - 32));
                }
            })
        },
        "A wrong bit in two rows of three, anywhere: no lane has more than chance gives it.",
    ),
    case(
        "broken-bits-stuck",
        "txt",
        |path| {
            sent(path, frames(2)?, |_, packet| {
                packet.iter_mut().skip(1).step_by(LANES).for_each(|byte| *byte &= !0x10);
            })
        },
        "Bit 4 of lane 1 is stuck at zero: the headers, which the ECC mends, tell; no row comes well.",
    ),
    case(
        "broken-bits-headers",
        "txt",
        |path| {
            let mut noise = Noise(3);
            sent(path, frames(2)?, |index, packet| {
                if index % 2 == 1 {
                    flip(packet, 24 + noise.below(6));
                }
            })
        },
        "Single wrong bits in headers only, all of their last byte, which is on lane 3: every row comes well.",
    ),
    case(
        "broken-bits-stripes",
        "txt",
        |path| {
            let mut noise = Noise(9);
            sent(path, stripes()?, |index, packet| {
                if packet.len() > 4 && index > 2 && index % 3 == 0 {
                    for _ in 0..6 {
                        flip(packet, (4 + 4 * noise.below(15) + 3) * 8 + noise.below(8));
                    }
                }
            })
        },
        "Several wrong bits a row in a picture of stripes: against the same row sent before, all are on lane 3.",
    ),
];

/// Frames of the scene, eight rows of 80 bytes each.
fn frames(count: u32) -> MadePackets {
    Camera {
        frames: count,
        ..Camera::RAW10
    }
    .packets()
}

/// A frame of 24 rows, of two kinds in turn.
fn stripes() -> MadePackets {
    let mut packets = vec![vec![0x00, 0x01, 0x00, 0x1A]];
    for row in 0..24 {
        let (even, odd) = if row % 2 == 0 { (0x10, 0xE0) } else { (0x38, 0x94) };
        let payload: Vec<u8> = (0..64).map(|x| if x / 16 % 2 == 0 { even } else { odd }).collect();
        packets.push(long(RAW8, &payload)?);
    }
    packets.push(vec![0x01, 0x01, 0x00, 0x1D]);
    Ok(packets)
}

/// Sends packets over four lanes after `spoil` had its way with each.
fn sent(path: &Path, mut packets: Vec<Vec<u8>>, mut spoil: impl FnMut(usize, &mut [u8])) -> Made {
    for (index, packet) in packets.iter_mut().enumerate() {
        spoil(index, packet);
    }
    Wiring::lanes("lanes-text", LANES).write(path, &packets)
}

fn flip(packet: &mut [u8], bit: usize) {
    packet[bit / 8] ^= 1 << (bit % 8);
}

/// Numbers that look random, the same each time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        ((self.0 >> 33) as usize) % bound
    }
}
