//! What the command line leaves open, taken from the dump.

use super::args::UnpackArgs;
use super::dump::DumpFile;
use super::geometry::Geometry;
use crate::console::Console;
use crate::failure::Failure;
use crate::number::Size;
use crate::output::{stdout, stdout_error};
use crate::report::json;
use crate::report::text::{self, Side, table};
use csi2_analyzer::dump::{Candidate, Evidence, Green, Known, StrideScore, propose, rank_strides};
use csi2_pixel::MemoryFormat;
use serde::Serialize;
use std::fs::File;
use std::io::Write as _;

/// Bytes that rows are aligned to.
const ALIGNMENTS: [usize; 10] = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

/// Whether the file is whole frames of this, with nothing left.
fn fits(geometry: &Geometry, available: u64) -> bool {
    matches!(geometry.frames_in(available), (1.., 0))
}

/// The layout of a media-bus format: packed, unless only the unpacked one is whole frames.
pub(super) fn stored(
    args: &UnpackArgs,
    size: Option<Size>,
    available: u64,
    console: &Console,
) -> Option<&'static MemoryFormat> {
    let layout = args.format?;
    let Some(other) = layout.other else {
        return Some(layout.format);
    };
    let whole = |format| {
        let size = size?;
        let geometry = Geometry::new(format, size, args.stride).ok()?;
        Some(fits(&geometry, available))
    };
    let (packed, unpacked) = (whole(layout.format), whole(other));
    let format = if packed == Some(false) && unpacked == Some(true) {
        other
    } else {
        layout.format
    };
    let why = if format.name == other.name {
        "the size of the file fits only this"
    } else {
        "packed is assumed"
    };
    console.note(&format!(
        "a media-bus format says nothing about memory: taken as {} ({why}); --format {} is the other",
        format.name,
        if format.name == other.name {
            layout.format.name
        } else {
            other.name
        }
    ));
    Some(format)
}

/// The stride of frames of known format and size that are not simply one row after another.
pub(super) fn stride(
    args: &UnpackArgs,
    natural: Geometry,
    (file, length): (&mut File, u64),
    console: &Console,
) -> Result<Geometry, Failure> {
    let available = length.saturating_sub(args.offset);
    if fits(&natural, available) || !natural.format.has_rows() {
        return Ok(natural);
    }
    let (row, height) = (natural.row, natural.size.height as u64);
    let mut strides: Vec<usize> = vec![row];
    strides.extend(ALIGNMENTS.iter().map(|by| row.next_multiple_of(*by)));
    // One frame, or several, with nothing left.
    let exact = (1..=64)
        .map(|frames| available / (height * frames))
        .filter(|stride| *stride < 1 << 20);
    strides.extend(
        exact
            .filter_map(|stride| usize::try_from(stride).ok())
            .filter(|stride| (row..4 * row).contains(stride)),
    );
    strides.sort_unstable();
    strides.dedup();
    let geometries = strides
        .iter()
        .filter_map(|stride| Geometry::new(natural.format, natural.size, Some(*stride)).ok());
    let strides: Vec<usize> = geometries
        .filter(|geometry| geometry.frames_in(available).0 > 0)
        .map(|geometry| geometry.stride)
        .collect();
    let mut dump = DumpFile::new(file, args.offset, length);
    let mut ranked = rank_strides(&mut dump, &strides);
    dump.finish().map_err(|error| Failure::io(&args.file, error))?;
    let whole =
        |stride: usize| Geometry::new(natural.format, natural.size, Some(stride)).is_ok_and(|it| fits(&it, available));
    // Whole frames speak for a stride as well.
    let weight = |found: &StrideScore| found.score * if whole(found.stride) { 1.0 } else { 0.6 };
    ranked.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let Some(best) = ranked.first().filter(|best| best.score > 0.0) else {
        return Ok(natural);
    };
    let mut rows = vec![["stride", "score", "frames", "left"].map(str::to_owned).to_vec()];
    for found in ranked.iter().take(6) {
        let geometry = Geometry::new(natural.format, natural.size, Some(found.stride))?;
        let (frames, rest) = geometry.frames_in(available);
        rows.push(vec![
            found.stride.to_string(),
            format!("{:.2}", weight(found)),
            frames.to_string(),
            text::count(rest, "byte"),
        ]);
    }
    let clear = ranked.get(1).is_none_or(|second| weight(best) > 1.5 * weight(second));
    if !clear || best.stride != row {
        console.note(&format!(
            "{}: rows are not {row} bytes apart, by the length of the file; how well rows resemble each other at other strides:\n{}",
            args.file,
            table("  ", &[Side::Right, Side::Right, Side::Right, Side::Right], &rows).trim_end()
        ));
    }
    console.note(&format!("taken: --stride {}", best.stride));
    Geometry::new(natural.format, natural.size, Some(best.stride))
}

/// A candidate for machines.
#[derive(Serialize)]
struct Row<'a> {
    r#type: &'static str,
    rank: usize,
    format: &'static str,
    width: usize,
    height: usize,
    stride: usize,
    frames: u64,
    rest_bytes: u64,
    score: f32,
    likely: bool,
    rows_score: f32,
    format_score: f32,
    height_score: f32,
    padding_bytes: usize,
    green: Option<&'static str>,
    command: &'a str,
}

/// Formats in planes are not told from their bytes; one that is given with its size is taken as it is.
fn planes(known: Known, available: u64) -> Option<Candidate> {
    let format = known.format.filter(|format| !format.has_rows())?;
    let (width, height) = known.size?;
    let geometry = Geometry::new(format, Size { width, height }, known.stride).ok()?;
    let (frames, rest) = geometry.frames_in(available);
    (frames > 0).then_some(Candidate {
        format,
        width,
        height,
        stride: geometry.stride,
        frames,
        rest,
        score: if rest == 0 { 1.0 } else { 0.4 },
        evidence: Evidence {
            format: 1.0,
            ..Evidence::default()
        },
    })
}

