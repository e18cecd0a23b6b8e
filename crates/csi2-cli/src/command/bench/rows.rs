//! What is measured: one row adds one benchmark.

use super::case::{Case, Reference};
use super::cases::Set;
use super::cases::checksum::Checksum;
use super::cases::lanes::{Distributing, Merging, MergingFrame};
use super::cases::packing::{Pack, Packing, Unpack, Unpacking};
use super::cases::path::Path;
use super::cases::wires::Wires;
use super::inputs::Scale;
use super::references;
use Reference::{Crc, CrcFast, CrcTable16, Memcpy, NtCopy, Plain, Read, Scalar};
use Set::{Dram, L1, L3};
use csi2_kernels::Raw;

/// A benchmark.
pub(super) struct Row {
    /// Its name; scripts know it.
    pub(super) id: &'static str,
    /// What it stands beside.
    pub(super) references: &'static [Reference],
    /// Makes it.
    pub(super) case: fn(Scale) -> Box<dyn Case>,
}

const RAW8: Unpack = Unpack {
    bits: 8,
    kernel: csi2_kernels::unpack_raw8,
    rows: Raw::Raw8,
    scalar: references::unpack_raw8,
};
const RAW10: Unpack = Unpack {
    bits: 10,
    kernel: csi2_kernels::unpack_raw10,
    rows: Raw::Raw10,
    scalar: references::unpack_raw10,
};
const RAW12: Unpack = Unpack {
    bits: 12,
    kernel: csi2_kernels::unpack_raw12,
    rows: Raw::Raw12,
    scalar: references::unpack_raw12,
};
const RAW14: Unpack = Unpack {
    bits: 14,
    kernel: csi2_kernels::unpack_raw14,
    rows: Raw::Raw14,
    scalar: references::unpack_raw14,
};
const PACK_RAW10: Pack = Pack {
    bits: 10,
    kernel: csi2_kernels::pack_raw10,
    rows: Raw::Raw10,
    scalar: references::pack_raw10,
};
const PACK_RAW12: Pack = Pack {
    bits: 12,
    kernel: csi2_kernels::pack_raw12,
    rows: Raw::Raw12,
    scalar: references::pack_raw12,
};

/// In the order of reports.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("unpack/raw8/l1",         &[Scalar, Memcpy],           |scale| Box::new(Unpacking::new(RAW8, L1, scale))),
    row("unpack/raw10/l1",        &[Scalar, Memcpy],           |scale| Box::new(Unpacking::new(RAW10, L1, scale))),
    row("unpack/raw12/l1",        &[Scalar, Memcpy],           |scale| Box::new(Unpacking::new(RAW12, L1, scale))),
    row("unpack/raw14/l1",        &[Scalar, Memcpy],           |scale| Box::new(Unpacking::new(RAW14, L1, scale))),
    row("pack/raw10/l1",          &[Scalar, Memcpy],           |scale| Box::new(Packing::new(PACK_RAW10, L1, scale))),
    row("pack/raw12/l1",          &[Scalar, Memcpy],           |scale| Box::new(Packing::new(PACK_RAW12, L1, scale))),
    row("unpack/raw10/l3",        &[Scalar, Memcpy, NtCopy],   |scale| Box::new(Unpacking::new(RAW10, L3, scale))),
    row("unpack/raw10/dram",      &[Scalar, Memcpy, NtCopy],   |scale| Box::new(Unpacking::new(RAW10, Dram, scale))),
    row("pack/raw10/dram",        &[Scalar, Memcpy, NtCopy],   |scale| Box::new(Packing::new(PACK_RAW10, Dram, scale))),
    row("checksum/5070",          &[Crc, CrcTable16, CrcFast], |_| Box::new(Checksum::new(5070))),
    row("checksum/64",            &[Crc, CrcTable16, CrcFast], |_| Box::new(Checksum::new(64))),
    row("checksum/16",            &[Crc, CrcTable16, CrcFast], |_| Box::new(Checksum::new(16))),
    row("merge4/l1",              &[Scalar, Memcpy],           |_| Box::new(Merging::new())),
    row("merge4-ecc/l3",          &[Scalar, Memcpy, Read],     |scale| Box::new(MergingFrame::new(scale))),
    row("distribute4/l1",         &[Scalar, Memcpy],           |_| Box::new(Distributing::new())),
    row("samples4/l1",            &[Scalar, Memcpy, Read],     |scale| Box::new(Wires::one_a_bit(L1, scale))),
    row("samples4/l3",            &[Scalar, Memcpy, Read],     |scale| Box::new(Wires::one_a_bit(L3, scale))),
    row("samples4/dram",          &[Scalar, Memcpy, Read],     |scale| Box::new(Wires::one_a_bit(Dram, scale))),
    row("clocked4x/l1",           &[Scalar, Read],             |scale| Box::new(Wires::clocked(L1, scale))),
    row("clocked4x/dram",         &[Scalar, Read],             |scale| Box::new(Wires::clocked(Dram, scale))),
    row("path/lanes4-check/dram", &[Read, Plain],              |scale| Box::new(Path::lanes_check(Dram, scale))),
    row("path/lanes4-frame/l3",   &[Memcpy, NtCopy, Plain],    |scale| Box::new(Path::lanes_frame(L3, scale))),
    row("path/lanes4-frame/dram", &[Memcpy, NtCopy, Plain],    |scale| Box::new(Path::lanes_frame(Dram, scale))),
    row("path/samples4-frame/dram", &[Read, Plain],            |scale| Box::new(Path::samples_frame(Dram, scale))),
];

const fn row(id: &'static str, references: &'static [Reference], case: fn(Scale) -> Box<dyn Case>) -> Row {
    Row { id, references, case }
}
