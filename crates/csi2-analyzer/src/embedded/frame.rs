//! What the embedded rows of a frame say together.

use super::RowProblem;
use crate::Span;
use alloc::vec::Vec;
use csi2_packet::VirtualChannel;
use csi2_sensors::Container;

/// Registers of a frame and their values, by address. A value that came again replaces the one before, but not a value
/// from a damaged row one from a good row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RegisterSet(Vec<Entry>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Entry {
    address: u16,
    value: u8,
    /// From a row with the right checksum.
    good: bool,
}

impl RegisterSet {
    /// Most registers kept; sensors send a few hundred.
    const CAPACITY: usize = 4096;

    pub(super) fn insert(&mut self, address: u16, value: u8, good: bool) {
        let entry = Entry { address, value, good };
        match self.0.binary_search_by_key(&address, |entry| entry.address) {
            Ok(at) => {
                if let Some(old) = self.0.get_mut(at).filter(|old| good || !old.good) {
                    *old = entry;
                }
            }
            Err(at) if self.0.len() < Self::CAPACITY => self.0.insert(at, entry),
            Err(_) => {}
        }
    }

    /// The value of a register.
    pub fn get(&self, address: u16) -> Option<u8> {
        let at = self.0.binary_search_by_key(&address, |entry| entry.address).ok()?;
        self.0.get(at).map(|entry| entry.value)
    }

    /// Addresses, ascending, and values.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u8)> {
        self.0.iter().map(|entry| (entry.address, entry.value))
    }
}

/// One embedded row of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowReport {
    /// Its packet.
    pub span: Span,
    /// Payload bytes that came.
    pub bytes: u32,
    /// All of them came and the checksum is right.
    pub good: bool,
    /// How its bytes lie.
    pub container: Container,
    /// What is wrong with it, or that it is no row of tags.
    pub problem: Option<RowProblem>,
}

impl RowReport {
    /// Whether it is a row of tags.
    pub const fn is_tagged(&self) -> bool {
        !matches!(self.problem, Some(RowProblem::NotTagged { .. }))
    }

    /// Whether it is a row of tags of which something may be wrong or missing.
    pub const fn is_damaged(&self) -> bool {
        self.is_tagged() && (self.problem.is_some() || !self.good)
    }
}

/// What the embedded rows of a frame say.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedFrame {
    /// Channel.
    pub channel: VirtualChannel,
    /// Frame number of its FS; `None` when FS was lost.
    pub number: Option<u16>,
    /// Packet number of its FS or first embedded row.
    pub first_packet: u64,
    /// Registers of all rows.
    pub registers: RegisterSet,
    /// The rows, in order.
    pub rows: Vec<RowReport>,
    /// Rows beyond [`EmbeddedFrame::MAX_ROWS`], which were not read.
    pub rows_left_out: u32,
}

impl EmbeddedFrame {
    /// Most rows read of a frame; sensors send one to five.
    pub const MAX_ROWS: usize = 64;

    /// Rows of tags of which something may be wrong or missing.
    pub fn damaged(&self) -> impl Iterator<Item = &RowReport> {
        self.rows.iter().filter(|row| row.is_damaged())
    }
}
