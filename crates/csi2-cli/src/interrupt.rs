//! Ctrl-C. A capture that is being read ends there: what was read is reported and stays written, as where a file is cut. At any other
//! time, and when it is pressed again, the program ends at once.

use csi2_capture::{CaptureError, ErrorKind, Position};
use std::io;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

/// Exit status of what was interrupted, as shells know it.
pub(crate) const STATUS: u8 = 130;

/// What Ctrl-C does: ends the program, or is noted; or it was noted.
static STATE: AtomicU8 = AtomicU8::new(ENDS);
const ENDS: u8 = 0;
const NOTED: u8 = 1;
const PRESSED: u8 = 2;

/// Somebody looks whether Ctrl-C was pressed, as long as this is there.
pub(crate) struct Watch(());

impl Watch {
    pub(crate) fn start() -> Self {
        static HANDLER: Once = Once::new();
        // Where the system takes no handler, Ctrl-C does what it always did.
        HANDLER.call_once(|| drop(ctrlc::set_handler(on_key)));
        turn(ENDS, NOTED);
        Self(())
    }

    pub(crate) fn pressed(&self) -> bool {
        STATE.load(Ordering::Relaxed) == PRESSED
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        turn(NOTED, ENDS);
    }
}

fn on_key() {
    if !turn(NOTED, PRESSED) {
        std::process::exit(STATUS.into());
    }
}

/// Whether the state was `from`, and is `to` now.
fn turn(from: u8, to: u8) -> bool {
    STATE
        .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok()
}

/// The end of a capture that was read as far as this.
pub(crate) fn error(file: &str, offset: u64) -> CaptureError {
    let file = file.to_owned();
    CaptureError {
        kind: ErrorKind::Io(io::Error::new(
            io::ErrorKind::Interrupted,
            "interrupted (everything before it was read)",
        )),
        at: Position { file, offset },
    }
}

/// Whether it is such an end: readers try again where the system interrupts them.
pub(crate) fn is_meant(error: &CaptureError) -> bool {
    matches!(&error.kind, ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::Interrupted)
}
