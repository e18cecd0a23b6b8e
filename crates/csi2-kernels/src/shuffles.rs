//! Shuffles of 16 bytes: eight samples, at the places of the layouts. All lanes of a vector use the same.

/// A byte that becomes 0.
const NONE: u8 = 0x80;

/// For unpacking RAW10, of groups from byte `start`.
pub(crate) const fn unpack_10(start: usize) -> [[u8; 16]; 1] {
    [words(start, 4)]
}

/// As [`unpack_10`], RAW12.
pub(crate) const fn unpack_12(start: usize) -> [[u8; 16]; 1] {
    [words(start, 2)]
}

/// As [`unpack_10`], RAW14: what is above, and the low bits.
pub(crate) const fn unpack_14(start: usize) -> [[u8; 16]; 2] {
    [high_14(start), low_14(start)]
}

/// Of groups of `count` samples and a byte with their low bits: each sample's own byte above that one.
const fn words(start: usize, count: usize) -> [u8; 16] {
    let mut from = [0; 16];
    let mut sample = 0;
    while sample < 8 {
        let group = start + sample / count * (count + 1);
        from[2 * sample] = (group + count) as u8;
        from[2 * sample + 1] = (group + sample % count) as u8;
        sample += 1;
    }
    from
}

/// Of RAW14 groups: each sample's own byte above 0.
const fn high_14(start: usize) -> [u8; 16] {
    let mut from = [NONE; 16];
    let mut sample = 0;
    while sample < 8 {
        from[2 * sample + 1] = (start + sample / 4 * 7 + sample % 4) as u8;
        sample += 1;
    }
    from
}

/// As [`high_14`]: the two bytes that have the low bits, which begin at bits 0, 6, 4 and 2.
const fn low_14(start: usize) -> [u8; 16] {
    let mut from = [NONE; 16];
    let mut sample = 0;
    while sample < 8 {
        let first = start + sample / 4 * 7 + 4 + sample % 4 * 6 / 8;
        from[2 * sample] = first as u8;
        if sample % 4 == 1 || sample % 4 == 2 {
            from[2 * sample + 1] = first as u8 + 1;
        }
        sample += 1;
    }
    from
}

/// For packing: the first byte of each of `count` words to the first bytes of a group of `width`.
pub(crate) const fn gather(count: usize, width: usize) -> [u8; 16] {
    let mut from = [NONE; 16];
    let mut sample = 0;
    while sample < 8 {
        from[sample / count * width + sample % count] = (2 * sample) as u8;
        sample += 1;
    }
    from
}

/// For packing: the `width - count` low bytes of each eight, or of each four where two words are a group, behind what
/// [`gather`] places.
pub(crate) const fn append(count: usize, width: usize) -> [u8; 16] {
    let mut from = [NONE; 16];
    let mut group = 0;
    while group < 8 / count {
        let mut byte = 0;
        while byte < width - count {
            from[group * width + count + byte] = (group * 2 * count + byte) as u8;
            byte += 1;
        }
        group += 1;
    }
    from
}
