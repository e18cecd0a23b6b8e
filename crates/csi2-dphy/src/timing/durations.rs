//! How long something took, each time.

use crate::Tick;

/// Durations of one parameter on one lane, in ticks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Durations {
    /// How many.
    pub count: u64,
    /// The least of them; 0 where there are none.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// When the least began.
    pub min_at: Tick,
    /// When the greatest began.
    pub max_at: Tick,
    sum: u128,
}

impl Durations {
    /// One more, from `start` to `end`; of several that are equally long the first is remembered. One that ends before
    /// it starts took no time.
    pub(super) fn add(&mut self, start: Tick, end: Tick) {
        let ticks = end.saturating_sub(start);
        if self.count == 0 || ticks < self.min {
            (self.min, self.min_at) = (ticks, start);
        }
        if self.count == 0 || ticks > self.max {
            (self.max, self.max_at) = (ticks, start);
        }
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(ticks.into());
    }

    /// Their mean, in ticks; `None` where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_mean_greatest() {
        let mut durations = Durations::default();
        assert_eq!(durations.mean(), None);
        for (start, end) in [(100, 105), (200, 203), (300, 307), (400, 403), (500, 507)] {
            durations.add(start, end);
        }
        assert_eq!((durations.count, durations.mean()), (5, Some(5.0)));
        assert_eq!((durations.min, durations.min_at), (3, 200));
        assert_eq!((durations.max, durations.max_at), (7, 300));
    }

    #[test]
    fn the_end_of_time() {
        let mut durations = Durations::default();
        durations.add(0, u64::MAX);
        durations.add(0, u64::MAX);
        durations.add(7, 3);
        assert_eq!((durations.min, durations.max), (0, u64::MAX));
        assert_eq!(durations.mean(), Some(u64::MAX as f64 * 2.0 / 3.0));
    }
}
