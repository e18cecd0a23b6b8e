//! Turns, whatever takes how long.

use super::{Ahead, HELD, Turn, Workers};
use crate::failure::Failure;
use crate::output::Files as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A job of the tests: what it does, and how long it takes before its turn.
struct Job {
    number: usize,
    slow: bool,
    act: Act,
}

enum Act {
    /// Notes its number in turn.
    Note,
    Fail,
    Panic,
    /// Writes files of so many bytes.
    Write(Vec<(PathBuf, usize)>),
}

type Outcome = Result<usize, String>;

fn run(job: &mut Job, turn: &Turn<'_, Vec<usize>>) -> (Outcome, ControlFlow<()>) {
    if job.slow {
        std::thread::sleep(Duration::from_millis(3));
    }
    let outcome = match &job.act {
        Act::Note => {
            if let Some(mut noted) = turn.wait() {
                noted.push(job.number);
            }
            Ok(job.number)
        }
        Act::Fail => Err(format!("job {}", job.number)),
        Act::Panic => panic!("job {}", job.number),
        Act::Write(files) => {
            let mut ahead = Ahead::new(turn);
            let written = files.iter().try_for_each(|(path, bytes)| {
                ahead.write(path, &mut |out| {
                    (0..*bytes).step_by(1 << 16).try_for_each(|at| {
                        let piece = vec![job.number as u8; (*bytes - at).min(1 << 16)];
                        out.write_all(&piece)
                    })
                })
            });
            let written = written.and_then(|()| ahead.in_turn().map(|_| ()));
            written.map(|()| job.number).map_err(|failure| match failure {
                Failure::File(message) => message,
                other => format!("{other:?}"),
            })
        }
    };
    let flow = match outcome {
        Ok(_) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    (outcome, flow)
}

fn workers(threads: usize) -> Workers<Job, Outcome, Vec<usize>> {
    Workers::start(threads, Vec::new(), run).expect("threads")
}

fn job(number: usize, act: Act) -> Job {
    // Slow and fast ones in an order without a period of the threads.
    let slow = number * number % 7 < 3;
    Job { number, slow, act }
}

#[test]
fn turns_and_outcomes_come_in_order() {
    for threads in 1..=4 {
        let mut workers = workers(threads);
        (0..40).for_each(|number| workers.give(job(number, Act::Note)));
        let outcomes: Vec<Outcome> = (0..40)
            .filter_map(|_| workers.wait())
            .map(|(_, outcome)| outcome)
            .collect();
        let all: Vec<usize> = (0..40).collect();
        assert_eq!(outcomes, all.iter().copied().map(Ok).collect::<Vec<_>>());
        assert_eq!(*workers.state(), all);
        assert!(workers.poll().is_none());
    }
}

#[test]
fn nothing_has_a_turn_behind_a_failure() {
    for threads in 1..=4 {
        let mut workers = workers(threads);
        for number in 0..30 {
            let act = if number == 11 { Act::Fail } else { Act::Note };
            workers.give(job(number, act));
        }
        for number in 0..11 {
            assert_eq!(workers.wait().map(|(_, outcome)| outcome), Some(Ok(number)));
        }
        assert_eq!(
            workers.wait().map(|(_, outcome)| outcome),
            Some(Err("job 11".to_owned()))
        );
        assert_eq!(*workers.state(), (0..11).collect::<Vec<_>>());
        // Ends without being asked for the others.
    }
}

#[test]
fn jobs_are_done_when_nobody_waits_for_them() {
    static NOTED: AtomicUsize = AtomicUsize::new(0);
    fn note(_: &mut (), turn: &Turn<'_, ()>) -> ((), ControlFlow<()>) {
        std::thread::sleep(Duration::from_millis(1));
        if turn.wait().is_some() {
            NOTED.fetch_add(1, Ordering::Relaxed);
        }
        ((), ControlFlow::Continue(()))
    }
    let mut workers = Workers::start(3, (), note).expect("threads");
    (0..20).for_each(|_| workers.give(()));
    drop(workers);
    assert_eq!(NOTED.load(Ordering::Relaxed), 20);
}

#[test]
fn a_panic_goes_on_where_the_outcome_is_asked_for() {
    let mut workers = workers(2);
    workers.give(job(0, Act::Note));
    workers.give(job(1, Act::Panic));
    workers.give(job(2, Act::Note));
    assert!(workers.wait().is_some());
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| workers.wait().is_some()));
    assert_eq!(
        panic.expect_err("a panic").downcast_ref::<String>().map(String::as_str),
        Some("job 1")
    );
    assert_eq!(*workers.state(), [0]);
}

/// Small files, some of a job, and some larger than what is held in memory.
#[test]
fn files_are_whole_and_appear_in_order() {
    let directory = tempfile::tempdir().expect("a directory");
    let sizes = [1, 70_000, HELD - 70_001, HELD + 1, 0, 3 << 20];
    let mut workers = workers(3);
    for number in 0..12 {
        let files = (0..=number % 3).map(|file| {
            let path = directory.path().join(format!("{number}-{file}"));
            (path, sizes[(number + file) % sizes.len()])
        });
        workers.give(job(number, Act::Write(files.collect())));
    }
    for number in 0..12 {
        assert_eq!(workers.wait().map(|(_, outcome)| outcome), Some(Ok(number)));
        for file in 0..=number % 3 {
            let bytes = std::fs::read(directory.path().join(format!("{number}-{file}"))).expect("a file");
            assert_eq!(bytes.len(), sizes[(number + file) % sizes.len()], "{number}-{file}");
            assert!(bytes.iter().all(|byte| usize::from(*byte) == number));
        }
    }
    let mut names: Vec<_> = std::fs::read_dir(directory.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.retain(|name| name.to_string_lossy().starts_with('.'));
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn a_file_that_cannot_be_made_ends_the_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut workers = workers(3);
    for number in 0..6 {
        let name = if number == 2 { "missing/2" } else { &format!("{number}") };
        let path = directory.path().join(name);
        workers.give(job(number, Act::Write(vec![(path, 100)])));
    }
    for number in 0..2 {
        assert_eq!(workers.wait().map(|(_, outcome)| outcome), Some(Ok(number)));
    }
    let Some((_, Err(message))) = workers.wait() else {
        panic!("no failure");
    };
    assert!(message.contains("missing/2: no file can be made in"), "{message}");
    drop(workers);
    let mut names: Vec<_> = std::fs::read_dir(directory.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["0", "1"]);
}
