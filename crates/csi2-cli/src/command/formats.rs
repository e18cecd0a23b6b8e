//! `csi2 formats`: what this build knows, printed from its tables.

use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::report::diagnosis;
use crate::report::json;
use crate::report::text::{Side, table};
use crate::sink::SINKS;
use clap::Args;
use csi2_capture::{CaptureFormat, FORMATS};
use csi2_packet::DataType;
use csi2_pixel::{Layout, MEMORY_FORMATS, MemoryFormat, codec};
use serde::Serialize;
use std::io::{self, Write};

/// Lists capture formats, data types, picture formats and memory formats, or what can be diagnosed
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 formats --symptoms
  csi2 formats --json | jq -r 'select(.type == \"memory_format\") | .name'")]
pub(crate) struct FormatsArgs {
    /// What the diagnosis of check knows instead: symptoms, their likely causes, and the words of receivers for them
    #[arg(long)]
    symptoms: bool,
    /// Print for machines: JSON, one object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct CaptureRow {
    r#type: &'static str,
    name: &'static str,
    layers: Vec<&'static str>,
    extensions: &'static [&'static str],
    reads: bool,
    writes: bool,
    streams: bool,
    description: &'static str,
}

impl CaptureRow {
    fn new(format: &CaptureFormat) -> Self {
        Self {
            r#type: "capture_format",
            name: format.name,
            layers: format.layers.iter().map(|layer| layer.name()).collect(),
            extensions: format.extensions,
            reads: format.open.is_some(),
            writes: format.create.is_some(),
            streams: format.streams,
            description: format.description,
        }
    }
}

#[derive(Serialize)]
struct DataTypeRow {
    r#type: &'static str,
    dt: u8,
    name: &'static str,
    kind: &'static str,
    bits: Option<u8>,
    group_bytes: Option<u8>,
    group_pixels: Option<u8>,
    samples: bool,
    layout: Option<&'static str>,
}

impl DataTypeRow {
    fn new(data_type: DataType) -> Self {
        let group = data_type.group();
        Self {
            r#type: "data_type",
            dt: data_type.code(),
            name: data_type.name(),
            kind: if data_type.is_short() { "short" } else { "long" },
            bits: codec(data_type).map(|codec| codec.bits),
            group_bytes: group.map(|(bytes, _)| bytes),
            group_pixels: group.map(|(_, pixels)| pixels),
            samples: codec(data_type).is_some(),
            layout: codec(data_type).map(|codec| layout_name(codec.layout)),
        }
    }
}

#[derive(Serialize)]
struct SinkRow {
    r#type: &'static str,
    name: &'static str,
    extension: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct MemoryRow {
    r#type: &'static str,
    name: &'static str,
    fourcc: Option<&'static str>,
    libcamera: Option<&'static str>,
    media_bus: Option<&'static str>,
    media_bus_code: Option<u16>,
    ffmpeg: Option<&'static str>,
    bayer: &'static str,
    layout: &'static str,
    bits: u8,
    packed: bool,
}

impl MemoryRow {
    fn new(format: &MemoryFormat) -> Self {
        Self {
            r#type: "memory_format",
            name: format.name,
            fourcc: named(format.fourcc),
            libcamera: named(format.libcamera),
            media_bus: named(format.media_bus),
            media_bus_code: Some(format.media_bus_code).filter(|code| *code != 0),
            ffmpeg: named(format.ffmpeg),
            bayer: format.order.name(),
            layout: layout_name(format.layout),
            bits: format.bits,
            packed: format.is_packed(),
        }
    }
}

/// A name, where there is one.
fn named(name: &'static str) -> Option<&'static str> {
    Some(name).filter(|name| !name.is_empty())
}

/// What the samples of a row are.
const fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Single => "raw",
        Layout::Bgr => "rgb",
        Layout::Uyvy => "yuv422",
        Layout::Yuv420 => "yuv420",
        Layout::Yuv420Legacy => "yuv420 legacy",
    }
}

/// Every code with a name of its own.
fn data_types() -> impl Iterator<Item = DataTypeRow> {
    let codes = (0x00..=0x3F).map(DataType::from_bits);
    codes.map(DataTypeRow::new).filter(|row| row.name != "RESERVED")
}

