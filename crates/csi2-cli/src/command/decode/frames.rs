//! Frames on their way out, and what the manifest says of them.

use super::embedded::Embedded;
use super::place::{Place, file_name};
use super::tag::{Tag, tone_mapped};
use crate::console::Console;
use crate::failure::Failure;
use crate::number::Frames;
use crate::picture::{Black, Picture, SinkOptions};
use crate::report::json::FrameRow;
use crate::report::text;
use crate::session::Clock;
use crate::sink::{self, Sink};
use csi2_analyzer::{Frame, Pixels};
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::{Layout, Samples};
use std::collections::BTreeMap;
use std::path::Path;

/// Incomplete frames that are named on standard error; the manifest has them all.
const NAMED: u64 = 8;

/// Writes frames and remembers them.
pub(super) struct FrameWriter<'a> {
    range: Frames,
    sink: &'static Sink,
    options: SinkOptions,
    place: Place<'a>,
    /// Directory for previews, where they are wanted.
    previews: Option<&'a Path>,
    said: Said<'a>,
    /// Number of the last frame of each stream, and of each exposure of it.
    streams: BTreeMap<(VirtualChannel, DataType, Option<&'static str>), u64>,
    pub(super) console: &'a Console,
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

impl<'a> FrameWriter<'a> {
    pub(super) fn new(
        range: Frames,
        (sink, options): (&'static Sink, SinkOptions),
        place: Place<'a>,
        previews: Option<&'a Path>,
        console: &'a Console,
    ) -> Self {
        Self {
            range,
            sink,
            options,
            said: Said {
                rows: Vec::new(),
                incomplete: 0,
                damaged: 0,
                warned: Vec::new(),
                dark: sink.stretches && !options.stretch && !place.is_null(),
                console,
            },
            place,
            previews,
            streams: BTreeMap::new(),
            console,
        }
    }

    /// Every stream is past the last frame that is wanted.
    pub(super) fn is_done(&self) -> bool {
        !self.streams.is_empty() && self.streams.values().all(|index| *index >= self.range.0.end)
    }

    /// Whether frames of this number are wanted.
    pub(super) fn wants(&self, number: u64) -> bool {
        self.range.contains(number)
    }

    /// A frame came that may not be wanted.
    pub(super) fn pass(&mut self, frame: &Frame<'_>, tag: &Tag) {
        let stream = (frame.channel, frame.data_type, tag.exposure);
        self.streams.insert(stream, tag.number(frame));
    }

    /// `embedded`: what the embedded rows of the frame say.
    pub(super) fn frame(
        &mut self,
        frame: &Frame<'_>,
        tag: &Tag,
        embedded: Option<Embedded>,
        clock: &Clock,
    ) -> Result<(), Failure> {
        self.pass(frame, tag);
        if !self.wants(tag.number(frame)) {
            return Ok(());
        }
        let options = match &tag.merged {
            Some(merge) => SinkOptions {
                black: Some(Black { level: 0, bits: None }),
                white: Some(merge.full),
                ..self.options
            },
            None => self.options,
        };
        let picture = picture(frame);
        let null = self.place.is_null();
        let (sink, instead) = sink::fitting(self.sink, &picture, options);
        if let Some(why) = instead.filter(|_| !null) {
            if !self.place.takes(sink) {
                return Err(Failure::usage(format!(
                    "{}: {why}; --format raw has room for any samples",
                    frame.data_type.name()
                )));
            }
            self.said.once(Some(frame.data_type), why, || {
                format!("{}: {why}: written as {} files", frame.data_type.name(), sink.extension)
            });
        }
        let put = self.place.put((frame, tag), &picture, (sink, options), self.console)?;
        let preview = self.preview((frame, tag), &picture)?;
        let file = put
            .file
            .clone()
            .unwrap_or_else(|| format!("{} {}", tag.stem(frame), tag.number(frame)));
        self.said.warn(frame, &file);
        let raw = null || sink.name == "raw";
        self.said.rows.push(FrameRow {
            file: put.file,
            vc: frame.channel.number(),
            dt: frame.data_type.code(),
            name: frame.data_type.name(),
            layout_of: frame
                .codec
                .map(|codec| codec.name)
                .filter(|name| *name != frame.data_type.name()),
            index: frame.index,
            number: frame.number,
            width: frame.width,
            height: frame.height,
            bits: frame.bits,
            exposure: tag.exposure,
            set: tag.set,
            li_pixels: tag.li_pixels,
            ratio: tag.merged.as_ref().map(|merge| merge.ratios.clone()),
            ratio_from: tag.merged.as_ref().map(|merge| merge.source),
            complete: frame.complete,
            missing_lines: frame.missing_lines.to_vec(),
            bad_lines: frame.bad_lines.to_vec(),
            first_packet: frame.first_packet,
            time_ns: clock.nanoseconds(frame.at),
            line_bytes: frame.line_bytes,
            rest_bytes: (frame.rest_bytes > 0).then_some(frame.rest_bytes),
            layout: sink::layout_name(sink, &picture, raw),
            pix_fmt: sink::pix_fmt(&picture, options).filter(|_| raw),
            slice: put.slice,
            planes: put.planes,
            preview,
            sha256: put.sha256,
            embedded: embedded.map(|said| said.json),
        });
        Ok(())
    }

    /// Closes what is open.
    pub(super) fn finish(self) -> Result<Said<'a>, Failure> {
        self.place.finish()?;
        Ok(self.said)
    }

    /// Writes the picture for viewing; returns its name.
    fn preview(&mut self, (frame, tag): (&Frame<'_>, &Tag), picture: &Picture<'_>) -> Result<Option<String>, Failure> {
        let Some(directory) = self.previews.filter(|_| sink::has_preview(picture)) else {
            return Ok(None);
        };
        if picture.layout == Layout::Single && self.options.bayer.is_none() {
            self.said.once(None, "grey previews", || {
                "previews are grey: the link does not carry the order of the colour filter; --bayer or --sensor tells it"
                    .into()
            });
        }
        let name = format!("{}-{:06}", tag.stem(frame), tag.number(frame));
        let path = sink::preview_path(&directory.join(name));
        match &tag.merged {
            Some(merge) => {
                let samples = tone_mapped(picture, merge.full);
                let mapped = Picture {
                    bits: 16,
                    depth: [16; 3],
                    pixels: Pixels::Samples(Samples::Narrow(&samples)),
                    ..*picture
                };
                let options = SinkOptions {
                    black: None,
                    white: None,
                    ..self.options
                };
                sink::write_preview(&mapped, options, &path)?;
            }
            None => sink::write_preview(picture, self.options, &path)?,
        }
        Ok(Some(file_name(&path)))
    }
}

impl Said<'_> {
    fn once(&mut self, of: Option<DataType>, what: &'static str, message: impl FnOnce() -> String) {
        if !self.warned.contains(&(of, what)) {
            self.warned.push((of, what));
            self.console.warning(&message());
        }
    }

    fn warn(&mut self, frame: &Frame<'_>, file: &str) {
        if frame.rest_bytes > 0 {
            self.once(Some(frame.data_type), "rest", || {
                format!(
                    "{}: lines of {} are no whole number of groups: the last {} of each left out",
                    frame.data_type.name(),
                    text::count(frame.line_bytes.into(), "byte"),
                    text::count(frame.rest_bytes.into(), "byte")
                )
            });
        }
        self.damaged += u64::from(!frame.bad_lines.is_empty());
        self.incomplete += u64::from(!frame.complete);
        if frame.complete || self.incomplete > NAMED {
            return;
        }
        let lost = match frame.missing_lines {
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

fn picture<'a>(frame: &Frame<'a>) -> Picture<'a> {
    Picture {
        width: frame.width as usize,
        height: frame.height as usize,
        bits: frame.bits,
        depth: frame.codec.map_or([frame.bits; 3], |codec| codec.depth),
        layout: frame.codec.map_or(Layout::Single, |codec| codec.layout),
        pixels: frame.pixels,
    }
}
