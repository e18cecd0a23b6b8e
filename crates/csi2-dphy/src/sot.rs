//! Start of transmission: the sync byte.

/// The sync byte that starts the data of each lane: bits 00011101 in time, least-significant bit first.
pub const SYNC: u8 = 0xB8;

/// How the sync byte of a lane was received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SotVerdict {
    /// All eight bits right.
    Clean,
    /// One bit wrong: accepted and reported.
    OneBit,
}
