//! Rows of values over time, kept in temporary files.

use csi2_dphy::Tick;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _};

/// What a row shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Text; nothing is `-`.
    Text,
    /// A number of so many bits; none is `x`.
    Number(u8),
}

/// A row as it is declared.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// No value.
pub(super) const NOTHING: &str = "";

/// Values of one row, in order of time. Several may serve a row: of one instant, the later stream's value counts.
pub(super) struct Stream {
    row: usize,
    file: BufWriter<File>,
    last: Tick,
}

impl Stream {
    /// Of row number `row`.
    pub(super) fn new(row: usize) -> io::Result<Self> {
        Ok(Self {
            row,
            file: BufWriter::new(tempfile::tempfile()?),
            last: 0,
        })
    }

    /// The row shows `value` from `at` on, or from the value before on where that came later.
    pub(super) fn put(&mut self, at: Tick, value: &str) -> io::Result<()> {
        self.last = self.last.max(at);
        writeln!(self.file, "{} {value}", self.last)
    }
}

/// A value of a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Value {
    pub(super) at: Tick,
    pub(super) row: usize,
    pub(super) text: String,
}

/// All rows, to be read from their beginning.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    streams: Vec<Replay>,
}

impl Rows {
    pub(super) fn new(rows: Vec<Row>, streams: Vec<Stream>) -> io::Result<Self> {
        Ok(Self {
            rows,
            streams: streams.into_iter().map(Replay::new).collect::<io::Result<_>>()?,
        })
    }

    /// When the next value is.
    pub(super) fn next_at(&self) -> Option<Tick> {
        Some(self.first()?.1.at)
    }

    /// The next value in order of time.
    pub(super) fn next(&mut self) -> io::Result<Option<Value>> {
        let Some((index, _)) = self.first() else {
            return Ok(None);
        };
        match self.streams.get_mut(index) {
            Some(stream) => stream.step(),
            None => Ok(None),
        }
    }

    fn first(&self) -> Option<(usize, &Value)> {
        let ready = self.streams.iter().enumerate();
        ready
            .filter_map(|(index, stream)| Some((index, stream.next.as_ref()?)))
            .min_by_key(|(index, value)| (value.at, *index))
    }
}

/// A stream that is read again.
struct Replay {
    row: usize,
    lines: BufReader<File>,
    next: Option<Value>,
}

impl Replay {
    fn new(stream: Stream) -> io::Result<Self> {
        let mut file = stream.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut replay = Self {
            row: stream.row,
            lines: BufReader::new(file),
            next: None,
        };
        replay.step()?;
        Ok(replay)
    }

    /// The value that was next.
    fn step(&mut self) -> io::Result<Option<Value>> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        let next = line.trim_end_matches('\n').split_once(' ').and_then(|(at, text)| {
            Some(Value {
                at: at.parse().ok()?,
                row: self.row,
                text: text.to_owned(),
            })
        });
        Ok(std::mem::replace(&mut self.next, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_read_in_order_of_time() {
        let mut a = Stream::new(0).expect("a file");
        let mut b = Stream::new(1).expect("a file");
        for (at, text) in [(1, "one"), (5, NOTHING), (4, "late"), (9, "two words")] {
            a.put(at, text).expect("written");
        }
        b.put(5, "other").expect("written");
        let row = |name: &str| Row {
            name: name.to_owned(),
            kind: Kind::Text,
        };
        let mut rows = Rows::new(vec![row("a"), row("b")], vec![a, b]).expect("readable");
        assert_eq!(rows.next_at(), Some(1));
        let mut all = Vec::new();
        while let Some(Value { at, row, text }) = rows.next().expect("readable") {
            all.push((at, row, text));
        }
        let expected = [
            (1, 0, "one"),
            (5, 0, ""),
            (5, 0, "late"),
            (5, 1, "other"),
            (9, 0, "two words"),
        ];
        assert_eq!(all, expected.map(|(at, row, text)| (at, row, text.to_owned())));
    }
}
