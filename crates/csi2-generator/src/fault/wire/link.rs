//! What must be known of a link to say what comes of a fault on its wires.

use csi2_dphy::{MAX_LANES, Scrambling, TransmitTiming, UnitInterval, UnitIntervals};

/// What a capture shows of the lanes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WireView {
    /// Nothing: packets.
    Packets,
    /// Their bytes, burst by burst, without sync byte and trail.
    Lanes,
    /// One wire each: high speed, no low-power states.
    HighSpeed,
    /// Both wires, and so low-power states.
    Pins,
}

/// A link over lanes, as sent and as seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WireLink {
    /// What is seen.
    pub view: WireView,
    /// Lanes, 1 to 8.
    pub lanes: usize,
    /// Bits per second of a lane.
    pub rate: u64,
    /// Samples per UI of wires.
    pub samples_per_ui: UnitInterval,
    /// Durations.
    pub timing: TransmitTiming,
    /// Lateness of each lane, in UI.
    pub skew: [UnitIntervals; MAX_LANES],
    /// Of what the lanes carry.
    pub scrambling: Option<Scrambling>,
    /// Greatest lateness of a lane that a receiver permits, in UI.
    pub permitted_skew: UnitIntervals,
}

impl WireLink {
    /// What receivers permit that say nothing else: six byte times.
    pub const PERMITTED_SKEW: UnitIntervals = 48;

    /// A link with the shortest legal timing, four samples a UI and no skew.
    pub fn new(view: WireView, lanes: usize, rate: u64) -> Self {
        Self {
            view,
            lanes,
            rate,
            samples_per_ui: UnitInterval::whole(4),
            timing: TransmitTiming::for_rate(rate),
            skew: [0; MAX_LANES],
            scrambling: None,
            permitted_skew: Self::PERMITTED_SKEW,
        }
    }

    /// Whether `ui` are shorter than `nanoseconds` by more than the distance of two samples.
    pub(super) fn is_shorter(&self, ui: u32, nanoseconds: u64) -> bool {
        let UnitInterval { numerator, denominator } = self.samples_per_ui.reduced();
        // In samples: ui * numerator / denominator + 2 < nanoseconds * rate * numerator / denominator.
        let seen = u128::from(ui) * u128::from(numerator) + 2 * u128::from(denominator);
        let limit = u128::from(nanoseconds) * u128::from(self.rate) * u128::from(numerator) / 1_000_000_000;
        seen < limit
    }
}
