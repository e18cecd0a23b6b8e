//! Any bytes, on any way in, scrambled or not, through link, analyzer and assembler:
//!
//! - all input is consumed, and the chain comes to an end;
//! - packets and bursts are numbered upwards, bursts start before they end;
//! - frames are as large as they say, and name only rows they have;
//! - findings stay within their limit, and every packet is counted.
#![no_main]

use csi2_analyzer::{
    Analyzer, AnalyzerSettings, AssemblerSettings, Entry, Frame, FrameAssembler, Input, Keep, Limits, LinkEvent,
    Pixels, Received, Receiver, ReceiverConfig, StreamFilter, find_scrambling,
};
use csi2_dphy::{
    Bus, LaneBytes, LanePins, LanePorts, MAX_LANES, Observation, PinMap, PortMap, Ports, Samples, Sampling, Scrambling,
    StreamPorts, UnitInterval, Wire,
};
use csi2_fuzz::Fields;
use csi2_kernels::Backend;
use csi2_packet::{PacketEvent, VcExtension};
use csi2_pixel::Codecs;

const LIMITS: Limits = Limits {
    max_skew_bytes: 4,
    max_lane_lag_bytes: 256,
    max_open_streams: 2,
    max_frame_bytes: 1 << 16,
};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let parameters = fields.byte();
    let more = if parameters & 0x80 == 0 { 0 } else { fields.byte() };
    let framed = parameters & 4 != 0;
    let count = usize::from(parameters >> 3 & 3) + 1;
    let entry = match parameters & 3 {
        0 => Entry::Packets { framed },
        1 => Entry::Lanes { count, framed },
        3 if more & 4 != 0 => Entry::Ports(ports(framed, count)),
        _ => Entry::Pins {
            map: map(framed, count, more & 8 == 0),
            sampling: sampling(more >> 4),
        },
    };
    let vcx = if parameters & 0x20 == 0 {
        VcExtension::Extended
    } else {
        VcExtension::ClassicFirst
    };
    let keep = if parameters & 0x40 == 0 {
        Keep::Samples
    } else {
        Keep::Packed
    };
    let mut pieces = Vec::new();
    let mut offset = 0;
    while let Some(piece) = fields.string(1) {
        let seen = match entry {
            Entry::Packets { .. } => Observation::Merged(piece),
            Entry::Lanes { .. } => Observation::Lanes(lanes(piece, count)),
            Entry::Pins { .. } | Entry::Ports(_) => Observation::Samples(Samples {
                first: offset,
                unit: 1,
                bytes: piece,
            }),
        };
        let input = Input {
            seen,
            starts: framed,
            ends: framed,
            offset,
            at: None,
        };
        pieces.push((input, piece.len()));
        offset += piece.len() as u64;
    }
    let config = ReceiverConfig {
        vcx,
        limits: LIMITS,
        ..ReceiverConfig::new(entry)
    };
    let scrambling = match more & 3 {
        0 => None,
        // One lane, so that of others there is no seed.
        1 => Some(Scrambling {
            lanes: 1,
            ..Scrambling::PRESETS[0].scrambling
        }),
        2 => Some(Scrambling::PRESETS[3].scrambling),
        _ => find_scrambling(&config, || pieces.iter().map(|(input, _)| *input)),
    };
    let mut chain = Chain::new(ReceiverConfig { scrambling, ..config }, keep);
    for (input, length) in pieces {
        chain.push(input, length);
    }
    chain.finish();
});

/// Lanes of almost equal length, one after the other.
fn lanes(piece: &[u8], count: usize) -> LaneBytes<'_> {
    let mut lanes = [&[][..]; MAX_LANES];
    let mut pieces = piece.chunks(piece.len().div_ceil(count).max(1));
    lanes
        .iter_mut()
        .take(count)
        .for_each(|lane| *lane = pieces.next().unwrap_or_default());
    LaneBytes { lanes, count }
}

/// Data lanes and perhaps a clock lane, single wires, or pairs as far as eight wires go.
fn map(pairs: bool, count: usize, clock: bool) -> PinMap {
    let mut wires = (0..8).map(|channel| Wire { channel, invert: false });
    let mut pins = || LanePins {
        p: wires.next(),
        n: if pairs { wires.next() } else { None },
        ..LanePins::default()
    };
    let mut map = PinMap {
        clock: clock.then(&mut pins),
        count: if pairs { count.min(3) } else { count },
        ..PinMap::default()
    };
    let count = map.count;
    map.lanes.iter_mut().take(count).for_each(|lane| *lane = pins());
    map
}

/// Lengths of a bit around one sample, glitches and early bits.
fn sampling(what: u8) -> Sampling {
    let unit = |numerator, denominator| Some(UnitInterval { numerator, denominator });
    Sampling {
        unit_interval: [None, unit(2, 1), unit(7, 5), unit(1, 3)][usize::from(what & 3)],
        glitch: if what & 4 == 0 { 0 } else { 3 },
        early: if what & 8 == 0 {
            [0; 8]
        } else {
            [2, 0, 1, 70, 0, 0, 0, 0]
        },
    }
}

