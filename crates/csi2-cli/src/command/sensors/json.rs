//! Sensors for machines.

use csi2_sensors::{Dol, DolMethod, EmbeddedMap, Field, Mode, Profile, Size};
use serde::Serialize;

/// A sensor.
#[derive(Serialize)]
pub(super) struct SensorLine {
    r#type: &'static str,
    name: &'static str,
    also_known: &'static [&'static str],
    bayer: Option<&'static str>,
    black_level: Option<u16>,
    black_level_bits: Option<u8>,
    analogue_gain: Option<String>,
    exposure_margin: Option<u16>,
    embedded_rows: Option<u8>,
    embedded: Option<MapRow>,
    array: Option<SizeRow>,
    active: Option<SizeRow>,
    frame_margin: Option<u16>,
    black_rows: Option<u8>,
    black_data_type: Option<&'static str>,
    modes: Vec<ModeRow>,
}

#[derive(Serialize)]
struct SizeRow {
    width: u16,
    height: u16,
}

/// Addresses of registers, the first of those that have two.
#[derive(Serialize)]
pub(super) struct MapRow {
    pub(super) frame_count: Option<String>,
    pub(super) exposure_lines: Option<String>,
    pub(super) analogue_gain_code: Option<String>,
    pub(super) digital_gain: Option<String>,
    pub(super) frame_length_lines: Option<String>,
    pub(super) line_length_pixels: Option<String>,
    pub(super) temperature_c: Option<String>,
}

/// A drive mode; `null` where no public source says when its rows come.
#[derive(Serialize)]
struct ModeRow {
    name: &'static str,
    width: u16,
    height: u16,
    dt: u8,
    data_type: &'static str,
    word_count: Option<u16>,
    lanes: u8,
    lane_rate_bps: u64,
    pixel_rate_hz: Option<u64>,
    line_length: Option<u32>,
    frame_length: Option<u32>,
    line_time_ns: Option<f64>,
    frame_rate: Option<f64>,
    /// Share of the link, with embedded rows.
    link_load: Option<f64>,
    embedded_rows: Option<u8>,
    binning: u8,
    clock: Option<&'static str>,
    line_sync: bool,
    exposures: u8,
    dol: Option<DolRow>,
}

#[derive(Serialize)]
struct DolRow {
    method: &'static str,
    channels: Option<Vec<u8>>,
    data_types: Option<Vec<&'static str>>,
    li_pixels: Option<u8>,
    li_placement: Option<&'static str>,
    delays: Vec<u16>,
    slots_per_line: u8,
    blanking_rows: bool,
    black_rows: u8,
    left_margin: u8,
    right_margin: u8,
    top_margin: u8,
}

impl SensorLine {
    /// With these of its modes.
    pub(super) fn new(sensor: &Profile, modes: &[Mode]) -> Self {
        let size = |size: Size| SizeRow {
            width: size.width,
            height: size.height,
        };
        Self {
            r#type: "sensor",
            name: sensor.name,
            also_known: sensor.also_known,
            bayer: sensor.bayer.map(|bayer| bayer.name()),
            black_level: sensor.black_level.map(|black| black.level),
            black_level_bits: sensor.black_level.map(|black| black.bits),
            analogue_gain: sensor.gain.map(|gain| gain.to_string()),
            exposure_margin: sensor.exposure_margin,
            embedded_rows: sensor.embedded_rows,
            embedded: sensor.embedded.map(MapRow::new),
            array: sensor.array.map(size),
            active: sensor.active.map(size),
            frame_margin: sensor.frame_margin,
            black_rows: sensor.black_rows,
            black_data_type: sensor.black_type.map(|data_type| data_type.name()),
            modes: modes.iter().map(|mode| ModeRow::new(sensor, mode)).collect(),
        }
    }
}

impl MapRow {
    pub(super) fn new(map: &EmbeddedMap) -> Self {
        let register = |address: u16| format!("0x{address:04X}");
        let field = |field: Option<Field>| field.map(|field| register(field.address()));
        Self {
            frame_count: map.frame_count.map(register),
            exposure_lines: field(map.exposure_lines),
            analogue_gain_code: field(map.gain_code),
            digital_gain: field(map.digital_gain),
            frame_length_lines: field(map.frame_length_lines),
            line_length_pixels: field(map.line_length_pixels),
            temperature_c: map.temperature.map(register),
        }
    }
}

impl ModeRow {
    fn new(sensor: &Profile, mode: &Mode) -> Self {
        let embedded_rows = sensor.embedded_rows_of(mode);
        Self {
            name: mode.name,
            width: mode.width,
            height: mode.height,
            dt: mode.data_type.code(),
            data_type: mode.data_type.name(),
            word_count: mode.word_count(),
            lanes: mode.lanes,
            lane_rate_bps: mode.lane_rate,
            pixel_rate_hz: mode.pace.map(|pace| pace.pixel_rate),
            line_length: mode.pace.map(|pace| pace.line_length),
            frame_length: mode.pace.map(|pace| pace.frame_length),
            line_time_ns: mode.line_time(),
            frame_rate: mode.frame_rate(),
            link_load: mode.link_load(embedded_rows.unwrap_or(0)),
            embedded_rows,
            binning: mode.binning,
            clock: mode.clock.map(|clock| clock.name()),
            line_sync: mode.line_sync,
            exposures: mode.exposures(),
            dol: mode.dol.map(DolRow::new),
        }
    }
}

impl DolRow {
    fn new(dol: Dol) -> Self {
        let exposures = usize::from(dol.exposures);
        let mut row = Self {
            method: dol.method.name(),
            channels: None,
            data_types: None,
            li_pixels: None,
            li_placement: None,
            delays: dol.each().skip(1).map(|exposure| dol.delay(exposure)).collect(),
            slots_per_line: dol.slots_per_line,
            blanking_rows: dol.blanking_rows,
            black_rows: dol.black_rows,
            left_margin: dol.margin.left,
            right_margin: dol.margin.right,
            top_margin: dol.margin.top,
        };
        match dol.method {
            DolMethod::VirtualChannel(channels) => {
                let numbers = channels.iter().map(|channel| channel.number());
                row.channels = Some(numbers.take(exposures).collect());
            }
            DolMethod::DataType(data_types) => {
                let names = data_types.iter().map(|data_type| data_type.name());
                row.data_types = Some(names.take(exposures).collect());
            }
            DolMethod::LineInformation { pixels, placement } => {
                row.li_pixels = Some(pixels);
                row.li_placement = Some(placement.name());
            }
            DolMethod::LineCount => {}
        }
        row
    }
}
