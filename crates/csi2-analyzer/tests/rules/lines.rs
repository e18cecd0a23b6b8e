//! Line start and line end packets, and line numbers.

use super::wire::*;
use csi2_analyzer::Severity::*;

#[test]
fn wrapping() {
    walk(&[
        (
            "optional per frame",
            |l| {
                l.fs(1)
                    .numbered(RAW10, 5, &[1, 2, 3])
                    .fe(1)
                    .fs(2)
                    .lines(RAW10, &[5; 3])
                    .fe(2);
                l.fs(3).numbered(RAW10, 5, &[1, 2, 3]).fe(3);
            },
            &[],
        ),
        (
            "one line in the middle has none",
            |l| {
                _ = l
                    .fs(1)
                    .numbered(RAW10, 5, &[1, 2])
                    .lines(RAW10, &[5])
                    .ls(4)
                    .lines(RAW10, &[5])
                    .le(4)
                    .fe(1)
            },
            // The bare line waits for its LE.
            &[("LINE_SYNC_ERR", Error, 2)],
        ),
        (
            "they begin with the third line",
            |l| _ = l.fs(1).lines(RAW10, &[5, 5]).numbered(RAW10, 5, &[3, 4]).fe(1),
            &[("LINE_SYNC_ERR", Error, 1)],
        ),
        (
            "LE and LS between two lines are missing",
            |l| {
                l.fs(1)
                    .ls(1)
                    .lines(RAW10, &[5, 5])
                    .le(2)
                    .numbered(RAW10, 5, &[3, 4])
                    .fe(1);
            },
            &[("LINE_SYNC_ERR", Error, 1)],
        ),
        (
            "LE without LS, after which all goes on",
            |l| _ = l.fs(1).numbered(RAW10, 5, &[1]).le(2).numbered(RAW10, 5, &[2, 3]).fe(1),
            &[("LINE_SYNC_ERR", Error, 1)],
        ),
        (
            "FE in an open line",
            |l| _ = l.fs(1).numbered(RAW10, 5, &[1, 2]).ls(3).lines(RAW10, &[5]).fe(1),
            &[("LINE_SYNC_ERR", Error, 1)],
        ),
        (
            "LE with another number",
            |l| _ = l.fs(1).numbered(RAW10, 5, &[1, 2]).ls(3).lines(RAW10, &[5]).le(2).fe(1),
            &[("LINE_SYNC_ERR", Warning, 1)],
        ),
        (
            "user-defined lines keep the rule too",
            |l| {
                l.fs(1).numbered(USER1, 5, &[1, 2]).lines(USER1, &[5]).le(3).fe(1);
                l.fs(2).lines(USER1, &[5]).numbered(USER1, 5, &[1, 2]).fe(2);
            },
            &[("LINE_SYNC_ERR", Error, 2)],
        ),
        (
            "and embedded rows, though no image suffers",
            |l| {
                l.fs(1)
                    .numbered(EMBEDDED, 5, &[1])
                    .numbered(RAW10, 5, &[1, 2])
                    .lines(EMBEDDED, &[5])
                    .le(2)
                    .fe(1);
            },
            &[("LINE_SYNC_ERR", Warning, 1)],
        ),
    ]);
}