/// Lanes whose bytes are all the same six wires and two that say they are any, or a stream of such.
fn ports(stream: bool, count: usize) -> PortMap {
    let wire = |channel| Some(Wire { channel, invert: false });
    let data = [0, 1, 2, 3, 4, 5, 0, 1];
    let ports = if stream {
        Ports::Stream(StreamPorts {
            data: Bus::new(&data, false).expect("eight wires"),
            valid: wire(6),
            ready: None,
            last: wire(7),
            keep: Bus::default(),
        })
    } else {
        let mut lanes = [LanePorts::default(); MAX_LANES];
        lanes.iter_mut().take(count).for_each(|lane| {
            lane.data = Bus::new(&data, false).expect("eight wires");
            lane.valid = Bus::new(&[6], false).expect("a wire");
            lane.active = wire(7);
        });
        Ports::Lanes { lanes, count }
    };
    PortMap { clock: None, ports }
}

struct Chain {
    receiver: Receiver,
    rest: Rest,
}

/// What stands behind the receiver.
struct Rest {
    analyzer: Analyzer,
    assembler: FrameAssembler,
    burst: u64,
    /// The last packet that began.
    packet: Option<u64>,
    running: bool,
}

impl Chain {
    fn new(config: ReceiverConfig, keep: Keep) -> Self {
        let assembler = AssemblerSettings {
            keep,
            limits: LIMITS,
            backend: Backend::detect(),
            streams: StreamFilter::IMAGES,
            codecs: Codecs::STANDARD,
        };
        let rest = Rest {
            analyzer: Analyzer::new(AnalyzerSettings {
                limits: LIMITS,
                vcx: (config.vcx != VcExtension::Extended).then_some(config.vcx),
            }),
            assembler: FrameAssembler::new(assembler),
            burst: 0,
            packet: None,
            running: false,
        };
        Self {
            receiver: Receiver::new(config),
            rest,
        }
    }

    fn push(&mut self, mut input: Input<'_>, length: usize) {
        let mut turns = 0;
        while let Some(received) = self.receiver.next(&mut input) {
            self.rest.take(&received);
            turns += 1;
            assert!(turns <= 1024 + 64 * length, "no progress");
        }
        let left = match input.seen {
            Observation::Merged(bytes) => bytes.len(),
            Observation::Lanes(lanes) => lanes.lanes.iter().map(|lane| lane.len()).sum(),
            Observation::Samples(samples) => samples.bytes.len(),
            Observation::Changes(changes) => changes.len(),
        };
        assert_eq!(left, 0, "input left over");
    }

    fn finish(mut self) {
        let mut turns = 0;
        while let Some(received) = self.receiver.finish() {
            self.rest.take(&received);
            turns += 1;
            assert!(turns <= 1 << 16, "no end");
        }
        self.rest.analyzer.finish();
        while self.rest.analyzer.poll().is_some() {}
        self.rest.assembler.finish();
        self.rest.frames();
    }
}

impl Rest {
    fn take(&mut self, received: &Received<'_>) {
        match received.event {
            LinkEvent::BurstStart(_) => {
                assert!(!self.running, "a burst in a burst");
                self.running = true;
            }
            LinkEvent::BurstEnd => assert!(std::mem::take(&mut self.running), "an end without a start"),
            _ => {}
        }
        let span = received.span;
        assert!(span.burst >= self.burst, "{received:?} after burst {}", self.burst);
        self.burst = span.burst;
        if let LinkEvent::Packet(PacketEvent::Short(_) | PacketEvent::LongStart(_) | PacketEvent::Unusable(_)) =
            received.event
        {
            assert!(
                self.packet.is_none_or(|packet| span.packet > packet),
                "{received:?} after {:?}",
                self.packet
            );
            self.packet = Some(span.packet);
        }
        self.analyzer.push(received);
        while self.analyzer.poll().is_some() {}
        self.assembler.push(received);
        self.frames();
    }

    fn frames(&mut self) {
        while let Some(frame) = self.assembler.poll() {
            check(&frame);
        }
    }
}

fn check(frame: &Frame<'_>) {
    let height = frame.height as usize;
    let (size, expected) = match frame.pixels {
        Pixels::Samples(samples) => {
            let stride = frame.codec.map_or(0, |codec| codec.layout.stride(frame.width as usize));
            (samples.len(), height * stride)
        }
        Pixels::Packed(bytes) => (bytes.len(), height * frame.line_bytes as usize),
    };
    assert_eq!(size, expected);
    assert!(size <= 2 * LIMITS.max_frame_bytes);
    for rows in [frame.missing_lines, frame.bad_lines] {
        assert!(rows.iter().all(|row| *row < frame.height), "{rows:?} of {height}");
        assert!(rows.is_sorted_by(|one, next| one < next));
    }
    assert!(!frame.complete || frame.missing_lines.is_empty());
}
