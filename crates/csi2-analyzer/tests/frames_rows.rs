//! Which row a line goes to, and which rows are named as lost or bad. Lines are of RAW8, filled with one value each.

mod judge_support;

use csi2_analyzer::{Keep, StreamFilter};
use csi2_dphy::PinEvent;
use csi2_packet::{DataType, VirtualChannel};
use judge_support::Script;
use judge_support::frame::{Got, assemble, settings};
use judge_support::scenario::{EMBEDDED, RAW8, RAW10, YUV420};

const WIDTH: usize = 20;

/// A line whose bytes are all `value`.
fn line(script: &mut Script, value: u8) -> &mut Script {
    script.line(RAW8, &[value; WIDTH])
}

/// A frame of the lines 1 to `height`.
fn frame(script: &mut Script, number: u16, height: u8) {
    script.fs(number);
    (1..=height).for_each(|value| _ = line(script, value));
    script.fe(number);
}

/// The first sample of each row, whether the frame is complete, the rows lost and the rows bad.
type Rows = (Vec<u32>, bool, Vec<u32>, Vec<u32>);

fn rows(got: &Got) -> Rows {
    let first = got.rows.iter().map(|row| row.first().copied().unwrap_or(0)).collect();
    (first, got.complete, got.missing.clone(), got.bad.clone())
}

/// Name, what happens, and the last frame: first samples, complete, lost, bad.
type Case = (
    &'static str,
    fn(&mut Script),
    &'static [u32],
    bool,
    &'static [u32],
    &'static [u32],
);

fn walk(cases: &[Case]) {
    for (name, write, values, complete, missing, bad) in cases {
        let mut script = Script::new();
        write(&mut script);
        let expected: Rows = (values.to_vec(), *complete, missing.to_vec(), bad.to_vec());
        for keep in [Keep::Samples, Keep::Packed] {
            let all = assemble(&script, settings(keep));
            assert_eq!(all.last().map(rows).as_ref(), Some(&expected), "{name}, {keep:?}");
        }
    }
}

/// Lines of `lengths` bytes, each filled with its number.
fn of_lengths<'a>(script: &'a mut Script, lengths: &[usize]) -> &'a mut Script {
    for (line, length) in (1..).zip(lengths) {
        script.line(RAW8, &vec![line; *length]);
    }
    script
}

/// Rows are as long as two of them agree on.
#[test]
fn the_odd_line_is_the_bad_one() {
    let cases: &[(&[usize], usize, &[u32])] = &[
        (&[10, 20, 20, 20], 20, &[0]),
        (&[0, 20, 20], 20, &[0]),
        (&[30, 20, 20], 20, &[0]),
        (&[20, 10, 20], 20, &[1]),
        (&[20, 30, 20, 20], 20, &[1]),
        (&[20, 20, 10, 10, 10], 20, &[2, 3, 4]),
        // Nothing tells which is right: nothing is cut.
        (&[10, 20], 20, &[0]),
        (&[20, 10], 20, &[1]),
    ];
    for (lengths, width, bad) in cases {
        let mut script = Script::new();
        of_lengths(script.fs(1), lengths).fe(1);
        for keep in [Keep::Samples, Keep::Packed] {
            let all = assemble(&script, settings(keep));
            let got = &all[0];
            assert_eq!(got.bad, *bad, "{lengths:?}");
            for ((row, line), length) in got.rows.iter().zip(1..).zip(*lengths) {
                let expected: Vec<u32> = (0..*width).map(|at| if at < *length { line } else { 0 }).collect();
                assert_eq!(*row, expected, "{lengths:?}, row {}", line - 1);
            }
        }
    }
}

/// A line number from far outside is no place, also in the first frame.
#[test]
fn a_wrong_number_makes_no_rows() {
    let mut script = Script::new();
    script.fs(1);
    for number in [1, 65535, 3, 4] {
        line(script.ls(number), number as u8).le(number);
    }
    script.fe(1);
    let all = assemble(&script, settings(Keep::Samples));
    assert_eq!(all[0].rows.len(), 4);
}

