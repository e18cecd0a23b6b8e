//! Bodies for AArch64.
