//! One cause, one code: packets known to be lost are not reported a second time as gaps in frames and lines.

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use csi2_dphy::PinEvent;
use judge_support::scenario::*;

#[test]
fn lines_lost() {
    walk(&[
        (
            "one",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2).lines(1, RAW10, 5).lost(RAW10, 7).fe(2);
                frames(s, &[(3, 3)]);
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "three of one burst",
            |s| {
                s.fs(1).lines(4, RAW10, 5).fe(1);
                s.fs(2).lines(1, RAW10, 5).lost(RAW10, 33).fe(2);
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "but more are missing than that",
            |s| {
                s.fs(1).lines(5, RAW10, 5).fe(1);
                s.fs(2).lines(1, RAW10, 5).lost(RAW10, 7).fe(2);
            },
            &[(EccDouble, Error, 1), (LineCountChange, Warning, 1)],
        ),
        (
            "between LS and LE",
            |s| {
                s.fs(1).ls(1).lines(1, RAW10, 5).le(1).ls(2).lost(RAW10, 7).le(2);
                s.ls(3).lines(1, RAW10, 5).le(3).fe(1);
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "a burst",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2)
                    .lines(1, RAW10, 5)
                    .lane(PinEvent::SotSyncError { lane: 1, at: 0 })
                    .fe(2);
                frames(s, &[(3, 3)]);
            },
            &[(SotSyncErr, Error, 1)],
        ),
        (
            "what is lost later without a trace still shows",
            |s| {
                s.fs(1).lines(3, RAW10, 5).lost(RAW10, 7).fe(1);
                s.fs(2).lines(4, RAW10, 5).fe(2).fs(3).lines(4, RAW10, 5).fe(3);
                s.fs(4).lines(3, RAW10, 5).fe(4).fs(5).lines(4, RAW10, 5).fe(5);
            },
            // The first frame has a known loss and sets no height; the second does; the fourth is short.
            &[(EccDouble, Error, 1), (LineCountChange, Warning, 1)],
        ),
    ]);
}

#[test]
fn short_packets_lost() {
    walk(&[
        (
            "LS",
            |s| {
                numbered(s, 1, &[1, 2, 3]);
                s.fs(2)
                    .ls(1)
                    .lines(1, RAW10, 5)
                    .le(1)
                    .lost(0x02, 0)
                    .lines(1, RAW10, 5)
                    .le(2);
                s.ls(3).lines(1, RAW10, 5).le(3).fe(2);
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "the first LS of a frame, known from the frame before",
            |s| {
                numbered(s, 1, &[1, 2]);
                s.fs(2)
                    .lost(0x02, 0)
                    .lines(1, RAW10, 5)
                    .le(1)
                    .ls(2)
                    .lines(1, RAW10, 5)
                    .le(2)
                    .fe(2);
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "the first LS of all",
            |s| {
                _ = s
                    .fs(1)
                    .lost(0x02, 0)
                    .lines(1, RAW10, 5)
                    .le(1)
                    .ls(2)
                    .lines(1, RAW10, 5)
                    .le(2)
                    .fe(1)
            },
            &[(EccDouble, Error, 1)],
        ),
        (
            "the first packet of a frame without LS",
            |s| _ = s.fs(1).lost(EMBEDDED, 9).lines(3, RAW10, 5).fe(1),
            &[(EccDouble, Error, 1)],
        ),
        (
            "LE",
            |s| {
                _ = s
                    .fs(1)
                    .ls(1)
                    .lines(1, RAW10, 5)
                    .lost(0x03, 0)
                    .ls(2)
                    .lines(1, RAW10, 5)
                    .lost(0x03, 0)
                    .fe(1)
            },
            &[(EccDouble, Error, 2)],
        ),
        (
            "FE: the frame is not closed, which is worth its own word",
            |s| {
                s.fs(1).lines(2, RAW10, 5).lost(0x01, 0);
                frames(s, &[(2, 2), (3, 3)]);
            },
            &[(EccDouble, Error, 1), (FrameSyncErr, Error, 1)],
        ),
        (
            "FE and FS: two frames look like one",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2)
                    .lines(2, RAW10, 5)
                    .lost(0x01, 0)
                    .lost(0x00, 0)
                    .lines(2, RAW10, 5)
                    .fe(3);
                frames(s, &[(4, 4), (5, 5)]);
            },
            &[
                (EccDouble, Error, 2),
                (FrameSyncErr, Warning, 1),
                (LineCountChange, Warning, 1),
            ],
        ),
    ]);
}
