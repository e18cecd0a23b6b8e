//! Streams that are whole and right.

use super::{Case, case, four_lanes, two_frames};
use crate::stream::{Camera, Made, Packets, Wiring};
use csi2_dphy::Clocking;
use csi2_packet::{DataType, LineNumbering};
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    case(
        "scene",
        "sr",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW8,
                bits: 8,
                width: 640,
                height: 480,
                frames: 1,
                ..Camera::RAW10
            };
            Wiring {
                rate: 2_100_000_000,
                ..Wiring::pins("sigrok", 4, 1)
            }
            .write(path, &camera.packets()?)
        },
        "The picture of the README: 640x480 RAW8 on four lanes at 2.1 Gbps, HS wires only, one sample per UI, no clock wire.",
    ),
    case(
        "pins-lp-4lane",
        "sr",
        |path| four_lanes().write(path, &two_frames()?),
        "Clock and four data pairs with LP-11, LP-01, LP-00, HS-ZERO, sync, data and trail, four samples per UI.",
    ),
    case(
        "pins-gated-clock",
        "sr",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW8,
                bits: 8,
                ..Camera::RAW10
            };
            Wiring {
                clocking: Clocking::Gated,
                ..Wiring::pins("sigrok", 1, 4)
            }
            .write(path, &camera.packets()?)
        },
        "One lane whose clock returns to LP-11 between bursts.",
    ),
    case(
        "pins-skew-deskew",
        "sr",
        |path| {
            let skew = [0, 3, 9, 1, 0, 0, 0, 0];
            Wiring {
                skew,
                deskew: true,
                rate: 2_000_000_000,
                ..Wiring::pins("sigrok", 4, 3)
            }
            .write(path, &two_frames()?[..10])
        },
        "Lanes that start up to nine bits apart, after a deskew burst, three samples per UI. The deskew burst is information, not an error.",
    ),
    case(
        "vcd-2lane-raw12",
        "vcd",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW12,
                bits: 12,
                width: 34,
                frames: 1,
                ..Camera::RAW10
            };
            Wiring::pins("vcd", 2, 2).write(path, &camera.packets()?)
        },
        "RAW12 with a line of an odd number of bytes, so that the two lanes end unevenly; two samples per UI.",
    ),
    case(
        "vcd-vectors",
        "vcd",
        vectors,
        "Vector signals (data_p[1:0]), all changes of an instant on one line as libsigrok writes them, unknown levels at the start.",
    ),
    Case {
        name: "samples-headerless",
        proves: "Samples without any header: the options say what the file does not.",
        extension: "samples",
        options: &["--unitsize=1", "--samplerate=1G", "--map=d0=0,d1=1"],
        make: |path| {
            let camera = Camera {
                data_type: DataType::RAW7,
                bits: 7,
                frames: 1,
                ..Camera::RAW10
            };
            Wiring::pins("samples", 2, 1).write(path, &camera.packets()?)
        },
    },
    case(
        "two-channels-interleaved",
        "pcapng",
        |path| {
            let first = Camera {
                frames: 1,
                ..Camera::RAW10
            }
            .packets()?;
            let second = Camera {
                channel: 1,
                data_type: DataType::RAW8,
                bits: 8,
                frames: 1,
                ..Camera::RAW10
            }
            .packets()?;
            let packets: Packets = first.into_iter().zip(second).flat_map(|(a, b)| [a, b]).collect();
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Two virtual channels with different data types, packet by packet in turn: two independent frames.",
    ),
    case(
        "channel-9-extended",
        "pcapng",
        |path| {
            Wiring::packets("pcapng").write(
                path,
                &Camera {
                    channel: 9,
                    frames: 1,
                    ..Camera::RAW10
                }
                .packets()?,
            )
        },
        "Virtual channel 9: the two upper bits of the ECC byte carry the extension and the 26-bit code covers them.",
    ),
    case(
        "line-packets-raw14",
        "pcap",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW14,
                bits: 14,
                numbering: LineNumbering::Counted,
                ..Camera::RAW10
            };
            Wiring::packets("pcap").write(path, &camera.packets()?)
        },
        "LS and LE around every line, RAW14, in a classic pcap file with nanoseconds.",
    ),
    case(
        "unnumbered-raw6",
        "hex",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW6,
                bits: 6,
                first_frame: 0,
                ..Camera::RAW10
            };
            Wiring::packets("hex").write(path, &camera.packets()?)
        },
        "Frame number 0 throughout: numbering is not in use. The FS packet is four zero bytes.",
    ),
    case(
        "endless-raw16",
        "bin",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW16,
                bits: 16,
                width: 32,
                ..Camera::RAW10
            };
            Wiring::packets("packets").write(path, &camera.packets()?)
        },
        "Packets one after another with nothing between them.",
    ),
    case(
        "lanes-3-uneven",
        "lane0",
        |path| {
            let camera = Camera {
                data_type: DataType::RAW12,
                bits: 12,
                ..Camera::RAW10
            };
            Wiring::lanes("lanes", 3).write(path, &camera.packets()?)
        },
        "A file of bytes per lane, three lanes, packets that end unevenly.",
    ),
    case(
        "lanes-8-short-packets",
        "txt",
        |path| Wiring::lanes("lanes-text", 8).write(path, &two_frames()?),
        "Eight lanes: a short packet leaves lanes 4 to 7 with no byte between sync and trail.",
    ),
];

/// A VCD with vectors and one line per instant, written here because our writer makes neither.
fn vectors(path: &Path) -> Made {
    use std::fmt::Write as _;
    let camera = Camera {
        frames: 1,
        ..Camera::RAW10
    };
    let scalar = path.with_extension("scalar");
    Wiring::pins("samples", 2, 2).write(&scalar, &camera.packets()?)?;
    let samples = std::fs::read(&scalar)?;
    std::fs::remove_file(&scalar)?;
    let mut text = String::from(
        "$comment vectors, and all changes of an instant on one line $end\n$timescale 500 ps $end\n$scope module link $end\n\
         $var wire 1 ! clk_p $end\n$var wire 1 \" clk_n $end\n$var reg 2 # data_p [1:0] $end\n$var reg 2 $ data_n [1:0] $end\n\
         $upscope $end\n$enddefinitions $end\n#0 $dumpvars x! x\" bx # bx $ $end\n",
    );
    let mut last = None;
    for (time, &sample) in samples.iter().enumerate() {
        let bit = |k: u8| sample >> k & 1;
        if last != Some(sample) {
            let _ = writeln!(
                text,
                "#{} {}! {}\" b{}{} # b{}{} $",
                time + 1,
                bit(0),
                bit(1),
                bit(4),
                bit(2),
                bit(5),
                bit(3)
            );
        }
        last = Some(sample);
    }
    Ok(std::fs::write(path, text)?)
}
