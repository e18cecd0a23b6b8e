//! The low-power line protocol of one lane: requests, escape mode, ultra-low-power state, turnaround.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyEscapeModeDecoder.cpp`; Microchip CSI-2 documentation, escape mode;
//! ti.com DS90UH941AS-Q1 datasheet, escape entry.

use crate::{EscapeCommand, LineState, Tick};

/// What a lane did in low-power mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LowPowerEvent {
    /// Escape mode was entered and the command is known.
    Escape {
        /// What was asked for.
        command: EscapeCommand,
        /// When the command was complete.
        at: Tick,
    },
    /// An escape command that no table has, or the stop state before its eighth bit.
    EscapeUnknown {
        /// The bits, the first in the highest position.
        bits: u8,
        /// How many there are.
        count: u8,
        /// When.
        at: Tick,
    },
    /// A byte of low-power data.
    Data {
        /// Its bits, the first in the lowest position.
        byte: u8,
        /// When it was complete.
        at: Tick,
    },
    /// The lane returned from escape mode to the stop state.
    EscapeEnd {
        /// What the escape was for.
        command: EscapeCommand,
        /// When the command was complete.
        since: Tick,
        /// When Mark-1 began; `None` where there was none.
        mark: Option<Tick>,
        /// When the stop state began.
        at: Tick,
        /// Bits of low-power data after the last whole byte, 0 to 7.
        stray_bits: u8,
    },
    /// A turnaround was asked for.
    Turnaround {
        /// When.
        at: Tick,
    },
    /// States in an order that is none of all this.
    Illegal {
        /// When.
        at: Tick,
    },
}

/// What a line state means to the receiver of HS bits, or to the user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Meaning {
    /// HS was requested.
    Request,
    /// HS began with HS-1, where HS-ZERO should be: P and N are exchanged.
    WrongLevel,
    /// The request, or HS, is over.
    Stop {
        /// No more than the request was seen.
        withdrawn: bool,
    },
    /// Anything else.
    Event(LowPowerEvent),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Before the first stop state: what the capture began in is unknown.
    Unknown,
    /// LP-11.
    Stop,
    /// LP-01 after it.
    Request,
    /// LP-00 after that.
    Bridge,
    /// HS: only LP-11 means something.
    HighSpeed,
    /// LP-10 after the stop state.
    LowRequest,
    /// LP-00 after that.
    LowBridge,
    /// LP-01 after that.
    EscapeRequest,
    /// LP-10 instead.
    TurnaroundRequest,
    /// Escape mode: LP-00 before or after a bit.
    Space,
    /// LP-10 in escape mode: a one if LP-00 follows, Mark-1 if LP-11 does.
    One,
    /// LP-01 in escape mode: a zero.
    Zero,
    /// Until LP-11 nothing can be told: after a turnaround, or an error.
    Lost,
}

/// Follows the low-power states of one lane.
#[derive(Clone, Debug)]
pub(crate) struct LowPower {
    clock: bool,
    state: State,
    /// Bits of the command, the first in the highest position; then of a byte, the first in the lowest.
    bits: u8,
    count: u8,
    /// What the escape is for and since when, once that is known.
    command: Option<(EscapeCommand, Tick)>,
    /// When the last LP-10 began.
    mark: Tick,
}

impl LowPower {
    pub(crate) fn new(clock: bool) -> Self {
        Self {
            clock,
            state: State::Unknown,
            bits: 0,
            count: 0,
            command: None,
            mark: 0,
        }
    }

