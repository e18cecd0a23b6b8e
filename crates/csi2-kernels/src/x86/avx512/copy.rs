//! A copy past the caches.

use fearless_simd::{kernel, prelude::*, u8x64};

use crate::trusted::stream::{bytes_as_lines, store_line};

kernel!(
    /// Copies `from`; does nothing where `to` is not as long or begins with no line.
    pub(crate) fn copy_streamed(token: Avx512, from: &[u8], to: &mut [u8]) -> Option<()> {
        if from.len() != to.len() {
            return None;
        }
        let (lines, after) = bytes_as_lines(to)?;
        let (whole, rest) = from.as_chunks();
        for (line, bytes) in lines.iter_mut().zip(whole) {
            store_line(token, line, u8x64::simd_from(token, *bytes).into());
        }
        after.copy_from_slice(rest);
        Some(())
    }
);
