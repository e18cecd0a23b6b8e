//! Every canonical code that a packet, a frame or a line can cause is in the table and has bytes that cause it.

use super::wire::*;
use csi2_analyzer::FINDINGS;

/// Canonical name, a link that causes it, and its message.
type Code = (&'static str, fn(&mut Link), &'static str);

const CODES: [Code; 18] = [
    (
        "ECC_CORRECTED",
        |l| _ = l.fs(1).hit(1, 0x02).fe(1),
        "header 0003001a: bit 9 (word) corrected",
    ),
    (
        "ECC_DOUBLE",
        |l| _ = l.fs(1).hit(1, 0x06),
        "header 0007001a: syndrome 0x3f, 0 bytes after it lost",
    ),
    (
        "CRC_ERR",
        |l| _ = l.fs(1).lines(RAW8, &[3]).hit(7, 0x01).fe(1),
        "checksum is 0x7f4c, computed 0x7f4d over 3 bytes of RAW8 line 0",
    ),
    (
        "WC_SHORT",
        |l| _ = l.fs(1).lines(RAW8, &[3]).cut(3).fe(1),
        "2 of 3 payload bytes of RAW8 came",
    ),
    (
        "TRAILING_DATA",
        |l| {
            l.fs(1);
            l.packets[0].extend([0xDE, 0xAD, 0xBE, 0xEF, 0x5A]);
            l.fe(1);
        },
        "5 bytes belong to no packet",
    ),
    (
        "WC_GRANULARITY",
        |l| _ = l.fs(1).lines(RAW10, &[7]).fe(1),
        "word count 7 of RAW10: 1 whole group of 5 bytes (4 pixels), and 2 bytes left over",
    ),
    (
        "ID_ERR",
        |l| _ = l.fs(1).lines(0x25, &[3]).fe(1),
        "data type 0x25 is reserved (word 0x0003)",
    ),
    (
        "VC_UNEXPECTED",
        |l| _ = l.vc(4).fs(1).fe(1),
        "header 00010067: channel extension bits are 1 on a v1.x link, read as channel 4",
    ),
    ("FRAME_SYNC_ERR", |l| _ = l.fe(1), "FE 1 without FS"),
    (
        "FRAME_SEQ_ERR",
        |l| _ = l.fs(1).fe(1).fs(4).fe(4),
        "frame number 4 follows 1",
    ),
    (
        "FRAME_DATA_ERR",
        |l| _ = l.fs(1).lines(RAW8, &[3]).hit(7, 0x01).fe(1),
        "frame 1 has 1 packet with a wrong checksum",
    ),
    ("LINE_SYNC_ERR", |l| _ = l.fs(1).le(1).fe(1), "LE 1 without LS"),
    (
        "LINE_SEQ_ERR",
        |l| _ = l.fs(1).numbered(RAW8, 3, &[1, 1]).fe(1),
        "line number 1 of RAW8 follows 1",
    ),
    (
        "LINE_LENGTH_CHANGE",
        |l| _ = l.fs(1).lines(RAW8, &[3, 4]).fe(1),
        "RAW8 line 1 has 4 bytes, lines before it 3",
    ),
    (
        "LINE_COUNT_CHANGE",
        |l| _ = l.fs(1).lines(RAW8, &[3, 3]).fe(1).fs(2).lines(RAW8, &[3]).fe(2),
        "frame has 1 lines of RAW8, the one before 2",
    ),
    (
        "MODE_CHANGE",
        |l| _ = l.fs(1).lines(RAW8, &[3, 3]).fe(1).fs(2).lines(RAW8, &[4, 4, 4]).fe(2),
        "3x2 RAW8 -> 4x3 RAW8",
    ),
    (
        "DATA_OUTSIDE_FRAME",
        |l| _ = l.lines(RAW8, &[3]),
        "RAW8 packet of 3 bytes outside a frame",
    ),
    (
        "YUV420_WC_ERR",
        |l| _ = l.fs(1).lines(0x18, &[4, 4]).fe(1),
        "YUV420_8 line 1 has 4 bytes after a line of 4, not twice as many",
    ),
];

#[test]
fn each_has_bytes_that_cause_it() {
    for (name, write, message) in CODES {
        let row = FINDINGS.iter().find(|row| row.name == name).unwrap();
        let (_, findings) = judge_as(&link(write), if name == "VC_UNEXPECTED" { OFF } else { AUTO });
        let found = findings.iter().find(|of| of.code == row.code);
        assert_eq!(
            found.map(ToString::to_string).as_deref(),
            Some(message),
            "{name}: {findings:#?}"
        );
    }
}
