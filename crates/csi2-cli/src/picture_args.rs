//! Options of the commands that write pictures.

use crate::picture::{Black, Orientation, SinkOptions, YuvColour, YuvMatrix, YuvRange};
use clap::{Args, ValueEnum};
use csi2_pixel::BayerOrder;
use csi2_sensors::Profile;

/// How samples become pictures.
#[derive(Args, Debug)]
pub(crate) struct PictureArgs {
    /// Scale samples to the full range, for viewing: values are then not those of the link (png, pgm)
    #[arg(long, help_heading = PICTURES)]
    pub(crate) stretch: bool,
    /// Beside each picture an 8-bit colour PNG for viewing, NAME-preview.png: black level, white balance, demosaic, sRGB
    #[arg(long, help_heading = PICTURES)]
    pub(crate) preview: bool,
    /// Order of the colour filter, first row then second: the link does not carry it
    #[arg(long, value_name = "ORDER", help_heading = PICTURES)]
    bayer: Option<Bayer>,
    /// How the sensor was set to flip its readout: that moves the order of the colour filter
    #[arg(long, value_name = "HOW", help_heading = PICTURES)]
    flip: Option<Flip>,
    /// Sample value of darkness (dng, previews); by the sensor profile, else 0, when absent
    #[arg(long, value_name = "VALUE", help_heading = PICTURES)]
    black_level: Option<u32>,
    /// Sample value of light that saturates (dng, previews); the greatest of the bit depth when absent
    #[arg(long, value_name = "VALUE", value_parser = clap::value_parser!(u32).range(1..), help_heading = PICTURES)]
    white_level: Option<u32>,
    /// How to turn pictures for viewing (tiff, dng, previews): rotate-90, mirror-vertical and so on, or a number of EXIF
    #[arg(long, value_name = "HOW", default_value = "normal", value_parser = Orientation::parse, help_heading = PICTURES)]
    orientation: Orientation,
    /// Range of YUV samples, where they are rendered as RGB
    #[arg(long, value_name = "RANGE", default_value = "limited", help_heading = PICTURES)]
    yuv_range: YuvRange,
    /// Colour matrix of YUV samples, where they are rendered as RGB
    #[arg(long, value_name = "MATRIX", default_value = "bt601", help_heading = PICTURES)]
    yuv_matrix: YuvMatrix,
}

/// Heading of the options above in the help.
const PICTURES: &str = "Picture options";

impl PictureArgs {
    /// What sinks are told. `order` is the colour filter's where the command line does not give it, as read out without flips:
    /// that of a memory format's name, or of the sensor.
    pub(crate) fn options(&self, order: Option<BayerOrder>, profile: Option<&Profile>) -> SinkOptions {
        let order = self.bayer.map(Bayer::order).or(order);
        let order = order.or_else(|| profile.and_then(|profile| profile.bayer).map(of_profile));
        SinkOptions {
            stretch: self.stretch,
            bayer: order.map(|order| self.flip.map_or(order, |flip| flip.order(order))),
            black: match self.black_level {
                Some(level) => Some(Black { level, bits: None }),
                None => profile.and_then(|profile| profile.black_level).map(|black| Black {
                    level: black.level.into(),
                    bits: Some(black.bits),
                }),
            },
            white: self.white_level,
            orientation: self.orientation,
            yuv: YuvColour {
                range: self.yuv_range,
                matrix: self.yuv_matrix,
            },
            model: profile.map(|profile| profile.name),
        }
    }
}

/// Order of the colour filter, first row then second.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Bayer {
    Rggb,
    Grbg,
    Gbrg,
    Bggr,
    /// No filter
    Mono,
}

impl Bayer {
    const fn order(self) -> BayerOrder {
        match self {
            Self::Rggb => BayerOrder::Rggb,
            Self::Grbg => BayerOrder::Grbg,
            Self::Gbrg => BayerOrder::Gbrg,
            Self::Bggr => BayerOrder::Bggr,
            Self::Mono => BayerOrder::Mono,
        }
    }
}

const fn of_profile(bayer: csi2_sensors::Bayer) -> BayerOrder {
    match bayer {
        csi2_sensors::Bayer::Rggb => BayerOrder::Rggb,
        csi2_sensors::Bayer::Grbg => BayerOrder::Grbg,
        csi2_sensors::Bayer::Gbrg => BayerOrder::Gbrg,
        csi2_sensors::Bayer::Bggr => BayerOrder::Bggr,
        csi2_sensors::Bayer::Mono => BayerOrder::Mono,
    }
}

/// Which way a sensor flips its readout.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Flip {
    /// Left and right exchanged
    H,
    /// Top and bottom exchanged
    V,
    /// Both: turned by 180 degrees
    Hv,
}

impl Flip {
    /// What the order of the colour filter becomes: rows and columns are an even number, so a flip starts with the other one.
    #[rustfmt::skip]
    const fn order(self, order: BayerOrder) -> BayerOrder {
        use BayerOrder::{Bggr, Gbrg, Grbg, Mono, Rggb};
        match (order, self) {
            // Columns exchanged: each row begins with its other colour.
            (Rggb, Self::H)  => Grbg,
            (Grbg, Self::H)  => Rggb,
            (Gbrg, Self::H)  => Bggr,
            (Bggr, Self::H)  => Gbrg,
            // Rows exchanged.
            (Rggb, Self::V)  => Gbrg,
            (Grbg, Self::V)  => Bggr,
            (Gbrg, Self::V)  => Rggb,
            (Bggr, Self::V)  => Grbg,
            // Both.
            (Rggb, Self::Hv) => Bggr,
            (Grbg, Self::Hv) => Gbrg,
            (Gbrg, Self::Hv) => Grbg,
            (Bggr, Self::Hv) => Rggb,
            (Mono, _)        => Mono,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On the letters themselves: a 2x2 tile, flipped.
    #[test]
    fn flips_move_the_order() {
        for order in [BayerOrder::Rggb, BayerOrder::Grbg, BayerOrder::Gbrg, BayerOrder::Bggr] {
            let [a, b, c, d] = <[char; 4]>::try_from(order.name().chars().collect::<Vec<_>>()).expect("four letters");
            for (flip, tile) in [
                (Flip::H, [b, a, d, c]),
                (Flip::V, [c, d, a, b]),
                (Flip::Hv, [d, c, b, a]),
            ] {
                let name: String = tile.iter().collect();
                assert_eq!(flip.order(order).name(), name, "{} {flip:?}", order.name());
            }
        }
    }
}
