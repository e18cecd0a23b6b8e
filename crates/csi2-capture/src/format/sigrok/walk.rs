//! The members of a session whose directory is lost, because the file is cut: each has a header of its own as well.
//!
//! Ref: PKWARE APPNOTE.TXT 4.3.7 local file header, 4.3.9 data descriptor, 4.3.16 end of central directory record

use super::members::{Members, no_text, number};
use crate::format::archive::{Medium, Part, Place, SIGNATURE, SampleMembers, Tracked, read_text};
use crate::{CaptureError, ErrorKind};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zip::ZipReadOptions;
use zip::read::{ZipFile, read_zipfile_from_stream_with_options};

const HEADER: &[u8] = SIGNATURE;
const HEADER_BYTES: u64 = 30;
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// A descriptor whose sizes have 64 bits.
const DESCRIPTOR_BYTES: usize = 24;
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The end record and its comment.
const LONGEST_END: u64 = END_BYTES as u64 + 0xFFFF;
/// Bytes looked at at a time to find a descriptor.
const STEP: u64 = 64 * 1024;

/// Goes from header to header.
pub(super) struct Walk {
    stream: BufReader<Tracked>,
    place: Place,
    /// Why the directory cannot be read.
    trouble: Option<CaptureError>,
    /// Size of the file.
    len: u64,
    /// Where the next header is.
    at: u64,
    base: String,
    /// Number of the member with samples that must come next.
    wanted: Option<u64>,
    /// The member given last reaches beyond the end of the file.
    cut: bool,
}

/// A local header.
struct Member {
    name: Vec<u8>,
    at: u64,
    /// Where the compressed bytes start.
    data: u64,
    size: Size,
}

enum Size {
    /// The header says it: where the member ends.
    Told(u64),
    /// It is behind the member.
    Found(Descriptor),
    /// It should be behind the member, which does not end: as many bytes are there.
    Unknown(u64),
}

/// What follows a member that was written without seeking back to its header.
struct Descriptor {
    checksum: u32,
    compressed: u64,
    size: u64,
    /// Its own length.
    bytes: u64,
}

impl Walk {
    /// Starts at the first member. `trouble` says why the directory cannot be read.
    ///
    /// # Errors
    /// `trouble`, where the file does not start with a member.
    pub(super) fn new(medium: &Medium, place: &Place, trouble: CaptureError) -> Result<Self, CaptureError> {
        let io_error = |error| place.fail(ErrorKind::Io(error));
        let mut stream = BufReader::new(medium.handle(place));
        let mut head = Vec::new();
        let signature = HEADER.len() as u64;
        (&mut stream).take(signature).read_to_end(&mut head).map_err(io_error)?;
        if head != HEADER {
            return Err(trouble);
        }
        let len = stream.seek(SeekFrom::End(0)).map_err(io_error)?;
        Ok(Self {
            stream,
            place: place.clone(),
            trouble: Some(trouble),
            len,
            at: 0,
            base: String::new(),
            wanted: None,
            cut: false,
        })
    }

