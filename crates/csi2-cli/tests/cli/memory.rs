//! Memory dumps to pictures and back.

use crate::support::{Bench, lines, samples};
use csi2_pixel::{Layout, Packing};

/// RAW10 packing, sample by sample.
fn raw10(samples: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in samples.chunks(4) {
        bytes.extend(group.iter().map(|sample| (sample >> 2) as u8));
        bytes.push(
            group
                .iter()
                .enumerate()
                .map(|(i, sample)| ((sample & 3) as u8) << (2 * i))
                .sum(),
        );
    }
    bytes
}

#[test]
fn unpack_by_any_name() {
    let bench = Bench::new();
    let picture = samples(8 * 3, 10, 4);
    // Three bytes of padding after each row, and something before.
    let mut dump = vec![0xEE; 7];
    for row in picture.chunks(8) {
        dump.extend(raw10(row));
        dump.extend([0xEE; 3]);
    }
    bench.write("dump.raw", &dump);
    for format in ["SRGGB10P", "pRAA", "SRGGB10_CSI2P", "V4L2_PIX_FMT_SRGGB10P"] {
        #[rustfmt::skip]
        bench.run(&["unpack", "dump.raw", "--format", format, "--size", "8x3", "--stride", "13", "--offset", "7",
            "-o", "out.npy"]).ok();
        assert_eq!(bench.npy_samples("out.npy"), picture, "{format}");
    }
    #[rustfmt::skip]
    bench.run(&["unpack", "dump.raw", "--format", "pgAA/8x3", "--stride", "13", "--offset", "7", "-o", "out.npy"]).ok();
    // The padding of the last row may be missing.
    bench.write("dump.raw", &dump[..dump.len() - 3]);
    #[rustfmt::skip]
    bench.run(&["unpack", "dump.raw", "--format", "pRAA", "--size", "8x3", "--stride", "13", "--offset", "7",
        "-o", "out.npy"]).ok();
    assert_eq!(bench.npy_samples("out.npy"), picture);
    bench.write("dump.raw", &dump[..dump.len() - 4]);
    #[rustfmt::skip]
    let message = bench.run(&["unpack", "dump.raw", "--format", "pRAA", "--size", "8x3", "--stride", "13", "--offset", "7",
        "-o", "out.npy"]).failed(3);
    assert!(
        message.contains("needs 36 bytes from byte 7, 35 are there"),
        "{message}"
    );
}

#[test]
fn every_memory_format_there_and_back() {
    let bench = Bench::new();
    for format in csi2_pixel::MEMORY_FORMATS {
        // Compression loses; wide samples and planes have tests of their own.
        let plain = !matches!(format.packing, Packing::Dpcm(_)) && format.has_rows() && format.bits <= 16;
        if !plain {
            continue;
        }
        let (shape, count): (&[usize], usize) = match format.layout {
            Layout::Bgr => (&[2, 16, 3], 96),
            Layout::Uyvy => (&[2, 16, 2], 64),
            _ => (&[2, 16], 32),
        };
        let bits = format.depth.into_iter().min().unwrap_or(format.bits);
        let picture = samples(count, bits.into(), 8);
        bench.npy("in.npy", shape, &picture);
        #[rustfmt::skip]
        bench.run(&["pack", "in.npy", "--format", format.name, "--stride", "80", "-o", "dump.raw"]).ok();
        assert_eq!(bench.read("dump.raw").len(), 160, "{}", format.name);
        #[rustfmt::skip]
        bench.run(&["unpack", "dump.raw", "--format", format.name, "--size", "16x2", "--stride", "80", "-o", "out.npy"]).ok();
        assert_eq!(bench.npy_samples("out.npy"), picture, "{}", format.name);
    }
    // By hand: 16-bit samples lie low byte first, and the fourcc's case counts.
    bench.npy("in.npy", &[1, 2], &[0x0102, 0x03FF]);
    bench
        .run(&["pack", "in.npy", "--format", "RG10", "-o", "dump.raw"])
        .ok();
    assert_eq!(bench.read("dump.raw"), [0x02, 0x01, 0xFF, 0x03]);
}

#[test]
fn many_frames() {
    let bench = Bench::new();
    let picture = samples(3 * 8, 10, 6);
    bench.npy("in.npy", &[3, 2, 4], &picture);
    bench
        .run(&["pack", "in.npy", "--format", "Y10P", "-o", "dump.raw"])
        .ok();
    assert_eq!(bench.read("dump.raw"), raw10(&picture));
    bench
        .run(&[
            "unpack",
            "dump.raw",
            "--format",
            "Y10P",
            "--size",
            "4x2",
            "-o",
            "stack.npy",
        ])
        .ok();
    assert_eq!(bench.npy_samples("stack.npy"), picture);
    assert!(String::from_utf8_lossy(&bench.read("stack.npy")).contains("(3, 2, 4)"));
    #[rustfmt::skip]
    bench.run(&["unpack", "dump.raw", "--format", "Y10P", "--size", "4x2", "--frames", "1..", "-o", "f.pgm"]).ok();
    assert!(!bench.path("f.pgm").exists() && !bench.path("f-000000.pgm").exists());
    let pgm = bench.read("f-000002.pgm");
    let body: Vec<u8> = picture[16..].iter().flat_map(|sample| sample.to_be_bytes()).collect();
    assert_eq!(pgm, [b"P5\n4 2\n65535\n", body.as_slice()].concat());
    #[rustfmt::skip]
    let said = bench.feed(&["unpack", "-", "--format", "Y10P", "--size", "4x2", "-o", "-"], bench.read("dump.raw"));
    assert_eq!(said.out, bench.read("stack.npy"), "{}", said.err);
    // Half a frame more is not a frame.
    bench.write("long.raw", [bench.read("dump.raw"), vec![0; 5]].concat());
    let said = bench.run(&[
        "unpack",
        "long.raw",
        "--format",
        "Y10P",
        "--size",
        "4x2",
        "-o",
        "stack.npy",
    ]);
    assert!(said.err.contains("5 bytes after frame 2"), "{}", said.err);
    said.ok();
    #[rustfmt::skip]
    let said = bench.run(&["unpack", "dump.raw", "--format", "Y10P", "--size", "4x2", "--frames", "3", "-o", "stack.npy"]);
    assert!(said.failed(3).contains("frames 0 to 2"));
}