    /// The lane's line state is now `line`; the same as before is no news.
    pub(crate) fn line(&mut self, line: LineState, at: Tick) -> Option<Meaning> {
        use LineState::{Lp00, Lp01, Lp10, Lp11};
        use State::{
            Bridge, EscapeRequest, HighSpeed, Lost, LowBridge, LowRequest, Request, Space, Stop, TurnaroundRequest,
            Unknown,
        };
        let clock = self.clock;
        let illegal = Some(Meaning::Event(LowPowerEvent::Illegal { at }));
        let (state, meaning) = match (self.state, line) {
            // A capture may begin anywhere, in ULPS too: nothing counts before the first stop state.
            (Unknown, Lp11) => (Stop, None),
            (Unknown, _) => (Unknown, None),
            (Stop, Lp11) => (Stop, None),

            // HS request; with LP-00, the request was too short for the sampling rate.
            (Stop, Lp01) => (Request, Some(Meaning::Request)),
            (Stop, Lp00) => (Bridge, Some(Meaning::Request)),
            (Request, Lp01) => (Request, None),
            // Where HS receivers are separate, what they show of the request is nothing to go by.
            (Request, Lp00) => (Bridge, Some(Meaning::Request)),
            (Bridge, Lp00) => (Bridge, None),
            // HS-1, and the bridge was too short.
            (Request, Lp10) => (HighSpeed, None),
            // HS has no visible beginning of its own, and where LP receivers are separate they keep showing LP-00.
            (Bridge, Lp01) => (HighSpeed, None),
            (Bridge, Lp10) => (HighSpeed, Some(Meaning::WrongLevel)),
            (HighSpeed, Lp00 | Lp01 | Lp10) => (HighSpeed, None),
            (Request, Lp11) => (Stop, Some(Meaning::Stop { withdrawn: true })),
            (Bridge | HighSpeed, Lp11) => (Stop, Some(Meaning::Stop { withdrawn: false })),

            // Request of escape mode or turnaround. The clock lane has ULPS only, without a command.
            (Stop | LowRequest, Lp10) => (LowRequest, None),
            (LowRequest, Lp00) if clock => (Space, self.enter(EscapeCommand::Ulps, at)),
            (LowRequest, Lp00) => (LowBridge, None),
            // HS-1 and HS-0, and both request and bridge were too short.
            (LowRequest, Lp01) if clock => (HighSpeed, Some(Meaning::Request)),
            (LowBridge, Lp00) => (LowBridge, None),
            (LowBridge, Lp01) => (EscapeRequest, None),
            (LowBridge, Lp10) => (TurnaroundRequest, None),
            // Each request ends in LP-00.
            (EscapeRequest, Lp01) => (EscapeRequest, None),
            (EscapeRequest, Lp00) => (Space, self.begin()),
            (TurnaroundRequest, Lp10) => (TurnaroundRequest, None),
            (TurnaroundRequest, Lp00) => (Lost, Some(Meaning::Event(LowPowerEvent::Turnaround { at }))),
            // A request that is taken back, or is none.
            (LowRequest | LowBridge | EscapeRequest | TurnaroundRequest, Lp11) => (Stop, illegal),
            (LowRequest | TurnaroundRequest, Lp01) => (Lost, illegal),
            (EscapeRequest, Lp10) => (Lost, illegal),

            // In ULPS there are no bits: LP-10 is Mark-1, anything else is wrong but does not end it.
            (Space, Lp01) if self.sleeps() => (State::Zero, illegal),
            (State::One, Lp00) if self.sleeps() => (Space, illegal),
            (State::Zero, Lp00) if self.sleeps() => (Space, None),
            // A bit is a mark with a space after it.
            (Space, Lp00) => (Space, None),
            (Space, Lp10) => (State::One, self.mark(at)),
            (Space, Lp01) => (State::Zero, None),
            (State::One, Lp10) => (State::One, None),
            (State::One, Lp00) => (Space, self.bit(true, at)),
            (State::Zero, Lp01) => (State::Zero, None),
            (State::Zero, Lp00) => (Space, self.bit(false, at)),
            // Mark-1 and the stop state.
            (State::One, Lp11) => (Stop, self.end(Some(self.mark), at)),
            // The stop state without it, and within a bit.
            (Space, Lp11) => (Stop, self.end(None, at)),
            (State::Zero, Lp11) => (Stop, self.break_off(at)),
            // A bit without its space.
            (State::One, Lp01) | (State::Zero, Lp10) => (Lost, illegal),

            (Lost, Lp00 | Lp01 | Lp10) => (Lost, None),
            (Lost, Lp11) => (Stop, self.leave(at)),
        };
        self.state = state;
        meaning
    }

