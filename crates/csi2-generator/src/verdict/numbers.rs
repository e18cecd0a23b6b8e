//! Numbers of frames and of lines.
//!
//! Frames: always 0; or from one to the next by 1, or by 2 where one was masked, until the transmitter returns to 1. Where it
//! returns is its own choice, but the same each time: two counts that ended alike make a shorter one an error. Losses that are
//! known raise the step by as many.
//!
//! Lines: always 0, or in constant steps from the first two of the frame.

/// Frame numbers of a channel.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameNumbers {
    before: Option<Before>,
    top: u16,
    ends: [u16; 2],
}

#[derive(Clone, Copy, Debug)]
struct Before {
    number: u16,
    losses: u64,
    /// One frame after it was numbered where the others are not, or the other way round.
    exception: bool,
}

impl FrameNumbers {
    /// Nothing is known of the frames in between.
    pub(super) fn forget(&mut self) {
        self.before = None;
    }

    /// This number is compared with no other.
    pub(super) fn start_at(&mut self, number: u16, losses: u64) {
        self.top = if number < 2 { number } else { number.max(self.top) };
        self.before = Some(Before {
            number,
            losses,
            exception: false,
        });
    }

    /// Whether this number may come now.
    pub(super) fn may_follow(&mut self, number: u16, losses: u64) -> bool {
        let Some(before) = &mut self.before else {
            self.start_at(number, losses);
            return true;
        };
        let (last, lost) = (before.number, losses.saturating_sub(before.losses));
        if (last == 0) != (number == 0) && !before.exception {
            before.exception = true;
            return false;
        }
        let step = lost.saturating_add(2).saturating_add(before.exception.into());
        let changed_its_mind = (last == 0) != (number == 0);
        let good = if changed_its_mind || last == 0 || (number == 1 && lost > 0) {
            true
        } else if number == 1 {
            if last == 1 {
                self.top.max(self.ends[0]).max(self.ends[1]) <= 2
            } else {
                self.returns_after(last)
            }
        } else if number > last {
            u64::from(number - last) <= step
        } else {
            // The last frames of a count and the first of the next were lost.
            lost > 0 && u64::from(number) <= step
        };
        self.start_at(number, losses);
        good
    }

    fn returns_after(&mut self, last: u16) -> bool {
        let [older, newer] = self.ends;
        self.ends = [newer, last];
        let alike = older.abs_diff(newer) < 2;
        !alike || u32::from(last) + 1 >= older.max(newer).into()
    }
}

/// Line numbers of one data type.
#[derive(Clone, Debug)]
pub(super) struct LineNumbers {
    last: Option<u16>,
    losses: u64,
    step: Step,
}

/// The step from line to line: one exception is an error, the second alike a new step.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    usual: Option<u32>,
    exception: Option<u32>,
}

impl Step {
    fn is_usual(&mut self, step: u32) -> bool {
        let known = self.usual.is_some_and(|usual| usual != step);
        let again = self.exception == Some(step);
        self.exception = (known && !again).then_some(step);
        if !known || again {
            self.usual = Some(step);
        }
        !known || again
    }
}

impl LineNumbers {
    pub(super) fn new(losses: u64) -> Self {
        Self {
            last: None,
            losses,
            step: Step::default(),
        }
    }

    pub(super) fn frame_start(&mut self, losses: u64) {
        self.last = None;
        self.losses = losses;
    }

    /// The next line has no number: it counts as if it had the next.
    pub(super) fn skip(&mut self) {
        let step = self.step.usual.and_then(|step| u16::try_from(step).ok()).unwrap_or(1);
        self.last = self.last.map(|last| match last {
            0 => 0,
            last => last.saturating_add(step),
        });
    }

    /// Whether this number may come now; `goes_on`: it is one more than that of the line before, of whatever data type.
    pub(super) fn may_follow(&mut self, number: u16, goes_on: bool, losses: u64) -> bool {
        let lost = losses.saturating_sub(self.losses);
        self.losses = losses;
        let last = self.last.replace(number);
        let reach = |step: u32| u64::from(step).saturating_mul(lost.saturating_add(1));
        match last {
            None if number == 0 || goes_on => true,
            None => self.step.usual.is_none_or(|step| u64::from(number) <= reach(step)),
            Some(0) => number == 0,
            Some(_) if number == 0 => false,
            Some(last) => {
                let next = last.checked_add(1) == Some(number);
                let ahead = number.checked_sub(last).filter(|ahead| *ahead > 0).map(u32::from);
                let wraps = |step: u32| u32::from(last) + step > 0xFFFF && u32::from(number) <= step;
                match (ahead, self.step.usual) {
                    _ if goes_on && !next => true,
                    (Some(ahead), Some(step)) if lost > 0 => u64::from(ahead) <= reach(step),
                    (Some(_), None) if lost > 0 => true,
                    (Some(ahead), _) => self.step.is_usual(ahead),
                    (None, step) => step.is_some_and(wraps),
                }
            }
        }
    }
}
