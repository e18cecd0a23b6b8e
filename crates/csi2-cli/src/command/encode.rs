//! `csi2 encode`: frames to a link.

use crate::console::Console;
use crate::failure::Failure;
use crate::image::{self, Cells, Form, Pictures, Wanted};
use crate::keep;
use crate::layouts::{self, Declaration};
use crate::number::{self, Size};
use crate::output;
use crate::report::text;
use crate::transmit::{self, LinkArgs, Sender, Target};
use clap::Args;
use csi2_capture::{CaptureError, WireNote};
use csi2_generator::{EncodeSettings, EncodeTrouble, Encoder, Image};
use csi2_packet::{Class, DataType, LineNumbering, VirtualChannel};
use csi2_pixel::{CODECS, Codec, Codecs, Layout};

/// Sends pictures as a link would, into a capture of any format and layer
///
/// One picture a frame, in order; a stack is as many frames. Samples are those of the link: grey for RAW; for RGB an array
/// (H, W, 3), or a colour PNG, whose components lose their low bits where the data type has fewer; for YUV422 an array
/// (H, W, 2), or UYVY; for YUV420 I420, also as an array (H * 3 / 2, W).
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 encode picture.npy --dt RAW10 --lanes 4 --rate 2.1G -o link.sr
  csi2 encode picture.yuv --dt YUV420_8 --size 640x480 -o link.pcapng")]
pub(crate) struct EncodeArgs {
    /// Pictures: npy, PNG or PGM; raw samples with --size; - for standard input
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    #[command(flatten)]
    link: LinkArgs,
    /// Data type, as RAW10 or 0x2B; needed unless the picture says its depth (PNG with sBIT, PGM by its maximum)
    #[arg(long, value_name = "TYPE", value_parser = keep::data_type)]
    dt: Option<DataType>,
    /// Layout of a data type that has none of its own: USER1=RAW8, or 0x37=10-8-10 of a compression; repeatable
    #[arg(long, value_name = "TYPE=LAYOUT", value_parser = layouts::declaration)]
    user: Vec<Declaration>,
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
    /// Size of raw samples, in pixels: bytes for data types to 8 bits, u16 little-endian to 16, u32 above
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
    output::keep_inputs(&args.link.output, args.images.iter().map(String::as_str))?;
    let codecs = layouts::codecs(&args.user)?;
    if let Some(data_type) = args.dt {
        known(codecs, data_type)?;
    }
    console.progress_start(Some(args.images.iter().map(|name| size_of(name)).sum()));
    let sent = send(args, codecs, target, console);
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
fn send<'a>(args: &'a EncodeArgs, codecs: Codecs, target: Target, console: &Console) -> Result<Chain<'a>, Failure> {
    let codec = args.dt.and_then(|data_type| codecs.of(data_type));
    let wanted = Wanted {
        size: args.size,
        form: codec.map(|codec| Form::of(codec.layout)),
        bits: codec.map(|codec| codec.bits),
        name: args.dt.map(DataType::name),
    };
    let mut chain: Option<Chain<'_>> = None;
    let mut done = 0;
    for name in &args.images {
        image::each(name, &wanted, &mut |pictures, _| {
            let data_type = match args.dt {
                Some(data_type) => data_type,
                None => infer(name, pictures)?,
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
                    codecs,
                    data_type,
                    args.link.sender(target, args.lanes, args.rate)?,
                )?),
            };
            chain.tell_loss(name, pictures, console);
            (0..pictures.frames()).try_for_each(|index| chain.frame(name, pictures, index))
        })?;
        done += size_of(name);
        console.progress(done);
    }
    chain.ok_or_else(|| Failure::usage("no picture was given"))
}

/// The layout of a data type whose samples can be sent.
fn known(codecs: Codecs, data_type: DataType) -> Result<&'static Codec, Failure> {
    codecs.of(data_type).ok_or_else(|| {
        let name = match data_type.name() {
            "RESERVED" => format!("0x{:02X}", data_type.code()),
            name => name.to_owned(),
        };
        let declare = match data_type.is_short() {
            true => String::new(),
            false => format!("; --user {name}=RAW8 declares what its samples are"),
        };
        let names: Vec<&str> = CODECS.iter().map(|codec| codec.data_type.name()).collect();
        Failure::usage(format!(
            "{name} cannot be made from samples; --dt is one of: {}{declare}",
            names.join(", ")
        ))
    })
}

