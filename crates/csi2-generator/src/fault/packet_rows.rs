//! The kinds of faults of packets and of their order.

use super::{Dice, Fault, FaultLayer, FaultRow, PacketFault, Parameter, StreamFault, Target};
use csi2_packet::{DataType, PacketHeader, VirtualChannel};

/// Header bits that both header codes guard.
const GUARDED: u64 = 29;
/// Bytes by which a packet is cut, or its word count is raised, at least: the trail of eight lanes would fill fewer.
const BEYOND_TRAIL: u64 = 256;
/// Bytes appended at least: as many as there are lanes pass for the cut end of a trail.
const BEYOND_LANES: u64 = 16;

pub(super) const HEADER_BIT: FaultRow = row(
    "header-bit",
    "one wrong bit in a header, which the ECC corrects",
    &[Parameter::new(
        "bit",
        "bit of the header: 0 to 23 data, 24 to 29 check bits, 30 and 31 channel extension",
        0,
        31,
    )],
    "all packets",
    &["ECC_CORRECTED"],
    |dice, _| {
        let bit = dice.pick("bit", 0, GUARDED)? as u8;
        Some(Fault::Packet(PacketFault::HeaderBit { bit }))
    },
);

pub(super) const HEADER_BITS: FaultRow = row(
    "header-bits",
    "two wrong bits in a header, which the ECC sees and cannot correct",
    &[
        Parameter::new("first", "bit of the header", 0, GUARDED),
        Parameter::new("second", "another one", 0, GUARDED),
    ],
    "all packets",
    &["ECC_DOUBLE"],
    |dice, _| {
        let bits = bits(dice, ["first", "second"])?;
        Some(Fault::Packet(PacketFault::HeaderBits { bits }))
    },
);

pub(super) const HEADER_BITS_3: FaultRow = row(
    "header-bits-3",
    "three wrong bits in a header, which the ECC mostly takes for another one",
    &[
        Parameter::new("first", "bit of the header", 0, GUARDED),
        Parameter::new("second", "another one", 0, GUARDED),
        Parameter::new("third", "a third one", 0, GUARDED),
    ],
    "all packets",
    &[
        "ECC_CORRECTED",
        "ECC_DOUBLE",
        "CRC_ERR",
        "WC_SHORT",
        "TRAILING_DATA",
        "WC_GRANULARITY",
        "ID_ERR",
        "VC_UNEXPECTED",
    ],
    |dice, _| {
        let bits = bits(dice, ["first", "second", "third"])?;
        Some(Fault::Packet(PacketFault::HeaderBits3 { bits }))
    },
);

pub(super) const PAYLOAD_BIT: FaultRow = row(
    "payload-bit",
    "wrong bits in a payload",
    &[
        Parameter::new("byte", "byte of the payload of the first wrong bit", 0, 65_534),
        Parameter::new("bit", "bit of that byte", 0, 7),
        Parameter::new(
            "count",
            "wrong bits, one when absent; the others are anywhere in the payload",
            1,
            64,
        ),
    ],
    "long packets with a payload",
    &["CRC_ERR"],
    |dice, target| {
        let payload = u64::from(long(target)?);
        let byte = dice.pick_within("byte", 0, payload.checked_sub(1)?)? as usize;
        let bit = dice.pick("bit", 0, 7)? as u8;
        let count = if dice.is_chosen("count") {
            dice.pick_within("count", 1, payload * 8)? as u8
        } else {
            1
        };
        Some(Fault::Packet(if count > 1 {
            let seed = dice.roll(0, u64::MAX - 1);
            PacketFault::PayloadBits { byte, bit, count, seed }
        } else {
            PacketFault::PayloadBit { byte, bit }
        }))
    },
);

pub(super) const CHECKSUM: FaultRow = row(
    "checksum",
    "wrong bits in a footer, the payload being good",
    &[Parameter::new("flip", "bits to flip", 1, 65_535)],
    "long packets",
    &["CRC_ERR"],
    |dice, target| {
        long(target)?;
        let flip = dice.pick("flip", 1, 65_535)? as u16;
        Some(Fault::Packet(PacketFault::Checksum { flip }))
    },
);

