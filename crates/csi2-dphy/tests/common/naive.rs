//! A transmitter that writes what each lane drives, sample by sample, and a receiver's events. It shares nothing with the
//! crate but the types of its interface.

use csi2_dphy::{
    Change, LaneMerger, LanePins, Level, PinEvent, PinMap, PinReceiver, PinSettings, Samples, Sampling, Wire,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Drive {
    Lp(bool, bool),
    Hs(bool),
}

/// Lane 0 is the clock lane, data lane `l` is lane `l + 1`.
#[derive(Clone)]
pub(crate) struct Sender {
    drives: Vec<Drive>,
    /// One entry a sample.
    pub(crate) tape: Vec<u64>,
    /// LP receivers have wires of their own.
    separate: bool,
    clock_runs: bool,
}

/// Samples of a bit.
const BIT: usize = 4;

pub(crate) fn pair(state: &str) -> (bool, bool) {
    let mut levels = state.chars().map(|level| level == '1');
    (levels.next().unwrap(), levels.next().unwrap())
}

impl Sender {
    pub(crate) fn new(lanes: usize, separate: bool) -> Self {
        let mut sender = Self {
            drives: vec![Drive::Lp(true, true); lanes + 1],
            tape: Vec::new(),
            separate,
            clock_runs: false,
        };
        sender.wait(40);
        sender
    }

    pub(crate) fn now(&self) -> u64 {
        self.tape.len() as u64
    }

    pub(crate) fn wait(&mut self, samples: usize) {
        for _ in 0..samples {
            if self.clock_runs {
                // Edges lie in the middle of the bits.
                self.drives[0] = Drive::Hs((self.tape.len() + BIT / 2) / BIT % 2 == 1);
            }
            let mut word = 0;
            for (lane, drive) in self.drives.iter().enumerate() {
                let (hs, lp_p, lp_n) = match *drive {
                    Drive::Lp(p, n) => (p, p, n),
                    Drive::Hs(bit) => (bit, false, false),
                };
                let wires = match (self.separate, *drive) {
                    (true, _) => [hs, false, lp_p, lp_n],
                    (false, Drive::Hs(bit)) => [bit, !bit, false, false],
                    (false, Drive::Lp(p, n)) => [p, n, false, false],
                };
                for (index, level) in wires.into_iter().enumerate() {
                    word |= u64::from(level) << (4 * lane + index);
                }
            }
            self.tape.push(word);
        }
    }

    pub(crate) fn set(&mut self, lane: usize, state: &str) {
        let (p, n) = pair(state);
        self.drives[lane] = Drive::Lp(p, n);
    }

    pub(crate) fn lp(&mut self, lane: usize, state: &str, samples: usize) {
        self.set(lane, state);
        self.wait(samples);
    }

    /// All of `states` in turn.
    pub(crate) fn play(&mut self, lane: usize, states: &[&str], samples: usize) {
        for state in states {
            self.lp(lane, state, samples);
        }
    }

    pub(crate) fn start_clock(&mut self) {
        self.lp(0, "01", 10);
        self.lp(0, "00", 12);
        self.drives[0] = Drive::Hs(false);
        self.wait(40);
        self.clock_runs = true;
        self.wait(40);
    }

    pub(crate) fn stop_clock(&mut self) {
        self.wait(60);
        self.clock_runs = false;
        self.drives[0] = Drive::Hs(false);
        self.wait(30);
        self.lp(0, "11", 60);
    }

    fn data(&mut self, samples: usize, drive: impl Fn(usize) -> Drive) {
        for lane in 1..self.drives.len() {
            self.drives[lane] = drive(lane - 1);
        }
        self.wait(samples);
    }

    /// A burst of `bytes` on each lane; the clock must run.
    pub(crate) fn burst(&mut self, bytes: &[Vec<u8>], request: usize, bridge: usize) {
        self.data(request, |_| Drive::Lp(false, true));
        self.data(bridge, |_| Drive::Lp(false, false));
        self.data(BIT - (request + bridge + self.tape.len()) % BIT, |_| Drive::Hs(false));
        while !self.tape.len().is_multiple_of(BIT) {
            self.data(1, |_| Drive::Hs(false));
        }
        self.data(30 * BIT, |_| Drive::Hs(false));
        let mut lanes: Vec<_> = bytes
            .iter()
            .map(|bytes| {
                let bits = |byte: u8| (0..8).map(move |bit| byte >> bit & 1 == 1);
                let mut all: Vec<bool> = [0xB8].into_iter().chain(bytes.iter().copied()).flat_map(bits).collect();
                let trail = !all[all.len() - 1];
                all.resize(all.len() + 24, trail);
                all.into_iter()
            })
            .collect();
        while lanes[0].len() > 0 {
            let bits: Vec<bool> = lanes.iter_mut().map(|lane| lane.next().unwrap()).collect();
            self.data(BIT, |lane| Drive::Hs(bits[lane]));
        }
        self.data(60, |_| Drive::Lp(true, true));
    }

    /// Sixteen ones and a clock pattern on all lanes.
    pub(crate) fn deskew(&mut self, pattern: usize) {
        self.data(12, |_| Drive::Lp(false, true));
        self.data(12, |_| Drive::Lp(false, false));
        while !self.tape.len().is_multiple_of(BIT) {
            self.data(1, |_| Drive::Hs(false));
        }
        self.data(30 * BIT, |_| Drive::Hs(false));
        self.data(16 * BIT, |_| Drive::Hs(true));
        for at in 0..pattern {
            self.data(BIT, |_| Drive::Hs(at % 2 == 1));
        }
        // The last bit goes on.
        self.data(24 * BIT, |_| Drive::Hs(pattern.is_multiple_of(2)));
        self.data(60, |_| Drive::Lp(true, true));
    }

    pub(crate) fn map(&self) -> PinMap {
        let wire = |channel: usize| {
            Some(Wire {
                channel: channel as u16,
                invert: false,
            })
        };
        let pins = |lane: usize| {
            let base = 4 * lane;
            if self.separate {
                LanePins {
                    p: wire(base),
                    n: None,
                    lp_p: wire(base + 2),
                    lp_n: wire(base + 3),
                }
            } else {
                LanePins {
                    p: wire(base),
                    n: wire(base + 1),
                    ..LanePins::default()
                }
            }
        };
        let mut map = PinMap {
            clock: Some(pins(0)),
            count: self.drives.len() - 1,
            ..PinMap::default()
        };
        for lane in 0..map.count {
            map.lanes[lane] = pins(lane + 1);
        }
        map
    }
}

pub(crate) fn settings(glitch: u64) -> PinSettings {
    PinSettings {
        sampling: Sampling {
            glitch,
            ..Sampling::default()
        },
        ..PinSettings::default()
    }
}

/// Events, and the bytes of each burst.
pub(crate) fn hear(map: PinMap, tape: &[u64], glitch: u64) -> (Vec<PinEvent>, Vec<Vec<u8>>) {
    receive(map, tape, glitch).1
}

/// The same, with the receiver for what it measured.
pub(crate) fn receive(map: PinMap, tape: &[u64], glitch: u64) -> (PinReceiver, Heard) {
    let bytes: Vec<u8> = tape.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut receiver = PinReceiver::new(map, settings(glitch));
    let mut merger: LaneMerger = LaneMerger::new(map.count);
    let mut seen = Samples {
        first: 0,
        unit: 8,
        bytes: &bytes,
    };
    let mut heard = (Vec::new(), Vec::new());
    while !seen.bytes.is_empty() {
        let (taken, event) = receiver.samples(&seen, &mut merger);
        seen.first += taken as u64;
        seen.bytes = &seen.bytes[8 * taken..];
        note(event, &mut merger, &mut heard);
    }
    let heard = end(&mut receiver, &mut merger, heard);
    (receiver, heard)
}

/// The same from changes.
pub(crate) fn hear_changes(map: PinMap, tape: &[u64], glitch: u64) -> (Vec<PinEvent>, Vec<Vec<u8>>) {
    let (mut changes, mut before) = (Vec::new(), !tape.first().copied().unwrap_or(0));
    for (at, word) in tape.iter().enumerate() {
        for channel in 0..64 {
            if (word ^ before) >> channel & 1 == 1 {
                let level = if word >> channel & 1 == 1 {
                    Level::High
                } else {
                    Level::Low
                };
                changes.push(Change {
                    at: at as u64,
                    channel,
                    level,
                });
            }
        }
        before = *word;
    }
    let mut receiver = PinReceiver::new(map, settings(glitch));
    let mut merger: LaneMerger = LaneMerger::new(map.count);
    let (mut rest, mut heard) = (&changes[..], (Vec::new(), Vec::new()));
    while !rest.is_empty() {
        let (taken, event) = receiver.changes(rest, &mut merger);
        rest = &rest[taken..];
        note(event, &mut merger, &mut heard);
    }
    end(&mut receiver, &mut merger, heard)
}

pub(crate) type Heard = (Vec<PinEvent>, Vec<Vec<u8>>);

fn note(event: Option<PinEvent>, merger: &mut LaneMerger, heard: &mut Heard) {
    let mut bytes = [0; 512];
    loop {
        let count = merger.drain(&mut bytes);
        if count == 0 {
            break;
        }
        if let Some(burst) = heard.1.last_mut() {
            burst.extend_from_slice(&bytes[..count]);
        }
    }
    if let Some(PinEvent::BurstStart { .. }) = event {
        heard.1.push(Vec::new());
    }
    heard.0.extend(event);
}

fn end(receiver: &mut PinReceiver, merger: &mut LaneMerger, mut heard: Heard) -> Heard {
    loop {
        let event = receiver.finish(merger);
        note(event, merger, &mut heard);
        if event.is_none() {
            return heard;
        }
    }
}
