//! Patterns of light, which a sensor measures: over black level, in proportion to the exposure, up to saturation.

use super::{Canvas, Shot};
use crate::scene::{Scene, WHITE};

pub(super) fn scene(canvas: &Canvas, y: usize, shot: Shot, out: &mut [u16]) {
    let scene = Scene {
        width: canvas.width,
        height: canvas.height,
        bits: canvas.bits,
        frame: shot.frame,
    };
    let (white, black) = (canvas.white(), canvas.black.min(canvas.white()));
    let times = u64::from(white - black) * u64::from(canvas.excess.max(1));
    let shorter = u64::from(canvas.ratio.max(1)).pow(shot.exposure.index() as u32);
    let whole = u64::from(WHITE) * shorter;
    let filter = canvas.filter(y);
    scene.light(y, |x, light| {
        if let Some(sample) = out.get_mut(x) {
            let light = u64::from(light[filter[x % 2]]) * times / whole;
            *sample = (u64::from(black) + light).min(white.into()) as u16;
        }
    });
}
