//! Bit errors: on which lane, at which bit of the byte.
//!
//! | evidence | says | how sure |
//! |---|---|---|
//! | header bit that the ECC put right | lane and bit | sure, where the packet is one the stream lets expect and most headers are good |
//! | sync byte with one wrong bit | lane | sure |
//! | spoilt copy of a row that came well before | lanes and bits | sure: the footer is that row's |
//! | checksum that one wrong bit explains | lane and bit; in long rows sometimes the lane only | see [`Certainty`] |
//! | wrong bits of rows that all read like the bit before, or behind, on their lane | instant of sampling | as the bits |

mod edges;
mod odds;
mod places;
mod report;
mod rows;
mod suspect;
mod syndrome;
mod tally;
#[cfg(test)]
mod tests;

pub use edges::Sampling;
pub use report::{BitErrors, Certainty, ErrorRate};
pub use suspect::Suspect;
pub use syndrome::{BitPlace, ChecksumError, OneBit};
pub use tally::LaneErrors;

use crate::{BurstInfo, Limits, LinkEvent, Received};
use csi2_dphy::{MAX_LANES, SotVerdict};
use csi2_packet::{ChecksumVerdict, DataType, EccVerdict, PacketEvent, PacketHeader, ReceivedHeader};
use places::{Expected, Lanes, claim, differences, header_bit};
use rows::Rows;
use syndrome::{chance, code_bits};
use tally::{Evidence, Hits, Tally};

/// Bytes of a header.
const HEADER: u32 = 4;
/// Bytes of a footer.
const FOOTER: u32 = 2;

/// What the attribution is told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AttributionSettings {
    /// Bounds: four rows are kept of each stream.
    pub limits: Limits,
    /// Lanes of a link whose capture is of merged bytes. They are taken to carry each packet in a burst of its own.
    pub lanes: Option<usize>,
}

/// Attributes wrong bits to lanes and places in the byte. Push what the [`Analyzer`](crate::Analyzer) gets, then ask for the
/// [`report`](Self::report) at any time. State is a few kilobytes and the rows that [`AttributionSettings::limits`] bound.
///
/// ```
/// use csi2_analyzer::{Attribution, AttributionSettings, Entry, Input, Receiver, ReceiverConfig};
/// use csi2_dphy::Observation;
///
/// let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Packets { framed: true }));
/// let mut attribution = Attribution::new(AttributionSettings { lanes: Some(4), ..AttributionSettings::default() });
/// // AA BB CC was sent; bit 4 of BB, byte 5 of the packet and so on lane 1, was hit.
/// let packet = [0x2A, 0x03, 0x00, 0x16, 0xAA, 0xAB, 0xCC, 0x38, 0x97];
/// let mut input = Input { seen: Observation::Merged(&packet), starts: true, ends: true, offset: 0, at: None };
/// while let Some(received) = receiver.next(&mut input) {
///     attribution.push(&received);
/// }
/// let report = attribution.report();
/// assert_eq!((report.wrong_bits, report.lanes()[1].bits[4]), (1, 1));
/// ```
#[derive(Debug)]
pub struct Attribution {
    settings: AttributionSettings,
    tally: Tally,
    rows: Rows,
    /// Lanes of the burst, 0 where they are not known.
    lanes: u8,
    /// The burst came merged: its lanes are those of the settings.
    merged: bool,
    /// Bytes of the burst so far; `None` where that is in doubt.
    position: Option<u64>,
    /// The long packet that is arriving.
    packet: Option<Arriving>,
    expected: Expected,
    found: Option<WrongBit>,
}

/// The wrong bit of a long packet that has one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WrongBit {
    /// From the start of the payload; behind it, of the footer.
    pub place: BitPlace,
    /// Where lanes are known.
    pub lane: Option<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Arriving {
    received: ReceivedHeader,
    /// Of its header in the burst.
    start: Option<u64>,
    bytes: u32,
}

impl Attribution {
    /// At the start of a capture.
    pub fn new(settings: AttributionSettings) -> Self {
        Self {
            settings,
            tally: Tally::default(),
            rows: Rows::new(settings.limits.max_open_streams),
            lanes: settings.assumed(),
            merged: true,
            position: Some(0),
            packet: None,
            expected: Expected::default(),
            found: None,
        }
    }

    /// Takes an event.
    pub fn push(&mut self, received: &Received<'_>) {
        self.found = None;
        match &received.event {
            LinkEvent::BurstStart(info) => self.burst(info),
            LinkEvent::Packet(event) => self.event(event),
            LinkEvent::BurstEnd => self.packet = None,
            LinkEvent::Lane(_) => {}
        }
    }

    /// The wrong bit of the packet whose footer was just pushed, if its checksum is consistent with a single one at one
    /// place only.
    pub const fn wrong_bit(&self) -> Option<WrongBit> {
        self.found
    }

    /// What is known so far.
    pub fn report(&self) -> BitErrors {
        BitErrors::new(&self.tally, self.merged && self.settings.lanes.is_some())
    }

    fn burst(&mut self, info: &BurstInfo) {
        self.packet = None;
        self.position = Some(0);
        self.merged = info.lanes == 0;
        self.lanes = if self.merged {
            self.settings.assumed()
        } else {
            info.lanes.min(MAX_LANES as u8)
        };
        let wrong = info.sync.iter().map(|sync| *sync == SotVerdict::OneBit);
        self.tally.syncs(info.lanes, wrong);
    }

