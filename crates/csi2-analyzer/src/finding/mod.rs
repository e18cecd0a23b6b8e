//! The link's trouble: a finding says what, how bad, where and with which numbers.

mod detail;
mod mode;
mod table;

pub use detail::Detail;
pub use mode::{Geometry, Mode};
pub use table::FINDINGS;

use crate::Span;
use alloc::collections::VecDeque;
use core::fmt;
use csi2_packet::VirtualChannel;

/// How bad.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but is not as it should be.
    Warning,
    /// Data is lost or wrong.
    Error,
}

/// Canonical codes, in the order of [`FINDINGS`]: one variant a row.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum FindingCode {
    SotErr,
    SotSyncErr,
    LaneAlignErr,
    EotSyncErr,
    ControlErr,
    EscEntryErr,
    LpSyncErr,
    SkewCalSeen,
    UlpsSeen,
    TriggerSeen,
    LpdtSeen,
    TurnaroundSeen,
    TimingOutOfRange,
    EccCorrected,
    EccDouble,
    CrcErr,
    WcShort,
    TrailingData,
    WcGranularity,
    IdErr,
    VcUnexpected,
    FrameSyncErr,
    FrameSeqErr,
    FrameDataErr,
    LineSyncErr,
    LineSeqErr,
    LineLengthChange,
    LineCountChange,
    ModeChange,
    DataOutsideFrame,
    Yuv420WcErr,
    EmbeddedErr,
    ProfileMismatch,
    FrameUnpaired,
    FrameDrift,
    CaptureLoss,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct FindingRow {
    /// Code.
    pub code: FindingCode,
    /// Name as printed: `CRC_ERR`.
    pub name: &'static str,
    /// Usual severity; a finding may be milder or worse and says so itself.
    pub severity: Severity,
    /// One sentence for people.
    pub meaning: &'static str,
    /// Likely causes and what to try, in order.
    pub advice: &'static str,
}

/// Something about the link that a user should know. `Display` makes the message: the numbers, without the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// On which channel, where that makes sense.
    pub channel: Option<VirtualChannel>,
    /// Numbers.
    pub detail: Detail,
}

impl Severity {
    /// Name as printed: `warning`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl FindingCode {
    /// The row of [`FINDINGS`] about this code.
    pub const fn row(self) -> &'static FindingRow {
        // A unit test holds the table to the order of the variants.
        &FINDINGS[self as usize]
    }
    /// Name as printed: `CRC_ERR`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail {
            Detail::None => f.write_str(self.code.row().meaning),
            detail => detail.fmt(f),
        }
    }
}

/// Findings that wait for a poll.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    queue: VecDeque<Finding>,
    dropped: u64,
}

impl Findings {
    /// More than one event, or the end of a capture, can cause: a caller that polls loses nothing.
    const CAPACITY: usize = 512;

    pub(crate) fn push(&mut self, finding: Finding) {
        if self.queue.len() < Self::CAPACITY {
            self.queue.push_back(finding);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Finding> {
        self.queue.pop_front()
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_codes() {
        for (index, row) in FINDINGS.iter().enumerate() {
            assert_eq!(row.code as usize, index, "{}", row.name);
        }
        assert_eq!(FINDINGS.len(), FindingCode::CaptureLoss as usize + 1);
    }

    #[test]
    fn rows_are_filled_in() {
        for row in FINDINGS {
            assert!(
                row.name
                    .bytes()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_'),
                "{}",
                row.name
            );
            assert_eq!(FINDINGS.iter().filter(|other| other.name == row.name).count(), 1);
            for text in [row.meaning, row.advice] {
                assert!(text.ends_with('.') && text.len() > 20, "{}: {text}", row.name);
            }
        }
    }
}
