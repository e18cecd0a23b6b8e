//! Captures of wires.

use super::boundary::{FEW_LANES, Next, is_frame_start, next, next_bytes};
use super::burst::{Burst, HEADER_BYTES, Said};
use super::descramble::HeaderCode;
use super::ledger::Flow;
use super::place::Place;
use super::{Advance, BurstInfo, Input, LinkEvent};
use crate::Limits;
use csi2_dphy::{
    BurstLength, BurstTaken, LaneMerger, MAX_LANES, Observation, PinEvent, PinMap, PinReceiver, PinSettings, Samples,
    Sampling, Scrambling, Tick, TimingMeter,
};
use csi2_packet::{EccVerdict, PacketHeader, VcExtension};

/// Bytes merged at once where nothing says how many will be needed.
const STRIDE: usize = 1 << 10;

/// Bits of a running burst taken one by one before the next attempt to take many at once, where there is a clock: twice as many
/// each time that one fails.
const CLOCKED: usize = 64;
const MOST_CLOCKED: usize = 4096;

/// Source of bytes from wires.
pub(super) struct Pins {
    receiver: PinReceiver,
    merger: LaneMerger,
    /// Lanes of the burst at hand, or of the last one.
    lanes: usize,
    /// Lanes that there are.
    all: usize,
    headers: Headers,
    /// The burst is over once the merger is empty.
    ending: Option<Ending>,
    /// The next burst has begun already.
    begun: Option<PinEvent>,
    /// Trouble that comes after the bytes in the merger.
    news: Option<PinEvent>,
    /// Bits to take one by one, where there is a clock.
    clocked: usize,
    /// Packets there were when a header was found behind one.
    followed: Option<u64>,
    /// The receiver has nothing more to say.
    done: bool,
}

/// How headers are read.
#[derive(Clone, Copy)]
pub(super) struct Headers {
    pub(super) vcx: VcExtension,
    pub(super) scrambling: Option<Scrambling>,
}

impl Pins {
    pub(super) fn new(map: PinMap, sampling: Sampling, headers: Headers, limits: &Limits) -> Self {
        let lanes = map.count.clamp(1, MAX_LANES);
        let mut receiver = PinReceiver::new(
            map,
            PinSettings {
                max_skew_bytes: limits.max_skew_bytes,
                sampling,
            },
        );
        receiver.follow_fewer_lanes();
        Self {
            receiver,
            merger: LaneMerger::new(lanes),
            lanes,
            all: lanes,
            headers,
            ending: None,
            begun: None,
            news: None,
            clocked: CLOCKED,
            followed: None,
            done: false,
        }
    }

    pub(super) fn sees_lp(&self) -> bool {
        self.receiver.sees_lp()
    }

    pub(super) fn take_samples_singly(&mut self) {
        self.receiver.take_samples_singly();
    }

    pub(super) fn unit_interval(&self) -> Option<f64> {
        self.receiver.unit_interval()
    }

    pub(super) fn clock_pauses(&self) -> Option<bool> {
        self.receiver.clock_pauses()
    }

    pub(super) fn timing(&self) -> &TimingMeter {
        self.receiver.timing()
    }

