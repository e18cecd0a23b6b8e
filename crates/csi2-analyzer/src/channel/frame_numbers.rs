//! Numbers of frames: always 0, or counted from 1 to a number of the transmitter's choice.
//!
//! Ref: onlinedocs.microchip.com CSI-2 controller, synchronization short packets; codetd.com/article/14733984 (steps of
//! two); ti.com DS90UB954-Q1 (MAX_FRAME).

use crate::Detail;

/// The numbers of FS on a channel.
#[derive(Debug)]
pub(super) struct FrameNumbers {
    /// `None` when any number may come.
    last: Option<Last>,
    /// Greatest number of this count.
    top: u16,
    /// Numbers with which the last two counts ended, 0 where there was none: two alike show where the transmitter wraps,
    /// where one may be of a stream that was stopped and started.
    ends: [u16; 2],
}

#[derive(Clone, Copy, Debug)]
struct Last {
    number: u16,
    /// Losses of the link then.
    losses: u64,
    /// The FS after it had a number where others have none, or none where others have one.
    stray: bool,
}

/// Greatest step from frame to frame: a transmitter may mask, that is leave out, a frame.
const MASKED: u64 = 2;

impl FrameNumbers {
    pub(super) const fn new() -> Self {
        Self {
            last: None,
            top: 0,
            ends: [0; 2],
        }
    }

    /// Frames are missing: the next number may be any.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// The number of an FS that cannot be compared with the one before.
    pub(super) fn restart(&mut self, number: u16, losses: u64) {
        let stray = false;
        self.top = if number <= 1 { number } else { self.top.max(number) };
        self.last = Some(Last { number, losses, stray });
    }

    /// The number of an FS; returns what is wrong with it.
    pub(super) fn take(&mut self, number: u16, losses: u64) -> Result<(), Detail> {
        let Some(last) = &mut self.last else {
            self.restart(number, losses);
            return Ok(());
        };
        let previous = last.number;
        let wrong = Err(Detail::FrameSequence { previous, number });
        let lost = losses.saturating_sub(last.losses);
        let reach = lost.saturating_add(MASKED).saturating_add(last.stray.into());
        let numbered = |number: u16| number > 0;
        let verdict = match (previous, number) {
            // A transmitter numbers all frames or none. A single exception is compared with nothing.
            _ if numbered(previous) != numbered(number) && !last.stray => {
                last.stray = true;
                return wrong;
            }
            // The second alike: it changed its mind, as was reported.
            _ if numbered(previous) != numbered(number) => Ok(()),
            // Unnumbered.
            (0, _) => Ok(()),
            // After frames that are lost a count may begin at any time.
            (_, 1) if lost > 0 => Ok(()),
            // Counting to 1, or to 2 with the second frame masked; where it counts further, it stands still.
            (1, 1) if self.longest() <= 2 => Ok(()),
            (1, 1) => wrong,
            // It begins again where the counts before ended.
            (_, 1) => self.wrap(previous),
            // The next, or the one after a masked one, or as many on as were lost.
            _ if number > previous && u64::from(number - previous) <= reach => Ok(()),
            // The last of a count and the first of the next are lost.
            _ if lost > 0 && number <= previous && u64::from(number) <= reach => Ok(()),
            // A jump, standing still, or back to another number than 1.
            _ => wrong,
        };
        self.restart(number, losses);
        verdict
    }

    /// A count ended with `at`, and 1 follows.
    fn wrap(&mut self, at: u16) -> Result<(), Detail> {
        let [older, newer] = self.ends;
        self.ends = [newer, at];
        // The last frame of a count may have been masked.
        let usual = if older.abs_diff(newer) <= 1 {
            older.max(newer)
        } else {
            0
        };
        if at.saturating_add(1) < usual {
            return Err(Detail::FrameCount { end: at, usual });
        }
        Ok(())
    }

    /// The longest count known.
    fn longest(&self) -> u16 {
        let [older, newer] = self.ends;
        self.top.max(older).max(newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        // (lost before this frame, number), and how many are reported
        let table: &[(&[(u64, u16)], usize)] = &[
            (&[(0, 0), (0, 0), (0, 0)], 0),
            (&[(0, 7), (0, 8), (0, 9)], 0),
            (&[(0, 1), (0, 2), (0, 1), (0, 2), (0, 1)], 0),
            (&[(0, 1), (0, 1), (0, 1)], 0),
            (&[(0, 1), (0, 2), (0, 1), (0, 1), (0, 2)], 0),
            (&[(0, 1), (0, 3), (0, 5), (0, 1)], 0),
            (&[(0, 1), (0, 2), (0, 4), (0, 1)], 0),
            (&[(0, 1), (0, 3), (0, 4), (0, 6), (0, 1)], 0),
            (&[(0, 65_535), (0, 1)], 0),
            // Standing still, going back, a jump.
            (&[(0, 9), (0, 9), (0, 10)], 1),
            (&[(0, 1), (0, 2), (0, 3), (0, 1), (0, 1), (0, 2)], 1),
            (&[(0, 9), (0, 7), (0, 8)], 1),
            (&[(0, 3), (0, 2)], 1),
            (&[(0, 1), (0, 4), (0, 5)], 1),
            (&[(0, 65_534), (0, 65_535), (0, 2)], 1),
            // Zero among numbers costs one word, wherever it stands; so does a number among zeros.
            (&[(0, 1), (0, 2), (0, 0), (0, 4), (0, 5)], 1),
            (&[(0, 65_535), (0, 0), (0, 1), (0, 2)], 1),
            (&[(0, 1), (0, 2), (0, 0), (0, 6)], 2),
            (&[(0, 0), (0, 0), (0, 5), (0, 0), (0, 0)], 1),
            (&[(0, 0), (0, 1), (0, 2), (0, 3)], 1),
            (&[(0, 1), (0, 2), (0, 0), (0, 0), (0, 0)], 1),
            // Losses explain as many frames as they can hold.
            (&[(0, 1), (1, 4), (0, 5)], 0),
            (&[(0, 1), (1, 5), (0, 6)], 1),
            (&[(0, 9), (3, 2), (0, 3)], 0),
            (&[(0, 9), (1, 9)], 1),
            (&[(0, 3), (1, 1), (9, 1)], 0),
        ];
        for (frames, expected) in table {
            let mut numbers = FrameNumbers::new();
            let mut losses = 0;
            let wrong = frames.iter().filter(|(lost, number)| {
                losses += lost;
                numbers.take(*number, losses).is_err()
            });
            assert_eq!(wrong.count(), *expected, "{frames:?}");
        }
    }

    #[test]
    fn where_the_transmitter_wraps_is_learnt() {
        // Numbers with which counts from 1 end, and those of them that are reported.
        let table: &[(&[u16], &[u16])] = &[
            (&[4, 4, 4, 4], &[]),
            (&[4, 4, 2, 4, 4], &[2]),
            (&[4, 3, 4, 4], &[]),
            (&[4, 4, 2, 2, 2], &[2]),
            // Streams that are stopped and started.
            (&[90, 7, 31, 12], &[]),
            (&[2, 5, 5, 9, 9], &[]),
        ];
        for (ends, expected) in table {
            let mut numbers = FrameNumbers::new();
            let mut wrong = alloc::vec::Vec::new();
            for number in ends.iter().flat_map(|end| 1..=*end).chain([1]) {
                if let Err(Detail::FrameCount { end, usual }) = numbers.take(number, 0) {
                    assert!(end < usual);
                    wrong.push(end);
                }
            }
            assert_eq!(wrong, *expected, "{ends:?}");
        }
    }
}
