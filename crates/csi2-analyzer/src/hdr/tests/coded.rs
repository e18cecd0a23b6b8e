//! Line information.

use super::*;

const FOUR: By = By::Code {
    pixels: 4,
    shift: 0,
    only_first: false,
};
const UNKNOWN: u16 = 0x208;

#[test]
fn every_layout_is_cut_to_the_exact_exposures() {
    let blankings = [
        Blanking::Absent,
        Blanking::OwnCode,
        Blanking::Code(UNKNOWN),
        Blanking::Code(0),
    ];
    let blacks = [
        Black::Absent,
        Black::OwnCode,
        Black::OwnCodeLate,
        Black::ImageCode,
        Black::OtherType,
    ];
    for delays in [&[0, 4][..], &[0, 1], &[0, 2, 5]] {
        for blanking in blankings {
            for black in blacks {
                // All rows of a set then look alike: only a user can say which are of the image.
                if black == Black::ImageCode && blanking == Blanking::OwnCode {
                    continue;
                }
                let rig = Rig {
                    blanking,
                    black,
                    ..Rig::new(FOUR, delays)
                };
                let out = run(&rig.packets(), HdrSettings::default());
                out.is_exact(&rig);
                let unlabelled = out.frames.iter().filter(|sorted| sorted.label.is_none());
                assert_eq!(unlabelled.count(), if black == Black::OtherType { 3 } else { 0 });
            }
        }
    }
}

#[test]
fn pixels_and_placement_are_found() {
    for (bits, shift) in [(10, 0), (12, 0), (12, 2)] {
        for pixels in [4, 16] {
            let by = By::Code {
                pixels,
                shift,
                only_first: false,
            };
            let rig = Rig {
                bits,
                ..Rig::new(by, &[0, 3])
            };
            let out = run(&rig.packets(), HdrSettings::default());
            out.is_exact(&rig);
            let label = out.frames[0].label.unwrap();
            assert_eq!(label.information_pixels, Some(pixels as u8));
            let place = match (bits, shift) {
                (12, 0) => ", codes in the low bits",
                (12, _) => ", codes in the high bits",
                _ => "",
            };
            let said = std::format!("2 exposures by line information of {pixels} pixels{place}; SEF1 trails by 3 rows");
            assert_eq!(out.said(), [said]);
        }
    }
}

/// Pixels after the first say nothing: four are taken, and 16 where somebody says so.
#[test]
fn only_the_first_pixel_holds_the_code() {
    for pixels in [4, 16] {
        let by = By::Code {
            pixels,
            shift: 0,
            only_first: true,
        };
        let rig = Rig::new(by, &[0, 3]);
        let told = HdrSettings {
            information_pixels: Some(pixels as u8),
            ..HdrSettings::default()
        };
        run(&rig.packets(), told).is_exact(&rig);
        let out = run(&rig.packets(), HdrSettings::default());
        assert_eq!(
            out.find(Exposure::Long, 0).unwrap().frame().width as usize,
            rig.width + pixels - 4
        );
    }
}

#[test]
fn rows_as_they_came_are_cut_too() {
    let rig = Rig::new(FOUR, &[0, 3]);
    let out = run_with(&rig.packets(), HdrSettings::default(), Keep::Packed);
    let frame = out.find(Exposure::Short1, 1).unwrap().frame();
    assert_eq!((frame.width, frame.line_bytes), (16, 20));
    let Pixels::Packed(bytes) = frame.pixels else {
        panic!("samples")
    };
    assert_eq!(bytes, packed(&rig.image(1, 1), 10));
}

/// Any one row never comes: it is named, where a neighbour shows which it is, and all others stay.
#[test]
fn a_lost_row_is_named() {
    for delays in [&[0, 4][..], &[0, 2, 5]] {
        let rig = Rig {
            sets: 2,
            ..Rig::new(FOUR, delays)
        };
        let packets = rig.packets();
        let per_set = packets.len() / 2;
        for lost in 1..per_set - 1 {
            let mut came = packets.clone();
            came.remove(per_set + lost);
            let out = run(&came, HdrSettings::default());
            let rows: Vec<usize> = Exposure::ALL[..delays.len()]
                .iter()
                .map(|exposure| out.find(*exposure, 1).unwrap().frame())
                .map(|frame| {
                    assert_eq!(frame.height, 12);
                    assert_eq!(frame.complete, frame.missing_lines.is_empty());
                    frame.missing_lines.len()
                })
                .collect();
            assert_eq!(rows.iter().sum::<usize>(), 1, "{delays:?} {lost} {rows:?}");
            // Rows that came are where they belong, but for those next to a loss that nothing shows.
            let wrong: usize = (0..delays.len())
                .map(|exposure| {
                    let frame = out.find(Exposure::ALL[exposure], 1).unwrap().frame();
                    let image = rig.image(1, exposure);
                    let rows = samples(&frame);
                    rows.chunks(16).zip(image.chunks(16)).filter(|(a, b)| a != b).count()
                })
                .sum();
            assert!(wrong <= 1 + delays[delays.len() - 1], "{lost} {wrong}");
            let overlap = lost > 2 * delays.len() * delays[delays.len() - 1] && lost < per_set - 20;
            assert!(wrong == 1 || !overlap, "{lost} {wrong}");
        }
    }
}

