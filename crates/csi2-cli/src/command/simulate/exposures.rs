//! Several exposures: what the options make of a mode's own.

use crate::dol_values::{HEADING as DOL, PlacementName, Switch};
use crate::failure::Failure;
use crate::keep;
use clap::{Args, ValueEnum};
use csi2_generator::BlackMark;
use csi2_packet::{Class, DataType, VirtualChannel};
use csi2_sensors::{Dol, DolMethod, MAX_EXPOSURES, Margin, Mode, Placement};

/// Rows by which shorter exposures trail where nothing says it.
const DELAYS: [u16; MAX_EXPOSURES - 1] = [48, 96];

#[derive(Args, Debug)]
pub(super) struct DolArgs {
    /// What tells the exposures of a set apart; as the mode has when absent
    #[arg(long, value_name = "HOW", help_heading = DOL)]
    dol: Option<Method>,
    /// Exposures of a set: 2 or 3
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=3), help_heading = DOL)]
    exposures: Option<u8>,
    /// Rows by which the shorter exposures trail the long one: 48 or 48,96
    #[arg(long, value_name = "ROWS,...", value_delimiter = ',', help_heading = DOL)]
    dol_delay: Vec<u16>,
    /// How many times less light each exposure gets than the one before
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..), help_heading = DOL)]
    ratio: u16,
    /// With --dol dt: data type of each exposure; that of the mode, then USER1 and USER2, when absent
    #[arg(long, value_name = "TYPE,...", value_delimiter = ',', value_parser = keep::data_type, help_heading = DOL)]
    dol_dt: Vec<DataType>,
    /// With --dol li: pixels in front of each row that hold the code, 4 or 16
    #[arg(long, value_name = "N", value_parser = li_pixels, help_heading = DOL)]
    li_pixels: Option<u8>,
    /// With --dol li: where the code of ten bits stands in longer samples
    #[arg(long, value_name = "WHERE", help_heading = DOL)]
    li_placement: Option<PlacementName>,
    /// Rows stand in for an exposure that has none yet, or no more (not with --dol vc): black, with the exposure's own mark
    #[arg(long, value_name = "WHEN", help_heading = DOL)]
    vbp: Option<Switch>,
    /// Optical black rows before each image
    #[arg(long, value_name = "ROWS", help_heading = DOL)]
    ob: Option<u8>,
    /// What tells optical black rows: a code of their own, the exposure's (nothing), or a data type, that of the sensor or
    /// 0x37; own with --dol li, else dt, when absent
    #[arg(long, value_name = "HOW", help_heading = DOL)]
    ob_code: Option<BlackName>,
}

/// `--dol`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Method {
    /// A virtual channel each, with its own FS and FE
    Vc,
    /// A code in the first pixels of each row (line information)
    Li,
    /// A data type each
    Dt,
    /// Nothing: rows alternate
    Lines,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum BlackName {
    Own,
    Exposure,
    Dt,
}

fn li_pixels(text: &str) -> Result<u8, String> {
    match text {
        "4" => Ok(4),
        "16" => Ok(16),
        _ => Err("expected 4 or 16".into()),
    }
}

impl Method {
    const fn of(method: DolMethod) -> Self {
        match method {
            DolMethod::VirtualChannel(_) => Self::Vc,
            DolMethod::LineInformation { .. } => Self::Li,
            DolMethod::DataType(_) => Self::Dt,
            DolMethod::LineCount => Self::Lines,
        }
    }
}

/// Whether samples of a sensor may travel as this.
fn may_be_raw(data_type: DataType) -> bool {
    !matches!(data_type.class(), Class::GenericLong | Class::Yuv | Class::Rgb)
}

/// `by virtual channel`, ...
pub(super) const fn told_apart(method: DolMethod) -> &'static str {
    match method {
        DolMethod::VirtualChannel(_) => "by virtual channel",
        DolMethod::LineInformation { .. } => "by line information",
        DolMethod::DataType(_) => "by data type",
        DolMethod::LineCount => "by line count",
    }
}

impl DolArgs {
    pub(super) fn ratio(&self) -> u16 {
        self.ratio
    }

    pub(super) fn black_rows(&self) -> Option<u8> {
        self.ob
    }

    /// What black rows of a mode say they are, where a sensor's travel as `data_type`.
    pub(super) fn black_mark(&self, mode: &Mode, data_type: DataType) -> BlackMark {
        let coded = matches!(mode.dol.map(|dol| dol.method), Some(DolMethod::LineInformation { .. }));
        match self.ob_code {
            Some(BlackName::Own) => BlackMark::Coded,
            Some(BlackName::Exposure) => BlackMark::AsImage,
            None if coded => BlackMark::Coded,
            Some(BlackName::Dt) | None => BlackMark::Typed(data_type),
        }
    }

