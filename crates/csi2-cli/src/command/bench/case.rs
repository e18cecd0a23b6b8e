//! What a row measures.

use csi2_kernels::Backend;

/// Work that can be done in several ways, on memory of its own.
pub(super) trait Case {
    /// Bytes that a pass counts.
    fn bytes(&self) -> usize;
    /// Does one pass, and compares its answer with one that was found bit by bit. Copies and reads have no answer.
    fn check(&mut self, variant: Variant) -> bool;
    /// Does so many passes.
    fn run(&mut self, variant: Variant, passes: usize);
}

/// A way to do the work.
#[derive(Clone, Copy, Debug)]
pub(super) enum Variant {
    /// Ours, with the bodies of a backend.
    Kernel(Backend),
    /// What it is compared with.
    Reference(Reference),
}

/// What rows are compared with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reference {
    /// The plain safe loop, built for the baseline CPU.
    Scalar,
    /// A copy that moves the same bytes, read plus written.
    Memcpy,
    /// The same past the caches.
    NtCopy,
    /// A read-only pass of the input.
    Read,
    /// The `crc` crate, its default table.
    Crc,
    /// The `crc` crate, 16 tables.
    CrcTable16,
    /// The `crc-fast` crate.
    CrcFast,
    /// The whole path made of the plain crates.
    Plain,
}

impl Reference {
    /// Name in reports.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Memcpy => "memcpy",
            Self::NtCopy => "nt_copy",
            Self::Read => "read",
            Self::Crc => "crc",
            Self::CrcTable16 => "crc_table16",
            Self::CrcFast => "crc_fast",
            Self::Plain => "plain",
        }
    }
}
