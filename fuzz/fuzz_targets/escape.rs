//! Any line states on the lanes of a link, with glitches left out and bits taken early:
//!
//! - the receiver comes to an end, and names lanes that exist;
//! - what ends had begun: bursts, and escapes of each lane with the command they began with;
//! - low-power data comes within an escape for it;
//! - cuts between samples change no event; all but this holds for changes too.
#![no_main]

use csi2_dphy::{
    Change, EscapeCommand, Lane, LaneMerger, LanePins, Level, MAX_LANES, PinEvent, PinMap, PinReceiver, PinSettings,
    Samples, Sampling, Wire,
};
use csi2_fuzz::{Cuts, Fields};

/// Samples of all runs.
const MOST: usize = 1 << 15;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (parameters, glitch, early, cuts) = (fields.byte(), fields.byte(), fields.byte(), fields.byte());
    let lanes = usize::from(parameters & 1) + 1;
    let map = map(lanes, parameters & 2 != 0, parameters & 4 != 0);
    let settings = PinSettings {
        max_skew_bytes: 4,
        sampling: Sampling {
            glitch: if glitch == 0xFF {
                u64::MAX
            } else {
                u64::from(glitch & 15)
            },
            early: [(early & 15).into(), (early >> 4).into(), 0, 0, 0, 0, 0, u32::MAX],
            unit_interval: None,
        },
    };
    // Each byte: the state of one lane (clock, first, second), and for how many samples, or a jump to a bit of HS.
    let mut sample = 0xFF_u8;
    let mut samples = Vec::new();
    for step in fields.rest() {
        let lane = usize::from(step >> 6);
        if lane == 3 {
            // The clock runs; the bits are data of the first lane.
            for bit in 0..usize::from(step >> 2 & 7) + 1 {
                let level = if step >> (bit & 1) & 1 == 1 { 0b01 } else { 0b10 };
                sample = sample & !0b1100 | level << 2;
                samples.push(sample);
                sample ^= 0b11;
                samples.push(sample);
            }
        } else {
            sample = sample & !(3 << (2 * lane)) | (step & 3) << (2 * lane);
            samples.extend(std::iter::repeat_n(sample, 1 << (step >> 2 & 7)));
        }
        if samples.len() > MOST {
            break;
        }
    }
    let whole = by_samples(map, settings, &samples, Cuts::new(0));
    assert_eq!(by_samples(map, settings, &samples, Cuts::new(cuts | 1)), whole);
    by_changes(map, settings, &samples);
});

/// Pairs, or LP receivers of their own on the same wires.
fn map(lanes: usize, clock: bool, separate: bool) -> PinMap {
    let wire = |channel| Some(Wire { channel, invert: false });
    let pins = |first| LanePins {
        p: wire(first),
        n: wire(first + 1).filter(|_| !separate),
        lp_p: wire(first).filter(|_| separate),
        lp_n: wire(first + 1).filter(|_| separate),
    };
    let mut map = PinMap {
        clock: clock.then(|| pins(0)),
        count: lanes,
        ..PinMap::default()
    };
    for (lane, place) in (0..).zip(map.lanes.iter_mut().take(lanes)) {
        *place = pins(2 + 2 * lane);
    }
    map
}

#[derive(Debug, Default, PartialEq)]
struct Heard {
    events: Vec<PinEvent>,
    bytes: Vec<u8>,
}

/// What runs, as events tell.
#[derive(Default)]
struct Running {
    burst: bool,
    /// Of the data lanes and the clock lane.
    escapes: [Option<EscapeCommand>; MAX_LANES + 1],
}

impl Running {
    fn note(&mut self, event: PinEvent, lanes: usize) {
        let place = |lane: Lane| match lane {
            Lane::Clock => MAX_LANES,
            Lane::Data(lane) => {
                assert!(usize::from(lane) < lanes, "no lane {lane}");
                lane.into()
            }
        };
        match event {
            PinEvent::BurstStart { .. } => self.burst = true,
            PinEvent::BurstEnd { .. } => assert!(std::mem::take(&mut self.burst), "an end without a start"),
            PinEvent::Escape { lane, command, .. } => {
                let before = self.escapes[place(lane)].replace(command);
                assert_eq!(before, None, "an escape within an escape");
            }
            PinEvent::EscapeEnd {
                lane,
                command,
                since,
                mark,
                at,
            } => {
                assert_eq!(self.escapes[place(lane)].take(), Some(command));
                assert!(since <= at && mark.is_none_or(|mark| (since..=at).contains(&mark)));
            }
            PinEvent::LowPowerData { lane, .. } => {
                let command = self.escapes[place(Lane::Data(lane))];
                assert_eq!(command, Some(EscapeCommand::LowPowerData));
            }
            PinEvent::LowPowerSyncError { bits, .. } => assert!((1..8).contains(&bits)),
            _ => {}
        }
    }
}

impl Heard {
    fn take(&mut self, event: Option<PinEvent>, merger: &mut LaneMerger) {
        let mut out = [0; 64];
        loop {
            let count = merger.drain(&mut out);
            if count == 0 {
                break;
            }
            self.bytes.extend_from_slice(&out[..count]);
        }
        self.events.extend(event);
    }

    fn end(mut self, mut receiver: PinReceiver, mut merger: LaneMerger, lanes: usize) -> Self {
        while let Some(event) = receiver.finish(&mut merger) {
            self.take(Some(event), &mut merger);
        }
        self.take(None, &mut merger);
        let mut running = Running::default();
        self.events.iter().for_each(|event| running.note(*event, lanes));
        self
    }
}

fn by_samples(map: PinMap, settings: PinSettings, samples: &[u8], mut cuts: Cuts) -> Heard {
    let mut receiver = PinReceiver::new(map, settings);
    let mut merger: LaneMerger = LaneMerger::new(map.count);
    let mut heard = Heard::default();
    let mut at = 0;
    while at < samples.len() {
        let end = samples.len().min(at + cuts.next(samples.len() - at).max(1));
        while at < end {
            let seen = Samples {
                first: at as u64,
                unit: 1,
                bytes: &samples[at..end],
            };
            let (taken, event) = receiver.samples(&seen, &mut merger);
            at += taken;
            heard.take(event, &mut merger);
        }
    }
    heard.end(receiver, merger, map.count)
}

fn by_changes(map: PinMap, settings: PinSettings, samples: &[u8]) -> Heard {
    let mut changes = Vec::new();
    let mut before = None;
    for (at, sample) in (0..).zip(samples) {
        let changed = before.replace(*sample).map_or(u8::MAX, |before| before ^ sample);
        for channel in (0..8).filter(|channel| changed >> channel & 1 == 1) {
            changes.push(Change {
                at,
                channel,
                level: if sample >> channel & 1 == 1 {
                    Level::High
                } else {
                    Level::Low
                },
            });
        }
    }
    let mut receiver = PinReceiver::new(map, settings);
    let mut merger: LaneMerger = LaneMerger::new(map.count);
    let mut heard = Heard::default();
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        let (taken, event) = receiver.changes(rest, &mut merger);
        rest = &rest[taken..];
        heard.take(event, &mut merger);
    }
    heard.end(receiver, merger, map.count)
}
