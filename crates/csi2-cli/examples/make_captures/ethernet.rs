//! Captures of Ethernet frames: spoiled ones, and those that our writers do not make.

use crate::stream::Made;
use std::path::Path;

/// From a block of pcapng to the Ethernet frame in it, and in that to the CMP message and its payload.
const FRAME: usize = 28;
const MESSAGE: usize = FRAME + 14 + 8;
/// Counter of the frames of a stream.
pub(crate) const SEQUENCE: usize = FRAME + 14 + 6;
/// Of the message: its flags.
pub(crate) const FLAGS: usize = MESSAGE + 12;
/// One of them: messages before this one are missing.
pub(crate) const OVERFLOW: u8 = 0x20;
/// Of the message: data, after its header and that of CSI-2.
pub(crate) const DATA: usize = MESSAGE + 16 + 16;

/// Takes the frames of a pcapng file apart, lets `spoil` change them, and puts the file together again.
pub(crate) fn spoil(path: &Path, spoil: impl FnOnce(&mut Vec<Vec<u8>>)) -> Made {
    const ENHANCED_PACKET: u32 = 6;
    let content = std::fs::read(path)?;
    let mut rest = content.as_slice();
    let (mut head, mut frames) = (Vec::new(), Vec::new());
    while let Some((&[k0, k1, k2, k3, l0, l1, l2, l3], _)) = rest.split_first_chunk::<8>() {
        let length = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3]))?;
        let (block, more) = rest.split_at_checked(length).ok_or("a block longer than the file")?;
        if u32::from_le_bytes([k0, k1, k2, k3]) == ENHANCED_PACKET {
            frames.push(block.to_vec());
        } else if frames.is_empty() {
            head.extend_from_slice(block);
        }
        rest = more;
    }
    spoil(&mut frames);
    head.extend(frames.into_iter().flatten());
    Ok(std::fs::write(path, head)?)
}

/// A pcap file of TECMP frames, each a record of CSI-2 lines. How they are laid out is not public, so the records hold
/// what they may: bytes.
pub(crate) fn tecmp() -> Vec<u8> {
    let mut file = Vec::new();
    // Nanoseconds, version 2.4, whole packets, Ethernet.
    for word in [0xA1B2_3C4D, 2 | 4 << 16, 0, 0, 65_535, 1] {
        file.extend_from_slice(&u32::to_le_bytes(word));
    }
    for sequence in 0..4u8 {
        let time = u32::from(sequence) * 1000;
        let record: Vec<u8> = (0..64).map(|byte| byte * 3 + sequence).collect();
        let mut frame = vec![0x01, 0, 0x5E, 0, 0, 0, 0x02, 0, 0, 0, 0, 1, 0x99, 0xFE];
        // Device, sequence, version 3, message type 3 (logging), data type "MIPI-CSI2 L", reserved, device flags.
        frame.extend_from_slice(&[0, 0x40, 0, sequence, 3, 3, 0x01, 0x02, 0, 0, 0, 0]);
        // Interface, time stamp, length, flags.
        frame.extend_from_slice(&1u32.to_be_bytes());
        frame.extend_from_slice(&u64::from(time).to_be_bytes());
        frame.extend_from_slice(&[0, 64, 0, 0]);
        frame.extend_from_slice(&record);
        let length = frame.len() as u32;
        for word in [0, time, length, length] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&frame);
    }
    file
}
