//! A bus drawn clock by clock, and what the receiver makes of it.

use csi2_analyzer::{Entry, Input, LinkEvent, Receiver, ReceiverConfig};
use csi2_dphy::{Bus, Change, LanePorts, Level, MAX_LANES, Observation, PinEvent, PortMap, Ports, Wire};
use csi2_packet::{ChecksumVerdict, PacketEvent};

/// Frame start 1, a line of four RAW10 pixels, frame end 1.
pub(crate) const FS: &[u8] = &[0x00, 0x01, 0x00, 0x1A];
pub(crate) const LINE: &[u8] = &[0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61];
pub(crate) const FE: &[u8] = &[0x01, 0x01, 0x00, 0x1D];

/// What a lane shows at a clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) data: [u8; 4],
    /// A bit for each byte.
    pub(crate) valid: u8,
    pub(crate) active: bool,
    pub(crate) sync: bool,
}

/// How a bus is wired and what goes wrong on it.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) lanes: usize,
    /// Bytes of a lane at a clock.
    pub(crate) width: usize,
    pub(crate) valid: bool,
    pub(crate) active: bool,
    pub(crate) sync: bool,
    /// The sync byte is the first of the data.
    pub(crate) sync_byte: bool,
    /// Clocks by which each lane is late.
    pub(crate) skew: Vec<usize>,
    /// Clocks without data after every so many rows.
    pub(crate) gap: Option<usize>,
}

impl Shape {
    pub(crate) fn plain(lanes: usize, width: usize) -> Self {
        Self {
            lanes,
            width,
            valid: true,
            active: true,
            sync: true,
            sync_byte: false,
            skew: vec![0; lanes],
            gap: None,
        }
    }

    /// Clocks of each lane. Lane bytes are dealt out one by one; a trail of inverted last bits fills the last word.
    pub(crate) fn draw(&self, bursts: &[&[u8]]) -> Vec<Vec<Cell>> {
        let mut lanes = vec![Vec::new(); self.lanes];
        for burst in bursts {
            let start = lanes.iter().map(Vec::len).max().unwrap() + 12;
            let words = burst.len().div_ceil(self.lanes * self.width) + 1;
            for (index, lane) in lanes.iter_mut().enumerate() {
                lane.resize(start + self.skew[index], Cell::default());
                let mut bytes: Vec<u8> = burst.iter().copied().skip(index).step_by(self.lanes).collect();
                if self.sync_byte {
                    bytes.insert(0, 0xB8);
                }
                let trail = if bytes.last().is_none_or(|last| *last > 0x7F) {
                    0x00
                } else {
                    0xFF
                };
                bytes.resize(words * self.width, trail);
                let rest = Cell {
                    active: true,
                    ..Cell::default()
                };
                if !self.sync_byte {
                    lane.push(Cell { sync: true, ..rest });
                }
                for (word, chunk) in bytes.chunks(self.width).enumerate() {
                    if self.gap.is_some_and(|gap| word > 0 && word % gap == 0) {
                        // What is on the wires meanwhile means nothing.
                        lane.extend(
                            [Cell {
                                data: [0x5A; 4],
                                ..rest
                            }; 2],
                        );
                    }
                    let mut cell = Cell {
                        valid: (1 << self.width) - 1,
                        sync: self.sync_byte && word == 0,
                        ..rest
                    };
                    cell.data[..self.width].copy_from_slice(chunk);
                    lane.push(cell);
                }
            }
        }
        let end = lanes.iter().map(Vec::len).max().unwrap() + 12;
        lanes.iter_mut().for_each(|lane| lane.resize(end, Cell::default()));
        lanes
    }

    /// Channels: 64 a lane, data from the first, then valid, active, sync. The clock is channel 60 of lane 0.
    pub(crate) fn map(&self, clocked: bool) -> PortMap {
        let mut lanes = [LanePorts::default(); MAX_LANES];
        for (ports, base) in lanes.iter_mut().zip((0..).step_by(64)).take(self.lanes) {
            let data: Vec<u16> = (0..self.width as u16 * 8).map(|bit| base + bit).collect();
            let wire = |offset| Wire {
                channel: base + offset,
                invert: false,
            };
            ports.data = Bus::new(&data, false).unwrap();
            if self.valid {
                let valid: Vec<u16> = (0..self.width as u16).map(|byte| base + 40 + byte).collect();
                ports.valid = Bus::new(&valid, false).unwrap();
            }
            ports.active = self.active.then(|| wire(44));
            ports.sync = self.sync.then(|| wire(45));
        }
        PortMap {
            clock: clocked.then_some(Wire {
                channel: 60,
                invert: false,
            }),
            ports: Ports::Lanes {
                lanes,
                count: self.lanes,
            },
        }
    }
}

