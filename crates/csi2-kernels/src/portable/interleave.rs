//! Interleaving, with the number of lanes known to the compiler where links use it.
//!
//! Rows of 2, 4 and 8 bytes are handled as integers: LLVM widens, shifts and joins those in vectors, while it moves arrays of
//! bytes one by one. Four lanes by way of two pairs took a third longer than in one step.

pub(crate) fn interleave(lanes: &[&[u8]], out: &mut [u8]) -> usize {
    match *lanes {
        [] => 0,
        [lane] => {
            let done = lane.len().min(out.len());
            if let (Some(out), Some(lane)) = (out.get_mut(..done), lane.get(..done)) {
                out.copy_from_slice(lane);
            }
            done
        }
        [a, b] => join_2(a, b, out),
        [a, b, c] => join_3(a, b, c, out),
        [a, b, c, d] => join_4(a, b, c, d, out),
        [a, b, c, d, e, f, g, h] => join_halves([a, b, c, d], [e, f, g, h], out),
        _ => interleave_any(lanes, out),
    }
}

pub(crate) fn deinterleave(bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    match lanes {
        [] => 0,
        [lane] => interleave(&[bytes], lane),
        [_, _] => split(bytes, lanes, |row, shift| (u16::from_le_bytes(row) >> shift) as u8),
        [a, b, c] => split_3(bytes, a, b, c),
        [_, _, _, _] => split(bytes, lanes, |row, shift| (u32::from_le_bytes(row) >> shift) as u8),
        [_, _, _, _, _, _, _, _] => split(bytes, lanes, |row, shift| (u64::from_le_bytes(row) >> shift) as u8),
        _ => deinterleave_any(bytes, lanes),
    }
}

/// Two lanes. Zipped, so that nothing is indexed: there is no bounds check, and no place for a panic in firmware.
fn join_2(a: &[u8], b: &[u8], out: &mut [u8]) -> usize {
    let (rows, _) = out.as_chunks_mut();
    let done = rows.len().min(a.len()).min(b.len());
    for ((row, &a), &b) in rows.iter_mut().zip(a).zip(b) {
        *row = pair([a, b]).to_le_bytes();
    }
    done
}

fn join_3(a: &[u8], b: &[u8], c: &[u8], out: &mut [u8]) -> usize {
    let (rows, _) = out.as_chunks_mut();
    let done = rows.len().min(a.len()).min(b.len()).min(c.len());
    for (((row, &a), &b), &c) in rows.iter_mut().zip(a).zip(b).zip(c) {
        *row = [a, b, c];
    }
    done
}

fn join_4(a: &[u8], b: &[u8], c: &[u8], d: &[u8], out: &mut [u8]) -> usize {
    let (rows, _) = out.as_chunks_mut();
    let done = rows.len().min(a.len()).min(b.len()).min(c.len()).min(d.len());
    for ((((row, &a), &b), &c), &d) in rows.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *row = quad([a, b, c, d]);
    }
    done
}

/// Eight lanes as twice four: rows of eight single bytes at once defeat the vectoriser.
fn join_halves(low: [&[u8]; 4], high: [&[u8]; 4], out: &mut [u8]) -> usize {
    const BLOCK: usize = 64;
    let (rows, _) = out.as_chunks_mut::<8>();
    let done = low
        .iter()
        .chain(&high)
        .fold(rows.len(), |least, lane| least.min(lane.len()));
    let mut halves = [[[0; 4]; BLOCK]; 2];
    let Some(rows) = rows.get_mut(..done) else { return 0 };
    for (rows, start) in rows.chunks_mut(BLOCK).zip((0..).step_by(BLOCK)) {
        for (half, lanes) in halves.iter_mut().zip([low, high]) {
            let [a, b, c, d] = lanes.map(|lane| lane.get(start..start + rows.len()).unwrap_or_default());
            join_4(a, b, c, d, half.as_flattened_mut());
        }
        let [low, high] = &halves;
        for ((row, low), high) in rows.iter_mut().zip(low).zip(high) {
            let (low, high) = (u32::from_le_bytes(*low), u32::from_le_bytes(*high));
            *row = (u64::from(low) | u64::from(high) << 32).to_le_bytes();
        }
    }
    done
}

/// `byte` takes from a row the byte of a lane, given by its place in bits. One pass a lane: stores to one slice at a time need no
/// proof that the lanes do not overlap.
#[inline(always)]
fn split<const N: usize>(bytes: &[u8], lanes: &mut [&mut [u8]], byte: impl Fn([u8; N], u32) -> u8) -> usize {
    let (rows, _) = bytes.as_chunks::<N>();
    let done = lanes.iter().fold(rows.len(), |least, lane| least.min(lane.len()));
    for (lane, shift) in lanes.iter_mut().zip((0..).step_by(8)) {
        let Some(lane) = lane.get_mut(..done) else { continue };
        for (to, row) in lane.iter_mut().zip(rows) {
            *to = byte(*row, shift);
        }
    }
    done
}

/// All lanes in one pass: rows of three have no integer.
fn split_3(bytes: &[u8], a: &mut [u8], b: &mut [u8], c: &mut [u8]) -> usize {
    let (rows, _) = bytes.as_chunks::<3>();
    let done = rows.len().min(a.len()).min(b.len()).min(c.len());
    for (((row, a), b), c) in rows.iter().zip(a).zip(b).zip(c) {
        [*a, *b, *c] = *row;
    }
    done
}

#[inline(always)]
fn pair([a, b]: [u8; 2]) -> u16 {
    u16::from(a) | u16::from(b) << 8
}

#[inline(always)]
fn quad([a, b, c, d]: [u8; 4]) -> [u8; 4] {
    (u32::from(pair([a, b])) | u32::from(pair([c, d])) << 16).to_le_bytes()
}

fn interleave_any(lanes: &[&[u8]], out: &mut [u8]) -> usize {
    let rows = out.len() / lanes.len();
    let done = lanes.iter().fold(rows, |least, lane| least.min(lane.len()));
    for (offset, lane) in lanes.iter().enumerate() {
        let column = out.iter_mut().skip(offset).step_by(lanes.len());
        for (to, &byte) in column.zip(lane.get(..done).unwrap_or_default()) {
            *to = byte;
        }
    }
    done
}

fn deinterleave_any(bytes: &[u8], lanes: &mut [&mut [u8]]) -> usize {
    let count = lanes.len();
    let rows = bytes.len() / count;
    let done = lanes.iter().fold(rows, |least, lane| least.min(lane.len()));
    for (offset, lane) in lanes.iter_mut().enumerate() {
        let column = bytes.iter().skip(offset).step_by(count);
        let Some(lane) = lane.get_mut(..done) else { continue };
        for (to, &byte) in lane.iter_mut().zip(column) {
            *to = byte;
        }
    }
    done
}
