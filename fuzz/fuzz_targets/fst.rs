//! An `fst` capture of any content: see `csi2_fuzz::read`. What the library that reads it does on a damaged file, it does on a
//! thread of its own; a panic there is an error of the file.
#![no_main]

use csi2_capture::READER_THREAD;
use std::panic::{set_hook, take_hook};

fn let_reader_threads_end() {
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(READER_THREAD) {
            hook(info);
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: let_reader_threads_end(), |bytes: &[u8]| csi2_fuzz::read("fst", bytes));