fn sinks() -> impl Iterator<Item = SinkRow> {
    SINKS.iter().map(|sink| SinkRow {
        r#type: "picture_format",
        name: sink.name,
        extension: sink.extension,
        description: sink.description,
    })
}

pub(crate) fn run(args: &FormatsArgs) -> Result<(), Failure> {
    if args.symptoms {
        return symptoms(args.json);
    }
    if !args.json {
        let mut out = styled();
        return text(&mut out).and_then(|()| out.flush()).map_err(stdout_error);
    }
    let mut out = stdout();
    for format in FORMATS {
        json::line(&mut out, &CaptureRow::new(format))?;
    }
    for row in data_types() {
        json::line(&mut out, &row)?;
    }
    for row in sinks() {
        json::line(&mut out, &row)?;
    }
    for format in MEMORY_FORMATS {
        json::line(&mut out, &MemoryRow::new(format))?;
    }
    out.flush().map_err(stdout_error)
}

fn symptoms(json: bool) -> Result<(), Failure> {
    if !json {
        let mut out = styled();
        return diagnosis::table(&mut out)
            .and_then(|()| out.flush())
            .map_err(stdout_error);
    }
    let mut out = stdout();
    for line in diagnosis::SymptomLine::all() {
        json::line(&mut out, &line)?;
    }
    out.flush().map_err(stdout_error)
}

fn text(out: &mut dyn Write) -> io::Result<()> {
    use Side::{Left, Right};
    let heading = |cells: &[&str]| vec![cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
    let yes = |flag: bool| if flag { "yes" } else { "-" }.to_owned();

    let or_dash = |name: Option<&str>| name.unwrap_or("-").to_owned();

    let mut rows = heading(&["name", "layers", "extensions", "reads", "writes", "pipe", "what it is"]);
    rows.extend(FORMATS.iter().map(CaptureRow::new).map(|row| {
        vec![
            row.name.to_owned(),
            row.layers.join(" "),
            row.extensions
                .iter()
                .map(|extension| format!(".{extension}"))
                .collect::<Vec<_>>()
                .join(" "),
            yes(row.reads),
            yes(row.writes),
            yes(row.streams),
            row.description.to_owned(),
        ]
    }));
    writeln!(out, "Capture formats\n{}", table("  ", &[Left; 7], &rows))?;

    let mut rows = heading(&["code", "name", "kind", "bits", "group", "samples as"]);
    rows.extend(data_types().map(|row| {
        let group = match (row.group_bytes, row.group_pixels) {
            (Some(bytes), Some(pixels)) => format!("{pixels} px in {bytes} B"),
            _ => "-".into(),
        };
        vec![
            format!("0x{:02X}", row.dt),
            row.name.to_owned(),
            row.kind.to_owned(),
            row.bits.map_or("-".into(), |bits| bits.to_string()),
            group,
            row.layout.unwrap_or("-").to_owned(),
        ]
    }));
    writeln!(
        out,
        "Data types\n{}",
        table("  ", &[Left, Left, Left, Right, Left, Left], &rows)
    )?;

    let mut rows = heading(&["name", "extension", "what it is"]);
    rows.extend(sinks().map(|row| {
        vec![
            row.name.to_owned(),
            format!(".{}", row.extension),
            row.description.to_owned(),
        ]
    }));
    writeln!(
        out,
        "Picture formats (decode --format)\n{}",
        table("  ", &[Left; 3], &rows)
    )?;

    let mut rows = heading(&[
        "V4L2",
        "fourcc",
        "libcamera",
        "media bus",
        "code",
        "FFmpeg",
        "order",
        "bits",
        "packed",
    ]);
    rows.extend(MEMORY_FORMATS.iter().map(MemoryRow::new).map(|row| {
        vec![
            row.name.to_owned(),
            row.fourcc.map_or("-".into(), |fourcc| format!("`{fourcc}`")),
            or_dash(row.libcamera),
            or_dash(row.media_bus),
            row.media_bus_code.map_or("-".into(), |code| format!("0x{code:04x}")),
            or_dash(row.ffmpeg),
            if row.layout == "raw" { row.bayer } else { row.layout }.to_owned(),
            row.bits.to_string(),
            yes(row.packed),
        ]
    }));
    write!(
        out,
        "Memory formats (unpack, pack --format)\n{}",
        table("  ", &[Left, Left, Left, Left, Left, Left, Left, Right, Left], &rows)
    )
}
