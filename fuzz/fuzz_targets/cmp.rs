//! A `cmp` capture of any content: see `csi2_fuzz::read`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| csi2_fuzz::read("cmp", bytes));
