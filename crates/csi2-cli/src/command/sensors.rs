//! `csi2 sensors`: the sensors this build knows, printed from their table.

use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::report::json;
use crate::report::text::{Side, table};
use clap::Args;
use csi2_sensors::{EmbeddedMap, Field, PROFILES, Profile};
use serde::Serialize;
use std::io::{self, Write};

/// Lists the sensors that --sensor knows
///
/// What no public source says of a sensor is left out. Embedded rows of sensors that are not here are read with the
/// standard (CCS) registers.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 sensors
  csi2 sensors --json | jq -r 'select(.embedded) | .name'")]
pub(crate) struct SensorsArgs {
    /// Print for machines: JSON, one object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct SensorRow {
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
}

/// Addresses of registers, the first of those that have two.
#[derive(Serialize)]
struct MapRow {
    frame_count: Option<String>,
    exposure_lines: Option<String>,
    analogue_gain_code: Option<String>,
    digital_gain: Option<String>,
    frame_length_lines: Option<String>,
    line_length_pixels: Option<String>,
    temperature_c: Option<String>,
}

impl SensorRow {
    fn new(sensor: &Profile) -> Self {
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
        }
    }
}

impl MapRow {
    fn new(map: &EmbeddedMap) -> Self {
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

pub(crate) fn run(args: &SensorsArgs) -> Result<(), Failure> {
    if !args.json {
        let mut out = styled();
        return text(&mut out).and_then(|()| out.flush()).map_err(stdout_error);
    }
    let mut out = stdout();
    for sensor in PROFILES {
        json::line(&mut out, &SensorRow::new(sensor))?;
    }
    out.flush().map_err(stdout_error)
}

fn text(out: &mut dyn Write) -> io::Result<()> {
    use Side::{Left, Right};
    let heading = |cells: &[&str]| vec![cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
    let or_dash = |cell: Option<String>| cell.unwrap_or_else(|| "-".into());

    let mut rows = heading(&[
        "name",
        "also",
        "Bayer order",
        "black level",
        "analogue gain of code c",
        "longest exposure",
        "embedded rows",
    ]);
    rows.extend(PROFILES.iter().map(|sensor| {
        let black = sensor.black_level;
        vec![
            sensor.name.to_owned(),
            or_dash(Some(sensor.also_known.join(" ")).filter(|names| !names.is_empty())),
            or_dash(sensor.bayer.map(|bayer| bayer.name().to_owned())),
            or_dash(black.map(|black| format!("{} of {} bits", black.level, black.bits))),
            or_dash(sensor.gain.map(|gain| gain.to_string())),
            or_dash(sensor.exposure_margin.map(|lines| format!("frame - {lines} lines"))),
            or_dash(sensor.embedded_rows.map(|rows| rows.to_string())),
        ]
    }));
    writeln!(
        out,
        "Sensors\n{}",
        table("  ", &[Left, Left, Left, Left, Left, Left, Right], &rows)
    )?;

    let mut rows = heading(&[
        "name",
        "frame count",
        "exposure",
        "gain code",
        "digital gain",
        "frame length",
        "line length",
        "temperature",
    ]);
    rows.extend(PROFILES.iter().filter_map(|sensor| {
        let map = MapRow::new(sensor.embedded?);
        let cells = [
            map.frame_count,
            map.exposure_lines,
            map.analogue_gain_code,
            map.digital_gain,
            map.frame_length_lines,
            map.line_length_pixels,
            map.temperature_c,
        ];
        Some(
            std::iter::once(sensor.name.to_owned())
                .chain(cells.map(or_dash))
                .collect(),
        )
    }));
    write!(out, "Registers in embedded rows\n{}", table("  ", &[Left; 8], &rows))
}
