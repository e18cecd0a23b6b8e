//! `csi2 encode`: frames to a link.

use crate::console::Console;
use crate::failure::Failure;
use crate::image::{self, Images};
use crate::keep;
use crate::number::{self, Size};
use crate::report::text;
use crate::transmit::{self, LinkArgs, Sender, Target};
use clap::Args;
use csi2_capture::{CaptureError, WireNote};
use csi2_generator::{EncodeSettings, EncodeTrouble, Encoder, Image};
use csi2_packet::{DataType, LineNumbering, VirtualChannel};
use csi2_pixel::codec;

/// Sends pictures as a link would, into a capture of any format and layer
///
/// One picture a frame, in order; the stack of a 3-D array is as many frames.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 encode picture.npy --dt RAW10 --lanes 4 --rate 2.1G -o link.sr
  csi2 encode 1.png 2.png --dt RAW12 --line-sync -o link.pcapng")]
pub(crate) struct EncodeArgs {
    /// Pictures: npy, PNG or PGM, grey; raw samples with --size; - for standard input
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    #[command(flatten)]
    link: LinkArgs,
    /// Data type, as RAW10 or 0x2B; needed unless the picture says its depth (PNG with sBIT, PGM by its maximum)
    #[arg(long, value_name = "TYPE", value_parser = keep::data_type)]
    dt: Option<DataType>,
    /// Virtual channel
    #[arg(long, value_name = "N", default_value = "0", value_parser = keep::channel)]
    vc: VirtualChannel,
    /// Data lanes: 1, 2, 3, 4 or 8
    #[arg(long, value_name = "N", default_value_t = transmit::DEFAULT_LANES, value_parser = number::lanes)]
    lanes: usize,
    /// Bit rate of a lane: 1G, 400 Mbps
    #[arg(long, value_name = "BPS", default_value = "1G", value_parser = number::bit_rate)]
    rate: u64,
    /// Line start and line end packets around each line
    #[arg(long)]
    line_sync: bool,
    /// Number of the first frame; 0: frames are not numbered
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_frame: u16,
    /// Size of raw samples: bytes for data types to 8 bits, u16 little-endian above
    #[arg(long, value_name = "WxH", value_parser = number::size)]
    size: Option<Size>,
    /// Frames per second; as fast as the link allows when absent
    #[arg(long, value_name = "HZ", value_parser = frame_rate)]
    fps: Option<f64>,
}

fn frame_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && (1e-3..=1e6).contains(&rate) => Ok(rate),
        _ => Err("expected frames per second, 0.001 to 1000000".into()),
    }
}

pub(crate) fn run(args: &EncodeArgs, console: &Console) -> Result<(), Failure> {
    let target = args.link.target()?;
    if let Some(data_type) = args.dt {
        known(data_type)?;
    }
    console.progress_start(Some(args.images.iter().map(|name| size_of(name)).sum()));
    let sent = send(args, target, console);
    console.progress_done();
    let chain = sent?;
    chain.sender.finish()?;
    console.note(&format!(
        "{}: {} as {}, {} ({})",
        args.link.output.display(),
        text::count(chain.frames, "frame"),
        chain.data_type.name(),
        target.format.name,
        target.layer.name(),
    ));
    if let Some(hint) = args.link.reading_hint(target, args.lanes, args.rate) {
        console.note(&hint);
    }
    Ok(())
}

/// Bytes of a file, for progress.
fn size_of(name: &str) -> u64 {
    std::fs::metadata(name).map_or(0, |metadata| metadata.len())
}

/// All pictures.
fn send<'a>(args: &'a EncodeArgs, target: Target, console: &Console) -> Result<Chain<'a>, Failure> {
    let bits = args.dt.and_then(codec).map(|codec| codec.bits);
    let mut chain: Option<Chain<'_>> = None;
    let mut done = 0;
    for name in &args.images {
        let images = image::read(name, args.size, bits)?;
        let data_type = match (args.dt, &chain) {
            (Some(data_type), _) => data_type,
            (None, Some(chain)) if images.bits == Some(chain.bits) => chain.data_type,
            (None, _) => infer(name, &images)?,
        };
        let chain = match &mut chain {
            Some(chain) if chain.data_type == data_type => chain,
            Some(chain) => {
                return Err(Failure::usage(format!(
                    "{name}: this picture says {}, those before it {}: give --dt",
                    data_type.name(),
                    chain.data_type.name()
                )));
            }
            None => chain.insert(Chain::new(
                args,
                data_type,
                args.link.sender(target, args.lanes, args.rate)?,
            )),
        };
        for samples in images.frames() {
            chain.frame(name, &images, samples)?;
        }
        done += size_of(name);
        console.progress(done);
    }
    chain.ok_or_else(|| Failure::usage("no picture was given"))
}

