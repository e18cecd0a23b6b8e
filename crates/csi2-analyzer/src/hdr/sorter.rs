//! Behind the assembler: labels frames of exposures, cuts shared ones apart, lets all others pass.

use super::alternation::{Alternation, Key, Opening};
use super::notice::Notice;
use super::rows::Shape;
use super::sets::Sets;
use super::trim::Trim;
use super::{HdrSettings, Label, OwnedFrame, Told};
use crate::{Frame, Received};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::Layout;
use csi2_sensors::MAX_EXPOSURES;

mod separate;
mod shared;

/// Finds exposures among the frames of an assembler. For each event: push it to the assembler, give each of its frames to
/// [`ExposureSorter::frame`], and only then the event to [`ExposureSorter::push`].
///
/// Frames are copied only where they have to wait: of a set that is not known to be one yet. Memory: the exposures of two
/// sets.
#[derive(Debug)]
pub struct ExposureSorter {
    settings: HdrSettings,
    rows: Alternation,
    /// Streams of the exposures, the long one's first; empty as long as none are known.
    roles: Vec<Role>,
    /// What is left out of their frames.
    trim: Trim,
    /// Exposures that have a stream each are still looked for among channels, whatever their rows show.
    outright: bool,
    sets: Sets,
    /// Sets before the exposures were found, and the first frame since.
    base: (u64, u64),
    /// Long exposures in a row that had no shorter one.
    alone: u8,
    held: Vec<Held>,
    /// What the first set on channels of their own shows, until another shows the same.
    candidate: Option<Candidate>,
    /// Another showed something else.
    refuted: bool,
    /// Streams that hold several exposures.
    shared: Vec<Shared>,
    ready: VecDeque<Sorted>,
    notices: VecDeque<Notice>,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is what it is, or an exposure of a set. It comes after what [`ExposureSorter::poll`] has.
    Now(Option<Label>),
    /// [`ExposureSorter::poll`] has it or will have it, or its parts.
    Later,
}

/// A frame that was kept or cut.
#[derive(Clone, Debug)]
pub struct Sorted {
    /// The frame.
    pub frame: OwnedFrame,
    /// `None`: it is no exposure of a set.
    pub label: Option<Label>,
}

/// A stream of one exposure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Role {
    channel: Option<VirtualChannel>,
    data_type: Option<DataType>,
}

#[derive(Debug)]
struct Held {
    opening: Opening,
    frame: OwnedFrame,
}

/// Streams that may be exposures.
#[derive(Clone, Debug)]
struct Candidate {
    keys: Vec<Key>,
    /// Rows by which each shorter one trails.
    delays: Vec<u32>,
    /// The first frame of the long one.
    since: u64,
    /// No row is known to be lost.
    whole: bool,
}

/// What is known of a stream that holds several exposures.
#[derive(Debug)]
struct Shared {
    key: Key,
    /// Of a whole frame before.
    shape: Option<Shape>,
    /// That the last frame had.
    exposures: usize,
    line_bytes: u32,
    parity: Option<bool>,
    sets: u64,
}

/// Notices kept until polled.
const MOST_NOTICES: usize = 64;

impl ExposureSorter {
    /// With no frame seen.
    pub fn new(settings: HdrSettings) -> Self {
        let role = |channel, data_type| Role { channel, data_type };
        let count = settings.exposures.map_or(MAX_EXPOSURES, usize::from);
        let roles = match settings.method {
            Told::Channels(channels) => channels.iter().map(|of| role(Some(*of), None)).take(count).collect(),
            Told::DataTypes(types) => types.iter().map(|of| role(None, Some(*of))).take(count).collect(),
            _ => Vec::new(),
        };
        Self {
            outright: settings.method == Told::Exposures,
            trim: Trim::told(&settings),
            settings,
            rows: Alternation::default(),
            roles,
            sets: Sets::default(),
            base: (0, 0),
            alone: 0,
            held: Vec::new(),
            candidate: None,
            refuted: false,
            shared: Vec::new(),
            ready: VecDeque::new(),
            notices: VecDeque::new(),
        }
    }

    /// A frame has ended.
    pub fn frame(&mut self, frame: &Frame<'_>) -> Verdict {
        let key = Key {
            channel: frame.channel,
            data_type: frame.data_type,
        };
        match self.settings.method {
            Told::Off => return Verdict::Now(None),
            Told::Channels(_) | Told::DataTypes(_) => return self.labelled(frame, key),
            Told::Nothing | Told::Exposures if !self.roles.is_empty() => return self.labelled(frame, key),
            Told::Nothing | Told::Exposures | Told::Information => {
                if self.by_codes(frame, key) {
                    return Verdict::Later;
                }
            }
            Told::Count => {
                if frame.codec.is_some_and(|codec| codec.layout == Layout::Single) {
                    self.by_count(frame, key);
                    return Verdict::Later;
                }
            }
        }
        if matches!(self.settings.method, Told::Nothing | Told::Exposures) {
            self.by_alternation(frame, key)
        } else {
            Verdict::Now(None)
        }
    }

    /// Takes an event, after the frames that end with it.
    pub fn push(&mut self, received: &Received<'_>) {
        if self.settings.method == Told::Off {
            return;
        }
        let streams = self.settings.streams;
        let wanted = |key: Key| streams.contains(key.channel, key.data_type);
        if let Some(opening) = self.rows.push(received, wanted) {
            self.open(opening);
        }
    }

    /// End of the capture, after its last frames.
    pub fn finish(&mut self) {
        if let Some(only) = self.candidate.take().filter(|_| !self.refuted) {
            self.claim(&only.keys, true, Some(only.delays), only.since);
        }
        self.release();
    }

    /// The next frame that was kept or cut, in order.
    pub fn poll(&mut self) -> Option<Sorted> {
        self.ready.pop_front()
    }

    /// The next thing to say.
    pub fn poll_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Exposures that sets have, as far as known.
    pub fn exposures(&self) -> Option<usize> {
        let shared = self.shared.iter().map(|of| of.exposures);
        shared.max().or((!self.roles.is_empty()).then_some(self.roles.len()))
    }

    fn notify(&mut self, notice: Notice) {
        if self.notices.len() < MOST_NOTICES {
            self.notices.push_back(notice);
        }
    }
}

impl Role {
    fn is(&self, key: Key) -> bool {
        self.channel.is_none_or(|channel| channel == key.channel)
            && self.data_type.is_none_or(|data_type| data_type == key.data_type)
    }
}
