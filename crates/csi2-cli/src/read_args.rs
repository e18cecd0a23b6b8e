//! Options of the commands that read captures.

use crate::failure::Failure;
use crate::keep::{self, Filter};
use crate::layouts::{self, Declaration};
use crate::number;
use crate::sensor_arg::{self, Chosen};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use csi2_analyzer::Descrambling;
use csi2_dphy::Scrambling;
use csi2_packet::{DataType, VcExtension, VirtualChannel};
use csi2_pixel::Codecs;
use csi2_sensors::Profile;

/// What every reading command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReadArgs {
    /// Capture file, or - for standard input
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: String,

    /// Capture format; found by content, then by extension, when absent
    #[arg(long, value_name = "NAME", value_parser = input_formats(), hide_possible_values = true, help_heading = READING)]
    pub(crate) input_format: Option<String>,
    /// Data lanes: 1, 2, 3, 4 or 8; known from the capture or its channels when absent
    #[arg(long, value_name = "N", value_parser = number::lanes, help_heading = READING)]
    pub(crate) lanes: Option<usize>,
    /// Which channel is which wire: clk=CLKP/CLKN,d0=D0P/D0N or d0=D0; !NAME inverts, a channel is a name or an index
    #[arg(long, value_name = "LIST", help_heading = READING)]
    pub(crate) map: Option<String>,
    /// Samples per second of a headerless capture: 2.1G, 100 MHz
    #[arg(long, value_name = "HZ", value_parser = number::si_positive, help_heading = READING)]
    pub(crate) samplerate: Option<u64>,
    /// Bytes per sample of a headerless capture
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u8).range(1..=8), help_heading = READING)]
    pub(crate) unitsize: Option<u8>,
    /// Bit rate of a lane, where the capture has no clock of its own
    #[arg(long, value_name = "BPS", value_parser = number::bit_rate, help_heading = READING)]
    pub(crate) rate: Option<u64>,
    /// Virtual channels 4 to 15 in the header (CSI-2 v2.0); off: such channels are findings, auto: only doubtful ones are
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = false, help_heading = READING)]
    pub(crate) vcx: Vcx,
    /// Scrambling of the lanes (CSI-2 v2.0): auto, off, a preset (a, a-galois, b, b-galois), or seeds: 0810,0990:galois
    #[arg(long, value_name = "HOW", default_value = "auto", hide_default_value = true, value_parser = descrambling, help_heading = READING)]
    pub(crate) descramble: Descrambling,
    /// Where packets begin in TECMP records of CSI-2, whose layout is not public
    #[arg(long, value_name = "BYTES", help_heading = READING)]
    pub(crate) tecmp_offset: Option<usize>,
    /// Which link of a capture that holds several (pcapng interface); the first with data when absent. `check` takes two: 0,1
    #[arg(long, value_name = "N", value_delimiter = ',', help_heading = READING)]
    pub(crate) link: Vec<u16>,
    /// Sensor (csi2 sensors, or a file: mine.toml): registers of its embedded rows, order of its colour filter, black level
    #[arg(long, value_name = "NAME[:MODE]", value_parser = sensor_arg::choose, help_heading = READING)]
    pub(crate) sensor: Option<Chosen>,
    /// Keep these virtual channels: 0 or 0,1
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = keep::channel, help_heading = READING)]
    vc: Vec<VirtualChannel>,
    /// Keep these data types: RAW10 or 0x2B,EMBEDDED
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = keep::data_type, help_heading = READING)]
    dt: Vec<DataType>,
    /// Layout of a data type that has none of its own: USER1=RAW8, or 0x37=10-8-10 of a compression; repeatable
    #[arg(long, value_name = "TYPE=LAYOUT", value_parser = layouts::declaration, help_heading = READING)]
    user: Vec<Declaration>,
    /// Print for machines: JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Heading of the options above in the help.
const READING: &str = "Reading options";

impl ReadArgs {
    /// Layouts of data types, with those of `--user`.
    pub(crate) fn codecs(&self) -> Result<Codecs, Failure> {
        layouts::codecs(&self.user)
    }

    /// The sensor of `--sensor`.
    pub(crate) fn profile(&self) -> Option<&'static Profile> {
        self.sensor.map(|chosen| chosen.profile)
    }

    /// `--vc` and `--dt`.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            channels: self.vc.clone(),
            data_types: self.dt.clone(),
        }
    }
}

/// `--descramble`
fn descrambling(text: &str) -> Result<Descrambling, String> {
    match text {
        "off" => Ok(Descrambling::Off),
        "auto" => Ok(Descrambling::Auto),
        _ => match Scrambling::parse(text) {
            Ok(scrambling) => Ok(Descrambling::Known(scrambling)),
            Err(error) => Err(format!("{error}, or auto or off")),
        },
    }
}

/// Whether headers carry a virtual channel extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Vcx {
    /// Not known: a v1.x header is a valid v2.0 header
    Auto,
    /// CSI-2 v2.0
    On,
    /// CSI-2 v1.x: channels above 3 are findings
    Off,
}

impl Vcx {
    /// How headers are read.
    pub(crate) const fn extension(self) -> VcExtension {
        match self {
            Self::Auto | Self::On => VcExtension::Extended,
            Self::Off => VcExtension::ClassicFirst,
        }
    }

    /// What the link is said to be.
    pub(crate) const fn expected(self) -> Option<VcExtension> {
        match self {
            Self::Auto => None,
            Self::On => Some(VcExtension::Extended),
            Self::Off => Some(VcExtension::ClassicFirst),
        }
    }
}

fn input_formats() -> PossibleValuesParser {
    format_names(|format| format.open.is_some())
}

/// Names of capture formats for an option's value.
pub(crate) fn format_names(keep: impl Fn(&csi2_capture::CaptureFormat) -> bool) -> PossibleValuesParser {
    csi2_capture::FORMATS
        .iter()
        .filter(|format| keep(format))
        .map(|format| format.name)
        .collect::<Vec<_>>()
        .into()
}
