//! Writing a session: blocks as DSView has them, the header behind them, when it is known how many there are.
//!
//! Ref: DreamSourceLab/DSView DSView/pv/storesession.cpp

use super::header::Header;
use super::transpose::transpose;
use crate::format::archive::{self, write_error};
use crate::format::samples::{SampleRun, numbered};
use crate::output::OutputFile;
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, ErrorKind, WireNote};
use csi2_dphy::{Observation, Samples, Tick};
use std::io::Write;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// Of one channel: 2^24 samples.
const BLOCK_BYTES: usize = 2 << 20;
/// Bytes of the last block are a multiple of this.
const ROUND: usize = 8;

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = OutputFile::create(&options.path)?;
    let name = file.name().to_string();
    let rate = archive::sample_rate(&file, options)?;
    Ok(Box::new(DslWriter {
        zip: ZipWriter::new_stream(file),
        name,
        header: Header {
            version: 3,
            capture_file: "data".into(),
            samples: Some(0),
            blocks: 0,
            channels: None,
            rate: Some(rate),
            probes: (0..).zip(options.channels.iter().cloned()).collect(),
            driver: Some("csi2".into()),
        },
        run: SampleRun::default(),
        rest: Vec::new(),
        channels: vec![Vec::new(); options.channels.len()],
    }))
}

struct DslWriter {
    zip: ZipWriter<StreamWriter<OutputFile>>,
    name: String,
    header: Header,
    run: SampleRun,
    /// Samples, fewer than eight.
    rest: Vec<u8>,
    /// The block that is being gathered, by channel.
    channels: Vec<Vec<u8>>,
}

impl CaptureWriter for DslWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let Samples { unit, mut bytes, .. } = self.run.accept(seen).map_err(|detail| self.unsupported(detail))?;
        if self.channels.is_empty() {
            self.channels = vec![Vec::new(); unit * 8];
            self.header.probes = (0..)
                .zip(numbered(unit))
                .map(|(n, channel)| (n, channel.name))
                .collect();
        }
        if self.channels.len() > unit * 8 {
            let detail = format!("{} channels do not fit samples of {unit} bytes", self.channels.len());
            return Err(self.unsupported(detail));
        }
        let samples = (bytes.len() / unit) as u64;
        self.header.samples = Some(self.header.samples.unwrap_or(0).saturating_add(samples));
        if !self.rest.is_empty() {
            let lacking = (8 * unit).saturating_sub(self.rest.len()).min(bytes.len());
            let (now, later) = bytes.split_at(lacking);
            self.rest.extend_from_slice(now);
            bytes = later;
            if self.rest.len() == 8 * unit {
                let rest = core::mem::take(&mut self.rest);
                self.eight(&rest, unit)?;
            }
        }
        let groups = bytes.chunks_exact(8 * unit);
        let rest = groups.remainder();
        for group in groups {
            self.eight(group, unit)?;
        }
        self.rest.extend_from_slice(rest);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        if !self.rest.is_empty() {
            let unit = self.channels.len().div_ceil(8).max(1);
            let unit = self.run.unit().unwrap_or(unit);
            let mut rest = core::mem::take(&mut self.rest);
            rest.resize(8 * unit, 0);
            self.eight(&rest, unit)?;
        }
        for channel in &mut self.channels {
            channel.resize(channel.len().next_multiple_of(ROUND), 0);
        }
        self.block()?;
        self.header.channels = Some(self.channels.len() as u64);
        let text = self.header.render();
        self.member("header", text.as_bytes())?;
        let name = self.name;
        let stream = self.zip.finish().map_err(|error| write_error(&name, error))?;
        stream.into_inner().finish()
    }
}

impl DslWriter {
    /// Appends eight samples.
    fn eight(&mut self, samples: &[u8], unit: usize) -> Result<(), CaptureError> {
        for (lane, channels) in self.channels.chunks_mut(8).enumerate() {
            let mut bytes = [0; 8];
            for (to, sample) in bytes.iter_mut().zip(samples.chunks_exact(unit)) {
                *to = sample.get(lane).copied().unwrap_or(0);
            }
            for (channel, byte) in channels.iter_mut().zip(transpose(bytes)) {
                channel.push(byte);
            }
        }
        match self
            .channels
            .first()
            .is_some_and(|channel| channel.len() >= BLOCK_BYTES)
        {
            true => self.block(),
            false => Ok(()),
        }
    }

    /// Writes the block that was gathered, where there is any of it.
    fn block(&mut self) -> Result<(), CaptureError> {
        if self.channels.first().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        let mut channels = core::mem::take(&mut self.channels);
        for (index, channel) in channels.iter_mut().enumerate() {
            let member = format!("L-{index}/{}", self.header.blocks);
            self.member(&member, channel)?;
            channel.clear();
        }
        self.channels = channels;
        self.header.blocks += 1;
        Ok(())
    }

    /// Without a time of its own: the same capture gives the same bytes.
    fn member(&mut self, member: &str, content: &[u8]) -> Result<(), CaptureError> {
        let options = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
        let started = self.zip.start_file(member, options);
        started.map_err(|error| write_error(&self.name, error))?;
        let written = self.zip.write_all(content);
        written.map_err(|error| write_error(&self.name, ZipError::Io(error)))
    }

    fn unsupported(&self, detail: String) -> CaptureError {
        CaptureError::new(&self.name, 0, ErrorKind::Unsupported { detail })
    }
}
