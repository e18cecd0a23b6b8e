//! The four bytes that open every packet.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

use csi2_packet::{DataType, EccVerdict, PacketHeader, ReceivedHeader, VcExtension, VirtualChannel};

use crate::raw::{slice, slice_mut};
use crate::{
    CSI2_ECC_CHECK_BIT, CSI2_ECC_CLEAN, CSI2_ECC_CORRECTED, CSI2_ECC_UNCORRECTABLE, CSI2_ERROR_POINTER,
    CSI2_ERROR_SHORT, CSI2_ERROR_SPACE, CSI2_ERROR_VALUE, CSI2_OK, CSI2_VCX_CLASSIC, CSI2_VCX_CLASSIC_FIRST,
    CSI2_VCX_EXTENDED, DataTypeCode, Ecc, Status, Vcx,
};

/// Bytes of a header.
pub const CSI2_HEADER_SIZE: usize = 4;
/// Bytes of a footer, which follows the payload of every long packet.
pub const CSI2_FOOTER_SIZE: usize = 2;

/// What a header says.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Header {
    /// Word count of a long packet, data field of a short one (number of a frame or line).
    pub word: u16,
    /// Data type, 0x00 to 0x3F.
    pub data_type: DataTypeCode,
    /// Virtual channel, 0 to 15. Those above 3 need the header extension of CSI-2 v2.0.
    pub channel: u8,
}

/// A header as it came, what it means, and what the ECC says about it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// After correction; as received when uncorrectable.
    pub header: Header,
    /// The four bytes as received.
    pub wire: [u8; CSI2_HEADER_SIZE],
    /// What the ECC says: one of CSI2_ECC_*.
    pub ecc: Ecc,
    /// Which bit was wrong: data bit 0 to 25 (0 to 7 data identifier, 8 to 23 word, 24 and 25 channel extension), or check bit
    /// 0 to 5; of an uncorrectable header the syndrome; else 0.
    pub ecc_bit: u8,
}

impl From<ReceivedHeader> for Received {
    fn from(received: ReceivedHeader) -> Self {
        let (ecc, ecc_bit) = match received.ecc {
            EccVerdict::Clean => (CSI2_ECC_CLEAN, 0),
            EccVerdict::Corrected { bit } => (CSI2_ECC_CORRECTED, bit),
            EccVerdict::ParityBit { bit } => (CSI2_ECC_CHECK_BIT, bit),
            EccVerdict::Uncorrectable { syndrome } => (CSI2_ECC_UNCORRECTABLE, syndrome),
        };
        Self {
            header: Header {
                word: received.header.word,
                data_type: received.header.data_type.code(),
                channel: received.header.channel.number(),
            },
            wire: received.wire,
            ecc,
            ecc_bit,
        }
    }
}

impl Header {
    /// `None` where a field has a value that no header has.
    pub(crate) fn meaning(self) -> Option<PacketHeader> {
        let channel = VirtualChannel::new(self.channel)?;
        let data_type = DataType::from_bits(self.data_type);
        (data_type.code() == self.data_type).then_some(PacketHeader {
            channel,
            data_type,
            word: self.word,
        })
    }
}

pub(crate) const fn extension(vcx: Vcx) -> Option<VcExtension> {
    match vcx {
        CSI2_VCX_CLASSIC => Some(VcExtension::Classic),
        CSI2_VCX_CLASSIC_FIRST => Some(VcExtension::ClassicFirst),
        CSI2_VCX_EXTENDED => Some(VcExtension::Extended),
        _ => None,
    }
}

/// Reads the header at the start of `bytes`. Any four bytes have a meaning: look at `ecc` before you use it.
/// CSI2_ERROR_SHORT below four bytes, CSI2_ERROR_VALUE where `vcx` is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_header_parse(
    bytes: *const u8,
    length: usize,
    vcx: Vcx,
    received: Option<&mut MaybeUninit<Received>>,
) -> Status {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let (Some(bytes), Some(received)) = (bytes, received) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(vcx) = extension(vcx) else {
        return CSI2_ERROR_VALUE;
    };
    let Some(wire) = bytes.first_chunk() else {
        return CSI2_ERROR_SHORT;
    };
    received.write(PacketHeader::receive(*wire, vcx).into());
    CSI2_OK
}

/// Writes the four bytes of a header with its ECC. Channels above 3 set the extension bits; the others give the same bytes in CSI-2
/// v1.x and v2.0. CSI2_ERROR_VALUE where a field has a value that no header has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_header_encode(header: Option<&Header>, out: *mut u8, room: usize) -> Status {
    // SAFETY: the caller's contract.
    let out = unsafe { slice_mut(out, room) };
    let (Some(header), Some(out)) = (header, out) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(header) = header.meaning() else {
        return CSI2_ERROR_VALUE;
    };
    let Some(out) = out.first_chunk_mut() else {
        return CSI2_ERROR_SPACE;
    };
    *out = header.encode();
    CSI2_OK
}

/// Bytes of the whole packet that begins with this header: header, payload and footer. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_packet_length(header: Option<&Header>) -> usize {
    header.map_or(0, |header| {
        let long = CSI2_HEADER_SIZE + usize::from(header.word) + CSI2_FOOTER_SIZE;
        if header.data_type < 0x10 {
            CSI2_HEADER_SIZE
        } else {
            long
        }
    })
}
