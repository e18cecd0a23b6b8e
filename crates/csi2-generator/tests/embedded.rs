//! Embedded rows against rows that were worked out by hand from the published rules.

#![allow(clippy::unwrap_used)]

use csi2_generator::embedded_row;
use csi2_packet::SpaceError;
use csi2_sensors::Container;

/// Frame count 42, 30 degrees, exposure of 1600 lines, gain code 512, 3546 lines of 4512 pixels.
const REGISTERS: [(u16, u8); 10] = [
    (0x0005, 0x2A),
    (0x013A, 0x1E),
    (0x0202, 0x06),
    (0x0203, 0x40),
    (0x0204, 0x02),
    (0x0205, 0x00),
    (0x0340, 0x0D),
    (0x0341, 0xDA),
    (0x0342, 0x11),
    (0x0343, 0xA0),
];

const RAW8: &str = "0A AA 00 A5 05 5A 2A AA 01 A5 3A 5A 1E AA 02 A5 02 5A 06 5A 40 5A 02 5A 00 AA 03 A5 40 5A 0D 5A DA 5A 11 5A A0 07 07";
const RAW10: &str = "0A AA 00 A5 55 05 5A 2A AA 55 01 A5 3A 5A 55 1E AA 02 A5 55 02 5A 06 5A 55 40 5A 02 5A 55 00 AA 03 A5 55 40 5A 0D 5A 55 DA 5A 11 5A 55 A0 07 07";
const RAW12: &str = "0A AA 55 00 A5 55 05 5A 55 2A AA 55 01 A5 55 3A 5A 55 1E AA 55 02 A5 55 02 5A 55 06 5A 55 40 5A 55 02 5A 55 00 AA 55 03 A5 55 40 5A 55 0D 5A 55 DA 5A 55 11 5A 55 A0 07 55 07";

fn bytes(text: &str) -> Vec<u8> {
    text.split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

fn row(container: Container, word_count: u16) -> Vec<u8> {
    let mut row = Vec::new();
    embedded_row(&REGISTERS, container, word_count, &mut row).unwrap();
    assert_eq!(row.len(), usize::from(word_count));
    row
}

#[test]
fn unstuffed() {
    let row = row(Container::Raw8, 100);
    assert_eq!(row[..39], bytes(RAW8));
    assert!(row[39..].iter().all(|byte| *byte == 0x07));
}

#[test]
fn stuffed_like_a_row_of_4056_pixels() {
    let raw10 = row(Container::Raw10, 5070);
    assert_eq!(raw10[..48], bytes(RAW10));
    assert_eq!(raw10[48..55], bytes("07 55 07 07 07 07 55"));
    assert_eq!(raw10[5064..], bytes("55 07 07 07 07 55"));
    let raw12 = row(Container::Raw12, 6084);
    assert_eq!(raw12[..58], bytes(RAW12));
    assert_eq!(raw12[58..64], bytes("07 55 07 07 55 07"));
    assert_eq!(raw12[6078..], bytes("07 07 55 07 07 55"));
}

#[test]
fn the_last_three_of_seven() {
    let mut row = Vec::new();
    embedded_row(&[(0x0005, 0x2A)], Container::Raw14, 21, &mut row).unwrap();
    assert_eq!(
        row,
        bytes("0A AA 00 A5 55 55 55 05 5A 2A 07 55 55 55 07 07 07 07 55 55 55")
    );
}

#[test]
fn a_row_that_is_too_short_is_refused_and_leaves_what_was_there() {
    let mut row = vec![1, 2, 3];
    let error = embedded_row(&REGISTERS, Container::Raw10, 47, &mut row).unwrap_err();
    assert_eq!(
        error,
        SpaceError {
            required: 48,
            available: 47
        }
    );
    assert_eq!(row, [1, 2, 3]);
    embedded_row(&REGISTERS, Container::Raw10, 48, &mut row).unwrap();
    assert_eq!(row[3..], bytes(RAW10));
    assert!(embedded_row(&[], Container::Raw8, 2, &mut row).is_err());
}
