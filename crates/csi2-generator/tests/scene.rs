//! The scene is what it is, at every size.

#![allow(missing_docs)]

use csi2_generator::Scene;

fn scene(width: usize, height: usize, bits: u8, frame: u32) -> Scene {
    Scene {
        width,
        height,
        bits,
        frame,
    }
}

/// Red, green and blue above the black level, of the Bayer cell at a place given in 1024ths of the width and 768ths of the height.
fn cell(scene: &Scene, samples: &[u16], (u, v): (usize, usize)) -> [i32; 3] {
    let (x, y) = ((u * scene.width / 1024) & !1, (v * scene.height / 768) & !1);
    let at = |dx, dy| i32::from(samples[(y + dy) * scene.width + x + dx]) - 64;
    [at(0, 0), (at(1, 0) + at(0, 1)) / 2, at(1, 1)]
}

#[test]
fn the_same_picture_at_every_size() {
    for (width, height) in [(320, 240), (640, 480), (1024, 768), (4056, 3040)] {
        let scene = scene(width, height, 10, 0);
        let samples = scene.samples();
        let at = |place| cell(&scene, &samples, place);
        let [r, g, b] = at((250, 440));
        assert!(r > 2 * g && r > 2 * b, "the roof is red: {r} {g} {b}");
        let [r, g, b] = at((60, 20));
        assert!(b > g && g > r, "the sky is blue: {r} {g} {b}");
        let [r, g, b] = at((450, 740));
        assert!(g > r && g > b, "the meadow is green: {r} {g} {b}");
        let [r, g, b] = at((880, 104));
        assert!(r > 2 * b && g > 2 * b, "the sun is yellow: {r} {g} {b}");
        let [r, g, b] = at((700, 170));
        assert!(r.min(g).min(b) > 850, "the summit is white: {r} {g} {b}");
        let [r, g, b] = at((665, 650));
        assert!(b > 2 * g && b > 2 * r, "the car is blue: {r} {g} {b}");
    }
}

#[test]
fn only_the_car_moves() {
    let (first, second) = (scene(320, 240, 10, 0).samples(), scene(320, 240, 10, 1).samples());
    let rows: Vec<usize> = (0..240)
        .filter(|y| first[y * 320..][..320] != second[y * 320..][..320])
        .collect();
    assert!(
        rows.len() > 20 && rows.iter().all(|&y| (585 * 240 / 768..=698 * 240 / 768).contains(&y)),
        "{rows:?}"
    );
    assert_eq!(first, scene(320, 240, 10, 0).samples());
}

#[test]
fn samples_span_their_bits_above_the_black_level() {
    for bits in 6..=16 {
        let samples = scene(320, 240, bits, 3).samples();
        let (least, most) = (samples.iter().min(), samples.iter().max());
        let black = (64_u32 << bits >> 10) as u16;
        let white = ((1_u32 << bits) - 1) as u16;
        assert!(
            least.is_some_and(|&least| least >= black && least < black + white / 16),
            "{bits} bits: {least:?}"
        );
        assert!(most.is_some_and(|&most| most == white), "{bits} bits: {most:?}");
    }
}

#[test]
fn odd_sizes_are_filled() {
    for (width, height) in [(1, 1), (1, 500), (2000, 1), (65_535, 2), (3, 7)] {
        let scene = scene(width, height, 12, u32::MAX);
        let samples = scene.samples();
        assert_eq!(samples.len(), width * height);
        // A row is the same wherever it is written, and only as long as asked for.
        let mut row = vec![0xFFFF; width + 1];
        scene.row(height - 1, &mut row);
        assert_eq!(row[..width], samples[width * (height - 1)..]);
        assert_eq!(row[width], 0xFFFF);
    }
    assert!(scene(0, 5, 10, 0).samples().is_empty());
}

/// Golden captures are made of this picture: it must not change unnoticed.
#[test]
fn the_picture_is_the_one_of_the_captures() {
    let samples = scene(320, 240, 10, 0).samples();
    let hash = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
    assert_eq!(hash, 0x640F_6DBB_E9EC_B3D8, "FNV-1a");
}
