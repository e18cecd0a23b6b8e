//! Which virtual channels carry images. A round is over when one of its channels has another frame. Channels that come every
//! nth round only are missing in the others, which is no change, unless they stay away for more than three times n rounds.

use super::sets::Usual;

const PATIENCE: u16 = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Rounds {
    round: u64,
    usual: Usual,
    /// Rounds since a channel was there, and between its last two.
    paces: [(Option<u16>, Option<u16>); 16],
    /// Perhaps a change: from, to.
    held: Option<(u64, u64)>,
}

impl Rounds {
    /// A frame with an image is over; whether that makes a change of mode certain.
    pub(super) fn frame(&mut self, channel: u8) -> bool {
        let bit = 1 << (channel & 15);
        let over = self.round & bit != 0;
        let changed = over && self.close();
        if over {
            self.round = 0;
        }
        self.round |= bit;
        changed
    }

    /// The end, perhaps within a round.
    pub(super) fn finish(&mut self) -> bool {
        self.welcome_back();
        if self.held.is_some() {
            return false;
        }
        if self.usual.set.is_some_and(|usual| usual & !self.round == 0) && self.usual.take(self.round).is_some() {
            return true;
        }
        // What is missing of the last round may have been still to come.
        self.usual.finish().is_some_and(|(from, to)| from & !to == 0)
    }

    fn close(&mut self) -> bool {
        for (channel, (since, distance)) in self.paces.iter_mut().enumerate() {
            *since = since.map(|since| since.saturating_add(1));
            if self.round >> channel & 1 == 1 {
                *distance = since.or(*distance);
                *since = Some(0);
            }
        }
        self.welcome_back();
        let next = self.usual.take(self.round);
        let change = match (self.held.take(), next) {
            (Some((from, _)), Some((_, to))) => Some((from, to)),
            (held, next) => held.or(next),
        };
        let Some((from, to)) = change else { return false };
        let may_return = |(since, distance): &(Option<u16>, Option<u16>)| match (since, distance) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(since), Some(distance)) => *distance > 1 && *since <= distance.saturating_mul(PATIENCE),
        };
        let missing = from & !to;
        let mut paces = self.paces.iter().enumerate();
        if paces.any(|(channel, pace)| missing >> channel & 1 == 1 && may_return(pace)) {
            self.held = Some((from, to));
            return false;
        }
        from != to
    }

    fn welcome_back(&mut self) {
        if let Some((from, to)) = self.held
            && from & !to & self.round != 0
        {
            self.held = None;
            self.usual = Usual::of(from);
        }
    }
}
