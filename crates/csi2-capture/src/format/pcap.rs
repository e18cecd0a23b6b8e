//! pcap: packets as records with a time, one link a file.
//!
//! Ref: IETF draft-ietf-opsawg-pcap
//! Ref: the-tcpdump-group/tcpdump-htdocs linktypes.html (USER0 to USER15)
//!
//! ```text
//! file header, 24 bytes:    magic, version, zone, accuracy, snapshot length, link type
//! record header, 16 bytes:  seconds, fraction, captured length, original length
//! ```
//!
//! The byte order of the magic is that of every field; its value tells micro- from nanoseconds.

use crate::format::cmp::decoder::{Decoder, ETHERNET, Found};
use crate::format::link_type::{self, SNAP_LENGTH};
use crate::format::pcapng::failed;
use crate::output::OutputFile;
use crate::reader::Fused;
use crate::window::Window;
use crate::writer::{nanoseconds, whole_packet};
use crate::{
    Burst, CaptureError, CaptureFormat, CaptureInfo, CaptureReader, CaptureWriter, Chunk, Confidence, CreateOptions,
    ErrorKind, Layer, OpenOptions, Source, WireNote,
};
use csi2_dphy::{Observation, Tick, Timebase};
use nom::Parser;
use nom::number::Endianness;
use nom::number::complete::u32;
use pcap_file::pcap::{PcapHeader, PcapWriter, RawPcapPacket};
use pcap_file::{DataLink, TsResolution};
use std::borrow::Cow;

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "pcap",
    description: "pcap, one packet a record, link types USER0 to USER15",
    extensions: &["pcap", "cap"],
    layers: &[Layer::Packets],
    streams: true,
    sniff: |head| match head {
        [0xA1, 0xB2, 0xC3, 0xD4, ..]
        | [0xA1, 0xB2, 0x3C, 0x4D, ..]
        | [0xD4, 0xC3, 0xB2, 0xA1, ..]
        | [0x4D, 0x3C, 0xB2, 0xA1, ..] => Confidence::Certain,
        _ => Confidence::No,
    },
    open: Some(|source, options| open_as(FORMAT.name, source, options)),
    create: Some(create),
};

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// The link type field has 28 bits; the others tell of a frame check sequence.
const LINK_TYPE: u32 = 0x0FFF_FFFF;

/// Opens a file whose packets are recorded as `format` says.
pub(super) fn open_as(
    format: &'static str,
    source: Source,
    options: &OpenOptions,
) -> Result<Box<dyn CaptureReader>, CaptureError> {
    Ok(Box::new(Fused::new(Reader::new(format, source, options)?)))
}

/// Link type of a file, by its first bytes.
pub(super) fn link_type_of(head: &[u8]) -> Option<u32> {
    let (_, header) = PcapHeader::from_slice(head).ok()?;
    Some(u32::from(header.datalink) & LINK_TYPE)
}

struct Reader {
    window: Window,
    info: CaptureInfo,
    order: Endianness,
    /// Nanoseconds of one unit of the fraction of a second.
    fraction: u64,
    /// Bytes in front of the window that are in use: of the packet given last, or of the Ethernet frame at hand.
    used: usize,
    /// Of a file of Ethernet frames.
    cmp: Option<Decoder>,
    /// Offset of its last frame.
    frame_at: u64,
    ended: bool,
}

impl Reader {
    fn new(format: &'static str, source: Source, options: &OpenOptions) -> Result<Self, CaptureError> {
        let mut info = CaptureInfo::new(format, Layer::Packets, source.total_bytes());
        info.timebase = Some(Timebase::NANOSECONDS);
        info.framed = true;
        let mut window = Window::new(source, options);
        if !window.fill(FILE_HEADER)? {
            return Err(window.truncated("pcap file header", FILE_HEADER as u64));
        }
        let Ok((_, header)) = PcapHeader::from_slice(window.bytes()) else {
            let detail = "a file starts with a1 b2 c3 d4 or a1 b2 3c 4d, in either byte order";
            return Err(window.malformed(0, "pcap file header", detail));
        };
        let link_type = u32::from(header.datalink) & LINK_TYPE;
        let ethernet = link_type == ETHERNET;
        if !link_type::is_user(link_type) && !ethernet {
            return Err(window.error_at(20, link_type::refused(&[link_type])));
        }
        window.consume(FILE_HEADER);
        Ok(Self {
            window,
            info,
            order: match header.endianness {
                pcap_file::Endianness::Big => Endianness::Big,
                pcap_file::Endianness::Little => Endianness::Little,
            },
            fraction: match header.ts_resolution {
                TsResolution::MicroSecond => 1000,
                TsResolution::NanoSecond => 1,
            },
            used: 0,
            cmp: ethernet.then(|| Decoder::new(options)),
            frame_at: 0,
            ended: false,
        })
    }
}

