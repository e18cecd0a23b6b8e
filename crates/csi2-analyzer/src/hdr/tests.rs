//! Streams written byte by byte, by the slot model of the sensors' documentation, through receiver, assembler and sorter.

use super::{ExposureSorter, HdrSettings, Label, Notice, OwnedFrame, Sorted, Told, Verdict};
use crate::{
    AssemblerSettings, Entry, FrameAssembler, Input, Keep, Limits, Pixels, Receiver, ReceiverConfig, StreamFilter,
};
use alloc::vec::Vec;
use csi2_dphy::Observation;
use csi2_kernels::Backend;
use csi2_packet::{DataType, VirtualChannel};
use csi2_pixel::{Codecs, Samples};
use csi2_sensors::{Exposure, Placement};

extern crate std;
use std::string::{String, ToString};
use std::vec;

mod alternating;
mod coded;
mod counted;
mod hostile;
mod merging;

type Packet = Vec<u8>;

/// Header code: positions of the bits that each check bit covers.
fn ecc(header: u32) -> u8 {
    const COVERED: [u32; 6] = [0xF1_2CB7, 0xF2_555B, 0x74_9A6D, 0xB8_E38E, 0xDF_03F0, 0xEF_FC00];
    let parity = |mask: u32| ((header & mask).count_ones() & 1) as u8;
    COVERED.iter().rev().fold(0, |ecc, mask| ecc << 1 | parity(*mask))
}

fn crc(bytes: &[u8]) -> u16 {
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| u16::from((byte >> bit) & 1)));
    bits.fold(0xFFFF, |state, bit| (state >> 1) ^ (0x8408 * ((state & 1) ^ bit)))
}

fn header(channel: u8, data_type: u8, word: u16) -> Packet {
    let [low, high] = word.to_le_bytes();
    let id = channel << 6 | data_type;
    vec![id, low, high, ecc(u32::from_le_bytes([id, low, high, 0]))]
}

fn long(channel: u8, data_type: u8, payload: &[u8]) -> Packet {
    let mut packet = header(channel, data_type, payload.len() as u16);
    packet.extend_from_slice(payload);
    packet.extend(crc(payload).to_le_bytes());
    packet
}

/// Samples of 10 or 12 bits as bytes: high bits of each, then the low ones of the group.
fn packed(samples: &[u16], bits: u8) -> Vec<u8> {
    let group = if bits == 10 { 4 } else { 2 };
    let low = bits - 8;
    samples
        .chunks(group)
        .flat_map(|group| {
            let highs = group.iter().map(move |sample| (sample >> low) as u8);
            let lows = (0..).zip(group).fold(0_u16, |lows, (at, sample)| {
                let width = if low == 2 { 2 } else { 4 };
                lows | (sample & ((1 << low) - 1)) << (width * at)
            });
            highs.chain([lows as u8]).collect::<Vec<u8>>()
        })
        .collect()
}

/// How exposures are told apart on the link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum By {
    Channel,
    Type,
    Code { pixels: usize, shift: u8, only_first: bool },
    Nothing,
}

/// What stands where an exposure has no row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Blanking {
    Absent,
    /// Dark rows with the code of the exposure.
    OwnCode,
    /// Dark rows with this one.
    Code(u16),
}

/// Two optical black rows of each exposure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Black {
    Absent,
    /// With codes of their own, at the start of the set.
    OwnCode,
    /// With codes of their own, each before its image.
    OwnCodeLate,
    /// With the code of the image, at the start of the set.
    ImageCode,
    /// Of data type 0x37, at the start of the set.
    OtherType,
}

#[derive(Clone, Copy, Debug)]
struct Rig {
    by: By,
    delays: &'static [usize],
    height: usize,
    width: usize,
    bits: u8,
    /// Row times of a set.
    period: usize,
    sets: usize,
    blanking: Blanking,
    black: Black,
}

impl Rig {
    fn new(by: By, delays: &'static [usize]) -> Self {
        Self {
            by,
            delays,
            height: 12,
            width: 16,
            bits: 10,
            period: 24,
            sets: 3,
            blanking: Blanking::Absent,
            black: Black::Absent,
        }
    }

    /// No two alike, as far as ten bits go, and none a code.
    fn sample(&self, set: usize, exposure: usize, row: usize, x: usize) -> u16 {
        let seed = ((set * 3 + exposure) * 64 + row) * 64 + x;
        (seed as u32).wrapping_mul(2_654_435_761).rotate_left(10) as u16 & 0x1FF
    }

