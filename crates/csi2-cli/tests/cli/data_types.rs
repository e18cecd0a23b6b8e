//! Pictures of every data type to a link and back. The layouts themselves are checked against figures in other crates and
//! against an independent transmitter in `oracle.rs`; here, that what goes in comes out.

use crate::support::{Bench, lines};
use csi2_kernels::Backend;
use csi2_pixel::{CODECS, COMPRESSIONS, Codec, Kernels, Layout};
use serde_json::Value;

const WIDTH: usize = 16;
const HEIGHT: usize = 4;

/// Samples of a picture, pixel by pixel (of YUV420 plane by plane), each as wide as its place.
fn picture(codec: &Codec, frames: usize) -> Vec<u32> {
    let [blue, green, red] = codec.depth;
    let count = match codec.layout {
        Layout::Single => WIDTH * HEIGHT,
        Layout::Bgr => WIDTH * HEIGHT * 3,
        Layout::Uyvy => WIDTH * HEIGHT * 2,
        Layout::Yuv420 | Layout::Yuv420Legacy => WIDTH * HEIGHT * 3 / 2,
    };
    let mut state = u32::from(codec.data_type.code());
    (0..count * frames)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> (32 - [red, green, blue][at % 3])
        })
        .collect()
}

fn shape(codec: &Codec) -> Vec<usize> {
    match codec.layout {
        Layout::Single => vec![HEIGHT, WIDTH],
        Layout::Bgr => vec![HEIGHT, WIDTH, 3],
        Layout::Uyvy => vec![HEIGHT, WIDTH, 2],
        Layout::Yuv420 | Layout::Yuv420Legacy => vec![HEIGHT * 3 / 2, WIDTH],
    }
}

/// Little-endian samples of the width that the depth needs.
fn bytes(codec: &Codec, samples: &[u32]) -> Vec<u8> {
    let unit = match codec.bits {
        ..=8 => 1,
        9..=16 => 2,
        _ => 4,
    };
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes().into_iter().take(unit))
        .collect()
}

/// An npy file by hand, of u32 where the depth needs it, else of u16 whatever the depth.
fn write_npy(bench: &Bench, name: &str, shape: &[usize], codec: &Codec, samples: &[u32]) {
    if codec.bits <= 16 {
        let samples: Vec<u16> = samples.iter().map(|sample| *sample as u16).collect();
        return bench.npy(name, shape, &samples);
    }
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let header = format!(
        "{{'descr': '<u4', 'fortran_order': False, 'shape': ({}), }}\n",
        shape.join(", ")
    );
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
    file.extend(header.bytes());
    file.extend(bytes(codec, samples));
    bench.write(name, file);
}

/// What a raw file of a picture holds: planes where UYVY has no name.
fn raw(codec: &Codec, samples: &[u32]) -> Vec<u8> {
    if codec.layout != Layout::Uyvy || codec.bits == 8 {
        return bytes(codec, samples);
    }
    let every = |first: usize, step: usize| samples.iter().copied().skip(first).step_by(step);
    let planes: Vec<u32> = every(1, 2).chain(every(0, 4)).chain(every(2, 4)).collect();
    bytes(codec, &planes)
}

fn payloads(bench: &Bench, capture: &str) -> Vec<Value> {
    let listed = bench.run(&["list", "--json", "--payload", capture]).ok();
    let keep = |packet: &Value| (packet["header"].clone(), packet["payload"].clone());
    lines(&listed)
        .iter()
        .map(keep)
        .map(|(header, payload)| Value::from(vec![header, payload]))
        .collect()
}

