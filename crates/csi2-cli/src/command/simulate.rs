//! `csi2 simulate`: the stream that a sensor sends.

mod exposures;
mod fit;
mod values;

use crate::console::Console;
use crate::failure::Failure;
use crate::keep;
use crate::number;
use crate::report::text;
use crate::sensor_arg::{self, Chosen};
use crate::transmit::{LinkArgs, Sender, Target};
use clap::Args;
use csi2_capture::WireNote;
use csi2_generator::{BlackMark, EmbeddedRows, Moment, Pattern, SimulateError, SimulateSettings, Simulator, Window};
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Bayer, CCS, DolMethod, MAX_EXPOSURES, Mode, Pace};
use exposures::DolArgs;
use values::{EmbeddedArg, FlipName};

/// Heading of the options of timing.
const PACE: &str = "Timing options";

/// Optical black rows, where nobody says what they travel as: an IMX585 has them so.
const BLACK_TYPE: DataType = DataType::USER8;

/// Simulates a sensor: the stream of one of its drive modes, with a test pattern, into a capture of any format and layer
///
/// Rows come when the sensor reads them out: a frame begins with FS in a row time of its own, then embedded rows, optical
/// black rows and those of the image follow, one a row time, then FE, then blanking. `csi2 sensors` lists sensors and modes;
/// PATH.toml:MODE is one of your own. A mode whose rows do not fit lanes and rate is refused, with what would fit.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 simulate imx412:full-10bit -o link.pcapng
  csi2 simulate imx412:full-dol2-10bit --dol li --dol-delay 40 --crop 640x480 -o hdr.pcapng")]
pub(crate) struct SimulateArgs {
    /// Sensor and drive mode, or a file that ends in .toml and a mode; the sensor's usual one when absent
    #[arg(value_name = "SENSOR:MODE", value_parser = sensor_arg::choose)]
    sensor: Chosen,
    #[command(flatten)]
    link: LinkArgs,
    /// Frames, or sets of exposures
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    frames: u32,
    /// Data lanes: 1, 2, 3, 4 or 8; those of the mode when absent
    #[arg(long, value_name = "N", value_parser = number::lanes)]
    lanes: Option<usize>,
    /// Bit rate of a lane: 2.1G; that of the mode when absent
    #[arg(long, value_name = "BPS", value_parser = number::bit_rate)]
    rate: Option<u64>,
    /// What is seen
    #[arg(long, value_name = "NAME", default_value = "scene", value_parser = values::pattern())]
    pattern: String,
    /// Of patterns that are random: the low nine bits are the register of pn9; 0 is all ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Embedded rows: on, off, or how many; as the sensor has when absent
    #[arg(long, value_name = "ROWS", value_parser = values::embedded)]
    embedded: Option<EmbeddedArg>,
    /// Integration time in lines, as embedded rows say it (of the long exposure); half a frame length when absent
    #[arg(long, value_name = "LINES")]
    exposure: Option<u16>,
    /// Code of the analogue gain, as embedded rows say it
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    gain: u16,
    /// What is read out from the other end; this moves the order of the colour filter
    #[arg(long, value_name = "HOW")]
    flip: Option<FlipName>,
    /// Of pairs of columns and of rows keep every H-th and V-th: 2x2, 1x4
    #[arg(long, value_name = "HxV", value_parser = values::every)]
    subsample: Option<(usize, usize)>,
    /// Send this part of the picture, after flips and sub-sampling: 640x480+1700+1200. When rows come does not change
    #[arg(long, value_name = "WxH+X+Y", value_parser = values::crop)]
    crop: Option<csi2_generator::Crop>,
    /// Virtual channel, or one for each exposure: 0,1
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = keep::channel)]
    vc: Vec<VirtualChannel>,
    /// Number of the first frame; 0: frames are not numbered
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_frame: u16,
    /// Frames, or sets of exposures, per second, by another frame length
    #[arg(long, value_name = "HZ", value_parser = values::frame_rate, conflicts_with = "frame_length", help_heading = PACE)]
    fps: Option<f64>,
    /// Pixel clocks from row to row
    #[arg(long, value_name = "CLOCKS", value_parser = clap::value_parser!(u32).range(1..), help_heading = PACE)]
    line_length: Option<u32>,
    /// Row times from frame to frame (of each exposure of a set)
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..=1 << 24), help_heading = PACE)]
    frame_length: Option<u32>,
    /// Pixel clocks per second, of a mode where nobody says them
    #[arg(long, value_name = "HZ", value_parser = number::si_positive, help_heading = PACE)]
    pixel_rate: Option<u64>,
    #[command(flatten)]
    dol: DolArgs,
}

