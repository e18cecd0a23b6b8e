//! What `csi2 check` says to people.

use crate::command::judge::{Clues, Group, Judge};
use crate::console::{ERROR, GOOD, HEADING, WARNING};
use crate::report;
use crate::report::attribution::BitErrorReport;
use crate::report::json::Check;
use crate::report::link;
use crate::report::load::LoadRow;
use crate::report::modes::ModeRow;
use crate::report::place;
use crate::report::text::{self, Side};
use crate::report::timing;
use crate::session::{Clock, Session};
use clap::builder::styling::Style;
use csi2_analyzer::{Severity, TimingReport};
use std::io::{self, Write};

pub(super) fn print(
    name: &str,
    report: &Check,
    session: &Session,
    judge: &Judge<Clues>,
    timing: Option<&TimingReport>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = match report.verdict {
        "clean" => GOOD,
        "warnings" => WARNING,
        _ => ERROR,
    };
    writeln!(out, "{name}: {style}{}{style:#}", report.verdict)?;
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
    if let Some(load) = report.load.as_ref().and_then(LoadRow::describe) {
        writeln!(out, "  load     {load}")?;
    }
    if let Some(low_power) = &report.low_power {
        writeln!(out, "  LP       {}", low_power.describe())?;
    }
    if let Some(sensor) = &report.sensor {
        writeln!(out, "  sensor   {}", sensor.describe())?;
    }
    channels(report, out)?;
    if let Some(sensor) = &report.sensor {
        write!(out, "{}", sensor.table())?;
    }
    if let Some(timing) = timing {
        write!(out, "{}", timing::table(timing))?;
    }
    report::diagnosis::print(&report.diagnosis, out)?;
    let mut before = None;
    for group in judge.groups() {
        finding(group, session.clock(), before != Some(group.code), out)?;
        before = Some(group.code);
    }
    if let Some(errors) = &report.bit_errors {
        bit_errors(errors, out)?;
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
    for channel in report.channels.iter().filter(|of| !of.modes.is_empty()) {
        writeln!(out, "  vc {} modes: {}", channel.vc, ModeRow::describe(&channel.modes))?;
    }
    for line in timings {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn bit_errors(errors: &BitErrorReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{HEADING}bit errors{HEADING:#}: {}", errors.summary())?;
    writeln!(out, "  {}", errors.verdict())?;
    if let Some(table) = errors.table() {
        write!(out, "{table}")?;
    }
    errors
        .advice()
        .map_or(Ok(()), |advice| writeln!(out, "  try: {advice}"))
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
    if !place::has_place(&group.first) {
        return advice(row.advice, advise, out);
    }
    match place::packet(&group.first) {
        Some(packet) if row.count > 1 => write!(out, "  first in packet {packet}")?,
        Some(packet) => write!(out, "  in packet {packet}")?,
        None if row.count > 1 => write!(out, "  worst")?,
        None => write!(out, " ")?,
    }
    if let Some(time) = clock.nanoseconds(group.first.span.at) {
        write!(out, " at {}", text::time(time))?;
    }
    writeln!(out, ", offset {}", group.first.span.offset)?;
    advice(row.advice, advise, out)
}

fn advice(advice: &str, advise: bool, out: &mut dyn Write) -> io::Result<()> {
    if advise && !advice.is_empty() {
        writeln!(out, "  try: {advice}")?;
    }
    Ok(())
}
