//! ASAM CMP: packets from automotive capture modules, in Ethernet frames of pcap and pcapng files.
//!
//! Ref: wireshark/wireshark epan/dissectors/packet-asam-cmp.c, packet-tecmp.c
//! Ref: openDAQ/ASAM-CMP-Library include/asam_cmp/payload_type.h
//!
//! The containers are read by `pcap` and `pcapng`, which hand Ethernet frames to a [`Decoder`]. A packet is taken apart
//! by the capture module and is put together again here, so that it passes the same checks as any other: its ECC and its
//! checksum as they were received, where the module tells them, else as they should be. What a module cannot fit into a
//! frame comes in segments. TECMP, the older protocol, is recognised; how it lays out CSI-2 is not public.

pub(crate) mod capture;
pub(crate) mod decoder;
mod message;
mod reassembly;
mod write;
