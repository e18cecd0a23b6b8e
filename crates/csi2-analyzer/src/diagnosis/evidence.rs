//! Everything that is known of a link at the end of its capture.

use super::Match;
use super::clue::{Clue, Seen};
use super::receiver::ReceiverWord;
use super::witness::Witness;
use crate::{BitErrors, Severity, Statistics, Tally, TimingReport};
use alloc::string::String;
use csi2_dphy::Timebase;
use csi2_sensors::Mode;

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'e> {
    pub(super) witness: &'e Witness,
    pub(super) facts: Facts<'e>,
}

/// What is known of the whole link, beside what its events showed. What a capture cannot know is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'e> {
    /// Counts of the analyzer.
    pub statistics: &'e Statistics,
    /// Durations of the line protocol.
    pub timing: Option<&'e TimingReport>,
    /// Length of a tick.
    pub timebase: Option<Timebase>,
    /// What the wires themselves show.
    pub wires: Option<Wires<'e>>,
    /// Bits per second of a lane that the user said.
    pub told_rate: Option<u64>,
    /// The same as the capture shows it.
    pub seen_rate: Option<u64>,
    /// Lanes that the user, or the names of the channels, said.
    pub told_lanes: Option<usize>,
    /// The clock lane stops between bursts.
    pub clock_pauses: Option<bool>,
    /// What the sensor should send.
    pub mode: Option<&'e Mode>,
    /// Places of wrong bits.
    pub bits: Option<&'e BitErrors>,
    /// What a receiver complained of.
    pub receiver: &'e [ReceiverWord],
}

/// How the wires lie by what they show.
#[derive(Clone, Copy, Debug)]
pub struct Wires<'e> {
    /// For each lane of the link, in the order of its bytes: the lane it is called.
    pub lane_order: &'e [usize],
    /// Lanes of the link whose P and N are exchanged.
    pub inverted: &'e [usize],
    /// The clock lane's are.
    pub clock_inverted: bool,
    /// The capture was read so. Else it was read as the user said, and this is what the wires show instead.
    pub applied: bool,
    /// Packet headers that are right so.
    pub headers: Tally,
    /// Payloads that are right so.
    pub checksums: Tally,
}

impl<'e> Facts<'e> {
    /// Nothing but the counts is known.
    pub fn new(statistics: &'e Statistics) -> Self {
        Self {
            statistics,
            timing: None,
            timebase: None,
            wires: None,
            told_rate: None,
            seen_rate: None,
            told_lanes: None,
            clock_pauses: None,
            mode: None,
            bits: None,
            receiver: &[],
        }
    }
}

impl<'e> Evidence<'e> {
    /// What `witness` saw of the link that `facts` are about.
    pub fn new(witness: &'e Witness, facts: Facts<'e>) -> Self {
        Self { witness, facts }
    }

    pub(super) fn of(&self, clue: Clue) -> &'e Seen {
        self.witness.clues.of(clue)
    }

    pub(super) fn count(&self, clue: Clue) -> u64 {
        self.of(clue).count
    }

    /// Nothing is wrong with what was received.
    pub(super) fn is_clean(&self) -> bool {
        self.witness.worst < Some(Severity::Warning)
    }

    /// There is one lane only.
    pub(super) fn is_single_lane(&self) -> bool {
        self.facts.told_lanes.unwrap_or(self.witness.lanes) == 1
    }

    /// More than half of all headers, and no few, are not right.
    pub(super) fn headers_fail(&self) -> bool {
        let headers = &self.witness.headers;
        headers.bad() >= 2 && 2 * headers.bad() > headers.all()
    }

    /// The wires lie otherwise than they were read, or than they are called on a link that has other trouble too.
    pub(super) fn rewired(&self) -> Option<Wires<'e>> {
        let wires = self.facts.wires.filter(|_| !self.is_clean())?;
        let sure = wires.headers.good > 0 && 2 * wires.headers.good >= wires.headers.all;
        sure.then_some(wires)
    }
}

impl Seen {
    /// A match at the first place of this clue.
    pub(super) fn matched(&self, evidence: String) -> Match {
        Match {
            first: self.first.map(|finding| finding.span),
            of_wires: self
                .first
                .is_some_and(|finding| finding.code == crate::FindingCode::TimingOutOfRange),
            channel: self.first.and_then(|finding| finding.channel),
            lane: self.only_lane(),
            count: self.count,
            evidence,
            ..Match::default()
        }
    }
}
