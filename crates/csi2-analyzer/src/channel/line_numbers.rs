//! Numbers of lines: always 0, or from 1 in constant steps, per data type or for the whole channel.
//!
//! Ref: onlinedocs.microchip.com CSI-2 controller, synchronization short packets; codetd.com/article/14733984.

use super::steady::Steady;

/// Line numbers of the LS of one data type.
#[derive(Debug)]
pub(super) struct LineNumbers {
    /// Of the last line of this frame.
    last: Option<u16>,
    /// Losses of the link at that line, or at the start of the frame.
    losses: u64,
    step: Steady,
}

/// The number of an LS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LineNumber {
    pub(super) number: u16,
    /// It goes on from the line before, which may be of another data type: blanking and embedded lines may be counted
    /// with those of the image.
    pub(super) goes_on: bool,
}

impl LineNumbers {
    pub(super) fn new(losses: u64) -> Self {
        Self {
            last: None,
            losses,
            step: Steady::default(),
        }
    }

    pub(super) fn frame_start(&mut self, losses: u64) {
        self.last = None;
        self.losses = losses;
    }

    pub(super) fn last(&self) -> Option<u16> {
        self.last
    }

    /// Takes a line's number; returns whether it may follow the one before.
    pub(super) fn take(&mut self, line: LineNumber, losses: u64) -> bool {
        let LineNumber { number, goes_on } = line;
        let lost = losses.saturating_sub(core::mem::replace(&mut self.losses, losses));
        // Lines that are known to be lost had numbers too.
        let reach = |step: u32| u64::from(step).saturating_mul(lost.saturating_add(1));
        match (self.last.replace(number), number, self.step.value()) {
            // Unnumbered.
            (None | Some(0), 0, _) => true,
            // Some lines numbered and some not.
            (Some(0), _, _) | (Some(_), 0, _) => false,
            // Counted with the lines of other data types.
            (None, _, _) if goes_on => true,
            (Some(last), _, _) if goes_on && last.checked_add(1) != Some(number) => true,
            // The first line of a frame: of a field the first or the second, where lines count in twos.
            (None, _, Some(step)) => u64::from(number) <= reach(step),
            (None, _, None) => true,
            // A line after a loss.
            (Some(last), _, Some(step)) if lost > 0 && number > last => u64::from(number - last) <= reach(step),
            (Some(last), _, None) if lost > 0 && number > last => true,
            // A line after a line: the first two show the step.
            (Some(last), _, _) if number > last => self.step.take(u32::from(number - last)).is_none(),
            // A frame of more lines than there are numbers.
            (Some(last), _, Some(step)) if u32::from(last) + step > u32::from(u16::MAX) => u32::from(number) <= step,
            // Standing still or going back.
            _ => false,
        }
    }

    /// A line came whose LS, and with it its number, is lost.
    pub(super) fn skip(&mut self) {
        let step = self.step.value().and_then(|step| u16::try_from(step).ok()).unwrap_or(1);
        self.last = self
            .last
            .map(|last| if last == 0 { 0 } else { last.saturating_add(step) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_numbers() {
        // (lost before this line, number), and how many are reported
        let table: &[(&[(u64, u16)], usize)] = &[
            (&[(0, 0), (0, 0), (0, 0)], 0),
            (&[(0, 1), (0, 2), (0, 3)], 0),
            (&[(0, 2), (0, 4), (0, 6)], 0),
            (&[(0, 65_534), (0, 65_535), (0, 1), (0, 2)], 0),
            (&[(0, 65_533), (0, 65_535), (0, 2), (0, 4)], 0),
            (&[(0, 65_534), (0, 65_535), (0, 2), (0, 3)], 1),
            (&[(0, 1), (0, 2), (0, 4), (0, 5)], 1),
            (&[(0, 1), (0, 2), (1, 4), (0, 5)], 0),
            (&[(0, 1), (0, 2), (1, 5), (0, 6)], 1),
            (&[(0, 1), (0, 3), (0, 4), (0, 5)], 1),
            (&[(0, 1), (0, 2), (0, 2), (0, 3)], 1),
            (&[(0, 0), (0, 1)], 1),
            (&[(0, 1), (0, 0)], 1),
        ];
        for (lines, expected) in table {
            let mut numbers = LineNumbers::new(0);
            let mut losses = 0;
            let wrong = lines.iter().filter(|(lost, number)| {
                losses += lost;
                let goes_on = false;
                let number = *number;
                !numbers.take(LineNumber { number, goes_on }, losses)
            });
            assert_eq!(wrong.count(), *expected, "{lines:?}");
        }
    }
}
