//! Another format, another layer, the same packets.

use crate::support::{Bench, lines, samples};

/// Bytes of all packets: header and payload as received, and what the checksum said.
fn packets(bench: &Bench, words: &[&str]) -> Vec<(String, String, String)> {
    let mut all = vec!["list", "--json", "--payload"];
    all.extend(words);
    lines(&bench.run(&all).ok())
        .iter()
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
            (text("header"), text("payload"), text("checksum"))
        })
        .collect()
}

#[test]
fn from_every_format_to_every_layer() {
    let bench = Bench::new();
    bench.npy("in.npy", &[4, 16], &samples(64, 12, 9));
    bench
        .run(&["encode", "in.npy", "--dt", "RAW12", "--lanes", "2", "-o", "link.pcapng"])
        .ok();
    let expected = packets(&bench, &["link.pcapng"]);
    assert_eq!(expected.len(), 6);
    let names = [
        "link.pcap",
        "link.hex",
        "link.bin",
        "link.lanes",
        "link.lane0",
        "link.sr",
        "link.vcd",
    ];
    for name in names {
        bench.run(&["convert", "link.pcapng", "--lanes", "2", "-o", name]).ok();
        assert_eq!(packets(&bench, &[name]), expected, "link.pcapng to {name}");
    }
    for from in names {
        for to in ["to.pcapng", "to.hex", "to.lanes", "to.sr", "to.vcd"] {
            bench.run(&["convert", from, "-o", to]).ok();
            assert_eq!(packets(&bench, &[to]), expected, "{from} to {to}");
        }
    }
}

/// Errors are part of what was received.
#[test]
fn errors_are_kept() {
    let bench = Bench::new();
    let text = "\
0001001a
2a05002e5ec2a0ab336561
2b05002e5ec2a0ab336562
2805002e5ec2a0ab336561
2b05002e5ec2
0101001d
";
    bench.write("broken.hex", text);
    let expected = packets(&bench, &["broken.hex"]);
    let ends: Vec<&str> = expected.iter().map(|(_, _, checksum)| checksum.as_str()).collect();
    assert_eq!(ends, ["-", "match", "mismatch", "missing", "missing", "-"]);
    for name in ["to.pcapng", "to.pcap"] {
        bench.run(&["convert", "broken.hex", "-o", name]).ok();
        assert_eq!(packets(&bench, &[name]), expected, "{name}");
    }
    bench.run(&["convert", "to.pcapng", "-o", "back.hex"]).ok();
    let back = bench.text("back.hex");
    let bytes: Vec<&str> = back
        .lines()
        .map(|line| line.split('#').next().expect("a part").trim())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(bytes, text.lines().collect::<Vec<_>>());
    // On the wire as well, where bursts end visibly.
    bench
        .run(&["convert", "broken.hex", "--lanes", "1", "-o", "to.sr"])
        .ok();
    let wire = packets(&bench, &["to.sr"]);
    assert_eq!(wire[..3], expected[..3]);
    assert_eq!(wire[5], expected[5]);
    assert!(wire[3].1.starts_with(&expected[3].1), "trail may follow");
    assert!(wire[4].1.starts_with(&expected[4].1), "trail may follow");
}

#[test]
fn times_are_kept() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 2, 16], &samples(64, 10, 2));
    bench
        .run(&[
            "encode",
            "in.npy",
            "--dt",
            "RAW10",
            "--fps",
            "20000",
            "-o",
            "link.pcapng",
        ])
        .ok();
    let times = |name: &str| -> Vec<f64> {
        let list = lines(&bench.run(&["list", "--json", name]).ok());
        list.iter()
            .map(|line| line["time_ns"].as_f64().expect("a time"))
            .collect()
    };
    let expected = times("link.pcapng");
    assert!(expected[4] - expected[0] > 40_000.0, "{expected:?}");
    bench.run(&["convert", "link.pcapng", "-o", "link.pcap"]).ok();
    assert_eq!(times("link.pcap"), expected);
    bench.run(&["convert", "link.pcapng", "-o", "link.sr"]).ok();
    let wire = times("link.sr");
    for (at, time) in wire.iter().zip(&expected) {
        // The line protocol's own time comes on top.
        assert!((at - time) >= 0.0 && (at - time) < 2_000.0, "{at} {time}");
    }
    bench
        .run(&["convert", "link.pcapng", "--squeeze", "-o", "close.sr"])
        .ok();
    let close = times("close.sr");
    assert!(close[7] < expected[4], "{close:?}");
    // A pause of an hour is no use as samples.
    let mut file = bench.read("link.pcap");
    // The second record begins after the file header (24 bytes) and a short packet (16 + 4).
    assert_eq!(file[44..48], [0; 4], "its seconds");
    file[44..48].copy_from_slice(&3600_u32.to_le_bytes());
    bench.write("hour.pcap", file);
    assert!(
        bench
            .run(&["convert", "hour.pcap", "-o", "hour.sr"])
            .failed(2)
            .contains("--squeeze")
    );
    bench.run(&["convert", "hour.pcap", "--squeeze", "-o", "hour.sr"]).ok();
}

#[test]
fn filters_are_those_of_list() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 16], &samples(32, 10, 2));
    bench.run(&["encode", "in.npy", "--dt", "RAW10", "-o", "link.sr"]).ok();
    for to in ["to.hex", "to.sr"] {
        bench.run(&["convert", "link.sr", "--dt", "RAW10,FE", "-o", to]).ok();
        assert_eq!(
            packets(&bench, &[to]),
            packets(&bench, &["--dt", "RAW10,FE", "link.sr"]),
            "{to}"
        );
    }
}

/// Wires are copied, samples and changes into one another.
#[test]
fn wires_stay_as_they_are() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 16], &samples(32, 10, 2));
    bench
        .run(&[
            "encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "--rate", "400M", "-o", "link.sr",
        ])
        .ok();
    let expected = bench.run(&["list", "--json", "--payload", "link.sr"]).ok();
    bench.run(&["convert", "link.sr", "-o", "link.vcd"]).ok();
    bench
        .run(&["convert", "link.vcd", "--samplerate", "1.6G", "-o", "back.sr"])
        .ok();
    assert_eq!(bench.run(&["list", "--json", "--payload", "back.sr"]).ok(), expected);
    let rate = |name: &str| {
        let info = bench.run(&["info", "--json", name]).ok();
        serde_json::from_str::<serde_json::Value>(&info).expect("JSON")["sample_rate"].as_f64()
    };
    assert_eq!(rate("back.sr"), Some(1.6e9));
    // Nothing changes between edges of clock and data, which lie half a UI of 2.5 ns apart: that is the coarsest grid.
    bench.run(&["convert", "link.vcd", "-o", "coarse.sr"]).ok();
    assert_eq!(rate("coarse.sr"), Some(0.8e9));
    let coarse = lines(&bench.run(&["list", "--json", "--payload", "coarse.sr"]).ok());
    assert_eq!(coarse.len(), 4);
    for (coarse, line) in coarse.iter().zip(lines(&expected)) {
        for key in ["header", "payload", "time_ns"] {
            assert_eq!(coarse[key], line[key]);
        }
    }
    bench
        .run(&["convert", "link.sr", "--layer", "pins", "-o", "link.bin"])
        .ok();
    #[rustfmt::skip]
    let bare = bench.run(&["list", "--json", "--payload", "link.bin", "--input-format", "samples", "--unitsize", "1",
        "--samplerate", "1.6G", "--map", "clk=0/1,d0=2/3,d1=4/5"]).ok();
    assert_eq!(bare, expected);
}
