//! Value changes: bytes to [`Change`]s, the loop that long captures spend their time in.

use super::ids::{Ids, Signal};
use super::stamps::Stamps;
use csi2_dphy::{Change, Level, Tick};
use std::sync::Arc;

/// Turns value changes into [`Change`]s, stamp by stamp.
#[derive(Debug)]
pub(super) struct Changes {
    ids: Arc<Ids>,
    stamps: Stamps,
    state: State,
    /// Digits of a vector whose identifier follows.
    digits: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// A change, a time or a command follows.
    Change,
    /// The identifier of `digits` follows.
    VectorCode,
    /// The identifier of a real or string follows.
    OtherCode,
    /// A comment, up to its `$end`.
    Comment,
}

/// What is wrong, `at` bytes from the start of what was given.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct BadChange {
    pub(super) at: usize,
    pub(super) trouble: Trouble,
}

#[derive(Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    Malformed(String),
    /// The file ends inside this.
    Cut(&'static str),
}

impl Changes {
    pub(super) fn new(ids: Arc<Ids>, channels: usize) -> Self {
        Self {
            ids,
            stamps: Stamps::new(channels),
            state: State::Change,
            digits: Vec::new(),
        }
    }

    /// As many of the same wires, and nothing said of them.
    pub(super) fn like(&self) -> Self {
        Self::new(self.ids.clone(), self.stamps.channels())
    }

    /// From here on, tells of other channels than these only what [`Stamps::pass`] does.
    pub(super) fn attend(&mut self, wanted: &dyn Fn(usize) -> bool) {
        let mut ids = Ids::clone(&self.ids);
        ids.attend(wanted);
        self.ids = Arc::new(ids);
    }

    /// From here on, tells of the channels that `other` tells of.
    pub(super) fn follow(&mut self, other: &Self) {
        self.ids = Arc::clone(&other.ids);
    }

    /// Drops the changes given out.
    pub(super) fn clear(&mut self) {
        self.stamps.clear();
    }

    /// The changes of time stamps that are over.
    pub(super) fn done(&self) -> &[Change] {
        self.stamps.done()
    }

    /// Ends the last time stamp; the file is over.
    pub(super) fn finish(&mut self) {
        self.stamps.end();
        self.stamps.tell_passed(Tick::MAX);
    }

    /// What there is is to be given out.
    pub(super) fn settle(&mut self) {
        self.stamps.tell_passed(self.stamps.now());
    }

    /// Forgets all and takes `text` from somewhere within a dump, as if it were its beginning. The first time stamp in it;
    /// `None` where it does not begin with one or makes no sense so.
    pub(super) fn take_alone(&mut self, text: &[u8]) -> Option<Tick> {
        self.stamps.restart();
        self.state = State::Change;
        let digits = text.strip_prefix(b"#")?;
        let digits = digits.split(|&byte| byte <= b' ').next()?;
        let first = time(digits).ok()?;
        match self.push(text, false) {
            Ok(taken) if taken == text.len() => Some(first),
            _ => None,
        }
    }

    /// Goes on with what `later` made of the text that follows, which begins with the time stamp `first`: as by
    /// [`Changes::push`]. `false`, and nothing is done, where it may have taken it for something else than it is.
    pub(super) fn append(&mut self, later: &mut Self, first: Tick) -> bool {
        let good = self.state == State::Change && self.stamps.append(&later.stamps, first);
        if good {
            self.state = later.state;
            core::mem::swap(&mut self.digits, &mut later.digits);
        }
        good
    }

    /// Takes whole words from `bytes`, all of them where the file ends there (`last`). Returns how many bytes it took. A
    /// last word that nothing follows may be the start of a longer one, where the file is cut: it is taken where it makes
    /// sense and no longer one is declared.
    pub(super) fn push(&mut self, bytes: &[u8], last: bool) -> Result<usize, BadChange> {
        let mut at = 0;
        loop {
            while bytes.get(at).is_some_and(|&byte| byte <= b' ') {
                at += 1;
            }
            // What most of a dump is: a level and an identifier of one character.
            if let Some(&[kind @ (b'0' | b'1'), code @ b'!'..=u8::MAX, b'\n']) =
                bytes.get(at..).and_then(<[u8]>::first_chunk)
                && self.state == State::Change
            {
                if let Some(signal) = self.ids.get(&[code]) {
                    self.scalar(signal, level(kind));
                }
                at += 3;
                continue;
            }
            let start = at;
            while bytes.get(at).is_some_and(|&byte| byte > b' ') {
                at += 1;
            }
            let word = bytes.get(start..at).unwrap_or_default();
            let bad = |trouble| BadChange { at: start, trouble };
            let Some((&kind, rest)) = word.split_first() else {
                return match self.unfinished().filter(|_| last) {
                    Some(what) => Err(bad(Trouble::Cut(what))),
                    None => Ok(start),
                };
            };
            if at == bytes.len() {
                if !last {
                    return Ok(start);
                }
                if let Some(what) = self.cut(word) {
                    return Err(bad(Trouble::Cut(what)));
                }
            }
            let bad = |detail: String| bad(Trouble::Malformed(detail));
            match (self.state, kind) {
                (State::Change, b'0' | b'1' | b'x' | b'z' | b'X' | b'Z') if !rest.is_empty() => {
                    if let Some(signal) = self.ids.get(rest) {
                        self.scalar(signal, level(kind));
                    }
                }
                (State::Change, b'#') => {
                    let (time, now) = (time(rest).map_err(bad)?, self.stamps.now());
                    if time < now {
                        return Err(bad(format!("time {time} after {now}: time goes backwards")));
                    }
                    self.stamps.begin(time);
                }
                (State::Change, b'b' | b'B') => self.vector(rest),
                (State::Change, b'r' | b'R' | b's' | b'S') => self.state = State::OtherCode,
                (State::Change, b'$') => {
                    if !matches!(rest, b"end" | b"dumpvars" | b"dumpall" | b"dumpon" | b"dumpoff") {
                        self.state = State::Comment;
                    }
                }
                // Nine-valued logic of VHDL simulators, and scalars written apart from their identifier.
                (State::Change, kind) if is_level(kind) => match rest {
                    [] => self.vector(word),
                    code => {
                        if let Some(signal) = self.ids.get(code) {
                            self.scalar(signal, level(kind));
                        }
                    }
                },
                (State::Change, kind) => {
                    let shown: String = String::from_utf8_lossy(word).chars().take(40).collect();
                    return Err(bad(format!(
                        "expected a value 0 1 x z b r s, a time # or a command $, there is {kind:#04x} in `{shown}`"
                    )));
                }
                (State::VectorCode, _) => {
                    self.state = State::Change;
                    if let Some(signal) = self.ids.get(word) {
                        self.bits(signal);
                    }
                }
                (State::OtherCode, _) => self.state = State::Change,
                (State::Comment, _) => {
                    if word == b"$end" {
                        self.state = State::Change;
                    }
                }
            }
        }
    }

