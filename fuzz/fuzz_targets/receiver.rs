//! Any bytes, on any way in, through link, analyzer and assembler:
//!
//! - all input is consumed, and the chain comes to an end;
//! - packets and bursts are numbered upwards, bursts start before they end;
//! - frames are as large as they say, and name only rows they have;
//! - findings stay within their limit, and every packet is counted.
#![no_main]

use csi2_analyzer::{
    Analyzer, AnalyzerSettings, AssemblerSettings, Entry, Frame, FrameAssembler, Input, Keep, Limits, LinkEvent,
    Pixels, Received, Receiver, ReceiverConfig, StreamFilter,
};
use csi2_dphy::{LaneBytes, LanePins, MAX_LANES, Observation, PinMap, Samples, Wire};
use csi2_fuzz::Fields;
use csi2_kernels::Backend;
use csi2_packet::{PacketEvent, VcExtension};

const LIMITS: Limits = Limits {
    max_skew_bytes: 4,
    max_lane_lag_bytes: 256,
    max_open_streams: 2,
    max_frame_bytes: 1 << 16,
};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let parameters = fields.byte();
    let framed = parameters & 4 != 0;
    let count = usize::from(parameters >> 3 & 3) + 1;
    let entry = match parameters & 3 {
        0 => Entry::Packets { framed },
        1 => Entry::Lanes { count, framed },
        _ => Entry::Pins(map(parameters & 4 != 0, count)),
    };
    let vcx = if parameters & 0x20 == 0 {
        VcExtension::Extended
    } else {
        VcExtension::Classic
    };
    let keep = if parameters & 0x40 == 0 {
        Keep::Samples
    } else {
        Keep::Packed
    };
    let mut chain = Chain::new(
        ReceiverConfig {
            entry,
            vcx,
            limits: LIMITS,
        },
        keep,
    );
    let mut offset = 0;
    while let Some(piece) = fields.string(1) {
        let seen = match entry {
            Entry::Packets { .. } => Observation::Merged(piece),
            Entry::Lanes { .. } => Observation::Lanes(lanes(piece, count)),
            Entry::Pins(_) => Observation::Samples(Samples {
                first: offset,
                unit: 1,
                bytes: piece,
            }),
        };
        chain.push(
            Input {
                seen,
                starts: framed,
                ends: framed,
                offset,
                at: None,
            },
            piece.len(),
        );
        offset += piece.len() as u64;
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

/// A clock lane and data lanes, single wires, or pairs as far as eight wires go.
fn map(pairs: bool, count: usize) -> PinMap {
    let mut wires = (0..8).map(|channel| Wire { channel, invert: false });
    let mut pins = || LanePins {
        p: wires.next(),
        n: if pairs { wires.next() } else { None },
        ..LanePins::default()
    };
    let mut map = PinMap {
        clock: Some(pins()),
        count: if pairs { count.min(3) } else { count },
        ..PinMap::default()
    };
    let count = map.count;
    map.lanes.iter_mut().take(count).for_each(|lane| *lane = pins());
    map
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
        };
        let rest = Rest {
            analyzer: Analyzer::new(AnalyzerSettings {
                limits: LIMITS,
                vcx: config.vcx,
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
        Pixels::Samples(samples) => (samples.len(), height * frame.width as usize),
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