#[test]
fn order_of_arrival() {
    walk(&[
        ("one frame", |s| frame(s, 1, 4), &[1, 2, 3, 4], true, &[], &[]),
        ("FS lost", |s| _ = line(line(s, 1), 2).fe(1), &[1, 2], false, &[], &[]),
        (
            "FE lost",
            |s| _ = line(line(s.fs(1), 1), 2).fs(2),
            &[1, 2],
            false,
            &[],
            &[],
        ),
        (
            "the capture ends",
            |s| _ = line(line(s.fs(1), 1), 2),
            &[1, 2],
            false,
            &[],
            &[],
        ),
        (
            "the capture ends after a complete frame",
            |s| {
                frame(s, 1, 4);
                line(line(s.fs(2), 1), 2);
            },
            &[1, 2, 0, 0],
            false,
            &[2, 3],
            &[],
        ),
        (
            "a line lost without a trace",
            |s| {
                frame(s, 1, 4);
                frame(s, 2, 3);
            },
            &[1, 2, 3, 0],
            false,
            &[3],
            &[],
        ),
        (
            "a new height",
            |s| {
                frame(s, 1, 5);
                frame(s, 2, 3);
                frame(s, 3, 3);
            },
            &[1, 2, 3],
            true,
            &[],
            &[],
        ),
        (
            "the frame before was short",
            |s| {
                frame(s, 1, 3);
                frame(s, 2, 4);
            },
            &[1, 2, 3, 4],
            true,
            &[],
            &[],
        ),
        (
            "two frames without FE and FS between them",
            |s| {
                frame(s, 1, 2);
                s.fs(2);
                (1..=4).for_each(|value| _ = line(s, value));
                s.fe(3);
            },
            &[1, 2, 3, 4],
            false,
            &[],
            &[],
        ),
        (
            "FE with a number of its own",
            |s| {
                for _ in 0..2 {
                    line(line(s.fs(1), 1), 2).fe(0x1753);
                }
            },
            &[1, 2],
            true,
            &[],
            &[],
        ),
    ]);
}