    /// What the words so far are the start of.
    fn unfinished(&self) -> Option<&'static str> {
        match self.state {
            State::Change => None,
            State::VectorCode | State::OtherCode => Some("value change"),
            State::Comment => Some("command"),
        }
    }

    /// What this last word of the file, which nothing follows, is but the start of.
    #[cold]
    fn cut(&self, word: &[u8]) -> Option<&'static str> {
        let (kind, rest) = word.split_first()?;
        let code = match (self.state, kind) {
            (State::Change, b'#') => {
                let early = rest.is_empty() || time(rest).is_ok_and(|time| time < self.stamps.now());
                return early.then_some("time stamp");
            }
            (State::Change, b'b' | b'B' | b'r' | b'R' | b's' | b'S') => return Some("value change"),
            (State::Change, &kind) if is_level(kind) => rest,
            (State::VectorCode, _) => word,
            // Commands that end here are known by their state.
            (State::Change | State::OtherCode | State::Comment, _) => return None,
        };
        (code.is_empty() || self.ids.any_longer(code)).then_some("value change")
    }

    #[inline]
    fn scalar(&mut self, signal: Signal, level: Level) {
        match signal.width {
            0 => return self.stamps.pass(signal.first, level),
            1 => return self.stamps.change(signal.first, level),
            _ => {}
        }
        self.digits.clear();
        self.digits.push(match level {
            Level::Low => b'0',
            Level::High => b'1',
            Level::Unknown => b'x',
        });
        self.bits(signal);
    }

    fn vector(&mut self, digits: &[u8]) {
        self.digits.clear();
        self.digits.extend_from_slice(digits);
        self.state = State::VectorCode;
    }

    /// The rightmost digit is bit 0. Missing digits on the left are 0, or unknown where the leftmost one is.
    fn bits(&mut self, signal: Signal) {
        let extension = match self.digits.first().map(|&digit| level(digit)) {
            Some(Level::Unknown) => Level::Unknown,
            _ => Level::Low,
        };
        if signal.width == 0 {
            let last = self.digits.last().map_or(Level::Low, |&digit| level(digit));
            self.stamps.pass(signal.first, last);
        }
        for bit in 0..signal.width {
            let place = self.digits.len().checked_sub(usize::from(bit) + 1);
            let digit = place.and_then(|place| self.digits.get(place));
            let level = digit.map_or(extension, |&digit| level(digit));
            self.stamps.change(signal.first.saturating_add(u16::from(bit)), level);
        }
    }
}

#[inline]
const fn level(digit: u8) -> Level {
    match digit {
        b'0' | b'l' | b'L' => Level::Low,
        b'1' | b'h' | b'H' => Level::High,
        _ => Level::Unknown,
    }
}

const fn is_level(digit: u8) -> bool {
    matches!(
        digit,
        b'0' | b'1' | b'x' | b'X' | b'z' | b'Z' | b'l' | b'L' | b'h' | b'H' | b'u' | b'U' | b'w' | b'W' | b'-'
    )
}

fn time(digits: &[u8]) -> Result<Tick, String> {
    // Up to 19 digits always fit.
    if (1..=19).contains(&digits.len()) {
        let mut all_digits = true;
        let time = digits.iter().fold(0, |time: Tick, byte| {
            let digit = byte.wrapping_sub(b'0');
            all_digits &= digit < 10;
            time.wrapping_mul(10).wrapping_add(digit.into())
        });
        if all_digits {
            return Ok(time);
        }
    }
    let mut time: Tick = 0;
    for &byte in digits {
        let digit = Tick::from(byte.wrapping_sub(b'0'));
        let next = time.checked_mul(10).and_then(|time| time.checked_add(digit));
        time = match next {
            Some(next) if digit < 10 => next,
            _ => {
                return Err(format!(
                    "time #{}: not a number of 64 bits",
                    String::from_utf8_lossy(digits)
                ));
            }
        };
    }
    match digits {
        [] => Err("a time # without a number".into()),
        _ => Ok(time),
    }
}
