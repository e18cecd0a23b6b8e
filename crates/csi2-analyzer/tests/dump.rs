//! What memory dumps of a scene, of which nothing is told, are taken for.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use csi2_analyzer::dump::{Candidate, Green, Known, propose, rank_strides};
use csi2_generator::Scene;
use csi2_kernels::Backend;
use csi2_pixel::{Layout, MemoryFormat, find_memory_format};

/// A small linear congruential sequence.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 8
    }

    /// Sum of uniform ones: about normal, of this standard deviation.
    fn around(&mut self, deviation: i64) -> i64 {
        let sum: i64 = (0..12).map(|_| i64::from(self.next() & 0xFFFF) - 32768).sum();
        sum * deviation / 65536
    }
}

/// One case: format, size, stride, frames, noise in thousandths of full scale.
struct Case {
    format: &'static str,
    width: usize,
    height: usize,
    stride: usize,
    frames: u32,
    noise: i64,
    padding: u8,
}

impl Case {
    fn new(format: &'static str, width: usize, height: usize) -> Self {
        Self {
            format,
            width,
            height,
            stride: 0,
            frames: 1,
            noise: 4,
            padding: 0,
        }
    }

    fn format(&self) -> &'static MemoryFormat {
        find_memory_format(self.format).unwrap()
    }

    fn stride(&self) -> usize {
        self.stride.max(self.format().row_bytes(self.width))
    }

    fn dump(&self) -> Vec<u8> {
        let format = self.format();
        let mut noise = Noise(7);
        let mut dump = Vec::new();
        let top = i64::from(format.max_sample());
        for frame in 0..self.frames {
            // Colour from scenes of twice the size: each four samples make a pixel.
            let colour = format.layout != Layout::Single;
            let times = if colour || format.order == csi2_pixel::BayerOrder::Mono {
                2
            } else {
                1
            };
            let bits = format.bits.min(16);
            let scene = Scene {
                width: times * self.width,
                height: times * self.height,
                bits,
                frame,
            };
            let samples = scene.samples();
            let mut row = vec![0_u16; format.row_samples(self.width)];
            for y in 0..self.height {
                let at = |x: usize, dx: usize, dy: usize| {
                    i64::from(samples[(times * y + dy) * scene.width + times * x + dx])
                };
                for (index, sample) in row.iter_mut().enumerate() {
                    let value = match (format.layout, times) {
                        (Layout::Single, 1) => at(index, 0, 0),
                        (Layout::Single, _) => at(index, 1, 0),
                        (Layout::Bgr, _) => {
                            let x = index / 3;
                            at(x, [1, 1, 0][index % 3], [1, 0, 0][index % 3])
                        }
                        _ => {
                            let x = index / 2;
                            // Full range, gamma 2: linear light is too dark for 8 bits.
                            let light = |v: i64| ((v * top) as f64).sqrt() as i64;
                            let (r, g, b) = (light(at(x, 0, 0)), light(at(x, 1, 0)), light(at(x, 1, 1)));
                            let luma = (299 * r + 587 * g + 114 * b) / 1000;
                            match index % 4 {
                                0 => (b - luma) * 564 / 1000 + (top + 1) / 2,
                                2 => (r - luma) * 713 / 1000 + (top + 1) / 2,
                                _ => luma,
                            }
                        }
                    };
                    let noisy = value + noise.around(self.noise * top) / 1000;
                    *sample = noisy.clamp(0, top) as u16;
                }
                let start = dump.len();
                dump.resize(start + self.stride(), self.padding);
                format.pack_row(Backend::detect(), &row, &mut dump[start..]).unwrap();
            }
        }
        dump
    }

    /// Whether a candidate is this.
    fn is(&self, found: &Candidate) -> bool {
        let (wanted, format) = (self.format(), found.format);
        // The order of the filter, and which is blue, cannot be seen.
        let alike = format.layout == wanted.layout && format.packing_alike(wanted) && format.bits == wanted.bits;
        alike
            // Nor which samples of the last group are padding.
            && found.format.row_bytes(found.width) == wanted.row_bytes(self.width)
            && (found.height, found.stride) == (self.height, self.stride())
            && found.frames == u64::from(self.frames)
    }
}

trait Alike {
    fn packing_alike(&self, other: &Self) -> bool;
}

impl Alike for MemoryFormat {
    fn packing_alike(&self, other: &Self) -> bool {
        match other.name {
            "UYVY" | "VYUY" => matches!(self.name, "UYVY" | "VYUY"),
            "YUYV" | "YVYU" => matches!(self.name, "YUYV" | "YVYU"),
            "BGR24" | "RGB24" => matches!(self.name, "BGR24" | "RGB24"),
            _ => self.packing == other.packing && self.data_type == other.data_type,
        }
    }
}

