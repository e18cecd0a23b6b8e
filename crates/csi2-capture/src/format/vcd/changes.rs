//! Value changes: bytes to [`Change`]s, the loop that long captures spend their time in.

use super::ids::{Ids, Signal};
use csi2_dphy::{Change, Level, Tick};

/// Changes of a chunk, give or take those of one time stamp.
const CHUNK: usize = 8192;

/// Level of a wire that the file has not spoken of.
const UNSAID: u8 = u8::MAX;

/// Turns value changes into [`Change`]s. A time stamp holds one change a wire at most: pulses of no width, which
/// simulators dump where a signal settles in several steps, are left out.
#[derive(Debug)]
pub(super) struct Changes {
    ids: Ids,
    /// Levels before the current time stamp, as [`Level`] in a byte.
    levels: Vec<u8>,
    /// Where each wire's latest change is in `done`; stale unless that change is of this wire and stamp.
    latest: Vec<u32>,
    now: Tick,
    done: Vec<Change>,
    /// Where in `done` the current time stamp starts.
    stamp: usize,
    /// A wire changed twice within the stamp.
    settling: bool,
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
    pub(super) fn new(ids: Ids, channels: usize) -> Self {
        Self {
            ids,
            levels: vec![UNSAID; channels],
            latest: vec![0; channels],
            now: 0,
            done: Vec::with_capacity(CHUNK),
            stamp: 0,
            settling: false,
            state: State::Change,
            digits: Vec::new(),
        }
    }

    /// Drops the changes given out.
    pub(super) fn clear(&mut self) {
        self.done.clear();
        self.stamp = 0;
    }

    /// The changes of whole time stamps, once [`Changes::push`] says so.
    pub(super) fn done(&self) -> &[Change] {
        &self.done
    }

    /// Ends the last time stamp; the file is over.
    pub(super) fn finish(&mut self) {
        self.end_stamp();
    }

    /// Takes whole words from `bytes`, all of them where the file ends there (`last`). Returns how many bytes it took
    /// and whether a chunk is full; then the next word is a time stamp. A last word that nothing follows may be the
    /// start of a longer one, where the file is cut: it is taken where it makes sense and no longer one is declared.
    pub(super) fn push(&mut self, bytes: &[u8], last: bool) -> Result<(usize, bool), BadChange> {
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
                    None => Ok((start, false)),
                };
            };
            if at == bytes.len() {
                if !last {
                    return Ok((start, false));
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
                    let time = time(rest).map_err(bad)?;
                    if time < self.now {
                        return Err(bad(format!("time {time} after {}: time goes backwards", self.now)));
                    }
                    if time > self.now {
                        self.end_stamp();
                        if self.done.len() >= CHUNK {
                            return Ok((start, true));
                        }
                        self.now = time;
                    }
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
                let early = rest.is_empty() || time(rest).is_ok_and(|time| time < self.now);
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

    fn scalar(&mut self, signal: Signal, level: Level) {
        if signal.width == 1 {
            self.change(signal.first, level);
            return;
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
        for bit in 0..signal.width {
            let place = self.digits.len().checked_sub(usize::from(bit) + 1);
            let digit = place.and_then(|place| self.digits.get(place));
            let level = digit.map_or(extension, |&digit| level(digit));
            self.change(signal.first.saturating_add(u16::from(bit)), level);
        }
    }

    #[inline]
    fn change(&mut self, channel: u16, level: Level) {
        let index = usize::from(channel);
        let (Some(latest), Some(&before)) = (self.latest.get_mut(index), self.levels.get(index)) else {
            return;
        };
        let earlier = self.done.get_mut(self.stamp..).and_then(|stamp| {
            let place = (*latest as usize).checked_sub(self.stamp)?;
            stamp.get_mut(place).filter(|earlier| earlier.channel == channel)
        });
        if let Some(earlier) = earlier {
            earlier.level = level;
            self.settling = true;
        } else if before != level as u8 {
            // A stamp has at most one change for each of 65536 wires.
            *latest = self.done.len() as u32;
            self.done.push(Change {
                at: self.now,
                channel,
                level,
            });
        }
    }

    /// Takes over the levels of the stamp, and drops changes that led back.
    fn end_stamp(&mut self) {
        let levels = &mut self.levels;
        if core::mem::take(&mut self.settling) {
            let mut place = 0;
            let stamp = self.stamp;
            self.done.retain(|change| {
                place += 1;
                place <= stamp || levels.get(usize::from(change.channel)) != Some(&(change.level as u8))
            });
        }
        for change in self.done.get(self.stamp..).unwrap_or_default() {
            if let Some(level) = levels.get_mut(usize::from(change.channel)) {
                *level = change.level as u8;
            }
        }
        self.stamp = self.done.len();
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
