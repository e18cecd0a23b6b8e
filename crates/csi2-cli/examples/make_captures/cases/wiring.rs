//! How wires are laid, sampled and scrambled.

use super::{Case, case, four_lanes, small_frame, small_frames};
use crate::stream::{Camera, Made, Wiring};
use csi2_dphy::{UnitInterval, Wires};
use csi2_packet::DataType;
use std::path::Path;

/// Two and a half samples a bit, at 800 Mb/s.
const FRACTIONAL: Wiring = Wiring {
    rate: 800_000_000,
    samples_per_ui: UnitInterval {
        numerator: 5,
        denominator: 2,
    },
    ..Wiring::pins("sigrok", 2, 4)
};

/// No clock wires, and 3.3 samples a bit.
const CLOCKLESS: Wiring = Wiring {
    samples_per_ui: UnitInterval {
        numerator: 33,
        denominator: 10,
    },
    wires: Some(Wires {
        clock: false,
        low_power: true,
    }),
    ..Wiring::pins("sigrok", 2, 4)
};

/// For each channel the wire of the link that is connected to it, in the order CLKP CLKN D0P D0N ...
type Connected = [usize; 10];

/// D0 is lane 2, D1 lane 0, D2 lane 3, D3 lane 1; CLK, D1 and D3 have P and N exchanged.
const EXCHANGED: Connected = [1, 0, 6, 7, 3, 2, 8, 9, 5, 4];
/// No pair has neighbouring channels.
const SHUFFLED: Connected = [7, 2, 0, 4, 9, 1, 5, 3, 8, 6];

/// Connects four lanes and their clock.
fn connect(connected: &Connected, unit: usize, samples: &mut [u8]) {
    for sample in samples.chunks_exact_mut(unit) {
        let [low, high] = sample else { continue };
        let before = u16::from_le_bytes([*low, *high]);
        let channels = connected.iter().enumerate();
        let after = channels.fold(0, |after, (channel, wire)| after | (before >> wire & 1) << channel);
        [*low, *high] = u16::to_le_bytes(after);
    }
}

fn connected(path: &Path, wiring: Wiring, connected: &'static Connected, bursts: &[Vec<u8>]) -> Made {
    wiring.write_spoiled(path, bursts, &|_, unit, samples| connect(connected, unit, samples))
}

pub(super) const CASES: &[Case] = &[
    case(
        "lanes-swapped-inverted",
        "sr",
        |path| connected(path, four_lanes(), &EXCHANGED, &small_frame()?),
        "Channels are named as usual, but D0 is lane 2, D1 lane 0, D2 lane 3 and D3 lane 1; CLK, D1 and D3 have P and N \
         exchanged.",
    ),
    case(
        "unnamed-channels",
        "sr",
        |path| {
            let wiring = Wiring {
                unnamed: true,
                ..four_lanes()
            };
            connected(path, wiring, &SHUFFLED, &small_frame()?)
        },
        "Channels have numbers for names and lie in no order: CLK is 2 and 5, lane 0 is 1 and 7, lane 1 is 3 and 6, lane 2 \
         is 9 and 0, lane 3 is 8 and 4.",
    ),
    case(
        "oversample-fractional",
        "sr",
        |path| FRACTIONAL.write(path, &small_frame()?),
        "Two and a half samples a bit.",
    ),
    case(
        "clockless-oversampled",
        "sr",
        |path| CLOCKLESS.write(path, &small_frame()?),
        "No clock wires; how long a bit is, 3.3 samples, shows in the data alone.",
    ),
    case(
        "lanes-8-skewed",
        "sr",
        |path| {
            let skew = [4, 0, 17, 2, 9, 1, 0, 25];
            Wiring {
                skew,
                ..Wiring::pins("sigrok", 8, 4)
            }
            .write(
                path,
                &Camera {
                    height: 4,
                    frames: 1,
                    ..Camera::RAW10
                }
                .packets()?,
            )
        },
        "Eight lanes, up to 25 bits apart.",
    ),
    Case {
        name: "scrambled-lanes",
        proves: "Scrambled bytes of four lanes, seeds and form of preset a.",
        extension: "txt",
        options: &[],
        make: |path| {
            Wiring {
                scrambling: Some("a"),
                ..Wiring::lanes("lanes-text", 4)
            }
            .write(path, &small_frame()?)
        },
    },
    case(
        "scrambled-pins",
        "sr",
        |path| {
            Wiring {
                scrambling: Some("b-galois"),
                ..four_lanes()
            }
            .write(path, &small_frame()?)
        },
        "A scrambled link, seeds of preset b and Galois form, found by trying.",
    ),
    // broken
    case(
        "broken-lanes-swapped",
        "sr",
        |path| {
            let mut packets = small_frames()?;
            packets[2][30] ^= 0x10;
            packets[3][2] ^= 0x20;
            packets[9][50] ^= 0x01;
            connected(path, four_lanes(), &EXCHANGED, &packets)
        },
        "Lanes and pairs exchanged as in lanes-swapped-inverted, and bits flipped: a payload bit in each frame and a header \
         bit in frame 1. The wiring is found all the same.",
    ),
    case(
        "broken-lane-late",
        "sr",
        |path| {
            let skew = [0, 0, 60, 0, 0, 0, 0, 0];
            Wiring { skew, ..four_lanes() }.write(path, &small_frame()?)
        },
        "Lane 2 comes 60 bits after the others, 48 are allowed.",
    ),
    case(
        "broken-oversample-bits",
        "sr",
        |path| {
            FRACTIONAL.write_spoiled(path, &small_frame()?, &|starts, unit, samples| {
                // Six samples are two bits and a half of lane 0, within line 2: 640 samples before the next burst it is over.
                let at = starts[3] - 900;
                for sample in samples[at * unit..(at + 6) * unit].chunks_exact_mut(unit) {
                    sample[0] ^= 0x0C;
                }
            })
        },
        "Two and a half samples a bit; a few samples of lane 0 are wrong within line 2.",
    ),
    case(
        "broken-clockless-samples-lost",
        "sr",
        |path| {
            let mut recording = CLOCKLESS.record(&small_frame()?)?;
            let at = (recording.starts[3] - 1600) * recording.unit;
            recording.bytes.drain(at..at + 10 * recording.unit);
            CLOCKLESS.write_recording(path, &recording)
        },
        "No clock wires, and ten samples of line 2, three bits, are missing: the line is wrong from there on, and no other.",
    ),
    case(
        "broken-scrambled-bit",
        "txt",
        |path| {
            let mut packets = small_frame()?;
            packets[2][20] ^= 0x04;
            Wiring {
                scrambling: Some("a"),
                ..Wiring::lanes("lanes-text", 4)
            }
            .write(path, &packets)
        },
        "A scrambled link with one wrong bit, which stays one wrong bit.",
    ),
    case(
        "broken-scrambled-seeds",
        "sr",
        |path| {
            Wiring {
                scrambling: Some("BEEF,1234,5A5A,C0DE:fibonacci"),
                ..four_lanes()
            }
            .write(path, &small_frame()?)
        },
        "A scrambled link whose seeds nobody knows: not one header is right.",
    ),
    case(
        "broken-lanes-8-dead",
        "sr",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW10,
                height: 4,
                frames: 1,
                ..Camera::RAW10
            };
            Wiring::pins("sigrok", 8, 4).write_spoiled(path, &camera.packets()?, &|_, unit, samples| {
                // D6P and D6N are channels 14 and 15.
                for sample in samples.chunks_exact_mut(unit) {
                    sample[1] |= 0xC0;
                }
            })
        },
        "Lane 6 of eight never leaves LP-11.",
    ),
];
