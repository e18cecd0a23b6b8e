//! Values of the options of a link to write: durations, sampling ratios, lists of escapes.

use csi2_dphy::{EscapeCommand, Scrambling, TransmitTiming, UnitInterval, UnitIntervals, Waveform};

/// A duration, as given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Duration {
    Picoseconds(u64),
    /// Bit times.
    Ui(u64),
}

impl Duration {
    /// Bit times at this rate, rounded up.
    pub(crate) fn ui(self, rate: u64) -> u64 {
        match self {
            Self::Picoseconds(picoseconds) => TransmitTiming::unit_intervals(rate, picoseconds).into(),
            Self::Ui(ui) => ui,
        }
    }
}

const SPELLING: &str = "write a number and s, ms, us, ns, ps or ui (bit times), as in 1.5ms or 20ui";

/// Parses `1.5ms`, `200us`, `60 ns`, `20ui`; a number alone where a `unit` is taken for granted.
fn duration(text: &str, unit: Option<&str>) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration: {SPELLING}");
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let suffix = match (suffix.trim(), unit) {
        ("", Some(unit)) => unit,
        (suffix, _) => suffix,
    };
    // Decimal places down to a picosecond.
    let exponent = match suffix.to_ascii_lowercase().as_str() {
        "s" => 12,
        "ms" => 9,
        "us" | "\u{b5}s" | "\u{3bc}s" => 6,
        "ns" => 3,
        "ps" => 0,
        "ui" => return digits.parse().map(Duration::Ui).map_err(|_| wrong()),
        _ => return Err(wrong()),
    };
    let digits = digits.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() {
        return Err(wrong());
    }
    if fraction.len() > exponent {
        return Err(format!("`{text}` is finer than a picosecond"));
    }
    let zeros = "0".repeat(exponent - fraction.len());
    format!("{whole}{fraction}{zeros}")
        .parse()
        .map(Duration::Picoseconds)
        .map_err(|_| wrong())
}

/// `--ulps`: microseconds when nothing else is said.
pub(super) fn microseconds(text: &str) -> Result<Duration, String> {
    duration(text, Some("us"))
}

/// `--oversample`: 1, or a decimal from 2 to 64.
pub(super) fn ratio(text: &str) -> Result<UnitInterval, String> {
    const DIGITS: usize = 6;
    let wrong = || format!("expected 1, or samples per bit from 2 to 64 with at most {DIGITS} decimals, as in 2.5");
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = format!("{whole}{fraction}");
    if fraction.len() > DIGITS || digits.len() > 2 * DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let denominator = (0..fraction.len()).fold(1, |power, _| 10 * power);
    let numerator: u64 = digits.parse().map_err(|_| wrong())?;
    match numerator {
        _ if numerator == denominator => {}
        _ if (2 * denominator..=64 * denominator).contains(&numerator) => {}
        _ => return Err(wrong()),
    }
    Ok(UnitInterval { numerator, denominator }.reduced())
}

/// Deskew bursts, as given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Deskew {
    /// Before the first burst.
    Initial(Duration),
    /// After each frame.
    Periodic(Duration),
}

/// Parses `initial`, `periodic`, `periodic:2us`.
pub(super) fn deskew(text: &str) -> Result<Deskew, String> {
    let (kind, length) = text
        .split_once(':')
        .map_or((text, None), |(kind, length)| (kind, Some(length)));
    let length = |usual| length.map_or(Ok(Duration::Ui(usual)), |text| duration(text, None));
    match kind {
        "initial" => Ok(Deskew::Initial(length(Waveform::INITIAL_DESKEW)?)),
        "periodic" => Ok(Deskew::Periodic(length(Waveform::PERIODIC_DESKEW)?)),
        _ => Err("expected initial or periodic, with a length if it is not the usual one: initial:20us".into()),
    }
}

/// What is sent in escape mode.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum EscapeItem {
    /// With the bytes of LPDT.
    Command(EscapeCommand, Vec<u8>),
    Ulps(Duration),
    Turnaround,
}

/// How long ULPS lasts that is asked for without a duration.
const SHORT_SLEEP: Duration = Duration::Picoseconds(10_000_000);

