//! `--anonymise`: packets keep what receivers judge them by, and lose what they carry.

use crate::failure::Failure;
use crate::record::{Ending, PacketRecord};
use clap::Args;
use csi2_analyzer::Span;
use csi2_capture::Layer;
use csi2_generator::Anonymiser;
use csi2_packet::{Missing, checksum};

/// What the capture to write must not tell.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct AnonymiseArgs {
    /// Replace what packets carry by noise, so that a capture of an unreleased sensor can be shared
    ///
    /// This concerns the payload of every long packet, embedded data, blanking and user-defined included; the 16
    /// bits of generic short packets; bytes skipped after an unusable header, and bytes that trail a packet, unless they are all
    /// zeros or all ones. Checksums that were right are right again; wrong ones are wrong in the same bits, which are 16 bits
    /// about the old payload where a transmitter sends no checksum; missing ones stay missing. Of other headers every bit is
    /// kept, so channels, data types, sizes, frame and line numbers and ECC errors; and of time all that the format holds,
    /// the date included.
    ///
    /// Nothing else goes into the new capture: no comment, name or other channel of the old one, no low-power data. Wires
    /// are sent anew, at the rate, with the number of lanes and, to within three bits, at the times of the capture, or later
    /// where bursts are closer than the line protocol allows. The edges are ours: durations of the line protocol, skew and
    /// jitter are not those of the capture; escapes, ultra-low-power states, turnarounds and deskew bursts are left out.
    #[arg(long, alias = "anonymize")]
    anonymise: bool,
    /// Seed of the noise: the same capture and seed give the same bytes
    #[arg(long, value_name = "N", default_value_t = 0, requires = "anonymise")]
    seed: u64,
}

impl AnonymiseArgs {
    pub(super) fn wanted(self) -> bool {
        self.anonymise
    }

    /// `None` when content is to be kept.
    pub(super) fn replacement(self) -> Option<Replacement> {
        self.anonymise.then(|| Replacement {
            anonymiser: Anonymiser::new(self.seed),
            trailing: Vec::new(),
            packet: 0,
        })
    }

    /// For `--json`.
    pub(super) fn seed(self) -> Option<u64> {
        self.anonymise.then_some(self.seed)
    }

    /// Refuses what shows the old wires.
    pub(super) fn check(self, annotates: bool) -> Result<(), Failure> {
        if self.anonymise && annotates {
            return Err(Failure::usage(
                "--annotate copies the wires of the capture and tells what they say, which --anonymise is to hide: convert \
                 with --anonymise first, and annotate the result",
            ));
        }
        Ok(())
    }

    /// What was done to packets of layer `from`, written at layer `to`.
    pub(super) fn note(self, from: Layer, to: Layer) -> Option<String> {
        let mut note = format!(
            "payloads are noise of seed {}; headers, lengths, errors and times are kept",
            self.seed
        );
        if from == Layer::Pins && to == Layer::Pins {
            note.push_str("; the wires are sent anew: their edges are ours");
        }
        self.anonymise.then_some(note)
    }
}

/// Replaces content, packet by packet.
pub(super) struct Replacement {
    anonymiser: Anonymiser,
    /// What trails the last packet so far, and the number of that packet.
    trailing: Vec<u8>,
    packet: u64,
}

impl Replacement {
    /// Replaces what a packet carries.
    pub(super) fn packet(&self, record: &mut PacketRecord) {
        let packet = record.span.packet;
        record.received = self.anonymiser.header(packet, record.received);
        let payload = &mut record.payload;
        match &mut record.ending {
            Ending::Short => {}
            Ending::Footer(verdict) => *verdict = self.anonymiser.payload(packet, *verdict, payload),
            Ending::Cut(_) => self.anonymiser.cut_payload(packet, payload),
            Ending::Unusable => self.anonymiser.skipped(packet, record.received.wire, payload),
        }
    }

    /// What came of the footer of a packet that ended within it: as much of the right one.
    pub(super) fn cut_footer(record: &PacketRecord) -> Vec<u8> {
        let have = match record.ending {
            Ending::Cut(Missing::Footer { have }) => have,
            _ => 0,
        };
        let footer = checksum(&record.payload).to_le_bytes();
        footer.into_iter().take(have.into()).collect()
    }

    /// So many bytes of a header that was cut, in place of those that came.
    pub(super) fn cut_header(&self, have: u8, span: Span) -> Vec<u8> {
        let mut bytes = vec![0; have.into()];
        self.anonymiser.piece(span.packet, &mut bytes);
        bytes
    }

    /// Takes bytes that trail a packet.
    pub(super) fn trail(&mut self, bytes: &[u8], span: Span) {
        self.packet = span.packet;
        self.trailing.extend_from_slice(bytes);
    }

    /// At the end of the burst: what is to trail its last packet.
    pub(super) fn end_of_burst(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.trailing);
        self.anonymiser.trailing(self.packet, &mut bytes);
        bytes
    }
}
