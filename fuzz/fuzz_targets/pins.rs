//! Any levels on any wires:
//!
//! - the receiver takes what it is given, in any pieces, as long as its merger is drained;
//! - a burst that ended had begun, and its lanes exist;
//! - cuts between samples change neither events nor bytes.
#![no_main]

use csi2_dphy::{Lane, LaneMerger, LanePins, PinEvent, PinMap, PinReceiver, PinSettings, Samples, Wire};
use csi2_fuzz::{Cuts, Fields};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (parameters, cuts) = (fields.byte(), fields.byte());
    let map = map(parameters);
    // Runs of samples: how often, and which. Long runs of zeros and ones are what lines are made of.
    let mut bytes = Vec::new();
    for run in fields.rest().chunks_exact(2) {
        let times = if run[0] & 0x80 == 0 {
            1
        } else {
            usize::from(run[0] & 0x7F)
        };
        bytes.extend(std::iter::repeat_n(run[1], times));
    }
    let whole = receive(map, &bytes, Cuts::new(0));
    assert_eq!(receive(map, &bytes, Cuts::new(cuts | 1)), whole);
});

/// A clock pair or none, pairs or single wires, one or two lanes; eight wires at most.
fn map(parameters: u8) -> PinMap {
    let mut next = 0;
    let mut wire = || {
        let channel = next;
        next += 1;
        Some(Wire {
            channel,
            invert: parameters & 8 != 0,
        })
    };
    let pairs = parameters & 1 != 0;
    let mut pins = || LanePins {
        p: wire(),
        n: if pairs { wire() } else { None },
        ..LanePins::default()
    };
    let mut map = PinMap {
        count: usize::from(parameters >> 1 & 1) + 1,
        ..PinMap::default()
    };
    if parameters & 4 != 0 {
        map.clock = Some(pins());
    }
    let count = map.count;
    map.lanes.iter_mut().take(count).for_each(|lane| *lane = pins());
    map
}

fn receive(map: PinMap, bytes: &[u8], mut cuts: Cuts) -> (Vec<PinEvent>, Vec<u8>) {
    let mut receiver = PinReceiver::new(
        map,
        PinSettings {
            max_skew_bytes: 4,
            ..PinSettings::default()
        },
    );
    let mut merger: LaneMerger = LaneMerger::new(map.count);
    let (mut events, mut merged, mut running) = (Vec::new(), Vec::new(), false);
    let mut note = |event: PinEvent, events: &mut Vec<PinEvent>| {
        match event {
            PinEvent::BurstStart { .. } => running = true,
            PinEvent::BurstEnd { .. } => assert!(std::mem::take(&mut running), "an end without a start"),
            PinEvent::SotSyncError { lane, .. }
            | PinEvent::AlignError { lane, .. }
            | PinEvent::ControlError {
                lane: Lane::Data(lane), ..
            }
            | PinEvent::EotError { lane, .. } => assert!(usize::from(lane) < map.count, "no lane {lane}"),
            _ => {}
        }
        events.push(event);
    };
    let (mut at, mut turns) = (0, 0);
    while at < bytes.len() {
        let mut end = at + cuts.next(bytes.len() - at).max(1);
        end = end.min(bytes.len());
        while at < end {
            let seen = Samples {
                first: at as u64,
                unit: 1,
                bytes: &bytes[at..end],
            };
            let (consumed, event) = receiver.samples(&seen, &mut merger);
            assert!(consumed <= end - at);
            at += consumed;
            drain(&mut merger, &mut merged);
            if let Some(event) = event {
                note(event, &mut events);
            }
            turns += 1;
            assert!(turns <= 64 + 16 * bytes.len(), "no progress at sample {at}");
        }
    }
    while let Some(event) = receiver.finish(&mut merger) {
        note(event, &mut events);
        turns += 1;
        assert!(turns <= 64 + 16 * bytes.len(), "no end");
    }
    drain(&mut merger, &mut merged);
    (events, merged)
}

fn drain(merger: &mut LaneMerger, merged: &mut Vec<u8>) {
    let mut out = [0; 64];
    loop {
        let count = merger.drain(&mut out);
        if count == 0 {
            break;
        }
        merged.extend_from_slice(&out[..count]);
    }
}
