//! Two captures of sensors in step, written by hand: blocks of pcapng, frames of FS and FE without numbers.

use crate::support::{Bench, Ordered, lines};
use serde_json::{Value, json};

/// FS and FE of an unnumbered frame; the second's check byte is that of bit 0.
const FS: [u8; 4] = [0x00, 0x00, 0x00, 0x00];
const FE: [u8; 4] = [0x01, 0x00, 0x00, 0x07];

const PERIOD: u64 = 16_666_667;
/// From FS to FE.
const FRAME: u64 = 16_000_000;

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 12).expect("short").to_le_bytes();
    [&kind.to_le_bytes(), &length[..], body, &length].concat()
}

/// Links with the starts of their frames in nanoseconds, each an interface.
fn pcapng(links: &[&[u64]]) -> Vec<u8> {
    let mut file = block(
        0x0A0D_0D0A,
        &[&[0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0][..], &[0xFF; 8]].concat(),
    );
    for _ in links {
        // USER0; ticks of a nanosecond.
        file.extend(block(
            1,
            &[147, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0],
        ));
    }
    let mut packets: Vec<(u64, u32, [u8; 4])> = Vec::new();
    for (link, starts) in (0..).zip(links) {
        packets.extend(starts.iter().flat_map(|at| [(*at, link, FS), (at + FRAME, link, FE)]));
    }
    packets.sort_unstable();
    for (at, link, packet) in packets {
        let [high, low] = [(at >> 32) as u32, at as u32];
        let head = [link, high, low, 4, 4].map(u32::to_le_bytes).concat();
        file.extend(block(6, &[&head[..], &packet].concat()));
    }
    file
}

fn frames(first: u64, period: u64, count: u64) -> Vec<u64> {
    (0..count).map(|frame| first + frame * period).collect()
}

/// The two captures as they are told alone, and the pair.
#[track_caller]
fn check(bench: &Bench, words: &[&str]) -> (Value, i32) {
    let words: Vec<&str> = ["check", "--json"].iter().chain(words).copied().collect();
    let said = bench.run(&words);
    let objects = lines(std::str::from_utf8(&said.out).expect("text"));
    let kinds: Vec<_> = objects.iter().map(|object| object["type"].clone()).collect();
    assert_eq!(kinds, ["check", "check", "pairs"], "{}", said.err);
    (objects[2].clone(), said.code)
}

#[test]
fn in_step() {
    let bench = Bench::new();
    let epoch = 1_700_000_000_000_000_000;
    bench.write("a.pcapng", pcapng(&[&frames(epoch, PERIOD, 30)]));
    bench.write("b.pcapng", pcapng(&[&frames(epoch + 1_250, PERIOD, 30)]));
    let (pair, code) = check(&bench, &["a.pcapng", "b.pcapng", "--fail-on", "warning"]);
    assert_eq!(code, 0);
    assert_eq!(
        (&pair["a"], &pair["b"], &pair["verdict"]),
        (&json!("a.pcapng"), &json!("b.pcapng"), &json!("clean"))
    );
    assert_eq!((&pair["pairs"], &pair["locked"]), (&json!(30), &json!(true)));
    assert_eq!(pair["skew_ns"], json!({"min": 1250.0, "mean": 1250.0, "max": 1250.0}));
    assert_eq!((&pair["drift_ppm"], &pair["unpaired"]), (&json!(0.0), &json!([])));
    assert_eq!((&pair["vc_a"], &pair["vc_b"]), (&json!(0), &json!(0)));
    // The other way round B is first.
    let (pair, _) = check(&bench, &["b.pcapng", "a.pcapng"]);
    assert_eq!((&pair["a"], &pair["b"]), (&json!("b.pcapng"), &json!("a.pcapng")));
    assert_eq!(
        pair["skew_ns"],
        json!({"min": -1250.0, "mean": -1250.0, "max": -1250.0})
    );
    let text = bench.run(&["check", "a.pcapng", "b.pcapng"]).ok();
    let expected = "
A and B together: clean
  frames   30 pairs by the time of the captures
  skew     B starts 1.25 us after A
  drift    0 ns a frame, +0.000 ppm: in step
";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.starts_with("a.pcapng: clean\n") && text.contains("\nb.pcapng: clean\n"),
        "{text}"
    );
}

#[test]
fn fields_of_a_pair() {
    let bench = Bench::new();
    bench.write("a.pcapng", pcapng(&[&[0, PERIOD]]));
    let text = bench.run(&["check", "--json", "a.pcapng", "a.pcapng"]).ok();
    let pair = Ordered::parse(text.lines().nth(2).expect("three objects"));
    let keys = pair.keys();
    assert_eq!(keys[..5], ["type", "verdict", "a", "b", "vc_a"]);
    for key in ["pairs", "skew_ns", "drift_ppm", "unpaired", "findings"] {
        assert!(keys.contains(&key), "{key}");
    }
}

