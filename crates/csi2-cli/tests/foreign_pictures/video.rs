//! Raw video in FFmpeg.

use crate::tools::{csi2, have};
use crate::{link, noise, python, script};
use std::path::Path;
use std::process::{Command, Stdio};

/// Colours that RGB has, rendered by FFmpeg from the raw file and by us.
#[test]
fn ffmpeg_renders_yuv_alike() {
    let Some(python) = python() else { return };
    if !have("ffmpeg") {
        return;
    }
    script(
        &python,
        "
H, W = 32, 48
def rendered(pix_fmt, raw, scale=''):
    flags = 'flags=neighbor+full_chroma_int+full_chroma_inp+accurate_rnd' + scale
    words = ['ffmpeg', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', pix_fmt, '-s', f'{W}x{H}', '-i', raw,
             '-vf', 'scale=' + flags, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
    return np.frombuffer(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout, 'u1').reshape(H, W, 3).astype(int)
for bits in (8, 10):
    scale = 1 << (bits - 8)
    luma = lambda *shape: rng.integers(100 * scale, 160 * scale, shape)
    chroma = lambda *shape: rng.integers(100 * scale, 156 * scale, shape)
    y, u, v = luma(H, W), chroma(H // 2, W // 2), chroma(H // 2, W // 2)
    link(np.concatenate([y.ravel(), u.ravel(), v.ravel()]).reshape(-1, W).astype('<u2'), f'YUV420_{bits}')
    pix_fmt = 'yuv420p' if bits == 8 else 'yuv420p10le'
    raw = decode('raw')
    assert json.load(open('raw/frames.json'))['frames'][0]['pix_fmt'] == pix_fmt
    ours = np.array(Image.open(decode('png'))).astype(int)
    assert abs(ours - rendered(pix_fmt, raw)).max() <= 2, (bits, abs(ours - rendered(pix_fmt, raw)).max())
    u, v = chroma(H, W // 2), chroma(H, W // 2)
    uyvy = np.stack([np.stack([u, v], -1).reshape(H, W), luma(H, W)], -1)
    link(uyvy.astype('<u2'), f'YUV422_{bits}')
    pix_fmt = 'uyvy422' if bits == 8 else 'yuv422p10le'
    raw = decode('raw')
    assert json.load(open('raw/frames.json'))['frames'][0]['pix_fmt'] == pix_fmt
    for range, matrix, words in (
        ('', '', []),
        (':in_range=full', '', ['--yuv-range', 'full']),
        ('', ':in_color_matrix=bt709', ['--yuv-matrix', 'bt709']),
    ):
        ours = np.array(Image.open(decode('png', *words))).astype(int)
        theirs = rendered(pix_fmt, raw, range + matrix)
        assert abs(ours - theirs).max() <= 2, (bits, words, abs(ours - theirs).max())
",
    );
}

/// Standard output into FFmpeg, and out of it again as it went in.
#[test]
fn ffmpeg_reads_our_raw_video() {
    if !have("ffmpeg") {
        return;
    }
    let piped = |directory: &Path, ours: &[&str], input: &[&str], output: &str| {
        let mut csi2 = Command::new(env!("CARGO_BIN_EXE_csi2"))
            .args([&["decode", "link.pcapng", "-o", "-"], ours].concat())
            .current_dir(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("csi2 starts");
        let made = Command::new("ffmpeg")
            .args(
                [
                    &["-v", "error"],
                    input,
                    &["-i", "-", "-f", "rawvideo", "-pix_fmt", output, "-"],
                ]
                .concat(),
            )
            .stdin(csi2.stdout.take().expect("piped"))
            .output()
            .expect("ffmpeg starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let said = csi2.wait_with_output().expect("csi2 ends");
        assert!(said.status.success());
        (made.stdout, String::from_utf8_lossy(&said.stderr).into_owned())
    };
    let (directory, samples) = link(12, 34, 18);
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    for (words, pix_fmt) in [
        (&[][..], "gray12le"),
        (&["--bayer", "rggb"], "bayer_rggb16le"),
        (&["--bayer", "rggb", "--flip", "hv"], "bayer_bggr16le"),
    ] {
        let input = ["-f", "rawvideo", "-pix_fmt", pix_fmt, "-s", "34x18"];
        let (made, said) = piped(directory.path(), words, &input, pix_fmt);
        assert!(made == bytes, "{pix_fmt}");
        assert!(said.contains(&format!("-pix_fmt {pix_fmt} -s 34x18")), "{said}");
    }
    for (format, codec) in [("png", "png"), ("pgm", "pgm")] {
        let input = ["-f", "image2pipe", "-c:v", codec];
        let (made, said) = piped(directory.path(), &["--format", format], &input, "gray16le");
        assert!(made == bytes, "{format}");
        assert!(said.contains(&format!("-c:v {codec}")), "{said}");
    }

    // Colours: each frame of raw video by hand, through the link, through FFmpeg to planes.
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    let pixels: Vec<u8> = noise(8 * 4 * 2, 8).iter().map(|sample| *sample as u8).collect();
    std::fs::write(here.join("in.raw"), &pixels).expect("writable");
    csi2(
        &[
            "encode",
            "in.raw",
            "--size",
            "8x4",
            "--dt",
            "YUV422_8",
            "-o",
            "link.pcapng",
        ],
        here,
    );
    let input = ["-f", "rawvideo", "-pix_fmt", "uyvy422", "-s", "8x4"];
    let (made, _) = piped(here, &[], &input, "yuv422p");
    let every = |first: usize, step: usize| pixels.iter().skip(first).step_by(step).copied();
    let planes: Vec<u8> = every(1, 2).chain(every(0, 4)).chain(every(2, 4)).collect();
    assert_eq!(made, planes);
    std::fs::write(here.join("in.raw"), &pixels[..48]).expect("writable");
    for data_type in ["YUV420_8", "YUV420_8_LEGACY"] {
        csi2(
            &[
                "encode",
                "in.raw",
                "--size",
                "8x4",
                "--dt",
                data_type,
                "-o",
                "link.pcapng",
            ],
            here,
        );
        let input = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "8x4"];
        let (made, _) = piped(here, &[], &input, "yuv420p");
        assert_eq!(made, pixels[..48], "{data_type}");
    }
}
