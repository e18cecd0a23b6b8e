//! The members with samples: block by block, all channels of a block side by side.
//!
//! Ref: DreamSourceLab/DSView libsigrok4DSL/session_driver.c

use super::header::Header;
use super::transpose::transpose;
use crate::format::archive::{Archive, Medium, Place, SampleMembers, threads};
use crate::format::samples::MAX_UNIT;
use crate::{CaptureError, ErrorKind, READER_THREAD};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use zip::ZipReadOptions;
use zip::read::ZipArchiveMetadata;

/// Bytes of a sample in version 1, whatever the number of channels.
const OLD_UNIT: usize = 2;

/// Channel and block of `L-<channel>/<block>`.
pub(super) fn place_of(name: &[u8]) -> Option<(usize, u64)> {
    let name = core::str::from_utf8(name).ok()?;
    let (channel, block) = name.strip_prefix("L-")?.split_once('/')?;
    Some((channel.parse().ok()?, block.parse().ok()?))
}

/// The samples of a session.
pub(super) struct Blocks {
    archive: Archive,
    medium: Medium,
    place: Place,
    /// Goes on by what was read of the file, block after block.
    progress: Place,
    /// Member of each block of each channel; none in version 1.
    channels: BTreeMap<usize, BTreeMap<u64, usize>>,
    /// The member of version 1.
    whole: Option<usize>,
    next: u64,
    /// Samples that follow, where the header says how many there are.
    left: Option<u64>,
    unit: usize,
    /// Bytes that the channels of a block may have together.
    limit: usize,
    /// The block given last, by channel.
    held: BTreeMap<usize, Vec<u8>>,
}

impl Blocks {
    /// Finds the members.
    ///
    /// # Errors
    /// Where there are no samples, or more channels than samples have bits.
    pub(super) fn new(
        (archive, medium): (Archive, Medium),
        header: &Header,
        place: Place,
        progress: Place,
        limit: usize,
    ) -> Result<Self, CaptureError> {
        let mut channels: BTreeMap<usize, BTreeMap<u64, usize>> = BTreeMap::new();
        let mut whole = None;
        for (index, name) in archive.file_names_raw().enumerate() {
            if header.version == 1 {
                whole = whole.or((name == header.capture_file.as_bytes()).then_some(index));
            } else if let Some((channel, block)) = place_of(name) {
                channels.entry(channel).or_default().insert(block, index);
            }
        }
        let unit = match (channels.last_key_value(), whole) {
            (Some((last, _)), _) => last / 8 + 1,
            (None, Some(_)) => OLD_UNIT,
            (None, None) => {
                let wanted = match header.version {
                    1 => header.capture_file.as_str(),
                    _ => "L-0/0",
                };
                let detail = format!("the ZIP has no member `{wanted}`: there are no samples");
                return Err(place.malformed("session", detail));
            }
        };
        if unit > MAX_UNIT {
            let detail = format!("{} channels, up to {} are read", unit * 8, MAX_UNIT * 8);
            return Err(place.fail(ErrorKind::Unsupported { detail }));
        }
        Ok(Self {
            archive,
            medium,
            place,
            progress,
            channels,
            whole,
            next: 0,
            left: header.samples,
            unit,
            limit,
            held: BTreeMap::new(),
        })
    }

    /// Bytes of a sample.
    pub(super) fn unit(&self) -> usize {
        self.unit
    }

    /// Channels with samples; `None` where all bits are.
    pub(super) fn present(&self) -> Option<BTreeSet<usize>> {
        self.whole.is_none().then(|| self.channels.keys().copied().collect())
    }

    /// Loads the next block of every channel; bytes of each. `None` behind the last.
    fn load(&mut self) -> Result<Option<usize>, CaptureError> {
        let block = self.next;
        let lacking = self.channels.iter().find(|(_, blocks)| !blocks.contains_key(&block));
        if let Some((channel, _)) = lacking {
            let mut others = self.channels.values();
            let over = !others.any(|blocks| blocks.range(block..).next().is_some());
            return match (over, self.left) {
                (true, None | Some(0)) => Ok(None),
                (true, Some(left)) => {
                    let detail = format!("{left} samples are missing: the ZIP has no member `L-{channel}/{block}`");
                    Err(self.place.malformed("session", detail))
                }
                (false, _) => {
                    let detail =
                        format!("the ZIP has no member `L-{channel}/{block}` but others of or behind that block");
                    Err(self.place.malformed("session", detail))
                }
            };
        }
        let size = match self.side_by_side() {
            Some(size) => Some(size),
            None => self.one_by_one()?,
        };
        self.next += 1;
        Ok(size)
    }

