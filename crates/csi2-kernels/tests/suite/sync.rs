//! Searches in samples.

use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

/// Wire by wire: the first place where one shows 0xB8, and all that show it there.
fn sync_model(samples: &[u8], wires: u8, inverted: u8) -> Option<(usize, u8)> {
    let shows = |at: usize, wire: usize| {
        let bit = |k: usize| u8::from((samples[at + k] >> wire & 1 == 1) != (inverted >> wire & 1 == 1)) << k;
        wires >> wire & 1 == 1 && (0..8).map(bit).sum::<u8>() == 0xB8
    };
    (0..samples.len().saturating_sub(7)).find_map(|at| {
        let found = (0..8).filter(|wire| shows(at, *wire)).map(|wire| 1_u8 << wire);
        Some((at, found.sum())).filter(|(_, found)| *found != 0)
    })
}

fn finds_sync(samples: &[u8], wires: u8, inverted: u8) -> Result<(), TestCaseError> {
    let expected = sync_model(samples, wires, inverted);
    for backend in Backend::available() {
        let found = find_sync(backend, samples, wires, inverted);
        prop_assert_eq!(found, expected, "{} in {} samples", backend.name(), samples.len());
    }
    Ok(())
}

fn finds_change(samples: &[u8], mask: u8, level: u8) -> Result<(), TestCaseError> {
    let expected = samples.iter().position(|sample| sample & mask != level & mask);
    for backend in Backend::available() {
        let found = find_change(backend, samples, mask, level);
        prop_assert_eq!(found, expected, "{} in {} samples", backend.name(), samples.len());
    }
    Ok(())
}

/// `count` samples of `idle`, with a sync byte on `wire` from sample `at` on.
fn synced(count: usize, idle: u8, at: usize, wire: u8) -> Vec<u8> {
    let mut samples = vec![idle; count];
    for (k, sample) in samples[at..at + 8].iter_mut().enumerate() {
        *sample = *sample & !(1 << wire) | (0xB8 >> k & 1) << wire;
    }
    samples
}

#[test]
fn a_sync_byte_is_found_wherever_it_begins() {
    for at in 0..300 {
        for behind in [0, 1, 7, 64] {
            let wire = (at % 8) as u8;
            let samples = synced(at + 8 + behind, 0, at, wire);
            for backend in Backend::available() {
                assert_eq!(find_sync(backend, &samples, 0xFF, 0), Some((at, 1 << wire)));
                assert_eq!(find_sync(backend, &samples, 1 << wire, 0), Some((at, 1 << wire)));
                assert_eq!(find_sync(backend, &samples, !(1 << wire), 0), None);
                assert_eq!(find_sync(backend, &samples[..at + 7], 0xFF, 0), None, "cut");
                let opposite: Vec<u8> = samples.iter().map(|sample| sample ^ 0xFF).collect();
                assert_eq!(find_sync(backend, &opposite, 0xFF, 0xFF), Some((at, 1 << wire)));
                assert_eq!(find_sync(backend, &opposite, 0xFF, !(1 << wire)), None);
            }
        }
    }
}

#[test]
fn the_first_of_several_is_found_and_all_wires_that_show_it() {
    let mut samples = synced(200, 0, 130, 2);
    for (k, sample) in samples[130..138].iter_mut().enumerate() {
        *sample |= (0xB8 >> k & 1) << 7;
    }
    for (k, sample) in samples[150..158].iter_mut().enumerate() {
        *sample |= 0xB8 >> k & 1;
    }
    for backend in Backend::available() {
        assert_eq!(find_sync(backend, &samples, 0xFF, 0), Some((130, 0x84)));
        assert_eq!(find_sync(backend, &samples, 0x7F, 0), Some((130, 0x04)));
        assert_eq!(find_sync(backend, &samples, 0x01, 0), Some((150, 0x01)));
        assert_eq!(find_sync(backend, &samples[131..], 0x84, 0), None);
        assert_eq!(find_sync(backend, &samples, 0, 0), None);
    }
}

#[test]
fn a_change_is_found_wherever_it_is() {
    for at in 0..700 {
        let mut samples = vec![0x21; at + 70];
        samples[at] = 0x61;
        for backend in Backend::available() {
            assert_eq!(find_change(backend, &samples, 0xFF, 0x21), Some(at));
            assert_eq!(find_change(backend, &samples, 0x40, 0x9F), Some(at));
            assert_eq!(find_change(backend, &samples, 0xBF, 0x21), None);
            assert_eq!(find_change(backend, &samples[..at], 0xFF, 0x21), None);
            assert_eq!(find_change(backend, &samples, 0, 0), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Noise has a sync byte on some wire every 32 samples: the last wires of a mask with few bits are found late.
    #[test]
    fn whatever_there_is(count in 0..600_usize, seed in any::<u64>(), wires in any::<u8>(), inverted in any::<u8>(), few in 0..8_u32) {
        let samples = noise(count, seed);
        finds_sync(&samples, wires, inverted)?;
        finds_sync(&samples, wires & 1 << few, inverted)?;
        finds_change(&samples, wires, inverted)?;
        let rare: Vec<u8> = samples.iter().map(|sample| if sample % 64 == 0 { *sample } else { inverted }).collect();
        finds_change(&rare, wires, inverted)?;
        finds_sync(&rare, wires, 0)?;
    }
}
