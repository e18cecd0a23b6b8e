//! What a transmitter does wrong on its lanes.

use super::{Output, Piece, TransmitLayer, Transmitter};
use crate::fault::{WireFault, WireLink, WireView};
use alloc::vec::Vec;
use csi2_dphy::{BitSlip, LaneFlaw, MAX_LANES, UnitInterval};

impl Transmitter {
    /// The link that is sent over, for [`WireFault::received`].
    pub fn link(&self) -> WireLink {
        let view = match self.settings.layer {
            TransmitLayer::Packets => WireView::Packets,
            TransmitLayer::Lanes => WireView::Lanes,
            TransmitLayer::Pins(waveform) if waveform.wires.low_power => WireView::Pins,
            TransmitLayer::Pins(_) => WireView::HighSpeed,
        };
        let waveform = match self.settings.layer {
            TransmitLayer::Pins(waveform) => Some(waveform),
            TransmitLayer::Packets | TransmitLayer::Lanes => None,
        };
        WireLink {
            view,
            lanes: self.count,
            rate: self.rate,
            samples_per_ui: waveform.map_or(UnitInterval::whole(1), |waveform| waveform.samples_per_ui),
            timing: self.timing,
            skew: waveform.map_or([0; MAX_LANES], |waveform| waveform.skew),
            scrambling: self.settings.scrambling,
            permitted_skew: WireLink::PERMITTED_SKEW,
        }
    }

    /// What is sent before a burst that should not be.
    pub(super) fn before_burst<E>(
        &mut self,
        faults: &[WireFault],
        out: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let gap = self.gap();
        let Output::Pins(pins) = &mut self.output else {
            return Ok(());
        };
        for fault in faults {
            match *fault {
                WireFault::Deskew { ui } => pins.deskew(ui.into(), out)?,
                WireFault::LowPower { lane, fault } => pins.line_states(lane, &fault.states(), out)?,
                _ => continue,
            }
            pins.idle(gap, out)?;
        }
        Ok(())
    }
}

/// Lanes that carry each other's bytes.
pub(super) fn swap(lanes: &mut [Vec<u8>; MAX_LANES], count: usize, faults: &[WireFault]) {
    for fault in faults {
        if let WireFault::SwappedLanes { lanes: [a, b] } = *fault
            && usize::from(a.max(b)) < count
        {
            lanes.swap(a.into(), b.into());
        }
    }
}

/// The faults of lane bytes: what a receiver of high-speed bits would have made of them.
pub(super) fn lane_bytes(lanes: &mut [Vec<u8>; MAX_LANES], count: usize, faults: &[WireFault]) {
    swap(lanes, count, faults);
    for (number, lane) in (0_u8..).zip(lanes.iter_mut()).take(count) {
        for fault in faults {
            match *fault {
                WireFault::LostLane { lane: lost } if lost == number => lane.clear(),
                WireFault::InvertedPair { lane: inverted } if inverted == number => {
                    lane.iter_mut().for_each(|byte| *byte = !*byte);
                }
                WireFault::EarlyEnd { lane: early, bytes } if early.is_none_or(|early| early == number) => {
                    lane.truncate(lane.len().saturating_sub(bytes as usize));
                }
                WireFault::BitSlip { lane: of, byte, bits } if of == number => {
                    slip(lane, (byte as usize).saturating_mul(8), bits);
                }
                _ => {}
            }
        }
    }
}

/// As many bytes, of which those after bit `at` begin some bits later or earlier; the trail fills the last one.
fn slip(lane: &mut [u8], at: usize, bits: i8) {
    let sent = lane.to_vec();
    let bit = |index: usize| sent.get(index / 8).map(|byte| byte >> (index % 8) & 1 == 1);
    let trail = !bit((8 * sent.len()).saturating_sub(1)).unwrap_or(true);
    let gained = usize::try_from(bits).unwrap_or(0);
    for (place, byte) in lane.iter_mut().enumerate() {
        *byte = (0..8).fold(0, |byte, order| {
            let index = 8 * place + order;
            let from = match index {
                _ if index < at => index,
                _ if index < at.saturating_add(gained) => at.saturating_sub(1),
                _ => index.saturating_add_signed(-isize::from(bits)),
            };
            byte | u8::from(bit(from).unwrap_or(trail)) << order
        });
    }
}

/// The flaws of each lane.
pub(crate) fn flaws(faults: &[WireFault], count: usize) -> [LaneFlaw; MAX_LANES] {
    let mut flaws = [LaneFlaw::default(); MAX_LANES];
    for (number, flaw) in (0_u8..).zip(&mut flaws).take(count) {
        let is = |lane: u8| lane == number;
        let has = |lane: Option<u8>| lane.is_none_or(|lane| lane == number);
        for fault in faults {
            match *fault {
                WireFault::SyncBit { lane, bit } if is(lane) => flaw.sync ^= 1 << (bit & 7),
                WireFault::SyncBits { lane, flips } if is(lane) => flaw.sync ^= flips,
                WireFault::Skew { lane, ui } if is(lane) => flaw.late = flaw.late.saturating_add(ui),
                WireFault::LostLane { lane } if is(lane) => flaw.absent = true,
                WireFault::InvertedPair { lane } if is(lane) => flaw.inverted ^= true,
                WireFault::EarlyEnd { lane, bytes } if has(lane) => flaw.early = bytes.saturating_mul(8),
                WireFault::BitSlip { lane, byte, bits } if is(lane) => {
                    flaw.slip = Some(BitSlip {
                        at: u64::from(byte).saturating_mul(8),
                        bits,
                    });
                }
                WireFault::Trail { lane, level } if has(lane) => flaw.trail = level,
                WireFault::ShortRequest { lane, ui } if is(lane) => flaw.request = Some(ui),
                _ => {}
            }
        }
    }
    flaws
}
