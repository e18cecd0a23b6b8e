//! What a receiver has to report of a burst, as test benches compare it.

use alloc::vec::Vec;
use core::fmt;

use csi2_packet::{
    ChecksumVerdict, Depacketizer, EccVerdict, Framing, Missing, PacketEvent, ReceivedHeader, ReceiverSettings,
    VcExtension,
};

/// A report, or the mark before those of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PpiReport {
    /// The reports of a stream follow.
    Stream {
        /// Which.
        index: u32,
        /// Lanes in use.
        lanes: u8,
    },
    /// A packet, or an error that belongs to none.
    Packet {
        /// What it is about.
        kind: ReportKind,
        /// [`PpiFlag`] values.
        flags: u8,
        /// Virtual channel.
        channel: u8,
        /// Data type.
        data_type: u8,
        /// Word count or number; lanes as a mask.
        word: u16,
        /// Payload bytes that came, or header bytes where no more did.
        bytes: u16,
        /// CRC-32 (as of Ethernet) of the payload bytes that came.
        payload: u32,
    },
}

/// What a report is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportKind {
    /// A short packet.
    Short,
    /// A long packet, or its beginning.
    Long,
    /// No packet.
    None,
}

/// Bits of [`PpiReport::Packet`]'s flags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum PpiFlag {
    /// One header bit was wrong, a check bit perhaps.
    EccCorrected = 0x01,
    /// The header cannot be used; the rest of the burst is dropped.
    EccDouble = 0x02,
    /// Payload and checksum do not agree.
    CrcErr = 0x04,
    /// The burst ended inside the packet.
    WcShort = 0x08,
    /// Bytes behind a packet that are neither trail nor header.
    Trailing = 0x10,
    /// One wrong bit in a sync byte; the lanes are told.
    SotErr = 0x20,
    /// No sync byte on some lane.
    SotSyncErr = 0x40,
    /// Lanes too late or missing; the lanes are told.
    LaneAlignErr = 0x80,
}

impl PpiFlag {
    /// All of them, from the lowest bit.
    pub const ALL: [Self; 8] = [
        Self::EccCorrected,
        Self::EccDouble,
        Self::CrcErr,
        Self::WcShort,
        Self::Trailing,
        Self::SotErr,
        Self::SotSyncErr,
        Self::LaneAlignErr,
    ];

    /// The finding it is: `CRC_ERR`, ...
    pub const fn code(self) -> &'static str {
        match self {
            Self::EccCorrected => "ECC_CORRECTED",
            Self::EccDouble => "ECC_DOUBLE",
            Self::CrcErr => "CRC_ERR",
            Self::WcShort => "WC_SHORT",
            Self::Trailing => "TRAILING_DATA",
            Self::SotErr => "SOT_ERR",
            Self::SotSyncErr => "SOT_SYNC_ERR",
            Self::LaneAlignErr => "LANE_ALIGN_ERR",
        }
    }
}

impl fmt::Display for PpiReport {
    /// `KK_FF_VV_DD_WWWW_BBBB_CCCCCCCC`: kind, flags, channel, data type, word, bytes, payload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Stream { index, lanes } => write!(f, "ff_{lanes:02x}_00_00_0000_0000_{index:08x}"),
            Self::Packet {
                kind,
                flags,
                channel,
                data_type,
                word,
                bytes,
                payload,
            } => {
                let kind = kind as u8;
                write!(
                    f,
                    "{kind:02x}_{flags:02x}_{channel:02x}_{data_type:02x}_{word:04x}_{bytes:04x}_{payload:08x}"
                )
            }
        }
    }
}

/// Why a burst has no packets.
pub(super) enum Lost {
    Sync,
    Align { missing: u16 },
}

