//! The lines of one data type on one channel.
//!
//! Lines of YUV420 come in pairs, the second twice as long. Where a line is known to be missing, or a pair was none, the usual
//! length of the second lines tells which is which.

use super::extent::Extent;
use super::numbers::LineNumbers;
use super::scene::{Payload, Scene};
use csi2_packet::DataType;

#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) data_type: DataType,
    /// The lines of this frame are between LS and LE.
    pub(super) wrapped: Option<bool>,
    /// Those of the frame before were.
    pub(super) usually_wrapped: bool,
    /// Comes within the lines of other types.
    pub(super) guest: bool,
    /// Lines of this frame.
    pub(super) lines: u32,
    pub(super) extent: Extent,
    numbers: LineNumbers,
    /// A line number of this frame was wrong: the lines cannot be counted.
    gap: bool,
    pair: Pair,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    /// Length of the first line, when the second is due.
    first: Option<u16>,
    second_next: bool,
    losses: u64,
    doubtful: bool,
}

impl Stream {
    pub(super) fn new(data_type: DataType, losses: u64) -> Self {
        Self {
            data_type,
            wrapped: None,
            usually_wrapped: false,
            guest: false,
            lines: 0,
            extent: Extent::default(),
            numbers: LineNumbers::new(losses),
            gap: false,
            pair: Pair {
                losses,
                ..Pair::default()
            },
        }
    }

    pub(super) fn frame_start(&mut self, scene: &mut Scene<'_>) {
        self.extent.frame_start(scene.tally);
        self.usually_wrapped = self.wrapped.take().unwrap_or(self.usually_wrapped);
        self.lines = 0;
        self.numbers.frame_start(scene.losses);
        self.gap = false;
        self.pair = Pair {
            losses: scene.losses,
            ..Pair::default()
        };
    }

    /// FE, after a frame that lost so many packets.
    pub(super) fn frame_end(&mut self, lost: u64, scene: &mut Scene<'_>) {
        let says_nothing = self.gap || self.extent.is_excused(self.lines, lost);
        self.extent
            .frame_end((!says_nothing).then_some(self.lines), scene.tally);
    }

    /// The number of an LS whose line is of this type.
    pub(super) fn number(&mut self, number: u16, goes_on: bool, scene: &mut Scene<'_>) {
        if !self.numbers.may_follow(number, goes_on, scene.losses) {
            self.gap = true;
            scene.tally.add("LINE_SEQ_ERR");
        }
    }

    /// A line without its LS.
    pub(super) fn unnumbered(&mut self) {
        self.numbers.skip();
    }

    /// A line of this type, as it came.
    pub(super) fn line(&mut self, word: u16, payload: Payload, scene: &mut Scene<'_>) {
        self.lines = self.lines.saturating_add(1);
        if !self.data_type.is_image() {
            return;
        }
        let halves = self.data_type.has_half_lines();
        let is_second = halves && self.is_second(word, scene.losses);
        if payload == Payload::Cut {
            return;
        }
        let good = payload == Payload::Good;
        let whole_groups =
            |group: Option<(u8, u8)>| group.is_none_or(|(bytes, _)| word.is_multiple_of(bytes.max(1).into()));
        let mut no_pair = false;
        if good && halves && is_second {
            let first = self.pair.first.take();
            no_pair = first.is_some_and(|first| u32::from(first) * 2 != u32::from(word));
        } else if good && halves {
            self.pair.first = Some(word);
        }
        if no_pair {
            scene.tally.add("YUV420_WC_ERR");
            // It may be the first line of a pair whose second is still to come.
            self.pair.first = Some(word);
            self.pair.doubtful = true;
        }
        let group = if is_second {
            self.data_type.group()
        } else {
            self.data_type.odd_group()
        };
        let is_first_after_all = no_pair && whole_groups(self.data_type.odd_group());
        if !whole_groups(group) && !is_first_after_all {
            scene.tally.add("WC_GRANULARITY");
        }
        if good && !no_pair && (is_second || !halves) {
            self.extent.line(word.into(), scene.tally);
        }
    }

    fn is_second(&mut self, word: u16, losses: u64) -> bool {
        let told = (self.pair.doubtful || losses > self.pair.losses)
            .then(|| self.extent.length())
            .flatten();
        let word = u32::from(word);
        let second = match told {
            Some(length) if word == length => true,
            Some(length) if word * 2 == length => false,
            _ => self.pair.second_next,
        };
        if !second {
            self.pair.first = None;
        }
        self.pair.second_next = !second;
        second
    }
}
