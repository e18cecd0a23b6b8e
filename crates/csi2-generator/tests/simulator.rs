//! The simulated sensor: patterns, times, and what a row consists of.

#![allow(clippy::expect_used, clippy::panic)]

use csi2_dphy::Timebase;
use csi2_generator::{
    BlackMark, Canvas, Crop, EmbeddedRows, Flip, Moment, PATTERNS, Pattern, Shot, SimulateError, SimulateSettings,
    Simulator, Window,
};
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Bayer, CCS, Dol, DolMethod, Exposure, Margin, Mode, Placement};
use proptest::prelude::*;

const MODE: Mode = Mode::new("small", 16, 8, DataType::RAW8).raster(1_000_000, 50, 20);

fn channel(number: u8) -> VirtualChannel {
    VirtualChannel::new(number).expect("below 16")
}

fn settings(mode: Mode) -> SimulateSettings {
    SimulateSettings {
        mode,
        order: Bayer::Rggb,
        black: 16,
        pattern: Pattern::find("ramp").expect("a pattern"),
        ratio: 16,
        seed: 0,
        window: Window::default(),
        channels: [0, 1, 2].map(channel),
        black_rows: 0,
        black_mark: BlackMark::Coded,
        embedded: EmbeddedRows {
            rows: 0,
            map: CCS,
            exposure: None,
            gain: 0,
        },
        first_frame: 1,
        frames: 2,
    }
}

/// Clocks, bytes and whether it closes, of each burst.
fn bursts(settings: SimulateSettings) -> Vec<(u64, Vec<u8>, bool)> {
    let mut simulator = Simulator::new(settings).expect("a stream");
    let mut all = Vec::new();
    while let Some(due) = simulator.next_burst() {
        assert_eq!(due.at.rate, 1_000_000);
        all.push((due.at.clocks, due.bytes.to_vec(), due.closes));
    }
    all
}

const fn canvas(width: usize, height: usize, bits: u8, order: Bayer) -> Canvas {
    Canvas {
        width,
        height,
        bits,
        order,
        black: 16,
        excess: 1,
        ratio: 16,
        seed: 0,
    }
}

const FIRST: Shot = Shot {
    frame: 0,
    exposure: Exposure::Long,
};

#[test]
fn a_plain_frame() {
    let got = bursts(settings(MODE));
    // FS, eight rows, FE, a row time each; twenty row times later again.
    let clocks: Vec<u64> = got.iter().map(|burst| burst.0).collect();
    let frame = |start: u64| (0..10).map(move |row| (start + row) * 50);
    assert_eq!(clocks, frame(0).chain(frame(20)).collect::<Vec<_>>());
    assert_eq!(got[0].1[..3], [0x00, 0x01, 0x00]);
    assert_eq!(got[9].1[..3], [0x01, 0x01, 0x00]);
    assert_eq!(got[10].1[..3], [0x00, 0x02, 0x00]);
    assert_eq!(got[1].1[..3], [0x2A, 16, 0]);
    assert_eq!(got[2].1[4..20], core::array::from_fn::<u8, 16, _>(|x| x as u8 + 1));
    let closing: Vec<usize> = (0..got.len()).filter(|index| got[*index].2).collect();
    assert_eq!(closing, [9, 19]);
    assert!(
        bursts(SimulateSettings {
            frames: 0,
            ..settings(MODE)
        })
        .is_empty()
    );
}

/// LS and LE in the burst of their row, numbered from 1 in each frame.
#[test]
fn line_sync() {
    let got = bursts(settings(MODE.line_synced()));
    for (index, burst) in got.iter().enumerate() {
        let line = index % 10;
        if (1..9).contains(&line) {
            assert_eq!(burst.1.len(), 4 + 4 + 16 + 2 + 4);
            assert_eq!((burst.1[0], burst.1[1], burst.1[4]), (0x02, line as u8, 0x2A));
            assert_eq!((burst.1[26], burst.1[27]), (0x03, line as u8));
        } else {
            assert_eq!(burst.1.len(), 4);
        }
    }
    let simulator = Simulator::new(settings(MODE.line_synced())).expect("a stream");
    assert_eq!(simulator.longest_burst(), 30);
}

