use super::*;
use crate::picture::{Black, YuvColour, YuvMatrix, YuvRange};
use csi2_pixel::BayerOrder::{Bggr, Gbrg, Grbg, Mono, Rggb};

fn raw(width: usize, height: usize, bits: u8, samples: &[u16]) -> Picture<'_> {
    Picture {
        width,
        height,
        bits,
        depth: [bits; 3],
        layout: Layout::Single,
        pixels: Pixels::Samples(Samples::Narrow(samples)),
    }
}

fn options(bayer: BayerOrder, black: u32) -> SinkOptions {
    SinkOptions {
        bayer: Some(bayer),
        black: Some(Black {
            level: black,
            bits: None,
        }),
        ..SinkOptions::default()
    }
}

/// The definition, in floating point and pixel by pixel: letters of the filter's name, sets of neighbours, formula of sRGB.
fn model(width: usize, height: usize, samples: &[u16], order: BayerOrder, black: f64, white: f64) -> Vec<u8> {
    let letters: Vec<char> = order.name().chars().collect();
    let letter = |x: i64, y: i64| letters[(y.rem_euclid(2) * 2 + x.rem_euclid(2)) as usize];
    let reflect = |at: i64, length: usize| {
        let last = length as i64 - 1;
        if last == 0 {
            0
        } else if at < 0 {
            -at
        } else if at > last {
            2 * last - at
        } else {
            at
        }
    };
    let light = |x: i64, y: i64| {
        let (x, y) = (reflect(x, width), reflect(y, height));
        (f64::from(samples[y as usize * width + x as usize]) - black).max(0.0) / (white - black)
    };
    let everywhere = || (0..height as i64).flat_map(|y| (0..width as i64).map(move |x| (x, y)));
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let means = ['r', 'g', 'b'].map(|colour| {
        let of = everywhere().filter(|&(x, y)| letter(x, y) == colour);
        mean(&of.map(|(x, y)| light(x, y)).collect::<Vec<_>>())
    });
    let strongest = means.into_iter().fold(0.0, f64::max);
    let mut bytes = Vec::new();
    for (x, y) in everywhere() {
        for (colour, response) in ['r', 'g', 'b'].into_iter().zip(means) {
            let value = if letter(x, y) == colour {
                light(x, y)
            } else {
                let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
                mean(
                    &around
                        .filter(|&(x, y)| letter(x, y) == colour)
                        .map(|(x, y)| light(x, y))
                        .collect::<Vec<_>>(),
                )
            };
            let value = (value * strongest / response).min(1.0);
            let encoded = if value <= 0.003_130_8 {
                12.92 * value
            } else {
                1.055 * value.powf(1.0 / 2.4) - 0.055
            };
            bytes.push((255.0 * encoded).round() as u8);
        }
    }
    bytes
}

#[test]
fn bayer_pictures_are_what_the_definition_says() {
    for (width, height) in [(2, 2), (3, 2), (4, 4), (7, 5), (16, 9)] {
        for (order, bits) in [(Rggb, 10), (Grbg, 12), (Gbrg, 8), (Bggr, 16)] {
            let top = (1_u32 << bits) - 1;
            let mut state = 7_u32;
            let samples: Vec<u16> = (0..width * height)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8 & top) as u16
                })
                .collect();
            let black = top / 16;
            let made = preview(&raw(width, height, bits, &samples), options(order, black)).expect("samples");
            let want = model(width, height, &samples, order, f64::from(black), f64::from(top));
            assert_eq!((made.width, made.height, made.channels), (width, height, 3));
            let far = made.bytes.iter().zip(&want).position(|(a, b)| a.abs_diff(*b) > 1);
            assert_eq!(far, None, "{width}x{height} {order:?}: {:?}\n{want:?}", made.bytes);
        }
    }
}

/// A grey wall seen by a sensor of unequal colours: 100, 200 and 50 above black are all of them 200 of 959.
#[test]
fn a_grey_world_is_grey() {
    let row = |a: u16, b: u16| [a, b].into_iter().cycle().take(6).collect::<Vec<u16>>();
    let samples = [row(64 + 100, 64 + 200), row(64 + 200, 64 + 50)].concat().repeat(2);
    let picture = raw(6, 4, 10, &samples);
    let made = preview(&picture, options(Rggb, 64)).expect("samples");
    assert!(made.bytes.iter().all(|byte| *byte == 126), "{:?}", made.bytes);
    assert_eq!(neutral(&picture, options(Rggb, 64)).expect("samples"), [0.5, 1.0, 0.25]);
    assert_eq!(neutral(&picture, options(Mono, 64)).expect("samples"), [1.0; 3]);
    // Nothing but darkness: no colour is known, and none is made up.
    let dark = preview(&raw(2, 2, 10, &[64; 4]), options(Rggb, 64)).expect("samples");
    assert_eq!(dark.bytes, [0; 12]);
}

/// Light that saturates all colours is white, whatever the balance.
#[test]
fn clipped_light_is_white() {
    let mut samples = vec![100; 64];
    samples[..16].fill(1023);
    let made = preview(&raw(8, 8, 10, &samples), options(Gbrg, 0)).expect("samples");
    assert_eq!(made.bytes[..8 * 3], [255; 24]);
}

