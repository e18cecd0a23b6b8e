//! Lines into the rows of a frame.

use csi2_kernels::{Backend, Stores};

use crate::{Codec, Group, Unpack};

/// Bytes of a cache line.
const CACHE_LINE: usize = 64;

/// Frames of more bytes are not in the caches any more when they are read.
///
/// Measured on a Xeon with 2 MiB of second-level cache, rows of 4056 pixels of RAW10 from a line in the first-level cache:
/// written past the caches a row takes 3.4 times as long as cached in a frame of 1 MB, 1.2 times in one of 4 MB, 0.65 times in one
/// of 8 MB and 0.6 times from 16 MB on. With one pass that reads the frame afterwards, the two are equal at 8 MB.
const CACHED: usize = 6 << 20;

/// How the rows of a frame of so many bytes are best written: past the caches, where they will not be there any more when
/// the frame is read.
pub const fn stores_for_frame(bytes: usize) -> Stores {
    if bytes > CACHED {
        Stores::Streamed
    } else {
        Stores::Cached
    }
}

/// Unpacks a line by `unpack`, which is that of `codec`, into the row that `row` is all of; samples that the line has not are 0.
///
/// Where `backend` streams, the whole cache lines of the row are, wherever in one it begins.
pub fn unpack_line<S: Copy + Default>(unpack: Unpack<S>, codec: &Codec, backend: Backend, line: &[u8], row: &mut [S]) {
    let cached = backend.with_stores(Stores::Cached);
    // Each sample of a compressed line is predicted from those before: it cannot be taken apart, and is not streamed.
    let whole = codec.is_compression();
    let streams = backend.stores() == Stores::Streamed && !whole;
    let (mut read, mut written) = (0, 0);
    if let Some((bytes, samples)) = lead(codec.group, row).filter(|_| streams)
        && let (Some(line), Some(row)) = (line.get(..bytes), row.get_mut(..samples))
    {
        (read, written) = unpack(cached, line, row);
    }
    let (Some(line), Some(rest)) = (line.get(read..), row.get_mut(written..)) else {
        return;
    };
    let (_, samples) = unpack(if streams { backend } else { cached }, line, rest);
    if let Some(missing) = rest.get_mut(samples..) {
        missing.fill(S::default());
    }
}

/// Bytes and samples of the groups before the first cache line that begins in the row; `None` where there are none, or no
/// group ends there.
fn lead<S>(group: Group, row: &[S]) -> Option<(usize, usize)> {
    let samples = row.as_ptr().align_offset(CACHE_LINE);
    let fits = (1..CACHE_LINE).contains(&samples) && samples.is_multiple_of(group.samples);
    fits.then(|| (samples / group.samples * group.bytes, samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CODECS, COMPRESSIONS, Kernels};

    /// Every layout into every place of a cache line, streamed, as one by one group.
    #[test]
    fn rows_begin_anywhere_in_a_cache_line() {
        let line: [u8; 630] = core::array::from_fn(|index| (index * 37 + index / 7) as u8);
        let mut buffer = [0xEEEE_u16; 1600];
        let base = buffer.as_ptr().align_offset(CACHE_LINE);
        for codec in CODECS.iter().chain(COMPRESSIONS) {
            let Kernels::Narrow { unpack, .. } = codec.kernels else {
                continue;
            };
            let bytes = line.len() / codec.group.bytes * codec.group.bytes;
            let mut whole = [0_u16; 1000];
            let (_, samples) = unpack(Backend::PORTABLE, &line[..bytes], &mut whole);
            for backend in Backend::available() {
                for start in base..base + 32 {
                    buffer.fill(0xEEEE);
                    let row = &mut buffer[start..start + samples + 5];
                    unpack_line(
                        unpack,
                        codec,
                        backend.with_stores(Stores::Streamed),
                        &line[..bytes],
                        row,
                    );
                    assert_eq!(
                        row[..samples],
                        whole[..samples],
                        "{} at {start} by {backend:?}",
                        codec.name
                    );
                    assert_eq!(row[samples..], [0; 5], "{}", codec.name);
                    assert_eq!(buffer[start + samples + 5], 0xEEEE);
                }
            }
        }
    }
}
