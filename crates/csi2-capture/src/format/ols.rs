//! OpenBench Logic Sniffer and SUMP capture (`.ols`): a line a change, `HEX@SAMPLE`.
//!
//! ```text
//! ;Rate: 24000000
//! ;Channels: 8
//! 01@0
//! 03@5
//! ```
//!
//! Ref: jawi/ols wiki (OLS data file format); sigrokproject/libsigrok src/output/ols.c

use crate::format::changes::Changes;
use crate::format::csv::trim;
use crate::format::samples::MAX_UNIT;
use crate::format::text;
use crate::reader::Fused;
use crate::window::Window;
use crate::{
    CaptureError, CaptureFormat, CaptureInfo, CaptureReader, Channel, Chunk, Confidence, Layer, OpenOptions, Source,
};
use csi2_dphy::{Level, Tick, Timebase};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "ols",
    description: "OpenBench Logic Sniffer capture (.ols)",
    extensions: &["ols"],
    layers: &[Layer::Pins],
    streams: true,
    sniff,
    open: Some(open),
    create: None,
};

/// Where the file does not say.
const CHANNELS: usize = 32;
const MAX_CHANNELS: usize = MAX_UNIT * 8;

/// Comments of this kind, and then nothing that is no sample.
fn sniff(head: &[u8]) -> Confidence {
    const KEYS: [&[u8]; 5] = [
        b";Rate:",
        b";Size:",
        b";Channels:",
        b";EnabledChannels:",
        b";Compressed:",
    ];
    let mut known = false;
    let mut lines = head.split(|&byte| byte == b'\n').map(trim);
    let first = lines.find(|line| {
        known |= KEYS.iter().any(|key| line.starts_with(key));
        !line.is_empty() && !line.starts_with(b";")
    });
    match first {
        _ if !known => Confidence::No,
        Some(line) if !line.contains(&b'@') => Confidence::No,
        _ => Confidence::Certain,
    }
}

fn open(source: Source, options: &OpenOptions) -> Result<Box<dyn CaptureReader>, CaptureError> {
    let mut info = CaptureInfo::new(FORMAT.name, Layer::Pins, source.total_bytes());
    let mut window = Window::new(source, options);
    let (mut channels, mut rate) = (CHANNELS, None);
    while let Some(length) = window.fill_line()? {
        let line = window.bytes().get(..length).unwrap_or_default();
        let Some(comment) = line.strip_prefix(b";") else {
            break;
        };
        let comment = String::from_utf8_lossy(comment);
        let (key, value) = comment.split_once(':').unwrap_or_default();
        let number = value.trim().parse::<i64>();
        let bad = |what| window.malformed(0, "comment", format!("`{key}: {}` is no {what}", value.trim()));
        match (key, number) {
            // A rate below zero: samples were taken by a clock from outside.
            ("Rate", Ok(hertz)) => rate = u64::try_from(hertz).ok().filter(|&hertz| hertz > 0),
            ("Channels", Ok(count)) => {
                let count = usize::try_from(count)
                    .ok()
                    .filter(|count| (1..=MAX_CHANNELS).contains(count));
                channels = count.ok_or_else(|| bad("number of channels from 1 to 64"))?;
            }
            ("Rate", Err(_)) => return Err(bad("rate")),
            ("Channels", Err(_)) => return Err(bad("number of channels")),
            _ => {}
        }
        window.consume(length);
    }
    let rate = rate.or(options.sample_rate.filter(|&rate| rate > 0));
    info.timebase = rate.map(Timebase::from_hertz);
    info.sample_rate = rate.map(|rate| rate as f64);
    info.channels = (0..channels).map(|n| Channel::new(n.to_string())).collect();
    Ok(Box::new(Fused::new(OlsReader {
        window,
        info,
        changes: Changes::new(channels),
        last: None,
    })))
}

struct OlsReader {
    window: Window,
    info: CaptureInfo,
    changes: Changes,
    /// Sample of the last line.
    last: Option<Tick>,
}

impl CaptureReader for OlsReader {
    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk<'_>>, CaptureError> {
        self.changes.begin()?;
        let offset = self.window.offset();
        let outcome = self.fill();
        self.changes.chunk(offset, outcome)
    }

    fn bytes_read(&self) -> u64 {
        self.window.offset()
    }
}

impl OlsReader {
    /// Reads lines until a chunk is full or the file ends.
    fn fill(&mut self) -> Result<(), CaptureError> {
        while !self.changes.is_full() {
            let Some(length) = self.window.fill_line()? else {
                return Ok(());
            };
            let line = trim(self.window.bytes().get(..length).unwrap_or_default());
            if !line.is_empty() && !line.starts_with(b";") {
                let (at, value) = self.sample(line).map_err(|(column, detail)| {
                    let detail = format!("expected a value and a sample, as 000000ff@12: {detail}");
                    self.window.malformed(column, "sample", detail)
                })?;
                self.last = Some(at);
                for channel in 0..self.info.channels.len() {
                    let level = match value >> channel.min(63) & 1 {
                        0 => Level::Low,
                        _ => Level::High,
                    };
                    self.changes.set(at, channel, level);
                }
            }
            self.window.consume(length);
        }
        Ok(())
    }

    /// A line, or at which column it is none, and why.
    fn sample(&self, line: &[u8]) -> Result<(Tick, u64), (usize, String)> {
        let mark = line.iter().position(|&byte| byte == b'@').unwrap_or(line.len());
        let (value, at) = line.split_at_checked(mark).unwrap_or_default();
        let value = text::value(value).map_err(|error| (error.column, error.detail))?;
        let at = core::str::from_utf8(at).ok().and_then(|at| at.strip_prefix('@'));
        let at = at.and_then(|at| at.trim().parse::<Tick>().ok());
        let at = at.ok_or_else(|| (mark, "there is no number behind `@`".to_string()))?;
        match self.last {
            Some(last) if at <= last => Err((mark, format!("sample {at} follows sample {last}"))),
            _ => Ok((at, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_samples_tell() {
        for (head, sure) in [
            (&b";Size: 2\r\n;Rate: 100\r\n00000001@0\r\n"[..], Confidence::Certain),
            (b";Rate: 24000000\n;Channels: 8\n", Confidence::Certain),
            (b";Rate: 24000000\n00 01 00 1a\n", Confidence::No),
            (b"; Samplerate: 1 MHz\n", Confidence::No),
            (b"00000001@0\n", Confidence::No),
            (b"", Confidence::No),
        ] {
            assert_eq!(sniff(head), sure, "{}", head.escape_ascii());
        }
    }
}