/// A data type whose samples can be sent.
fn known(data_type: DataType) -> Result<DataType, Failure> {
    if codec(data_type).is_some() {
        return Ok(data_type);
    }
    let names: Vec<&str> = csi2_pixel::CODECS.iter().map(|codec| codec.data_type.name()).collect();
    Err(Failure::usage(format!(
        "{} cannot be made from samples; --dt is one of: {}",
        data_type.name(),
        names.join(", ")
    )))
}

/// The raw data type of the depth that the picture says it has.
fn infer(name: &str, images: &Images) -> Result<DataType, Failure> {
    let by_depth = |bits: u8| csi2_pixel::CODECS.iter().find(|codec| codec.bits == bits);
    match images.bits.map(|bits| (bits, by_depth(bits))) {
        Some((_, Some(codec))) => Ok(codec.data_type),
        Some((bits, None)) => Err(Failure::usage(format!(
            "{name}: no raw data type has {bits} bits a sample: give --dt, as in --dt RAW12"
        ))),
        None => Err(Failure::usage(format!(
            "{name}: the picture does not say how many bits its samples have: give --dt, as in --dt RAW10"
        ))),
    }
}

/// Encoder and sender at work.
struct Chain<'a> {
    args: &'a EncodeArgs,
    data_type: DataType,
    bits: u8,
    encoder: Encoder,
    sender: Sender,
    frames: u64,
}

impl<'a> Chain<'a> {
    fn new(args: &'a EncodeArgs, data_type: DataType, sender: Sender) -> Self {
        Self {
            args,
            data_type,
            bits: codec(data_type).map_or(0, |codec| codec.bits),
            encoder: Encoder::new(EncodeSettings {
                channel: args.vc,
                data_type,
                numbering: if args.line_sync {
                    LineNumbering::Counted
                } else {
                    LineNumbering::None
                },
                first_frame: args.first_frame,
            }),
            sender,
            frames: 0,
        }
    }

    fn frame(&mut self, name: &str, images: &Images, samples: &[u16]) -> Result<(), Failure> {
        if let Some(rate) = self.args.fps {
            if self.sender.samples_in(1e9 / rate) > transmit::LONGEST_PAUSE as f64 {
                return Err(Failure::usage(format!(
                    "--fps {rate} leaves pauses too long to be written as samples: write packets, or lower --rate or --oversample"
                )));
            }
            self.sender.wait_until(self.frames as f64 * 1e9 / rate)?;
        }
        let image = Image {
            width: images.width,
            height: images.height,
            samples,
        };
        let sender = &mut self.sender;
        self.encoder
            .frame(&image, &mut |packet| sender.burst(packet, WireNote::default()))
            .map_err(|trouble| explain(name, images, self.data_type, trouble))?;
        self.sender.frame_end()?;
        self.frames += 1;
        Ok(())
    }
}

/// Why this picture cannot be sent, and what to do.
fn explain(name: &str, images: &Images, data_type: DataType, trouble: EncodeTrouble<CaptureError>) -> Failure {
    match trouble {
        EncodeTrouble::Send(error) => error.into(),
        EncodeTrouble::Range { index, value, bits } => Failure::file(
            name,
            format!(
                "sample {index} (column {}, row {}) is {value}, but {} has {bits} bits, at most {}",
                index % images.width,
                index / images.width,
                data_type.name(),
                (1_u32 << bits) - 1
            ),
        ),
        EncodeTrouble::Width { width, group } => Failure::file(
            name,
            format!(
                "{width} samples a row, but {} is sent in groups of {group}: crop to {}",
                data_type.name(),
                width / group * group
            ),
        ),
        other => Failure::file(name, other),
    }
}