fn describe(found: &[Candidate]) -> String {
    found
        .iter()
        .map(|c| {
            format!(
                "\n    {:.2} {} {}x{} stride {} frames {} {:?}",
                c.score, c.format.name, c.width, c.height, c.stride, c.frames, c.evidence
            )
        })
        .collect()
}

const FORMATS: &[&str] = &[
    "SRGGB8", "GREY", "SRGGB10P", "SBGGR10P", "Y10P", "SRGGB12P", "Y12P", "SRGGB14P", "SRGGB10", "Y10", "SRGGB12",
    "Y12", "SRGGB14", "SRGGB16", "Y16", "UYVY", "YUYV", "BGR24", "RGB24",
];

/// Sizes, and what strides are aligned to.
const SMALL: &[(usize, usize, usize)] = &[(640, 480, 1), (728, 544, 64), (404, 304, 128), (318, 238, 1)];
const LARGE: &[(usize, usize, usize)] = &[
    (1280, 720, 256),
    (1332, 990, 16),
    (1456, 1088, 64),
    (1920, 1080, 1),
    (1920, 1080, 32),
];

fn found_among(sizes: &[(usize, usize, usize)]) {
    let (mut right, mut misled, mut all) = (0, 0, 0);
    let one = std::env::var("CSI2_DUMP").ok();
    for &format in FORMATS {
        for &(width, height, align) in sizes {
            let mut case = Case::new(format, width, height);
            case.stride = case.stride().next_multiple_of(align);
            case.noise = [1, 2, 8][(width + height) % 3];
            case.padding = if align == 64 { 0xA5 } else { 0 };
            let name = format!(
                "{format} {width}x{height} stride {} noise {}",
                case.stride(),
                case.noise
            );
            if one.as_ref().is_some_and(|one| !name.contains(one.as_str())) {
                continue;
            }
            let dump = case.dump();
            let found = propose(&mut dump.as_slice(), Known::default());
            let first = found.first().is_some_and(|best| case.is(best));
            all += 1;
            right += usize::from(first);
            misled += usize::from(!first && Candidate::is_clear(&found));
            if !first || one.is_some() {
                eprintln!("{name}: {}", describe(&found));
            }
        }
    }
    eprintln!("{right} of {all} right; {misled} clear and wrong");
    assert!(right * 100 >= all * 95 && misled * 100 <= all * 3);
}

#[test]
fn scenes_are_found() {
    found_among(SMALL);
}

/// `cargo test --release -p csi2-analyzer --test dump -- --ignored`
#[test]
#[ignore = "a minute without optimisation"]
fn large_scenes_are_found() {
    found_among(LARGE);
}

/// Frames of a camera that stands still, of which the car moves.
#[test]
fn several_frames_are_told_apart() {
    let mut right = 0;
    for (format, frames) in [("SRGGB8", 3), ("SRGGB10P", 5), ("SRGGB10", 4), ("UYVY", 2)] {
        let mut case = Case::new(format, 640, 480);
        case.frames = frames;
        let found = propose(&mut case.dump().as_slice(), Known::default());
        if found.first().is_some_and(|best| case.is(best)) {
            right += 1;
        } else {
            eprintln!("{format} x{frames}: {}", describe(&found));
        }
    }
    assert_eq!(right, 4);
}

#[test]
fn what_is_known_is_kept() {
    let mut case = Case::new("SBGGR12P", 640, 480);
    case.stride = 1024;
    let dump = case.dump();
    let format = find_memory_format("pBCC");
    let of = |known: Known| propose(&mut dump.as_slice(), known);
    let named = of(Known {
        format,
        ..Known::default()
    });
    assert!(
        case.is(&named[0]) && named.iter().all(|found| found.format.name == "SBGGR12P"),
        "{}",
        describe(&named)
    );
    let sized = of(Known {
        size: Some((640, 480)),
        ..Known::default()
    });
    assert!(
        case.is(&sized[0]) && sized.iter().all(|found| (found.width, found.height) == (640, 480)),
        "{}",
        describe(&sized)
    );
    let strided = of(Known {
        stride: Some(1024),
        ..Known::default()
    });
    assert!(
        case.is(&strided[0]) && strided.iter().all(|found| found.stride == 1024),
        "{}",
        describe(&strided)
    );
    let ranked = rank_strides(&mut dump.as_slice(), &[960, 964, 992, 1024, 1280]);
    assert_eq!(ranked[0].stride, 1024);
    assert!(ranked[0].score > ranked[1].score, "{ranked:?}");
}

