//! What is kept of the beginning of a capture: when each channel took its other level.

use alloc::vec::Vec;
use csi2_dphy::{Change, Level, Observation, Samples, Tick};

/// One channel. Levels alternate, so instants are all there is to keep.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// Level before the first edge, once known.
    first: Option<bool>,
    pub(super) edges: Vec<Tick>,
}

impl Trace {
    /// Level after so many edges.
    pub(super) fn level_after(&self, edges: usize) -> bool {
        (self.first == Some(true)) != (edges & 1 == 1)
    }

    /// The distance between edges than which `tenths` tenths of them are shorter.
    pub(super) fn interval(&self, tenths: usize) -> Option<Tick> {
        let mut gaps: Vec<Tick> = self.gaps().collect();
        let index = (gaps.len() * tenths / 10).min(gaps.len().checked_sub(1)?);
        Some(*gaps.select_nth_unstable(index).1)
    }

    /// Distances between edges, in their order.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Tick> + Clone + '_ {
        let later = self.edges.iter().skip(1);
        self.edges.iter().zip(later).map(|(a, b)| b.saturating_sub(*a))
    }

    /// Takes a level; returns whether it is another.
    fn take(&mut self, at: Tick, high: bool) -> bool {
        if self.first.is_none() {
            self.first = Some(high);
            return false;
        }
        if self.level_after(self.edges.len()) == high {
            return false;
        }
        self.edges.push(at);
        true
    }
}

/// All channels, as far as there is room.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    pub(super) traces: Vec<Trace>,
    /// Edges kept.
    count: usize,
    /// The last sample.
    last: Option<u64>,
    now: Tick,
    lonely: Lonely,
    /// Stop states, or what looks like them, of each channel.
    pauses: Vec<u16>,
    /// Channels with enough of them.
    bursting: usize,
    /// Less is enough; see [`Recording::brief`].
    brief: bool,
}

/// One or two channels that toggle while all others rest.
#[derive(Clone, Copy, Debug, Default)]
struct Lonely {
    channels: [Option<u16>; 2],
    edges: [usize; 2],
}

impl Recording {
    /// Most edges that are kept, of eight bytes each.
    const MOST: usize = 1 << 20;
    /// Edges that are enough where there are enough bursts.
    const ENOUGH: usize = 300_000;
    const ENOUGH_PAUSES: u16 = 8;
    /// The same where a few bursts may do; without them no more than that is looked at.
    const BRIEF: usize = 30_000;
    const BRIEF_PAUSES: u16 = 4;
    const BRIEF_MOST: usize = 120_000;
    /// A clock that goes on alone for so many edges is idle. Blank lines are shorter: this is 8 KiB of each lane.
    const LONELY: usize = 1 << 16;
    /// Edges kept at either end of an idle stretch.
    const ENDS: usize = 64;
    const MOST_CHANNELS: usize = 1 << 12;

    pub(super) fn new(channels: usize) -> Self {
        let channels = channels.min(Self::MOST_CHANNELS);
        Self {
            traces: (0..channels).map(|_| Trace::default()).collect(),
            pauses: (0..channels).map(|_| 0).collect(),
            ..Self::default()
        }
    }

    /// The same for the first few bursts of a sampled capture, and no more.
    pub(super) fn brief(channels: usize) -> Self {
        Self {
            brief: true,
            ..Self::new(channels)
        }
    }

    /// Returns whether more would help.
    pub(super) fn take(&mut self, seen: &Observation<'_>) -> bool {
        match seen {
            Observation::Samples(samples) => self.samples(samples),
            Observation::Changes(_) if self.brief => return false,
            Observation::Changes(changes) => {
                for change in *changes {
                    if self.has_enough() {
                        return false;
                    }
                    self.change(change);
                }
            }
            // Bytes need no discovery.
            Observation::Lanes(_) | Observation::Merged(_) => return false,
        }
        !self.has_enough()
    }

    /// Two channels with long pauses make a lane, or two.
    fn has_enough(&self) -> bool {
        let most = match (self.brief, self.bursting < 2) {
            (false, true) => Self::MOST,
            (false, false) => Self::ENOUGH,
            (true, true) => Self::BRIEF_MOST,
            (true, false) => Self::BRIEF,
        };
        self.count >= most
    }

    /// Whether a channel changes in `seen` that has not changed so far.
    pub(super) fn wakes(&self, seen: &Observation<'_>) -> bool {
        let Observation::Samples(samples) = seen else {
            return false;
        };
        let silent = (0..).zip(&self.traces).filter(|(_, trace)| trace.edges.is_empty());
        let silent = silent.fold(0, |set: u64, (channel, _)| {
            set | 1_u64.checked_shl(channel).unwrap_or(0)
        });
        let Some(last) = self.last.filter(|_| silent != 0) else {
            return false;
        };
        let mut changed = 0;
        if samples.unit == 1 {
            let last = last as u8;
            changed = u64::from(samples.bytes.iter().fold(0, |set, byte| set | (byte ^ last)));
        } else if (2..=8).contains(&samples.unit) {
            for unit in samples.bytes.chunks_exact(samples.unit) {
                changed |= word(unit) ^ last;
            }
        }
        changed & silent != 0
    }

