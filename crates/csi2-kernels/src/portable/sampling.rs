//! Clock edges: the clock bit of eight samples at a time as a mask, whose changes are the edges.

pub(crate) fn clock_edges(
    samples: &[u8],
    unit: usize,
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    match unit {
        1 => scan(samples, previous, edges, |octet: &[[u8; 1]; 8]| {
            gather_bytes(octet, clock)
        }),
        2 => scan(samples, previous, edges, |octet: &[[u8; 2]; 8]| {
            gather_words(octet, clock)
        }),
        3 => scan(samples, previous, edges, |octet: &[[u8; 3]; 8]| {
            gather_any(octet, clock)
        }),
        4 => scan(samples, previous, edges, |octet: &[[u8; 4]; 8]| {
            gather_any(octet, clock)
        }),
        5 => scan(samples, previous, edges, |octet: &[[u8; 5]; 8]| {
            gather_any(octet, clock)
        }),
        6 => scan(samples, previous, edges, |octet: &[[u8; 6]; 8]| {
            gather_any(octet, clock)
        }),
        7 => scan(samples, previous, edges, |octet: &[[u8; 7]; 8]| {
            gather_any(octet, clock)
        }),
        8 => scan(samples, previous, edges, |octet: &[[u8; 8]; 8]| {
            gather_any(octet, clock)
        }),
        _ => (0, 0),
    }
}

/// `gather` makes bit k of its mask from the clock bit of sample k.
#[inline(always)]
fn scan<const UNIT: usize>(
    samples: &[u8],
    previous: bool,
    edges: &mut [u32],
    gather: impl Fn(&[[u8; UNIT]; 8]) -> u8,
) -> (usize, usize) {
    let (samples, _) = samples.as_chunks::<UNIT>();
    let count = samples.len().min(u32::MAX as usize);
    let (octets, rest) = samples[..count].as_chunks::<8>();
    let mut level = u8::from(previous);
    let mut found = Edges {
        into: edges,
        written: 0,
    };
    for (octet, first) in octets.iter().zip((0_u32..).step_by(8)) {
        let mask = gather(octet);
        if let Err(scanned) = found.add(mask ^ (mask << 1 | level), first) {
            return (scanned, found.written);
        }
        level = mask >> 7;
    }
    let mut last = [[0; UNIT]; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mask = gather(&last);
    let changes = (mask ^ (mask << 1 | level)) & ((1_u16 << rest.len()) - 1) as u8;
    match found.add(changes, (count - rest.len()) as u32) {
        Err(scanned) => (scanned, found.written),
        Ok(()) => (count, found.written),
    }
}

struct Edges<'a> {
    into: &'a mut [u32],
    written: usize,
}

impl Edges<'_> {
    /// Adds `first + k` for each bit k of `changes`. When there is no room: how far the samples have been scanned.
    #[inline(always)]
    fn add(&mut self, mut changes: u8, first: u32) -> Result<(), usize> {
        while changes != 0 {
            let edge = first + changes.trailing_zeros();
            let Some(slot) = self.into.get_mut(self.written) else {
                // Everything before this edge has been dealt with.
                return Err(edge as usize);
            };
            *slot = edge;
            self.written += 1;
            changes &= changes - 1;
        }
        Ok(())
    }
}

/// One-byte samples: a multiplication moves bit 8k to bit 56 + k.
#[inline(always)]
fn gather_bytes(octet: &[[u8; 1]; 8], clock: u32) -> u8 {
    if clock >= 8 {
        return 0;
    }
    let bits = u64::from_le_bytes(octet.map(|[byte]| byte)) >> clock & 0x0101_0101_0101_0101;
    (bits.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Two-byte samples, four a word: a multiplication moves bit 16k to bit 60 + k.
#[inline(always)]
fn gather_words(octet: &[[u8; 2]; 8], clock: u32) -> u8 {
    if clock >= 16 {
        return 0;
    }
    let (words, _) = octet.as_flattened().as_chunks::<8>();
    words.iter().rev().fold(0, |mask, &word| {
        let bits = u64::from_le_bytes(word) >> clock & 0x0001_0001_0001_0001;
        mask << 4 | (bits.wrapping_mul(0x1000_2000_4000_8000) >> 60) as u8
    })
}

#[inline(always)]
fn gather_any<const UNIT: usize>(octet: &[[u8; UNIT]; 8], clock: u32) -> u8 {
    let (byte, bit) = ((clock / 8) as usize, clock % 8);
    octet.iter().rev().fold(0, |mask, sample| {
        mask << 1 | sample.get(byte).map_or(0, |value| value >> bit & 1)
    })
}