/// The data type of the depth that the picture says it has.
fn infer(name: &str, pictures: &Pictures) -> Result<DataType, Failure> {
    let (layout, class) = match pictures.form {
        Form::Rgb => (Layout::Bgr, Class::Rgb),
        _ => (Layout::Single, Class::Raw),
    };
    // Colour of 8 bits is what most people have.
    let usual = (pictures.full_scale == Some(8)).then_some([8; 3]);
    let Some([red, green, blue]) = pictures.depth.or(usual) else {
        return Err(Failure::usage(format!(
            "{name}: the picture does not say how many bits its samples have: give --dt, as in --dt RAW10"
        )));
    };
    let fits = |codec: &&Codec| {
        let kind = (codec.layout, codec.data_type.class()) == (layout, class);
        kind && codec.depth == [blue, green, red]
    };
    CODECS.iter().find(fits).map(|codec| codec.data_type).ok_or_else(|| {
        let (kind, example) = match layout {
            Layout::Bgr => ("RGB", "RGB888"),
            _ => ("raw", "RAW12"),
        };
        Failure::usage(format!(
            "{name}: no {kind} data type has {red} bits a sample: give --dt, as in --dt {example}"
        ))
    })
}

/// Encoder and sender at work.
struct Chain<'a> {
    args: &'a EncodeArgs,
    data_type: DataType,
    codec: &'static Codec,
    encoder: Encoder,
    sender: Sender,
    frames: u64,
    /// A frame in the order of the link.
    rows: Cells,
    /// That bits are lost was said.
    told: bool,
}

impl<'a> Chain<'a> {
    fn new(args: &'a EncodeArgs, codecs: Codecs, data_type: DataType, sender: Sender) -> Result<Self, Failure> {
        Ok(Self {
            args,
            data_type,
            codec: known(codecs, data_type)?,
            encoder: Encoder::new(EncodeSettings {
                channel: args.vc,
                data_type,
                codecs,
                numbering: if args.line_sync {
                    LineNumbering::Counted
                } else {
                    LineNumbering::None
                },
                first_frame: args.first_frame,
            }),
            sender,
            frames: 0,
            rows: Cells::Narrow(Vec::new()),
            told: false,
        })
    }

    /// Says once that the data type has fewer bits than the components of a picture.
    fn tell_loss(&mut self, name: &str, pictures: &Pictures, console: &Console) {
        let lost = pictures.bits_lost(self.codec);
        if lost != [0; 3] && pictures.depth.is_none() && !self.told {
            self.told = true;
            let [blue, green, red] = self.codec.depth;
            console.note(&format!(
                "{name}: {} keeps the upper {red}, {green} and {blue} bits of red, green and blue",
                self.data_type.name()
            ));
        }
    }

    fn frame(&mut self, name: &str, pictures: &Pictures, index: usize) -> Result<(), Failure> {
        if let Some(rate) = self.args.fps {
            if self.sender.samples_in(1e9 / rate) > transmit::LONGEST_PAUSE as f64 {
                return Err(Failure::usage(format!(
                    "--fps {rate} leaves pauses too long to be written as samples: write packets, or lower --rate or --oversample"
                )));
            }
            self.sender.wait_until(self.frames as f64 * 1e9 / rate)?;
        }
        let image = Image {
            width: pictures.width,
            height: pictures.height,
            samples: pictures.on_link(index, self.codec, &mut self.rows),
        };
        let sender = &mut self.sender;
        self.encoder
            .frame(&image, &mut |packet| sender.burst(packet, WireNote::default()))
            .map_err(|trouble| explain(name, pictures.width, self.codec, self.data_type, trouble))?;
        self.sender.frame_end()?;
        self.frames += 1;
        Ok(())
    }
}

/// Why this picture cannot be sent, and what to do.
fn explain(
    name: &str,
    width: usize,
    codec: &Codec,
    data_type: DataType,
    trouble: EncodeTrouble<CaptureError>,
) -> Failure {
    let data_type = data_type.name();
    match trouble {
        EncodeTrouble::Send(error) => error.into(),
        EncodeTrouble::Range { index, value, bits } => {
            let (component, column, row) = image::place(codec.layout, width, index);
            let component = component.map(|name| format!("{name}, ")).unwrap_or_default();
            let most = u32::MAX >> 32_u32.saturating_sub(bits.into()).min(31);
            Failure::file(
                name,
                format!(
                    "sample {index} ({component}column {column}, row {row}) is {value}, but {data_type} has {bits} bits, at most {most}"
                ),
            )
        }
        EncodeTrouble::Width { width, group } => Failure::file(
            name,
            format!(
                "{width} pixels a row, but {data_type} is sent in groups of {group}: crop to {}",
                width / group * group
            ),
        ),
        other => Failure::file(name, other),
    }
}
