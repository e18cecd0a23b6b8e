//! Writing captures: options of the link to make, and the way from packets to a file.

use crate::failure::Failure;
use crate::number;
use crate::read_args::format_names;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use csi2_capture::{Burst, CaptureError, CaptureFormat, CaptureWriter, CreateOptions, Layer, WireNote};
use csi2_dphy::{Clocking, MAX_LANES, Timebase, TransmitTiming, WaveformSettings};
use csi2_generator::{TransmitLayer, TransmitSettings, Transmitter};
use std::path::{Path, PathBuf};

/// Heading of the options below in the help.
const WRITING: &str = "Link options";

/// Data lanes and bit rate of a link that says nothing about them.
pub(crate) const DEFAULT_LANES: usize = 4;
pub(crate) const DEFAULT_RATE: u64 = 1_000_000_000;

/// Samples of a pause: a wrong time stamp must not fill the disk.
pub(crate) const LONGEST_PAUSE: u64 = 1 << 31;

/// What the capture to write should look like.
#[derive(Args, Debug)]
pub(crate) struct LinkArgs {
    /// Capture to write, or - for standard output
    #[arg(short, long, value_name = "CAPTURE")]
    pub(crate) output: PathBuf,
    /// Its format; by its extension when absent
    #[arg(long, value_name = "NAME", value_parser = output_formats(), hide_possible_values = true, help_heading = WRITING)]
    output_format: Option<String>,
    /// Layer to write; the highest that the format holds when absent
    #[arg(long, help_heading = WRITING)]
    layer: Option<LayerName>,
    /// Pins: samples per bit; 1 writes the HS wires only, one sample per bit and no clock
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64), help_heading = WRITING)]
    oversample: u32,
    /// Pins: what the clock does between bursts
    #[arg(long, default_value = "continuous", help_heading = WRITING)]
    clock: ClockName,
    /// Pins: lateness of each lane in bits: 0,3,1
    #[arg(long, value_name = "UI,UI,...", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(0..=65535), help_heading = WRITING)]
    skew: Vec<u32>,
    /// Pins: begin with a deskew burst
    #[arg(long, help_heading = WRITING)]
    deskew: bool,
    /// pcap and pcapng: link type of private use, 147 to 162
    #[arg(long, value_name = "N", default_value_t = 147, value_parser = clap::value_parser!(u32).range(147..=162), help_heading = WRITING)]
    link_type: u32,
}

/// A layer on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LayerName {
    /// CSI-2 packets after lane merging
    Packets,
    /// Bytes per lane
    Lanes,
    /// Samples of the wires
    Pins,
}

/// A clock on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ClockName {
    /// It never stops
    Continuous,
    /// It returns to LP-11
    Gated,
}

fn output_formats() -> PossibleValuesParser {
    format_names(|format| format.create.is_some())
}

/// Format and layer to write.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) format: &'static CaptureFormat,
    pub(crate) layer: Layer,
}

