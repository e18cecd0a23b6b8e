//! The link as `check` describes it: what it is, and how it turned out to be wired.

use super::text;
use crate::session::{Session, Wiring};
use csi2_analyzer::{Confidence, Statistics, Tally};
use csi2_dphy::LanePins;
use serde::Serialize;

/// The link, as far as the capture knows it.
#[derive(Serialize)]
pub(crate) struct Link {
    layer: &'static str,
    lanes: Option<usize>,
    /// For each lane, in the order of the bytes: the lane its wires are named as.
    lane_order: Option<Vec<usize>>,
    inverted: Option<Vec<usize>>,
    rate_bps: Option<u64>,
    clock: Option<&'static str>,
    skew_ui: Option<Vec<u16>>,
    clock_inverted: Option<bool>,
    scrambling: Option<String>,
    discovery: Option<Discovery>,
}

/// What the roles of the wires rest on.
#[derive(Serialize)]
struct Discovery {
    confidence: &'static str,
    bursts: u32,
    headers: Share,
    checksums: Share,
}

/// So many of so many.
#[derive(Serialize)]
struct Share {
    good: u32,
    all: u32,
}

impl Link {
    pub(crate) fn new(session: &Session, statistics: &Statistics) -> Self {
        let lanes = session.lanes();
        let wiring = session.wiring();
        let skew = |wiring: &Wiring| {
            let skew = statistics.skew.iter().copied();
            skew.take(wiring.lane_order.len()).collect()
        };
        Self {
            layer: session.layer().name(),
            lanes,
            lane_order: match wiring {
                Some(wiring) => Some(wiring.lane_order.clone()),
                None => lanes.map(|lanes| (0..lanes).collect()),
            },
            inverted: wiring.map(|wiring| wiring.inverted.clone()),
            rate_bps: session.clock().rate(),
            clock: session.clock_mode(),
            skew_ui: wiring.map(skew),
            clock_inverted: wiring.map(|wiring| wiring.clock_inverted),
            scrambling: session.scrambling().map(|scrambling| match scrambling.preset() {
                Some(preset) => preset.name.to_owned(),
                None => scrambling.to_string(),
            }),
            discovery: wiring.map(Discovery::new),
        }
    }

    /// On one line.
    pub(crate) fn describe(&self) -> String {
        let mut parts = vec![self.layer.to_owned()];
        if let Some(lanes) = self.lanes {
            parts.push(text::count(lanes as u64, "lane"));
        }
        if let Some(rate) = self.rate_bps {
            parts.push(format!("{} a lane", text::rate(rate as f64, "bps")));
        }
        if let Some(clock) = self.clock {
            parts.push(format!("{clock} clock"));
        }
        if let Some(skew) = self.skew_ui.as_ref().filter(|skew| skew.iter().any(|ui| *ui > 0)) {
            let skew: Vec<String> = skew.iter().map(u16::to_string).collect();
            parts.push(format!("skew {} UI", skew.join(" ")));
        }
        if let Some(scrambling) = &self.scrambling {
            parts.push(format!("scrambled ({scrambling})"));
        }
        parts.join(", ")
    }
}

impl Discovery {
    fn new(wiring: &Wiring) -> Self {
        let share = |tally: Tally| Share {
            good: tally.good,
            all: tally.all,
        };
        Self {
            confidence: match wiring.confidence {
                Confidence::None => "none",
                Confidence::Weak => "weak",
                Confidence::Likely => "likely",
                Confidence::Certain => "certain",
            },
            bursts: wiring.evidence.bursts,
            headers: share(wiring.evidence.headers),
            checksums: share(wiring.evidence.checksums),
        }
    }
}

/// How the wires lie, one part a lane, where that is other than their names say; and by what it is known.
pub(crate) fn wiring(session: &Session) -> Option<String> {
    let wiring = session.wiring().filter(|wiring| wiring.is_surprising())?;
    let pins = session.pins()?;
    let name = |lane: &LanePins| {
        let wires = [lane.p, lane.n].into_iter().flatten();
        let names = wires.map(|wire| {
            let name = session.info().channels.get(usize::from(wire.channel));
            let not = if wire.invert { "!" } else { "" };
            format!(
                "{not}{}",
                name.map_or("?".into(), |channel| text::printable(&channel.name))
            )
        });
        names.collect::<Vec<_>>().join("/")
    };
    let mut parts = Vec::new();
    if let Some(clock) = &pins.clock {
        parts.push(format!("clk={}", name(clock)));
    }
    let lanes = pins.lanes.iter().take(pins.count).enumerate();
    parts.extend(lanes.map(|(lane, pins)| format!("d{lane}={}", name(pins))));
    let evidence = &wiring.evidence;
    Some(format!(
        "{}, by {} of {} headers and {} of {} checksums",
        parts.join(","),
        evidence.headers.good,
        evidence.headers.all,
        evidence.checksums.good,
        evidence.checksums.all
    ))
}
