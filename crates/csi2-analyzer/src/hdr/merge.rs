//! One linear picture of the exposures of a set.
//!
//! Samples of the merged picture are light above black, in units of the long exposure: its own samples where it is not
//! near saturation, those of a shorter one times the ratio of the exposures where it is, and between the two a blend of both.
//! Where exposures agree, a blend is what either says, so linear values stay linear.

use super::{OwnedFrame, estimate_ratio};
use crate::assembler::{Cells, Cut};
use crate::{Frame, Pixels};
use alloc::vec::Vec;
use core::fmt;
use csi2_pixel::{Layout, Samples};
use csi2_sensors::MAX_EXPOSURES;

/// How a set is merged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MergeSettings {
    /// Sample value of darkness.
    pub black: u32,
    /// Sample value of saturation; found from the samples, when absent.
    pub white: Option<u32>,
    /// How many times more light the long exposure saw than each of the shorter ones, where known.
    pub ratios: [Option<f64>; MAX_EXPOSURES - 1],
}

/// A merged set.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The picture, with black at 0.
    pub frame: OwnedFrame,
    /// How many times more light the long exposure saw than each of the shorter ones; 1 of those that are not there.
    pub ratios: [f64; MAX_EXPOSURES - 1],
    /// Where the ratios come from.
    pub source: RatioSource,
    /// Sample value that was taken for saturation.
    pub white: u32,
}

/// Where the ratios of a merged set come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RatioSource {
    /// They were given.
    Given,
    /// Pixels that both exposures saw well.
    Estimate,
}

/// Why exposures cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MergeError {
    /// A set is two or three exposures.
    Count {
        /// There are so many.
        exposures: usize,
    },
    /// They have no RAW samples of at most 16 bits.
    Samples,
    /// They differ in size or depth.
    Shape {
        /// Which one, from 0: the long one.
        exposure: usize,
    },
    /// No ratio was given, and too few pixels are well exposed in both of two exposures.
    Ratio {
        /// The shorter of the two, from 0: the long one.
        exposure: usize,
    },
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { exposures } => write!(f, "expected 2 or 3 exposures, there are {exposures}"),
            Self::Samples => f.write_str("exposures of other than RAW samples of at most 16 bits"),
            Self::Shape { exposure } => write!(f, "exposure {exposure} differs from the long one in size or depth"),
            Self::Ratio { exposure } => write!(
                f,
                "the ratio of exposure {exposure} is not known, and too few pixels are well exposed in it and the one before it"
            ),
        }
    }
}

impl core::error::Error for MergeError {}

/// Greatest ratio: samples of 16 bits stay within 32.
const MAX_RATIO: f64 = 65_535.0;

