//! The part of a file that is in memory: bytes come in from the stream at the back and leave at the front.

use crate::{CaptureError, ErrorKind, OpenOptions, Source};
use bytes::{Buf, BytesMut};
use std::io::Read;

/// Bytes asked of the stream at a time.
const CHUNK: usize = 256 * 1024;

/// A window on a stream. Memory grows with the bytes that arrive, never with the length that a header claims.
pub(crate) struct Window {
    stream: Box<dyn Read + Send>,
    name: String,
    held: BytesMut,
    offset: u64,
    limit: usize,
    ended: bool,
}

impl Window {
    /// A window at the start of `source`, which holds at most [`OpenOptions::max_record`] bytes, or one chunk where
    /// that is more.
    pub(crate) fn new(source: Source, options: &OpenOptions) -> Self {
        Self {
            stream: source.stream,
            name: source.name,
            held: BytesMut::new(),
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
        let limit = self.limit.max(CHUNK);
        if n > limit {
            return Err(self.error(ErrorKind::TooLarge {
                what: "record",
                size: n as u64,
                limit: limit as u64,
            }));
        }
        while self.held.len() < n && !self.ended {
            self.read_chunk()?;
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
            let fresh = self.held.get(searched..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(|&byte| byte == b'\n') {
                return self.bound("line", (searched + at + 1) as u64).map(Some);
            }
            searched = self.held.len();
            if self.ended {
                return Ok((searched > 0).then_some(searched));
            }
            self.bound("line", searched as u64)?;
            self.read_chunk()?;
        }
    }

    /// Drops the first `n` bytes, or all where there are fewer.
    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.held.len());
        self.held.advance(n);
        self.offset += n as u64;
    }

    /// Drops `n` bytes, more than fit in memory if need be; whether there were as many. Where not, what is left is held.
    ///
    /// # Errors
    /// As [`Window::fill`].
    pub(crate) fn skip(&mut self, n: u64) -> Result<bool, CaptureError> {
        let mut left = n;
        loop {
            let step = left.min(CHUNK as u64);
            // Lossless: at most one chunk.
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
        &self.held
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

    fn read_chunk(&mut self) -> Result<(), CaptureError> {
        let len = self.held.len();
        // Growing moves what is held to the front of the buffer where the consumed part makes room enough.
        self.held.resize(len + CHUNK, 0);
        let room = self.held.get_mut(len..).unwrap_or_default();
        let outcome = loop {
            match self.stream.read(room) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let got = *outcome.as_ref().unwrap_or(&0);
        self.held.truncate(len.saturating_add(got));
        self.ended = got == 0;
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error_at(len, ErrorKind::Io(error))),
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
        assert!(window.fill(CHUNK + 1).is_err());
    }
}
