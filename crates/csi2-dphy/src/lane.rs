//! One data lane: from line states and sampled bits to bytes.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyDataDecoder.cpp`, `DPhyEscapeModeDecoder.cpp`;
//! Microchip CSI-2 documentation, high-speed transmission and escape mode.

use crate::lp::{LowPower, Meaning};
use crate::sot::{DESKEW_BITS, Entry, Found, LEAST_TURN_BLIND, REST_OF_SYNC, SYNC, SyncSearch};
use crate::strand::Strand;
use crate::trail::Trail;
use crate::{LineState, LowPowerEvent, SotVerdict, Tick};

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
    /// A deskew burst was recognised instead of a sync byte (sixteen ones, then a clock pattern), and is over. It carries
    /// no data.
    Deskew {
        /// When it ended.
        at: Tick,
        /// Bits of the clock pattern.
        length: u64,
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
    /// Escape mode, turnaround, or an illegal sequence of low-power states.
    LowPower(LowPowerEvent),
}

/// What HS bits are, if any come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Nothing: the lane is in a low-power state, or may be.
    Off,
    /// HS is requested, or has begun: the sync byte is looked for. Without LP wires, also between bursts.
    Search,
    /// The next bit is the first of the data.
    Synced(SotVerdict),
    /// Data bits.
    Data,
    /// A deskew burst.
    Deskew,
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
    low_power: LowPower,
    phase: Phase,
    search: SyncSearch,
    /// The last 64 bits, the newest on top.
    history: u64,
    /// Data bits at the top of `history` that no byte has been made of. More than 7 after a late decision.
    loose: u32,
    /// Bits taken so far, and how many of them came before the burst's first.
    bits: u64,
    first: u64,
    trail: Trail,
    /// Bits until the clock pattern of a deskew burst last changed its level.
    toggled: u64,
    candidate: Option<Candidate>,
}

impl LaneReceiver {
    /// A receiver that waits for a stop state (`sees_lp`) or, without LP wires, for zeros and a sync byte.
    pub fn new(sees_lp: bool) -> Self {
        Self {
            sees_lp,
            low_power: LowPower::new(false),
            phase: if sees_lp { Phase::Off } else { Phase::Search },
            search: SyncSearch::new(!sees_lp),
            history: 0,
            loose: 0,
            bits: 0,
            first: 0,
            trail: Trail::NONE,
            toggled: 0,
            candidate: None,
        }
    }

    /// The pair's line state is now `state`. Of a pair in HS, only LP-11 means something: HS-0 and HS-1 look like
    /// LP-01 and LP-10, and short LP-11 between bits should be left out by the caller.
    pub fn line(&mut self, state: LineState, at: Tick) -> Option<LaneEvent> {
        match self.low_power.line(state, at)? {
            Meaning::Request => {
                self.search.restart();
                self.phase = Phase::Search;
                None
            }
            Meaning::WrongLevel => {
                self.search.begins_high();
                None
            }
            Meaning::Stop { withdrawn } => self.stop(withdrawn, at),
            Meaning::Event(event) => Some(LaneEvent::LowPower(event)),
        }
    }

    /// One HS bit, sampled at a clock edge or once per UI.
    #[inline]
    pub fn bit(&mut self, bit: bool, at: Tick) -> Option<LaneEvent> {
        if self.phase == Phase::Off {
            return None;
        }
        self.history = self.history >> 1 | u64::from(bit) << 63;
        self.bits = self.bits.wrapping_add(1);
        let searches = !self.sees_lp || self.phase == Phase::Search;
        let found = if searches {
            self.search.bit(self.history, at)
        } else {
            None
        };
        match self.phase {
            Phase::Search if found.is_none() => None,
            Phase::Data if found.is_none() && self.candidate.is_none() => {
                self.loose += 1;
                self.take_byte().map(LaneEvent::Byte)
            }
            _ => self.change(bit, found, at),
        }
    }

