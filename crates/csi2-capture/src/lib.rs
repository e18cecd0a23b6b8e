//! Capture files in and out: containers only. What is inside a byte, where and when it was seen, at which
//! layer. No packets and no pixels here.

mod channel_map;
mod error;
mod format;
mod reader;
mod registry;
mod writer;

pub use channel_map::{ChannelMap, MapError};
pub use error::{CaptureError, ErrorKind, Position};
pub use reader::{Burst, CaptureInfo, CaptureReader, Channel, Chunk, OpenOptions, Source};
pub use registry::{CaptureFormat, Confidence, FORMATS, Layer, detect, find, open};
pub use writer::{CaptureWriter, CreateOptions, WireNote, create};
