//! `--hdr`: exposures of a set, by options or by what the sensor is known to do.

use crate::dol_values::{HEADING as DOL, PlacementName, Switch};
use crate::failure::Failure;
use crate::sensor_arg::Chosen;
use clap::{Args, ValueEnum};
use csi2_analyzer::StreamFilter;
use csi2_analyzer::hdr::{HdrSettings, Told};
use csi2_packet::VirtualChannel;
use csi2_sensors::MAX_EXPOSURES;

#[derive(Args, Debug)]
pub(super) struct HdrArgs {
    /// What to do with exposures that share the link
    #[arg(long, value_name = "HOW", default_value = "auto", hide_default_value = true, help_heading = DOL)]
    hdr: Hdr,
    /// What tells exposures apart, where neither the stream nor --sensor NAME:MODE does
    #[arg(long, value_name = "HOW", help_heading = DOL)]
    dol: Option<Method>,
    /// Exposures of a set: 2 or 3
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=3), help_heading = DOL)]
    exposures: Option<u8>,
    /// Rows by which the shorter exposures trail the long one: 48 or 48,96
    #[arg(long, value_name = "ROWS,...", value_delimiter = ',', help_heading = DOL)]
    dol_delay: Vec<u16>,
    /// Whether rows stand in for an exposure that has none yet, or no more
    #[arg(long, value_name = "WHEN", help_heading = DOL)]
    vbp: Option<Switch>,
    /// Optical black rows of each exposure at the start of a set that nothing tells from those of the image
    #[arg(long, value_name = "ROWS", default_value_t = 0, hide_default_value = true, help_heading = DOL)]
    ob: u8,
    /// Pixels in front of each row that hold the code of line information
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64), help_heading = DOL)]
    li_pixels: Option<u8>,
    /// Where the code of ten bits stands in longer samples
    #[arg(long, value_name = "WHERE", help_heading = DOL)]
    li_placement: Option<PlacementName>,
    /// With --hdr merge: how many times more light the long exposure saw than each shorter one: 16 or 16,256; else by embedded
    /// rows, else by pixels that are well exposed in both
    #[arg(long, value_name = "R,...", value_delimiter = ',', value_parser = ratio, help_heading = DOL)]
    hdr_ratio: Vec<f64>,
}

/// `--hdr`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Hdr {
    /// Frames of their own, where the stream shows exposures beyond doubt
    Auto,
    /// Frames of their own; virtual channels with frames alike are exposures
    Split,
    /// Frames of their own, by the code in front of each row
    LineInfo,
    /// Frames of their own, by the order of rows: --exposures and --dol-delay say which
    Lines,
    /// One linear frame a set, black at 0, in units of the long exposure
    Merge,
    /// As they came
    Off,
}

/// `--dol`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Method {
    /// Virtual channels 0, 1 and 2
    Vc,
    /// A code in the first pixels of each row (line information)
    Li,
    /// Nothing: rows alternate
    Lines,
}

/// `--hdr-ratio`
fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.trim().parse().map_err(|_| "expected a number, as in 16 or 7.5")?;
    if (1.0..=65_535.0).contains(&ratio) {
        Ok(ratio)
    } else {
        Err("a ratio is 1 to 65535: the long exposure saw more light".into())
    }
}

impl HdrArgs {
    /// Whether sets are merged.
    pub(super) fn merges(&self) -> bool {
        self.hdr == Hdr::Merge
    }

    /// Of each shorter exposure, as far as given.
    pub(super) fn ratios(&self) -> [Option<f64>; MAX_EXPOSURES - 1] {
        let mut given = self.hdr_ratio.iter().copied();
        [given.next(), given.next()]
    }

    /// What the sorter is told.
    pub(super) fn settings(&self, sensor: Option<Chosen>, streams: StreamFilter) -> Result<HdrSettings, Failure> {
        let dol = sensor.and_then(|sensor| sensor.mode).and_then(|mode| mode.dol);
        let known = dol.as_ref().map(HdrSettings::of).unwrap_or_default();
        let method = match (self.hdr, self.dol) {
            (Hdr::Off, _) => Told::Off,
            (Hdr::LineInfo, _) | (_, Some(Method::Li)) => Told::Information,
            (Hdr::Lines, _) | (_, Some(Method::Lines)) => Told::Count,
            (_, Some(Method::Vc)) => Told::Channels([0, 1, 2].map(|number| VirtualChannel::from_wire(number, 0))),
            (Hdr::Auto, None) => known.method,
            (Hdr::Split | Hdr::Merge, None) if known.method == Told::Nothing => Told::Exposures,
            (Hdr::Split | Hdr::Merge, None) => known.method,
        };
        let exposures = self.exposures.or(known.exposures);
        let delays = match self.dol_delay.as_slice() {
            [] => known.delays,
            [one] => Some([*one, 0]),
            [one, two] => Some([*one, *two]),
            more => {
                return Err(Failure::usage(format!(
                    "--dol-delay has {} numbers; there are at most two shorter exposures",
                    more.len()
                )));
            }
        };
        let exposures = match method {
            // As many as there are delays, else two.
            Told::Count | Told::Channels(_) if exposures.is_none() => {
                Some(if self.dol_delay.len() == 2 { 3 } else { 2 })
            }
            _ => exposures,
        };
        if method == Told::Count && delays.is_none() {
            return Err(Failure::usage(
                "rows that nothing tells apart are counted: --dol-delay says by how many rows the shorter exposures trail, \
                 or --sensor NAME:MODE",
            ));
        }
        if exposures == Some(3) && self.dol_delay.len() == 1 {
            return Err(Failure::usage(
                "of three exposures --dol-delay has two numbers, as in 48,96",
            ));
        }
        if !self.hdr_ratio.is_empty() && !self.merges() {
            return Err(Failure::usage("--hdr-ratio is for --hdr merge"));
        }
        Ok(HdrSettings {
            method,
            exposures,
            delays,
            blanking_rows: self.vbp.map(|vbp| vbp == Switch::On).or(known.blanking_rows),
            black_rows: self.ob.into(),
            information_pixels: self.li_pixels.or(known.information_pixels),
            placement: self.li_placement.map(PlacementName::placement).or(known.placement),
            streams,
            ..known
        })
    }
}