/// A wrong guess at the format shows in samples that cannot be.
#[test]
fn samples_beyond_the_depth_are_said() {
    let bench = Bench::new();
    bench.write("dump.raw", [0xFF; 16]);
    let said = bench.run(&[
        "unpack", "dump.raw", "--format", "RG10", "--size", "4x2", "-o", "out.npy",
    ]);
    assert!(said.err.contains("8 samples exceed 10 bits"), "{}", said.err);
    said.ok();
}

/// The size of the file tells which layout of a media-bus format it is.
#[test]
fn media_bus_names() {
    let bench = Bench::new();
    let picture = samples(16 * 2, 10, 4);
    bench.npy("in.npy", &[2, 16], &picture);
    bench
        .run(&["pack", "in.npy", "--format", "SRGGB10P", "-o", "packed.raw"])
        .ok();
    bench
        .run(&["pack", "in.npy", "--format", "SRGGB10", "-o", "unpacked.raw"])
        .ok();
    for (dump, taken) in [
        ("packed.raw", "taken as SRGGB10P"),
        ("unpacked.raw", "taken as SRGGB10 ("),
    ] {
        for format in [
            "SRGGB10_1X10/16x2",
            "0x300f/16x2",
            "[fmt:SRGGB10_1X10/16x2 field:none]",
            "[fmt:SRGGB10_1X10/16x2@1/30]",
        ] {
            let said = bench.run(&["unpack", dump, "--format", format, "-o", "out.npy"]);
            assert!(said.err.contains(taken), "{}", said.err);
            said.ok();
            assert_eq!(bench.npy_samples("out.npy"), picture);
        }
    }
    let said = bench.run(&[
        "unpack",
        "packed.raw",
        "--format",
        "MC1A",
        "--size",
        "16x2",
        "-o",
        "out.npy",
    ]);
    assert!(said.failed(2).contains("embedded data lines"));
}

#[test]
fn nothing_is_made_of_noise() {
    let bench = Bench::new();
    let noise: Vec<u8> = samples(200_000, 8, 9).into_iter().map(|sample| sample as u8).collect();
    for (name, dump) in [
        ("noise.raw", noise),
        ("black.raw", vec![0; 200_000]),
        ("short.raw", vec![1, 2, 3]),
    ] {
        bench.write(name, dump);
        let said = bench.run(&["unpack", name, "--guess"]);
        assert!(said.err.contains("nothing certain"), "{name}: {}", said.err);
        said.ok();
        bench.run(&["unpack", name, "--guess", "-o", "out.png"]);
    }
    bench.run(&["unpack", "black.raw", "-o", "out.png"]).failed(2);
}

#[test]
fn candidates_as_json_name_the_command() {
    let bench = Bench::new();
    let scene = csi2_generator::Scene {
        width: 400,
        height: 300,
        bits: 10,
        frame: 0,
    };
    let dump: Vec<u8> = scene
        .samples()
        .chunks(400)
        .flat_map(|row| [raw10(row), vec![0; 12]].concat())
        .collect();
    bench.write("dump.raw", dump);
    let rows = lines(&bench.run(&["unpack", "dump.raw", "--guess", "--json"]).ok());
    let best = &rows[0];
    assert_eq!(
        (&best["type"], &best["rank"], &best["likely"]),
        (&"candidate".into(), &1.into(), &true.into())
    );
    assert_eq!(
        (&best["format"], &best["width"], &best["height"]),
        (&"SRGGB10P".into(), &400.into(), &300.into())
    );
    assert_eq!((&best["stride"], &best["green"]), (&512.into(), &"rggb/bggr".into()));
    let command = best["command"].as_str().expect("a command");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    bench.run(&words).ok();
    assert!(bench.path("frame.png").exists());
    // With what is known already, and as a table, which is the output.
    let known = [
        "unpack", "dump.raw", "--guess", "--format", "pRAA", "--size", "400x300", "--json",
    ];
    let rows = lines(&bench.run(&known).ok());
    assert_eq!((&rows[0]["rank"], &rows[0]["stride"]), (&1.into(), &512.into()));
    let table = bench.run(&["unpack", "dump.raw", "--guess", "-q"]).ok();
    assert!(table.contains("400x300"), "{table}");
    // The stride alone.
    let said = bench.run(&["unpack", "dump.raw", "--format", "pRAA/400x300", "-o", "out.npy"]);
    assert!(said.err.contains("taken: --stride 512"), "{}", said.err);
    said.ok();
    assert_eq!(bench.npy_samples("out.npy"), scene.samples());
}
