//! The CSI-2 low-level protocol: packet header with ECC, payload checksum, short and long packets, an incremental
//! receiver and a frame sequencer. Zero-copy, no allocation, no panics on any input.
//!
//! [`Packet`] reads a whole packet from a slice, [`Depacketizer`] packets from bytes as they arrive; [`ShortPacket::emit`] and
//! [`LongPacket::emit`] write what both read.
//!
//! ```
//! use csi2_packet::{DataType, EccVerdict, LongPacket, Packet, PacketHeader, VcExtension, VirtualChannel};
//!
//! let header = PacketHeader { channel: VirtualChannel::ZERO, data_type: DataType::RAW10, word: 5 };
//! let mut wire = [0; 11];
//! LongPacket::emit(header, &[0x5E, 0xC2, 0xA0, 0xAB, 0x33], &mut wire)?;
//!
//! // On the way the data type turns from RAW10 to RAW8.
//! wire[0] ^= 0x01;
//! let (packet, length) = Packet::parse(&wire, VcExtension::Extended)?;
//! assert_eq!((packet.received().header, length), (header, 11));
//! assert_eq!(packet.received().ecc, EccVerdict::Corrected { bit: 0 });
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
#![no_std]

mod checksum;
mod data_type;
mod depacketizer;
mod ecc;
mod error;
mod header;
mod packet;
mod sequencer;
mod virtual_channel;

pub use checksum::{Bitwise, Bytewise, ChecksumVerdict, Folded, PayloadChecksum, Sliced, checksum};
pub use data_type::{Class, DataType};
pub use depacketizer::{Depacketizer, Framing, Missing, PacketEvent, Piece, ReceiverSettings, Step, WholeBurst};
pub use ecc::EccVerdict;
pub use error::{EncodeError, LenError, SpaceError};
pub use header::{PacketHeader, ReceivedHeader};
pub use packet::{LongPacket, Packet, ShortPacket};
pub use sequencer::{FrameSequencer, LineNumbering};
pub use virtual_channel::{VcExtension, VirtualChannel};

/// The example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