    /// Whether nothing is known yet.
    pub(crate) fn is_unknown(&self) -> bool {
        self.state == State::Unknown
    }

    /// HS is requested or running.
    pub(crate) fn is_high_speed(&self) -> bool {
        matches!(self.state, State::Request | State::Bridge | State::HighSpeed)
    }

    /// HS runs, or is about to.
    pub(crate) fn is_bridged(&self) -> bool {
        matches!(self.state, State::Bridge | State::HighSpeed)
    }

    /// Whether `line` is a state of the low-power protocol, or the HS-0 that ends the bridge: not so in HS itself.
    pub(crate) fn counts(&self, line: LineState) -> bool {
        match self.state {
            State::Unknown | State::HighSpeed => line == LineState::Lp11,
            State::Request | State::Bridge => line != LineState::Lp10,
            _ => true,
        }
    }

    /// In ULPS.
    fn sleeps(&self) -> bool {
        matches!(self.command, Some((EscapeCommand::Ulps, _)))
    }

    /// Escape mode begins, with a command on a data lane.
    fn begin(&mut self) -> Option<Meaning> {
        self.bits = 0;
        self.count = 0;
        self.command = None;
        None
    }

    fn mark(&mut self, at: Tick) -> Option<Meaning> {
        self.mark = at;
        None
    }

    fn enter(&mut self, command: EscapeCommand, at: Tick) -> Option<Meaning> {
        self.bits = 0;
        self.count = 0;
        self.command = Some((command, at));
        Some(Meaning::Event(LowPowerEvent::Escape { command, at }))
    }

    fn bit(&mut self, bit: bool, at: Tick) -> Option<Meaning> {
        match self.command {
            None => {
                // Of a ninth bit and those after it, nothing is known either.
                if self.count >= 8 {
                    return None;
                }
                self.bits = self.bits << 1 | u8::from(bit);
                self.count += 1;
                if self.count < 8 {
                    return None;
                }
                match EscapeCommand::from_bits(self.bits) {
                    Some(command) => self.enter(command, at),
                    None => Some(self.unknown(at)),
                }
            }
            Some((EscapeCommand::LowPowerData, _)) => {
                self.bits = self.bits >> 1 | u8::from(bit) << 7;
                self.count += 1;
                if self.count < 8 {
                    return None;
                }
                self.count = 0;
                let byte = self.bits;
                Some(Meaning::Event(LowPowerEvent::Data { byte, at }))
            }
            // Bits after a trigger mean nothing.
            Some(_) => None,
        }
    }

    /// The stop state ends escape mode.
    fn end(&mut self, mark: Option<Tick>, at: Tick) -> Option<Meaning> {
        let Some((command, since)) = self.command.take() else {
            return (self.count < 8).then(|| self.unknown(at));
        };
        let stray_bits = core::mem::take(&mut self.count);
        Some(Meaning::Event(LowPowerEvent::EscapeEnd {
            command,
            since,
            mark,
            at,
            stray_bits,
        }))
    }

    /// The same, within a zero.
    fn break_off(&mut self, at: Tick) -> Option<Meaning> {
        if matches!(self.command, Some((EscapeCommand::LowPowerData, _))) {
            self.count = self.count.max(1);
        }
        self.end(None, at)
    }

    /// The same, after an error that was told.
    fn leave(&mut self, at: Tick) -> Option<Meaning> {
        self.count = 0;
        if self.command.is_some() {
            self.end(None, at)
        } else {
            None
        }
    }

    fn unknown(&self, at: Tick) -> Meaning {
        Meaning::Event(LowPowerEvent::EscapeUnknown {
            bits: self.bits,
            count: self.count,
            at,
        })
    }
}