/// A record in front of the window.
struct Record {
    /// With its header.
    len: usize,
    /// Nanoseconds.
    at: Tick,
}

impl Reader {
    /// Brings the next record into the window.
    fn record(&mut self) -> Result<Option<Record>, CaptureError> {
        if !self.window.fill(RECORD_HEADER)? {
            return match self.window.bytes() {
                [] => Ok(None),
                _ => Err(self.window.truncated("pcap record header", RECORD_HEADER as u64)),
            };
        }
        let number = || u32::<&[u8], ()>(self.order);
        // The window holds the header, so there is nothing that could be missing.
        let (_, (seconds, fraction, captured, _original)) = (number(), number(), number(), number())
            .parse(self.window.bytes())
            .unwrap_or_default();
        let length = RECORD_HEADER as u64 + u64::from(captured);
        let len = self.window.bound("pcap record", length)?;
        if !self.window.fill(len)? {
            return Err(self.window.truncated("pcap record", length));
        }
        // A fraction of more than a second is carried over: at most 33 + 42 bits of nanoseconds, below 64 in sum.
        let at = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * self.fraction;
        Ok(Some(Record { len, at }))
    }

    /// The next packet in the Ethernet frames.
    fn next_of(&mut self, decoder: &mut Decoder) -> Result<Option<Found>, CaptureError> {
        while !self.ended {
            if let Some(found) = decoder.next(self.frame()) {
                return Ok(Some(found));
            }
            self.window.consume(std::mem::take(&mut self.used));
            let Some(record) = self.record()? else {
                self.ended = true;
                break;
            };
            self.used = record.len;
            self.frame_at = self.window.offset() + RECORD_HEADER as u64;
            decoder.frame(self.frame());
        }
        Ok(decoder.finish())
    }

    /// The Ethernet frame at hand, if any.
    fn frame(&self) -> &[u8] {
        self.window.bytes().get(RECORD_HEADER..self.used).unwrap_or_default()
    }
}

impl CaptureReader for Reader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        let Some(mut decoder) = self.cmp.take() else {
            self.window.consume(std::mem::take(&mut self.used));
            let Some(record) = self.record()? else {
                return Ok(None);
            };
            self.used = record.len;
            return Ok(Some(Chunk {
                seen: Observation::Merged(self.window.bytes().get(RECORD_HEADER..record.len).unwrap_or_default()),
                burst: Burst::WHOLE,
                offset: self.window.offset() + RECORD_HEADER as u64,
                at: Some(record.at),
                link: 0,
                lost: 0,
            }));
        };
        let found = self.next_of(&mut decoder);
        let decoder = self.cmp.insert(decoder);
        let Some(found) = found? else {
            return match decoder.nothing_found() {
                Some(kind) => Err(self.window.error(kind)),
                None => Ok(None),
            };
        };
        Ok(Some(Chunk {
            seen: Observation::Merged(decoder.packet()),
            burst: Burst::WHOLE,
            offset: self.frame_at,
            at: Some(found.at),
            link: found.link,
            lost: found.lost,
        }))
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset() + self.used as u64
    }
}

struct Writer {
    records: PcapWriter<OutputFile>,
    name: String,
    written: u64,
    timebase: Timebase,
}

fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let header = PcapHeader {
        snaplen: SNAP_LENGTH,
        datalink: DataLink::from(link_type::of_new_file(options)?),
        ts_resolution: TsResolution::NanoSecond,
        endianness: pcap_file::Endianness::Little,
        ..PcapHeader::default()
    };
    let file = OutputFile::create(&options.path)?;
    let name = file.name().to_string();
    let records = PcapWriter::with_header(file, header).map_err(|error| failed(&name, 0, error))?;
    Ok(Box::new(Writer {
        records,
        name,
        written: FILE_HEADER as u64,
        timebase: options.timebase,
    }))
}

impl CaptureWriter for Writer {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        _note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let data = whole_packet(seen, burst, &self.name, self.written)?;
        let length = link_type::record_length(data, &self.name, self.written)?;
        let at = at.map_or(0, |at| nanoseconds(self.timebase, at));
        let Ok(ts_sec) = u32::try_from(at / 1_000_000_000) else {
            let detail = format!("time {at} ns is past what pcap can hold (2^32 s); pcapng can");
            return Err(CaptureError::new(
                &self.name,
                self.written,
                ErrorKind::Unsupported { detail },
            ));
        };
        let record = RawPcapPacket {
            ts_sec,
            // Below 10^9, which fits.
            ts_frac: (at % 1_000_000_000) as u32,
            incl_len: length,
            orig_len: length,
            data: Cow::Borrowed(data),
        };
        let outcome = self.records.write_raw_packet(&record);
        outcome.map_err(|error| failed(&self.name, self.written, error))?;
        self.written += RECORD_HEADER as u64 + u64::from(length);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        self.records.into_writer().finish()
    }
}
