//! Captures of a list of bursts at each layer, cut anywhere.

use core::convert::Infallible;
use csi2_analyzer::Entry;
use csi2_dphy::{
    Change, Level, MAX_LANES, Observation, PinMap, Samples, TransmitTiming, UnitInterval, WaveformSettings,
};
use csi2_generator::{TransmitLayer, TransmitSettings, Transmitter};
use csi2_packet::{LongPacket, PacketHeader, ShortPacket};

/// Lane counts of real links.
pub(crate) const LANES: [usize; 5] = [1, 2, 3, 4, 8];

/// How a capture enters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Layer {
    /// A record per burst.
    Packets,
    /// Packets back to back.
    RawPackets,
    /// Lane bytes of marked bursts, with or without sync bytes and trail.
    Lanes { sync: bool },
    /// Lane files with sync bytes and trail.
    MarkedFiles,
    /// Lane files of packets back to back.
    BareFiles,
    /// Pairs and a clock, four samples a bit.
    Pairs,
    /// One wire per lane, one sample a bit.
    SingleEnded,
}

/// All of them.
pub(crate) const LAYERS: [Layer; 8] = [
    Layer::Packets,
    Layer::RawPackets,
    Layer::Lanes { sync: true },
    Layer::Lanes { sync: false },
    Layer::MarkedFiles,
    Layer::BareFiles,
    Layer::Pairs,
    Layer::SingleEnded,
];

impl Layer {
    /// Whether the capture itself says where each burst begins and ends.
    pub(crate) fn shows_bursts(self) -> bool {
        !matches!(self, Self::RawPackets | Self::BareFiles)
    }
}

/// A burst: packets, each as its bytes.
pub(crate) type Burst = Vec<Vec<u8>>;

/// A short packet.
pub(crate) fn short(data_type: u8, word: u16) -> Vec<u8> {
    let mut out = vec![0; 4];
    let header = PacketHeader {
        channel: csi2_packet::VirtualChannel::ZERO,
        data_type: csi2_packet::DataType::from_bits(data_type),
        word,
    };
    ShortPacket::emit(header, &mut out).unwrap();
    out
}

/// A long packet.
pub(crate) fn long(data_type: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; payload.len() + 6];
    let header = PacketHeader {
        channel: csi2_packet::VirtualChannel::ZERO,
        data_type: csi2_packet::DataType::from_bits(data_type),
        word: 0,
    };
    LongPacket::emit(header, payload, &mut out).unwrap();
    out
}

/// A piece of a capture, owned.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) seen: Seen,
    pub(crate) starts: bool,
    pub(crate) ends: bool,
    pub(crate) offset: u64,
    pub(crate) at: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Seen {
    Merged(Vec<u8>),
    Lanes(Vec<Vec<u8>>),
    Samples { first: u64, unit: usize, bytes: Vec<u8> },
    Changes(Vec<Change>),
}

/// A capture.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub(crate) entry: Entry,
    pub(crate) pieces: Vec<Piece>,
}

/// Deals a burst to lanes.
pub(crate) fn deal(bytes: &[u8], count: usize) -> Vec<Vec<u8>> {
    let mut lanes = vec![Vec::new(); count];
    for (index, &byte) in bytes.iter().enumerate() {
        lanes[index % count].push(byte);
    }
    lanes
}

/// What a lane shows after its last byte.
pub(crate) fn trail(lane: &[u8]) -> u8 {
    if lane.last().copied().unwrap_or(0xB8) & 0x80 == 0 {
        0xFF
    } else {
        0x00
    }
}

/// A burst on lanes: each `lead` idle bytes, a sync byte, data, and a trail that ends with those of the other lanes.
pub(crate) fn dress(bytes: &[u8], count: usize, lead: &[usize], rows: usize) -> Vec<Vec<u8>> {
    let lanes = deal(bytes, count);
    let longest = lanes[0].len();
    let last = lead.iter().max().copied().unwrap_or(0);
    lanes
        .iter()
        .enumerate()
        .map(|(lane, data)| {
            let before = lead.get(lane).copied().unwrap_or(0);
            let after = longest - data.len() + rows + last - before;
            let mut out = vec![0x00; before];
            out.push(0xB8);
            out.extend(data);
            out.extend(vec![trail(data); after]);
            out
        })
        .collect()
}

fn timing() -> TransmitTiming {
    TransmitTiming::for_rate(200_000_000)
}

/// The wires of `count` lanes as the generator writes them.
pub(crate) fn wires(count: usize, single_ended: bool) -> PinMap {
    if single_ended {
        PinMap::single_ended(count)
    } else {
        PinMap::pairs(count)
    }
}

