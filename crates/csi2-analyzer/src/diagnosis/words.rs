//! Numbers in sentences.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;
use csi2_dphy::Lane;

/// `1 burst`, `2 bursts`.
pub(super) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `once`, `3 times`.
pub(super) fn times(number: u64) -> String {
    match number {
        1 => "once".to_string(),
        _ => format!("{number} times"),
    }
}

/// `1`, `0 and 1`, `0, 2 and 3`.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// `lane 1`, `lanes 0 and 1`.
pub(super) fn lanes<N: ToString>(numbers: impl Iterator<Item = N>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    let plural = if numbers.len() == 1 { "" } else { "s" };
    format!("lane{plural} {}", list(numbers.into_iter()))
}

/// `lane 2`, `the clock lane`.
pub(super) fn lane(lane: Lane) -> String {
    match lane {
        Lane::Clock => "the clock lane".to_string(),
        Lane::Data(number) => format!("lane {number}"),
    }
}

/// Bits per second: `2.1 Gbps`.
pub(super) fn rate(bits: u64) -> String {
    match bits {
        1_000_000_000.. => format!("{} Gbps", short(bits as f64 / 1e9)),
        1_000_000.. => format!("{} Mbps", short(bits as f64 / 1e6)),
        _ => format!("{bits} bps"),
    }
}

/// Three digits behind the point at most.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `0a aa 00`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let space = if text.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{space}{byte:02x}");
    }
    text
}
