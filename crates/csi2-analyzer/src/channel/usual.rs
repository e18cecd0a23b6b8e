//! A set that should not change: of data types in a frame, of virtual channels in a round.

use crate::Span;

/// A set, as bits. Two alike in a row are the new one; a single exception is none, for sets may take turns.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    value: Option<u64>,
    /// How often it came in a row, as far as that matters.
    times: u8,
    rival: Option<(u64, Span)>,
    /// The last exception.
    exception: Option<u64>,
}

/// A set is another than before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Change {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Where that began.
    pub(crate) span: Span,
}

impl Usual {
    pub(crate) const fn new() -> Self {
        Self {
            value: None,
            times: 0,
            rival: None,
            exception: None,
        }
    }

    /// A set that has come often.
    pub(crate) const fn of(set: u64) -> Self {
        Self {
            value: Some(set),
            times: 2,
            ..Self::new()
        }
    }

    /// The next set, which began at `span`.
    pub(crate) fn take(&mut self, set: u64, span: Span) -> Option<Change> {
        match (self.value, self.rival) {
            (None, _) => {
                self.value = Some(set);
                self.times = 1;
                None
            }
            // As always.
            (Some(usual), rival) if usual == set => {
                self.times = self.times.saturating_add(1);
                self.exception = rival.map(|(rival, _)| rival).or(self.exception);
                self.rival = None;
                None
            }
            // The second alike.
            (Some(from), Some((to, span))) if to == set => {
                *self = Self::of(to);
                Some(Change { from, to, span })
            }
            // The first.
            (Some(_), _) => {
                self.rival = Some((set, span));
                None
            }
        }
    }

    /// The end: what came last is new, unless it came before and did not stay, or little is known of what is usual.
    pub(crate) fn finish(&mut self) -> Option<Change> {
        let (from, (to, span)) = self.value.zip(self.rival.take())?;
        (self.times > 1 && self.exception != Some(to)).then_some(Change { from, to, span })
    }

    /// Another set than usual came last.
    pub(crate) fn is_open(&self) -> bool {
        self.rival.is_some()
    }

    /// The usual set.
    pub(crate) fn value(&self) -> Option<u64> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn what_stays_is_a_change() {
        // Sets, and the changes: (index of the first, from, to).
        type Changes<'a> = &'a [(u64, u64, u64)];
        let table: &[(&[u64], Changes<'_>)] = &[
            (&[1, 1, 1], &[]),
            (&[1, 1, 3, 3, 3], &[(2, 1, 3)]),
            (&[1, 3, 3], &[(1, 1, 3)]),
            (&[1, 1, 3, 1, 1], &[]),
            // In turn, whatever comes last.
            (&[1, 2, 1, 2, 1, 2], &[]),
            // The end.
            (&[1, 1, 3], &[(2, 1, 3)]),
            (&[1, 3], &[]),
            (&[1, 1, 3, 1, 3], &[]),
            (&[1, 1, 3, 1, 7], &[(4, 1, 7)]),
            // Back, and on.
            (&[1, 1, 3, 3, 1, 1], &[(2, 1, 3), (4, 3, 1)]),
            (&[1, 1, 3, 7, 7], &[(3, 1, 7)]),
        ];
        for (sets, expected) in table {
            let mut usual = Usual::new();
            let mut changes = Vec::new();
            for (packet, &set) in (0..).zip(*sets) {
                let span = Span {
                    packet,
                    ..Span::default()
                };
                changes.extend(usual.take(set, span));
            }
            changes.extend(usual.finish());
            let changes: Vec<_> = changes.iter().map(|of| (of.span.packet, of.from, of.to)).collect();
            assert_eq!(changes, *expected, "{sets:?}");
        }
    }
}
