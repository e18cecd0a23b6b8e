//! Slices of groups as whole vectors. Where the last vector is not whole it ends with the slice and does some groups again,
//! so that no loop over single groups is left over: on a line of pixels that would cost a quarter of the time.
//!
//! A group is (bytes, samples). What returns how much it read and wrote returns none, and did nothing, where the slices are too
//! short for a vector.

/// Unpacks whole groups. `vector` makes `SAMPLES` of the `BYTES` at the beginning of a window when given `first`, of those at
/// its end when given `last`.
#[inline(always)]
pub(crate) fn unpack<const WINDOW: usize, const BYTES: usize, const SAMPLES: usize, I: Copy>(
    group: (usize, usize),
    packed: &[u8],
    samples: &mut [u16],
    ends: [I; 2],
    vector: impl Fn(&[u8; WINDOW], I, &mut [u16; SAMPLES]),
) -> Option<(usize, usize)> {
    let done = whole(group, packed.len(), samples.len());
    if done.0 < WINDOW || done.1 < SAMPLES {
        return None;
    }
    let samples = samples.get_mut(..done.1)?;
    let (vectors, rest) = samples.as_chunks_mut();
    windows::<WINDOW, BYTES, _, _>(packed, vectors, ends, &vector)?;
    if !rest.is_empty() {
        vector(packed.get(..done.0)?.last_chunk()?, ends[1], samples.last_chunk_mut()?);
    }
    Some(done)
}

/// Calls `vector` for the window of each of `outs`: four at a time, whose length is known. Eight at a time gained nothing.
#[inline(always)]
pub(crate) fn windows<const WINDOW: usize, const BYTES: usize, I: Copy, O>(
    packed: &[u8],
    outs: &mut [O],
    [first, last]: [I; 2],
    vector: impl Fn(&[u8; WINDOW], I, &mut O),
) -> Option<()> {
    // What a vector needs to look back, where it cannot look ahead.
    const { assert!(BYTES <= WINDOW && WINDOW <= 2 * BYTES) };
    let all = packed.get(..outs.len() * BYTES)?;
    // Only the last may have less than a window ahead.
    let short = packed.len() - all.len() < WINDOW - BYTES;
    let (outs, behind) = outs.split_at_mut_checked(outs.len() - usize::from(short && !outs.is_empty()))?;
    let (blocks, singles) = outs.as_chunks_mut::<4>();
    let (bytes, mut unread) = packed.split_at_checked(4 * BYTES * blocks.len())?;
    for (block, bytes) in blocks.iter_mut().zip(bytes.chunks_exact(4 * BYTES)) {
        let [one, two, three, four] = block;
        vector(bytes.first_chunk()?, first, one);
        vector(bytes.get(BYTES..)?.first_chunk()?, first, two);
        vector(bytes.get(2 * BYTES..)?.first_chunk()?, first, three);
        // This one back: of RAW12 it begins a line when the first does, and lines are the faster loads.
        vector(bytes.get(4 * BYTES - WINDOW..)?.first_chunk()?, last, four);
    }
    for out in singles {
        vector(unread.first_chunk()?, first, out);
        unread = unread.get(BYTES..)?;
    }
    if let Some(out) = behind.first_mut() {
        vector(all.last_chunk()?, last, out);
    }
    Some(())
}

/// Packs whole groups. `vector` writes `BYTES` for `SAMPLES` and may spoil what follows them in its room.
#[inline(always)]
pub(crate) fn pack<const SAMPLES: usize, const BYTES: usize, const ROOM: usize>(
    group: (usize, usize),
    samples: &[u16],
    packed: &mut [u8],
    vector: impl Fn(&[u16; SAMPLES], &mut [u8; ROOM]),
) -> Option<(usize, usize)> {
    const { assert!(BYTES <= ROOM) };
    let done = whole(group, packed.len(), samples.len());
    if done.1 < SAMPLES {
        return None;
    }
    let samples = samples.get(..done.1)?;
    let packed = packed.get_mut(..done.0)?;
    let (vectors, rest) = samples.as_chunks::<SAMPLES>();
    // What is spoilt is made good by the next.
    let ahead = packed.len().checked_sub(ROOM).map_or(0, |more| more / BYTES + 1);
    let (vectors, exact) = vectors.split_at_checked(ahead.min(vectors.len()))?;

    let (blocks, singles) = vectors.as_chunks::<4>();
    let mut unwritten = &mut *packed;
    for block in blocks {
        let room = unwritten.get_mut(..3 * BYTES + ROOM)?;
        for (index, samples) in block.iter().enumerate() {
            vector(samples, room.get_mut(index * BYTES..)?.first_chunk_mut()?);
        }
        unwritten = unwritten.get_mut(4 * BYTES..)?;
    }
    for samples in singles {
        vector(samples, unwritten.first_chunk_mut()?);
        unwritten = unwritten.get_mut(BYTES..)?;
    }
    let exactly = |samples: &[u16; SAMPLES], out: &mut [u8; BYTES]| {
        let mut room = [0; ROOM];
        vector(samples, &mut room);
        if let Some(bytes) = room.first_chunk() {
            *out = *bytes;
        }
    };
    for samples in exact {
        exactly(samples, unwritten.first_chunk_mut()?);
        unwritten = unwritten.get_mut(BYTES..)?;
    }
    if !rest.is_empty() {
        exactly(samples.last_chunk()?, packed.last_chunk_mut()?);
    }
    Some((done.1, done.0))
}

/// Bytes and samples of the whole groups that both slices have room for.
#[inline(always)]
pub(crate) fn whole(group: (usize, usize), bytes: usize, samples: usize) -> (usize, usize) {
    let groups = (bytes / group.0).min(samples / group.1);
    (groups * group.0, groups * group.1)
}