    /// What comes of a bit that is more than one of many.
    fn change(&mut self, bit: bool, found: Option<Found>, at: Tick) -> Option<LaneEvent> {
        match self.phase {
            Phase::Search => match found? {
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
                    self.phase = Phase::Deskew;
                    self.first = self.bits.wrapping_sub(DESKEW_BITS.into());
                    self.toggled = self.bits;
                    None
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
            Phase::Deskew => {
                if bit != (self.history >> 62 & 1 == 1) {
                    self.toggled = self.bits;
                    return None;
                }
                // Without LP wires, the end of the pattern is all there is to see of the end.
                if self.sees_lp { None } else { self.end_deskew(at) }
            }
            Phase::Off => None,
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
        self.phase = Phase::Search;
        self.loose = 0;
    }

    /// Whether the lane has left the stop state for HS (requested or running).
    pub(crate) fn in_hs(&self) -> bool {
        self.phase != Phase::Off
    }

    /// Whether data bits flow.
    pub(crate) fn in_data(&self) -> bool {
        self.phase == Phase::Data
    }

    /// Whether a sync byte was due and did not come.
    pub(crate) fn is_lost(&self) -> bool {
        self.phase == Phase::Search && self.search.is_lost()
    }

    /// Whether a sync byte with a wrong bit and a deskew burst are both possible still.
    pub(crate) fn is_undecided(&self) -> bool {
        self.phase == Phase::Search && self.search.is_undecided()
    }

    /// Whether [`LaneReceiver::octet`] may take these bits next.
    pub(crate) fn is_steady(&self, bits: u8) -> bool {
        let steady = match self.phase {
            Phase::Data => self.loose < 8 && self.candidate.is_none(),
            Phase::Search => !self.sees_lp,
            _ => false,
        };
        steady && (self.sees_lp || self.search.quiet(bits))
    }

    /// One to eight bits at once, the first in the lowest position: the byte they complete, if data flows.
    pub(crate) fn octet(&mut self, bits: u8, count: u32) -> Option<u8> {
        self.history = self.history >> count | u64::from(bits) << (64 - count);
        self.bits = self.bits.wrapping_add(count.into());
        if !self.sees_lp {
            self.search.skip(bits, count);
        }
        if self.phase != Phase::Data {
            return None;
        }
        self.loose += count;
        self.take_byte()
    }

    /// Whether the next bits, the first in the lowest position, begin with what completes a clean sync byte.
    pub(crate) fn expects_sync(&self, bits: u8) -> bool {
        self.phase == Phase::Search && self.search.expects_sync(bits)
    }

    /// Those [`REST_OF_SYNC`] bits at once.
    pub(crate) fn pass_sync(&mut self) {
        self.history = self.history >> REST_OF_SYNC | u64::from(SYNC) << 56;
        self.bits = self.bits.wrapping_add(REST_OF_SYNC.into());
        if self.search.pass_sync(self.history).is_some() {
            self.phase = Phase::Synced(SotVerdict::Clean);
        }
    }

    /// The search behind a clean sync byte, the rest of which [is expected](LaneReceiver::expects_sync) and comes next. `None`
    /// if it would not be taken for one.
    pub(crate) fn synced(&self) -> Option<SyncSearch> {
        let mut search = self.search.clone();
        let history = self.history >> REST_OF_SYNC | u64::from(SYNC) << 56;
        search.pass_sync(history).map(|_| search)
    }

    /// A burst at once, without LP wires: the rest of its sync byte, `bytes` bytes, and that the first `own` of them were all.
    /// `search` and `history` are those after it.
    pub(crate) fn pass_burst(&mut self, search: SyncSearch, history: u64, bytes: u64, own: u64) {
        self.search = search;
        self.history = history;
        self.first = self.bits.wrapping_add(REST_OF_SYNC.into());
        self.bits = self.first.wrapping_add(bytes.saturating_mul(8));
        self.phase = Phase::Data;
        self.release_after(own);
    }

    /// Whether the bits of a [`Strand`] may come at once.
    pub(crate) fn may_leap(&self) -> bool {
        self.phase == Phase::Data
            && self.loose < 8
            && self.candidate.is_none()
            && (self.sees_lp || self.search.is_clear())
    }

    /// The first sync byte with a stop state before it in `strand` from `row` on, but for its last bits.
    pub(crate) fn next_entry(&self, strand: &Strand<'_>, row: usize) -> Option<Entry> {
        if self.sees_lp {
            return None;
        }
        self.search.next_entry(strand, row)
    }

    /// The search after `strand`. `None` if that takes to go through all of it, or if a burst may begin there.
    pub(crate) fn search_after(&self, strand: &Strand<'_>) -> Option<SyncSearch> {
        if self.sees_lp {
            return Some(self.search.clone());
        }
        self.search.after(strand)
    }

    /// All bits of `strand` at once, after which the search is `search`. The bytes they complete, but for those in rows.
    pub(crate) fn leap(&mut self, strand: &Strand<'_>, search: SyncSearch) -> impl Iterator<Item = u8> + use<> {
        if self.sees_lp {
            self.trail = self.trail.after(strand);
        }
        self.search = search;
        self.history = (strand.last >> 64) as u64;
        self.bits = self.bits.wrapping_add(strand.bits());
        self.loose = strand.tail_bits % 8;
        strand.tail_bytes()
    }

    /// So many bits of one level, one or more; only if the lane [may](LaneReceiver::may_coast) and is in HS.
    #[inline]
    pub(crate) fn coast(&mut self, level: bool, bits: u64) {
        if bits == 1 {
            self.history = self.history >> 1 | u64::from(level) << 63;
        } else {
            let constant = if level { u64::MAX } else { 0 };
            let shift = bits.min(64) as u32;
            let older = self.history.checked_shr(shift).unwrap_or(0);
            self.history = older | constant.checked_shl(64 - shift).unwrap_or(0);
        }
        self.bits = self.bits.wrapping_add(bits);
        self.search.coast(level, bits);
    }

    /// Whether so many bits of that level only make a run longer or, without LP wires, begin one and end nothing but a stop
    /// state.
    pub(crate) fn may_coast(&self, level: bool, bits: u64) -> bool {
        match self.phase {
            Phase::Off => true,
            Phase::Search if self.sees_lp => self.search.is_in_run(level),
            Phase::Search => self.search.may_coast(level, bits),
            _ => false,
        }
    }

    /// The last 64 bits, the newest on top.
    pub(crate) fn history(&self) -> u64 {
        self.history
    }

    /// The next whole byte of the bits at hand.
    pub(crate) fn take_byte(&mut self) -> Option<u8> {
        if self.loose < 8 || self.loose > 64 {
            return None;
        }
        let byte = (self.history >> (64 - self.loose)) as u8;
        self.loose -= 8;
        self.trail.follow(byte, self.history << self.loose.min(63));
        Some(byte)
    }

    /// Data bits no byte has been made of.
    pub(crate) fn loose_bits(&self) -> u64 {
        u64::from(self.loose)
    }

    /// Bits taken so far.
    pub(crate) fn bits(&self) -> u64 {
        self.bits
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

    /// A deskew burst that runs is over.
    pub(crate) fn end_deskew(&mut self, at: Tick) -> Option<LaneEvent> {
        if self.phase != Phase::Deskew {
            return None;
        }
        self.phase = if self.sees_lp { Phase::Off } else { Phase::Search };
        // A trail that is the inverse of the last bit goes on with the pattern, and cannot be told from one bit more.
        let length = self.toggled.wrapping_sub(self.first);
        Some(LaneEvent::Deskew { at, length })
    }

    /// Whether nothing is known of the lane yet.
    pub(crate) fn is_unknown(&self) -> bool {
        self.sees_lp && self.low_power.is_unknown()
    }

    /// Whether `state` would be one of the low-power protocol; see [`LowPower::counts`].
    pub(crate) fn counts(&self, state: LineState) -> bool {
        self.low_power.counts(state)
    }

    /// Bits of the trail, undefined ones at its end too: all since the level last changed for long.
    pub(crate) fn trail_bits(&self) -> u64 {
        self.trail.bits(self.history, self.loose)
    }

    /// Whether the trail began on a byte boundary. Up to a byte of bits before the stop state is undefined.
    pub(crate) fn ended_well(&self) -> bool {
        self.trail.ended_well(self.history, self.loose)
    }

    /// LP-11 after a request, and after HS if not `withdrawn`.
    fn stop(&mut self, withdrawn: bool, at: Tick) -> Option<LaneEvent> {
        let phase = core::mem::replace(&mut self.phase, Phase::Off);
        match phase {
            // A request alone was taken back; anything more was a burst.
            Phase::Search if withdrawn && !self.search.is_lost() => {
                Some(LaneEvent::LowPower(LowPowerEvent::Illegal { at }))
            }
            Phase::Search | Phase::Synced(_) => Some(LaneEvent::NoSync { at }),
            Phase::Data => {
                let stray_bits = (self.loose % 8) as u8;
                Some(LaneEvent::End { at, stray_bits })
            }
            Phase::Deskew => {
                self.phase = phase;
                self.end_deskew(at)
            }
            Phase::Off => None,
        }
    }

    /// Data flows; its first `loose` bits are already here. The sync byte's last bit is a one.
    fn begin(&mut self, loose: u32) {
        self.phase = Phase::Data;
        self.loose = loose;
        self.first = self.bits.wrapping_sub(u64::from(loose));
        self.trail = Trail::NONE;
    }
}