fn pins(bursts: &[Burst], count: usize, single_ended: bool, skew: [u32; MAX_LANES]) -> Vec<Piece> {
    let samples_per_ui = UnitInterval::whole(if single_ended { 1 } else { 4 });
    let layer = TransmitLayer::Pins(WaveformSettings {
        skew,
        ..WaveformSettings::new(count, samples_per_ui, timing())
    });
    let mut transmitter = Transmitter::new(TransmitSettings::new(layer, count, 200_000_000));
    let mut pieces = Vec::new();
    let mut keep = |piece: csi2_generator::Piece<'_>| {
        if let Observation::Samples(Samples { first, unit, bytes }) = piece.seen {
            let seen = Seen::Samples {
                first,
                unit,
                bytes: bytes.to_vec(),
            };
            pieces.push(Piece {
                seen,
                starts: false,
                ends: false,
                offset: 0,
                at: None,
            });
        }
        Ok::<_, Infallible>(())
    };
    for burst in bursts {
        transmitter.burst(&burst.concat(), &mut keep).unwrap();
    }
    transmitter.finish(&mut keep).unwrap();
    pieces
}

/// A capture of `bursts` at a layer, in as few pieces as that layer has.
pub(crate) fn capture(layer: Layer, bursts: &[Burst], count: usize) -> Capture {
    let marked = |seen| Piece {
        seen,
        starts: true,
        ends: true,
        offset: 0,
        at: None,
    };
    let whole = |seen| {
        vec![Piece {
            seen,
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        }]
    };
    let (entry, pieces) = match layer {
        Layer::Packets => {
            let mut offset = 1000;
            let pieces = bursts.iter().map(|burst| {
                let bytes = burst.concat();
                offset += 100 + bytes.len() as u64;
                let start = offset - bytes.len() as u64;
                Piece {
                    offset: start,
                    at: Some(start * 10),
                    ..marked(Seen::Merged(bytes))
                }
            });
            (Entry::Packets { framed: true }, pieces.collect())
        }
        Layer::RawPackets => (
            Entry::Packets { framed: false },
            whole(Seen::Merged(bursts.concat().concat())),
        ),
        Layer::Lanes { sync } => {
            let mut offset = 0;
            let pieces = bursts.iter().map(|burst| {
                let bytes = burst.concat();
                let lanes = if sync {
                    dress(&bytes, count, &[], 3)
                } else {
                    deal(&bytes, count)
                };
                let piece = Piece {
                    offset,
                    ..marked(Seen::Lanes(lanes))
                };
                offset += 1000;
                piece
            });
            (Entry::Lanes { count, framed: true }, pieces.collect())
        }
        Layer::MarkedFiles => {
            let mut files = vec![vec![0x00; 2]; count];
            for burst in bursts {
                let lanes = dress(&burst.concat(), count, &[], 2);
                files.iter_mut().zip(lanes).for_each(|(file, lane)| file.extend(lane));
            }
            (Entry::Lanes { count, framed: false }, whole(Seen::Lanes(files)))
        }
        Layer::BareFiles => {
            let mut files = vec![Vec::new(); count];
            for packet in bursts.concat() {
                files
                    .iter_mut()
                    .zip(deal(&packet, count))
                    .for_each(|(file, lane)| file.extend(lane));
            }
            (Entry::Lanes { count, framed: false }, whole(Seen::Lanes(files)))
        }
        Layer::Pairs => (
            Entry::pins(wires(count, false)),
            pins(bursts, count, false, [0; MAX_LANES]),
        ),
        Layer::SingleEnded => (
            Entry::pins(wires(count, true)),
            pins(bursts, count, true, [0; MAX_LANES]),
        ),
    };
    Capture { entry, pieces }
}

/// The same with lanes that are late by so many bits, where the layer has lanes at all.
pub(crate) fn skewed(layer: Layer, bursts: &[Burst], count: usize, skew: [u32; MAX_LANES]) -> Capture {
    let bytes = skew.map(|bits| (bits / 8) as usize);
    let mut capture = capture(layer, bursts, count);
    match layer {
        Layer::Lanes { sync: true } => {
            for (piece, burst) in capture.pieces.iter_mut().zip(bursts) {
                piece.seen = Seen::Lanes(dress(&burst.concat(), count, &bytes[..count], 3));
            }
        }
        Layer::MarkedFiles => {
            let mut files = vec![Vec::new(); count];
            for burst in bursts {
                let lanes = dress(&burst.concat(), count, &bytes[..count], 2);
                files.iter_mut().zip(lanes).for_each(|(file, lane)| file.extend(lane));
            }
            capture.pieces[0].seen = Seen::Lanes(files);
        }
        Layer::Pairs => capture.pieces = pins(bursts, count, false, skew),
        Layer::SingleEnded => capture.pieces = pins(bursts, count, true, skew),
        _ => {}
    }
    capture
}

