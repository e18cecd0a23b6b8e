//! Modes that change from one frame to the next, and what looks like that and is none.

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use csi2_analyzer::{Finding, Mode};
use judge_support::Script;
use judge_support::frame::{assemble, settings};
use judge_support::scenario::*;

const RAW12: u8 = 0x2C;

/// Frames of (data type, lines, bytes), numbered from `first` on.
fn send(script: &mut Script, first: u16, frames: &[(u8, usize, usize)]) {
    for (number, &(data_type, lines, bytes)) in (first..).zip(frames) {
        script.fs(number).lines(lines, data_type, bytes).fe(number);
    }
}

/// What is told of modes: packet, channel, message.
fn told(findings: &[Finding]) -> Vec<(u64, Option<u8>, String)> {
    let modes = findings.iter().filter(|of| of.code == ModeChange);
    modes
        .map(|of| {
            (
                of.span.packet,
                of.channel.map(|channel| channel.number()),
                of.to_string(),
            )
        })
        .collect()
}

fn messages(write: impl Fn(&mut Script)) -> Vec<(u64, Option<u8>, String)> {
    let mut script = Script::new();
    write(&mut script);
    let (_, findings) = judge(&script);
    let told = told(&findings);
    assert_eq!(told.len(), findings.len(), "{findings:#?}");
    told
}

#[test]
fn another_geometry() {
    // Frames, the packet at which the new mode begins, what is told.
    type Case<'a> = (&'a [(u8, usize, usize)], u64, &'a str);
    let cases: &[Case<'_>] = &[
        // Width and height, told by two frames, and by one at the end.
        (
            &[(RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 3, 10), (RAW10, 3, 10)],
            12,
            "16x4 RAW10 -> 8x3 RAW10",
        ),
        (&[(RAW10, 4, 20), (RAW10, 3, 10)], 6, "16x4 RAW10 -> 8x3 RAW10"),
        // Width alone, height alone.
        (
            &[(RAW10, 4, 10), (RAW10, 4, 20), (RAW10, 4, 20)],
            6,
            "8x4 RAW10 -> 16x4 RAW10",
        ),
        (
            &[(RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 2, 20), (RAW10, 2, 20)],
            12,
            "16x4 RAW10 -> 16x2 RAW10",
        ),
        (
            &[(RAW10, 2, 20), (RAW10, 2, 20), (RAW10, 4, 20), (RAW10, 4, 20)],
            8,
            "16x2 RAW10 -> 16x4 RAW10",
        ),
        // Frames of a single line.
        (
            &[(RAW8, 1, 20), (RAW8, 1, 20), (RAW8, 1, 30), (RAW8, 1, 30)],
            6,
            "20x1 RAW8 -> 30x1 RAW8",
        ),
        // Without a width.
        (
            &[(RAW10, 4, 4), (RAW10, 2, 4), (RAW10, 2, 4)],
            6,
            "0x4 RAW10 -> 0x2 RAW10",
        ),
    ];
    for (frames, packet, message) in cases {
        let mut script = Script::new();
        send(&mut script, 1, frames);
        let (analyzer, findings) = judge(&script);
        assert_eq!(
            told(&findings),
            [(*packet, Some(0), (*message).to_owned())],
            "{frames:?}"
        );
        let others = findings
            .iter()
            .filter(|of| !matches!(of.code, ModeChange | WcGranularity));
        assert_eq!(others.count(), 0, "{findings:#?}");
        // The statistics have both.
        let modes = &analyzer.statistics().channels[0].modes;
        let listed: Vec<_> = modes.list.iter().map(|of| of.mode.to_string()).collect();
        assert_eq!(listed.join(" -> "), *message);
        assert_eq!((modes.list[0].packet, modes.list[1].packet), (None, Some(*packet)));
    }
}

#[test]
fn back_and_forth() {
    let (full, binned) = ((RAW10, 4, 20), (RAW10, 2, 10));
    let told = messages(|s| send(s, 1, &[full, full, binned, binned, binned, full, full]));
    let texts: Vec<_> = told.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(texts, ["16x4 RAW10 -> 8x2 RAW10", "8x2 RAW10 -> 16x4 RAW10"]);
}

