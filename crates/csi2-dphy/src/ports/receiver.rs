//! From levels of wires to bytes of bursts.

use super::event::{Pending, PortBytes};
use super::lanes::Lanes;
use super::wires::{Feeds, Levels};
use super::{PortEvent, PortMap, Ports, StreamPorts};
use crate::{Change, Level, Samples, Tick};

/// Without a clock wire, data that stays the same for so many ticks while it is valid is no data: the longest packet has
/// 65 541 bytes, and no two packets in a row are alike in every byte.
const LONGEST: u64 = 1 << 17;

/// Receives lane bytes, or merged ones, that were captured as logic.
///
/// With a clock wire, values count as they were just before the time stamp of its rising edge. Without, each tick is a
/// clock, and a stretch of ticks without a change is as many clocks alike.
///
/// ```
/// use csi2_dphy::{Bus, Change, LanePorts, Level, PortEvent, PortMap, PortReceiver, Ports, Wire};
///
/// // Channels 0 to 7 are a lane's data, channel 8 is its valid strobe.
/// let mut lanes = [LanePorts::default(); 8];
/// lanes[0].data = Bus::new(&[0, 1, 2, 3, 4, 5, 6, 7], false).ok_or("too wide")?;
/// lanes[0].valid = Bus::new(&[8], false).ok_or("too wide")?;
/// let mut receiver = PortReceiver::new(&PortMap { clock: None, ports: Ports::Lanes { lanes, count: 1 } }, 6);
///
/// // Valid for the two ticks 5 and 6; data is 01, then 03.
/// let change = |at, channel, level| Change { at, channel, level };
/// let changes = [
///     change(5, 8, Level::High), change(5, 0, Level::High), change(6, 1, Level::High), change(7, 8, Level::Low),
/// ];
/// let (mut rest, mut bytes) = (changes.as_slice(), Vec::new());
/// loop {
///     let (taken, event) = receiver.changes(rest);
///     rest = &rest[taken..];
///     match event.or_else(|| receiver.finish()) {
///         Some(PortEvent::Bytes(of)) => bytes.push((of.at, of.lane(0)[0])),
///         Some(_) => {}
///         None => break,
///     }
/// }
/// assert_eq!(bytes, [(5, 0x01), (6, 0x03)]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct PortReceiver {
    feeds: Feeds,
    clocked: bool,
    link: Link,
    levels: Levels,
    /// Levels before the changes of this stamp.
    before: Levels,
    /// The time stamp of the changes that take effect together.
    stamp: Option<Tick>,
    /// Without a clock wire: the next tick to be taken, and the first one that was not seen.
    next: Tick,
    end: Tick,
    /// Clocks with the same levels.
    alike: u64,
    raw: Option<u64>,
    pending: Pending,
    period: Period,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one per receiver, where there is no heap")]
enum Link {
    Lanes(Lanes),
    Stream { ports: StreamPorts, open: bool },
}

impl PortReceiver {
    /// Lanes may be `max_skew_bytes` byte times apart.
    pub fn new(map: &PortMap, max_skew_bytes: usize) -> Self {
        Self {
            feeds: Feeds::new(map),
            clocked: map.clock.is_some(),
            link: match map.ports {
                Ports::Lanes { lanes, count } => Link::Lanes(Lanes::new(lanes, count, max_skew_bytes)),
                Ports::Stream(ports) => Link::Stream { ports, open: false },
            },
            levels: Levels::default(),
            before: Levels::default(),
            stamp: None,
            next: 0,
            end: 0,
            alike: 0,
            raw: None,
            pending: Pending::default(),
            period: Period::default(),
        }
    }

    /// Takes changes until something happens; returns how many were taken and the event. All were taken when there is no
    /// event; one may come of none.
    pub fn changes(&mut self, seen: &[Change]) -> (usize, Option<PortEvent>) {
        if let Some(event) = self.pending.poll() {
            return (0, Some(event));
        }
        for (index, change) in seen.iter().enumerate() {
            if let Some(event) = self.reach(change.at) {
                return (index, Some(event));
            }
            if self.feeds.apply(&mut self.levels, change.channel, change.level) {
                self.alike = 0;
            }
            self.end = self.end.max(change.at.saturating_add(1));
        }
        (seen.len(), None)
    }

