//! The line states of one lane, as far as its two wires tell them without its bits.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhySymbolDecoder.cpp`.

use csi2_dphy::{Lane, LanePins, Level, Observation, Tick, Wire};
use std::io;

/// Watches the pair of a lane.
pub(super) struct LaneWatch {
    lane: Lane,
    p: Wire,
    n: Wire,
    /// Levels on p and n.
    pair: (bool, bool),
    state: State,
    /// When changes that are not judged yet came.
    open: Option<Tick>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The stop state was not seen yet.
    Unknown,
    /// LP-11.
    Stop,
    /// LP-01 after it.
    Request,
    /// LP-00 after that.
    Bridge,
    /// High-speed. Both wires may be high for an instant there; `stop` is since when.
    HighSpeed { toggled: bool, stop: Option<Tick> },
    /// Escape mode, or something illegal: until the next stop state.
    Other,
}

/// The row shows a text from a tick on.
pub(super) type Show<'a> = dyn FnMut(Lane, Tick, &'static str) -> io::Result<()> + 'a;

impl LaneWatch {
    /// `None` where the wires do not show low-power states.
    pub(super) fn new(lane: Lane, pins: &LanePins) -> Option<Self> {
        let (p, n) = pins.lp_p.zip(pins.lp_n).or(pins.p.zip(pins.n))?;
        Some(Self {
            lane,
            p,
            n,
            pair: (false, false),
            state: State::Unknown,
            open: None,
        })
    }

    /// Whose wires they are.
    pub(super) fn lane(&self) -> Lane {
        self.lane
    }

    /// Takes what was seen. A stop state counts in high-speed mode when it lasts `shortest` ticks.
    pub(super) fn see(&mut self, seen: &Observation<'_>, shortest: f64, show: &mut Show<'_>) -> io::Result<()> {
        match seen {
            Observation::Samples(samples) => {
                let level = |unit: &[u8], wire: Wire| {
                    let byte = unit.get(usize::from(wire.channel / 8)).copied().unwrap_or(0);
                    (byte >> (wire.channel % 8) & 1 == 1) != wire.invert
                };
                for (at, unit) in (samples.first..).zip(samples.bytes.chunks_exact(samples.unit.max(1))) {
                    let pair = (level(unit, self.p), level(unit, self.n));
                    if pair != self.pair || self.state == State::Unknown {
                        self.pair = pair;
                        self.step(at, shortest, show)?;
                    }
                }
            }
            Observation::Changes(changes) => {
                for change in *changes {
                    if self.open.is_some_and(|open| open != change.at) {
                        self.settle(shortest, show)?;
                    }
                    let level = |wire: Wire| (change.level == Level::High) != wire.invert;
                    if change.channel == self.p.channel {
                        self.pair.0 = level(self.p);
                        self.open = Some(change.at);
                    }
                    if change.channel == self.n.channel {
                        self.pair.1 = level(self.n);
                        self.open = Some(change.at);
                    }
                }
            }
            Observation::Lanes(_) | Observation::Merged(_) => {}
        }
        Ok(())
    }

    /// The capture is over.
    pub(super) fn finish(&mut self, shortest: f64, show: &mut Show<'_>) -> io::Result<()> {
        self.settle(shortest, show)?;
        match self.state {
            State::HighSpeed { stop: Some(since), .. } => show(self.lane, since, "LP-11"),
            _ => Ok(()),
        }
    }

    /// All changes of an instant are there.
    fn settle(&mut self, shortest: f64, show: &mut Show<'_>) -> io::Result<()> {
        match self.open.take() {
            Some(at) => self.step(at, shortest, show),
            None => Ok(()),
        }
    }

