//! What the fuzz targets share.

mod cuts;
mod read;

pub use cuts::{Cuts, Fields};
pub use read::read;
