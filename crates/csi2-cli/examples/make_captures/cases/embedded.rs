//! Frames with embedded rows.

use super::broken::long;
use super::{Case, MadePackets};
use crate::stream::{Camera, Wiring};
use csi2_generator::embedded_row;
use csi2_packet::DataType;
use csi2_sensors::Container;
use std::error::Error;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "embedded-raw10",
        extension: "pcapng",
        options: &["-v", "--sensor=imx477"],
        make: |path| Wiring::packets("pcapng").write(path, &raw10()?),
        proves: "Two embedded rows, spread like RAW10, before the image rows of each of two frames, with the registers of an IMX477: \
                 exposure, gains, frame and line length, temperature, frame count.",
    },
    Case {
        name: "embedded-raw12",
        extension: "sr",
        options: &["-v"],
        make: |path| Wiring::pins("sigrok", 2, 2).write(path, &raw12()?),
        proves: "Embedded rows spread like RAW12, one before and one after the image rows; nobody says which sensor, so standard \
                 registers are told and the gain stays a code.",
    },
    Case {
        name: "broken-embedded",
        extension: "pcapng",
        options: &["-v", "--sensor=imx708"],
        make: |path| Wiring::packets("pcapng").write(path, &broken()?),
        proves: "Embedded rows with a wrong stuffed byte, an unknown tag, half an end, no end, and a wrong checksum: registers before \
                 each place are told. Rows of phase detection are no rows of tags, which is no fault.",
    },
];

const SMALL: Camera = Camera {
    height: 2,
    ..Camera::RAW10
};

/// What row 1 says: exposure of 1600 lines, gain code 512, frames of 3546 lines of 4512 pixels.
const ROW: [(u16, u8); 10] = [
    (0x0005, 42),
    (0x013A, 30),
    (0x0202, 0x06),
    (0x0203, 0x40),
    (0x0204, 0x02),
    (0x0205, 0x00),
    (0x0340, 0x0D),
    (0x0341, 0xDA),
    (0x0342, 0x11),
    (0x0343, 0xA0),
];

type MadePacket = Result<Vec<u8>, Box<dyn Error>>;

/// An embedded packet for image rows of 64 pixels, after `spoil` had its way with the payload.
fn spoiled(registers: &[(u16, u8)], container: Container, spoil: impl FnOnce(&mut Vec<u8>)) -> MadePacket {
    let bytes = if container == Container::Raw12 { 96 } else { 80 };
    let mut row = Vec::new();
    embedded_row(registers, container, bytes, &mut row)?;
    spoil(&mut row);
    long(DataType::EMBEDDED.code(), &row)
}

fn row(registers: &[(u16, u8)], container: Container) -> MadePacket {
    spoiled(registers, container, |_| ())
}

fn raw10() -> MadePackets {
    let mut packets = SMALL.packets()?;
    for (at, count) in [(1, 42), (7, 43)] {
        let mut first = ROW;
        first[0].1 = count;
        // Digital gain 1.5, RAW10.
        let second = [(0x020E, 0x01), (0x020F, 0x80), (0x0112, 0x0A), (0x0113, 0x0A)];
        let rows = [row(&first, Container::Raw10)?, row(&second, Container::Raw10)?];
        packets.splice(at..at, rows);
    }
    Ok(packets)
}

fn raw12() -> MadePackets {
    let camera = Camera {
        data_type: DataType::RAW12,
        bits: 12,
        frames: 1,
        ..SMALL
    };
    let mut packets = camera.packets()?;
    let end = packets.len() - 1;
    packets.insert(end, row(&[(0x013A, 0xFB)], Container::Raw12)?);
    packets.insert(1, row(&ROW, Container::Raw12)?);
    Ok(packets)
}

fn broken() -> MadePackets {
    let mut packets = Camera { frames: 1, ..SMALL }.packets()?;
    let raw10 = Container::Raw10;
    let mut wrong_checksum = row(&ROW[..2], raw10)?;
    if let Some(footer) = wrong_checksum.last_mut() {
        *footer ^= 0x01;
    }
    let phase_detection: Vec<u8> = (0..80).map(|k| k * 3).collect();
    let rows = [
        spoiled(&ROW, raw10, |row| row[24] = 0x15)?,
        spoiled(&ROW, raw10, |row| row[21] = 0x5B)?,
        spoiled(&ROW, raw10, |row| row[47] = 0x00)?,
        // The end and the padding are taken for values.
        spoiled(&ROW, raw10, |row| {
            let no_value = (46..80).filter(|k| k % 5 != 4);
            no_value.for_each(|k| row[k] = 0x55);
        })?,
        wrong_checksum,
        long(DataType::EMBEDDED.code(), &phase_detection)?,
    ];
    packets.splice(1..1, rows);
    Ok(packets)
}
