//! One data lane: from line states and sampled bits to bytes.

use crate::{LineState, SotVerdict, Tick};

/// What a lane did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LaneEvent {
    /// The sync byte was recognised; data starts with the next bit. `at` is the instant of the first data bit.
    Start {
        /// How well.
        sync: SotVerdict,
        /// When.
        at: Tick,
    },
    /// A data byte (trail bytes included: only the packet layer knows where data ends).
    Byte(u8),
    /// A deskew burst was recognised instead of a sync byte (sixteen ones, then a clock pattern). It carries no data.
    Deskew {
        /// When.
        at: Tick,
    },
    /// The lane entered HS but no sync byte was recognised before it left: the burst is lost.
    NoSync {
        /// When the lane left HS.
        at: Tick,
    },
    /// The lane returned to a low-power state.
    End {
        /// When.
        at: Tick,
        /// Bits after the last whole byte, 0 to 7.
        stray_bits: u8,
    },
    /// An illegal sequence of low-power states.
    Control {
        /// When.
        at: Tick,
    },
}

/// Receiver of one data lane. Feed it line states (where the capture shows them) and HS bits.
#[derive(Clone, Debug)]
pub struct LaneReceiver {
    state: u8,
}

impl LaneReceiver {
    /// A receiver that waits for a stop state (`sees_lp`) or, without LP wires, for zeros and a sync byte.
    pub fn new(sees_lp: bool) -> Self {
        let _ = sees_lp;
        todo!()
    }
    /// The pair's line state is now `state`.
    pub fn line(&mut self, state: LineState, at: Tick) -> Option<LaneEvent> {
        let _ = (state, at);
        todo!()
    }
    /// One HS bit, sampled at a clock edge or once per UI.
    pub fn bit(&mut self, bit: bool, at: Tick) -> Option<LaneEvent> {
        let _ = (bit, at);
        todo!()
    }
    /// Without LP wires nothing on the lane says that a burst is over: the packet layer does, by calling this.
    pub fn release(&mut self) {
        todo!()
    }
}
