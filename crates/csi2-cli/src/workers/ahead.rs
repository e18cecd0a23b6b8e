//! Files that are made ahead of their turn: in memory until it comes, then where they belong.

use super::Turn;
use crate::failure::Failure;
use crate::output::{Body, Files, Output};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

/// Bytes that a job makes of its files before its turn; with more it waits.
pub(crate) const HELD: usize = 8 << 20;

/// The files of a job, written one after another in its turn.
pub(crate) struct Ahead<'a, S> {
    turn: &'a Turn<'a, S>,
    /// What is changed in turn, once it has come.
    state: Option<MutexGuard<'a, S>>,
    /// Whole files that wait for the turn.
    kept: Vec<(PathBuf, Vec<u8>)>,
    held: usize,
    made: usize,
    written: usize,
}

/// A file that is being made.
struct Late<'d, 'a, S> {
    ahead: &'d mut Ahead<'a, S>,
    path: &'d Path,
    buffer: Vec<u8>,
    /// Once the turn has come.
    output: Option<Output>,
    /// What went wrong, where that was not what the file is made of.
    failure: Option<Failure>,
}

impl<'a, S> Ahead<'a, S> {
    pub(crate) fn new(turn: &'a Turn<'a, S>) -> Self {
        Self {
            turn,
            state: None,
            kept: Vec::new(),
            held: 0,
            made: 0,
            written: 0,
        }
    }

    /// Waits for the turn and writes what is kept. Gives what is changed in turn.
    pub(crate) fn in_turn(&mut self) -> Result<&mut S, Failure> {
        if self.state.is_none() {
            // Nobody hears of this one: a job before failed.
            let state = self.turn.wait().ok_or(Failure::Closed)?;
            self.state = Some(state);
            self.held = 0;
            for (path, bytes) in std::mem::take(&mut self.kept) {
                crate::output::write_file(&path, |out| out.write_all(&bytes))?;
                self.written += 1;
            }
        }
        self.state.as_deref_mut().ok_or(Failure::Closed)
    }

    /// Whole files made so far, written or not.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// Whole files written so far.
    pub(crate) fn written(&self) -> usize {
        self.written
    }
}

impl<S> Files for Ahead<'_, S> {
    fn write(&mut self, path: &Path, body: Body<'_>) -> Result<(), Failure> {
        let mut late = Late {
            ahead: self,
            path,
            buffer: Vec::new(),
            output: None,
            failure: None,
        };
        match body(&mut late) {
            Ok(()) => late.finish(),
            Err(error) => Err(late.fail(error)),
        }
    }
}

impl<S> Late<'_, '_, S> {
    /// The file itself, with what was made of it before.
    fn open(&mut self) -> Result<&mut Output, Failure> {
        let output = match self.output.take() {
            Some(output) => output,
            None => {
                self.ahead.in_turn()?;
                let mut output = Output::create(self.path)?;
                let buffer = std::mem::take(&mut self.buffer);
                output.write(|out| out.write_all(&buffer))?;
                output
            }
        };
        Ok(self.output.insert(output))
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.ahead.made += 1;
        if self.output.is_none() && self.ahead.state.is_none() {
            self.ahead.held += self.buffer.len();
            self.ahead.kept.push((self.path.to_owned(), self.buffer));
            return Ok(());
        }
        self.open()?;
        self.output.map_or(Ok(()), Output::finish)?;
        self.ahead.written += 1;
        Ok(())
    }

    /// As if the file had been there from the start.
    fn fail(mut self, error: io::Error) -> Failure {
        if let Some(failure) = self.failure {
            return failure;
        }
        match self.open().and_then(|output| output.write(|_| Err(error))) {
            Ok(()) => Failure::Closed,
            Err(failure) => failure,
        }
    }
}

impl<S> Write for Late<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = HELD.saturating_sub(self.ahead.held);
        let fits = self.buffer.len().saturating_add(bytes.len()) <= room;
        if self.output.is_none() && self.ahead.state.is_none() && fits && !self.ahead.turn.has_come() {
            self.buffer.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        match self.open().and_then(|output| output.write(|out| out.write_all(bytes))) {
            Ok(()) => Ok(bytes.len()),
            Err(failure) => {
                self.failure = Some(failure);
                Err(io::Error::other("the file cannot be written"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
