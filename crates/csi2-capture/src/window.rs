//! The part of a file that is in memory: bytes come in from the stream at the back and leave at the front.
//!
//! What was read is not copied but lent where it lies. A record that began in one block is completed by moving its
//! beginning, which is short, into the room in front of the next one:
//!
//! ```text
//!      | room      | block            |
//! old  |           |           [ held ]     held: not consumed
//! new  |    [ held | read             ]
//! ```

use crate::read_ahead::{BLOCK, ROOM, ReadAhead, block, read};
use crate::{CaptureError, ErrorKind, OpenOptions, Source};
use bytes::BytesMut;
use core::ops::Range;
use std::io::Read;

/// Bytes that a read must have room for; where a pipe gives less, they come one behind the other.
const LEAST: usize = 64 * 1024;

/// A window on a stream. Memory grows with the bytes that arrive, never with the length that a header claims.
pub(crate) struct Window {
    input: Input,
    name: String,
    bytes: BytesMut,
    /// Where in `bytes` those are that were read and not consumed.
    held: Range<usize>,
    offset: u64,
    limit: usize,
    ended: bool,
}

/// Who reads.
enum Input {
    /// The window, when it needs more. `patient`: of a file, which a thread may read ahead.
    Here {
        stream: Box<dyn Read + Send>,
        patient: bool,
    },
    /// A thread, before it is needed.
    Ahead(ReadAhead),
}

impl Window {
    /// A window at the start of `source`, which holds at most [`OpenOptions::max_record`] bytes, or one chunk where
    /// that is more. Files are read ahead; a pipe gives what has come.
    pub(crate) fn new(source: Source, options: &OpenOptions) -> Self {
        let patient = source.total_bytes().is_some();
        Self::with(source, options, patient)
    }

    /// The same without a thread: of captures that may have any number of files.
    pub(crate) fn one_of_many(source: Source, options: &OpenOptions) -> Self {
        Self::with(source, options, false)
    }

    fn with(source: Source, options: &OpenOptions, patient: bool) -> Self {
        let stream = source.stream;
        Self {
            input: Input::Here { stream, patient },
            name: source.name,
            bytes: BytesMut::new(),
            held: 0..0,
            offset: 0,
            limit: options.record_limit(),
            ended: false,
        }
    }

    /// Reads until `n` bytes are held or the stream ends; whether there are `n`.
    ///
    /// # Errors
    /// Where the operating system refuses, and where `n` is beyond the bound of the window.
    pub(crate) fn fill(&mut self, n: usize) -> Result<bool, CaptureError> {
        let limit = self.limit.max(BLOCK);
        if n > limit {
            return Err(self.error(ErrorKind::TooLarge {
                what: "record",
                size: n as u64,
                limit: limit as u64,
            }));
        }
        while self.held.len() < n && !self.ended {
            self.read_more()?;
        }
        Ok(self.held.len() >= n)
    }

