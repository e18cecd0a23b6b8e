//! Line states read off the VCD files that the command writes, by a decoder of its own: escapes, ULPS, deskew bursts,
//! durations. It knows the tables of the public sources and nothing of the command's code.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhySymbolDecoder.cpp`, `scopeprotocols/DPhyEscapeModeDecoder.cpp`;
//! Microchip CSI-2 documentation, escape mode; torvalds/linux `include/linux/phy/phy-mipi-dphy.h`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod decoder;

use decoder::{Burst, Seen, Vcd, bits, lane};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Bits in time. Ref: as above.
const COMMANDS: [(&str, &str); 8] = [
    ("lpdt:48656c6c6f00ff80", "11100001"),
    ("ulps:50us", "00011110"),
    ("undefined-1", "10011111"),
    ("undefined-2", "11011110"),
    ("reset-trigger", "01100010"),
    ("unknown-3", "01011101"),
    ("unknown-4", "00100001"),
    ("unknown-5", "10100000"),
];

const NS: u64 = 1_000_000;
const US: u64 = 1_000 * NS;
/// A bit at 200 Mb/s.
const UI: u64 = 5 * NS;

struct Bench(tempfile::TempDir);

impl Bench {
    /// With `frames` small pictures.
    fn new(frames: usize) -> Self {
        let bench = Self(tempfile::tempdir().expect("a directory"));
        for frame in 0..frames {
            let mut file = b"P5 8 2 255\n".to_vec();
            file.extend((0..16).map(|sample| (sample * 37 + frame) as u8));
            std::fs::write(bench.path(&format!("{frame}.pgm")), file).expect("writable");
        }
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_csi2"));
        command.args(line.split_whitespace()).current_dir(self.0.path());
        let output = command.stdin(Stdio::null()).output().expect("csi2 starts");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    }

    #[track_caller]
    fn ok(&self, line: &str) {
        let (code, said) = self.run(line);
        assert_eq!(code, Some(0), "{line}: {said}");
    }

    fn vcd(&self, name: &str) -> Vcd {
        Vcd::read(&std::fs::read_to_string(self.path(name)).expect("text"))
    }

    /// Two lanes at 200 Mb/s, RAW8.
    #[track_caller]
    fn encode(&self, images: &str, options: &str) -> Vcd {
        self.ok(&format!(
            "encode {images} --dt RAW8 --lanes 2 --rate 200M {options} -o x.vcd"
        ));
        self.vcd("x.vcd")
    }
}

fn bursts(seen: &[Seen]) -> Vec<&Burst> {
    let mut all = Vec::new();
    for seen in seen {
        if let Seen::Burst(burst) = seen {
            all.push(burst);
        }
    }
    all
}

#[test]
fn every_escape_is_there_and_none_else() {
    let bench = Bench::new(1);
    let list: Vec<&str> = COMMANDS.iter().map(|row| row.0).collect();
    let options = format!("--escape {},turnaround --timing t_wakeup=20us", list.join(","));
    let vcd = bench.encode("0.pgm", &options);
    let seen = lane(&vcd.pair("D0"), false);
    for ((name, expected), seen) in COMMANDS.iter().zip(&seen) {
        let Seen::Escape {
            command,
            bytes,
            states,
            stay,
            mark,
        } = seen
        else {
            panic!("{name}: {seen:?}");
        };
        assert_eq!(command, expected, "{name}");
        assert!(states.iter().all(|state| *state == 50 * NS), "{name}: {states:?}");
        let (payload, low, wakeup) = match *name {
            "lpdt:48656c6c6f00ff80" => (&b"Hello\x00\xff\x80"[..], 50 * NS, 50 * NS),
            "ulps:50us" => (&[][..], 50 * US, 20 * US),
            _ => (&[][..], 50 * NS, 50 * NS),
        };
        assert_eq!((&bytes[..], *stay, *mark), (payload, low, wakeup), "{name}");
    }
    assert_eq!(seen[COMMANDS.len()], Seen::Turnaround);
    let rest = &seen[COMMANDS.len() + 1..];
    assert!(
        rest.len() == 4 && bursts(rest).len() == 4,
        "FS, two lines, FE: {rest:?}"
    );
    let other = lane(&vcd.pair("D1"), false);
    assert_eq!(bursts(&other).len(), other.len());
}