#[test]
fn one_row_and_one_column() {
    for (width, height) in [(1, 1), (1, 4), (4, 1), (0, 3), (3, 0)] {
        let samples = vec![500; width * height];
        let made = preview(&raw(width, height, 10, &samples), options(Bggr, 0)).expect("samples");
        assert_eq!(made.bytes.len(), width * height * 3);
    }
}

#[test]
fn without_a_filter() {
    let samples = [64, 1023, 64 + 480, 0];
    let made = preview(&raw(2, 2, 10, &samples), options(Mono, 64)).expect("samples");
    // Half of the light is 188.
    assert_eq!((made.channels, made.bytes), (1, vec![0, 255, 188, 0]));
    let wide = Picture {
        pixels: Pixels::Samples(Samples::Wide(&[0xFFFFF, 0x80000, 0])),
        ..raw(3, 1, 20, &[])
    };
    let made = preview(&wide, SinkOptions::default()).expect("samples");
    assert_eq!(made.bytes, [255, 188, 0]);
}

#[test]
fn turned() {
    let upright = SinkOptions {
        orientation: Orientation::Rotate90,
        ..SinkOptions::default()
    };
    let made = preview(&raw(2, 1, 8, &[0, 255]), upright).expect("samples");
    assert_eq!((made.width, made.height, made.bytes), (1, 2, vec![0, 255]));
}

/// Shifting right by the missing bits gives the samples back, and the ends of the range stay ends.
#[test]
fn rgb_is_filled_up() {
    for (depth, blue_green_red, seen) in [
        ([4, 4, 4], [0xF, 0x7, 0x1], [0x11, 0x77, 0xFF]),
        ([5, 5, 5], [31, 15, 1], [0b0000_1000, 0b0111_1011, 255]),
        ([5, 6, 5], [31, 31, 16], [0b1000_0100, 0b0111_1101, 255]),
        ([6, 6, 6], [63, 1, 32], [0b1000_0010, 0b0000_0100, 255]),
        ([8, 8, 8], [255, 1, 128], [128, 1, 255]),
        ([5, 6, 5], [0, 63, 0], [0, 255, 0]),
    ] {
        let picture = Picture {
            layout: Layout::Bgr,
            depth,
            ..raw(1, 1, 8, &blue_green_red)
        };
        assert_eq!(rgb(&picture).expect("samples").bytes, seen, "{depth:?}");
    }
}

/// Colour bars of 75 % as studios generate them, and white, grey, black; of full range, the primaries of JPEG.
#[test]
fn yuv_of_known_colours() {
    let at = |range, matrix, bits: u8, [y, u, v]: [u16; 3]| {
        let samples = [u, y, v, y];
        let picture = Picture {
            layout: Layout::Uyvy,
            ..raw(2, 1, bits, &samples)
        };
        let made = yuv(&picture, YuvColour { range, matrix }).expect("samples");
        assert_eq!(made.bytes[..3], made.bytes[3..]);
        [made.bytes[0], made.bytes[1], made.bytes[2]]
    };
    use YuvMatrix::{Bt601, Bt709};
    use YuvRange::{Full, Limited};
    for (range, matrix, bits, sent, seen) in [
        (Limited, Bt601, 8, [235, 128, 128], [255, 255, 255]),
        (Limited, Bt601, 8, [16, 128, 128], [0, 0, 0]),
        (Limited, Bt601, 8, [126, 128, 128], [128, 128, 128]),
        (Limited, Bt601, 8, [65, 100, 212], [191, 0, 0]),
        (Limited, Bt601, 8, [112, 72, 58], [0, 191, 0]),
        (Limited, Bt601, 8, [35, 212, 114], [0, 0, 191]),
        (Limited, Bt601, 10, [260, 400, 848], [191, 0, 0]),
        (Limited, Bt709, 8, [51, 109, 212], [191, 0, 0]),
        (Limited, Bt709, 8, [133, 63, 52], [0, 191, 0]),
        (Limited, Bt709, 8, [28, 212, 120], [0, 0, 191]),
        (Full, Bt601, 8, [255, 128, 128], [255, 255, 255]),
        (Full, Bt601, 8, [76, 85, 255], [254, 0, 0]),
        (Full, Bt601, 8, [150, 44, 21], [0, 255, 1]),
        (Full, Bt601, 8, [29, 255, 107], [0, 0, 254]),
        (Limited, Bt601, 8, [255, 0, 255], [255, 225, 20]),
    ] {
        let made = at(range, matrix, bits, sent);
        let near = made.iter().zip(seen).all(|(a, b)| a.abs_diff(b) <= 2);
        assert!(near, "{range:?} {matrix:?} {sent:?}: {made:?}, not {seen:?}");
    }
}

/// Chroma of YUV420 is that of both lines.
#[test]
fn yuv420_shares_chroma() {
    let picture = Picture {
        layout: Layout::Yuv420,
        ..raw(2, 2, 8, &[126, 126, 0, 0, 128, 126, 128, 126])
    };
    let made = yuv(&picture, YuvColour::default()).expect("samples");
    assert_eq!(made.bytes, [128; 12]);
    let legacy = Picture {
        layout: Layout::Yuv420Legacy,
        ..raw(2, 2, 8, &[128, 126, 126, 128, 126, 126])
    };
    assert_eq!(yuv(&legacy, YuvColour::default()).expect("samples").bytes, [128; 12]);
}
