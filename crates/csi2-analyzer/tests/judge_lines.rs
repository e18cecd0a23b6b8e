//! Lines: scenarios and exactly the findings they cause.

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use judge_support::Script;
use judge_support::scenario::*;

#[test]
fn line_numbers() {
    walk(&[
        (
            "counted",
            |s| (1..4).for_each(|frame| numbered(s, frame, &[1, 2, 3, 4])),
            &[],
        ),
        (
            "unnumbered",
            |s| (1..4).for_each(|frame| numbered(s, frame, &[0, 0, 0])),
            &[],
        ),
        (
            "fields",
            |s| (1..5).for_each(|frame| numbered(s, frame, if frame % 2 == 1 { &[1, 3, 5] } else { &[2, 4, 6] })),
            &[],
        ),
        (
            "lines are missing",
            |s| {
                numbered(s, 1, &[1, 2, 3, 4]);
                numbered(s, 2, &[1, 2, 4, 5]);
                numbered(s, 3, &[2, 3, 4, 5]);
                numbered(s, 4, &[1, 2, 3, 4]);
            },
            &[(LineSeqErr, Warning, 2)],
        ),
        (
            "LE with another number",
            |s| {
                _ = s
                    .fs(1)
                    .ls(1)
                    .lines(1, RAW10, 5)
                    .le(2)
                    .ls(2)
                    .lines(1, RAW10, 5)
                    .le(2)
                    .fe(1)
            },
            &[(LineSyncErr, Warning, 1)],
        ),
    ]);
}

#[test]
fn line_boundaries() {
    walk(&[
        (
            "only some frames have LS and LE",
            |s| {
                numbered(s, 1, &[1, 2]);
                frames(s, &[(2, 2)]);
                numbered(s, 3, &[1, 2]);
            },
            &[],
        ),
        (
            // The number is gone with the LS, and the line after it follows the one before.
            "LS missing",
            |s| {
                s.fs(1).ls(1).lines(1, RAW10, 5).le(1).ls(2).lines(1, RAW10, 5).le(2);
                s.lines(1, RAW10, 5).le(3).ls(4).lines(1, RAW10, 5).le(4).fe(1);
            },
            &[(LineSyncErr, Error, 1)],
        ),
        (
            "LE missing",
            |s| _ = s.fs(1).ls(1).lines(1, RAW10, 5).ls(2).lines(1, RAW10, 5).le(2).fe(1),
            &[(LineSyncErr, Error, 1)],
        ),
        (
            "last LE missing",
            |s| _ = s.fs(1).ls(1).lines(1, RAW10, 5).le(1).ls(2).lines(1, RAW10, 5).fe(1),
            &[(LineSyncErr, Error, 1)],
        ),
        (
            "LE alone",
            |s| _ = s.fs(1).lines(1, RAW10, 5).le(1).lines(1, RAW10, 5).fe(1),
            &[(LineSyncErr, Error, 1)],
        ),
        (
            "LS begins late",
            |s| {
                s.fs(1).lines(2, RAW10, 5).ls(3).lines(1, RAW10, 5).le(3);
                s.ls(4).lines(1, RAW10, 5).le(4).fe(1);
            },
            &[(LineSyncErr, Error, 1)],
        ),
        (
            "embedded lines need no LS",
            |s| {
                s.fs(1).lines(2, EMBEDDED, 9).ls(1).lines(1, RAW10, 5).le(1);
                s.ls(2).lines(1, RAW10, 5).le(2).lines(1, EMBEDDED, 9).fe(1);
            },
            &[],
        ),
    ]);
}

#[test]
fn lengths_and_counts() {
    walk(&[
        (
            "one line of another length",
            |s| _ = s.fs(1).lines(3, RAW10, 10).lines(1, RAW10, 5).lines(3, RAW10, 10).fe(1),
            &[(LineLengthChange, Warning, 1)],
        ),
        (
            "a new mode",
            |s| {
                s.fs(1).lines(3, RAW10, 10).fe(1);
                s.fs(2).lines(4, RAW10, 20).fe(2).fs(3).lines(4, RAW10, 20).fe(3);
            },
            &[(ModeChange, Info, 1)],
        ),
        (
            "a line is lost without a trace",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2).lines(1, RAW10, 5).fe(2);
                frames(s, &[(3, 3)]);
            },
            &[(LineCountChange, Warning, 1)],
        ),
        (
            "all lines are",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2).fe(2);
                frames(s, &[(3, 3)]);
            },
            &[(LineCountChange, Warning, 1)],
        ),
        (
            "frames of several types in turn",
            |s| {
                for frame in 1..4 {
                    s.fs(2 * frame - 1).lines(2, RAW10, 5).fe(2 * frame - 1);
                    s.fs(2 * frame).lines(3, RAW8, 9).fe(2 * frame);
                }
            },
            &[],
        ),
        (
            "embedded data may vary",
            |s| {
                s.fs(1).lines(1, EMBEDDED, 9).lines(2, RAW10, 5).fe(1);
                s.fs(2).lines(2, EMBEDDED, 7).lines(2, RAW10, 5).fe(2);
            },
            &[],
        ),
    ]);
}

#[test]
fn yuv420_lines_come_in_pairs() {
    fn pairs(script: &mut Script, frame: u16, lengths: &[usize]) {
        script.fs(frame);
        for &length in lengths {
            script.lines(1, YUV420, length);
        }
        script.fe(frame);
    }
    walk(&[
        (
            "pairs",
            |s| (1..4).for_each(|frame| pairs(s, frame, &[4, 8, 4, 8])),
            &[],
        ),
        ("all alike", |s| pairs(s, 1, &[8, 8, 8, 8]), &[(Yuv420WcErr, Error, 2)]),
        (
            "one wrong line",
            |s| pairs(s, 1, &[4, 8, 4, 4, 4, 8]),
            &[(Yuv420WcErr, Error, 1)],
        ),
        (
            "another width",
            |s| pairs(s, 1, &[4, 8, 6, 12, 4, 8]),
            &[(LineLengthChange, Warning, 1)],
        ),
        ("no groups", |s| pairs(s, 1, &[3, 6]), &[(WcGranularity, Warning, 2)]),
        (
            "a line lost",
            |s| {
                pairs(s, 1, &[4, 8, 4, 8]);
                s.fs(2)
                    .lines(1, YUV420, 4)
                    .lost(YUV420, 10)
                    .lines(1, YUV420, 4)
                    .lines(1, YUV420, 8)
                    .fe(2);
                s.fs(3)
                    .lost(YUV420, 6)
                    .lines(1, YUV420, 8)
                    .lines(1, YUV420, 4)
                    .lines(1, YUV420, 8)
                    .fe(3);
            },
            &[(EccDouble, Error, 2)],
        ),
    ]);
}
