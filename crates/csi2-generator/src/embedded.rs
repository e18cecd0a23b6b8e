//! Embedded rows in the two-byte tagged format.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/md_parser_smia.cpp; Sony IMX219PQH5-C data sheet, embedded data section.

use alloc::vec::Vec;
use csi2_packet::SpaceError;
use csi2_sensors::Container;

/// Appends a row of `word_count` bytes to `row`: `registers` (address, value) in the order given, an address where one does not
/// follow the one before, the end and padding. Bytes are stuffed as `container` says, to the end.
///
/// ```
/// use csi2_generator::embedded_row;
/// use csi2_sensors::Container;
///
/// let mut row = Vec::new();
/// embedded_row(&[(0x0202, 0x06), (0x0203, 0x40)], Container::Raw10, 16, &mut row)?;
/// assert_eq!(row, [0x0A, 0xAA, 0x02, 0xA5, 0x55, 0x02, 0x5A, 0x06, 0x5A, 0x55, 0x40, 0x07, 0x07, 0x07, 0x55, 0x07]);
/// # Ok::<_, csi2_packet::SpaceError>(())
/// ```
///
/// # Errors
///
/// [`SpaceError`] where the row has no room for registers and end; nothing is appended then.
pub fn embedded_row(
    registers: &[(u16, u8)],
    container: Container,
    word_count: u16,
    row: &mut Vec<u8>,
) -> Result<(), SpaceError> {
    const FORMAT: u8 = 0x0A;
    const END: u8 = 0x07;
    let start = row.len();
    let available = usize::from(word_count);
    let mut spread = Spread { row, start, container };
    spread.put(&[FORMAT]);
    let mut next = None;
    for &(address, value) in registers {
        if next != Some(address) {
            let [high, low] = address.to_be_bytes();
            spread.put(&[0xAA, high, 0xA5, low]);
        }
        spread.put(&[0x5A, value]);
        next = address.checked_add(1);
    }
    spread.put(&[END, END]);
    let required = spread.length();
    if required > available {
        row.truncate(start);
        return Err(SpaceError { required, available });
    }
    while spread.length() < available {
        spread.place(END);
    }
    Ok(())
}

/// Bytes of a row among those stuffed between them.
struct Spread<'a> {
    row: &'a mut Vec<u8>,
    start: usize,
    container: Container,
}

impl Spread<'_> {
    fn length(&self) -> usize {
        self.row.len() - self.start
    }

    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            while !self.place(byte) {}
        }
    }

    /// Fills the next place with `byte`, or stuffs it. Whether it was the byte.
    fn place(&mut self, byte: u8) -> bool {
        // Bytes of a group, and those of them that hold the high bits of samples.
        let (group, high) = match self.container {
            Container::Raw8 => (1, 1),
            Container::Raw10 => (5, 4),
            Container::Raw12 => (3, 2),
            Container::Raw14 => (7, 4),
        };
        let holds = self.length() % group < high;
        self.row.push(if holds { byte } else { 0x55 });
        holds
    }
}
