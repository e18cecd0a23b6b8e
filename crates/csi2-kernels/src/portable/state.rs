//! Samples of one unit interval to lane bytes, and oversampled ones to such.

use crate::Tap;

pub(crate) fn sample_bytes(samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
    if !(1..=8).contains(&unit) || !(1..=8).contains(&taps.len()) {
        return 0;
    }
    let count = samples.len() / unit;
    let rows = taps
        .iter()
        .map(|tap| count.saturating_sub(tap.skip) / 8)
        .fold(out.len() / taps.len(), usize::min);
    for (lane, tap) in taps.iter().enumerate() {
        let (byte, bit) = (usize::from(tap.bit / 8), tap.bit % 8);
        for row in 0..rows {
            let first = tap.skip + 8 * row;
            let bits = (0..8).fold(0, |bits, k| {
                let sample = samples.get((first + k) * unit..(first + k + 1) * unit);
                let level = sample
                    .and_then(|sample| sample.get(byte))
                    .map_or(0, |byte| byte >> bit & 1);
                bits | level << k
            });
            if let Some(to) = out.get_mut(row * taps.len() + lane) {
                *to = if tap.inverted { !bits } else { bits };
            }
        }
    }
    rows
}

pub(crate) fn clocked_samples(samples: &[u8], clock: u32, previous: u8, kept: &mut [u8]) -> (usize, usize) {
    let mask = 1_u8.checked_shl(clock).unwrap_or(0);
    let (mut previous, mut written) = (previous, 0);
    for (index, &sample) in samples.iter().enumerate() {
        if (sample ^ previous) & mask != 0 {
            let Some(slot) = kept.get_mut(written) else {
                return (index, written);
            };
            *slot = previous;
            written += 1;
        }
        previous = sample;
    }
    (samples.len(), written)
}
