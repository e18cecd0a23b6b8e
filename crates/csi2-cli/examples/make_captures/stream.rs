//! From a description of a stream to bursts, and from bursts to a file.

use csi2_capture::{Burst, CaptureWriter, CreateOptions, Layer, WireNote};
use csi2_dphy::{
    Clocking, EscapeCommand, Observation, Samples, Scrambling, TransmitTiming, UnitInterval, Waveform,
    WaveformSettings, Wires,
};
use csi2_generator::{EncodeSettings, Encoder, Image, Piece, Scene, TransmitLayer, TransmitSettings, Transmitter};
use csi2_packet::{DataType, LineNumbering, VirtualChannel};
use csi2_pixel::Codecs;
use std::error::Error;
use std::path::Path;

/// Spoils samples, given the sample at which each burst starts and the bytes per sample.
pub(crate) type Spoil = dyn Fn(&[usize], usize, &mut [u8]);

pub(crate) type Made = Result<(), Box<dyn Error>>;

/// Packets in wire order, each a burst.
pub(crate) type Packets = Vec<Vec<u8>>;

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
            codecs: Codecs::STANDARD,
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
                samples: csi2_pixel::Samples::Narrow(&samples),
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

/// What lane 0 does before the first burst.
#[derive(Clone, Copy)]
pub(crate) enum Aside {
    /// An escape, with the bytes of LPDT.
    Escape(EscapeCommand, &'static [u8]),
    /// ULPS for so many UI.
    Sleep(u64),
    Turnaround,
}

/// How bursts go to a file.
#[derive(Clone, Copy)]
pub(crate) struct Wiring {
    pub(crate) format: &'static str,
    pub(crate) layer: Layer,
    pub(crate) lanes: usize,
    pub(crate) rate: u64,
    pub(crate) samples_per_ui: UnitInterval,
    /// Other wires than those that such a number of samples can show.
    pub(crate) wires: Option<Wires>,
    /// What differs from the shortest legal timing.
    pub(crate) timing: fn(&mut TransmitTiming),
    pub(crate) clocking: Clocking,
    pub(crate) skew: [u32; 8],
    pub(crate) deskew: bool,
    /// Deskew after each frame.
    pub(crate) periodic_deskew: bool,
    /// UI of ULPS between frames.
    pub(crate) ulps: Option<u64>,
    /// As on the command line.
    pub(crate) scrambling: Option<&'static str>,
    pub(crate) aside: Option<Aside>,
    /// Channels have numbers for names.
    pub(crate) unnamed: bool,
}

/// Samples before they are written.
pub(crate) struct Recording {
    /// Sample at which each burst starts, or the stop state before it.
    pub(crate) starts: Vec<usize>,
    /// Bytes per sample.
    pub(crate) unit: usize,
    pub(crate) bytes: Vec<u8>,
}

impl Wiring {
    pub(crate) const fn packets(format: &'static str) -> Self {
        Self {
            format,
            layer: Layer::Packets,
            lanes: 4,
            rate: 1_000_000_000,
            samples_per_ui: UnitInterval::whole(4),
            wires: None,
            timing: |_| (),
            clocking: Clocking::Continuous,
            skew: [0; 8],
            deskew: false,
            periodic_deskew: false,
            ulps: None,
            scrambling: None,
            aside: None,
            unnamed: false,
        }
    }

    pub(crate) const fn lanes(format: &'static str, lanes: usize) -> Self {
        Self {
            layer: Layer::Lanes,
            lanes,
            ..Self::packets(format)
        }
    }

    pub(crate) const fn pins(format: &'static str, lanes: usize, samples_per_ui: u64) -> Self {
        Self {
            layer: Layer::Pins,
            lanes,
            samples_per_ui: UnitInterval::whole(samples_per_ui),
            ..Self::packets(format)
        }
    }