/// Merges the exposures of a set, the long one first.
///
/// # Errors
///
/// [`MergeError`] where they do not fit each other, or nothing tells their ratio.
pub fn merge(exposures: &[Frame<'_>], settings: MergeSettings) -> Result<Merged, MergeError> {
    let count = exposures.len();
    let Some((long, short)) = exposures.split_first().filter(|_| (2..=MAX_EXPOSURES).contains(&count)) else {
        return Err(MergeError::Count { exposures: count });
    };
    for (exposure, frame) in (1..).zip(short) {
        if (frame.width, frame.height, frame.bits) != (long.width, long.height, long.bits) {
            return Err(MergeError::Shape { exposure });
        }
    }
    let samples: Option<Vec<&[u16]>> = exposures.iter().map(samples).collect();
    let Some(samples) = samples.filter(|_| long.bits <= 16) else {
        return Err(MergeError::Samples);
    };
    let levels = Levels::new(samples.first().copied().unwrap_or_default(), long.bits, settings);
    let (ratios, source) = ratios(&samples, settings, levels)?;
    let factors: Vec<f32> = core::iter::once(1.0)
        .chain(ratios.iter().map(|ratio| *ratio as f32))
        .collect();

    let width = long.width as usize;
    let growth = ratios
        .iter()
        .take(count - 1)
        .fold(1.0, |most, ratio| f64::max(most, *ratio));
    let bits = long.bits.saturating_add(octaves(growth)).min(32);
    let mut cells = if bits <= 16 {
        Cells::Narrow(Vec::with_capacity(samples.first().map_or(0, |of| of.len())))
    } else {
        Cells::Wide(Vec::with_capacity(samples.first().map_or(0, |of| of.len())))
    };
    let mut missing = Vec::new();
    let mut bad = Vec::new();
    for row in 0..long.height {
        let start = (row as usize).saturating_mul(width);
        // Exposures that have this row; the last of them decides where all others are saturated.
        let mut there: [(&[u16], f32); MAX_EXPOSURES] = [(&[], 0.0); MAX_EXPOSURES];
        let mut found = 0;
        for ((frame, samples), factor) in exposures.iter().zip(&samples).zip(&factors) {
            if frame.missing_lines.binary_search(&row).is_err()
                && let Some(place) = there.get_mut(found)
            {
                *place = (
                    samples.get(start..start.saturating_add(width)).unwrap_or_default(),
                    *factor,
                );
                found += 1;
            }
        }
        let there = there.get(..found).unwrap_or_default();
        if there.is_empty() {
            missing.push(row);
        }
        if exposures
            .iter()
            .any(|frame| frame.bad_lines.binary_search(&row).is_ok())
        {
            bad.push(row);
        }
        let light = (0..width).map(|x| light(there, x, levels));
        match &mut cells {
            Cells::Narrow(cells) => cells.extend(light.map(|light| u16::try_from(light).unwrap_or(u16::MAX))),
            Cells::Wide(cells) => cells.extend(light),
            Cells::Packed(_) => {}
        }
    }
    let frame = OwnedFrame::cut(
        long,
        Cut {
            cells,
            width: long.width,
            height: long.height,
            line_bytes: long.line_bytes,
            rest_bytes: 0,
            bits,
            complete: exposures.iter().all(|frame| frame.complete),
            missing,
            bad,
        },
    );
    Ok(Merged {
        frame,
        ratios,
        source,
        white: levels.white,
    })
}

/// Sample values of note.
#[derive(Clone, Copy, Debug)]
struct Levels {
    black: u32,
    white: u32,
    /// From here on, samples count less and less, to here not at all any more.
    fades: f32,
    gone: f32,
    /// Between these a sample of the long exposure tells of its ratio.
    dim: u32,
    bright: u32,
}

impl Levels {
    fn new(long: &[u16], bits: u8, settings: MergeSettings) -> Self {
        let top = u32::MAX >> 32_u32.saturating_sub(bits.into()).min(31);
        let white = settings.white.unwrap_or_else(|| saturation(long, top)).clamp(1, top);
        let black = settings.black.min(white - 1);
        let above = |part: f32| black as f32 + part * (white - black) as f32;
        Self {
            black,
            white,
            fades: above(0.8),
            gone: above(0.95),
            dim: above(0.2) as u32,
            bright: above(0.8) as u32,
        }
    }

    /// How much a sample counts, 0 to 1, without a kink.
    fn weight(&self, sample: f32) -> f32 {
        let over = ((sample - self.fades) / (self.gone - self.fades)).clamp(0.0, 1.0);
        1.0 - over * over * (3.0 - 2.0 * over)
    }
}

/// The greatest sample, where so many have it that it must be where they are clipped, else the greatest possible.
fn saturation(samples: &[u16], top: u32) -> u32 {
    let most = samples.iter().copied().max().unwrap_or(0);
    let clipped = samples.iter().filter(|sample| **sample == most).count();
    let many = clipped >= 16 && clipped >= samples.len() / 1000;
    if many && u32::from(most) * 2 > top {
        most.into()
    } else {
        top
    }
}

/// Light above black at place `x` of a row, in units of the long exposure.
#[inline]
fn light(there: &[(&[u16], f32)], x: usize, levels: Levels) -> u32 {
    let mut rest = there.iter().rev();
    let at = |row: &[u16]| f32::from(row.get(x).copied().unwrap_or(0));
    let black = levels.black as f32;
    let Some((row, factor)) = rest.next() else { return 0 };
    let mut light = (at(row) - black) * factor;
    for (row, factor) in rest {
        let sample = at(row);
        let weight = levels.weight(sample);
        light = weight * (sample - black) * factor + (1.0 - weight) * light;
    }
    // Towards the nearest; below black there is no light.
    (light.max(0.0) + 0.5) as u32
}

fn ratios(
    samples: &[&[u16]],
    settings: MergeSettings,
    levels: Levels,
) -> Result<([f64; MAX_EXPOSURES - 1], RatioSource), MergeError> {
    let mut ratios = [1.0; MAX_EXPOSURES - 1];
    let mut source = RatioSource::Given;
    let mut before = 1.0;
    for (at, (pair, ratio)) in samples.windows(2).zip(&mut ratios).enumerate() {
        let [long, short] = pair else { continue };
        let given = settings.ratios.get(at).copied().flatten();
        let found = match given.filter(|given| given.is_finite() && *given > 0.0) {
            Some(given) => given,
            None => {
                source = RatioSource::Estimate;
                let exposure = at + 1;
                before * estimate(long, short, levels).ok_or(MergeError::Ratio { exposure })?
            }
        };
        *ratio = found.clamp(1.0 / MAX_RATIO, MAX_RATIO);
        before = *ratio;
    }
    Ok((ratios, source))
}

/// Of pixels where the long one is neither dark nor near saturation: the shorter one is then not either.
fn estimate(long: &[u16], short: &[u16], levels: Levels) -> Option<f64> {
    estimate_ratio(|| {
        let pairs = long
            .iter()
            .zip(short)
            .map(|(long, short)| (u32::from(*long), u32::from(*short)));
        pairs
            .filter(|(long, short)| (levels.dim..levels.bright).contains(long) && *short > levels.black)
            .map(|(long, short)| (long - levels.black.min(long), short - levels.black))
    })
}

fn samples<'a>(frame: &Frame<'a>) -> Option<&'a [u16]> {
    match frame.pixels {
        Pixels::Samples(Samples::Narrow(samples)) if frame.codec?.layout == Layout::Single => Some(samples),
        _ => None,
    }
}

/// Bits that a factor adds.
fn octaves(factor: f64) -> u8 {
    let mut bits = 0;
    let mut reach = 1.0;
    while reach < factor && bits < 16 {
        reach *= 2.0;
        bits += 1;
    }
    bits
}
