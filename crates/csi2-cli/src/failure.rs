//! Why a command ends early, and with which exit status.

use crate::interrupt;
use csi2_capture::CaptureError;
use std::io;

/// The end of a command that did not simply succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// `check` found what `--fail-on` asks for: status 1, already reported.
    Found,
    /// The command line asks for something impossible: status 2.
    Usage(String),
    /// A capture cannot be read or written: status 3.
    Capture(CaptureError),
    /// Another input or output cannot be read or written: status 3.
    File(String),
    /// The reader of our output went away (`| head`): not a failure.
    Closed,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// An input or output file, and what is wrong with it.
    pub(crate) fn file(name: &str, message: impl std::fmt::Display) -> Self {
        Self::File(format!("{name}: {message}"))
    }

    /// An operating system error on a file.
    pub(crate) fn io(name: &str, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::file(name, error)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Found => 1,
            Self::Usage(_) => 2,
            Self::Capture(error) if interrupt::is_meant(error) => interrupt::STATUS,
            Self::Capture(_) | Self::File(_) => 3,
        }
    }

    /// What to tell the user, unless it is said already.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::Closed | Self::Found => None,
            Self::Usage(message) | Self::File(message) => Some(message.clone()),
            Self::Capture(error) => Some(one_line(error)),
        }
    }
}

/// Captures name their channels: whatever they say stays on one line.
fn one_line(error: &CaptureError) -> String {
    error.to_string().replace(char::is_control, "\u{FFFD}")
}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        match &error.kind {
            csi2_capture::ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Self::Closed,
            // The capture is fine: the command line leaves something out.
            csi2_capture::ErrorKind::Missing { .. } => Self::Usage(one_line(&error)),
            _ => Self::Capture(error),
        }
    }
}