impl LinkArgs {
    /// What the options and the name of the output say together.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        let wanted = self.layer.map(|layer| match layer {
            LayerName::Packets => Layer::Packets,
            LayerName::Lanes => Layer::Lanes,
            LayerName::Pins => Layer::Pins,
        });
        let format = match &self.output_format {
            Some(name) => csi2_capture::find(name),
            // A name without an extension is the stem of a file per lane.
            None => by_extension(&self.output, wanted).or_else(|| match wanted {
                Some(Layer::Lanes) => csi2_capture::find("lanes"),
                _ => None,
            }),
        };
        let name = self.output.display();
        let format = format.ok_or_else(|| {
            let all = csi2_capture::FORMATS.iter().filter(|format| format.create.is_some());
            let names: Vec<&str> = all.map(|format| format.name).collect();
            Failure::usage(format!(
                "{name}: the name says no format that can be written; give --output-format, one of: {}",
                names.join(", ")
            ))
        })?;
        let layer = match wanted {
            Some(layer) if format.layers.contains(&layer) => layer,
            Some(layer) => {
                let layers: Vec<&str> = format.layers.iter().map(|layer| layer.name()).collect();
                return Err(Failure::usage(format!(
                    "{name}: {} holds {}, not {}: leave --layer out or choose another format",
                    format.name,
                    layers.join(" or "),
                    layer.name()
                )));
            }
            None => format.layers.first().copied().unwrap_or(Layer::Packets),
        };
        Ok(Target { format, layer })
    }

    /// Settings of the sending chain.
    fn settings(&self, layer: Layer, lanes: usize, rate: u64) -> Result<TransmitSettings, Failure> {
        if layer != Layer::Pins && (self.deskew || !self.skew.is_empty()) {
            return Err(Failure::usage(format!(
                "--skew and --deskew are of wires, but {} are written: add --layer pins",
                layer.name()
            )));
        }
        if self.skew.len() > lanes {
            return Err(Failure::usage(format!(
                "--skew names {} lanes, the link has {lanes}: give --lanes",
                self.skew.len()
            )));
        }
        let mut skew = [0; MAX_LANES];
        for (lane, ui) in skew.iter_mut().zip(&self.skew) {
            *lane = *ui;
        }
        let layer = match layer {
            Layer::Packets => TransmitLayer::Packets,
            Layer::Lanes => TransmitLayer::Lanes,
            Layer::Pins => TransmitLayer::Pins(WaveformSettings {
                lanes,
                samples_per_ui: self.oversample,
                timing: TransmitTiming::for_rate(rate),
                clocking: match self.clock {
                    ClockName::Continuous => Clocking::Continuous,
                    ClockName::Gated => Clocking::Gated,
                },
                skew,
            }),
        };
        Ok(TransmitSettings {
            layer,
            lanes,
            rate,
            deskew: self.deskew,
        })
    }

    /// How to create the capture.
    pub(crate) fn create_options(
        &self,
        layer: Layer,
        timebase: Timebase,
        lanes: usize,
        channels: Vec<String>,
    ) -> CreateOptions {
        CreateOptions {
            path: self.output.clone(),
            layer,
            timebase,
            channels,
            lanes,
            link_type: self.link_type,
        }
    }

    /// A sender at time 0.
    pub(crate) fn sender(&self, target: Target, lanes: usize, rate: u64) -> Result<Sender, Failure> {
        let transmitter = Transmitter::new(self.settings(target.layer, lanes, rate)?);
        let options = self.create_options(target.layer, transmitter.timebase(), lanes, transmitter.channels());
        Ok(Sender {
            writer: csi2_capture::create(target.format.name, &options)?,
            transmitter,
            sampled: target.layer == Layer::Pins,
        })
    }

    /// How the capture is to be read back, where its format does not say it.
    pub(crate) fn reading_hint(&self, target: Target, lanes: usize, rate: u64) -> Option<String> {
        if target.format.name != "samples" || target.layer != Layer::Pins {
            return None;
        }
        let clocked = self.oversample > 1;
        let map: Vec<String> = if clocked {
            let data = (0..lanes).map(|lane| format!("d{lane}={}/{}", 2 * lane + 2, 2 * lane + 3));
            std::iter::once("clk=0/1".to_owned()).chain(data).collect()
        } else {
            (0..lanes).map(|lane| format!("d{lane}={lane}")).collect()
        };
        let wires = if clocked { 2 * lanes + 2 } else { lanes };
        Some(format!(
            "no header says what is in it: read it with --input-format samples --samplerate {} --unitsize {} --map {}",
            rate.saturating_mul(u64::from(self.oversample)),
            wires.div_ceil(8).next_power_of_two(),
            map.join(",")
        ))
    }
}

/// The format that has this extension and can be written; one that holds the wanted layer first.
fn by_extension(path: &Path, layer: Option<Layer>) -> Option<&'static CaptureFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let fits = |format: &&CaptureFormat| {
        format.create.is_some()
            && format
                .extensions
                .iter()
                .any(|extension| name.ends_with(&format!(".{}", extension.to_ascii_lowercase())))
    };
    let mut fitting = csi2_capture::FORMATS.iter().filter(fits);
    let first = fitting.clone().next();
    fitting
        .find(|format| layer.is_none_or(|layer| format.layers.contains(&layer)))
        .or(first)
}

/// Packets to a file, through the wire where the layer asks for it.
pub(crate) struct Sender {
    transmitter: Transmitter,
    sampled: bool,
    writer: Box<dyn CaptureWriter>,
}

impl Sender {
    /// Sends one burst.
    pub(crate) fn burst(&mut self, bytes: &[u8], note: WireNote<'_>) -> Result<(), CaptureError> {
        let writer = &mut self.writer;
        self.transmitter.burst(bytes, &mut |piece| {
            let burst = Burst {
                starts: piece.starts,
                ends: piece.ends,
            };
            writer.write(&piece.seen, burst, Some(piece.at), note)
        })
    }

    /// Samples that this many nanoseconds take; 0 where nothing is sampled.
    pub(crate) fn samples_in(&self, nanoseconds: f64) -> f64 {
        if self.sampled {
            nanoseconds / 1e9 * self.transmitter.timebase().hertz()
        } else {
            0.0
        }
    }

    /// Keeps the lanes stopped until this many nanoseconds after the start.
    pub(crate) fn wait_until(&mut self, nanoseconds: f64) -> Result<(), CaptureError> {
        let ticks = nanoseconds / 1e9 * self.transmitter.timebase().hertz();
        let writer = &mut self.writer;
        self.transmitter
            .wait_until(ticks.max(0.0).round() as u64, &mut |piece| {
                let burst = Burst {
                    starts: piece.starts,
                    ends: piece.ends,
                };
                writer.write(&piece.seen, burst, Some(piece.at), WireNote::default())
            })
    }

    /// The last stop state, and the file's name.
    pub(crate) fn finish(mut self) -> Result<(), CaptureError> {
        let writer = &mut self.writer;
        self.transmitter.finish(&mut |piece| {
            let burst = Burst {
                starts: piece.starts,
                ends: piece.ends,
            };
            writer.write(&piece.seen, burst, Some(piece.at), WireNote::default())
        })?;
        self.writer.finish()
    }
}

/// `--rate` of a link to write.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    const HIGHEST: u64 = 1_000_000_000_000;
    match number::si_positive(text)? {
        rate @ ..=HIGHEST => Ok(rate),
        _ => Err("more than 1 Tbps".into()),
    }
}