    /// Inflates the channels of the next block on several threads; bytes of each. `None` where that does not go without trouble,
    /// or is of no use.
    fn side_by_side(&mut self) -> Option<usize> {
        let directory = self.archive.metadata();
        let members = self.channels.values().map(|blocks| blocks.get(&self.next).copied());
        let members: Vec<usize> = members.collect::<Option<_>>()?;
        let (mut size, mut compressed) = (None, 0_u64);
        for index in &members {
            let member = directory.entry(*index).ok()?;
            compressed = member.compressed_size().saturating_add(compressed);
            if *size.get_or_insert(member.size()) != member.size() {
                return None;
            }
        }
        let size = usize::try_from(size?).ok()?;
        let threads = if self.medium.is_shared() { threads() } else { 1 };
        if threads == 1 || members.len() == 1 || size.checked_mul(members.len())? > self.limit {
            return None;
        }
        let mut held = core::mem::take(&mut self.held);
        for channel in self.channels.keys() {
            held.entry(*channel).or_default();
        }
        let mut buffers: Vec<&mut Vec<u8>> = held.values_mut().collect();
        let share = members.len().div_ceil(threads);
        let ends = std::thread::scope(|scope| {
            let started: Vec<_> = members
                .chunks(share)
                .zip(buffers.chunks_mut(share))
                .map(|(members, buffers)| {
                    let (directory, medium, place) = (&directory, &self.medium, self.place.apart());
                    let thread = std::thread::Builder::new().name(READER_THREAD.into());
                    thread.spawn_scoped(scope, move || {
                        inflate(directory, medium, &place, (members, buffers, size))
                    })
                })
                .collect();
            let ended = started.into_iter().map(|thread| thread.ok()?.join().ok()?);
            ended.collect::<Vec<Option<u64>>>()
        });
        self.held = held;
        let ends = ends.into_iter().collect::<Option<Vec<u64>>>()?;
        self.place.go(*ends.last()?);
        self.progress.advance(compressed);
        Some(size)
    }

    /// Inflates the channels of the next block; bytes of each.
    fn one_by_one(&mut self) -> Result<Option<usize>, CaptureError> {
        let block = self.next;
        let (mut total, mut size) = (0, None);
        for (channel, blocks) in &self.channels {
            let Some(&index) = blocks.get(&block) else {
                continue;
            };
            let held = self.held.entry(*channel).or_default();
            held.clear();
            let mut member = self
                .archive
                .by_index(index)
                .map_err(|error| self.place.error("block of samples", error))?;
            let room = self.limit.saturating_sub(total);
            let read = (&mut member).take(room as u64 + 1).read_to_end(held);
            read.map_err(|error| self.place.io("block of samples", error))?;
            if held.len() > room {
                return Err(self.place.fail(ErrorKind::TooLarge {
                    what: "block of all channels",
                    size: (total + held.len()) as u64,
                    limit: self.limit as u64,
                }));
            }
            total += held.len();
            self.progress.advance(member.compressed_size());
            let first = *size.get_or_insert(held.len());
            if held.len() != first {
                let detail = format!(
                    "`L-{channel}/{block}` has {} bytes, the first channel's has {first}",
                    held.len()
                );
                return Err(self.place.malformed("block of samples", detail));
            }
        }
        Ok(size)
    }
}

/// Members of `size` bytes, each into its buffer. Where in the file reading was then; `None` where one is another or cannot be
/// read.
fn inflate(
    directory: &ZipArchiveMetadata,
    medium: &Medium,
    place: &Place,
    (members, buffers, size): (&[usize], &mut [&mut Vec<u8>], usize),
) -> Option<u64> {
    let mut stream = BufReader::new(medium.handle(place));
    for (index, buffer) in members.iter().zip(buffers) {
        let member = directory.entry(*index).ok()?;
        let member = member.with_reader(&mut stream, ZipReadOptions::new()).ok()?;
        buffer.clear();
        member.take(size as u64 + 1).read_to_end(buffer).ok()?;
        if buffer.len() != size {
            return None;
        }
    }
    Some(place.offset())
}

