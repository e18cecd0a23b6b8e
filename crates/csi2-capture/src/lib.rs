//! Capture files in and out: containers only. What is inside a byte, where and when it was seen, at which
//! layer. No packets and no pixels here.
//!
//! ```
//! use csi2_capture::{OpenOptions, Source, open};
//! use csi2_dphy::Observation;
//!
//! let text: &[u8] = b"00 01 00 1a  # frame start\n01 01 00 07  # frame end\n";
//! let source = Source {
//!     name: "example.hex".into(),
//!     stream: Box::new(text),
//!     path: None,
//! };
//! let mut capture = open(source, &OpenOptions::default())?;
//! assert_eq!(capture.info().format, "hex");
//!
//! let mut packets = Vec::new();
//! while let Some(chunk) = capture.next_chunk()? {
//!     if let Observation::Merged(bytes) = chunk.seen {
//!         packets.push((chunk.offset, bytes.to_vec()));
//!     }
//! }
//! assert_eq!(packets, [(0, vec![0x00, 0x01, 0x00, 0x1A]), (27, vec![0x01, 0x01, 0x00, 0x07])]);
//! # Ok::<(), csi2_capture::CaptureError>(())
//! ```

mod capture_format;
mod channel_map;
mod error;
mod format;
mod in_turn;
mod late;
mod layer;
mod output;
mod read_ahead;
mod reader;
mod registry;
mod window;
mod writer;

pub use capture_format::{CaptureFormat, Confidence, Create, Open};
pub use channel_map::{ChannelMap, MapError};
pub use error::{CaptureError, ErrorKind, Position};
pub use layer::Layer;
pub use reader::{Burst, CaptureInfo, CaptureReader, Channel, Chunk, OpenOptions, READER_THREAD, Source};
pub use registry::{FORMATS, create, detect, find, open};
pub use writer::{CaptureWriter, CreateOptions, WireNote};
