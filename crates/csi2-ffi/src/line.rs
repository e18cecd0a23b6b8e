//! Payloads as samples. One function a format, so that firmware links what it names; one for all on hosts.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

use csi2_kernels::Backend;
use csi2_packet::DataType;
use csi2_pixel::{CODECS, Codec, Kernels, Pack, PixelFormat, Raw8, Raw10, Raw12, Raw14, Raw16, Unpack, codec};

use crate::raw::{slice, slice_mut};
use crate::{CSI2_ERROR_POINTER, CSI2_ERROR_VALUE, CSI2_OK, DataTypeCode, Status};

/// RAW8 payload to right-aligned samples, one of each byte. All csi2_unpack functions do whole groups only, as many as are in
/// `packed` and have room in `samples`, and return the samples written; 0 where a pointer is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_raw8(packed: *const u8, length: usize, samples: *mut u16, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { unpack(Raw8::unpack, packed, length, samples, room) }
}

/// RAW10 payload to samples: groups of 5 bytes, 4 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_raw10(packed: *const u8, length: usize, samples: *mut u16, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { unpack(Raw10::unpack, packed, length, samples, room) }
}

/// RAW12 payload to samples: groups of 3 bytes, 2 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_raw12(packed: *const u8, length: usize, samples: *mut u16, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { unpack(Raw12::unpack, packed, length, samples, room) }
}

/// RAW14 payload to samples: groups of 7 bytes, 4 samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_raw14(packed: *const u8, length: usize, samples: *mut u16, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { unpack(Raw14::unpack, packed, length, samples, room) }
}

/// RAW16 payload to samples, one of each 2 bytes, the high one first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_raw16(packed: *const u8, length: usize, samples: *mut u16, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { unpack(Raw16::unpack, packed, length, samples, room) }
}

/// Payload of any data type with samples of at most 16 bits to these, in the order of the link (blue, green, red; U, Y, V, Y). 0 for
/// others. Links all formats: firmware that knows its own names it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack(
    data_type: DataTypeCode,
    packed: *const u8,
    length: usize,
    samples: *mut u16,
    room: usize,
) -> usize {
    match kernels(data_type) {
        // SAFETY: the caller's contract.
        Some(Kernels::Narrow { unpack: kernel, .. }) => unsafe { unpack(kernel, packed, length, samples, room) },
        _ => 0,
    }
}

/// As csi2_unpack, for RAW20, RAW24 and RAW28.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_unpack_wide(
    data_type: DataTypeCode,
    packed: *const u8,
    length: usize,
    samples: *mut u32,
    room: usize,
) -> usize {
    match kernels(data_type) {
        // SAFETY: the caller's contract.
        Some(Kernels::Wide { unpack: kernel, .. }) => unsafe { unpack(kernel, packed, length, samples, room) },
        _ => 0,
    }
}

/// Samples to RAW8 payload. All csi2_pack functions do whole groups only, as many as are in `samples` and have room in `packed`, keep
/// the low bits of a sample, and return the bytes written; 0 where a pointer is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_raw8(samples: *const u16, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { pack(Raw8::pack, samples, count, packed, room) }
}

/// Samples to RAW10 payload: groups of 4 samples, 5 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_raw10(samples: *const u16, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { pack(Raw10::pack, samples, count, packed, room) }
}

/// Samples to RAW12 payload: groups of 2 samples, 3 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_raw12(samples: *const u16, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { pack(Raw12::pack, samples, count, packed, room) }
}

/// Samples to RAW14 payload: groups of 4 samples, 7 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_raw14(samples: *const u16, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { pack(Raw14::pack, samples, count, packed, room) }
}

/// Samples to RAW16 payload, 2 bytes of each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_raw16(samples: *const u16, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    unsafe { pack(Raw16::pack, samples, count, packed, room) }
}

