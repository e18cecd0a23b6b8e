//! Writing: lanes as the ports of a protocol interface.
//!
//! A burst is a row in which the lanes become active and their sync strobes rise, a row for each byte, valid, with the
//! trail until one row after the end of the longest lane, and two rows at rest. The capture begins with those.

use crate::format::lanes::{wire_byte, wire_rows};
use crate::output::OutputFile;
use crate::writer::{lane_count, whole_lanes};
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, WireNote};
use csi2_dphy::{Observation, Tick};
use std::fmt::Write as _;

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let lanes = lane_count(options)?;
    let mut writer = Writer {
        file: OutputFile::create(&options.path)?,
        lanes,
        row: 0,
        text: String::new(),
    };
    writer.text.push_str("Sample in Buffer,Sample in Window,TRIGGER");
    for lane in 0..lanes {
        let names = format!(",rxdatahs{lane}[7:0],rxvalidhs{lane},rxactivehs{lane},rxsynchs{lane}");
        writer.text.push_str(&names);
    }
    writer.text.push_str("\nRadix - UNSIGNED,UNSIGNED,UNSIGNED");
    writer.text.push_str(&",HEX,HEX,HEX,HEX".repeat(lanes));
    writer.text.push('\n');
    writer.rest();
    Ok(Box::new(writer))
}

struct Writer {
    file: OutputFile,
    lanes: usize,
    row: u64,
    text: String,
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        _at: Option<Tick>,
        _note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let lanes = whole_lanes(seen, burst, self.lanes, self.file.name(), self.file.offset())?;
        // The sync byte is a strobe here.
        self.row(|_| (0, "0,1,1"));
        for row in 1..wire_rows(lanes) {
            self.row(|lane| (lanes.get(lane).map_or(0, |bytes| wire_byte(bytes, row)), "1,1,0"));
        }
        self.rest();
        self.file.put(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        self.file.put(self.text.as_bytes())?;
        self.file.finish()
    }
}

impl Writer {
    fn rest(&mut self) {
        for _ in 0..2 {
            self.row(|_| (0, "0,0,0"));
        }
    }

    /// A row of data and the levels of valid, active and sync. The first one is the trigger's.
    fn row(&mut self, lane: impl Fn(usize) -> (u8, &'static str)) {
        let trigger = u8::from(self.row == 0);
        // Writing to a string does not fail.
        let _ = write!(self.text, "{0},{0},{trigger}", self.row);
        for (byte, strobes) in (0..self.lanes).map(lane) {
            let _ = write!(self.text, ",{byte:02x},{strobes}");
        }
        self.text.push('\n');
        self.row += 1;
    }
}