/// Reports of a burst whose lanes gave these bytes, trail included.
pub(super) fn reports(lanes: &[Vec<u8>], lost: Option<Lost>, sot: u16, out: &mut Vec<PpiReport>) {
    match lost {
        Some(Lost::Sync) => return out.push(nothing(PpiFlag::SotSyncErr, 0, 0)),
        Some(Lost::Align { missing }) => return out.push(nothing(PpiFlag::LaneAlignErr, missing, 0)),
        None if lanes.iter().all(Vec::is_empty) => return,
        None if sot != 0 => out.push(nothing(PpiFlag::SotErr, sot, 0)),
        None => {}
    }
    let merged = merge(lanes);
    let mut receiver: Depacketizer = Depacketizer::new(ReceiverSettings {
        vcx: VcExtension::Extended,
        framing: Framing::Bursts,
        trail_lanes: lanes.len() as u8,
    });
    let mut burst = Burst {
        out,
        open: None,
        trailing: false,
    };
    let mut rest = merged.as_slice();
    while !rest.is_empty() {
        let step = receiver.push(rest);
        rest = rest.get(step.consumed..).unwrap_or_default();
        step.event.into_iter().for_each(|event| burst.take(&event));
    }
    while let Some(event) = receiver.end_of_burst() {
        burst.take(&event);
    }
}

/// Lane after lane, until one has nothing more.
fn merge(lanes: &[Vec<u8>]) -> Vec<u8> {
    let rows = 0..lanes.iter().map(Vec::len).max().unwrap_or(0);
    let all = rows.flat_map(|row| lanes.iter().map(move |lane| lane.get(row).copied()));
    all.map_while(|byte| byte).collect()
}

struct Burst<'a> {
    out: &'a mut Vec<PpiReport>,
    /// A long packet: its header, payload bytes so far, their CRC-32 register.
    open: Option<(ReceivedHeader, u16, u32)>,
    trailing: bool,
}

impl Burst<'_> {
    fn take(&mut self, event: &PacketEvent<'_>) {
        match *event {
            PacketEvent::Short(header) => self.out.push(packet(ReportKind::Short, header, 0, 0, 0)),
            PacketEvent::LongStart(header) => self.open = Some((header, 0, u32::MAX)),
            PacketEvent::Payload(piece) => {
                if let Some((_, bytes, crc)) = &mut self.open {
                    *bytes = bytes.saturating_add(piece.len() as u16);
                    *crc = piece.iter().fold(*crc, |crc, byte| crc32_byte(crc, *byte));
                }
            }
            PacketEvent::LongEnd(verdict) => self.close(match verdict {
                ChecksumVerdict::Mismatch { .. } => PpiFlag::CrcErr as u8,
                _ => 0,
            }),
            PacketEvent::Truncated(Missing::Header { have }) => {
                self.out.push(nothing(PpiFlag::WcShort, 0, have.into()));
            }
            PacketEvent::Truncated(_) => self.close(PpiFlag::WcShort as u8),
            PacketEvent::Unusable(header) => {
                self.out
                    .push(packet(ReportKind::None, header, PpiFlag::EccDouble as u8, 0, 0));
            }
            PacketEvent::Trailing(_) => {
                if !core::mem::replace(&mut self.trailing, true) {
                    self.out.push(nothing(PpiFlag::Trailing, 0, 0));
                }
            }
            PacketEvent::Skipped(_) | PacketEvent::Resync { .. } => {}
        }
    }

    fn close(&mut self, flags: u8) {
        if let Some((header, bytes, crc)) = self.open.take() {
            self.out.push(packet(ReportKind::Long, header, flags, bytes, !crc));
        }
    }
}

fn packet(kind: ReportKind, received: ReceivedHeader, flags: u8, bytes: u16, payload: u32) -> PpiReport {
    let corrected = match received.ecc {
        EccVerdict::Corrected { .. } | EccVerdict::ParityBit { .. } => PpiFlag::EccCorrected as u8,
        EccVerdict::Clean | EccVerdict::Uncorrectable { .. } => 0,
    };
    let header = received.header;
    PpiReport::Packet {
        kind,
        flags: flags | corrected,
        channel: header.channel.number(),
        data_type: header.data_type.code(),
        word: header.word,
        bytes,
        payload,
    }
}

fn nothing(flag: PpiFlag, word: u16, bytes: u16) -> PpiReport {
    PpiReport::Packet {
        kind: ReportKind::None,
        flags: flag as u8,
        channel: 0,
        data_type: 0,
        word,
        bytes,
        payload: 0,
    }
}

/// One more byte of a CRC-32, reflected; begins with all ones, and ends inverted.
fn crc32_byte(crc: u32, byte: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(byte), |crc, _| {
        crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
    })
}
