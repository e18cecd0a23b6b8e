//! Rows of frames in memory as samples.

use csi2_kernels::Backend;
use csi2_packet::{LenError, SpaceError};

use crate::{Codec, Kernels, MemoryFormat, Pack, Packing, Unpack, codec, find_codec};

/// The most samples, and bytes, of a group of any layout.
const MAX_GROUP: usize = 16;

/// A sample of either width: `u16` for formats of up to 16 bits, `u32` for all.
pub trait Sample: Copy + Default + private::Width {}

impl Sample for u16 {}
impl Sample for u32 {}

mod private {
    use super::{Kernels, Pack, Unpack};

    pub trait Width: Sized {
        fn from_value(value: u32) -> Self;
        fn value(self) -> u32;
        fn kernels(kernels: Kernels) -> Option<(Unpack<Self>, Pack<Self>)>;
    }

    impl Width for u16 {
        fn from_value(value: u32) -> Self {
            value as Self
        }
        fn value(self) -> u32 {
            self.into()
        }
        fn kernels(kernels: Kernels) -> Option<(Unpack<Self>, Pack<Self>)> {
            match kernels {
                Kernels::Narrow { unpack, pack, .. } => Some((unpack, pack)),
                Kernels::Wide { .. } => None,
            }
        }
    }

    impl Width for u32 {
        fn from_value(value: u32) -> Self {
            value
        }
        fn value(self) -> u32 {
            self
        }
        fn kernels(kernels: Kernels) -> Option<(Unpack<Self>, Pack<Self>)> {
            match kernels {
                Kernels::Wide { unpack, pack } => Some((unpack, pack)),
                Kernels::Narrow { .. } => None,
            }
        }
    }
}

impl MemoryFormat {
    /// Samples of a row of `width` pixels, as [`crate::Layout::stride`] counts them.
    pub const fn row_samples(&self, width: usize) -> usize {
        self.layout.stride(width)
    }

    /// Bytes of a row of `width` pixels, without padding at its end. Rows hold whole groups: the last one may be filled in
    /// part. Of [`Packing::Planes`], bytes of a row of Y.
    pub fn row_bytes(&self, width: usize) -> usize {
        match self.packing {
            Packing::Planes { .. } => width,
            _ => self.bytes_of(self.row_samples(width)),
        }
    }

    /// The widest row, in pixels, that `bytes` bytes hold. The inverse of [`MemoryFormat::row_bytes`], whole groups only.
    pub fn width_of(&self, bytes: usize) -> usize {
        if !self.has_rows() {
            return bytes;
        }
        let (group, samples) = self.group();
        self.layout.pixels(1, (bytes / group).saturating_mul(samples))
    }

    /// Samples of the row that `row` starts with: as many as `samples` has room for. Padding behind the row is ignored.
    /// Unpacked samples are taken as they are, also where one exceeds [`MemoryFormat::bits`]; `u16` takes the low 16 bits of
    /// wider ones. Rows of [`Packing::Planes`] are rows of one plane.
    /// Samples of [`Packing::Dpcm`] are `u16`: as `u32`, every group would be predicted anew.
    ///
    /// # Errors
    /// [`LenError`] when `row` is shorter than [`MemoryFormat::row_bytes`] says.
    pub fn unpack_row<S: Sample>(&self, backend: Backend, row: &[u8], samples: &mut [S]) -> Result<(), LenError> {
        let required = self.bytes_of(samples.len());
        let row = row.get(..required).ok_or(LenError {
            what: "row",
            required,
            available: row.len(),
            offset: 0,
        })?;
        let (group, count) = self.group();
        if let Some((unpack, _)) = self.codec().and_then(|codec| S::kernels(codec.kernels)) {
            let (read, written) = unpack(backend, row, samples);
            if let (Some(group @ [_, ..]), Some(rest)) = (row.get(read..), samples.get_mut(written..)) {
                let mut last = [S::default(); MAX_GROUP];
                unpack(backend, group, &mut last);
                rest.iter_mut().zip(last).for_each(|(sample, value)| *sample = value);
            }
            return Ok(());
        }
        if self.packing == Packing::Unpacked && group == 2 {
            for (sample, &bytes) in samples.iter_mut().zip(row.as_chunks().0) {
                *sample = S::from_value(u16::from_le_bytes(bytes).into());
            }
            return Ok(());
        }
        for (bytes, samples) in row.chunks(group).zip(samples.chunks_mut(count)) {
            let values = self.group_values(backend, bytes);
            samples
                .iter_mut()
                .zip(values)
                .for_each(|(sample, value)| *sample = S::from_value(value));
        }
        Ok(())
    }

