//! Carry-less multiplication, which is no part of the levels x86-64-v2 and x86-64-v3.

extern crate std;

/// Proof that the CPU multiplies without carry (PCLMULQDQ).
#[derive(Clone, Copy)]
pub(crate) struct Carryless(());

impl Carryless {
    /// Asks the CPU.
    pub(crate) fn detect() -> Option<Self> {
        std::is_x86_feature_detected!("pclmulqdq").then_some(Self(()))
    }
}