/// Levels of all channels of a lane at a clock.
pub(crate) fn word(cell: &Cell) -> u64 {
    u64::from(u32::from_le_bytes(cell.data))
        | u64::from(cell.valid) << 40
        | u64::from(cell.active) << 44
        | u64::from(cell.sync) << 45
}

/// A clock a tick, and the last tick said.
pub(crate) fn ticks(lanes: &[Vec<Cell>]) -> Vec<Change> {
    let mut changes = Vec::new();
    let clocks = lanes[0].len();
    for at in 0..clocks {
        for (lane, cells) in lanes.iter().enumerate() {
            let before = if at == 0 {
                !word(&cells[0])
            } else {
                word(&cells[at - 1])
            };
            push(&mut changes, at as u64, lane, before, word(&cells[at]));
        }
    }
    changes.push(Change {
        at: clocks as u64 - 1,
        channel: 63,
        level: Level::Low,
    });
    changes
}

/// A clock wire that rises every 8 ticks from 5 on; data changes with the edge, before or after it in the list.
pub(crate) fn clocked(lanes: &[Vec<Cell>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for at in 0..lanes[0].len() {
        let edge = 5 + 8 * at as u64;
        let clock = |at, level| Change { at, channel: 60, level };
        if at % 2 == 0 {
            changes.push(clock(edge, Level::High));
        }
        for (lane, cells) in lanes.iter().enumerate() {
            let before = if at == 0 { 0 } else { word(&cells[at - 1]) };
            push(&mut changes, edge, lane, before, word(&cells[at]));
        }
        if at % 2 == 1 {
            changes.push(clock(edge, Level::High));
        }
        changes.push(clock(edge + 4, Level::Low));
    }
    changes
}

pub(crate) fn push(changes: &mut Vec<Change>, at: u64, lane: usize, before: u64, after: u64) {
    for bit in (0..64).filter(|bit| (before ^ after) >> bit & 1 == 1) {
        let level = if after >> bit & 1 == 1 { Level::High } else { Level::Low };
        changes.push(Change {
            at,
            channel: (lane * 64 + bit) as u16,
            level,
        });
    }
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    /// Packets that came whole, and the tick of their first byte.
    pub(crate) packets: Vec<(Vec<u8>, u64)>,
    pub(crate) skew: Vec<Vec<u16>>,
    pub(crate) align: Vec<u8>,
    pub(crate) bursts: usize,
}

pub(crate) fn hear(map: PortMap, pieces: &[Observation<'_>]) -> Heard {
    let mut receiver = Receiver::new(ReceiverConfig::new(Entry::Ports(map)));
    let mut heard = Heard::default();
    let mut current: Option<(Vec<u8>, u64)> = None;
    let mut pieces = pieces.iter();
    let mut input = Input {
        seen: Observation::Changes(&[]),
        starts: false,
        ends: false,
        offset: 0,
        at: None,
    };
    let mut more = true;
    loop {
        let received = if more {
            receiver.next(&mut input)
        } else {
            receiver.finish()
        };
        let Some(received) = received else {
            match pieces.next() {
                Some(piece) => input.seen = *piece,
                None if more => more = false,
                None => return heard,
            }
            continue;
        };
        let at = received.span.offset;
        match received.event {
            LinkEvent::BurstStart(info) => {
                heard.bursts += 1;
                heard.skew.push(info.skew[..usize::from(info.lanes)].to_vec());
            }
            LinkEvent::Packet(PacketEvent::Short(header)) => heard.packets.push((header.wire.to_vec(), at)),
            LinkEvent::Packet(PacketEvent::LongStart(header)) => current = Some((header.wire.to_vec(), at)),
            LinkEvent::Packet(PacketEvent::Payload(bytes)) => current.as_mut().unwrap().0.extend(bytes),
            LinkEvent::Packet(PacketEvent::LongEnd(ChecksumVerdict::Match)) => heard.packets.extend(current.take()),
            LinkEvent::Lane(PinEvent::AlignError { lane, .. }) => heard.align.push(lane),
            _ => {}
        }
        assert!(received.span.at.is_some());
    }
}
