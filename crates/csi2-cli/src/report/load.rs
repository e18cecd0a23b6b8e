//! How much of a link is used.

use super::text;
use csi2_analyzer::Load;
use serde::Serialize;

/// `check`: what the link carries from frame to frame, and could.
#[derive(Serialize)]
pub(crate) struct LoadRow {
    /// Image lines.
    payload_bps: f64,
    /// All packets.
    packet_bps: f64,
    /// All lanes together.
    link_bps: Option<u64>,
    share: Option<f64>,
}

impl LoadRow {
    pub(crate) fn new(load: Load, lanes: Option<usize>, rate: Option<u64>) -> Self {
        let whole = lanes.zip(rate).and_then(|(lanes, rate)| rate.checked_mul(lanes as u64));
        let whole = whole.filter(|bits| *bits > 0);
        Self {
            payload_bps: load.payload,
            packet_bps: load.packets,
            link_bps: whole,
            share: whole.map(|whole| load.packets / whole as f64),
        }
    }

    /// `7.412 of 8.4 Gbps, 88 %`; `None` where the link is not known.
    pub(crate) fn describe(&self) -> Option<String> {
        let (whole, share) = self.link_bps.zip(self.share)?;
        let (used, whole) = (text::rate(self.packet_bps, "bps"), text::rate(whole as f64, "bps"));
        let used = match (used.split_once(' '), whole.split_once(' ')) {
            (Some((number, unit)), Some((_, same))) if unit == same => number,
            _ => &used,
        };
        Some(format!("{used} of {whole}, {:.0} %", share * 100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn described() {
        let load = |packets| Load { payload: 0.0, packets };
        let text = |packets, lanes, rate| LoadRow::new(load(packets), lanes, rate).describe();
        assert_eq!(
            text(7.41188e9, Some(4), Some(2_100_000_000)).as_deref(),
            Some("7.412 of 8.4 Gbps, 88 %")
        );
        assert_eq!(
            text(31e6, Some(2), Some(1_000_000_000)).as_deref(),
            Some("31 Mbps of 2 Gbps, 2 %")
        );
        assert_eq!((text(1e6, None, Some(1)), text(1e6, Some(4), None)), (None, None));
        assert_eq!(text(1e6, Some(usize::MAX), Some(u64::MAX)), None);
    }
}
