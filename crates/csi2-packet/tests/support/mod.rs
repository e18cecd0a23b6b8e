//! Packets to receive, and a caller that keeps the receiver to its contract.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::unwrap_used, reason = "of tests")]

use csi2_packet::{
    ChecksumVerdict, DataType, Depacketizer, Framing, LongPacket, PacketEvent, PacketHeader, ReceiverSettings,
    ShortPacket, VcExtension, VirtualChannel,
};

/// What a receiver said, with pieces joined; the number is the start of the packet it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    Said(u64, PacketEvent<'static>),
    Payload(u64, Vec<u8>),
    Skipped(u64, Vec<u8>),
    Trailing(u64, Vec<u8>),
}

pub(crate) const fn settings(framing: Framing, trail_lanes: u8) -> ReceiverSettings {
    ReceiverSettings {
        vcx: VcExtension::Extended,
        framing,
        trail_lanes,
    }
}

/// Receives `bursts`, each in pieces of the lengths that `cuts` gives in turn (0: an empty piece, exhausted: all).
pub(crate) fn receive(
    settings: ReceiverSettings,
    bursts: &[Vec<u8>],
    mut cuts: impl Iterator<Item = usize>,
) -> Vec<Note> {
    let mut receiver: Depacketizer = Depacketizer::new(settings);
    let mut notes = Vec::new();
    for burst in bursts {
        let mut rest = &burst[..];
        let mut position = 0;
        while !rest.is_empty() {
            let (mut piece, behind) = rest.split_at(cuts.next().unwrap_or(rest.len()).min(rest.len()));
            rest = behind;
            loop {
                let step = receiver.push(piece);
                piece = &piece[step.consumed..];
                position += step.consumed as u64;
                assert_eq!(receiver.position(), position);
                assert!(receiver.packet_start() <= position);
                match step.event {
                    Some(event) => note(&mut notes, receiver.packet_start(), event),
                    None => break assert!(piece.is_empty(), "neither an event nor all input consumed"),
                }
            }
        }
        while let Some(event) = receiver.end_of_burst() {
            note(&mut notes, receiver.packet_start(), event);
        }
        assert_eq!((receiver.position(), receiver.end_of_burst()), (0, None));
        assert!(!receiver.between_packets());
    }
    notes
}

/// Receives `bursts`, at once those that can be; how many these were.
pub(crate) fn receive_at_once(settings: ReceiverSettings, bursts: &[Vec<u8>]) -> (Vec<Note>, usize) {
    let mut receiver: Depacketizer = Depacketizer::new(settings);
    let (mut notes, mut taken) = (Vec::new(), 0);
    for burst in bursts {
        let Some(whole) = receiver.take_burst(burst) else {
            let mut rest = &burst[..];
            while !rest.is_empty() {
                let step = receiver.push(rest);
                assert_eq!(receiver.take_burst(burst), None, "in the midst of a burst");
                rest = &rest[step.consumed..];
                if let Some(event) = step.event {
                    note(&mut notes, receiver.packet_start(), event);
                }
            }
            while let Some(event) = receiver.end_of_burst() {
                note(&mut notes, receiver.packet_start(), event);
            }
            continue;
        };
        taken += 1;
        let (begin, end) = match whole.payload {
            None => (PacketEvent::Short(whole.header), None),
            Some(_) => (
                PacketEvent::LongStart(whole.header),
                Some(PacketEvent::LongEnd(ChecksumVerdict::Match)),
            ),
        };
        note(&mut notes, 0, begin);
        if let Some(payload) = whole.payload.filter(|payload| !payload.is_empty()) {
            note(&mut notes, 0, PacketEvent::Payload(payload));
        }
        if let Some(end) = end {
            note(&mut notes, 0, end);
        }
        assert_eq!((receiver.position(), receiver.between_packets()), (0, false));
    }
    (notes, taken)
}

fn note(notes: &mut Vec<Note>, start: u64, event: PacketEvent<'_>) {
    let (next, piece) = match event {
        PacketEvent::Payload(piece) => (Note::Payload(start, piece.to_vec()), piece.len()),
        PacketEvent::Skipped(piece) => (Note::Skipped(start, piece.to_vec()), piece.len()),
        PacketEvent::Trailing(piece) => (Note::Trailing(start, piece.to_vec()), piece.len()),
        PacketEvent::Short(received) => (Note::Said(start, PacketEvent::Short(received)), 1),
        PacketEvent::LongStart(received) => (Note::Said(start, PacketEvent::LongStart(received)), 1),
        PacketEvent::LongEnd(verdict) => (Note::Said(start, PacketEvent::LongEnd(verdict)), 1),
        PacketEvent::Truncated(missing) => (Note::Said(start, PacketEvent::Truncated(missing)), 1),
        PacketEvent::Unusable(received) => (Note::Said(start, PacketEvent::Unusable(received)), 1),
        PacketEvent::Resync { skipped } => (Note::Said(start, PacketEvent::Resync { skipped }), 1),
    };
    assert_ne!(piece, 0, "an empty piece is no news");
    match (notes.last_mut(), next) {
        (Some(Note::Payload(_, all)), Note::Payload(_, piece)) => all.extend(piece),
        (Some(Note::Skipped(_, all)), Note::Skipped(_, piece)) => all.extend(piece),
        (Some(Note::Trailing(_, all)), Note::Trailing(_, piece)) => all.extend(piece),
        (_, next) => notes.push(next),
    }
}

/// One line a note: what a person would compare.
pub(crate) fn told(notes: &[Note]) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    notes
        .iter()
        .map(|note| match note {
            Note::Said(at, PacketEvent::Short(received)) => format!("{at} short {}", received.header),
            Note::Said(at, PacketEvent::LongStart(received)) => format!("{at} long {}", received.header),
            Note::Said(at, PacketEvent::LongEnd(verdict)) => format!("{at} checksum {verdict}"),
            Note::Said(at, PacketEvent::Truncated(missing)) => format!("{at} truncated {missing:?}"),
            Note::Said(at, PacketEvent::Unusable(received)) => format!("{at} unusable {}", hex(&received.wire)),
            Note::Said(at, PacketEvent::Resync { skipped }) => format!("{at} resync after {skipped}"),
            Note::Said(at, event) => format!("{at} {event:?}"),
            Note::Payload(at, bytes) => format!("{at} payload {}", hex(bytes)),
            Note::Skipped(at, bytes) => format!("{at} skipped {}", hex(bytes)),
            Note::Trailing(at, bytes) => format!("{at} trailing {}", hex(bytes)),
        })
        .collect()
}

pub(crate) fn short(data_type: DataType, word: u16) -> Vec<u8> {
    let mut out = vec![0; 4];
    ShortPacket::emit(header(data_type, word), &mut out).unwrap();
    out
}

pub(crate) fn long(data_type: DataType, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; payload.len() + 6];
    LongPacket::emit(header(data_type, 0), payload, &mut out).unwrap();
    out
}

fn header(data_type: DataType, word: u16) -> PacketHeader {
    PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word,
    }
}

/// The trail of `burst` on `lanes` lanes, `bytes` of it, each lane looked at alone.
pub(crate) fn trail(burst: &[u8], lanes: usize, bytes: usize) -> Vec<u8> {
    (burst.len()..burst.len() + bytes)
        .map(|at| {
            let sent = burst.iter().skip(at % lanes).step_by(lanes).next_back();
            // A lane without data ends with its sync byte.
            if sent.unwrap_or(&0xB8) & 0x80 == 0 { 0xFF } else { 0x00 }
        })
        .collect()
}
