//! Threads that work beside the caller, and in order where order matters.
//!
//! Jobs are done side by side. Each may wait for its turn, and turns come in the order in which jobs were given: what is done
//! in turn is done as one thread would do it. Outcomes come in that order, and a job that fails is the last one that has a turn.

mod ahead;
#[cfg(test)]
mod tests;

pub(crate) use ahead::{Ahead, HELD};

use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Name of the threads.
const NAME: &str = "csi2-worker";

/// Threads that are worth having beside the one that reads: none where there is one core.
pub(crate) fn threads() -> usize {
    const MOST: usize = 4;
    match std::thread::available_parallelism() {
        Ok(cores) if cores.get() > 1 => cores.get().min(MOST),
        _ => 0,
    }
}

/// Does a job, and says whether those behind it may go on.
pub(crate) type Run<J, R, S> = fn(&mut J, &Turn<'_, S>) -> (R, ControlFlow<()>);

/// The threads, the jobs `J` that they have, and what is changed in turn: `S`.
pub(crate) struct Workers<J, R, S> {
    /// Until they are to end.
    jobs: Option<Sender<(u64, J)>>,
    outcomes: Receiver<(J, std::thread::Result<R>)>,
    threads: Vec<JoinHandle<()>>,
    line: Arc<Line<S>>,
    given: u64,
}

/// Whose turn it is.
struct Line<S> {
    now: Mutex<Now>,
    changed: Condvar,
    state: Mutex<S>,
}

/// A number, until there are no turns any more.
type Now = Option<u64>;

/// The turn of a job.
pub(crate) struct Turn<'a, S> {
    line: &'a Line<S>,
    number: u64,
}

impl<J: Send + 'static, R: Send + 'static, S: Send + 'static> Workers<J, R, S> {
    pub(crate) fn start(threads: usize, state: S, run: Run<J, R, S>) -> io::Result<Self> {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let (sender, outcomes) = channel();
        let line = Arc::new(Line {
            now: Mutex::new(Some(0)),
            changed: Condvar::new(),
            state: Mutex::new(state),
        });
        let start = |_| {
            let (line, queue, outcomes) = (Arc::clone(&line), Arc::clone(&queue), sender.clone());
            let body = move || work(&line, &queue, &outcomes, run);
            std::thread::Builder::new().name(NAME.into()).spawn(body)
        };
        let threads = (0..threads).map(start).collect::<io::Result<_>>()?;
        Ok(Self {
            jobs: Some(jobs),
            outcomes,
            threads,
            line,
            given: 0,
        })
    }

    /// Takes a job, whose outcome [`Workers::wait`] or [`Workers::poll`] gives.
    pub(crate) fn give(&mut self, job: J) {
        if let Some(jobs) = &self.jobs {
            // They take jobs until this end of the channel is closed.
            let _ = jobs.send((self.given, job));
            self.given += 1;
        }
    }

    /// The outcome of the next job. Only to be asked for where one was given, and none before it failed.
    pub(crate) fn wait(&mut self) -> Option<(J, R)> {
        self.outcomes.recv().ok().map(unwound)
    }

    /// The outcome of the next job, if it is there.
    pub(crate) fn poll(&mut self) -> Option<(J, R)> {
        self.outcomes.try_recv().ok().map(unwound)
    }

    /// What is changed in turn.
    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        lock(&self.line.state)
    }
}

/// A panic goes on where the job came from.
fn unwound<J, R>((job, outcome): (J, std::thread::Result<R>)) -> (J, R) {
    match outcome {
        Ok(outcome) => (job, outcome),
        Err(panic) => resume_unwind(panic),
    }
}

impl<J, R, S> Drop for Workers<J, R, S> {
    /// Jobs that were given are done.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Jobs that panic do not end the thread.
            let _ = thread.join();
        }
    }
}

impl<'a, S> Turn<'a, S> {
    pub(crate) fn has_come(&self) -> bool {
        *lock(&self.line.now) == Some(self.number)
    }

    /// Waits for it. `None` where it will not come: a job before failed.
    pub(crate) fn wait(&self) -> Option<MutexGuard<'a, S>> {
        let mut now = lock(&self.line.now);
        while now.is_some_and(|now| now != self.number) {
            now = self.line.changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        now.map(|_| lock(&self.line.state))
    }

    fn pass(&self, go_on: bool) {
        *lock(&self.line.now) = go_on.then_some(self.number + 1);
        self.line.changed.notify_all();
    }
}

fn work<J, R, S>(
    line: &Line<S>,
    queue: &Mutex<Receiver<(u64, J)>>,
    outcomes: &Sender<(J, std::thread::Result<R>)>,
    run: Run<J, R, S>,
) {
    loop {
        let next = lock(queue).recv();
        let Ok((number, mut job)) = next else {
            return;
        };
        let turn = Turn { line, number };
        if lock(&line.now).is_none() {
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut job, &turn)));
        if turn.wait().is_none() {
            continue;
        }
        let go_on = matches!(&outcome, Ok((_, ControlFlow::Continue(()))));
        // Before the next one has its turn: outcomes are in order.
        let _ = outcomes.send((job, outcome.map(|(outcome, _)| outcome)));
        turn.pass(go_on);
    }
}

/// What is behind it is only changed in turn, and there is no turn after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