    /// Reads until a whole line is held; its length with the line feed, which the last line may lack. `None` at the
    /// end of the stream.
    ///
    /// # Errors
    /// As [`Window::fill`], and where the line is longer than a record may be.
    pub(crate) fn fill_line(&mut self) -> Result<Option<usize>, CaptureError> {
        let mut searched = 0;
        loop {
            let fresh = self.bytes().get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', fresh) {
                return self.bound("line", (searched + at + 1) as u64).map(Some);
            }
            searched = self.held.len();
            if self.ended {
                return Ok((searched > 0).then_some(searched));
            }
            self.bound("line", searched as u64)?;
            self.read_more()?;
        }
    }

    /// Drops the first `n` bytes, or all where there are fewer.
    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.held.len());
        self.held.start += n;
        self.offset += n as u64;
    }

    /// Drops `n` bytes, more than fit in memory if need be; whether there were as many. Where not, what is left is held.
    ///
    /// # Errors
    /// As [`Window::fill`].
    pub(crate) fn skip(&mut self, n: u64) -> Result<bool, CaptureError> {
        let mut left = n;
        loop {
            let step = left.min(BLOCK as u64);
            // Lossless: at most one block.
            let step = step as usize;
            if !self.fill(step)? {
                return Ok(false);
            }
            self.consume(step);
            left -= step as u64;
            if left == 0 {
                return Ok(true);
            }
        }
    }

    /// The bytes held.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.held.clone()).unwrap_or_default()
    }

    /// Offset of the first byte held from the start of the stream.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// `size` as a number of bytes that may be held.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] where it may not.
    pub(crate) fn bound(&self, what: &'static str, size: u64) -> Result<usize, CaptureError> {
        match usize::try_from(size) {
            Ok(bytes) if bytes <= self.limit => Ok(bytes),
            _ => Err(self.error(ErrorKind::TooLarge {
                what,
                size,
                limit: self.limit as u64,
            })),
        }
    }

    /// An error at the first byte held.
    pub(crate) fn error(&self, kind: ErrorKind) -> CaptureError {
        self.error_at(0, kind)
    }

    /// An error `ahead` bytes behind the first byte held.
    pub(crate) fn error_at(&self, ahead: usize, kind: ErrorKind) -> CaptureError {
        CaptureError::new(&self.name, self.offset.saturating_add(ahead as u64), kind)
    }

    /// [`ErrorKind::Malformed`] `ahead` bytes behind the first byte held.
    pub(crate) fn malformed(&self, ahead: usize, what: &'static str, detail: impl Into<String>) -> CaptureError {
        let detail = detail.into();
        self.error_at(ahead, ErrorKind::Malformed { what, detail })
    }

    /// [`ErrorKind::Truncated`]: the stream ended with fewer than the `required` bytes of `what`.
    pub(crate) fn truncated(&self, what: &'static str, required: u64) -> CaptureError {
        self.error(ErrorKind::Truncated {
            what,
            required,
            available: self.held.len() as u64,
        })
    }

    fn read_more(&mut self) -> Result<(), CaptureError> {
        if let Input::Here { stream, patient: true } = &mut self.input
            && self.offset.saturating_add(self.held.len() as u64) >= BLOCK as u64
            && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
        {
            // A file that one block holds is not worth a thread.
            let stream = std::mem::replace(stream, Box::new(std::io::empty()));
            self.input = match ReadAhead::start(stream) {
                Ok(ahead) => Input::Ahead(ahead),
                Err(stream) => Input::Here { stream, patient: false },
            };
        }
        let read = match &self.input {
            Input::Here { .. } => self.read_here(),
            Input::Ahead(_) => self.take_block(),
        };
        self.ended = !matches!(read, Ok(1..));
        match read {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error_at(self.held.len(), ErrorKind::Io(error))),
        }
    }

    /// Reads behind what is held.
    fn read_here(&mut self) -> std::io::Result<usize> {
        self.make_room();
        let Input::Here { stream, .. } = &mut self.input else {
            return Ok(0);
        };
        let room = self.bytes.get_mut(self.held.end..).unwrap_or_default();
        let n = read(stream.as_mut(), room)?;
        self.held.end += n;
        Ok(n)
    }

    /// Takes over the next block, and puts in front of it what is held.
    fn take_block(&mut self) -> std::io::Result<usize> {
        let Input::Ahead(ahead) = &self.input else {
            return Ok(0);
        };
        let mut next = ahead.next()?;
        let read = next.read?;
        let left = self.held.len();
        match ROOM.checked_sub(left) {
            Some(start) => {
                let held = self.bytes.get(self.held.clone()).unwrap_or_default();
                if let Some(room) = next.bytes.get_mut(start..ROOM) {
                    room.copy_from_slice(held);
                }
                std::mem::swap(&mut self.bytes, &mut next.bytes);
                self.held = start..ROOM + read;
            }
            // More is held than a block: the window grows.
            None => {
                self.move_to(0);
                self.bytes.truncate(left);
                let fresh = next.bytes.get(ROOM..ROOM + read).unwrap_or_default();
                self.bytes.extend_from_slice(fresh);
                self.held.end = self.bytes.len();
            }
        }
        if let Input::Ahead(ahead) = &self.input {
            ahead.recycle(next.bytes);
        }
        Ok(read)
    }

    /// Sees to [`LEAST`] bytes behind what is held, in place where that is possible.
    fn make_room(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = block();
        }
        if self.held.is_empty() {
            self.held = ROOM..ROOM;
        }
        if self.bytes.len() - self.held.end >= LEAST {
            return;
        }
        self.move_to(ROOM.saturating_sub(self.held.len()));
        if self.bytes.len() - self.held.end < LEAST {
            self.bytes.resize(self.held.end + BLOCK, 0);
        }
    }

    /// Moves what is held.
    fn move_to(&mut self, start: usize) {
        if start != self.held.start {
            let end = start + self.held.len();
            self.bytes.copy_within(self.held.clone(), start);
            self.held = start..end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `step` bytes a read, and an interruption before each.
    struct Trickle {
        bytes: Vec<u8>,
        at: usize,
        step: usize,
        interrupt: bool,
    }

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.interrupt = !self.interrupt;
            if self.interrupt {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            let n = self.step.min(buffer.len()).min(self.bytes.len() - self.at);
            buffer[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
            self.at += n;
            Ok(n)
        }
    }

    fn window(bytes: &[u8], step: usize, max_record: usize) -> Window {
        let stream = Trickle {
            bytes: bytes.to_vec(),
            at: 0,
            step,
            interrupt: false,
        };
        let source = Source {
            name: "t".into(),
            stream: Box::new(stream),
            path: None,
        };
        let options = OpenOptions {
            max_record,
            ..OpenOptions::default()
        };
        Window::new(source, &options)
    }

    #[test]
    fn gives_every_byte_once_in_order() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for step in [1, 3, 1000] {
            let mut window = window(&bytes, step, 0);
            let mut seen = Vec::new();
            let mut n = 1;
            while window.fill(1).unwrap() {
                let whole = window.fill(n).unwrap();
                assert_eq!(window.offset(), seen.len() as u64);
                let take = n.min(window.bytes().len());
                assert!(whole || take < n);
                seen.extend_from_slice(&window.bytes()[..take]);
                window.consume(take);
                n = n % 97 + 1;
            }
            assert_eq!(seen, bytes);
        }
    }

    /// A window that reads ahead: the stream is said to be of a file.
    fn ahead(stream: Box<dyn Read + Send>, max_record: usize) -> (Window, tempfile::NamedTempFile) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = Source {
            name: "t".into(),
            stream,
            path: Some(file.path().to_owned()),
        };
        let options = OpenOptions {
            max_record,
            ..OpenOptions::default()
        };
        (Window::new(source, &options), file)
    }

    /// Bytes of which no two blocks are the same.
    fn numbers(count: usize) -> Vec<u8> {
        (0u32..).flat_map(u32::to_le_bytes).take(count).collect()
    }

    #[test]
    fn what_is_read_ahead_is_what_is_there() {
        let bytes = numbers(9 * BLOCK + 12_345);
        // Records within a block, over a block's end, longer than the room in front of one, longer than a block.
        for (record, step) in [
            (1000, usize::MAX),
            (ROOM - 1, 100_000),
            (ROOM + 3, usize::MAX),
            (2 * BLOCK + 1, 70_001),
        ] {
            let stream = Trickle {
                bytes: bytes.clone(),
                at: 0,
                step,
                interrupt: false,
            };
            let (mut window, _file) = ahead(Box::new(stream), 4 * BLOCK);
            let mut seen = Vec::<u8>::new();
            while window.fill(record).unwrap() || !window.bytes().is_empty() {
                assert_eq!(window.offset(), seen.len() as u64);
                // All of a record, or but the beginning of what is there.
                let take = if seen.len().is_multiple_of(2) {
                    record
                } else {
                    1 + record / 3
                };
                seen.extend(window.bytes().iter().take(take));
                window.consume(take);
            }
            assert!(matches!(window.input, Input::Ahead(_)));
            assert!(seen == bytes, "records of {record} bytes");
        }
    }

    #[test]
    fn an_error_ahead_waits_for_what_is_before_it() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("no more"))
            }
        }
        let bytes = numbers(3 * BLOCK + 77);
        let (mut window, _file) = ahead(Box::new(std::io::Cursor::new(bytes).chain(Failing)), 0);
        assert!(window.skip(3 * BLOCK as u64).unwrap());
        assert!(window.fill(77).unwrap());
        let error = window.fill(78).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Io(_)), "{error}");
        assert_eq!(error.at.offset, 3 * BLOCK as u64 + 77);
        // What was read is still there, and no more is asked for.
        assert_eq!(window.bytes().len(), 77);
        assert!(!window.fill(78).unwrap());
    }

    #[test]
    fn reading_ahead_stops_with_the_window() {
        struct Endless(#[allow(dead_code)] std::sync::mpsc::Sender<()>);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                Ok(buffer.len())
            }
        }
        let (alive, ended) = std::sync::mpsc::channel();
        let (mut window, _file) = ahead(Box::new(Endless(alive)), 0);
        assert!(window.skip(3 * BLOCK as u64).unwrap());
        assert!(matches!(window.input, Input::Ahead(_)));
        drop(window);
        // The thread drops its stream.
        assert!(ended.recv().is_err());
    }

    #[test]
    fn a_line_ends_at_the_first_line_feed() {
        let mut bytes = [0u8; 40];
        for (at, before) in (0..40).flat_map(|at| [0x0B, 0x8A, 0xFF, 0x00].map(|before| (at, before))) {
            bytes.fill(b'\n');
            bytes[..at].fill(before);
            for start in 0..at {
                assert_eq!(
                    window(&bytes[start..], 40, 0).fill_line().unwrap(),
                    Some(at - start + 1)
                );
                let mut without = window(&bytes[start..at], 40, 0);
                assert_eq!(without.fill_line().unwrap(), Some(at - start));
                assert!(!without.bytes().contains(&b'\n'));
            }
        }
    }

    #[test]
    fn lines_end_at_line_feeds_and_at_the_end() {
        let mut window = window(b"ab\n\nlast", 2, 0);
        let mut lines = Vec::new();
        while let Some(n) = window.fill_line().unwrap() {
            lines.push(window.bytes()[..n].to_vec());
            window.consume(n);
        }
        assert_eq!(lines, [&b"ab\n"[..], b"\n", b"last"]);
    }

    #[test]
    fn a_line_or_record_beyond_the_limit_is_refused_with_both_numbers() {
        let mut window = window(&[b'a'; 300], 100, 200);
        let error = window.fill_line().unwrap_err();
        assert!(
            matches!(
                error.kind,
                ErrorKind::TooLarge {
                    size: 300,
                    limit: 200,
                    ..
                }
            ),
            "{error}"
        );
        assert!(window.bound("record", 200).is_ok());
        assert!(window.bound("record", 201).is_err());
        assert!(window.fill(BLOCK + 1).is_err());
    }
}
