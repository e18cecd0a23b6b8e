//! The kinds of faults of lanes and of low-power states.

use super::wire::{burst_time, is_no_sync};
use super::{Dice, Fault, FaultLayer, FaultRow, LowPowerFault, Parameter, Target, WireFault, WireLink};
use csi2_dphy::{EscapeCommand, SYNC, TrailLevel, TransmitTiming, lane_length};

pub(super) const SYNC_BIT: FaultRow = lanes(
    "sot-bit",
    "one wrong bit in the sync byte of a lane, with which receivers still take it",
    &[
        LANE,
        Parameter::new("bit", "bit of the sync byte, the first in time being 0", 0, 7),
    ],
    &["SOT_ERR"],
    |dice, target| {
        let lane = lane(dice, target)?;
        let bit = dice.pick("bit", 0, 7)? as u8;
        done(WireFault::SyncBit { lane, bit })
    },
);

pub(super) const SYNC_BITS: FaultRow = lanes(
    "sot-bits",
    "two or more wrong bits in the sync byte of a lane",
    &[
        LANE,
        Parameter::new("flips", "bits of the sync byte to flip, as a number", 3, 255),
    ],
    &["SOT_SYNC_ERR"],
    |dice, target| {
        let lane = lane(dice, target)?;
        let first = target.burst.get(usize::from(lane)).copied().unwrap_or(0);
        let from = dice.roll(0, 255);
        let flips = match dice.is_chosen("flips") {
            true => dice.pick("flips", 3, 255)? as u8,
            // The next from there on that is no sync byte one or more bits off.
            false => {
                let mut all = (0..256).map(|step| (from + step) as u8);
                let flips = all.find(|flips| is_no_sync(SYNC ^ flips, first))?;
                dice.decide("flips", flips.into()) as u8
            }
        };
        done(WireFault::SyncBits { lane, flips })
    },
);

pub(super) const SKEW: FaultRow = lanes(
    "skew",
    "a late lane: nothing within what the receiver permits, else the burst is lost",
    &[LANE, Parameter::new("ui", "UI that the lane is late by", 1, 1 << 16)],
    &["LANE_ALIGN_ERR"],
    |dice, target| {
        let lane = lane(dice, target).filter(|_| target.lanes > 1)?;
        let permitted = u64::from(WireLink::PERMITTED_SKEW);
        // A byte time from the limit: what the limit is, is a matter of the receiver.
        let time = burst_time(
            &TransmitTiming::for_rate(target.rate),
            target.burst.len(),
            target.lanes.into(),
        );
        let (least, most) = (permitted + 8, time.saturating_sub(8).min(4 * permitted));
        let ui = match dice.roll(0, 1) {
            1 if least <= most => dice.pick("ui", least, most)?,
            _ => dice.pick("ui", 1, permitted - 8)?,
        };
        done(WireFault::Skew { lane, ui: ui as u32 })
    },
);

pub(super) const LOST_LANE: FaultRow = lanes(
    "lost-lane",
    "a lane that stays in the stop state",
    &[LANE],
    &["LANE_ALIGN_ERR"],
    |dice, target| {
        let lane = lane(dice, target).filter(|_| target.lanes > 1)?;
        // All that a short packet has may be on the lanes before.
        let reaches = target.burst.len() > usize::from(lane);
        done(WireFault::LostLane { lane }).filter(|_| reaches)
    },
);

pub(super) const SWAPPED_LANES: FaultRow = lanes(
    "swapped-lanes",
    "two lanes that carry each other's bytes",
    &[
        Parameter::new("a", "lane", 0, 7),
        Parameter::new("b", "another one, with as many bytes", 0, 7),
    ],
    &[
        "ECC_DOUBLE",
        "ECC_CORRECTED",
        "CRC_ERR",
        "WC_SHORT",
        "TRAILING_DATA",
        "ID_ERR",
        "VC_UNEXPECTED",
        "WC_GRANULARITY",
    ],
    |dice, target| {
        let last = u64::from(target.lanes.checked_sub(1)?);
        let a = dice.pick_within("a", 0, last)?;
        let step = dice.roll(0, last);
        let b = match dice.is_chosen("b") {
            true => dice.pick_within("b", 0, last)?,
            false => {
                let mut others = (0..=last).map(|at| (a + step + at) % (last + 1));
                let other = others.find(|b| may_swap(target, a as usize, *b as usize))?;
                dice.decide("b", other)
            }
        };
        let lanes = [a as u8, b as u8];
        done(WireFault::SwappedLanes { lanes }).filter(|_| may_swap(target, a as usize, b as usize))
    },
);

pub(super) const INVERTED_PAIR: FaultRow = lanes(
    "inverted-pair",
    "P and N of a lane exchanged in high speed",
    &[LANE],
    &["SOT_SYNC_ERR"],
    |dice, target| {
        let lane = lane(dice, target)?;
        done(WireFault::InvertedPair { lane })
    },
);

