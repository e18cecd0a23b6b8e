//! The checksum by carry-less multiplication, where the CPU has it.

use crate::portable;
use crate::x86::Avx2;

pub(crate) fn checksum(level: Avx2, state: u16, bytes: &[u8]) -> u16 {
    match level.carryless {
        Some(carryless) => carryless.checksum(state, bytes),
        None => portable::checksum(state, bytes),
    }
}
