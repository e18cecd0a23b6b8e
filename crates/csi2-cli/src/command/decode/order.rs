//! What there is to write of a frame, and what became of it.

use super::place::{Desk, Place, Put, Stacks, Title, file_name};
use super::tag::tone_mapped;
use crate::failure::Failure;
use crate::output::{AtOnce, Body, Files};
use crate::picture::{Picture, SinkOptions};
use crate::sink::{self, Sink};
use crate::workers::HELD;
use csi2_analyzer::Pixels;
use csi2_pixel::Samples;
use std::path::{Path, PathBuf};

/// What is to be written of a frame.
pub(super) struct Order {
    pub(super) title: Title,
    pub(super) place: Place,
    pub(super) sink: &'static Sink,
    pub(super) options: SinkOptions,
    pub(super) preview: Option<Preview>,
}

/// A picture for viewing.
pub(super) struct Preview {
    pub(super) path: PathBuf,
    pub(super) options: SinkOptions,
    /// The most light, of a frame that is to be mapped to what a screen can show.
    pub(super) full: Option<u32>,
}

/// What became of a frame.
pub(super) struct Outcome {
    pub(super) put: Result<Put, Failure>,
    /// Name of the picture for viewing, where there is one and the frame itself was written.
    pub(super) preview: Option<Result<String, Failure>>,
}

impl Order {
    /// Writes it.
    pub(super) fn run(&self, picture: &Picture<'_>, desk: &mut dyn Desk) -> Outcome {
        let put = self.place.put(&self.title, picture, (self.sink, self.options), desk);
        let preview = match (&put, &self.preview) {
            (Ok(_), Some(preview)) => Some(preview.write(picture, desk.files())),
            _ => None,
        };
        Outcome { put, preview }
    }

    /// At once.
    pub(super) fn run_here(&self, picture: &Picture<'_>, stacks: &mut Stacks) -> Outcome {
        self.run(picture, &mut Here(stacks))
    }

    /// Bytes that writing takes at most, those of the picture included.
    pub(super) fn memory(&self, picture: &Picture<'_>) -> usize {
        let cells = match picture.pixels {
            Pixels::Samples(Samples::Narrow(cells)) => size_of_val(cells),
            Pixels::Samples(Samples::Wide(cells)) => size_of_val(cells),
            Pixels::Packed(bytes) => bytes.len(),
        };
        let pixels = picture.width.saturating_mul(picture.height);
        let raster = self.preview.as_ref().map_or(0, |_| pixels.saturating_mul(3));
        let kept = if self.place.is_null() { 0 } else { HELD.min(cells) };
        cells.saturating_add(raster).saturating_add(kept)
    }
}

impl Preview {
    fn write(&self, picture: &Picture<'_>, files: &mut dyn Files) -> Result<String, Failure> {
        match self.full {
            Some(full) => {
                let samples = tone_mapped(picture, full);
                let mapped = Picture {
                    bits: 16,
                    depth: [16; 3],
                    pixels: Pixels::Samples(Samples::Narrow(&samples)),
                    ..*picture
                };
                sink::write_preview(&mapped, self.options, &self.path, files)?;
            }
            None => sink::write_preview(picture, self.options, &self.path, files)?,
        }
        Ok(file_name(&self.path))
    }
}

/// The only thread there is.
struct Here<'a>(&'a mut Stacks);

impl Files for Here<'_> {
    fn write(&mut self, path: &Path, body: Body<'_>) -> Result<(), Failure> {
        AtOnce.write(path, body)
    }
}

impl Desk for Here<'_> {
    fn files(&mut self) -> &mut dyn Files {
        self
    }

    fn stacks(&mut self) -> Result<&mut Stacks, Failure> {
        Ok(self.0)
    }
}
