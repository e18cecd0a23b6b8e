//! `csi2 list --events`: what the lanes did outside bursts, one line each.

use crate::report::hex::hex;
use crate::report::lane::LaneName;
use crate::session::Clock;
use csi2_analyzer::Span;
use csi2_dphy::{EscapeCommand, Lane, MAX_LANES, PinEvent, Tick};
use serde::Serialize;
use std::fmt::Write as _;

/// A line. What does not apply to the event is left out, but for the lane.
#[derive(Debug, Serialize)]
pub(super) struct LaneLine {
    r#type: &'static str,
    event: &'static str,
    lane: Option<LaneName>,
    time_ns: Option<f64>,
    offset: u64,
    #[serde(flatten)]
    more: More,
}

#[derive(Debug, Default, Serialize)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
    /// In the order they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<String>,
    /// Of the last byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    stray_bits: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ulps_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wakeup_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_ui: Option<u64>,
}

impl LaneLine {
    pub(super) fn new(event: &PinEvent, span: &Span, clock: &Clock) -> Self {
        let (name, lane) = name(event);
        let duration = |from: Tick, until: Tick| Some(clock.timebase?.nanoseconds(until.saturating_sub(from)));
        let more = match *event {
            PinEvent::Deskew { kind, length, .. } => More {
                kind: Some(kind.name()),
                length_ui: Some(length),
                ..More::default()
            },
            PinEvent::Escape { lane, command, .. } => More {
                command: Some(command.name()),
                // The clock lane sends none.
                bits: (lane != Lane::Clock).then(|| format!("{:08b}", command.bits())),
                ..More::default()
            },
            PinEvent::EscapeEnd {
                command,
                since,
                mark,
                at,
                ..
            } => {
                let sleeps = command == EscapeCommand::Ulps;
                More {
                    command: Some(command.name()),
                    ulps_ns: duration(since, mark.unwrap_or(at)).filter(|_| sleeps),
                    wakeup_ns: mark.and_then(|mark| duration(mark, at)).filter(|_| sleeps),
                    ..More::default()
                }
            }
            PinEvent::EscapeEntryError { bits, count, .. } => More {
                bits: Some(match count {
                    0 => String::new(),
                    _ => format!("{bits:0width$b}", width = usize::from(count)),
                }),
                ..More::default()
            },
            PinEvent::LowPowerSyncError { bits, .. } => More {
                stray_bits: Some(bits),
                ..More::default()
            },
            PinEvent::LowPowerData { byte, .. } => More {
                bytes: Some(hex(&[byte])),
                ..More::default()
            },
            _ => More::default(),
        };
        Self {
            r#type: "lp",
            event: name,
            lane: lane.map(LaneName::from),
            time_ns: clock.nanoseconds(span.at),
            offset: span.offset,
            more,
        }
    }

    /// The same for people.
    pub(super) fn text(&self) -> String {
        let mut text = self.event.to_owned();
        match self.lane {
            Some(LaneName::Data(lane)) => _ = write!(text, " on lane {lane}"),
            Some(LaneName::Clock(_)) => text.push_str(" on the clock lane"),
            None => {}
        }
        let more = &self.more;
        if let Some(command) = more.command {
            _ = write!(text, ": {command}");
        }
        match (&more.bits, more.command) {
            (Some(bits), Some(_)) => _ = write!(text, " ({bits})"),
            (Some(bits), None) => _ = write!(text, ": {} of 8 bits {bits}", bits.len()),
            (None, _) => {}
        }
        if let Some(nanoseconds) = more.ulps_ns {
            _ = write!(text, " for {:.3} us", nanoseconds / 1e3);
        }
        if let Some(nanoseconds) = more.wakeup_ns {
            _ = write!(text, ", wake-up {:.3} us", nanoseconds / 1e3);
        }
        if let Some(bits) = more.stray_bits {
            _ = write!(text, ": {bits} of 8 bits of a byte");
        }
        if let Some(bytes) = &more.bytes {
            _ = write!(text, ": {bytes}");
        }
        if let (Some(kind), Some(length)) = (more.kind, more.length_ui) {
            _ = write!(text, ": {kind}, {length} UI");
        }
        text
    }
}

/// Bytes of low-power data, until there is a line of them.
#[derive(Debug, Default)]
pub(super) struct LowPowerData {
    lanes: [Option<Transmission>; MAX_LANES],
}

#[derive(Debug)]
struct Transmission {
    first: PinEvent,
    span: Span,
    bytes: Vec<u8>,
}

impl LowPowerData {
    /// Bytes of the longest line.
    const MOST: usize = 1024;

    /// Takes a byte of low-power data, if `event` is one.
    pub(super) fn take(&mut self, event: &PinEvent, span: &Span) -> bool {
        let PinEvent::LowPowerData { lane, byte, .. } = *event else {
            return false;
        };
        if let Some(slot) = self.lanes.get_mut(usize::from(lane)) {
            let transmission = slot.get_or_insert_with(|| Transmission {
                first: *event,
                span: *span,
                bytes: Vec::new(),
            });
            transmission.bytes.push(byte);
        }
        true
    }

    /// The next line that `event` completes, and where it began; without an event, any.
    pub(super) fn line(&mut self, event: Option<&PinEvent>, clock: &Clock) -> Option<(LaneLine, Span)> {
        let ends = event.and_then(|event| name(event).1);
        let whole = |lane: u8, transmission: &Transmission| {
            event.is_none()
                || ends == Some(Lane::Data(lane)) && !is_data(event)
                || transmission.bytes.len() >= Self::MOST
        };
        let mut lanes = (0u8..).zip(&mut self.lanes);
        let transmission = lanes.find_map(|(lane, slot)| slot.take_if(|transmission| whole(lane, transmission)))?;
        let mut line = LaneLine::new(&transmission.first, &transmission.span, clock);
        line.more.bytes = Some(hex(&transmission.bytes));
        Some((line, transmission.span))
    }
}

