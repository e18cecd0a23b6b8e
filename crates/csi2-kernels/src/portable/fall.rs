//! Falls in lane bytes: blocks of fixed size in vectors of whatever size LLVM has, and a closer look where one has something.

use crate::fall::{blocks, rows};

/// Bytes looked at in one step.
const BLOCK: usize = 64;

pub(crate) fn find_fall(bytes: &[u8], distance: usize) -> Option<usize> {
    let [before, now, after] = rows(bytes, distance)?;
    let none = |[before, now, after]: &[&[u8; BLOCK]; 3]| {
        let bytes = before.iter().zip(*now).zip(*after);
        !bytes.fold(false, |any, ((before, now), after)| {
            any | is_fall(*before, *now, *after)
        })
    };
    let at = BLOCK * blocks([before, now, after]).take_while(none).count();
    let mut rest = before[at..].iter().zip(&now[at..]).zip(&after[at..]);
    let found = rest.position(|((before, now), after)| is_fall(*before, *now, *after));
    found.map(|index| distance + at + index)
}

#[inline(always)]
fn is_fall(before: u8, now: u8, after: u8) -> bool {
    now | after & before | before & before.wrapping_add(1) | !before & 1 == 0
}