pub(super) const EARLY_EOT: FaultRow = lanes(
    "early-eot",
    "a lane, or all of them, stop early",
    &[
        Parameter::new("lane", "lane; 8 is all", 0, 8),
        Parameter::new("bytes", "bytes of each of them", 1, 1 << 16),
    ],
    &["WC_SHORT", "CRC_ERR"],
    |dice, target| {
        let all = dice.roll(0, 1) == 1;
        let lane = match all && !dice.is_chosen("lane") {
            true => dice.decide("lane", 8),
            false => dice.pick("lane", 0, u64::from(target.lanes.checked_sub(1)?))?,
        };
        let lane = (lane < 8).then_some(lane as u8);
        let length = |lane: usize| lane_length(target.burst.len(), target.lanes.into(), lane) as u64;
        let least = match lane {
            Some(lane) if lane < target.lanes => length(lane.into()),
            Some(_) => return None,
            None => length(usize::from(target.lanes).checked_sub(1)?),
        };
        // The header stays.
        let header = 4_u64.div_ceil(u64::from(target.lanes));
        let bytes = dice.pick_within("bytes", 1, least.checked_sub(header)?)? as u32;
        done(WireFault::EarlyEnd { lane, bytes })
    },
);

pub(super) const BIT_SLIP: FaultRow = lanes(
    "bit-slip",
    "bits of a lane lost or gained on the way",
    &[
        LANE,
        Parameter::new("byte", "bytes of the lane before them", 1, 1 << 16),
        Parameter::new("bits", "how many", 1, 7),
        Parameter::new("gained", "0: lost, 1: gained", 0, 1),
    ],
    &["EOT_SYNC_ERR", "CRC_ERR"],
    |dice, target| {
        let lane = lane(dice, target)?;
        let length = lane_length(target.burst.len(), target.lanes.into(), lane.into()) as u64;
        // After the header.
        let header = 4_u64.div_ceil(u64::from(target.lanes));
        let byte = dice.pick_within("byte", header, length.checked_sub(2)?)? as u32;
        let bits = dice.pick("bits", 1, 7)? as i8;
        let bits = if dice.pick("gained", 0, 1)? == 1 { bits } else { -bits };
        done(WireFault::BitSlip { lane, byte, bits })
    },
);

pub(super) const CONSTANT_TRAIL: FaultRow = lanes(
    "constant-trail",
    "a trail that is not the inverse of the last bit",
    &[
        Parameter::new("lane", "lane; 8 is all", 0, 8),
        Parameter::new("level", "0: HS-0, 1: HS-1, 2: it toggles", 0, 2),
    ],
    &["EOT_SYNC_ERR", "TRAILING_DATA"],
    |dice, target| {
        let last = u64::from(target.lanes.checked_sub(1)?);
        let all = dice.roll(0, 1) == 1 && !dice.is_chosen("lane");
        let lane = if all {
            dice.decide("lane", 8)
        } else {
            dice.pick("lane", 0, last)?
        };
        let lane = (lane < 8).then_some(lane as u8);
        let level = match dice.pick("level", 0, 2)? {
            0 => TrailLevel::Low,
            1 => TrailLevel::High,
            _ => TrailLevel::Toggling,
        };
        done(WireFault::Trail { lane, level })
    },
);

pub(super) const DESKEW: FaultRow = lanes(
    "deskew",
    "a deskew burst between two bursts",
    &[Parameter::new("ui", "UI of its clock pattern", 64, 1 << 17)],
    &["SKEW_CAL_SEEN"],
    |dice, _| {
        let ui = dice.pick("ui", 1 << 10, 1 << 12)? as u32;
        done(WireFault::Deskew { ui })
    },
);

pub(super) const SHORT_LPX: FaultRow = low_power(
    "short-lpx",
    "a request that is shorter than T_LPX",
    &[LANE, Parameter::new("ui", "length of the request in UI", 1, 1 << 10)],
    &["TIMING_OUT_OF_RANGE"],
    |dice, target| {
        let lane = lane(dice, target)?;
        // 25 ns: what is beyond a limit by less than two samples is not seen.
        let most = u64::from(TransmitTiming::for_rate(target.rate).lpx / 2);
        let ui = dice.pick_within("ui", 1, most)? as u32;
        done(WireFault::ShortRequest { lane, ui })
    },
);

pub(super) const ILLEGAL_LP: FaultRow = low_power(
    "illegal-lp",
    "low-power states in an order that is no request, escape or return to stop",
    &[
        LANE,
        Parameter::new("sequence", "which order", 0, LowPowerFault::ILLEGAL.len() as u64 - 1),
    ],
    &["CONTROL_ERR"],
    |dice, target| {
        let sequence = dice.pick("sequence", 0, LowPowerFault::ILLEGAL.len() as u64 - 1)? as u8;
        stray(dice, target, LowPowerFault::Illegal { sequence })
    },
);

