//! The curve of sRGB.
//!
//! Ref: IEC 61966-2-1 as given by W3C CSS Color 4, "sRGB": 12.92 v to 0.0031308, then 1.055 v^(1/2.4) - 0.055.

use std::sync::OnceLock;

/// Steps of linear light that `byte` tells apart.
const STEPS: usize = 1 << 14;

/// Linear light, in units in which [`FULL`] is white, as a byte of sRGB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curve(&'static [u8; STEPS]);

/// White.
pub(super) const FULL: f32 = (STEPS - 1) as f32;

impl Curve {
    pub(super) fn new() -> Self {
        static TABLE: OnceLock<Box<[u8; STEPS]>> = OnceLock::new();
        Self(TABLE.get_or_init(|| {
            let mut table = Box::new([0; STEPS]);
            for (light, byte) in table.iter_mut().enumerate() {
                *byte = (255.0 * encoded(light as f64 / f64::from(FULL))).round() as u8;
            }
            table
        }))
    }

    /// What is brighter than white is white.
    pub(super) fn byte(self, light: f32) -> u8 {
        // The conversion saturates.
        let step = (light + 0.5) as usize;
        self.0[step.min(STEPS - 1)]
    }
}

fn encoded(light: f64) -> f64 {
    if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Well-known pairs: 18 % grey is 118, half of the light is 188, one fifth of it 124.
    #[test]
    fn known_values() {
        let curve = Curve::new();
        for (light, byte) in [(0.0, 0), (0.18, 118), (0.2, 124), (0.5, 188), (1.0, 255), (7.0, 255)] {
            assert_eq!(curve.byte(light * FULL), byte, "{light}");
        }
    }
}
