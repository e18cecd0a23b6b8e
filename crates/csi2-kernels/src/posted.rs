//! Rows written past the caches that are waited for all together.

extern crate alloc;

use crate::rows::Waits;
use crate::{Backend, Raw};
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::Range;

/// Samples that rows are unpacked to, and that nobody sees before all of them have reached memory.
///
/// With [`crate::Stores::Streamed`], [`crate::unpack_rows`] waits for memory before it returns. This does not: what follows is
/// done while rows are under way, and [`Posted::into_samples`] waits once. Only the thread that wrote them can wait for them:
/// this stays on it.
///
/// ```
/// use csi2_kernels::{Backend, Posted, Raw, Stores};
///
/// let backend = Backend::detect().with_stores(Stores::Streamed);
/// let mut frame = Posted::new(vec![0; 8]);
/// for (row, packed) in [[0x5E, 0xC2, 0xA0, 0xAB, 0x33], [0; 5]].iter().enumerate() {
///     assert_eq!(frame.unpack(backend, Raw::Raw10, packed, row * 4..row * 4 + 4), (5, 4));
/// }
/// assert_eq!(frame.into_samples(), [0x17B, 0x308, 0x283, 0x2AC, 0, 0, 0, 0]);
/// ```
///
/// ```compile_fail
/// fn leaves<T: Send>(_: T) {}
/// leaves(csi2_kernels::Posted::new(Vec::new()));
/// ```
#[derive(Debug)]
pub struct Posted {
    /// Dropped before the samples are: nobody gets their memory before it is written.
    waits: Option<Waits>,
    samples: Vec<u16>,
    stays: PhantomData<*mut ()>,
}

impl Posted {
    /// Rows are to be written into these samples.
    pub const fn new(samples: Vec<u16>) -> Self {
        Self {
            waits: None,
            samples,
            stays: PhantomData,
        }
    }

    /// Unpacks a row to the samples at `to`, as the function of its format does; returns (bytes read, samples written), none where
    /// there are no such samples.
    ///
    /// A row is streamed if it begins at a 64-byte boundary.
    #[inline]
    pub fn unpack(&mut self, backend: Backend, format: Raw, packed: &[u8], to: Range<usize>) -> (usize, usize) {
        let Some(samples) = self.samples.get_mut(to) else {
            return (0, 0);
        };
        if backend.streams() && self.waits.is_none() {
            self.waits = Some(Waits::after(backend));
        }
        format.unpack(backend, packed, samples)
    }

    /// The samples, all rows written.
    pub fn into_samples(self) -> Vec<u16> {
        drop(self.waits);
        self.samples
    }
}