/// Black rows first, of a data type of their own.
#[test]
fn black_rows_of_one_exposure() {
    let got = bursts(SimulateSettings {
        black_rows: 2,
        black_mark: BlackMark::Typed(DataType::USER8),
        frames: 1,
        ..settings(MODE)
    });
    let types: Vec<u8> = got.iter().map(|burst| burst.1[0]).collect();
    assert_eq!(
        types,
        [0x00, 0x37, 0x37, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x01]
    );
    assert_eq!(got[1].1[4..20], [16; 16]);
}

/// Code, margin, image, margin; rows of the margin have the code of the image.
#[test]
fn margins_around_an_image() {
    let dol = Dol {
        exposures: 2,
        method: DolMethod::LineInformation {
            pixels: 4,
            placement: Placement::High,
        },
        delays: [2, 0],
        slots_per_line: 2,
        blanking_rows: false,
        black_rows: 0,
        margin: Margin {
            left: 4,
            right: 8,
            top: 1,
        },
    };
    let mode = Mode::new("margins", 4, 2, DataType::RAW12)
        .raster(1_000_000, 50, 20)
        .overlapped(dol);
    let got = bursts(SimulateSettings {
        frames: 1,
        ..settings(mode)
    });
    let clocks: Vec<u64> = got.iter().map(|burst| burst.0 / 50).collect();
    // Three rows in every second slot, from 1 and from 6.
    assert_eq!(clocks, [0, 1, 3, 5, 6, 8, 10, 11]);
    let samples = |index: usize| -> Vec<u16> {
        let payload = &got[index].1[4..4 + 30];
        let groups = payload.chunks(3);
        groups
            .flat_map(|group| {
                let (a, b, low) = (u16::from(group[0]), u16::from(group[1]), u16::from(group[2]));
                [a << 4 | low & 15, b << 4 | low >> 4]
            })
            .collect()
    };
    let row = |code: u16, image: [u16; 4]| [[code; 4], [16; 4], image, [16; 4], [16; 4]].concat();
    assert_eq!(samples(1), row(0x904, [16; 4]));
    assert_eq!(samples(2), row(0x904, [0, 1, 2, 3]));
    assert_eq!(samples(4), row(0x908, [16; 4]));
    assert_eq!(samples(6), row(0x908, [65, 66, 67, 68]));
}

#[test]
fn what_cannot_be_sent() {
    let refused = |settings: SimulateSettings| Simulator::new(settings).err();
    let no_pace = Mode { pace: None, ..MODE };
    assert_eq!(refused(settings(no_pace)), Some(SimulateError::Pace));
    let colour = Mode {
        data_type: DataType::RGB888,
        ..MODE
    };
    assert!(matches!(refused(settings(colour)), Some(SimulateError::NotRaw { .. })));
    let odd = Mode {
        data_type: DataType::RAW10,
        width: 18,
        ..MODE
    };
    assert_eq!(
        refused(settings(odd)),
        Some(SimulateError::Width { width: 18, group: 4 })
    );
    let brief = MODE.raster(1_000_000, 50, 9);
    assert_eq!(
        refused(settings(brief)),
        Some(SimulateError::FrameLength {
            required: 10,
            available: 9,
            shared: false
        })
    );
    assert!(Simulator::new(settings(MODE.raster(1_000_000, 50, 10))).is_ok());
    let cropped = |x, y, width| {
        refused(SimulateSettings {
            window: Window {
                crop: Some(Crop { width, height: 2, x, y }),
                ..Window::default()
            },
            ..settings(MODE)
        })
    };
    assert_eq!(cropped(8, 6, 8), None);
    assert!(matches!(cropped(8, 6, 9), Some(SimulateError::Outside { .. })));
    assert!(matches!(cropped(8, 8, 8), Some(SimulateError::Outside { .. })));
    assert!(matches!(cropped(usize::MAX, 0, 8), Some(SimulateError::Outside { .. })));
    assert!(matches!(cropped(1, 0, 8), Some(SimulateError::Odd { .. })));
    assert!(matches!(cropped(0, 3, 8), Some(SimulateError::Odd { .. })));
}

