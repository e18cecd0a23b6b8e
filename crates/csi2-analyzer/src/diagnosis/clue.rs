//! Clues: what findings say, by what the diagnosis needs to tell apart.

use crate::{Aspect, Detail, Finding, Mismatch};
use csi2_dphy::{Lane, MAX_LANES, TimingParameter};

/// What a finding says to the diagnosis.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Clue {
    /// A sync byte with one wrong bit.
    SyncBit,
    /// A lane without a sync byte.
    NoSync,
    /// A lane late or missing.
    LaneLate,
    /// Low-power states, commands or bytes that make no sense; turnarounds.
    LowPower,
    /// A burst that ends within a byte.
    LaneEnd,
    /// The way into high speed is too short or too long.
    Entry,
    /// The clock lane starts late or stops early.
    ClockTiming,
    /// LP-11 between bursts is too short.
    Exit,
    /// One bit of a header was put right.
    HeaderBit,
    /// A header that is lost.
    HeaderLost,
    /// A wrong checksum.
    Checksum,
    /// A burst that ends inside a header.
    HeaderCut,
    /// A burst that ends inside a long packet.
    PacketCut,
    /// Bytes behind a packet.
    Trailing,
    /// FS in an open frame.
    EndLost,
    /// FE, or rows, without a frame.
    StartLost,
    /// FS and FE that disagree.
    EndNumber,
    /// A frame number that cannot follow.
    FrameNumber,
    /// Fewer rows than in the frames before.
    RowsFewer,
    /// More rows.
    RowsMore,
    /// LS and LE that do not pair up, or not with the rows.
    LineMarks,
    /// A row number that cannot follow.
    RowNumber,
    /// A row of another length.
    RowLength,
    /// A row that is no whole number of pixels.
    Granularity,
    /// A first frame with fewer rows than all after it.
    StartUp,
    /// Against the profile: size of the image.
    Size,
    /// Embedded rows.
    EmbeddedRows,
    /// Exposures.
    Exposures,
    /// Bit rate of a lane.
    LaneRate,
}

/// How many clues there are.
const CLUES: usize = Clue::LaneRate as usize + 1;

/// How often a clue was seen, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: Option<Finding>,
    pub(super) last: Option<Finding>,
    /// Of these, before the second frame of their channel began.
    pub(super) early: u64,
    /// By data lane, and the clock lane last.
    lanes: [u64; MAX_LANES + 1],
    /// Least and greatest distance from one to the next, in packets; the same packet does not count twice.
    pub(super) spacing: Option<(u64, u64)>,
}

/// All clues of a capture.
#[derive(Clone, Debug)]
pub(super) struct Clues([Seen; CLUES]);

impl Default for Clues {
    fn default() -> Self {
        Self([const { Seen::NONE }; CLUES])
    }
}

impl Clues {
    /// `early`: it is of the first frame of its channel, or before.
    pub(super) fn take(&mut self, finding: &Finding, early: bool) {
        let Some((clue, lane)) = read(&finding.detail) else {
            return;
        };
        if let Some(seen) = self.0.get_mut(clue as usize) {
            seen.take(finding, lane, early);
        }
    }

    pub(super) fn of(&self, clue: Clue) -> &Seen {
        self.0.get(clue as usize).unwrap_or(&Seen::NONE)
    }
}

impl Seen {
    const NONE: Self = Self {
        count: 0,
        first: None,
        last: None,
        early: 0,
        lanes: [0; MAX_LANES + 1],
        spacing: None,
    };

    fn take(&mut self, finding: &Finding, lane: Option<Lane>, early: bool) {
        if let Some(last) = &self.last {
            let distance = finding.span.packet.saturating_sub(last.span.packet);
            if distance > 0 {
                let (least, most) = self.spacing.unwrap_or((distance, distance));
                self.spacing = Some((least.min(distance), most.max(distance)));
            }
        }
        self.count += 1;
        self.early += u64::from(early);
        self.first = self.first.or(Some(*finding));
        self.last = Some(*finding);
        if let Some(count) = lane.and_then(|lane| self.lanes.get_mut(index(lane))) {
            *count += 1;
        }
    }

    /// How often on this lane.
    pub(super) fn on(&self, lane: Lane) -> u64 {
        self.lanes.get(index(lane)).copied().unwrap_or(0)
    }

