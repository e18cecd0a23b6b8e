//! Frames and rows of any kind, in any order, behind an assembler:
//!
//! - every frame that the assembler makes comes out, or parts of it do;
//! - what comes out is as large as it says, and its lists of rows are in order and inside of it;
//! - an exposure of a set comes once;
//! - sets merge, or say why they do not.
#![no_main]

use csi2_analyzer::hdr::{ExposureSorter, HdrSettings, Label, MergeSettings, Sorted, Told, Verdict, merge};
use csi2_analyzer::{
    AssemblerSettings, Frame, FrameAssembler, Keep, Limits, LinkEvent, Pixels, Received, Span, StreamFilter,
};
use csi2_fuzz::Fields;
use csi2_kernels::Backend;
use csi2_packet::{ChecksumVerdict, DataType, PacketEvent, PacketHeader, VcExtension, VirtualChannel};
use csi2_pixel::{Codecs, Samples};
use csi2_sensors::MAX_EXPOSURES;
use std::collections::BTreeSet;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let mut bench = Bench::new(settings(&mut fields));
    for [kind, what, more] in fields.rest().as_chunks::<3>().0 {
        let (kind, what, more) = (*kind, *what, *more);
        let channel = VirtualChannel::from_wire(kind & 3, 0);
        match kind >> 2 & 7 {
            0 => bench.short(channel, DataType::FRAME_START, what.into()),
            1 => bench.short(channel, DataType::FRAME_END, what.into()),
            _ => {
                let data_type =
                    [DataType::RAW10, DataType::RAW12, DataType::RAW8, DataType::USER1][usize::from(kind >> 5 & 3)];
                // A code, or nearly one, and noise.
                let first = [0x90, 0x94, 0x24, 0x25, what][usize::from(what % 5)];
                let low = [0x55, 0xAA, 0x00, 0x01, more][usize::from(more % 5)];
                let mut row = vec![first, first, first, first, low];
                row.resize(20, more);
                bench.long(channel, data_type, &row[..if more & 0x80 == 0 { 20 } else { 15 }]);
            }
        }
    }
    bench.finish();
});

fn settings(fields: &mut Fields<'_>) -> HdrSettings {
    let (method, bits, delay) = (fields.byte(), fields.byte(), fields.byte());
    let types = [DataType::RAW10, DataType::RAW12, DataType::RAW8];
    HdrSettings {
        method: match method % 7 {
            0 | 1 => Told::Nothing,
            2 => Told::Exposures,
            3 => Told::Channels([0, 1, 2].map(|number| VirtualChannel::from_wire(number, 0))),
            4 => Told::DataTypes(types),
            5 => Told::Information,
            _ => Told::Count,
        },
        exposures: [None, Some(2), Some(3), Some(0)][usize::from(bits & 3)],
        delays: (bits & 4 != 0).then_some([u16::from(delay & 15), u16::from(delay >> 4)]),
        blanking_rows: [None, Some(true), Some(false), None][usize::from(bits >> 3 & 3)],
        black_rows: u16::from(bits >> 5 & 1),
        information_pixels: (bits & 0x40 != 0).then_some(method),
        streams: StreamFilter::IMAGES.data_types(&[DataType::RAW10, DataType::RAW12, DataType::RAW8, DataType::USER1]),
        ..HdrSettings::default()
    }
}

struct Bench {
    assembler: FrameAssembler,
    sorter: ExposureSorter,
    made: usize,
    whole: usize,
    parts: usize,
    seen: BTreeSet<(u8, u64, usize)>,
    last: Vec<(Label, csi2_analyzer::hdr::OwnedFrame)>,
}

impl Bench {
    fn new(settings: HdrSettings) -> Self {
        Self {
            assembler: FrameAssembler::new(AssemblerSettings {
                keep: Keep::Samples,
                limits: Limits::default(),
                backend: Backend::detect(),
                streams: settings.streams,
                codecs: Codecs::STANDARD,
            }),
            sorter: ExposureSorter::new(settings),
            made: 0,
            whole: 0,
            parts: 0,
            seen: BTreeSet::new(),
            last: Vec::new(),
        }
    }

    fn short(&mut self, channel: VirtualChannel, data_type: DataType, word: u16) {
        self.event(PacketEvent::Short(received(channel, data_type, word)));
    }

    fn long(&mut self, channel: VirtualChannel, data_type: DataType, payload: &[u8]) {
        self.event(PacketEvent::LongStart(received(
            channel,
            data_type,
            payload.len() as u16,
        )));
        self.event(PacketEvent::Payload(payload));
        self.event(PacketEvent::LongEnd(ChecksumVerdict::Match));
    }

    fn event(&mut self, event: PacketEvent<'_>) {
        let received = Received {
            event: LinkEvent::Packet(event),
            span: Span::default(),
        };
        self.assembler.push(&received);
        self.drain();
        self.sorter.push(&received);
        self.kept();
    }

    fn finish(&mut self) {
        self.assembler.finish();
        self.drain();
        self.sorter.finish();
        self.kept();
        assert!(self.whole <= self.made && (self.parts > 0 || self.whole == self.made));
    }

    fn drain(&mut self) {
        while let Some(frame) = self.assembler.poll() {
            self.made += 1;
            check(&frame);
            if let Verdict::Now(label) = self.sorter.frame(&frame) {
                self.whole += 1;
                label
                    .into_iter()
                    .for_each(|label| assert!(label.exposure.index() < MAX_EXPOSURES));
            }
        }
        self.kept();
    }

    fn kept(&mut self) {
        while self
            .sorter
            .poll_notice()
            .is_some_and(|notice| !notice.to_string().is_empty())
        {}
        while let Some(Sorted { frame, label }) = self.sorter.poll() {
            self.parts += 1;
            check(&frame.frame());
            let Some(label) = label else { continue };
            if label.information_pixels.is_some() {
                let key = (frame.frame().channel.number(), label.set, label.exposure.index());
                let another = frame.frame().data_type.code();
                assert!(another != DataType::RAW10.code() || self.seen.insert(key));
            }
            self.last
                .retain(|(of, _)| of.set == label.set && of.exposure != label.exposure);
            self.last.push((label, frame));
            let frames: Vec<Frame<'_>> = self.last.iter().map(|(_, frame)| frame.frame()).collect();
            match merge(
                &frames,
                MergeSettings {
                    black: 64,
                    ..MergeSettings::default()
                },
            ) {
                Ok(merged) => check(&merged.frame.frame()),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

fn check(frame: &Frame<'_>) {
    let (width, height) = (frame.width as usize, frame.height as usize);
    match frame.pixels {
        Pixels::Samples(Samples::Narrow(samples)) => assert_eq!(samples.len(), width * height),
        Pixels::Samples(Samples::Wide(samples)) => assert_eq!(samples.len(), width * height),
        Pixels::Packed(bytes) => assert_eq!(bytes.len(), frame.line_bytes as usize * height),
    }
    for rows in [frame.missing_lines, frame.bad_lines] {
        assert!(rows.is_sorted_by(|a, b| a < b) && rows.last().is_none_or(|last| *last < frame.height));
    }
}

fn received(channel: VirtualChannel, data_type: DataType, word: u16) -> csi2_packet::ReceivedHeader {
    let header = PacketHeader {
        channel,
        data_type,
        word,
    };
    PacketHeader::receive(header.encode(), VcExtension::Classic)
}
