//! What a correct receiver must say of a stream, worked out bit by bit and frame by frame from the published rules. A second
//! opinion: it shares no code with the receivers it judges, nor with the sending chain but the table of data types. What
//! arrives of a burst with a fault of the wires, the fault tells. Where the sources leave open what to report of frames and
//! lines, it follows the rules that the analyzer documents, written a second time: there the two find each other's slips, not a
//! rule that both misread.
//!
//! Ref: csi2-packet's header and checksum sources for the bits; docs.xilinx.com PG232, Interrupt Status Register, and
//! torvalds/linux drivers/media/platform/nxp/imx-mipi-csis.c for what is an error.

mod bits;
mod burst;
mod channel;
mod codes;
mod embedded;
mod extent;
mod lines;
mod numbers;
mod rounds;
mod scene;
mod sets;
mod stream;

use alloc::{collections::BTreeSet, vec::Vec};

use crate::fault::{Arrival, WireLink, WireView};
use crate::sent::Sent;
use bits::{Ecc, Header};
use burst::{Item, Known};
use channel::{Channel, Mark};
pub use codes::Severity;
use codes::Tally;
use csi2_dphy::MAX_LANES;
use csi2_packet::{DataType, PacketHeader, VcExtension};
use rounds::Rounds;
use scene::{Payload, Scene};

/// What the receiver is told of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JudgeSettings {
    /// Header code of the link; `None`: not known, read by the 26-bit code, and channels above 3 are as good as others.
    pub vcx: Option<VcExtension>,
    /// Lanes that the bursts are sent over, and as what the receiver sees them. `None`: it gets packets.
    pub link: Option<WireLink>,
}

/// What a correct receiver must report of a whole stream.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    findings: Vec<ExpectedFinding>,
}

/// Findings of one code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExpectedFinding {
    /// `CRC_ERR`, ...
    pub code: &'static str,
    /// The worst of them.
    pub severity: Severity,
    /// How many.
    pub count: u64,
}

impl Verdict {
    /// By code, in the order of the layers: the wires first, then packets, frames and lines. None with a count of 0.
    pub fn findings(&self) -> &[ExpectedFinding] {
        &self.findings
    }

    /// How many of a code.
    pub fn count(&self, code: &str) -> u64 {
        self.findings
            .iter()
            .find(|finding| finding.code == code)
            .map_or(0, |finding| finding.count)
    }
}

/// Watches what arrives of a stream, burst by burst, and says at the end what a correct receiver reports. Memory: one entry
/// per virtual channel and data type.
#[derive(Clone, Debug)]
pub struct Judge {
    settings: JudgeSettings,
    tally: Tally,
    known: Known,
    channels: [Channel; 16],
    rounds: Rounds,
    /// Byte clocks of trail of lane bytes.
    trail: usize,
    /// Reports that are made once of a lane.
    told: BTreeSet<(&'static str, Option<u8>, &'static str)>,
    /// Packets that are known to be lost: what they explain is not reported again.
    losses: u64,
    /// Bytes of the last good long packet.
    packet_bytes: u64,
    /// A good header had a channel above 3.
    extended: bool,
}

/// Packets that a burst of which nothing came may have held.
const UNKNOWN_LOSS: u64 = 1 << 32;

impl Judge {
    /// Before the first burst.
    pub fn new(settings: JudgeSettings) -> Self {
        Self {
            settings,
            tally: Tally::default(),
            known: Known::default(),
            channels: core::array::from_fn(|_| Channel::default()),
            rounds: Rounds::default(),
            trail: 0,
            told: BTreeSet::new(),
            losses: 0,
            packet_bytes: 0,
            extended: false,
        }
    }

    /// The receiver gets so many byte clocks of trail, too, as captures of lane bytes keep them: they fill what ends a little
    /// early.
    #[must_use]
    pub fn with_trail(self, bytes: usize) -> Self {
        Self { trail: bytes, ..self }
    }

