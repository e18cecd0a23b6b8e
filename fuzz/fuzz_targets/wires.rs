//! Any bytes as lanes and as samples of wires, with any wiring and any room: every backend does what the portable one does, and
//! this what the words say, bit by bit.
#![no_main]

use csi2_fuzz::Fields;
use csi2_kernels::{
    Backend, Tap, clock_edges, clocked_samples, deinterleave, find_change, find_sync, interleave, sample_bytes,
};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let taps = usize::from(fields.byte() % 9);
    let taps: Vec<Tap> = (0..taps)
        .map(|_| Tap {
            bit: fields.byte(),
            inverted: fields.byte() & 1 == 1,
            skip: fields.byte().into(),
        })
        .collect();
    let (unit, wide, room) = (fields.byte() % 9, fields.byte() & 1 == 1, fields.byte());
    let (clock, previous, level) = (fields.byte(), fields.byte(), fields.byte());
    let samples = fields.rest();
    // Common sizes more often.
    let unit = if wide { unit.into() } else { 1 };
    let room = usize::from(room) * if wide { 1 } else { 16 };
    lane_bytes(samples, unit, &taps, room);
    lanes(samples, taps.len(), room);
    edges(samples, unit, clock.into(), previous & 1 == 1, room);
    kept(samples, u32::from(clock % 9), previous, room);
    searches(samples, level, previous);
});

/// Bit `bit` of sample `index`.
fn level(samples: &[u8], unit: usize, index: usize, bit: usize) -> bool {
    bit < 8 * unit && samples[index * unit + bit / 8] >> (bit % 8) & 1 == 1
}

fn lane_bytes(samples: &[u8], unit: usize, taps: &[Tap], room: usize) {
    let count = samples.len().checked_div(unit).unwrap_or(0);
    let of_tap = |tap: &Tap| count.saturating_sub(tap.skip) / 8;
    let rows = taps.iter().map(of_tap).min().unwrap_or(0);
    let rows = rows.min(room.checked_div(taps.len()).unwrap_or(0));
    let mut expected = Vec::new();
    for row in 0..rows {
        expected.extend(taps.iter().map(|tap| {
            let bit = |k| level(samples, unit, tap.skip + 8 * row + k, tap.bit.into()) != tap.inverted;
            (0..8).fold(0, |byte, k| byte | u8::from(bit(k)) << k)
        }));
    }
    for backend in Backend::available() {
        let mut out = vec![0xA5; room];
        assert_eq!(sample_bytes(backend, samples, unit, taps, &mut out), rows);
        let (done, beyond) = out.split_at(expected.len());
        assert_eq!(done, expected, "{backend:?}");
        assert!(beyond.iter().all(|byte| *byte == 0xA5), "{backend:?}");
    }
}

/// `bytes` as those of `count` lanes, one after the other, the last ones shorter.
fn lanes(bytes: &[u8], count: usize, room: usize) {
    let length = bytes.len().div_ceil(count.max(1)).max(1);
    let lanes: Vec<&[u8]> = bytes.chunks(length).take(count).collect();
    let shortest = lanes.iter().map(|lane| lane.len()).min().unwrap_or(0);
    let rows = shortest.min(room.checked_div(lanes.len()).unwrap_or(0));
    for backend in Backend::available() {
        let mut out = vec![0xA5; room];
        assert_eq!(interleave(backend, &lanes, &mut out), rows);
        let (done, beyond) = out.split_at(rows * lanes.len());
        for (index, byte) in done.iter().enumerate() {
            assert_eq!(*byte, lanes[index % lanes.len()][index / lanes.len()], "{backend:?}");
        }
        assert!(beyond.iter().all(|byte| *byte == 0xA5), "{backend:?}");

        let mut back: Vec<Vec<u8>> = lanes.iter().map(|lane| vec![0xA5; lane.len()]).collect();
        let mut slices: Vec<&mut [u8]> = back.iter_mut().map(Vec::as_mut_slice).collect();
        assert_eq!(deinterleave(backend, done, &mut slices), rows);
        for (back, lane) in back.iter().zip(&lanes) {
            assert_eq!(back[..rows], lane[..rows], "{backend:?}");
            assert!(back[rows..].iter().all(|byte| *byte == 0xA5), "{backend:?}");
        }
    }
}

fn edges(samples: &[u8], unit: usize, clock: u32, previous: bool, room: usize) {
    let count = samples.len().checked_div(unit).unwrap_or(0);
    let (mut last, mut expected, mut until) = (previous, Vec::new(), count);
    for index in 0..count {
        let now = level(samples, unit, index, clock as usize);
        if now != last && expected.len() == room {
            until = index;
            break;
        } else if now != last {
            expected.push(index as u32);
        }
        last = now;
    }
    for backend in Backend::available() {
        let mut found = vec![0; room];
        let (scanned, written) = clock_edges(backend, samples, unit, clock, previous, &mut found);
        assert_eq!((scanned, &found[..written]), (until, &expected[..]), "{backend:?}");
    }
}

fn kept(samples: &[u8], clock: u32, previous: u8, room: usize) {
    let (mut last, mut expected, mut until) = (previous, Vec::new(), samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let differ = clock < 8 && (sample ^ last) >> clock & 1 == 1;
        if differ && expected.len() == room {
            until = index;
            break;
        } else if differ {
            expected.push(last);
        }
        last = *sample;
    }
    for backend in Backend::available() {
        let mut kept = vec![0; room];
        let (scanned, written) = clocked_samples(backend, samples, clock, previous, &mut kept);
        assert_eq!((scanned, &kept[..written]), (until, &expected[..]), "{backend:?}");
    }
}

fn searches(samples: &[u8], mask: u8, other: u8) {
    let shows = |window: &[u8], wire: &u8| {
        let bit = |k: usize| ((window[k] ^ other) >> wire & 1) << k;
        mask >> wire & 1 == 1 && (0..8).fold(0, |byte, k| byte | bit(k)) == 0xB8
    };
    let sync = samples.windows(8).enumerate().find_map(|(index, window)| {
        let wires = (0..8_u8).filter(|wire| shows(window, wire));
        let wires = wires.fold(0, |wires, wire| wires | 1 << wire);
        (wires != 0).then_some((index, wires))
    });
    let change = samples.iter().position(|sample| (sample ^ other) & mask != 0);
    for backend in Backend::available() {
        assert_eq!(find_sync(backend, samples, mask, other), sync, "{backend:?}");
        assert_eq!(find_change(backend, samples, mask, other), change, "{backend:?}");
    }
}