pub(crate) fn run(args: &SimulateArgs, console: &Console) -> Result<(), Failure> {
    let target = args.link.target()?;
    let stream = Stream::new(args)?;
    let simulator = stream.simulator(args)?;
    let sender = stream.sender(args, target, &simulator)?;
    let (order, size) = (simulator.order(), simulator.size());
    let rows = u64::from(args.frames) * u64::from(stream.mode.rows());
    console.progress_start(Some(rows * simulator.longest_burst() as u64));
    let sent = send(simulator, sender, console);
    console.progress_done();
    sent?;
    stream.tell(args, target, size, order, console);
    Ok(())
}

/// All bursts, each at its time.
fn send(mut simulator: Simulator, mut sender: Sender, console: &Console) -> Result<(), Failure> {
    // What comes before the first frame: deskew, escapes, and a stop state where it can be seen.
    sender.wait_until_tick(0)?;
    let timebase = sender.timebase();
    let start = sender.now() + stop_state(&sender).tick(timebase);
    let (mut done, mut bursts) = (0, 0_u32);
    while let Some(due) = simulator.next_burst() {
        sender.wait_until_tick(start + due.at.tick(timebase))?;
        sender.burst(due.bytes, WireNote::default())?;
        if due.closes {
            sender.frame_end()?;
        }
        done += due.bytes.len() as u64;
        bursts += 1;
        if bursts.is_multiple_of(256) {
            console.progress(done);
        }
    }
    Ok(sender.finish()?)
}

/// A microsecond of samples; other captures begin with the first burst.
fn stop_state(sender: &Sender) -> Moment {
    let sampled = sender.samples_in(1.0) > 0.0;
    Moment {
        clocks: u64::from(sampled),
        rate: 1_000_000,
    }
}

/// A mode as the options change it.
struct Stream {
    name: String,
    mode: Mode,
    lanes: usize,
    rate: u64,
    channels: [VirtualChannel; MAX_EXPOSURES],
    black_rows: u8,
    black_mark: BlackMark,
}

impl Stream {
    fn new(args: &SimulateArgs) -> Result<Self, Failure> {
        let profile = args.sensor.profile;
        let chosen = args.sensor.mode.or(profile.modes.first());
        let mut mode = *chosen.ok_or_else(|| {
            Failure::usage(format!(
                "no modes of {} are known; a file PATH.toml can say them",
                profile.name
            ))
        })?;
        let name = format!("{}:{}", profile.name, mode.name);
        mode.dol = args.dol.apply(&mode)?;
        mode.pace = pace(args, &mode).or(mode.pace);
        let lanes = args.lanes.unwrap_or(mode.lanes.into());
        let rate = args.rate.unwrap_or(mode.lane_rate);
        let black_type = profile.black_type.unwrap_or(BLACK_TYPE);
        let usual = match mode.dol {
            Some(dol) => Some(dol.black_rows),
            None => profile.black_rows.filter(|_| profile.black_type.is_some()),
        };
        Ok(Self {
            channels: channels(args, &mode)?,
            black_rows: args.dol.black_rows().or(usual).unwrap_or(0),
            black_mark: args.dol.black_mark(&mode, black_type),
            name,
            mode,
            lanes,
            rate,
        })
    }

    fn simulator(&self, args: &SimulateArgs) -> Result<Simulator, Failure> {
        let profile = args.sensor.profile;
        let usual = profile.embedded_rows_of(args.sensor.mode.unwrap_or(&self.mode));
        let bits = csi2_pixel::codec(self.mode.data_type).map_or(10, |codec| codec.bits);
        let flip = args.flip.map(FlipName::flip).unwrap_or_default();
        let settings = SimulateSettings {
            mode: self.mode,
            order: profile.bayer.unwrap_or(Bayer::Rggb),
            black: black_level(
                profile.black_level.map_or((64, 10), |black| (black.level, black.bits)),
                bits,
            ),
            pattern: Pattern::find(&args.pattern).ok_or_else(|| Failure::usage("no such pattern"))?,
            ratio: args.dol.ratio(),
            seed: args.seed,
            window: Window {
                flip,
                every: args.subsample.unwrap_or((1, 1)),
                crop: args.crop,
            },
            channels: self.channels,
            black_rows: self.black_rows,
            black_mark: self.black_mark,
            embedded: EmbeddedRows {
                rows: args.embedded.map_or(usual.unwrap_or(0), |rows| rows.count(usual)),
                map: *profile.embedded.unwrap_or(&CCS),
                exposure: args.exposure,
                gain: args.gain,
            },
            first_frame: args.first_frame,
            frames: args.frames,
        };
        Simulator::new(settings).map_err(|error| self.explain(error))
    }

    /// A sender over which rows come in time.
    fn sender(&self, args: &SimulateArgs, target: Target, simulator: &Simulator) -> Result<Sender, Failure> {
        let link = fit::Link::new(args, target, &self.mode);
        let settings = link.settings(self.lanes, self.rate)?;
        link.check(self, simulator)?;
        args.link.sender_of(target, settings)
    }

