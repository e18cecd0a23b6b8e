//! Memory files, as a Verilog simulator loads them.

// Helpers fail the test that called them.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod common;

use common::*;
use csi2_capture::{Burst, Layer, WireNote, create};
use csi2_dphy::{Observation, Timebase};
use std::path::Path;
use std::process::Command;

#[test]
fn packets_are_bytes_with_a_comment_each() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.mem");
    let mut options = create_options(&path, Layer::Packets, 0);
    options.timebase = Timebase::from_hertz(1_000_000);
    let mut writer = create("readmemh", &options).unwrap();
    let note = WireNote {
        comment: Some("bad\nchecksum"),
        checksum_error: true,
    };
    writer
        .write(
            &Observation::Merged(&[0x00, 0x01]),
            Burst::WHOLE,
            None,
            WireNote::default(),
        )
        .unwrap();
    writer
        .write(&Observation::Merged(&[0x1A]), Burst::WHOLE, Some(3), note)
        .unwrap();
    writer.finish().unwrap();
    let expected = "// csi2 memory file: packets, one byte a word\n\
                    // words: 3                   \n\
                    // burst 0, 2 bytes\n00\n01\n\
                    // burst 1, 1 bytes, t=3000 ns, bad checksum\n1a\n\
                    // end, 3 words\n";
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn lanes_are_words_with_lane_0_lowest() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.mem");
    write_lanes("readmemh", &path, 3, &[vec![vec![0x00, 0x1A], vec![0x01], vec![0x80]]]);
    let text = std::fs::read_to_string(&path).unwrap();
    let words: Vec<&str> = text.lines().filter(|line| !line.starts_with("//")).collect();
    assert_eq!(words, ["b8b8b8", "800100", "00ff1a", "00ffff"]);
    assert!(text.contains("// words: 4 "), "{text}");
}

/// Loads a memory in Icarus Verilog and gives its words; `None` where that is not installed.
fn simulate(directory: &Path, memory: &Path, bits: usize, words: usize) -> Option<Vec<String>> {
    let (source, program) = (directory.join("t.v"), directory.join("t.vvp"));
    let memory = memory.display();
    let text = format!(
        "module t; reg [{bits}-1:0] memory [0:{words}-1]; integer i; initial begin\n\
         $readmemh(\"{memory}\", memory);\n\
         for (i = 0; i < {words}; i = i + 1) $display(\"%h\", memory[i]);\n\
         end endmodule\n"
    );
    std::fs::write(&source, text).unwrap();
    let Ok(compiled) = Command::new("iverilog").arg("-o").args([&program, &source]).output() else {
        eprintln!("skipped: iverilog is not installed");
        return None;
    };
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let run = Command::new("vvp").arg(&program).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        run.status.success() && run.stderr.is_empty(),
        "{output}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(output.lines().map(String::from).collect())
}

#[test]
fn a_simulator_loads_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.mem");
    let packets = [vec![0x00, 0x01, 0x00, 0x1A], (0..=255).collect()];
    write_packets("readmemh", &path, &packets, 1000);
    let Some(words) = simulate(directory.path(), &path, 8, 260) else {
        return;
    };
    let expected: Vec<String> = packets.concat().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(words, expected);

    let burst = vec![vec![0x00, 0x1A], vec![0x01], vec![0x02], vec![0x03]];
    write_lanes("readmemh", &path, 4, &[burst.clone(), burst.clone()]);
    let words = simulate(directory.path(), &path, 32, 8).unwrap();
    let wire = on_the_wire(&burst);
    let word = |row: usize| {
        (0..4)
            .rev()
            .map(|lane: usize| format!("{:02x}", wire[lane][row]))
            .collect::<String>()
    };
    let once: Vec<String> = (0..4).map(word).collect();
    assert_eq!(words, [once.clone(), once].concat());
}

/// Not told to name a number of lanes that no link has.
#[test]
fn words_wider_than_a_link_are_refused() {
    let text = b"00112233445566778899aabbccddeeff00\n";
    let error = csi2_capture::open(source("x.mem", text), &options("readmemh"))
        .err()
        .unwrap();
    let message = error.to_string();
    assert!(
        message.contains("17 bytes") && !message.contains("--lanes"),
        "{message}"
    );
}
