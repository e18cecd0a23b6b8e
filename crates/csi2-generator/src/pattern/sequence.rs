//! Patterns of numbers: whatever the filter, and each sample told from its neighbours.

use super::{Canvas, Shot};

/// Bits after which the sequence repeats.
const PERIOD: usize = 511;

/// x^9 + x^5 + 1 as ITU-T O.150 has it: a bit is the sum of the fifth and the ninth before it. The first nine are the low nine
/// bits of the seed, highest first, or all ones where these are 0. Samples take their bits in reading order, highest first; each
/// frame and exposure begins anew. Which order and seed sensors have is not public.
pub(super) fn pn9(canvas: &Canvas, y: usize, _: Shot, out: &mut [u16]) {
    let bits = usize::from(canvas.bits.clamp(1, 16));
    let mut state = (canvas.seed & 0x1FF) as u16;
    if state == 0 {
        state = 0x1FF;
    }
    // The nine bits before each position; the highest of them leaves first.
    let mut sequence = [0_u8; PERIOD];
    for bit in &mut sequence {
        *bit = (state >> 8 & 1) as u8;
        state = (state << 1 | (state >> 8 ^ state >> 4) & 1) & 0x1FF;
    }
    let sample = |start: usize| {
        let window = (start..start + bits).map(|at| u16::from(sequence[at % PERIOD]));
        window.fold(0, |value, bit| value << 1 | bit)
    };
    let samples: [u16; PERIOD] = core::array::from_fn(sample);
    let mut phase = (y % PERIOD) * (canvas.width % PERIOD) % PERIOD * bits % PERIOD;
    for value in out {
        *value = samples[phase];
        phase = (phase + bits) % PERIOD;
    }
}

/// Wraps at the greatest sample.
pub(super) fn ramp(canvas: &Canvas, y: usize, shot: Shot, out: &mut [u16]) {
    let first = (y as u32)
        .wrapping_add(shot.frame.wrapping_mul(16))
        .wrapping_add(64 * shot.exposure.index() as u32);
    for (x, sample) in (0_u32..).zip(out) {
        *sample = first.wrapping_add(x) as u16 & canvas.white();
    }
}
