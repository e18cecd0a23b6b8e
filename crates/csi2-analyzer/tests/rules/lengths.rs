//! Word counts: whole groups, pairs of YUV420 lines, changes of length and height, and what the statistics say.

use super::wire::*;
use csi2_analyzer::Severity::*;

/// Code; bytes of a group of an odd line and of an even one; pixels of a group.
const FORMATS: [(u8, usize, usize, u32); 22] = [
    (0x18, 2, 4, 2),
    (0x19, 5, 10, 4),
    (0x1A, 3, 3, 2),
    (0x1C, 2, 4, 2),
    (0x1D, 5, 10, 4),
    (0x1E, 4, 4, 2),
    (0x1F, 5, 5, 2),
    (0x20, 2, 2, 1),
    (0x21, 2, 2, 1),
    (0x22, 2, 2, 1),
    (0x23, 9, 9, 4),
    (0x24, 3, 3, 1),
    (0x26, 7, 7, 2),
    (0x27, 3, 3, 1),
    (0x28, 3, 3, 4),
    (0x29, 7, 7, 8),
    (0x2A, 1, 1, 1),
    (0x2B, 5, 5, 4),
    (0x2C, 3, 3, 2),
    (0x2D, 7, 7, 4),
    (0x2E, 2, 2, 1),
    (0x2F, 5, 5, 2),
];

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[test]
fn whole_groups() {
    for (data_type, odd, even, pixels) in FORMATS {
        for length in 0..=3 * even + 1 {
            // The first line of the frame is an odd one.
            let (_, findings) = judge(&link(|l| _ = l.fs(1).lines(data_type, &[length]).fe(1)));
            if length.is_multiple_of(odd) {
                assert!(findings.is_empty(), "{data_type:02X} {length}: {findings:#?}");
                continue;
            }
            assert_eq!(count(&findings), [("WC_GRANULARITY", Warning, 1)]);
            let message = findings[0].to_string();
            let (whole, over) = (length / odd, length % odd);
            let numbers = format!(
                ": {} of {} ({}), and {} left over",
                plural(whole, "whole group"),
                plural(odd, "byte"),
                plural(pixels as usize, "pixel"),
                plural(over, "byte")
            );
            assert!(message.starts_with(&format!("word count {length} of ")), "{message}");
            assert!(message.ends_with(&numbers), "{message} / {numbers}");
            assert_eq!(message.contains("an odd line of"), odd != even, "{message}");
        }
    }
}

#[test]
fn whole_groups_of_even_lines() {
    for (data_type, odd, even, _) in FORMATS.iter().copied().filter(|(_, odd, even, _)| odd != even) {
        for length in 0..=3 * even {
            let good = [2 * odd, 2 * even];
            // Its odd line is of no account: its checksum is wrong.
            let packets = link(|l| {
                l.fs(1)
                    .lines(data_type, &good)
                    .lines(data_type, &[odd])
                    .hit(5, 1)
                    .lines(data_type, &[length])
                    .fe(1);
            });
            let (_, findings) = judge(&packets);
            let rules = |name| findings.iter().filter(|of| of.code.name() == name).count();
            assert_eq!(
                rules("WC_GRANULARITY"),
                usize::from(!length.is_multiple_of(even)),
                "{data_type:02X} {length}"
            );
            assert_eq!(
                rules("LINE_LENGTH_CHANGE"),
                usize::from(length != 2 * even),
                "{data_type:02X} {length}"
            );
            assert_eq!(rules("YUV420_WC_ERR"), 0);
        }
    }
}

#[test]
fn types_without_groups_have_any_length() {
    for data_type in (0x10..0x17).chain(0x30..0x38) {
        let packets = link(|l| _ = l.fs(1).lines(data_type, &[0, 1, 2, 3, 13, 1]).fe(1));
        assert!(judge(&packets).1.is_empty(), "{data_type:02X}");
    }
}

