//! How many samples a UI takes.

use crate::UnitInterval;

/// Walks over the samples of one UI after the other. A sample shows the wires as they are in the middle of its time:
/// sample k at (k + 1/2) / ratio UI.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Samples per UI, as a fraction in lowest terms.
    numerator: u64,
    denominator: u64,
    /// From the beginning of the UI to its first sample, in parts of which a UI has `2 * numerator`.
    first: u64,
    /// Samples of this UI.
    samples: u32,
    /// Those before the middle of the UI.
    middle: u32,
}

impl Pace {
    /// At least one sample per UI.
    pub(super) fn new(samples_per_ui: UnitInterval) -> Self {
        let UnitInterval { numerator, denominator } = samples_per_ui.reduced();
        // What is finer than this is rounded: the parts of a UI must fit.
        let excess = (u64::BITS - numerator.max(denominator).leading_zeros()).saturating_sub(u32::BITS - 1);
        let denominator = (denominator >> excess).max(1);
        let mut pace = Self {
            numerator: (numerator >> excess).max(denominator),
            denominator,
            first: denominator,
            samples: 0,
            middle: 0,
        };
        pace.count();
        pace
    }

    pub(super) fn samples(&self) -> u32 {
        self.samples
    }

    pub(super) fn middle(&self) -> u32 {
        self.middle
    }

    /// Samples and those before the middle, where all UI are alike.
    pub(super) fn alike(&self) -> Option<(usize, usize)> {
        (self.denominator == 1).then_some((self.samples as usize, self.middle as usize))
    }

    /// Goes to the next UI.
    #[inline]
    pub(super) fn advance(&mut self) {
        // Whole numbers of samples: nothing changes.
        if self.denominator > 1 {
            self.first = self.first + 2 * self.denominator * u64::from(self.samples) - 2 * self.numerator;
            self.count();
        }
    }

    fn count(&mut self) {
        let until = |end: u64| end.saturating_sub(self.first).div_ceil(2 * self.denominator) as u32;
        (self.middle, self.samples) = (until(self.numerator), until(2 * self.numerator));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Each sample lies where its number says, found by dividing.
        #[test]
        fn samples_lie_at_their_times(denominator in 1..40u64, excess in 0..400u64) {
            let numerator = denominator + excess;
            let mut pace = Pace::new(UnitInterval { numerator, denominator });
            let mut sample = 0_u64;
            for ui in 0..100 {
                for index in 0..pace.samples() {
                    // Twice the time, as a fraction over the numerator.
                    let time = (2 * sample + 1) * denominator;
                    prop_assert_eq!(time / (2 * numerator), ui);
                    prop_assert_eq!(index < pace.middle(), time % (2 * numerator) < numerator);
                    sample += 1;
                }
                pace.advance();
            }
        }
    }

    #[test]
    fn whole_numbers_have_their_middle_rounded_down() {
        for samples in 1..20 {
            let mut pace = Pace::new(UnitInterval::whole(samples.into()));
            pace.advance();
            assert_eq!((pace.samples(), pace.middle()), (samples, samples / 2));
        }
    }

    #[test]
    fn extreme_ratios_are_taken_as_the_nearest() {
        for (numerator, denominator) in [
            (0, 0),
            (0, 1),
            (1, 0),
            (1, u64::MAX),
            (u64::MAX, 1),
            (u64::MAX, u64::MAX - 1),
        ] {
            let mut pace = Pace::new(UnitInterval { numerator, denominator });
            for _ in 0..3 {
                assert!(pace.samples() >= 1);
                pace.advance();
            }
        }
    }
}
