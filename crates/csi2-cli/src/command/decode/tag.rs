//! What a frame is besides a frame.

use crate::picture::Picture;
use csi2_analyzer::hdr::Label;
use csi2_analyzer::{Frame, Pixels};

/// Which exposure of which set, or what was made of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tag {
    /// `LEF`, `SEF1`, `SEF2` or `HDR`.
    pub(super) exposure: Option<&'static str>,
    pub(super) set: Option<u64>,
    pub(super) li_pixels: Option<u8>,
    pub(super) merged: Option<Merge>,
}

/// How a merged frame was made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Merge {
    /// How many times more light the long exposure saw than each shorter one.
    pub(super) ratios: Vec<f64>,
    /// `option`, `embedded` or `estimate`.
    pub(super) source: &'static str,
    /// The most light that the shortest exposure could tell.
    pub(super) full: u32,
}

/// What merged frames are called.
pub(super) const HDR: &str = "HDR";

impl Tag {
    pub(super) fn of(label: Option<Label>) -> Self {
        label.map_or_else(Self::default, |label| Self {
            exposure: Some(label.exposure.name()),
            set: Some(label.set),
            li_pixels: label.information_pixels,
            merged: None,
        })
    }

    /// The number that file names and `--frames` go by: exposures of a set have the same.
    pub(super) fn number(&self, frame: &Frame<'_>) -> u64 {
        self.set.unwrap_or(frame.index)
    }

    /// `vc0-raw10`, `vc0-raw10-lef`.
    pub(super) fn stem(&self, frame: &Frame<'_>) -> String {
        let kind = match frame.data_type.name() {
            // The code tells one reserved data type from another.
            "RESERVED" => format!("dt{:02x}", frame.data_type.code()),
            name => name.to_ascii_lowercase(),
        };
        let exposure = self.exposure.map(|name| format!("-{}", name.to_ascii_lowercase()));
        format!("vc{}-{kind}{}", frame.channel.number(), exposure.unwrap_or_default())
    }
}

/// Samples of 16 bits for viewing: the square root of linear light, which shows what is dark and what is bright at once.
pub(super) fn tone_mapped(picture: &Picture<'_>, full: u32) -> Vec<u16> {
    let Pixels::Samples(samples) = picture.pixels else {
        return Vec::new();
    };
    let full = f64::from(full.max(1));
    let map = |light: u32| ((f64::from(light) / full).min(1.0).sqrt() * f64::from(u16::MAX)).round() as u16;
    (0..samples.len()).filter_map(|at| samples.at(at)).map(map).collect()
}