    fn event(&mut self, event: &PacketEvent<'_>) {
        match event {
            PacketEvent::Short(received) => {
                let start = self.header();
                self.tally.see(Evidence::Header, start, HEADER, self.lanes);
                match received.ecc {
                    // Three wrong bits look like one: what nobody expects may have been anything.
                    EccVerdict::Corrected { .. } if !is_sync(received.header.data_type) => self.tally.lost_header(),
                    _ => self.header_bit(received, start),
                }
            }
            PacketEvent::LongStart(received) => {
                let start = self.header();
                self.rows.begin();
                self.packet = Some(Arriving {
                    received: *received,
                    start,
                    bytes: 0,
                });
            }
            PacketEvent::Payload(piece) => {
                self.rows.push(piece);
                let bytes = u32::try_from(piece.len()).unwrap_or(u32::MAX);
                if let Some(packet) = &mut self.packet {
                    packet.bytes = packet.bytes.saturating_add(bytes);
                }
                self.pass(bytes);
            }
            PacketEvent::LongEnd(verdict) => {
                self.pass(FOOTER);
                if let Some(packet) = self.packet.take() {
                    self.long_end(&packet, *verdict);
                }
            }
            PacketEvent::Unusable(_) => {
                self.header();
                self.tally.lost_header();
            }
            PacketEvent::Skipped(piece) | PacketEvent::Trailing(piece) => {
                self.pass(u32::try_from(piece.len()).unwrap_or(u32::MAX));
            }
            // In the endless row the header found may overlap the unusable one.
            PacketEvent::Resync { .. } => self.position = None,
            PacketEvent::Truncated(_) => self.packet = None,
        }
    }

    /// A header came: where it was.
    fn header(&mut self) -> Option<u64> {
        if self.merged {
            // As the settings say: each packet is a burst.
            self.position = Some(0);
        }
        let start = self.position;
        self.pass(HEADER);
        start
    }

    fn pass(&mut self, bytes: u32) {
        self.position = self.position.map(|position| position.saturating_add(bytes.into()));
    }

    fn long_end(&mut self, packet: &Arriving, verdict: ChecksumVerdict) {
        let header = &packet.received.header;
        let length = packet.bytes.saturating_add(FOOTER);
        let behind = packet.start.map(|start| start.saturating_add(HEADER.into()));
        self.tally.see(Evidence::Header, packet.start, HEADER, self.lanes);
        self.tally.see(Evidence::Row, behind, length, self.lanes);
        let ChecksumVerdict::Mismatch { received: footer, .. } = verdict else {
            self.tally.row(true);
            self.expected.note(header);
            self.header_bit(&packet.received, packet.start);
            self.rows.keep(header);
            return;
        };
        // Three wrong bits of a header look like one; then its length is wrong, too. But not twice the same way.
        let known = self.expected.note(header);
        if matches!(packet.received.ecc, EccVerdict::Corrected { .. }) && !known {
            self.tally.lost_header();
            return;
        }
        self.tally.row(false);
        self.header_bit(&packet.received, packet.start);
        self.spoilt(header, behind, footer, verdict);
    }

    /// A row with a wrong checksum, the first byte of whose payload was at `start` of the burst.
    #[cold]
    fn spoilt(&mut self, header: &PacketHeader, start: Option<u64>, footer: u16, verdict: ChecksumVerdict) {
        let lane = Lanes {
            count: self.lanes,
            start,
        };
        let payload = self.rows.arriving();
        let bytes = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let error = ChecksumError::of(verdict, bytes);
        if let Some(ChecksumError::OneBit(places)) = &error {
            self.found = places.only().map(|place| WrongBit {
                place,
                lane: lane.of(place.byte),
            });
        }
        if let Some(sent) = self.rows.sent(header, footer) {
            let hits = differences(&sent, footer, lane);
            self.found = self.found.filter(|_| hits.total() == 1);
            self.tally.add(Evidence::Row, &hits);
            return;
        }
        match error {
            Some(ChecksumError::OneBit(places)) => {
                let hits = claim(&places, payload, footer, lane);
                self.tally.claim(&hits, places.chance());
            }
            Some(ChecksumError::Even) => self.tally.several(chance(code_bits(bytes))),
            Some(ChecksumError::Odd) | None => self.tally.several(0.0),
        }
    }

    /// A header the stream lets expect.
    #[inline]
    fn header_bit(&mut self, received: &ReceivedHeader, start: Option<u64>) {
        if let Some(place) = header_bit(received.ecc) {
            self.wrong_header(received, start, place);
        }
    }

    #[cold]
    fn wrong_header(&mut self, received: &ReceivedHeader, start: Option<u64>, (byte, bit): (u8, u8)) {
        let lanes = Lanes {
            count: self.lanes,
            start,
        };
        let came = received
            .wire
            .get(usize::from(byte))
            .is_some_and(|byte| byte >> bit & 1 == 1);
        let mut hits = Hits::default();
        hits.add(lanes.of(byte.into()), Some(bit), came);
        self.tally.add(Evidence::Header, &hits);
    }
}

impl AttributionSettings {
    fn assumed(&self) -> u8 {
        self.lanes.map_or(0, |lanes| lanes.clamp(1, MAX_LANES) as u8)
    }
}

const fn is_sync(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::FRAME_START | DataType::FRAME_END | DataType::LINE_START | DataType::LINE_END
    )
}
