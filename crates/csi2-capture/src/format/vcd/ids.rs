//! Identifier codes: short strings of printable characters, given out like numbers of base 94.

use std::collections::HashMap;

/// Channels of a signal: bit `k` of its value is channel `first + k`. One that nobody asks for has no width.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Signal {
    pub(super) first: u16,
    pub(super) width: u8,
}

/// Signals by code. Codes of up to three characters, which is all that a file of less than 800 000 signals needs,
/// index a table; others are looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// Grows to the greatest code declared.
    short: Vec<Option<Signal>>,
    long: HashMap<Box<[u8]>, Signal>,
}

impl Ids {
    /// Declares a code; the signal that has it already, if any.
    pub(super) fn insert(&mut self, code: &[u8], signal: Signal) -> Option<Signal> {
        let Some(index) = index(code) else {
            return self.long.insert(code.into(), signal);
        };
        if self.short.len() <= index {
            self.short.resize(index + 1, None);
        }
        self.short.get_mut(index)?.replace(signal)
    }

    /// Takes the width from signals of which `wanted` says no of each channel.
    pub(super) fn attend(&mut self, wanted: &dyn Fn(usize) -> bool) {
        for signal in self.short.iter_mut().flatten().chain(self.long.values_mut()) {
            let first = usize::from(signal.first);
            if !(first..first + usize::from(signal.width)).any(wanted) {
                signal.width = 0;
            }
        }
    }

    // Of one character, which most codes have, that is an index.
    #[inline(always)]
    pub(super) fn get(&self, code: &[u8]) -> Option<Signal> {
        match index(code) {
            Some(index) => self.short.get(index).copied().flatten(),
            None => self.long.get(code).copied(),
        }
    }

    /// Whether a declared code starts with this one and goes on. Looks at all of them.
    pub(super) fn any_longer(&self, code: &[u8]) -> bool {
        let longer = |declared: &[u8]| declared.len() > code.len() && declared.starts_with(code);
        let mut short = (1..).zip(self.short.iter().skip(1));
        short.any(|(index, signal)| signal.is_some() && longer(&self::code(index - 1)))
            || self.long.keys().any(|declared| longer(declared))
    }
}

/// The characters `!` to `~`.
pub(super) const DIGITS: usize = 94;
pub(super) const FIRST_DIGIT: u8 = b'!';

/// A number of its own for each code of one to three characters.
#[inline(always)]
fn index(code: &[u8]) -> Option<usize> {
    if code.len() > 3 {
        return None;
    }
    let mut index = 0;
    for &byte in code {
        let digit = usize::from(byte.wrapping_sub(FIRST_DIGIT));
        if digit >= DIGITS {
            return None;
        }
        index = index * DIGITS + digit + 1;
    }
    Some(index)
}

/// The code of the `n`th signal, from 0: the shortest ones first.
pub(in crate::format) fn code(n: usize) -> Vec<u8> {
    let mut code = Vec::new();
    let mut rest = n + 1;
    while rest > 0 {
        rest -= 1;
        // Below 94, so it fits.
        code.push(FIRST_DIGIT + (rest % DIGITS) as u8);
        rest /= DIGITS;
    }
    code.reverse();
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let mut ids = Ids::default();
        let codes: [&[u8]; 9] = [b"!", b"!!", b"!!!", b"!!!!", b"~", b"~~~", b"~~~~", b"\xff", b""];
        for (first, code) in (0..).zip(codes) {
            assert_eq!(ids.insert(code, Signal { first, width: 1 }), None);
        }
        for (first, code) in (0..).zip(codes) {
            assert_eq!(ids.get(code), Some(Signal { first, width: 1 }));
        }
        assert_eq!(ids.get(b"\""), None);
        assert_eq!(ids.get(b"~~~~~"), None);
        assert!(ids.insert(b"!", Signal { first: 7, width: 2 }).is_some());
        for (start, any) in [
            (&b"!"[..], true),
            (b"!!!", true),
            (b"!!!!", false),
            (b"~", true),
            (b"\"", false),
        ] {
            assert_eq!(ids.any_longer(start), any, "{start:?}");
        }
    }

    #[test]
    fn codes_count_up() {
        assert_eq!(
            [code(0), code(93), code(94), code(95)],
            [&b"!"[..], b"~", b"!!", b"!\""]
        );
        let all: std::collections::BTreeSet<_> = (0..20_000).map(code).collect();
        assert_eq!(all.len(), 20_000);
        assert!((0..20_000).all(|n| index(&code(n)) == Some(n + 1)));
    }
}
