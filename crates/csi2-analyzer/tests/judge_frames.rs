//! Frame boundaries and numbers: scenarios and exactly the findings they cause.

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use csi2_analyzer::{Analyzer, AnalyzerSettings};
use judge_support::Script;
use judge_support::scenario::*;

#[test]
fn numbers() {
    walk(&[
        ("nothing", |_| {}, &[]),
        ("unnumbered", |s| frames(s, &[(0, 0), (0, 0), (0, 0)]), &[]),
        ("counted", |s| frames(s, &[(1, 1), (2, 2), (3, 3), (4, 4)]), &[]),
        (
            "return to 1",
            |s| frames(s, &[(1, 1), (2, 2), (1, 1), (2, 2), (1, 1)]),
            &[],
        ),
        ("count to 1", |s| frames(s, &[(1, 1), (1, 1), (1, 1)]), &[]),
        ("masked", |s| frames(s, &[(1, 1), (3, 3), (5, 5), (6, 6), (1, 1)]), &[]),
        (
            "full count",
            |s| frames(s, &[(65534, 65534), (65535, 65535), (1, 1)]),
            &[],
        ),
        (
            "jump",
            |s| frames(s, &[(1, 1), (4, 4), (5, 5)]),
            &[(FrameSeqErr, Warning, 1)],
        ),
        (
            "backwards",
            |s| frames(s, &[(9, 9), (7, 7), (8, 8)]),
            &[(FrameSeqErr, Warning, 1)],
        ),
        ("stuck", |s| frames(s, &[(9, 9), (9, 9)]), &[(FrameSeqErr, Warning, 1)]),
        (
            "wrap to 0",
            |s| frames(s, &[(65535, 65535), (0, 0)]),
            &[(FrameSeqErr, Warning, 1)],
        ),
        (
            "begun late",
            |s| frames(s, &[(0, 0), (1, 1), (2, 2)]),
            &[(FrameSeqErr, Warning, 1)],
        ),
        // A transmitter that numbers its frame ends badly: one code, no lost frame.
        (
            "FE with a number of its own",
            |s| frames(s, &[(1, 0x1753), (1, 0x1753), (1, 0x1753)]),
            &[(FrameSyncErr, Warning, 3)],
        ),
    ]);
}

#[test]
fn boundaries() {
    walk(&[
        (
            "FE lost",
            |s| {
                s.fs(1).lines(2, RAW10, 5);
                frames(s, &[(2, 2), (3, 3)]);
            },
            &[(FrameSyncErr, Error, 1)],
        ),
        (
            "FS lost",
            |s| {
                frames(s, &[(1, 1)]);
                s.lines(2, RAW10, 5).fe(2);
                frames(s, &[(3, 3)]);
            },
            &[(FrameSyncErr, Error, 1), (DataOutsideFrame, Error, 2)],
        ),
        (
            "the capture begins inside a frame",
            |s| {
                s.lines(3, RAW10, 5).fe(7);
                frames(s, &[(8, 8)]);
            },
            &[(FrameSyncErr, Error, 1), (DataOutsideFrame, Error, 3)],
        ),
        (
            "the capture ends inside a frame",
            |s| _ = s.fs(1).lines(2, RAW10, 5),
            &[(FrameSyncErr, Warning, 1)],
        ),
        (
            "channels are independent",
            |s| {
                s.vc(0)
                    .fs(1)
                    .vc(1)
                    .fs(9)
                    .vc(0)
                    .lines(1, RAW10, 5)
                    .vc(1)
                    .lines(1, RAW8, 7);
                s.vc(0).fe(1).fs(2).vc(1).fe(9).vc(0).lines(1, RAW10, 5).fe(2);
            },
            &[],
        ),
        (
            "what may be between frames",
            |s| {
                frames(s, &[(1, 1)]);
                s.lines(1, EMBEDDED, 9)
                    .lines(1, 0x10, 3)
                    .lines(1, 0x11, 3)
                    .lines(1, 0x30, 3)
                    .short(0x08, 5);
            },
            &[(DataOutsideFrame, Warning, 1)],
        ),
    ]);
}

#[test]
fn a_gap_of_the_capture_excuses_what_follows() {
    let mut before = Script::new();
    frames(&mut before, &[(1, 1), (2, 2)]);
    before.fs(3).lines(1, RAW10, 5);
    let mut after = Script::new();
    after.fe(3);
    frames(&mut after, &[(4, 4), (9, 9)]);
    let mut analyzer = Analyzer::new(AnalyzerSettings::default());
    before.play(|event| analyzer.push(event));
    analyzer.capture_loss(0, None, Some(999));
    after.play(|event| analyzer.push(event));
    analyzer.finish();
    let findings: Vec<_> = std::iter::from_fn(|| analyzer.poll()).collect();
    // The loss excuses the short frame, not the jump after it.
    assert_eq!(count(&findings), [(FrameSeqErr, Warning, 1), (CaptureLoss, Error, 1)]);
    assert_eq!(findings[0].to_string(), "999 records are missing from the capture");
}
