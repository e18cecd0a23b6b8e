//! Captures whose wires are mixed up on purpose.

use core::convert::Infallible;
use csi2_analyzer::{Descrambling, Discovered, Discovery, Entry, Hints, Input, LinkEvent, Receiver, ReceiverConfig};
use csi2_dphy::{
    Change, Clocking, LanePins, Level, MAX_LANES, Observation, PinMap, Samples, Scrambling, TransmitTiming,
    UnitInterval, WaveformSettings, Wire, Wires,
};
use csi2_generator::{TransmitLayer, TransmitSettings, Transmitter};
use csi2_packet::{
    ChecksumVerdict, DataType, EccVerdict, LongPacket, PacketEvent, PacketHeader, ShortPacket, VcExtension,
    VirtualChannel,
};

pub(crate) const RATE: u64 = 400_000_000;

/// A link and how it is captured.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) lanes: usize,
    pub(crate) wires: Wires,
    pub(crate) clocking: Clocking,
    /// Samples per UI.
    pub(crate) pace: (u64, u64),
    pub(crate) scrambling: Option<Scrambling>,
    pub(crate) skew: [u32; MAX_LANES],
    /// UI of deskew bursts, and of ULPS between frames.
    pub(crate) deskew: Option<u64>,
    pub(crate) ulps: Option<u64>,
}

impl Link {
    pub(crate) fn new(lanes: usize) -> Self {
        Self {
            lanes,
            wires: Wires::ALL,
            clocking: Clocking::Continuous,
            pace: (4, 1),
            scrambling: None,
            skew: [0; MAX_LANES],
            deskew: None,
            ulps: None,
        }
    }

    /// Wires in the order CLKP CLKN D0P D0N ...
    pub(crate) fn wire_count(&self) -> usize {
        let each = 1 + usize::from(self.wires.low_power);
        each * (self.lanes + usize::from(self.wires.clock))
    }

    /// Position of a lane's P wire in that order; `None` is the clock.
    fn first_wire(&self, lane: Option<usize>) -> usize {
        let each = 1 + usize::from(self.wires.low_power);
        each * lane.map_or(0, |lane| lane + usize::from(self.wires.clock))
    }

    /// Bit `k` of each sample is wire `k`.
    pub(crate) fn samples(&self, bursts: &[Vec<u8>]) -> Vec<u64> {
        let waveform = WaveformSettings {
            wires: self.wires,
            clocking: self.clocking,
            skew: self.skew,
            ..WaveformSettings::new(
                self.lanes,
                UnitInterval {
                    numerator: self.pace.0,
                    denominator: self.pace.1,
                },
                TransmitTiming::for_rate(RATE),
            )
        };
        let mut transmitter = Transmitter::new(TransmitSettings {
            scrambling: self.scrambling,
            initial_deskew: self.deskew,
            periodic_deskew: self.deskew.map(|ui| ui / 2),
            ulps: self.ulps,
            ..TransmitSettings::new(TransmitLayer::Pins(waveform), self.lanes, RATE)
        });
        assert_eq!(transmitter.channels().len(), self.wire_count());
        let mut all = Vec::new();
        let mut keep = |piece: csi2_generator::Piece<'_>| {
            let Observation::Samples(seen) = piece.seen else {
                panic!("no samples")
            };
            let word = |sample: &[u8]| sample.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            all.extend(seen.bytes.chunks(seen.unit).map(word));
            Ok::<_, Infallible>(())
        };
        for burst in bursts {
            transmitter.burst(burst, &mut keep).unwrap();
        }
        transmitter.finish(&mut keep).unwrap();
        all
    }
}

/// Where each wire of the link went: its channel, and whether it is inverted on the way.
#[derive(Clone, Debug)]
pub(crate) struct Wiring(pub(crate) Vec<(u16, bool)>);

impl Wiring {
    pub(crate) fn straight(link: &Link) -> Self {
        Self((0..link.wire_count() as u16).map(|channel| (channel, false)).collect())
    }

    /// Wires on channels that have nothing to do with their order.
    pub(crate) fn shuffled(link: &Link, seed: u64) -> Self {
        let mut random = Random(seed);
        let mut channels: Vec<u16> = (0..24).collect();
        for index in (1..channels.len()).rev() {
            channels.swap(index, random.below(index + 1));
        }
        Self(
            channels
                .into_iter()
                .take(link.wire_count())
                .map(|channel| (channel, false))
                .collect(),
        )
    }

    /// P and N of a lane exchanged; of a single wire, inverted.
    pub(crate) fn turn(&mut self, link: &Link, lane: Option<usize>) {
        let first = link.first_wire(lane);
        if link.wires.low_power {
            self.0.swap(first, first + 1);
        } else {
            self.0[first].1 ^= true;
        }
    }

    pub(crate) fn apply(&self, samples: &[u64]) -> Vec<u64> {
        let place = |sample: &u64| {
            let wires = self.0.iter().enumerate();
            wires.fold(0, |word, (wire, (channel, invert))| {
                word | (sample >> wire & 1 ^ u64::from(*invert)) << channel
            })
        };
        samples.iter().map(place).collect()
    }

