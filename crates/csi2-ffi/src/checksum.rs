//! The payload checksum, in three sizes of one signature.
#![allow(unsafe_code)]

use csi2_packet::{Bitwise, Bytewise, ChecksumVerdict, PayloadChecksum};

use crate::raw::slice;
use crate::{CSI2_ERROR_POINTER, CSI2_OK, Status};
use core::mem::MaybeUninit;

/// A checksum before the first byte of a payload.
pub const CSI2_CHECKSUM_INITIAL: u16 = 0xFFFF;

/// A way to compute the checksum: the value after `length` bytes, which was `value` before them. One of csi2_checksum_bitwise,
/// csi2_checksum_bytewise and csi2_checksum_fast, or the driver of a CRC unit (x^16 + x^12 + x^5 + 1, reflected, no inversion at
/// the end). A program links those that it names.
pub type ChecksumFunction = Option<unsafe extern "C" fn(value: u16, bytes: *const u8, length: usize) -> u16>;

/// What the checksum of a payload says.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Checksum {
    /// The footer.
    pub received: u16,
    /// Of the payload.
    pub computed: u16,
    /// Whether they are equal.
    pub matches: bool,
}

impl Checksum {
    pub(crate) const fn of(verdict: ChecksumVerdict, footer: u16) -> Self {
        match verdict {
            ChecksumVerdict::Match => Self {
                received: footer,
                computed: footer,
                matches: true,
            },
            ChecksumVerdict::Mismatch { received, computed } => Self {
                received,
                computed,
                matches: false,
            },
        }
    }
}

/// The checksum after `length` bytes, which was `value` before them: bit by bit, without a table. The least code. A buffer that is
/// refused counts as empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_checksum_bitwise(value: u16, bytes: *const u8, length: usize) -> u16 {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let mut sum = Bitwise::resume(value);
    sum.update(bytes.unwrap_or_default());
    sum.value()
}

/// As csi2_checksum_bitwise, a byte at a time, with a table of 512 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_checksum_bytewise(value: u16, bytes: *const u8, length: usize) -> u16 {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let mut sum = Bytewise::resume(value);
    sum.update(bytes.unwrap_or_default());
    sum.value()
}

/// As csi2_checksum_bitwise, the fastest way of this machine: by its vector unit or tables of 8 KiB if this library was built with std.
/// Else as csi2_checksum_bytewise: optimised for size, more tables take as many instructions a byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_checksum_fast(value: u16, bytes: *const u8, length: usize) -> u16 {
    #[cfg(not(feature = "std"))]
    // SAFETY: the caller's contract.
    return unsafe { csi2_checksum_bytewise(value, bytes, length) };
    #[cfg(feature = "std")]
    {
        // SAFETY: the caller's contract.
        let bytes = unsafe { slice(bytes, length) };
        csi2_kernels::checksum(csi2_kernels::Backend::detect(), value, bytes.unwrap_or_default())
    }
}

/// Compares a payload with its footer, of which the first byte on the wire is the low one. CSI2_ERROR_POINTER without an `update`,
/// or where a pointer is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_payload_check(
    update: ChecksumFunction,
    payload: *const u8,
    length: usize,
    footer: u16,
    checksum: Option<&mut MaybeUninit<Checksum>>,
) -> Status {
    // SAFETY: the caller's contract.
    let payload = unsafe { slice(payload, length) };
    let (Some(mut sum), Some(payload), Some(checksum)) = (Called::by(update), payload, checksum) else {
        return CSI2_ERROR_POINTER;
    };
    checksum.write(Checksum::of(ChecksumVerdict::of(footer, sum.of(payload)), footer));
    CSI2_OK
}

/// A running checksum by a function of C's.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    update: unsafe extern "C" fn(u16, *const u8, usize) -> u16,
    value: u16,
}

impl Called {
    pub(crate) fn by(update: ChecksumFunction) -> Option<Self> {
        update.map(|update| Self {
            update,
            value: CSI2_CHECKSUM_INITIAL,
        })
    }
}

impl PayloadChecksum for Called {
    fn restart(&mut self) {
        self.value = CSI2_CHECKSUM_INITIAL;
    }
    fn update(&mut self, bytes: &[u8]) {
        // SAFETY: a function that C gave as one of this type reads the bytes it is given, and these are lent for the call.
        self.value = unsafe { (self.update)(self.value, bytes.as_ptr(), bytes.len()) };
    }
    fn value(&self) -> u16 {
        self.value
    }
}