/// The diagonal of green is seen; red from blue cannot be told.
#[test]
fn green_is_seen() {
    for (format, green) in [
        ("SRGGB10P", Green::Inner),
        ("SRGGB12P", Green::Inner),
        ("GREY", Green::None),
    ] {
        let mut case = Case::new(format, 640, 480);
        let found = propose(&mut case.dump().as_slice(), Known::default());
        assert_eq!(found[0].evidence.green, green, "{format}: {}", describe(&found));
        if green == Green::Inner {
            case.format = "SRGGB8";
            // From the second column on, the first green is first.
            let dump = case.dump();
            let shifted: Vec<u8> = dump
                .chunks(640)
                .flat_map(|row| [&row[1..], &row[..1]].concat())
                .collect();
            let found = propose(&mut shifted.as_slice(), Known::default());
            assert_eq!(found[0].evidence.green, Green::Outer, "{}", describe(&found));
        }
    }
}

#[test]
fn nothing_is_nothing() {
    let mut noise = Noise(3);
    let random: Vec<u8> = (0..640 * 480).map(|_| noise.next() as u8).collect();
    let counting: Vec<u8> = (0..640 * 480).map(|index| index as u8).collect();
    for dump in [
        vec![],
        vec![0; 5],
        vec![0; 640 * 480],
        vec![0xA5; 1 << 20],
        random[..100].to_vec(),
        random,
        counting,
    ] {
        let found = propose(&mut dump.as_slice(), Known::default());
        assert!(
            !Candidate::is_clear(&found),
            "{} bytes {:?}: {}",
            dump.len(),
            dump.first(),
            describe(&found)
        );
        let ranked = rank_strides(&mut dump.as_slice(), &[0, 1, 640, 1 << 20, usize::MAX]);
        assert!(
            ranked.iter().all(|found| found.score < 0.3 || dump.get(1) == Some(&1)),
            "{ranked:?}"
        );
    }
}

/// A dump of 16-bit samples behind a filter: waves, discs, and a little noise.
fn filtered(width: usize, height: usize, seed: u32) -> Vec<u8> {
    let mut noise = Noise(seed);
    let mut next = |from: f64, to: f64| from + (to - from) * f64::from(noise.next() & 0xFFFF) / 65536.0;
    let waves: Vec<[f64; 4]> = (0..12)
        .map(|_| [next(-0.05, 0.05), next(-0.05, 0.05), next(0.0, 6.0), next(0.2, 1.0)])
        .collect();
    let discs: Vec<[f64; 4]> = (0..25)
        .map(|_| {
            let (x, y) = (next(0.0, width as f64), next(0.0, height as f64));
            [x, y, next(10.0, 120.0), next(-2.0, 2.0)]
        })
        .collect();
    let mut dump = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (column, row) = (x as f64, y as f64);
            let wave = |w: &[f64; 4]| w[3] * (column * w[0] + row * w[1] + w[2]).sin();
            let disc = |d: &&[f64; 4]| (column - d[0]).hypot(row - d[1]) < d[2];
            let light = waves.iter().map(wave).sum::<f64>() + discs.iter().filter(disc).map(|d| d[3]).sum::<f64>();
            let gain = [[0.55, 1.0], [1.0, 0.75]][y % 2][x % 2];
            let value = (0.5 + light / 20.0) * gain + next(-0.007, 0.007);
            dump.extend(((value.clamp(0.0, 1.0) * 4095.0) as u16).to_le_bytes());
        }
    }
    dump
}

/// Green lies aside in the next row, so rows seem to be a sample shorter or longer; but then bytes are left over.
#[test]
fn whole_rows_beat_a_sample_aside() {
    for (width, height, seed) in [(320, 240, 4), (320, 240, 5), (632, 470, 5)] {
        let dump = filtered(width, height, seed);
        let known = Known {
            size: (seed == 4).then_some((width, height)),
            ..Known::default()
        };
        let found = propose(&mut dump.as_slice(), known);
        let best = found
            .first()
            .map(|best| (best.width, best.height, best.stride, best.rest));
        let right = Some((width, height, 2 * width, 0));
        assert_eq!(best, right, "seed {seed}: {}", describe(&found));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(16))]

    /// Any bytes, any claim: no panic.
    #[test]
    fn any_bytes(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..6000),
        stride in proptest::option::of(0_usize..8000),
        size in proptest::option::of((0_usize..5000, 0_usize..5000)),
        format in proptest::option::of(0..csi2_pixel::MEMORY_FORMATS.len()),
    ) {
        let format = format.map(|index| &csi2_pixel::MEMORY_FORMATS[index]);
        propose(&mut bytes.as_slice(), Known { format, size, stride });
    }
}