#[test]
fn several_data_types() {
    walk(&[
        (
            "only one of two types has LS and LE",
            |l| {
                for frame in 1..=2 {
                    l.fs(frame)
                        .lines(EMBEDDED, &[9])
                        .numbered(RAW10, 5, &[1])
                        .lines(RAW8, &[7]);
                    l.numbered(RAW10, 5, &[2])
                        .lines(RAW8, &[7])
                        .lines(EMBEDDED, &[9])
                        .fe(frame);
                }
            },
            &[],
        ),
        (
            "each counts its own lines",
            |l| {
                for frame in 1..=2 {
                    l.fs(frame);
                    for line in 1..=3 {
                        l.numbered(RAW10, 5, &[line]).numbered(RAW8, 7, &[line]);
                    }
                    l.fe(frame);
                }
            },
            &[],
        ),
        (
            "one of them skips a number",
            |l| {
                l.fs(1)
                    .numbered(RAW10, 5, &[1])
                    .numbered(RAW8, 7, &[1])
                    .numbered(RAW10, 5, &[2])
                    .numbered(RAW8, 7, &[2]);
                l.numbered(RAW10, 5, &[3])
                    .numbered(RAW8, 7, &[4])
                    .numbered(RAW10, 5, &[4])
                    .numbered(RAW8, 7, &[5])
                    .fe(1);
            },
            &[("LINE_SEQ_ERR", Warning, 1)],
        ),
        (
            "all lines of the frame are counted together, blanking and embedded ones too",
            |l| {
                for frame in 1..=3 {
                    l.fs(frame)
                        .numbered(EMBEDDED, 9, &[1, 2])
                        .numbered(RAW10, 5, &[3, 4])
                        .numbered(0x11, 5, &[5]);
                    l.numbered(RAW10, 5, &[6, 7]).numbered(EMBEDDED, 9, &[8]).fe(frame);
                }
            },
            &[],
        ),
        (
            "two images counted together",
            |l| {
                for frame in 1..=2 {
                    l.fs(frame);
                    for line in [1, 3, 5] {
                        l.numbered(RAW10, 5, &[line]).numbered(RAW8, 7, &[line + 1]);
                    }
                    l.fe(frame);
                }
            },
            &[],
        ),
        (
            "a line in which both types are",
            |l| {
                for frame in 1..=2 {
                    l.fs(frame);
                    for line in 1..=3 {
                        l.ls(line).lines(RAW10, &[5]).lines(RAW8, &[7]).le(line);
                    }
                    l.fe(frame);
                }
            },
            &[],
        ),
        (
            "an empty line is a lost one",
            |l| {
                _ = l
                    .fs(1)
                    .numbered(RAW10, 5, &[1, 2])
                    .ls(3)
                    .le(3)
                    .numbered(RAW10, 5, &[4, 5])
                    .fe(1)
            },
            &[("LINE_SEQ_ERR", Warning, 1)],
        ),
    ]);
}

#[test]
fn numbers() {
    // Numbers of the lines of each frame, and how many are out of sequence.
    let table: &[(&[&[u16]], usize)] = &[
        (&[&[0, 0, 0], &[0, 0, 0]], 0),
        (&[&[1, 2, 3], &[1, 2, 3]], 0),
        // Fields, either of which may be first.
        (&[&[1, 3, 5], &[2, 4, 6], &[1, 3, 5]], 0),
        (&[&[2, 4, 6], &[1, 3, 5]], 0),
        // Three fields.
        (&[&[1, 4, 7], &[2, 5, 8], &[3, 6, 9]], 0),
        (&[&[1, 4, 7], &[4, 7, 10]], 1),
        // A step out of turn, a standstill, back, numbers and none.
        (&[&[1, 2, 3, 5, 6]], 1),
        (&[&[1, 3, 5, 8, 10]], 1),
        (&[&[1, 2, 2, 3]], 1),
        (&[&[1, 2, 3, 2, 3]], 1),
        (&[&[1, 2, 0, 3]], 2),
        (&[&[0, 0, 1]], 1),
        // The numbers do not begin again with the frame.
        (&[&[1, 2, 3], &[4, 5, 6]], 1),
        (&[&[1, 2, 3], &[0, 1, 2]], 1),
        // More lines than numbers.
        (&[&[65_533, 65_534, 65_535, 1, 2]], 0),
    ];
    for (frames, wrong) in table {
        let (_, findings) = judge(&link(|l| {
            for (number, lines) in (1..).zip(*frames) {
                l.vc(7).fs(number).numbered(RAW8, 9, lines).fe(number);
            }
        }));
        // A frame with a gap is not counted, so that its height is not told as well.
        let expected = if *wrong > 0 {
            vec![("LINE_SEQ_ERR", Warning, *wrong)]
        } else {
            Vec::new()
        };
        assert_eq!(count(&findings), expected, "{frames:?}: {findings:#?}");
    }
}

#[test]
fn messages() {
    let told = |write: fn(&mut Link)| {
        let (_, findings) = judge(&link(write));
        findings
            .iter()
            .map(|of| (of.span.packet, of.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(|l| _ = l.fs(1).ls(1).lines(RAW10, &[5, 5]).le(2).fe(1)),
        [(3, "no LE and LS between RAW10 line 1 and the line before it".into())]
    );
    assert_eq!(
        told(|l| _ = l.fs(1).lines(RAW10, &[5]).numbered(RAW10, 5, &[2]).fe(1)),
        [(4, "RAW10 line 1 has LS, lines before it have none".into())]
    );
    assert_eq!(
        told(|l| _ = l.fs(1).numbered(RAW10, 5, &[1]).lines(RAW10, &[5]).le(2).fe(1)),
        [(4, "RAW10 line 1 has no LS, lines before it have".into())]
    );
    assert_eq!(
        told(|l| _ = l.fs(1).numbered(RAW10, 5, &[1, 3, 4]).fe(1)),
        [(8, "line number 4 of RAW10 follows 3".into())]
    );
}
