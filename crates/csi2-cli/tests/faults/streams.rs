//! Streams that keep the rules, as various as transmitters send them.

use std::collections::VecDeque;

use csi2_packet::{DataType, LongPacket, PacketHeader, VirtualChannel};

/// SplitMix64, for the tests' own choices.
pub(crate) struct Choices(pub(crate) u64);

impl Choices {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// Line start and line end packets.
#[derive(Clone, Copy, Debug)]
enum LineSync {
    Absent,
    Zero,
    Counted,
    Fields,
}

/// One channel of a stream.
#[derive(Debug)]
struct Channel {
    number: u8,
    types: Vec<DataType>,
    lines: u64,
    groups: u64,
    embedded: u64,
    sync: LineSync,
    /// Of the first frame, and after which 1 follows; 0: unnumbered.
    first: u16,
    last: u16,
    flat: bool,
}

const TYPES: [DataType; 9] = [
    DataType::RAW8,
    DataType::RAW10,
    DataType::RAW12,
    DataType::RAW10,
    DataType::RAW14,
    DataType::YUV422_8,
    DataType::YUV420_8,
    DataType::YUV420_10,
    DataType::RGB888,
];

/// A stream of one packet a burst; the same seed makes the same. Channels send frame by frame together, packets interleaved.
pub(crate) fn stream(seed: u64) -> Vec<Vec<u8>> {
    let mut choices = Choices(seed ^ 0x5EED);
    let frames = 1 + choices.below(6);
    let mut all = Vec::new();
    let channels = channels(&mut choices, frames);
    for frame in 0..frames as usize {
        let mut queues: Vec<VecDeque<Vec<u8>>> = channels.iter().map(|of| of[frame].clone().into()).collect();
        interleave(&mut queues, &mut choices, &mut all);
    }
    all
}

/// The same, but each channel at a pace of its own: one may be in its fifth frame when another is in its second.
pub(crate) fn ragged_stream(seed: u64) -> Vec<Vec<u8>> {
    let mut choices = Choices(seed ^ 0xD1FF);
    let frames = 1 + choices.below(6);
    let mut all = Vec::new();
    let channels = channels(&mut choices, frames);
    let mut queues: Vec<VecDeque<Vec<u8>>> = channels
        .into_iter()
        .map(|frames| frames.into_iter().flatten().collect())
        .collect();
    interleave(&mut queues, &mut choices, &mut all);
    all
}

/// Of each channel the packets of each frame.
fn channels(choices: &mut Choices, frames: u64) -> Vec<Vec<Vec<Vec<u8>>>> {
    let mut free: Vec<u8> = if choices.below(5) == 0 {
        (0..16).collect()
    } else {
        (0..4).collect()
    };
    let count = choices.of(&[1, 1, 1, 2, 2, 3]);
    (0..count)
        .map(|_| {
            let number = free.remove(choices.below(free.len() as u64) as usize);
            let channel = channel(choices, number);
            packets(&channel, frames, choices)
        })
        .collect()
}

fn interleave(queues: &mut [VecDeque<Vec<u8>>], choices: &mut Choices, out: &mut Vec<Vec<u8>>) {
    while queues.iter().any(|queue| !queue.is_empty()) {
        let turn = choices.below(queues.len() as u64) as usize;
        out.extend(queues[turn].pop_front());
    }
}

fn channel(choices: &mut Choices, number: u8) -> Channel {
    let mut types = vec![choices.of(&TYPES)];
    if choices.below(6) == 0 {
        types.push(choices.of(&[DataType::RGB565, DataType::USER1, DataType::RAW16]));
    }
    let halves = types[0].has_half_lines();
    let sync = choices.of(&[
        LineSync::Absent,
        LineSync::Absent,
        LineSync::Counted,
        LineSync::Counted,
        LineSync::Zero,
        LineSync::Fields,
    ]);
    let lines = match (halves, sync) {
        (true, _) => 2 * (1 + choices.below(4)),
        // Fewer lines do not show that their numbers are those of a field.
        (false, LineSync::Fields) => 3 + choices.below(4),
        (false, _) => 1 + choices.below(7),
    };
    let (first, last) = choices.of(&[
        (0, 0),
        (1, 65_535),
        (1, 65_535),
        (7, 65_535),
        (65_534, 65_535),
        (1, 3),
        (2, 4),
    ]);
    Channel {
        number,
        types,
        lines,
        groups: 1 + choices.below(20),
        embedded: choices.of(&[0, 0, 1, 2]),
        sync,
        first,
        last,
        flat: choices.below(8) == 0,
    }
}

fn packets(channel: &Channel, frames: u64, choices: &mut Choices) -> Vec<Vec<Vec<u8>>> {
    let mut number = channel.first;
    let mut of_frame = |frame| {
        let mut all = vec![short(channel, 0x00, number)];
        for _ in 0..channel.embedded {
            all.push(long(channel, DataType::EMBEDDED, &embedded()));
        }
        for line in 0..channel.lines {
            let label = match channel.sync {
                LineSync::Absent => None,
                LineSync::Zero => Some(0),
                LineSync::Counted => Some(line + 1),
                LineSync::Fields => Some(2 * line + 1 + frame % 2),
            };
            let label = label.map(|label| label as u16);
            all.extend(label.map(|label| short(channel, 0x02, label)));
            for data_type in &channel.types {
                let group = if line % 2 == 0 {
                    data_type.odd_group()
                } else {
                    data_type.group()
                };
                let length = group.map_or(1, |(bytes, _)| u64::from(bytes)) * channel.groups;
                let payload: Vec<u8> = (0..length)
                    .map(|_| if channel.flat { 0 } else { choices.next() as u8 })
                    .collect();
                all.push(long(channel, *data_type, &payload));
            }
            all.extend(label.map(|label| short(channel, 0x03, label)));
        }
        all.push(short(channel, 0x01, number));
        if number > 0 {
            number = if number >= channel.last { 1 } else { number + 1 };
        }
        all
    };
    (0..frames).map(&mut of_frame).collect()
}

/// A row of tagged registers.
fn embedded() -> Vec<u8> {
    let mut row = vec![0x0A, 0xAA, 0x02, 0xA5, 0x02, 0x5A, 0x06, 0x5A, 0x40];
    row.resize(24, 0x07);
    row
}

fn header(channel: &Channel, data_type: DataType, word: u16) -> PacketHeader {
    PacketHeader {
        channel: VirtualChannel::new(channel.number).unwrap(),
        data_type,
        word,
    }
}

fn short(channel: &Channel, code: u8, word: u16) -> Vec<u8> {
    header(channel, DataType::from_bits(code), word).encode().to_vec()
}

fn long(channel: &Channel, data_type: DataType, payload: &[u8]) -> Vec<u8> {
    let header = header(channel, data_type, payload.len() as u16);
    let mut packet = vec![0; header.packet_len()];
    LongPacket::emit(header, payload, &mut packet).unwrap();
    packet
}
