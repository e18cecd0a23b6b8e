//! The scene in any data type: its quads of four samples are the pixels.

use crate::stream::Packets;
use csi2_generator::{EncodeSettings, Encoder, Image, Scene};
use csi2_packet::{DataType, LineNumbering, VirtualChannel};
use csi2_pixel::{Codec, Codecs, Layout, Samples, find_codec};
use std::error::Error;

/// The frames of one virtual channel.
#[derive(Clone, Copy)]
pub(crate) struct Video {
    pub(crate) channel: u8,
    /// Name of the layout.
    pub(crate) layout: &'static str,
    /// Data type that the lines have, where it is not that of the layout.
    pub(crate) data_type: Option<DataType>,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) frames: u32,
    pub(crate) numbering: LineNumbering,
}

impl Video {
    /// Two frames of 32x8 pixels.
    pub(crate) const fn of(layout: &'static str) -> Self {
        Self {
            channel: 0,
            layout,
            data_type: None,
            width: 32,
            height: 8,
            frames: 2,
            numbering: LineNumbering::None,
        }
    }

    /// Its packets in wire order.
    pub(crate) fn packets(&self) -> Result<Packets, Box<dyn Error>> {
        let codec = find_codec(self.layout).ok_or("no such layout")?;
        let data_type = self.data_type.unwrap_or(codec.data_type);
        let mut codecs = Codecs::STANDARD;
        codecs.declare(data_type, codec);
        let mut encoder = Encoder::new(EncodeSettings {
            channel: VirtualChannel::new(self.channel).ok_or("virtual channel above 15")?,
            data_type,
            codecs,
            numbering: self.numbering,
            first_frame: 1,
        });
        let mut packets = Packets::new();
        for frame in 0..self.frames {
            let wide = self.samples(codec, frame);
            let narrow: Vec<u16> = wide.iter().map(|sample| *sample as u16).collect();
            let samples = if codec.bits > 16 {
                Samples::Wide(&wide)
            } else {
                Samples::Narrow(&narrow)
            };
            let image = Image {
                width: self.width,
                height: self.height,
                samples,
            };
            encoder
                .frame(&image, &mut |packet| {
                    packets.push(packet.to_vec());
                    Ok::<(), ()>(())
                })
                .map_err(|trouble| format!("{trouble:?}"))?;
        }
        Ok(packets)
    }

    /// A frame in the order of the link; what a row does not use is 0.
    fn samples(&self, codec: &Codec, frame: u32) -> Vec<u32> {
        let scene = Scene {
            width: self.width * 2,
            height: self.height * 2,
            bits: 16,
            frame,
        };
        let stride = codec.layout.stride(self.width);
        let mut samples = vec![0; stride * self.height];
        let mut rows = [vec![0; self.width * 2], vec![0; self.width * 2]];
        for y in 0..self.height {
            for (half, row) in rows.iter_mut().enumerate() {
                scene.row(2 * y + half, row);
            }
            let pixel = |x: usize| [rows[0][2 * x], rows[0][2 * x + 1], rows[1][2 * x + 1]].map(u32::from);
            for (at, sample) in samples[y * stride..][..codec.layout.samples(y, self.width)]
                .iter_mut()
                .enumerate()
            {
                let value = match codec.layout {
                    Layout::Single => pixel(at)[1],
                    Layout::Bgr => pixel(at / 3)[2 - at % 3],
                    Layout::Yuv420 if y % 2 == 0 => yuv(pixel(at))[0],
                    Layout::Uyvy | Layout::Yuv420 if at % 2 == 1 => yuv(pixel(at / 2))[0],
                    Layout::Uyvy | Layout::Yuv420 => yuv(pixel(at / 4 * 2))[1 + at % 4 / 2],
                    Layout::Yuv420Legacy if at % 3 == 0 => yuv(pixel(at / 3 * 2))[1 + y % 2],
                    Layout::Yuv420Legacy => yuv(pixel(at / 3 * 2 + at % 3 - 1))[0],
                };
                *sample = of_depth(value, codec.depth[at % 3]);
            }
        }
        samples
    }
}

/// Y, U and V of limited range, of 16 bits, from red, green and blue: ITU-R BT.601, in 1/256.
fn yuv([red, green, blue]: [u32; 3]) -> [u32; 3] {
    let (black, middle) = (16 << 16, 128 << 16);
    [
        (black + 66 * red + 129 * green + 25 * blue) / 256,
        (middle + 112 * blue - 38 * red - 74 * green) / 256,
        (middle + 112 * red - 94 * green - 18 * blue) / 256,
    ]
}

/// 16 bits as more or fewer; more repeat the upper ones below, so that none is always 0.
fn of_depth(value: u32, bits: u8) -> u32 {
    match bits {
        ..=16 => value >> (16 - bits),
        _ => value << (bits - 16) | value >> (32 - bits),
    }
}
