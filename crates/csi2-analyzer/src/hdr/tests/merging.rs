//! Sets as one linear picture.

use super::super::{MergeError, MergeSettings, Merged, RatioSource, merge};
use super::*;
use crate::Frame;

const BLACK: u32 = 64;

/// Light at a pixel, in units of the long exposure: a ramp far beyond what that one holds.
fn light(at: usize) -> u32 {
    (at as u32 * 37) % 12_000
}

/// Seen with so much less light, and clipped.
fn seen(ratio: u32, bits: u8) -> Vec<u16> {
    let top = (1_u32 << bits) - 1;
    (0..64 * 64)
        .map(|at| (BLACK + light(at) / ratio).min(top) as u16)
        .collect()
}

fn frame<'a>(samples: &'a [u16], bits: u8, missing: &'a [u32]) -> Frame<'a> {
    Frame {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        index: 0,
        number: Some(1),
        codec: csi2_pixel::codec(DataType::RAW10),
        width: 64,
        height: 64,
        bits,
        line_bytes: 80,
        rest_bytes: 0,
        pixels: Pixels::Samples(Samples::Narrow(samples)),
        complete: missing.is_empty(),
        missing_lines: missing,
        bad_lines: &[],
        first_packet: 0,
        at: None,
    }
}

fn settings() -> MergeSettings {
    MergeSettings {
        black: BLACK,
        ..MergeSettings::default()
    }
}

fn values(merged: &Merged) -> Vec<u32> {
    match merged.frame.frame().pixels {
        Pixels::Samples(Samples::Narrow(samples)) => samples.iter().map(|sample| u32::from(*sample)).collect(),
        Pixels::Samples(Samples::Wide(samples)) => samples.to_vec(),
        Pixels::Packed(_) => panic!("bytes"),
    }
}

#[test]
fn linear_from_dark_to_bright() {
    let (long, short) = (seen(1, 10), seen(16, 10));
    for given in [None, Some(16.0)] {
        let settings = MergeSettings {
            ratios: [given, None],
            ..settings()
        };
        let merged = merge(&[frame(&long, 10, &[]), frame(&short, 10, &[])], settings).unwrap();
        assert!((merged.ratios[0] - 16.0).abs() < 0.4, "{:?}", merged.ratios);
        let source = if given.is_some() {
            RatioSource::Given
        } else {
            RatioSource::Estimate
        };
        assert_eq!((merged.source, merged.white), (source, 1023));
        assert!((14..=15).contains(&merged.frame.frame().bits));
        for (at, value) in values(&merged).into_iter().enumerate() {
            let light = light(at);
            if light < 700 {
                assert_eq!(value, light, "{at}");
            }
            let off = f64::from(value) - f64::from(light);
            assert!(off.abs() <= 17.0 + f64::from(light) * 0.03, "{light} became {value}");
        }
    }
}

#[test]
fn three_exposures_and_wide_samples() {
    let exposures = [seen(1, 12), seen(4, 12), seen(64, 12)];
    let frames = exposures.each_ref().map(|samples| frame(samples, 12, &[]));
    let settings = MergeSettings {
        ratios: [Some(4.0), Some(64.0)],
        ..settings()
    };
    let merged = merge(&frames, settings).unwrap();
    assert_eq!(merged.frame.frame().bits, 18);
    for (at, value) in values(&merged).into_iter().enumerate() {
        let off = i64::from(value) - i64::from(light(at));
        assert!(off.abs() <= 4, "{} became {value}", light(at));
    }
    // By estimate the second ratio is the first one's times that of the two shorter exposures.
    let found = merge(
        &frames,
        MergeSettings {
            ratios: [None, None],
            ..settings
        },
    )
    .unwrap()
    .ratios;
    assert!(
        (found[0] - 4.0).abs() < 0.05 && (found[1] - 64.0).abs() < 3.0,
        "{found:?}"
    );
}

#[test]
fn rows_that_one_exposure_lost() {
    let (mut long, mut short) = (seen(1, 10), seen(16, 10));
    long[64 * 3..64 * 4].fill(0);
    long[64 * 9..64 * 10].fill(0);
    short[64 * 5..64 * 6].fill(0);
    short[64 * 9..64 * 10].fill(0);
    let settings = MergeSettings {
        ratios: [Some(16.0), None],
        ..settings()
    };
    let merged = merge(&[frame(&long, 10, &[3, 9]), frame(&short, 10, &[5, 9])], settings).unwrap();
    let frame = merged.frame.frame();
    assert_eq!((frame.missing_lines, frame.complete), (&[9][..], false));
    let values = values(&merged);
    for (at, value) in values.iter().enumerate() {
        match at / 64 {
            3 => assert!(light(at) - value < 16),
            5 => assert_eq!(*value, light(at).min(1023 - BLACK)),
            _ => {}
        }
    }
    assert!(values[64 * 9..64 * 10].iter().all(|value| *value == 0));
}

#[test]
fn what_does_not_merge() {
    let (long, short) = (seen(1, 10), seen(16, 10));
    let (a, b) = (frame(&long, 10, &[]), frame(&short, 10, &[]));
    let refused = |frames: &[Frame<'_>]| merge(frames, settings()).unwrap_err();
    assert_eq!(refused(core::slice::from_ref(&a)), MergeError::Count { exposures: 1 });
    assert_eq!(
        refused(&[a.clone(), frame(&short, 12, &[])]),
        MergeError::Shape { exposure: 1 }
    );
    let other = Frame {
        height: 32,
        ..b.clone()
    };
    assert_eq!(refused(&[a.clone(), other]), MergeError::Shape { exposure: 1 });
    let packed = Frame {
        pixels: Pixels::Packed(&[]),
        ..b
    };
    assert_eq!(refused(&[a.clone(), packed]), MergeError::Samples);
    let dark = [64; 64 * 64];
    assert_eq!(
        refused(&[frame(&dark, 10, &[]), frame(&dark, 10, &[])]),
        MergeError::Ratio { exposure: 1 }
    );
}