/// Candidates for what is open, shown; the best is returned, if there is any.
pub(super) fn guess(
    args: &UnpackArgs,
    known: Known,
    (file, length): (&mut File, u64),
    console: &Console,
) -> Result<Option<Geometry>, Failure> {
    let mut dump = DumpFile::new(file, args.offset, length);
    let mut found = propose(&mut dump, known);
    dump.finish().map_err(|error| Failure::io(&args.file, error))?;
    if let Some(planes) = planes(known, length.saturating_sub(args.offset)) {
        found = vec![planes];
    }
    let commands: Vec<String> = found.iter().map(|candidate| command(args, candidate)).collect();
    if args.json {
        let mut out = stdout();
        for (index, (candidate, command)) in found.iter().zip(&commands).enumerate() {
            json::line(&mut out, &row(index + 1, candidate, command))?;
        }
        out.flush().map_err(stdout_error)?;
    } else if !found.is_empty() {
        let table = show(&found);
        match args.output {
            // Standard output may be the picture's.
            Some(_) => console.note(table.trim_end()),
            None => {
                let mut out = stdout();
                out.write_all(table.as_bytes())
                    .and_then(|()| out.flush())
                    .map_err(stdout_error)?;
            }
        }
    }
    let Some((best, command)) = found.first().zip(commands.first()) else {
        console.warning(&format!(
            "{}: nothing certain: flat, black, random or compressed data, too little of it, or an --offset is missing",
            args.file
        ));
        return Ok(None);
    };
    if !Candidate::is_clear(&found) {
        console.warning("nothing certain: look at the picture before you trust it");
    }
    match best.evidence.green {
        Green::None => {}
        Green::Unknown => console.note("the order of the colour filter cannot be seen: --bayer tells it"),
        Green::Inner => {
            console.note("the colour filter is RGGB or BGGR: which samples are red cannot be seen, --bayer tells")
        }
        Green::Outer => {
            console.note("the colour filter is GRBG or GBRG: which samples are red cannot be seen, --bayer tells")
        }
    }
    match best.format.name {
        "BGR24" | "UYVY" | "YUYV" if known.format.is_none() => console.note(
            "which of the colours is red and which blue cannot be seen: BGR24 may be RGB24, UYVY may be VYUY, YUYV may be YVYU",
        ),
        _ => {}
    }
    if args.output.is_none() && !args.json {
        console.note(command);
    }
    let size = Size {
        width: best.width,
        height: best.height,
    };
    Geometry::new(best.format, size, Some(best.stride)).map(Some)
}

fn show(found: &[Candidate]) -> String {
    use Side::{Left, Right};
    let heading = ["", "score", "format", "size", "stride", "frames", "why"].map(str::to_owned);
    let mut rows = vec![heading.to_vec()];
    rows.extend(found.iter().enumerate().map(|(index, candidate)| {
        vec![
            (index + 1).to_string(),
            format!("{:.2}", candidate.score),
            candidate.format.name.to_owned(),
            format!("{}x{}", candidate.width, candidate.height),
            candidate.stride.to_string(),
            candidate.frames.to_string(),
            why(candidate),
        ]
    }));
    table("", &[Right, Right, Left, Left, Right, Right, Left], &rows)
}

fn why(candidate: &Candidate) -> String {
    let evidence = candidate.evidence;
    let mut why = format!(
        "rows alike {:.2}, format {:.2}, height {:.2}",
        evidence.rows, evidence.format, evidence.height
    );
    if evidence.padding > 0 {
        why += &format!("; {} at the end of rows", text::count(evidence.padding as u64, "byte"));
    }
    why += match evidence.green {
        Green::None => "",
        Green::Unknown => "; a colour filter",
        Green::Inner => "; green as in RGGB and BGGR",
        Green::Outer => "; green as in GRBG and GBRG",
    };
    if candidate.rest > 0 {
        why += &format!("; {} left", text::count(candidate.rest, "byte"));
    }
    why
}

fn row<'a>(rank: usize, candidate: &Candidate, command: &'a str) -> Row<'a> {
    Row {
        r#type: "candidate",
        rank,
        format: candidate.format.name,
        width: candidate.width,
        height: candidate.height,
        stride: candidate.stride,
        frames: candidate.frames,
        rest_bytes: candidate.rest,
        score: candidate.score,
        likely: candidate.score >= Candidate::LIKELY,
        rows_score: candidate.evidence.rows,
        format_score: candidate.evidence.format,
        height_score: candidate.evidence.height,
        padding_bytes: candidate.evidence.padding,
        green: match candidate.evidence.green {
            Green::None => None,
            Green::Unknown => Some("unknown"),
            Green::Inner => Some("rggb/bggr"),
            Green::Outer => Some("grbg/gbrg"),
        },
        command,
    }
}

/// What to type to get this.
fn command(args: &UnpackArgs, candidate: &Candidate) -> String {
    let offset = if args.offset > 0 {
        format!(" --offset {}", args.offset)
    } else {
        String::new()
    };
    let Candidate {
        format,
        width,
        height,
        stride,
        ..
    } = candidate;
    let output = args
        .output
        .as_ref()
        .map_or_else(|| "frame.png".to_owned(), |path| path.display().to_string());
    format!(
        "csi2 unpack {}{offset} --format {} --size {width}x{height} --stride {stride} -o {output}",
        args.file, format.name
    )
}