pub(super) const WORD_COUNT_SHORT: FaultRow = row(
    "word-count-short",
    "a smaller word count, with its ECC: the footer is read from the payload, and bytes are left",
    &[Parameter::new("word", "bytes announced", 1, 65_534)],
    "long packets with two bytes of payload or more",
    &["CRC_ERR", "TRAILING_DATA", "WC_GRANULARITY"],
    |dice, target| {
        let word = dice.pick_within("word", 1, u64::from(long(target)?.checked_sub(1)?))? as u16;
        Some(Fault::Packet(PacketFault::WordCount { word }))
    },
);

pub(super) const WORD_COUNT_LONG: FaultRow = row(
    "word-count-long",
    "a larger word count, with its ECC: the burst ends inside the packet",
    &[Parameter::new("word", "bytes announced", 1, 65_535)],
    "long packets that end their burst and leave room for a larger count",
    &["WC_SHORT"],
    |dice, target| {
        let old = u64::from(long(target).filter(|_| target.last)?);
        let least = if dice.is_chosen("word") { 1 } else { BEYOND_TRAIL };
        let word = dice.pick_within("word", old + least, 65_535)? as u16;
        Some(Fault::Packet(PacketFault::WordCount { word }))
    },
);

pub(super) const WORD_COUNT_ZERO: FaultRow = row(
    "word-count-zero",
    "a word count of zero, with its ECC",
    &[],
    "long packets with a payload",
    &["CRC_ERR", "TRAILING_DATA"],
    |_, target| {
        long(target).filter(|&payload| payload > 0)?;
        Some(Fault::Packet(PacketFault::WordCount { word: 0 }))
    },
);

pub(super) const TRUNCATE: FaultRow = row(
    "truncate",
    "a burst that ends early",
    &[Parameter::new(
        "length",
        "bytes of the packet that remain, its header with them",
        4,
        65_540,
    )],
    "long packets that end their burst, and of which enough can be cut off",
    &["WC_SHORT"],
    |dice, target| {
        long(target).filter(|_| target.last)?;
        // Of packets shorter than any trail, half.
        let whole = target.packet.len() as u64;
        let margin = if dice.is_chosen("length") {
            1
        } else {
            BEYOND_TRAIL.min(whole / 2).max(1)
        };
        let length = dice.pick_within("length", PacketHeader::SIZE as u64, whole.checked_sub(margin)?)? as usize;
        Some(Fault::Packet(PacketFault::Truncate { length }))
    },
);

pub(super) const APPEND: FaultRow = row(
    "append",
    "bytes behind a packet that are neither trail nor packet",
    &[Parameter::new("length", "bytes", 1, 255)],
    "packets that end their burst",
    &["TRAILING_DATA"],
    |dice, target| {
        let length = dice.pick("length", BEYOND_LANES, 64).filter(|_| target.last)? as u8;
        Some(Fault::Packet(PacketFault::Append { length }))
    },
);

pub(super) const LOST: FaultRow = row(
    "lost",
    "a packet that is not sent",
    &[],
    "all packets",
    &["FRAME_SYNC_ERR", "LINE_SYNC_ERR", "LINE_COUNT_CHANGE", "YUV420_WC_ERR"],
    |_, _| Some(Fault::Stream(StreamFault::Lost)),
);

pub(super) const LOST_FS: FaultRow = lost(
    "lost-fs",
    "a frame start that is not sent",
    "frame starts",
    &["FRAME_SYNC_ERR"],
    |_, target| lose(target, DataType::FRAME_START),
);

pub(super) const LOST_FE: FaultRow = lost(
    "lost-fe",
    "a frame end that is not sent",
    "frame ends",
    &["FRAME_SYNC_ERR"],
    |_, target| lose(target, DataType::FRAME_END),
);

pub(super) const LOST_LS: FaultRow = lost(
    "lost-ls",
    "a line start that is not sent",
    "line starts",
    &["LINE_SYNC_ERR"],
    |_, target| lose(target, DataType::LINE_START),
);

pub(super) const LOST_LE: FaultRow = lost(
    "lost-le",
    "a line end that is not sent",
    "line ends",
    &["LINE_SYNC_ERR"],
    |_, target| lose(target, DataType::LINE_END),
);

