//! What a payload means: data types as samples.
#![no_std]

mod format;
mod memory;
mod table;

pub use format::{Group, PixelFormat, Raw6, Raw7, Raw8, Raw10, Raw12, Raw14, Raw16};
pub use memory::{BayerOrder, MEMORY_FORMATS, MemoryFormat, Packing, find_memory_format};
pub use table::{CODECS, Codec, codec};