#[test]
fn a_partner_is_missing() {
    let bench = Bench::new();
    let a = frames(5_000_000, PERIOD, 20);
    let mut b = frames(5_002_000, PERIOD, 20);
    b.remove(7);
    bench.write("a.pcapng", pcapng(&[&a]));
    bench.write("b.pcapng", pcapng(&[&b]));
    let (pair, code) = check(&bench, &["a.pcapng", "b.pcapng", "--fail-on", "warning"]);
    assert_eq!(
        (code, &pair["pairs"], &pair["verdict"]),
        (1, &json!(19), &json!("warnings"))
    );
    // From the start of its capture.
    let time = 7.0 * PERIOD as f64;
    assert_eq!(pair["unpaired"], json!([{"of": "a", "index": 7, "time_ns": time}]));
    let finding = &pair["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"], &finding["count"]),
        (&json!("FRAME_UNPAIRED"), &json!("warning"), &json!(1))
    );
    assert_eq!(finding["message"], "frame 7 of A has no partner in B within 8.333 ms");
    assert_eq!(finding["first"]["time_ns"], time);
    // A warning is no error.
    assert_eq!(check(&bench, &["a.pcapng", "b.pcapng"]).1, 0);
    let text = bench.run(&["check", "a.pcapng", "b.pcapng"]).ok();
    assert!(
        text.contains("frames   19 pairs by the time of the captures; 1 frame of A without a partner\n"),
        "{text}"
    );
    assert!(text.contains("\nwarning: FRAME_UNPAIRED: frame 7 of A"), "{text}");
}

#[test]
fn not_locked() {
    let bench = Bench::new();
    bench.write("a.pcapng", pcapng(&[&frames(0, 20_000_000, 100)]));
    // 35 millionths of 20 ms are 700 ns.
    bench.write("b.pcapng", pcapng(&[&frames(40_000, 20_000_000 - 700, 100)]));
    let (pair, code) = check(&bench, &["a.pcapng", "b.pcapng", "--fail-on", "warning"]);
    assert_eq!((code, &pair["locked"], &pair["pairs"]), (1, &json!(false), &json!(100)));
    let drift = pair["drift_ppm"].as_f64().expect("a number");
    assert!((drift + 35.0).abs() < 1e-6, "{drift}");
    let drift = pair["drift_ns_per_frame"].as_f64().expect("a number");
    assert!((drift + 700.0).abs() < 0.1, "{drift}");
    let codes: Vec<&Value> = pair["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|of| &of["code"])
        .collect();
    assert_eq!(codes, ["FRAME_DRIFT"]);
    let text = |sensor: &str| bench.run(&["check", "a.pcapng", "b.pcapng", "--sensor", sensor]).ok();
    let imx412 = text("imx412");
    assert!(
        imx412.contains("not locked: B runs 35.0 ppm fast, 700.0 ns a frame\n"),
        "{imx412}"
    );
    // Whose registers they are is known of some sensors only.
    assert!(
        imx412.contains("0x3041") && !text("imx219").contains("0x3041"),
        "{imx412}"
    );
}

#[test]
fn captures_that_began_apart() {
    let bench = Bench::new();
    bench.write("a.pcapng", pcapng(&[&frames(0, PERIOD, 10)]));
    bench.write("b.pcapng", pcapng(&[&frames(9_000_000_000, PERIOD, 10)]));
    let said = bench.run(&["check", "--json", "a.pcapng", "b.pcapng", "--fail-on", "warning"]);
    assert!(
        said.err.contains("no time in common") && said.err.contains("--align first"),
        "{}",
        said.err
    );
    let pair = &lines(&said.ok())[2];
    assert_eq!(
        (&pair["pairs"], &pair["outside_a"], &pair["outside_b"]),
        (&json!(0), &json!(10), &json!(10))
    );
    assert_eq!(pair["skew_ns"], Value::Null);
    let (pair, code) = check(&bench, &["a.pcapng", "b.pcapng", "--align", "first"]);
    assert_eq!((code, &pair["pairs"], &pair["align"]), (0, &json!(10), &json!("first")));
    assert_eq!(pair["skew_ns"], json!({"min": 0.0, "mean": 0.0, "max": 0.0}));
}

#[test]
fn two_links_of_one_capture() {
    let bench = Bench::new();
    let (a, b) = (frames(0, PERIOD, 12), frames(3_000, PERIOD, 12));
    bench.write("both.pcapng", pcapng(&[&a, &b]));
    let (pair, code) = check(&bench, &["both.pcapng", "--link", "0,1", "--fail-on", "warning"]);
    assert_eq!((code, &pair["pairs"]), (0, &json!(12)));
    assert_eq!(
        (&pair["a"], &pair["b"]),
        (&json!("both.pcapng (link 0)"), &json!("both.pcapng (link 1)"))
    );
    assert_eq!(pair["skew_ns"]["mean"], 3000.0);
    // One link is judged as ever.
    let text = bench.run(&["check", "both.pcapng", "--link", "1", "--json"]).ok();
    assert_eq!(lines(&text).len(), 1);
}

#[test]
fn what_cannot_be_paired() {
    let bench = Bench::new();
    bench.write("a.pcapng", pcapng(&[&[0, PERIOD]]));
    let failed = |words: &[&str]| bench.run(words).failed(2);
    assert!(failed(&["check", "a.pcapng", "--link", "0,1,2"]).contains("3 links"));
    assert!(failed(&["check", "-", "--link", "0,1"]).contains("give a file"));
    assert!(failed(&["check", "-", "-"]).contains("standard input"));
    assert!(failed(&["list", "a.pcapng", "--link", "0,1"]).contains("only `check` compares two"));
    // Bytes without times.
    bench.write("b.bin", [FS, FE, FS, FE].concat());
    let said = bench.run(&["check", "--json", "a.pcapng", "b.bin"]);
    assert!(said.err.contains("b.bin: the capture has no time"), "{}", said.err);
    assert_eq!(lines(&said.ok())[2]["pairs"], 0);
    // What breaks off is told, and an end of the run.
    let whole = bench.read("a.pcapng");
    bench.write("cut.pcapng", &whole[..whole.len() - 6]);
    let said = bench.run(&["check", "--json", "cut.pcapng", "a.pcapng"]);
    assert_eq!(lines(std::str::from_utf8(&said.out).expect("text")).len(), 3);
    said.failed(3);
}
