//! What is which wire, when it is looked at, and how fast the link is: decided once, before the first event.

use super::Session;
use super::prelude::Prelude;
use super::wiring::Wiring;
use crate::console::Console;
use crate::failure::Failure;
use crate::read_args::ReadArgs;
use csi2_analyzer::{Confidence, Descrambling, Discovered, Discovery, Entry, Hints, ReceiverConfig};
use csi2_capture::{CaptureInfo, CaptureReader, ChannelMap, Layer};
use csi2_dphy::{PinMap, Sampling, Scrambling, Timebase, UnitInterval};

/// Shortest low-power state that receivers have to see, in seconds.
///
/// Ref: ngscopeclient/scopehal `scopeprotocols/DPhySymbolDecoder.cpp` (which takes twice as much)
const GLITCH: f64 = 20e-9;

/// What the options, the names and the wires together say about the link.
pub(super) struct Link {
    pub(super) entry: Entry,
    /// Roles of the wires, where there are wires.
    pub(super) map: Option<ChannelMap>,
    /// How pins turned out to lie.
    pub(super) wiring: Option<Wiring>,
    pub(super) lanes: Option<usize>,
    pub(super) timebase: Option<Timebase>,
    /// `--rate`, or the bit rate that follows from the sample rate.
    pub(super) told_rate: Option<u64>,
    pub(super) scrambling: Option<Scrambling>,
    /// What the wires show against what the user said, where nothing else comes out right.
    pub(super) otherwise: Option<Otherwise>,
    /// What was read to find out.
    pub(super) prelude: Prelude,
}

/// What the wires show where the user's word is not taken.
#[derive(Clone, Debug)]
pub(crate) struct Otherwise {
    /// Against the user's map, or the names.
    pub(crate) wiring: Wiring,
    /// Bits per second of a lane, where there is no clock wire.
    pub(crate) rate: Option<u64>,
}

