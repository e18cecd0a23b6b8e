//! Packets in any order.

use super::super::{MergeSettings, merge};
use super::*;
use proptest::prelude::*;

fn method() -> impl Strategy<Value = Told> {
    let channels = [0, 1, 2].map(|of| VirtualChannel::new(of).unwrap());
    let types = [0x2B, 0x30, 0x31].map(DataType::from_bits);
    prop::sample::select(vec![
        Told::Off,
        Told::Nothing,
        Told::Exposures,
        Told::Channels(channels),
        Told::DataTypes(types),
        Told::Information,
        Told::Count,
    ])
}

fn settings() -> impl Strategy<Value = HdrSettings> {
    let exposures = prop::option::of(0_u8..5);
    let delays = prop::option::of([0_u16..30, 0..30]);
    (
        method(),
        exposures,
        delays,
        prop::option::of(any::<bool>()),
        0_u16..5,
        prop::option::of(0_u8..70),
    )
        .prop_map(
            |(method, exposures, delays, blanking_rows, black_rows, information_pixels)| HdrSettings {
                method,
                exposures,
                delays,
                blanking_rows,
                black_rows,
                information_pixels,
                ..HdrSettings::default()
            },
        )
}

/// FS, FE, and rows that mostly begin with a code.
fn packet() -> impl Strategy<Value = Packet> {
    let short = (0_u8..3, 0_u8..2, 0_u16..4).prop_map(|(channel, code, number)| header(channel, code, number));
    let first = prop::sample::select(vec![0x241_u16, 0x242, 0x244, 0x251, 0x252, 0x221, 0x222, 0x208, 77]);
    let types = prop::sample::select(vec![0x2B_u8, 0x2B, 0x2B, 0x30, 0x31, 0x2A]);
    let row = (0_u8..3, types, first, 1_usize..6, 0_u16..1024).prop_map(|(channel, code, first, groups, noise)| {
        let mut samples = vec![first; 4];
        samples.resize(4 * groups, noise);
        long(channel, code, &packed(&samples, 10))
    });
    prop_oneof![1 => short, 12 => row]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_comes_out_is_as_large_as_it_says(
        packets in prop::collection::vec(packet(), 0..120),
        settings in settings(),
        keep in prop::sample::select(vec![Keep::Samples, Keep::Packed]),
    ) {
        let out = run_with(&packets, settings, keep);
        let plain = run_with(&packets, HdrSettings { method: Told::Off, ..settings }, keep);
        prop_assert!(plain.labels().is_empty());
        let unlabelled = out.frames.iter().filter(|sorted| sorted.label.is_none()).count();
        prop_assert!(unlabelled <= plain.frames.len() && plain.frames.len() <= out.frames.len());
        for sorted in &out.frames {
            let frame = sorted.frame.frame();
            let height = frame.height as usize;
            match frame.pixels {
                Pixels::Samples(Samples::Narrow(samples)) => {
                    prop_assert_eq!(samples.len(), frame.width as usize * height);
                }
                Pixels::Samples(Samples::Wide(_)) => prop_assert!(false),
                Pixels::Packed(bytes) => prop_assert_eq!(bytes.len(), frame.line_bytes as usize * height),
            }
            for rows in [frame.missing_lines, frame.bad_lines] {
                prop_assert!(rows.is_sorted_by(|a, b| a < b));
                prop_assert!(rows.last().is_none_or(|last| *last < frame.height));
            }
        }
        prop_assert!(out.said().iter().all(|text| !text.is_empty()));
        for pair in out.frames.windows(2) {
            let frames: Vec<crate::Frame<'_>> = pair.iter().map(|sorted| sorted.frame.frame()).collect();
            if let Ok(merged) = merge(&frames, MergeSettings::default()) {
                prop_assert_eq!(merged.frame.frame().height, frames[0].height);
            }
        }
    }
}
