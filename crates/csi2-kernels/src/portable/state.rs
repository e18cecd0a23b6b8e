//! Samples of one unit interval to lane bytes, and oversampled ones to such.

use crate::Tap;
use crate::portable::gather::{Gather, Octet};
use crate::portable::transpose;

pub(crate) fn sample_bytes(samples: &[u8], unit: usize, taps: &[Tap], out: &mut [u8]) -> usize {
    match unit {
        1 => adjacent(samples, taps, out).unwrap_or_else(|| rows::<1>(samples, taps, out)),
        2 => rows::<2>(samples, taps, out),
        3 => each_lane::<3>(samples, taps, out),
        4 => each_lane::<4>(samples, taps, out),
        5 => each_lane::<5>(samples, taps, out),
        6 => each_lane::<6>(samples, taps, out),
        7 => each_lane::<7>(samples, taps, out),
        8 => each_lane::<8>(samples, taps, out),
        _ => 0,
    }
}

/// Four lanes on adjacent bits, or all eight in order, not skewed: twice as fast as one by one.
fn adjacent(samples: &[u8], taps: &[Tap], out: &mut [u8]) -> Option<usize> {
    let first = *taps.first()?;
    let in_order = |(tap, bit): (&Tap, u32)| u32::from(tap.bit) == bit && tap.skip == first.skip;
    if !taps.iter().zip(u32::from(first.bit)..).all(in_order) {
        return None;
    }
    let octets = octets::<1>(samples, first.skip);
    match *taps {
        [a, b, c, d] if first.bit <= 4 => {
            let (rows, _) = out.as_chunks_mut();
            let done = octets.len().min(rows.len());
            transpose::four_bits(&octets[..done], first.bit, [a, b, c, d].map(flip), &mut rows[..done]);
            Some(done)
        }
        [a, b, c, d, e, f, g, h] if first.bit == 0 => {
            let (rows, _) = out.as_chunks_mut();
            transpose::all_bits(octets, [a, b, c, d, e, f, g, h].map(flip), rows);
            Some(octets.len().min(rows.len()))
        }
        _ => None,
    }
}

/// Sizes of samples and numbers of lanes that links have.
fn rows<const UNIT: usize>(samples: &[u8], taps: &[Tap], out: &mut [u8]) -> usize {
    match *taps {
        [a] => each_row::<UNIT, 1>(samples, [a], out),
        [a, b] => each_row::<UNIT, 2>(samples, [a, b], out),
        [a, b, c] => each_row::<UNIT, 3>(samples, [a, b, c], out),
        [a, b, c, d] => each_row::<UNIT, 4>(samples, [a, b, c, d], out),
        [a, b, c, d, e, f, g, h] => each_row::<UNIT, 8>(samples, [a, b, c, d, e, f, g, h], out),
        _ => each_lane::<UNIT>(samples, taps, out),
    }
}

/// All lanes of a row at once.
fn each_row<const UNIT: usize, const N: usize>(samples: &[u8], taps: [Tap; N], out: &mut [u8]) -> usize {
    let lanes = taps.map(|tap| octets::<UNIT>(samples, tap.skip));
    let (out, _) = out.as_chunks_mut::<N>();
    let done = lanes.iter().fold(out.len(), |least, lane| least.min(lane.len()));
    let lanes = lanes.map(|lane| &lane[..done]);
    let (bits, flips) = (taps.map(|tap| Gather::new(tap.bit.into())), taps.map(flip));
    for (index, row) in out[..done].iter_mut().enumerate() {
        for lane in 0..N {
            row[lane] = bits[lane].gather(&lanes[lane][index]) ^ flips[lane];
        }
    }
    done
}

/// One lane after the other.
fn each_lane<const UNIT: usize>(samples: &[u8], taps: &[Tap], out: &mut [u8]) -> usize {
    if !(1..=8).contains(&taps.len()) {
        return 0;
    }
    let done = taps.iter().fold(out.len() / taps.len(), |least, tap| {
        least.min(octets::<UNIT>(samples, tap.skip).len())
    });
    for (lane, &tap) in taps.iter().enumerate() {
        let octets = octets::<UNIT>(samples, tap.skip);
        let bit = Gather::new(tap.bit.into());
        let column = out.iter_mut().skip(lane).step_by(taps.len());
        for (to, octet) in column.zip(&octets[..done]) {
            *to = bit.gather(octet) ^ flip(tap);
        }
    }
    done
}

/// Whole groups of eight samples behind the first `skip`.
#[inline(always)]
fn octets<const UNIT: usize>(samples: &[u8], skip: usize) -> &[Octet<UNIT>] {
    let (samples, _) = samples.as_chunks::<UNIT>();
    samples.get(skip..).unwrap_or_default().as_chunks().0
}

#[inline(always)]
fn flip(tap: Tap) -> u8 {
    if tap.inverted { 0xFF } else { 0 }
}
