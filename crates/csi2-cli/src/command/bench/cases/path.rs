//! The whole path: what `check` and `decode` run, from what a capture reader hands over to frames.

use super::super::buffer::{Buffer, Ring, SOURCE};
use super::super::case::{Case, Reference, Variant};
use super::super::inputs::{self, LANES, LaneFrame, Lines, Scale, WIDTH};
use super::super::references;
use super::plain::Plain;
use super::{Copies, Set, only_moves};
use csi2_analyzer::{
    AssemblerSettings, Entry, FrameAssembler, Input, Keep, Limits, LinkEvent, Pixels, Received, Receiver,
    ReceiverConfig, StreamFilter,
};
use csi2_dphy::{LaneBytes, MAX_LANES, Observation, PinMap};
use csi2_kernels::Backend;
use csi2_packet::{ChecksumVerdict, EccVerdict, PacketEvent};
use csi2_pixel::Codecs;
use csi2_pixel::Samples::Narrow;
use std::hint::black_box;
use std::ops::Range;

/// Samples of wires that a capture reader hands over at once.
const CHUNK: usize = 256 << 10;

/// Frames as a capture has them.
enum Frames {
    /// Bytes of each lane, and where in them the bursts are.
    Lanes(Ring<[Buffer<u8>; LANES]>, Vec<[Range<usize>; LANES]>),
    /// Samples of the wires, one a bit.
    Samples(Ring<Buffer<u8>>),
}

impl Frames {
    fn lanes(samples: &[u16], set: Set, scale: Scale) -> Self {
        let LaneFrame { lanes, bursts } = LaneFrame::new(samples);
        let bytes: usize = lanes.iter().map(Vec::len).sum();
        let lanes = lanes.each_ref();
        // Half of what a ring may take: copies take the other.
        let count = set.count(scale, 2 * bytes);
        let frame = |_| lanes.map(|lane| Buffer::holding(lane, lane.len(), SOURCE));
        Self::Lanes(Ring::new(count, frame), bursts)
    }

    fn samples(samples: &[u16], set: Set, scale: Scale) -> Self {
        let wires = inputs::sampled(samples);
        let count = set.count(scale, wires.len());
        Self::Samples(Ring::new(count, |_| Buffer::holding(&wires, wires.len(), SOURCE)))
    }

    fn entry(&self) -> Entry {
        match self {
            Self::Lanes(..) => Entry::Lanes {
                count: LANES,
                framed: true,
            },
            Self::Samples(_) => Entry::pins(PinMap::single_ended(LANES)),
        }
    }

    /// Bytes of a frame.
    fn len(&mut self) -> usize {
        match self {
            Self::Lanes(ring, _) => ring.last().iter().map(|lane| lane.len()).sum(),
            Self::Samples(ring) => ring.last().len(),
        }
    }

    fn read(&mut self) {
        let read = |bytes: &[u8]| {
            black_box(references::read(black_box(bytes)));
        };
        match self {
            Self::Lanes(ring, _) => ring.turn().iter().for_each(|lane| read(lane)),
            Self::Samples(ring) => read(ring.turn()),
        }
    }

    fn plain(&mut self, plain: &mut Plain) {
        match self {
            Self::Lanes(ring, bursts) => {
                let lanes = ring.turn();
                for burst in bursts {
                    plain.burst(std::array::from_fn(|lane| &lanes[lane][burst[lane].clone()]));
                }
            }
            Self::Samples(ring) => plain.samples(ring.turn()),
        }
    }

    /// Sends the next frame through a receiver. `first`: samples before it.
    #[inline(always)]
    fn receive(&mut self, receiver: &mut Receiver, first: &mut u64, mut each: impl FnMut(&Received<'_>)) {
        let mut run = |seen, whole, offset| {
            let mut input = Input {
                seen: black_box(seen),
                starts: whole,
                ends: whole,
                offset,
                at: None,
            };
            loop {
                // Not moved out, as where captures are read.
                let next = receiver.next(&mut input);
                let Some(received) = &next else { break };
                each(received);
            }
        };
        match self {
            Self::Lanes(ring, bursts) => {
                let frame = ring.turn();
                for burst in bursts.iter() {
                    let mut lanes: [&[u8]; MAX_LANES] = [&[]; MAX_LANES];
                    for ((to, lane), range) in lanes.iter_mut().zip(&*frame).zip(burst) {
                        *to = &lane[range.clone()];
                    }
                    run(Observation::Lanes(LaneBytes { lanes, count: LANES }), true, *first);
                    *first += burst[0].len() as u64;
                }
            }
            Self::Samples(ring) => {
                for bytes in ring.turn().chunks(CHUNK) {
                    let samples = csi2_dphy::Samples {
                        first: *first,
                        unit: 1,
                        bytes,
                    };
                    run(Observation::Samples(samples), false, *first);
                    *first += bytes.len() as u64;
                }
            }
        }
    }
}

/// The chain with the kernels of one backend.
struct Chain {
    backend: Backend,
    receiver: Receiver,
    /// Several, each with a frame of its own, where frames written are to be in memory; none, where only the link is checked.
    assemblers: Option<Ring<FrameAssembler>>,
    /// Samples so far, or bytes of the first lane.
    first: u64,
}

impl Chain {
    /// `frames`: how many frames of samples are kept, none to check the link only.
    fn new(backend: Backend, entry: Entry, frames: usize) -> Self {
        let config = ReceiverConfig {
            backend,
            ..ReceiverConfig::new(entry)
        };
        let assembler = |_| {
            FrameAssembler::new(AssemblerSettings {
                keep: Keep::Samples,
                limits: Limits::default(),
                backend,
                streams: StreamFilter::default(),
                codecs: Codecs::STANDARD,
            })
        };
        Self {
            backend,
            receiver: Receiver::new(config),
            assemblers: (frames > 0).then(|| Ring::new(frames, assembler)),
            first: 0,
        }
    }

