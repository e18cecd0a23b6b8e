//! FST files as GTKWave's own tool makes them.
#![cfg(feature = "fst")]
// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use csi2_capture::{CaptureReader, OpenOptions, Source, detect, open};
use csi2_dphy::{Change, Observation};
use std::path::Path;
use std::process::Command;

const VCD: &str = "$timescale 10ps $end
$scope module tb $end
$var wire 1 ! clk_p $end
$var wire 1 \" clk_n $end
$scope module phy $end
$var wire 4 # data [3:0] $end
$var real 64 r level $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
1\"
bxz01 #
r0.5 r
$end
#7
1!
0\"
#12
b1010 #
#1000000
0!
1\"
bzzzz #
";

type Read = (Vec<(String, Vec<String>)>, Vec<Change>);

fn drain(mut reader: Box<dyn CaptureReader>) -> Result<Read, String> {
    let channels = reader.info().channels.iter();
    let channels = channels
        .map(|channel| (channel.name.clone(), channel.paths.clone()))
        .collect();
    let mut changes = Vec::new();
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => {
                let Observation::Changes(seen) = chunk.seen else {
                    panic!()
                };
                changes.extend_from_slice(seen);
            }
            Ok(None) => return Ok((channels, changes)),
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn read(path: &Path) -> Result<Read, String> {
    let source = Source::open(path).map_err(|error| error.to_string())?;
    let reader = open(source, &OpenOptions::default()).map_err(|error| error.to_string())?;
    drain(reader)
}

/// Files of `vcd2fst` in its three ways to pack; `None` where it is not installed and need not be.
fn packed(directory: &Path) -> Option<Vec<std::path::PathBuf>> {
    let vcd = directory.join("x.vcd");
    std::fs::write(&vcd, VCD).unwrap();
    ["-4", "-F", "-Z"]
        .into_iter()
        .map(|way| {
            let fst = directory.join(format!("x{way}.fst"));
            let outcome = Command::new("vcd2fst").arg(way).arg(&vcd).arg(&fst).output();
            match outcome {
                Ok(output) => assert!(output.status.success(), "{output:?}"),
                Err(error) => {
                    assert!(std::env::var_os("CSI2_REQUIRE_PEERS").is_none(), "vcd2fst: {error}");
                    eprintln!("vcd2fst is not installed: skipped");
                    return None;
                }
            }
            Some(fst)
        })
        .collect()
}

#[test]
fn a_waveform_is_what_its_dump_is() {
    let directory = tempfile::tempdir().unwrap();
    let Some(files) = packed(directory.path()) else { return };
    let expected = read(&directory.path().join("x.vcd")).unwrap();
    assert_eq!(expected.1.len(), 18);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(detect(&bytes, "x").unwrap().name, "fst");
        let (channels, changes) = read(&file).unwrap();
        assert_eq!(channels, expected.0);
        // Within a time stamp the order of the wires says nothing.
        let sorted = |mut changes: Vec<Change>| {
            changes.sort_by_key(|change| (change.at, change.channel));
            changes
        };
        assert_eq!(sorted(changes), sorted(expected.1.clone()));
    }
}

#[test]
fn damaged_files_give_an_error_or_what_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let Some(files) = packed(directory.path()) else { return };
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        let damaged = directory.path().join("damaged.fst");
        for at in (0..whole.len()).step_by(3) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x5A;
            std::fs::write(&damaged, &bytes).unwrap();
            let _ = read(&damaged);
            std::fs::write(&damaged, &whole[..at]).unwrap();
            let _ = read(&damaged);
        }
    }
}

/// An alias gives the number of the variable it stands for: for one that is not there, no memory is taken up to it.
#[test]
#[cfg(target_os = "linux")]
fn an_alias_of_no_variable_takes_no_memory() {
    const SEED: &[u8] = include_bytes!("../../../fuzz/seeds/fst/alias-of-none");
    let peak = || -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alias.fst");
    // Behind the options of the fuzz target.
    std::fs::write(&path, &SEED[2..]).unwrap();
    let before = peak();
    let error = read(&path).unwrap_err();
    assert!(error.contains("damaged FST file"), "{error}");
    // It asked for two gigabytes.
    let grown = peak() - before;
    assert!(grown < 256 << 10, "{grown} kB more");
}
