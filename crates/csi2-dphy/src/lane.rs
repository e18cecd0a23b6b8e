//! One data lane: from line states and sampled bits to bytes.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`, `DPhyEscapeModeDecoder.cpp`;
//! Microchip CSI-2 documentation, high-speed transmission and escape mode.

use crate::sot::{Found, LEAST_TURN_BLIND, SyncSearch};
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

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Before the first stop state: where in a burst the capture began is unknown.
    Unknown,
    /// LP-11.
    Stop,
    /// HS is requested, or has begun: the sync byte is looked for. Without LP wires, also between bursts.
    Search {
        /// LP-00 was seen.
        bridge: bool,
    },
    /// The next bit is the first of the data.
    Synced(SotVerdict),
    /// Data bits.
    Data,
    /// A deskew burst.
    Deskew,
    /// LP-10 was seen.
    EscapeRequest,
    /// Escape mode or turnaround: not followed.
    Escape,
}

/// Where the constant run at the end of a lane's bytes began. The trail is the inverse of the last data bit, so in an
/// undamaged burst it begins on a byte boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trail {
    /// The last byte is not constant.
    None,
    /// On a byte boundary.
    Aligned,
    /// Within a byte.
    Misaligned,
}

/// A sync byte within a running burst, found without LP wires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) sync: SotVerdict,
    /// Bits of this lane before the first data bit.
    pub(crate) start: u64,
    /// Instant of the first data bit, once it is there.
    pub(crate) at: Option<Tick>,
    /// Bytes of the running burst before the stop state.
    pub(crate) before: u64,
}

/// Receiver of one data lane. Feed it line states (where the capture shows them) and HS bits.
#[derive(Clone, Debug)]
pub struct LaneReceiver {
    sees_lp: bool,
    phase: Phase,
    search: SyncSearch,
    /// The last 64 bits, the newest on top.
    history: u64,
    /// Data bits at the top of `history` that no byte has been made of. More than 7 after a late decision.
    loose: u32,
    /// Bits taken so far, and how many of them came before the burst's first.
    bits: u64,
    first: u64,
    /// Level of the last bit of the last byte.
    level: bool,
    trail: Trail,
    trail_before: Trail,
    candidate: Option<Candidate>,
}

impl LaneReceiver {
    /// A receiver that waits for a stop state (`sees_lp`) or, without LP wires, for zeros and a sync byte.
    pub fn new(sees_lp: bool) -> Self {
        Self {
            sees_lp,
            phase: if sees_lp {
                Phase::Unknown
            } else {
                Phase::Search { bridge: false }
            },
            search: SyncSearch::new(!sees_lp),
            history: 0,
            loose: 0,
            bits: 0,
            first: 0,
            level: true,
            trail: Trail::None,
            trail_before: Trail::None,
            candidate: None,
        }
    }

    /// The pair's line state is now `state`. Of a pair in HS, only LP-11 means something: HS-0 and HS-1 look like
    /// LP-01 and LP-10, and short LP-11 between bits should be left out by the caller.
    pub fn line(&mut self, state: LineState, at: Tick) -> Option<LaneEvent> {
        use LineState::{Lp00, Lp01, Lp10, Lp11};
        let (phase, event) = match (self.phase, state) {
            // The first stop state.
            (Phase::Unknown, Lp11) => (Phase::Stop, None),
            (Phase::Unknown, _) => (Phase::Unknown, None),
            (Phase::Stop, Lp11) => (Phase::Stop, None),
            // HS request; with LP-00, the request was too short for the sampling rate.
            (Phase::Stop, Lp01) => (self.enter(false), None),
            (Phase::Stop, Lp00) => (self.enter(true), None),
            // Escape or turnaround request.
            (Phase::Stop, Lp10) => (Phase::EscapeRequest, None),
            (Phase::EscapeRequest, Lp00) => (Phase::Escape, None),
            (Phase::EscapeRequest, Lp10) => (Phase::EscapeRequest, None),
            // A request must be followed by LP-00.
            (Phase::EscapeRequest, Lp01) => (Phase::Escape, Some(LaneEvent::Control { at })),
            (Phase::EscapeRequest, Lp11) => (Phase::Stop, Some(LaneEvent::Control { at })),
            (Phase::Escape, Lp11) => (Phase::Stop, None),
            (Phase::Escape, _) => (Phase::Escape, None),
            // The bridge. HS has no visible beginning of its own.
            (Phase::Search { .. }, Lp00) => (Phase::Search { bridge: true }, None),
            (Phase::Search { bridge }, Lp11) => {
                // A request alone was taken back; anything more was a burst.
                let hs = bridge || self.search.is_lost();
                (
                    Phase::Stop,
                    Some(if hs {
                        LaneEvent::NoSync { at }
                    } else {
                        LaneEvent::Control { at }
                    }),
                )
            }
            (Phase::Search { bridge }, Lp01 | Lp10) => (Phase::Search { bridge }, None),
            (Phase::Synced(_), Lp11) => (Phase::Stop, Some(LaneEvent::NoSync { at })),
            (Phase::Data, Lp11) => {
                let stray_bits = (self.loose % 8) as u8;
                (Phase::Stop, Some(LaneEvent::End { at, stray_bits }))
            }
            (Phase::Deskew, Lp11) => (Phase::Stop, None),
            (Phase::Synced(_) | Phase::Data | Phase::Deskew, _) => (self.phase, None),
        };
        self.phase = phase;
        event
    }

