//! One file a format: what its bytes mean, and its row for the table.

mod frequency;
pub(crate) mod hex;
pub(crate) mod lanes;
pub(crate) mod lanes_text;
pub(crate) mod link_type;
pub(crate) mod pcap;
pub(crate) mod pcapng;
pub(crate) mod raw_packets;
pub(crate) mod readmemh;
pub(crate) mod samples;
pub(crate) mod sigrok;
pub(crate) mod text;
pub(crate) mod vcd;
