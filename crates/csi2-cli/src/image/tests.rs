use super::*;
use crate::sink::{self, Picture, SinkOptions};
use csi2_analyzer::Pixels;

fn parse(bytes: &[u8]) -> Result<Images, Wrong> {
    let kind = KINDS
        .iter()
        .find(|kind| bytes.starts_with(kind.magic))
        .expect("a known signature");
    (kind.read)(bytes)
}

/// Every sink whose files a reader knows gives back what it was given.
#[test]
fn sinks_and_readers_agree() {
    let samples: Vec<u16> = (0..12).map(|i| i * 21 % 64).collect();
    for bits in [6, 8, 10, 16] {
        for name in ["npy", "pgm", "png"] {
            let sink = sink::find(name).expect("a sink");
            let picture = Picture {
                width: 4,
                height: 3,
                bits,
                pixels: Pixels::Samples(&samples),
            };
            let mut bytes = Vec::new();
            (sink.write)(&picture, SinkOptions::default(), &mut bytes).expect("memory");
            let images = parse(&bytes).expect("readable");
            assert_eq!((images.width, images.height), (4, 3), "{name}");
            assert_eq!(images.samples, samples, "{name} {bits}");
            assert_eq!(images.bits, (name == "png").then_some(bits), "{name}");
        }
    }
}

#[test]
fn pgm_by_hand() {
    let images = parse(b"P5 # a comment\n2 1\n# another\n1023\n\x00\x01\x03\xff").expect("readable");
    assert_eq!((images.width, images.height, images.bits), (2, 1, Some(10)));
    assert_eq!(images.samples, [1, 1023]);
    let two = parse(b"P5\n1 1\n255\n\x07P5\n1 1\n255\n\x08").expect("readable");
    assert_eq!((two.samples.as_slice(), two.bits), (&[7, 8][..], None));
}

#[test]
fn npy_variants() {
    let file = |dict: &str, data: &[u8]| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(dict.len()).expect("short").to_le_bytes());
        bytes.extend(dict.bytes());
        bytes.extend(data);
        bytes
    };
    let big = file(
        "{'descr': '>u2', 'fortran_order': False, 'shape': (1, 2), }\n",
        &[1, 2, 3, 4],
    );
    assert_eq!(parse(&big).expect("readable").samples, [0x102, 0x304]);
    let stack = file(
        "{'shape': (2, 1, 2), 'fortran_order': False, 'descr': '|u1'}",
        &[1, 2, 3, 4],
    );
    let stack = parse(&stack).expect("readable");
    assert_eq!(stack.frames().collect::<Vec<_>>(), [&[1, 2], &[3, 4]]);
    for (dict, data) in [
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }",
            &[0; 4][..],
        ),
        ("{'descr': '<u2', 'fortran_order': True, 'shape': (1, 1), }", &[0; 2]),
        ("{'descr': '<u2', 'fortran_order': False, 'shape': (1,), }", &[0; 2]),
        ("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }", &[0; 3]),
        ("{'descr': '<u2', 'shape': (99999999999, 99999999999), }", &[]),
        ("nothing", &[]),
    ] {
        assert!(parse(&file(dict, data)).is_err(), "{dict}");
    }
}

#[test]
fn cut_anywhere_is_an_error_and_no_panic() {
    let samples: Vec<u16> = (0..12).collect();
    for name in ["npy", "pgm", "png"] {
        let sink = sink::find(name).expect("a sink");
        let picture = Picture {
            width: 4,
            height: 3,
            bits: 12,
            pixels: Pixels::Samples(&samples),
        };
        let mut bytes = Vec::new();
        (sink.write)(&picture, SinkOptions::default(), &mut bytes).expect("memory");
        // PNG readers may do without the closing chunk.
        let end = if name == "png" { bytes.len() - 24 } else { bytes.len() };
        for length in 8..end {
            assert!(parse(&bytes[..length]).is_err(), "{name} cut at {length}");
        }
    }
}
