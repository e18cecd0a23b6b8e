//! One way through the capture: bursts are put together, go through the injector, and out.

use super::report::Report;
use crate::command::out::{Out, Resend, wire_bytes};
use crate::console::Console;
use crate::failure::Failure;
use crate::keep::Filter;
use crate::read_args::ReadArgs;
use crate::record::{Ending, PacketRecord, Recorder};
use crate::report::text;
use crate::session::{CONTINUE, Clock, Flow, Session, Visitor};
use csi2_analyzer::{LinkEvent, Received};
use csi2_capture::Layer;
use csi2_dphy::Tick;
use csi2_generator::{Chance, InjectSettings, Injector, Judge, JudgeSettings, Order, Sent, Transmitter};
use csi2_packet::{Missing, PacketEvent, PacketHeader};

/// What the passes have in common.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) read: &'a ReadArgs,
    pub(super) resend: Resend<'a>,
    pub(super) seed: u64,
}

/// What came of an order.
pub(super) struct Done {
    pub(super) eligible: u64,
    pub(super) injected: u64,
}

pub(super) struct Pass<'a> {
    plan: &'a Plan<'a>,
    orders: &'a [Order],
    filter: Filter,
    lanes: usize,
    /// Wires: the trail is in the bytes of a burst that ends early.
    has_trail: bool,
    /// Each packet is a burst of its own: the capture does not know better.
    alone: bool,
    recorder: Recorder,
    /// The last packet was kept, so what trails it is too.
    kept: bool,
    burst: Vec<u8>,
    at: Option<Tick>,
    /// From here on the bytes of this burst may be trail.
    trail_after: Option<usize>,
    /// Bytes of cut headers and footers that the receiver does not give back.
    lost: u64,
    /// Made with the first burst, when the bit rate of the capture is known.
    chain: Option<Chain>,
    /// `None`: places are only counted.
    sink: Option<Sink<'a>>,
}

/// Injector and judge.
struct Chain {
    injector: Injector,
    judge: Judge,
    /// Bytes of each lane's trail that come as data.
    trail: usize,
}

/// Where all of it goes.
struct Sink<'a> {
    out: Out<'a>,
    report: Report,
}

impl<'a> Pass<'a> {
    /// Counts the places that each order could hit.
    pub(super) fn survey(
        plan: &Plan<'_>,
        orders: &[Order],
        session: &mut Session,
        console: &Console,
    ) -> Result<Vec<u64>, Failure> {
        let orders: Vec<Order> = orders
            .iter()
            .map(|order| Order {
                chance: Chance::Never,
                ..order.clone()
            })
            .collect();
        let mut pass = Pass::new(plan, &orders, None, session);
        // Where the capture breaks off is told in the pass that writes.
        session.run(&mut pass, console)?;
        pass.burst_end(session.clock())?;
        Ok(pass.done().iter().map(|done| done.eligible).collect())
    }

    /// Writes the capture with its faults.
    pub(super) fn write(
        plan: &'a Plan<'a>,
        orders: &'a [Order],
        report: Report,
        session: &Session,
    ) -> Result<Self, Failure> {
        let out = Out::new(plan.resend, session)?;
        Ok(Self::new(plan, orders, Some(Sink { out, report }), session))
    }

    fn new(plan: &'a Plan<'a>, orders: &'a [Order], sink: Option<Sink<'a>>, session: &Session) -> Self {
        let info = session.info();
        Self {
            plan,
            orders,
            filter: plan.read.filter(),
            lanes: plan.resend.lanes(session),
            has_trail: session.layer() == Layer::Pins,
            alone: info.layer == Layer::Packets && !info.framed,
            recorder: Recorder::new(true),
            kept: false,
            burst: Vec::new(),
            at: None,
            trail_after: None,
            lost: 0,
            chain: None,
            sink,
        }
    }

    /// The end of the capture, and of what was written. What came of each order.
    pub(super) fn finish(mut self, clock: &Clock, console: &Console) -> Result<Vec<Done>, Failure> {
        self.burst_end(clock)?;
        let done = self.done();
        let Self { chain, sink, lost, .. } = self;
        let Some(Sink { mut out, mut report }) = sink else {
            return Ok(done);
        };
        let mut judge = None;
        if let Some(mut chain) = chain {
            chain.injector.finish(&mut |sent| {
                chain.judge.sent(&sent);
                out.burst(&sent, clock)
            })?;
            while let Some(record) = chain.injector.poll() {
                report.fault(&record, clock)?;
            }
            judge = Some(chain.judge);
        }
        out.finish(clock, console)?;
        report.finish(&judge.map_or_else(Default::default, Judge::finish))?;
        if lost > 0 {
            console.warning(&format!(
                "{} of headers and footers that were cut are left out",
                text::count(lost, "byte")
            ));
        }
        Ok(done)
    }

