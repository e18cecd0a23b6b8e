//! Frames of a script, as values.

use super::Script;
use csi2_analyzer::{AssemblerSettings, Frame, FrameAssembler, Keep, Limits, Pixels, StreamFilter};
use csi2_kernels::Backend;
use csi2_pixel::{Codecs, Samples};

#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub channel: u8,
    pub data_type: u8,
    pub index: u64,
    pub number: Option<u16>,
    pub width: u32,
    pub bits: u8,
    pub rest_bytes: u32,
    /// Samples or bytes.
    pub rows: Vec<Vec<u32>>,
    pub complete: bool,
    pub missing: Vec<u32>,
    pub bad: Vec<u32>,
    pub first_packet: u64,
}

pub fn settings(keep: Keep) -> AssemblerSettings {
    AssemblerSettings {
        keep,
        limits: Limits::default(),
        backend: Backend::PORTABLE,
        streams: StreamFilter::IMAGES,
        codecs: Codecs::STANDARD,
    }
}

pub fn assemble(script: &Script, settings: AssemblerSettings) -> Vec<Got> {
    let mut assembler = FrameAssembler::new(settings);
    let mut all = Vec::new();
    script.play(|event| {
        assembler.push(event);
        drain(&mut assembler, &mut all);
    });
    assembler.finish();
    drain(&mut assembler, &mut all);
    all
}

pub fn drain(assembler: &mut FrameAssembler, all: &mut Vec<Got>) {
    while let Some(frame) = assembler.poll() {
        all.push(got(&frame));
    }
}

fn got(frame: &Frame<'_>) -> Got {
    let (cells, width): (Vec<u32>, _) = match frame.pixels {
        Pixels::Samples(samples) => (
            values(samples),
            frame.codec.map_or(0, |codec| codec.layout.stride(frame.width as usize)) as u32,
        ),
        Pixels::Packed(bytes) => (bytes.iter().map(|&byte| byte.into()).collect(), frame.line_bytes),
    };
    assert_eq!(cells.len(), width as usize * frame.height as usize);
    for list in [frame.missing_lines, frame.bad_lines] {
        assert!(
            list.is_sorted_by(|a, b| a < b) && list.iter().all(|&row| row < frame.height),
            "{list:?}"
        );
    }
    let rows = (0..frame.height as usize)
        .map(|row| cells[row * width as usize..][..width as usize].to_vec())
        .collect();
    Got {
        channel: frame.channel.number(),
        data_type: frame.data_type.code(),
        index: frame.index,
        number: frame.number,
        width: frame.width,
        bits: frame.bits,
        rest_bytes: frame.rest_bytes,
        rows,
        complete: frame.complete,
        missing: frame.missing_lines.to_vec(),
        bad: frame.bad_lines.to_vec(),
        first_packet: frame.first_packet,
    }
}

fn values(samples: Samples<'_>) -> Vec<u32> {
    match samples {
        Samples::Narrow(samples) => samples.iter().copied().map(u32::from).collect(),
        Samples::Wide(samples) => samples.to_vec(),
    }
}