#[test]
fn lanes_and_clock_sleep_between_frames() {
    let bench = Bench::new(3);
    let images = "0.pgm 1.pgm 2.pgm";
    for (options, stay, mark, clock) in [
        ("--ulps 30", 30 * US, 1000 * US, "continuous"),
        (
            "--ulps 0.2ms --timing t_wakeup=7us --clock gated",
            200 * US,
            7 * US,
            "gated",
        ),
        (
            "--ulps 9000ui --timing t_wakeup=400ui --clock none",
            9000 * UI,
            400 * UI,
            "none",
        ),
    ] {
        let vcd = bench.encode(images, options);
        for name in ["D0", "D1"] {
            let seen = lane(&vcd.pair(name), false);
            let kinds: String = seen
                .iter()
                .map(|seen| if matches!(seen, Seen::Burst(_)) { 'b' } else { 'u' })
                .collect();
            assert_eq!(kinds, "bbbbubbbbubbbb", "{options}");
            for seen in seen.iter().filter(|seen| !matches!(seen, Seen::Burst(_))) {
                let Seen::Escape {
                    command,
                    bytes,
                    stay: low,
                    mark: wakeup,
                    ..
                } = seen
                else {
                    panic!("{seen:?}");
                };
                assert_eq!((command.as_str(), bytes.len()), ("00011110", 0));
                assert_eq!((*low, *wakeup), (stay, mark), "{options}");
            }
        }
        if clock == "none" {
            assert_eq!(vcd.names(), ["D0N", "D0P", "D1N", "D1P"]);
            continue;
        }
        let seen = lane(&vcd.pair("CLK"), true);
        let sleeps: Vec<&Seen> = seen.iter().filter(|seen| !matches!(seen, Seen::Burst(_))).collect();
        let expected = Seen::ClockUlps {
            request: 50 * NS,
            stay,
            mark,
        };
        assert_eq!(sleeps, [&expected, &expected], "{options}");
        // A gated clock runs for each burst; a continuous one starts again after each sleep, and the last time for good.
        assert_eq!(bursts(&seen).len(), if clock == "gated" { 12 } else { 1 });
    }
}

/// Bits of each burst of a lane, from the sync sequence on.
fn sent(vcd: &Vcd, name: &str) -> Vec<Vec<bool>> {
    let seen = lane(&vcd.pair(name), false);
    bursts(&seen)
        .into_iter()
        .map(|burst| {
            let all = bits(vcd.wire(&format!("{name}P")), vcd.wire("CLKP"), burst);
            let one = all.iter().position(|bit| *bit).expect("a one");
            all[one..].to_vec()
        })
        .collect()
}

/// Length of the clock pattern after sixteen ones.
fn deskew(bits: &[bool]) -> Option<usize> {
    let ones = bits.iter().take_while(|bit| **bit).count();
    // The trail is the inverse of the last bit, and goes on with the pattern for one.
    let pattern = bits[ones..].windows(2).take_while(|pair| pair[0] != pair[1]).count();
    (ones == 16).then_some(pattern)
}

#[test]
fn deskew_bursts() {
    let bench = Bench::new(2);
    for (options, expected) in [
        ("--deskew", [Some(1 << 15), None, None, None]),
        ("--deskew=periodic", [None, Some(1 << 10), None, Some(1 << 10)]),
        (
            "--deskew=initial:10us,periodic:300ui",
            [Some(2000), Some(300), None, Some(300)],
        ),
    ] {
        let vcd = bench.encode("0.pgm 1.pgm", options);
        for name in ["D0", "D1"] {
            let kinds: Vec<Option<usize>> = sent(&vcd, name).iter().map(|bits| deskew(bits)).collect();
            // Four bursts a frame: one before them, one after each.
            let [initial, first, _, second] = expected;
            let mut all = vec![None; 8];
            all.extend(second.map(Some));
            if first.is_some() {
                all.insert(4, first);
            }
            if initial.is_some() {
                all.insert(0, initial);
            }
            assert_eq!(kinds, all, "{options}");
        }
    }
}

/// Bytes of a burst without its sync byte, as many as asked for.
fn bytes(bits: &[bool], count: usize) -> Vec<u8> {
    assert_eq!(
        bits[..5],
        [true, true, true, false, true],
        "the sync byte from its first one"
    );
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bits[5..].chunks(8).take(count).map(byte).collect()
}

