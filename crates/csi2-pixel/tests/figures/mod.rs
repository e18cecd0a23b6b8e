//! Payloads as the figures show them: from the components of pixels to bytes, bit by bit.

use csi2_pixel::Plane;

/// Payload of a pair of lines.
pub(crate) struct Figure {
    pub(crate) names: &'static [&'static str],
    /// Pixels of a group.
    pixels: usize,
    /// Of the first line of a pair and of the second: the bytes of a group in the order received, the fields of a byte from its
    /// most significant bit down. Components are counted from the group's pixel 1; `P` is the only component of RAW; `-` is a
    /// bit of padding, sent as 0.
    lines: [&'static [&'static str]; 2],
    /// Chroma is of both lines of a pair.
    paired: bool,
}

const YUV420_8: [&[&str]; 2] = [&["Y1[7:0]", "Y2[7:0]"], &["U1[7:0]", "Y1[7:0]", "V1[7:0]", "Y2[7:0]"]];
#[rustfmt::skip]
const YUV420_10: [&[&str]; 2] = [
    &["Y1[9:2]", "Y2[9:2]", "Y3[9:2]", "Y4[9:2]", "Y4[1:0] Y3[1:0] Y2[1:0] Y1[1:0]"],
    &["U1[9:2]", "Y1[9:2]", "V1[9:2]", "Y2[9:2]", "Y2[1:0] V1[1:0] Y1[1:0] U1[1:0]",
      "U3[9:2]", "Y3[9:2]", "V3[9:2]", "Y4[9:2]", "Y4[1:0] V3[1:0] Y3[1:0] U3[1:0]"],
];

#[rustfmt::skip]
pub(crate) const FIGURES: &[Figure] = &[
    pair(&["YUV420_8", "YUV420_8_CSPS"], 2, YUV420_8),
    pair(&["YUV420_10", "YUV420_10_CSPS"], 4, YUV420_10),
    pair(&["YUV420_8_LEGACY"], 2, [&["U1[7:0]", "Y1[7:0]", "Y2[7:0]"], &["V1[7:0]", "Y1[7:0]", "Y2[7:0]"]]),
    line(&["YUV422_8"], 2, &["U1[7:0]", "Y1[7:0]", "V1[7:0]", "Y2[7:0]"]),
    line(&["YUV422_10"], 2, &["U1[9:2]", "Y1[9:2]", "V1[9:2]", "Y2[9:2]", "Y2[1:0] V1[1:0] Y1[1:0] U1[1:0]"]),
    line(&["RGB444"], 1, &["G1[0:0] - - B1[3:0] -", "R1[3:0] - G1[3:1]"]),
    line(&["RGB555"], 1, &["G1[1:0] - B1[4:0]", "R1[4:0] G1[4:2]"]),
    line(&["RGB565"], 1, &["G1[2:0] B1[4:0]", "R1[4:0] G1[5:3]"]),
    line(&["RGB666"], 4, &["G1[1:0] B1[5:0]", "R1[3:0] G1[5:2]", "B2[5:0] R1[5:4]", "R2[1:0] G2[5:0]", "B3[3:0] R2[5:2]",
                           "G3[5:0] B3[5:4]", "B4[1:0] R3[5:0]", "G4[3:0] B4[5:2]", "R4[5:0] G4[5:4]"]),
    line(&["RGB888"], 1, &["B1[7:0]", "G1[7:0]", "R1[7:0]"]),
    line(&["RAW6"], 4, &["P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]", "P4[5:0] P3[5:4]"]),
    line(&["RAW7"], 8, &["P2[0:0] P1[6:0]", "P3[1:0] P2[6:1]", "P4[2:0] P3[6:2]", "P5[3:0] P4[6:3]", "P6[4:0] P5[6:4]",
                         "P7[5:0] P6[6:5]", "P8[6:0] P7[6:6]"]),
    line(&["RAW8"], 1, &["P1[7:0]"]),
    line(&["RAW10"], 4, &["P1[9:2]", "P2[9:2]", "P3[9:2]", "P4[9:2]", "P4[1:0] P3[1:0] P2[1:0] P1[1:0]"]),
    line(&["RAW12"], 2, &["P1[11:4]", "P2[11:4]", "P2[3:0] P1[3:0]"]),
    line(&["RAW14"], 4, &["P1[13:6]", "P2[13:6]", "P3[13:6]", "P4[13:6]", "P2[1:0] P1[5:0]", "P3[3:0] P2[5:2]",
                          "P4[5:0] P3[5:4]"]),
    line(&["RAW16"], 1, &["P1[15:8]", "P1[7:0]"]),
    line(&["RAW20"], 2, &["P1[19:12]", "P1[9:2]", "P2[19:12]", "P2[9:2]", "P2[1:0] P2[11:10] P1[1:0] P1[11:10]"]),
    line(&["RAW24"], 1, &["P1[23:16]", "P1[11:4]", "P1[3:0] P1[15:12]"]),
    line(&["RAW28"], 2, &["P1[27:20]", "P1[13:6]", "P2[27:20]", "P2[13:6]", "P1[1:0] P1[19:14]", "P2[17:14] P1[5:2]",
                          "P2[5:0] P2[19:18]"]),
];

const fn line(names: &'static [&'static str], pixels: usize, bytes: &'static [&'static str]) -> Figure {
    Figure {
        names,
        pixels,
        lines: [bytes; 2],
        paired: false,
    }
}

const fn pair(names: &'static [&'static str], pixels: usize, lines: [&'static [&'static str]; 2]) -> Figure {
    Figure {
        names,
        pixels,
        lines,
        paired: true,
    }
}

impl Figure {
    /// Line `row` of `width` pixels; `value` has the components by plane, row and column of the plane.
    pub(crate) fn payload(&self, row: usize, width: usize, value: impl Fn(Plane, usize, usize) -> u32) -> Vec<u8> {
        let mut payload = Vec::new();
        for first in (0..width).step_by(self.pixels) {
            for byte in self.lines[row % 2] {
                let mut bits = String::new();
                for field in byte.split(' ') {
                    bits += &self.field(field, row, first, &value);
                }
                assert_eq!(bits.len(), 8, "{byte}");
                payload.push(u8::from_str_radix(&bits, 2).unwrap());
            }
        }
        payload
    }

    /// The bits of a field of the group that begins at pixel `first`, the highest first.
    fn field(&self, field: &str, row: usize, first: usize, value: &impl Fn(Plane, usize, usize) -> u32) -> String {
        let Some((component, range)) = field.split_once('[') else {
            return "0".to_owned();
        };
        let (letter, pixel) = component.split_at(1);
        let pixel = first + pixel.parse::<usize>().unwrap() - 1;
        let (from, to) = range.strip_suffix(']').unwrap().split_once(':').unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let chroma_row = if self.paired { row / 2 } else { row };
        let value = match letter {
            "U" => value(Plane::U, chroma_row, pixel / 2),
            "V" => value(Plane::V, chroma_row, pixel / 2),
            "R" => value(Plane::R, row, pixel),
            "G" => value(Plane::G, row, pixel),
            "B" => value(Plane::B, row, pixel),
            _ => value(Plane::Y, row, pixel),
        };
        format!("{value:032b}")[31 - from..=31 - to].to_owned()
    }
}

/// Without a pattern that a shifted or swapped answer could hide in.
pub(crate) fn noise(plane: u32, row: usize, column: usize) -> u32 {
    let seed = (u64::from(plane) << 40 | (row as u64) << 20 | column as u64).wrapping_add(1);
    let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32) as u32
}