impl Link {
    /// Decides; `reader` is read from as far as that takes.
    pub(super) fn new(
        info: &CaptureInfo,
        reader: &mut dyn CaptureReader,
        args: &ReadArgs,
        console: &Console,
    ) -> Result<Self, Failure> {
        let mut link = Self {
            entry: Entry::Packets { framed: info.framed },
            map: None,
            wiring: None,
            lanes: None,
            timebase: info.timebase,
            told_rate: args.rate,
            scrambling: match args.descramble {
                Descrambling::Known(scrambling) => Some(scrambling),
                Descrambling::Off | Descrambling::Auto => None,
            },
            otherwise: None,
            prelude: Prelude::default(),
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
                link.find_scrambling(reader, args);
            }
            Layer::Pins => link.wires(info, reader, args, console)?,
        }
        if let (Some(scrambling), Some(lanes)) = (&link.scrambling, link.lanes)
            && let Err(missing) = scrambling.covers(lanes)
        {
            return Err(Failure::usage(format!(
                "--descramble: {missing}; seeds are given as hexadecimal numbers, one a lane: 0810,0990,..."
            )));
        }
        Ok(link)
    }

    fn wires(
        &mut self,
        info: &CaptureInfo,
        reader: &mut dyn CaptureReader,
        args: &ReadArgs,
        console: &Console,
    ) -> Result<(), Failure> {
        let refused = |message: String| Failure::usage(format!("{}: {message}", args.capture));
        let told = match &args.map {
            Some(text) => match ChannelMap::parse(text, &info.channels) {
                Ok(map) => Ok(map),
                Err(wrong) => return Err(refused(format!("--map: {}", wrong.message))),
            },
            None => ChannelMap::from_names(&info.channels),
        };
        let named = match told {
            Ok(ChannelMap::Pins(pins)) => Ok(pins),
            Ok(ports @ ChannelMap::Ports(_)) => {
                self.ports(ports, info, args)?;
                self.find_scrambling(reader, args);
                return Ok(());
            }
            Err(wrong) => Err(wrong.message),
        };
        let found = self.discover(info, reader, named.as_ref().ok(), args);
        let found = match (found, named) {
            (Some(found), named) => {
                if let Some(lanes) = args.lanes.filter(|lanes| *lanes > found.map.count) {
                    return Err(refused(format!(
                        "--lanes {lanes}, but only {} data lanes are among its channels; --map names the others",
                        found.map.count
                    )));
                }
                self.pins(&found, named.ok().as_ref(), info, args)?;
                found
            }
            (None, Err(message)) => {
                return Err(refused(format!(
                    "{message}; and the wires themselves do not show which is which, at least not in their beginning"
                )));
            }
            (None, Ok(_)) => return Err(refused("no data lane is left; --map names them".into())),
        };
        console.detail(|| describe(&found));
        Ok(())
    }

    /// Bytes seen as logic: names and `--map` have to say what is what.
    fn ports(&mut self, map: ChannelMap, info: &CaptureInfo, args: &ReadArgs) -> Result<(), Failure> {
        let map = match args.lanes {
            Some(lanes) if lanes > map.lanes() && map.lanes() > 0 => {
                return Err(Failure::usage(format!(
                    "{}: --lanes {lanes}, but only {} lanes are among its channels; --map names the others",
                    args.capture,
                    map.lanes()
                )));
            }
            Some(lanes) => map.restrict(lanes),
            None => map,
        };
        self.lanes = (map.lanes() > 0).then(|| map.lanes());
        if let Some(ports) = map.ports() {
            self.entry = Entry::Ports(*ports);
            if ports.clock.is_none() {
                // Ticks are clocks, whatever a value change dump says of their length: logic analyzers number samples.
                let bits = ports.bits_per_clock().filter(|bits| *bits > 0);
                let told = bits.and_then(|bits| args.rate?.checked_div(bits as u64));
                let clock = args.samplerate.or(told).filter(|hertz| *hertz > 0);
                let known = self.timebase.filter(|_| !matches!(info.format, "vcd" | "fst"));
                self.timebase = clock.map(Timebase::from_hertz).or(known);
            }
        }
        self.map = Some(map);
        Ok(())
    }

    /// Looks whether lane bytes are scrambled.
    fn find_scrambling(&mut self, reader: &mut dyn CaptureReader, args: &ReadArgs) {
        if args.descramble != Descrambling::Auto {
            return;
        }
        self.prelude = Prelude::read_lanes(reader);
        let config = ReceiverConfig {
            vcx: args.vcx.extension(),
            ..ReceiverConfig::new(self.entry)
        };
        let beginning = || self.prelude.chunks().map(|chunk| Session::input(&chunk));
        self.scrambling = csi2_analyzer::find_scrambling(&config, beginning);
    }

    /// Looks at the beginning of the capture.
    fn discover(
        &mut self,
        info: &CaptureInfo,
        reader: &mut dyn CaptureReader,
        named: Option<&PinMap>,
        args: &ReadArgs,
    ) -> Option<Discovered> {
        if self.timebase.is_none() {
            // Ticks without a length: one a bit, unless something else tells.
            self.timebase = args.rate.map(Timebase::from_hertz);
        }
        let channels = info.channels.len();
        let mut first_look = Discovery::brief(channels);
        self.prelude.read(reader, &mut first_look);
        if let Some(found) = self.settled(&first_look, named, args) {
            return Some(found);
        }
        let mut discovery = Discovery::new(channels);
        self.prelude.read(reader, &mut discovery);
        let hints = self.hints(named, args);
        let found = discovery.conclude(&hints);
        self.otherwise = self.look_again(&discovery, &hints, found.as_ref());
        found
    }

    /// What the first few bursts show, where that is beyond doubt.
    fn settled(&self, first_look: &Discovery, named: Option<&PinMap>, args: &ReadArgs) -> Option<Discovered> {
        let seen = self.prelude.chunks().map(|chunk| chunk.seen);
        first_look.settle(&self.hints(named, args), seen)
    }

    /// What is known besides the wires.
    fn hints(&self, named: Option<&PinMap>, args: &ReadArgs) -> Hints {
        // Lanes that are named but never driven are no lanes, unless the user says so.
        let asked = args.lanes.is_some() || args.map.is_some();
        let named = named.map(|pins| {
            let driven = if asked { pins.count } else { self.prelude.driven(pins) };
            restricted(pins, driven)
        });
        let rate = args.rate.filter(|rate| *rate > 0);
        Hints {
            named,
            fixed: args.map.is_some(),
            lanes: args.lanes,
            unit_interval: self
                .timebase
                .zip(rate)
                .map(|(timebase, rate)| ticks_per_bit(timebase, rate)),
            vcx: args.vcx.extension(),
            scrambling: args.descramble,
        }
    }

    /// What the wires show where the user is not believed, if that is better.
    fn look_again(&self, discovery: &Discovery, hints: &Hints, found: Option<&Discovered>) -> Option<Otherwise> {
        let sure = found.map_or(Confidence::None, |found| found.confidence);
        let told = hints.fixed || hints.lanes.is_some() || hints.unit_interval.is_some();
        if !told || sure == Confidence::Certain {
            return None;
        }
        let other = discovery.conclude(&Hints {
            fixed: false,
            lanes: None,
            unit_interval: None,
            ..*hints
        })?;
        if other.confidence < Confidence::Likely || other.confidence <= sure {
            return None;
        }
        Some(Otherwise {
            wiring: Wiring::new(hints.named.as_ref(), &other),
            rate: self
                .timebase
                .zip(other.sampling.unit_interval)
                .map(|(timebase, unit)| rate_of(timebase, unit) as u64),
        })
    }

    fn pins(
        &mut self,
        found: &Discovered,
        named: Option<&PinMap>,
        info: &CaptureInfo,
        args: &ReadArgs,
    ) -> Result<(), Failure> {
        let map = match args.lanes {
            Some(lanes) => restricted(&found.map, lanes),
            None => found.map,
        };
        if map.clock.is_none() {
            self.clockless(found.sampling.unit_interval, info, args)?;
        }
        self.wiring = Some(Wiring::new(named, &Discovered { map, ..*found }));
        self.lanes = Some(map.count);
        self.scrambling = found.scrambling;
        self.entry = Entry::Pins {
            map,
            sampling: Sampling {
                // A state seen for so many ticks may be shorter by one.
                glitch: self
                    .timebase
                    .map_or(0, |timebase| (GLITCH * timebase.hertz()).ceil() as u64),
                ..found.sampling
            },
        };
        self.map = Some(ChannelMap::Pins(map));
        Ok(())
    }

    /// Without a clock wire, the rate is what was told or found, else that of the samples.
    fn clockless(
        &mut self,
        unit_interval: Option<UnitInterval>,
        info: &CaptureInfo,
        args: &ReadArgs,
    ) -> Result<(), Failure> {
        let of_changes = self.prelude.is_of_changes();
        match (unit_interval, self.timebase) {
            (Some(unit), Some(timebase)) => {
                let rate = rate_of(timebase, unit);
                if self.told_rate.is_none() && (1.0..1e15).contains(&rate) {
                    self.told_rate = Some(rate.round() as u64);
                }
            }
            (None, _) if of_changes => {
                return Err(Failure::usage(format!(
                    "{}: no clock wire among its channels, and the data does not tell how long a bit is: give --rate BPS \
                     (bits per second a lane), or --map clk=...",
                    args.capture
                )));
            }
            // One sample a bit.
            _ => {
                if let Some(samples) = info.sample_rate.filter(|samples| (1.0..1e15).contains(samples)) {
                    self.told_rate = self.told_rate.or(Some(samples.round() as u64));
                }
            }
        }
        Ok(())
    }
}