/// Ref: hanasamyahmed/Design-and-Verification-of-CSI-2-controller-IP `source/rtl/mipi_scrambler.v`: keystream of seed
/// 0810, worked out by hand.
#[test]
fn scrambling_is_added_to_each_burst_anew() {
    let bench = Bench::new(1);
    let encode = "encode 0.pgm --dt RAW8 --lanes 1 --rate 200M -o x.vcd";
    bench.ok(encode);
    let plain = sent(&bench.vcd("x.vcd"), "D0");
    bench.ok(&format!("{encode} --scramble a"));
    let scrambled = sent(&bench.vcd("x.vcd"), "D0");
    assert_eq!(bytes(&plain[0], 4), [0x00, 0x01, 0x00, 0x1A]);
    assert_eq!((plain.len(), scrambled.len()), (4, 4));
    for (plain, scrambled) in plain.iter().zip(&scrambled) {
        let pairs = bytes(plain, 4).into_iter().zip(bytes(scrambled, 4));
        let keys: Vec<u8> = pairs.map(|(plain, scrambled)| plain ^ scrambled).collect();
        assert_eq!(keys, [0x10, 0x08, 0xD3, 0xC1]);
    }
}

/// Durations that were chosen, measured with a gated clock. Ticks are a quarter of a bit.
#[test]
fn chosen_timing_is_on_the_wires() {
    let bench = Bench::new(1);
    let vcd = bench.encode(
        "0.pgm",
        "--clock gated --timing t_lpx=85ns,t_hs_prepare=13ui,t_hs_zero=61ui,t_hs_trail=135ns --timing t_hs_exit=41ui \
         --timing t_clk_prepare=75ns,t_clk_zero=505ns,t_clk_pre=27ui,t_clk_post=91ui,t_clk_trail=115ns",
    );
    let clock = lane(&vcd.pair("CLK"), true);
    let clocks = bursts(&clock);
    let data = [lane(&vcd.pair("D0"), false), lane(&vcd.pair("D1"), false)];
    assert_eq!(clocks.len(), 4);
    // One bit may be added where the parity of the clock asks for it, half a one where an edge is in its middle.
    let near =
        |measured: u64, chosen: u64| assert!((chosen..=chosen + 2 * UI).contains(&measured), "{measured} {chosen}");
    for (index, clock) in clocks.iter().enumerate() {
        assert_eq!(clock.bridge - clock.request, 85 * NS);
        assert_eq!(clock.zero - clock.bridge, 75 * NS);
        near(clock.first - clock.zero, 505 * NS);
        near(clock.stop - clock.last, 115 * NS);
        for data in &data {
            let burst = bursts(data)[index];
            assert_eq!(burst.bridge - burst.request, 85 * NS);
            assert_eq!(burst.zero - burst.bridge, 13 * UI);
            // Three zeros of the sync byte.
            assert_eq!(burst.first - burst.zero, (61 + 3) * UI);
            near(burst.stop - burst.last, 135 * NS);
            near(burst.request - clock.first + UI / 2, 27 * UI);
            near(clock.last - burst.stop + UI / 2, 91 * UI);
        }
    }
    for pair in clocks.windows(2) {
        assert!(pair[1].request - pair[0].stop >= 41 * UI);
    }
}

/// Two samples and a half per bit: nothing is more than a sample away from its time.
#[test]
fn fractions_of_samples() {
    let bench = Bench::new(2);
    let vcd = bench.encode(
        "0.pgm 1.pgm",
        "--oversample 2.5 --ulps 11us --timing t_wakeup=3us --escape lpdt:c0ffee",
    );
    let sample = 2 * NS;
    let near = |measured: u64, wanted: u64| assert!(measured.abs_diff(wanted) <= sample, "{measured} {wanted}");
    let seen = lane(&vcd.pair("D0"), false);
    let escapes: Vec<&Seen> = seen.iter().filter(|seen| !matches!(seen, Seen::Burst(_))).collect();
    let [
        Seen::Escape {
            command,
            bytes: sent_bytes,
            states,
            ..
        },
        Seen::Escape {
            command: ulps,
            stay,
            mark,
            ..
        },
    ] = escapes[..]
    else {
        panic!("{escapes:?}")
    };
    assert_eq!(
        (command.as_str(), &sent_bytes[..]),
        ("11100001", &[0xC0, 0xFF, 0xEE][..])
    );
    states.iter().for_each(|state| near(*state, 50 * NS));
    assert_eq!(ulps, "00011110");
    near(*stay, 11 * US);
    near(*mark, 3 * US);
    // Frame start 1 over two lanes, then frame start 2.
    let lanes = [sent(&vcd, "D0"), sent(&vcd, "D1")];
    assert_eq!(
        (bytes(&lanes[0][0], 2), bytes(&lanes[1][0], 2)),
        (vec![0x00, 0x00], vec![0x01, 0x1A])
    );
    assert_eq!((lanes[0].len(), lanes[1].len()), (8, 8));
    assert_eq!(
        (bytes(&lanes[0][4], 1), bytes(&lanes[1][4], 1)),
        (vec![0x00], vec![0x02])
    );
    for change in vcd.wire("CLKP") {
        assert_eq!(change.0 % sample, 0);
    }
}

