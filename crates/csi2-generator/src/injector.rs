//! Middleware: bursts in, the same bursts with faults out, and a record of each fault.

mod making;
mod order;
mod places;
mod record;

use alloc::{collections::VecDeque, vec::Vec};

use crate::fault::{Dice, Fault, FaultLayer, FaultRow, Parameters, Target, WireLink};
use crate::noise::Noise;
use crate::sent::Sent;
use csi2_dphy::{MAX_LANES, Tick};
use making::Making;
pub use order::{Chance, Order};
use places::places;
pub use record::FaultRecord;
use record::Struck;

/// Parameters of an [`Injector`].
#[derive(Clone, Copy, Debug, Default)]
pub struct InjectSettings {
    /// The same seed makes the same faults of the same bursts.
    pub seed: u64,
    /// Lanes that the bursts will be sent over. `None`: faults of lanes find nothing to hit. Of them, only those are made of
    /// which it is certain what a receiver must say.
    pub link: Option<WireLink>,
}

/// Injects faults. Each burst that comes in is one call of [`Injector::burst`]; what is to be sent instead goes to its `out`,
/// which may be another injector. Then poll for records until `None`. A packet takes one fault at most.
///
/// State is a burst, and those that are held back: at most [`StreamFault::LATEST`](crate::StreamFault::LATEST)
/// bursts' time.
///
/// ```
/// use csi2_generator::{Chance, InjectSettings, Injector, Judge, JudgeSettings, Order, Parameters, Sent, find_fault};
/// use core::convert::Infallible;
///
/// let mut injector = Injector::new(InjectSettings { seed: 7, ..InjectSettings::default() });
/// let row = find_fault("header-bit").ok_or("no such kind")?;
/// injector.order(Order { row, parameters: Parameters::none(), chance: Chance::At(vec![1]) });
/// let mut judge = Judge::new(JudgeSettings::default());
/// let frame: [&[u8]; 3] = [
///     &[0x00, 0x01, 0x00, 0x1A],
///     &[0x2A, 0x03, 0x00, 0x16, 0xAA, 0xBB, 0xCC, 0x38, 0x97],
///     &[0x01, 0x01, 0x00, 0x1D],
/// ];
/// for bytes in frame {
///     let sent = Sent { bytes, ..Sent::default() };
///     let done: Result<(), Infallible> = injector.burst(sent, &mut |sent| Ok(judge.sent(&sent)));
///     done?;
/// }
/// let record = injector.poll().ok_or("nothing was done")?;
/// assert_eq!((record.packet, record.expect.as_slice()), (1, ["ECC_CORRECTED"].as_slice()));
/// assert_eq!(judge.finish().count("ECC_CORRECTED"), 1);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Injector {
    settings: InjectSettings,
    orders: Vec<Work>,
    /// Packets and bursts that came in.
    packets: u64,
    bursts: u64,
    /// Channels that had packets.
    channels: u16,
    /// Bursts that are sent late.
    held: Vec<Held>,
    records: VecDeque<FaultRecord>,
    done: u64,
    /// Used again.
    making: Making,
    made: Vec<u8>,
}

/// An order, and how far it is.
#[derive(Clone, Debug)]
struct Work {
    order: Order,
    noise: Noise,
    /// Eligible places so far.
    eligible: u64,
    /// Places of [`Chance::At`] that have come.
    reached: usize,
    /// Of them, those that wait for a place that is free.
    due: u64,
    done: u64,
}

#[derive(Clone, Debug)]
struct Held {
    bytes: Vec<u8>,
    /// Bursts still to pass.
    left: u8,
}

/// What becomes of a packet.
struct Strike {
    row: &'static FaultRow,
    fault: Fault,
    parameters: Parameters,
    seed: u64,
}

impl Injector {
    /// With nothing to do.
    pub fn new(settings: InjectSettings) -> Self {
        Self {
            settings,
            orders: Vec::new(),
            packets: 0,
            bursts: 0,
            channels: 0,
            held: Vec::new(),
            records: VecDeque::new(),
            done: 0,
            making: Making::default(),
            made: Vec::new(),
        }
    }

    /// Takes an order. Where several orders fall on one packet, the one that came first has it.
    pub fn order(&mut self, order: Order) {
        let number = self.orders.len() as u64;
        self.orders.push(Work {
            order,
            noise: Noise::at(self.settings.seed, [number, 0]),
            eligible: 0,
            reached: 0,
            due: 0,
            done: 0,
        });
    }

