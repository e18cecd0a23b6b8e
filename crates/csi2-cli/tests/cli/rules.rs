//! Virtual channels above 3, generic packets and rules of numbers, from packets in hexadecimal digits.

use crate::support::{Bench, lines, samples};
use serde_json::{Value, json};

/// FS 1, a RAW8 line of three pixels, FE 1: on channel 0, and on channel 4, where the extension bit adds 0x3D to the check
/// bits and 0x40 to the byte.
const CHANNEL_0: &str = "0001001a\n2a030016aabbcc3897\n0101001d\n";
const CHANNEL_4: &str = "00010067\n2a03006baabbcc3897\n01010060\n";

fn check(bench: &Bench, words: &[&str]) -> (Value, i32) {
    let said = bench.run(&[&["check", "--json"], words].concat());
    (serde_json::from_slice(&said.out).expect("JSON"), said.code)
}

#[test]
fn the_header_extension() {
    let bench = Bench::new();
    bench.write("link.hex", [CHANNEL_0, CHANNEL_4].concat());
    // What a header means is the same whatever the link is said to be.
    for vcx in ["auto", "on", "off"] {
        let listed = lines(&bench.run(&["list", "link.hex", "--json", "--vcx", vcx]).ok());
        let channels: Vec<_> = listed.iter().map(|line| line["vc"].clone()).collect();
        assert_eq!(channels, [0, 0, 0, 4, 4, 4], "{vcx}");
        assert!(listed.iter().all(|line| line["ecc"] == "clean"), "{vcx}");
        let manifest = bench.run(&["decode", "link.hex", "--null", "--vcx", vcx]).ok();
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        let frames: Vec<_> = manifest["frames"]
            .as_array()
            .expect("frames")
            .iter()
            .map(|of| of["vc"].clone())
            .collect();
        assert_eq!(frames, [0, 4], "{vcx}");
        // Whether the link should have it is not.
        let (report, code) = check(&bench, &["link.hex", "--vcx", vcx]);
        assert_eq!(code, 0, "{vcx}");
        let found = report["findings"].as_array().expect("findings");
        if vcx != "off" {
            assert_eq!((&report["verdict"], found.len()), (&json!("clean"), 0), "{vcx}");
            continue;
        }
        let [found] = &found[..] else { panic!("{report}") };
        assert_eq!(
            (
                &found["code"],
                &found["severity"],
                &found["count"],
                &found["vc"],
                &found["first"]["packet"]
            ),
            (
                &json!("VC_UNEXPECTED"),
                &json!("warning"),
                &json!(3),
                &json!(4),
                &json!(3)
            )
        );
        assert_eq!(check(&bench, &["link.hex", "--vcx", vcx, "--fail-on", "warning"]).1, 1);
    }
}

#[test]
fn channel_15_there_and_back() {
    let bench = Bench::new();
    let picture = samples(32 * 3, 10, 5);
    bench.npy("in.npy", &[3, 32], &picture);
    for layer in ["packets", "lanes", "pins"] {
        let format = if layer == "packets" { "pcapng" } else { "vcd" };
        let format = if layer == "lanes" { "lanes-text" } else { format };
        #[rustfmt::skip]
        bench.run(&["encode", "in.npy", "in.npy", "--dt", "RAW10", "--vc", "15", "--line-sync", "-o", "link",
            "--output-format", format, "--layer", layer, "--lanes", "2"]).ok();
        let listed = lines(&bench.run(&["list", "link", "--json", "--vc", "15"]).ok());
        assert_eq!(listed.len(), 2 * (2 + 3 * 3), "{layer}");
        assert!(listed.iter().all(|line| line["vc"] == 15), "{layer}");
        assert_eq!(
            bench.run(&["list", "link", "--json", "--vc", "3,14"]).ok(),
            "",
            "{layer}"
        );
        let (report, code) = check(&bench, &["link", "--fail-on", "warning"]);
        assert_eq!(code, 0, "{layer}: {report}");
        let [channel] = &report["channels"].as_array().expect("channels")[..] else {
            panic!("{report}")
        };
        assert_eq!((&channel["vc"], &channel["frames"]), (&json!(15), &json!(2)), "{layer}");
        bench
            .run(&["decode", "link", "--vc", "15", "--format", "npy", "-o", "out"])
            .ok();
        assert_eq!(bench.npy_samples("out/vc15-raw10-000001.npy"), picture, "{layer}");
        std::fs::remove_dir_all(bench.path("out")).expect("removable");
    }
    bench
        .run(&["encode", "in.npy", "--dt", "RAW10", "--vc", "16", "-o", "link"])
        .failed(2);
    bench.run(&["list", "link", "--vc", "16"]).failed(2);
}

#[test]
fn generic_short_packets_are_listed_and_counted() {
    let bench = Bench::new();
    // GENERIC1 with 0x1234, before, in and after the frame, and the packet 0x04 with nothing.
    let generic = "0834120f\n";
    bench.write(
        "link.hex",
        [generic, &CHANNEL_0.replace('\n', "\n0834120f\n"), "0400000d\n"].concat(),
    );
    let listed = lines(&bench.run(&["list", "link.hex", "--json", "--dt", "GENERIC1"]).ok());
    assert_eq!(listed.len(), 4);
    for line in &listed {
        assert_eq!(
            (
                &line["kind"],
                &line["dt"],
                &line["name"],
                &line["word"],
                &line["payload_bytes"],
                &line["checksum"]
            ),
            (
                &json!("short"),
                &json!(8),
                &json!("GENERIC1"),
                &json!(0x1234),
                &json!(0),
                &Value::Null
            )
        );
    }
    let (report, code) = check(&bench, &["link.hex", "--fail-on", "warning"]);
    assert_eq!((&report["verdict"], code), (&json!("clean"), 0), "{report}");
    assert_eq!(report["packets"], json!({"total": 8, "short": 7, "long": 1}));
    assert_eq!(
        report["channels"][0]["data_types"],
        json!([
            {"dt": 8, "name": "GENERIC1", "packets": 4, "bytes": 0, "width": null, "lines": null},
            {"dt": 0x2A, "name": "RAW8", "packets": 1, "bytes": 3, "width": 3, "lines": 1},
            {"dt": 4, "name": "RESERVED", "packets": 1, "bytes": 0, "width": null, "lines": null},
        ])
    );
    let [found] = &report["findings"].as_array().expect("findings")[..] else {
        panic!("{report}")
    };
    assert_eq!((&found["code"], &found["severity"]), (&json!("ID_ERR"), &json!("info")));
}

#[test]
fn a_stream_stopped_inside_a_frame_is_no_error() {
    let bench = Bench::new();
    let (whole, _) = CHANNEL_0.rsplit_once("0101").expect("FE");
    bench.write("link.hex", whole);
    let (report, code) = check(&bench, &["link.hex"]);
    assert_eq!((&report["verdict"], code), (&json!("warnings"), 0), "{report}");
    assert_eq!(report["findings"][0]["message"], "the capture ends inside frame 1");
}