pub(super) const DUPLICATE: FaultRow = row(
    "duplicate",
    "a packet that is sent twice",
    &[],
    "all packets",
    &["FRAME_SYNC_ERR", "LINE_SYNC_ERR", "LINE_COUNT_CHANGE", "YUV420_WC_ERR"],
    |_, _| Some(Fault::Stream(StreamFault::Duplicate)),
);

pub(super) const REORDER: FaultRow = row(
    "reorder",
    "a packet that is sent after others that should follow it",
    &[Parameter::new(
        "bursts",
        "bursts that overtake it",
        1,
        StreamFault::LATEST as u64,
    )],
    "all packets",
    &[
        "FRAME_SYNC_ERR",
        "LINE_SYNC_ERR",
        "DATA_OUTSIDE_FRAME",
        "LINE_SEQ_ERR",
        "LINE_COUNT_CHANGE",
        "YUV420_WC_ERR",
    ],
    |dice, _| {
        let bursts = dice.pick("bursts", 1, 2)? as u8;
        Some(Fault::Stream(StreamFault::Late { bursts }))
    },
);

pub(super) const FRAME_NUMBER: FaultRow = row(
    "frame-number",
    "another number in a frame start or frame end, with its ECC",
    &[Parameter::new("number", "number", 0, 65_535)],
    "frame starts and frame ends",
    &["FRAME_SYNC_ERR", "FRAME_SEQ_ERR"],
    |dice, target| renumber(dice, target, [DataType::FRAME_START, DataType::FRAME_END]),
);

pub(super) const LINE_NUMBER: FaultRow = row(
    "line-number",
    "another number in a line start or line end, with its ECC",
    &[Parameter::new("number", "number", 0, 65_535)],
    "line starts and line ends",
    &["LINE_SYNC_ERR", "LINE_SEQ_ERR"],
    |dice, target| renumber(dice, target, [DataType::LINE_START, DataType::LINE_END]),
);

pub(super) const DATA_TYPE: FaultRow = row(
    "data-type",
    "another data type, with its ECC; a reserved one unless chosen",
    &[Parameter::new(
        "dt",
        "code, short for short packets and long for long ones",
        0,
        63,
    )],
    "all packets",
    &["ID_ERR", "LINE_SYNC_ERR", "LINE_COUNT_CHANGE", "WC_GRANULARITY"],
    |dice, target| {
        let is_short = target.header.data_type.is_short();
        let chosen = dice.is_chosen("dt");
        // The codes of this length without a meaning, but for the one that may be the end of a transmission.
        let reserved = || {
            let all = DataType::all().filter(move |of| of.is_short() == is_short && !of.is_assigned());
            all.filter(|of| of.code() != 0x04)
        };
        let code = if chosen {
            dice.pick("dt", 0, 63)?
        } else {
            let count = reserved().count() as u64;
            let index = dice.roll(0, count.checked_sub(1)?) as usize;
            let code = u64::from(reserved().nth(index)?.code());
            dice.decide("dt", code)
        };
        let data_type = DataType::from_bits(code as u8);
        let other = data_type != target.header.data_type && data_type.is_short() == is_short;
        other.then_some(Fault::Packet(PacketFault::DataType { data_type }))
    },
);

pub(super) const CHANNEL: FaultRow = row(
    "channel",
    "another virtual channel, with its ECC",
    &[Parameter::new("vc", "virtual channel", 0, 15)],
    "all packets",
    &["FRAME_SYNC_ERR", "DATA_OUTSIDE_FRAME", "LINE_SYNC_ERR", "VC_UNEXPECTED"],
    |dice, target| {
        let channel = other_channel(dice, target)?;
        let other = channel != target.header.channel;
        other.then_some(Fault::Packet(PacketFault::Channel { channel }))
    },
);

pub(super) const NULL: FaultRow = row(
    "null",
    "a null packet before a packet, which receivers ignore",
    &[Parameter::new("length", "bytes of its payload", 0, 65_535)],
    "all packets",
    &[],
    |dice, target| filler(dice, target, DataType::NULL),
);

pub(super) const BLANKING: FaultRow = row(
    "blanking",
    "a blanking packet before a packet, which receivers ignore",
    &[Parameter::new("length", "bytes of its payload", 0, 65_535)],
    "all packets",
    &[],
    |dice, target| filler(dice, target, DataType::BLANKING),
);

