//! The codes, and how often each was reported.

use super::ExpectedFinding;
use alloc::vec::Vec;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but is not as it should be.
    Warning,
    /// Data is lost or wrong.
    Error,
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

use Severity::{Error, Info, Warning};

/// Code and usual severity.
const CODES: [(&str, Severity); 32] = [
    ("SOT_ERR", Warning),
    ("SOT_SYNC_ERR", Error),
    ("LANE_ALIGN_ERR", Error),
    ("EOT_SYNC_ERR", Warning),
    ("CONTROL_ERR", Warning),
    ("ESC_ENTRY_ERR", Warning),
    ("LP_SYNC_ERR", Warning),
    ("SKEW_CAL_SEEN", Info),
    ("ULPS_SEEN", Info),
    ("TRIGGER_SEEN", Info),
    ("LPDT_SEEN", Info),
    ("TURNAROUND_SEEN", Info),
    ("TIMING_OUT_OF_RANGE", Warning),
    ("ECC_CORRECTED", Warning),
    ("ECC_DOUBLE", Error),
    ("CRC_ERR", Error),
    ("WC_SHORT", Error),
    ("TRAILING_DATA", Warning),
    ("WC_GRANULARITY", Warning),
    ("ID_ERR", Error),
    ("VC_UNEXPECTED", Warning),
    ("FRAME_SYNC_ERR", Error),
    ("FRAME_SEQ_ERR", Warning),
    ("FRAME_DATA_ERR", Error),
    ("LINE_SYNC_ERR", Error),
    ("LINE_SEQ_ERR", Warning),
    ("LINE_LENGTH_CHANGE", Warning),
    ("LINE_COUNT_CHANGE", Warning),
    ("MODE_CHANGE", Info),
    ("DATA_OUTSIDE_FRAME", Error),
    ("YUV420_WC_ERR", Error),
    ("EMBEDDED_ERR", Warning),
];

/// Counts by code.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    counts: [(u64, Severity); CODES.len()],
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: [(0, Info); CODES.len()],
        }
    }
}

impl Tally {
    /// One more, as bad as usual. Codes that no table has are not counted.
    pub(super) fn add(&mut self, code: &str) {
        if let Some((_, severity)) = CODES.iter().find(|(of, _)| *of == code) {
            self.add_as(code, *severity);
        }
    }

    pub(super) fn add_as(&mut self, code: &str, severity: Severity) {
        let at = CODES.iter().position(|(of, _)| *of == code);
        if let Some((count, worst)) = at.and_then(|at| self.counts.get_mut(at)) {
            *count = count.saturating_add(1);
            *worst = severity.max(*worst);
        }
    }

    pub(super) fn findings(&self) -> Vec<ExpectedFinding> {
        let all = CODES.iter().zip(&self.counts);
        all.filter(|(_, (count, _))| *count > 0)
            .map(|(&(code, _), &(count, severity))| ExpectedFinding { code, severity, count })
            .collect()
    }
}
