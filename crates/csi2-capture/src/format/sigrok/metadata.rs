//! The member `metadata`: a GLib key file.
//!
//! Ref: sigrokproject/libsigrok src/session_file.c

use crate::Channel;
use crate::format::frequency::Frequency;
use crate::format::samples::MAX_UNIT;
use core::fmt::Write;
use std::collections::BTreeMap;

/// The most wires that a sample holds.
const MAX_PROBES: usize = MAX_UNIT * 8;

/// What `metadata` says about the logic samples.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Metadata {
    /// Base name of the members with samples.
    pub(super) capture_file: String,
    pub(super) rate: Option<Frequency>,
    /// Bytes per sample.
    pub(super) unit: usize,
    /// In bit order, named `probeN` where not enabled.
    pub(super) channels: Vec<Channel>,
    /// The program that wrote it.
    pub(super) writer: Option<String>,
}

/// What keeps the samples from being read.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum MetadataError {
    Malformed(String),
    Unsupported(String),
}

impl Metadata {
    pub(super) fn parse(text: &str) -> Result<Self, MetadataError> {
        use MetadataError::{Malformed, Unsupported};
        let sections = sections(text)?;
        let writer = sections.iter().find(|section| section.name == "global");
        let writer = writer.and_then(|section| section.keys.get("sigrok version").cloned());
        let device = sections
            .iter()
            .find(|section| section.name.starts_with("device") && section.keys.contains_key("capturefile"))
            .ok_or_else(|| {
                Unsupported("no section has `capturefile`: the session holds no logic samples, only analog".into())
            })?;
        let count = |key: &str| -> Result<Option<usize>, MetadataError> {
            let Some(value) = device.keys.get(key) else {
                return Ok(None);
            };
            match value.trim().parse() {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(Malformed(format!("`{key}={value}` is no count"))),
            }
        };
        let mut probes: BTreeMap<usize, &str> = BTreeMap::new();
        for (key, name) in &device.keys {
            let number = key.strip_prefix("probe").map(str::parse::<usize>);
            match number {
                None | Some(Err(_)) => {}
                Some(Ok(number)) if (1..=MAX_PROBES).contains(&number) => {
                    probes.insert(number, name);
                }
                Some(Ok(number)) => {
                    let detail = format!("`{key}`: probe {number} is not among 1 to {MAX_PROBES}");
                    return Err(Unsupported(detail));
                }
            }
        }
        let last = probes.keys().next_back().copied().unwrap_or(0);
        let total = count("total probes")?.unwrap_or(last).max(last);
        let unit = count("unitsize")?.unwrap_or(total.div_ceil(8));
        if unit == 0 || total > unit.saturating_mul(8) {
            return Err(Malformed(format!(
                "`unitsize={unit}`: {total} probes need {}",
                total.div_ceil(8).max(1)
            )));
        }
        if unit > MAX_UNIT {
            return Err(Unsupported(format!(
                "`unitsize={unit}`: samples of up to {MAX_UNIT} bytes are read; export fewer channels"
            )));
        }
        let rate = match device.keys.get("samplerate").map(|text| (text, Frequency::parse(text))) {
            None => None,
            Some((_, Some(rate))) => Some(rate),
            Some((text, None)) if text.trim_start().starts_with('0') => None,
            Some((text, None)) => {
                return Err(Malformed(format!("`samplerate={text}` is not a rate like `100 MHz`")));
            }
        };
        let name = |number: usize| match probes.get(&number) {
            Some(name) => Channel::new(*name),
            None => Channel::new(format!("probe{number}")),
        };
        Ok(Self {
            capture_file: device.keys.get("capturefile").cloned().unwrap_or_default(),
            rate,
            unit,
            channels: (1..=total).map(name).collect(),
            writer,
        })
    }

    /// The key file, as libsigrok writes it.
    pub(super) fn render(&self) -> String {
        let mut text = String::from("[global]\n");
        // Writing to a string does not fail.
        if let Some(writer) = &self.writer {
            let _ = writeln!(text, "sigrok version={}", escape(writer));
        }
        let _ = writeln!(text, "\n[device 1]\ncapturefile={}", escape(&self.capture_file));
        let _ = writeln!(text, "total probes={}", self.channels.len());
        if let Some(rate) = self.rate {
            let _ = writeln!(text, "samplerate={rate}");
        }
        let _ = writeln!(text, "total analog=0");
        for (number, channel) in (1..).zip(&self.channels) {
            let _ = writeln!(text, "probe{number}={}", escape(&channel.name));
        }
        let _ = writeln!(text, "unitsize={}", self.unit);
        text
    }
}