    /// Decodes the next frame; `each` gets it. Whether there was one, and only one.
    fn decode(&mut self, frames: &mut Frames, mut each: impl FnMut(&[u16]) -> bool) -> bool {
        let Some(assembler) = self.assemblers.as_mut().map(Ring::turn) else {
            return false;
        };
        let mut good = 0;
        frames.receive(&mut self.receiver, &mut self.first, |received| {
            assembler.push(received);
            while let Some(frame) = assembler.poll() {
                if let (true, Pixels::Samples(Narrow(samples))) =
                    (frame.complete && frame.bad_lines.is_empty(), frame.pixels)
                {
                    good += usize::from(each(samples));
                }
            }
        });
        good == 1
    }

    /// Clean headers of the next frame, and payloads whose checksum matches.
    fn judge(&mut self, frames: &mut Frames) -> (usize, usize) {
        let (mut headers, mut payloads) = (0, 0);
        frames.receive(&mut self.receiver, &mut self.first, |received| match received.event {
            LinkEvent::Packet(PacketEvent::Short(header) | PacketEvent::LongStart(header)) => {
                headers += usize::from(header.ecc == EccVerdict::Clean);
            }
            LinkEvent::Packet(PacketEvent::LongEnd(verdict)) => {
                payloads += usize::from(verdict == ChecksumVerdict::Match);
            }
            _ => {}
        });
        (headers, payloads)
    }
}

/// Frames, and all the ways through.
pub(in super::super) struct Path {
    frames: Frames,
    bytes: usize,
    chains: Vec<Chain>,
    plain: Plain,
    /// Samples of a frame.
    expected: Vec<u16>,
    copies: Option<Copies>,
}

impl Path {
    /// Bytes of four lanes to verdicts: nothing is unpacked.
    pub(in super::super) fn lanes_check(set: Set, scale: Scale) -> Self {
        let samples = Lines::new(10, scale.height).samples;
        Self::new(Frames::lanes(&samples, set, scale), samples, 0, None)
    }

    /// Bytes of four lanes to a frame.
    pub(in super::super) fn lanes_frame(set: Set, scale: Scale) -> Self {
        let samples = Lines::new(10, scale.height).samples;
        let mut frames = Frames::lanes(&samples, set, scale);
        let traffic = frames.len() + 2 * samples.len();
        let copies = Copies::new(traffic, set.count(scale, 2 * traffic));
        let kept = kept(&samples, set, scale);
        Self::new(frames, samples, kept, Some(copies))
    }

    /// Samples of four lanes, one a bit, to a frame.
    pub(in super::super) fn samples_frame(set: Set, scale: Scale) -> Self {
        let samples = Lines::new(10, scale.height).samples;
        let kept = kept(&samples, set, scale);
        Self::new(Frames::samples(&samples, set, scale), samples, kept, None)
    }

    fn new(mut frames: Frames, expected: Vec<u16>, kept: usize, copies: Option<Copies>) -> Self {
        let entry = frames.entry();
        Self {
            bytes: frames.len(),
            chains: Backend::available()
                .map(|backend| Chain::new(backend, entry, kept))
                .collect(),
            plain: Plain::new(expected.len() / WIDTH),
            frames,
            expected,
            copies,
        }
    }

    /// Does one pass; whether the answer is right, as far as `check` looks.
    fn once(&mut self, variant: Variant, check: bool) -> bool {
        let Self {
            frames,
            chains,
            plain,
            expected,
            copies,
            ..
        } = self;
        let rows = expected.len() / WIDTH;
        match variant {
            Variant::Kernel(backend) => {
                let Some(chain) = chains.iter_mut().find(|of| of.backend.name() == backend.name()) else {
                    return false;
                };
                match (&chain.assemblers, check) {
                    (None, _) => black_box(chain.judge(frames)) == (rows + 2, rows),
                    (Some(_), true) => chain.decode(frames, |samples| samples == *expected),
                    (Some(_), false) => chain.decode(frames, |samples| {
                        black_box(samples);
                        true
                    }),
                }
            }
            Variant::Reference(Reference::Plain) => {
                plain.restart();
                frames.plain(plain);
                black_box(plain.good()) == rows && (!check || plain.samples_of(rows) == *expected)
            }
            Variant::Reference(Reference::Read) => {
                frames.read();
                true
            }
            Variant::Reference(reference) => {
                if let Some(copies) = copies {
                    copies.run(reference, 1);
                }
                only_moves(reference)
            }
        }
    }
}

/// Frames of samples that each backend keeps: so many that none is written twice in a turn.
fn kept(samples: &[u16], set: Set, scale: Scale) -> usize {
    const TURN: usize = 7;
    set.count(scale, TURN * 2 * samples.len())
}

impl Case for Path {
    fn bytes(&self) -> usize {
        self.bytes
    }

    /// All frames that are kept, so that their memory is there.
    fn check(&mut self, variant: Variant) -> bool {
        let kept = self
            .chains
            .iter()
            .filter_map(|chain| chain.assemblers.as_ref())
            .map(Ring::len)
            .max();
        (0..kept.unwrap_or(1)).all(|_| self.once(variant, true))
    }

    fn run(&mut self, variant: Variant, passes: usize) {
        for _ in 0..passes {
            black_box(self.once(variant, false));
        }
    }
}
