//! The headers of a frame in order: FS, (LS) line (LE), ..., FE.
//!
//! Ref: onlinedocs.microchip.com CSI-2 controller, synchronization short packets; ti.com DS90UB954-Q1 (MAX_FRAME).

use crate::{DataType, PacketHeader, VirtualChannel};

/// Line start and end packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineNumbering {
    /// No LS and LE packets.
    None,
    /// LS and LE around each line, numbered from 1.
    Counted,
}

/// Makes headers; the caller adds payloads.
///
/// ```
/// use csi2_packet::{DataType, FrameSequencer, LineNumbering, VirtualChannel};
/// let mut frames = FrameSequencer::new(VirtualChannel::ZERO, 1, LineNumbering::None);
/// assert_eq!(frames.frame_start().encode(), [0x00, 0x01, 0x00, 0x1A]);
/// let (_, line, _) = frames.line(DataType::RAW10, 2400);
/// assert_eq!(line.encode(), [0x2B, 0x60, 0x09, 0x1D]);
/// assert_eq!(frames.frame_end().encode(), [0x01, 0x01, 0x00, 0x1D]);
/// assert_eq!(frames.frame_start().word, 2);
/// ```
#[derive(Clone, Debug)]
pub struct FrameSequencer {
    channel: VirtualChannel,
    frame: u16,
    last: u16,
    line: u16,
    numbering: LineNumbering,
}

impl FrameSequencer {
    /// `first_frame` 0: frames are unnumbered; else the first number, then +1, and after 65 535
    /// (or [`FrameSequencer::with_last`]) 1 again.
    pub fn new(channel: VirtualChannel, first_frame: u16, numbering: LineNumbering) -> Self {
        Self {
            channel,
            frame: first_frame,
            last: u16::MAX,
            line: 0,
            numbering,
        }
    }
    /// Frame number after which 1 follows: where to wrap is the transmitter's choice.
    pub fn with_last(self, last: u16) -> Self {
        Self { last, ..self }
    }
    /// FS. Lines count from 1 again.
    pub fn frame_start(&mut self) -> PacketHeader {
        self.line = 0;
        self.header(DataType::FRAME_START, self.frame)
    }
    /// FE with the number of its FS; moves on to the next.
    pub fn frame_end(&mut self) -> PacketHeader {
        let end = self.header(DataType::FRAME_END, self.frame);
        if self.frame != 0 {
            self.frame = following(self.frame, self.last);
        }
        end
    }
    /// (LS, header of the line, LE). Lines beyond 65 535 of a frame count from 1 again.
    pub fn line(
        &mut self,
        data_type: DataType,
        payload_bytes: u16,
    ) -> (Option<PacketHeader>, PacketHeader, Option<PacketHeader>) {
        let line = self.header(data_type, payload_bytes);
        match self.numbering {
            LineNumbering::None => (None, line, None),
            LineNumbering::Counted => {
                self.line = following(self.line, u16::MAX);
                (
                    Some(self.header(DataType::LINE_START, self.line)),
                    line,
                    Some(self.header(DataType::LINE_END, self.line)),
                )
            }
        }
    }

    fn header(&self, data_type: DataType, word: u16) -> PacketHeader {
        PacketHeader {
            channel: self.channel,
            data_type,
            word,
        }
    }
}

/// The next number; 1 after `last`, never 0.
fn following(number: u16, last: u16) -> u16 {
    if number >= last { 1 } else { number + 1 }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    fn numbers(mut frames: FrameSequencer, count: usize) -> Vec<u16> {
        (0..count)
            .map(|_| {
                let start = frames.frame_start();
                let end = frames.frame_end();
                assert_eq!(
                    (start.data_type, end.data_type),
                    (DataType::FRAME_START, DataType::FRAME_END)
                );
                assert_eq!(start.word, end.word);
                start.word
            })
            .collect()
    }

    fn sequencer(first: u16) -> FrameSequencer {
        FrameSequencer::new(VirtualChannel::from_wire(2, 1), first, LineNumbering::Counted)
    }

    #[test]
    fn frame_numbers() {
        assert_eq!(numbers(sequencer(0), 3), [0, 0, 0]);
        assert_eq!(numbers(sequencer(0).with_last(4), 3), [0, 0, 0]);
        assert_eq!(numbers(sequencer(1), 3), [1, 2, 3]);
        assert_eq!(numbers(sequencer(65_534), 4), [65_534, 65_535, 1, 2]);
        assert_eq!(numbers(sequencer(1).with_last(2), 5), [1, 2, 1, 2, 1]);
        assert_eq!(numbers(sequencer(1).with_last(1), 3), [1, 1, 1]);
        assert_eq!(numbers(sequencer(9).with_last(0), 3), [9, 1, 1]);
    }

    #[test]
    fn line_numbers_restart_with_the_frame() {
        let mut frames = sequencer(1);
        for _ in 0..2 {
            frames.frame_start();
            for number in 1..=3 {
                let (start, line, end) = frames.line(DataType::RAW12, 3000);
                let (start, end) = (start.unwrap(), end.unwrap());
                assert_eq!((start.data_type, start.word), (DataType::LINE_START, number));
                assert_eq!((line.data_type, line.word), (DataType::RAW12, 3000));
                assert_eq!((end.data_type, end.word), (DataType::LINE_END, number));
                assert_eq!(line.channel.number(), 6);
            }
            frames.frame_end();
        }
        frames.line = u16::MAX;
        assert_eq!(frames.line(DataType::RAW8, 1).0.unwrap().word, 1);
    }

    #[test]
    fn without_line_packets() {
        let mut frames = FrameSequencer::new(VirtualChannel::ZERO, 0, LineNumbering::None);
        frames.frame_start();
        let (start, _, end) = frames.line(DataType::RAW8, 7);
        assert_eq!((start, end), (None, None));
    }
}
