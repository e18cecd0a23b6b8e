//! The modes of a virtual channel, where it had more than one.

use crate::session::Clock;
use csi2_analyzer::{Geometry, Mode, ModeStatistics, Modes};
use serde::Serialize;

/// A mode, and since when.
#[derive(Serialize)]
pub(crate) struct ModeRow {
    mode: String,
    /// Packet with which its first frame begins; `null` of the mode at the beginning.
    packet: Option<u64>,
    time_ns: Option<f64>,
    data_types: Vec<GeometryRow>,
}

/// Lines of one data type in a frame.
#[derive(Serialize)]
struct GeometryRow {
    dt: u8,
    name: &'static str,
    width: Option<u32>,
    lines: Option<u32>,
    line_bytes: Option<u32>,
}

impl ModeRow {
    pub(crate) fn all(modes: &Modes, clock: &Clock) -> Vec<Self> {
        modes.list.iter().map(|mode| Self::new(mode, clock)).collect()
    }

    fn new(of: &ModeStatistics, clock: &Clock) -> Self {
        let all = match of.mode {
            Mode::Frame(all) => all,
            Mode::Channels(_) | Mode::Lanes(_) => [None; 3],
        };
        Self {
            mode: of.mode.to_string(),
            packet: of.packet,
            time_ns: of.packet.and_then(|_| clock.nanoseconds(of.at)),
            data_types: all.iter().flatten().map(GeometryRow::new).collect(),
        }
    }

    /// All of them, on one line.
    pub(crate) fn describe(all: &[Self]) -> String {
        let one = |row: &Self| match row.packet {
            Some(packet) => format!("{} from packet {packet}", row.mode),
            None => row.mode.clone(),
        };
        all.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

impl GeometryRow {
    fn new(of: &Geometry) -> Self {
        Self {
            dt: of.data_type.code(),
            name: of.data_type.name(),
            width: of.width(),
            lines: of.lines,
            line_bytes: of.word,
        }
    }
}
