//! `--annotate`: beside the wires, what they say, as rows of text that waveform viewers show.
//!
//! A packet is known when it is over, but its row begins with it. So the wires go to a temporary value change dump and
//! each row to a temporary file of its own, where its values are in order of time; a second pass merges them. Nothing
//! grows with the capture but the files.
//!
//! Ref: GTKWave manual, string values of value change dumps (`$var string`, `sTEXT`, white space as `\x20`).

use super::{ConvertArgs, wires};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::transmit::Target;
use csi2_capture::CaptureError;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

mod events;
mod lane;
mod merge;
mod rows;

pub(super) use events::Annotator;

/// Whether rows can be written.
pub(super) fn check(target: Target, copies: bool) -> Result<(), Failure> {
    if target.format.name != "vcd" {
        return Err(Failure::usage(format!(
            "--annotate writes rows of text, which vcd can hold and {} cannot",
            target.format.name
        )));
    }
    if !copies {
        return Err(Failure::usage(
            "--annotate tells what the wires of a capture say: it needs a capture of pins, and no option by which bursts \
             are sent anew or left out",
        ));
    }
    Ok(())
}

/// Copies the wires with rows beside them; returns why the capture broke off, where it did.
pub(super) fn copy(
    session: &mut Session,
    args: &ConvertArgs,
    target: Target,
    console: &Console,
) -> Result<Option<CaptureError>, Failure> {
    let Some(pins) = session.pins().copied() else {
        return Err(Failure::usage(format!(
            "{}: --annotate needs wires of lanes, the capture shows bytes",
            session.name()
        )));
    };
    let mut annotator = Annotator::new(&pins, &args.read)?;
    let dump = temporary(&args.link.output)?;
    let broken = wires::copy(session, args, target, dump.path(), Some(&mut annotator), console)?;
    session.finish(&mut annotator)?;
    let timebase = session.clock().timebase.unwrap_or(csi2_dphy::Timebase::NANOSECONDS);
    let rows = annotator.finish()?;
    let name = dump.path().display().to_string();
    let wires = File::open(dump.path()).map_err(|error| Failure::io(&name, error))?;
    let mut wires = BufReader::with_capacity(1 << 18, wires);
    let mut output = Output::create(&args.link.output)?;
    output.write(|out| merge::merge(&mut wires, rows, timebase, out))?;
    output.finish()?;
    Ok(broken)
}

/// A file beside the output, which may be as large; in the usual place where the output is no ordinary file.
fn temporary(output: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".csi2-");
    let ordinary = output != Path::new("-") && !std::fs::metadata(output).is_ok_and(|found| !found.is_file());
    let made = match output.parent() {
        Some(parent) if ordinary && !parent.as_os_str().is_empty() => builder.tempfile_in(parent),
        _ if ordinary => builder.tempfile_in("."),
        _ => builder.tempfile(),
    };
    made.map_err(|error| Failure::io(&output.display().to_string(), error))
}
