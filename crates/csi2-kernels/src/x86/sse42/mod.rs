//! Bodies for x86-64-v2.