    /// Takes the next step. `last`: the capture is over.
    pub(super) fn advance<'c>(&mut self, burst: &mut Burst, input: &mut Input<'c>, last: bool) -> Advance<'c> {
        self.measure(burst);
        if let Some(end) = self.ending {
            return self.end(burst, end);
        }
        if let Some(event) = self.begun.take() {
            return self.hear(burst, event);
        }
        if !burst.is_open()
            && self.news.is_none()
            && !last
            && let Some(advance) = self.take_burst(burst, input)
        {
            return advance;
        }
        let wanted = if burst.is_open() {
            let step = if self.sees_lp() {
                self.gather(burst)
            } else {
                self.gather_blind(burst)
            };
            match step {
                Gathered::Event(said) => return Advance::Said(said),
                Gathered::Some => return Advance::Again,
                Gathered::Wants(bytes) => Some(bytes),
            }
        } else {
            None
        };
        if let Some(news) = self.news.take() {
            return tell(burst, news);
        }
        if last {
            return self.finish(burst);
        }
        if let Some(bytes) = wanted
            && self.merge(burst, input, bytes)
        {
            return Advance::Again;
        }
        match self.observe(input, wanted) {
            Observed::Event(event) => self.hear(burst, event),
            Observed::Some => Advance::Again,
            Observed::Nothing => Advance::Starved,
        }
    }

    /// Bytes lie where the unit interval that is known by now puts them.
    fn measure(&self, burst: &mut Burst) {
        if let (Place::Wires { unit_interval, .. }, Some(measured)) =
            (&mut burst.ledger.place, self.receiver.unit_interval())
        {
            *unit_interval = measured;
        }
    }

    /// With LP wires the burst ends where they say.
    fn gather<'c>(&mut self, burst: &mut Burst) -> Gathered<'c> {
        let wanted = match burst.ledger.flow {
            Flow::Header | Flow::Lost if !self.receiver.has_clock() => STRIDE,
            // What is known of the unit interval where a packet begins or ends should not depend on the cuts of the capture.
            _ => burst.shortfall(),
        };
        let merged = self.merger.drain(burst.line.room(wanted));
        burst.line.filled(merged);
        burst.line.admit(merged);
        if merged > 0 {
            Gathered::Some
        } else {
            Gathered::Wants(wanted)
        }
    }

    /// Without, it ends where its last packet does: no byte more than needed is taken.
    fn gather_blind<'c>(&mut self, burst: &mut Burst) -> Gathered<'c> {
        if burst.ledger.flow == Flow::Lost {
            return self.release(burst);
        }
        if burst.ledger.flow == Flow::Header && burst.between_packets() {
            return self.after_packet(burst);
        }
        let wanted = burst.shortfall();
        let looked_at = burst.line.waiting().len().min(wanted);
        let merged = self.merger.drain(burst.line.room(wanted - looked_at));
        burst.line.filled(merged);
        burst.line.admit(looked_at + merged);
        if looked_at + merged > 0 {
            Gathered::Some
        } else {
            Gathered::Wants(wanted)
        }
    }

    /// Decides what follows a packet.
    fn after_packet<'c>(&mut self, burst: &mut Burst) -> Gathered<'c> {
        let packets = burst.ledger.packets();
        let followed = self.followed == Some(packets);
        let wanted = if followed { 1 } else { next_bytes(self.lanes) };
        let missing = wanted.saturating_sub(burst.line.waiting().len());
        let merged = self.merger.drain(burst.line.room(missing));
        burst.line.filled(merged);
        if followed {
            // The depacketizer has the header found, but waits for what comes behind it.
            burst.line.admit(1);
            return if missing > merged {
                Gathered::Wants(1)
            } else {
                Gathered::Some
            };
        }
        let waiting = burst.line.waiting();
        let phase = (burst.position() % self.lanes as u64) as usize;
        let byte = |index: usize| waiting.get(index).copied();
        match next(
            byte,
            phase,
            self.lanes,
            |lane| burst.last(lane),
            false,
            false,
            burst.header_code(),
        ) {
            Next::More => Gathered::Wants(missing - merged),
            Next::Packet => {
                self.followed = Some(packets);
                burst.line.admit(HEADER_BYTES);
                Gathered::Some
            }
            Next::Trail => self.release(burst),
            Next::Other => {
                let strange = burst.trailing();
                self.release(burst);
                Gathered::Event(strange)
            }
        }
    }

    /// Ends the burst here and looks for the next.
    fn release<'c>(&mut self, burst: &mut Burst) -> Gathered<'c> {
        burst.line.forget();
        burst.close(None);
        self.receiver.release_after(burst.ledger.sound());
        Gathered::Some
    }

    /// The burst ends with what is in the merger.
    fn end<'c>(&mut self, burst: &mut Burst, end: Ending) -> Advance<'c> {
        let merged = self.merger.drain(burst.line.room(STRIDE));
        burst.line.filled(merged);
        let left = usize::try_from(end.bytes.saturating_sub(burst.position())).unwrap_or(usize::MAX);
        let waiting = burst.line.waiting().len().min(left);
        if burst.is_open() && waiting > 0 {
            burst.line.admit(waiting);
        } else {
            burst.line.forget();
            if merged == 0 {
                // What was taken before the end was seen.
                burst.line.withdraw(burst.position().saturating_sub(end.bytes));
                burst.close(end.at);
                self.ending = None;
            }
        }
        Advance::Again
    }

    fn hear<'c>(&mut self, burst: &mut Burst, event: PinEvent) -> Advance<'c> {
        match event {
            PinEvent::BurstStart { .. } if burst.is_open() => {
                self.begun = Some(event);
                burst.close(None);
                Advance::Again
            }
            PinEvent::BurstStart { lanes, .. } if !self.is_plausible(lanes.into()) => {
                self.receiver.refuse(&mut self.merger);
                Advance::Again
            }
            PinEvent::BurstStart { at, lanes, sync, skew } => {
                self.followed = None;
                self.lanes = usize::from(lanes).clamp(1, MAX_LANES);
                burst.set_lanes(self.lanes);
                let unit_interval = self.receiver.unit_interval().unwrap_or(0.0);
                let place = Place::Wires {
                    first: at,
                    unit_interval,
                    lanes: self.lanes,
                };
                Advance::Said(burst.open(
                    BurstInfo {
                        lanes: self.lanes as u8,
                        sync,
                        skew,
                    },
                    place,
                ))
            }
            PinEvent::BurstEnd { at } => {
                if burst.is_open() {
                    self.ending = Some(Ending {
                        at: Some(at),
                        bytes: u64::MAX,
                    });
                }
                Advance::Again
            }
            PinEvent::BoundaryInside { bytes, .. } => {
                // On few lanes, payload may look like that, and a good header is the better witness. One that was
                // corrected is not. A boundary before the end of packets that proved good is payload, too.
                let doubtful = self.lanes > FEW_LANES || burst.ledger.flow != (Flow::Packet { corrected: false });
                if doubtful && burst.ledger.sound() <= bytes {
                    self.receiver.release();
                    self.ending = burst.is_open().then_some(Ending { at: None, bytes });
                }
                Advance::Again
            }
            news if burst.is_open() => {
                self.news = Some(news);
                Advance::Again
            }
            news => tell(burst, news),
        }
    }

    /// Whether a burst of so many lanes can be one: of all of them, of as many as the last one, or a frame start, with
    /// which a mode of fewer lanes begins. Else lanes are missing.
    fn is_plausible(&self, lanes: usize) -> bool {
        if lanes == self.all || lanes == self.lanes {
            return true;
        }
        let mut bytes = [0; HEADER_BYTES + MAX_LANES];
        let taken = self.merger.peek(&mut bytes);
        let bytes = bytes.get(..taken).unwrap_or_default();
        let Headers { vcx, scrambling } = self.headers;
        let scrambling = scrambling.filter(|scrambling| scrambling.covers(lanes).is_ok());
        is_frame_start(bytes, lanes, HeaderCode::opening(vcx, scrambling.as_ref(), lanes))
    }

    fn finish<'c>(&mut self, burst: &mut Burst) -> Advance<'c> {
        if !self.done {
            if let Some(event) = self.receiver.finish(&mut self.merger) {
                return self.hear(burst, event);
            }
            self.done = true;
            return Advance::Again;
        }
        if burst.is_open() {
            // What was only looked at behind a packet is trail.
            burst.line.forget();
            burst.close(None);
            return Advance::Again;
        }
        Advance::Starved
    }

    /// Takes a burst of one good packet at once, with the idle lanes before it, where the capture is such that it can be.
    fn take_burst<'c>(&mut self, burst: &mut Burst, input: &mut Input<'_>) -> Option<Advance<'c>> {
        let Observation::Samples(samples) = &mut input.seen else {
            return None;
        };
        if self.receiver.sees_lp() || self.headers.scrambling.is_some() {
            return None;
        }
        burst.set_lanes(self.all);
        let (vcx, behind) = (self.headers.vcx, next_bytes(self.all));
        let length = |wire| {
            let received = PacketHeader::receive(wire, vcx);
            let packet = received.header.packet_len();
            (received.ecc == EccVerdict::Clean).then_some(BurstLength {
                packet,
                with_trail: packet + behind,
            })
        };
        let (room, mut taker) = burst.taker();
        let mut whole = None;
        let (taken, what) = self
            .receiver
            .take_burst(samples, &mut self.merger, room, length, |bytes| {
                whole = taker.take(bytes);
                whole.is_some()
            });
        consume(samples, taken);
        let (at, whole) = match (what, whole) {
            (BurstTaken::Whole { at }, Some(whole)) => (at, whole),
            (BurstTaken::Event(event), _) => return Some(self.hear(burst, event)),
            _ => return None,
        };
        self.followed = None;
        self.lanes = self.all;
        let place = Place::Wires {
            first: at,
            unit_interval: self.receiver.unit_interval().unwrap_or(0.0),
            lanes: self.lanes,
        };
        Some(Advance::Said(burst.tell(whole, self.lanes, place, 0)))
    }

    /// Takes many samples at once, straight to the bytes that are wanted. Returns whether it could.
    fn merge(&mut self, burst: &mut Burst, input: &mut Input<'_>, wanted: usize) -> bool {
        let Observation::Samples(samples) = &mut input.seen else {
            return false;
        };
        let Flow::Packet { .. } = burst.ledger.flow else {
            return false;
        };
        // Without LP wires, what tells how the burst goes on behind the packet is looked at with it, but where that would tell
        // more of the unit interval, too.
        let behind = if self.receiver.sees_lp() || self.receiver.has_clock() {
            0
        } else {
            next_bytes(self.lanes)
        };
        let room = burst.line.room(wanted + behind);
        let (taken, merged) = self.receiver.merge(samples, &mut self.merger, room);
        burst.line.filled(merged);
        burst.line.admit(merged.min(wanted));
        consume(samples, taken);
        if self.receiver.has_clock() {
            self.measure(burst);
        }
        self.clocked = if taken > 0 {
            CLOCKED
        } else {
            (2 * self.clocked).min(MOST_CLOCKED)
        };
        taken > 0
    }

    /// Hands wires to the receiver, no more than may give the wanted bytes.
    fn observe(&mut self, input: &mut Input<'_>, wanted: Option<usize>) -> Observed {
        // At most one bit of each lane comes of a sample, or of a change where there is a clock.
        let least = |bytes: usize| bytes.div_ceil(self.lanes) * 8;
        // With LP wires the receiver stops by itself where the burst ends.
        let most = wanted.filter(|_| !self.sees_lp()).map_or(usize::MAX, |bytes| {
            let exact = self.receiver.samples_until(bytes, &self.merger);
            exact.unwrap_or_else(|| least(bytes)).max(1)
        });
        let bits = wanted.map_or(usize::MAX, |bytes| {
            let exact = self.receiver.bits_until(bytes, &self.merger);
            exact.unwrap_or_else(|| least(bytes)).clamp(1, self.clocked)
        });
        match &mut input.seen {
            Observation::Samples(samples) => {
                let unit = samples.unit.max(1);
                let count = samples.bytes.len() / unit;
                if count == 0 {
                    return Observed::Nothing;
                }
                let clocked = self.receiver.has_clock();
                let most = if clocked { usize::MAX } else { most };
                let piece = samples.bytes.get(..count.min(most) * unit).unwrap_or_default();
                let (taken, event) = self.receiver.samples_within(
                    &Samples {
                        bytes: piece,
                        ..*samples
                    },
                    bits,
                    &mut self.merger,
                );
                consume(samples, taken);
                Observed::new(taken, event, || samples.bytes = &[])
            }
            Observation::Changes(changes) => {
                if changes.is_empty() {
                    return Observed::Nothing;
                }
                let piece = changes.get(..changes.len().min(most)).unwrap_or_default();
                let before = self.receiver.bits_taken();
                let (taken, event) = self.receiver.changes_within(piece, most, &mut self.merger);
                *changes = changes.get(taken..).unwrap_or_default();
                if event.is_none() && self.receiver.bits_taken() > before {
                    // Without a clock, what is before one change may be more than was asked for.
                    return Observed::Some;
                }
                Observed::new(taken, event, || *changes = &[])
            }
            Observation::Lanes(_) | Observation::Merged(_) => Observed::Nothing,
        }
    }
}

