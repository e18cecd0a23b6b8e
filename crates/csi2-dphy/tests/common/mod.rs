//! A transmitter and a link for the tests: bursts to samples, samples to events and bytes.
#![allow(dead_code, clippy::unwrap_used, reason = "tests; not every test file uses all of it")]

use csi2_dphy::{
    Change, LaneBytes, LaneMerger, Level, MAX_LANES, PinEvent, PinMap, PinReceiver, PinSettings, Samples, Waveform,
    WaveformSettings, Wire, lane_length,
};

pub(crate) struct Capture {
    pub(crate) unit: usize,
    pub(crate) bytes: Vec<u8>,
    pub(crate) channels: usize,
}

/// Lanes of one burst, byte by byte: shares nothing with the crate's distribution.
pub(crate) fn lanes_of(bytes: &[u8], count: usize) -> Vec<Vec<u8>> {
    let mut lanes = vec![Vec::new(); count];
    for (index, byte) in bytes.iter().enumerate() {
        lanes[index % count].push(*byte);
    }
    lanes
}

pub(crate) fn lane_bytes(lanes: &[Vec<u8>]) -> LaneBytes<'_> {
    let mut slices: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
    for (slice, lane) in slices.iter_mut().zip(lanes) {
        *slice = lane;
    }
    LaneBytes {
        lanes: slices,
        count: lanes.len(),
    }
}

/// All that was started, in pieces of odd sizes.
pub(crate) fn pump(waveform: &mut Waveform, lanes: &LaneBytes<'_>, seed: u64, bytes: &mut Vec<u8>) {
    let mut seed = seed;
    loop {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut piece = vec![0; waveform.unit() * (1 + (seed >> 33) as usize % 700)];
        let made = waveform.fill(lanes, &mut piece);
        if made == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..made]);
    }
}

pub(crate) fn make(settings: &WaveformSettings, bursts: &[Vec<u8>], idle: u64, seed: u64) -> Capture {
    let mut waveform = Waveform::new(*settings);
    let mut bytes = Vec::new();
    for burst in bursts {
        waveform.idle(idle);
        pump(&mut waveform, &lane_bytes(&[]), seed, &mut bytes);
        let lanes = lanes_of(burst, settings.lanes);
        let mut lengths = [0; MAX_LANES];
        for (lane, length) in lengths.iter_mut().enumerate().take(settings.lanes) {
            *length = lane_length(burst.len(), settings.lanes, lane);
            assert_eq!(*length, lanes[lane].len());
        }
        waveform.burst(lengths);
        pump(&mut waveform, &lane_bytes(&lanes), seed, &mut bytes);
    }
    waveform.idle(idle);
    pump(&mut waveform, &lane_bytes(&[]), seed, &mut bytes);
    Capture {
        unit: waveform.unit(),
        bytes,
        channels: waveform.channels(),
    }
}

pub(crate) fn wire(channel: usize) -> Option<Wire> {
    Some(Wire {
        channel: channel as u16,
        invert: false,
    })
}

pub(crate) fn map_of(settings: &WaveformSettings) -> PinMap {
    if settings.wires.low_power {
        PinMap::pairs(settings.lanes)
    } else {
        PinMap::single_ended(settings.lanes)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) events: Vec<PinEvent>,
    /// Bytes from each start to its end, or to the next start.
    pub(crate) bursts: Vec<Vec<u8>>,
    pub(crate) unit_interval: Option<f64>,
}

/// A link that knows how long its bursts are.
pub(crate) struct Link<'a> {
    pub(crate) receiver: PinReceiver,
    pub(crate) merger: LaneMerger,
    pub(crate) heard: Heard,
    lengths: Vec<usize>,
    sent: &'a [Vec<u8>],
    running: bool,
}

impl<'a> Link<'a> {
    pub(crate) fn new(map: &PinMap, sent: &'a [Vec<u8>]) -> Self {
        Self {
            receiver: PinReceiver::new(*map, PinSettings::default()),
            merger: LaneMerger::new(map.count),
            heard: Heard::default(),
            lengths: sent.iter().map(Vec::len).collect(),
            sent,
            running: false,
        }
    }

