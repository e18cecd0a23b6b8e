//! What a mode says of its stream.

use super::Quantity;
use csi2_sensors::{DolMethod, Mode, Profile};

/// Times in nanoseconds, rates per second. `None`: no public source says.
pub(super) struct Expected {
    pub(super) size: Option<Quantity>,
    pub(super) data_type: Option<Quantity>,
    pub(super) lanes: Option<f64>,
    pub(super) lane_rate: Option<f64>,
    pub(super) line_time: Option<f64>,
    pub(super) frame_length: Option<f64>,
    pub(super) frame_rate: Option<f64>,
    pub(super) embedded_rows: Option<f64>,
    pub(super) exposures: f64,
    /// Of the exposures that the mode has.
    pub(super) delays: [Option<f64>; 2],
    pub(super) payload: Option<f64>,
    pub(super) packets: Option<f64>,
    pub(super) share: Option<f64>,
    pub(super) bayer: Option<Quantity>,
}

impl Expected {
    pub(super) fn new(profile: &Profile, mode: &Mode) -> Self {
        let embedded_rows = profile.embedded_rows_of(mode);
        let shared = mode.dol.map_or(1, |dol| match dol.method {
            DolMethod::VirtualChannel(_) | DolMethod::DataType(_) => u32::from(dol.exposures),
            DolMethod::LineInformation { .. } | DolMethod::LineCount => 1,
        });
        let data_type = match mode.dol.map(|dol| dol.method) {
            Some(DolMethod::DataType([long, ..])) => long,
            _ => mode.data_type,
        };
        let delay = |nth: u8| {
            let dol = mode.dol.filter(|dol| dol.exposures > nth + 1)?;
            Some(f64::from(*dol.delays.get(usize::from(nth))?))
        };
        Self {
            size: Some(Quantity::Size {
                width: mode.row_pixels(),
                lines: mode.rows().checked_div(shared).unwrap_or(0),
            }),
            data_type: Some(Quantity::DataType(data_type)),
            lanes: Some(f64::from(mode.lanes)),
            lane_rate: Some(mode.lane_rate as f64),
            line_time: mode.line_time(),
            frame_length: mode.pace.map(|pace| f64::from(pace.frame_length)),
            frame_rate: mode.frame_rate(),
            embedded_rows: embedded_rows.map(f64::from),
            exposures: f64::from(mode.exposures()),
            delays: [delay(0), delay(1)],
            payload: mode.payload_rate(),
            packets: mode.link_rate(embedded_rows.unwrap_or(0)),
            share: mode.link_load(embedded_rows.unwrap_or(0)),
            bayer: profile.bayer.map(|bayer| Quantity::Name(bayer.name())),
        }
    }
}