impl Capture {
    /// The same wires, an entry per change.
    pub(crate) fn as_changes(&self) -> Self {
        let mut changes = Vec::new();
        let mut before = None;
        for piece in &self.pieces {
            let Seen::Samples { first, unit, bytes } = &piece.seen else {
                continue;
            };
            for (index, sample) in bytes.chunks(*unit).enumerate() {
                let word = sample
                    .iter()
                    .rev()
                    .fold(0u64, |word, byte| word << 8 | u64::from(*byte));
                let changed = before.map_or(u64::MAX, |before| before ^ word);
                before = Some(word);
                changes.extend(
                    (0..8 * *unit as u16)
                        .filter(|channel| changed >> channel & 1 == 1)
                        .map(|channel| {
                            let level = if word >> channel & 1 == 1 {
                                Level::High
                            } else {
                                Level::Low
                            };
                            Change {
                                at: first + index as u64,
                                channel,
                                level,
                            }
                        }),
                );
            }
        }
        let piece = Piece {
            seen: Seen::Changes(changes),
            starts: false,
            ends: false,
            offset: 0,
            at: None,
        };
        Self {
            entry: self.entry,
            pieces: vec![piece],
        }
    }

    /// Cuts each piece after so many bytes (of each lane) or samples, again and again, in turn.
    pub(crate) fn cut(&self, lengths: &[usize]) -> Self {
        let mut turn = lengths.iter().copied().map(|length| length.max(1)).cycle();
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            let whole = pieces.len();
            match &piece.seen {
                Seen::Merged(bytes) => {
                    let mut rest = bytes.as_slice();
                    let mut offset = piece.offset;
                    loop {
                        let (now, later) = rest.split_at(turn.next().unwrap().min(rest.len()));
                        pieces.push(Piece {
                            seen: Seen::Merged(now.to_vec()),
                            offset,
                            ..piece.clone()
                        });
                        offset += now.len() as u64;
                        rest = later;
                        if rest.is_empty() {
                            break;
                        }
                    }
                }
                Seen::Lanes(lanes) => {
                    let mut rest: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
                    let mut offset = piece.offset;
                    loop {
                        let length = turn.next().unwrap();
                        let mut now = Vec::new();
                        for lane in &mut rest {
                            let (a, b) = lane.split_at(length.min(lane.len()));
                            now.push(a.to_vec());
                            *lane = b;
                        }
                        pieces.push(Piece {
                            seen: Seen::Lanes(now),
                            offset,
                            ..piece.clone()
                        });
                        offset += length as u64;
                        if rest.iter().all(|lane| lane.is_empty()) {
                            break;
                        }
                    }
                }
                Seen::Changes(changes) => {
                    let mut rest = changes.as_slice();
                    while !rest.is_empty() {
                        let (now, later) = rest.split_at(turn.next().unwrap().min(rest.len()));
                        pieces.push(Piece {
                            seen: Seen::Changes(now.to_vec()),
                            ..piece.clone()
                        });
                        rest = later;
                    }
                }
                Seen::Samples { first, unit, bytes } => {
                    let mut first = *first;
                    let mut rest = bytes.as_slice();
                    while !rest.is_empty() {
                        let (now, later) = rest.split_at((turn.next().unwrap() * unit).min(rest.len()));
                        let seen = Seen::Samples {
                            first,
                            unit: *unit,
                            bytes: now.to_vec(),
                        };
                        pieces.push(Piece { seen, ..piece.clone() });
                        first += (now.len() / unit) as u64;
                        rest = later;
                    }
                }
            }
            let count = pieces.len() - whole;
            for (index, part) in pieces[whole..].iter_mut().enumerate() {
                part.starts = piece.starts && index == 0;
                part.ends = piece.ends && index + 1 == count;
            }
        }
        Self {
            entry: self.entry,
            pieces,
        }
    }

    /// Cuts lane bytes unevenly: lane `i` is cut after `lengths[i]` bytes of its own, again and again.
    pub(crate) fn cut_unevenly(&self, lengths: &[usize]) -> Self {
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            let Seen::Lanes(lanes) = &piece.seen else {
                pieces.push(piece.clone());
                continue;
            };
            let parts: Vec<Vec<&[u8]>> = lanes
                .iter()
                .enumerate()
                .map(|(lane, bytes)| bytes.chunks(lengths[lane % lengths.len()].max(1)).collect())
                .collect();
            let count = parts.iter().map(Vec::len).max().unwrap_or(0).max(1);
            for index in 0..count {
                let part = |lane: &Vec<&[u8]>| lane.get(index).copied().unwrap_or_default().to_vec();
                pieces.push(Piece {
                    seen: Seen::Lanes(parts.iter().map(part).collect()),
                    starts: piece.starts && index == 0,
                    ends: piece.ends && index + 1 == count,
                    ..piece.clone()
                });
            }
        }
        Self {
            entry: self.entry,
            pieces,
        }
    }
}
