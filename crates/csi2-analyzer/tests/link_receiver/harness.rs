//! What the receiver makes of a capture.

pub(crate) use crate::captures::*;
use csi2_analyzer::{Input, LinkEvent, Received, Receiver, ReceiverConfig, Span};
use csi2_dphy::{LaneBytes, Observation, Samples, Scrambling, SotVerdict};
use csi2_packet::{ChecksumVerdict, Missing, PacketEvent};

/// An event with its bytes; neighbouring pieces of a payload are one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event {
    Start { sync: Vec<SotVerdict>, skew: Vec<u16> },
    Short([u8; 4]),
    Long([u8; 4]),
    Payload(Vec<u8>),
    End(ChecksumVerdict),
    Truncated(Missing),
    Unusable([u8; 4]),
    Skipped(Vec<u8>),
    Resync(u64),
    Trailing(Vec<u8>),
    BurstEnd,
    Lane(&'static str, u8),
}

/// What a receiver said, and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<(Event, Span)>,
    /// Payload pieces before they were put together.
    pub(crate) pieces: usize,
}

impl Log {
    fn note(&mut self, received: Received<'_>) {
        use csi2_dphy::{Lane, PinEvent};
        let event = match received.event {
            LinkEvent::BurstStart(info) => Event::Start {
                sync: info.sync[..info.lanes.into()].to_vec(),
                skew: info.skew[..info.lanes.into()].to_vec(),
            },
            LinkEvent::BurstEnd => Event::BurstEnd,
            LinkEvent::Packet(event) => match event {
                PacketEvent::Short(header) => Event::Short(header.wire),
                PacketEvent::LongStart(header) => Event::Long(header.wire),
                PacketEvent::Payload(bytes) => {
                    self.pieces += 1;
                    Event::Payload(bytes.to_vec())
                }
                PacketEvent::LongEnd(verdict) => Event::End(verdict),
                PacketEvent::Truncated(missing) => Event::Truncated(missing),
                PacketEvent::Unusable(header) => Event::Unusable(header.wire),
                PacketEvent::Skipped(bytes) => Event::Skipped(bytes.to_vec()),
                PacketEvent::Resync { skipped } => Event::Resync(skipped),
                PacketEvent::Trailing(bytes) => Event::Trailing(bytes.to_vec()),
            },
            LinkEvent::Lane(PinEvent::AlignError { lane, .. }) => Event::Lane("align", lane),
            LinkEvent::Lane(PinEvent::SotSyncError { lane, .. }) => Event::Lane("sync", lane),
            LinkEvent::Lane(PinEvent::ControlError {
                lane: Lane::Data(lane), ..
            }) => Event::Lane("control", lane),
            LinkEvent::Lane(PinEvent::EotError { lane, .. }) => Event::Lane("end", lane),
            LinkEvent::Lane(_) => Event::Lane("other", 0),
        };
        match (self.events.last_mut(), event) {
            (Some((Event::Payload(before), span)), Event::Payload(more)) => {
                assert_eq!(*span, received.span);
                before.extend(more);
            }
            (Some((Event::Skipped(before), _)), Event::Skipped(more)) => before.extend(more),
            (Some((Event::Trailing(before), _)), Event::Trailing(more)) => before.extend(more),
            (_, event) => self.events.push((event, received.span)),
        }
    }

    /// Without spans.
    pub(crate) fn bare(&self) -> Vec<Event> {
        self.events.iter().map(|(event, _)| event.clone()).collect()
    }

    /// Packets that came whole: wire bytes of short ones, header and payload of long ones with a good checksum.
    pub(crate) fn packets(&self) -> Vec<Vec<u8>> {
        let mut packets: Vec<Vec<u8>> = Vec::new();
        let mut current = None;
        for (event, _) in &self.events {
            match event {
                Event::Short(wire) => packets.push(wire.to_vec()),
                Event::Long(wire) => current = Some(wire.to_vec()),
                Event::Payload(bytes) => current.as_mut().unwrap().extend(bytes),
                Event::End(ChecksumVerdict::Match) => packets.extend(current.take()),
                Event::End(_) | Event::Truncated(_) => current = None,
                _ => {}
            }
        }
        packets
    }

    /// Bursts, as number of events in each.
    pub(crate) fn bursts(&self) -> usize {
        self.events
            .iter()
            .filter(|(event, _)| matches!(event, Event::Start { .. }))
            .count()
    }

