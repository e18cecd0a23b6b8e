//! One embedded row.

use super::tags::{Register, Said, Tags};
use core::fmt;
use csi2_sensors::Container;

/// Why a row says less than it should. Offsets are bytes of the row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RowProblem {
    /// The row is not in the two-byte tagged format, which is no fault: its first byte is not 0x0A.
    NotTagged {
        /// The first byte, where there is one.
        first: Option<u8>,
    },
    /// A stuffed byte is not 0x55.
    Stuffing {
        /// Where.
        offset: u32,
        /// What it is.
        byte: u8,
    },
    /// A tag that no table has.
    UnknownTag {
        /// Where.
        offset: u32,
        /// What it is.
        byte: u8,
    },
    /// The tag of the end is not followed by its like.
    End {
        /// Where.
        offset: u32,
        /// What it is.
        byte: u8,
    },
    /// The row has no end.
    Unfinished {
        /// Bytes that it has.
        bytes: u32,
    },
}

impl RowProblem {
    /// Where in the row.
    pub const fn offset(self) -> u32 {
        match self {
            Self::NotTagged { .. } => 0,
            Self::Stuffing { offset, .. } | Self::UnknownTag { offset, .. } | Self::End { offset, .. } => offset,
            Self::Unfinished { bytes } => bytes,
        }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotTagged { first: Some(first) } => write!(f, "not tagged: begins with 0x{first:02x}, not 0x0a"),
            Self::NotTagged { first: None } => f.write_str("not tagged: empty"),
            Self::Stuffing { offset, byte } => write!(f, "byte {offset}: stuffed byte is 0x{byte:02x}, not 0x55"),
            Self::UnknownTag { offset, byte } => write!(f, "byte {offset}: unknown tag 0x{byte:02x}"),
            Self::End { offset, byte } => write!(f, "byte {offset}: 0x{byte:02x} after the tag of the end, not 0x07"),
            Self::Unfinished { bytes } => write!(f, "no end in {bytes} bytes"),
        }
    }
}

/// The payload of an embedded packet, read as a row of the two-byte tagged format. Any bytes are one: what is wrong with
/// them is in [`EmbeddedRow::problem`], and the registers before that count.
///
/// ```
/// use csi2_analyzer::EmbeddedRow;
/// use csi2_sensors::Container;
///
/// // Exposure of 1600 lines, then a byte that is no tag.
/// let row = EmbeddedRow::parse(&[0x0A, 0xAA, 0x02, 0xA5, 0x02, 0x5A, 0x06, 0x5A, 0x40, 0x00], None);
/// assert_eq!(row.container(), Container::Raw8);
/// let registers: Vec<_> = row.registers().map(|of| (of.address, of.value)).collect();
/// assert_eq!(registers, [(0x0202, 0x06), (0x0203, 0x40)]);
/// assert_eq!(row.problem().unwrap().to_string(), "byte 9: unknown tag 0x00");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedRow<'a> {
    payload: &'a [u8],
    container: Container,
    problem: Option<RowProblem>,
    first_address: u16,
}

impl<'a> EmbeddedRow<'a> {
    /// Reads a row. How its bytes lie shows: one way leads to a proper end and through the padding. `hint` decides where
    /// several lead equally far.
    pub fn parse(payload: &'a [u8], hint: Option<Container>) -> Self {
        let mut ways = Ways::new();
        ways.push(payload);
        let (container, problem) = ways.best(hint);
        Self {
            payload,
            container,
            problem,
            first_address: 0,
        }
    }

    /// The row goes on where another one ended: values before its first address belong to `address` and up.
    #[must_use]
    pub const fn continuing(self, address: u16) -> Self {
        Self {
            first_address: address,
            ..self
        }
    }

    /// How its bytes lie, as far as that shows.
    pub const fn container(&self) -> Container {
        self.container
    }

    /// Where and why reading ended before the row did.
    pub const fn problem(&self) -> Option<RowProblem> {
        self.problem
    }

    /// Whether it is a row of tags at all.
    pub const fn is_tagged(&self) -> bool {
        !matches!(self.problem, Some(RowProblem::NotTagged { .. }))
    }

    /// Its registers, in order.
    pub fn registers(&self) -> Registers<'a> {
        Registers {
            rest: self.payload.iter(),
            tags: Tags::new(self.container, self.first_address),
        }
    }
}

/// Registers of a row. See [`EmbeddedRow::registers`].
#[derive(Clone, Debug)]
pub struct Registers<'a> {
    rest: core::slice::Iter<'a, u8>,
    tags: Tags,
}

impl Registers<'_> {
    /// The address after the last register so far.
    pub const fn address(&self) -> u16 {
        self.tags.address()
    }
}

impl Iterator for Registers<'_> {
    type Item = Register;

    fn next(&mut self) -> Option<Register> {
        loop {
            match self.tags.step(*self.rest.next()?) {
                None => {}
                Some(Said::Register(register)) => return Some(register),
                Some(Said::End | Said::NoPadding | Said::Broken(_)) => {
                    self.rest = [].iter();
                    return None;
                }
            }
        }
    }
}

/// A row followed in every container at once, as its bytes arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways([Way; Container::ALL.len()]);

#[derive(Clone, Copy, Debug)]
struct Way {
    container: Container,
    tags: Tags,
    outcome: Outcome,
}

/// How a way came out so far.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Open,
    /// The end was there; `padded`: and nothing but padding after it.
    Ended {
        padded: bool,
    },
    Broken(RowProblem),
}

impl Ways {
    /// Before the first byte.
    pub(crate) fn new() -> Self {
        Self(Container::ALL.map(|container| Way {
            container,
            tags: Tags::new(container, 0),
            outcome: Outcome::Open,
        }))
    }

    /// Takes the next bytes of the row.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for way in &mut self.0 {
            way.push(bytes);
        }
    }

    /// The way that the row was meant, and what is wrong with it there. First those that lead to the end and padding, then
    /// to the end, then furthest. Of those that end, the one that met the most stuffed bytes: values may look like tags, but
    /// hardly so many of them. Where nothing tells, `hint`.
    pub(crate) fn best(&self, hint: Option<Container>) -> (Container, Option<RowProblem>) {
        let mut best = (hint.unwrap_or(Container::Raw8), None, None);
        for way in &self.0 {
            let problem = way.problem();
            let score = match (way.outcome, problem) {
                (Outcome::Ended { padded }, _) => (1 + u8::from(padded), way.tags.stuffed()),
                (_, problem) => (0, problem.map_or(0, RowProblem::offset)),
            };
            let score = Some((score, Some(way.container) == hint));
            if score > best.2 {
                best = (way.container, problem, score);
            }
        }
        (best.0, best.1)
    }
}

impl Way {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match self.outcome {
                Outcome::Open | Outcome::Ended { padded: true } => {}
                Outcome::Ended { padded: false } | Outcome::Broken(_) => return,
            }
            self.outcome = match self.tags.step(*byte) {
                None | Some(Said::Register(_)) => continue,
                Some(Said::End) => Outcome::Ended { padded: true },
                Some(Said::NoPadding) => Outcome::Ended { padded: false },
                Some(Said::Broken(problem)) => Outcome::Broken(problem),
            };
        }
    }

    fn problem(&self) -> Option<RowProblem> {
        match self.outcome {
            Outcome::Open => self.tags.end(),
            Outcome::Ended { .. } => None,
            Outcome::Broken(problem) => Some(problem),
        }
    }
}
