//! Writing captures: options of the link to make, and the way from packets to a file.

mod sender;
mod values;

use crate::failure::Failure;
use crate::read_args::format_names;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use csi2_capture::{CaptureFormat, CreateOptions, Layer};
use csi2_dphy::{Clocking, MAX_LANES, Scrambling, Timebase, UnitInterval, WaveformSettings, Wires};
use csi2_generator::{TransmitLayer, TransmitSettings, Transmitter};
pub(crate) use sender::Sender;
use std::path::{Path, PathBuf};
use values::{Deskew, Duration, EscapeItem, TimingItem};

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
    /// Pins: samples per bit, also 2.5; 1 writes the HS wires only, one sample per bit and no clock
    #[arg(long, value_name = "N", default_value = "4", value_parser = values::ratio, help_heading = WRITING)]
    oversample: UnitInterval,
    /// Pins: what the clock does between bursts; continuous, or what a simulated mode has, when absent
    #[arg(long, help_heading = WRITING)]
    clock: Option<ClockName>,
    /// Pins: both wires of each lane, which show low-power states; off: one. On, unless --oversample is 1
    #[arg(long, value_name = "WHEN", help_heading = WRITING)]
    lp: Option<Switch>,
    /// Pins: lateness of each lane in bits: 0,3,1
    #[arg(long, value_name = "UI,UI,...", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(0..=65535), help_heading = WRITING)]
    skew: Vec<u32>,
    /// Pins: deskew bursts, initial before all others, periodic after each frame, or both: --deskew=initial,periodic:2us
    #[arg(long, value_name = "KIND,...", num_args = 0..=1, require_equals = true, default_missing_value = "initial",
        value_delimiter = ',', value_parser = values::deskew, help_heading = WRITING)]
    deskew: Vec<Deskew>,
    /// Pins: all lanes in ultra-low-power state between frames, for so many microseconds, or 1.5ms; waking up takes T_WAKEUP more
    #[arg(long, value_name = "TIME", value_parser = values::microseconds, help_heading = WRITING)]
    ulps: Option<Duration>,
    /// Pins: escapes of lane 0 before the first frame: reset-trigger,lpdt:48656c6c6f,ulps:50us,unknown-3
    ///
    /// The commands are lpdt (with its bytes), ulps (with its duration; 10us when absent), undefined-1, undefined-2,
    /// reset-trigger, unknown-3, unknown-4 and unknown-5; turnaround is no command, but begins like one.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = values::escape, help_heading = WRITING)]
    escape: Vec<EscapeItem>,
    /// Pins: durations other than the shortest legal ones: t_lpx=60ns,t_hs_zero=200ui,t_wakeup=20us
    ///
    /// The parameters are t_lpx, t_hs_prepare, t_hs_zero, t_hs_trail, t_hs_exit, t_clk_prepare, t_clk_zero, t_clk_pre,
    /// t_clk_post, t_clk_trail and t_wakeup, in ns, us, ms or ui (bit times), rounded up to whole bits. T_HS-ZERO is one bit
    /// longer where the first bit would else miss the rising edge of the clock. A t_wakeup below 1ms makes small files.
    #[arg(long, value_name = "NAME=VALUE,...", value_delimiter = ',', value_parser = values::timing, help_heading = WRITING)]
    timing: Vec<TimingItem>,
    /// Pins and lanes: scramble (CSI-2 v2.0) by a preset, a, a-galois, b, b-galois, or seeds: 0810,0990:galois
    #[arg(long, value_name = "HOW", value_parser = values::scrambling, help_heading = WRITING)]
    scramble: Option<Scrambling>,
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
    /// Its wires are left out
    None,
}

