//! `csi2 check A B`: two links judged, and whether they are in step.

use super::{CheckArgs, Examined, Frames};
use crate::console::{Console, GOOD, HEADING, WARNING};
use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::read_args::ReadArgs;
use crate::report::json;
use crate::report::pairs::{End, Pairs};
use crate::report::text;
use crate::session::{Clock, Session};
use csi2_analyzer::{FrameStarts, LinkEvent, PairSettings, Pairing, Received, Severity, Side, Spread};
use csi2_packet::{DataType, PacketEvent, VirtualChannel};
use std::io::{self, Write};

/// Frame starts of each channel, in order of appearance.
#[derive(Default)]
pub(super) struct Starts(Vec<(VirtualChannel, FrameStarts)>);

impl Starts {
    pub(super) fn see(&mut self, received: &Received<'_>, clock: &Clock) {
        let LinkEvent::Packet(PacketEvent::Short(short)) = received.event else {
            return;
        };
        let (header, Some(at)) = (short.header, received.span.at) else {
            return;
        };
        if header.data_type != DataType::FRAME_START {
            return;
        }
        match self.0.iter_mut().find(|(channel, _)| *channel == header.channel) {
            Some((_, starts)) => starts.push(at),
            None => {
                let mut starts = FrameStarts::new(clock.timebase);
                starts.push(at);
                self.0.push((header.channel, starts));
            }
        }
    }

    fn of(&self, channel: VirtualChannel) -> Option<&FrameStarts> {
        self.0.iter().find(|(of, _)| *of == channel).map(|(_, starts)| starts)
    }
}

/// One of the two.
struct Half<'a> {
    examined: &'a Examined,
    channel: Option<VirtualChannel>,
    starts: FrameStarts,
}

impl<'a> Half<'a> {
    fn new(examined: &'a Examined, channel: Option<VirtualChannel>) -> Self {
        let clock = examined.session.clock();
        let starts = channel.and_then(|channel| examined.starts.of(channel));
        let mut starts = starts.cloned().unwrap_or_else(|| FrameStarts::new(clock.timebase));
        if let Some((first, last)) = clock.extent() {
            starts.recorded(first, last);
        }
        Self {
            examined,
            channel,
            starts,
        }
    }

    /// Of image lines, in nanoseconds.
    fn line_time(&self) -> Option<f64> {
        let timebase = self.examined.session.clock().timebase?;
        let mut channels = self.examined.judge.statistics().channels.iter();
        let of = channels.find(|of| Some(of.channel) == self.channel)?;
        let images = of.data_types.iter().filter(|of| of.is_of_image());
        let most = images.max_by_key(|of| of.bytes)?;
        Some(Spread::mean(&most.line_time)? * timebase.nanoseconds(1))
    }

    fn end(&self) -> End {
        End {
            name: self.examined.name.clone(),
            channel: self.channel.map(VirtualChannel::number),
        }
    }
}

/// Checks both, says what is wrong with each, and how their frames lie to each other.
pub(super) fn run(args: &CheckArgs, sides: [ReadArgs; 2], console: &Console) -> Result<Option<Severity>, Failure> {
    let [a, b] = &sides;
    let examined = [
        Examined::new(a, args, Frames::Keep, console)?,
        Examined::new(b, args, Frames::Keep, console)?,
    ];
    let [first, second] = &examined;
    let channels = channels(first, second, a);
    let halves = [Half::new(first, channels[0]), Half::new(second, channels[1])];
    let [left, right] = &halves;
    for half in &halves {
        complain(half, console);
    }
    let line_times = halves.iter().filter_map(Half::line_time);
    let settings = PairSettings {
        align: args.align.into(),
        line_time: line_times.reduce(f64::max),
    };
    let pairing = Pairing::new(&left.starts, &right.starts, settings);
    if pairing.pairs == 0 && pairing.outside != [0; 2] && pairing.unpaired_count == [0; 2] {
        console.warning(
            "the two captures have no time in common, so no frame was paired: --align first lays their first frames \
             together",
        );
    }
    let clock = |side| match side {
        Side::A => first.session.clock(),
        Side::B => second.session.clock(),
    };
    let pairs = Pairs::new(
        [left.end(), right.end()],
        settings.align,
        &pairing,
        a.profile().map(|profile| profile.name),
        |side, at| clock(side).nanoseconds(Some(at)),
    );
    if a.json {
        let mut out = stdout();
        json::line(&mut out, &first.report)?;
        json::line(&mut out, &second.report)?;
        json::line(&mut out, &pairs)?;
        out.flush().map_err(stdout_error)?;
    } else {
        let mut out = styled();
        print(args, &examined, &pairs, &mut out)
            .and_then(|()| out.flush())
            .map_err(stdout_error)?;
    }
    let worst = [first.judge.worst(), second.judge.worst(), pairs.worst()];
    for examined in examined {
        examined.end(console)?;
    }
    Ok(worst.into_iter().flatten().max())
}