    /// Lanes that had it.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Lane> {
        let data = (0..MAX_LANES as u8).map(Lane::Data);
        data.chain([Lane::Clock]).filter(|lane| self.on(*lane) > 0)
    }

    /// The only lane that had it.
    pub(super) fn only_lane(&self) -> Option<Lane> {
        let mut lanes = self.lanes();
        let only = lanes.next();
        only.filter(|_| lanes.next().is_none())
    }
}

fn index(lane: Lane) -> usize {
    match lane {
        Lane::Data(lane) => usize::from(lane),
        Lane::Clock => MAX_LANES,
    }
}

/// One row a kind of detail.
fn read(detail: &Detail) -> Option<(Clue, Option<Lane>)> {
    let data = |lane| Some(Lane::Data(lane));
    let (clue, lane) = match *detail {
        // Lanes.
        Detail::SyncBit { lane } => (Clue::SyncBit, data(lane)),
        Detail::NoSync { lane } => (Clue::NoSync, data(lane)),
        Detail::LaneLate { lane } => (Clue::LaneLate, data(lane)),
        Detail::LineStates { lane } => (Clue::LowPower, Some(lane)),
        Detail::EscapeBits { lane, .. } | Detail::PartialByte { lane, .. } | Detail::Turnaround { lane } => {
            (Clue::LowPower, data(lane))
        }
        Detail::LaneEnd { lane } => (Clue::LaneEnd, data(lane)),
        // Durations: those by which receivers lose packets.
        Detail::Timing { parameter, lane, .. } => match parameter {
            TimingParameter::HsPrepare | TimingParameter::HsPrepareZero => (Clue::Entry, Some(lane)),
            TimingParameter::HsExit => (Clue::Exit, Some(lane)),
            TimingParameter::ClkPrepare
            | TimingParameter::ClkPrepareZero
            | TimingParameter::ClkPre
            | TimingParameter::ClkPost
            | TimingParameter::ClkTrail => (Clue::ClockTiming, Some(lane)),
            _ => return None,
        },
        // Packets.
        Detail::HeaderBit { .. } | Detail::CheckBit { .. } => (Clue::HeaderBit, None),
        Detail::HeaderLost { .. } | Detail::HeaderImplausible { .. } => (Clue::HeaderLost, None),
        Detail::Checksum { .. } => (Clue::Checksum, None),
        Detail::HeaderCut { .. } => (Clue::HeaderCut, None),
        Detail::PayloadCut { .. } | Detail::FooterCut { .. } => (Clue::PacketCut, None),
        Detail::Trailing { .. } => (Clue::Trailing, None),
        // Frames.
        Detail::StartInFrame { .. } => (Clue::EndLost, None),
        Detail::EndWithoutStart { .. } | Detail::OutsideFrame { .. } => (Clue::StartLost, None),
        Detail::FrameNumbers { .. } => (Clue::EndNumber, None),
        Detail::FrameSequence { .. } | Detail::FrameCount { .. } => (Clue::FrameNumber, None),
        // Rows.
        Detail::LineCount { lines, expected, .. } if lines < expected => (Clue::RowsFewer, None),
        Detail::LineCount { .. } => (Clue::RowsMore, None),
        Detail::LineEndWithoutStart { .. }
        | Detail::LineNotEnded { .. }
        | Detail::LineNumbers { .. }
        | Detail::LineUnwrapped { .. }
        | Detail::LineWrapped { .. }
        | Detail::LineNotParted { .. } => (Clue::LineMarks, None),
        Detail::LineSequence { .. } => (Clue::RowNumber, None),
        Detail::LineLength { .. } => (Clue::RowLength, None),
        Detail::Granularity { .. } => (Clue::Granularity, None),
        Detail::StartUpFrame { .. } => (Clue::StartUp, None),
        // The profile.
        Detail::Profile(Mismatch { aspect, .. }) => match aspect {
            Aspect::Size => (Clue::Size, None),
            Aspect::EmbeddedRows => (Clue::EmbeddedRows, None),
            Aspect::Exposures => (Clue::Exposures, None),
            Aspect::LaneRate => (Clue::LaneRate, None),
            _ => return None,
        },
        // News, and what follows from another finding.
        _ => return None,
    };
    Some((clue, lane))
}
