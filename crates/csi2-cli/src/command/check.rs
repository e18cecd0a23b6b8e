//! `csi2 check`: what is wrong, where, and why.

mod diagnosis;
mod pair;
mod print;

use super::judge::{Clues, Judge};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::read_args::ReadArgs;
use crate::report::attribution::BitErrorReport;
use crate::report::conformance::SensorRow;
use crate::report::json::{self, Check};
use crate::report::link::Link;
use crate::report::load::LoadRow;
use crate::report::low_power::LowPower;
use crate::report::timing::LinkTiming;
use crate::session::{Clock, Flow, Session, Visitor};
use clap::{Args, ValueEnum};
use csi2_analyzer::{Align, Received, Severity, TimingReport};
use csi2_capture::CaptureError;
use csi2_dphy::Tick;
use diagnosis::Told;
use std::io::{self, Write};
use std::path::PathBuf;

/// Says what is wrong with a link, where, and what to try
///
/// Exit status 1 when there is something at or above --fail-on. With --sensor the stream is compared with what the sensor
/// sends in a mode. Of two captures, or of two links of one (--link 0,1), also whether their frames start together.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 check capture.sr --timing --sensor imx412:full-10bit
  csi2 check left.pcapng right.pcapng --json | jq 'select(.type == \"pairs\") | .skew_ns'")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// A second capture, whose frames should start with those of the first
    #[arg(value_name = "CAPTURE_B")]
    second: Option<String>,
    /// Of two captures: what their times have in common
    #[arg(long, value_name = "HOW", default_value = "time")]
    align: AlignName,
    /// From which severity the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,
    /// Also the time from line to line and, of wires, the durations of the line protocol beside their limits
    #[arg(long)]
    timing: bool,
    /// What a receiver complained of (dmesg, a driver's log): the diagnosis takes it into account
    #[arg(long, value_name = "FILE")]
    receiver_log: Option<PathBuf>,
}

/// How two captures lie to each other.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum AlignName {
    /// Their clock is the same
    Time,
    /// Their first frames are one; what is between them is lost
    First,
}

impl From<AlignName> for Align {
    fn from(name: AlignName) -> Self {
        match name {
            AlignName::Time => Self::Time,
            AlignName::First => Self::First,
        }
    }
}

/// A bound for the exit status.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Warning,
    Error,
    Never,
}

pub(crate) fn run(args: &CheckArgs, console: &Console) -> Result<(), Failure> {
    let worst = match pair::sides(args)? {
        Some(sides) => pair::run(args, sides, console)?,
        None => one(args, console)?,
    };
    let bound = match args.fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
        FailOn::Never => return Ok(()),
    };
    if worst.is_some_and(|worst| worst >= bound) {
        return Err(Failure::Found);
    }
    Ok(())
}

/// Checks one link; the worst that was found.
fn one(args: &CheckArgs, console: &Console) -> Result<Option<Severity>, Failure> {
    let examined = Examined::new(&args.read, args, Frames::Drop, console)?;
    if args.read.json {
        let mut out = stdout();
        json::line(&mut out, &examined.report)?;
        out.flush().map_err(stdout_error)?;
    } else {
        let mut out = styled();
        examined
            .print(args, &mut out)
            .and_then(|()| out.flush())
            .map_err(stdout_error)?;
    }
    let worst = examined.judge.worst();
    examined.end(console)?;
    Ok(worst)
}

/// A capture that was run through the analyzer, and what there is to say of it.
struct Examined {
    /// What it is called in the report.
    name: String,
    session: Session,
    judge: Judge<Clues>,
    timing: Option<TimingReport>,
    starts: pair::Starts,
    report: Check,
    /// Where the capture broke off.
    broken: Option<CaptureError>,
}

/// Whether the starts of frames are wanted.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Frames {
    Keep,
    Drop,
}

/// Judges, and notes when frames start.
struct Watch {
    judge: Judge<Clues>,
    frames: Frames,
    starts: pair::Starts,
}

impl Visitor for Watch {
    fn lost(&mut self, records: u64, offset: u64, at: Option<Tick>) {
        self.judge.lost(records, offset, at);
    }

    fn event(&mut self, received: &Received<'_>, clock: &Clock) -> Flow {
        if self.frames == Frames::Keep {
            self.starts.see(received, clock);
        }
        self.judge.event(received, clock)
    }
}

impl Examined {
    fn new(read: &ReadArgs, args: &CheckArgs, frames: Frames, console: &Console) -> Result<Self, Failure> {
        let mut session = Session::open(read, console)?;
        let mut watch = Watch {
            judge: Judge::new(read, Clues::new(read)),
            frames,
            starts: pair::Starts::default(),
        };
        let broken = session.run(&mut watch, console)?;
        let Watch { mut judge, starts, .. } = watch;
        let timing = session.timing();
        if let Some(timing) = &timing {
            judge.durations(timing);
        }
        // Of packets nobody knows the lanes, unless the command line says.
        let lanes = session.lanes().or(read.lanes);
        let rate = session.clock().rate();
        let load = session
            .clock()
            .timebase
            .and_then(|timebase| judge.statistics().load(timebase));
        let load = load.map(|load| LoadRow::new(load, lanes, rate));
        let sensor = read.sensor;
        let judged = sensor.and_then(|chosen| judge.conformance(chosen, session.clock(), lanes));
        judge.finish();
        let mode = judged.as_ref().filter(|judged| judged.fits()).map(|judged| judged.mode);
        let mode = sensor.and_then(|chosen| chosen.mode).or(mode);
        let told = Told::new(read, mode, args.receiver_log.as_deref())?;
        let bits = judge.beside().bit_errors();
        let report = Check {
            r#type: "check",
            verdict: verdict(judge.worst()),
            link: Link::new(&session, judge.statistics()),
            packets: judge.packets(),
            channels: judge.channels(session.clock(), args.timing),
            load,
            sensor: sensor.map(|chosen| SensorRow::new(chosen, judged.as_ref())),
            low_power: LowPower::new(
                &judge.statistics().low_power,
                session.lanes().unwrap_or(0),
                session.clock(),
            ),
            timing: timing.as_ref().map(LinkTiming::new),
            diagnosis: diagnosis::rows((&judge, &bits), &session, timing.as_ref(), &told),
            bit_errors: BitErrorReport::new(&bits),
            findings: judge.groups().iter().map(|group| group.row(session.clock())).collect(),
        };
        Ok(Self {
            name: pair::name(&session, read, frames),
            session,
            judge,
            timing,
            starts,
            report,
            broken,
        })
    }

    /// The end of the capture, which may be that it broke off.
    fn end(self, console: &Console) -> Result<(), Failure> {
        if self.report.packets.total == 0 && self.report.findings.is_empty() {
            console.warning(&format!(
                "{}: no packet was found, so nothing was checked; `csi2 info` shows which wire was taken for which",
                self.name
            ));
        }
        self.broken.map_or(Ok(()), |error| Err(error.into()))
    }

    fn print(&self, args: &CheckArgs, out: &mut dyn Write) -> io::Result<()> {
        let timing = self.timing.as_ref().filter(|_| args.timing);
        print::print(&self.name, &self.report, &self.session, &self.judge, timing, out)
    }
}

fn verdict(worst: Option<Severity>) -> &'static str {
    match worst {
        None | Some(Severity::Info) => "clean",
        Some(Severity::Warning) => "warnings",
        Some(Severity::Error) => "errors",
    }
}
