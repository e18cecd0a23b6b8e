//! Lane bytes as text. The writer of captures adds sync bytes and trail, in which a lane that stops early would not show.

use crate::failure::Failure;
use crate::output::Output;
use csi2_dphy::{LaneBytes, Observation};
use csi2_generator::Piece;
use std::io::{self, Write};
use std::path::Path;

/// A file with a column for each lane and a line for each byte clock; `--` where a lane has no byte.
pub(super) struct LaneText(Output);

impl LaneText {
    pub(super) fn create(path: &Path, lanes: u8) -> Result<Self, Failure> {
        let mut file = Output::create(path)?;
        let names: Vec<String> = (0..lanes).map(|lane| format!("lane {lane}")).collect();
        file.write(|out| writeln!(out, "# {}", names.join(", ")))?;
        Ok(Self(file))
    }

    /// A burst.
    pub(super) fn burst(&mut self, piece: &Piece<'_>) -> Result<(), Failure> {
        let Observation::Lanes(lanes) = piece.seen else {
            return Ok(());
        };
        self.0.write(|out| rows(&lanes, out))
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        self.0.finish()
    }
}

fn rows(lanes: &LaneBytes<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lanes = lanes.lanes.get(..lanes.count).unwrap_or_default();
    for row in 0..lanes.iter().map(|lane| lane.len()).max().unwrap_or(0) {
        let cells = lanes.iter().map(|lane| match lane.get(row) {
            Some(byte) => format!("{byte:02x}"),
            None => "--".to_owned(),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join(" "))?;
    }
    writeln!(out, "-")
}