#[test]
fn a_row_of_unknown_code_keeps_its_place_and_is_told() {
    let rig = Rig {
        sets: 2,
        ..Rig::new(FOUR, &[0, 4])
    };
    let mut packets = rig.packets();
    // FS, four rows, then pairs: row 6 of the long exposure.
    let at = 1 + 4 + 2 * 2;
    packets[at] = rig.row(0, 0x243, (0..16).map(|x| rig.sample(0, 0, 6, x)));
    let out = run(&packets, HdrSettings::default());
    out.is_exact(&rig);
    assert_eq!(
        out.said()[1],
        "set 0: 1 row of unknown line information; row 8 begins 0x243 0x243 0x243 0x243"
    );
}

#[test]
fn sets_missing_between_show_in_the_parity() {
    let rig = Rig {
        sets: 4,
        ..Rig::new(FOUR, &[0, 3])
    };
    let packets = rig.packets();
    let per_set = packets.len() / 4;
    let came: Vec<Packet> = packets[..per_set]
        .iter()
        .chain(&packets[2 * per_set..])
        .cloned()
        .collect();
    let out = run(&came, HdrSettings::default());
    assert_eq!(out.labels().len(), 6);
    let said = out.said();
    assert!(said.len() == 2 && said[1].starts_with("set 1: the parity"), "{said:?}");
}

#[test]
fn blanking_and_black_rows_that_only_a_user_knows() {
    let rig = Rig {
        blanking: Blanking::OwnCode,
        black: Black::ImageCode,
        ..Rig::new(FOUR, &[0, 4])
    };
    let settings = HdrSettings {
        delays: Some([4, 0]),
        blanking_rows: Some(true),
        black_rows: 2,
        ..HdrSettings::default()
    };
    run(&rig.packets(), settings).is_exact(&rig);
}

/// Frames with the values of codes here and there, or in a whole column, have no line information.
#[test]
fn pictures_are_not_taken_for_codes() {
    let rig = Rig::new(FOUR, &[0, 4]);
    let frame = |first: &dyn Fn(usize) -> u16| {
        let mut packets = vec![header(0, 0, 1)];
        for row in 0..24 {
            packets.push(rig.row(0, first(row), (0..16).map(|x| rig.sample(0, 0, row, x))));
        }
        packets.push(header(0, 1, 1));
        packets
    };
    let noise = |row: usize| (row as u32).wrapping_mul(2_654_435_761).rotate_left(7) as u16 & 0x3FF;
    let pictures: [&dyn Fn(usize) -> u16; 6] = [
        &|_| 0x241,
        &noise,
        &|row| if row < 12 { 0x241 } else { 0x242 },
        &|row| if row % 3 == 0 { 0x241 } else { noise(row) },
        &|row| if row % 2 == 0 { 0x241 } else { 0x252 },
        &|row| 0x240 + row as u16,
    ];
    for (at, picture) in pictures.into_iter().enumerate() {
        let out = run(&frame(picture), HdrSettings::default());
        assert_eq!((out.labels().len(), out.frames.len()), (0, 1), "{at}");
        assert!(out.notices.is_empty());
    }
}

/// A sensor that leaves the mode: frames without codes pass.
#[test]
fn frames_without_codes_among_others() {
    let rig = Rig {
        sets: 2,
        ..Rig::new(FOUR, &[0, 4])
    };
    let mut packets = rig.packets();
    let plain = Rig {
        sets: 1,
        width: 20,
        ..Rig::new(By::Channel, &[0])
    };
    packets.extend(plain.packets());
    let out = run(&packets, HdrSettings::default());
    assert_eq!(out.labels().len(), 4);
    assert_eq!(out.frames[4].label, None);
    // What the assembler adds to its height is not looked at here.
    let image = plain.image(0, 0);
    assert_eq!(samples(&out.frames[4].frame.frame())[..image.len()], image);
}

#[test]
fn told_placement_and_exposures() {
    let by = By::Code {
        pixels: 4,
        shift: 2,
        only_first: false,
    };
    let rig = Rig {
        bits: 12,
        ..Rig::new(by, &[0, 4])
    };
    let told = |placement, exposures| HdrSettings {
        method: Told::Information,
        placement: Some(placement),
        exposures: Some(exposures),
        ..HdrSettings::default()
    };
    run(&rig.packets(), told(Placement::High, 2)).is_exact(&rig);
    assert!(run(&rig.packets(), told(Placement::Low, 2)).labels().is_empty());
    assert_eq!(run(&rig.packets(), told(Placement::High, 3)).labels().len(), 9);
}

/// Rows that stand in for an exposure have its code: of rows that are lost nothing tells but that there are fewer.
#[test]
fn blanking_rows_do_not_become_rows_of_the_image() {
    for delays in [&[0, 4][..], &[0, 2, 5]] {
        let rig = Rig {
            blanking: Blanking::OwnCode,
            ..Rig::new(FOUR, delays)
        };
        let packets = rig.packets();
        let per_set = packets.len() / 3;
        // A row of each exposure, after the first.
        let lost = per_set + per_set / 2;
        let mut came = packets.clone();
        came.drain(lost..lost + 2 * delays.len());
        let out = run(&came, HdrSettings::default());
        for exposure in Exposure::ALL.into_iter().take(delays.len()) {
            let frame = out.find(exposure, 1).unwrap().frame();
            assert_eq!(
                (frame.height, frame.complete, frame.missing_lines),
                (12, false, &[10, 11][..]),
                "{exposure:?}"
            );
            assert!(
                samples(&frame)
                    .chunks(16)
                    .take(10)
                    .all(|row| row.iter().any(|of| *of != row[0]))
            );
        }
        for set in [0, 2] {
            let frame = out.find(Exposure::Long, set).unwrap().frame();
            assert!(frame.complete);
            assert_eq!(samples(&frame), rig.image(set as usize, 0));
        }
    }
}