    fn change(&mut self, change: &Change) {
        self.now = self.now.max(change.at);
        // What is not driven reads low, as receivers take it.
        self.level(change.channel, change.level == Level::High);
    }

    fn samples(&mut self, seen: &Samples<'_>) {
        if seen.unit == 0 || seen.unit > 8 {
            return;
        }
        match seen.unit {
            1 => self.words(seen.first, seen.bytes.iter().map(|byte| u64::from(*byte))),
            unit => self.words(seen.first, seen.bytes.chunks_exact(unit).map(word)),
        }
    }

    fn words(&mut self, first: Tick, samples: impl Iterator<Item = u64>) {
        let mut at = first;
        for sample in samples {
            let mut changed = match self.last.replace(sample) {
                Some(last) => last ^ sample,
                None => u64::MAX,
            };
            if changed != 0 {
                if self.has_enough() {
                    return;
                }
                self.now = self.now.max(at);
                while changed != 0 {
                    let channel = changed.trailing_zeros();
                    changed &= changed - 1;
                    self.level(channel as u16, sample >> channel & 1 == 1);
                }
            }
            at = at.saturating_add(1);
        }
    }

    fn level(&mut self, channel: u16, high: bool) {
        let now = self.now;
        let Some(trace) = self.traces.get_mut(usize::from(channel)) else {
            return;
        };
        if !trace.take(now, high) {
            return;
        }
        self.count += 1;
        // High for long after something short.
        if let (false, [.., earlier, before, _]) = (high, trace.edges.as_slice())
            && now.saturating_sub(*before) / 16 >= before.saturating_sub(*earlier).max(1)
            && let Some(pauses) = self.pauses.get_mut(usize::from(channel))
        {
            let enough = if self.brief {
                Self::BRIEF_PAUSES
            } else {
                Self::ENOUGH_PAUSES
            };
            *pauses = pauses.saturating_add(1);
            self.bursting += usize::from(*pauses == enough);
        }
        if self.lonely.note(channel) >= 2 * Self::LONELY {
            self.thin();
        }
    }

    /// Forgets the middle of an idle stretch, the same for both wires of a pair: else they would look like a stop state.
    fn thin(&mut self) {
        let lonely = core::mem::take(&mut self.lonely);
        let mut middle: Option<(Tick, Tick)> = None;
        for (channel, edges) in lonely.channels.into_iter().zip(lonely.edges) {
            let Some(trace) = channel.and_then(|channel| self.traces.get_mut(usize::from(channel))) else {
                continue;
            };
            let length = trace.edges.len();
            let start = length.saturating_sub(edges);
            let gaps = || trace.gaps().skip(start);
            let (least, most) = gaps().fold((Tick::MAX, 0), |(least, most), gap| (least.min(gap), most.max(gap)));
            if most / 2 > least {
                continue;
            }
            // Between edges: those of the other wire may be a little off.
            let (after, until) = *middle.get_or_insert_with(|| {
                let at = |index: usize| trace.edges.get(index).map_or(0, |edge| edge.saturating_add(least / 2));
                let from = start + Self::ENDS;
                let to = length.saturating_sub(Self::ENDS);
                (at(from), at(to.saturating_sub(to.saturating_sub(from) & 1)))
            });
            let from = trace.edges.partition_point(|edge| *edge <= after).max(start);
            let to = trace.edges.partition_point(|edge| *edge <= until);
            // An even number of edges leaves the level as it is.
            let to = to.saturating_sub(to.saturating_sub(from) & 1);
            if to > from {
                trace.edges.drain(from..to);
                self.count = self.count.saturating_sub(to - from);
            }
        }
    }
}

/// A sample as a number.
fn word(unit: &[u8]) -> u64 {
    unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl Lonely {
    /// Another edge of a channel; returns how many there were of it and its partner alone.
    fn note(&mut self, channel: u16) -> usize {
        let [a, b] = &mut self.channels;
        let [edges_a, edges_b] = &mut self.edges;
        if *a == Some(channel) {
            *edges_a += 1;
        } else if *b == Some(channel) {
            *edges_b += 1;
        } else if b.is_none() && a.is_some() {
            (*b, *edges_b) = (Some(channel), 1);
        } else {
            *self = Self {
                channels: [Some(channel), None],
                edges: [1, 0],
            };
            return 1;
        }
        *edges_a + *edges_b
    }
}
