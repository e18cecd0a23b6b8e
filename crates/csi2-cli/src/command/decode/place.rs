//! Where frames go.

use super::tag::Tag;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::Output;
use crate::picture::{Picture, SinkOptions};
use crate::report::json::PlaneRow;
use crate::report::text;
use crate::sink::{self, PlaneFile, Sink, Stack};
use csi2_analyzer::{Frame, Pixels};
use csi2_packet::{DataType, VirtualChannel};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Where frames go.
pub(super) enum Place<'a> {
    /// Nowhere: they are hashed.
    Null,
    /// A file each, or several.
    Files(&'a Path),
    /// A file a stream.
    Stacks(&'a Path, Stacks),
    /// Standard output, one after the other.
    Stream(Stream),
}

/// By stream and exposure.
type Stacks = BTreeMap<(VirtualChannel, DataType, Option<&'static str>), Stacked>;

/// The stack that a stream writes at the moment.
pub(super) struct Stacked {
    stack: Stack,
    file: String,
    /// Stacks of this stream so far.
    number: usize,
}

/// Standard output.
pub(super) struct Stream {
    output: Output,
    /// What the frames before were.
    like: Option<Like>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Like {
    channel: VirtualChannel,
    data_type: DataType,
    exposure: Option<&'static str>,
    width: u32,
    height: u32,
}

/// A frame that has gone its way, for the manifest.
#[derive(Debug, Default)]
pub(super) struct Put {
    pub(super) file: Option<String>,
    pub(super) slice: Option<usize>,
    pub(super) planes: Vec<PlaneRow>,
    pub(super) sha256: Option<String>,
}

impl<'a> Place<'a> {
    pub(super) fn stacks(directory: &'a Path) -> Self {
        Self::Stacks(directory, BTreeMap::new())
    }

    pub(super) fn stream() -> Result<Self, Failure> {
        Ok(Self::Stream(Stream {
            output: Output::create(Path::new("-"))?,
            like: None,
        }))
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether pictures of a format can go here.
    pub(super) const fn takes(&self, sink: &Sink) -> bool {
        !matches!(self, Self::Stream(_)) || sink.streams
    }

    /// Writes a frame.
    pub(super) fn put(
        &mut self,
        (frame, tag): (&Frame<'_>, &Tag),
        picture: &Picture<'_>,
        (sink, options): (&'static Sink, SinkOptions),
        console: &Console,
    ) -> Result<Put, Failure> {
        let name = format!("{}-{:06}.{}", tag.stem(frame), tag.number(frame), sink.extension);
        match self {
            Self::Null => Ok(Put {
                sha256: Some(sha256(picture, options)?),
                ..Put::default()
            }),
            Self::Stacks(directory, stacks) if matches!(picture.pixels, Pixels::Samples(_)) => {
                stacked(stacks, directory, (frame, tag), picture)
            }
            Self::Files(directory) | Self::Stacks(directory, _) => {
                let planes = sink::write_file(sink, picture, options, &directory.join(&name))?;
                let planes = rows(&planes);
                Ok(Put {
                    file: Some(planes.first().map_or(name, |first| first.file.clone())),
                    planes,
                    ..Put::default()
                })
            }
            Self::Stream(stream) => {
                stream.admit((frame, tag), picture, (sink, options), console)?;
                stream.output.write(|out| (sink.write)(picture, options, out))?;
                Ok(Put::default())
            }
        }
    }

    /// Gives files that are still open their names.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Null | Self::Files(_) => Ok(()),
            Self::Stacks(_, stacks) => stacks.into_values().try_for_each(|stacked| stacked.stack.finish()),
            Self::Stream(stream) => stream.output.finish(),
        }
    }
}

impl Stream {
    /// Frames of a stream of pictures have to be alike. Says once how FFmpeg reads them.
    fn admit(
        &mut self,
        (frame, tag): (&Frame<'_>, &Tag),
        picture: &Picture<'_>,
        (sink, options): (&Sink, SinkOptions),
        console: &Console,
    ) -> Result<(), Failure> {
        let like = Like {
            channel: frame.channel,
            data_type: frame.data_type,
            exposure: tag.exposure,
            width: frame.width,
            height: frame.height,
        };
        match self.like {
            Some(before) if before == like => Ok(()),
            Some(Like {
                exposure: Some(before), ..
            }) if like.exposure.is_some_and(|exposure| exposure != before) => Err(Failure::usage(format!(
                "standard output takes one stream, and there are exposures {before} and {}: --hdr merge makes one frame of \
                 them, --hdr off leaves them as they came, -o DIR writes all",
                like.exposure.unwrap_or_default()
            ))),
            Some(before) if (before.channel, before.data_type) == (like.channel, like.data_type) => Err(Failure::file(
                "standard output",
                format!(
                    "frame {} of virtual channel {} is {}x{}, those before it {}x{}: a stream of pictures has one size; \
                     --frames {}.. continues from here, -o DIR writes files",
                    frame.index, like.channel, like.width, like.height, before.width, before.height, frame.index
                ),
            )),
            Some(before) => Err(Failure::usage(format!(
                "standard output takes one stream, and there are {} of virtual channel {} and {} of {}: choose by --vc \
                 and --dt",
                before.data_type.name(),
                before.channel,
                like.data_type.name(),
                like.channel
            ))),
            None => {
                self.like = Some(like);
                console.note(&reader(picture, sink, options));
                Ok(())
            }
        }
    }
}

/// How FFmpeg reads what is written.
fn reader(picture: &Picture<'_>, sink: &Sink, options: SinkOptions) -> String {
    let size = format!("{}x{}", picture.width, picture.height);
    match (sink.name, sink::pix_fmt(picture, options)) {
        ("png" | "pgm", _) => format!(
            "{size}, {} files: ffmpeg -f image2pipe -c:v {} -i -",
            sink.name, sink.name
        ),
        ("raw", Some(pix_fmt)) => format!("{size}, {pix_fmt}: ffmpeg -f rawvideo -pix_fmt {pix_fmt} -s {size} -i -"),
        ("raw", None) => format!("{size}, {} bits: no pixel format of FFmpeg", picture.bits),
        _ => {
            let bytes = match picture.pixels {
                Pixels::Packed(bytes) => bytes.len() / picture.height.max(1),
                Pixels::Samples(_) => picture.width,
            };
            format!(
                "{} of {} each",
                text::count(picture.height as u64, "line"),
                text::count(bytes as u64, "byte")
            )
        }
    }
}

fn stacked(
    stacks: &mut Stacks,
    directory: &Path,
    (frame, tag): (&Frame<'_>, &Tag),
    picture: &Picture<'_>,
) -> Result<Put, Failure> {
    let key = (frame.channel, frame.data_type, tag.exposure);
    let mut number = 1;
    let mut stacked = match stacks.remove(&key) {
        Some(stacked) if stacked.stack.fits(picture) => Some(stacked),
        Some(other) => {
            number = other.number + 1;
            other.stack.finish()?;
            None
        }
        None => None,
    };
    let current = match stacked.take() {
        Some(stacked) => stacks.entry(key).or_insert(stacked),
        None => {
            let suffix = if number == 1 {
                String::new()
            } else {
                format!("-{number}")
            };
            let file = format!("{}{suffix}.npy", tag.stem(frame));
            let stack = Stack::create(picture, &directory.join(&file))?;
            stacks.entry(key).or_insert(Stacked { stack, file, number })
        }
    };
    let slice = current.stack.push(picture)?;
    let planes = rows(current.stack.planes());
    Ok(Put {
        file: Some(planes.first().map_or(current.file.clone(), |first| first.file.clone())),
        slice: Some(slice),
        planes,
        sha256: None,
    })
}

fn rows(planes: &[PlaneFile]) -> Vec<PlaneRow> {
    let row = |plane: &PlaneFile| PlaneRow {
        name: plane.plane,
        file: file_name(&plane.path),
        width: plane.width,
        height: plane.height,
    };
    planes.iter().map(row).collect()
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Of the bytes that the `raw` format (or, without samples, `packed`) would write.
fn sha256(picture: &Picture<'_>, options: SinkOptions) -> Result<String, Failure> {
    struct Hash(Sha256);
    impl Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Hash(Sha256::new());
    sink::write_raw(picture, options, &mut hash).map_err(|error| Failure::io("hash", error))?;
    Ok(crate::report::hex::hex(&hash.0.finalize()))
}
