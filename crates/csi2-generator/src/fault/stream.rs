//! Faults of the order of packets: what is missing, comes twice, late, or was never to be sent.

use alloc::vec::Vec;
use core::fmt;
use csi2_packet::{DataType, LongPacket, PacketHeader, ShortPacket, VirtualChannel};

use crate::noise::Noise;

/// One fault at one place of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StreamFault {
    /// The packet is not sent.
    Lost,
    /// The packet is sent twice.
    Duplicate,
    /// The packet is sent after so many of the bursts that follow it, at least one.
    Late {
        /// Bursts, up to [`StreamFault::LATEST`].
        bursts: u8,
    },
    /// Before the packet another one is sent that says nothing: null or blanking data. No finding.
    Filler {
        /// [`DataType::NULL`] or [`DataType::BLANKING`].
        data_type: DataType,
        /// Of the filler.
        channel: VirtualChannel,
        /// Bytes of its payload.
        length: u16,
        /// Of its payload.
        seed: u64,
    },
    /// Before the packet a whole frame of another virtual channel is sent, unnumbered, of RAW8 lines. No finding, as long as
    /// that channel has no frame open.
    Frame {
        /// The other channel.
        channel: VirtualChannel,
        /// Lines.
        lines: u8,
        /// Bytes of a line.
        length: u16,
        /// Of the payloads.
        seed: u64,
    },
}

impl StreamFault {
    /// Greatest delay in bursts.
    pub const LATEST: u8 = 8;

    /// Makes the packets that are sent before the one in question, in one buffer after another.
    pub fn packets<E>(&self, buffer: &mut Vec<u8>, send: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match *self {
            Self::Filler {
                data_type,
                channel,
                length,
                seed,
            } => {
                long(buffer, channel, data_type, length, &mut Noise::new(seed));
                send(buffer)
            }
            Self::Frame {
                channel,
                lines,
                length,
                seed,
            } => {
                let mut noise = Noise::new(seed);
                short(buffer, channel, DataType::FRAME_START);
                send(buffer)?;
                for _ in 0..lines {
                    long(buffer, channel, DataType::RAW8, length, &mut noise);
                    send(buffer)?;
                }
                short(buffer, channel, DataType::FRAME_END);
                send(buffer)
            }
            Self::Lost | Self::Duplicate | Self::Late { .. } => Ok(()),
        }
    }
}

fn short(buffer: &mut Vec<u8>, channel: VirtualChannel, data_type: DataType) {
    let header = PacketHeader {
        channel,
        data_type,
        word: 0,
    };
    buffer.resize(PacketHeader::SIZE, 0);
    // There is room, and the data type is short.
    let _ = ShortPacket::emit(header, buffer);
}

fn long(buffer: &mut Vec<u8>, channel: VirtualChannel, data_type: DataType, length: u16, noise: &mut Noise) {
    let mut payload = alloc::vec![0; length.into()];
    noise.fill(&mut payload);
    let header = PacketHeader {
        channel,
        data_type,
        word: length,
    };
    buffer.resize(header.packet_len(), 0);
    // There is room, and the word is the payload's length.
    let _ = LongPacket::emit(header, &payload, buffer);
}

impl fmt::Display for StreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Lost => f.write_str("not sent"),
            Self::Duplicate => f.write_str("sent twice"),
            Self::Late { bursts: 1 } => f.write_str("sent after the burst that follows it"),
            Self::Late { bursts } => write!(f, "sent after the {bursts} bursts that follow it"),
            Self::Filler {
                data_type,
                channel,
                length,
                ..
            } => write!(
                f,
                "{length} bytes of {data_type} on virtual channel {channel} sent before it"
            ),
            Self::Frame {
                channel, lines, length, ..
            } => write!(
                f,
                "a frame of {lines} lines of {length} bytes on virtual channel {channel} sent before it"
            ),
        }
    }
}
