//! How the bytes of a lane end: the constant run behind its last data bit.

use crate::strand::Strand;

/// Where the constant run at the end of a lane's bytes began. The trail is the inverse of the last data bit, so in an
/// undamaged burst it begins on a byte boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Start {
    /// The last byte is not constant.
    None,
    /// On a byte boundary.
    Aligned,
    /// Within a byte.
    Misaligned,
}

/// The last bytes of a lane, as far as they may be trail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Trail {
    /// Level of the last bit of the last byte.
    level: bool,
    start: Start,
    /// The same before the last byte.
    before: Start,
    /// Bits of the last constant stretch that ended in a whole byte.
    constant: u64,
}

impl Trail {
    /// No byte yet. The sync byte's last bit is a one.
    pub(crate) const NONE: Self = Self {
        level: true,
        start: Start::None,
        before: Start::None,
        constant: 0,
    };

    /// One more byte, the top one of `history`.
    pub(crate) fn follow(&mut self, byte: u8, history: u64) {
        let level = byte >> 7 == 1;
        self.before = self.start;
        self.start = match byte {
            0x00 | 0xFF if level != self.level => {
                self.constant = 8;
                Start::Aligned
            }
            0x00 | 0xFF if self.start == Start::None => {
                self.constant = run(history).into();
                Start::Misaligned
            }
            0x00 | 0xFF => {
                self.constant = self.constant.saturating_add(8);
                self.start
            }
            _ => Start::None,
        };
        self.level = level;
    }

    /// After the bytes of `strand`: the last that is not constant decides, and what comes after it.
    pub(crate) fn after(&self, strand: &Strand<'_>) -> Self {
        let first = strand.from.saturating_sub(usize::from(strand.lead_bits > 0));
        let last = strand.byte(strand.to.saturating_sub(1));
        let constant = if is_constant(last) {
            strand.constant_from(last, strand.to)
        } else {
            strand.to
        };
        // One byte comes after it, so that what was before that one is known.
        let decides = (first..constant.min(strand.to.saturating_sub(1)))
            .rev()
            .find(|row| !is_constant(strand.byte(*row)));
        let mut trail = match decides {
            None => *self,
            Some(row) => Self {
                level: strand.byte(row) >> 7 == 1,
                ..Self::NONE
            },
        };
        let mut row = decides.map_or(first, |row| row + 1);
        while row < strand.to {
            trail.follow(strand.byte(row), strand.history(row + 1));
            row += 1;
            if row >= constant + 2 {
                trail.constant = trail.constant.saturating_add(8 * (strand.to - row) as u64);
                break;
            }
        }
        let mut history = strand.history(strand.to);
        for byte in strand.tail_bytes() {
            history = history >> 8 | u64::from(byte) << 56;
            trail.follow(byte, history);
        }
        trail
    }

    /// Bits of the trail, undefined ones at its end too: all since the level last changed for long. The newest `loose` bits
    /// of `history` are of no byte yet.
    pub(crate) fn bits(&self, history: u64, loose: u32) -> u64 {
        let loose = u64::from(loose);
        if self.start != Start::None {
            return self.constant.saturating_add(loose);
        }
        let tail = u64::from(run(history));
        if self.before != Start::None && (loose == 0 || tail < loose) {
            return self.constant.saturating_add(8 + loose);
        }
        tail
    }

    /// Whether the trail began on a byte boundary. Up to a byte of bits before the stop state is undefined.
    pub(crate) fn ended_well(&self, history: u64, loose: u32) -> bool {
        if self.start == Start::Aligned || self.before == Start::Aligned {
            return true;
        }
        // A trail shorter than a byte: the loose bits are constant and the inverse of the last data bit.
        let loose = loose.min(63);
        let constant = if self.level {
            history.leading_zeros()
        } else {
            history.leading_ones()
        };
        self.start == Start::None && loose > 0 && constant == loose
    }
}

fn is_constant(byte: u8) -> bool {
    matches!(byte, 0x00 | 0xFF)
}

/// Equal bits at the top.
fn run(history: u64) -> u32 {
    if history >> 63 == 1 {
        history.leading_ones()
    } else {
        history.leading_zeros()
    }
}
