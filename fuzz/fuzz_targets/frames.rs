//! Pictures of one stream, with rows lost, rows wrong, and frame starts and ends lost: the assembler makes of them what a plain
//! model does.
//!
//! - every picture that had a row comes out, with its number and its rows in their places;
//! - numbered rows are named as lost where they were, others at the end of the frame, as long as whole frames in between show
//!   that the height is what it was;
//! - rows with a wrong checksum are named, and kept.
#![no_main]

use arbitrary::Arbitrary;
use csi2_analyzer::{AssemblerSettings, FrameAssembler, Keep, Limits, LinkEvent, Pixels, Received, Span, StreamFilter};
use csi2_kernels::Backend;
use csi2_packet::{ChecksumVerdict, DataType, PacketEvent, PacketHeader, VcExtension, VirtualChannel};
use csi2_pixel::{Codecs, Samples};

#[derive(Arbitrary, Debug)]
struct Camera {
    height: u8,
    groups: u8,
    numbered: bool,
    packed: bool,
    pieces: u8,
    pictures: Vec<Picture>,
}

#[derive(Arbitrary, Debug)]
struct Picture {
    lost: u32,
    wrong: u32,
    start_lost: bool,
    end_lost: bool,
}

/// What is expected of a frame.
#[derive(Debug, PartialEq)]
struct Made {
    number: Option<u16>,
    rows: Vec<Vec<u8>>,
    missing: Vec<u32>,
    bad: Vec<u32>,
    complete: bool,
}

libfuzzer_sys::fuzz_target!(|camera: Camera| {
    let height = u32::from(camera.height % 24) + 2;
    let width = usize::from(camera.groups % 16) + 1;
    let mut bench = Bench::new(camera.packed);
    let mut expected = Vec::new();
    // The first one is whole: from it the height is known.
    let whole = Picture {
        lost: 0,
        wrong: 0,
        start_lost: false,
        end_lost: false,
    };
    let pictures = camera.pictures.iter().take(16);
    let pictures = pictures.flat_map(|picture| [picture, &whole].into_iter().take(if camera.numbered { 1 } else { 2 }));
    let mut open = false;
    for (index, picture) in [&whole].into_iter().chain(pictures).enumerate() {
        let number = index as u16 + 1;
        // Without both the end of the one and the start of the next, two pictures are one.
        let started = open || !picture.start_lost;
        // The last row shows in frames without their end how far they reach.
        let lost = |row: u32| picture.lost >> row & 1 != 0 && row + 1 < height && row > 0;
        let wrong = |row: u32| picture.wrong >> row & 1 != 0;
        if started {
            bench.short(DataType::FRAME_START, number);
        }
        let mut sent = Vec::new();
        for row in (0..height).filter(|row| !lost(*row)) {
            let payload: Vec<u8> = (0..width)
                .map(|at| (at as u8 * 3) ^ (row as u8) ^ ((number as u8).wrapping_mul(16)) | 1)
                .collect();
            if camera.numbered {
                bench.short(DataType::LINE_START, row as u16 + 1);
            }
            bench.line(&payload, wrong(row), camera.pieces);
            if camera.numbered {
                bench.short(DataType::LINE_END, row as u16 + 1);
            }
            sent.push((row, payload));
        }
        open = picture.end_lost;
        if !open {
            bench.short(DataType::FRAME_END, number);
        }
        let count = sent.len() as u32;
        let at = |(arrived, (row, _)): (usize, &(u32, Vec<u8>))| if camera.numbered { *row } else { arrived as u32 };
        let mut made = Made {
            number: started.then_some(number),
            rows: vec![vec![0; width]; height as usize],
            missing: if camera.numbered {
                (0..height).filter(|row| lost(*row)).collect()
            } else {
                (count..height).collect()
            },
            bad: Vec::new(),
            complete: started && !open && count == height,
        };
        for (arrived, sent) in sent.iter().enumerate() {
            let place = at((arrived, sent));
            made.rows[place as usize].clone_from(&sent.1);
            if wrong(sent.0) {
                made.bad.push(place);
            }
        }
        expected.push(made);
    }
    bench.assembler.finish();
    bench.drain();
    assert_eq!(bench.made, expected);
});

struct Bench {
    assembler: FrameAssembler,
    made: Vec<Made>,
}

impl Bench {
    fn new(packed: bool) -> Self {
        let assembler = FrameAssembler::new(AssemblerSettings {
            keep: if packed { Keep::Packed } else { Keep::Samples },
            limits: Limits::default(),
            backend: Backend::detect(),
            streams: StreamFilter::default(),
            codecs: Codecs::STANDARD,
        });
        Self {
            assembler,
            made: Vec::new(),
        }
    }

    fn short(&mut self, data_type: DataType, word: u16) {
        self.event(PacketEvent::Short(received(data_type, word)));
    }

    fn line(&mut self, payload: &[u8], wrong: bool, pieces: u8) {
        self.event(PacketEvent::LongStart(received(DataType::RAW8, payload.len() as u16)));
        for piece in payload.chunks(usize::from(pieces).max(1)) {
            self.event(PacketEvent::Payload(piece));
        }
        self.event(PacketEvent::LongEnd(if wrong {
            ChecksumVerdict::Mismatch {
                received: 1,
                computed: 2,
            }
        } else {
            ChecksumVerdict::Match
        }));
    }

    fn event(&mut self, event: PacketEvent<'_>) {
        self.assembler.push(&Received {
            event: LinkEvent::Packet(event),
            span: Span::default(),
        });
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(frame) = self.assembler.poll() {
            let width = frame.width as usize;
            let bytes: Vec<u8> = match frame.pixels {
                Pixels::Packed(bytes) => bytes.to_vec(),
                Pixels::Samples(Samples::Narrow(samples)) => samples.iter().map(|sample| *sample as u8).collect(),
                Pixels::Samples(Samples::Wide(_)) => panic!("samples of 8 bits are narrow"),
            };
            self.made.push(Made {
                number: frame.number,
                rows: bytes.chunks(width).map(<[u8]>::to_vec).collect(),
                missing: frame.missing_lines.to_vec(),
                bad: frame.bad_lines.to_vec(),
                complete: frame.complete,
            });
        }
    }
}

fn received(data_type: DataType, word: u16) -> csi2_packet::ReceivedHeader {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word,
    };
    PacketHeader::receive(header.encode(), VcExtension::Classic)
}
