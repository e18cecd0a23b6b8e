//! A capture for each row of the table of symptoms: `symptom-NAME` shows NAME.

use super::broken::{flip_sync, long};
use super::{Case, MadePackets, SMALL, case, four_lanes, small_frame, small_frames};
use crate::hand::{self, LPX};
use crate::stream::{Camera, Made, Packets, Wiring};
use csi2_dphy::LineState::{Lp01, Lp10, Lp11};
use csi2_dphy::{Clocking, UnitInterval, Wires};
use csi2_generator::embedded_row;
use csi2_packet::{DataType, LineNumbering, PacketHeader, VirtualChannel};
use csi2_sensors::{Container, Exposure, LineInformation};
use std::error::Error;
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    case(
        "symptom-lanes-missing",
        "txt",
        |path| rearranged(path, &[0, 1]),
        "Lanes 0 and 1 of four: FS and FE are two bytes long, and no header is whole.",
    ),
    case(
        "symptom-lanes-missing-zeros",
        "pcapng",
        |path| {
            let mut packets = small_frames()?;
            for packet in &mut packets {
                packet.iter_mut().skip(2).step_by(4).for_each(|byte| *byte = 0);
                packet.iter_mut().skip(3).step_by(4).for_each(|byte| *byte = 0);
            }
            Wiring::packets("pcapng").write(path, &packets)
        },
        "A receiver of four lanes of which two are not connected: the third and fourth byte of each group of four are 0.",
    ),
    Case {
        name: "symptom-lanes-missing-told",
        proves: "The wires of four lanes, read as two.",
        extension: "sr",
        options: &["--lanes=2"],
        make: |path| four_lanes().write(path, &small_frame()?),
    },
    case(
        "symptom-lanes-swapped",
        "txt",
        |path| rearranged(path, &[2, 0, 3, 1]),
        "Four lanes in the order 2, 0, 3, 1.",
    ),
    Case {
        name: "symptom-lanes-swapped-told",
        proves: "The wires of four lanes, read with lanes 0 and 1 exchanged.",
        extension: "sr",
        options: &["--map=clk=CLKP/CLKN,d0=D1P/D1N,d1=D0P/D0N,d2=D2P/D2N,d3=D3P/D3N"],
        make: |path| four_lanes().write(path, &small_frame()?),
    },
    Case {
        name: "symptom-polarity-crossed",
        proves: "The wires of four lanes, read with P and N of lane 1 exchanged: it seems never to enter high speed.",
        extension: "sr",
        options: &["--map=clk=CLKP/CLKN,d0=D0P/D0N,d1=D1N/D1P,d2=D2P/D2N,d3=D3P/D3N"],
        make: |path| four_lanes().write(path, &small_frame()?),
    },
    Case {
        name: "symptom-rate-wrong",
        proves: "No clock wires, 1 Gb/s, and the user says 500 Mb/s, which is the link frequency.",
        extension: "sr",
        options: &["--rate=500000000"],
        make: |path| {
            Wiring {
                wires: Some(Wires {
                    clock: false,
                    low_power: true,
                }),
                ..Wiring::pins("sigrok", 2, 4)
            }
            .write(path, &small_frame()?)
        },
    },
    case(
        "symptom-settle-marginal",
        "pcapng",
        |path| {
            spoiled(path, 4, |packets| {
                for (packet, byte, bits) in [(2, 0, 0x06), (3, 2, 0x11), (9, 1, 0x81), (15, 3, 0x12), (16, 1, 0x0C)] {
                    packets[packet][byte] ^= bits;
                }
            })
        },
        "Two bits wrong in the headers of rows of three frames of four; the others are good.",
    ),
    case(
        "symptom-sync-one-lane",
        "sr",
        |path| {
            four_lanes().write_spoiled(path, &small_frames()?, &|starts, unit, samples| {
                flip_sync(starts[2], unit, samples, 2, &[4, 6]);
                flip_sync(starts[4], unit, samples, 2, &[5]);
                flip_sync(starts[9], unit, samples, 2, &[3, 6]);
            })
        },
        "Sync bytes of lane 2 are wrong in three bursts, in one of them by a single bit.",
    ),
    case(
        "symptom-lanes-late",
        "sr",
        |path| {
            let skew = [0, 0, 60, 0, 0, 0, 0, 0];
            Wiring { skew, ..four_lanes() }.write(path, &small_frame()?)
        },
        "Lane 2 comes 60 bits after the others, 48 are allowed.",
    ),
    case(
        "symptom-header-bits",
        "sr",
        |path| {
            let mut packets = small_frames()?;
            // The second byte of each burst is on lane 1.
            for (packet, bit) in [(1, 0x01), (3, 0x10), (8, 0x40), (9, 0x02)] {
                packets[packet][1] ^= bit;
            }
            packets[2][33] ^= 0x08;
            packets[4][21] ^= 0x04;
            packets[10][45] ^= 0x20;
            four_lanes().write(path, &packets)
        },
        "A bit of lane 1 is wrong in four headers and in three payloads.",
    ),
    case(
        "symptom-payload-bits",
        "sr",
        |path| {
            let mut packets = small_frames()?;
            let bits = [
                (1, 7, 0x01),
                (2, 23, 0x80),
                (3, 51, 0x08),
                (4, 39, 0x02),
                (7, 19, 0x40),
                (8, 11, 0x10),
                (10, 63, 0x04),
            ];
            for (packet, byte, bit) in bits {
                packets[packet][byte] ^= bit;
            }
            four_lanes().write(path, &packets)
        },
        "A payload bit of lane 3 is wrong in seven rows of eight.",
    ),
    case(
        "symptom-packet-short",
        "sr",
        |path| {
            let mut packets = small_frames()?;
            packets[3].truncate(20);
            four_lanes().write(path, &packets)
        },
        "The burst of row 2 of frame 1 ends before its word count does.",
    ),
    case(
        "symptom-packet-long",
        "pcapng",
        |path| {
            spoiled(path, 2, |packets| {
                for packet in [2, 3, 8] {
                    // The word count says 60, 64 bytes and their checksum come.
                    packets[packet][..4].copy_from_slice(&header(DataType::RAW8, 60));
                }
            })
        },
        "Word counts of three rows are four bytes too small.",
    ),
    case(
        "symptom-frame-end-lost",
        "pcapng",
        |path| spoiled(path, 4, |packets| drop(packets.remove(11))),
        "FE of the second frame of four is missing.",
    ),
    case(
        "symptom-frame-start-lost",
        "pcapng",
        |path| spoiled(path, 4, |packets| drop(packets.remove(12))),
        "FS of the third frame of four is missing.",
    ),
    case(
        "symptom-frames-missing",
        "pcapng",
        |path| spoiled(path, 5, |packets| drop(packets.drain(12..24))),
        "Frame numbers 1, 2, 5: two frames are missing with all that was in them.",
    ),
    case(
        "symptom-rows-missing",
        "pcapng",
        |path| spoiled(path, 4, |packets| drop(packets.drain(14..16))),
        "Two rows of the third frame of four are missing.",
    ),
    case(
        "symptom-rows-extra",
        "pcapng",
        |path| {
            spoiled(path, 4, |packets| {
                let rows: Packets = packets[14..16].to_vec();
                packets.splice(14..14, rows);
            })
        },
        "The third frame of four has two rows more.",
    ),
    case(
        "symptom-all-types-stored",
        "pcapng",
        |path| {
            let mut packets = Packets::new();
            let mut row = Vec::new();
            embedded_row(&[(0x0202, 0x06), (0x0203, 0x40)], Container::Raw10, 80, &mut row)?;
            for mut frame in frames(2)? {
                frame.insert(1, long(DataType::RAW10.code(), &row)?);
                packets.extend(frame);
            }
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Each frame begins with a row of registers that has the data type of the image.",
    ),
    Case {
        name: "symptom-embedded-rows",
        proves: "One embedded row a frame, where the sensor's profile has two.",
        extension: "pcapng",
        options: &["--sensor=sensor.toml:small"],
        make: |path| {
            let mut packets = Packets::new();
            let mut row = Vec::new();
            embedded_row(&[(0x0202, 0x06), (0x0203, 0x40)], Container::Raw10, 80, &mut row)?;
            for mut frame in frames(3)? {
                frame.insert(1, long(DataType::EMBEDDED.code(), &row)?);
                packets.extend(frame);
            }
            sensor(path, 64, 2)?;
            Wiring::packets("pcapng").write(path, &packets)
        },
    },
    case(
        "symptom-row-length",
        "pcapng",
        |path| {
            let mut packets = frames(3)?.concat();
            let row: Vec<u8> = (0..96).collect();
            packets[8] = long(DataType::RAW10.code(), &row)?;
            packets[10] = long(DataType::RAW10.code(), &row)?;
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Two rows of RAW10 have the length that the same pixels have as RAW12.",
    ),
    case(
        "symptom-damage-periodic",
        "sr",
        |path| {
            let mut packets = Camera {
                width: 32,
                frames: 4,
                ..SMALL
            }
            .packets()?;
            for packet in [1, 8, 15, 22] {
                packets[packet][9] ^= 0x11;
                packets[packet][20] ^= 0x42;
            }
            Wiring::pins("sigrok", 2, 2).write(path, &packets)
        },
        "The clock is continuous, and each seventh packet has a payload with several wrong bits.",
    ),
    case(
        "symptom-clock-restart",
        "vcd",
        |path| {
            Wiring {
                samples_per_ui: UnitInterval::whole(2),
                timing: |timing| timing.clk_post = 20,
                ..hand::SLOW
            }
            .write(path, &small_frame()?)
        },
        "The clock stops 200 ns after the last data lane; 60 ns + 52 UI, 580 ns, are needed.",
    ),
    case(
        "symptom-lp-sequence",
        "vcd",
        |path| {
            let aborted = [(Lp10, LPX), (Lp11, 300), (Lp01, LPX), (Lp11, 300), (Lp10, LPX)];
            hand::write(path, &small_frame()?, 3, &aborted)
        },
        "Lane 0 leaves the stop state three times before row 2 and returns to it.",
    ),
    case(
        "symptom-start-up",
        "pcapng",
        |path| {
            spoiled(path, 4, |packets| {
                packets[2][20] ^= 0x40;
                packets[3].truncate(30);
                packets.remove(4);
            })
        },
        "The first frame of four lacks a row, one is cut short, and one has a wrong bit; the others are whole.",
    ),
    case(
        "symptom-receiver-overflow",
        "sr",
        |path| {
            beside(path, "check-options", "--receiver-log=dmesg.txt\n")?;
            beside(
                path,
                "dmesg.txt",
                "[   12.301] rkcif-mipi-lvds: stream on\n\
                 [   12.433] rkcif-mipi-lvds: ERROR: fifo overflow, 0x00080000\n\
                 [   12.433] rkcif-mipi-lvds: size err, 0x01000000\n\
                 [   12.467] rkcif-mipi-lvds: ERROR: fifo overflow, 0x00080000\n",
            )?;
            Wiring {
                rate: 1_500_000_000,
                ..Wiring::pins("sigrok", 2, 2)
            }
            .write(path, &small_frames()?)
        },
        "A good link of 1.5 Gb/s a lane, and the log of a receiver that is too slow for it.",
    ),
    case(
        "symptom-blanking-short",
        "vcd",
        |path| {
            Wiring {
                rate: 400_000_000,
                clocking: Clocking::Continuous,
                samples_per_ui: UnitInterval::whole(2),
                timing: |timing| timing.hs_exit = 4,
                ..hand::SLOW
            }
            .write(path, &small_frame()?)
        },
        "The lanes are in LP-11 for 70 ns between bursts, 100 ns are needed.",
    ),
    case(
        "symptom-dol-code-unknown",
        "pcapng",
        |path| {
            let mut packets = exposures(3, 0)?;
            // 0x241 with another bit set, and pixels that are no code.
            for (packet, pixels) in [
                (13, [0x92, 0x90, 0x90, 0x90, 0x55]),
                (16, [0x12, 0x34, 0x56, 0x78, 0x9A]),
            ] {
                packets[packet] = coded(&pixels, packet)?;
            }
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Rows of two exposures with line information; two rows of the second frame begin with no known code.",
    ),
    Case {
        name: "symptom-dol-mixed",
        proves: "Rows of two exposures by line information, where the sensor's mode has one.",
        extension: "pcapng",
        options: &["--sensor=sensor.toml:small"],
        make: |path| {
            sensor(path, 64, 0)?;
            Wiring::packets("pcapng").write(path, &exposures(3, 0)?)
        },
    },
    case(
        "symptom-dol-overlap",
        "pcapng",
        |path| Wiring::packets("pcapng").write(path, &exposures(3, 2)?),
        "Rows of two exposures with line information: the last short ones of each set come after the next FS.",
    ),
    Case {
        name: "symptom-memory-stride",
        proves: "Rows of 60 pixels, filled up to a multiple of 16 bytes.",
        extension: "pcapng",
        options: &["--sensor=sensor.toml:small"],
        make: |path| {
            sensor(path, 60, 0)?;
            Wiring::packets("pcapng").write(path, &frames(3)?.concat())
        },
    },
    case(
        "symptom-line-packets",
        "pcapng",
        |path| {
            let mut packets = Camera {
                numbering: LineNumbering::Counted,
                frames: 2,
                ..SMALL
            }
            .packets()?;
            packets.remove(20); // LS of a row
            packets.remove(6); // LE of another
            Wiring::packets("pcapng").write(path, &packets)
        },
        "A LE of frame 1 and a LS of frame 2 are missing.",
    ),
];

/// Two frames as bytes of four lanes, of which these are kept, in this order.
fn rearranged(path: &Path, lanes: &[usize]) -> Made {
    Wiring::lanes("lanes-text", 4).write(path, &small_frames()?)?;
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines().map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [a, b, c, d] => lanes
            .iter()
            .map(|lane| [a, b, c, d][*lane])
            .collect::<Vec<_>>()
            .join(" "),
        _ => line.to_owned(),
    });
    Ok(std::fs::write(path, lines.collect::<Vec<_>>().join("\n") + "\n")?)
}