pub(super) const UNFINISHED_ESCAPE: FaultRow = low_power(
    "unfinished-escape",
    "an escape that is left before its command is complete",
    &[LANE, Parameter::new("bits", "bits of the command that are sent", 0, 7)],
    &["ESC_ENTRY_ERR"],
    |dice, target| {
        let bits = dice.pick("bits", 0, 7)? as u8;
        stray(dice, target, LowPowerFault::UnfinishedEscape { bits })
    },
);

pub(super) const UNKNOWN_ESCAPE: FaultRow = low_power(
    "unknown-escape",
    "an escape with a command that no table has",
    &[
        LANE,
        Parameter::new("command", "the command, the first bit in the highest position", 0, 255),
    ],
    &["ESC_ENTRY_ERR"],
    |dice, target| {
        let from = dice.roll(0, 255);
        let unknown = |command: &u8| EscapeCommand::from_bits(*command).is_none();
        let command = match dice.is_chosen("command") {
            true => Some(dice.pick("command", 0, 255)? as u8).filter(unknown)?,
            false => {
                let mut all = (0..256).map(|step| (from + step) as u8);
                let command = all.find(unknown)?;
                dice.decide("command", command.into()) as u8
            }
        };
        stray(dice, target, LowPowerFault::UnknownEscape { command })
    },
);

pub(super) const CUT_LPDT: FaultRow = low_power(
    "cut-lpdt",
    "low-power data that ends within a byte",
    &[
        LANE,
        Parameter::new("bits", "data bits that are sent, no multiple of eight", 1, 21),
    ],
    &["LPDT_SEEN", "LP_SYNC_ERR"],
    |dice, target| {
        let (bytes, left) = (dice.roll(0, 1), dice.roll(1, 7));
        let bits = match dice.is_chosen("bits") {
            true => dice.pick("bits", 1, 21).filter(|bits| bits % 8 != 0)?,
            false => dice.decide("bits", 8 * bytes + left),
        } as u8;
        stray(dice, target, LowPowerFault::CutData { bits })
    },
);

pub(super) const ESCAPE: FaultRow = low_power(
    "escape",
    "an escape as it should be, with a command that a camera link has little use for",
    &[
        LANE,
        Parameter::new("command", "place of the command in the table, ULPS left out", 0, 6),
    ],
    &["TRIGGER_SEEN", "LPDT_SEEN"],
    |dice, target| {
        let place = dice.pick("command", 0, 6)? as usize;
        let mut others = EscapeCommand::ALL
            .into_iter()
            .filter(|command| *command != EscapeCommand::Ulps);
        let command = others.nth(place)?;
        stray(dice, target, LowPowerFault::Escape { command })
    },
);

pub(super) const SHORT_WAKEUP: FaultRow = low_power(
    "short-wakeup",
    "an ultra-low-power state that ends too soon after its mark",
    &[LANE, Parameter::new("length", "length of the mark in T_LPX", 1, 32)],
    &["ULPS_SEEN", "TIMING_OUT_OF_RANGE"],
    |dice, target| {
        let length = dice.pick("length", 1, 32)? as u8;
        stray(dice, target, LowPowerFault::ShortWakeup { length })
    },
);

pub(super) const TURNAROUND: FaultRow = low_power(
    "turnaround",
    "a request that the other side drive the lane",
    &[LANE],
    &["TURNAROUND_SEEN"],
    |dice, target| stray(dice, target, LowPowerFault::Turnaround),
);

const LANE: Parameter = Parameter::new("lane", "lane", 0, 7);

const fn lanes(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    expect: &'static [&'static str],
    draw: Draw,
) -> FaultRow {
    FaultRow {
        name,
        layer: FaultLayer::Lanes,
        summary,
        parameters,
        hits: "bursts on lanes",
        expect,
        draw,
    }
}

const fn low_power(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    expect: &'static [&'static str],
    draw: Draw,
) -> FaultRow {
    FaultRow {
        layer: FaultLayer::LowPower,
        hits: "the time before a burst, on wires that show low-power states",
        ..lanes(name, summary, parameters, expect, draw)
    }
}

type Draw = fn(&mut Dice<'_>, &Target<'_>) -> Option<Fault>;

fn done(fault: WireFault) -> Option<Fault> {
    Some(Fault::Wire(fault))
}

fn stray(dice: &mut Dice<'_>, target: &Target<'_>, fault: LowPowerFault) -> Option<Fault> {
    let lane = lane(dice, target)?;
    done(WireFault::LowPower { lane, fault })
}

/// A lane of the link.
fn lane(dice: &mut Dice<'_>, target: &Target<'_>) -> Option<u8> {
    let last = target.lanes.checked_sub(1)?;
    Some(dice.pick_within("lane", 0, last.into())? as u8)
}

/// Whether two lanes have as many bytes of a burst, and others.
fn may_swap(target: &Target<'_>, a: usize, b: usize) -> bool {
    let count = usize::from(target.lanes).max(1);
    let length = |lane| lane_length(target.burst.len(), count, lane);
    let bytes = |lane| target.burst.iter().skip(lane).step_by(count);
    length(a) == length(b) && !bytes(a).eq(bytes(b))
}
