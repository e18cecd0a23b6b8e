//! Which streams are assembled.

use csi2_packet::{DataType, VirtualChannel};

/// Which streams are assembled: a set of virtual channels and a set of data types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StreamFilter {
    /// Bit k: channel k.
    channels: u16,
    /// Bit k: data type k.
    data_types: u64,
}

impl StreamFilter {
    /// Image data (YUV, RGB, RAW) of all channels.
    pub const IMAGES: Self = Self {
        channels: u16::MAX,
        data_types: images(),
    };

    /// Only these channels.
    #[must_use]
    pub fn channels(self, channels: &[VirtualChannel]) -> Self {
        let channels = channels
            .iter()
            .fold(0, |set, channel| set | 1 << (channel.number() & 15));
        Self { channels, ..self }
    }

    /// Only these data types, also such as carry no image (embedded lines, user-defined types). Short ones never match.
    #[must_use]
    pub fn data_types(self, data_types: &[DataType]) -> Self {
        let data_types = data_types.iter().fold(0, |set, data_type| set | 1 << data_type.code());
        Self { data_types, ..self }
    }

    /// Whether packets of this channel and type are assembled.
    pub const fn contains(&self, channel: VirtualChannel, data_type: DataType) -> bool {
        self.channels >> (channel.number() & 15) & 1 == 1 && self.data_types >> data_type.code() & 1 == 1
    }
}

impl Default for StreamFilter {
    fn default() -> Self {
        Self::IMAGES
    }
}

const fn images() -> u64 {
    let mut set = 0;
    let mut code = 0;
    while code < 64 {
        if DataType::from_bits(code).is_image() {
            set |= 1 << code;
        }
        code += 1;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_what_was_asked_for() {
        let (zero, three) = (VirtualChannel::ZERO, VirtualChannel::new(3).unwrap());
        let images = StreamFilter::default();
        assert!(images.contains(three, DataType::RAW10) && !images.contains(zero, DataType::EMBEDDED));
        let some = images
            .channels(&[three])
            .data_types(&[DataType::EMBEDDED, DataType::RAW8]);
        assert!(some.contains(three, DataType::EMBEDDED) && some.contains(three, DataType::RAW8));
        assert!(!some.contains(zero, DataType::RAW8) && !some.contains(three, DataType::RAW10));
    }
}