    fn image(&self, set: usize, exposure: usize) -> Vec<u16> {
        let rows = (0..self.height).flat_map(|row| (0..self.width).map(move |x| (row, x)));
        rows.map(|(row, x)| self.sample(set, exposure, row, x)).collect()
    }

    fn data_type(&self, exposure: usize) -> u8 {
        match (self.by, self.bits) {
            (By::Type, _) if exposure == 1 => 0x30,
            (By::Type, _) if exposure == 2 => 0x31,
            (_, 10) => 0x2B,
            _ => 0x2C,
        }
    }

    fn row(&self, exposure: usize, code: u16, pixels: impl Iterator<Item = u16>) -> Packet {
        let channel = if self.by == By::Channel { exposure as u8 } else { 0 };
        let mut samples = Vec::new();
        if let By::Code {
            pixels,
            shift,
            only_first,
        } = self.by
        {
            samples = vec![if only_first { 0 } else { code << shift }; pixels];
            samples[0] = code << shift;
        }
        samples.extend(pixels);
        long(channel, self.data_type(exposure), &packed(&samples, self.bits))
    }

    /// Packets with the row of the set that they belong to, in the order of the link.
    fn packets(&self) -> Vec<Packet> {
        let mut slots: Vec<(usize, usize, Packet)> = Vec::new();
        for set in 0..self.sets {
            self.set(set, &mut slots);
        }
        slots.sort_by_key(|(slot, order, _)| (*slot, *order));
        slots.into_iter().map(|(_, _, packet)| packet).collect()
    }

    fn set(&self, set: usize, slots: &mut Vec<(usize, usize, Packet)>) {
        let count = self.delays.len();
        let base = set * self.period * count;
        let parity = if set % 2 == 1 { 0x10 } else { 0 };
        let dark = || core::iter::repeat_n(64, self.width);
        // An optical black row has its noise.
        let black = |x: usize| (0..self.width).map(move |at| 60 + ((at * 7 + x) % 5) as u16);
        let lead = if self.black == Black::Absent { 0 } else { 2 };
        let late = self.black == Black::OwnCodeLate;
        let rows = self.height + self.delays.iter().max().unwrap();
        let (mut first, mut last) = (vec![usize::MAX; count], vec![0; count]);
        for exposure in 0..count {
            let code = 0x241 + parity + [0, 1, 3][exposure];
            let mut put = |time: usize, packet: Packet| {
                let slot = base + time * count + exposure;
                first[exposure] = first[exposure].min(slot);
                last[exposure] = last[exposure].max(slot);
                slots.push((slot, 1, packet));
            };
            for row in 0..lead {
                // With FS of its own, each before its image.
                let late = late || self.by == By::Channel;
                let time = if late { self.delays[exposure] + row } else { row };
                put(
                    time,
                    match self.black {
                        Black::OtherType if self.by == By::Channel => {
                            long(exposure as u8, 0x37, &packed(&vec![64; self.width], self.bits))
                        }
                        Black::OtherType => long(0, 0x37, &packed(&vec![64; self.width + 4], self.bits)),
                        Black::ImageCode => self.row(exposure, code, black(row + exposure)),
                        _ => self.row(exposure, code ^ 0x60, black(row + exposure)),
                    },
                );
            }
            for time in 0..rows {
                let image = time.checked_sub(self.delays[exposure]).filter(|row| *row < self.height);
                let packet = match (image, self.blanking) {
                    (Some(row), _) => self.row(
                        exposure,
                        code,
                        (0..self.width).map(|x| self.sample(set, exposure, row, x)),
                    ),
                    (None, Blanking::Absent) => continue,
                    // A dark row of the exposure where its black rows come late would be in their slot.
                    (None, _) if late => continue,
                    (None, Blanking::OwnCode) => self.row(exposure, code, dark()),
                    (None, Blanking::Code(code)) => self.row(exposure, code, dark()),
                };
                put(lead + time, packet);
            }
        }
        let number = set as u16 + 1;
        if self.by == By::Channel {
            for exposure in 0..count {
                slots.push((first[exposure], 0, header(exposure as u8, 0, number)));
                slots.push((last[exposure], 2, header(exposure as u8, 1, number)));
            }
        } else {
            let (first, last) = (*first.iter().min().unwrap(), *last.iter().max().unwrap());
            slots.push((first, 0, header(0, 0, number)));
            slots.push((last, 2, header(0, 1, number)));
        }
    }
}

