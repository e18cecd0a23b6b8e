//! How much of a link is used: bytes between frame starts, so that blanking counts.

use core::iter::Sum;
use csi2_dphy::{Tick, Timebase};

/// What is carried, in bits per second, from the start of a frame to the start of a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Payloads of image lines.
    pub payload: f64,
    /// All packets: headers, payloads, footers; short ones and embedded rows too.
    pub packets: f64,
}

impl Sum for Load {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            payload: sum.payload + part.payload,
            packets: sum.packets + part.packets,
        })
    }
}

/// Bytes of a channel at its first and at its last frame start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Carried {
    first: Option<Mark>,
    last: Option<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    at: Tick,
    payload: u64,
    packets: u64,
}

impl Carried {
    /// Bytes so far.
    pub(crate) fn frame_start(&mut self, at: Tick, payload: u64, packets: u64) {
        let mark = Mark { at, payload, packets };
        self.first.get_or_insert(mark);
        self.last = Some(mark);
    }

    pub(crate) fn load(&self, timebase: Timebase) -> Option<Load> {
        let (first, last) = (self.first?, self.last?);
        let ticks = last.at.checked_sub(first.at).filter(|ticks| *ticks > 0)?;
        let rate = |first: u64, last: u64| last.saturating_sub(first) as f64 * 8e9 / timebase.nanoseconds(ticks);
        Some(Load {
            payload: rate(first.payload, last.payload),
            packets: rate(first.packets, last.packets),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_of_whole_periods() {
        let mut carried = Carried::default();
        assert_eq!(carried.load(Timebase::NANOSECONDS), None);
        // What came before the first frame start is of no period.
        carried.frame_start(500, 7000, 9000);
        assert_eq!(carried.load(Timebase::NANOSECONDS), None);
        carried.frame_start(1500, 7100, 9125);
        carried.frame_start(2500, 7200, 9250);
        let load = carried.load(Timebase::NANOSECONDS);
        // 200 and 250 bytes in 2 us.
        assert_eq!(
            load,
            Some(Load {
                payload: 0.8e9,
                packets: 1.0e9
            })
        );
        assert_eq!(
            [load, load].into_iter().sum::<Option<Load>>().map(|load| load.packets),
            Some(2.0e9)
        );
        assert_eq!([load, None].into_iter().sum::<Option<Load>>(), None);
    }
}
