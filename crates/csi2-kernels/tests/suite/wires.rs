//! Lanes.

use csi2_kernels::*;

use crate::noise;

#[test]
fn lanes_follow_the_index_rule() {
    let loads = |backend: Backend| [Loads::Plain, Loads::Ahead].map(|loads| backend.with_loads(loads));
    for backend in Backend::available().flat_map(loads) {
        for count in 1..=8 {
            for rows in (0..70).chain(125..165).chain([1267, 1268]) {
                // Anywhere in memory.
                let of_lane = |lane| noise(rows + lane % 4, (rows * 8 + lane) as u64);
                let longer: Vec<Vec<u8>> = (0..count).map(of_lane).collect();
                let lanes: Vec<&[u8]> = longer.iter().map(|lane| &lane[lane.len() - rows..]).collect();
                let mut out = vec![0xA5; rows * count + count - 1];
                assert_eq!(interleave(backend, &lanes, &mut out), rows);
                for (i, &byte) in out[..rows * count].iter().enumerate() {
                    assert_eq!(byte, lanes[i % count][i / count], "{count} lanes, byte {i}");
                }
                assert!(out[rows * count..].iter().all(|&byte| byte == 0xA5));

                let mut back = vec![vec![0; rows]; count];
                let mut slices: Vec<&mut [u8]> = back.iter_mut().map(Vec::as_mut_slice).collect();
                assert_eq!(deinterleave(backend, &out, &mut slices), rows);
                assert_eq!(back, lanes);
            }
        }
    }
}

#[test]
fn the_shortest_slice_decides_the_rows() {
    for backend in Backend::available() {
        assert_eq!(interleave(backend, &[], &mut [0; 8]), 0);
        assert_eq!(deinterleave(backend, &[0; 8], &mut []), 0);
        for count in 1..=8 {
            for short in 0..count {
                let lanes: Vec<Vec<u8>> = (0..count)
                    .map(|lane| vec![lane as u8; if lane == short { 3 } else { 21 }])
                    .collect();
                let slices: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
                let mut out = vec![0xA5; 21 * count];
                assert_eq!(interleave(backend, &slices, &mut out), 3);
                assert!(out[3 * count..].iter().all(|&byte| byte == 0xA5));
                assert_eq!(interleave(backend, &slices, &mut out[..3 * count - 1]), 2);

                let mut back: Vec<Vec<u8>> = lanes.iter().map(|lane| vec![0xA5; lane.len()]).collect();
                let mut slices: Vec<&mut [u8]> = back.iter_mut().map(Vec::as_mut_slice).collect();
                assert_eq!(deinterleave(backend, &out, &mut slices), 3);
                for (lane, bytes) in back.iter().enumerate() {
                    assert!(
                        bytes
                            .iter()
                            .enumerate()
                            .all(|(row, &byte)| byte == if row < 3 { lane as u8 } else { 0xA5 })
                    );
                }
            }
        }
    }
}
