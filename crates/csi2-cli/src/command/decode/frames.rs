//! Frames on their way out.

use super::embedded::Embedded;
use super::order::{Order, Preview};
use super::place::{Likeness, Place, Stacks, Title};
use super::said::{Entry, Said};
use super::tag::Tag;
use super::work::{Crew, Written};
use crate::console::Console;
use crate::failure::Failure;
use crate::number::Frames;
use crate::picture::{Black, Picture, SinkOptions};
use crate::report::json::FrameRow;
use crate::session::Clock;
use crate::sink::{self, Sink};
use crate::workers;
use csi2_analyzer::{Frame, OwnedFrame};
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::Layout;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Writes frames and remembers them.
pub(super) struct FrameWriter<'a> {
    range: Frames,
    sink: &'static Sink,
    options: SinkOptions,
    place: Place,
    /// What frames on standard output are like.
    likeness: Likeness,
    /// Directory for previews, where they are wanted.
    previews: Option<Arc<Path>>,
    hands: Hands,
    /// Frames that were written, whose memory can be used again.
    spare: Vec<OwnedFrame>,
    said: Said<'a>,
    /// Number of the last frame of each stream, and of each exposure of it.
    streams: BTreeMap<(VirtualChannel, DataType, Option<&'static str>), u64>,
    pub(super) console: &'a Console,
}

/// Who writes.
enum Hands {
    /// This thread.
    Here(Stacks),
    /// Others.
    Beside(Crew),
}

impl<'a> FrameWriter<'a> {
    pub(super) fn new(
        range: Frames,
        (sink, options): (&'static Sink, SinkOptions),
        place: Place,
        previews: Option<Arc<Path>>,
        console: &'a Console,
    ) -> Self {
        Self {
            range,
            sink,
            options,
            said: Said::new(sink.stretches && !options.stretch && !place.is_null(), console),
            place,
            likeness: Likeness::default(),
            previews,
            hands: Hands::new(),
            spare: Vec::new(),
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

    /// A frame that is not written, or not any more.
    pub(super) fn drop(&mut self, frame: OwnedFrame) {
        self.spare.push(frame);
    }

    /// A frame whose memory can be used again.
    pub(super) fn spare(&mut self) -> Option<OwnedFrame> {
        self.spare.pop()
    }

    /// `embedded`: what the embedded rows of the frame say.
    pub(super) fn frame(
        &mut self,
        owned: OwnedFrame,
        tag: &Tag,
        embedded: Option<Embedded>,
        clock: &Clock,
    ) -> Result<(), Failure> {
        let frame = &owned.frame();
        self.pass(frame, tag);
        if !self.wants(tag.number(frame)) {
            self.drop(owned);
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
        let picture = Picture::of(frame);
        let null = self.place.is_null();
        let (sink, instead) = sink::fitting(self.sink, &picture, options);
        if let Some(why) = instead.filter(|_| !null) {
            if !self.place.takes(sink) {
                self.settle()?;
                return Err(Failure::usage(format!(
                    "{}: {why}; --format raw has room for any samples",
                    frame.data_type.name()
                )));
            }
            self.said.once(Some(frame.data_type), why, || {
                format!("{}: {why}: written as {} files", frame.data_type.name(), sink.extension)
            });
        }
        if let Place::Stream = self.place
            && let Err(failure) = self
                .likeness
                .admit((frame, tag), &picture, (sink, options), self.console)
        {
            self.settle()?;
            return Err(failure);
        }
        let raw = null || sink.name == "raw";
        let row = FrameRow {
            file: None,
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
            slice: None,
            planes: Vec::new(),
            preview: None,
            sha256: None,
            embedded: embedded.map(|said| said.json),
        };
        let title = Title::of(frame, tag);
        let order = Order {
            preview: self.preview(&title, tag, &picture),
            title,
            place: self.place.clone(),
            sink,
            options,
        };
        let entry = Entry {
            row,
            title: order.title.clone(),
            grey: picture.layout == Layout::Single && self.options.bayer.is_none(),
        };
        self.write(order, owned, entry)
    }

    /// Writes a frame, or has it written.
    fn write(&mut self, order: Order, frame: OwnedFrame, entry: Entry) -> Result<(), Failure> {
        match &mut self.hands {
            Hands::Here(stacks) => {
                let outcome = order.run_here(&Picture::of(&frame.frame()), stacks);
                self.drop(frame);
                self.said.of_frame(entry, outcome)
            }
            Hands::Beside(_) => {
                while let Hands::Beside(crew) = &mut self.hands
                    && crew.is_full(&order, &frame)
                {
                    let written = crew.wait();
                    self.written(written)?;
                }
                if let Hands::Beside(crew) = &mut self.hands {
                    crew.give(order, frame, entry);
                    self.console.hold();
                }
                self.poll()
            }
        }
    }

    /// Remembers what was written beside.
    pub(super) fn poll(&mut self) -> Result<(), Failure> {
        while let Hands::Beside(crew) = &mut self.hands
            && let Some(written) = crew.poll()
        {
            self.written(Some(written))?;
        }
        Ok(())
    }

    /// Waits until all is written.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        while let Hands::Beside(crew) = &mut self.hands
            && let Some(written) = crew.wait()
        {
            self.written(Some(written))?;
        }
        Ok(())
    }

    fn written(&mut self, written: Option<Written>) -> Result<(), Failure> {
        let Some((entry, outcome, frame)) = written else {
            return Ok(());
        };
        self.drop(frame);
        let said = self.console.release(|| self.said.of_frame(entry, outcome));
        if let (Hands::Beside(crew), Err(_)) = (&mut self.hands, &said) {
            crew.abandon();
        }
        said
    }

    /// Closes what is open.
    pub(super) fn finish(mut self) -> Result<Said<'a>, Failure> {
        self.settle()?;
        let stacks = match self.hands {
            Hands::Here(stacks) => stacks,
            Hands::Beside(crew) => crew.into_stacks(),
        };
        stacks.finish()?;
        Ok(self.said)
    }

    /// The picture for viewing.
    fn preview(&self, title: &Title, tag: &Tag, picture: &Picture<'_>) -> Option<Preview> {
        let directory = self.previews.as_ref().filter(|_| sink::has_preview(picture))?;
        let path = sink::preview_path(&directory.join(title.name()));
        Some(match &tag.merged {
            Some(merge) => Preview {
                path,
                options: SinkOptions {
                    black: None,
                    white: None,
                    ..self.options
                },
                full: Some(merge.full),
            },
            None => Preview {
                path,
                options: self.options,
                full: None,
            },
        })
    }
}

impl Hands {
    /// Others where there are cores for them.
    fn new() -> Self {
        let crew = match workers::threads() {
            0 => None,
            threads => Crew::start(threads).ok(),
        };
        crew.map_or_else(|| Self::Here(Stacks::default()), Self::Beside)
    }
}