    fn done(&self) -> Vec<Done> {
        let injector = self.chain.as_ref().map(|chain| &chain.injector);
        let of = |index| Done {
            eligible: injector.map_or(0, |injector| injector.eligible(index)),
            injected: injector.map_or(0, |injector| injector.injected(index)),
        };
        (0..self.orders.len()).map(of).collect()
    }

    fn packet(&mut self, record: &PacketRecord) {
        if self.burst.is_empty() {
            self.at = record.span.at;
        }
        let ends_early = matches!(record.ending, Ending::Cut(_) | Ending::Unusable);
        self.trail_after = ends_early.then_some(self.burst.len() + PacketHeader::SIZE);
        let (bytes, lost) = wire_bytes(record);
        self.burst.extend(bytes);
        self.lost += lost;
    }

    fn burst_end(&mut self, clock: &Clock) -> Result<(), Failure> {
        let trail_after = self.trail_after.take();
        if self.burst.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.burst);
        let at = self.at.take();
        let chain = match self.chain.take() {
            Some(chain) => chain,
            None => self.chain(clock)?,
        };
        let chain = self.chain.insert(chain);
        if let Some(start) = trail_after.filter(|_| self.has_trail) {
            // The new trail takes the place of the old one.
            bytes.truncate(bytes.len().saturating_sub(self.lanes * chain.trail).max(start));
        }
        let sent = Sent {
            bytes: &bytes,
            at,
            ..Sent::default()
        };
        match &mut self.sink {
            None => chain.injector.burst(sent, &mut |_| Ok::<_, Failure>(()))?,
            Some(sink) => {
                chain.injector.burst(sent, &mut |sent| {
                    chain.judge.sent(&sent);
                    sink.out.burst(&sent, clock)
                })?;
                while let Some(record) = chain.injector.poll() {
                    sink.report.fault(&record, clock)?;
                }
            }
        }
        self.burst = bytes;
        self.burst.clear();
        Ok(())
    }

    fn chain(&self, clock: &Clock) -> Result<Chain, Failure> {
        let Resend { link, target, .. } = self.plan.resend;
        let settings = link.settings(target.layer, self.lanes, self.plan.resend.rate(clock))?;
        let transmitter = Transmitter::new(settings);
        let wires = (target.layer != Layer::Packets).then(|| transmitter.link());
        let mut injector = Injector::new(InjectSettings {
            seed: self.plan.seed,
            // Files of lane bytes that do not mark bursts cannot say that a lane was silent.
            link: wires.filter(|_| target.layer == Layer::Pins || target.format.name == "lanes-text"),
        });
        self.orders.iter().for_each(|order| injector.order(order.clone()));
        Ok(Chain {
            injector,
            // Files of lane bytes keep one byte clock of it.
            judge: Judge::new(JudgeSettings {
                vcx: self.plan.read.vcx.expected(),
                link: wires,
            })
            .with_trail(1),
            trail: transmitter.trail_bytes(),
        })
    }
}

impl Visitor for Pass<'_> {
    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        if let Some(record) = self.recorder.push(received) {
            let header = record.received.header;
            self.kept = self.filter.keeps(header.channel, header.data_type);
            if self.kept {
                self.packet(&record);
            }
            self.recorder.recycle(record);
            if self.alone {
                self.burst_end(clock)?;
            }
        }
        match received.event {
            LinkEvent::Packet(PacketEvent::Trailing(bytes)) if self.kept => {
                self.trail_after = Some(self.burst.len() + PacketHeader::SIZE.max(self.lanes + 1));
                self.burst.extend_from_slice(&bytes);
            }
            LinkEvent::Packet(PacketEvent::Truncated(Missing::Header { have })) => self.lost += u64::from(have),
            LinkEvent::BurstEnd => {
                self.kept = false;
                self.burst_end(clock)?;
            }
            _ => {}
        }
        CONTINUE
    }
}
