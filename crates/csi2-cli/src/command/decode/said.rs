//! What there is to say of frames.

use super::order::Outcome;
use super::place::Title;
use crate::console::Console;
use crate::failure::Failure;
use crate::report::json::FrameRow;
use crate::report::text;
use csi2_packet::DataType;
use std::path::Path;

/// Incomplete frames that are named on standard error; the manifest has them all.
const NAMED: u64 = 8;

/// A frame that is being written: what there is to say of it then.
pub(super) struct Entry {
    pub(super) row: FrameRow,
    pub(super) title: Title,
    /// Its preview has no colours, although they may be there.
    pub(super) grey: bool,
}

/// What there is to say of frames: in the manifest, and on standard error.
pub(super) struct Said<'a> {
    pub(super) rows: Vec<FrameRow>,
    incomplete: u64,
    damaged: u64,
    /// What was said once of a stream, or of all.
    warned: Vec<(Option<DataType>, &'static str)>,
    /// Samples are in the low bits of more, and could be scaled.
    dark: bool,
    console: &'a Console,
}

impl<'a> Said<'a> {
    pub(super) fn new(dark: bool, console: &'a Console) -> Self {
        Self {
            rows: Vec::new(),
            incomplete: 0,
            damaged: 0,
            warned: Vec::new(),
            dark,
            console,
        }
    }

    pub(super) fn once(&mut self, of: Option<DataType>, what: &'static str, message: impl FnOnce() -> String) {
        if !self.warned.contains(&(of, what)) {
            self.warned.push((of, what));
            self.console.warning(&message());
        }
    }

    /// What became of a frame.
    pub(super) fn of_frame(&mut self, entry: Entry, outcome: Outcome) -> Result<(), Failure> {
        let put = outcome.put?;
        if entry.grey && outcome.preview.is_some() {
            self.once(None, "grey previews", || {
                "previews are grey: the link does not carry the order of the colour filter; --bayer or --sensor tells it"
                    .into()
            });
        }
        let preview = outcome.preview.transpose()?;
        let file = put.file.clone().unwrap_or_else(|| entry.title.to_string());
        self.warn(&entry.row, &file);
        self.rows.push(FrameRow {
            file: put.file,
            slice: put.slice,
            planes: put.planes,
            preview,
            sha256: put.sha256,
            ..entry.row
        });
        Ok(())
    }

    fn warn(&mut self, row: &FrameRow, file: &str) {
        if let Some(rest) = row.rest_bytes {
            self.once(Some(DataType::from_bits(row.dt)), "rest", || {
                format!(
                    "{}: lines of {} are no whole number of groups: the last {} of each left out",
                    row.name,
                    text::count(row.line_bytes.into(), "byte"),
                    text::count(rest.into(), "byte")
                )
            });
        }
        self.damaged += u64::from(!row.bad_lines.is_empty());
        self.incomplete += u64::from(!row.complete);
        if row.complete || self.incomplete > NAMED {
            return;
        }
        let lost = match row.missing_lines.as_slice() {
            [] => "its start or end is missing".to_owned(),
            [row] => format!("row {row} is missing and zero"),
            lines => format!("rows {} are missing and zero", text::rows(lines)),
        };
        self.console.warning(&format!("{file}: incomplete: {lost}"));
    }

    pub(super) fn summary(&self, manifest: Option<&Path>) {
        let mut text = text::count(self.rows.len() as u64, "frame");
        if self.incomplete > 0 {
            text.push_str(&format!(", {} incomplete", self.incomplete));
        }
        if self.damaged > 0 {
            text.push_str(&format!(", {} with damaged rows", self.damaged));
        }
        if let Some(manifest) = manifest {
            text.push_str(&format!(": {}", manifest.display()));
        }
        self.console.note(&text);
        let grey = self.rows.iter().filter(|row| row.layout == Some("RAW"));
        let bits = grey.map(|row| row.bits).find(|bits| (9..16).contains(bits));
        if let Some(bits) = bits.filter(|_| self.dark) {
            self.console.note(&format!(
                "samples are right-aligned, {bits} of 16 bits: most viewers show them dark; --stretch makes pictures for viewing"
            ));
        }
    }
}