    /// One HS bit, sampled at a clock edge or once per UI.
    pub fn bit(&mut self, bit: bool, at: Tick) -> Option<LaneEvent> {
        if matches!(
            self.phase,
            Phase::Unknown | Phase::Stop | Phase::EscapeRequest | Phase::Escape
        ) {
            return None;
        }
        self.history = self.history >> 1 | u64::from(bit) << 63;
        self.bits = self.bits.wrapping_add(1);
        let searches = !self.sees_lp || matches!(self.phase, Phase::Search { .. });
        let found = if searches {
            self.search.bit(self.history, at)
        } else {
            None
        };
        match self.phase {
            Phase::Search { .. } => match found? {
                Found::Sync { verdict, behind: 0, .. } => {
                    self.phase = Phase::Synced(verdict);
                    None
                }
                Found::Sync {
                    verdict,
                    behind,
                    at: first,
                    ..
                } => {
                    self.begin(u32::from(behind));
                    Some(LaneEvent::Start {
                        sync: verdict,
                        at: first.unwrap_or(at),
                    })
                }
                Found::Deskew => {
                    if self.sees_lp {
                        self.phase = Phase::Deskew;
                    }
                    Some(LaneEvent::Deskew { at })
                }
            },
            Phase::Synced(sync) => {
                self.begin(1);
                Some(LaneEvent::Start { sync, at })
            }
            Phase::Data => {
                self.loose += 1;
                if let Some(candidate) = &mut self.candidate {
                    candidate.at.get_or_insert(at);
                }
                if let Some(Found::Sync {
                    verdict,
                    behind,
                    at,
                    stop_at: Some(stop_at),
                }) = found
                {
                    let start = self.bits.wrapping_sub(u64::from(behind));
                    let before = stop_at.saturating_sub(self.first) / 8;
                    // Sooner, it is a header that looks like that.
                    if start.wrapping_sub(self.first) >= LEAST_TURN_BLIND {
                        self.candidate = Some(Candidate {
                            sync: verdict,
                            start,
                            at,
                            before,
                        });
                    }
                }
                self.take_byte().map(LaneEvent::Byte)
            }
            _ => None,
        }
    }

    /// Without LP wires nothing on the lane says that a burst is over: the packet layer does, by calling this.
    pub fn release(&mut self) {
        self.release_after(0);
    }

    /// The same, when `bytes` bytes of this lane are known to belong to the burst: nothing in them is taken for the
    /// stop state before the next one.
    pub fn release_after(&mut self, bytes: u64) {
        self.candidate = None;
        if self.sees_lp {
            return;
        }
        if self.phase == Phase::Data {
            let floor = if bytes > 0 {
                self.first.saturating_add(bytes.saturating_mul(8))
            } else {
                0
            };
            self.search.ignore_until(floor);
        }
        self.phase = Phase::Search { bridge: false };
        self.loose = 0;
    }

    /// Whether the lane has left the stop state for HS (requested or running).
    pub(crate) fn in_hs(&self) -> bool {
        matches!(
            self.phase,
            Phase::Search { .. } | Phase::Synced(_) | Phase::Data | Phase::Deskew
        )
    }

