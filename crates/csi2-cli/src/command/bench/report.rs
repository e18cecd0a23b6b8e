//! What was measured, for machines and for people.

use crate::report::text::{Side, table};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// A run.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) r#type: &'static str,
    pub(super) cpu: String,
    /// The best one measured.
    pub(super) backend: &'static str,
    pub(super) rounds: usize,
    pub(super) rows: Vec<RowReport>,
}

/// A row with the kernels of one backend.
#[derive(Serialize)]
pub(super) struct RowReport {
    pub(super) id: &'static str,
    pub(super) backend: &'static str,
    #[serde(serialize_with = "short")]
    pub(super) bytes_per_s: f64,
    #[serde(serialize_with = "ratios")]
    pub(super) vs: Vec<(&'static str, f64)>,
}

/// Four digits: there is no more in it.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

fn short<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(rounded(*value))
}

fn ratios<S: Serializer>(values: &[(&'static str, f64)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(values.iter().map(|(name, ratio)| (name, rounded(*ratio))))
}

impl Report {
    /// Prints it for people.
    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        use Side::{Left, Right};
        let mut lines = vec![
            ["row", "backend", "rate", "times as fast as"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for row in &self.rows {
            let ratios: Vec<String> = row
                .vs
                .iter()
                .map(|(name, ratio)| format!("{name} {}", ratio_text(*ratio)))
                .collect();
            let rate = format!("{} {}", ratio_text(row.bytes_per_s / 1e9), unit(row.id));
            lines.push(vec![row.id.to_owned(), row.backend.to_owned(), rate, ratios.join(", ")]);
        }
        writeln!(
            out,
            "{}, medians of {} rounds by thread CPU time",
            self.cpu, self.rounds
        )?;
        write!(out, "{}", table("", &[Left, Left, Right, Left], &lines))
    }
}

/// Samples of wires are counted, else packed bytes.
fn unit(id: &str) -> &'static str {
    let sampled = ["samples", "clocked", "path/samples"];
    if sampled.iter().any(|start| id.starts_with(start)) {
        "GSa/s"
    } else {
        "GB/s"
    }
}

/// Three digits, but none that is not there.
fn ratio_text(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        assert_eq!((rounded(47_612_345_678.9), rounded(0.123_456)), (4.761e10, 0.1235));
        assert_eq!(
            [ratio_text(203.4), ratio_text(14.96), ratio_text(0.324)],
            ["203", "15.0", "0.32"]
        );
        assert_eq!(
            [
                unit("samples4/l1"),
                unit("path/samples4-frame/dram"),
                unit("pack/raw10/l1")
            ],
            ["GSa/s", "GSa/s", "GB/s"]
        );
    }
}
