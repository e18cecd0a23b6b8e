//! Rows of frames in memory as samples.

use csi2_kernels::Backend;
use csi2_packet::{LenError, SpaceError};

use crate::{Codec, MemoryFormat, Packing, codec};

/// The most samples, and bytes, of a group of any codec.
const MAX_GROUP: usize = 8;

impl MemoryFormat {
    /// Bytes of a row of `width` samples, without padding at its end. Packed rows hold whole groups: the last one may be
    /// filled in part.
    pub fn row_bytes(&self, width: usize) -> usize {
        match self.packed_as() {
            Some(codec) => width.div_ceil(codec.group.samples).saturating_mul(codec.group.bytes),
            None => width.saturating_mul(self.unpacked_bytes()),
        }
    }

    /// Samples of the row that `row` starts with: as many as `samples` has room for. Padding behind the row is ignored.
    /// Unpacked samples are taken as they are, also where one exceeds [`MemoryFormat::bits`].
    ///
    /// # Errors
    /// [`LenError`] when `row` is shorter than [`MemoryFormat::row_bytes`] says.
    pub fn unpack_row(&self, backend: Backend, row: &[u8], samples: &mut [u16]) -> Result<(), LenError> {
        let required = self.row_bytes(samples.len());
        let row = row.get(..required).ok_or(LenError {
            what: "row",
            required,
            available: row.len(),
            offset: 0,
        })?;
        match self.packed_as() {
            Some(codec) => {
                let (read, written) = (codec.unpack)(backend, row, samples);
                if let (Some(group @ [_, ..]), Some(rest)) = (row.get(read..), samples.get_mut(written..)) {
                    let mut last = [0; MAX_GROUP];
                    (codec.unpack)(backend, group, &mut last);
                    rest.iter_mut().zip(last).for_each(|(sample, value)| *sample = value);
                }
            }
            None if self.unpacked_bytes() == 1 => {
                csi2_kernels::unpack_raw8(backend, row, samples);
            }
            None => {
                for (sample, &bytes) in samples.iter_mut().zip(row.as_chunks().0) {
                    *sample = u16::from_le_bytes(bytes);
                }
            }
        }
        Ok(())
    }

    /// The row of `samples`, to the start of `row`; returns its bytes. Fields of the last group that have no sample are 0.
    /// Packing keeps the low [`MemoryFormat::bits`] of a sample.
    ///
    /// # Errors
    /// [`SpaceError`] when `row` is shorter than [`MemoryFormat::row_bytes`] says.
    pub fn pack_row(&self, backend: Backend, samples: &[u16], row: &mut [u8]) -> Result<usize, SpaceError> {
        let required = self.row_bytes(samples.len());
        let available = row.len();
        let row = row.get_mut(..required).ok_or(SpaceError { required, available })?;
        match self.packed_as() {
            Some(codec) => {
                let (read, written) = (codec.pack)(backend, samples, row);
                if let (Some(rest @ [_, ..]), Some(group)) = (samples.get(read..), row.get_mut(written..)) {
                    let mut last = [0; MAX_GROUP];
                    last.iter_mut().zip(rest).for_each(|(to, &sample)| *to = sample);
                    (codec.pack)(backend, &last, group);
                }
            }
            None if self.unpacked_bytes() == 1 => {
                csi2_kernels::pack_raw8(backend, samples, row);
            }
            None => {
                for (bytes, sample) in row.as_chunks_mut().0.iter_mut().zip(samples) {
                    *bytes = sample.to_le_bytes();
                }
            }
        }
        Ok(required)
    }

    /// The link's packing, where it is one and known.
    fn packed_as(&self) -> Option<&'static Codec> {
        match self.packing {
            Packing::Csi2 => codec(self.data_type),
            Packing::Unpacked => None,
        }
    }

    fn unpacked_bytes(&self) -> usize {
        if self.bits <= 8 { 1 } else { 2 }
    }
}