#[test]
fn wires_that_are_left_out() {
    let bench = Bench::new(1);
    for (options, names) in [
        ("--lp off", &["CLKP", "D0P", "D1P"][..]),
        ("--lp off --clock none", &["D0P", "D1P"]),
        ("--oversample 1", &["D0P", "D1P"]),
        ("--oversample 1 --lp on", &["D0N", "D0P", "D1N", "D1P"]),
    ] {
        assert_eq!(bench.encode("0.pgm", options).names(), names, "{options}");
    }
}

#[test]
fn packets_sleep_between_frames_too() {
    let bench = Bench::new(2);
    bench.ok("encode 0.pgm 1.pgm --dt RAW8 --lanes 2 --rate 200M --fps 1000 -o x.pcapng");
    bench.ok("convert x.pcapng -o y.vcd --output-lanes 2 --output-rate 200M --ulps 100us --timing t_wakeup=9us --deskew=periodic");
    let vcd = bench.vcd("y.vcd");
    let seen = lane(&vcd.pair("D1"), false);
    let kinds: Vec<bool> = seen.iter().map(|seen| matches!(seen, Seen::Burst(_))).collect();
    // Four bursts and the deskew burst, the sleep, and again.
    assert_eq!(
        kinds,
        [true, true, true, true, true, false, true, true, true, true, true]
    );
    let Seen::Escape { stay, mark, .. } = &seen[5] else {
        panic!()
    };
    assert_eq!((*stay, *mark), (100 * US, 9 * US));
    // Frames are as far apart as they were.
    let all = bursts(&seen);
    let apart = all[5].request - all[0].request;
    assert!(apart.abs_diff(1000 * US) < US, "{apart}");
    // Wires are copied, unless bursts are to be shaped.
    bench.ok("convert y.vcd -o z.vcd");
    assert_eq!(bench.vcd("z.vcd").pair("D0"), vcd.pair("D0"));
}

#[test]
fn what_cannot_be_written_says_why() {
    let bench = Bench::new(1);
    for (options, hint) in [
        ("--ulps 5 -o x.pcapng", "--layer pins"),
        ("--timing t_lpx=60ns -o x.pcapng", "--layer pins"),
        ("--ulps 5 --lp off -o x.vcd", "--lp on"),
        ("--escape ulps --oversample 1 -o x.vcd", "--oversample 2"),
        ("--escape lpdt:4 -o x.vcd", "lpdt:48656c6c6f"),
        ("--escape reset -o x.vcd", "reset-trigger"),
        ("--ulps 1d -o x.vcd", "1.5ms"),
        ("--ulps 900s -o x.vcd", "lower --rate"),
        ("--timing t_lp=1ui -o x.vcd", "t_hs_prepare"),
        ("--timing t_lpx=7 -o x.vcd", "20ui"),
        ("--deskew=often -o x.vcd", "periodic"),
        ("--oversample 1.5 -o x.vcd", "2.5"),
        ("--scramble a -o x.pcapng", "--layer lanes"),
        ("--scramble a --lanes 8 -o x.vcd", "seeds"),
    ] {
        let (code, said) = bench.run(&format!("encode 0.pgm --dt RAW8 {options}"));
        assert_eq!(code, Some(2), "{options}: {said}");
        assert!(said.contains(hint), "{options}: {said}");
    }
}
