//! Embedded rows: tags and their data behind 0x0A, up to 07 07. Rows that begin otherwise are of other formats.
//!
//! In rows that are packed like RAW10, RAW12 or RAW14 a 0x55 lies wherever low bits would: a row is good if it reaches its end
//! when read in one of these ways.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/md_parser_smia.cpp.

use super::codes::{Severity, Tally};

/// Bytes of a group, and those of them that are no stuffing.
const PACKED: [(usize, usize); 4] = [(1, 1), (5, 4), (3, 2), (7, 4)];

/// Judges an embedded row with the right checksum.
pub(super) fn judge(row: &[u8], tally: &mut Tally) {
    if row.first() != Some(&0x0A) {
        return;
    }
    let furthest = PACKED
        .iter()
        .map(|&(group, kept)| read(row, group, kept))
        .max_by_key(|end| match end {
            Ok(()) => usize::MAX,
            Err(at) => *at,
        });
    match furthest {
        // One byte that happens to be 0x0A, and nothing like a tag behind it.
        Some(Err(0..3)) => tally.add_as("EMBEDDED_ERR", Severity::Info),
        Some(Err(_)) => tally.add("EMBEDDED_ERR"),
        Some(Ok(())) | None => {}
    }
}

/// Reads to the end of the tags; else how far it came.
fn read(row: &[u8], group: usize, kept: usize) -> Result<(), usize> {
    let wrong_stuffing = |at: usize| at % group >= kept && row.get(at) != Some(&0x55);
    let stuffing = (0..row.len()).find(|at| wrong_stuffing(*at)).unwrap_or(row.len());
    let mut bytes = row.iter().enumerate().filter(|(at, _)| at % group < kept).skip(1);
    while let Some((at, tag)) = bytes.next() {
        if at > stuffing {
            return Err(stuffing);
        }
        let known = matches!(tag, 0xAA | 0xA5 | 0x5A | 0x55 | 0x07);
        if !known {
            return Err(at);
        }
        let Some((data, value)) = bytes.next() else { break };
        match (tag, value) {
            _ if data > stuffing => return Err(stuffing),
            (0x07, 0x07) => return Ok(()),
            (0x07, _) => return Err(data),
            _ => {}
        }
    }
    Err(stuffing)
}
