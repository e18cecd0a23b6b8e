//! Proof from outside: sigrok-cli and GTKWave's converters read what we write, and we read what they write.

use crate::support::{
    self, create_options, levels, names, noise, read_file, sample_levels, source, tool, write_samples,
};
use csi2_capture::{ErrorKind, OpenOptions};
use csi2_dphy::{Change, Timebase};
use std::path::{Path, PathBuf};

const WIRES: [&str; 12] = [
    "CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N", "D2P", "D2N", "D3P", "D3N", "A", "B",
];

fn path(directory: &tempfile::TempDir, name: &str) -> PathBuf {
    directory.path().join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Samples of `wires` wires: the other bits are 0.
fn capture(unit: usize, wires: usize, count: usize) -> Vec<u8> {
    let mut bytes = noise(count as u64, unit * count);
    for sample in bytes.chunks_mut(unit) {
        for bit in wires..unit * 8 {
            sample[bit / 8] &= !(1 << (bit % 8));
        }
    }
    bytes
}

#[test]
fn sigrok_reads_our_sessions() {
    let directory = tempfile::tempdir().unwrap();
    // The last is long enough for several members.
    for (unit, wires, count) in [(1, 5, 1000), (2, 12, 777), (2, 12, 2_500_000)] {
        let (file, bytes) = (path(&directory, "x.sr"), capture(unit, wires, count));
        let options = create_options(&file, Timebase::from_hertz(33_333_333), &WIRES[..wires]);
        write_samples("sigrok", &options, unit, &bytes, 100_000);
        let Some(shown) = tool("sigrok-cli", &["-i", text(&file), "--show"]) else {
            return;
        };
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("Samplerate: 33333333"), "{shown}");
        assert!(shown.contains(&format!("Channels: {wires}")), "{shown}");
        assert!(
            WIRES[..wires]
                .iter()
                .all(|name| shown.contains(&format!("- {name}: logic"))),
            "{shown}"
        );
        let raw = tool("sigrok-cli", &["-i", text(&file), "-O", "binary"]).unwrap();
        assert!(
            raw == bytes,
            "{unit} bytes a sample, {count} samples: sigrok-cli reads other samples"
        );
    }
}

#[test]
fn sigrok_lists_our_samples() {
    let directory = tempfile::tempdir().unwrap();
    let (file, bytes) = (path(&directory, "x.sr"), capture(1, 3, 50));
    write_samples(
        "sigrok",
        &create_options(&file, Timebase::from_hertz(2_100_000_000), &WIRES[..3]),
        1,
        &bytes,
        7,
    );
    let Some(csv) = tool("sigrok-cli", &["-i", text(&file), "-O", "csv:header=false:label=off"]) else {
        return;
    };
    let rows: Vec<String> = bytes
        .iter()
        .map(|b| format!("{},{},{}", b & 1, b >> 1 & 1, b >> 2 & 1))
        .collect();
    let csv = String::from_utf8(csv).unwrap();
    let listed: Vec<&str> = csv.lines().filter(|line| line.starts_with(['0', '1'])).collect();
    assert_eq!(listed, rows);
}

#[test]
fn we_read_sessions_of_sigrok() {
    let directory = tempfile::tempdir().unwrap();
    let (raw, file) = (path(&directory, "x.bin"), path(&directory, "x.sr"));
    for (wires, count, rate) in [(8, 1000, "24m"), (24, 3_000_000, "100m")] {
        let bytes = noise(5, wires / 8 * count);
        std::fs::write(&raw, &bytes).unwrap();
        let _ = std::fs::remove_file(&file);
        let input = format!("binary:numchannels={wires}:samplerate={rate}");
        if tool("sigrok-cli", &["-I", &input, "-i", text(&raw), "-o", text(&file)]).is_none() {
            return;
        }
        let read = read_file(&file);
        assert!(read.samples == bytes, "{wires} wires");
        assert_eq!((read.unit, read.info.channels.len()), (wires / 8, wires));
        assert!(read.info.notes[0].contains("sigrok"), "{:?}", read.info.notes);
        // The same, cut in the directory and in the last member.
        let whole = std::fs::read(&file).unwrap();
        for (cut, least) in [(whole.len() - 1, bytes.len()), (whole.len() * 9 / 10, bytes.len() / 2)] {
            let part = support::read(source("x.sr", &whole[..cut]), &OpenOptions::default()).unwrap();
            assert!(
                part.samples.len() >= least && bytes.starts_with(&part.samples),
                "{wires} wires"
            );
            assert!(matches!(part.error.unwrap().kind, ErrorKind::Truncated { .. }));
        }
    }
}

#[test]
fn we_read_value_changes_of_sigrok() {
    let directory = tempfile::tempdir().unwrap();
    let (session, dump) = (path(&directory, "x.sr"), path(&directory, "x.vcd"));
    let bytes = capture(1, 5, 500);
    // 24 MHz is no whole number of any unit: times are rounded to 100 ps.
    write_samples(
        "sigrok",
        &create_options(&session, Timebase::from_hertz(24_000_000), &WIRES[..5]),
        1,
        &bytes,
        99,
    );
    if tool("sigrok-cli", &["-i", text(&session), "-O", "vcd", "-o", text(&dump)]).is_none() {
        return;
    }
    let read = read_file(&dump);
    assert_eq!(names(&read.info), WIRES[..5]);
    assert_eq!(read.info.sample_rate, Some(24e6));
    let timebase = read.info.timebase.unwrap();
    let on_grid: Vec<Change> = read
        .changes
        .iter()
        .map(|change| Change {
            at: (timebase.nanoseconds(change.at) * 0.024).round() as u64,
            ..*change
        })
        .collect();
    assert_eq!(levels(&on_grid, 5, 500), sample_levels(&bytes, 1, 5));
}

