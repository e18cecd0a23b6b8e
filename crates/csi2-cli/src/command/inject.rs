//! `csi2 inject`: a capture with faults, and what a correct receiver must say of them.

mod corpus;
mod fault_arg;
mod kinds;
mod pass;
mod report;

use super::out::{Resend, ResendArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::output;
use crate::read_args::ReadArgs;
use crate::report::text;
use crate::session::Session;
use crate::transmit::LinkArgs;
use clap::builder::ArgPredicate;
use clap::{Arg, Args};
use corpus::CorpusLayer;
use csi2_capture::Layer;
use csi2_generator::{Chance, FaultLayer, Order};
use fault_arg::FaultArg;
use pass::{Pass, Plan};
use report::Report;
use std::path::{Path, PathBuf};

/// Seeds of the places that --count chooses: one for each --fault.
const PLACES: u64 = 0x9E37_79B9_7F4A_7C15;

/// Writes a capture with seeded faults, and says what a correct receiver must report of it
///
/// Packets are kept byte for byte but for the faults, and written at the layer of the capture, or at another one, like
/// `csi2 convert` does it; wires are sent anew. A packet takes one fault at most. The same seed makes the same faults. The
/// verdict at the end is of the whole output: also of what was wrong with the capture before.
#[derive(Args, Debug)]
#[command(
    mut_arg("capture", |argument| unless(argument, &["list", "corpus"])),
    mut_arg("output", |argument| unless(argument, &["list"])),
    override_usage = "csi2 inject [OPTIONS] CAPTURE -o CAPTURE --fault KIND[:KEY=VALUE,...]\n       csi2 inject --list\n       \
                      csi2 inject --corpus N -o DIRECTORY",
    after_help = "Examples:
  csi2 inject good.pcapng -o bad.pcapng --fault payload-bit --fault lost-fs --log faults.jsonl
  csi2 inject good.sr -o bad.sr --fault header-bit:bit=5 --probability 0.001"
)]
pub(crate) struct InjectArgs {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    link: LinkArgs,
    #[command(flatten)]
    resend: ResendArgs,
    /// Kind of fault, with parameters; what is not given is drawn: payload-bit, word-count-long:word=4096. Repeatable
    #[arg(long, value_name = "KIND[:KEY=VALUE,...]", value_parser = fault_arg::parse)]
    fault: Vec<FaultArg>,
    /// Faults of each --fault, at places chosen evenly; one when neither this nor --probability is given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    count: Option<u64>,
    /// Probability of each --fault at each place it can hit: 0.001, 1e-6. Also for pipes
    #[arg(long, value_name = "P", value_parser = fault_arg::probability, conflicts_with = "count")]
    probability: Option<f64>,
    /// Of all that is drawn
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Write what was done, and the verdict, to this file: JSON, one object a line
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Print the kinds of faults, with their parameters
    #[arg(long)]
    list: bool,
    /// Instead of a capture: so many small streams that cover every kind, each with its verdict, into a directory
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 24), conflicts_with_all = ["fault", "count", "probability", "log"])]
    corpus: Option<u64>,
    /// Of a corpus: what each stream is written as; all when absent
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "corpus")]
    corpus_layers: Vec<CorpusLayer>,
}