impl SampleMembers for Blocks {
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError> {
        if let Some(index) = self.whole.take() {
            let member = self
                .archive
                .by_index(index)
                .map_err(|error| self.place.error("samples", error))?;
            self.progress.advance(member.compressed_size());
            let bytes = self.left.unwrap_or(u64::MAX).saturating_mul(OLD_UNIT as u64);
            return Ok(Some(Box::new(member.take(bytes))));
        }
        if self.left == Some(0) || self.channels.is_empty() {
            return Ok(None);
        }
        let Some(bytes) = self.load()? else {
            return Ok(None);
        };
        let samples = (bytes as u64).saturating_mul(8);
        let taken = self.left.map_or(samples, |left| left.min(samples));
        self.left = self.left.map(|left| left.saturating_sub(taken));
        Ok(Some(Box::new(Interleaved {
            channels: &self.held,
            unit: self.unit,
            at: 0,
            left: taken,
            group: [0; 8 * MAX_UNIT],
            given: 0,
            made: 0,
        })))
    }

    fn broken(&mut self, error: io::Error) -> CaptureError {
        self.place.io("samples", error)
    }
}

/// The samples of a block, made of its channels eight at a time.
struct Interleaved<'b> {
    channels: &'b BTreeMap<usize, Vec<u8>>,
    unit: usize,
    /// Byte of each channel that comes next.
    at: usize,
    /// Samples that are not made.
    left: u64,
    /// Eight samples, or the last of a block, that did not fit at once.
    group: [u8; 8 * MAX_UNIT],
    given: usize,
    made: usize,
}

impl Interleaved<'_> {
    /// Eight samples at the start of `to`.
    fn make(&mut self, to: &mut [u8]) {
        for lane in 0..self.unit {
            let mut bits = [0; 8];
            for (channel, bytes) in self.channels.range(8 * lane..8 * lane + 8) {
                if let Some(bit) = bits.get_mut(channel % 8) {
                    *bit = bytes.get(self.at).copied().unwrap_or(0);
                }
            }
            for (sample, byte) in to.chunks_exact_mut(self.unit).zip(transpose(bits)) {
                if let Some(to) = sample.get_mut(lane) {
                    *to = byte;
                }
            }
        }
        self.at += 1;
    }
}

impl Read for Interleaved<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        loop {
            let room = buffer.get_mut(written..).unwrap_or_default();
            if self.given < self.made {
                let ready = self.group.get(self.given..self.made).unwrap_or_default();
                let count = ready.len().min(room.len());
                for (to, from) in room.iter_mut().zip(ready) {
                    *to = *from;
                }
                self.given += count;
                written += count;
            } else if self.left >= 8 && room.len() >= 8 * self.unit {
                let (now, _) = room.split_at_mut(8 * self.unit);
                self.make(now);
                self.left -= 8;
                written += 8 * self.unit;
            } else if self.left > 0 && !room.is_empty() {
                let mut group = [0; 8 * MAX_UNIT];
                self.make(&mut group);
                self.group = group;
                // Lossless: at most 8.
                let samples = self.left.min(8) as usize;
                self.left -= samples as u64;
                (self.given, self.made) = (0, samples * self.unit);
            } else {
                return Ok(written);
            }
            if written == buffer.len() {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_by_channel_and_block() {
        assert_eq!(place_of(b"L-0/0"), Some((0, 0)));
        assert_eq!(place_of(b"L-15/123"), Some((15, 123)));
        for other in [&b"L-0"[..], b"L-/0", b"L-0/", b"A-0/0", b"L-0/0/0", b"L-x/0", b"\xFF"] {
            assert_eq!(place_of(other), None);
        }
    }

    #[test]
    fn samples_come_however_they_are_asked_for() {
        let channels: BTreeMap<usize, Vec<u8>> = [(1, vec![0x01, 0x80, 0x0F]), (9, vec![0xFF, 0x00, 0xA0])].into();
        let bit = |channel: usize, sample: usize| channels[&channel][sample / 8] >> (sample % 8) & 1;
        let expected: Vec<u8> = (0..21)
            .flat_map(|sample| [bit(1, sample) << 1, bit(9, sample) << 1])
            .collect();
        for step in [1, 2, 3, 15, 16, 17, 100] {
            let mut interleaved = Interleaved {
                channels: &channels,
                unit: 2,
                at: 0,
                left: 21,
                group: [0; 64],
                given: 0,
                made: 0,
            };
            let mut read = Vec::new();
            loop {
                let mut buffer = vec![0xEE; step];
                let count = interleaved.read(&mut buffer).unwrap();
                if count == 0 {
                    break;
                }
                read.extend_from_slice(&buffer[..count]);
            }
            assert_eq!(read, expected, "{step}");
        }
    }
}
