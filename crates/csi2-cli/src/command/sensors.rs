//! `csi2 sensors`: the sensors this build knows, printed from their table, or one of them with its drive modes.

use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::report::json as line;
use crate::sensor_arg::{self, Chosen};
use clap::Args;
use csi2_sensors::PROFILES;
use std::io::Write;

mod json;
mod modes;
mod text;

/// Lists the sensors that --sensor knows, or the drive modes of one
///
/// What no public source says of a sensor is left out. Embedded rows of sensors that are not here are read with the
/// standard (CCS) registers. A sensor that is not here can be written as a file: begin with one that --toml prints.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 sensors imx412
  csi2 sensors imx412 --toml > mine.toml")]
pub(crate) struct SensorsArgs {
    /// Sensor whose drive modes are wanted, or one of these: imx412, imx412:dol3, mine.toml
    #[arg(value_name = "SENSOR[:MODE]", value_parser = sensor_arg::choose)]
    sensor: Option<Chosen>,
    /// Print for machines: JSON, one object a line
    #[arg(long)]
    json: bool,
    /// Print the sensor as a file for --sensor, to be edited
    #[arg(long, requires = "sensor", conflicts_with = "json")]
    toml: bool,
}

pub(crate) fn run(args: &SensorsArgs) -> Result<(), Failure> {
    if args.json {
        return machines(args.sensor);
    }
    let mut out = styled();
    let printed = match args.sensor {
        None => text::sensors(&mut out),
        Some(chosen) if args.toml => {
            sensor_arg::file::print(chosen.profile).and_then(|text| out.write_all(text.as_bytes()))
        }
        Some(chosen) => modes::sensor(&mut out, chosen),
    };
    printed.and_then(|()| out.flush()).map_err(stdout_error)
}

fn machines(chosen: Option<Chosen>) -> Result<(), Failure> {
    let mut out = stdout();
    match chosen {
        Some(Chosen {
            profile,
            mode: Some(mode),
        }) => line::line(&mut out, &json::SensorLine::new(profile, std::slice::from_ref(mode)))?,
        Some(Chosen { profile, mode: None }) => {
            line::line(&mut out, &json::SensorLine::new(profile, profile.modes))?;
        }
        None => {
            for profile in PROFILES {
                line::line(&mut out, &json::SensorLine::new(profile, profile.modes))?;
            }
        }
    }
    out.flush().map_err(stdout_error)
}
