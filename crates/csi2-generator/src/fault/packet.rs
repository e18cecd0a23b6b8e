//! Faults of single packets, and what a correct receiver must say about them. Losing, repeating and reordering whole packets
//! is left to whoever holds the list of packets.

use alloc::vec::Vec;
use core::fmt;

use crate::noise::Noise;
use csi2_packet::{DataType, PacketHeader, ReceivedHeader, VcExtension, VirtualChannel};

/// Bytes of a header.
const HEADER: usize = 4;
/// Bytes of a footer.
const FOOTER: usize = 2;

/// One fault of one packet. Positions beyond the packet wrap around, so that any numbers make a fault of any packet that has
/// the part in question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PacketFault {
    /// Flips one of the 32 header bits. `ECC_CORRECTED`; the packet is used as it was sent.
    HeaderBit {
        /// 0: bit 0 of the first byte; 24 to 29: check bits; 30 and 31: channel extension, which a CSI-2 v1.x receiver ignores.
        bit: u8,
    },
    /// Flips two different header bits below the channel extension. `ECC_DOUBLE`; the rest of the burst is lost.
    HeaderBits {
        /// As above; two that fall together move apart.
        bits: [u8; 2],
    },
    /// Flips three different header bits below the channel extension. Mostly they look like a single one elsewhere:
    /// `ECC_CORRECTED`, and a packet that was never sent. Else `ECC_DOUBLE`.
    HeaderBits3 {
        /// As above.
        bits: [u8; 3],
    },
    /// Flips one payload bit. `CRC_ERR`.
    PayloadBit {
        /// Of the payload.
        byte: usize,
        /// Of the byte.
        bit: u8,
    },
    /// Flips several payload bits, the first as above. `CRC_ERR`, unless they happen to leave the checksum as it was.
    PayloadBits {
        /// Of the payload.
        byte: usize,
        /// Of the byte.
        bit: u8,
        /// How many.
        count: u8,
        /// Of the places of the others.
        seed: u64,
    },
    /// Flips bits of the footer, the payload being good; 0 is taken as 1. `CRC_ERR`.
    Checksum {
        /// Bits to flip.
        flip: u16,
    },
    /// Ends the burst after `length` bytes, at least one before the packet's end. `WC_SHORT`.
    Truncate {
        /// Bytes that remain.
        length: usize,
    },
    /// Another word count, with its ECC, and the old payload and footer; equal to the old one, it becomes one more. Larger:
    /// `WC_SHORT`. Smaller: `CRC_ERR` (footer read from the payload; one footer in 65 536 matches by chance) and
    /// `TRAILING_DATA`.
    WordCount {
        /// Bytes announced.
        word: u16,
    },
    /// Another data type, with its ECC. `ID_ERR` where it is reserved; else a stream of its own, with `LINE_SYNC_ERR`,
    /// `LINE_COUNT_CHANGE` or `WC_GRANULARITY` as the case may be.
    DataType {
        /// Sent instead.
        data_type: DataType,
    },
    /// Another virtual channel, with its ECC. Of a line: `DATA_OUTSIDE_FRAME` unless that channel has an open frame. Of FS and
    /// FE: `FRAME_SYNC_ERR`.
    Channel {
        /// Sent instead.
        channel: VirtualChannel,
    },
    /// Another number in a short packet, with its ECC; equal to the old one, it becomes one more. `FRAME_SYNC_ERR` or
    /// `FRAME_SEQ_ERR` for FS and FE, `LINE_SYNC_ERR` or `LINE_SEQ_ERR` for LS and LE.
    Number {
        /// Sent instead.
        number: u16,
    },
    /// Bytes behind the packet that are neither lane trail nor a header with a good ECC. `TRAILING_DATA`.
    Append {
        /// How many, up to 255.
        length: u8,
    },
}