/// So many frames of [`SMALL`], six packets each, with something done to them.
fn spoiled(path: &Path, frames: u32, spoil: impl FnOnce(&mut Packets)) -> Made {
    let mut packets = Camera { frames, ..SMALL }.packets()?;
    spoil(&mut packets);
    Wiring::packets("pcapng").write(path, &packets)
}

/// Frames of four rows of 64 pixels of RAW10.
fn frames(frames: u32) -> Result<Vec<Packets>, Box<dyn Error>> {
    let packets = Camera {
        height: 4,
        frames,
        ..Camera::RAW10
    }
    .packets()?;
    Ok(packets.chunks(6).map(<[_]>::to_vec).collect())
}

fn header(data_type: DataType, word: u16) -> [u8; 4] {
    let channel = VirtualChannel::ZERO;
    PacketHeader {
        channel,
        data_type,
        word,
    }
    .encode()
}

/// Sets of four rows of each of two exposures, row by row in turn, and the first `late` short ones of each frame are the last
/// of the set before.
fn exposures(sets: u16, late: usize) -> MadePackets {
    let mut packets = Packets::new();
    for set in 1..=sets {
        packets.push(header(DataType::FRAME_START, set).to_vec());
        for row in 0..4 {
            for exposure in [Exposure::Long, Exposure::Short1] {
                let of_before = exposure == Exposure::Short1 && row < late;
                let code = LineInformation {
                    exposure,
                    parity: (set % 2 == 0) != of_before,
                    black: false,
                }
                .code();
                let [high, low] = [(code >> 2) as u8, (code & 3) as u8 * 0x55];
                packets.push(coded(&[high, high, high, high, low], packets.len())?);
            }
        }
        packets.push(header(DataType::FRAME_END, set).to_vec());
    }
    Ok(packets)
}

/// A row of 64 pixels of RAW10 that begins with `first`.
fn coded(first: &[u8; 5], seed: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut row = first.to_vec();
    row.extend((5..80).map(|at| (40 + (at * 3 + seed * 7) % 90) as u8));
    long(DataType::RAW10.code(), &row)
}

/// A file beside the capture.
fn beside(path: &Path, name: &str, content: &str) -> Made {
    Ok(std::fs::write(path.with_file_name(name), content)?)
}

/// A sensor of four rows, for `--sensor`.
fn sensor(path: &Path, width: u16, embedded_rows: u8) -> Made {
    let text = format!(
        "name = \"tiny\"\nembedded_rows = {embedded_rows}\n\n[[modes]]\nname = \"small\"\nwidth = {width}\nheight = 4\n\
         data_type = \"raw10\"\nlanes = 4\nlane_rate = 1_000_000_000\n"
    );
    beside(path, "sensor.toml", &text)
}