/// Whatever the order of the filter, a pixel shows what it lets through: bars as seen by a mosaic of each order.
#[test]
fn filters() {
    for (order, rows) in [
        (Bayer::Rggb, ["RG", "GB"]),
        (Bayer::Grbg, ["GR", "BG"]),
        (Bayer::Gbrg, ["GB", "RG"]),
        (Bayer::Bggr, ["BG", "GR"]),
        (Bayer::Mono, ["GG", "GG"]),
    ] {
        let canvas = canvas(32, 2, 8, order);
        for (y, row) in rows.iter().enumerate() {
            let mut got = [0; 32];
            Pattern::find("solid")
                .expect("a pattern")
                .row(&canvas, y, FIRST, &mut got);
            let level = |x: usize| match row.as_bytes()[x % 2] {
                b'R' => 191,
                b'G' => 127,
                _ => 63,
            };
            assert_eq!(got, core::array::from_fn(level), "{order:?}");
        }
    }
}

/// The sequence as makers of signal generators print it, from all ones.
#[test]
fn pn9_as_published() {
    let canvas = canvas(16, 1, 8, Bayer::Mono);
    let mut row = [0; 16];
    Pattern::find("pn9")
        .expect("a pattern")
        .row(&canvas, 0, FIRST, &mut row);
    let published = [
        0xFF, 0x83, 0xDF, 0x17, 0x32, 0x09, 0x4E, 0xD1, 0xE7, 0xCD, 0x8A, 0x91, 0xC6, 0xD5, 0xC4, 0xC4,
    ];
    assert_eq!(row, published);
}

