//! The receiving chain: observations in; packets, findings, statistics and frames out. No files, no clock, no threads.
//!
//! [`Receiver`] (link and depacketizer) -> [`Received`] events -> [`Analyzer`], [`FrameAssembler`] and [`EmbeddedReader`], side
//! by side.
//!
//! A frame of one line, in which a payload bit was hit:
//!
//! ```
//! use csi2_analyzer::{Analyzer, AnalyzerSettings, Entry, FindingCode, Input, Receiver, ReceiverConfig};
//! use csi2_dphy::Observation;
//!
//! let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Packets { framed: true }));
//! let mut analyzer = Analyzer::new(AnalyzerSettings::default());
//! let packets: [&[u8]; 3] = [
//!     &[0x00, 0x01, 0x00, 0x1A],
//!     &[0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCD, 0x38, 0x97],
//!     &[0x01, 0x01, 0x00, 0x1D],
//! ];
//! let mut found = Vec::new();
//! for packet in packets {
//!     let mut input = Input { seen: Observation::Merged(packet), starts: true, ends: true, offset: 0, at: None };
//!     while let Some(received) = receiver.next(&mut input) {
//!         analyzer.push(&received);
//!         found.extend(std::iter::from_fn(|| analyzer.poll()));
//!     }
//! }
//! let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
//! assert_eq!(codes, [FindingCode::CrcErr, FindingCode::FrameDataErr]);
//! assert_eq!((found[0].span.packet, found[0].to_string().is_empty()), (1, false));
//! ```
#![no_std]
extern crate alloc;

mod analyzer;
mod assembler;
mod attribution;
mod channel;
mod conformance;
pub mod diagnosis;
mod discovery;
pub mod dump;
mod embedded;
mod finding;
pub mod hdr;
mod in_use;
mod limits;
mod link;
mod load;
mod pairing;
mod stats;
mod timing;

pub use analyzer::{Analyzer, AnalyzerSettings};
pub use assembler::{AssemblerSettings, Frame, FrameAssembler, Keep, OwnedFrame, Pixels, StreamFilter};
pub use attribution::{
    Attribution, AttributionSettings, BitErrors, BitPlace, Certainty, ChecksumError, ErrorRate, LaneErrors, OneBit,
    Sampling, Suspect, WrongBit,
};
pub use conformance::{
    Aspect, Conformance, ConformanceRow, ConformanceVerdict, Mismatch, Observed, Quantity, TOLERANCE,
};
pub use discovery::{Confidence, Descrambling, Discovered, Discovery, Evidence, Hints, Tally, find_scrambling};
pub use embedded::{
    EmbeddedFrame, EmbeddedReader, EmbeddedRow, Register, RegisterSet, Registers, RowProblem, RowReport,
};
pub use finding::{Detail, FINDINGS, Finding, FindingCode, FindingRow, Geometry, Mode, Severity};
pub use limits::Limits;
pub use link::{BurstInfo, Entry, Input, LinkEvent, Received, Receiver, ReceiverConfig, Span};
pub use load::Load;
pub use pairing::{Align, Drift, FrameStarts, PairSettings, PairTrouble, Pairing, Side, Skew, Unpaired};
pub use stats::{
    ChannelStatistics, DataTypeStatistics, LaneSleep, LowPowerStatistics, ModeStatistics, Modes, Spread, Statistics,
};
pub use timing::{TimingMeasurement, TimingReport, TimingVerdict};