#[test]
fn damaged_lines() {
    const CUT: &[u8] = &[2; 7];
    walk(&[
        (
            "wrong checksum",
            |s| _ = line(line(s.fs(1), 1).wrong(RAW8, &[2; WIDTH]), 3).fe(1),
            &[1, 2, 3],
            true,
            &[],
            &[1],
        ),
        (
            "wrong checksum of the first line",
            |s| _ = line(s.fs(1).wrong(RAW8, &[1; WIDTH]), 2).fe(1),
            &[1, 2],
            true,
            &[],
            &[0],
        ),
        (
            "wrong length of the first line",
            |s| _ = line(line(s.fs(1).wrong(RAW8, &[1; 3]), 2), 3).fe(1),
            &[1, 2, 3],
            true,
            &[],
            &[0],
        ),
        (
            "longer and shorter lines",
            |s| {
                let s = line(s.fs(1), 1).line(RAW8, &[2; WIDTH + 9]).line(RAW8, &[3; 4]);
                line(s, 4).fe(1);
            },
            &[1, 2, 3, 4],
            true,
            &[],
            &[1, 2],
        ),
        (
            "cut short",
            |s| _ = line(line(s.fs(1), 1).cut(RAW8, WIDTH as u16, CUT), 3).fe(1),
            &[1, 2, 3],
            true,
            &[],
            &[1],
        ),
        (
            "no footer",
            |s| _ = line(line(s.fs(1), 1).cut(RAW8, WIDTH as u16, &[2; WIDTH]), 3).fe(1),
            &[1, 2, 3],
            true,
            &[],
            &[1],
        ),
        (
            "a corrected header is good enough",
            |s| {
                line(s.fs(1), 1).corrected();
                line(line(s, 2), 3).fe(1);
            },
            &[1, 2, 3],
            true,
            &[],
            &[],
        ),
        (
            "a corrected header of a type that was never seen, and a wrong checksum",
            |s| {
                line(s.fs(1), 1).corrected().wrong(0x2E, &[2; WIDTH]);
                line(s, 3).fe(1);
            },
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
        (
            "such a header, and the packet is cut",
            |s| {
                line(s.fs(1), 1).corrected().cut(0x2E, 9999, &[2; WIDTH]);
                line(s, 3).fe(1);
            },
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
    ]);
}

#[test]
fn lost_lines() {
    const LINE: u64 = WIDTH as u64 + 2;
    const LOST: PinEvent = PinEvent::SotSyncError { lane: 2, at: 0 };
    walk(&[
        (
            "one",
            |s| _ = line(line(s.fs(1), 1).lost(RAW8, LINE), 3).fe(1),
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
        (
            "first",
            |s| _ = line(s.fs(1).lost(RAW8, LINE), 2).fe(1),
            &[0, 2],
            false,
            &[0],
            &[],
        ),
        (
            "last",
            |s| _ = line(s.fs(1), 1).lost(RAW8, LINE).fe(1),
            &[1, 0],
            false,
            &[1],
            &[],
        ),
        (
            "three of one burst",
            |s| _ = line(line(s.fs(1), 1).lost(RAW8, 3 * LINE + 8), 5).fe(1),
            &[1, 0, 0, 0, 5],
            false,
            &[1, 2, 3],
            &[],
        ),
        (
            "under another type, as received",
            |s| _ = line(line(s.fs(1), 1).lost(0x0A, LINE), 3).fe(1),
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
        (
            "a short packet is no line",
            |s| _ = line(line(s.fs(1), 1).lost(0x08, 0), 2).fe(1),
            &[1, 2],
            true,
            &[],
            &[],
        ),
        (
            "nor are embedded data",
            |s| _ = line(line(s.fs(1).lost(EMBEDDED, LINE), 1).lost(EMBEDDED, LINE), 2).fe(1),
            &[1, 2],
            true,
            &[],
            &[],
        ),
        (
            "FE",
            |s| {
                frame(s, 1, 2);
                line(line(s.fs(2), 1), 2).lost(0x01, 0).fs(3);
            },
            &[1, 2],
            false,
            &[],
            &[],
        ),
        (
            "a burst",
            |s| _ = line(line(s.fs(1), 1).lane(LOST), 3).fe(1),
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
        (
            "two bursts",
            |s| _ = line(line(s.fs(1), 1).lane(LOST).lane(LOST), 4).fe(1),
            &[1, 0, 0, 4],
            false,
            &[1, 2],
            &[],
        ),
        (
            "two lanes of a burst",
            |s| {
                let s = line(s.fs(1), 1)
                    .lane(LOST)
                    .lane(PinEvent::SotSyncError { lane: 3, at: 0 });
                line(s, 3).fe(1);
            },
            &[1, 0, 3],
            false,
            &[1],
            &[],
        ),
        (
            "a burst between the last line and FE was no line",
            |s| {
                frame(s, 1, 2);
                line(line(s.fs(2), 1), 2).lane(LOST).fe(2);
            },
            &[1, 2],
            true,
            &[],
            &[],
        ),
    ]);
}

#[test]
fn numbered_lines() {
    fn numbered(script: &mut Script, number: u16, lines: &[u16]) {
        script.fs(number);
        for &number in lines {
            line(script.ls(number), number as u8).le(number);
        }
        script.fe(number);
    }
    walk(&[
        ("all", |s| numbered(s, 1, &[1, 2, 3]), &[1, 2, 3], true, &[], &[]),
        (
            "lost without a trace",
            |s| numbered(s, 1, &[1, 2, 4, 5]),
            &[1, 2, 0, 4, 5],
            false,
            &[2],
            &[],
        ),
        (
            "the first",
            |s| numbered(s, 1, &[2, 3, 4]),
            &[0, 2, 3, 4],
            false,
            &[0],
            &[],
        ),
        (
            "the second",
            |s| numbered(s, 1, &[1, 3, 4]),
            &[1, 0, 3, 4],
            false,
            &[1],
            &[],
        ),
        (
            "every second",
            |s| numbered(s, 1, &[1, 3, 4, 6]),
            &[1, 0, 3, 4, 0, 6],
            false,
            &[1, 4],
            &[],
        ),
        (
            "a field",
            |s| numbered(s, 1, &[1, 3, 5, 7]),
            &[1, 3, 5, 7],
            true,
            &[],
            &[],
        ),
        (
            "the other field",
            |s| numbered(s, 1, &[2, 4, 6, 8]),
            &[2, 4, 6, 8],
            true,
            &[],
            &[],
        ),
        (
            "both fields, one line lost",
            |s| {
                numbered(s, 1, &[1, 3, 5, 7]);
                numbered(s, 2, &[2, 4, 8]);
            },
            &[2, 4, 0, 8],
            false,
            &[2],
            &[],
        ),
        ("unnumbered", |s| numbered(s, 1, &[0, 0, 0]), &[0, 0, 0], true, &[], &[]),
        (
            "a number outside the frame is no row",
            |s| {
                numbered(s, 1, &[1, 2, 3]);
                numbered(s, 2, &[1, 999, 3]);
            },
            &[1, 999 % 256, 3],
            true,
            &[],
            &[],
        ),
        (
            "numbers outside the frame in steps are no rows",
            |s| {
                numbered(s, 1, &[1, 2, 3]);
                numbered(s, 2, &[12, 14, 16]);
            },
            &[12, 14, 16],
            true,
            &[],
            &[],
        ),
        (
            "nor from far away in the first frame",
            |s| numbered(s, 1, &[5000, 5009, 5018, 5027]),
            &[136, 145, 154, 163],
            true,
            &[],
            &[],
        ),
        (
            "the capture begins inside a frame",
            |s| _ = line(line(s.ls(4), 4).le(4).ls(5), 5).le(5).fe(1),
            &[0, 0, 0, 4, 5],
            false,
            &[0, 1, 2],
            &[],
        ),
        (
            "a lost LS is no lost line",
            |s| _ = line(line(s.fs(1).ls(1), 1).le(1).lost(0x02, 0), 2).le(2).fe(1),
            &[1, 2],
            true,
            &[],
            &[],
        ),
        (
            "a gap that held no line after all",
            |s| _ = line(line(s.fs(1).ls(1), 1).le(1).lost(0x3F, 22).ls(2), 2).le(2).fe(1),
            &[1, 2],
            true,
            &[],
            &[],
        ),
        (
            "embedded lines are counted too",
            |s| {
                s.fs(1)
                    .ls(1)
                    .line(EMBEDDED, &[0; 9])
                    .le(1)
                    .ls(2)
                    .line(EMBEDDED, &[0; 9])
                    .le(2);
                line(line(s.ls(3), 3).le(3).ls(4), 4).le(4).fe(1);
            },
            &[3, 4],
            true,
            &[],
            &[],
        ),
    ]);
}

#[test]
fn yuv420_rows_are_alternately_half_empty() {
    let mut script = Script::new();
    script
        .fs(1)
        .line(YUV420, &[1; 4])
        .line(YUV420, &[2; 8])
        .line(YUV420, &[3; 4])
        .line(YUV420, &[4; 8])
        .fe(1);
    script
        .fs(2)
        .line(YUV420, &[1; 4])
        .line(YUV420, &[3; 4])
        .line(YUV420, &[4; 8])
        .fe(2);
    let all = assemble(&script, settings(Keep::Samples));
    assert_eq!(all[0].width, 4);
    assert_eq!(all[0].rows[0], [1, 1, 1, 1, 0, 0, 0, 0]);
    assert_eq!(rows(&all[0]), (vec![1, 2, 3, 4], true, vec![], vec![]));
    // A line is missing, as the lengths show.
    assert_eq!(rows(&all[1]), (vec![1, 0, 3, 4], false, vec![1], vec![]));
}

/// Lengths alternate, so that a line that is missing shows without a number; which of a pair of rows it was, too.
#[test]
fn the_lengths_of_yuv420_lines_tell_what_is_missing() {
    const LOST: PinEvent = PinEvent::SotSyncError { lane: 2, at: 0 };
    fn lines(script: &mut Script, number: u16, values: &[u8]) {
        script.fs(number);
        for &value in values {
            match value {
                0 => script.lane(LOST),
                _ => script.line(YUV420, &vec![value; 4 << (value / 11) << ((value + 1) % 2)]),
            };
        }
        script.fe(number);
    }
    type Case<'a> = (&'a str, &'a [&'a [u8]], &'a [u32], &'a [u32]);
    let cases: &[Case<'_>] = &[
        ("in the middle", &[&[1, 2, 4, 5, 6]], &[1, 2, 0, 4, 5, 6], &[2]),
        ("the first of all", &[&[2, 3, 4]], &[0, 2, 3, 4], &[0]),
        (
            "the first of a later frame",
            &[&[1, 2, 3, 4], &[2, 3, 4]],
            &[0, 2, 3, 4],
            &[0],
        ),
        ("a new width, twice the old", &[&[1, 2], &[11, 12]], &[11, 12], &[]),
        ("with its burst", &[&[1, 2, 0, 4, 5, 6]], &[1, 2, 0, 4, 5, 6], &[2]),
        ("a burst that was no line", &[&[1, 2, 0, 3, 4]], &[1, 2, 3, 4], &[]),
        (
            "two bursts, one of them no line",
            &[&[1, 2, 0, 0, 4]],
            &[1, 2, 0, 4],
            &[2],
        ),
        ("two lines", &[&[1, 2, 0, 0, 5, 6]], &[1, 2, 0, 0, 5, 6], &[2, 3]),
    ];
    for (name, frames, values, missing) in cases {
        let mut script = Script::new();
        for (number, values) in frames.iter().enumerate() {
            lines(&mut script, number as u16 + 1, values);
        }
        for keep in [Keep::Samples, Keep::Packed] {
            let all = assemble(&script, settings(keep));
            let (first, complete, lost, bad) = rows(all.last().unwrap());
            assert_eq!((first, lost), (values.to_vec(), missing.to_vec()), "{name}, {keep:?}");
            assert_eq!((complete, bad), (missing.is_empty(), vec![]), "{name}, {keep:?}");
        }
    }
}

/// An unusable header before several lines of one burst: short and long in turn.
#[test]
fn the_lengths_of_yuv420_lines_measure_what_is_lost() {
    for (lost, values) in [
        (1, vec![1, 2, 0, 4]),
        (2, vec![1, 2, 0, 0, 5, 6]),
        (4, vec![1, 2, 0, 0, 0, 0, 7, 8]),
    ] {
        let mut script = Script::new();
        script.fs(1).line(YUV420, &[1; 40]).line(YUV420, &[2; 80]);
        let bytes = (0..lost).map(|row| 46 + row % 2 * 40).sum::<u64>() - 4;
        script.lost(YUV420, bytes);
        for &value in &values[2 + lost as usize..] {
            script.line(YUV420, &vec![value as u8; if value % 2 == 1 { 40 } else { 80 }]);
        }
        script.fe(1);
        let all = assemble(&script, settings(Keep::Samples));
        assert_eq!(rows(&all[0]).0, values, "{lost}");
    }
}

#[test]
fn streams_are_told_apart_and_filtered() {
    let mut script = Script::new();
    script.vc(0).fs(1).vc(3).fs(7);
    script
        .vc(0)
        .line(EMBEDDED, &[9; 4])
        .line(RAW8, &[1; 4])
        .vc(3)
        .line(RAW8, &[2; 8])
        .vc(0)
        .line(RAW10, &[4; 5]);
    script.vc(0).line(RAW8, &[3; 4]).fe(1).vc(3).fe(7);
    let key = |got: &Got| (got.channel, got.data_type, got.number, got.first_packet, got.rows.len());
    let all = assemble(&script, settings(Keep::Samples));
    assert_eq!(
        all.iter().map(key).collect::<Vec<_>>(),
        [
            (0, RAW8, Some(1), 0, 2),
            (0, RAW10, Some(1), 0, 1),
            (3, RAW8, Some(7), 1, 1)
        ]
    );
    assert_eq!(
        (all[1].bits, all[1].width, &all[1].rows[0]),
        (10, 4, &vec![16, 17, 16, 16])
    );

    let mut only = settings(Keep::Samples);
    only.streams = StreamFilter::IMAGES
        .channels(&[VirtualChannel::ZERO])
        .data_types(&[DataType::EMBEDDED]);
    let all = assemble(&script, only);
    assert_eq!(all.iter().map(key).collect::<Vec<_>>(), [(0, EMBEDDED, Some(1), 0, 1)]);
    assert_eq!((all[0].bits, all[0].width), (8, 4));
}

#[test]
fn pieces_make_the_same_frame() {
    let mut expected = None;
    for pieces in [0, 1, 3, 19, 20, 21] {
        let mut script = Script::new();
        script.pieces(pieces);
        frame(&mut script, 1, 3);
        line(line(script.fs(2), 9).wrong(RAW8, &[8; WIDTH]), 7).fe(2);
        let all = assemble(&script, settings(Keep::Samples));
        assert_eq!(all.len(), 2);
        assert_eq!(*expected.get_or_insert(all.clone()), all, "{pieces}");
    }
}
