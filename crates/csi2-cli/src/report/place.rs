//! Where in a capture something was.

use super::text;
use crate::session::Clock;
use csi2_analyzer::{Detail, Finding, FindingCode, Span};
use serde::Serialize;

/// Where a finding was.
#[derive(Serialize)]
pub(crate) struct Place {
    packet: Option<u64>,
    pub(crate) time_ns: Option<f64>,
    offset: u64,
}

impl Place {
    pub(crate) fn new(finding: &Finding, clock: &Clock) -> Self {
        Self {
            packet: packet(finding),
            time_ns: clock.nanoseconds(finding.span.at),
            offset: finding.span.offset,
        }
    }

    /// `of_packet`: it is not of the wires alone.
    pub(crate) fn of_span(span: &Span, of_packet: bool, clock: &Clock) -> Self {
        Self {
            packet: of_packet.then_some(span.packet),
            time_ns: clock.nanoseconds(span.at),
            offset: span.offset,
        }
    }

    /// Of all of a capture, or of no one place in it.
    pub(crate) const fn of_time(time_ns: Option<f64>) -> Self {
        Self {
            packet: None,
            time_ns,
            offset: 0,
        }
    }

    /// `in packet 3 at 1.5 us, offset 6290`.
    pub(crate) fn describe(&self) -> String {
        let packet = self.packet.map(|packet| format!("in packet {packet}"));
        let time = self.time_ns.map(|time| format!("at {}", text::time(time)));
        let place: Vec<String> = packet.into_iter().chain(time).collect();
        match place.is_empty() {
            true => format!("at offset {}", self.offset),
            false => format!("{}, offset {}", place.join(" "), self.offset),
        }
    }
}

/// The packet a finding is about; what is of the wires alone has none.
pub(crate) fn packet(finding: &Finding) -> Option<u64> {
    (finding.code != FindingCode::TimingOutOfRange && has_place(finding)).then_some(finding.span.packet)
}

/// Whether a finding is of a place in the capture, not of all of it.
pub(crate) fn has_place(finding: &Finding) -> bool {
    !matches!(finding.detail, Detail::Profile(_) | Detail::Pair(_))
}
