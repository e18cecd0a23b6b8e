//! Whole packets in a buffer.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::ptr;

use csi2_packet::{ChecksumVerdict, EncodeError, LongPacket, Packet as Parsed, PayloadChecksum, ShortPacket};

use crate::checksum::Called;
use crate::header::extension;
use crate::raw::{slice, slice_mut};
use crate::{
    CSI2_ERROR_POINTER, CSI2_ERROR_SHORT, CSI2_ERROR_SPACE, CSI2_ERROR_VALUE, CSI2_OK, Checksum, ChecksumFunction,
    Header, Received, Status, Vcx,
};

/// A packet in a buffer.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// Its header. If uncorrectable, nothing says how long the packet was: it counts as a short one.
    pub received: Received,
    /// Whether payload and checksum are of any meaning.
    pub is_long: bool,
    /// What the checksum says.
    pub checksum: Checksum,
    /// The payload, in the buffer that was read; NULL without one.
    pub payload: *const u8,
    /// Bytes of the payload.
    pub payload_length: usize,
    /// Bytes of the packet.
    pub length: usize,
}

/// Reads the packet at the start of `bytes`. CSI2_ERROR_SHORT when they end inside it: `packet->length` is then how many are needed
/// to come further, and nothing else of it is of meaning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_packet_parse(
    bytes: *const u8,
    length: usize,
    vcx: Vcx,
    update: ChecksumFunction,
    packet: Option<&mut MaybeUninit<Packet>>,
) -> Status {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let (Some(bytes), Some(mut sum), Some(packet)) = (bytes, Called::by(update), packet) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(vcx) = extension(vcx) else {
        return CSI2_ERROR_VALUE;
    };
    let nothing = Packet {
        received: Received::default(),
        is_long: false,
        checksum: Checksum::default(),
        payload: ptr::null(),
        payload_length: 0,
        length: 0,
    };
    let (read, status) = match Parsed::parse(bytes, vcx) {
        Ok((Parsed::Short(short), length)) => {
            let received = short.received.into();
            (
                Packet {
                    received,
                    length,
                    ..nothing
                },
                CSI2_OK,
            )
        }
        Ok((Parsed::Long(long), length)) => {
            let verdict = ChecksumVerdict::of(long.footer, sum.of(long.payload));
            let read = Packet {
                received: long.received.into(),
                is_long: true,
                checksum: Checksum::of(verdict, long.footer),
                payload: long.payload.as_ptr(),
                payload_length: long.payload.len(),
                length,
            };
            (read, CSI2_OK)
        }
        Err(short) => {
            let length = short.offset.saturating_add(short.required);
            (Packet { length, ..nothing }, CSI2_ERROR_SHORT)
        }
    };
    packet.write(read);
    status
}

/// Writes a short packet. CSI2_ERROR_VALUE where the data type makes long ones, or a field has a value that no header has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_short_packet_encode(
    header: Option<&Header>,
    out: *mut u8,
    room: usize,
    written: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the caller's contract.
    let out = unsafe { slice_mut(out, room) };
    let (Some(header), Some(out), Some(written)) = (header, out, written) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(header) = header.meaning() else {
        return CSI2_ERROR_VALUE;
    };
    wrote(ShortPacket::emit(header, out), written)
}

/// Writes a long packet: header, payload and footer. The word count is the length of the payload, whatever `header` says.
/// CSI2_ERROR_VALUE where the data type makes short ones, the payload is longer than 65535 bytes, or a field has a value that no
/// header has. csi2_packet_length says how much room it takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_long_packet_encode(
    header: Option<&Header>,
    payload: *const u8,
    length: usize,
    update: ChecksumFunction,
    out: *mut u8,
    room: usize,
    written: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the caller's contract.
    let payload = unsafe { slice(payload, length) };
    // SAFETY: the caller's contract: it does not overlap the payload.
    let out = unsafe { slice_mut(out, room) };
    let (Some(header), Some(payload), Some(mut sum), Some(out), Some(written)) =
        (header, payload, Called::by(update), out, written)
    else {
        return CSI2_ERROR_POINTER;
    };
    let Some(header) = header.meaning() else {
        return CSI2_ERROR_VALUE;
    };
    wrote(LongPacket::emit_with(&mut sum, header, payload, out), written)
}

fn wrote(result: Result<usize, EncodeError>, written: &mut MaybeUninit<usize>) -> Status {
    let (bytes, status) = match result {
        Ok(bytes) => (bytes, CSI2_OK),
        Err(EncodeError::Space(_)) => (0, CSI2_ERROR_SPACE),
        Err(_) => (0, CSI2_ERROR_VALUE),
    };
    written.write(bytes);
    status
}