    fn transmitter(&self) -> Result<Transmitter, Box<dyn Error>> {
        let layer = match self.layer {
            Layer::Packets => TransmitLayer::Packets,
            Layer::Lanes => TransmitLayer::Lanes,
            Layer::Pins => {
                let mut timing = TransmitTiming::for_rate(self.rate);
                (self.timing)(&mut timing);
                let usual = WaveformSettings::new(self.lanes, self.samples_per_ui, timing);
                TransmitLayer::Pins(WaveformSettings {
                    clocking: self.clocking,
                    skew: self.skew,
                    wires: self.wires.unwrap_or(usual.wires),
                    ..usual
                })
            }
        };
        Ok(Transmitter::new(TransmitSettings {
            initial_deskew: self.deskew.then_some(Waveform::INITIAL_DESKEW),
            periodic_deskew: self.periodic_deskew.then_some(Waveform::PERIODIC_DESKEW),
            ulps: self.ulps,
            scrambling: self.scrambling.map(Scrambling::parse).transpose()?,
            ..TransmitSettings::new(layer, self.lanes, self.rate)
        }))
    }

    fn writer(&self, path: &Path, transmitter: &Transmitter) -> Result<Box<dyn CaptureWriter>, Box<dyn Error>> {
        let mut channels = transmitter.channels();
        if self.unnamed {
            channels = (0..channels.len()).map(|number| number.to_string()).collect();
        }
        let options = CreateOptions {
            path: path.to_owned(),
            layer: self.layer,
            timebase: transmitter.timebase(),
            channels,
            lanes: self.lanes,
            link_type: 147,
        };
        Ok(csi2_capture::create(self.format, &options)?)
    }

    /// Sends bursts; returns when each was about to start.
    fn send<E>(
        &self,
        transmitter: &mut Transmitter,
        bursts: &[Vec<u8>],
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<Vec<u64>, E> {
        const FRAME_END: u8 = 1;
        match self.aside {
            None => {}
            Some(Aside::Escape(command, bytes)) => transmitter.escape(1, command, bytes, out)?,
            Some(Aside::Sleep(ui)) => transmitter.ulps(1, false, ui, out)?,
            Some(Aside::Turnaround) => transmitter.turnaround(1, out)?,
        }
        let mut starts = Vec::new();
        for burst in bursts {
            starts.push(transmitter.now());
            transmitter.burst(burst, out)?;
            if burst.first().is_some_and(|identifier| identifier & 0x3F == FRAME_END) {
                transmitter.frame_end(out)?;
            }
        }
        transmitter.finish(out)?;
        Ok(starts)
    }

    /// Writes bursts.
    pub(crate) fn write(&self, path: &Path, bursts: &[Vec<u8>]) -> Made {
        let mut transmitter = self.transmitter()?;
        let mut writer = self.writer(path, &transmitter)?;
        self.send(&mut transmitter, bursts, &mut |piece| {
            let burst = Burst {
                starts: piece.starts,
                ends: piece.ends,
            };
            writer.write(&piece.seen, burst, Some(piece.at), WireNote::default())
        })?;
        Ok(writer.finish()?)
    }

    /// The samples of bursts.
    pub(crate) fn record(&self, bursts: &[Vec<u8>]) -> Result<Recording, Box<dyn Error>> {
        let mut transmitter = self.transmitter()?;
        let mut unit = 1;
        let mut bytes = Vec::new();
        let starts = self.send(&mut transmitter, bursts, &mut |piece| {
            if let Observation::Samples(seen) = piece.seen {
                unit = seen.unit;
                bytes.extend_from_slice(seen.bytes);
            }
            Ok::<(), std::convert::Infallible>(())
        })?;
        Ok(Recording {
            starts: starts.into_iter().map(usize::try_from).collect::<Result<_, _>>()?,
            unit,
            bytes,
        })
    }

    /// Writes samples, which are of as many wires as those of the same wiring.
    pub(crate) fn write_recording(&self, path: &Path, recording: &Recording) -> Made {
        let mut writer = self.writer(path, &self.transmitter()?)?;
        let seen = Observation::Samples(Samples {
            first: 0,
            unit: recording.unit,
            bytes: &recording.bytes,
        });
        writer.write(&seen, Burst::WITHIN, Some(0), WireNote::default())?;
        Ok(writer.finish()?)
    }

    /// Writes bursts as pins after `spoil` had its way with the samples.
    pub(crate) fn write_spoiled(&self, path: &Path, bursts: &[Vec<u8>], spoil: &Spoil) -> Made {
        let mut recording = self.record(bursts)?;
        spoil(&recording.starts, recording.unit, &mut recording.bytes);
        self.write_recording(path, &recording)
    }
}
