//! Writing: version 1, a file per channel, in a directory that appears when all are whole.
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-and-csv-export-formats-2025-update.md

use super::directory::{MAX_CHANNELS, file_name, list};
use super::header::{ChunkHeader, FileHeader};
use crate::format::samples::MAX_UNIT;
use crate::format::stamps::{Stamp, Stamps};
use crate::output::{OutputFile, hidden_beside};
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, ErrorKind, WireNote};
use csi2_dphy::{Level, Observation, Tick, Timebase};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let path = options.path.clone();
    let name = path.display().to_string();
    let refuse = |detail: String| Err(CaptureError::new(&name, 0, ErrorKind::Unsupported { detail }));
    let wires = options.channels.len();
    if wires > MAX_CHANNELS {
        return refuse(format!("{wires} channels, an export has up to {MAX_CHANNELS} here"));
    }
    if name == "-" {
        return refuse("an export is a directory, which standard output cannot hold; saleae-csv can".into());
    }
    if path.exists() && !path.is_dir() {
        return refuse("there is a file of this name, and an export is a directory: choose another name".into());
    }
    let hidden = Hidden::beside(&path).map_err(|error| CaptureError::new(&name, 0, ErrorKind::Io(error)))?;
    Ok(Box::new(SaleaeWriter {
        stamps: Stamps::new(wires),
        channels: Channels {
            files: Vec::new(),
            clock: options.timebase,
        },
        hidden,
        path,
        name,
    }))
}

struct SaleaeWriter {
    stamps: Stamps,
    /// Closed before their directory goes.
    channels: Channels,
    hidden: Hidden,
    path: PathBuf,
    name: String,
}

impl CaptureWriter for SaleaeWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let Self {
            stamps,
            channels,
            hidden,
            name,
            ..
        } = self;
        let taken = stamps.accept(seen, &mut |stamp| channels.take(stamp, hidden));
        taken.map_err(|error| error.at(name, 0))
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        let Self {
            mut stamps,
            mut channels,
            hidden,
            path,
            name,
        } = *self;
        let hidden = &hidden;
        let end = stamps.finish(&mut |stamp| channels.take(stamp, hidden))?;
        channels.create(stamps.wires(), hidden)?;
        let count = channels.files.len();
        channels.finish(end)?;
        let installed = hidden.install(&path, count);
        installed.map_err(|error| CaptureError::new(name, 0, ErrorKind::Io(error)))
    }
}

struct Channels {
    /// Created with the first stamp, when it is known how many there are.
    files: Vec<ChannelFile>,
    clock: Timebase,
}

struct ChannelFile {
    file: OutputFile,
    chunks: u64,
    /// The chunk that is being written, and where its header is.
    open: Option<(u64, ChunkHeader)>,
}

impl Channels {
    fn create(&mut self, wires: usize, hidden: &Hidden) -> Result<(), CaptureError> {
        for number in self.files.len()..wires {
            let mut file = OutputFile::create(&hidden.0.join(file_name(number)))?;
            file.put(&FileHeader::encode(0))?;
            self.files.push(ChannelFile {
                file,
                chunks: 0,
                open: None,
            });
        }
        Ok(())
    }

    fn take(&mut self, stamp: Stamp<'_>, hidden: &Hidden) -> Result<(), CaptureError> {
        self.create(stamp.levels.len(), hidden)?;
        let (seconds, rate) = (self.seconds(stamp.at)?, self.clock.hertz());
        for change in stamp.changes {
            if let Some(channel) = self.files.get_mut(usize::from(change.channel)) {
                channel.change(seconds, rate, change.level)?;
            }
        }
        Ok(())
    }

    /// A number of 53 bits, which must tell one tick from the next.
    fn seconds(&self, at: Tick) -> Result<f64, CaptureError> {
        const EXACT: Tick = 1 << 50;
        if at < EXACT {
            return Ok(at as f64 / self.clock.hertz());
        }
        let name = self.files.first().map_or("", |channel| channel.file.name());
        let detail = format!("tick {at} cannot be told from its neighbours, as times are floating-point numbers");
        Err(CaptureError::new(name, 0, ErrorKind::Unsupported { detail }))
    }

    fn finish(&mut self, end: Tick) -> Result<(), CaptureError> {
        let seconds = self.seconds(end)?;
        let mut files = core::mem::take(&mut self.files);
        for channel in &mut files {
            channel.close(seconds)?;
            channel.file.patch(0, &FileHeader::encode(channel.chunks))?;
            channel.file.settle()?;
        }
        files.into_iter().try_for_each(|channel| channel.file.finish())
    }
}

impl ChannelFile {
    /// Where the level is unknown there is no chunk.
    fn change(&mut self, seconds: f64, rate: f64, level: Level) -> Result<(), CaptureError> {
        match (&mut self.open, level) {
            (_, Level::Unknown) => self.close(seconds),
            (Some((_, header)), Level::Low | Level::High) => {
                header.count += 1;
                self.file.put(&seconds.to_le_bytes())
            }
            (None, Level::Low | Level::High) => {
                let header = ChunkHeader {
                    level: u32::from(level == Level::High),
                    rate,
                    begin: seconds,
                    end: seconds,
                    count: 0,
                };
                self.chunks += 1;
                self.open = Some((self.file.offset(), header));
                self.file.put(&header.encode())
            }
        }
    }

    fn close(&mut self, seconds: f64) -> Result<(), CaptureError> {
        if let Some((at, mut header)) = self.open.take() {
            header.end = seconds;
            self.file.patch(at, &header.encode())?;
        }
        Ok(())
    }
}

/// A directory under a name of its own until it is whole; removed when dropped before.
struct Hidden(PathBuf);

impl Hidden {
    fn beside(path: &Path) -> io::Result<Self> {
        let ((), hidden) = hidden_beside(path, |hidden| fs::create_dir(hidden))?;
        Ok(Self(hidden))
    }

    /// Gives the directory its name, or its files to the directory of that name.
    fn install(&self, path: &Path, count: usize) -> io::Result<()> {
        if !path.is_dir() {
            return fs::rename(&self.0, path);
        }
        for file in (0..count).map(file_name) {
            fs::rename(self.0.join(&file), path.join(&file))?;
        }
        // The export that was replaced may have had more channels: left behind, they would be read as this one's.
        let listing = list(path)?;
        let mut stale = listing.digital.iter().filter(|(number, _)| *number >= count);
        stale.try_for_each(|(_, file)| fs::remove_file(file))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove; before it there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}

const _: () = assert!(MAX_UNIT * 8 <= MAX_CHANNELS);