    /// Takes a burst; what is sent instead, nothing or several, goes to `out`.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn burst<E>(&mut self, sent: Sent<'_>, out: &mut dyn FnMut(Sent<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut making = core::mem::take(&mut self.making);
        making.begin(sent.wire);
        self.make(&sent, &mut making);
        let result = self.send(&making, sent.at, out);
        let late = making.late.take();
        self.making = making;
        result?;
        self.release(sent.at, out)?;
        self.held.extend(late.map(|(bytes, left)| Held { bytes, left }));
        Ok(())
    }

    /// The end: what was held back is sent.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn finish<E>(&mut self, out: &mut dyn FnMut(Sent<'_>) -> Result<(), E>) -> Result<(), E> {
        let held = core::mem::take(&mut self.held);
        held.iter().try_for_each(|held| {
            out(Sent {
                bytes: &held.bytes,
                ..Sent::default()
            })
        })
    }

    /// A whole stream of bursts that are right on the wires, and its end.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn stream<'a, E>(
        &mut self,
        bursts: impl IntoIterator<Item = &'a [u8]>,
        out: &mut dyn FnMut(Sent<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for bytes in bursts {
            let sent = Sent {
                bytes,
                ..Sent::default()
            };
            self.burst(sent, out)?;
        }
        self.finish(out)
    }

    /// The next record, in the order of the packets hit. Those that nobody polls for are kept.
    pub fn poll(&mut self) -> Option<FaultRecord> {
        self.records.pop_front()
    }

    /// How many places order `index`, counted from 0, could have hit so far.
    pub fn eligible(&self, index: usize) -> u64 {
        self.orders.get(index).map_or(0, |work| work.eligible)
    }

    /// How many faults order `index` has made so far.
    pub fn injected(&self, index: usize) -> u64 {
        self.orders.get(index).map_or(0, |work| work.done)
    }

    /// Packet by packet; what stands between packets stays.
    fn make(&mut self, sent: &Sent<'_>, making: &mut Making) {
        let link = self.settings.link;
        let burst_number = count(&mut self.bursts);
        let bytes = |from: usize, to: usize| sent.bytes.get(from..to).unwrap_or_default();
        let mut behind = 0;
        for (at, place) in places(sent.bytes).enumerate() {
            making.bytes.extend_from_slice(bytes(behind, place.start));
            behind = place.end;
            let first = at == 0;
            let target = Target {
                burst: sent.bytes,
                packet: bytes(place.start, place.end),
                header: place.header,
                last: place.end == sent.bytes.len(),
                lanes: link.map_or(0, |link| link.lanes.min(MAX_LANES) as u8),
                rate: link.map_or(0, |link| link.rate),
                channels: self.channels,
            };
            let packet_number = count(&mut self.packets);
            let strike = self.decide(&target, first);
            self.channels |= 1 << (place.header.channel.number() & 15);
            let Some(strike) = strike else {
                making.bytes.extend_from_slice(target.packet);
                continue;
            };
            let start = making.bytes.len();
            if making.strike(&strike.fault, &target, first) {
                let struck = Struck {
                    index: count(&mut self.done),
                    header: place.header,
                    packet_number,
                    burst_number,
                    at: sent.at,
                    burst: sent.bytes,
                    link,
                };
                let after = making.bytes.get(start..).unwrap_or_default();
                self.records.push_back(FaultRecord::new(&strike, &struck, after));
            }
        }
        making.bytes.extend_from_slice(bytes(behind, sent.bytes.len()));
    }

    fn send<E>(
        &mut self,
        making: &Making,
        at: Option<Tick>,
        out: &mut dyn FnMut(Sent<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for fault in &making.before {
            fault.packets(&mut self.made, &mut |bytes| out(Sent { bytes, wire: &[], at }))?;
        }
        let times = if making.bytes.is_empty() {
            0
        } else {
            1 + usize::from(making.twice)
        };
        let (bytes, wire) = (making.bytes.as_slice(), making.wire.as_slice());
        // What was wrong on the wires was wrong once.
        let wire = |time| if time == 0 { wire } else { &[] };
        (0..times).try_for_each(|time| {
            out(Sent {
                bytes,
                wire: wire(time),
                at,
            })
        })
    }

    /// Which order strikes here, if any.
    fn decide(&mut self, target: &Target<'_>, first: bool) -> Option<Strike> {
        let link = self.settings.link;
        let mut strike = None;
        for work in &mut self.orders {
            let row = work.order.row;
            if row.layer != FaultLayer::Packet && !first {
                continue;
            }
            // Drawn for each eligible place, so that what strikes here depends on nothing that went before it.
            // Any program reads numbers of 53 bits as they are.
            let seed = work.noise.next() >> 11;
            let mut dice = Dice::new(&work.order.parameters, seed);
            let Some(fault) = (row.draw)(&mut dice, target) else {
                continue;
            };
            if let Fault::Wire(fault) = fault
                && link.is_none_or(|link| fault.received(target.burst, &link).is_none())
            {
                continue;
            }
            let place = count(&mut work.eligible);
            let strikes = match &work.order.chance {
                Chance::Never => false,
                Chance::Each(probability) => work.noise.next() >> 32 < *probability,
                Chance::At(places) => {
                    while places.get(work.reached).is_some_and(|at| *at <= place) {
                        work.reached += 1;
                        work.due += 1;
                    }
                    work.due > 0
                }
            };
            if strikes && strike.is_none() {
                work.due = work.due.saturating_sub(1);
                work.done += 1;
                strike = Some(Strike {
                    row,
                    fault,
                    parameters: dice.decided(),
                    seed,
                });
            }
        }
        strike
    }

    /// A burst has passed: those held back come nearer.
    fn release<E>(&mut self, at: Option<Tick>, out: &mut dyn FnMut(Sent<'_>) -> Result<(), E>) -> Result<(), E> {
        for held in &mut self.held {
            held.left = held.left.saturating_sub(1);
        }
        let mut kept = Vec::new();
        let mut result = Ok(());
        for held in core::mem::take(&mut self.held) {
            if held.left > 0 || result.is_err() {
                kept.push(held);
                continue;
            }
            result = out(Sent {
                bytes: &held.bytes,
                wire: &[],
                at,
            });
        }
        self.held = kept;
        result
    }
}

/// One more; what it was.
fn count(counter: &mut u64) -> u64 {
    let before = *counter;
    *counter = before.saturating_add(1);
    before
}
