//! A value that should not change.

/// A value that should not change. One deviation is reported and forgotten; two alike in a row are the new value.
#[derive(Debug, Default)]
pub(super) struct Steady {
    value: Option<u32>,
    rival: Option<u32>,
}

impl Steady {
    /// Of a value that is known.
    pub(super) const fn of(value: u32) -> Self {
        Self {
            value: Some(value),
            rival: None,
        }
    }

    /// Takes a value; returns the one expected if this deviates.
    pub(super) fn take(&mut self, value: u32) -> Option<u32> {
        match (self.value, self.rival) {
            // As always.
            (Some(known), _) if known == value => {
                self.rival = None;
                None
            }
            // The first, or the second deviation alike: the new normal.
            (None, _) => {
                self.value = Some(value);
                None
            }
            (Some(_), Some(rival)) if rival == value => {
                *self = Self::of(value);
                None
            }
            // A deviation.
            (Some(known), _) => {
                self.rival = Some(value);
                Some(known)
            }
        }
    }

    pub(super) fn value(&self) -> Option<u32> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_deviation_is_reported_once() {
        let table: &[(&[u32], usize)] = &[
            (&[5, 5, 5, 5], 0),
            (&[5, 5, 4, 5, 5], 1),
            (&[5, 5, 4, 4, 4, 4], 1),
            (&[4, 5, 5, 5], 1),
            (&[5, 4, 3, 5], 2),
        ];
        for (values, expected) in table {
            let mut steady = Steady::default();
            let reports = values.iter().filter(|&&value| steady.take(value).is_some()).count();
            assert_eq!(reports, *expected, "{values:?}");
        }
    }
}
