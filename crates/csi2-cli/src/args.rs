//! The command line as a whole.

use crate::command::Command;
use crate::console::ConsoleArgs;
use clap::Parser;

/// Reads, checks, decodes and makes MIPI CSI-2 captures.
///
/// A capture enters at the layer it recorded: packets (pcapng, pcap, raw bytes, hex), bytes per lane, or the wires
/// themselves (sigrok, VCD, raw samples). `-` is standard input or output.
#[derive(Debug, Parser)]
#[command(
    name = "csi2",
    version,
    propagate_version = true,
    max_term_width = 120,
    after_help = "Examples:
  csi2 check capture.sr                      what is wrong with this link, and why
  csi2 decode capture.pcapng -o frames       its pictures, as frames/vc0-raw10-000000.png and so on"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}
