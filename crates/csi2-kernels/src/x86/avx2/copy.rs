//! A copy past the caches.

use fearless_simd::{kernel, prelude::*, u8x32};

use crate::trusted::stream::{bytes_as_lines, store_halves};

kernel!(
    /// Copies `from`; does nothing where `to` is not as long or begins with no line.
    pub(crate) fn copy_streamed(token: Avx2, from: &[u8], to: &mut [u8]) -> Option<()> {
        if from.len() != to.len() {
            return None;
        }
        let (lines, after) = bytes_as_lines(to)?;
        let (whole, rest) = from.as_chunks::<64>();
        for (line, bytes) in lines.iter_mut().zip(whole) {
            let [low, high] =
                [bytes.first_chunk()?, bytes.last_chunk()?].map(|half| u8x32::simd_from(token, *half).into());
            store_halves(token, line, low, high);
        }
        after.copy_from_slice(rest);
        Some(())
    }
);
