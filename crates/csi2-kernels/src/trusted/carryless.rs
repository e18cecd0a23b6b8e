//! Carry-less multiplication, which is no part of the levels x86-64-v2 and x86-64-v3.

extern crate std;

use crate::x86::fold;

/// Proof that the CPU multiplies without carry (PCLMULQDQ), and has SSE4.1.
#[derive(Clone, Copy)]
pub(crate) struct Carryless(());

impl Carryless {
    /// Asks the CPU.
    pub(crate) fn detect() -> Option<Self> {
        let has = std::is_x86_feature_detected!("pclmulqdq") && std::is_x86_feature_detected!("sse4.1");
        has.then_some(Self(()))
    }

    /// The checksum by blocks of 16 bytes.
    pub(crate) fn checksum(self, state: u16, bytes: &[u8]) -> u16 {
        // SAFETY: the function is a safe one that needs PCLMULQDQ and SSE4.1; `detect`, which alone makes a value of this
        // type, has seen both.
        unsafe { fold::checksum(state, bytes) }
    }
}
