//! One file a format: what its bytes mean, and its row for the table.

mod archive;
mod changes;
pub(crate) mod cmp;
mod csv;
pub(crate) mod dsl;
mod frequency;
#[cfg(feature = "fst")]
pub(crate) mod fst;
pub(crate) mod hex;
pub(crate) mod ila_csv;
pub(crate) mod lanes;
pub(crate) mod lanes_text;
pub(crate) mod link_type;
pub(crate) mod ols;
pub(crate) mod pcap;
pub(crate) mod pcapng;
pub(crate) mod raw_packets;
pub(crate) mod readmemh;
pub(crate) mod saleae;
pub(crate) mod saleae_csv;
pub(crate) mod samples;
mod seconds;
pub(crate) mod sigrok;
pub(crate) mod sigrok_csv;
mod stamps;
pub(crate) mod text;
pub(crate) mod vcd;
