//! Files as analyzers, capture modules and simulators leave them.

use super::{Case, SMALL, case, cut, small_frame};
use crate::stream::{Camera, Made, Wiring};
use crate::{ethernet, logic};
use csi2_dphy::{UnitInterval, Wires};
use std::path::Path;

/// A clock and two lanes at 100 Mb/s, two samples a bit: slow enough for any analyzer, and small.
const fn analyzer(format: &'static str) -> Wiring {
    Wiring {
        rate: 100_000_000,
        ..Wiring::pins(format, 2, 2)
    }
}

/// Lines of 32 pixels.
const NARROW: Camera = Camera { width: 32, ..SMALL };

/// Without a clock, ten samples a bit: a row for each change.
const CHANGES: Wiring = Wiring {
    samples_per_ui: UnitInterval::whole(10),
    wires: Some(Wires {
        clock: false,
        low_power: true,
    }),
    ..analyzer("saleae-csv")
};

/// Lines of 2000 bytes, more than an Ethernet frame has room for.
fn long_lines(path: &Path) -> Made {
    let camera = Camera { width: 2000, ..SMALL };
    Wiring::packets("cmp").write(path, &camera.packets()?)
}

/// Writes text with some lines changed.
fn retype(path: &Path, change: impl FnOnce(&mut Vec<String>)) -> Made {
    let mut lines: Vec<String> = std::fs::read_to_string(path)?.lines().map(str::to_owned).collect();
    change(&mut lines);
    Ok(std::fs::write(path, lines.join("\n") + "\n")?)
}

fn ols(path: &Path) -> Made {
    let recording = analyzer("samples").record(&NARROW.packets()?)?;
    Ok(std::fs::write(path, logic::ols(&recording.bytes, 200_000_000, 6))?)
}

