use super::*;
use crate::number::Size;
use crate::picture::{Picture, SinkOptions};
use crate::sink;
use csi2_analyzer::Pixels;
use csi2_pixel::{CODECS, Codec, codec};

fn grey(bytes: &[u8]) -> Result<Pictures, Wrong> {
    parse(bytes, &Wanted::default())
}

fn narrow(pictures: &Pictures) -> &[u16] {
    match &pictures.cells {
        Cells::Narrow(samples) => samples,
        Cells::Wide(_) => panic!("samples of more than 16 bits"),
    }
}

fn wanted(codec: &Codec, size: Option<Size>) -> Wanted<'static> {
    Wanted {
        size,
        form: Some(Form::of(codec.layout)),
        bits: Some(codec.bits),
        name: Some(codec.data_type.name()),
    }
}

fn npy(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(dict.len()).expect("short").to_le_bytes());
    bytes.extend(dict.bytes());
    bytes.extend(data);
    bytes
}

fn array(shape: &str, data: &[u8]) -> Vec<u8> {
    npy(
        &format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}"),
        data,
    )
}

/// A frame of every layout on the link, of samples as wide as their places; what rows do not use is 0.
fn frame(codec: &Codec, width: usize, height: usize) -> Vec<u32> {
    let stride = codec.layout.stride(width);
    (0..stride * height)
        .map(|at| {
            let bits = codec.depth[at % 3];
            let value = (at as u32 + 1).wrapping_mul(2_654_435_761) >> (32 - bits);
            if at % stride < codec.layout.samples(at / stride, width) {
                value
            } else {
                0
            }
        })
        .collect()
}

/// Every sink whose files a reader knows gives back what it was given, of every data type.
#[test]
fn sinks_and_readers_agree() {
    let size = Size { width: 8, height: 4 };
    for codec in CODECS {
        let sent = frame(codec, size.width, size.height);
        let short: Vec<u16> = sent.iter().map(|sample| *sample as u16).collect();
        let samples = if codec.bits > 16 {
            Samples::Wide(&sent)
        } else {
            Samples::Narrow(&short)
        };
        let picture = Picture {
            width: size.width,
            height: size.height,
            bits: codec.bits,
            depth: codec.depth,
            layout: codec.layout,
            pixels: Pixels::Samples(samples),
        };
        for name in ["npy", "pgm", "png", "raw"] {
            let sink = sink::find(name).expect("a sink");
            let form = Form::of(codec.layout);
            let reads = match name {
                "raw" => true,
                // A file a plane.
                "npy" => form != Form::I420,
                // Rendered, to be looked at.
                "png" => !form.is_yuv() && codec.bits <= 16,
                _ => form == Form::Grey && codec.bits <= 16,
            };
            if !reads {
                continue;
            }
            let what = format!("{name} {}", codec.name);
            let mut bytes = Vec::new();
            (sink.write)(&picture, SinkOptions::default(), &mut bytes).expect("memory");
            let size = (name == "raw").then_some(size);
            let mut pictures = parse(&bytes, &wanted(codec, size)).unwrap_or_else(|wrong| panic!("{what}: {wrong:?}"));
            pictures.cells.fit(&wanted(codec, size)).expect("fitting");
            assert_eq!(
                (pictures.width, pictures.height, pictures.frames()),
                (8, 4, 1),
                "{what}"
            );
            let mut rows = Cells::Narrow(Vec::new());
            assert_eq!(pictures.on_link(0, codec, &mut rows), samples, "{what}");
            let [blue, green, red] = codec.depth;
            let says = (name == "png").then_some([red, green, blue]);
            assert_eq!(pictures.depth, says, "{what}");
        }
    }
}

#[test]
fn pgm_by_hand() {
    let images = grey(b"P5 # a comment\n2 1\n# another\n1023\n\x00\x01\x03\xff").expect("readable");
    assert_eq!((images.width, images.height, images.depth), (2, 1, Some([10; 3])));
    assert_eq!(narrow(&images), [1, 1023]);
    let two = grey(b"P5\n1 1\n255\n\x07P5\n1 1\n255\n\x08").expect("readable");
    assert_eq!((narrow(&two), two.depth, two.frames()), (&[7, 8][..], None, 2));
}

#[test]
fn npy_variants() {
    let big = npy(
        "{'descr': '>u2', 'fortran_order': False, 'shape': (1, 2), }\n",
        &[1, 2, 3, 4],
    );
    assert_eq!(narrow(&grey(&big).expect("readable")), [0x102, 0x304]);
    let wide = npy(
        "{'descr': '<u4', 'fortran_order': False, 'shape': (1, 1), }",
        &[1, 2, 3, 0],
    );
    assert_eq!(grey(&wide).expect("readable").cells, Cells::Wide(vec![0x0003_0201]));
    let stack = npy(
        "{'shape': (2, 1, 2), 'fortran_order': False, 'descr': '|u1'}",
        &[1, 2, 3, 4],
    );
    let stack = grey(&stack).expect("readable");
    assert_eq!((stack.frames(), narrow(&stack)), (2, &[1, 2, 3, 4][..]));
    let raw8 = codec(csi2_packet::DataType::RAW8).expect("a format");
    let mut rows = Cells::Narrow(Vec::new());
    assert_eq!(stack.on_link(1, raw8, &mut rows), Samples::Narrow(&[3, 4]));
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
        assert!(grey(&npy(dict, data)).is_err(), "{dict}");
    }
}