    /// What the map should say.
    pub(crate) fn map(&self, link: &Link) -> PinMap {
        let wire = |index: usize| {
            let (channel, invert) = self.0[index];
            Some(Wire { channel, invert })
        };
        let pins = |lane: Option<usize>| {
            let first = link.first_wire(lane);
            LanePins {
                p: wire(first),
                n: link.wires.low_power.then(|| wire(first + 1)).flatten(),
                ..LanePins::default()
            }
        };
        let mut map = PinMap {
            clock: link.wires.clock.then(|| pins(None)),
            count: link.lanes,
            ..PinMap::default()
        };
        for lane in 0..link.lanes {
            map.lanes[lane] = pins(Some(lane));
        }
        map
    }
}

/// Wires that are no part of the link: a slow output, and a bus clock in bursts.
pub(crate) fn with_strangers(mut samples: Vec<u64>) -> Vec<u64> {
    for (at, sample) in samples.iter_mut().enumerate() {
        let gpio = (at / 3001) & 1;
        let bus = usize::from(at % 20_000 < 9_000) & (at / 500);
        *sample |= (gpio as u64) << 40 | (bus as u64 & 1) << 41;
    }
    samples
}

/// The capture as changes.
pub(crate) fn changes(samples: &[u64]) -> Vec<Change> {
    let mut last = !samples.first().copied().unwrap_or(0);
    let mut out = Vec::new();
    for (at, sample) in (0..).zip(samples) {
        for channel in (0..64u16).filter(|channel| (last ^ sample) >> channel & 1 == 1) {
            let level = if sample >> channel & 1 == 1 {
                Level::High
            } else {
                Level::Low
            };
            out.push(Change { at, channel, level });
        }
        last = *sample;
    }
    out
}

/// What is seen, whole.
pub(crate) enum Seen {
    Samples(Vec<u64>),
    Changes(Vec<Change>),
}

impl Seen {
    /// Hands out pieces until `take` has enough.
    pub(crate) fn each(&self, take: &mut dyn FnMut(Observation<'_>) -> bool) {
        match self {
            Self::Samples(samples) => {
                let mut first = 0;
                for piece in samples.chunks(8192) {
                    let bytes: Vec<u8> = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                    if !take(Observation::Samples(Samples {
                        first,
                        unit: 8,
                        bytes: &bytes,
                    })) {
                        return;
                    }
                    first += piece.len() as u64;
                }
            }
            Self::Changes(changes) => {
                for piece in changes.chunks(1000) {
                    if !take(Observation::Changes(piece)) {
                        return;
                    }
                }
            }
        }
    }
}

/// Nothing is known.
pub(crate) const NOTHING: Hints = Hints {
    named: None,
    fixed: false,
    lanes: None,
    unit_interval: None,
    vcx: VcExtension::Extended,
    scrambling: Descrambling::Auto,
};

pub(crate) fn discover(seen: &Seen, hints: &Hints) -> Option<Discovered> {
    let mut discovery = Discovery::new(64);
    seen.each(&mut |seen| discovery.see(&seen));
    discovery.conclude(hints)
}

/// Packets a receiver gets with what was found: good ones, and all others.
pub(crate) fn packets(seen: &Seen, found: &Discovered) -> (usize, usize) {
    let mut config = ReceiverConfig::new(Entry::Pins {
        map: found.map,
        sampling: found.sampling,
    });
    config.scrambling = found.scrambling;
    let mut receiver = Receiver::new(config);
    let (mut good, mut bad) = (0, 0);
    let mut count = |event: LinkEvent<'_>| match event {
        LinkEvent::Packet(PacketEvent::Short(header)) if header.ecc == EccVerdict::Clean => good += 1,
        LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Match)) => good += 1,
        LinkEvent::Packet(PacketEvent::LongStart(_) | PacketEvent::Payload(_)) => {}
        LinkEvent::Packet(_) => bad += 1,
        _ => {}
    };
    seen.each(&mut |seen| {
        let mut input = Input {
            seen,
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            count(received.event);
        }
        true
    });
    while let Some(received) = receiver.finish() {
        count(received.event);
    }
    (good, bad)
}

/// A generator of numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        // Ref: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

pub(crate) fn short(data_type: u8, word: u16) -> Vec<u8> {
    let mut out = vec![0; 4];
    ShortPacket::emit(header(data_type, word), &mut out).unwrap();
    out
}

pub(crate) fn long(data_type: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; payload.len() + 6];
    LongPacket::emit(header(data_type, 0), payload, &mut out).unwrap();
    out
}

fn header(data_type: u8, word: u16) -> PacketHeader {
    PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::from_bits(data_type),
        word,
    }
}

/// Frames of RAW10 lines, a packet a burst.
pub(crate) fn frames(count: u16, lines: usize, bytes: usize) -> Vec<Vec<u8>> {
    let mut random = Random(7);
    let mut bursts = Vec::new();
    for frame in 1..=count {
        bursts.push(short(0x00, frame));
        for _ in 0..lines {
            let payload: Vec<u8> = (0..bytes).map(|_| random.next() as u8).collect();
            bursts.push(long(0x2B, &payload));
        }
        bursts.push(short(0x01, frame));
    }
    bursts
}