    /// The row of `samples`, to the start of `row`; returns its bytes. Fields of the last group that have no sample are 0.
    /// Packing keeps the low [`MemoryFormat::bits`] of a sample; unpacked layouts keep it whole.
    ///
    /// # Errors
    /// [`SpaceError`] when `row` is shorter than [`MemoryFormat::row_bytes`] says.
    pub fn pack_row<S: Sample>(&self, backend: Backend, samples: &[S], row: &mut [u8]) -> Result<usize, SpaceError> {
        let required = self.bytes_of(samples.len());
        let available = row.len();
        let row = row.get_mut(..required).ok_or(SpaceError { required, available })?;
        let (group, count) = self.group();
        if let Some((_, pack)) = self.codec().and_then(|codec| S::kernels(codec.kernels)) {
            let (read, written) = pack(backend, samples, row);
            if let (Some(rest @ [_, ..]), Some(group)) = (samples.get(read..), row.get_mut(written..)) {
                let mut last = [S::default(); MAX_GROUP];
                last.iter_mut().zip(rest).for_each(|(to, &sample)| *to = sample);
                pack(backend, last.get(..count).unwrap_or(&last), group);
            }
            return Ok(required);
        }
        for (samples, bytes) in samples.chunks(count).zip(row.chunks_mut(group)) {
            let mut values = [0; MAX_GROUP];
            values
                .iter_mut()
                .zip(samples)
                .for_each(|(value, sample)| *value = sample.value());
            self.pack_group(backend, &values, bytes);
        }
        Ok(required)
    }

    /// Bytes that `samples` samples take.
    fn bytes_of(&self, samples: usize) -> usize {
        let (bytes, count) = self.group();
        samples.div_ceil(count).saturating_mul(bytes)
    }

    /// Bytes and samples that lie together.
    fn group(&self) -> (usize, usize) {
        match self.packing {
            Packing::Csi2 | Packing::Dpcm(_) => match self.codec() {
                Some(codec) => (codec.group.bytes, codec.group.samples),
                None => (1, 1),
            },
            Packing::Unpacked => match self.bits {
                ..=8 => (1, 1),
                9..=16 => (2, 1),
                _ => (4, 1),
            },
            Packing::Bytes(order) => (order.len(), order.len()),
            Packing::Word { bytes, .. } => (bytes.into(), 3),
            Packing::Planes { .. } => (1, 1),
        }
    }

    fn codec(&self) -> Option<&'static Codec> {
        match self.packing {
            Packing::Csi2 => codec(self.data_type),
            Packing::Dpcm(name) => find_codec(name),
            // One byte a sample, whatever the name.
            Packing::Unpacked if self.bits <= 8 => codec(csi2_packet::DataType::RAW8),
            Packing::Planes { .. } => codec(csi2_packet::DataType::RAW8),
            Packing::Unpacked | Packing::Bytes(_) | Packing::Word { .. } => None,
        }
    }

    /// The samples of a group whose codec, if any, is of the other width.
    fn group_values(&self, backend: Backend, bytes: &[u8]) -> [u32; MAX_GROUP] {
        let mut values = [0; MAX_GROUP];
        match self.packing {
            Packing::Bytes(order) => {
                for (value, &at) in values.iter_mut().zip(order) {
                    *value = bytes.get(usize::from(at)).copied().unwrap_or_default().into();
                }
            }
            Packing::Word { big_endian, shifts, .. } => {
                let word = word(bytes, big_endian);
                for ((value, shift), depth) in values.iter_mut().zip(shifts).zip(self.depth) {
                    *value = word >> shift & mask(depth);
                }
            }
            _ => match self.codec().map(|codec| codec.kernels) {
                Some(Kernels::Narrow { unpack, .. }) => {
                    let mut narrow = [0; MAX_GROUP];
                    unpack(backend, bytes, &mut narrow);
                    values = narrow.map(u32::from);
                }
                Some(Kernels::Wide { unpack, .. }) => {
                    unpack(backend, bytes, &mut values);
                }
                None => values[0] = word(bytes, false),
            },
        }
        values
    }

    fn pack_group(&self, backend: Backend, values: &[u32; MAX_GROUP], bytes: &mut [u8]) {
        let (_, count) = self.group();
        match self.packing {
            Packing::Bytes(order) => {
                for (value, &at) in values.iter().zip(order) {
                    if let Some(byte) = bytes.get_mut(usize::from(at)) {
                        *byte = *value as u8;
                    }
                }
            }
            Packing::Word { big_endian, shifts, .. } => {
                let fields = values.iter().zip(shifts).zip(self.depth);
                let word = fields.fold(0, |word, ((value, shift), depth)| word | (value & mask(depth)) << shift);
                put_word(bytes, big_endian, word);
            }
            _ => match self.codec().map(|codec| codec.kernels) {
                Some(Kernels::Narrow { pack, .. }) => {
                    let narrow = values.map(|value| value as u16);
                    pack(backend, narrow.get(..count).unwrap_or(&narrow), bytes);
                }
                Some(Kernels::Wide { pack, .. }) => {
                    pack(backend, values.get(..count).unwrap_or(values), bytes);
                }
                None => put_word(bytes, false, values[0]),
            },
        }
    }
}

const fn mask(bits: u8) -> u32 {
    (1 << bits) - 1
}

/// Up to four bytes as a number.
fn word(bytes: &[u8], big_endian: bool) -> u32 {
    let byte = |word: u32, byte: &u8| word << 8 | u32::from(*byte);
    if big_endian {
        bytes.iter().take(4).fold(0, byte)
    } else {
        bytes.iter().take(4).rev().fold(0, byte)
    }
}

fn put_word(bytes: &mut [u8], big_endian: bool, word: u32) {
    let count = bytes.len().min(4);
    let from = word.to_le_bytes();
    let from = from.iter().take(count);
    if big_endian {
        bytes
            .iter_mut()
            .take(count)
            .rev()
            .zip(from)
            .for_each(|(to, from)| *to = *from);
    } else {
        bytes.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}