#[test]
fn lines_without_bytes() {
    let packets = link(|l| _ = l.fs(1).lines(RAW10, &[0, 0]).fe(1).fs(2).lines(RAW10, &[0, 0]).fe(2));
    // The checksum of nothing.
    assert_eq!(packets.packets[1][4..], [0xFF, 0xFF]);
    let (statistics, findings) = judge(&packets);
    assert!(findings.is_empty(), "{findings:#?}");
    let of = &statistics.channels[0].data_types[0];
    assert_eq!((of.packets, of.bytes, of.width, of.lines), (4, 0, Some(0), Some(2)));
    walk(&[(
        "among others",
        |l| _ = l.fs(1).lines(RAW10, &[5, 5, 0, 5]).fe(1),
        &[("LINE_LENGTH_CHANGE", Warning, 1)],
    )]);
}

#[test]
fn pairs_of_yuv420() {
    // Lengths of lines in units of the odd group, and what is found.
    type Found = &'static [(&'static str, csi2_analyzer::Severity, usize)];
    const PAIR: &str = "YUV420_WC_ERR";
    let table: &[(&[&[usize]], Found)] = &[
        (&[&[2, 4, 2, 4], &[2, 4, 2, 4]], &[]),
        // Another width for a pair, and for good.
        (&[&[2, 4, 3, 6, 2, 4]], &[("LINE_LENGTH_CHANGE", Warning, 1)]),
        (
            &[&[2, 4, 2, 4], &[3, 6, 3, 6], &[3, 6, 3, 6]],
            &[("MODE_CHANGE", Info, 1)],
        ),
        // Equal lines, as of another format; the even line first.
        (&[&[4, 4, 4, 4]], &[(PAIR, Error, 2)]),
        (&[&[4, 2, 4, 2]], &[(PAIR, Error, 2)]),
        // An even line is missing without a trace; an odd one.
        (&[&[2, 4, 2, 2, 4, 2, 4]], &[(PAIR, Error, 1)]),
        (&[&[2, 4, 4, 2, 4, 2, 4]], &[(PAIR, Error, 1)]),
    ];
    for (data_type, odd, _, _) in FORMATS.iter().copied().filter(|(_, odd, even, _)| odd != even) {
        for (frames, expected) in table {
            let (_, findings) = judge(&link(|l| {
                for (number, lines) in (1..).zip(*frames) {
                    let lengths: Vec<_> = lines.iter().map(|units| units * odd).collect();
                    l.fs(number).lines(data_type, &lengths).fe(number);
                }
            }));
            assert_eq!(count(&findings), *expected, "{data_type:02X} {frames:?}: {findings:#?}");
        }
    }
    walk(&[
        (
            "the lines of legacy YUV420 are all alike",
            |l| _ = l.fs(1).lines(0x1A, &[6; 4]).fe(1),
            &[],
        ),
        (
            "so they are no pairs of one and two",
            |l| _ = l.fs(1).lines(0x1A, &[6, 6, 12, 6]).fe(1),
            &[("LINE_LENGTH_CHANGE", Warning, 1)],
        ),
        (
            "two streams line by line keep their own order",
            |l| {
                l.fs(1)
                    .lines(0x18, &[4])
                    .lines(0x19, &[5])
                    .lines(0x18, &[8])
                    .lines(EMBEDDED, &[9]);
                l.lines(0x19, &[10]).lines(0x18, &[4, 8]).lines(0x19, &[5, 10]).fe(1);
            },
            &[],
        ),
    ]);
}

#[test]
fn statistics_of_each_format() {
    for (data_type, odd, even, pixels) in FORMATS {
        let told = |lines: &[usize]| {
            let (statistics, _) = judge(&link(|l| _ = l.vc(13).fs(1).lines(data_type, lines).fe(1)));
            let of = statistics.channels[0].data_types[0].clone();
            (of.width.unwrap(), of.lines.unwrap())
        };
        // Six groups a line, three lines, the last one odd; a single line; bytes left over.
        assert_eq!(told(&[6 * odd, 6 * even, 6 * odd]), (6 * pixels, 3), "{data_type:02X}");
        assert_eq!(told(&[6 * odd]), (6 * pixels, 1), "{data_type:02X}");
        assert_eq!(
            told(&[7 * odd - 1]),
            (if odd == 1 { 6 } else { 6 * pixels }, 1),
            "{data_type:02X}"
        );
        // The width of the mode that came last.
        let two_modes = [[6 * odd, 6 * even], [3 * odd, 3 * even]].concat();
        assert_eq!(told(&two_modes), (3 * pixels, 4), "{data_type:02X}");
    }
}
