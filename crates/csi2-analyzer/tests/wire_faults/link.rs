//! A link from a transmitter to an analyzer, and what the analyzer finds on it.

use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, Input, Receiver, ReceiverConfig, TimingReport};
use csi2_dphy::{Clocking, PinMap, Scrambling, TransmitTiming, UnitInterval, WaveformSettings};
use csi2_generator::{Piece, TransmitLayer, TransmitSettings, Transmitter, WireFault, WireView};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// How often each code is found.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// A burst and what is wrong with it.
pub(crate) type Faulty = (Vec<u8>, Vec<WireFault>);

/// How a link is sent and seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) view: WireView,
    pub(crate) lanes: usize,
    pub(crate) rate: u64,
    pub(crate) samples_per_ui: u64,
    pub(crate) gated: bool,
    pub(crate) skew: bool,
    pub(crate) scrambling: Option<Scrambling>,
}

impl Setting {
    pub(crate) fn transmitter(&self) -> Transmitter {
        let layer = match self.view {
            WireView::Packets => TransmitLayer::Packets,
            WireView::Lanes => TransmitLayer::Lanes,
            WireView::HighSpeed | WireView::Pins => TransmitLayer::Pins(WaveformSettings {
                clocking: if self.gated {
                    Clocking::Gated
                } else {
                    Clocking::Continuous
                },
                skew: std::array::from_fn(|lane| if self.skew { lane as u32 * 3 % 7 } else { 0 }),
                ..WaveformSettings::new(
                    self.lanes,
                    UnitInterval::whole(self.samples_per_ui),
                    TransmitTiming::for_rate(self.rate),
                )
            }),
        };
        Transmitter::new(TransmitSettings {
            scrambling: self.scrambling,
            ..TransmitSettings::new(layer, self.lanes, self.rate)
        })
    }

    fn entry(&self) -> Entry {
        match self.view {
            WireView::Packets => Entry::Packets { framed: true },
            WireView::Lanes => Entry::Lanes {
                count: self.lanes,
                framed: true,
            },
            WireView::HighSpeed => Entry::pins(PinMap::single_ended(self.lanes)),
            WireView::Pins => Entry::pins(PinMap::pairs(self.lanes)),
        }
    }

    /// Sends the bursts and counts what is found.
    pub(crate) fn found(&self, bursts: &[Faulty]) -> Counts {
        let mut transmitter = self.transmitter();
        let timebase = transmitter.timebase();
        let mut receiver = Receiver::new(ReceiverConfig {
            scrambling: self.scrambling,
            ..ReceiverConfig::new(self.entry())
        });
        let mut analyzer = Analyzer::new(AnalyzerSettings::default());
        let mut counts = Counts::new();
        let mut offset = 0;
        let mut take = |piece: Piece<'_>| {
            let mut input = Input {
                seen: piece.seen,
                starts: piece.starts,
                ends: piece.ends,
                offset,
                at: Some(piece.at),
            };
            offset += 1 << 16;
            while let Some(received) = receiver.next(&mut input) {
                analyzer.push(&received);
            }
            Ok::<(), Infallible>(())
        };
        let sent: Result<(), Infallible> = bursts
            .iter()
            .try_for_each(|(bytes, faults)| transmitter.burst_with(bytes, faults, &mut take))
            .and_then(|()| transmitter.finish(&mut take));
        sent.unwrap();
        while let Some(received) = receiver.finish() {
            analyzer.push(&received);
        }
        analyzer.finish();
        while let Some(finding) = analyzer.poll() {
            *counts.entry(finding.code.name()).or_default() += 1;
        }
        if let Some(meter) = receiver.timing() {
            let report = TimingReport::new(meter, timebase, receiver.unit_interval(), None);
            for finding in report.findings() {
                *counts.entry(finding.code.name()).or_default() += 1;
            }
        }
        counts
    }
}