pub(super) const INTERLEAVE: FaultRow = row(
    "interleave",
    "a whole frame of another virtual channel before a packet",
    &[
        Parameter::new("vc", "virtual channel", 0, 15),
        Parameter::new("lines", "lines of RAW8", 0, 255),
        Parameter::new("length", "bytes of a line", 1, 4096),
    ],
    "all packets",
    &[],
    |dice, target| {
        let channel = other_channel(dice, target)?;
        let lines = dice.pick("lines", 1, 3)? as u8;
        let length = dice.pick("length", 1, 64)? as u16;
        let seed = dice.roll(0, u64::MAX - 1);
        let other = channel != target.header.channel;
        other.then_some(Fault::Stream(StreamFault::Frame {
            channel,
            lines,
            length,
            seed,
        }))
    },
);

type Draw = fn(&mut Dice<'_>, &Target<'_>) -> Option<Fault>;

const fn row(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    hits: &'static str,
    expect: &'static [&'static str],
    draw: Draw,
) -> FaultRow {
    FaultRow {
        name,
        layer: FaultLayer::Packet,
        summary,
        parameters,
        hits,
        expect,
        draw,
    }
}

const fn lost(
    name: &'static str,
    summary: &'static str,
    hits: &'static str,
    expect: &'static [&'static str],
    draw: Draw,
) -> FaultRow {
    row(name, summary, &[], hits, expect, draw)
}

/// Different header bits.
fn bits<const N: usize>(dice: &mut Dice<'_>, names: [&'static str; N]) -> Option<[u8; N]> {
    let mut bits = [0; N];
    for (at, name) in names.into_iter().enumerate() {
        let taken = bits.get(..at)?;
        // Of the bits that are left, each as likely.
        let bit = if dice.is_chosen(name) {
            dice.pick(name, 0, GUARDED)?
        } else {
            let free = || (0..=GUARDED).filter(|bit| !taken.contains(&(*bit as u8)));
            let index = dice.roll(0, (free().count() as u64).checked_sub(1)?);
            let bit = free().nth(index as usize)?;
            dice.decide(name, bit)
        } as u8;
        if taken.contains(&bit) {
            return None;
        }
        *bits.get_mut(at)? = bit;
    }
    Some(bits)
}

/// Payload bytes of a long packet.
fn long(target: &Target<'_>) -> Option<u16> {
    (!target.header.data_type.is_short()).then_some(target.header.word)
}

fn lose(target: &Target<'_>, data_type: DataType) -> Option<Fault> {
    (target.header.data_type == data_type).then_some(Fault::Stream(StreamFault::Lost))
}

fn renumber(dice: &mut Dice<'_>, target: &Target<'_>, of: [DataType; 2]) -> Option<Fault> {
    if !of.contains(&target.header.data_type) {
        return None;
    }
    let number = dice.pick("number", 0, 65_535)? as u16;
    Some(Fault::Packet(PacketFault::Number { number }))
}

/// A channel of the first four that no packet had yet, else any of them but this one.
fn other_channel(dice: &mut Dice<'_>, target: &Target<'_>) -> Option<VirtualChannel> {
    if dice.is_chosen("vc") {
        return VirtualChannel::new(dice.pick("vc", 0, 15)? as u8);
    }
    let own = target.header.channel.number();
    let is_free = |number: &u8| target.channels >> number & 1 == 0;
    let any_free = (0..4).any(|number| is_free(&number) && number != own);
    let choice = || (0..4_u8).filter(move |number| *number != own && (!any_free || is_free(number)));
    let index = dice.roll(0, (choice().count() as u64).checked_sub(1)?) as usize;
    let number = choice().nth(index)?;
    VirtualChannel::new(dice.decide("vc", number.into()) as u8)
}

fn filler(dice: &mut Dice<'_>, target: &Target<'_>, data_type: DataType) -> Option<Fault> {
    let length = dice.pick("length", 0, 64)? as u16;
    let seed = dice.roll(0, u64::MAX - 1);
    Some(Fault::Stream(StreamFault::Filler {
        data_type,
        channel: target.header.channel,
        length,
        seed,
    }))
}
