//! What a payload means: data types as samples.
//!
//! Three views of the same layouts: [`PixelFormat`], one type a format, for code that knows its format (firmware pays only
//! for what it names); [`CODECS`], the same as values, for hosts that meet any data type; [`MEMORY_FORMATS`], the layouts of
//! frames in memory under the names that V4L2 and libcamera give them. [`COMPRESSIONS`] can be declared for data types that
//! have no layout of their own, and [`Planes`] takes frames apart into Y, U and V, or R, G and B.
//!
//! ```
//! use csi2_kernels::Backend;
//!
//! let format = csi2_pixel::find_memory_format("pRAA").unwrap();
//! assert_eq!(format.name, "SRGGB10P");
//! let mut samples = [0_u16; 4];
//! format.unpack_row(Backend::detect(), &[0x5E, 0xC2, 0xA0, 0xAB, 0x33], &mut samples).unwrap();
//! assert_eq!(samples, [0x17B, 0x308, 0x283, 0x2AC]);
//! ```
#![no_std]

mod dpcm;
mod format;
mod layout;
mod memory;
mod planes;
mod row;
mod stores;
mod table;

pub use dpcm::COMPRESSIONS;
pub use format::*;
pub use layout::Layout;
pub use memory::{
    BayerOrder, MEMORY_FORMATS, MemoryFormat, Packing, find_memory_format, media_bus_formats, not_a_picture,
};
pub use planes::{Plane, Planes, PlanesMut};
pub use row::Sample;
pub use stores::stores_for_frame;
pub use table::{CODECS, Codec, Codecs, Kernels, Pack, Samples, Unpack, codec, find_codec};
