//! What the stream has shown so far, to judge doubtful headers by.

use crate::{DataType, PacketHeader};

/// Distinct long headers remembered.
const LONG: usize = 8;
/// Virtual channels.
const CHANNELS: usize = 16;

/// Headers of long packets whose checksum matched, the last eight distinct ones, and the number of the last frame start
/// of each channel.
#[derive(Clone, Debug)]
pub(super) struct Known {
    long: [Option<PacketHeader>; LONG],
    oldest: u8,
    frame: [Option<u16>; CHANNELS],
}

impl Known {
    pub(super) const NOTHING: Self = Self {
        long: [None; LONG],
        oldest: 0,
        frame: [None; CHANNELS],
    };

    /// Notes a short packet.
    pub(super) fn note_short(&mut self, header: PacketHeader) {
        if header.data_type == DataType::FRAME_START
            && let Some(frame) = self.frame.get_mut(usize::from(header.channel.number()))
        {
            *frame = Some(header.word);
        }
    }

    /// Notes a long packet whose checksum matched.
    pub(super) fn note_long(&mut self, header: PacketHeader) {
        if self.has(header) {
            return;
        }
        if let Some(slot) = self.long.get_mut(usize::from(self.oldest)) {
            *slot = Some(header);
        }
        self.oldest = (self.oldest + 1) % LONG as u8;
    }

    /// Whether no long packet has been good yet.
    pub(super) fn is_empty(&self) -> bool {
        self.long.iter().all(Option::is_none)
    }

    /// Whether a header says what the stream lets expect: a long one that was seen before, the end of the running
    /// frame, or the start of the next.
    pub(super) fn expects(&self, header: PacketHeader) -> bool {
        let frame = self.frame.get(usize::from(header.channel.number())).copied().flatten();
        match (header.data_type, frame) {
            (DataType::FRAME_START, Some(last)) => follows(last, header.word),
            (DataType::FRAME_END, Some(last)) => header.word == last,
            _ => self.has(header),
        }
    }

    fn has(&self, header: PacketHeader) -> bool {
        self.long.contains(&Some(header))
    }
}

/// Whether frame `number` may come after frame `last`: one more, one again after a wrap, zero where frames are
/// unnumbered.
fn follows(last: u16, number: u16) -> bool {
    match last {
        0 => number == 0,
        _ => number == 1 || last.checked_add(1) == Some(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VirtualChannel;

    fn header(channel: u8, data_type: DataType, word: u16) -> PacketHeader {
        PacketHeader {
            channel: VirtualChannel::from_wire(channel, 0),
            data_type,
            word,
        }
    }

    #[test]
    fn frames_continue_per_channel() {
        use DataType as T;
        let mut known = Known::NOTHING;
        assert!(!known.expects(header(0, T::FRAME_START, 1)));
        assert!(!known.expects(header(0, T::FRAME_END, 0)));
        known.note_short(header(1, T::FRAME_START, 7));
        // A frame end or a line start tells nothing new.
        known.note_short(header(1, T::FRAME_END, 3));
        known.note_short(header(1, T::LINE_START, 9));
        for (data_type, word, expected) in [
            (T::FRAME_END, 7, true),
            (T::FRAME_END, 8, false),
            (T::FRAME_START, 8, true),
            (T::FRAME_START, 1, true),
            (T::FRAME_START, 7, false),
            (T::FRAME_START, 0, false),
            (T::LINE_START, 7, false),
        ] {
            assert_eq!(
                known.expects(header(1, data_type, word)),
                expected,
                "{data_type} {word}"
            );
            assert!(!known.expects(header(0, data_type, word)));
        }
    }

    #[test]
    fn unnumbered_frames_stay_unnumbered() {
        assert!(follows(0, 0) && !follows(0, 1));
        assert!(follows(u16::MAX, 1) && !follows(u16::MAX, 0));
    }

    #[test]
    fn repeated_lines_drive_nothing_out() {
        let mut known = Known::NOTHING;
        known.note_long(header(0, DataType::RAW10, 5));
        for _ in 0..20 {
            known.note_long(header(0, DataType::RAW8, 9));
        }
        assert!(known.expects(header(0, DataType::RAW10, 5)));
        assert!(!known.expects(header(1, DataType::RAW10, 5)));
    }
}
