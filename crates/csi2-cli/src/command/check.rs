//! `csi2 check`: what is wrong, where, and why.

use super::judge::{Group, Judge};
use crate::console::{Console, ERROR, GOOD, HEADING, WARNING};
use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::read_args::ReadArgs;
use crate::report::json::{self, Check};
use crate::report::link::{self, Link};
use crate::report::low_power::LowPower;
use crate::report::text::{self, Side};
use crate::report::timing::{self, LinkTiming};
use crate::session::{Clock, Session};
use clap::builder::styling::Style;
use clap::{Args, ValueEnum};
use csi2_analyzer::{Severity, TimingReport};
use std::io::{self, Write};

/// Says what is wrong with a link, where, and what to try
///
/// Exit status 1 when there is something at or above --fail-on.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 check capture.sr --timing
  csi2 check capture.pcapng --json --fail-on warning | jq '.findings[] | .code'")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// From which severity the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,
    /// Also the time from line to line and, of wires, the durations of the line protocol beside their limits
    #[arg(long)]
    timing: bool,
}

/// A bound for the exit status.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Warning,
    Error,
    Never,
}

pub(crate) fn run(args: &CheckArgs, console: &Console) -> Result<(), Failure> {
    let mut session = Session::open(&args.read, console)?;
    let mut judge = Judge::new(&args.read);
    let broken = session.run(&mut judge, console)?;
    let timing = session.timing();
    if let Some(timing) = &timing {
        judge.durations(timing);
    }
    judge.finish();
    let report = Check {
        r#type: "check",
        verdict: verdict(judge.worst()),
        link: Link::new(&session, judge.statistics()),
        packets: judge.packets(),
        channels: judge.channels(session.clock(), args.timing),
        low_power: LowPower::new(
            &judge.statistics().low_power,
            session.lanes().unwrap_or(0),
            session.clock(),
        ),
        timing: timing.as_ref().map(LinkTiming::new),
        findings: judge.groups().iter().map(|group| group.row(session.clock())).collect(),
    };
    if args.read.json {
        let mut out = stdout();
        json::line(&mut out, &report)?;
        out.flush().map_err(stdout_error)?;
    } else {
        let mut out = styled();
        print(
            &report,
            &session,
            &judge,
            timing.as_ref().filter(|_| args.timing),
            &mut out,
        )
        .and_then(|()| out.flush())
        .map_err(stdout_error)?;
    }
    if report.packets.total == 0 && report.findings.is_empty() {
        console.warning(&format!(
            "{}: no packet was found, so nothing was checked; `csi2 info` shows which wire was taken for which",
            session.name()
        ));
    }
    if let Some(error) = broken {
        return Err(error.into());
    }
    let bound = match args.fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
        FailOn::Never => return Ok(()),
    };
    if judge.worst().is_some_and(|worst| worst >= bound) {
        return Err(Failure::Found);
    }
    Ok(())
}

fn verdict(worst: Option<Severity>) -> &'static str {
    match worst {
        None | Some(Severity::Info) => "clean",
        Some(Severity::Warning) => "warnings",
        Some(Severity::Error) => "errors",
    }
}

fn print(
    report: &Check,
    session: &Session,
    judge: &Judge,
    timing: Option<&TimingReport>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = match report.verdict {
        "clean" => GOOD,
        "warnings" => WARNING,
        _ => ERROR,
    };
    writeln!(out, "{}: {style}{}{style:#}", session.name(), report.verdict)?;
    writeln!(out, "  link     {}", report.link.describe())?;
    if let Some(wiring) = link::wiring(session) {
        writeln!(out, "  wiring   {wiring}")?;
    }
    let statistics = judge.statistics();
    write!(
        out,
        "  packets  {}: {} short, {} long",
        report.packets.total, report.packets.short, report.packets.long
    )?;
    if statistics.unusable > 0 {
        write!(out, ", {} with an unusable header", statistics.unusable)?;
    }
    writeln!(out)?;
    if let Some(duration) = session.clock().duration() {
        writeln!(out, "  time     {}", text::time(duration))?;
    }
    if let Some(low_power) = &report.low_power {
        writeln!(out, "  LP       {}", low_power.describe())?;
    }
    channels(report, out)?;
    if let Some(timing) = timing {
        write!(out, "{}", timing::table(timing))?;
    }
    let mut before = None;
    for group in judge.groups() {
        finding(group, session.clock(), before != Some(group.code), out)?;
        before = Some(group.code);
    }
    Ok(())
}

fn channels(report: &Check, out: &mut dyn Write) -> io::Result<()> {
    if report.channels.is_empty() {
        return Ok(());
    }
    let heading = [
        "vc",
        "frames",
        "rate",
        "data type",
        "packets",
        "bytes",
        "width",
        "lines",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let mut timings = Vec::new();
    for channel in &report.channels {
        let rate = channel.frame_rate.map_or("-".into(), |rate| text::rate(rate, "Hz"));
        let mut start = [channel.vc.to_string(), channel.frames.to_string(), rate];
        if channel.data_types.is_empty() {
            rows.push(start.to_vec());
        }
        for of in &channel.data_types {
            let or_dash = |number: Option<u32>| number.map_or("-".into(), |number| number.to_string());
            let mut row = std::mem::take(&mut start).to_vec();
            row.extend([
                of.name.to_owned(),
                of.packets.to_string(),
                of.bytes.to_string(),
                or_dash(of.width),
                or_dash(of.lines),
            ]);
            rows.push(row);
            if let Some(time) = &of.line_time_ns {
                timings.push(format!(
                    "  vc {} {}: line to line {} to {}, mean {}",
                    channel.vc,
                    of.name,
                    text::time(time.min),
                    text::time(time.max),
                    text::time(time.mean)
                ));
            }
        }
    }
    use Side::{Left, Right};
    let sides = [Right, Right, Right, Left, Right, Right, Right, Right];
    write!(out, "\n{}", text::table("  ", &sides, &rows))?;
    for line in timings {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// `advise`: what to try is not said yet.
fn finding(group: &Group, clock: &Clock, advise: bool, out: &mut dyn Write) -> io::Result<()> {
    let row = group.row(clock);
    let style = match group.severity {
        Severity::Info => Style::new(),
        Severity::Warning => WARNING,
        Severity::Error => ERROR,
    };
    write!(
        out,
        "\n{style}{}:{style:#} {HEADING}{}{HEADING:#}",
        row.severity, row.code
    )?;
    if let Some(vc) = row.vc {
        write!(out, " on vc {vc}")?;
    }
    if row.count > 1 {
        write!(out, ", {} times", row.count)?;
    }
    writeln!(out, ": {}", row.message)?;
    match json::packet(&group.first) {
        Some(packet) if row.count > 1 => write!(out, "  first in packet {packet}")?,
        Some(packet) => write!(out, "  in packet {packet}")?,
        None if row.count > 1 => write!(out, "  worst")?,
        None => write!(out, " ")?,
    }
    if let Some(time) = clock.nanoseconds(group.first.span.at) {
        write!(out, " at {}", text::time(time))?;
    }
    writeln!(out, ", offset {}", group.first.span.offset)?;
    if advise && !row.advice.is_empty() {
        writeln!(out, "  try: {}", row.advice)?;
    }
    Ok(())
}