/// Bits per second.
fn rate_of(timebase: Timebase, unit: UnitInterval) -> f64 {
    timebase.hertz() * unit.denominator as f64 / unit.numerator.max(1) as f64
}

fn restricted(pins: &PinMap, lanes: usize) -> PinMap {
    match ChannelMap::Pins(*pins).restrict(lanes) {
        ChannelMap::Pins(pins) => pins,
        ChannelMap::Ports(_) => *pins,
    }
}

/// What was found, for `-v`.
fn describe(found: &Discovered) -> String {
    let sure = match found.confidence {
        Confidence::None => "nothing in the wires tells, so they are taken as named",
        Confidence::Weak => "by sync bytes alone",
        Confidence::Likely => "by headers",
        Confidence::Certain => "by headers and checksums",
    };
    let evidence = found.evidence;
    format!(
        "{} lanes, {sure}: {} bursts, {} of {} headers and {} of {} checksums are right",
        found.map.count,
        evidence.bursts,
        evidence.headers.good,
        evidence.headers.all,
        evidence.checksums.good,
        evidence.checksums.all
    )
}

/// `denominator / (rate * numerator)`, with the low bits dropped that do not fit.
fn ticks_per_bit(timebase: Timebase, rate: u64) -> UnitInterval {
    let bits = u128::from(rate) * u128::from(timebase.numerator);
    let excess = (u128::BITS - bits.leading_zeros()).saturating_sub(u64::BITS);
    UnitInterval {
        numerator: (timebase.denominator >> excess).max(1),
        denominator: (bits >> excess) as u64,
    }
}