impl PacketFault {
    /// Does it to the bytes of a packet. Returns whether the packet has what the fault needs (a header, a payload, a footer, a
    /// number); else nothing changes.
    pub fn apply(&self, packet: &mut Vec<u8>) -> bool {
        let Some(header) = packet
            .first_chunk()
            .map(|&wire| PacketHeader::receive(wire, VcExtension::Extended))
        else {
            return false;
        };
        let is_long = !header.header.data_type.is_short();
        let has_footer = is_long && packet.len() >= HEADER + FOOTER;
        match *self {
            Self::HeaderBit { bit } => flip(packet, usize::from(bit % 32)),
            Self::HeaderBits { bits: [a, b] } => {
                let (a, b) = (a % 30, b % 30);
                flip(packet, usize::from(a)) && flip(packet, usize::from(if a == b { (b + 1) % 30 } else { b }))
            }
            Self::HeaderBits3 { bits } => {
                let mut taken = 0_u32;
                bits.into_iter().all(|bit| {
                    let bit = (0..30)
                        .map(|next| (bit % 30 + next) % 30)
                        .find(|bit| taken >> bit & 1 == 0);
                    taken |= bit.map_or(0, |bit| 1 << bit);
                    bit.is_some_and(|bit| flip(packet, bit.into()))
                })
            }
            Self::PayloadBit { byte, bit } if has_footer && packet.len() > HEADER + FOOTER => {
                let byte = byte % (packet.len() - HEADER - FOOTER);
                flip(packet, (HEADER + byte) * 8 + usize::from(bit % 8))
            }
            Self::PayloadBits { byte, bit, count, seed } if has_footer && packet.len() > HEADER + FOOTER => {
                let bits = (packet.len() - HEADER - FOOTER).saturating_mul(8);
                let first = byte % (bits / 8) * 8 + usize::from(bit % 8);
                for at in others(first, bits, count, seed) {
                    flip(packet, HEADER * 8 + at);
                }
                true
            }
            Self::Checksum { flip } if has_footer => {
                let [low, high] = flip.max(1).to_le_bytes();
                let footer = packet.iter_mut().rev();
                footer.zip([high, low]).for_each(|(byte, flips)| *byte ^= flips);
                true
            }
            Self::Truncate { length } => {
                packet.truncate(length.min(packet.len() - 1));
                true
            }
            Self::WordCount { word } if is_long => {
                rewrite(packet, header, |header| header.word = other(header.word, word))
            }
            Self::Number { number } if !is_long => {
                rewrite(packet, header, |header| header.word = other(header.word, number))
            }
            Self::DataType { data_type } => rewrite(packet, header, |header| header.data_type = data_type),
            Self::Channel { channel } => rewrite(packet, header, |header| header.channel = channel),
            Self::Append { length } => {
                // 0x2F repeated is no constant level on any lane, and as a header it has a wrong ECC that cannot be corrected.
                packet.resize(packet.len() + usize::from(length), 0x2F);
                length > 0
            }
            _ => false,
        }
    }

    /// Short name: `header-bit`, ...
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HeaderBit { .. } => "header-bit",
            Self::HeaderBits { .. } => "header-bits",
            Self::HeaderBits3 { .. } => "header-bits-3",
            Self::PayloadBit { .. } | Self::PayloadBits { .. } => "payload-bit",
            Self::Checksum { .. } => "checksum",
            Self::Truncate { .. } => "truncate",
            Self::WordCount { .. } => "word-count",
            Self::DataType { .. } => "data-type",
            Self::Channel { .. } => "channel",
            Self::Number { .. } => "number",
            Self::Append { .. } => "append",
        }
    }
}

impl fmt::Display for PacketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::HeaderBit { bit } => write!(f, "header bit {bit} flipped"),
            Self::HeaderBits { bits: [a, b] } => write!(f, "header bits {a} and {b} flipped"),
            Self::HeaderBits3 { bits: [a, b, c] } => write!(f, "header bits {a}, {b} and {c} flipped"),
            Self::PayloadBit { byte, bit } => write!(f, "bit {bit} of payload byte {byte} flipped"),
            Self::PayloadBits { byte, bit, count, .. } => {
                write!(f, "{count} payload bits flipped, the first bit {bit} of byte {byte}")
            }
            Self::Checksum { flip } => write!(f, "checksum bits 0x{flip:04x} flipped"),
            Self::Truncate { length } => write!(f, "cut after {length} bytes"),
            Self::WordCount { word } => write!(f, "word count {word}"),
            Self::DataType { data_type } => write!(f, "data type 0x{:02x}, {}", data_type.code(), data_type.name()),
            Self::Channel { channel } => write!(f, "virtual channel {channel}"),
            Self::Number { number } => write!(f, "number {number}, or the next where it has that"),
            Self::Append { length } => write!(f, "{length} bytes appended"),
        }
    }
}

/// `count` different places among `bits`, or all there are: `first`, and others of the noise.
fn others(first: usize, bits: usize, count: u8, seed: u64) -> Vec<usize> {
    let mut noise = Noise::new(seed);
    let mut places = alloc::vec![first];
    while places.len() < usize::from(count.max(1)).min(bits) {
        let drawn = noise.below(bits as u64) as usize;
        let free = (0..bits)
            .map(|next| (drawn + next) % bits)
            .find(|at| !places.contains(at));
        places.extend(free);
    }
    places
}

fn flip(packet: &mut [u8], bit: usize) -> bool {
    match packet.get_mut(bit / 8) {
        Some(byte) => {
            *byte ^= 1 << (bit % 8);
            true
        }
        None => false,
    }
}

fn rewrite(packet: &mut [u8], received: ReceivedHeader, change: impl FnOnce(&mut PacketHeader)) -> bool {
    let mut header = received.header;
    change(&mut header);
    match packet.first_chunk_mut() {
        Some(wire) => {
            *wire = header.encode();
            true
        }
        None => false,
    }
}

/// `wanted`, or the number after it when it is the old one.
fn other(old: u16, wanted: u16) -> u16 {
    if old == wanted { wanted.wrapping_add(1) } else { wanted }
}
