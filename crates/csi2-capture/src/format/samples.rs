//! Headerless samples: little-endian units of one to eight bytes, one after another. What `sigrok-cli` calls
//! `binary`; size of the unit and rate are the user's to say.
//!
//! Ref: sigrokproject/libsigrok src/input/binary.c, src/output/binary.c

use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Channel, Chunk, Confidence,
    CreateOptions, ErrorKind, Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{Observation, Samples, Tick, Timebase};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "samples",
    description: "Headerless samples of all wires, 1 to 8 bytes each (sigrok: binary)",
    extensions: &["samples", "logic", "bin"],
    layers: &[Layer::Pins],
    streams: true,
    sniff: |_| Confidence::No,
    open: Some(open),
    create: Some(create),
};

/// The most bytes of a sample: [`Samples`] carries 64 wires.
pub(crate) const MAX_UNIT: usize = 8;

fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let unit = options.unit_size.unwrap_or(0);
    if !(1..=MAX_UNIT).contains(&unit) {
        let detail = match options.unit_size {
            None => format!("the file does not say how many bytes a sample has: give --unitsize 1 to {MAX_UNIT}"),
            Some(unit) => format!("--unitsize {unit}: a sample has 1 to {MAX_UNIT} bytes"),
        };
        return Err(CaptureError::new(source.name, 0, ErrorKind::Missing { detail }));
    }
    let mut info = CaptureInfo::new(FORMAT.name, Layer::Pins, source.total_bytes());
    info.channels = numbered(unit);
    if let Some(rate) = options.sample_rate.filter(|&rate| rate > 0) {
        info.timebase = Some(Timebase::from_hertz(rate));
        info.sample_rate = Some(rate as f64);
    }
    Ok(Box::new(Fused::new(SamplesReader {
        window: Window::new(source, options),
        info,
        unit,
        given: 0,
        next: 0,
    })))
}

/// The wires of samples that have no names: `0`, `1`, ...
pub(crate) fn numbered(unit: usize) -> Vec<Channel> {
    (0..unit.saturating_mul(8))
        .map(|bit| Channel::new(bit.to_string()))
        .collect()
}

struct SamplesReader {
    window: Window,
    info: CaptureInfo,
    unit: usize,
    /// Bytes of the window that the caller has seen.
    given: usize,
    next: Tick,
}

impl CaptureReader for SamplesReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.window.consume(self.given);
        self.given = 0;
        if !self.window.fill(self.unit)? {
            return match self.window.bytes() {
                [] => Ok(None),
                _ => Err(self.window.truncated("sample", self.unit as u64)),
            };
        }
        let held = self.window.bytes();
        let bytes = held.get(..held.len() - held.len() % self.unit).unwrap_or_default();
        let first = self.next;
        self.given = bytes.len();
        self.next += (bytes.len() / self.unit) as u64;
        Ok(Some(samples_chunk(first, self.unit, bytes)))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset().saturating_add(self.given as u64)
    }
}

/// A chunk of whole samples.
pub(crate) fn samples_chunk(first: Tick, unit: usize, bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        seen: Observation::Samples(Samples { first, unit, bytes }),
        burst: Burst::WITHIN,
        offset: first,
        at: None,
        link: 0,
        lost: 0,
    }
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    Ok(Box::new(SamplesWriter {
        file: OutputFile::create(&options.path)?,
        run: SampleRun::default(),
    }))
}

struct SamplesWriter {
    file: OutputFile,
    run: SampleRun,
}

impl CaptureWriter for SamplesWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        match self.run.accept(seen) {
            Ok(samples) => self.file.put(samples.bytes),
            Err(detail) => Err(refused(&self.file, detail)),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.file.finish()
    }
}

/// A sample as a number.
pub(crate) fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; MAX_UNIT];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}

/// Something that the format of an output cannot hold.
pub(crate) fn refused(file: &OutputFile, detail: String) -> CaptureError {
    CaptureError::new(file.name(), file.offset(), ErrorKind::Unsupported { detail })
}

/// What sampled formats take: samples of one size without gaps.
#[derive(Debug, Default)]
pub(crate) struct SampleRun {
    so_far: Option<(usize, Tick)>,
}

impl SampleRun {
    /// Bytes of a sample, once there was one.
    pub(crate) fn unit(&self) -> Option<usize> {
        self.so_far.map(|(unit, _)| unit)
    }

    /// The samples, or why these cannot follow those before.
    pub(crate) fn accept<'a>(&mut self, seen: &Observation<'a>) -> Result<Samples<'a>, String> {
        let Observation::Samples(samples) = *seen else {
            return Err("a sampled format holds samples, not single changes or bytes: write vcd instead".into());
        };
        let Samples { first, unit, bytes } = samples;
        if !(1..=MAX_UNIT).contains(&unit) || !bytes.len().is_multiple_of(unit) {
            let len = bytes.len();
            return Err(format!(
                "{len} bytes are not whole samples of {unit} bytes (1 to {MAX_UNIT} allowed)"
            ));
        }
        match self.so_far {
            Some((before, _)) if before != unit => {
                return Err(format!("samples of {unit} bytes after samples of {before}"));
            }
            Some((_, next)) if next != first => {
                return Err(format!(
                    "sample {first} where {next} follows: a sampled format has no gaps"
                ));
            }
            _ => {}
        }
        self.so_far = Some((unit, first.saturating_add((bytes.len() / unit) as u64)));
        Ok(samples)
    }
}
