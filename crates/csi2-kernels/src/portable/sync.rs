//! Searches: blocks of fixed size in vectors of whatever size LLVM has, and a closer look where one has something.

use crate::sync::SYNC;

/// Samples looked at in one step.
const BLOCK: usize = 32;

pub(crate) fn find_sync(samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    let pattern = SYNC.map(|level| level ^ inverted);
    // The bits that differ from the pattern, or are none of the wires, in the eight samples from each on.
    let mut at = 0;
    while let Some(window) = samples.get(at..).and_then(|rest| rest.first_chunk::<{ BLOCK + 7 }>()) {
        let mut differ = [!wires; BLOCK];
        for (k, level) in pattern.iter().enumerate() {
            for (differ, sample) in differ.iter_mut().zip(&window[k..]) {
                *differ |= sample ^ level;
            }
        }
        if differ.iter().fold(0xFF, |all, differ| all & differ) != 0xFF {
            break;
        }
        at += BLOCK;
    }
    let windows = samples.get(at..).unwrap_or_default().windows(8);
    (at..).zip(windows).find_map(|(index, window)| {
        let differ = |differ, (sample, level): (&u8, &u8)| differ | sample ^ level;
        let found = !window.iter().zip(&pattern).fold(!wires, differ);
        (found != 0).then_some((index, found))
    })
}

pub(crate) fn find_change(samples: &[u8], mask: u8, level: u8) -> Option<usize> {
    let (blocks, _) = samples.as_chunks::<BLOCK>();
    let changes = |block: &[u8; BLOCK]| block.iter().fold(0, |changes, sample| changes | (sample ^ level)) & mask != 0;
    let at = BLOCK * blocks.iter().take_while(|block| !changes(block)).count();
    let rest = samples.get(at..).unwrap_or_default();
    let differs = |sample: &u8| (sample ^ level) & mask != 0;
    rest.iter().position(differs).map(|index| at + index)
}
