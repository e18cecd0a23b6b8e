//! The search for the sync byte, over every wrong bit and every cut.

use super::*;
use proptest::prelude::*;

/// Position of the first data bit, and the verdict, for bits in time order.
fn search(blind: bool, bits: impl Iterator<Item = bool>) -> Option<(usize, SotVerdict)> {
    let mut search = SyncSearch::new(blind);
    let mut history = 0;
    for (index, bit) in bits.enumerate() {
        history = history >> 1 | u64::from(bit) << 63;
        match search.bit(history, index as Tick) {
            Some(Found::Sync {
                verdict, behind, at, ..
            }) => {
                let first = index + 1 - usize::from(behind);
                assert!(at.is_none_or(|at| at == first as Tick));
                return Some((first, verdict));
            }
            Some(Found::Deskew) => return None,
            None => {}
        }
    }
    None
}

fn byte(value: u8) -> impl Iterator<Item = bool> + Clone {
    (0..8).map(move |bit| value >> bit & 1 == 1)
}

/// A stop state, `zeros` zeros, a sync byte, three data bytes and the trail.
fn burst(zeros: usize, sync: u8, data: [u8; 3]) -> impl Iterator<Item = bool> + Clone {
    let trail = data[2] >> 7 == 0;
    core::iter::repeat_n(true, 40)
        .chain(core::iter::repeat_n(false, zeros))
        .chain(byte(sync))
        .chain(data.into_iter().flat_map(byte))
        .chain(core::iter::repeat_n(trail, 32))
}