    /// A burst as it was sent, with what was wrong with it on the wires.
    pub fn sent(&mut self, sent: &Sent<'_>) {
        let Some(link) = self.settings.link else {
            return self.burst(sent.bytes);
        };
        // Of several faults of one burst it is not known what comes together; each says its own.
        let mut arrivals: Vec<Arrival> = Vec::new();
        for fault in sent.wire {
            let Some(arrival) = fault.received(sent.bytes, &link) else {
                continue;
            };
            for report in &arrival.reports {
                // Of each duration by itself, and no two kinds spoil the same one.
                if !report.once || self.told.insert((report.code, report.lane, fault.name())) {
                    self.report(report.code);
                }
            }
            arrivals.push(arrival);
        }
        if arrivals.iter().any(|arrival| arrival.bytes.is_none()) {
            return self.lost_burst();
        }
        let fills = self.trail > 0 && link.view == WireView::Lanes;
        let arrival = arrivals.pop();
        let level = arrival.as_ref().is_some_and(|arrival| arrival.level);
        match arrival.and_then(|arrival| arrival.bytes) {
            Some(bytes) if fills && level => self.burst(&burst::with_trail(&bytes, link.lanes, self.trail)),
            Some(bytes) => self.burst(&bytes),
            // Wires go on with the trail.
            None if link.view == WireView::Pins => match Arrival::whole(sent.bytes, &link, &[]).bytes {
                Some(bytes) => self.burst(&bytes),
                None => self.lost_burst(),
            },
            None if fills => {
                self.burst(&burst::with_trail(sent.bytes, link.lanes, self.trail));
            }
            None => self.burst(sent.bytes),
        }
    }

    /// The bytes of a burst as they arrived.
    pub fn burst(&mut self, bytes: &[u8]) {
        let vcx = self.settings.vcx.unwrap_or(VcExtension::Extended);
        let lanes = self.settings.link.filter(|link| link.view != WireView::Packets);
        let lanes = lanes.map_or(0, |link| link.lanes.min(MAX_LANES));
        let mut known = core::mem::take(&mut self.known);
        burst::read(bytes, vcx, lanes, &mut known, &mut |item| self.item(&item));
        self.known = known;
    }

    /// A burst was sent of which no packet arrived. What the lanes say of it is reported with [`Judge::report`].
    pub fn lost_burst(&mut self) {
        self.losses = self.losses.saturating_add(UNKNOWN_LOSS);
    }

    /// The lanes say something that is not in the bytes of any burst.
    pub fn report(&mut self, code: &'static str) {
        self.tally.add(code);
    }

    /// The end of the stream.
    pub fn finish(mut self) -> Verdict {
        for channel in &mut self.channels {
            channel.finish(&mut Scene {
                tally: &mut self.tally,
                losses: self.losses,
            });
        }
        if self.rounds.finish() {
            self.tally.add("MODE_CHANGE");
        }
        Verdict {
            findings: self.tally.findings(),
        }
    }

    fn item(&mut self, item: &Item<'_>) {
        match *item {
            Item::Unusable { skipped } => {
                self.tally.add("ECC_DOUBLE");
                // The rest of the burst may have held more packets than this one, as long as the last good one.
                let others = (skipped as u64).checked_div(self.packet_bytes).unwrap_or(0);
                self.losses = self.losses.saturating_add(others.max(1));
            }
            Item::HeaderCut => self.tally.add("WC_SHORT"),
            Item::Trailing => self.tally.add("TRAILING_DATA"),
            Item::Short(header) => self.short(header),
            Item::Long { header, payload, good } => {
                self.header(header);
                if good {
                    self.packet_bytes = payload.len() as u64 + 6;
                } else {
                    self.tally.add("CRC_ERR");
                }
                self.long(header, if good { Payload::Good } else { Payload::Wrong });
                if good && header.data_type == DataType::EMBEDDED {
                    embedded::judge(payload, &mut self.tally);
                }
            }
            Item::Cut(header) => {
                self.header(header);
                self.tally.add("WC_SHORT");
                self.long(header, Payload::Cut);
            }
        }
    }

    /// What every usable header is judged by.
    fn header(&mut self, header: Header) {
        if matches!(header.ecc, Ecc::Data(_) | Ecc::Check) {
            self.tally.add("ECC_CORRECTED");
        }
        let beyond = header.channel > 3;
        let unexpected = match (self.settings.vcx, header.ecc) {
            // An extension bit was wrong and is put right.
            (_, Ecc::Data(24..)) if !beyond => false,
            (Some(VcExtension::Extended), _) => false,
            // Two bits that should be zero are not.
            (Some(_), _) => beyond || header.extension > 0,
            (None, Ecc::Clean) => {
                self.extended |= beyond;
                false
            }
            // Only the correction made it so.
            (None, _) => beyond && !self.extended,
        };
        if unexpected {
            self.tally.add("VC_UNEXPECTED");
        }
    }

