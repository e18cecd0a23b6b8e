//! The directory of a TIFF file, in front of the one strip that holds the picture: files are written from front to back.
//!
//! Ref: TIFF 6.0, section 2: header `II 2A 00`, offset of the directory; u16 number of entries, entries of tag, type, count and
//! value or its offset, by ascending tag; offset of the next directory. All little-endian, values at even offsets.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// What a tag says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    /// Without the zero at its end.
    Text(String),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Rationals(Vec<(u32, u32)>),
    SignedRationals(Vec<(i32, i32)>),
}

impl Value {
    /// Type, count and bytes.
    fn encode(&self) -> (u16, usize, Vec<u8>) {
        let longs = |values: &mut dyn Iterator<Item = [u8; 4]>| values.flatten().collect::<Vec<u8>>();
        match self {
            Self::Bytes(bytes) => (1, bytes.len(), bytes.clone()),
            Self::Text(text) => (2, text.len() + 1, [text.as_bytes(), &[0]].concat()),
            Self::Shorts(values) => {
                let bytes = values.iter().flat_map(|value| value.to_le_bytes());
                (3, values.len(), bytes.collect())
            }
            Self::Longs(values) => (
                4,
                values.len(),
                longs(&mut values.iter().map(|value| value.to_le_bytes())),
            ),
            Self::Rationals(values) => {
                let parts = values.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()]);
                (5, values.len(), longs(&mut parts.into_iter()))
            }
            Self::SignedRationals(values) => {
                let parts = values.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()]);
                (10, values.len(), longs(&mut parts.into_iter()))
            }
        }
    }
}

/// How pixels lie in the strip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: u16,
    /// Bits of a sample: 8, 16 or 32.
    pub(super) bits: u16,
    pub(super) photometric: u16,
}

/// Tags and what they say.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    fields: BTreeMap<u16, Value>,
}

const STRIP_OFFSETS: u16 = 273;
const HEADER: usize = 8;
const ENTRY: usize = 12;

impl Directory {
    /// The tags that every picture has.
    pub(super) fn new(strip: Strip) -> io::Result<Self> {
        let row = strip.width * usize::from(strip.samples) * usize::from(strip.bits / 8);
        let bytes = row
            .checked_mul(strip.height)
            .and_then(|bytes| u32::try_from(bytes).ok());
        let (Some(bytes), Ok(width), Ok(height)) = (bytes, u32::try_from(strip.width), u32::try_from(strip.height))
        else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a TIFF file holds 4 GiB; use --format npy",
            ));
        };
        let fields = BTreeMap::from([
            (254, Value::Longs(vec![0])),      // NewSubfileType: the picture itself
            (256, Value::Longs(vec![width])),  // ImageWidth
            (257, Value::Longs(vec![height])), // ImageLength
            (258, Value::Shorts(vec![strip.bits; usize::from(strip.samples)])), // BitsPerSample
            (259, Value::Shorts(vec![1])),     // Compression: none
            (262, Value::Shorts(vec![strip.photometric])), // PhotometricInterpretation
            (STRIP_OFFSETS, Value::Longs(vec![0])),
            (277, Value::Shorts(vec![strip.samples])), // SamplesPerPixel
            (278, Value::Longs(vec![height])),         // RowsPerStrip
            (279, Value::Longs(vec![bytes])),          // StripByteCounts
            (284, Value::Shorts(vec![1])),             // PlanarConfiguration: interleaved
            (305, Value::Text(concat!("csi2 ", env!("CARGO_PKG_VERSION")).into())), // Software
        ]);
        Ok(Self { fields })
    }

    pub(super) fn set(&mut self, tag: u16, value: Value) {
        self.fields.insert(tag, value);
    }

    /// Everything before the strip.
    pub(super) fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        let values = HEADER + 2 + ENTRY * self.fields.len() + 4;
        let apart = |value: &Value| Some(value.encode().2.len()).filter(|bytes| *bytes > 4);
        let strip = self
            .fields
            .values()
            .filter_map(apart)
            .fold(values, |end, bytes| end + bytes.next_multiple_of(2));
        self.set(STRIP_OFFSETS, Value::Longs(vec![offset(strip)]));

        let mut bytes = b"II\x2A\0\x08\0\0\0".to_vec();
        bytes.extend(u16::try_from(self.fields.len()).unwrap_or(u16::MAX).to_le_bytes());
        let mut behind = Vec::new();
        for (tag, value) in &self.fields {
            let (kind, count, mut value) = value.encode();
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(offset(count).to_le_bytes());
            if value.len() > 4 {
                bytes.extend(offset(values + behind.len()).to_le_bytes());
                value.resize(value.len().next_multiple_of(2), 0);
                behind.extend(value);
            } else {
                value.resize(4, 0);
                bytes.extend(value);
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(behind);
        out.write_all(&bytes)
    }
}

/// A directory is far below 4 GiB.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
