//! `csi2 info`: what a file is.

use super::judge::Judge;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::read_args::ReadArgs;
use crate::report::json::{self, Info, WireRow};
use crate::report::text;
use crate::session::{self, Session};
use clap::Args;
use csi2_capture::{CaptureInfo, ChannelMap, Layer};
use std::io::{self, Write};

/// Says what a capture is: format, layer, channels, lanes, rate, duration, packets, frames
///
/// Reads the whole capture. Where the wires are not recognised, what the file says about itself is still printed: channel
/// names and numbers for --map.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 info capture.sr
  csi2 info capture.vcd --json | jq .rate_bps")]
pub(crate) struct InfoArgs {
    #[command(flatten)]
    read: ReadArgs,
}

/// Wires that are listed for people.
const MOST_WIRES: usize = 256;

pub(crate) fn run(args: &InfoArgs, console: &Console) -> Result<(), Failure> {
    let opened = session::open(&args.read, console)?;
    let mut session = match Session::start(opened, &args.read, console) {
        Ok(session) => session,
        Err((opened, failure)) => {
            print(&facts(&opened.name, &opened.info, None), args)?;
            return Err(failure);
        }
    };
    let mut judge = Judge::new(&args.read, ());
    let broken = session.run(&mut judge, console)?;
    judge.finish();
    let statistics = judge.statistics();
    let facts = Info {
        lanes: session.lanes(),
        rate_bps: session.clock().rate(),
        duration_ns: session.clock().duration(),
        bursts: Some(statistics.bursts),
        packets: Some(judge.packets()),
        frames: Some(statistics.channels.iter().map(|of| of.frames).sum()),
        channels: judge.channels(session.clock(), false),
        ..facts(session.name(), session.info(), session.map())
    };
    print(&facts, args)?;
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// What the file says about itself.
fn facts<'a>(name: &'a str, info: &'a CaptureInfo, map: Option<&ChannelMap>) -> Info<'a> {
    let wires = info.channels.iter().enumerate().map(|(channel, wire)| WireRow {
        channel,
        name: &wire.name,
        role: map.and_then(|map| map.role(channel)),
    });
    Info {
        r#type: "info",
        capture: name,
        format: info.format,
        layer: map.map_or(info.layer, ChannelMap::layer).name(),
        bytes: info.total_bytes,
        lanes: info.lanes,
        rate_bps: None,
        sample_rate: info.sample_rate,
        duration_ns: None,
        framed: info.layer != Layer::Pins && info.framed,
        wires: wires.collect(),
        bursts: None,
        packets: None,
        frames: None,
        channels: Vec::new(),
        notes: &info.notes,
    }
}

fn print(facts: &Info<'_>, args: &InfoArgs) -> Result<(), Failure> {
    if args.read.json {
        let mut out = stdout();
        json::line(&mut out, facts)?;
        return out.flush().map_err(stdout_error);
    }
    let mut out = styled();
    text(facts, &mut out).and_then(|()| out.flush()).map_err(stdout_error)
}

fn text(facts: &Info<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |what: &str, value: String| writeln!(out, "{what:<12} {value}");
    line("capture", facts.capture.to_owned())?;
    line("format", facts.format.to_owned())?;
    line("layer", facts.layer.to_owned())?;
    if let Some(bytes) = facts.bytes {
        line("size", text::count(bytes, "byte"))?;
    }
    if let Some(rate) = facts.sample_rate {
        line("sample rate", text::rate(rate, "Hz"))?;
    }
    for wire in facts.wires.iter().take(MOST_WIRES) {
        let role = wire.role.as_deref().unwrap_or("-");
        line(
            "wire",
            format!("{} {}: {role}", wire.channel, text::printable(wire.name)),
        )?;
    }
    if let Some(more) = facts.wires.len().checked_sub(MOST_WIRES).filter(|more| *more > 0) {
        line("wire", format!("and {more} more (--json lists all)"))?;
    }
    if let Some(lanes) = facts.lanes {
        line("lanes", lanes.to_string())?;
    }
    if let Some(rate) = facts.rate_bps {
        line("bit rate", format!("{} a lane", text::rate(rate as f64, "bps")))?;
    }
    if let Some(duration) = facts.duration_ns {
        line("duration", text::time(duration))?;
    }
    if let Some(bursts) = facts.bursts {
        line("bursts", bursts.to_string())?;
    }
    if let Some(packets) = facts.packets {
        let json::Packets { total, short, long } = packets;
        line("packets", format!("{total}: {short} short, {long} long"))?;
    }
    if let Some(frames) = facts.frames {
        line("frames", frames.to_string())?;
    }
    for channel in &facts.channels {
        let rate = channel.frame_rate.map(|rate| format!(" at {}", text::rate(rate, "Hz")));
        let rate = rate.unwrap_or_default();
        let mut parts = vec![format!("{}{rate}", text::count(channel.frames, "frame"))];
        parts.extend(channel.data_types.iter().map(|of| {
            let shape = match (of.width, of.lines) {
                (Some(width), Some(lines)) => format!("{width}x{lines}, "),
                (Some(width), None) => format!("width {width}, "),
                (None, Some(lines)) => format!("{}, ", text::count(lines.into(), "line")),
                (None, None) => String::new(),
            };
            let packets = text::count(of.packets, "packet");
            format!("{} ({shape}{packets}, {})", of.name, text::count(of.bytes, "byte"))
        }));
        line(&format!("vc {}", channel.vc), parts.join("; "))?;
    }
    for note in facts.notes {
        line("note", note.clone())?;
    }
    Ok(())
}
