//! The sending chain: rows of samples to packets, packets to lanes, lanes to waveforms. The mirror of `csi2-analyzer`,
//! and never a user of it: what checks must not share what sends.
#![no_std]
extern crate alloc;

mod encoder;
mod scene;
mod transmitter;

pub use encoder::{EncodeSettings, EncodeTrouble, Encoder, Image};
pub use scene::Scene;
pub use transmitter::{Piece, TransmitLayer, TransmitSettings, Transmitter};