    fn short(&mut self, header: Header) {
        self.header(header);
        let mark = match header.data_type {
            DataType::FRAME_START => Mark::FrameStart,
            DataType::FRAME_END => Mark::FrameEnd,
            DataType::LINE_START => Mark::LineStart,
            DataType::LINE_END => Mark::LineEnd,
            _ => return self.reserved(header.data_type),
        };
        let channel = &mut self.channels[usize::from(header.channel & 15)];
        let image = channel.mark(
            mark,
            header.word,
            &mut Scene {
                tally: &mut self.tally,
                losses: self.losses,
            },
        );
        if image && self.rounds.frame(header.channel) {
            self.tally.add("MODE_CHANGE");
        }
    }

    fn long(&mut self, header: Header, payload: Payload) {
        let channel = &mut self.channels[usize::from(header.channel & 15)];
        // Three wrong bits of a header look like one: nobody can tell what such a packet was.
        if payload != Payload::Good && matches!(header.ecc, Ecc::Data(_)) && !channel.knows(header.data_type) {
            self.losses = self.losses.saturating_add(1);
            return;
        }
        self.reserved(header.data_type);
        let channel = &mut self.channels[usize::from(header.channel & 15)];
        channel.line(
            header.data_type,
            header.word,
            payload,
            &mut Scene {
                tally: &mut self.tally,
                losses: self.losses,
            },
        );
    }

    fn reserved(&mut self, data_type: DataType) {
        let v1 = self.settings.vcx.is_some_and(|vcx| vcx != VcExtension::Extended);
        match data_type.code() {
            _ if data_type.is_assigned() => {}
            // Later versions end a transmission with it.
            0x04 if !v1 => self.tally.add_as("ID_ERR", Severity::Info),
            _ => self.tally.add("ID_ERR"),
        }
    }
}

/// Those of `may` that the bytes of a packet show by themselves, or that its header lets expect of its frame.
pub(crate) fn at_first_hand(may: &[&'static str], sent: PacketHeader, bytes: &[u8]) -> Vec<&'static str> {
    let mut judge = Judge::new(JudgeSettings::default());
    judge.burst(bytes);
    let shown = judge.finish();
    let framing = of_the_order(may, sent);
    let is_shown = |code: &&&'static str| shown.count(code) > 0 && !FRAMING.contains(code) || framing.contains(code);
    may.iter().filter(is_shown).copied().collect()
}

/// Codes that one packet alone cannot show.
const FRAMING: [&str; 8] = [
    "FRAME_SYNC_ERR",
    "FRAME_SEQ_ERR",
    "FRAME_DATA_ERR",
    "LINE_SYNC_ERR",
    "LINE_SEQ_ERR",
    "LINE_COUNT_CHANGE",
    "DATA_OUTSIDE_FRAME",
    "YUV420_WC_ERR",
];

/// Those of `may` that a packet of this header can cause by not being where it should.
pub(crate) fn of_the_order(may: &[&'static str], sent: PacketHeader) -> Vec<&'static str> {
    let of: &[&str] = match sent.data_type {
        DataType::FRAME_START => &["FRAME_SYNC_ERR", "FRAME_SEQ_ERR", "DATA_OUTSIDE_FRAME"],
        DataType::FRAME_END => &["FRAME_SYNC_ERR"],
        DataType::LINE_START => &["LINE_SYNC_ERR", "LINE_SEQ_ERR"],
        DataType::LINE_END => &["LINE_SYNC_ERR"],
        of if of.has_half_lines() => &["DATA_OUTSIDE_FRAME", "LINE_COUNT_CHANGE", "YUV420_WC_ERR"],
        of if of.is_image() => &["DATA_OUTSIDE_FRAME", "LINE_COUNT_CHANGE"],
        _ => &[],
    };
    may.iter().filter(|code| of.contains(code)).copied().collect()
}
