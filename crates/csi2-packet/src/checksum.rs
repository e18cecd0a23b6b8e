//! Payload checksum.

/// What the checksum says about a payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChecksumVerdict {
    /// Footer equals the computed checksum.
    Match,
    /// It does not.
    Mismatch {
        /// Footer.
        received: u16,
        /// Of the payload.
        computed: u16,
    },
}

/// A running payload checksum.
pub trait PayloadChecksum {
    /// Before the first byte.
    fn new() -> Self;
    /// Adds bytes.
    fn update(&mut self, bytes: &[u8]);
    /// Value so far.
    fn value(&self) -> u16;
}

/// Bit by bit: no table, the least code.
#[derive(Clone, Debug)]
pub struct Bitwise(u16);
/// 256-entry table.
#[derive(Clone, Debug)]
pub struct Bytewise(u16);
/// Sixteen tables: the fastest without SIMD.
#[derive(Clone, Debug)]
pub struct Sliced(u16);

/// Checksum of a whole payload.
pub fn checksum(payload: &[u8]) -> u16 {
    let _ = payload;
    todo!()
}
impl PayloadChecksum for Bitwise {
    fn new() -> Self {
        Self(0xFFFF)
    }
    fn update(&mut self, bytes: &[u8]) {
        let _ = bytes;
        todo!()
    }
    fn value(&self) -> u16 {
        self.0
    }
}
impl PayloadChecksum for Bytewise {
    fn new() -> Self {
        Self(0xFFFF)
    }
    fn update(&mut self, bytes: &[u8]) {
        let _ = bytes;
        todo!()
    }
    fn value(&self) -> u16 {
        self.0
    }
}
impl PayloadChecksum for Sliced {
    fn new() -> Self {
        Self(0xFFFF)
    }
    fn update(&mut self, bytes: &[u8]) {
        let _ = bytes;
        todo!()
    }
    fn value(&self) -> u16 {
        self.0
    }
}