    /// Whether data bits flow.
    pub(crate) fn in_data(&self) -> bool {
        self.phase == Phase::Data
    }

    /// Whether a sync byte was due and did not come.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.phase, Phase::Search { .. }) && self.search.is_lost()
    }

    /// Whether a sync byte with a wrong bit and a deskew burst are both possible still.
    pub(crate) fn is_undecided(&self) -> bool {
        matches!(self.phase, Phase::Search { .. }) && self.search.is_undecided()
    }

    /// Whether [`LaneReceiver::octet`] may take the next eight bits.
    pub(crate) fn is_steady(&self, bits: u8) -> bool {
        let steady = match self.phase {
            Phase::Data => self.loose < 8 && self.candidate.is_none(),
            Phase::Search { .. } => !self.sees_lp,
            _ => false,
        };
        steady && (self.sees_lp || self.search.quiet(bits))
    }

    /// Eight bits at once, the first in the lowest position: the byte they complete, if data flows.
    pub(crate) fn octet(&mut self, bits: u8) -> Option<u8> {
        self.history = self.history >> 8 | u64::from(bits) << 56;
        self.bits = self.bits.wrapping_add(8);
        if !self.sees_lp {
            self.search.skip(bits);
        }
        if self.phase != Phase::Data {
            return None;
        }
        self.loose += 8;
        self.take_byte()
    }

    /// The next whole byte of the bits at hand.
    pub(crate) fn take_byte(&mut self) -> Option<u8> {
        if self.loose < 8 || self.loose > 64 {
            return None;
        }
        let byte = (self.history >> (64 - self.loose)) as u8;
        self.loose -= 8;
        self.follow_trail(byte);
        Some(byte)
    }

    /// Data bits no byte has been made of.
    pub(crate) fn loose_bits(&self) -> u64 {
        u64::from(self.loose)
    }

    /// The sync byte seen within the running burst.
    pub(crate) fn candidate(&self) -> Option<Candidate> {
        self.candidate
    }

    /// Bits of this lane since the candidate's first.
    pub(crate) fn candidate_age(&self) -> Option<u64> {
        self.candidate.map(|candidate| self.bits.wrapping_sub(candidate.start))
    }

    pub(crate) fn forget_candidate(&mut self) {
        self.candidate = None;
    }

    /// The candidate starts the lane's next burst: its bits so far become data. Returns whether there are any; the next
    /// one starts the burst otherwise.
    pub(crate) fn adopt(&mut self, candidate: Candidate) -> bool {
        let age = self.bits.wrapping_sub(candidate.start);
        self.candidate = None;
        if age == 0 {
            self.phase = Phase::Synced(candidate.sync);
            return false;
        }
        self.begin(age.min(64) as u32);
        true
    }

    /// Whether the trail began on a byte boundary. Up to a byte of bits before the stop state is undefined.
    pub(crate) fn ended_well(&self) -> bool {
        if self.trail == Trail::Aligned || self.trail_before == Trail::Aligned {
            return true;
        }
        // A trail shorter than a byte: the loose bits are constant and the inverse of the last data bit.
        let loose = self.loose.min(63);
        let constant = if self.level {
            self.history.leading_zeros()
        } else {
            self.history.leading_ones()
        };
        self.trail == Trail::None && loose > 0 && constant == loose
    }

    /// HS was requested.
    fn enter(&mut self, bridge: bool) -> Phase {
        self.search.restart();
        Phase::Search { bridge }
    }

    /// Data flows; its first `loose` bits are already here. The sync byte's last bit is a one.
    fn begin(&mut self, loose: u32) {
        self.phase = Phase::Data;
        self.loose = loose;
        self.first = self.bits.wrapping_sub(u64::from(loose));
        self.level = true;
        self.trail = Trail::None;
        self.trail_before = Trail::None;
    }

    fn follow_trail(&mut self, byte: u8) {
        let level = byte >> 7 == 1;
        self.trail_before = self.trail;
        self.trail = match byte {
            0x00 | 0xFF if level != self.level => Trail::Aligned,
            0x00 | 0xFF if self.trail == Trail::None => Trail::Misaligned,
            0x00 | 0xFF => self.trail,
            _ => Trail::None,
        };
        self.level = level;
    }
}