struct Section {
    name: String,
    keys: BTreeMap<String, String>,
}

fn sections(text: &str) -> Result<Vec<Section>, MetadataError> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, number) in text.lines().map(str::trim_end).zip(1..) {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push(Section {
                name: name.to_ascii_lowercase(),
                keys: BTreeMap::new(),
            });
            continue;
        }
        let malformed = |what: &str| MetadataError::Malformed(format!("line {number}: {what}: `{line}`"));
        let (key, value) = line.split_once('=').ok_or_else(|| malformed("no `key=value`"))?;
        let section = sections
            .last_mut()
            .ok_or_else(|| malformed("a key before any [section]"))?;
        section
            .keys
            .insert(key.trim_end().to_string(), unescape(value.trim_start()));
    }
    Ok(sections)
}

/// Key files write a leading space as `\s`, control characters as `\n`, `\t`, `\r` and the backslash twice.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut leading = true;
    for c in value.chars() {
        match c {
            ' ' if leading => escaped.push_str("\\s"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\\' => escaped.push_str("\\\\"),
            c => escaped.push(c),
        }
        leading &= c == ' ';
    }
    // A closing space would be lost where the reader trims lines.
    match escaped.strip_suffix(' ') {
        Some(head) => format!("{head}\\s"),
        None => escaped,
    }
}

fn unescape(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('s') => plain.push(' '),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As written by libsigrok 0.5.2, with the probes 2 and 3 of 10 switched off.
    const WRITTEN: &str = "[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\ntotal probes=10\n\
        samplerate=33.333333 MHz\ntotal analog=0\nprobe1=CLK P\nprobe4=D0\nprobe10=D1\nunitsize=2\n";

    #[test]
    fn probe_numbers_are_bits() {
        let metadata = Metadata::parse(WRITTEN).unwrap();
        assert_eq!((metadata.unit, metadata.channels.len()), (2, 10));
        let names: Vec<_> = metadata.channels.iter().map(|channel| channel.name.as_str()).collect();
        assert_eq!(names[0..4], ["CLK P", "probe2", "probe3", "D0"]);
        assert_eq!(names[9], "D1");
        assert_eq!(metadata.rate, Frequency::from_hertz(33_333_333));
    }

    #[test]
    fn renders_what_it_parses() {
        let metadata = Metadata {
            capture_file: "logic-1".into(),
            rate: Frequency::from_hertz(2_100_000_000),
            unit: 1,
            channels: ["CLKP", " a\\b\t", "x=y ", "[z]"].map(Channel::new).into(),
            writer: Some("0.5.2".into()),
        };
        assert_eq!(Metadata::parse(&metadata.render()), Ok(metadata));
    }

    #[test]
    fn refuses_with_numbers() {
        let parse = |keys: &str| Metadata::parse(&format!("[device 1]\ncapturefile=logic-1\n{keys}"));
        assert_eq!(parse("total probes=9\nunitsize=2\n").unwrap().rate, None);
        assert_eq!(parse("total probes=9\n").unwrap().unit, 2);
        assert_eq!(parse("total probes=9\nsamplerate=0 Hz\n").unwrap().rate, None);
        let message = |keys: &str| match parse(keys).unwrap_err() {
            MetadataError::Malformed(text) | MetadataError::Unsupported(text) => text,
        };
        assert!(message("total probes=9\nunitsize=1").contains("9 probes need 2"));
        assert!(message("total probes=0").contains("unitsize=0"));
        assert!(message("total probes=99").contains("unitsize=13"));
        assert!(message("probe0=A").contains("probe 0"));
        assert!(message("probe65=A").contains("probe 65"));
        assert!(message("samplerate=fast\nprobe1=A").contains("samplerate=fast"));
        assert!(matches!(
            Metadata::parse("[device 1]\ntotal analog=1\n"),
            Err(MetadataError::Unsupported(_))
        ));
        assert!(matches!(Metadata::parse("x=1\n"), Err(MetadataError::Malformed(_))));
    }
}
