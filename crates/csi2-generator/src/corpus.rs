//! Corpora: streams without end in sight, each with its faults and with what a correct receiver must say of it. They cover every
//! kind of fault.

mod base;
mod ppi;
mod report;

pub use base::CorpusPlan;
pub use ppi::{PPI_LANES, PPI_MAX_SKEW, PpiLane, PpiTrace, PpiWord};
pub use report::{PpiFlag, PpiReport, ReportKind};

use alloc::vec::Vec;
use core::convert::Infallible;

use crate::fault::{FAULTS, FaultLayer, FaultRow, Parameters, WireFault, WireView};
use crate::injector::{Chance, FaultRecord, InjectSettings, Injector, Order};
use crate::noise::Noise;
use crate::sent::Sent;
use crate::verdict::{Judge, JudgeSettings, Verdict};

/// After a first round of the kinds, one stream of so many has no fault.
const FAULTLESS: u64 = 8;
/// Streams that are drawn until one has what a kind can hit.
const ATTEMPTS: u64 = 64;
/// One stream of so many has a second kind of fault.
const MIXED: u64 = 4;

/// A corpus. Any stream of it can be made without those before it.
///
/// ```
/// use csi2_generator::{Corpus, FAULTS};
///
/// let corpus = Corpus::new(1);
/// let stream = corpus.stream(0);
/// assert_eq!(stream.records[0].row.name, FAULTS[0].name);
/// assert!(corpus.stream(FAULTS.len() as u64).records.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Corpus {
    seed: u64,
}

/// A stream of a corpus.
#[derive(Clone, Debug)]
pub struct CorpusStream {
    /// Which.
    pub index: u64,
    /// Its own seed.
    pub seed: u64,
    /// What it is like.
    pub plan: CorpusPlan,
    /// What is sent, faults included.
    pub bursts: Vec<CorpusBurst>,
    /// The faults.
    pub records: Vec<FaultRecord>,
}

/// A burst of a stream.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CorpusBurst {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is wrong with it on the wires.
    pub wire: Vec<WireFault>,
}

impl Corpus {
    /// The corpus of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The kind that stream `index` is for: each in turn, and from then on streams without one among them.
    pub fn kind(index: u64) -> Option<&'static FaultRow> {
        let kinds = FAULTS.len() as u64;
        let turn = match index.checked_sub(kinds) {
            None => index,
            Some(after) if after.is_multiple_of(FAULTLESS) => return None,
            Some(after) => (after - after / FAULTLESS - 1) % kinds,
        };
        FAULTS.get(turn as usize)
    }

    /// A stream.
    pub fn stream(&self, index: u64) -> CorpusStream {
        let seed = Noise::at(self.seed, [index, 0]).next();
        let kind = Self::kind(index);
        let mut made = None;
        for attempt in 0..ATTEMPTS {
            let stream = draw(index, seed, kind, attempt);
            let hit = kind.is_none_or(|kind| stream.records.iter().any(|record| record.row.name == kind.name));
            made = Some(stream);
            if hit {
                break;
            }
        }
        // There is always a first attempt.
        made.unwrap_or_else(|| draw(index, seed, kind, 0))
    }

    /// Streams 0 to `count` - 1.
    pub fn streams(self, count: u64) -> impl Iterator<Item = CorpusStream> {
        (0..count).map(move |index| self.stream(index))
    }
}

impl CorpusStream {
    /// The bursts, as a receiver of packets (`lanes` false) or of lanes gets them.
    pub fn sent(&self, lanes: bool) -> impl Iterator<Item = Sent<'_>> {
        self.bursts.iter().map(move |burst| Sent {
            bytes: &burst.bytes,
            wire: if lanes { &burst.wire } else { &[] },
            at: None,
        })
    }

    /// What a correct receiver must report of a capture at this layer. `None` where that is not certain: a fault of lanes shows
    /// there that receivers may take for one thing or another.
    pub fn verdict(&self, view: WireView) -> Option<Verdict> {
        let link = self.plan.link(view);
        let lanes = view != WireView::Packets;
        let certain = |burst: &CorpusBurst| {
            let mut shown = burst.wire.iter().filter(|fault| fault.shows(view));
            shown.all(|fault| fault.received(&burst.bytes, &link).is_some())
        };
        if !self.bursts.iter().all(certain) {
            return None;
        }
        let mut judge = Judge::new(JudgeSettings {
            vcx: None,
            link: lanes.then_some(link),
        });
        self.sent(lanes).for_each(|sent| judge.sent(&sent));
        Some(judge.finish())
    }

    /// Whether a fault of it is done to lanes or low-power states, which captures of packets do not show.
    pub fn is_of_lanes(&self) -> bool {
        self.records.iter().any(|record| record.row.layer != FaultLayer::Packet)
    }

    /// What a D-PHY hands on, and what has to be reported of it.
    pub fn ppi(&self) -> (Vec<PpiWord>, Vec<PpiReport>) {
        let mut trace = PpiTrace::default();
        let trail = Noise::at(self.seed, [0, 2]).below(3) as usize;
        trace.begin(self.index as u32, self.plan.lanes.into(), trail);
        for burst in &self.bursts {
            trace.burst(&burst.bytes, &burst.wire);
        }
        trace.end()
    }
}

fn draw(index: u64, seed: u64, kind: Option<&'static FaultRow>, attempt: u64) -> CorpusStream {
    let mut noise = Noise::at(seed, [attempt, 1]);
    let plan = CorpusPlan::draw(&mut noise);
    let packets = plan.packets(&mut noise);
    let mut wanted: Vec<(&'static FaultRow, u64)> = Vec::new();
    if let Some(kind) = kind {
        wanted.push((kind, 1 + noise.below(3)));
        if noise.below(MIXED) == 0
            && let Some(other) = FAULTS.get(noise.below(FAULTS.len() as u64) as usize)
        {
            wanted.push((other, 1));
        }
    }
    let settings = InjectSettings {
        seed: noise.next(),
        link: Some(plan.link(WireView::Pins)),
    };
    let orders = wanted.iter().zip(0..).map(|(&(row, count), at)| {
        let never = Order {
            row,
            parameters: Parameters::none(),
            chance: Chance::Never,
        };
        let mut counting = Injector::new(settings);
        counting.order(never.clone());
        run(&mut counting, &packets, &mut |_| {});
        let chance = Chance::spread(count, counting.eligible(0), Noise::at(settings.seed, [at, 3]).next());
        Order { chance, ..never }
    });
    let mut injector = Injector::new(settings);
    orders.for_each(|order| injector.order(order));
    let mut bursts = Vec::new();
    run(&mut injector, &packets, &mut |sent| {
        bursts.push(CorpusBurst {
            bytes: sent.bytes.to_vec(),
            wire: sent.wire.to_vec(),
        });
    });
    let records = core::iter::from_fn(|| injector.poll()).collect();
    CorpusStream {
        index,
        seed,
        plan,
        bursts,
        records,
    }
}

/// Sends packets through an injector, each as a burst.
fn run(injector: &mut Injector, packets: &[Vec<u8>], out: &mut dyn FnMut(Sent<'_>)) {
    let mut send = |sent: Sent<'_>| {
        out(sent);
        Ok::<_, Infallible>(())
    };
    // Nothing fails.
    let Ok(()) = injector.stream(packets.iter().map(Vec::as_slice), &mut send);
}
