//! pcapng, written: one section, one interface, an enhanced packet block a packet.
//!
//! Ref: IETF draft-ietf-opsawg-pcapng

use crate::format::link_type::{self, SNAP_LENGTH};
use crate::output::OutputFile;
use crate::writer::{nanoseconds, whole_packet};
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, ErrorKind, WireNote};
use csi2_dphy::{Observation, Tick, Timebase};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapError};
use std::borrow::Cow;
use std::time::Duration;

/// `epb_flags`, bits 1..0: received.
const INBOUND: u32 = 0b01;
/// `epb_flags`, link-layer errors: checksum.
const CHECKSUM_ERROR: u32 = 1 << 24;
/// Longest comment, in bytes: its length field has 16 bits.
const MAX_COMMENT: usize = 65_532;

/// A section with one interface, to which packets are added.
pub(in crate::format) struct Blocks {
    blocks: PcapNgWriter<OutputFile>,
}

impl Blocks {
    /// Begins a file.
    pub(in crate::format) fn create(
        options: &CreateOptions,
        link_type: u32,
        description: &'static str,
    ) -> Result<Self, CaptureError> {
        let file = OutputFile::create(&options.path)?;
        let name = file.name().to_string();
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![
                SectionHeaderOption::OS(std::env::consts::OS.into()),
                SectionHeaderOption::UserApplication(concat!("csi2 ", env!("CARGO_PKG_VERSION")).into()),
            ],
            ..SectionHeaderBlock::default()
        };
        let interface = InterfaceDescriptionBlock {
            linktype: DataLink::from(link_type),
            snaplen: SNAP_LENGTH,
            options: vec![
                InterfaceDescriptionOption::IfName("csi2".into()),
                InterfaceDescriptionOption::IfDescription(description.into()),
                // Without it readers assume microseconds.
                InterfaceDescriptionOption::IfTsResol(9),
            ],
        };
        let mut blocks = PcapNgWriter::with_section_header(file, section).map_err(|error| failed(&name, 0, error))?;
        let outcome = blocks.write_pcapng_block(interface);
        outcome.map_err(|error| failed(&name, blocks.get_ref().offset(), error))?;
        Ok(Self { blocks })
    }

    /// Adds a record.
    pub(in crate::format) fn packet(
        &mut self,
        nanoseconds: u64,
        data: &[u8],
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let (name, offset) = (self.name(), self.offset());
        let original_len = link_type::record_length(data, name, offset)?;
        let checksum = if note.checksum_error { CHECKSUM_ERROR } else { 0 };
        let mut options = vec![EnhancedPacketOption::Flags(INBOUND | checksum)];
        if let Some(comment) = note.comment {
            options.push(EnhancedPacketOption::Comment(cut(comment).into()));
        }
        let packet = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: Duration::from_nanos(nanoseconds),
            original_len,
            data: Cow::Borrowed(data),
            options,
        };
        let outcome = self.blocks.write_pcapng_block(packet);
        outcome.map(drop).map_err(|error| failed(self.name(), offset, error))
    }

    /// Completes the file.
    pub(in crate::format) fn finish(self) -> Result<(), CaptureError> {
        self.blocks.into_inner().finish()
    }

    /// The file, for messages.
    pub(in crate::format) fn name(&self) -> &str {
        self.blocks.get_ref().name()
    }

    /// Bytes written.
    pub(in crate::format) fn offset(&self) -> u64 {
        self.blocks.get_ref().offset()
    }
}

struct Writer {
    blocks: Blocks,
    timebase: Timebase,
}

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let link_type = link_type::of_new_file(options)?;
    Ok(Box::new(Writer {
        blocks: Blocks::create(options, link_type, "MIPI CSI-2 low level protocol packets")?,
        timebase: options.timebase,
    }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let data = whole_packet(seen, burst, self.blocks.name(), self.blocks.offset())?;
        let at = at.map_or(0, |at| nanoseconds(self.timebase, at));
        self.blocks.packet(at, data, note)
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.blocks.finish()
    }
}

/// As much of a comment as fits, in whole characters.
fn cut(comment: &str) -> &str {
    let mut end = comment.len().min(MAX_COMMENT);
    while !comment.is_char_boundary(end) {
        end -= 1;
    }
    comment.get(..end).unwrap_or_default()
}

/// An error of the library that writes the blocks.
pub(in crate::format) fn failed(name: &str, offset: u64, error: PcapError) -> CaptureError {
    let kind = match error {
        PcapError::IoError(error) => ErrorKind::Io(error),
        other => ErrorKind::Unsupported {
            detail: other.to_string(),
        },
    };
    CaptureError::new(name, offset, kind)
}