fn is_data(event: Option<&PinEvent>) -> bool {
    matches!(event, Some(PinEvent::LowPowerData { .. }))
}

/// Name of an event, and its lane.
fn name(event: &PinEvent) -> (&'static str, Option<Lane>) {
    match *event {
        PinEvent::Deskew { .. } => ("deskew", None),
        PinEvent::SotSyncError { lane, .. } => ("sot-sync-error", Some(Lane::Data(lane))),
        PinEvent::AlignError { lane, .. } => ("align-error", Some(Lane::Data(lane))),
        PinEvent::ControlError { lane, .. } => ("control-error", Some(lane)),
        PinEvent::EotError { lane, .. } => ("eot-error", Some(Lane::Data(lane))),
        PinEvent::Escape { lane, .. } => ("escape", Some(lane)),
        PinEvent::LowPowerData { lane, .. } => ("low-power-data", Some(Lane::Data(lane))),
        PinEvent::EscapeEnd { lane, .. } => ("escape-end", Some(lane)),
        PinEvent::EscapeEntryError { lane, .. } => ("escape-entry-error", Some(Lane::Data(lane))),
        PinEvent::LowPowerSyncError { lane, .. } => ("low-power-sync-error", Some(Lane::Data(lane))),
        PinEvent::Turnaround { lane, .. } => ("turnaround", Some(Lane::Data(lane))),
        PinEvent::BoundaryInside { .. } => ("boundary-inside", None),
        PinEvent::BurstStart { .. } | PinEvent::BurstEnd { .. } => ("burst", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_dphy::{DeskewKind, Timebase};

    fn clock() -> Clock {
        let mut clock = Clock::default();
        clock.timebase = Some(Timebase::NANOSECONDS);
        clock
    }

    #[test]
    fn lines_carry_what_the_event_has() {
        let table = [
            (
                PinEvent::Escape {
                    lane: Lane::Data(1),
                    command: EscapeCommand::Ulps,
                    at: 500,
                },
                r#"{"type":"lp","event":"escape","lane":1,"time_ns":500.0,"offset":0,"command":"ULPS","bits":"00011110"}"#,
                "escape on lane 1: ULPS (00011110)",
            ),
            (
                PinEvent::EscapeEnd {
                    lane: Lane::Clock,
                    command: EscapeCommand::Ulps,
                    since: 1000,
                    mark: Some(3000),
                    at: 1_003_000,
                },
                r#"{"type":"lp","event":"escape-end","lane":"clock","time_ns":500.0,"offset":0,"command":"ULPS","ulps_ns":2000.0,"wakeup_ns":1000000.0}"#,
                "escape-end on the clock lane: ULPS for 2.000 us, wake-up 1000.000 us",
            ),
            (
                PinEvent::EscapeEntryError {
                    lane: 2,
                    bits: 0b0101,
                    count: 4,
                    at: 500,
                },
                r#"{"type":"lp","event":"escape-entry-error","lane":2,"time_ns":500.0,"offset":0,"bits":"0101"}"#,
                "escape-entry-error on lane 2: 4 of 8 bits 0101",
            ),
            (
                PinEvent::Deskew {
                    kind: DeskewKind::Initial,
                    length: 32_768,
                    at: 500,
                },
                r#"{"type":"lp","event":"deskew","lane":null,"time_ns":500.0,"offset":0,"kind":"initial","length_ui":32768}"#,
                "deskew: initial, 32768 UI",
            ),
            (
                PinEvent::Turnaround { lane: 0, at: 500 },
                r#"{"type":"lp","event":"turnaround","lane":0,"time_ns":500.0,"offset":0}"#,
                "turnaround on lane 0",
            ),
        ];
        for (event, json, text) in table {
            let span = Span {
                at: Some(500),
                ..Span::default()
            };
            let line = LaneLine::new(&event, &span, &clock());
            assert_eq!(serde_json::to_string(&line).unwrap(), json);
            assert_eq!(line.text(), text);
        }
    }

    #[test]
    fn bytes_of_a_transmission_share_a_line() {
        let mut data = LowPowerData::default();
        let byte = |lane, byte| PinEvent::LowPowerData { lane, byte, at: 0 };
        for event in [byte(0, 0xAB), byte(1, 1), byte(0, 0x0C)] {
            assert!(data.take(&event, &Span::default()));
            assert!(data.line(Some(&event), &clock()).is_none());
        }
        let end = PinEvent::LowPowerSyncError {
            lane: 0,
            bits: 3,
            at: 9,
        };
        assert!(!data.take(&end, &Span::default()));
        let (line, _) = data.line(Some(&end), &clock()).unwrap();
        assert_eq!(line.text(), "low-power-data on lane 0: ab0c");
        assert!(data.line(Some(&end), &clock()).is_none());
        let (line, _) = data.line(None, &clock()).unwrap();
        assert_eq!(line.text(), "low-power-data on lane 1: 01");
        assert!(data.line(None, &clock()).is_none());
        for _ in 0..LowPowerData::MOST {
            data.take(&byte(5, 0x55), &Span::default());
        }
        let (line, _) = data.line(Some(&byte(5, 0)), &clock()).unwrap();
        assert_eq!(line.more.bytes.unwrap().len(), 2 * LowPowerData::MOST);
    }
}
