//! Captures of an FPGA's embedded logic analyzer as comma-separated text: a row for each sample.
//!
//! ```text
//! Sample in Buffer,Sample in Window,TRIGGER,rx/dl0_rxdatahs[7:0],rx/dl0_rxvalidhs
//! Radix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX
//! 0,0,0,00,0
//! 1,1,1,b8,1
//! ```
//!
//! A column is a wire, or a bus with a channel for each bit. Columns without a range are as wide as the values of the
//! first rows need. Where the row of radices is missing, a column is hexadecimal, as the tool writes by itself; binary
//! where every value of the first rows has a digit for each bit; decimal where one is too large to be hexadecimal.
//!
//! There is no time: a tick is a row. Samples of a later window (those whose number in the window starts again) come one
//! tick later than their row, with all wires unknown in between, for nothing is known of the time that passed. Where
//! storage was qualified, rows are stored samples and not clocks.
//!
//! Ref: Xilinx/chipscopy `chipscopy/api/ila/ila_waveform.py` (CSV export); Xilinx UG908 `write_hw_ila_data`.

mod cell;
mod columns;
mod reader;
mod writer;

use crate::{CaptureFormat, Confidence, Layer};

pub(crate) const FORMAT: CaptureFormat = CaptureFormat {
    name: "ila-csv",
    description: "Vivado logic analyzer export: buses, one row a sample (.csv)",
    extensions: &["csv"],
    layers: &[Layer::Lanes],
    streams: true,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// The first column is named like no other format's.
fn sniff(head: &[u8]) -> Confidence {
    let head = head.strip_prefix(super::csv::BOM).unwrap_or(head);
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let names = super::csv::fields(super::csv::trim(line));
    match names.first().map(String::as_str) {
        Some(first) if columns::is_sample(first) => Confidence::Certain,
        _ => Confidence::No,
    }
}
