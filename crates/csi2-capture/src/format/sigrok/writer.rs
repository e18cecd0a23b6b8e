//! Writing a session: members of 4 MiB, as libsigrok does.
//!
//! Ref: sigrokproject/libsigrok src/output/srzip.c

use super::metadata::Metadata;
use crate::format::archive::{self, write_error};
use crate::format::samples::{SampleRun, numbered};
use crate::output::OutputFile;
use crate::{Burst, CaptureError, CaptureWriter, Channel, CreateOptions, ErrorKind, WireNote};
use csi2_dphy::{Observation, Tick};
use std::io::Write;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

const MEMBER_BYTES: usize = 4 << 20;
/// The base name that libsigrok gives the members with samples.
const CAPTURE_FILE: &str = "logic-1";
/// The libsigrok whose files ours are like.
const LIKE_LIBSIGROK: &str = "0.5.2";

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = OutputFile::create(&options.path)?;
    let name = file.name().to_string();
    let rate = archive::sample_rate(&file, options)?;
    Ok(Box::new(SigrokWriter {
        zip: ZipWriter::new_stream(file),
        name,
        metadata: Metadata {
            capture_file: CAPTURE_FILE.into(),
            rate: Some(rate),
            unit: options.channels.len().div_ceil(8).max(1),
            channels: options.channels.iter().map(Channel::new).collect(),
            writer: Some(LIKE_LIBSIGROK.into()),
        },
        run: SampleRun::default(),
        begun: false,
        members: 0,
        room: 0,
    }))
}

struct SigrokWriter {
    zip: ZipWriter<StreamWriter<OutputFile>>,
    name: String,
    metadata: Metadata,
    run: SampleRun,
    /// `version` and `metadata` are written.
    begun: bool,
    /// Members with samples.
    members: u64,
    /// Bytes that the last of them still takes.
    room: usize,
}

impl CaptureWriter for SigrokWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let samples = self.run.accept(seen).map_err(|detail| self.unsupported(detail))?;
        self.begin(samples.unit)?;
        // A member ends with a sample: readers that take members one by one would lose the cut one.
        let member_bytes = MEMBER_BYTES - MEMBER_BYTES % samples.unit;
        let mut bytes = samples.bytes;
        while !bytes.is_empty() {
            if self.room == 0 {
                self.start_samples()?;
                self.room = member_bytes;
            }
            let (now, later) = bytes.split_at(self.room.min(bytes.len()));
            self.zip.write_all(now).map_err(|error| self.error(error.into()))?;
            self.room -= now.len();
            bytes = later;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        self.begin(self.metadata.unit)?;
        if self.members == 0 {
            // A file without one is taken for one that lost it.
            self.start_samples()?;
        }
        let name = self.name;
        let stream = self.zip.finish().map_err(|error| write_error(&name, error))?;
        stream.into_inner().finish()
    }
}

impl SigrokWriter {
    /// Writes what comes before the samples, once their size is known.
    fn begin(&mut self, unit: usize) -> Result<(), CaptureError> {
        if self.begun {
            return Ok(());
        }
        let channels = &mut self.metadata.channels;
        if channels.len() > unit * 8 {
            let detail = format!("{} channels do not fit samples of {unit} bytes", channels.len());
            return Err(self.unsupported(detail));
        }
        if channels.is_empty() {
            *channels = numbered(unit);
        }
        self.metadata.unit = unit;
        let text = self.metadata.render();
        for (member, content, method) in [
            ("version", "2", CompressionMethod::Stored),
            ("metadata", text.as_str(), CompressionMethod::Deflated),
        ] {
            self.start(member, method)?;
            self.zip
                .write_all(content.as_bytes())
                .map_err(|error| self.error(error.into()))?;
        }
        self.begun = true;
        Ok(())
    }

    /// The next member with samples.
    fn start_samples(&mut self) -> Result<(), CaptureError> {
        self.members += 1;
        let member = format!("{CAPTURE_FILE}-{}", self.members);
        self.start(&member, CompressionMethod::Deflated)
    }

    /// Without a time of its own: the same capture gives the same bytes.
    fn start(&mut self, member: &str, method: CompressionMethod) -> Result<(), CaptureError> {
        let options = SimpleFileOptions::DEFAULT.compression_method(method);
        self.zip.start_file(member, options).map_err(|error| self.error(error))
    }

    fn unsupported(&self, detail: String) -> CaptureError {
        CaptureError::new(&self.name, 0, ErrorKind::Unsupported { detail })
    }

    fn error(&self, error: ZipError) -> CaptureError {
        write_error(&self.name, error)
    }
}