#[test]
fn another_depth() {
    let told = messages(|s| {
        send(
            s,
            1,
            &[
                (RAW10, 2, 20),
                (RAW10, 2, 20),
                (RAW12, 2, 24),
                (RAW12, 2, 24),
                (RAW12, 2, 24),
            ],
        );
    });
    assert_eq!(told, [(8, Some(0), "16x2 RAW10 -> 16x2 RAW12".into())]);
    // Together with the geometry, and back.
    let told = messages(|s| {
        let (full, binned) = ((RAW12, 4, 24), (RAW10, 2, 10));
        send(s, 1, &[full, full, binned, binned, (RAW12, 2, 12), (RAW12, 2, 12)]);
    });
    let texts: Vec<_> = told.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(texts, ["16x4 RAW12 -> 8x2 RAW10", "8x2 RAW10 -> 8x2 RAW12"]);
}

#[test]
fn an_exposure_more() {
    // As a data type of its own.
    let told = messages(|s| {
        send(s, 1, &[(RAW10, 2, 20), (RAW10, 2, 20)]);
        for number in 3..6 {
            s.fs(number).lines(2, RAW10, 20).lines(2, RAW12, 24).fe(number);
        }
    });
    assert_eq!(told, [(8, Some(0), "16x2 RAW10 -> 16x2 RAW10 + 16x2 RAW12".into())]);
    // As a channel of its own, that begins within the frame of the other.
    let both = |s: &mut Script, number: u16| {
        s.vc(0)
            .fs(number)
            .lines(1, RAW10, 20)
            .vc(1)
            .fs(number)
            .lines(1, RAW10, 20);
        s.vc(0)
            .lines(1, RAW10, 20)
            .fe(number)
            .vc(1)
            .lines(1, RAW10, 20)
            .fe(number)
            .vc(0);
    };
    let told = messages(|s| {
        send(s, 1, &[(RAW10, 2, 20), (RAW10, 2, 20)]);
        (3..6).for_each(|number| both(s, number));
        // After the second, the other exposure may still be to come.
        send(s, 6, &[(RAW10, 2, 20); 3]);
    });
    let expected = [
        (8, None, "vc 0 -> vc 0 + 1".into()),
        (32, None, "vc 0 + 1 -> vc 0".into()),
    ];
    assert_eq!(told, expected);
    // A set that lacks an exposure is none.
    let told = messages(|s| {
        (1..4).for_each(|number| both(s, number));
        send(s, 4, &[(RAW10, 2, 20)]);
        (5..8).for_each(|number| both(s, number));
    });
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_channel_at_another_rate_changes_nothing() {
    for every in 2..5 {
        let told = messages(|s| {
            for number in 1..20 {
                send(s, number, &[(RAW10, 2, 20)]);
                if number % every == 0 {
                    s.vc(1);
                    send(s, number / every, &[(RAW8, 2, 9)]);
                    s.vc(0);
                }
            }
        });
        assert!(told.is_empty(), "{every}: {told:?}");
    }
}

/// Frames of channel 0, each of channel 1 with one of them: at first, and every `every`th after.
fn slow(s: &mut Script, every: u16, frames: std::ops::Range<u16>, keep: impl Fn(u16) -> bool) {
    for number in frames {
        send(s, number, &[(RAW10, 2, 20)]);
        if (number - 1).is_multiple_of(every) && keep((number - 1) / every) {
            s.vc(1);
            send(s, (number - 1) / every + 1, &[(RAW8, 2, 9)]);
            s.vc(0);
        }
    }
}

#[test]
fn a_slow_channel_is_not_gone() {
    // 60 and 15 frames a second: wherever the capture ends.
    for every in 2..6 {
        for frames in 2..24 {
            let told = messages(|s| slow(s, every, 1..frames, |_| true));
            assert!(told.is_empty(), "{every}, {frames}: {told:?}");
        }
    }
    // Its frames 0 and 1, and no more: every 4 rounds, so gone after 12.
    let gone = |frames| messages(|s| slow(s, 4, 1..frames, |number| number < 2));
    assert!(gone(18).is_empty());
    // 5 frames with two packets more, of four packets each, and FS of the sixth.
    assert_eq!(gone(24), [(28, None, "vc 0 + 1 -> vc 0".into())]);
}

#[test]
fn no_modes() {
    let full = (RAW10, 4, 20);
    let binned = (RAW10, 2, 10);
    walk(&[
        (
            "a frame of another mode among others",
            |s| send(s, 1, &[(RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 2, 10), (RAW10, 4, 20)]),
            &[(LineLengthChange, Warning, 2), (LineCountChange, Warning, 1)],
        ),
        (
            "the first line alone",
            |s| {
                send(s, 1, &[(RAW10, 4, 20)]);
                s.fs(2).lines(1, RAW10, 10).lines(3, RAW10, 20).fe(2);
                send(s, 3, &[(RAW10, 4, 20)]);
            },
            &[(LineLengthChange, Warning, 1)],
        ),
        (
            "a frame that changes within",
            |s| {
                send(s, 1, &[(RAW10, 4, 20)]);
                s.fs(2).lines(2, RAW10, 10).lines(2, RAW10, 20).fe(2);
            },
            &[(LineLengthChange, Warning, 2)],
        ),
        (
            "another length each time",
            |s| {
                send(
                    s,
                    1,
                    &[
                        (RAW10, 2, 20),
                        (RAW10, 2, 10),
                        (RAW10, 2, 15),
                        (RAW10, 2, 20),
                        (RAW10, 2, 10),
                    ],
                )
            },
            &[(LineLengthChange, Warning, 3), (ModeChange, Info, 1)],
        ),
        (
            "the last frame is short",
            |s| send(s, 1, &[(RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 3, 20)]),
            &[(LineCountChange, Warning, 1)],
        ),
        (
            "lines of known losses",
            |s| {
                send(s, 1, &[(RAW10, 3, 20), (RAW10, 3, 20)]);
                for number in 3..6 {
                    s.fs(number)
                        .lines(1, RAW10, 20)
                        .lost(RAW10, 26)
                        .lines(1, RAW10, 20)
                        .fe(number);
                }
            },
            &[(EccDouble, Error, 3)],
        ),
        (
            "no lines at all",
            |s| {
                send(s, 1, &[(RAW10, 3, 20)]);
                (2..5).for_each(|number| _ = s.fs(number).fe(number));
            },
            &[(LineCountChange, Warning, 3)],
        ),
    ]);
    assert_eq!(messages(|s| send(s, 1, &[full, full, binned])).len(), 1);
}

#[test]
fn losses_do_not_hide_a_mode() {
    // A line of each of the first two frames of the new mode is lost.
    walk(&[(
        "losses",
        |s| {
            send(s, 1, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
            s.fs(3).lines(1, RAW10, 10).lost(RAW10, 16).lines(2, RAW10, 10).fe(3);
            s.fs(4).lines(3, RAW10, 10).lost(RAW10, 16).fe(4);
            send(s, 5, &[(RAW10, 4, 10), (RAW10, 4, 10)]);
        },
        &[(EccDouble, Error, 2), (ModeChange, Info, 1)],
    )]);
}

#[test]
fn a_frame_that_is_cut_by_the_change() {
    walk(&[
        (
            "its FE is there",
            |s| {
                send(
                    s,
                    1,
                    &[
                        (RAW10, 4, 20),
                        (RAW10, 4, 20),
                        (RAW10, 2, 20),
                        (RAW10, 3, 10),
                        (RAW10, 3, 10),
                    ],
                )
            },
            &[(LineCountChange, Warning, 1), (ModeChange, Info, 1)],
        ),
        (
            "its FE is missing",
            |s| {
                send(s, 1, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
                s.fs(3).lines(2, RAW10, 20);
                send(s, 4, &[(RAW10, 3, 10), (RAW10, 3, 10)]);
            },
            &[(FrameSyncErr, Error, 1), (ModeChange, Info, 1)],
        ),
        (
            "so is that of the first frame after it",
            |s| {
                send(s, 1, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
                s.fs(3).lines(2, RAW10, 10);
                send(s, 4, &[(RAW10, 3, 10), (RAW10, 3, 10)]);
            },
            &[(FrameSyncErr, Error, 1), (ModeChange, Info, 1)],
        ),
    ]);
}

#[test]
fn start_up_frames() {
    let found = |frames: &[(u8, usize, usize)]| {
        let mut script = Script::new();
        send(&mut script, 1, frames);
        let (_, findings) = judge(&script);
        findings
            .iter()
            .map(|of| (of.code, of.severity, of.to_string()))
            .collect::<Vec<_>>()
    };
    let full = (RAW10, 4, 20);
    let short = "first frame of the capture has 3 lines of RAW10, those after it 4: a start-up frame";
    assert_eq!(
        found(&[(RAW10, 3, 20), full, full, full]),
        [(LineCountChange, Warning, short.to_owned())]
    );
    let after = "first frame after a mode change has 1 lines of RAW10, those after it 2: a start-up frame";
    assert_eq!(
        found(&[full, full, (RAW10, 1, 10), (RAW10, 2, 10), (RAW10, 2, 10)]),
        [
            (LineCountChange, Warning, after.to_owned()),
            (ModeChange, Info, "16x4 RAW10 -> 8x2 RAW10".to_owned())
        ]
    );
    // Not known of two frames; a frame that is too long is none.
    let plain = "frame has 4 lines of RAW10, the one before 3";
    assert_eq!(
        found(&[(RAW10, 3, 20), full]),
        [(LineCountChange, Warning, plain.to_owned())]
    );
    assert_eq!(
        found(&[(RAW10, 5, 20), full, full]),
        [(ModeChange, Info, "16x5 RAW10 -> 16x4 RAW10".to_owned())]
    );
}

#[test]
fn a_new_mode_may_count_its_frames_anew() {
    let count = |script: &mut Script, last: u16| {
        (1..=last).for_each(|number| send(script, number, &[(RAW10, 4, 20)]));
    };
    walk(&[
        (
            "another count",
            |s| {
                send(s, 7, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
                send(s, 3, &[(RAW10, 2, 10), (RAW10, 2, 10)]);
            },
            &[(ModeChange, Info, 1)],
        ),
        (
            "as one that does not change",
            |s| {
                send(s, 7, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
                send(s, 3, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
            },
            &[(FrameSeqErr, Warning, 1)],
        ),
        (
            "within a single frame",
            |s| {
                send(s, 7, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
                send(s, 3, &[(RAW10, 2, 10)]);
                send(s, 4, &[(RAW10, 4, 20), (RAW10, 4, 20)]);
            },
            &[
                (FrameSeqErr, Warning, 1),
                (LineLengthChange, Warning, 2),
                (LineCountChange, Warning, 1),
            ],
        ),
    ]);
    let mut script = Script::new();
    (0..2).for_each(|_| count(&mut script, 4));
    count(&mut script, 2);
    send(&mut script, 1, &[(RAW10, 2, 10), (RAW10, 2, 10)]);
    assert_eq!(judge(&script).1.len(), 1);
}

#[test]
fn frames_of_both_modes_are_whole() {
    for frames in [
        &[(RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 2, 10), (RAW10, 2, 10)][..],
        &[(RAW10, 2, 10), (RAW10, 4, 20), (RAW10, 4, 20), (RAW10, 2, 10)],
        &[(RAW10, 4, 20), (RAW12, 2, 24), (RAW12, 2, 24), (RAW10, 4, 20)],
        &[(RAW10, 4, 20), (RAW10, 3, 25), (RAW10, 4, 20), (RAW10, 1, 5)],
    ] {
        let mut script = Script::new();
        send(&mut script, 1, frames);
        let got = assemble(&script, settings(csi2_analyzer::Keep::Samples));
        assert_eq!(got.len(), frames.len());
        let mut sizes: Vec<_> = got
            .iter()
            .map(|of| (of.first_packet, of.data_type, of.rows.len(), of.width))
            .collect();
        sizes.sort_unstable();
        let pixels = |data_type, bytes: usize| {
            if data_type == RAW10 {
                bytes * 4 / 5
            } else {
                bytes * 2 / 3
            }
        };
        let expected: Vec<_> = frames
            .iter()
            .map(|&(data_type, lines, bytes)| (data_type, lines, pixels(data_type, bytes) as u32))
            .collect();
        let sizes: Vec<_> = sizes
            .iter()
            .map(|(_, data_type, lines, width)| (*data_type, *lines, *width))
            .collect();
        assert_eq!(sizes, expected);
        assert!(got.iter().all(|of| of.complete && of.bad.is_empty()), "{got:#?}");
    }
}

#[test]
fn modes_are_bounded() {
    let mut script = Script::new();
    for _ in 0..100 {
        send(
            &mut script,
            1,
            &[(RAW10, 2, 10), (RAW10, 2, 10), (RAW10, 2, 20), (RAW10, 2, 20)],
        );
    }
    let (analyzer, findings) = judge(&script);
    assert_eq!(told(&findings).len(), 199);
    let modes = &analyzer.statistics().channels[0].modes;
    assert_eq!(
        (modes.list.len() as u64 + modes.more, modes.list.len()),
        (200, csi2_analyzer::Modes::MOST)
    );
    assert!(modes.list.iter().all(|of| matches!(of.mode, Mode::Frame(_))));
}