/// The lowest channel that both have frames on, else the lowest of each.
fn channels(a: &Examined, b: &Examined, read: &ReadArgs) -> [Option<VirtualChannel>; 2] {
    let filter = read.filter();
    let all = |of: &Examined| {
        let channels = of.starts.0.iter().map(|(channel, _)| *channel);
        let mut channels: Vec<_> = channels.filter(|channel| filter.keeps_channel(*channel)).collect();
        channels.sort_unstable();
        channels
    };
    let (a, b) = (all(a), all(b));
    match a.iter().find(|channel| b.contains(channel)) {
        Some(common) => [Some(*common); 2],
        None => [a.first().copied(), b.first().copied()],
    }
}

fn complain(half: &Half<'_>, console: &Console) {
    let name = &half.examined.name;
    if half.examined.session.clock().timebase.is_none() {
        console.warning(&format!(
            "{name}: the capture has no time, so its frames cannot be paired"
        ));
    } else if half.channel.is_none() {
        console.warning(&format!(
            "{name}: no frame start was found, so there is nothing to pair"
        ));
    }
    if half.starts.left_out() > 0 {
        console.warning(&format!(
            "{name}: only the first {} frames are paired, {} more are not",
            half.starts.len(),
            half.starts.left_out()
        ));
    }
}

fn print(args: &CheckArgs, examined: &[Examined; 2], pairs: &Pairs, out: &mut dyn Write) -> io::Result<()> {
    for one in examined {
        one.print(args, out)?;
        writeln!(out)?;
    }
    let style = if pairs.worst().is_none() { GOOD } else { WARNING };
    writeln!(out, "A and B together: {style}{}{style:#}", pairs.verdict)?;
    for (label, value) in pairs.lines() {
        writeln!(out, "  {label:<8} {value}")?;
    }
    for row in pairs.findings() {
        write!(
            out,
            "\n{WARNING}{}:{WARNING:#} {HEADING}{}{HEADING:#}",
            row.severity, row.code
        )?;
        if row.count > 1 {
            write!(out, ", {} times", row.count)?;
        }
        write!(out, ": {}", row.message)?;
        match row.first.time_ns {
            Some(time) => writeln!(out, ", at {}", text::time(time))?,
            None => writeln!(out)?,
        }
        writeln!(out, "  try: {}", row.advice)?;
        if let Some(registers) = pairs.sensor_advice(row.code) {
            writeln!(out, "       Of this sensor: {registers}.")?;
        }
    }
    Ok(())
}

/// The two links that the command line names; `None`: it names one.
pub(super) fn sides(args: &CheckArgs) -> Result<Option<[ReadArgs; 2]>, Failure> {
    let read = &args.read;
    let (a, b) = match (args.second.as_deref(), read.link.as_slice()) {
        (None, [] | [_]) => return Ok(None),
        (None, [a, b]) if read.capture == "-" => {
            return Err(Failure::usage(format!(
                "--link {a},{b} reads the capture twice, which standard input cannot be: give a file"
            )));
        }
        (None, [a, b]) => ((read.capture.as_str(), Some(*a)), (read.capture.as_str(), Some(*b))),
        (Some("-"), _) if read.capture == "-" => {
            return Err(Failure::usage("only one of the two captures can be standard input"));
        }
        (Some(second), []) => ((read.capture.as_str(), None), (second, None)),
        (Some(second), [link]) => ((read.capture.as_str(), Some(*link)), (second, Some(*link))),
        (Some(second), [a, b]) => ((read.capture.as_str(), Some(*a)), (second, Some(*b))),
        (_, links) => {
            return Err(Failure::usage(format!(
                "--link names {} links: one, or the two that are compared",
                links.len()
            )));
        }
    };
    let side = |(capture, link): (&str, Option<u16>)| {
        let mut side = read.clone();
        side.capture = capture.to_owned();
        side.link = link.into_iter().collect();
        side
    };
    Ok(Some([side(a), side(b)]))
}

/// What a capture is called beside another.
pub(super) fn name(session: &Session, read: &ReadArgs, frames: Frames) -> String {
    match read.link.first().filter(|_| frames == Frames::Keep) {
        Some(link) => format!("{} (link {link})", session.name()),
        None => session.name().to_owned(),
    }
}