/// What came out.
struct Out {
    frames: Vec<Sorted>,
    notices: Vec<Notice>,
}

fn run(packets: &[Packet], settings: HdrSettings) -> Out {
    run_with(packets, settings, Keep::Samples)
}

fn run_with(packets: &[Packet], settings: HdrSettings, keep: Keep) -> Out {
    let types: Vec<DataType> = (0x18..0x40).map(DataType::from_bits).collect();
    let streams = StreamFilter::IMAGES.data_types(&types);
    let raw = |code| {
        let mut codecs = Codecs::STANDARD;
        codecs.declare(DataType::from_bits(code), csi2_pixel::codec(DataType::RAW10).unwrap());
        codecs
    };
    let mut codecs = raw(0x30);
    codecs.declare(DataType::from_bits(0x31), csi2_pixel::codec(DataType::RAW10).unwrap());
    let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Packets { framed: true }));
    let mut assembler = FrameAssembler::new(AssemblerSettings {
        keep,
        limits: Limits::default(),
        backend: Backend::PORTABLE,
        streams,
        codecs,
    });
    let mut sorter = ExposureSorter::new(HdrSettings { streams, ..settings });
    let mut out = Out {
        frames: Vec::new(),
        notices: Vec::new(),
    };
    fn drain(assembler: &mut FrameAssembler, sorter: &mut ExposureSorter, out: &mut Out) {
        while let Some(frame) = assembler.poll() {
            let verdict = sorter.frame(&frame);
            out.frames.extend(core::iter::from_fn(|| sorter.poll()));
            if let Verdict::Now(label) = verdict {
                let frame = OwnedFrame::of(&frame);
                out.frames.push(Sorted { frame, label });
            }
        }
    }
    for packet in packets {
        let mut input = Input {
            seen: Observation::Merged(packet),
            starts: true,
            ends: true,
            offset: 0,
            at: None,
        };
        while let Some(received) = receiver.next(&mut input) {
            assembler.push(&received);
            drain(&mut assembler, &mut sorter, &mut out);
            sorter.push(&received);
            out.frames.extend(core::iter::from_fn(|| sorter.poll()));
        }
    }
    assembler.finish();
    drain(&mut assembler, &mut sorter, &mut out);
    sorter.finish();
    out.frames.extend(core::iter::from_fn(|| sorter.poll()));
    out.notices.extend(core::iter::from_fn(|| sorter.poll_notice()));
    out
}

impl Out {
    /// Exposures and sets of all labelled frames, in order.
    fn labels(&self) -> Vec<(&'static str, u64)> {
        let labels = self.frames.iter().filter_map(|sorted| sorted.label);
        labels.map(|label| (label.exposure.name(), label.set)).collect()
    }

    fn find(&self, exposure: Exposure, set: u64) -> Option<&OwnedFrame> {
        let wanted = |label: Label| (label.exposure, label.set) == (exposure, set);
        let found = self.frames.iter().find(|sorted| sorted.label.is_some_and(wanted));
        found.map(|sorted| &sorted.frame)
    }

    fn said(&self) -> Vec<String> {
        self.notices.iter().map(ToString::to_string).collect()
    }

    /// Every exposure of every set is there, whole and exact.
    #[track_caller]
    fn is_exact(&self, rig: &Rig) {
        for set in 0..rig.sets {
            for (exposure, name) in Exposure::ALL.into_iter().enumerate().take(rig.delays.len()) {
                let frame = self
                    .find(name, set as u64)
                    .unwrap_or_else(|| panic!("no {name:?} {set}: {:?} {rig:?}", self.labels()));
                let frame = frame.frame();
                assert_eq!(
                    (frame.width as usize, frame.height as usize),
                    (rig.width, rig.height),
                    "{rig:?}"
                );
                assert_eq!(samples(&frame), rig.image(set, exposure), "{rig:?} {name:?} {set}");
                assert!(
                    frame.complete && frame.missing_lines.is_empty() && frame.bad_lines.is_empty(),
                    "{rig:?} {} {:?} {:?}",
                    frame.complete,
                    frame.missing_lines,
                    frame.bad_lines
                );
            }
        }
        assert_eq!(self.labels().len(), rig.sets * rig.delays.len(), "{:?}", self.labels());
    }
}

fn samples(frame: &crate::Frame<'_>) -> Vec<u16> {
    match frame.pixels {
        Pixels::Samples(Samples::Narrow(samples)) => samples.to_vec(),
        _ => panic!("no samples of 16 bits"),
    }
}