/// Needed, unless one of these is given.
fn unless(argument: Arg, others: &[&'static str]) -> Arg {
    let given = others.iter().map(|other| (*other, ArgPredicate::IsPresent, Some("-")));
    argument
        .required(false)
        .required_unless_present_any(others.iter().copied())
        .default_value_ifs(given)
}

pub(crate) fn run(args: &InjectArgs, console: &Console) -> Result<(), Failure> {
    if args.list {
        return kinds::print(args.read.json);
    }
    let output = &args.link.output;
    if let Some(streams) = args.corpus {
        let layers = match args.corpus_layers.as_slice() {
            [] => CorpusLayer::ALL.as_slice(),
            layers => layers,
        };
        let request = corpus::Request {
            streams,
            seed: args.seed,
            directory: output,
            layers,
        };
        return corpus::run(&request, console);
    }
    inject(args, console)
}

fn inject(args: &InjectArgs, console: &Console) -> Result<(), Failure> {
    let (capture, output) = (&args.read.capture, &args.link.output);
    if args.fault.is_empty() {
        return Err(Failure::usage(
            "no fault: give --fault KIND; csi2 inject --list prints the kinds",
        ));
    }
    output::keep_inputs(output, [capture.as_str()])?;
    if let Some(log) = &args.log {
        output::keep_inputs(log, [capture.as_str()])?;
        if log == output {
            return Err(Failure::usage(format!("{}: is the output too", log.display())));
        }
    }
    let is_data = output == Path::new("-");
    if is_data && args.read.json {
        return Err(Failure::usage(
            "standard output is the capture: give --log FILE instead of --json",
        ));
    }
    let mut session = Session::open(&args.read, console)?;
    let target = args.link.target_like(Some(session.layer()))?;
    let plan = Plan {
        read: &args.read,
        resend: Resend {
            link: &args.link,
            args: &args.resend,
            told_lanes: args.read.lanes,
            target,
            renews_trail: true,
        },
        seed: args.seed,
    };
    let mut orders: Vec<Order> = args.fault.iter().map(FaultArg::order).collect();
    if let Some(probability) = args.probability {
        for order in &mut orders {
            order.chance = Chance::probability(probability);
        }
    } else {
        if !input::may_be_read_again(capture) {
            return Err(Failure::usage(format!(
                "{capture}: can be read only once, so places cannot be chosen evenly: give --probability, or copy it to a \
                 file first"
            )));
        }
        let eligible = Pass::survey(&plan, &orders, &mut session, console)?;
        for (number, (order, eligible)) in (0..).zip(orders.iter_mut().zip(eligible)) {
            if eligible == 0 {
                return Err(Failure::usage(nothing_to_hit(capture, order, target.layer)));
            }
            let wanted = args.count.unwrap_or(1);
            if eligible < wanted {
                console.warning(&format!(
                    "{}: {} to hit, {wanted} wanted",
                    order.row.name,
                    text::count(eligible, "place")
                ));
            }
            order.chance = Chance::spread(wanted, eligible, args.seed ^ PLACES.wrapping_mul(number + 1));
        }
        session = Session::open(&args.read, console)?;
    }
    let report = Report::new(args.read.json, is_data, args.log.as_deref())?;
    let mut pass = Pass::write(&plan, &orders, report, &session)?;
    let broken = session.run(&mut pass, console)?;
    let done = pass.finish(session.clock(), console)?;
    for (order, done) in orders.iter().zip(&done) {
        if done.eligible == 0 {
            console.warning(&nothing_to_hit(capture, order, target.layer));
        }
    }
    console.note(&format!(
        "{}: {}, {} ({}), seed {}",
        output.display(),
        text::count(done.iter().map(|done| done.injected).sum(), "fault"),
        target.format.name,
        target.layer.name(),
        args.seed
    ));
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// Why a kind hits nothing.
fn nothing_to_hit(capture: &str, order: &Order, layer: Layer) -> String {
    let row = order.row;
    let name = row.name;
    match (row.layer, layer) {
        (FaultLayer::Lanes, Layer::Packets) => {
            format!("{name}: a fault of lanes, which packets do not show: add --layer lanes or --layer pins")
        }
        (FaultLayer::LowPower, Layer::Packets | Layer::Lanes) => {
            format!("{name}: a fault of low-power states, which only wires show: add --layer pins")
        }
        (FaultLayer::Lanes, Layer::Lanes) => format!(
            "{name} hits nothing: bytes of lanes do not show it, or not in this format, or not with these parameters and \
             lanes: add --layer pins, or write .lanes text"
        ),
        _ if order.parameters.iter().next().is_some() => {
            format!(
                "{capture}: {name} hits nothing: it hits {}, and none here can have the parameters given",
                row.hits
            )
        }
        _ => format!(
            "{capture}: {name} hits nothing: it hits {}, and there are none",
            row.hits
        ),
    }
}
