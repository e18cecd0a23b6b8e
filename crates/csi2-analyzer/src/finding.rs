//! The link's trouble: one row per code.
use crate::Span;
use csi2_packet::VirtualChannel;

/// How bad.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but is not as it should be.
    Warning,
    /// Data is lost or wrong.
    Error,
}

/// Canonical codes (protocol.md 6.1): one variant a row of [`FINDINGS`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum FindingCode {
    SotErr,
    SotSyncErr,
    LaneAlignErr,
    EotSyncErr,
    ControlErr,
    HsTimeout,
    SkewCalSeen,
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
    DataOutsideFrame,
    Yuv420WcErr,
    CaptureLoss,
    LimitExceeded,
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

/// All codes.
pub const FINDINGS: &[FindingRow] = &[];

/// The numbers of a finding; `Display` makes the message.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing more to say.
    None,
}

/// Something about the link that a user should know.
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
