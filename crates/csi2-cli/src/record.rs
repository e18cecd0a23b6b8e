//! Packets put together from their events.

use csi2_analyzer::{LinkEvent, Received, Span};
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, Missing, PacketEvent, ReceivedHeader};

/// How a packet ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// Short packet.
    Short,
    /// Long packet with its footer.
    Footer(ChecksumVerdict),
    /// The burst ended inside it.
    Cut(Missing),
    /// The header cannot be used; nothing says where the packet ends.
    Unusable,
}

/// A whole packet.
#[derive(Clone, Debug)]
pub(crate) struct PacketRecord {
    /// Where it began, and its number.
    pub(crate) span: Span,
    pub(crate) received: ReceivedHeader,
    /// Bytes after the header: payload, or what was skipped after an unusable header.
    pub(crate) payload_bytes: u64,
    /// The bytes themselves, where they are kept.
    pub(crate) payload: Vec<u8>,
    pub(crate) ending: Ending,
}

impl PacketRecord {
    /// Whether its data type, as received or corrected, makes long packets.
    pub(crate) fn is_long(&self) -> bool {
        !self.received.header.data_type.is_short()
    }

    /// `match`, `mismatch`, `missing`; `None` for short packets.
    pub(crate) fn checksum(&self) -> Option<&'static str> {
        match self.ending {
            Ending::Short => None,
            Ending::Footer(ChecksumVerdict::Match) => Some("match"),
            Ending::Footer(ChecksumVerdict::Mismatch { .. }) => Some("mismatch"),
            Ending::Cut(_) => Some("missing"),
            Ending::Unusable => self.is_long().then_some("missing"),
        }
    }

    /// `clean`, `corrected`, `parity` or `uncorrectable`, and the bit where there is one.
    pub(crate) fn ecc(&self) -> (&'static str, Option<u8>) {
        match self.received.ecc {
            EccVerdict::Clean => ("clean", None),
            EccVerdict::Corrected { bit } => ("corrected", Some(bit)),
            EccVerdict::ParityBit { bit } => ("parity", Some(bit)),
            EccVerdict::Uncorrectable { .. } => ("uncorrectable", None),
        }
    }

    /// Whether anything about it is wrong.
    pub(crate) fn is_sound(&self) -> bool {
        self.received.ecc == EccVerdict::Clean
            && matches!(self.ending, Ending::Short | Ending::Footer(ChecksumVerdict::Match))
    }
}

/// Most bytes kept after an unusable header: nothing bounds what follows it in an endless capture.
const MAX_SKIPPED: usize = 1 << 20;

/// Puts packets together; holds one at a time.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    keep: bool,
    /// A type whose bytes are kept all the same.
    keep_type: Option<DataType>,
    open: Option<PacketRecord>,
    /// A buffer to use again.
    spare: Vec<u8>,
}

impl Recorder {
    /// `keep`: the bytes of the payload too.
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            keep,
            ..Self::default()
        }
    }

    /// The bytes of the payload of this type too.
    pub(crate) fn keeping(mut self, data_type: DataType) -> Self {
        self.keep_type = Some(data_type);
        self
    }

    /// Takes an event; returns the packet that it completes.
    pub(crate) fn push(&mut self, received: &Received<'_>) -> Option<PacketRecord> {
        let event = match received.event {
            LinkEvent::Packet(event) => event,
            // An unusable stretch ends with its burst at the latest.
            LinkEvent::BurstEnd => return self.open.take(),
            LinkEvent::BurstStart(_) | LinkEvent::Lane(_) => return None,
        };
        match event {
            PacketEvent::Short(header) => {
                self.start(received.span, header, Ending::Short);
                self.open.take()
            }
            PacketEvent::LongStart(header) => {
                // The footer's verdict follows.
                self.start(received.span, header, Ending::Cut(Missing::Payload { bytes: 0 }));
                None
            }
            PacketEvent::Unusable(header) => {
                self.start(received.span, header, Ending::Unusable);
                None
            }
            PacketEvent::Payload(bytes) => self.add(bytes, usize::MAX),
            PacketEvent::Skipped(bytes) => self.add(&bytes, MAX_SKIPPED),
            PacketEvent::LongEnd(verdict) => self.close(received.span, Ending::Footer(verdict)),
            PacketEvent::Truncated(missing) => self.close(received.span, Ending::Cut(missing)),
            PacketEvent::Resync { .. } => self.close(received.span, Ending::Unusable),
            PacketEvent::Trailing(_) => None,
        }
    }

    /// Takes a finished packet's buffer back.
    pub(crate) fn recycle(&mut self, record: PacketRecord) {
        self.spare = record.payload;
    }

    fn start(&mut self, span: Span, received: ReceivedHeader, ending: Ending) {
        let mut payload = std::mem::take(&mut self.spare);
        payload.clear();
        self.open = Some(PacketRecord {
            span,
            received,
            payload_bytes: 0,
            payload,
            ending,
        });
    }

    fn add(&mut self, bytes: &[u8], limit: usize) -> Option<PacketRecord> {
        if let Some(open) = &mut self.open {
            open.payload_bytes += bytes.len() as u64;
            if self.keep || self.keep_type == Some(open.received.header.data_type) {
                let room = limit.saturating_sub(open.payload.len()).min(bytes.len());
                open.payload.extend_from_slice(bytes.get(..room).unwrap_or_default());
            }
        }
        None
    }

    fn close(&mut self, span: Span, ending: Ending) -> Option<PacketRecord> {
        let mut record = self.open.take()?;
        record.ending = ending;
        record.span.until = span.until;
        Some(record)
    }
}
