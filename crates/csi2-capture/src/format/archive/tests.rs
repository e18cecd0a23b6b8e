//! Members of any size, from any number of threads, as one stream.

use super::pieces::{AHEAD, CHUNK};
use super::{Part, Piece, Pieces, Place, SampleMembers};
use crate::{CaptureError, ErrorKind};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A member of the tests.
#[derive(Clone)]
enum Member {
    Bytes(Vec<u8>),
    /// Comes in small reads, slowly.
    Slow(Vec<u8>),
    /// Ends early.
    Broken(Vec<u8>),
    /// Is not there.
    Missing,
    Endless,
}

struct Fake {
    members: VecDeque<Member>,
    place: Place,
    lacking: bool,
    read: Arc<AtomicU64>,
}

struct Reading<'f> {
    member: Member,
    at: usize,
    fake: &'f Fake,
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (bytes, most) = match &self.member {
            Member::Bytes(bytes) | Member::Broken(bytes) => (bytes.as_slice(), usize::MAX),
            Member::Slow(bytes) => {
                std::thread::sleep(Duration::from_micros(200));
                (bytes.as_slice(), 10_000)
            }
            Member::Endless => {
                buffer.fill(7);
                self.fake.read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
                return Ok(buffer.len());
            }
            Member::Missing => (&[][..], 0),
        };
        let rest = &bytes[self.at..];
        let count = rest.len().min(buffer.len()).min(most);
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        self.fake.place.advance(count as u64);
        match (&self.member, count) {
            (Member::Broken(_), 0) => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(count),
        }
    }
}

impl SampleMembers for Fake {
    fn next_samples(&mut self) -> Result<Option<Box<dyn Read + '_>>, CaptureError> {
        match self.members.pop_front() {
            None => Ok(None),
            Some(Member::Missing) => Err(self.place.malformed("member", "not there".into())),
            Some(member) => Ok(Some(Box::new(Reading {
                member,
                at: 0,
                fake: self,
            }))),
        }
    }

    fn broken(&mut self, error: io::Error) -> CaptureError {
        self.place.io("member", error)
    }

    fn lacking(&mut self) -> Option<ErrorKind> {
        let detail = self.lacking.then_some("a member is missing".into())?;
        Some(ErrorKind::Malformed {
            what: "session",
            detail,
        })
    }
}

/// `lacking`: more members should follow.
fn parts(members: &[Member], threads: usize, lacking: bool) -> (Vec<Part>, Arc<AtomicU64>) {
    let read = Arc::new(AtomicU64::new(0));
    let part = |number| {
        let progress = Place::new("x".into());
        let members = members.iter().skip(number).step_by(threads).cloned().collect();
        let fake = Fake {
            members,
            place: progress.clone(),
            lacking,
            read: Arc::clone(&read),
        };
        Part {
            members: Box::new(fake),
            progress,
        }
    };
    ((0..threads).map(part).collect(), read)
}

/// What comes of `members`: the pieces, and what is wrong at the end.
fn read(members: &[Member], threads: usize, unit: usize, lacking: bool) -> (Vec<Vec<u8>>, Option<CaptureError>) {
    let (parts, _) = parts(members, threads, lacking);
    let mut pieces = Pieces::start(parts, unit, Place::new("x".into())).unwrap();
    let mut read = Vec::new();
    let mut piece = Piece::default();
    loop {
        match pieces.next(&mut piece) {
            Ok(Some(next)) => {
                read.push(next.bytes().to_vec());
                piece = next;
            }
            Ok(None) => return (read, None),
            Err(error) => {
                assert!(matches!(pieces.next(&mut Piece::default()), Ok(None)));
                return (read, Some(error));
            }
        }
    }
}

fn bytes(seed: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 251 + seed * 7) as u8).collect()
}

/// Many tiny members, none at all in between, some of a piece, and larger ones; fast and slow.
fn mixed() -> Vec<Member> {
    let large = [CHUNK, 3 * CHUNK + 5, CHUNK - 1, 2 * CHUNK];
    (0..60)
        .map(|number| match number % 9 {
            0 => Member::Bytes(Vec::new()),
            3 => Member::Slow(bytes(number, 30_000)),
            5 => Member::Bytes(bytes(number, large[number / 9 % 4])),
            other => Member::Bytes(bytes(number, other * number % 50)),
        })
        .collect()
}

