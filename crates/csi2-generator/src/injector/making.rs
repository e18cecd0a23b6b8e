//! A burst while it is made.

use alloc::vec::Vec;

use crate::fault::{Fault, StreamFault, Target, WireFault};

/// What is sent instead of a burst. Its buffers are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Making {
    pub(super) bytes: Vec<u8>,
    pub(super) wire: Vec<WireFault>,
    /// Bursts that are sent before it.
    pub(super) before: Vec<StreamFault>,
    /// It is sent twice.
    pub(super) twice: bool,
    /// A packet of it that is sent after so many bursts.
    pub(super) late: Option<(Vec<u8>, u8)>,
    hit: Vec<u8>,
}

impl Making {
    /// Another burst, on which these faults are already.
    pub(super) fn begin(&mut self, wire: &[WireFault]) {
        self.bytes.clear();
        self.wire.clear();
        self.wire.extend_from_slice(wire);
        self.before.clear();
        self.twice = false;
        self.late = None;
    }

    /// The next packet, `first` of its burst, with a fault; whether that could be done.
    pub(super) fn strike(&mut self, fault: &Fault, target: &Target<'_>, first: bool) -> bool {
        let packet = target.packet;
        match *fault {
            Fault::Packet(fault) => {
                self.hit.clear();
                self.hit.extend_from_slice(packet);
                let done = fault.apply(&mut self.hit);
                self.bytes.extend_from_slice(&self.hit);
                return done;
            }
            Fault::Stream(StreamFault::Lost) => return true,
            Fault::Stream(StreamFault::Late { bursts }) => {
                self.late = Some((packet.to_vec(), bursts.clamp(1, StreamFault::LATEST)));
                return true;
            }
            Fault::Stream(StreamFault::Duplicate) => {
                // A burst of one packet makes two bursts.
                self.twice = first && target.last;
                if !self.twice {
                    self.bytes.extend_from_slice(packet);
                }
            }
            // Before the burst, not within it: not every receiver takes bursts of several packets.
            Fault::Stream(fault) => self.before.push(fault),
            Fault::Wire(fault) => self.wire.push(fault),
        }
        self.bytes.extend_from_slice(packet);
        true
    }
}
