//! Frames to packets.

use alloc::vec::Vec;
use core::fmt;

use csi2_kernels::Backend;
use csi2_packet::{DataType, EncodeError, FrameSequencer, LineNumbering, PacketHeader, VirtualChannel, checksum};
use csi2_pixel::{Codec, codec};

/// Bytes of a header.
const HEADER: usize = 4;
/// Bytes of a footer.
const FOOTER: usize = 2;

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
#[derive(Clone, Debug)]
pub struct Encoder {
    data_type: DataType,
    sequencer: FrameSequencer,
    backend: Backend,
    packet: Vec<u8>,
}

impl Encoder {
    /// At the first frame.
    pub fn new(settings: EncodeSettings) -> Self {
        Self {
            data_type: settings.data_type,
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
        let (codec, word) = self.plan(image)?;
        let mut send = |packet: &[u8]| send(packet).map_err(EncodeTrouble::Send);
        let short = |header: PacketHeader| header.encode();

        send(&short(self.sequencer.frame_start()))?;
        // A row of no samples is a packet of no payload, which `chunks` could not make.
        let rows = (0..image.height).map(|row| &image.samples[row * image.width..][..image.width]);
        for row in rows {
            let (start, line, end) = self.sequencer.line(self.data_type, word);
            if let Some(start) = start {
                send(&short(start))?;
            }
            send(self.line(codec, line, row))?;
            if let Some(end) = end {
                send(&short(end))?;
            }
        }
        send(&short(self.sequencer.frame_end()))
    }

    /// The codec and the word count of each row.
    fn plan<E>(&self, image: &Image<'_>) -> Result<(&'static Codec, u16), EncodeTrouble<E>> {
        let codec = codec(self.data_type).ok_or(EncodeTrouble::NoCodec(self.data_type))?;
        let length = codec.bytes_for(image.width).ok_or(EncodeTrouble::Width {
            width: image.width,
            group: codec.group.samples,
        })?;
        let word = u16::try_from(length).map_err(|_| EncodeTrouble::Packet(EncodeError::PayloadTooLong { length }))?;
        let (required, available) = (image.width.saturating_mul(image.height), image.samples.len());
        if required != available {
            return Err(EncodeTrouble::Size { required, available });
        }
        // The maximum first: that pass vectorises, and nearly all images are in range.
        let limit = codec.max_sample();
        if image.samples.iter().fold(0, |most, &sample| most.max(sample)) > limit {
            let beyond = image.samples.iter().zip(0..).find(|&(&sample, _)| sample > limit);
            if let Some((&value, index)) = beyond {
                let bits = codec.bits;
                return Err(EncodeTrouble::Range { index, value, bits });
            }
        }
        Ok((codec, word))
    }

    /// Packs straight behind the header; the buffer grows once.
    fn line(&mut self, codec: &Codec, header: PacketHeader, row: &[u16]) -> &[u8] {
        let length = usize::from(header.word);
        self.packet.resize(HEADER + length + FOOTER, 0);
        let (head, rest) = self.packet.split_at_mut(HEADER);
        let (payload, footer) = rest.split_at_mut(length);
        head.copy_from_slice(&header.encode());
        (codec.pack)(self.backend, row, payload);
        footer.copy_from_slice(&checksum(payload).to_le_bytes());
        &self.packet
    }
}

impl<E: fmt::Display> fmt::Display for EncodeTrouble<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCodec(data_type) => write!(f, "samples cannot be sent as {}", data_type.name()),
            Self::Width { width, group } => {
                write!(f, "rows of {width} samples, the data type needs a multiple of {group}")
            }
            Self::Size { required, available } => write!(f, "the size needs {required} samples, {available} given"),
            Self::Range { index, value, bits } => write!(f, "sample {index} is {value}: more than {bits} bits"),
            Self::Packet(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
        }
    }
}

impl<E: core::error::Error> core::error::Error for EncodeTrouble<E> {}