#[test]
fn sigrok_reads_our_value_changes() {
    let directory = tempfile::tempdir().unwrap();
    let (dump, bytes) = (path(&directory, "x.vcd"), capture(1, 5, 500));
    // One sample a tick of the file: the samples that sigrok makes of it are ours.
    write_samples(
        "vcd",
        &create_options(&dump, Timebase::from_hertz(1_000_000), &WIRES[..5]),
        1,
        &bytes,
        64,
    );
    let Some(raw) = tool("sigrok-cli", &["-I", "vcd", "-i", text(&dump), "-O", "binary"]) else {
        return;
    };
    // The binary output of sigrok-cli 0.7.2 begins with a line of its own where the rate comes late.
    let raw = raw.strip_prefix(b"META samplerate: 1000000\n").unwrap_or(&raw);
    assert_eq!(raw, bytes);
}

#[test]
fn value_changes_survive_gtkwave() {
    let directory = tempfile::tempdir().unwrap();
    let dump = path(&directory, "x.vcd");
    let (fst, back) = (path(&directory, "x.fst"), path(&directory, "back.vcd"));
    let bytes = capture(2, 12, 3000);
    write_samples(
        "vcd",
        &create_options(&dump, Timebase::from_hertz(4_000_000_000), &WIRES),
        2,
        &bytes,
        250,
    );
    if tool("vcd2fst", &[text(&dump), text(&fst)]).is_none()
        || tool("fst2vcd", &["-f", text(&fst), "-o", text(&back)]).is_none()
    {
        return;
    }
    let (ours, theirs) = (read_file(&dump), read_file(&back));
    assert_eq!(names(&theirs.info), WIRES);
    assert_eq!(theirs.info.timebase, ours.info.timebase);
    let sorted = |mut changes: Vec<Change>| {
        changes.sort_by_key(|change| (change.at, change.channel));
        changes
    };
    assert!(ours.changes.len() > 3000);
    assert_eq!(sorted(theirs.changes), sorted(ours.changes));
}

/// Writes a session of sigrok's with `wires` wires; its samples.
fn session_of_sigrok(directory: &tempfile::TempDir, wires: usize, count: usize) -> Option<(PathBuf, Vec<u8>)> {
    let (raw, file) = (path(directory, "x.bin"), path(directory, "x.sr"));
    let bytes = capture(wires.div_ceil(8), wires, count);
    std::fs::write(&raw, &bytes).unwrap();
    let _ = std::fs::remove_file(&file);
    let input = format!("binary:numchannels={wires}:samplerate=24000000");
    tool("sigrok-cli", &["-I", &input, "-i", text(&raw), "-o", text(&file)])?;
    Some((file, bytes))
}

#[test]
fn we_read_tables_of_sigrok() {
    let directory = tempfile::tempdir().unwrap();
    for (wires, options) in [
        (5, "csv"),
        (12, "csv:label=channel"),
        (12, "csv:label=off"),
        (24, "csv:header=false"),
    ] {
        let Some((session, bytes)) = session_of_sigrok(&directory, wires, 777) else {
            return;
        };
        let table = path(&directory, "x.csv");
        let _ = std::fs::remove_file(&table);
        tool("sigrok-cli", &["-i", text(&session), "-O", options, "-o", text(&table)]).unwrap();
        let read = read_file(&table);
        assert_eq!(
            (read.info.format, read.info.channels.len()),
            ("sigrok-csv", wires),
            "{options}"
        );
        assert!(read.samples == bytes, "{options}");
        let rate = (!options.contains("header=false")).then_some(24e6);
        assert_eq!(read.info.sample_rate, rate, "{options}");
    }
}

#[test]
fn sigrok_reads_our_tables() {
    let directory = tempfile::tempdir().unwrap();
    let (table, bytes) = (path(&directory, "x.csv"), capture(2, 12, 500));
    let options = create_options(&table, Timebase::from_hertz(1_000_000), &WIRES);
    write_samples("sigrok-csv", &options, 2, &bytes, 64);
    let input = ["-I", "csv:samplerate=1000000", "-i", text(&table)];
    let Some(raw) = tool("sigrok-cli", &[&input[..], &["-O", "binary"]].concat()) else {
        return;
    };
    let raw = raw.strip_prefix(b"META samplerate: 1000000\n").unwrap_or(&raw);
    assert_eq!(raw, bytes);
    let back = path(&directory, "x.sr");
    tool("sigrok-cli", &[&input[..], &["-o", text(&back)]].concat()).unwrap();
    assert_eq!(names(&read_file(&back).info), WIRES);
}

#[test]
fn we_read_lines_of_sigrok() {
    let directory = tempfile::tempdir().unwrap();
    for wires in [5, 12] {
        let Some((session, bytes)) = session_of_sigrok(&directory, wires, 500) else {
            return;
        };
        let lines = path(&directory, "x.ols");
        let _ = std::fs::remove_file(&lines);
        tool("sigrok-cli", &["-i", text(&session), "-O", "ols", "-o", text(&lines)]).unwrap();
        let read = read_file(&lines);
        assert_eq!((read.info.format, read.info.channels.len()), ("ols", wires));
        assert_eq!(read.info.sample_rate, Some(24e6));
        assert_eq!(
            levels(&read.changes, wires, 500),
            sample_levels(&bytes, wires.div_ceil(8), wires)
        );
    }
}
