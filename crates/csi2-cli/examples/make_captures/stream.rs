//! From a description of a stream to bursts, and from bursts to a file.

use csi2_capture::{Burst, CaptureWriter, CreateOptions, Layer, WireNote};
use csi2_dphy::{Clocking, Observation, Samples, TransmitTiming, WaveformSettings};
use csi2_generator::{EncodeSettings, Encoder, Image, Piece, Scene, TransmitLayer, TransmitSettings, Transmitter};
use csi2_packet::{DataType, LineNumbering, VirtualChannel};
use std::error::Error;
use std::path::Path;

/// Spoils samples, given the sample at which each burst starts and the bytes per sample.
pub(crate) type Spoil = dyn Fn(&[usize], usize, &mut [u8]);

pub(crate) type Made = Result<(), Box<dyn Error>>;

/// The frames of one virtual channel.
#[derive(Clone, Copy)]
pub(crate) struct Camera {
    pub(crate) channel: u8,
    pub(crate) data_type: DataType,
    pub(crate) bits: u8,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) frames: u32,
    pub(crate) first_frame: u16,
    pub(crate) numbering: LineNumbering,
}

impl Camera {
    pub(crate) const RAW10: Self = Self {
        channel: 0,
        data_type: DataType::RAW10,
        bits: 10,
        width: 64,
        height: 8,
        frames: 2,
        first_frame: 1,
        numbering: LineNumbering::None,
    };

    /// Its packets in wire order.
    pub(crate) fn packets(&self) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
        let mut encoder = Encoder::new(EncodeSettings {
            channel: VirtualChannel::new(self.channel).ok_or("virtual channel above 15")?,
            data_type: self.data_type,
            numbering: self.numbering,
            first_frame: self.first_frame,
        });
        let mut packets = Vec::new();
        let mut samples = vec![0; self.width * self.height];
        for frame in 0..self.frames {
            let scene = Scene {
                width: self.width,
                height: self.height,
                bits: self.bits,
                frame,
            };
            for (y, row) in samples.chunks_exact_mut(self.width).enumerate() {
                scene.row(y, row);
            }
            let image = Image {
                width: self.width,
                height: self.height,
                samples: &samples,
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
}

/// How bursts go to a file.
#[derive(Clone, Copy)]
pub(crate) struct Wiring {
    pub(crate) format: &'static str,
    pub(crate) layer: Layer,
    pub(crate) lanes: usize,
    pub(crate) rate: u64,
    pub(crate) samples_per_ui: u32,
    pub(crate) clocking: Clocking,
    pub(crate) skew: [u32; 8],
    pub(crate) deskew: bool,
}

impl Wiring {
    pub(crate) const fn packets(format: &'static str) -> Self {
        Self {
            format,
            layer: Layer::Packets,
            lanes: 4,
            rate: 1_000_000_000,
            samples_per_ui: 4,
            clocking: Clocking::Continuous,
            skew: [0; 8],
            deskew: false,
        }
    }

    pub(crate) const fn lanes(format: &'static str, lanes: usize) -> Self {
        Self {
            layer: Layer::Lanes,
            lanes,
            ..Self::packets(format)
        }
    }

    pub(crate) const fn pins(format: &'static str, lanes: usize, samples_per_ui: u32) -> Self {
        Self {
            layer: Layer::Pins,
            lanes,
            samples_per_ui,
            ..Self::packets(format)
        }
    }

    fn transmitter(&self) -> Transmitter {
        let layer = match self.layer {
            Layer::Packets => TransmitLayer::Packets,
            Layer::Lanes => TransmitLayer::Lanes,
            Layer::Pins => TransmitLayer::Pins(WaveformSettings {
                lanes: self.lanes,
                samples_per_ui: self.samples_per_ui,
                timing: TransmitTiming::for_rate(self.rate),
                clocking: self.clocking,
                skew: self.skew,
            }),
        };
        Transmitter::new(TransmitSettings {
            layer,
            lanes: self.lanes,
            rate: self.rate,
            deskew: self.deskew,
        })
    }

    fn writer(&self, path: &Path, transmitter: &Transmitter) -> Result<Box<dyn CaptureWriter>, Box<dyn Error>> {
        let options = CreateOptions {
            path: path.to_owned(),
            layer: self.layer,
            timebase: transmitter.timebase(),
            channels: transmitter.channels(),
            lanes: self.lanes,
            link_type: 147,
        };
        Ok(csi2_capture::create(self.format, &options)?)
    }

    /// Writes bursts.
    pub(crate) fn write(&self, path: &Path, bursts: &[Vec<u8>]) -> Made {
        let mut transmitter = self.transmitter();
        let mut writer = self.writer(path, &transmitter)?;
        let mut out = |piece: Piece<'_>| {
            let burst = Burst {
                starts: piece.starts,
                ends: piece.ends,
            };
            writer.write(&piece.seen, burst, Some(piece.at), WireNote::default())
        };
        for burst in bursts {
            transmitter.burst(burst, &mut out)?;
        }
        transmitter.finish(&mut out)?;
        Ok(writer.finish()?)
    }

    /// Writes bursts as pins after `spoil` had its way with the samples.
    pub(crate) fn write_spoiled(&self, path: &Path, bursts: &[Vec<u8>], spoil: &Spoil) -> Made {
        let mut transmitter = self.transmitter();
        let mut writer = self.writer(path, &transmitter)?;
        let mut unit = 1;
        let mut samples = Vec::new();
        let mut starts = Vec::new();
        let mut keep = |piece: Piece<'_>, samples: &mut Vec<u8>| {
            if let Observation::Samples(seen) = piece.seen {
                unit = seen.unit;
                samples.extend_from_slice(seen.bytes);
            }
            Ok::<(), std::convert::Infallible>(())
        };
        for burst in bursts {
            starts.push(samples.len());
            transmitter.burst(burst, &mut |piece| keep(piece, &mut samples))?;
        }
        transmitter.finish(&mut |piece| keep(piece, &mut samples))?;
        starts.iter_mut().for_each(|start| *start /= unit);
        spoil(&starts, unit, &mut samples);
        let seen = Observation::Samples(Samples {
            first: 0,
            unit,
            bytes: &samples,
        });
        writer.write(&seen, Burst::WITHIN, Some(0), WireNote::default())?;
        Ok(writer.finish()?)
    }
}