fn consume(samples: &mut Samples<'_>, taken: usize) {
    samples.bytes = samples.bytes.get(taken * samples.unit.max(1)..).unwrap_or_default();
    samples.first = samples.first.saturating_add(taken as u64);
}

/// How a burst ends.
#[derive(Clone, Copy)]
struct Ending {
    /// When, if the wires say so.
    at: Option<Tick>,
    /// Bytes of the burst; those after them were on the wires between bursts.
    bytes: u64,
}

/// News of the lanes, or trouble.
fn tell<'c>(burst: &Burst, news: PinEvent) -> Advance<'c> {
    let (PinEvent::BurstStart { at, .. }
    | PinEvent::BurstEnd { at }
    | PinEvent::BoundaryInside { at, .. }
    | PinEvent::Deskew { at, .. }
    | PinEvent::SotSyncError { at, .. }
    | PinEvent::AlignError { at, .. }
    | PinEvent::ControlError { at, .. }
    | PinEvent::EotError { at, .. }
    | PinEvent::Escape { at, .. }
    | PinEvent::LowPowerData { at, .. }
    | PinEvent::EscapeEnd { at, .. }
    | PinEvent::EscapeEntryError { at, .. }
    | PinEvent::LowPowerSyncError { at, .. }
    | PinEvent::Turnaround { at, .. }) = news;
    Advance::Said(Said::new(LinkEvent::Lane(news), burst.ledger.span(at, Some(at))))
}

/// What was done with the bytes at hand.
enum Gathered<'c> {
    /// An event.
    Event(Said<'c>),
    /// There was something.
    Some,
    /// So many bytes are wanted.
    Wants(usize),
}

/// What the wires showed.
enum Observed {
    Event(PinEvent),
    Some,
    Nothing,
}

impl Observed {
    fn new(taken: usize, event: Option<PinEvent>, give_up: impl FnOnce()) -> Self {
        match event {
            Some(event) => Self::Event(event),
            None if taken > 0 => Self::Some,
            None => {
                // The receiver takes nothing although the merger is empty: the rest of the input is of no use to it.
                give_up();
                Self::Nothing
            }
        }
    }
}
