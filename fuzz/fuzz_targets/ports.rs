//! Any levels on the wires of lane bytes or of a stream:
//!
//! - the receiver takes what it is given, in any pieces, and comes to an end;
//! - bytes belong to a burst, bursts do not overlap, and lanes exist;
//! - cuts between samples change no event, and samples say what the same changes say.
#![no_main]

use csi2_dphy::{
    Bus, Change, LanePorts, Level, MAX_LANES, PortEvent, PortMap, PortReceiver, Ports, Samples, StreamPorts, Wire,
};
use csi2_fuzz::{Cuts, Fields};

/// Bytes of a sample.
const UNIT: usize = 8;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (parameters, cuts) = (fields.byte(), fields.byte());
    let map = map(parameters);
    // Runs of samples: how often, and which bytes differ from the sample before.
    let (mut sample, mut bytes) = ([0; UNIT], Vec::new());
    for run in fields.rest().chunks_exact(3) {
        sample[usize::from(run[0] & 7)] = run[1];
        sample[6] = run[2];
        bytes.extend(std::iter::repeat_n(sample, usize::from(run[0] >> 3) + 1).flatten());
    }
    let whole = samples(&map, &bytes, Cuts::new(0));
    assert_eq!(samples(&map, &bytes, Cuts::new(cuts | 1)), whole);
    assert_eq!(changes(&map, &bytes), whole);
});

/// A stream or lanes of one or two bytes. Data is in bytes 0 to 3, strobes in bytes 4 to 6, the clock is bit 55.
fn map(parameters: u8) -> PortMap {
    let wire = |channel: u16| {
        Some(Wire {
            channel,
            invert: parameters & 0x40 != 0,
        })
    };
    let bus = |first: u16, width: u16| (first..first + width).collect::<Vec<u16>>();
    let ports = if parameters & 1 != 0 {
        Ports::Stream(StreamPorts {
            data: Bus::new(&bus(0, 32), false).unwrap(),
            valid: wire(32),
            ready: wire(33).filter(|_| parameters & 2 != 0),
            last: wire(48).filter(|_| parameters & 4 != 0),
            keep: Bus::new(&bus(34, if parameters & 8 != 0 { 4 } else { 0 }), false).unwrap(),
        })
    } else {
        let width = if parameters & 2 != 0 { 16 } else { 8 };
        let count = usize::from(32 / width);
        let mut lanes = [LanePorts::default(); MAX_LANES];
        for (index, lane) in (0..).zip(lanes.iter_mut().take(count)) {
            lane.data = Bus::new(&bus(index * width, width), false).unwrap();
            let valid = if parameters & 0x0C != 4 { width / 8 } else { 0 };
            lane.valid = Bus::new(&bus(32 + 2 * index, valid), parameters & 0x40 != 0).unwrap();
            lane.active = wire(40 + index).filter(|_| parameters & 4 != 0);
            lane.sync = wire(48 + index).filter(|_| parameters & 0x10 != 0);
        }
        Ports::Lanes { lanes, count }
    };
    PortMap {
        clock: wire(55).filter(|_| parameters & 0x20 != 0),
        ports,
    }
}

fn note(map: &PortMap, event: PortEvent, events: &mut Vec<PortEvent>) {
    let opens = |event: &PortEvent| matches!(event, PortEvent::BurstStart { .. });
    let closes = |event: &PortEvent| matches!(event, PortEvent::BurstEnd { .. } | PortEvent::AlignError { .. });
    let running = events
        .iter()
        .rev()
        .find(|event| opens(event) || closes(event))
        .is_some_and(opens);
    match event {
        PortEvent::BurstStart { .. } => assert!(!running, "a start in a burst"),
        PortEvent::Bytes(bytes) => {
            assert!(running, "bytes outside a burst");
            let lanes = map.lanes().max(1);
            assert!(
                (lanes..MAX_LANES).all(|lane| bytes.lane(lane).is_empty()),
                "a lane beyond {lanes}"
            );
        }
        PortEvent::AlignError { lane, .. } => assert!(running && usize::from(lane) < map.lanes(), "no lane {lane}"),
        PortEvent::Aligned { .. } | PortEvent::BurstEnd { .. } => assert!(running, "nothing to end or align"),
    }
    events.push(event);
}

fn samples(map: &PortMap, bytes: &[u8], mut cuts: Cuts) -> Vec<PortEvent> {
    let mut receiver = PortReceiver::new(map, 4);
    let mut events = Vec::new();
    let count = bytes.len() / UNIT;
    let mut at = 0;
    while at < count {
        let end = count.min(at + cuts.next(count - at).max(1));
        let piece = Samples {
            first: at as u64,
            unit: UNIT,
            bytes: &bytes[at * UNIT..end * UNIT],
        };
        let (taken, event) = receiver.samples(&piece);
        assert!(taken > 0 || event.is_some(), "no progress");
        at += taken;
        if let Some(event) = event {
            note(map, event, &mut events);
        }
    }
    while let Some(event) = receiver.finish() {
        note(map, event, &mut events);
    }
    events
}

fn changes(map: &PortMap, bytes: &[u8]) -> Vec<PortEvent> {
    let mut all = Vec::new();
    let mut before = None;
    for (at, sample) in (0..).zip(bytes.as_chunks::<UNIT>().0) {
        let sample = u64::from_le_bytes(*sample);
        let changed = before.replace(sample).map_or(u64::MAX, |before| before ^ sample);
        for channel in (0..64).filter(|channel| changed >> channel & 1 == 1) {
            let level = if sample >> channel & 1 == 1 {
                Level::High
            } else {
                Level::Low
            };
            all.push(Change { at, channel, level });
        }
    }
    if let Some(last) = (bytes.len() / UNIT).checked_sub(1) {
        // A wire that means nothing tells how far the capture goes.
        let (channel, level) = (63, Level::Low);
        all.push(Change {
            at: last as u64,
            channel,
            level,
        });
    }
    let mut receiver = PortReceiver::new(map, 4);
    let (mut events, mut rest) = (Vec::new(), all.as_slice());
    while !rest.is_empty() {
        let (taken, event) = receiver.changes(rest);
        assert!(taken > 0 || event.is_some(), "no progress");
        rest = &rest[taken..];
        if let Some(event) = event {
            note(map, event, &mut events);
        }
    }
    while let Some(event) = receiver.finish() {
        note(map, event, &mut events);
    }
    events
}