    /// Takes samples likewise; counts samples.
    pub fn samples(&mut self, seen: &Samples<'_>) -> (usize, Option<PortEvent>) {
        if let Some(event) = self.pending.poll() {
            return (0, Some(event));
        }
        let mut count = 0;
        for unit in seen.bytes.chunks_exact(seen.unit.max(1)) {
            let at = seen.first.saturating_add(count as u64);
            let raw = unit.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            let changed = self.raw.map_or(u64::MAX, |before| before ^ raw);
            if changed != 0 {
                if let Some(event) = self.reach(at) {
                    return (count, Some(event));
                }
                for channel in (0..64u16).filter(|channel| changed >> channel & 1 == 1) {
                    let level = if raw >> channel & 1 == 1 {
                        Level::High
                    } else {
                        Level::Low
                    };
                    self.feeds.apply(&mut self.levels, channel, level);
                }
                self.raw = Some(raw);
                self.alike = 0;
            }
            self.end = at.saturating_add(1);
            count += 1;
        }
        (count, None)
    }

    /// End of the capture; call until `None`.
    pub fn finish(&mut self) -> Option<PortEvent> {
        if let Some(event) = self.pending.poll() {
            return Some(event);
        }
        if let Some(event) = self.reach(self.end) {
            return Some(event);
        }
        self.stamp = None;
        None
    }

    /// Mean distance of the clocks in ticks, once there were two.
    pub fn period(&self) -> Option<f64> {
        if self.clocked { self.period.mean() } else { Some(1.0) }
    }

    /// Bytes of a lane, or of the stream, at each clock.
    pub fn bytes_per_clock(&self) -> usize {
        match &self.link {
            Link::Lanes(lanes) => lanes.width(),
            Link::Stream { ports, .. } => ports.data.width() / 8,
        }
    }

    /// Changes at `at` come next: what was before takes effect.
    fn reach(&mut self, at: Tick) -> Option<PortEvent> {
        match self.stamp {
            Some(stamp) if at <= stamp => return None,
            Some(stamp) if self.clocked => {
                self.stamp = None;
                if self.levels.clock() && !self.before.clock() {
                    self.period.edge(stamp);
                    self.link.clock(&self.before, stamp, &mut self.pending);
                }
            }
            Some(_) => self.run(at),
            None => {}
        }
        if let Some(event) = self.pending.poll() {
            return Some(event);
        }
        self.before = self.levels;
        (self.stamp, self.next) = (Some(at), at);
        None
    }

    /// Each tick up to `end` is a clock, until something happens.
    fn run(&mut self, end: Tick) {
        while self.next < end && !self.pending.is_full() {
            let at = self.next;
            if self.alike > LONGEST {
                self.link.give_up(at, &mut self.pending);
                self.next = end;
                return;
            }
            let quiet = self.link.clock(&self.levels, at, &mut self.pending);
            self.next += 1;
            self.alike += u64::from(!quiet);
            if quiet && !self.pending.is_full() {
                self.link.pass(end - self.next);
                self.next = end;
            }
        }
    }
}

impl Link {
    fn clock(&mut self, levels: &Levels, at: Tick, pending: &mut Pending) -> bool {
        match self {
            Self::Lanes(lanes) => lanes.clock(levels, at, pending),
            Self::Stream { ports, open } => {
                let valid = ports.valid.is_none() || levels.valid();
                if !valid || (ports.ready.is_some() && !levels.ready()) {
                    return true;
                }
                if !*open {
                    *open = true;
                    pending.start(at);
                }
                let mut bytes = PortBytes::stream(at);
                let keep = if ports.keep.is_empty() { u64::MAX } else { levels.keep() };
                for (index, byte) in levels.stream().into_iter().enumerate().take(ports.data.width() / 8) {
                    if keep >> index & 1 == 1 {
                        bytes.push(0, byte);
                    }
                }
                pending.bytes(bytes);
                if ports.last.is_some() && levels.last() {
                    *open = false;
                    pending.end(at);
                }
                false
            }
        }
    }

    fn pass(&mut self, clocks: u64) {
        if let Self::Lanes(lanes) = self {
            lanes.pass(clocks);
        }
    }

    fn give_up(&mut self, at: Tick, pending: &mut Pending) {
        match self {
            Self::Lanes(lanes) => lanes.give_up(at, pending),
            Self::Stream { open, .. } => {
                if core::mem::take(open) {
                    pending.end(at);
                }
            }
        }
    }
}

/// Distances of clock edges; the clock may pause.
#[derive(Clone, Debug, Default)]
struct Period {
    last: Option<Tick>,
    least: u64,
    sum: u64,
    count: u64,
}

impl Period {
    fn edge(&mut self, at: Tick) {
        let Some(last) = self.last.replace(at) else { return };
        let distance = at.saturating_sub(last);
        if self.count == 0 || distance < self.least / 2 {
            (self.least, self.sum, self.count) = (distance, 0, 0);
        }
        self.least = self.least.min(distance);
        if distance <= self.least.saturating_mul(2) {
            self.sum = self.sum.saturating_add(distance);
            self.count += 1;
        }
    }

    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}