/// As npy and as raw samples, under its own code and a user-defined one, in packets, lanes and pins.
#[test]
fn every_data_type_there_and_back() {
    let bench = Bench::new();
    for codec in CODECS {
        let name = codec.data_type.name();
        let sent = picture(codec, 1);
        write_npy(&bench, "in.npy", &shape(codec), codec, &sent);
        for (declare, capture) in [(false, "link.pcapng"), (true, "link.lanes"), (false, "link.sr")] {
            let what = format!("{name} {capture}");
            let layout = format!("USER3={name}");
            let (dt, declaration) = match declare {
                true => ("USER3", vec!["--user", layout.as_str()]),
                false => (name, Vec::new()),
            };
            let with = |words: &[&str]| bench.run(&[words, &declaration[..]].concat());
            #[rustfmt::skip]
            with(&["encode", "in.npy", "--dt", dt, "--vc", "15", "--line-sync", "--first-frame", "7", "--lanes", "2", "-o", capture]).ok();
            with(&["decode", capture, "--format", "raw", "-o", "raw"]).ok();
            let file = format!("raw/vc15-{}-000000.raw", dt.to_ascii_lowercase());
            assert!(bench.read(&file) == raw(codec, &sent), "{what}");
            let manifest: Value = serde_json::from_str(&bench.text("raw/frames.json")).expect("JSON");
            let frame = &manifest["frames"][0];
            let said = ["number", "width", "height", "bits", "complete"].map(|key| frame[key].clone());
            let expected = [
                Value::from(7),
                WIDTH.into(),
                HEIGHT.into(),
                codec.bits.into(),
                true.into(),
            ];
            assert_eq!(said, expected, "{what}");
            assert_eq!(frame["name"], dt, "{what}");
            let layout_of = if declare { Value::from(name) } else { Value::Null };
            assert_eq!(frame["layout_of"], layout_of, "{what}");
            bench.run(&["check", capture, "--fail-on", "warning"]).ok();
            if codec.layout != Layout::Yuv420 && codec.layout != Layout::Yuv420Legacy {
                with(&["decode", capture, "--format", "npy", "-o", "npy"]).ok();
                let array = bench.read(&format!("npy/vc15-{}-000000.npy", dt.to_ascii_lowercase()));
                assert!(array.ends_with(&bytes(codec, &sent)), "{what}");
                let shape: Vec<String> = shape(codec).iter().map(usize::to_string).collect();
                let shape = format!("({})", shape.join(", "));
                assert!(String::from_utf8_lossy(&array[..128]).contains(&shape), "{what}");
            }
            // What raw wrote may be sent again.
            #[rustfmt::skip]
            with(&["encode", &file, "--size", "16x4", "--dt", dt, "--vc", "15", "--line-sync", "--first-frame", "7", "-o", "again.pcapng"]).ok();
            assert_eq!(
                payloads(&bench, "again.pcapng"),
                {
                    let first = if capture == "link.lanes" { "link.lane0" } else { capture };
                    let first = if bench.path(first).exists() { first } else { capture };
                    payloads(&bench, first)
                },
                "{what}"
            );
        }
    }
}

/// Several frames of one file, of each form.
#[test]
fn stacks() {
    let bench = Bench::new();
    for name in ["RAW24", "RGB565", "YUV422_10", "YUV420_10", "YUV420_8_LEGACY"] {
        let codec = csi2_pixel::find_codec(name).expect("a format");
        let sent = picture(codec, 3);
        let shape: Vec<usize> = [vec![3], shape(codec)].concat();
        write_npy(&bench, "in.npy", &shape, codec, &sent);
        bench.run(&["encode", "in.npy", "--dt", name, "-o", "link.pcapng"]).ok();
        bench
            .run(&["decode", "link.pcapng", "--format", "raw", "-o", "out"])
            .ok();
        for (index, frame) in sent.chunks(sent.len() / 3).enumerate() {
            let file = format!("out/vc0-{}-00000{index}.raw", name.to_ascii_lowercase());
            assert!(bench.read(&file) == raw(codec, frame), "{name} {index}");
        }
    }
}

/// A compression loses something, line by line: what comes back is what its codes say, and near what was sent.
#[test]
fn compressions_come_back_near() {
    let bench = Bench::new();
    for codec in COMPRESSIONS {
        let layout = format!("0x37={}", codec.name);
        let sent = picture(codec, 1);
        write_npy(&bench, "in.npy", &shape(codec), codec, &sent);
        #[rustfmt::skip]
        bench.run(&["encode", "in.npy", "--dt", "USER8", "--user", &layout, "-o", "link.sr"]).ok();
        #[rustfmt::skip]
        bench.run(&["decode", "link.sr", "--user", &layout, "--format", "npy", "-o", "out"]).ok();
        let came = bench.npy_samples("out/vc0-user8-000000.npy");
        let Kernels::Narrow { pack, unpack, .. } = codec.kernels else {
            panic!("{}: more than 16 bits", codec.name);
        };
        let narrow: Vec<u16> = sent.iter().map(|sample| *sample as u16).collect();
        let mut expected = vec![0; narrow.len()];
        for (sent, came) in narrow.chunks(WIDTH).zip(expected.chunks_mut(WIDTH)) {
            let mut codes = [0; WIDTH];
            let (_, length) = pack(Backend::PORTABLE, sent, &mut codes);
            unpack(Backend::PORTABLE, &codes[..length], came);
        }
        assert_eq!(came, expected, "{}", codec.name);
        let worst = came.iter().zip(&narrow).map(|(came, sent)| came.abs_diff(*sent)).max();
        let code_bits = codec.name.as_bytes()[3] - b'0';
        assert!(
            worst <= Some(1 << (codec.bits - code_bits)),
            "{}: {worst:?}",
            codec.name
        );
    }
}