    fn step(&mut self, at: Tick, shortest: f64, show: &mut Show<'_>) -> io::Result<()> {
        let lane = self.lane;
        if let State::HighSpeed {
            toggled,
            stop: Some(since),
        } = self.state
        {
            if at.saturating_sub(since) as f64 >= shortest {
                show(lane, since, "LP-11")?;
                self.state = State::Stop;
            } else {
                self.state = State::HighSpeed { toggled, stop: None };
            }
        }
        let (state, text) = match (self.state, self.pair) {
            // High for an instant, or for long.
            (State::HighSpeed { toggled, stop }, (true, true)) => {
                let stop = stop.or(Some(at));
                (State::HighSpeed { toggled, stop }, None)
            }
            // The clock runs.
            (State::HighSpeed { toggled: false, stop }, (true, false)) => {
                let text = (lane == Lane::Clock).then_some("CLOCK");
                (State::HighSpeed { toggled: true, stop }, text)
            }
            // Bits are others' business.
            (State::HighSpeed { toggled, stop }, _) => (State::HighSpeed { toggled, stop }, None),
            // A clock that ran before the capture began.
            (State::Unknown, (p, n)) if lane == Lane::Clock && p != n => {
                let state = State::HighSpeed {
                    toggled: true,
                    stop: None,
                };
                (state, Some("CLOCK"))
            }
            // The stop state ends everything.
            (State::Stop, (true, true)) => (State::Stop, None),
            (_, (true, true)) => (State::Stop, Some("LP-11")),
            // Towards high-speed.
            (State::Stop, (false, true)) => (State::Request, Some("HS-REQ")),
            (State::Request, (false, false)) => (State::Bridge, Some("LP-00")),
            (State::Bridge, (false, true)) => {
                let state = State::HighSpeed {
                    toggled: false,
                    stop: None,
                };
                (state, Some("HS-0"))
            }
            // Towards escape mode.
            (State::Stop, (true, false)) => (State::Other, Some("LP-10")),
            // Not legal.
            (State::Stop, (false, false)) => (State::Other, Some("LP-00")),
            (State::Request | State::Bridge, (true, false)) => (State::Other, Some("LP-10")),
            (state, _) => (state, None),
        };
        self.state = state;
        text.map_or(Ok(()), |text| show(lane, at, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_dphy::{Change, Samples};

    /// Channel 0 is p, channel 1 is n; one sample per character, `3` is LP-11.
    const WIRES: &str = "3332220000222221212121333311112222003333";

    fn watch(seen: &[Observation<'_>]) -> Vec<(Tick, &'static str)> {
        let wire = |channel| Some(Wire { channel, invert: false });
        let pins = LanePins {
            p: wire(0),
            n: wire(1),
            ..LanePins::default()
        };
        let mut watch = LaneWatch::new(Lane::Data(0), &pins).expect("a pair");
        let mut shown = Vec::new();
        let mut show = |_: Lane, at, text| {
            shown.push((at, text));
            Ok(())
        };
        for seen in seen {
            watch.see(seen, 2.0, &mut show).expect("shown");
        }
        watch.finish(2.0, &mut show).expect("shown");
        shown
    }

    #[test]
    fn a_burst_and_an_escape() {
        let bytes: Vec<u8> = WIRES.bytes().map(|digit| digit - b'0').collect();
        let expected = [
            (0, "LP-11"),
            (3, "HS-REQ"),
            (6, "LP-00"),
            (10, "HS-0"),
            (22, "LP-11"),
            (26, "LP-10"),
            (36, "LP-11"),
        ];
        let samples = |first: usize, bytes| {
            Observation::Samples(Samples {
                first: first as u64,
                unit: 1,
                bytes,
            })
        };
        assert_eq!(watch(&[samples(0, &bytes)]), expected);
        assert_eq!(watch(&[samples(0, &bytes[..12]), samples(12, &bytes[12..])]), expected);

        let mut changes = Vec::new();
        for (at, &pair) in bytes.iter().enumerate() {
            for channel in 0..2 {
                let level = |pair: u8| {
                    if pair >> channel & 1 == 1 {
                        Level::High
                    } else {
                        Level::Low
                    }
                };
                if at == 0 || level(bytes[at - 1]) != level(pair) {
                    changes.push(Change {
                        at: at as u64,
                        channel,
                        level: level(pair),
                    });
                }
            }
        }
        assert_eq!(watch(&[Observation::Changes(&changes)]), expected);
    }

    #[test]
    fn both_wires_high_for_an_instant_is_no_stop_state() {
        let bytes = [3, 3, 2, 2, 0, 0, 2, 2, 3, 1, 3, 2, 3, 3, 3];
        let samples = Observation::Samples(Samples {
            first: 0,
            unit: 1,
            bytes: &bytes,
        });
        let expected = [(0, "LP-11"), (2, "HS-REQ"), (4, "LP-00"), (6, "HS-0"), (12, "LP-11")];
        assert_eq!(watch(&[samples]), expected);
    }
}
