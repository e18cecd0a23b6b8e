//! Samples and changes alike as time stamps: what writers of value changes take.

use super::samples::{MAX_UNIT, word};
use crate::{CaptureError, ErrorKind};
use csi2_dphy::{Change, Level, Observation, Samples, Tick};

/// The wires at a time stamp at which some of them changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'a> {
    pub(crate) at: Tick,
    /// One a wire.
    pub(crate) changes: &'a [Change],
    /// Of all wires, afterwards.
    pub(crate) levels: &'a [Level],
}

/// Takes each stamp.
pub(crate) type Each<'e> = &'e mut dyn FnMut(Stamp<'_>) -> Result<(), CaptureError>;

/// Why observations could not be taken.
#[derive(Debug)]
pub(crate) enum StampError {
    /// They make no sense.
    Refused(String),
    /// The stamp could not be stored.
    Write(CaptureError),
}

impl StampError {
    /// As an error of the output.
    pub(crate) fn at(self, file: &str, offset: u64) -> CaptureError {
        match self {
            Self::Refused(detail) => CaptureError::new(file, offset, ErrorKind::Unsupported { detail }),
            Self::Write(error) => error,
        }
    }
}

impl From<CaptureError> for StampError {
    fn from(error: CaptureError) -> Self {
        Self::Write(error)
    }
}

/// Puts together what changes at one time. Before its first level, a wire is unknown.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// After the changes that wait.
    levels: Vec<Level>,
    /// What changed at the time of `now`.
    waiting: Vec<Change>,
    now: Tick,
    /// The earliest tick that may follow.
    end: Tick,
}

impl Stamps {
    /// With no wires, the first samples say how many there are.
    pub(crate) fn new(wires: usize) -> Self {
        Self {
            levels: vec![Level::Unknown; wires],
            waiting: Vec::new(),
            now: 0,
            end: 0,
        }
    }

    /// Takes what continues the observations before, and gives the stamps that are complete.
    ///
    /// # Errors
    /// Where it is neither samples nor changes, runs back in time or has wires that are not there; and those of `each`.
    pub(crate) fn accept(&mut self, seen: &Observation<'_>, each: Each<'_>) -> Result<(), StampError> {
        match seen {
            Observation::Samples(samples) => self.samples(*samples, each),
            Observation::Changes(changes) => self.changes(changes, each),
            _ => Err(StampError::Refused(
                "this file holds wires, not bytes or packets".into(),
            )),
        }
    }

    /// Gives the last stamp; the tick at which the capture ends.
    ///
    /// # Errors
    /// Those of `each`.
    pub(crate) fn finish(&mut self, each: Each<'_>) -> Result<Tick, CaptureError> {
        self.flush(each)?;
        Ok(self.end)
    }

    /// How many there are so far.
    pub(crate) fn wires(&self) -> usize {
        self.levels.len()
    }

    fn changes(&mut self, changes: &[Change], each: Each<'_>) -> Result<(), StampError> {
        for change in changes {
            let count = self.levels.len();
            if change.at < self.end {
                let detail = format!("a change at tick {} after one at {}", change.at, self.end);
                return Err(StampError::Refused(detail));
            }
            if usize::from(change.channel) >= count {
                let detail = format!("a change of wire {}, there are {count}", change.channel);
                return Err(StampError::Refused(detail));
            }
            self.go(change.at, each)?;
            self.set(change.channel, change.level);
        }
        Ok(())
    }

    fn samples(&mut self, samples: Samples<'_>, each: Each<'_>) -> Result<(), StampError> {
        let Samples { first, unit, bytes } = samples;
        if !(1..=MAX_UNIT).contains(&unit) || !bytes.len().is_multiple_of(unit) {
            let detail = format!("{} bytes are not whole samples of {unit} bytes", bytes.len());
            return Err(StampError::Refused(detail));
        }
        if first < self.end {
            return Err(StampError::Refused(format!("sample {first} after {}", self.end)));
        }
        if self.levels.is_empty() {
            self.levels.resize(unit * 8, Level::Unknown);
        }
        let wires = self.levels.len();
        if wires > unit * 8 {
            let detail = format!("{wires} wires do not fit samples of {unit} bytes");
            return Err(StampError::Refused(detail));
        }
        let mut before = None;
        for (at, word) in (first..).zip(bytes.chunks_exact(unit).map(word)) {
            if before == Some(word) {
                continue;
            }
            before = Some(word);
            self.go(at, each)?;
            for (channel, bit) in (0..).zip(0..wires.min(u64::BITS as usize)) {
                let level = match word >> bit & 1 {
                    0 => Level::Low,
                    _ => Level::High,
                };
                self.set(channel, level);
            }
        }
        self.end = self.end.max(first.saturating_add((bytes.len() / unit) as u64));
        Ok(())
    }