/// Colour PNG: the data type follows from sBIT or is RGB888; fewer bits keep the upper ones, and that is said.
#[test]
fn colour_png() {
    let bench = Bench::new();
    let pixels: Vec<u8> = (0..WIDTH * HEIGHT * 3).map(|at| (at * 29 % 256) as u8).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("memory");
    writer.write_image_data(&pixels).expect("memory");
    drop(writer);
    bench.write("in.png", file);

    bench.run(&["encode", "in.png", "-o", "link.pcapng"]).ok();
    bench
        .run(&["decode", "link.pcapng", "--format", "raw", "-o", "out"])
        .ok();
    assert!(bench.read("out/vc0-rgb888-000000.raw") == pixels);

    let said = bench.run(&["encode", "in.png", "--dt", "RGB565", "-o", "link.pcapng"]);
    assert!(said.err.contains("the upper 5, 6 and 5 bits"), "{}", said.err);
    said.ok();
    bench
        .run(&["decode", "link.pcapng", "--format", "raw", "-o", "out"])
        .ok();
    let upper: Vec<u8> = pixels
        .iter()
        .zip([3, 2, 3].into_iter().cycle())
        .map(|(byte, lost)| byte >> lost)
        .collect();
    assert!(bench.read("out/vc0-rgb565-000000.raw") == upper);

    // What decode writes says its depth, and loses nothing.
    bench.run(&["decode", "link.pcapng", "-o", "out"]).ok();
    let said = bench.run(&["encode", "out/vc0-rgb565-000000.png", "-o", "again.pcapng"]);
    assert!(!said.err.contains("bits of red"), "{}", said.err);
    said.ok();
    assert_eq!(payloads(&bench, "again.pcapng"), payloads(&bench, "link.pcapng"));
}

/// Refusals name what is there, what is needed, and what to do.
#[test]
fn what_cannot_be_sent() {
    let bench = Bench::new();
    bench.npy("grey.npy", &[4, 6], &[1; 24]);
    bench.npy("colour.npy", &[4, 6, 3], &[40; 72]);
    bench.npy("colours.npy", &[1, 1, 3], &[31, 64, 31]);
    bench.npy("odd.npy", &[4, 6, 3], &[1; 72]);
    bench.write("short.yuv", [0; 50]);
    let cases: &[(&[&str], i32, &[&str])] = &[
        (
            &["grey.npy", "--dt", "RGB888"],
            3,
            &["(H, W, 3)", "[4, 6]", "numpy.repeat"],
        ),
        (&["colour.npy", "--dt", "RAW8"], 3, &["grey", "[4, 6, 3]", "[..., 1]"]),
        (
            &["colour.npy", "--dt", "YUV420_8"],
            3,
            &["(H * 3 / 2, W)", "ffmpeg", "yuv420p"],
        ),
        (&["grey.npy", "--dt", "YUV422_8"], 3, &["(H, W, 2)", "uyvy422"]),
        (
            &["colours.npy", "--dt", "RGB565"],
            3,
            &["green, column 0, row 0", "64", "6 bits", "at most 63"],
        ),
        (
            &["odd.npy", "--dt", "RGB666"],
            3,
            &["6 pixels a row", "groups of 4", "crop to 4"],
        ),
        (
            &["short.yuv", "--dt", "YUV420_8", "--size", "6x4"],
            3,
            &["I420", "36 bytes", "50"],
        ),
        (&["short.yuv", "--dt", "YUV420_8", "--size", "5x4"], 3, &["even", "5x4"]),
        (&["grey.npy", "--dt", "USER1"], 2, &["--user USER1=RAW8", "RAW28"]),
        (&["grey.npy", "--dt", "FS"], 2, &["FS", "RAW28"]),
        (
            &["grey.npy", "--dt", "USER1", "--user", "USER1=RAW9"],
            2,
            &["RAW9", "RAW10", "10-8-10"],
        ),
        (
            &["grey.npy", "--dt", "USER1", "--user", "0x02=RAW8"],
            2,
            &["LS", "short"],
        ),
        (&["grey.npy", "--dt", "USER1", "--user", "RAW8"], 2, &["USER1=RAW8"]),
    ];
    for (words, code, says) in cases {
        let message = bench
            .run(&[&["encode"], *words, &["-o", "x.pcapng"]].concat())
            .failed(*code);
        for part in *says {
            assert!(message.contains(part), "{words:?}: {message} without {part}");
        }
        assert!(!bench.path("x.pcapng").exists(), "{words:?}");
    }
    let many: Vec<String> = (0x30..0x39).map(|code| format!("--user={code:#x}=RAW8")).collect();
    let mut words = vec!["decode", "x.hex", "--null"];
    words.extend(many.iter().map(String::as_str));
    bench.write("x.hex", "0001001a\n0101001d\n");
    assert!(bench.run(&words).failed(2).contains("eight"));
}