    /// The exposures of a mode, as the options change them.
    pub(super) fn apply(&self, mode: &Mode) -> Result<Option<Dol>, Failure> {
        let usual = mode.dol;
        let Some(kind) = self.dol.or(usual.map(|dol| Method::of(dol.method))) else {
            // Options that say there are several exposures, but not how.
            return match self.needless() {
                Some(option) => Err(Failure::usage(format!(
                    "{option} is of several exposures, {} has one: add --dol vc, li, dt or lines",
                    mode.name
                ))),
                None => Ok(None),
            };
        };
        let exposures = self.exposures.or(usual.map(|dol| dol.exposures)).unwrap_or(2);
        let like = usual.filter(|dol| dol.exposures == exposures);
        let same = usual.filter(|dol| Method::of(dol.method) == kind);
        let trailing = usize::from(exposures) - 1;
        if !self.dol_delay.is_empty() && self.dol_delay.len() != trailing {
            return Err(Failure::usage(format!(
                "--dol-delay has {} values, {exposures} exposures have {trailing} that trail",
                self.dol_delay.len()
            )));
        }
        let mut delays = like.map_or(DELAYS, |dol| dol.delays);
        for (delay, given) in delays.iter_mut().zip(&self.dol_delay) {
            *delay = *given;
        }
        let shared = kind != Method::Vc;
        if !shared && self.vbp == Some(Switch::On) {
            return Err(Failure::usage(
                "--vbp on: exposures with a virtual channel each have frames of their own, and nothing stands in for rows",
            ));
        }
        let coded = matches!(kind, Method::Li | Method::Lines);
        Ok(Some(Dol {
            exposures,
            method: self.method(kind, same.map(|dol| dol.method), mode, exposures)?,
            delays,
            // Three exposures take the time of four: their delays do not fit in three.
            slots_per_line: like.map_or(if exposures == 3 { 4 } else { 2 }, |dol| dol.slots_per_line),
            blanking_rows: match self.vbp {
                Some(switch) => switch == Switch::On,
                None => same.map_or(coded, |dol| dol.blanking_rows),
            },
            black_rows: self.ob.or(usual.map(|dol| dol.black_rows)).unwrap_or(0),
            margin: usual.map_or(Margin::NONE, |dol| dol.margin),
        }))
    }

    fn method(&self, kind: Method, usual: Option<DolMethod>, mode: &Mode, exposures: u8) -> Result<DolMethod, Failure> {
        if kind != Method::Li && (self.li_pixels.is_some() || self.li_placement.is_some()) {
            return Err(Failure::usage("--li-pixels and --li-placement are of --dol li"));
        }
        if kind != Method::Dt && !self.dol_dt.is_empty() {
            return Err(Failure::usage("--dol-dt is of --dol dt"));
        }
        Ok(match kind {
            Method::Vc => usual.unwrap_or(DolMethod::VirtualChannel(
                [0, 1, 2].map(|low| VirtualChannel::from_wire(low, 0)),
            )),
            Method::Lines => DolMethod::LineCount,
            Method::Li => {
                let (pixels, placement) = match usual {
                    Some(DolMethod::LineInformation { pixels, placement }) => (pixels, placement),
                    _ => (4, Placement::Low),
                };
                DolMethod::LineInformation {
                    pixels: self.li_pixels.unwrap_or(pixels),
                    placement: self.li_placement.map_or(placement, PlacementName::placement),
                }
            }
            Method::Dt => {
                let mut types = match usual {
                    Some(DolMethod::DataType(types)) => types,
                    _ => [mode.data_type, DataType::USER1, DataType::USER2],
                };
                let count = usize::from(exposures);
                if !self.dol_dt.is_empty() && self.dol_dt.len() != count {
                    return Err(Failure::usage(format!(
                        "--dol-dt names {} types for {count} exposures",
                        self.dol_dt.len()
                    )));
                }
                for (data_type, given) in types.iter_mut().zip(&self.dol_dt) {
                    *data_type = *given;
                }
                if let Some(short) = types.iter().find(|data_type| data_type.is_short()) {
                    return Err(Failure::usage(format!(
                        "--dol-dt: {} is of short packets",
                        short.name()
                    )));
                }
                if let Some(other) = self.dol_dt.iter().find(|data_type| !may_be_raw(**data_type)) {
                    return Err(Failure::usage(format!(
                        "--dol-dt: {} is not of raw samples: give RAW types, or those of users, USER1 to USER8",
                        other.name()
                    )));
                }
                if (1..count).any(|index| types[..index].contains(&types[index])) {
                    return Err(Failure::usage("--dol-dt names a type twice: each exposure has its own"));
                }
                DolMethod::DataType(types)
            }
        })
    }

    /// An option that one exposure has no use for.
    fn needless(&self) -> Option<&'static str> {
        [
            ("--exposures", self.exposures.is_some()),
            ("--dol-delay", !self.dol_delay.is_empty()),
            ("--dol-dt", !self.dol_dt.is_empty()),
            ("--li-pixels", self.li_pixels.is_some()),
            ("--li-placement", self.li_placement.is_some()),
            ("--vbp", self.vbp.is_some()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
    }
}
