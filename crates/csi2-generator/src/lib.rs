//! The sending chain: rows of samples to packets, packets to lanes, lanes to waveforms. The mirror of `csi2-analyzer`,
//! and never a user of it: what checks must not share what sends.
//!
//! ```
//! use core::convert::Infallible;
//! use csi2_generator::{EncodeSettings, Encoder, Image};
//! use csi2_packet::{DataType, LineNumbering, VirtualChannel};
//! use csi2_pixel::{Codecs, Samples};
//!
//! let mut encoder = Encoder::new(EncodeSettings {
//!     channel: VirtualChannel::ZERO,
//!     data_type: DataType::RAW10,
//!     codecs: Codecs::STANDARD,
//!     numbering: LineNumbering::None,
//!     first_frame: 1,
//! });
//! let samples = [0x17B, 0x308, 0x283, 0x2AC];
//! let mut packets = Vec::new();
//! encoder.frame(&Image { width: 4, height: 1, samples: Samples::Narrow(&samples) }, &mut |packet| {
//!     packets.push(packet.to_vec());
//!     Ok::<_, Infallible>(())
//! })?;
//! assert_eq!(packets[0], [0x00, 0x01, 0x00, 0x1A]);
//! assert_eq!(packets[1][4..9], [0x5E, 0xC2, 0xA0, 0xAB, 0x33]);
//! assert_eq!(packets[2], [0x01, 0x01, 0x00, 0x1D]);
//! # Ok::<_, csi2_generator::EncodeTrouble<Infallible>>(())
//! ```
#![no_std]
extern crate alloc;

mod anonymise;
mod corpus;
mod embedded;
mod encoder;
mod fault;
mod injector;
mod noise;
mod pattern;
mod scene;
mod sent;
mod simulator;
mod transmitter;
mod verdict;

pub use anonymise::Anonymiser;
pub use corpus::{
    Corpus, CorpusBurst, CorpusPlan, CorpusStream, PPI_LANES, PPI_MAX_SKEW, PpiFlag, PpiLane, PpiReport, PpiTrace,
    PpiWord, ReportKind,
};
pub use embedded::embedded_row;
pub use encoder::{EncodeSettings, EncodeTrouble, Encoder, Image};
pub use fault::{
    Arrival, Dice, FAULTS, Fault, FaultLayer, FaultRow, LowPowerFault, PacketFault, Parameter, ParameterError,
    Parameters, StreamFault, Target, WireFault, WireLink, WireReport, WireView, find_fault,
};
pub use injector::{Chance, FaultRecord, InjectSettings, Injector, Order};
pub use pattern::{Canvas, PATTERNS, Pattern, Shot};
pub use scene::Scene;
pub use sent::Sent;
pub use simulator::{
    BlackMark, Crop, DueBurst, EmbeddedRows, Flip, Moment, SimulateError, SimulateSettings, Simulator, Window,
};
pub use transmitter::{Piece, TransmitLayer, TransmitSettings, Transmitter};
pub use verdict::{ExpectedFinding, Judge, JudgeSettings, Severity, Verdict};
