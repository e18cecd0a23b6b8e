//! Any bytes, in any framing, in any pieces:
//!
//! - each step is an event, or all input consumed;
//! - positions add up, and no packet starts behind what was taken;
//! - what a packet still wants is what it then takes;
//! - the end of a burst is told once, and the next one starts afresh;
//! - other cuts give the same events.
#![no_main]

use csi2_fuzz::{Cuts, Fields};
use csi2_packet::{Depacketizer, Framing, Missing, PacketEvent, ReceiverSettings, VcExtension};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (parameters, cuts) = (fields.byte(), fields.byte());
    let settings = ReceiverSettings {
        vcx: if parameters & 1 == 0 {
            VcExtension::Extended
        } else {
            VcExtension::Classic
        },
        framing: if parameters & 2 == 0 {
            Framing::Bursts
        } else {
            Framing::Endless
        },
        trail_lanes: parameters >> 2 & 0xF,
    };
    let bursts: Vec<&[u8]> = std::iter::from_fn(|| fields.string(1)).collect();
    let whole = receive(settings, &bursts, Cuts::new(0));
    assert_eq!(receive(settings, &bursts, Cuts::new(cuts | 1)), whole);
});

/// An event, free of how its bytes were cut, and where its packet starts.
#[derive(Debug, PartialEq)]
enum Note {
    Said(String, u64),
    Payload(Vec<u8>),
    Skipped(Vec<u8>),
    Trailing(Vec<u8>),
}

fn receive(settings: ReceiverSettings, bursts: &[&[u8]], mut cuts: Cuts) -> Vec<Note> {
    let mut receiver: Depacketizer = Depacketizer::new(settings);
    let mut notes = Vec::new();
    for burst in bursts {
        let mut rest = *burst;
        let mut position = 0;
        // Where the packet ends, as soon as its header tells.
        let mut ends: Option<u64> = None;
        while !rest.is_empty() {
            let (mut piece, behind) = rest.split_at(cuts.next(rest.len()));
            rest = behind;
            loop {
                let step = receiver.push(piece);
                piece = &piece[step.consumed..];
                position += step.consumed as u64;
                assert_eq!(receiver.position(), position);
                assert!(receiver.packet_start() <= position);
                let wanted = receiver.wanted().map(|wanted| position + wanted);
                match step.event {
                    Some(PacketEvent::LongStart(received)) => {
                        assert!(receiver.header() == Some(&received));
                        assert_eq!(
                            wanted,
                            Some(receiver.packet_start() + received.header.packet_len() as u64)
                        );
                        ends = wanted;
                    }
                    Some(PacketEvent::LongEnd(_)) => {
                        assert_eq!(ends.take(), Some(position));
                        assert!(receiver.between_packets());
                    }
                    _ => assert_eq!(wanted, ends),
                }
                match step.event {
                    Some(event) => note(&mut notes, &receiver, event),
                    None => break assert!(piece.is_empty(), "neither an event nor all input consumed"),
                }
            }
        }
        let mut events = 0;
        while let Some(event) = receiver.end_of_burst() {
            if let PacketEvent::Truncated(Missing::Payload { bytes }) = event {
                assert_eq!(ends, Some(position + u64::from(bytes) + 2));
            }
            note(&mut notes, &receiver, event);
            events += 1;
            assert!(events <= 2);
        }
        assert_eq!((receiver.position(), receiver.packet_start()), (0, 0));
        assert!(receiver.end_of_burst().is_none() && !receiver.between_packets());
        assert!(receiver.header().is_none() && receiver.wanted().is_none());
    }
    notes
}

fn note(notes: &mut Vec<Note>, receiver: &Depacketizer, event: PacketEvent<'_>) {
    match (notes.last_mut(), event) {
        (_, PacketEvent::Payload([])) => panic!("an empty piece is no news"),
        (Some(Note::Payload(all)), PacketEvent::Payload(piece)) => all.extend_from_slice(piece),
        (Some(Note::Skipped(all)), PacketEvent::Skipped(piece)) => all.extend_from_slice(&piece),
        (Some(Note::Trailing(all)), PacketEvent::Trailing(piece)) => all.extend_from_slice(&piece),
        (_, PacketEvent::Payload(piece)) => notes.push(Note::Payload(piece.to_vec())),
        (_, PacketEvent::Skipped(piece)) => notes.push(Note::Skipped(piece.to_vec())),
        (_, PacketEvent::Trailing(piece)) => notes.push(Note::Trailing(piece.to_vec())),
        (_, event) => notes.push(Note::Said(format!("{event:?}"), receiver.packet_start())),
    }
}
