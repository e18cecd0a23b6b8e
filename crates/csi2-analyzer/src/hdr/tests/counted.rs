//! Rows that nothing tells apart.

use super::*;

#[test]
fn rows_by_their_number() {
    for (delays, told) in [(&[0, 4][..], [4, 0]), (&[0, 2, 5], [2, 5])] {
        for blanking in [Blanking::Absent, Blanking::OwnCode] {
            let rig = Rig {
                blanking,
                ..Rig::new(By::Nothing, delays)
            };
            let settings = HdrSettings {
                method: Told::Count,
                exposures: Some(delays.len() as u8),
                delays: Some(told),
                blanking_rows: Some(blanking != Blanking::Absent),
                ..HdrSettings::default()
            };
            let out = run(&rig.packets(), settings);
            out.is_exact(&rig);
            assert!(out.said()[0].starts_with(&std::format!("{} exposures by the order of rows", delays.len())));
            // Without being told, a frame of alternating rows is a frame.
            assert!(run(&rig.packets(), HdrSettings::default()).labels().is_empty());
        }
    }
}

/// A row that the assembler knows to be lost keeps those after it in their places.
#[test]
fn a_header_beyond_repair() {
    let rig = Rig {
        sets: 2,
        ..Rig::new(By::Nothing, &[0, 4])
    };
    let mut packets = rig.packets();
    // Row 7 of the frame: row 5 of the long one.
    packets[1 + 6][3] ^= 0x3F;
    let settings = HdrSettings {
        method: Told::Count,
        exposures: Some(2),
        delays: Some([4, 0]),
        ..HdrSettings::default()
    };
    let out = run(&packets, settings);
    let long = out.find(Exposure::Long, 0).unwrap().frame();
    assert_eq!(long.missing_lines, [5]);
    assert_eq!(
        samples(&out.find(Exposure::Short1, 0).unwrap().frame()),
        rig.image(0, 1)
    );
}
