//! The receiving chain: observations in; packets, findings, statistics and frames out. No files, no clock, no threads.
//!
//! [`Receiver`] (link and depacketizer) -> [`Received`] events -> [`Analyzer`] and [`FrameAssembler`], side by side.
#![no_std]
extern crate alloc;

mod analyzer;
mod assembler;
mod channel;
mod finding;
mod limits;
mod link;
mod stats;

pub use analyzer::{Analyzer, AnalyzerSettings};
pub use assembler::{AssemblerSettings, Frame, FrameAssembler, Keep, Pixels, StreamFilter};
pub use finding::{Detail, FINDINGS, Finding, FindingCode, FindingRow, Severity};
pub use limits::Limits;
pub use link::{BurstInfo, Entry, Input, LinkEvent, Received, Receiver, ReceiverConfig, Span};
pub use stats::{ChannelStatistics, DataTypeStatistics, Spread, Statistics};
