//! Frames to packets.

use alloc::vec::Vec;
use core::fmt;

use csi2_kernels::Backend;
use csi2_packet::{
    DataType, EncodeError, Folded, FrameSequencer, LineNumbering, PacketHeader, PayloadChecksum, VirtualChannel,
};
use csi2_pixel::{Codec, Codecs, Kernels, Samples};

/// Bytes of a header.
const HEADER: usize = 4;
/// Bytes of a footer.
const FOOTER: usize = 2;

/// An image: `height` rows of `width` pixels, samples right-aligned.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `height` rows of [`csi2_pixel::Layout::stride`] samples, in the order of the link. What a row does not use is not sent.
    pub samples: Samples<'a>,
}

/// Parameters of an [`Encoder`].
#[derive(Clone, Copy, Debug)]
pub struct EncodeSettings {
    /// Channel.
    pub channel: VirtualChannel,
    /// Data type; must have a codec.
    pub data_type: DataType,
    /// Layouts of data types.
    pub codecs: Codecs,
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
        /// Pixels per row.
        width: usize,
        /// Pixels per group.
        group: usize,
    },
    /// The samples are wider than those of the data type, or narrower: `u32` are for more than 16 bits.
    Samples {
        /// Bits of the data type.
        bits: u8,
    },
    /// There are not as many samples as the layout has in `height` rows.
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
        value: u32,
        /// Bits of the data type.
        bits: u8,
    },
    /// A packet cannot exist.
    Packet(EncodeError),
    /// The receiver of the packets failed.
    Send(E),
}

/// Makes the packets of frames, one after another, in one reused buffer.
#[derive(Clone, Debug)]
pub struct Encoder {
    data_type: DataType,
    codecs: Codecs,
    sequencer: FrameSequencer,
    backend: Backend,
    packet: Vec<u8>,
}

impl Encoder {
    /// At the first frame.
    pub fn new(settings: EncodeSettings) -> Self {
        Self {
            data_type: settings.data_type,
            codecs: settings.codecs,
            sequencer: FrameSequencer::new(settings.channel, settings.first_frame, settings.numbering),
            backend: Backend::detect(),
            packet: Vec::new(),
        }
    }

    /// Sends FS, then each row as (LS) long packet (LE), then FE; each packet is one call of `send`. An image that cannot be
    /// sent is refused before the first packet, and the frame number stays.
    ///
    /// # Errors
    /// [`EncodeTrouble`].
    pub fn frame<E>(
        &mut self,
        image: &Image<'_>,
        send: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), EncodeTrouble<E>> {
        let codec = self.plan(image)?;
        let stride = codec.layout.stride(image.width);
        let mut send = |packet: &[u8]| send(packet).map_err(EncodeTrouble::Send);
        let short = |header: PacketHeader| header.encode();

        send(&short(self.sequencer.frame_start()))?;
        for row in 0..image.height {
            let word = word::<E>(codec, row, image.width)?;
            let samples = image
                .samples
                .slice(row * stride..row * stride + codec.layout.samples(row, image.width));
            let (start, line, end) = self.sequencer.line(self.data_type, word);
            if let Some(start) = start {
                send(&short(start))?;
            }
            send(self.line(codec, line, samples))?;
            if let Some(end) = end {
                send(&short(end))?;
            }
        }
        send(&short(self.sequencer.frame_end()))
    }

    /// The codec, when all rows can be sent.
    fn plan<E>(&self, image: &Image<'_>) -> Result<&'static Codec, EncodeTrouble<E>> {
        let codec = self
            .codecs
            .of(self.data_type)
            .ok_or(EncodeTrouble::NoCodec(self.data_type))?;
        word::<E>(codec, 0, image.width)?;
        word::<E>(codec, 1, image.width)?;
        let required = codec.layout.stride(image.width).saturating_mul(image.height);
        let available = image.samples.len();
        if required != available {
            return Err(EncodeTrouble::Size { required, available });
        }
        match (codec.kernels, image.samples) {
            (Kernels::Narrow { .. }, Samples::Narrow(_)) | (Kernels::Wide { .. }, Samples::Wide(_)) => {}
            _ => return Err(EncodeTrouble::Samples { bits: codec.bits }),
        }
        match beyond(codec, image) {
            Some((index, value, bits)) => Err(EncodeTrouble::Range { index, value, bits }),
            None => Ok(codec),
        }
    }

    /// Packs straight behind the header; the buffer grows once.
    fn line(&mut self, codec: &Codec, header: PacketHeader, row: Samples<'_>) -> &[u8] {
        let length = usize::from(header.word);
        self.packet.resize(HEADER + length + FOOTER, 0);
        let (head, rest) = self.packet.split_at_mut(HEADER);
        let (payload, footer) = rest.split_at_mut(length);
        head.copy_from_slice(&header.encode());
        match (codec.kernels, row) {
            (Kernels::Narrow { pack, .. }, Samples::Narrow(row)) => pack(self.backend, row, payload),
            (Kernels::Wide { pack, .. }, Samples::Wide(row)) => pack(self.backend, row, payload),
            // Refused by `plan`.
            _ => (0, 0),
        };
        footer.copy_from_slice(&Folded::new(self.backend).of(payload).to_le_bytes());
        &self.packet
    }
}

/// Word count of line `row`.
fn word<E>(codec: &Codec, row: usize, width: usize) -> Result<u16, EncodeTrouble<E>> {
    let length = codec.bytes_for(row, width).ok_or(EncodeTrouble::Width {
        width,
        group: codec.pixel_group(),
    })?;
    u16::try_from(length).map_err(|_| EncodeTrouble::Packet(EncodeError::PayloadTooLong { length }))
}

/// The first sample that its place has too few bits for: index, value, bits.
fn beyond(codec: &Codec, image: &Image<'_>) -> Option<(usize, u32, u8)> {
    let uniform = codec.depth == [codec.bits; 3];
    let limit = codec.max_sample();
    // The maximum first: that pass vectorises, and nearly all images are in range.
    let most = match image.samples {
        Samples::Narrow(samples) => samples.iter().copied().max().map(u32::from),
        Samples::Wide(samples) => samples.iter().copied().max(),
    };
    if uniform && most.is_none_or(|most| most <= limit) {
        return None;
    }
    // Rows hold whole pixels, so that the place in the pixel follows from the index.
    let depths = codec.depth.iter().cycle();
    let stride = codec.layout.stride(image.width);
    let sent = |index: usize| index % stride < codec.layout.samples(index / stride, image.width);
    (0..image.samples.len()).zip(depths).find_map(|(index, &bits)| {
        let value = image.samples.at(index)?;
        (u64::from(value) >> bits > 0 && sent(index)).then_some((index, value, bits))
    })
}

impl<E: fmt::Display> fmt::Display for EncodeTrouble<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCodec(data_type) => write!(f, "samples cannot be sent as {}", data_type.name()),
            Self::Width { width, group } => {
                write!(f, "rows of {width} pixels, the data type needs a multiple of {group}")
            }
            Self::Samples { bits } => write!(f, "samples of another width than {bits} bits need"),
            Self::Size { required, available } => write!(f, "the size needs {required} samples, {available} given"),
            Self::Range { index, value, bits } => write!(f, "sample {index} is {value}: more than {bits} bits"),
            Self::Packet(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
        }
    }
}

impl<E: core::error::Error> core::error::Error for EncodeTrouble<E> {}
