//! The formats whose samples can be written past the caches, and rows of them.

use crate::Backend;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use crate::backend::Level;
use crate::backend::dispatch;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use crate::x86;

/// A payload of raw samples of at most 16 bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Raw {
    /// As [`crate::unpack_raw8`].
    Raw8,
    /// As [`crate::unpack_raw10`].
    Raw10,
    /// As [`crate::unpack_raw12`].
    Raw12,
    /// As [`crate::unpack_raw14`].
    Raw14,
    /// As [`crate::unpack_raw16`].
    Raw16,
}

/// Calls the body of a kernel that writes past the caches: `streamed!(backend, kernel(arguments); avx512 avx2)` names the levels that
/// have one. None where there is none, or where it cannot. To be called while a [`Waits`] is held.
macro_rules! streamed {
    ($backend:expr, $kernel:ident $arguments:tt; $($level:ident)*) => {{
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        let did = match streaming($backend) {
            $(streamed!(@$level token) => streamed!(@$level token, $kernel $arguments),)*
            _ => None,
        };
        #[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
        let did = None;
        did
    }};
    (@avx512 $token:ident) => { Some(Level::Avx512($token)) };
    (@avx2 $token:ident) => { Some(Level::Avx2($token)) };
    (@avx512 $token:ident, $kernel:ident ($($argument:expr),*)) => { x86::avx512::$kernel($token, $($argument),*) };
    (@avx2 $token:ident, $kernel:ident ($($argument:expr),*)) => { x86::avx2::$kernel($token.simd, $($argument),*) };
}

impl Raw {
    /// Bytes of a group, and samples in it.
    pub const fn group(self) -> (usize, usize) {
        match self {
            Self::Raw8 => (1, 1),
            Self::Raw10 => (5, 4),
            Self::Raw12 => (3, 2),
            Self::Raw14 => (7, 4),
            Self::Raw16 => (2, 1),
        }
    }

    /// To be called while a [`Waits`] is held.
    #[inline(always)]
    pub(crate) fn unpack(self, backend: Backend, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
        macro_rules! kernel {
            ($streamed:ident $kernel:ident; $($level:ident)*) => {{
                if let Some(done) = streamed!(backend, $streamed(packed, samples); avx512 avx2) {
                    return done;
                }
                dispatch!(backend, $kernel(packed, samples); $($level)*)
            }};
        }
        match self {
            Self::Raw8 => kernel!(unpack_raw8_streamed unpack_raw8; avx512 avx2),
            Self::Raw10 => kernel!(unpack_raw10_streamed unpack_raw10; avx512 avx2 sse42 neon),
            Self::Raw12 => kernel!(unpack_raw12_streamed unpack_raw12; avx512 avx2 sse42 neon),
            Self::Raw14 => kernel!(unpack_raw14_streamed unpack_raw14; avx512 avx2 sse42 neon),
            Self::Raw16 => kernel!(unpack_raw16_streamed unpack_raw16; avx512 avx2),
        }
    }

    #[inline(always)]
    fn pack(self, backend: Backend, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
        macro_rules! kernel {
            ($streamed:ident $kernel:ident; $($level:ident)*) => {{
                if let Some(done) = streamed!(backend, $streamed(samples, packed); avx512) {
                    return done;
                }
                dispatch!(backend, $kernel(samples, packed); $($level)*)
            }};
        }
        match self {
            Self::Raw8 => kernel!(pack_raw8_streamed pack_raw8; avx512 avx2),
            Self::Raw10 => kernel!(pack_raw10_streamed pack_raw10; avx512 avx2 sse42 neon),
            Self::Raw12 => kernel!(pack_raw12_streamed pack_raw12; avx512 avx2 sse42 neon),
            Self::Raw14 => kernel!(pack_raw14_streamed pack_raw14; avx512 avx2 sse42 neon),
            Self::Raw16 => kernel!(pack_raw16_streamed pack_raw16; avx512 avx2),
        }
    }
}

/// One row, as the functions of the formats do it.
#[inline(always)]
pub(crate) fn unpack(backend: Backend, format: Raw, packed: &[u8], samples: &mut [u16]) -> (usize, usize) {
    let _waits = Waits::after(backend);
    format.unpack(backend, packed, samples)
}

/// As [`unpack`].
#[inline(always)]
pub(crate) fn pack(backend: Backend, format: Raw, samples: &[u16], packed: &mut [u8]) -> (usize, usize) {
    let _waits = Waits::after(backend);
    format.pack(backend, samples, packed)
}

/// Payloads to samples, row by row: as the function of the format does for each, and faster with [`crate::Stores::Streamed`], where
/// that has to wait for memory at the end of each row and this but once. Returns (bytes read, samples written) of all.
///
/// A row can be streamed that begins at a 64-byte boundary: give frames a stride of as many.
pub fn unpack_rows<'a>(
    backend: Backend,
    format: Raw,
    rows: impl IntoIterator<Item = (&'a [u8], &'a mut [u16])>,
) -> (usize, usize) {
    let _waits = Waits::after(backend);
    rows.into_iter().fold((0, 0), |sum, (packed, samples)| {
        let did = format.unpack(backend, packed, samples);
        (sum.0 + did.0, sum.1 + did.1)
    })
}

/// Samples to payloads, row by row: the inverse of [`unpack_rows`]. Returns (samples read, bytes written) of all.
pub fn pack_rows<'a>(
    backend: Backend,
    format: Raw,
    rows: impl IntoIterator<Item = (&'a [u16], &'a mut [u8])>,
) -> (usize, usize) {
    let _waits = Waits::after(backend);
    rows.into_iter().fold((0, 0), |sum, (samples, packed)| {
        let did = format.pack(backend, samples, packed);
        (sum.0 + did.0, sum.1 + did.1)
    })
}

/// Copies as many bytes as both slices have room for, and returns how many: memory's own speed, with [`crate::Stores::Streamed`]
/// that past the caches. Unpacking and packing are compared with it.
pub fn copy(backend: Backend, from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) else {
        return 0;
    };
    let _waits = Waits::after(backend);
    let copied: Option<()> = streamed!(backend, copy_streamed(from, to); avx512 avx2);
    if copied.is_none() {
        to.copy_from_slice(from);
    }
    count
}

/// Waits, when dropped, for what was streamed meanwhile.
#[derive(Debug)]
pub(crate) struct Waits {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    _fence: Option<crate::trusted::stream::Fence>,
}

impl Waits {
    #[inline(always)]
    pub(crate) fn after(_backend: Backend) -> Self {
        Self {
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            _fence: streaming(_backend).map(|_| crate::trusted::stream::Fence),
        }
    }
}

/// Lines are stored whole and straight from the kernel: from a block made in the first cache they were a fifth slower.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[inline(always)]
fn streaming(backend: Backend) -> Option<Level> {
    backend.streams().then_some(backend.level)
}