/// Frames, height, width.
type Sides = (usize, usize, usize);

/// Which arrays are pictures of which form.
#[test]
fn shapes() {
    let cases: &[(Form, &[usize], Option<Sides>)] = &[
        (Form::Grey, &[4, 6], Some((1, 4, 6))),
        (Form::Grey, &[2, 4, 6], Some((2, 4, 6))),
        (Form::Grey, &[4, 6, 3], None),
        (Form::Grey, &[6], None),
        (Form::Rgb, &[4, 6, 3], Some((1, 4, 6))),
        (Form::Rgb, &[2, 4, 6, 3], Some((2, 4, 6))),
        (Form::Rgb, &[4, 6, 4], None),
        (Form::Rgb, &[4, 6], None),
        (Form::Uyvy, &[4, 6, 2], Some((1, 4, 6))),
        (Form::Uyvy, &[2, 4, 6, 2], Some((2, 4, 6))),
        (Form::Uyvy, &[4, 5, 2], None),
        (Form::Uyvy, &[4, 6, 3], None),
        (Form::I420, &[6, 6], Some((1, 4, 6))),
        (Form::I420, &[2, 6, 6], Some((2, 4, 6))),
        (Form::I420, &[5, 6], None),
        (Form::I420, &[6, 5], None),
        (Form::I420, &[6], None),
    ];
    for (form, shape, expected) in cases {
        assert_eq!(form.of_shape(shape), *expected, "{form:?} {shape:?}");
    }
}

/// What is no picture for a data type is refused, with the shape that is, and how to make one.
#[test]
fn another_form_is_refused() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        (
            "RGB888",
            &array("2, 2", &[0; 4]),
            &["(H, W, 3)", "[2, 2]", "numpy.repeat"],
        ),
        ("RGB888", b"P5 1 1 255\n\x00", &["RGB888", "greymap"]),
        ("RAW8", &array("2, 2, 3", &[0; 12]), &["grey", "[2, 2, 3]", "[..., 1]"]),
        ("YUV422_8", &array("2, 2, 3", &[0; 12]), &["(H, W, 2)", "uyvy422"]),
        (
            "YUV420_8",
            &array("2, 2, 3", &[0; 12]),
            &["(H * 3 / 2, W)", "yuv420p", "--size"],
        ),
    ];
    for (name, file, says) in cases {
        let codec = csi2_pixel::find_codec(name).expect("a format");
        let wrong = parse(file, &wanted(codec, None)).expect_err("another form");
        for part in *says {
            assert!(wrong.expected.contains(part), "{name}: {wrong:?} without {part}");
        }
    }
    let yuv = csi2_pixel::find_codec("YUV420_8").expect("a format");
    let odd = Some(Size { width: 2, height: 3 });
    let wrong = parse(&[0; 9], &wanted(yuv, odd)).expect_err("an odd height");
    assert!(wrong.expected.contains("even height"), "{wrong:?}");
}

/// Where each sample of a frame on the link is in the picture.
#[test]
fn places_of_samples() {
    use csi2_pixel::Layout;
    assert_eq!(place(Layout::Single, 4, 9), (None, 1, 2));
    assert_eq!(place(Layout::Bgr, 4, 12 + 5), (Some("red"), 1, 1));
    assert_eq!(place(Layout::Uyvy, 4, 8 + 6), (Some("V"), 3, 1));
    assert_eq!(place(Layout::Yuv420, 4, 3), (Some("Y"), 3, 0));
    assert_eq!(place(Layout::Yuv420, 4, 8 + 4), (Some("U"), 2, 1));
    assert_eq!(place(Layout::Yuv420Legacy, 4, 6 + 3), (Some("V"), 2, 1));
    assert_eq!(place(Layout::Yuv420Legacy, 4, 5), (Some("Y"), 3, 0));
}

#[test]
fn cut_anywhere_is_an_error_and_no_panic() {
    for name in ["RAW12", "RGB565"] {
        let codec = csi2_pixel::find_codec(name).expect("a format");
        let samples: Vec<u16> = frame(codec, 4, 3).into_iter().map(|sample| sample as u16).collect();
        for name in ["npy", "pgm", "png"] {
            let sink = sink::find(name).expect("a sink");
            if name == "pgm" && codec.layout != csi2_pixel::Layout::Single {
                continue;
            }
            let picture = Picture {
                width: 4,
                height: 3,
                bits: codec.bits,
                depth: codec.depth,
                layout: codec.layout,
                pixels: Pixels::Samples(Samples::Narrow(&samples)),
            };
            let mut bytes = Vec::new();
            (sink.write)(&picture, SinkOptions::default(), &mut bytes).expect("memory");
            // PNG readers may do without the closing chunk.
            let end = if name == "png" { bytes.len() - 24 } else { bytes.len() };
            for length in 8..end {
                assert!(grey(&bytes[..length]).is_err(), "{name} cut at {length}");
            }
        }
    }
}
