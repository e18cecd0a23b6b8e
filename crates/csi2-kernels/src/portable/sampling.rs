//! Clock edges: the clock bit of eight samples at a time as a mask, whose changes are the edges.

use crate::portable::gather::Gather;

pub(crate) fn clock_edges(
    samples: &[u8],
    unit: usize,
    clock: u32,
    previous: bool,
    edges: &mut [u32],
) -> (usize, usize) {
    match unit {
        1 => scan::<1>(samples, clock, previous, edges),
        2 => scan::<2>(samples, clock, previous, edges),
        3 => scan::<3>(samples, clock, previous, edges),
        4 => scan::<4>(samples, clock, previous, edges),
        5 => scan::<5>(samples, clock, previous, edges),
        6 => scan::<6>(samples, clock, previous, edges),
        7 => scan::<7>(samples, clock, previous, edges),
        8 => scan::<8>(samples, clock, previous, edges),
        _ => (0, 0),
    }
}

fn scan<const UNIT: usize>(samples: &[u8], clock: u32, previous: bool, edges: &mut [u32]) -> (usize, usize) {
    let clock = Gather::<UNIT>::new(clock);
    let (samples, _) = samples.as_chunks::<UNIT>();
    let count = samples.len().min(u32::MAX as usize);
    let (octets, rest) = samples[..count].as_chunks::<8>();
    let mut level = u8::from(previous);
    let mut found = Edges {
        into: edges,
        written: 0,
    };
    for (octet, first) in octets.iter().zip((0_u32..).step_by(8)) {
        let mask = clock.gather(octet);
        if let Err(scanned) = found.add(mask ^ (mask << 1 | level), first) {
            return (scanned, found.written);
        }
        level = mask >> 7;
    }
    let mut last = [[0; UNIT]; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mask = clock.gather(&last);
    let changes = (mask ^ (mask << 1 | level)) & ((1_u16 << rest.len()) - 1) as u8;
    match found.add(changes, (count - rest.len()) as u32) {
        Err(scanned) => (scanned, found.written),
        Ok(()) => (count, found.written),
    }
}

pub(crate) fn clocked_samples(samples: &[u8], clock: u32, previous: u8, kept: &mut [u8]) -> (usize, usize) {
    let bit = 1_u8.checked_shl(clock).unwrap_or(0);
    let (mut previous, mut written) = (previous, 0);
    let (octets, _) = samples.as_chunks::<8>();
    let mut scanned = 0;
    for octet in octets {
        let Some(to) = kept.get_mut(written..written + 8) else {
            break;
        };
        // Each is written, and the next one over it if it was none: branches would guess wrong.
        let mut count = 0;
        for &sample in octet {
            to[count % 8] = previous;
            count += usize::from((sample ^ previous) & bit != 0);
            previous = sample;
        }
        written += count;
        scanned += 8;
    }
    for &sample in &samples[scanned..] {
        if (sample ^ previous) & bit != 0 {
            let Some(slot) = kept.get_mut(written) else {
                break;
            };
            *slot = previous;
            written += 1;
        }
        previous = sample;
        scanned += 1;
    }
    (scanned, written)
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
