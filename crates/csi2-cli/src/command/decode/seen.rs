//! What a capture holds, for whom nothing was decoded.

use crate::keep::Filter;
use crate::number::Frames;
use crate::report::text;
use csi2_analyzer::{LinkEvent, Received};
use csi2_packet::{DataType, PacketEvent, VirtualChannel};
use std::collections::BTreeMap;

/// Streams of long packets, and frames of channels.
#[derive(Debug, Default)]
pub(super) struct Seen {
    lines: BTreeMap<(VirtualChannel, DataType), u64>,
    frames: BTreeMap<VirtualChannel, u64>,
}

impl Seen {
    pub(super) fn push(&mut self, received: &Received<'_>) {
        match received.event {
            LinkEvent::Packet(PacketEvent::LongStart(long)) => {
                *self
                    .lines
                    .entry((long.header.channel, long.header.data_type))
                    .or_default() += 1;
            }
            LinkEvent::Packet(PacketEvent::Short(short)) if short.header.data_type == DataType::FRAME_START => {
                *self.frames.entry(short.header.channel).or_default() += 1;
            }
            _ => {}
        }
    }

    /// Why there is no frame, as far as the options say.
    pub(super) fn instead(&self, filter: &Filter, range: Option<&Frames>) -> String {
        let there: Vec<String> = self
            .lines
            .iter()
            .take(8)
            .map(|((channel, data_type), lines)| {
                let lines = text::count(*lines, "line");
                format!("{} of virtual channel {channel} ({lines})", data_type.name())
            })
            .collect();
        let chosen = self.lines.keys().any(|(channel, of)| filter.keeps(*channel, *of));
        match range {
            _ if there.is_empty() => "no frame was found, nor any line; `csi2 check` says why".to_owned(),
            _ if !chosen => format!("--vc and --dt choose none of what is there: {}", there.join(", ")),
            Some(Frames(range)) if range.start > 0 => {
                let most = self.frames.values().max().copied().unwrap_or(0);
                format!(
                    "no frame from number {} on: the capture has {} of a stream, counted from 0",
                    range.start,
                    text::count(most, "frame")
                )
            }
            _ if filter.data_types.is_empty() => format!(
                "no frame was found: there are {}, none a picture by its data type; --dt NAME takes one as bytes, \
                 --user NAME=RAW8 as samples",
                there.join(", ")
            ),
            _ => "no frame was found; `csi2 check` says why".to_owned(),
        }
    }
}
