//! The headers of a frame in order: FS, (LS) line (LE), ..., FE.

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
#[derive(Clone, Debug)]
pub struct FrameSequencer {
    channel: VirtualChannel,
    frame: u16,
    line: u16,
    numbering: LineNumbering,
}

impl FrameSequencer {
    /// `first_frame` 0: frames are unnumbered; else the first number, then +1, and after 65 535 (or `last`) 1 again.
    pub fn new(channel: VirtualChannel, first_frame: u16, numbering: LineNumbering) -> Self {
        Self {
            channel,
            frame: first_frame,
            line: 0,
            numbering,
        }
    }
    /// FS.
    pub fn frame_start(&mut self) -> PacketHeader {
        let _ = self.channel;
        todo!()
    }
    /// FE with the number of its FS; moves on to the next.
    pub fn frame_end(&mut self) -> PacketHeader {
        let _ = self.frame;
        todo!()
    }
    /// (LS, header of the line, LE).
    pub fn line(
        &mut self,
        data_type: DataType,
        payload_bytes: u16,
    ) -> (Option<PacketHeader>, PacketHeader, Option<PacketHeader>) {
        let _ = (data_type, payload_bytes, self.line, self.numbering);
        todo!()
    }
}
