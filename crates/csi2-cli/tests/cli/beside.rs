//! `decode` writes frames beside decoding: nothing of that is to be seen.

use crate::support::{Bench, samples};
use serde_json::Value;

/// Frames that take long and frames that do not, alternating: 640x480 on channel 0, 8x4 on channel 1. Returns the packets of
/// the link, a line each.
fn link(bench: &Bench, frames: usize) -> Vec<String> {
    let mut streams = Vec::new();
    for (channel, (width, height)) in [(0, (640, 480)), (1, (8, 4))] {
        let sent: Vec<u16> = (0..frames)
            .flat_map(|frame| samples(width * height, 10, (2 * frame + channel) as u32))
            .collect();
        bench.npy("in.npy", &[frames, height, width], &sent);
        let channel = channel.to_string();
        bench
            .run(&["encode", "in.npy", "--dt", "RAW10", "--vc", &channel, "-o", "one.hex"])
            .ok();
        let lines: Vec<String> = bench.text("one.hex").lines().map(str::to_owned).collect();
        let packets = lines.into_iter().filter(|line| !line.starts_with('#'));
        let packets: Vec<String> = packets.collect();
        // FS, rows, FE.
        assert_eq!(packets.len(), frames * (height + 2));
        streams.push(packets.chunks(height + 2).map(<[String]>::to_vec).collect::<Vec<_>>());
    }
    let mut all = Vec::new();
    for frame in 0..frames {
        all.extend(streams.iter().flat_map(|stream| stream[frame].clone()));
    }
    bench.write("link.hex", all.join("\n"));
    all
}

fn names(bench: &Bench, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(bench.path(directory)).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn frames_are_those_that_come_one_by_one() {
    let bench = Bench::new();
    link(&bench, 9);
    for format in ["png", "dng", "npy", "raw"] {
        let decode = |out: &str, more: &[&str]| {
            let words = [
                "decode",
                "link.hex",
                "-o",
                out,
                "--format",
                format,
                "--bayer",
                "rggb",
                "--preview",
            ];
            bench.run(&[&words, more].concat()).ok();
            serde_json::from_str::<Value>(&bench.text(&format!("{out}/frames.json"))).expect("JSON")
        };
        let manifest = decode("all", &[]);
        let rows = manifest["frames"].as_array().expect("rows");
        let order: Vec<(u64, u64)> = rows
            .iter()
            .map(|row| {
                (
                    row["index"].as_u64().expect("a number"),
                    row["vc"].as_u64().expect("a number"),
                )
            })
            .collect();
        let expected: Vec<(u64, u64)> = (0..9).flat_map(|index| [(index, 0), (index, 1)]).collect();
        assert_eq!(order, expected);
        // A frame at a time leaves nothing to do beside it.
        for (at, row) in rows.iter().enumerate() {
            let (index, channel) = (row["index"].to_string(), row["vc"].to_string());
            let one = decode(
                &format!("one-{at}"),
                &["--vc", &channel, "--frames", &format!("{index}..={index}")],
            );
            assert_eq!(one["frames"][0], *row);
            for key in ["file", "preview"] {
                let name = row[key].as_str().expect("a name");
                let same = bench.read(&format!("all/{name}")) == bench.read(&format!("one-{at}/{name}"));
                assert!(same, "{format}: {name}");
            }
        }
        assert_eq!(names(&bench, "all").len(), 2 * rows.len() + 1);
        std::fs::remove_dir_all(bench.path("all")).expect("removed");
        for at in 0..rows.len() {
            std::fs::remove_dir_all(bench.path(&format!("one-{at}"))).expect("removed");
        }
    }
}

#[test]
fn standard_output_has_frames_in_their_order() {
    let bench = Bench::new();
    link(&bench, 9);
    for format in ["png", "raw", "pgm"] {
        let words = ["decode", "link.hex", "--vc", "0", "--format", format, "-o"];
        bench.run(&[&words[..], &["out"]].concat()).ok();
        let stream = bench.run(&[&words[..], &["-"]].concat());
        let files = (0..9).flat_map(|index| bench.read(&format!("out/vc0-raw10-{index:06}.{format}")));
        assert!(stream.code == 0 && stream.out == files.collect::<Vec<u8>>(), "{format}");
    }
}

#[test]
fn a_stack_has_frames_in_their_order() {
    let bench = Bench::new();
    link(&bench, 9);
    bench.run(&["decode", "link.hex", "-o", "out", "--stack"]).ok();
    bench.run(&["decode", "link.hex", "-o", "out", "--format", "npy"]).ok();
    for channel in 0..2 {
        let stack = bench.npy_samples(&format!("out/vc{channel}-raw10.npy"));
        let frames = (0..9).flat_map(|index| bench.npy_samples(&format!("out/vc{channel}-raw10-{index:06}.npy")));
        assert!(stack == frames.collect::<Vec<u16>>(), "{channel}");
    }
}

/// What is told of frames before it is told, of frames behind it nothing, and these are not there.
#[test]
fn a_frame_that_cannot_be_written_is_the_last() {
    let bench = Bench::new();
    let packets = link(&bench, 12);
    // The first row of the frames 2 and 7 of channel 0 is lost.
    let frame = 482 + 6;
    let lost = [2 * frame + 1, 7 * frame + 1];
    let rest: Vec<&str> = packets
        .iter()
        .enumerate()
        .filter(|(at, _)| !lost.contains(at))
        .map(|(_, packet)| packet.as_str())
        .collect();
    bench.write("link.hex", rest.join("\n"));
    let files = |format: &str| {
        let frames = (0..12).flat_map(|index| [(0, index), (1, index)]);
        let names = frames.map(|(channel, index)| format!("vc{channel}-raw10-{index:06}.{format}"));
        names.collect::<Vec<String>>()
    };
    let decode = |format: &str| bench.run(&["decode", "link.hex", "-o", "out", "--format", format, "-q"]);
    let warned = bench.run(&["decode", "link.hex", "-o", "out"]);
    assert_eq!(warned.err.matches(".png: incomplete: ").count(), 2, "{}", warned.err);
    let first = warned.err.lines().next().expect("a warning").to_owned();
    std::fs::remove_dir_all(bench.path("out")).expect("removed");
    for format in ["png", "npy", "dng"] {
        for stopped in [0, 1, 9, 10] {
            let names_of = files(format);
            // What cannot be replaced.
            std::fs::create_dir_all(bench.path(&format!("out/{}", names_of[stopped]))).expect("a directory");
            let words = ["decode", "link.hex", "-o", "out", "--bayer", "rggb", "--format", format];
            let said = bench.run(&words).failed(3);
            let expected: Vec<&str> = if stopped > 4 { vec![&first] } else { Vec::new() };
            let lines: Vec<&str> = said.lines().collect();
            let (error, warnings) = lines.split_last().expect("an error");
            assert!(
                error.starts_with("error: ") && error.contains(&names_of[stopped]),
                "{said}"
            );
            let told = |line: &&str| line.replace(&format!(".{format}"), ".png");
            assert_eq!(warnings.iter().map(told).collect::<Vec<_>>(), expected, "{said}");
            let mut there = names_of[..=stopped].to_vec();
            there.sort();
            assert_eq!(names(&bench, "out"), there, "{format} {stopped}");
            std::fs::remove_dir_all(bench.path("out")).expect("removed");
        }
    }
    // Nothing is left over where all goes well.
    decode("png").ok();
    let mut there = files("png");
    there.push("frames.json".into());
    there.sort();
    assert_eq!(names(&bench, "out"), there);
}
