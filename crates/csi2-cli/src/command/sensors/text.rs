//! All sensors for people.

use super::json::MapRow;
use crate::report::text::Side::{Left, Right};
use crate::report::text::table;
use csi2_sensors::PROFILES;
use std::io::{self, Write};

pub(super) fn sensors(out: &mut dyn Write) -> io::Result<()> {
    let mut rows = vec![headings(&[
        "name",
        "also",
        "image",
        "Bayer order",
        "black level",
        "analogue gain of code c",
        "longest exposure",
        "embedded rows",
        "modes",
    ])];
    rows.extend(PROFILES.iter().map(|sensor| {
        let black = sensor.black_level;
        vec![
            sensor.name.to_owned(),
            or_dash(Some(sensor.also_known.join(" ")).filter(|names| !names.is_empty())),
            or_dash(sensor.active.map(|size| size.to_string())),
            or_dash(sensor.bayer.map(|bayer| bayer.name().to_owned())),
            or_dash(black.map(|black| format!("{} of {} bits", black.level, black.bits))),
            or_dash(sensor.gain.map(|gain| gain.to_string())),
            or_dash(sensor.exposure_margin.map(|lines| format!("frame - {lines} lines"))),
            or_dash(sensor.embedded_rows.map(|rows| rows.to_string())),
            or_dash(
                Some(sensor.modes.len())
                    .filter(|count| *count > 0)
                    .map(|count| count.to_string()),
            ),
        ]
    }));
    writeln!(
        out,
        "Sensors\n{}",
        table("  ", &[Left, Left, Left, Left, Left, Left, Left, Right, Right], &rows)
    )?;

    let mut rows = vec![headings(&[
        "name",
        "frame count",
        "exposure",
        "gain code",
        "digital gain",
        "frame length",
        "line length",
        "temperature",
    ])];
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

pub(super) fn headings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

pub(super) fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "-".into())
}