    /// Goes to a byte, keeping what is buffered where it is near.
    fn go(&mut self, to: u64) -> io::Result<()> {
        let from = self.stream.stream_position()?;
        match (i64::try_from(to), i64::try_from(from)) {
            (Ok(to), Ok(from)) => self.stream.seek_relative(to - from),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Up to `n` bytes from `at`.
    fn bytes(&mut self, at: u64, n: u64) -> io::Result<Vec<u8>> {
        self.go(at)?;
        let mut bytes = Vec::new();
        (&mut self.stream).take(n).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The next member; `None` where there is no whole header.
    fn member(&mut self) -> Result<Option<Member>, CaptureError> {
        let member = self.header().map_err(|error| self.place.fail(ErrorKind::Io(error)))?;
        if let Some(member) = &member {
            self.at = self.end_of(member).unwrap_or(self.len);
        }
        Ok(member)
    }

    fn header(&mut self) -> io::Result<Option<Member>> {
        let at = self.at;
        let header = self.bytes(at, HEADER_BYTES)?;
        let (Some(flags), Some(compressed), Some(name_bytes), Some(extra_bytes), true) = (
            u16_at(&header, 6),
            u32_at(&header, 18),
            u16_at(&header, 26),
            u16_at(&header, 28),
            header.starts_with(HEADER),
        ) else {
            return Ok(None);
        };
        let name = self.bytes(at.saturating_add(HEADER_BYTES), u64::from(name_bytes))?;
        let data = at.saturating_add(HEADER_BYTES + u64::from(name_bytes) + u64::from(extra_bytes));
        if data > self.len {
            return Ok(None);
        }
        let size = if flags & 1 << 3 == 0 {
            Size::Told(data.saturating_add(u64::from(compressed)))
        } else {
            self.size_behind(data)?
        };
        Ok(Some(Member { name, at, data, size }))
    }

    /// Finds what follows the member whose bytes start at `data`: the sizes in it tell it from bytes of the member.
    fn size_behind(&mut self, data: u64) -> io::Result<Size> {
        self.go(data)?;
        let mut held = Vec::new();
        let mut first = 0;
        loop {
            let ended = (&mut self.stream).take(STEP).read_to_end(&mut held)? == 0;
            // With the signature of what follows.
            let ahead = if ended { 0 } else { DESCRIPTOR_BYTES + HEADER.len() };
            let searched = held.len().saturating_sub(ahead);
            for at in 0..searched {
                let bytes = held.get(at..).unwrap_or_default();
                if bytes.starts_with(DESCRIPTOR)
                    && let Some(found) = Descriptor::parse(bytes, first + at as u64)
                {
                    return Ok(Size::Found(found));
                }
            }
            if ended {
                // The start of a descriptor is no part of the member.
                let tail = held.len().saturating_sub(DESCRIPTOR_BYTES - 1)..held.len();
                let mut starts = tail.map(|at| (first + at as u64, held.get(at..).unwrap_or_default()));
                let cut = starts.find(|(at, bytes)| Descriptor::may_start(bytes, *at));
                return Ok(Size::Unknown(cut.map_or(first + held.len() as u64, |(at, _)| at)));
            }
            held.drain(..searched);
            first += searched as u64;
        }
    }

    /// Where a member ends; `None` where the file ends before.
    fn end_of(&self, member: &Member) -> Option<u64> {
        let end = match &member.size {
            Size::Told(end) => *end,
            Size::Found(found) => member.data.saturating_add(found.compressed).saturating_add(found.bytes),
            Size::Unknown(_) => return None,
        };
        (end <= self.len).then_some(end)
    }

    fn open(&mut self, member: &Member) -> Result<ZipFile<'_, BufReader<Tracked>>, CaptureError> {
        self.cut = self.end_of(member).is_none();
        let options = ZipReadOptions::new();
        let options = match &member.size {
            Size::Told(_) => options,
            Size::Found(found) => options
                .override_compressed_size(found.compressed)
                .override_uncompressed_size(found.size)
                .override_crc(found.checksum),
            Size::Unknown(bytes) => options.override_compressed_size(*bytes).ignore_crc32(true),
        };
        self.go(member.at)
            .map_err(|error| self.place.fail(ErrorKind::Io(error)))?;
        match read_zipfile_from_stream_with_options(&mut self.stream, options) {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(self.place.malformed("ZIP member", "there is no header".into())),
            Err(error) => Err(self.place.error("ZIP member", error)),
        }
    }

    /// There are no more members: the file is cut, or what follows is a directory, which was of no use.
    fn end(&mut self) -> CaptureError {
        let tail = self.at.max(self.len.saturating_sub(LONGEST_END));
        let whole = self.bytes(tail, LONGEST_END).is_ok_and(|tail| {
            let mut windows = tail.windows(END_BYTES);
            windows.any(|window| window.starts_with(END))
        });
        match self.trouble.take() {
            Some(trouble) if whole => trouble,
            _ => self.truncated(),
        }
    }

    fn truncated(&self) -> CaptureError {
        let kind = ErrorKind::Truncated {
            what: "ZIP without the directory at its end",
            required: END_BYTES as u64,
            available: 0,
        };
        self.place.fail_at(self.len, kind)
    }
}

impl Members for Walk {
    fn text(&mut self, name: &'static str) -> Result<String, CaptureError> {
        self.at = 0;
        while let Some(member) = self.member()? {
            if member.name != name.as_bytes() {
                continue;
            }
            let place = self.place.clone();
            let text = read_text(self.open(&member)?, name, &place);
            return if self.cut { Err(self.truncated()) } else { text };
        }
        match self.end() {
            cut @ CaptureError {
                kind: ErrorKind::Truncated { .. },
                ..
            } => Err(cut),
            _ => Err(no_text(name, &self.place)),
        }
    }

    fn choose(&mut self, base: &str) {
        self.at = 0;
        self.base = base.into();
    }

    /// One: where a member ends is known when the next one is looked for.
    fn parts(self: Box<Self>, _: usize) -> Vec<Part> {
        let progress = self.place.clone();
        vec![Part {
            members: self,
            progress,
        }]
    }
}

impl SampleMembers for Walk {
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError> {
        let (member, number) = loop {
            let Some(member) = self.member()? else {
                return Err(self.end());
            };
            if let Some(number) = number(&member.name, &self.base) {
                break (member, number);
            }
        };
        let wanted = self.wanted.unwrap_or(number.min(1));
        if number != wanted {
            let detail = format!(
                "without a directory, members are read in their order: there is `{0}-{number}` where `{0}-{wanted}` follows",
                self.base
            );
            return Err(self.place.malformed("session", detail));
        }
        self.wanted = number.checked_add(1);
        Ok(Some(Box::new(self.open(&member)?)))
    }

    fn broken(&mut self, error: io::Error) -> CaptureError {
        match self.cut {
            true => self.truncated(),
            false => self.place.io("logic samples", error),
        }
    }
}

impl Descriptor {
    /// A whole descriptor at the start of `bytes`, behind a member of `compressed` bytes. Its sizes have 64 bits where
    /// no other record follows sizes of 32.
    fn parse(bytes: &[u8], compressed: u64) -> Option<Self> {
        let followed = bytes.get(16..).is_some_and(|next| next.starts_with(b"PK"));
        let wide = !followed && bytes.len() >= DESCRIPTOR_BYTES && u64_at(bytes, 8) == Some(compressed);
        let (told, size, len) = match wide {
            true => (compressed, u64_at(bytes, 16)?, 24),
            false => (u64::from(u32_at(bytes, 8)?), u64::from(u32_at(bytes, 12)?), 16),
        };
        // Where the file ends, a size of 0 is the upper half of the other one.
        let halved = !wide && !followed && size == 0 && compressed > 0;
        (told == compressed && !halved).then_some(Self {
            checksum: u32_at(bytes, 4)?,
            compressed,
            size,
            bytes: len,
        })
    }

    /// Whether `bytes`, the last of the file, may be the start of a descriptor.
    fn may_start(bytes: &[u8], compressed: u64) -> bool {
        let common = bytes.len().min(DESCRIPTOR.len());
        let told = bytes.get(8..).unwrap_or_default();
        let sizes = told.iter().zip(compressed.to_le_bytes()).take(4);
        bytes.get(..common) == DESCRIPTOR.get(..common) && sizes.into_iter().all(|(told, byte)| *told == byte)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let (field, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let (field, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let (field, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u64::from_le_bytes(*field))
}