    fn go(&mut self, to: Tick, each: Each<'_>) -> Result<(), CaptureError> {
        if to > self.now {
            self.flush(each)?;
            self.now = to;
            self.end = to;
        }
        Ok(())
    }

    fn flush(&mut self, each: Each<'_>) -> Result<(), CaptureError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let stamp = Stamp {
            at: self.now,
            changes: &self.waiting,
            levels: &self.levels,
        };
        each(stamp)?;
        self.waiting.clear();
        Ok(())
    }

    /// The last of several levels within a stamp counts.
    fn set(&mut self, channel: u16, level: Level) {
        let Some(before) = self.levels.get_mut(usize::from(channel)) else {
            return;
        };
        if *before == level {
            return;
        }
        *before = level;
        match self.waiting.iter_mut().find(|change| change.channel == channel) {
            Some(change) => change.level = level,
            None => self.waiting.push(Change {
                at: self.now,
                channel,
                level,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = Vec<(Tick, Vec<(u16, Level)>)>;

    fn stamps(wires: usize, all: &[Observation<'_>]) -> Result<(Seen, Tick), StampError> {
        let mut stamps = Stamps::new(wires);
        let mut seen = Vec::new();
        let mut each = |stamp: Stamp<'_>| {
            let changes = stamp.changes.iter().map(|change| (change.channel, change.level));
            seen.push((stamp.at, changes.collect()));
            Ok(())
        };
        for one in all {
            stamps.accept(one, &mut each)?;
        }
        let end = stamps.finish(&mut each)?;
        Ok((seen, end))
    }

    #[test]
    fn samples_and_changes_give_stamps() {
        use Level::{High, Low, Unknown};
        let samples = |first, bytes| Observation::Samples(Samples { first, unit: 1, bytes });
        let expected = (
            vec![
                (5, vec![(0, High), (1, Low)]),
                (7, vec![(0, Low), (1, High)]),
                (8, vec![(1, Low)]),
            ],
            10,
        );
        assert_eq!(
            stamps(2, &[samples(5, &[1, 1, 2]), samples(8, &[0, 0])]).unwrap(),
            expected
        );
        let change = |at, channel, level| Change { at, channel, level };
        let changes = [change(3, 1, High), change(3, 0, Low), change(9, 1, Low)];
        let (first, second) = changes.split_at(1);
        let cut = [Observation::Changes(first), Observation::Changes(second)];
        let expected = (vec![(3, vec![(1, High), (0, Low)]), (9, vec![(1, Low)])], 9);
        assert_eq!(stamps(2, &cut).unwrap(), expected);
        let settling = [change(0, 0, High), change(0, 0, Unknown), change(0, 0, Low)];
        assert_eq!(
            stamps(1, &[Observation::Changes(&settling)]).unwrap().0,
            [(0, vec![(0, Low)])]
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let back = [
            Change {
                at: 3,
                channel: 0,
                level: Level::Low,
            },
            Change {
                at: 2,
                channel: 0,
                level: Level::High,
            },
        ];
        assert!(stamps(1, &[Observation::Changes(&back)]).is_err());
        assert!(stamps(0, &[Observation::Changes(&back[..1])]).is_err());
        let samples = Observation::Samples(Samples {
            first: 0,
            unit: 2,
            bytes: &[0; 3],
        });
        assert!(stamps(1, &[samples]).is_err());
        let samples = Observation::Samples(Samples {
            first: 0,
            unit: 1,
            bytes: &[0; 3],
        });
        assert!(stamps(9, &[samples]).is_err());
        assert!(stamps(1, &[samples, samples]).is_err());
        assert!(stamps(1, &[Observation::Merged(&[])]).is_err());
    }
}