    /// Why the mode cannot be sent, and which options would help.
    fn explain(&self, error: SimulateError) -> Failure {
        let help = match error {
            SimulateError::Pace => ": give --pixel-rate, --line-length and --frame-length".to_owned(),
            SimulateError::Width { width, group } => {
                format!(": crop to a multiple, {} columns fewer", width % group)
            }
            SimulateError::FrameLength { required, shared, .. } => {
                let slots = self.mode.dol.map_or(1, |dol| u64::from(dol.slots_per_line));
                let lines = required.div_ceil(slots.max(1));
                let delay = if shared { ", or less --dol-delay" } else { "" };
                format!("; what would fit: --frame-length {lines}{delay}, or a --crop of fewer rows")
            }
            SimulateError::Interleaved { exposures, .. } => {
                format!("; what would fit: less --dol-delay, or a --frame-length that {exposures} divides")
            }
            SimulateError::Embedded { .. } => ": give --embedded off, more of them, or a wider --crop".to_owned(),
            _ => String::new(),
        };
        Failure::usage(format!("{}: {error}{help}", self.name))
    }

    /// What was written, and how it is to be read where that does not show.
    fn tell(
        &self,
        args: &SimulateArgs,
        target: Target,
        (width, height): (usize, usize),
        order: Bayer,
        console: &Console,
    ) {
        let what = match self.mode.dol {
            Some(dol) => format!(
                "{} of {} exposures {}",
                text::count(args.frames.into(), "set"),
                dol.exposures,
                exposures::told_apart(dol.method)
            ),
            None => text::count(args.frames.into(), "frame"),
        };
        console.note(&format!(
            "{}: {what} of {}, {width}x{height} {}, {:.2} per second, {} ({})",
            args.link.output.display(),
            self.name,
            self.mode.data_type.name(),
            self.mode.frame_rate().unwrap_or(0.0),
            target.format.name,
            target.layer.name(),
        ));
        let plain = args.sensor.profile.bayer;
        if plain.is_some_and(|plain| plain != order) {
            console.note(&format!(
                "the colour filter begins {} as flipped: decode with --bayer {}",
                order.name(),
                order.name()
            ));
        }
        if let Some(hint) = args.link.reading_hint(target, self.lanes, self.rate) {
            console.note(&hint);
        }
    }
}

/// The pace that the options and the mode say together; `None` where something is missing.
fn pace(args: &SimulateArgs, mode: &Mode) -> Option<Pace> {
    let pixel_rate = args.pixel_rate.or(mode.pace.map(|pace| pace.pixel_rate))?;
    let line_length = args.line_length.or(mode.pace.map(|pace| pace.line_length))?;
    let by_rate = args.fps.map(|fps| lines_at(fps, pixel_rate, line_length, mode));
    Some(Pace {
        pixel_rate,
        line_length,
        frame_length: args
            .frame_length
            .or(by_rate)
            .or(mode.pace.map(|pace| pace.frame_length))?,
    })
}

/// The frame length that comes nearest to so many frames, or sets of exposures, per second.
fn lines_at(fps: f64, pixel_rate: u64, line_length: u32, mode: &Mode) -> u32 {
    let slots = mode.dol.map_or(1.0, |dol| f64::from(dol.slots_per_line));
    let lines = pixel_rate as f64 / (f64::from(line_length) * fps * slots);
    lines.round().clamp(1.0, f64::from(1 << 24)) as u32
}

/// The channel of each exposure.
fn channels(args: &SimulateArgs, mode: &Mode) -> Result<[VirtualChannel; MAX_EXPOSURES], Failure> {
    let (mut channels, count) = match mode.dol.map(|dol| (dol.method, dol.exposures)) {
        Some((DolMethod::VirtualChannel(channels), count)) => (channels, count.into()),
        _ => ([VirtualChannel::ZERO; MAX_EXPOSURES], 1),
    };
    if args.vc.is_empty() {
        return Ok(channels);
    }
    if args.vc.len() != count {
        return Err(Failure::usage(format!(
            "--vc names {} channels, the stream has {count}",
            args.vc.len()
        )));
    }
    for (channel, given) in channels.iter_mut().zip(&args.vc) {
        *channel = *given;
    }
    let twice = (1..count).any(|index| channels[..index].contains(&channels[index]));
    if twice {
        return Err(Failure::usage("--vc names a channel twice: each exposure has its own"));
    }
    Ok(channels)
}

/// A black level in samples of so many bits.
fn black_level((level, of): (u16, u8), bits: u8) -> u16 {
    (u32::from(level) << bits >> of).try_into().unwrap_or(u16::MAX)
}
