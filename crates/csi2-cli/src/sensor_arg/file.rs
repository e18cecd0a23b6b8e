//! Sensors in TOML: what `sensors NAME --toml` prints and `--sensor FILE.toml` reads.

use super::table::SensorTable;
use csi2_sensors::Profile;
use std::io;
use std::ops::Range;

/// What stands above a printed sensor.
const HEADING: &str =
    "# A sensor for --sensor FILE.toml and simulate FILE.toml:MODE. What is left out is not known.\n\n";

/// Reads a sensor from a file. The message names the file, the line and what was expected there.
///
/// The profile and all in it are leaked: a command reads one or two of them, once, and has them to its end.
pub(crate) fn read(path: &str) -> Result<&'static Profile, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    match parse(&text) {
        Ok(profile) => Ok(Box::leak(Box::new(profile))),
        Err(Wrong { line: Some(line), what }) => Err(format!("{path}, line {line}: {what}")),
        Err(Wrong { line: None, what }) => Err(format!("{path}: {what}")),
    }
}

/// Prints a sensor: what [`read`] reads as the same again.
pub(crate) fn print(profile: &Profile) -> io::Result<String> {
    let text = toml::to_string(&SensorTable::new(profile)).map_err(io::Error::other)?;
    Ok(format!("{HEADING}{text}"))
}

/// What is wrong with a file, and where.
#[derive(Debug)]
struct Wrong {
    line: Option<usize>,
    what: String,
}

fn parse(text: &str) -> Result<Profile, Wrong> {
    let line = |span: Range<usize>| {
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    let table: SensorTable = toml::from_str(text).map_err(|error| Wrong {
        line: error.span().map(line),
        what: error.message().trim().replace('\n', ", "),
    })?;
    if let Some((at, what)) = table.twice() {
        return Err(Wrong {
            line: Some(line(at)),
            what,
        });
    }
    Ok(table.leak())
}

#[cfg(test)]
mod tests;
