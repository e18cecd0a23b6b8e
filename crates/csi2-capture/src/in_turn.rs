//! Work done side by side by threads, and given back in the order in which it was given out.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Pieces of work that each thread has: the one it is at, and one that waits.
const EACH: usize = 2;

/// Threads that look after pieces of work, round and round.
pub(crate) struct InTurn<T> {
    workers: Vec<Worker<T>>,
    /// Pieces given out so far, and taken back.
    given: usize,
    taken: usize,
}

struct Worker<T> {
    jobs: SyncSender<T>,
    finished: Receiver<T>,
    /// Until it is joined.
    thread: Option<JoinHandle<()>>,
}

/// Threads that are of use here, where there is work for `most`.
pub(crate) fn threads(most: usize) -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(most))
}

impl<T: Send + 'static> InTurn<T> {
    /// Starts so many threads, or as many as there can be. They end when this is dropped.
    pub(crate) fn start(threads: usize, work: fn(&mut T)) -> Self {
        let workers = (0..threads).map_while(|_| Worker::start(work).ok());
        Self {
            workers: workers.collect(),
            given: 0,
            taken: 0,
        }
    }

    /// Whether a piece can be given out.
    pub(crate) fn has_room(&self) -> bool {
        self.given - self.taken < EACH * self.workers.len()
    }

    /// Gives out a piece; gives it back where no thread can take it.
    pub(crate) fn give(&mut self, piece: T) -> Result<(), T> {
        let worker = self.given.checked_rem(self.workers.len());
        let Some(worker) = worker.and_then(|index| self.workers.get(index)) else {
            return Err(piece);
        };
        // A thread that is gone has panicked; what it did before is taken first.
        worker.jobs.send(piece).map_err(|unsent| unsent.0)?;
        self.given += 1;
        Ok(())
    }

    /// Takes the oldest piece back, once it is done; `None` where none is out.
    ///
    /// # Panics
    /// Where the work panicked.
    pub(crate) fn take(&mut self) -> Option<T> {
        if self.taken == self.given {
            return None;
        }
        let index = self.taken.checked_rem(self.workers.len())?;
        let worker = self.workers.get_mut(index)?;
        self.taken += 1;
        match worker.finished.recv() {
            Ok(piece) => Some(piece),
            Err(_) => match worker.thread.take().map(JoinHandle::join) {
                Some(Err(panic)) => resume_unwind(panic),
                Some(Ok(())) | None => None,
            },
        }
    }
}

impl<T: Send + 'static> Worker<T> {
    fn start(work: fn(&mut T)) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel::<T>(EACH);
        let (done, finished) = sync_channel(EACH);
        let thread = std::thread::Builder::new().name("csi2-parser".into()).spawn(move || {
            for mut piece in waiting {
                work(&mut piece);
                if done.send(piece).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self {
            jobs,
            finished,
            thread: Some(thread),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn square(number: &mut u64) {
        // Not all take as long.
        std::thread::sleep(Duration::from_micros(*number * 37 % 300));
        *number *= *number;
    }

    #[test]
    fn pieces_come_back_in_order_and_none_is_lost() {
        for threads in 1..5 {
            let mut turns = InTurn::start(threads, square);
            let (mut next, mut back) = (0, Vec::new());
            while back.len() < 100 {
                while next < 100 && turns.has_room() {
                    turns.give(next).unwrap();
                    next += 1;
                }
                assert!(turns.given - turns.taken <= EACH * threads);
                back.extend(turns.take());
            }
            assert!(back.into_iter().eq((0..100).map(|number| number * number)));
            assert_eq!(turns.take(), None);
        }
    }

    #[test]
    fn without_threads_a_piece_is_given_back() {
        let mut none = InTurn::start(0, square);
        assert!(!none.has_room());
        assert_eq!(none.give(3), Err(3));
        assert_eq!(none.take(), None);
    }

    #[test]
    #[should_panic(expected = "of all numbers")]
    fn a_panic_is_passed_on() {
        let mut turns = InTurn::start(2, |number: &mut u8| assert!(*number != 7, "of all numbers"));
        turns.give(7).unwrap();
        turns.take();
    }
}
