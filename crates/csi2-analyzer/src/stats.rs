//! Counts.
use alloc::vec::Vec;
use csi2_dphy::Tick;
use csi2_packet::{DataType, VirtualChannel};

/// Of a data type on a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct DataTypeStatistics {
    /// Which.
    pub data_type: DataType,
    /// Packets.
    pub packets: u64,
    /// Payload bytes.
    pub bytes: u64,
    /// Word count of the last line, for the width.
    pub word_count: u16,
    /// Samples per line, where the format is known.
    pub width: Option<u32>,
    /// Lines of the last complete frame.
    pub lines: Option<u32>,
}

/// Of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelStatistics {
    /// Which.
    pub channel: VirtualChannel,
    /// Frames begun.
    pub frames: u64,
    /// Start of the first frame.
    pub first_frame: Option<Tick>,
    /// Start of the last frame.
    pub last_frame: Option<Tick>,
    /// By data type, in order of appearance.
    pub data_types: Vec<DataTypeStatistics>,
}

/// Of a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Bursts.
    pub bursts: u64,
    /// Packets.
    pub packets: u64,
    /// Short ones.
    pub short: u64,
    /// Long ones.
    pub long: u64,
    /// By channel, in order of number.
    pub channels: Vec<ChannelStatistics>,
    /// Greatest skew seen per lane, in bits.
    pub skew: [u16; csi2_dphy::MAX_LANES],
}