    /// The rules every log keeps.
    pub(crate) fn check(&self) {
        let (mut open, mut burst, mut packet) = (false, 0, 0);
        for (event, span) in &self.events {
            assert_eq!(span.burst, burst, "{event:?}");
            match event {
                Event::Start { .. } => {
                    assert!(!open);
                    open = true;
                    assert_eq!(span.packet, packet);
                }
                Event::BurstEnd => {
                    assert!(open);
                    open = false;
                    burst += 1;
                    assert_eq!(span.packet, packet);
                }
                Event::Lane(..) => {}
                Event::Short(_) | Event::Long(_) | Event::Unusable(_) => {
                    assert!(open);
                    assert_eq!(span.packet, packet);
                    packet += 1;
                }
                Event::Truncated(Missing::Header { .. }) => assert_eq!(span.packet, packet),
                _ => {
                    assert!(open, "{event:?}");
                    assert_eq!(span.packet + 1, packet, "{event:?}");
                }
            }
        }
        assert!(!open);
    }
}

/// Runs a capture through a receiver.
pub(crate) fn receive(capture: &Capture) -> Log {
    receive_scrambled(capture, None)
}

/// Runs a capture through a receiver that takes each sample by itself.
pub(crate) fn receive_singly(capture: &Capture) -> Log {
    let mut receiver = Receiver::new(ReceiverConfig::new(capture.entry));
    receiver.take_samples_singly();
    receive_by(receiver, capture)
}

/// Runs a capture through a receiver that takes scrambling off.
pub(crate) fn receive_scrambled(capture: &Capture, scrambling: Option<Scrambling>) -> Log {
    let receiver = Receiver::new(ReceiverConfig {
        scrambling,
        ..ReceiverConfig::new(capture.entry)
    });
    receive_by(receiver, capture)
}

fn receive_by(mut receiver: Receiver, capture: &Capture) -> Log {
    let mut log = Log::default();
    // More events than bytes: no progress.
    let mut patience = 1000usize;
    for piece in &capture.pieces {
        let seen = match &piece.seen {
            Seen::Merged(bytes) => Observation::Merged(bytes),
            Seen::Lanes(lanes) => Observation::Lanes(LaneBytes {
                lanes: core::array::from_fn(|lane| lanes.get(lane).map_or(&[][..], Vec::as_slice)),
                count: lanes.len(),
            }),
            Seen::Changes(changes) => Observation::Changes(changes),
            Seen::Samples { first, unit, bytes } => Observation::Samples(Samples {
                first: *first,
                unit: *unit,
                bytes,
            }),
        };
        patience += 64
            + 4 * match &piece.seen {
                Seen::Merged(bytes) | Seen::Samples { bytes, .. } => bytes.len(),
                Seen::Lanes(lanes) => lanes.iter().map(Vec::len).sum(),
                Seen::Changes(changes) => changes.len(),
            };
        let mut input = Input {
            seen,
            starts: piece.starts,
            ends: piece.ends,
            offset: piece.offset,
            at: piece.at,
        };
        while let Some(received) = receiver.next(&mut input) {
            patience = patience.checked_sub(1).unwrap();
            log.note(received);
        }
        let left = match input.seen {
            Observation::Merged(bytes) => bytes.len(),
            Observation::Lanes(lanes) => lanes.lanes.iter().map(|lane| lane.len()).sum(),
            Observation::Samples(samples) => samples.bytes.len(),
            Observation::Changes(changes) => changes.len(),
        };
        assert_eq!(left, 0, "input left over");
    }
    while let Some(received) = receiver.finish() {
        patience = patience.checked_sub(1).unwrap();
        log.note(received);
    }
    assert!(receiver.finish().is_none());
    log.check();
    log
}

/// The events of undamaged bursts.
pub(crate) fn expected(bursts: &[Burst]) -> Vec<Vec<u8>> {
    let strip = |packet: &Vec<u8>| {
        let end = if packet.len() == 4 { 4 } else { packet.len() - 2 };
        packet[..end].to_vec()
    };
    bursts.iter().flatten().map(strip).collect()
}

/// Compares packets and says where they first differ.
#[track_caller]
pub(crate) fn same(log: &Log, wanted: &[Vec<u8>], what: &str) {
    let got = log.packets();
    let first = got
        .iter()
        .zip(wanted)
        .position(|(a, b)| a != b)
        .unwrap_or(got.len().min(wanted.len()));
    let show = |packet: Option<&Vec<u8>>| packet.map(|bytes| format!("{:02x?}", &bytes[..bytes.len().min(12)]));
    assert!(
        got == wanted,
        "{what}: {} packets of {}, packet {first} is {:?}, not {:?}\n{}",
        got.len(),
        wanted.len(),
        show(got.get(first)),
        show(wanted.get(first)),
        log.summary(),
    );
}

impl Log {
    /// A line per event.
    pub(crate) fn summary(&self) -> String {
        let line = |(event, span): &(Event, Span)| {
            let what = match event {
                Event::Payload(bytes) => format!("Payload of {}", bytes.len()),
                Event::Skipped(bytes) => format!("Skipped {}", bytes.len()),
                event => format!("{event:02x?}"),
            };
            format!("{:>8} {what}\n", span.offset)
        };
        self.events.iter().map(line).collect()
    }
}
