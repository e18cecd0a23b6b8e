//! What `csi2 unpack` is told.

use super::{Layout, layout};
use crate::number::{self, Frames, Size};
use crate::picture_args::PictureArgs;
use crate::sensor_arg::{self, Chosen};
use crate::sink;
use clap::Args;
use std::path::PathBuf;

/// Turns a memory dump into a picture
///
/// Several frames become one npy stack (N, H, W), or numbered files. Where the stride is not given and rows do not simply follow
/// each other, it is searched for. --guess also finds format and size, where the data show them, and prints what they may be.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 unpack frame.raw --format SRGGB10P --size 1920x1080 -o frame.png
  csi2 unpack unknown.raw --guess -o frame.png")]
pub(crate) struct UnpackArgs {
    /// Memory dump, or - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: String,
    /// Picture to write, or - for standard output
    #[arg(short, long, value_name = "IMAGE", required_unless_present = "guess")]
    pub(super) output: Option<PathBuf>,
    /// Its format; by its extension when absent
    #[arg(long, value_name = "NAME", value_parser = sink::names_of_samples())]
    pub(super) output_format: Option<String>,
    /// Memory format: V4L2 name (SRGGB10P), fourcc (pRAA), libcamera, FFmpeg or media-bus name (0x300f); NAME/WxH gives the size too
    #[arg(long, value_name = "NAME", value_parser = layout)]
    pub(super) format: Option<Layout>,
    /// Pixels per row and rows
    #[arg(long, value_name = "WxH", value_parser = number::size)]
    pub(super) size: Option<Size>,
    /// Bytes from row to row; found when absent
    #[arg(long, value_name = "BYTES")]
    pub(super) stride: Option<usize>,
    /// Bytes before the first frame
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    pub(super) offset: u64,
    /// Frames A to B-1, counted from 0; also A..=B, A.., ..B
    #[arg(long, value_name = "A..B", value_parser = number::frames)]
    pub(super) frames: Option<Frames>,
    /// Find out what is not given, and say what it may be; with -o, write the best
    #[arg(long)]
    pub(super) guess: bool,
    /// Print what --guess finds for machines: JSON, one object a line
    #[arg(long, requires = "guess")]
    pub(super) json: bool,
    /// Sensor (csi2 sensors, or a file: mine.toml): order of its colour filter, black level
    #[arg(long, value_name = "NAME[:MODE]", value_parser = sensor_arg::choose)]
    pub(super) sensor: Option<Chosen>,
    #[command(flatten)]
    pub(super) pictures: PictureArgs,
}
