//! Rows that are right, and each way to be wrong.

use super::{EmbeddedRow, RowProblem};
use alloc::string::ToString as _;
use alloc::vec::Vec;
use csi2_sensors::Container;

/// From the published rules, by hand: frame count 42, 30 degrees, exposure of 1600 lines, gain code 512, 3546 lines of 4512 pixels.
const RAW8: &str = "0A AA 00 A5 05 5A 2A AA 01 A5 3A 5A 1E AA 02 A5 02 5A 06 5A 40 5A 02 5A 00 AA 03 A5 40 5A 0D 5A DA 5A 11 5A A0 07 07";
const RAW10: &str = "0A AA 00 A5 55 05 5A 2A AA 55 01 A5 3A 5A 55 1E AA 02 A5 55 02 5A 06 5A 55 40 5A 02 5A 55 00 AA 03 A5 55 40 5A 0D 5A 55 DA 5A 11 5A 55 A0 07 07 07 55 07";
const RAW12: &str = "0A AA 55 00 A5 55 05 5A 55 2A AA 55 01 A5 55 3A 5A 55 1E AA 55 02 A5 55 02 5A 55 06 5A 55 40 5A 55 02 5A 55 00 AA 55 03 A5 55 40 5A 55 0D 5A 55 DA 5A 55 11 5A 55 A0 07 55 07 07 55";
const RAW14: &str = "0A AA 00 A5 55 55 55 05 5A 2A 07 55 55 55 07 07 07 07 55 55 55";

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

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

fn registers(row: &EmbeddedRow<'_>) -> Vec<(u16, u8)> {
    row.registers().map(|of| (of.address, of.value)).collect()
}

#[test]
fn the_container_shows_whatever_the_hint_says() {
    let rows = [
        (RAW8, Container::Raw8, &REGISTERS[..]),
        (RAW10, Container::Raw10, &REGISTERS),
        (RAW12, Container::Raw12, &REGISTERS),
        (RAW14, Container::Raw14, &REGISTERS[..1]),
    ];
    for (text, container, expected) in rows {
        let payload = bytes(text);
        for hint in Container::ALL.map(Some).into_iter().chain([None]) {
            let row = EmbeddedRow::parse(&payload, hint);
            assert_eq!((row.container(), row.problem()), (container, None), "{hint:?}");
            assert_eq!(registers(&row), expected);
        }
    }
}

#[test]
fn the_hint_decides_where_nothing_shows() {
    let end = [0x0A, 0x07, 0x07];
    assert_eq!(EmbeddedRow::parse(&end, None).container(), Container::Raw8);
    assert_eq!(
        EmbeddedRow::parse(&end, Some(Container::Raw14)).container(),
        Container::Raw14
    );
    assert_eq!(
        EmbeddedRow::parse(&[], Some(Container::Raw12)).container(),
        Container::Raw12
    );
}

#[test]
fn offsets_are_those_of_the_values() {
    let payload = bytes(RAW10);
    for register in EmbeddedRow::parse(&payload, None).registers() {
        assert_eq!(payload[register.offset as usize], register.value);
    }
}

/// What is wrong, where, and what it costs: registers before it.
#[test]
fn each_way_to_be_wrong() {
    let table = [
        ("", RowProblem::NotTagged { first: None }, 0, "not tagged: empty"),
        (
            "00 3F 12",
            RowProblem::NotTagged { first: Some(0) },
            0,
            "not tagged: begins with 0x00, not 0x0a",
        ),
        ("0A", RowProblem::Unfinished { bytes: 1 }, 0, "no end in 1 bytes"),
        ("0A AA", RowProblem::Unfinished { bytes: 2 }, 0, "no end in 2 bytes"),
        (
            "0A AA 02 A5 02 5A 06 5A 40",
            RowProblem::Unfinished { bytes: 9 },
            2,
            "no end in 9 bytes",
        ),
        // The stuffed byte after the second value.
        (
            "0A AA 02 A5 55 02 5A 06 5A 54 40 07 07 07 55",
            RowProblem::Stuffing { offset: 9, byte: 0x54 },
            1,
            "byte 9: stuffed byte is 0x54, not 0x55",
        ),
        (
            "0A AA 02 A5 02 5A 06 5B 40 07 07",
            RowProblem::UnknownTag { offset: 7, byte: 0x5B },
            1,
            "byte 7: unknown tag 0x5b",
        ),
        (
            "0A AA 02 A5 02 5A 06 07 5A 40 07 07",
            RowProblem::End { offset: 8, byte: 0x5A },
            1,
            "byte 8: 0x5a after the tag of the end, not 0x07",
        ),
    ];
    for (text, problem, count, message) in table {
        let payload = bytes(text);
        let row = EmbeddedRow::parse(&payload, None);
        assert_eq!(row.problem(), Some(problem), "{text}");
        assert_eq!(registers(&row).len(), count, "{text}");
        assert_eq!(problem.to_string(), message);
        assert_eq!(row.is_tagged(), !message.starts_with("not"), "{text}");
    }
}

/// Addresses: each half stays until it is told anew, a skipped register counts, and 0xFFFF is followed by 0.
#[test]
fn addresses() {
    let payload = bytes("0A 5A 01 AA 01 5A 02 A5 FF 5A 03 55 99 5A 04 AA FF A5 FF 5A 05 5A 06 07 07");
    let row = EmbeddedRow::parse(&payload, None);
    let expected = [
        (0x0000, 1),
        (0x0101, 2),
        (0x01FF, 3),
        (0x0201, 4),
        (0xFFFF, 5),
        (0x0000, 6),
    ];
    assert_eq!(registers(&row), expected);
    let mut continued = row.continuing(0x0340).registers();
    assert_eq!(continued.next().map(|of| (of.address, of.value)), Some((0x0340, 1)));
    assert_eq!(continued.next().map(|of| of.address), Some(0x0141));
}

#[test]
fn nothing_after_the_end_is_looked_at() {
    let payload = bytes("0A AA 02 A5 02 5A 06 07 07 FF 5A 01");
    let row = EmbeddedRow::parse(&payload, None);
    assert_eq!((row.problem(), registers(&row)), (None, [(0x0202, 6)].to_vec()));
}

/// Values that look like tags: read as if nothing was stuffed, the row has an end too. Padding and stuffed bytes tell.
#[test]
fn a_row_that_ends_in_two_containers() {
    let text = "0A AA 0A A5 55 AA 5A 55 AA 55 00 A5 A5 5A 55 55 07 07 07 55 07 07";
    let payload = bytes(text);
    let raw8 = "0A AA 0A A5 55 AA 5A 55 AA 55 00 A5 A5 5A 55 55 07 07 07 07 07 07";
    let plain = bytes(raw8);
    let expected = [(0x0AAA, 0x55), (0x00A5, 0x55)];
    let row = EmbeddedRow::parse(&payload, Some(Container::Raw8));
    assert_eq!((row.container(), row.problem()), (Container::Raw10, None));
    assert_eq!(registers(&row), expected);
    let row = EmbeddedRow::parse(&plain, Some(Container::Raw10));
    assert_eq!((row.container(), row.problem()), (Container::Raw8, None));
}
