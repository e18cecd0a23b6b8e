//! The numbers of a finding.

use super::Mode;
use crate::{Mismatch, PairTrouble, RowProblem};
use core::fmt;
use csi2_dphy::{DeskewKind, EscapeCommand, Lane, TimingParameter};
use csi2_packet::{DataType, VirtualChannel};

/// The numbers of a finding; `Display` makes the message. Lines are counted from 0, as rows of a decoded frame are;
/// word counts are bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Detail {
    /// Nothing more to say.
    None,
    /// One bit of a lane's sync byte is wrong.
    SyncBit { lane: u8 },
    /// A lane has no sync byte.
    NoSync { lane: u8 },
    /// A lane is late or missing.
    LaneLate { lane: u8 },
    /// A lane ended off a byte boundary.
    LaneEnd { lane: u8 },
    /// Low-power states in the wrong order.
    LineStates { lane: Lane },
    /// `count` bits of a command that no table has, the first in the highest position.
    EscapeBits { lane: u8, bits: u8, count: u8 },
    /// Low-power data ended `bits` bits into a byte.
    PartialByte { lane: u8, bits: u8 },
    /// A deskew burst of `length` unit intervals.
    Deskew { kind: DeskewKind, length: u64 },
    /// A lane entered escape mode. The clock lane has no command for it.
    Escape { lane: Lane, command: EscapeCommand },
    /// A turnaround was asked for.
    Turnaround { lane: u8 },
    /// A duration of the line protocol, in nanoseconds, beyond its limit: `above` the greatest or below the least.
    Timing {
        parameter: TimingParameter,
        lane: Lane,
        nanoseconds: f64,
        limit: f64,
        above: bool,
    },
    /// Header bit `bit` (0 to 25) was flipped back.
    HeaderBit { wire: [u8; 4], bit: u8 },
    /// Check bit `bit` (0 to 5) was wrong.
    CheckBit { wire: [u8; 4], bit: u8 },
    /// A header that cannot be used, and the bytes lost after it.
    HeaderLost { wire: [u8; 4], syndrome: u8, skipped: u64 },
    /// A header whose correction makes no sense on this link, so more than one bit was wrong.
    HeaderImplausible { wire: [u8; 4], skipped: u64 },
    /// A checksum that does not match; `line` where the packet is in a frame.
    Checksum {
        received: u16,
        computed: u16,
        data_type: DataType,
        bytes: u32,
        line: Option<u32>,
    },
    /// `have` bytes of a header came.
    HeaderCut { have: u8 },
    /// `came` of `word` payload bytes came.
    PayloadCut { data_type: DataType, word: u16, came: u32 },
    /// `have` of two footer bytes came.
    FooterCut { data_type: DataType, have: u8 },
    /// Bytes that belong to no packet.
    Trailing { bytes: u64 },
    /// A word count that is no multiple of `group`, the bytes of a group of that line.
    Granularity { data_type: DataType, word: u16, group: u16 },
    /// A reserved data type.
    Reserved { data_type: DataType, word: u16 },
    /// The end-of-transmission packet of later editions, reserved in CSI-2 v1.x.
    EndOfTransmission { word: u16 },
    /// Extension bits on a link of CSI-2 v1.x.
    Extension { wire: [u8; 4], channel: VirtualChannel },
    /// A header that was corrected to a channel above 3, where no good header has such a channel.
    ExtensionCorrected { wire: [u8; 4], channel: VirtualChannel },
    /// FE without FS.
    EndWithoutStart { number: u16 },
    /// FS while the frame `open` is open.
    StartInFrame { open: u16, number: u16 },
    /// FS and FE disagree.
    FrameNumbers { start: u16, end: u16 },
    /// The capture ends inside a frame.
    OpenAtEnd { number: u16 },
    /// A frame number that cannot follow the one before.
    FrameSequence { previous: u16, number: u16 },
    /// Frame number 1 after `end`, where counts `usual`ly ended with a greater one.
    FrameCount { end: u16, usual: u16 },
    /// Payloads with wrong checksums in a frame.
    FrameData { number: u16, packets: u32 },
    /// LE without LS.
    LineEndWithoutStart { number: u16 },
    /// LS, or the end of the frame (`None`), while a line is open.
    LineNotEnded { open: Option<u16>, next: Option<u16> },
    /// LS and LE disagree.
    LineNumbers { start: u16, end: u16 },
    /// A line outside LS and LE, although lines of its data type have them in this frame.
    LineUnwrapped { data_type: DataType, line: u32 },
    /// A line inside LS and LE, although lines of its data type had none in this frame.
    LineWrapped { data_type: DataType, line: u32 },
    /// A second packet of the type between an LS and its LE.
    LineNotParted { data_type: DataType, line: u32 },
    /// A line number that cannot follow the one before; `previous` `None`: it cannot be the first of a frame.
    LineSequence {
        data_type: DataType,
        previous: Option<u16>,
        number: u16,
    },
    /// A line of another length.
    LineLength {
        data_type: DataType,
        line: u32,
        word: u16,
        expected: u32,
    },
    /// A frame of another height.
    LineCount {
        data_type: DataType,
        lines: u32,
        expected: u32,
    },
    /// A frame at the beginning, of the stream or of a mode (`mode_change`), with fewer lines than all `after` it.
    StartUpFrame {
        data_type: DataType,
        lines: u32,
        after: u32,
        mode_change: bool,
    },
    /// Another mode, for good.
    ModeChange { from: Mode, to: Mode },
    /// A packet outside a frame.
    OutsideFrame { data_type: DataType, word: u16 },
    /// A pair of YUV420 lines of which the second is not twice as long as the first.
    LinePair {
        data_type: DataType,
        line: u32,
        odd: u16,
        even: u16,
    },
    /// An embedded row breaks the rules of its format.
    Embedded { problem: RowProblem },
    /// A value that is not the profile's.
    Profile(Mismatch),
    /// Two links are not in step.
    Pair(PairTrouble),
    /// A gap of the capture; bytes where known.
    Gap { records: Option<u64> },
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::None => Ok(()),
            Self::SyncBit { lane } => write!(f, "lane {lane}: one bit of the sync byte is wrong"),
            Self::NoSync { lane } => write!(f, "lane {lane}: high-speed data without a sync byte, burst lost"),
            Self::LaneLate { lane } => write!(f, "lane {lane} is late or missing, burst lost"),
            Self::LaneEnd { lane } => write!(f, "lane {lane}: burst does not end on a byte boundary"),
            Self::LineStates { lane } => write!(f, "{}: low-power states in an impossible order", Name(lane)),
            Self::EscapeBits { lane, bits, count: 8 } => {
                write!(f, "lane {lane}: escape command {bits:08b} is unknown")
            }
            Self::EscapeBits { lane, count: 0, .. } => write!(f, "lane {lane}: escape mode without a command"),
            Self::EscapeBits { lane, bits, count } => {
                let width = usize::from(count);
                write!(
                    f,
                    "lane {lane}: escape command ends after {count} of 8 bits ({bits:0width$b})"
                )
            }
            Self::PartialByte { lane, bits } => {
                write!(f, "lane {lane}: low-power data ends after {bits} of 8 bits of a byte")
            }
            Self::Deskew { kind, length } => write!(f, "{} deskew burst of {length} UI, no data", kind.name()),
            Self::Escape {
                lane: Lane::Clock,
                command,
            } => write!(f, "clock lane: {}", command.name()),
            Self::Escape { lane, command } => {
                write!(f, "{}: {} (command {:08b})", Name(lane), command.name(), command.bits())
            }
            Self::Turnaround { lane } => write!(f, "lane {lane}: turnaround requested"),
            Self::Timing {
                parameter,
                lane,
                nanoseconds,
                limit,
                above,
            } => {
                let (lane, most) = (Name(lane), if above { "most" } else { "least" });
                write!(
                    f,
                    "{lane}: {parameter} is {nanoseconds:.2} ns, should be {limit:.2} ns at {most}"
                )
            }
            Self::HeaderBit { wire, bit } => {
                write!(f, "header {}: bit {bit} ({}) corrected", Hex(wire), field(bit))
            }
            Self::CheckBit { wire, bit } => {
                write!(f, "header {}: check bit P{bit} is wrong, the header is good", Hex(wire))
            }
            Self::HeaderLost {
                wire,
                syndrome,
                skipped,
            } => {
                write!(
                    f,
                    "header {}: syndrome 0x{syndrome:02x}, {skipped} bytes after it lost",
                    Hex(wire)
                )
            }
            Self::HeaderImplausible { wire, skipped } => {
                write!(
                    f,
                    "header {}: its correction is implausible, {skipped} bytes after it lost",
                    Hex(wire)
                )
            }
            Self::Checksum {
                received,
                computed,
                data_type,
                bytes,
                line,
            } => {
                write!(
                    f,
                    "checksum is 0x{received:04x}, computed 0x{computed:04x} over {bytes} bytes of "
                )?;
                match line {
                    Some(line) => write!(f, "{data_type} line {line}"),
                    None => write!(f, "{data_type}"),
                }
            }
            Self::HeaderCut { have } => write!(f, "burst ends after {have} of 4 header bytes"),
            Self::PayloadCut { data_type, word, came } => {
                write!(f, "{came} of {word} payload bytes of {data_type} came")
            }
            Self::FooterCut { data_type, have } => {
                write!(f, "{have} of 2 checksum bytes of {data_type} came")
            }
            Self::Trailing { bytes } => write!(f, "{bytes} bytes belong to no packet"),
            Self::Granularity { data_type, word, group } => {
                // Groups of odd and of even lines have the same pixels.
                let (even, pixels) = data_type.group().unwrap_or((1, 1));
                let odd = if group < even.into() { "an odd line of " } else { "" };
                let (whole, over) = (word / group.max(1), word % group.max(1));
                write!(
                    f,
                    "word count {word} of {odd}{data_type}: {} of {} ({}), and {} left over",
                    Count(whole, "whole group"),
                    Count(group, "byte"),
                    Count(pixels.into(), "pixel"),
                    Count(over, "byte")
                )
            }
            Self::Reserved { data_type, word } => {
                write!(
                    f,
                    "data type 0x{:02x} is reserved (word 0x{word:04x})",
                    data_type.code()
                )
            }
            Self::EndOfTransmission { word } => {
                write!(
                    f,
                    "data type 0x04 (word 0x{word:04x}): end of transmission in later versions, reserved in v1.x"
                )
            }
            Self::Extension { wire, channel } => {
                let bits = wire[3] >> 6;
                write!(
                    f,
                    "header {}: channel extension bits are {bits} on a v1.x link, read as channel {channel}",
                    Hex(wire)
                )
            }
            Self::ExtensionCorrected { wire, channel } => {
                write!(
                    f,
                    "header {}: corrected to channel {channel}, but no good header has a channel above 3",
                    Hex(wire)
                )
            }
            Self::EndWithoutStart { number } => write!(f, "FE {number} without FS"),
            Self::StartInFrame { open, number } => write!(f, "FS {number} while frame {open} has no FE"),
            Self::FrameNumbers { start, end } => {
                write!(f, "FE carries frame number {end}, its FS carries {start}")
            }
            Self::OpenAtEnd { number } => write!(f, "the capture ends inside frame {number}"),
            Self::FrameSequence { previous, number } => write!(f, "frame number {number} follows {previous}"),
            Self::FrameCount { end, usual } => {
                write!(
                    f,
                    "frame number 1 follows {end}, where the transmitter counts to {usual}"
                )
            }
            Self::FrameData { number, packets } => {
                let s = if packets == 1 { "" } else { "s" };
                write!(f, "frame {number} has {packets} packet{s} with a wrong checksum")
            }
            Self::LineEndWithoutStart { number } => write!(f, "LE {number} without LS"),
            Self::LineNotEnded { open, next } => {
                match open {
                    Some(open) => write!(f, "line {open} has no LE before ")?,
                    None => f.write_str("a line has no LE before ")?,
                }
                match next {
                    Some(next) => write!(f, "LS {next}"),
                    None => f.write_str("FE"),
                }
            }
            Self::LineNumbers { start, end } => write!(f, "LE carries line number {end}, its LS carries {start}"),
            Self::LineUnwrapped { data_type, line } => {
                write!(f, "{data_type} line {line} has no LS, lines before it have")
            }
            Self::LineWrapped { data_type, line } => {
                write!(f, "{data_type} line {line} has LS, lines before it have none")
            }
            Self::LineNotParted { data_type, line } => {
                write!(f, "no LE and LS between {data_type} line {line} and the line before it")
            }
            Self::LineSequence {
                data_type,
                previous: Some(previous),
                number,
            } => {
                write!(f, "line number {number} of {data_type} follows {previous}")
            }
            Self::LineSequence {
                data_type,
                previous: None,
                number,
            } => {
                write!(f, "first line of {data_type} in the frame has number {number}")
            }
            Self::LineLength {
                data_type,
                line,
                word,
                expected,
            } => {
                write!(
                    f,
                    "{data_type} line {line} has {word} bytes, lines before it {expected}"
                )
            }
            Self::LineCount {
                data_type,
                lines,
                expected,
            } => {
                write!(f, "frame has {lines} lines of {data_type}, the one before {expected}")
            }
            Self::StartUpFrame {
                data_type,
                lines,
                after,
                mode_change,
            } => {
                let of = if mode_change {
                    "after a mode change"
                } else {
                    "of the capture"
                };
                write!(
                    f,
                    "first frame {of} has {lines} lines of {data_type}, those after it {after}: a start-up frame"
                )
            }
            Self::ModeChange { from, to } => write!(f, "{from} -> {to}"),
            Self::OutsideFrame { data_type, word } => {
                write!(f, "{data_type} packet of {word} bytes outside a frame")
            }
            Self::LinePair {
                data_type,
                line,
                odd,
                even,
            } => {
                write!(
                    f,
                    "{data_type} line {line} has {even} bytes after a line of {odd}, not twice as many"
                )
            }
            Self::Embedded { problem } => write!(f, "embedded row: {problem}"),
            Self::Profile(mismatch) => mismatch.fmt(f),
            Self::Pair(trouble) => trouble.fmt(f),
            Self::Gap { records: Some(1) } => f.write_str("a record is missing from the capture"),
            Self::Gap { records: Some(records) } => write!(f, "{records} records are missing from the capture"),
            Self::Gap { records: None } => f.write_str("the capture has a gap of unknown length"),
        }
    }
}

