//! The member `header`: a key file.
//!
//! Ref: DreamSourceLab/DSView DSView/pv/storesession.cpp

use crate::format::frequency::Frequency;
use crate::format::text::one_line;
use core::fmt::Write;
use std::collections::BTreeMap;

/// What `header` says.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Header {
    /// 1: samples in one member; 2 and 3: blocks.
    pub(super) version: u32,
    /// Base name of the samples in version 1.
    pub(super) capture_file: String,
    pub(super) samples: Option<u64>,
    pub(super) blocks: u64,
    /// Channels that were saved.
    pub(super) channels: Option<u64>,
    pub(super) rate: Option<Frequency>,
    /// By index of the channel.
    pub(super) probes: BTreeMap<usize, String>,
    pub(super) driver: Option<String>,
}

/// What keeps the samples from being read.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum HeaderError {
    Malformed(String),
    Unsupported(String),
}

impl Header {
    pub(super) fn parse(text: &str) -> Result<Self, HeaderError> {
        use HeaderError::{Malformed, Unsupported};
        let mut header = Self {
            capture_file: "data".into(),
            ..Self::default()
        };
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with(['[', '#']) {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .ok_or_else(|| Malformed(format!("line {number}: no `key = value`: `{line}`")))?;
            let (key, value) = (key.trim_end(), value.trim_start());
            let count = || {
                let bad = |_| Malformed(format!("line {number}: `{value}` is no count"));
                value.parse::<u64>().map_err(bad)
            };
            match key {
                "version" => header.version = u32::try_from(count()?).unwrap_or(u32::MAX),
                "device mode" if value != "0" => {
                    let detail = format!("device mode {value}: volts, not levels; only mode 0 is a logic analyzer");
                    return Err(Unsupported(detail));
                }
                "capturefile" => header.capture_file = value.into(),
                "total samples" => header.samples = Some(count()?),
                "total probes" => header.channels = Some(count()?),
                "total blocks" => header.blocks = count()?,
                "driver" => header.driver = Some(value.into()),
                "samplerate" => {
                    header.rate = Frequency::parse(value);
                    if header.rate.is_none() {
                        let detail = format!("line {number}: `{value}` is not a rate like `100 MHz`");
                        return Err(Malformed(detail));
                    }
                }
                _ => {
                    if let Some(Ok(probe)) = key.strip_prefix("probe").map(str::parse) {
                        header.probes.insert(probe, value.into());
                    }
                }
            }
        }
        match header.version {
            1..=3 => Ok(header),
            0 => Err(Malformed("there is no `version = 3`".into())),
            other => Err(Unsupported(format!("version {other} of the file: 1 to 3 are read"))),
        }
    }

    /// The key file, as DSView writes it.
    pub(super) fn render(&self) -> String {
        let mut text = format!("[version]\nversion = {}\n[header]\n", self.version);
        // Writing to a string does not fail.
        if let Some(driver) = &self.driver {
            let _ = writeln!(text, "driver = {driver}");
        }
        let _ = writeln!(text, "device mode = 0\ncapturefile = {}", self.capture_file);
        let _ = writeln!(text, "total samples = {}", self.samples.unwrap_or(0));
        let _ = writeln!(
            text,
            "total probes = {}\ntotal blocks = {}",
            self.probes.len(),
            self.blocks
        );
        if let Some(rate) = self.rate {
            let _ = writeln!(text, "samplerate = {rate}");
        }
        let _ = writeln!(text, "trigger time = 0\ntrigger pos = 0");
        for (probe, name) in &self.probes {
            let _ = writeln!(text, "probe{probe} = {}", one_line(name));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_what_it_parses() {
        let header = Header {
            version: 3,
            capture_file: "data".into(),
            samples: Some(1000),
            blocks: 1,
            channels: Some(2),
            rate: Frequency::from_hertz(2_100_000_000),
            probes: [(0, "CLK P".to_string()), (5, "x=y".to_string())].into(),
            driver: Some("DSLogic".into()),
        };
        assert_eq!(Header::parse(&header.render()), Ok(header));
    }

    #[test]
    fn refuses_with_numbers() {
        let message = |text: &str| match Header::parse(text).unwrap_err() {
            HeaderError::Malformed(text) | HeaderError::Unsupported(text) => text,
        };
        assert!(message("").contains("version"));
        assert!(message("[version]\nversion = 4").contains("version 4"));
        assert!(message("version = 3\ndevice mode = 1").contains("device mode 1"));
        assert!(message("version = 3\ntotal samples = many").contains("line 2: `many`"));
        assert!(message("version = 3\nsamplerate = 0 Hz").contains("0 Hz"));
        assert!(message("version = 3\nnonsense").contains("line 2"));
    }
}
