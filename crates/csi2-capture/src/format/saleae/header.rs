//! The heads in a file of one channel. All fields are little-endian.
//!
//! ```text
//! file     "<SALEAE>", i32 version, i32 kind (0 digital, 1 analog); version 1: u64 number of chunks
//! chunk    u32 level, f64 begin, f64 end, u64 count, then count f64 times; version 1: f64 rate after the level
//! ```
//!
//! Ref: saleae/gitbook-docs getting-help/troubleshooting/technical-faq/binary-export-format-logic-2.md,
//! binary-and-csv-export-formats-2025-update.md

use csi2_dphy::Level;

/// What every file starts with.
pub(super) const SIGNATURE: &[u8; 8] = b"<SALEAE>";

/// A file before its first chunk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FileHeader {
    pub(super) version: Version,
    /// Chunks, where the file is not always one.
    pub(super) chunks: u64,
}

/// Versions that are known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// One chunk, no rate.
    V0,
    /// Chunks with rates.
    V1,
}

/// What else a file may be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum FileError {
    /// Something other than an export.
    Malformed(String),
    /// An export of something else.
    Unsupported(String),
}

impl FileHeader {
    /// Signature, version and kind.
    pub(super) const COMMON_BYTES: usize = 16;

    /// Version 1, digital.
    pub(super) fn encode(chunks: u64) -> [u8; 24] {
        let mut bytes = [0; 24];
        let fields = [u64::from_le_bytes(*SIGNATURE), 1, chunks];
        for (to, field) in bytes.chunks_exact_mut(8).zip(fields) {
            to.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }
}

impl Version {
    /// Of the common part of a file header.
    pub(super) fn parse(common: &[u8; FileHeader::COMMON_BYTES]) -> Result<Self, FileError> {
        let mut fields = Fields(common);
        let signature = fields.u64().to_le_bytes();
        let (version, kind) = (fields.u32(), fields.u32());
        if &signature != SIGNATURE {
            let found = signature.escape_ascii();
            return Err(FileError::Malformed(format!("starts with `{found}`, not `<SALEAE>`")));
        }
        let version = match version {
            0 => Self::V0,
            1 => Self::V1,
            other => {
                let detail = format!("version {} of the export: versions 0 and 1 are read", other as i32);
                return Err(FileError::Unsupported(detail));
            }
        };
        match kind {
            0 => Ok(version),
            1 => {
                let detail = "an analog channel: volts are not wires; export digital channels";
                Err(FileError::Unsupported(detail.into()))
            }
            other => Err(FileError::Malformed(format!(
                "kind {}, there are 0 (digital) and 1 (analog)",
                other as i32
            ))),
        }
    }

    pub(super) const fn chunk_bytes(self) -> usize {
        match self {
            Self::V0 => 28,
            Self::V1 => ChunkHeader::BYTES,
        }
    }
}

/// A chunk before its transition times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ChunkHeader {
    /// 0 or 1.
    pub(super) level: u32,
    /// Samples per second; 0 in version 0.
    pub(super) rate: f64,
    /// In seconds.
    pub(super) begin: f64,
    pub(super) end: f64,
    /// Transitions.
    pub(super) count: u64,
}

impl ChunkHeader {
    /// In version 1.
    pub(super) const BYTES: usize = 36;

    /// From [`Version::chunk_bytes`] bytes; missing ones are 0.
    pub(super) fn parse(version: Version, bytes: &[u8]) -> Self {
        let mut fields = Fields(bytes);
        Self {
            level: fields.u32(),
            rate: match version {
                Version::V0 => 0.0,
                Version::V1 => fields.f64(),
            },
            begin: fields.f64(),
            end: fields.f64(),
            count: fields.u64(),
        }
    }

    /// In version 1.
    pub(super) fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (level, rest) = bytes.split_at_mut(4);
        level.copy_from_slice(&self.level.to_le_bytes());
        let fields = [
            self.rate.to_bits(),
            self.begin.to_bits(),
            self.end.to_bits(),
            self.count,
        ];
        for (to, field) in rest.chunks_exact_mut(8).zip(fields) {
            to.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    /// The level at the beginning.
    pub(super) const fn initial(&self) -> Option<Level> {
        match self.level {
            0 => Some(Level::Low),
            1 => Some(Level::High),
            _ => None,
        }
    }

    /// The rate as a number of hertz; `None` where it is not told, or no whole number.
    pub(super) fn hertz(&self) -> Option<u64> {
        const HIGHEST: f64 = 1e15;
        let whole = self.rate >= 1.0 && self.rate <= HIGHEST && self.rate.fract() == 0.0;
        // Lossless: below 2^53.
        whole.then_some(self.rate as u64)
    }
}

/// Fields one after another.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; N],
        }
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_it_parses() {
        let header = ChunkHeader {
            level: 1,
            rate: 500e6,
            begin: -0.125,
            end: 2.0,
            count: 0x0102_0304,
        };
        assert_eq!(ChunkHeader::parse(Version::V1, &header.encode()), header);
        let file = FileHeader::encode(3);
        assert_eq!(Version::parse(file.first_chunk().unwrap()), Ok(Version::V1));
        assert_eq!(&file[16..], [3, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn other_files_are_told_apart() {
        let mut file = *FileHeader::encode(0).first_chunk::<16>().unwrap();
        file[12] = 1;
        assert!(matches!(Version::parse(&file), Err(FileError::Unsupported(text)) if text.contains("analog")));
        file[12] = 7;
        assert!(matches!(Version::parse(&file), Err(FileError::Malformed(text)) if text.contains("kind 7")));
        file[8] = 2;
        assert!(matches!(Version::parse(&file), Err(FileError::Unsupported(text)) if text.contains("version 2")));
        file[0] = b'[';
        assert!(matches!(Version::parse(&file), Err(FileError::Malformed(text)) if text.contains("[SALEAE>")));
    }
}
