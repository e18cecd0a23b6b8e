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

/// CMP has fields for a packet, and none for what follows it.
#[test]
fn what_a_format_has_no_place_for_is_told() {
    let bench = Bench::new();
    let text = "\
0001001aaabb
2a05002e5ec2a0ab336561cc
0101001d
";
    bench.write("in.hex", text);
    let said = bench.run(&["convert", "in.hex", "-o", "to.cmp"]);
    assert!(
        said.err.contains("3 bytes behind packets are left out: cmp files"),
        "{}",
        said.err
    );
    said.ok();
    assert_eq!(packets(&bench, &["to.cmp"]).len(), 3);
    let said = bench.run(&["convert", "in.hex", "-o", "to.pcapng"]);
    assert!(!said.err.contains("left out"), "{}", said.err);
    said.ok();
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

/// The values of the variable `name` of a value change dump, with their times.
fn values(dump: &str, name: &str) -> Vec<(u64, String)> {
    let declared = dump
        .lines()
        .find(|line| line.starts_with("$var") && line.split(' ').nth(4) == Some(name));
    let code = declared.and_then(|line| line.split(' ').nth(3)).expect("declared");
    let (mut now, mut found) = (0, Vec::new());
    for line in dump.lines() {
        if let Some(time) = line.strip_prefix('#') {
            now = time.parse().expect("a time");
        } else if let Some((value, of)) = line.split_once(' ')
            && of == code
        {
            found.push((now, value[1..].replace("\\x20", " ")));
        }
    }
    found
}

#[test]
fn annotated_wires_say_what_they_carry() {
    let bench = Bench::new();
    bench.npy("in.npy", &[2, 16], &samples(32, 10, 3));
    bench
        .run(&[
            "encode", "in.npy", "--dt", "RAW10", "--lanes", "2", "--skew", "0,5", "-o", "link.sr",
        ])
        .ok();
    bench.run(&["convert", "link.sr", "-o", "link.vcd", "--annotate"]).ok();
    let dump = bench.text("link.vcd");

    let texts = |name| -> Vec<String> {
        let values = values(&dump, name).into_iter();
        values.map(|(_, text)| text).filter(|text| text != "-").collect()
    };
    let line = "RAW10 vc0 20B crc ok";
    assert_eq!(texts("packet"), ["FS vc0 1", line, line, "FE vc0 1"]);
    assert_eq!(texts("burst"), ["burst 0", "burst 1", "burst 2", "burst 3"]);
    assert_eq!(texts("finding"), [""; 0]);
    let burst = ["HS-REQ", "LP-00", "HS-0", "SYNC", "DATA", "TRAIL", "LP-11"];
    let states: Vec<_> = std::iter::once("LP-11").chain(burst.repeat(4)).collect();
    assert_eq!(texts("lane0"), states);
    assert_eq!(texts("lane1"), states);
    assert_eq!(texts("clock"), ["CLOCK"]);
    let dts = values(&dump, "dt");
    let dts: Vec<_> = dts
        .iter()
        .map(|(_, bits)| bits.as_str())
        .filter(|bits| *bits != "x")
        .collect();
    assert_eq!(dts, ["0", "101011", "101011", "1"]);

    // Packets begin and end where the list says; a bit takes 1 ns, the dump counts picoseconds.
    let list = lines(&bench.run(&["list", "--json", "link.sr"]).ok());
    let rows = values(&dump, "packet");
    let starts: Vec<_> = rows
        .iter()
        .filter(|(_, text)| text != "-")
        .map(|(at, _)| *at as f64 / 1e3)
        .collect();
    let times: Vec<_> = list.iter().map(|packet| packet["time_ns"].as_f64().unwrap()).collect();
    assert_eq!(starts, times);
    // The second lane is late by five bits, and both send 2 bytes of a short packet, 13 of a line.
    for (lane, late) in [("lane0", 0.0), ("lane1", 5.0)] {
        let rows = values(&dump, lane);
        let when = |state| -> Vec<f64> {
            let of_state = rows.iter().filter(|(_, text)| text == state);
            of_state.map(|(at, _)| *at as f64 / 1e3).collect()
        };
        let shifted =
            |bits: [f64; 4]| -> Vec<f64> { times.iter().zip(bits).map(|(time, bits)| time + late + bits).collect() };
        assert_eq!(when("SYNC"), shifted([-8.0; 4]), "{lane}");
        assert_eq!(when("DATA"), shifted([0.0; 4]), "{lane}");
        assert_eq!(when("TRAIL"), shifted([16.0, 104.0, 104.0, 16.0]), "{lane}");
    }

    // Time goes forward, and the wires are what they were.
    let stamps: Vec<u64> = dump
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.parse().ok())
        .collect();
    assert!(stamps.is_sorted_by(|a, b| a < b));
    bench.run(&["convert", "link.sr", "-o", "plain.vcd"]).ok();
    let plain = bench.text("plain.vcd");
    for wire in ["CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N"] {
        let bits = |dump: &str| -> Vec<(u64, char)> {
            let declared = dump
                .lines()
                .find(|line| line.ends_with(&format!(" {wire} $end")))
                .unwrap();
            let code = declared.split(' ').nth(3).unwrap();
            let mut now = 0;
            let mut found = Vec::new();
            for line in dump.lines() {
                match line.strip_prefix('#') {
                    Some(time) => now = time.parse().unwrap(),
                    None if line.get(1..) == Some(code) => found.push((now, line.chars().next().unwrap())),
                    None => {}
                }
            }
            found
        };
        assert_eq!(bits(&dump), bits(&plain), "{wire}");
    }
    assert_eq!(packets(&bench, &["link.vcd"]), packets(&bench, &["link.sr"]));
}

#[test]
fn damage_stands_in_the_row_of_findings() {
    let bench = Bench::new();
    // A line with a wrong checksum: 2A 03 00 16, three bytes, 9738 in place of 9638.
    bench.write("in.hex", b"00 01 00 1A\n2A 03 00 16 AA BB CC 38 96\n01 01 00 1D\n");
    bench
        .run(&[
            "convert",
            "in.hex",
            "-o",
            "link.vcd",
            "--layer",
            "pins",
            "--output-lanes",
            "1",
        ])
        .ok();
    bench.run(&["convert", "link.vcd", "-o", "rows.vcd", "--annotate"]).ok();
    let dump = bench.text("rows.vcd");
    let packets = values(&dump, "packet");
    let (at, _) = packets
        .iter()
        .find(|(_, text)| text == "RAW8 vc0 3B crc wrong")
        .unwrap();
    let findings = values(&dump, "finding");
    assert!(
        findings
            .iter()
            .any(|(when, text)| when == at && text.split(' ').any(|code| code == "CRC_ERR")),
        "{findings:?}"
    );
    // Converted again, the rows of the first time are no wires.
    bench
        .run(&["convert", "rows.vcd", "-o", "again.vcd", "--annotate"])
        .ok();
    let again = bench.text("again.vcd");
    assert_eq!(values(&again, "packet"), packets);

    let refused = bench
        .run(&["convert", "link.vcd", "-o", "rows.sr", "--annotate"])
        .failed(2);
    assert!(refused.contains("--annotate writes rows of text"), "{refused}");
    let refused = bench
        .run(&["convert", "in.hex", "-o", "rows.vcd", "--annotate"])
        .failed(2);
    assert!(refused.contains("needs a capture of pins"), "{refused}");
}
