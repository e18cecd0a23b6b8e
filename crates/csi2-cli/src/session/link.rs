//! What is which wire, and how fast: decided once, before the first event.

use crate::failure::Failure;
use crate::read_args::ReadArgs;
use csi2_analyzer::Entry;
use csi2_capture::{CaptureInfo, ChannelMap, Layer};
use csi2_dphy::{PinMap, Timebase};

/// What the options and the capture together say about the link.
pub(super) struct Link {
    pub(super) entry: Entry,
    pub(super) pins: Option<PinMap>,
    pub(super) lanes: Option<usize>,
    pub(super) timebase: Option<Timebase>,
    /// `--rate`, or the sample rate where it is the bit rate.
    pub(super) told_rate: Option<u64>,
    /// Ticks per bit as a fraction, where only the rate tells.
    pub(super) unit_interval: Option<(u64, u64)>,
}

impl Link {
    pub(super) fn new(info: &CaptureInfo, args: &ReadArgs) -> Result<Self, Failure> {
        let mut link = Self {
            entry: Entry::Packets { framed: info.framed },
            pins: None,
            lanes: None,
            timebase: info.timebase,
            told_rate: args.rate,
            unit_interval: None,
        };
        if args.map.is_some() && info.layer != Layer::Pins {
            return Err(Failure::usage(format!(
                "--map names wires, but {} is a {} capture of {}: leave it out",
                args.capture,
                info.format,
                info.layer.name()
            )));
        }
        match info.layer {
            Layer::Packets => {}
            Layer::Lanes => {
                let count = info.lanes.or(args.lanes).ok_or_else(|| {
                    Failure::usage(format!(
                        "{}: the capture does not say how many lanes it has: give --lanes N",
                        args.capture
                    ))
                })?;
                link.lanes = Some(count);
                link.entry = Entry::Lanes {
                    count,
                    framed: info.framed,
                };
            }
            Layer::Pins => link.wires(info, args)?,
        }
        Ok(link)
    }

    fn wires(&mut self, info: &CaptureInfo, args: &ReadArgs) -> Result<(), Failure> {
        let map = match &args.map {
            Some(text) => ChannelMap::parse(text, &info.channels).map_err(|wrong| format!("--map: {}", wrong.message)),
            None => ChannelMap::from_names(&info.channels).map_err(|wrong| wrong.message),
        };
        let mut pins = map
            .map_err(|message| Failure::usage(format!("{}: {message}", args.capture)))?
            .pins;
        if let Some(lanes) = args.lanes {
            if lanes > pins.count {
                return Err(Failure::usage(format!(
                    "{}: --lanes {lanes}, but only {} data lanes are among its channels; --map names the others",
                    args.capture, pins.count
                )));
            }
            pins = ChannelMap { pins }.restrict(lanes).pins;
        }
        if pins.clock.is_none() {
            if info.format == "vcd" {
                self.edges_alone(info, args)?;
            } else {
                self.one_sample_per_bit(info, args)?;
            }
        }
        self.lanes = Some(pins.count);
        self.pins = Some(pins);
        self.entry = Entry::Pins(pins);
        Ok(())
    }

    /// Drops the lanes from this one on.
    pub(super) fn keep_lanes(&mut self, lanes: usize) {
        if let Some(pins) = self.pins {
            let pins = ChannelMap { pins }.restrict(lanes).pins;
            self.pins = Some(pins);
            self.lanes = Some(pins.count);
            self.entry = Entry::Pins(pins);
        }
    }

    /// Changes without a clock wire: only the rate says how many bits are between two.
    fn edges_alone(&mut self, info: &CaptureInfo, args: &ReadArgs) -> Result<(), Failure> {
        let sampled = info.sample_rate.filter(|samples| (1.0..1e15).contains(samples));
        let rate = args.rate.or(sampled.map(|samples| samples.round() as u64));
        let Some(rate) = rate.filter(|rate| *rate > 0) else {
            return Err(Failure::usage(format!(
                "{}: no clock wire among its channels: give --rate BPS (bits per second a lane), or --map clk=...",
                args.capture
            )));
        };
        let timebase = *self.timebase.get_or_insert(Timebase::from_hertz(rate));
        self.told_rate = Some(rate);
        self.unit_interval = Some(ticks_per_bit(timebase, rate));
        Ok(())
    }

    /// Without a clock wire the sample rate is the bit rate.
    fn one_sample_per_bit(&mut self, info: &CaptureInfo, args: &ReadArgs) -> Result<(), Failure> {
        match (info.sample_rate, args.rate) {
            (Some(samples), Some(rate)) if (samples - rate as f64).abs() > samples * 1e-3 => {
                return Err(Failure::usage(format!(
                    "{}: {samples} samples per second and no clock wire, but --rate {rate}: such a capture must hold \
                     exactly one sample per bit",
                    args.capture
                )));
            }
            (None, Some(rate)) if info.timebase.is_none() => self.timebase = Some(Timebase::from_hertz(rate)),
            (Some(samples), None) if (1.0..1e15).contains(&samples) => self.told_rate = Some(samples.round() as u64),
            _ => {}
        }
        Ok(())
    }
}

/// `denominator / (rate * numerator)`, with the low bits dropped that do not fit.
fn ticks_per_bit(timebase: Timebase, rate: u64) -> (u64, u64) {
    let bits = u128::from(rate) * u128::from(timebase.numerator);
    let excess = (u128::BITS - bits.leading_zeros()).saturating_sub(u64::BITS);
    ((timebase.denominator >> excess).max(1), (bits >> excess) as u64)
}
