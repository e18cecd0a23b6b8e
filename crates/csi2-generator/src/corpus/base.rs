//! Streams without a fault, as various as receivers meet them.

use alloc::vec;
use alloc::vec::Vec;

use csi2_dphy::{TransmitTiming, UnitInterval, WaveformSettings, Wires};
use csi2_packet::{DataType, FrameSequencer, LineNumbering, LongPacket, PacketHeader, VirtualChannel};
use csi2_pixel::{Codec, Codecs};

use crate::fault::{WireLink, WireView};
use crate::noise::Noise;
use crate::transmitter::{TransmitLayer, TransmitSettings, Transmitter};

/// Bits per second of a lane: below the rate from which on a link begins with a deskew burst.
const RATES: [u64; 4] = [200_000_000, 400_000_000, 800_000_000, 1_200_000_000];

/// What a stream of a corpus is like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CorpusPlan {
    /// Lanes, 1 to 4.
    pub lanes: u8,
    /// Bits per second of a lane.
    pub rate: u64,
    /// Channels and what their lines carry; frames of several channels are interleaved line by line.
    pub channels: Vec<(VirtualChannel, DataType)>,
    /// LS and LE around each line.
    pub line_sync: bool,
    /// Number of the first frame; 0: unnumbered.
    pub first_frame: u16,
    /// Frames of each channel.
    pub frames: u8,
    /// Lines of a frame.
    pub lines: u8,
    /// Pixel groups of a line.
    pub groups: u16,
}

impl CorpusPlan {
    pub(super) fn draw(noise: &mut Noise) -> Self {
        let types: Vec<&Codec> = DataType::all()
            .filter_map(|data_type| Codecs::STANDARD.of(data_type))
            .collect();
        let mut pick = || {
            types
                .get(noise.below(types.len() as u64) as usize)
                .map_or(DataType::RAW8, |codec| codec.data_type)
        };
        let mut of = vec![pick()];
        if noise.below(3) == 0 {
            of.push(DataType::RAW8);
        }
        // One stream in four has channels of the extended header.
        let beyond = noise.below(4) == 0;
        let first = noise.below(4) as u8;
        let channels = of.into_iter().zip(0..).map(|(data_type, at)| {
            let low = (first + at) % 4;
            (
                VirtualChannel::from_wire(low, if beyond { 1 + at } else { 0 }),
                data_type,
            )
        });
        let channels = channels.collect();
        Self {
            lanes: 1 + noise.below(4) as u8,
            rate: RATES
                .get(noise.below(RATES.len() as u64) as usize)
                .copied()
                .unwrap_or(RATES[0]),
            channels,
            line_sync: noise.below(2) == 0,
            first_frame: [0, 1, 1, 65_534][noise.below(4) as usize & 3],
            frames: 3,
            lines: 4 + 2 * noise.below(2) as u8,
            groups: 4 + 4 * noise.below(4) as u16,
        }
    }

    /// How such a stream is sent so that a capture shows it at this layer: wires at four samples per UI, with a continuous clock.
    pub fn settings(&self, view: WireView) -> TransmitSettings {
        let lanes = usize::from(self.lanes);
        let timing = TransmitTiming::for_rate(self.rate);
        let mut waveform = WaveformSettings::new(lanes, UnitInterval::whole(4), timing);
        if view == WireView::HighSpeed {
            waveform.wires = Wires::HS;
        }
        let layer = match view {
            WireView::Packets => TransmitLayer::Packets,
            WireView::Lanes => TransmitLayer::Lanes,
            WireView::HighSpeed | WireView::Pins => TransmitLayer::Pins(waveform),
        };
        TransmitSettings::new(layer, lanes, self.rate)
    }

    /// The link that such a stream is sent over.
    pub(super) fn link(&self, view: WireView) -> WireLink {
        Transmitter::new(self.settings(view)).link()
    }

    /// The packets, each of them a burst.
    pub(super) fn packets(&self, noise: &mut Noise) -> Vec<Vec<u8>> {
        let numbering = if self.line_sync {
            LineNumbering::Counted
        } else {
            LineNumbering::None
        };
        let mut channels: Vec<_> = self
            .channels
            .iter()
            .filter_map(|&(channel, data_type)| {
                let codec = Codecs::STANDARD.of(data_type)?;
                Some((FrameSequencer::new(channel, self.first_frame, numbering), codec))
            })
            .collect();
        let mut packets = Vec::new();
        for _ in 0..self.frames {
            for (frames, _) in &mut channels {
                packets.push(frames.frame_start().encode().to_vec());
            }
            for row in 0..usize::from(self.lines) {
                for (frames, codec) in &mut channels {
                    let width = codec.pixel_group() * usize::from(self.groups);
                    let bytes = codec.bytes_for(row, width).unwrap_or(0);
                    let (start, line, end) = frames.line(codec.data_type, bytes as u16);
                    packets.extend(start.map(|start| start.encode().to_vec()));
                    packets.push(long(line, noise));
                    packets.extend(end.map(|end| end.encode().to_vec()));
                }
            }
            for (frames, _) in &mut channels {
                packets.push(frames.frame_end().encode().to_vec());
            }
        }
        packets
    }
}

fn long(header: PacketHeader, noise: &mut Noise) -> Vec<u8> {
    let mut payload = vec![0; header.word.into()];
    noise.fill(&mut payload);
    let mut packet = vec![0; header.packet_len()];
    // There is room, and the word is the payload's length.
    let _ = LongPacket::emit(header, &payload, &mut packet);
    packet
}
