//! The drive modes of one sensor for people.

use super::text::{headings, or_dash};
use crate::report::text::Side::{Left, Right};
use crate::report::text::{rate, table, time};
use crate::sensor_arg::Chosen;
use csi2_sensors::{Dol, DolMethod, Mode, Profile};
use std::io::{self, Write};

pub(super) fn sensor(out: &mut dyn Write, chosen: Chosen) -> io::Result<()> {
    let profile = chosen.profile;
    writeln!(out, "{}", facts(profile).join(", "))?;
    let modes = chosen.mode.map_or(profile.modes, std::slice::from_ref);
    if modes.is_empty() {
        return writeln!(out, "No public source says at what rates it sends.");
    }
    let mut rows = vec![headings(&[
        "mode",
        "size",
        "type",
        "exposures",
        "lanes",
        "line length",
        "frame length",
        "line time",
        "frame rate",
        "link load",
        "embedded rows",
    ])];
    rows.extend(modes.iter().map(|mode| row(profile, mode)));
    let sides = [Left, Left, Left, Left, Left, Right, Right, Right, Right, Right, Right];
    write!(out, "{}", table("  ", &sides, &rows))?;
    for mode in modes {
        if let Err(misfit) = mode.fits(mode.lanes, mode.lane_rate) {
            writeln!(out, "  {}: {misfit}", mode.name)?;
        }
    }
    Ok(())
}

/// What is known of all modes.
fn facts(profile: &Profile) -> Vec<String> {
    let names = std::iter::once(profile.name).chain(profile.also_known.iter().copied());
    let black_rows = match (profile.black_rows, profile.black_type) {
        (None, None) => None,
        (rows, data_type) => {
            let count = rows.map_or_else(String::new, |rows| format!("{rows} "));
            let name = data_type.map_or_else(String::new, |data_type| format!(" as {data_type}"));
            Some(format!("{count}optical black rows{name}"))
        }
    };
    let facts = [
        Some(names.collect::<Vec<_>>().join(" ")),
        profile.array.map(|size| format!("array {size}")),
        profile.active.map(|size| format!("image {size}")),
        profile.bayer.map(|bayer| bayer.name().to_owned()),
        profile
            .black_level
            .map(|black| format!("black level {} of {} bits", black.level, black.bits)),
        black_rows,
        profile
            .frame_margin
            .map(|rows| format!("frame >= image + {rows} lines")),
    ];
    facts.into_iter().flatten().collect()
}

fn row(profile: &Profile, mode: &Mode) -> Vec<String> {
    let pace = mode.pace;
    let embedded_rows = profile.embedded_rows_of(mode);
    let load = mode.link_load(embedded_rows.unwrap_or(0));
    vec![
        mode.name.to_owned(),
        format!("{}x{}", mode.width, mode.height),
        mode.data_type.to_string(),
        mode.dol.map_or_else(|| "1".into(), exposures),
        format!("{} x {}", mode.lanes, rate(mode.lane_rate as f64, "bps")),
        or_dash(pace.map(|pace| pace.line_length.to_string())),
        or_dash(pace.map(|pace| pace.frame_length.to_string())),
        or_dash(mode.line_time().map(time)),
        or_dash(mode.frame_rate().map(|frames| format!("{frames:.2} Hz"))),
        or_dash(load.map(|load| format!("{:.1} %", load * 100.0))),
        or_dash(embedded_rows.map(|rows| rows.to_string())),
    ]
}

/// `2 by VC 0 1`
fn exposures(dol: Dol) -> String {
    let count = usize::from(dol.exposures);
    let listed = |cells: Vec<String>| cells.into_iter().take(count).collect::<Vec<_>>().join(" ");
    let method = match dol.method {
        DolMethod::VirtualChannel(channels) => {
            format!(
                "VC {}",
                listed(channels.map(|channel| channel.number().to_string()).into())
            )
        }
        DolMethod::LineInformation { pixels, .. } => format!("LI of {pixels} pixels"),
        DolMethod::DataType(data_types) => listed(data_types.map(|data_type| data_type.to_string()).into()),
        DolMethod::LineCount => "line count".into(),
    };
    format!("{count} by {method}")
}
