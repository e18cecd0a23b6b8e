//! Frames to packets.
use csi2_packet::{DataType, EncodeError, LineNumbering, VirtualChannel};

/// An image: `height` rows of `width` samples, right-aligned.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// Samples per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` samples.
    pub samples: &'a [u16],
}

/// Parameters of an [`Encoder`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EncodeSettings {
    /// Channel.
    pub channel: VirtualChannel,
    /// Data type; must have a codec.
    pub data_type: DataType,
    /// LS and LE.
    pub numbering: LineNumbering,
    /// Number of the first frame; 0: unnumbered.
    pub first_frame: u16,
}

/// Why an image cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EncodeTrouble<E> {
    /// No codec for the data type.
    NoCodec(DataType),
    /// Width is no whole number of groups.
    Width {
        /// Samples per row.
        width: usize,
        /// Samples per group.
        group: usize,
    },
    /// `samples.len()` is not `width * height`.
    Size {
        /// Needed.
        required: usize,
        /// Given.
        available: usize,
    },
    /// A sample does not fit the data type.
    Range {
        /// Its index.
        index: usize,
        /// Its value.
        value: u16,
        /// Bits of the data type.
        bits: u8,
    },
    /// A packet cannot exist.
    Packet(EncodeError),
    /// The receiver of the packets failed.
    Send(E),
}

/// Makes the packets of frames, one after another, in one reused buffer.
pub struct Encoder {
    settings: EncodeSettings,
}

impl Encoder {
    /// At the first frame.
    pub fn new(settings: EncodeSettings) -> Self {
        Self { settings }
    }
    /// Sends FS, lines, FE; each packet is one call of `send`.
    ///
    /// # Errors
    /// [`EncodeTrouble`].
    pub fn frame<E>(
        &mut self,
        image: &Image<'_>,
        send: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), EncodeTrouble<E>> {
        let _ = (image, send, &self.settings);
        todo!()
    }
}
