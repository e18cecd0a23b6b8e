//! What is measured on: noise from a fixed seed, and answers found bit by bit.

use csi2_dphy::{Observation, TransmitTiming, UnitInterval, WaveformSettings};
use csi2_generator::{EncodeSettings, Encoder, Image, TransmitLayer, TransmitSettings, Transmitter};
use csi2_packet::{DataType, LineNumbering, VirtualChannel};
use csi2_pixel::{Codecs, Samples};
use std::convert::Infallible;
use std::ops::Range;

/// Samples of a line, of a 12 megapixel sensor.
pub(super) const WIDTH: usize = 4056;
/// Lanes of the link.
pub(super) const LANES: usize = 4;
/// Bits per second of a lane.
const RATE: u64 = 2_100_000_000;
/// Rows of a frame repeat after so many: more would only take longer to make.
const DISTINCT: usize = 32;

/// How large things are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Rows of a frame.
    pub(super) height: usize,
    /// Bytes of all that a ring of frames takes.
    pub(super) ring: usize,
}

impl Scale {
    /// Frames in a ring, each with all that belongs to it taking `bytes`.
    pub(super) fn frames(self, bytes: usize) -> usize {
        (self.ring / bytes.max(1)).max(2)
    }
}

/// Bytes without a pattern, the same on every call: SplitMix64.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    };
    (0..length.div_ceil(8))
        .flat_map(|_| next().to_le_bytes())
        .take(length)
        .collect()
}

/// Payload bytes of a line.
pub(super) const fn line_bytes(bits: usize) -> usize {
    WIDTH * bits / 8
}

/// Packed lines, and their samples.
pub(super) struct Lines {
    /// One after another.
    pub(super) packed: Vec<u8>,
    /// One after another.
    pub(super) samples: Vec<u16>,
}

impl Lines {
    /// RAW lines of so many bits.
    pub(super) fn new(bits: usize, lines: usize) -> Self {
        let (row, distinct) = (line_bytes(bits), lines.min(DISTINCT));
        let packed = noise(row * distinct);
        let samples = packed
            .chunks_exact(row)
            .flat_map(|row| (0..WIDTH).map(move |index| sample(bits, row, index)));
        let samples: Vec<u16> = samples.collect();
        Self {
            packed: packed.iter().copied().cycle().take(row * lines).collect(),
            samples: samples.iter().copied().cycle().take(WIDTH * lines).collect(),
        }
    }
}

/// Sample `index` of a packed RAW line, bit by bit: high bytes of a group first, then the low bits of its samples.
fn sample(bits: usize, packed: &[u8], index: usize) -> u16 {
    let (bytes, samples) = match bits {
        8 => (1, 1),
        10 => (5, 4),
        12 => (3, 2),
        14 => (7, 4),
        _ => return 0,
    };
    let (group, place, late) = (index / samples * bytes, index % samples, bits - 8);
    (0..bits).fold(0, |value, bit| {
        let at = if bit < late {
            8 * samples + place * late + bit
        } else {
            8 * place + bit - late
        };
        value | u16::from(packed[group + at / 8] >> (at % 8) & 1) << bit
    })
}

/// The checksum of a payload, by division bit by bit.
pub(super) fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| {
            sum >> 1 ^ if sum & 1 == 1 { 0x8408 } else { 0 }
        })
    })
}

/// A RAW10 frame as the lanes carry it: bursts of frame start, lines, frame end.
pub(super) struct LaneFrame {
    /// Bytes of each lane, burst after burst.
    pub(super) lanes: [Vec<u8>; LANES],
    /// Where in each lane each burst lies.
    pub(super) bursts: Vec<[Range<usize>; LANES]>,
}

impl LaneFrame {
    pub(super) fn new(samples: &[u16]) -> Self {
        let mut frame = Self {
            lanes: [const { Vec::new() }; LANES],
            bursts: Vec::new(),
        };
        send(samples, TransmitLayer::Lanes, &mut |seen| {
            if let Observation::Lanes(seen) = seen {
                frame.bursts.push(std::array::from_fn(|lane| {
                    let start = frame.lanes[lane].len();
                    frame.lanes[lane].extend_from_slice(seen.lanes[lane]);
                    start..frame.lanes[lane].len()
                }));
            }
        });
        frame
    }
}

/// A RAW10 frame as wires show it: one sample of one byte a bit, bit k is lane k. Between bursts the lanes leave high speed.
pub(super) fn sampled(samples: &[u16]) -> Vec<u8> {
    let waveform = WaveformSettings::new(LANES, UnitInterval::whole(1), TransmitTiming::for_rate(RATE));
    let mut wires = Vec::new();
    send(samples, TransmitLayer::Pins(waveform), &mut |seen| {
        if let Observation::Samples(seen) = seen {
            wires.extend_from_slice(seen.bytes);
        }
    });
    wires
}

fn send(samples: &[u16], layer: TransmitLayer, each: &mut dyn FnMut(Observation<'_>)) {
    let mut encoder = Encoder::new(EncodeSettings {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        codecs: Codecs::STANDARD,
        numbering: LineNumbering::None,
        first_frame: 1,
    });
    let mut link = Transmitter::new(TransmitSettings::new(layer, LANES, RATE));
    let mut out = |piece: csi2_generator::Piece<'_>| {
        each(piece.seen);
        Ok::<_, Infallible>(())
    };
    let image = Image {
        width: WIDTH,
        height: samples.len() / WIDTH,
        samples: Samples::Narrow(samples),
    };
    // Samples of ten bits fit RAW10; if they did not, the check of the answers would say so.
    let _ = encoder.frame(&image, &mut |packet| link.burst(packet, &mut out));
    let _ = link.finish(&mut out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the format's published description.
    #[test]
    fn samples_bit_by_bit() {
        let packed = [0x5E, 0xC2, 0xA0, 0xAB, 0x33];
        let samples: Vec<u16> = (0..4).map(|index| sample(10, &packed, index)).collect();
        assert_eq!(samples, [0x17B, 0x308, 0x283, 0x2AC]);
        assert_eq!(sample(12, &[0x12, 0x34, 0xAB], 1), 0x34A);
    }

    #[test]
    fn checksum_by_division() {
        assert_eq!(checksum(b"123456789"), 0x6F91);
    }

    #[test]
    fn frames_are_whole() {
        let lines = Lines::new(10, 3);
        let frame = LaneFrame::new(&lines.samples);
        assert_eq!(frame.bursts.len(), 5);
        let bytes: usize = frame.lanes.iter().map(Vec::len).sum();
        assert_eq!(bytes, 2 * 4 + 3 * (line_bytes(10) + 6));
        // At 8 bits a byte on 4 lanes, and the time between bursts.
        let samples = sampled(&lines.samples).len();
        assert!((2 * bytes..3 * bytes).contains(&samples), "{samples}");
    }
}
