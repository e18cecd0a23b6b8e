//! Where frames go.

use super::tag::Tag;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::Files;
use crate::picture::{Picture, SinkOptions};
use crate::report::json::PlaneRow;
use crate::report::text;
use crate::sink::{self, PlaneFile, Sink, Stack};
use csi2_analyzer::{Frame, Pixels};
use csi2_packet::{DataType, VirtualChannel};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Where frames go.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Nowhere: they are hashed.
    Null,
    /// A file each, or several.
    Files(Arc<Path>),
    /// A file a stream.
    Stacks(Arc<Path>),
    /// Standard output, one after the other.
    Stream,
}

/// A stream and an exposure of it.
type Key = (VirtualChannel, DataType, Option<&'static str>);

/// The stacks that are open.
#[derive(Default)]
pub(super) struct Stacks(BTreeMap<Key, Stacked>);

/// The stack that a stream writes at the moment.
struct Stacked {
    stack: Stack,
    file: String,
    /// Stacks of this stream so far.
    number: usize,
}

/// What files of a frame are named after.
#[derive(Clone, Debug)]
pub(super) struct Title {
    stem: String,
    number: u64,
    key: Key,
}

/// What frames on standard output have to be like: the first one.
#[derive(Default)]
pub(super) struct Likeness(Option<Like>);

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

/// Where the files and stacks of a frame are written.
pub(super) trait Desk: Files {
    fn files(&mut self) -> &mut dyn Files;

    /// Stacks take frames in their order: what was written before is there.
    fn stacks(&mut self) -> Result<&mut Stacks, Failure>;
}

impl Title {
    pub(super) fn of(frame: &Frame<'_>, tag: &Tag) -> Self {
        Self {
            stem: tag.stem(frame),
            number: tag.number(frame),
            key: (frame.channel, frame.data_type, tag.exposure),
        }
    }

    /// `vc0-raw10-000000`.
    pub(super) fn name(&self) -> String {
        format!("{}-{:06}", self.stem, self.number)
    }
}

/// `vc0-raw10 0`.
impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.stem, self.number)
    }
}

impl Place {
    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether pictures of a format can go here.
    pub(super) const fn takes(&self, sink: &Sink) -> bool {
        !matches!(self, Self::Stream) || sink.streams
    }

    /// Writes a frame.
    pub(super) fn put(
        &self,
        title: &Title,
        picture: &Picture<'_>,
        (sink, options): (&Sink, SinkOptions),
        desk: &mut dyn Desk,
    ) -> Result<Put, Failure> {
        match self {
            Self::Null => Ok(Put {
                sha256: Some(sha256(picture, options)?),
                ..Put::default()
            }),
            Self::Stacks(directory) if matches!(picture.pixels, Pixels::Samples(_)) => {
                desk.stacks()?.push(directory, title, picture)
            }
            Self::Files(directory) | Self::Stacks(directory) => {
                let name = format!("{}.{}", title.name(), sink.extension);
                let planes = sink::write_file(sink, picture, options, &directory.join(&name), desk.files())?;
                let planes = rows(&planes);
                Ok(Put {
                    file: Some(planes.first().map_or(name, |first| first.file.clone())),
                    planes,
                    ..Put::default()
                })
            }
            Self::Stream => {
                desk.write(Path::new("-"), &mut |out| (sink.write)(picture, options, out))?;
                Ok(Put::default())
            }
        }
    }
}

impl Likeness {
    /// Frames of a stream of pictures have to be alike. Says once how FFmpeg reads them.
    pub(super) fn admit(
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
        match self.0 {
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
                self.0 = Some(like);
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

impl Stacks {
    /// Appends a frame to the stack of its stream, or to a new one where it is not like those before.
    fn push(&mut self, directory: &Path, title: &Title, picture: &Picture<'_>) -> Result<Put, Failure> {
        let mut number = 1;
        let fitting = match self.0.remove(&title.key) {
            Some(stacked) if stacked.stack.fits(picture) => Some(stacked),
            Some(other) => {
                number = other.number + 1;
                other.stack.finish()?;
                None
            }
            None => None,
        };
        let stacked = match fitting {
            Some(stacked) => stacked,
            None => {
                let suffix = if number == 1 {
                    String::new()
                } else {
                    format!("-{number}")
                };
                let file = format!("{}{suffix}.npy", title.stem);
                let stack = Stack::create(picture, &directory.join(&file))?;
                Stacked { stack, file, number }
            }
        };
        let current = self.0.entry(title.key).or_insert(stacked);
        let slice = current.stack.push(picture)?;
        let planes = rows(current.stack.planes());
        Ok(Put {
            file: Some(planes.first().map_or(current.file.clone(), |first| first.file.clone())),
            slice: Some(slice),
            planes,
            sha256: None,
        })
    }

    /// Gives files that are still open their names.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.0.into_values().try_for_each(|stacked| stacked.stack.finish())
    }
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