/// Parses `reset-trigger`, `lpdt:48656c6c6f`, `ulps`, `ulps:50us`, `turnaround`.
pub(super) fn escape(text: &str) -> Result<EscapeItem, String> {
    let (name, value) = text
        .split_once(':')
        .map_or((text, None), |(name, value)| (name, Some(value)));
    if name.eq_ignore_ascii_case("turnaround") && value.is_none() {
        return Ok(EscapeItem::Turnaround);
    }
    let mut all = EscapeCommand::ALL.into_iter();
    let command = all
        .find(|command| command.name().eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let names: Vec<String> = EscapeCommand::ALL
                .map(|command| command.name().to_ascii_lowercase())
                .into();
            format!("`{name}` is no escape: it is one of {}, turnaround", names.join(", "))
        })?;
    match (command, value) {
        (EscapeCommand::Ulps, None) => Ok(EscapeItem::Ulps(SHORT_SLEEP)),
        (EscapeCommand::Ulps, Some(value)) => Ok(EscapeItem::Ulps(duration(value, Some("us"))?)),
        (EscapeCommand::LowPowerData, Some(value)) => Ok(EscapeItem::Command(command, hex(value)?)),
        (_, None) => Ok(EscapeItem::Command(command, Vec::new())),
        (_, Some(_)) => Err(format!("{name} carries nothing: leave out what follows the colon")),
    }
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` are no bytes: write two hexadecimal digits each, as in lpdt:48656c6c6f");
    if !text.is_ascii() || text.len() % 2 == 1 {
        return Err(wrong());
    }
    let byte = |at| u8::from_str_radix(text.get(at..at + 2).unwrap_or(""), 16).map_err(|_| wrong());
    (0..text.len()).step_by(2).map(byte).collect()
}

/// A parameter of the line protocol and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TimingItem {
    name: &'static str,
    value: Duration,
}

/// Parses `t_lpx=60ns`, `T_HS-ZERO=200ui`.
pub(super) fn timing(text: &str) -> Result<TimingItem, String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, as in t_lpx=60ns")?;
    let wanted = name.trim().to_ascii_lowercase().replace('-', "_");
    let names = TransmitTiming::for_rate(1).parameters_mut().map(|(name, _)| name);
    let name = names
        .into_iter()
        .find(|name| *name == wanted)
        .ok_or_else(|| format!("`{name}` is no parameter: it is one of {}", names.join(", ")))?;
    let value = duration(value, None)?;
    if matches!(value, Duration::Picoseconds(0) | Duration::Ui(0)) {
        return Err(format!("{name} must last at least one bit time, 1ui"));
    }
    Ok(TimingItem { name, value })
}

/// The shortest legal timing at this rate, but for what was chosen.
pub(crate) fn chosen_timing(rate: u64, chosen: &[TimingItem]) -> TransmitTiming {
    let mut timing = TransmitTiming::for_rate(rate);
    for (name, value) in timing.parameters_mut() {
        if let Some(item) = chosen.iter().rev().find(|item| item.name == name) {
            *value = UnitIntervals::try_from(item.value.ui(rate)).unwrap_or(UnitIntervals::MAX);
        }
    }
    timing
}

/// `--scramble`.
pub(super) fn scrambling(text: &str) -> Result<Scrambling, String> {
    Scrambling::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, picoseconds) in [
            ("1.5ms", 1_500_000_000),
            ("200us", 200_000_000),
            ("60 ns", 60_000),
            ("0.25ns", 250),
            ("1s", 1_000_000_000_000),
            ("7", 7_000_000),
        ] {
            assert_eq!(microseconds(text), Ok(Duration::Picoseconds(picoseconds)), "{text}");
        }
        assert_eq!(microseconds("20ui"), Ok(Duration::Ui(20)));
        for text in ["", "us", "1.5ui", "1min", "1.2.3us", "0.0001ns", "-1us", "99999999999s"] {
            assert!(microseconds(text).is_err(), "{text}");
        }
        // At 1 Gb/s a bit is a nanosecond; what does not fit is rounded up.
        assert_eq!(Duration::Picoseconds(60_001).ui(1_000_000_000), 61);
    }

    #[test]
    fn ratios() {
        for (text, numerator, denominator) in [
            ("1", 1, 1),
            ("1.0", 1, 1),
            ("4", 4, 1),
            ("2.5", 5, 2),
            ("3.333", 3333, 1000),
            ("64", 64, 1),
        ] {
            assert_eq!(ratio(text), Ok(UnitInterval { numerator, denominator }), "{text}");
        }
        for text in [
            "",
            ".",
            "0",
            "1.5",
            "64.1",
            "65",
            "-2",
            "2,5",
            "2.1234567",
            "2.5.1",
            "1e1",
        ] {
            assert!(ratio(text).is_err(), "{text}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(
            escape("lpdt:48ff"),
            Ok(EscapeItem::Command(EscapeCommand::LowPowerData, vec![0x48, 0xFF]))
        );
        assert_eq!(
            escape("Reset-Trigger"),
            Ok(EscapeItem::Command(EscapeCommand::ResetTrigger, Vec::new()))
        );
        assert_eq!(
            escape("ulps:3ms"),
            Ok(EscapeItem::Ulps(Duration::Picoseconds(3_000_000_000)))
        );
        for text in ["", "lpdt:4", "lpdt:4g", "unknown-3:00", "turnaround:1", "reset"] {
            assert!(escape(text).is_err(), "{text}");
        }
    }

    #[test]
    fn chosen_values_replace_the_usual_ones() {
        let chosen = ["t_lpx=60ns", "T_HS-ZERO=300ui", "t_lpx=70ns"].map(|text| timing(text).expect("valid"));
        let made = chosen_timing(1_000_000_000, &chosen);
        let usual = TransmitTiming::for_rate(1_000_000_000);
        assert_eq!(
            made,
            TransmitTiming {
                lpx: 70,
                hs_zero: 300,
                ..usual
            }
        );
        for text in ["t_lpx", "lpx=60ns", "t_lpx=60", "t_lpx=0ns"] {
            assert!(timing(text).is_err(), "{text}");
        }
    }
}