/// A choice on the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Switch {
    On,
    Off,
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
        self.target_like(None)
    }

    /// The same; of several layers that the format holds, `like`, if nothing else is said.
    pub(crate) fn target_like(&self, like: Option<Layer>) -> Result<Target, Failure> {
        let wanted = self.layer.map(|layer| match layer {
            LayerName::Packets => Layer::Packets,
            LayerName::Lanes => Layer::Lanes,
            LayerName::Pins => Layer::Pins,
        });
        let format = match &self.output_format {
            Some(name) => csi2_capture::find(name),
            // A name without an extension is the stem of a file per lane.
            None => by_extension(&self.output, wanted.or(like)).or_else(|| match wanted {
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
            None => {
                let own = format.layers.iter().copied();
                let alike = own.clone().find(|layer| Some(*layer) == like);
                alike.or(own.clone().next()).unwrap_or(Layer::Packets)
            }
        };
        Ok(Target { format, layer })
    }

    /// Options that only sending anew can follow.
    pub(crate) fn shapes_bursts(&self) -> bool {
        self.wire_option().is_some() || self.scramble.is_some()
    }

    /// An option that was given and is of wires.
    fn wire_option(&self) -> Option<&'static str> {
        [
            ("--lp", self.lp.is_some()),
            ("--skew", !self.skew.is_empty()),
            ("--deskew", !self.deskew.is_empty()),
            ("--ulps", self.ulps.is_some()),
            ("--escape", !self.escape.is_empty()),
            ("--timing", !self.timing.is_empty()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
    }

    /// Refuses what cannot be written.
    fn check(&self, layer: Layer, lanes: usize) -> Result<(), Failure> {
        if let Some(option) = self.wire_option().filter(|_| layer != Layer::Pins) {
            return Err(Failure::usage(format!(
                "{option} is of wires, but {} are written: add --layer pins",
                layer.name()
            )));
        }
        if self.skew.len() > lanes {
            return Err(Failure::usage(format!(
                "--skew names {} lanes, the link has {lanes}: give --lanes",
                self.skew.len()
            )));
        }
        let sleeps = self.ulps.is_some() || !self.escape.is_empty();
        if sleeps && layer == Layer::Pins && !self.wires().low_power {
            return Err(Failure::usage(
                "--ulps and --escape are low-power states, which one wire a lane does not show: give --lp on, and \
                 --oversample 2 or more for the clock",
            ));
        }
        match self.scramble {
            Some(_) if layer == Layer::Packets => Err(Failure::usage(
                "--scramble is of lanes, but packets are written: add --layer lanes or --layer pins",
            )),
            Some(scramble) => scramble.covers(lanes).map_err(|missing| {
                Failure::usage(format!(
                    "--scramble: {missing}: give as many seeds as lanes, as in 0810,0990:fibonacci"
                ))
            }),
            None => Ok(()),
        }
    }

    /// Wires that are written.
    fn wires(&self) -> Wires {
        let oversampled = self.oversample != UnitInterval::whole(1);
        Wires {
            clock: oversampled && !matches!(self.clock, Some(ClockName::None)),
            low_power: self.lp.map_or(oversampled, |lp| lp == Switch::On),
        }
    }

    /// Whether `--clock` was given.
    pub(crate) fn says_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// Settings of the sending chain.
    pub(crate) fn settings(&self, layer: Layer, lanes: usize, rate: u64) -> Result<TransmitSettings, Failure> {
        self.check(layer, lanes)?;
        let mut skew = [0; MAX_LANES];
        for (lane, ui) in skew.iter_mut().zip(&self.skew) {
            *lane = *ui;
        }
        let timing = values::chosen_timing(rate, &self.timing);
        let layer = match layer {
            Layer::Packets => TransmitLayer::Packets,
            Layer::Lanes => TransmitLayer::Lanes,
            Layer::Pins => TransmitLayer::Pins(WaveformSettings {
                wires: self.wires(),
                clocking: match self.clock {
                    Some(ClockName::Gated) => Clocking::Gated,
                    Some(ClockName::Continuous | ClockName::None) | None => Clocking::Continuous,
                },
                skew,
                ..WaveformSettings::new(lanes, self.oversample, timing)
            }),
        };
        let mut settings = TransmitSettings {
            ulps: self.ulps.map(|time| time.ui(rate)),
            scrambling: self.scramble,
            ..TransmitSettings::new(layer, lanes, rate)
        };
        for deskew in &self.deskew {
            match deskew {
                Deskew::Initial(length) => settings.initial_deskew = Some(length.ui(rate)),
                Deskew::Periodic(length) => settings.periodic_deskew = Some(length.ui(rate)),
            }
        }
        let durations = [settings.ulps, settings.initial_deskew, settings.periodic_deskew];
        let escapes = self.escape.iter().map(|item| match item {
            EscapeItem::Ulps(time) => time.ui(rate),
            _ => 0,
        });
        let longest = durations.into_iter().flatten().chain(escapes).max().unwrap_or(0);
        let UnitInterval { numerator, denominator } = self.oversample;
        if u128::from(longest) * u128::from(numerator) / u128::from(denominator) > LONGEST_PAUSE.into() {
            return Err(Failure::usage(
                "a duration is too long to be written as samples: give less, or lower --rate or --oversample",
            ));
        }
        Ok(settings)
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

    /// A sender that has begun: escapes are sent.
    pub(crate) fn sender(&self, target: Target, lanes: usize, rate: u64) -> Result<Sender, Failure> {
        self.sender_of(target, self.settings(target.layer, lanes, rate)?)
    }

    /// The same, of settings that were changed.
    pub(crate) fn sender_of(&self, target: Target, settings: TransmitSettings) -> Result<Sender, Failure> {
        let transmitter = Transmitter::new(settings);
        let TransmitSettings { lanes, rate, .. } = settings;
        let options = self.create_options(target.layer, transmitter.timebase(), lanes, transmitter.channels());
        let writer = csi2_capture::create(target.format.name, &options)?;
        let mut sender = Sender::new(transmitter, writer, target.layer == Layer::Pins);
        for item in &self.escape {
            sender.escape(item, rate)?;
        }
        Ok(sender)
    }

    /// How the capture is to be read back, where its format does not say it.
    pub(crate) fn reading_hint(&self, target: Target, lanes: usize, rate: u64) -> Option<String> {
        if target.format.name != "samples" || target.layer != Layer::Pins {
            return None;
        }
        let Wires { clock, low_power } = self.wires();
        let per_lane = if low_power { 2 } else { 1 };
        let roles = clock.then(|| "clk".to_owned()).into_iter();
        let map: Vec<String> = roles
            .chain((0..lanes).map(|lane| format!("d{lane}")))
            .enumerate()
            .map(|(index, role)| match (index * per_lane, low_power) {
                (first, true) => format!("{role}={first}/{}", first + 1),
                (first, false) => format!("{role}={first}"),
            })
            .collect();
        let bits = u128::from(rate) * u128::from(self.oversample.numerator);
        let mut hint = format!(
            "no header says what is in it: read it with --input-format samples --samplerate {} --unitsize {} --map {}",
            bits / u128::from(self.oversample.denominator),
            (map.len() * per_lane).div_ceil(8).next_power_of_two(),
            map.join(",")
        );
        if !clock && self.oversample != UnitInterval::whole(1) {
            hint.push_str(&format!(" --rate {rate}"));
        }
        Some(hint)
    }
}

/// The format that has this extension and can be written; one that holds the wanted layer first.
fn by_extension(path: &Path, layer: Option<Layer>) -> Option<&'static CaptureFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let length = |format: &CaptureFormat| {
        let own = format.extensions.iter();
        let fitting = own.filter(|extension| name.ends_with(&format!(".{}", extension.to_ascii_lowercase())));
        fitting.map(|extension| extension.len()).max()
    };
    let written = || csi2_capture::FORMATS.iter().filter(|format| format.create.is_some());
    // `x.saleae.csv` is more than a `.csv`.
    let longest = written().filter_map(length).max()?;
    let mut fitting = written().filter(|format| length(format) == Some(longest));
    let first = fitting.clone().next();
    fitting
        .find(|format| layer.is_none_or(|layer| format.layers.contains(&layer)))
        .or(first)
}
