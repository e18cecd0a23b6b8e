//! Memory is bounded, and what is left out is counted.

mod judge_support;

use csi2_analyzer::{AssemblerSettings, FrameAssembler, Keep, Limits};
use judge_support::Script;
use judge_support::frame::{Got, assemble, drain, settings};
use judge_support::scenario::{RAW8, RAW10};

fn run(script: &Script, limits: Limits) -> (Vec<Got>, u64) {
    let mut assembler = FrameAssembler::new(AssemblerSettings {
        limits,
        ..settings(Keep::Packed)
    });
    let mut all = Vec::new();
    script.play(|event| {
        assembler.push(event);
        drain(&mut assembler, &mut all);
    });
    assembler.finish();
    drain(&mut assembler, &mut all);
    (all, assembler.limit_hits())
}

#[test]
fn a_frame_stops_growing() {
    let mut script = Script::new();
    script.fs(1).lines(10, RAW8, 100).fe(1).fs(2).lines(4, RAW8, 100).fe(2);
    let limits = Limits {
        max_frame_bytes: 450,
        ..Limits::default()
    };
    let (all, hits) = run(&script, limits);
    let seen: Vec<_> = all.iter().map(|got| (got.rows.len(), got.complete)).collect();
    assert_eq!((seen, hits), (vec![(4, false), (4, true)], 1));
}

/// However much room their samples take.
#[test]
fn payload_is_counted() {
    let mut script = Script::new();
    script.fs(1).lines(10, RAW10, 100).fe(1);
    for keep in [Keep::Samples, Keep::Packed] {
        let limits = Limits {
            max_frame_bytes: 1000,
            ..Limits::default()
        };
        let all = assemble(
            &script,
            AssemblerSettings {
                limits,
                ..settings(keep)
            },
        );
        assert_eq!((all[0].rows.len(), all[0].complete), (10, true), "{keep:?}");
    }
}

#[test]
fn rows_without_bytes_are_bounded_too() {
    let mut script = Script::new();
    script.fs(1).lines(1000, RAW8, 0).fe(1);
    let limits = Limits {
        max_frame_bytes: 1600,
        ..Limits::default()
    };
    let (all, hits) = run(&script, limits);
    assert_eq!((all[0].rows.len(), all[0].complete, hits), (100, false, 1));
}

#[test]
fn a_gap_does_not_fill_memory() {
    let mut script = Script::new();
    script
        .fs(1)
        .lines(1, RAW8, 1)
        .lost(RAW8, u64::MAX)
        .lines(1, RAW8, 1)
        .fe(1);
    let (all, hits) = run(&script, Limits::default());
    assert_eq!((all[0].rows.len(), all[0].complete, hits), (2, false, 0));
}

#[test]
fn streams_wait_for_a_free_one() {
    let mut script = Script::new();
    for channel in 0..4 {
        script.vc(channel).fs(1).lines(2, RAW8, 8);
    }
    for channel in 0..4 {
        script.vc(channel).fe(1);
    }
    script.vc(3).fs(2).lines(2, RAW8, 8).fe(2);
    let limits = Limits {
        max_open_streams: 3,
        ..Limits::default()
    };
    let (all, hits) = run(&script, limits);
    let seen: Vec<_> = all.iter().map(|got| (got.channel, got.number, got.index)).collect();
    assert_eq!(
        (seen, hits),
        (
            vec![(0, Some(1), 0), (1, Some(1), 0), (2, Some(1), 0), (3, Some(2), 0)],
            2
        )
    );
}
