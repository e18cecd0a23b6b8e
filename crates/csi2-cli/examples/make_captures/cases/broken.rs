//! Streams with something wrong on the link or in the file.

use super::{Case, case, cut, four_lanes, two_frames};
use crate::stream::{Camera, Made, Packets, Wiring};
use csi2_packet::{DataType, LineNumbering, LongPacket, PacketHeader, VirtualChannel};
use std::error::Error;
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    case(
        "broken-ecc-one-bit",
        "pcapng",
        |path| {
            spoiled(path, |packets| {
                packets[2][0] ^= 0x40; // VC bit of line 1
                packets[3][2] ^= 0x10; // word count of line 2
                packets[4][3] ^= 0x04; // check bit P2 of line 3
            })
        },
        "One header bit wrong in three lines: channel, word count, check bit. All corrected, no pixel lost.",
    ),
    case(
        "broken-ecc-two-bits",
        "pcapng",
        |path| spoiled(path, |packets| packets[3][1] ^= 0x03),
        "Two header bits wrong in line 2: the line is lost, the rows after it stay where they belong.",
    ),
    case(
        "broken-checksum",
        "sr",
        |path| {
            let mut packets = two_frames()?;
            packets[5][20] ^= 0x80;
            packets[16][84] ^= 0x01; // footer
            four_lanes().write(path, &packets)
        },
        "A flipped payload bit in frame 1 and a flipped checksum bit in frame 2.",
    ),
    case(
        "broken-frame-end-lost",
        "pcapng",
        |path| spoiled(path, |packets| drop(packets.remove(9))),
        "The first FE is missing: FS arrives inside an open frame.",
    ),
    case(
        "broken-frame-start-lost",
        "pcapng",
        |path| spoiled(path, |packets| drop(packets.remove(10))),
        "The second FS is missing: its lines lie outside any frame.",
    ),
    case(
        "broken-lines-lost",
        "pcapng",
        |path| {
            let mut packets = Camera {
                numbering: LineNumbering::Counted,
                ..Camera::RAW10
            }
            .packets()?;
            packets.drain(7..13); // lines 3 and 4 of frame 1, with their LS and LE
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Two lines are missing; the line numbers say which, and the rows after them stay where they belong.",
    ),
    case(
        "broken-line-number",
        "pcapng",
        |path| {
            let camera = Camera {
                numbering: LineNumbering::Counted,
                ..Camera::RAW10
            };
            let mut packets = camera.packets()?;
            packets[6] = packets[9].clone(); // LE of line 2 is that of line 3
            Wiring::packets("pcapng").write(path, &packets)
        },
        "LE carries another number than its LS.",
    ),
    case(
        "broken-frame-number",
        "pcapng",
        |path| {
            let mut packets = two_frames()?;
            packets.extend(
                Camera {
                    first_frame: 9,
                    frames: 1,
                    ..Camera::RAW10
                }
                .packets()?,
            );
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Frame numbers 1, 2, 9: frames were lost between.",
    ),
    case(
        "broken-burst-cut",
        "sr",
        |path| {
            let mut packets = two_frames()?;
            packets[4].truncate(30);
            four_lanes().write(path, &packets)
        },
        "The burst of line 3 ends before its word count does.",
    ),
    case(
        "broken-trailing-bytes",
        "pcapng",
        |path| spoiled(path, |packets| packets[2].extend([0xDE, 0xAD, 0xBE, 0xEF, 0x5A])),
        "Five bytes follow the checksum of line 1 that are neither trail nor a packet.",
    ),
    case(
        "broken-odd-types",
        "hex",
        |path| {
            let mut packets = two_frames()?;
            packets.insert(1, long(0x39, &[1, 2, 3, 4])?); // reserved type
            packets.insert(4, long(0x2B, &[0; 79])?); // RAW10 line that is no whole number of groups
            packets.insert(6, long(0x10, &[0xFF; 9])?); // null: to be ignored
            Wiring::packets("hex").write(path, &packets)
        },
        "A reserved data type, a RAW10 line of 79 bytes, and a null packet that is nobody's concern.",
    ),
    case(
        "broken-sync-one-bit",
        "sr",
        |path| {
            four_lanes().write_spoiled(path, &two_frames()?, &|starts, unit, samples| {
                flip_sync(starts[3], unit, samples, 2, &[5])
            })
        },
        "One bit of a sync byte on lane 2 is wrong: accepted and reported.",
    ),
    case(
        "broken-sync-two-bits",
        "sr",
        |path| {
            four_lanes().write_spoiled(path, &two_frames()?, &|starts, unit, samples| {
                flip_sync(starts[3], unit, samples, 2, &[4, 6])
            })
        },
        "Two bits of a sync byte on lane 2 are wrong: the burst is lost.",
    ),
    case(
        "broken-lane-dead",
        "sr",
        |path| {
            four_lanes().write_spoiled(path, &two_frames()?[..10], &|_, unit, samples| {
                for sample in samples.chunks_exact_mut(unit) {
                    sample[0] |= 0xC0; // lane 2: D2P and D2N stay high
                }
            })
        },
        "Lane 2 never leaves LP-11.",
    ),
    case(
        "broken-corrected-into-nonsense",
        "sr",
        |path| {
            let mut packets = two_frames()?;
            packets[3][..4].copy_from_slice(&[0x2E, 0x20, 0x00, 0x05]); // a transmitter with another ECC: corrects to 288 bytes
            four_lanes().write(path, &packets)
        },
        "A header that the ECC corrects into a word count the burst does not have: the burst bounds the damage.",
    ),
    case(
        "broken-endless",
        "bin",
        |path| {
            let mut packets = two_frames()?;
            packets[4][1] ^= 0x06; // two bits: where this packet ends is not known
            Wiring::packets("packets").write(path, &packets)
        },
        "An uncorrectable header in a row of packets with nothing between them: the next known header is found.",
    ),
    case(
        "broken-file-cut",
        "pcapng",
        |path| {
            spoiled(path, |_| ())?;
            cut(path, 700)
        },
        "The file ends inside a block: what came before is decoded, and the message says where.",
    ),
    case(
        "broken-vcd-cut",
        "vcd",
        |path| {
            let camera = Camera {
                frames: 1,
                ..Camera::RAW10
            };
            Wiring::pins("vcd", 2, 2).write(path, &camera.packets()?)?;
            cut(path, 20_001)
        },
        "A VCD that ends inside a line of the frame.",
    ),
];

/// The sync byte of lane `lane` in the burst that starts at sample `start`: flips its bits `bits` (0 first in time).
pub(super) fn flip_sync(start: usize, unit: usize, samples: &mut [u8], lane: usize, bits: &[usize]) {
    let (p, n) = (2 + 2 * lane, 3 + 2 * lane);
    let read = |samples: &[u8], at: usize, channel: usize| samples[at * unit + channel / 8] >> (channel % 8) & 1 == 1;
    // The first 1 after HS-ZERO is sync bit 3.
    let count = samples.len() / unit;
    let Some(bridge) = (start..count).find(|&at| !read(samples, at, p) && !read(samples, at, n)) else {
        return;
    };
    let Some(first_one) = (bridge..count).find(|&at| read(samples, at, p) && !read(samples, at, n)) else {
        return;
    };
    for &bit in bits {
        for at in first_one + 4 * bit - 12..first_one + 4 * bit - 8 {
            samples[at * unit + p / 8] ^= 1 << (p % 8);
            samples[at * unit + n / 8] ^= 1 << (n % 8);
        }
    }
}

/// A stream of [`two_frames`] with something done to its packets, as pcapng.
fn spoiled(path: &Path, spoil: impl FnOnce(&mut Packets)) -> Made {
    let mut packets = two_frames()?;
    spoil(&mut packets);
    Wiring::packets("pcapng").write(path, &packets)
}

pub(super) fn long(data_type: u8, payload: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::from_bits(data_type),
        word: u16::try_from(payload.len())?,
    };
    let mut packet = vec![0; payload.len() + 6];
    LongPacket::emit(header, payload, &mut packet).map_err(|trouble| format!("{trouble:?}"))?;
    Ok(packet)
}
