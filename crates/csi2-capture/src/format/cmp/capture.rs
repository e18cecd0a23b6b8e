//! CMP as a format of its own: pcap and pcapng files of Ethernet frames.

use super::decoder::ETHERNET;
use super::write;
use crate::format::{pcap, pcapng};
use crate::{CaptureError, CaptureFormat, CaptureReader, Confidence, Layer, OpenOptions, Source};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "cmp",
    description: "ASAM CMP: packets in Ethernet frames, in pcap or pcapng (written as pcapng)",
    extensions: &["cmp"],
    layers: &[Layer::Packets],
    streams: true,
    sniff,
    open: Some(open),
    create: Some(write::create),
};

fn sniff(head: &[u8]) -> Confidence {
    let ethernet = pcap::link_type_of(head).or_else(|| pcapng::first_link_type(head)) == Some(ETHERNET);
    if ethernet { Confidence::Certain } else { Confidence::No }
}

fn open(mut source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let head = source.peek()?;
    let open = if pcap::link_type_of(&head).is_some() {
        pcap::open_as
    } else {
        pcapng::open_as
    };
    open(FORMAT.name, source, options)
}
