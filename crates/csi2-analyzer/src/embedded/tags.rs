//! The tags of a row, byte by byte.

use super::RowProblem;
use csi2_sensors::Container;

/// A register and its value, as a row tells it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Register {
    /// Address.
    pub address: u16,
    /// Value.
    pub value: u8,
    /// Byte of the row that holds the value.
    pub offset: u32,
}

/// What a byte brought.
pub(super) enum Said {
    /// A register.
    Register(Register),
    /// The row ended as it should; padding follows.
    End,
    /// What follows is no padding, as far as this container goes.
    NoPadding,
    /// The row breaks a rule; nothing after it means anything.
    Broken(RowProblem),
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The first of the row.
    Start,
    /// A tag.
    Tag,
    /// The data of a tag.
    High,
    Low,
    Value,
    Skip,
    Ending,
    /// After the end.
    Padding,
    /// Of no more interest.
    Over,
}

/// Follows a row, on the assumption that its bytes lie as in `container`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tags {
    container: Container,
    state: State,
    address: u16,
    /// Bytes so far.
    at: u32,
    /// Stuffed bytes among them.
    stuffed: u32,
}

impl Tags {
    /// Before the first byte. `address`: of a value before which no address comes.
    pub(super) const fn new(container: Container, address: u16) -> Self {
        Self {
            container,
            state: State::Start,
            address,
            at: 0,
            stuffed: 0,
        }
    }

    /// The address that comes next.
    pub(super) const fn address(&self) -> u16 {
        self.address
    }

    /// Stuffed bytes so far.
    pub(super) const fn stuffed(&self) -> u32 {
        self.stuffed
    }

    /// What is to be said of a row that is over.
    pub(super) const fn end(&self) -> Option<RowProblem> {
        match self.state {
            State::Padding | State::Over => None,
            State::Start => Some(RowProblem::NotTagged { first: None }),
            _ => Some(RowProblem::Unfinished { bytes: self.at }),
        }
    }

    /// Takes the next byte of the row.
    pub(super) fn step(&mut self, byte: u8) -> Option<Said> {
        const STUFFING: u8 = 0x55;
        const PADDING: u8 = 0x07;
        let offset = self.at;
        self.at = offset.saturating_add(1);
        let stuffed = is_stuffed(self.container, offset);
        if stuffed && byte == STUFFING {
            self.stuffed = self.stuffed.saturating_add(1);
            return None;
        }
        match (self.state, byte) {
            // Of no more interest.
            (State::Over, _) => None,
            // The rest of the row, stuffed like the row itself.
            (State::Padding, PADDING) if !stuffed => None,
            (State::Padding, _) => {
                self.state = State::Over;
                Some(Said::NoPadding)
            }
            (_, byte) if stuffed => Some(self.broken(RowProblem::Stuffing { offset, byte })),
            // The code of the two-byte tagged format.
            (State::Start, 0x0A) => self.next(State::Tag),
            // Another format, or none: phase-detect and histogram rows.
            (State::Start, first) => Some(self.broken(RowProblem::NotTagged { first: Some(first) })),
            // High byte of an address follows.
            (State::Tag, 0xAA) => self.next(State::High),
            // Low byte of an address follows.
            (State::Tag, 0xA5) => self.next(State::Low),
            // A register's value follows.
            (State::Tag, 0x5A) => self.next(State::Value),
            // A register without a value.
            (State::Tag, 0x55) => self.next(State::Skip),
            // Twice: the end.
            (State::Tag, 0x07) => self.next(State::Ending),
            (State::Tag, byte) => Some(self.broken(RowProblem::UnknownTag { offset, byte })),
            (State::High, high) => {
                self.address = self.address & 0x00FF | u16::from(high) << 8;
                self.next(State::Tag)
            }
            (State::Low, low) => {
                self.address = self.address & 0xFF00 | u16::from(low);
                self.next(State::Tag)
            }
            (State::Value, value) => {
                let address = self.address;
                self.address = address.wrapping_add(1);
                self.state = State::Tag;
                Some(Said::Register(Register { address, value, offset }))
            }
            (State::Skip, _) => {
                self.address = self.address.wrapping_add(1);
                self.next(State::Tag)
            }
            (State::Ending, 0x07) => {
                self.state = State::Padding;
                Some(Said::End)
            }
            (State::Ending, byte) => Some(self.broken(RowProblem::End { offset, byte })),
        }
    }

    fn next(&mut self, state: State) -> Option<Said> {
        self.state = state;
        None
    }

    fn broken(&mut self, problem: RowProblem) -> Said {
        self.state = State::Over;
        Said::Broken(problem)
    }
}

/// Whether byte `offset` of a row lies where a packed row has low bits.
const fn is_stuffed(container: Container, offset: u32) -> bool {
    match container {
        Container::Raw8 => false,
        Container::Raw10 => offset % 5 == 4,
        Container::Raw12 => offset % 3 == 2,
        Container::Raw14 => offset % 7 >= 4,
    }
}
