//! `--vc` and `--dt`: which packets the user wants to see.

use csi2_packet::{DataType, VirtualChannel};

/// A virtual channel on the command line.
pub(crate) fn channel(text: &str) -> Result<VirtualChannel, String> {
    text.trim()
        .parse::<u8>()
        .ok()
        .and_then(VirtualChannel::new)
        .ok_or_else(|| "expected a virtual channel, 0 to 15".into())
}

/// A data type on the command line.
pub(crate) fn data_type(text: &str) -> Result<DataType, String> {
    if text.trim().eq_ignore_ascii_case("RESERVED") {
        return Err("many codes are reserved: give the code, as 0x39".into());
    }
    DataType::parse(text.trim())
        .ok_or_else(|| "expected a data type by name (RAW10) or code (0x2B); `csi2 formats` lists them".into())
}

/// What is kept. Empty lists keep everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) channels: Vec<VirtualChannel>,
    pub(crate) data_types: Vec<DataType>,
}

impl Filter {
    pub(crate) fn keeps_channel(&self, channel: VirtualChannel) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    pub(crate) fn keeps_data_type(&self, data_type: DataType) -> bool {
        self.data_types.is_empty() || self.data_types.contains(&data_type)
    }

    pub(crate) fn keeps_all(&self) -> bool {
        self.channels.is_empty() && self.data_types.is_empty()
    }

    pub(crate) fn keeps(&self, channel: VirtualChannel, data_type: DataType) -> bool {
        self.keeps_channel(channel) && self.keeps_data_type(data_type)
    }
}