fn content(members: &[Member]) -> Vec<u8> {
    members
        .iter()
        .flat_map(|member| match member {
            Member::Bytes(bytes) | Member::Slow(bytes) | Member::Broken(bytes) => bytes.clone(),
            Member::Missing | Member::Endless => Vec::new(),
        })
        .collect()
}

#[test]
fn the_stream_is_the_same_whatever_the_threads() {
    let members = mixed();
    let expected = content(&members);
    for unit in [1, 2, 3, 7] {
        let whole = expected.len() - expected.len() % unit;
        for threads in 1..=4 {
            let (pieces, error) = read(&members, threads, unit, false);
            assert_eq!(pieces.concat(), expected[..whole], "{unit} {threads}");
            // Pieces are full but for the last, wherever members end.
            let (last, full) = pieces.split_last().unwrap();
            assert!(full.iter().all(|piece| piece.len() == CHUNK - CHUNK % unit));
            assert!(last.len().is_multiple_of(unit));
            let cut = error.map(|error| match error.kind {
                ErrorKind::Truncated {
                    required, available, ..
                } => (required, available),
                other => panic!("{other:?}"),
            });
            let rest = (expected.len() - whole) as u64;
            assert_eq!(cut, (rest > 0).then_some((unit as u64, rest)));
        }
    }
}

#[test]
fn nothing_comes_behind_what_is_broken() {
    for at in [0, 1, 2, 5, 17] {
        for bad in [
            Member::Broken(bytes(9, 300_001)),
            Member::Broken(Vec::new()),
            Member::Missing,
        ] {
            let mut members = mixed();
            members[at] = bad;
            let expected = content(&members[..=at]);
            for threads in 1..=4 {
                for unit in [1, 2] {
                    let (pieces, error) = read(&members, threads, unit, true);
                    let whole = expected.len() - expected.len() % unit;
                    assert_eq!(pieces.concat(), expected[..whole], "{at} {threads}");
                    let error = error.unwrap();
                    assert!(
                        matches!(error.kind, ErrorKind::Malformed { what: "member", .. }),
                        "{error}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_missing_is_told_where_the_last_member_ended() {
    let members: Vec<Member> = (1..8)
        .map(|number| Member::Bytes(bytes(number, 1000 * number)))
        .collect();
    for threads in 1..=4 {
        for count in [0, 1, 2, 3, 7] {
            let (pieces, error) = read(&members[..count], threads, 1, true);
            assert_eq!(pieces.concat(), content(&members[..count]));
            let error = error.unwrap();
            assert!(matches!(error.kind, ErrorKind::Malformed { what: "session", .. }));
            // The fakes of a thread count what that thread has read.
            let of_its_thread = (0..count)
                .rev()
                .step_by(threads)
                .map(|number| 1000 * (number as u64 + 1));
            assert_eq!(error.at.offset, of_its_thread.sum::<u64>(), "{threads} {count}");
        }
    }
}

#[test]
fn threads_wait_for_the_caller_and_end_without_it() {
    for threads in 1..=4 {
        let members = vec![Member::Endless; threads];
        let (parts, read) = parts(&members, threads, false);
        let mut pieces = Pieces::start(parts, 1, Place::new("x".into())).unwrap();
        let mut piece = Piece::default();
        for _ in 0..200 {
            piece = pieces.next(&mut piece).unwrap().unwrap();
            assert!(piece.bytes().len() == CHUNK && piece.bytes().iter().all(|byte| *byte == 7));
        }
        std::thread::sleep(Duration::from_millis(20));
        let given = 200 * CHUNK as u64;
        // A piece that is made and one that waits to be sent, of each thread.
        let most = given + AHEAD as u64 + 2 * (threads * CHUNK) as u64;
        assert!(read.load(Ordering::Relaxed) <= most);
        drop(pieces);
        let mut last = u64::MAX;
        while last != read.load(Ordering::Relaxed) {
            last = read.load(Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