pub(super) const CASES: &[Case] = &[
    case(
        "saleae-binary",
        "saleae",
        |path| analyzer("saleae").write(path, &NARROW.packets()?),
        "A directory of digital_0.bin to digital_5.bin: times of changes, a file a channel. Channels have no names.",
    ),
    case(
        "saleae-csv",
        "saleae-csv",
        |path| CHANGES.write(path, &NARROW.packets()?),
        "digital.csv, a row a change with its time in seconds; no clock wires.",
    ),
    case(
        "sigrok-csv",
        "sigrok-csv",
        |path| analyzer("sigrok-csv").write(path, &NARROW.packets()?),
        "A row a sample; names and rate are in comments.",
    ),
    case(
        "dsl",
        "dsl",
        |path| analyzer("dsl").write(path, &NARROW.packets()?),
        "A DSView session: blocks of bits, channel by channel.",
    ),
    case(
        "ols",
        "ols",
        ols,
        "Value and sample number at each change; channels have no names.",
    ),
    case(
        "ila-csv",
        "ila-csv",
        |path| Wiring::lanes("ila-csv", 2).write(path, &small_frame()?),
        "Data and strobes of two lanes at a D-PHY's protocol interface, a row a byte clock. There is no time.",
    ),
    case(
        "ila-csv-stream",
        "ila-csv",
        |path| Ok(std::fs::write(path, logic::stream_csv(&small_frame()?, &[]))?),
        "An AXI4-Stream of packets, four bytes a clock, with clocks at which there is nothing to send or nobody to take it.",
    ),
    case(
        "vcd-ppi",
        "vcd",
        |path| Ok(std::fs::write(path, logic::interface_vcd(&small_frame()?, 2, 0..0))?),
        "The protocol interface of two lanes from a simulator: buses, a byte clock, and registers that change with its edge.",
    ),
    case(
        "cmp-segmented",
        "cmp",
        long_lines,
        "ASAM CMP: lines of 2000 bytes in two Ethernet frames each.",
    ),
    // broken
    case(
        "broken-saleae-cut",
        "saleae",
        |path| {
            analyzer("saleae").write(path, &NARROW.packets()?)?;
            cut(&path.join("digital_2.bin"), 400)
        },
        "The file of one channel ends early.",
    ),
    case(
        "broken-saleae-csv-row",
        "saleae-csv",
        |path| {
            CHANGES.write(path, &NARROW.packets()?)?;
            retype(path, |lines| {
                if let Some(line) = lines.get_mut(500) {
                    line.push_str(",1");
                }
            })
        },
        "A row with a level too many.",
    ),
    case(
        "broken-sigrok-csv-cut",
        "sigrok-csv",
        |path| {
            analyzer("sigrok-csv").write(path, &NARROW.packets()?)?;
            cut(path, 6007)
        },
        "The file ends within a row of line 4.",
    ),
    case(
        "broken-dsl-cut",
        "dsl",
        |path| {
            analyzer("dsl").write(path, &NARROW.packets()?)?;
            cut(path, 300)
        },
        "A ZIP archive without its end, where the directory of its members is.",
    ),
    case(
        "broken-ols-order",
        "ols",
        |path| {
            ols(path)?;
            retype(path, |lines| {
                let middle = lines.len() / 2;
                lines.swap(middle, middle + 1);
            })
        },
        "Two changes have changed places: time runs back.",
    ),
    case(
        "broken-ila-window",
        "ila-csv",
        |path| {
            Wiring::lanes("ila-csv", 2).write(path, &small_frame()?)?;
            // Two windows: the second one begins 60 clocks after the first has ended, within line 3.
            retype(path, |lines| {
                lines.drain(100..160);
                for (sample, line) in lines.iter_mut().skip(2).enumerate() {
                    let cells = line.splitn(3, ',').nth(2).unwrap_or_default().to_owned();
                    let window = if sample < 98 { sample } else { sample - 98 };
                    *line = format!("{sample},{window},{cells}");
                }
            })
        },
        "Two windows of samples, and nobody knows what was between them.",
    ),
    case(
        "broken-ila-stream-cut",
        "ila-csv",
        |path| Ok(std::fs::write(path, logic::stream_csv(&small_frame()?, &[2]))?),
        "TLAST within line 2: a packet of fewer bytes than its header says, and bytes that have no header.",
    ),
    case(
        "broken-vcd-ppi-unknown",
        "vcd",
        |path| Ok(std::fs::write(path, logic::interface_vcd(&small_frame()?, 2, 70..73))?),
        "Data of lane 0 is unknown for three clocks of a line.",
    ),
    case(
        "broken-cmp-lost",
        "cmp",
        |path| {
            long_lines(path)?;
            // FS, then two frames a line: line 2 has frames 3 and 4.
            ethernet::spoil(path, |frames| drop(frames.drain(3..5)))
        },
        "The two Ethernet frames of line 2 are missing; the sequence counter says so.",
    ),
    case(
        "broken-cmp-segment-lost",
        "cmp",
        |path| {
            long_lines(path)?;
            ethernet::spoil(path, |frames| drop(frames.remove(6)))
        },
        "The second Ethernet frame of line 3 is missing: the line ends early.",
    ),
    case(
        "broken-cmp-checksum",
        "cmp",
        |path| {
            long_lines(path)?;
            ethernet::spoil(path, |frames| {
                if let Some(byte) = frames.get_mut(5).and_then(|frame| frame.get_mut(ethernet::DATA + 100)) {
                    *byte ^= 0x08;
                }
            })
        },
        "A payload bit of line 3 is wrong; the checksum in the message is the link's.",
    ),
    case(
        "broken-cmp-overflow",
        "cmp",
        |path| {
            long_lines(path)?;
            ethernet::spoil(path, |frames| {
                frames.drain(7..9);
                // The counter does not know of what was never sent.
                for (number, frame) in (0u16..).zip(frames.iter_mut()) {
                    if let Some(counter) = frame.get_mut(ethernet::SEQUENCE..ethernet::SEQUENCE + 2) {
                        counter.copy_from_slice(&number.to_be_bytes());
                    }
                }
                if let Some(flags) = frames.get_mut(7).and_then(|frame| frame.get_mut(ethernet::FLAGS)) {
                    *flags |= ethernet::OVERFLOW;
                }
            })
        },
        "The capture module had no room for line 4 and says so in the message after it.",
    ),
    case(
        "broken-tecmp-unknown-layout",
        "pcap",
        |path| Ok(std::fs::write(path, ethernet::tecmp())?),
        "TECMP frames of CSI-2: named, and refused, as their layout is not public.",
    ),
];
