//! What a payload means: data types as samples.
//!
//! Three views of the same layouts: [`PixelFormat`], one type a format, for code that knows its format (firmware pays only
//! for what it names); [`CODECS`], the same as values, for hosts that meet any data type; [`MEMORY_FORMATS`], the layouts of
//! frames in memory under the names that V4L2 and libcamera give them.
//!
//! ```
//! use csi2_kernels::Backend;
//!
//! let format = csi2_pixel::find_memory_format("pRAA").unwrap();
//! assert_eq!(format.name, "SRGGB10P");
//! let mut samples = [0; 4];
//! format.unpack_row(Backend::detect(), &[0x5E, 0xC2, 0xA0, 0xAB, 0x33], &mut samples).unwrap();
//! assert_eq!(samples, [0x17B, 0x308, 0x283, 0x2AC]);
//! ```
#![no_std]

mod format;
mod memory;
mod row;
mod table;

pub use format::{Group, PixelFormat, Raw6, Raw7, Raw8, Raw10, Raw12, Raw14, Raw16};
pub use memory::{BayerOrder, MEMORY_FORMATS, MemoryFormat, Packing, find_memory_format};
pub use table::{CODECS, Codec, Pack, Unpack, codec};