    pub(crate) fn take(&mut self, event: Option<PinEvent>) {
        let mut bytes = [0; 997];
        loop {
            let count = self.merger.drain(&mut bytes);
            if count == 0 {
                break;
            }
            if self.running {
                self.heard.bursts.last_mut().unwrap().extend_from_slice(&bytes[..count]);
            }
        }
        match event {
            Some(PinEvent::BurstStart { .. }) => {
                self.heard.bursts.push(Vec::new());
                self.running = true;
            }
            Some(PinEvent::BurstEnd { .. }) => self.running = false,
            _ => {}
        }
        self.heard.events.extend(event);
        // What the packet layer does where LP states are not visible.
        if !self.receiver.sees_lp() && self.running {
            let index = self.heard.bursts.len() - 1;
            let length = self.lengths.get(index).copied().unwrap_or(0);
            let burst = self.heard.bursts.last_mut().unwrap();
            if burst.len() >= length {
                burst.truncate(length);
                self.running = false;
                self.receiver.release_after(length as u64);
            }
        }
    }

    pub(crate) fn samples(&mut self, mut seen: Samples<'_>) {
        while !seen.bytes.is_empty() {
            let (taken, event) = self.receiver.samples(&seen, &mut self.merger);
            assert!(taken > 0 || event.is_some(), "no progress");
            seen.first += taken as u64;
            seen.bytes = &seen.bytes[taken * seen.unit..];
            self.take(event);
        }
    }

    pub(crate) fn changes(&mut self, mut seen: &[Change]) {
        while !seen.is_empty() {
            let (taken, event) = self.receiver.changes(seen, &mut self.merger);
            assert!(taken > 0 || event.is_some(), "no progress");
            seen = &seen[taken..];
            self.take(event);
        }
    }

    pub(crate) fn finish(mut self) -> Heard {
        loop {
            let event = self.receiver.finish(&mut self.merger);
            self.take(event);
            if event.is_none() {
                break;
            }
        }
        self.heard.unit_interval = self.receiver.unit_interval();
        if !self.receiver.sees_lp() {
            // Whether a boundary is reached before the release depends on the cuts; the bursts do not.
            self.heard
                .events
                .retain(|event| !matches!(event, PinEvent::BoundaryInside { .. }));
        }
        self.heard
    }
}

pub(crate) fn receive(map: &PinMap, capture: &Capture, sent: &[Vec<u8>]) -> Heard {
    let mut link = Link::new(map, sent);
    link.samples(Samples {
        first: 0,
        unit: capture.unit,
        bytes: &capture.bytes,
    });
    link.finish()
}

pub(crate) fn receive_cut(map: &PinMap, capture: &Capture, sent: &[Vec<u8>], seed: u64) -> Heard {
    let mut link = Link::new(map, sent);
    let mut seed = seed | 1;
    let (mut first, mut rest) = (0, &capture.bytes[..]);
    while !rest.is_empty() {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let count = (1 + (seed >> 33) as usize % 300).min(rest.len() / capture.unit);
        let (piece, after) = rest.split_at(count * capture.unit);
        link.samples(Samples {
            first,
            unit: capture.unit,
            bytes: piece,
        });
        first += count as u64;
        rest = after;
    }
    link.finish()
}

/// The changes of a sampled capture.
pub(crate) fn changes(capture: &Capture) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut before = None;
    for (at, unit) in capture.bytes.chunks(capture.unit).enumerate() {
        let word = unit.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        for channel in 0..capture.channels {
            let level = word >> channel & 1;
            if before.is_none_or(|before: u64| before >> channel & 1 != level) {
                let level = if level == 1 { Level::High } else { Level::Low };
                changes.push(Change {
                    at: at as u64,
                    channel: channel as u16,
                    level,
                });
            }
        }
        before = Some(word);
    }
    changes
}

pub(crate) fn receive_changes(map: &PinMap, changes: &[Change], seed: u64) -> Heard {
    let mut link = Link::new(map, &[]);
    let mut seed = seed | 1;
    let mut rest = changes;
    while !rest.is_empty() {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let (piece, after) = rest.split_at((1 + (seed >> 33) as usize % 300).min(rest.len()));
        link.changes(piece);
        rest = after;
    }
    link.finish()
}