#[test]
fn every_single_error_locks_at_the_right_bit() {
    for zeros in [24, 25, 31, 390] {
        for blind in [false, true] {
            let skip = if blind { 0 } else { 40 };
            for first in 0..=255 {
                for second in [0x00, 0x01, 0x80, 0x55, 0x57, 0xAA, 0xFF] {
                    let data = [first, second, 0x37];
                    let bits = burst(zeros, SYNC, data).skip(skip);
                    assert_eq!(search(blind, bits), Some((40 - skip + zeros + 8, SotVerdict::Clean)));
                    for error in 0..8 {
                        // Without LP wires, so many ones in a row are a stop state.
                        if blind && first >= 0xF8 && second == 0xFF {
                            continue;
                        }
                        let bits = burst(zeros, SYNC ^ 1 << error, data).skip(skip);
                        assert_eq!(
                            search(blind, bits),
                            Some((40 - skip + zeros + 8, SotVerdict::OneBit)),
                            "error in bit {error}, data {first:02x} {second:02x}, blind {blind}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn two_errors_are_not_accepted() {
    let mut refused = 0;
    for a in 0..8 {
        for b in 0..a {
            for data in 0..=255 {
                let found = search(false, burst(24, SYNC ^ 1 << a ^ 1 << b, [data, 0x35, 0x12]).skip(40));
                // Damaged byte and data may together pass for a sync byte elsewhere: zeros, then 1 0101, say, is
                // all there is to see. What matters is that most are refused.
                assert_ne!(found.map(|(at, _)| at), Some(32));
                refused += usize::from(found.is_none());
            }
        }
    }
    assert!(refused > 28 * 256 / 2, "{refused} of {}", 28 * 256);
}

#[test]
fn a_zero_trail_and_the_stop_state_are_not_a_damaged_sync_byte() {
    let zeros = |count| core::iter::repeat_n(false, count);
    let ones = |count| core::iter::repeat_n(true, count);
    // Ones in the payload, zeros of the trail, the stop state.
    assert_eq!(search(true, ones(24).chain(zeros(130)).chain(ones(300))), None);
    // The next burst is found after it.
    let next = burst(64, SYNC, [1, 2, 3]);
    assert_eq!(
        search(true, ones(24).chain(zeros(130)).chain(ones(300)).chain(next)),
        Some((24 + 130 + 300 + 40 + 64 + 8, SotVerdict::Clean))
    );
}

/// Ones after sixteen zeros look like the head of a deskew burst, until zeros follow them.
#[test]
fn a_stop_state_as_long_as_the_head_of_a_deskew_burst_starts_the_next_burst() {
    for stop in 8..=40 {
        for trail in [16, 17, 130] {
            let bits = core::iter::repeat_n(false, trail)
                .chain(core::iter::repeat_n(true, stop))
                .chain(core::iter::repeat_n(false, 25))
                .chain(byte(SYNC));
            let mut search = SyncSearch::new(true);
            // The burst before has this bit: what comes needs a stop state of its own.
            search.ignore_until(1);
            let mut history = 0;
            let found = bits.filter_map(|bit| {
                history = history >> 1 | u64::from(bit) << 63;
                search.bit(history, 0)
            });
            let expected = Found::Sync {
                verdict: SotVerdict::Clean,
                behind: 0,
                at: None,
                stop_at: Some((trail + stop - 8) as u64),
            };
            assert_eq!(found.last(), Some(expected), "trail {trail}, stop {stop}");
        }
    }
}

#[test]
fn the_undefined_end_of_a_trail_is_not_a_damaged_sync_byte() {
    let zeros = |count| core::iter::repeat_n(false, count);
    let ones = |count| core::iter::repeat_n(true, count);
    // Data that ends in ones, a trail of zeros with any seven last bits, the stop state, the next burst.
    let mut refused = 0;
    for end in 0..128u8 {
        let trail = zeros(40).chain(byte(end).take(7));
        let bits = ones(24).chain(trail).chain(ones(20)).chain(burst(64, SYNC, [1, 2, 3]));
        let found = search(true, bits);
        let next = Some((24 + 40 + 7 + 20 + 40 + 64 + 8, SotVerdict::Clean));
        // Only an undamaged sync byte is taken for one.
        assert!(
            found == next || matches!(found, Some((_, SotVerdict::Clean))),
            "{end:02x}: {found:?}"
        );
        refused += usize::from(found == next);
    }
    assert!(refused >= 120, "{refused} of 128");
}

#[test]
fn a_lone_one_in_hs_zero_is_a_glitch() {
    let bits = core::iter::repeat_n(false, 10)
        .chain([true])
        .chain(core::iter::repeat_n(false, 30))
        .chain(byte(SYNC));
    assert_eq!(search(false, bits), Some((49, SotVerdict::Clean)));
}

#[test]
fn deskew_is_told_from_sync() {
    let bits = core::iter::repeat_n(false, 30)
        .chain(core::iter::repeat_n(true, 16))
        .chain((0..64).map(|index| index % 2 == 1));
    let mut search = SyncSearch::new(false);
    let mut history = 0;
    let found = bits.clone().enumerate().find_map(|(index, bit)| {
        history = history >> 1 | u64::from(bit) << 63;
        search.bit(history, index as Tick)
    });
    assert_eq!(found, Some(Found::Deskew));
}

proptest! {
    /// Many bits at once leave the same state as one at a time.
    #[test]
    fn skip_is_many_bits(
        pieces in prop::collection::vec(
            (prop::sample::select(&[0x00, 0xFF, 0xF8, 0x07, 0x3C, 0xB8, 0xC0, 0x5D][..]), prop_oneof![Just(8u32), 1..=8u32]),
            1..60,
        ),
    ) {
        let mut fast = SyncSearch::new(true);
        let mut slow = SyncSearch::new(true);
        let mut history = 0;
        for (value, count) in pieces {
            let value = value & 0xFF >> (8 - count);
            if fast.quiet(value) {
                fast.skip(value, count);
                history = history >> count | u64::from(value) << (64 - count);
                for bit in 0..count {
                    // The search looks at no more than the bits so far.
                    let shifted = history << (count - 1 - bit);
                    prop_assert_eq!(slow.bit(shifted, 0), None);
                }
                prop_assert_eq!(fast.state, slow.state);
                prop_assert_eq!((fast.level, fast.run), (slow.level, slow.run));
                prop_assert!(fast.level || fast.entry == slow.entry);
            } else {
                for bit in byte(value).take(count as usize) {
                    history = history >> 1 | u64::from(bit) << 63;
                    slow.bit(history, 0);
                }
                fast = slow.clone();
            }
        }
    }
}
