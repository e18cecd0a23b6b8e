//! Frames of one virtual channel.
//!
//! A frame number that breaks the sequence is reported, unless the same frame begins another mode. So it waits for a line as
//! usual, or for the end of the first frame that leaves nothing open.

use super::codes::Severity;
use super::lines::Lines;
use super::numbers::FrameNumbers;
use super::scene::{Payload, Scene};
use super::sets::Usual;
use super::stream::Stream;
use alloc::vec::Vec;
use csi2_packet::{Class, DataType};

/// A synchronisation packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mark {
    FrameStart,
    FrameEnd,
    LineStart,
    LineEnd,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    frame: Option<Frame>,
    numbers: FrameNumbers,
    /// A frame number was wrong and is not yet reported.
    held: bool,
    lines: Lines,
    streams: Vec<Stream>,
    types: Usual,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    number: u16,
    spoilt: bool,
    losses: u64,
}

impl Channel {
    /// A synchronisation packet; whether it ended a frame with an image.
    pub(super) fn mark(&mut self, mark: Mark, number: u16, scene: &mut Scene<'_>) -> bool {
        match (mark, self.frame) {
            (Mark::FrameStart, None) => {
                if !self.numbers.may_follow(number, scene.losses) {
                    self.release(scene);
                    self.held = true;
                }
                self.open(number, scene);
            }
            // That frame lost its FE.
            (Mark::FrameStart, Some(_)) => {
                scene.tally.add("FRAME_SYNC_ERR");
                self.numbers.start_at(number, scene.losses);
                self.open(number, scene);
            }
            (Mark::FrameEnd, Some(frame)) => {
                self.close(frame, number, scene);
                return self.has_image();
            }
            (Mark::FrameEnd, None) => {
                scene.tally.add("FRAME_SYNC_ERR");
                self.numbers.forget();
            }
            (Mark::LineStart, Some(_)) => self.lines.start(number, scene),
            (Mark::LineEnd, Some(_)) => self.lines.end(number, scene),
            // The lines between them are reported.
            (Mark::LineStart | Mark::LineEnd, None) => {}
        }
        false
    }

    /// A long packet, as it came.
    pub(super) fn line(&mut self, data_type: DataType, word: u16, payload: Payload, scene: &mut Scene<'_>) {
        let Some(frame) = &mut self.frame else {
            match data_type {
                // No image suffers.
                DataType::EMBEDDED => scene.tally.add_as("DATA_OUTSIDE_FRAME", Severity::Warning),
                of if of.is_image() => scene.tally.add("DATA_OUTSIDE_FRAME"),
                _ => {}
            }
            return;
        };
        let ignored = matches!(data_type, DataType::NULL | DataType::BLANKING);
        frame.spoilt |= payload == Payload::Wrong && !ignored;
        self.lines.fill();
        if !data_type.is_image() && data_type != DataType::EMBEDDED && data_type.class() != Class::User {
            return;
        }
        let at = match self.streams.iter().position(|of| of.data_type == data_type) {
            Some(at) => at,
            None => {
                self.streams.push(Stream::new(data_type, scene.losses));
                self.streams.len() - 1
            }
        };
        let open = self.is_open();
        let Some(stream) = self.streams.get_mut(at) else { return };
        if payload == Payload::Good && self.held && !open {
            let usual = self.types.set.is_some_and(|set| set & bit(stream) > 0);
            if usual && stream.extent.length() == Some(word.into()) {
                scene.tally.add("FRAME_SEQ_ERR");
                self.held = false;
            }
        }
        self.lines.data(stream, scene);
        stream.line(word, payload, scene);
    }

    /// Whether lines of this type came before.
    pub(super) fn knows(&self, data_type: DataType) -> bool {
        self.streams.iter().any(|of| of.data_type == data_type)
    }

    /// The end of the stream.
    pub(super) fn finish(&mut self, scene: &mut Scene<'_>) {
        if self.frame.take().is_some() {
            // A transmitter may be stopped at any time.
            scene.tally.add_as("FRAME_SYNC_ERR", Severity::Warning);
        }
        for stream in &mut self.streams {
            stream.extent.finish(scene.tally);
        }
        let change = self.types.finish().is_some();
        self.tell_mode(change, scene);
        self.release(scene);
    }

    fn open(&mut self, number: u16, scene: &mut Scene<'_>) {
        self.lines = Lines::new(scene.losses);
        for stream in &mut self.streams {
            stream.frame_start(scene);
        }
        self.frame = Some(Frame {
            number,
            spoilt: false,
            losses: scene.losses,
        });
    }

    fn close(&mut self, frame: Frame, number: u16, scene: &mut Scene<'_>) {
        self.frame = None;
        if number != frame.number {
            // Receivers that pair by order lose nothing.
            scene.tally.add_as("FRAME_SYNC_ERR", Severity::Warning);
        }
        self.lines.frame_end(scene);
        if frame.spoilt {
            scene.tally.add("FRAME_DATA_ERR");
        }
        let lost = scene.losses.saturating_sub(frame.losses);
        // A frame may be of one type, and the next of another: only where nothing came are all of them missing.
        let mut rows = self.streams.iter().filter(|of| of.data_type != DataType::EMBEDDED);
        let empty = rows.all(|of| of.lines == 0);
        for stream in self.streams.iter_mut().filter(|of| of.data_type.is_image()) {
            if empty || stream.lines > 0 {
                stream.frame_end(lost, scene);
            }
        }
        let types = self
            .streams
            .iter()
            .filter(|of| of.extent.begun)
            .fold(0, |set, of| set | bit(of));
        let change = types > 0 && self.types.take(types).is_some();
        self.tell_mode(change, scene);
        if !self.is_open() {
            self.release(scene);
        }
    }

    fn has_image(&self) -> bool {
        self.streams.iter().any(|of| of.extent.begun)
    }

    fn is_open(&self) -> bool {
        self.types.is_open() || self.streams.iter().any(|of| of.extent.is_open())
    }

    /// Another set of types, other lengths, other numbers of lines: all that changes with one frame is one change.
    fn tell_mode(&mut self, types: bool, scene: &mut Scene<'_>) {
        let shapes = self
            .streams
            .iter_mut()
            .map(|of| core::mem::take(&mut of.extent.changed));
        if shapes.fold(types, |any, changed| any | changed) {
            scene.tally.add("MODE_CHANGE");
            self.held = false;
        }
    }

    fn release(&mut self, scene: &mut Scene<'_>) {
        if core::mem::take(&mut self.held) {
            scene.tally.add("FRAME_SEQ_ERR");
        }
    }
}

fn bit(stream: &Stream) -> u64 {
    1 << (stream.data_type.code() & 0x3F)
}