/// The part of a header that a data bit belongs to.
fn field(bit: u8) -> &'static str {
    match bit {
        0..=5 => "data type",
        6..=7 => "virtual channel",
        8..=23 => "word",
        _ => "channel extension",
    }
}

/// A lane as messages name it.
struct Name(Lane);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Lane::Clock => f.write_str("clock lane"),
            Lane::Data(lane) => write!(f, "lane {lane}"),
        }
    }
}

/// A number and what it counts.
struct Count(u16, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

struct Hex([u8; 4]);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn messages_carry_numbers() {
        let raw10 = DataType::RAW10;
        let table = [
            (
                Detail::Checksum {
                    received: 0x1234,
                    computed: 0x5678,
                    data_type: raw10,
                    bytes: 5070,
                    line: Some(17),
                },
                "checksum is 0x1234, computed 0x5678 over 5070 bytes of RAW10 line 17",
            ),
            (
                Detail::FrameNumbers { start: 1, end: 5971 },
                "FE carries frame number 5971, its FS carries 1",
            ),
            (
                Detail::HeaderBit {
                    wire: [0x2a, 0x04, 0x00, 0x34],
                    bit: 0,
                },
                "header 2a040034: bit 0 (data type) corrected",
            ),
            (
                Detail::Timing {
                    parameter: TimingParameter::HsPrepare,
                    lane: Lane::Data(2),
                    nanoseconds: 39.0476,
                    limit: 41.9048,
                    above: false,
                },
                "lane 2: T_HS-PREPARE is 39.05 ns, should be 41.90 ns at least",
            ),
            (
                Detail::EscapeBits {
                    lane: 1,
                    bits: 0b0_0110,
                    count: 5,
                },
                "lane 1: escape command ends after 5 of 8 bits (00110)",
            ),
            (
                Detail::EscapeBits {
                    lane: 0,
                    bits: 0x0F,
                    count: 8,
                },
                "lane 0: escape command 00001111 is unknown",
            ),
            (
                Detail::Escape {
                    lane: Lane::Data(2),
                    command: EscapeCommand::Ulps,
                },
                "lane 2: ULPS (command 00011110)",
            ),
            (
                Detail::Escape {
                    lane: Lane::Clock,
                    command: EscapeCommand::Ulps,
                },
                "clock lane: ULPS",
            ),
            (
                Detail::LineStates { lane: Lane::Clock },
                "clock lane: low-power states in an impossible order",
            ),
            (
                Detail::Deskew {
                    kind: DeskewKind::Initial,
                    length: 32_768,
                },
                "initial deskew burst of 32768 UI, no data",
            ),
            (
                Detail::Granularity {
                    data_type: raw10,
                    word: 79,
                    group: 5,
                },
                "word count 79 of RAW10: 15 whole groups of 5 bytes (4 pixels), and 4 bytes left over",
            ),
            (
                Detail::Granularity {
                    data_type: DataType::YUV420_8,
                    word: 3,
                    group: 2,
                },
                "word count 3 of an odd line of YUV420_8: 1 whole group of 2 bytes (2 pixels), and 1 byte left over",
            ),
            (
                Detail::Granularity {
                    data_type: DataType::YUV420_8,
                    word: 6,
                    group: 4,
                },
                "word count 6 of YUV420_8: 1 whole group of 4 bytes (2 pixels), and 2 bytes left over",
            ),
            (
                Detail::LineNotEnded { open: None, next: None },
                "a line has no LE before FE",
            ),
        ];
        for (detail, message) in table {
            assert_eq!(detail.to_string(), message);
        }
    }
}