/// A pattern of light is the same picture whatever the depth, but for the steps.
#[test]
fn scenes_of_any_depth() {
    let scene = Pattern::find("scene").expect("a pattern");
    let mut rows = [[0; 64]; 2];
    let of = |bits: u8, black: u16| Canvas {
        black,
        ..canvas(64, 48, bits, Bayer::Rggb)
    };
    for y in 0..48 {
        scene.row(&of(10, 64), y, FIRST, &mut rows[0]);
        scene.row(&of(14, 1024), y, FIRST, &mut rows[1]);
        for (coarse, fine) in rows[0].iter().zip(rows[1]) {
            assert!(fine.abs_diff(coarse * 16) <= 32, "{coarse} {fine}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No sample has more bits than it should, in rows beyond the picture neither, and no more are written than a row has.
    #[test]
    fn samples_are_in_range(
        which in 0..PATTERNS.len(),
        width in 1_usize..70,
        height in 1_usize..9,
        bits in 1_u8..=16,
        (y, frame) in (0_usize..12, any::<u32>()),
        exposure in 0_usize..3,
        (black, ratio, excess, seed) in any::<(u16, u16, u16, u64)>(),
    ) {
        let canvas = Canvas { black, ratio, excess, seed, ..canvas(width, height, bits, Bayer::Gbrg) };
        let mut row = [0xFFFF; 80];
        let shot = Shot { frame, exposure: Exposure::ALL[exposure] };
        PATTERNS[which].row(&canvas, y, shot, &mut row);
        prop_assert!(row[..width].iter().all(|sample| u32::from(*sample) >> bits == 0));
        prop_assert!(row[width..].iter().all(|sample| *sample == 0xFFFF));
    }

    /// Half a tick at most, however far from the beginning: nothing adds up.
    #[test]
    fn ticks_are_the_nearest(clocks in 0_u64..1 << 40, rate in 1_u64..1 << 31, hertz in 1_u64..1 << 35) {
        let tick = Moment { clocks, rate }.tick(Timebase::from_hertz(hertz));
        let exact = u128::from(clocks) * u128::from(hertz);
        let distance = (u128::from(tick) * u128::from(rate)).abs_diff(exact);
        prop_assert!(2 * distance <= u128::from(rate));
    }

    /// A flipped picture is the picture from the other end, and its filter is the one that it then begins with.
    #[test]
    fn flips((horizontal, vertical) in any::<(bool, bool)>(), pattern in 0..PATTERNS.len()) {
        let of = |flip| {
            let window = Window { flip, ..Window::default() };
            let settings = SimulateSettings { window, frames: 1, pattern: &PATTERNS[pattern], ..settings(MODE) };
            let order = Simulator::new(settings).expect("a stream").order();
            let rows: Vec<Vec<u8>> = bursts(settings)[1..9].iter().map(|burst| burst.1[4..20].to_vec()).collect();
            (order, rows)
        };
        let (order, mut rows) = of(Flip::default());
        let (turned, flipped) = of(Flip { horizontal, vertical });
        if vertical {
            rows.reverse();
        }
        if horizontal {
            rows.iter_mut().for_each(|row| row.reverse());
        }
        prop_assert_eq!(rows, flipped);
        prop_assert_eq!(turned, order.flipped(horizontal, vertical));
    }

    /// Each row of each exposure is sent once, in the slot that the delays give it, and never two in one.
    #[test]
    fn rows_of_sets(
        exposures in 2_u8..=3,
        delays in (0_u16..12, 0_u16..12),
        method in 0_usize..3,
        blanking_rows: bool,
        (black_rows, rows) in (0_u8..3, 0_u8..3),
        length in 12_u32..40,
    ) {
        let method = [
            DolMethod::VirtualChannel([0, 1, 2].map(channel)),
            DolMethod::LineCount,
            DolMethod::DataType([DataType::RAW8, DataType::USER1, DataType::USER2]),
        ][method];
        let own = matches!(method, DolMethod::VirtualChannel(_));
        let dol = Dol {
            exposures,
            method,
            delays: [delays.0, delays.1],
            slots_per_line: exposures,
            blanking_rows: blanking_rows && !own,
            black_rows,
            margin: Margin::NONE,
        };
        let mode = Mode::new("set", 64, 8, DataType::RAW8).raster(1_000_000, 1, length).overlapped(dol);
        let settings = SimulateSettings {
            black_rows,
            embedded: EmbeddedRows { rows, ..settings(mode).embedded },
            ..settings(mode)
        };
        let Ok(mut simulator) = Simulator::new(settings) else {
            let longest = delays.0.max(if exposures == 3 { delays.1 } else { 0 });
            let trailing = if own { 0 } else { longest };
            prop_assert!(u32::from(8 + black_rows + rows) + 2 + u32::from(trailing) > length);
            return Ok(());
        };
        let mut last = None;
        let mut images = 0;
        while let Some(due) = simulator.next_burst() {
            let slot = due.at.clocks;
            prop_assert!(last.is_none_or(|last| last < slot));
            last = Some(slot);
            let header = due.bytes[0];
            let first = due.bytes.get(4).copied();
            // Rows of the ramp begin with their number, 64 more for each exposure, 16 for each set; black is 16 throughout.
            let image = due.bytes.len() > 4 && header & 0x3F != 0x12 && due.bytes[4] != due.bytes[5];
            if let (true, Some(first)) = (image, first) {
                let (exposure, set, y) = (u64::from(first / 64), u64::from(first % 64 / 16), u64::from(first % 16));
                let n = u64::from(exposures);
                let delay = [0, delays.0.into(), delays.1.into()][exposure as usize];
                let before = u64::from(rows) + 1;
                let black = u64::from(black_rows);
                let expected = if own {
                    n * (before + black + y + delay) + exposure
                } else {
                    before + n * (black + y + delay) + exposure
                };
                prop_assert_eq!(slot, expected + set * n * u64::from(length));
                images += 1;
            }
        }
        prop_assert_eq!(images, 2 * 8 * u32::from(exposures));
    }
}