/// Samples to payload of any data type with samples of at most 16 bits: the inverse of csi2_unpack.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack(
    data_type: DataTypeCode,
    samples: *const u16,
    count: usize,
    packed: *mut u8,
    room: usize,
) -> usize {
    match kernels(data_type) {
        // SAFETY: the caller's contract.
        Some(Kernels::Narrow { pack: kernel, .. }) => unsafe { pack(kernel, samples, count, packed, room) },
        _ => 0,
    }
}

/// As csi2_pack, for RAW20, RAW24 and RAW28.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_pack_wide(
    data_type: DataTypeCode,
    samples: *const u32,
    count: usize,
    packed: *mut u8,
    room: usize,
) -> usize {
    match kernels(data_type) {
        // SAFETY: the caller's contract.
        Some(Kernels::Wide { pack: kernel, .. }) => unsafe { pack(kernel, samples, count, packed, room) },
        _ => 0,
    }
}

/// Payload bytes and samples of line `row` (counted from 0; of YUV420 odd ones differ) of `width` pixels. CSI2_ERROR_VALUE where the
/// data type has no pixels, or the line would be no whole number of groups.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_line_size(
    data_type: DataTypeCode,
    row: usize,
    width: usize,
    bytes: Option<&mut MaybeUninit<usize>>,
    samples: Option<&mut MaybeUninit<usize>>,
) -> Status {
    let (Some(bytes), Some(samples)) = (bytes, samples) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(shape) = SHAPES.iter().find(|shape| shape.data_type.code() == data_type) else {
        return CSI2_ERROR_VALUE;
    };
    let Some(size) = shape.bytes_for(row, width) else {
        return CSI2_ERROR_VALUE;
    };
    bytes.write(size);
    samples.write(shape.layout.samples(row, width));
    CSI2_OK
}

/// The formats without their functions: who asks for a size does not link them.
static SHAPES: [Codec; CODECS.len()] = {
    fn nothing(_: Backend, _: &[u8], _: &mut [u16]) -> (usize, usize) {
        (0, 0)
    }
    fn nothing_back(_: Backend, _: &[u16], _: &mut [u8]) -> (usize, usize) {
        (0, 0)
    }
    let mut shapes = [CODECS[0]; CODECS.len()];
    let mut at = 0;
    while at < shapes.len() {
        shapes[at] = CODECS[at];
        shapes[at].kernels = Kernels::Narrow {
            unpack: nothing,
            pack: nothing_back,
            raw: None,
        };
        at += 1;
    }
    shapes
};

fn kernels(data_type: DataTypeCode) -> Option<Kernels> {
    let known = DataType::from_bits(data_type);
    let format = codec(known).filter(|_| known.code() == data_type);
    format.map(|codec| codec.kernels)
}

/// # Safety
/// The contract of `csi2.h`.
#[inline(always)]
unsafe fn unpack<S: Copy>(kernel: Unpack<S>, packed: *const u8, length: usize, samples: *mut S, room: usize) -> usize {
    // SAFETY: the caller's contract.
    let packed = unsafe { slice(packed, length) };
    // SAFETY: the caller's contract: it does not overlap the payload.
    let samples = unsafe { slice_mut(samples, room) };
    match (packed, samples) {
        (Some(packed), Some(samples)) => kernel(Backend::detect(), packed, samples).1,
        _ => 0,
    }
}

/// # Safety
/// The contract of `csi2.h`.
#[inline(always)]
unsafe fn pack<S: Copy>(kernel: Pack<S>, samples: *const S, count: usize, packed: *mut u8, room: usize) -> usize {
    // SAFETY: the caller's contract.
    let samples = unsafe { slice(samples, count) };
    // SAFETY: the caller's contract: it does not overlap the samples.
    let packed = unsafe { slice_mut(packed, room) };
    match (samples, packed) {
        (Some(samples), Some(packed)) => kernel(Backend::detect(), samples, packed).1,
        _ => 0,
    }
}
