//! The payload checksum.

use bitvec::prelude::*;
use csi2_kernels::*;
use proptest::prelude::*;

use crate::noise;

/// The divider as hardware draws it: sixteen flip-flops, one payload bit a clock, bits in wire order.
fn shift_register(state: u16, payload: &[u8]) -> u16 {
    let mut register: BitArr!(for 16, in u16, Lsb0) = BitArray::new([state; 1]);
    for bit in payload.view_bits::<Lsb0>() {
        let feedback = register[0] ^ *bit;
        register.shift_start(1);
        for tap in [15, 10, 3] {
            let old = register[tap];
            register.set(tap, old ^ feedback);
        }
    }
    register.load()
}

#[test]
fn cited_values() {
    let published = [
        0xFF, 0x00, 0x00, 0x02, 0xB9, 0xDC, 0xF3, 0x72, 0xBB, 0xD4, 0xB8, 0x5A, 0xC8, 0x75, 0xC2, 0x7C, 0x81, 0xF8,
        0x05, 0xDF, 0xFF, 0x00, 0x00, 0x01,
    ];
    let cases: [(&[u8], u16); 4] = [
        // codetd.com/article/17317554
        (&[], 0xFFFF),
        (&published, 0x00F0),
        // The check value of the CRC catalogue.
        (b"123456789", 0x6F91),
        // stevenbell/csirx unit_tests/raw10_decoder_testvec.txt, payload
        (&[0x5E, 0xC2, 0xA0, 0xAB, 0x33], 0x6165),
    ];
    for (payload, expected) in cases {
        assert_eq!(shift_register(0xFFFF, payload), expected);
        for backend in Backend::available() {
            assert_eq!(
                checksum(backend, 0xFFFF, payload),
                expected,
                "{backend:?} {payload:02X?}"
            );
        }
    }
}

#[test]
fn each_length_from_each_state() {
    let bytes = noise(1300, 1);
    // Bit by bit once: the register after each byte.
    let mut state = 0xBEEF;
    let after: Vec<u16> = bytes[1..]
        .iter()
        .map(|&byte| {
            state = shift_register(state, &[byte]);
            state
        })
        .collect();
    for backend in Backend::available() {
        for (index, &expected) in after.iter().enumerate() {
            assert_eq!(
                checksum(backend, 0xBEEF, &bytes[1..index + 2]),
                expected,
                "{backend:?}, {} bytes",
                index + 1
            );
        }
    }
}

#[test]
fn wherever_it_lies() {
    // Vectors may begin with a cache line, whatever the slice begins with.
    let bytes = noise(964, 2);
    for offset in 0..=64 {
        let mut state = 0x1234;
        let mut after = vec![state];
        for &byte in &bytes[offset..] {
            state = shift_register(state, &[byte]);
            after.push(state);
        }
        for length in (500..900).step_by(23).chain([511, 512, 513, 576, 577]) {
            for backend in Backend::available() {
                assert_eq!(
                    checksum(backend, 0x1234, &bytes[offset..offset + length]),
                    after[length],
                    "{backend:?}, {length} bytes from {offset}"
                );
            }
        }
    }
}

#[test]
fn each_bit_of_a_line_counts() {
    const LINE: usize = 5070;
    // Linear: one bit alone stands for what it changes in any line. What it leaves so many zeros later:
    let left: Vec<Vec<u16>> = (0..8)
        .map(|bit| {
            let first = shift_register(0, &[1 << bit]);
            std::iter::successors(Some(first), |&state| Some(shift_register(state, &[0])))
                .take(LINE)
                .collect()
        })
        .collect();
    // Lengths around whole groups of every body.
    let lengths = [
        1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 513, 769, LINE,
    ];
    for length in lengths {
        let mut line = vec![0; length];
        for bit in (0..8 * length).step_by(if length == LINE { 17 } else { 1 }) {
            line[bit / 8] = 1 << (bit % 8);
            for backend in Backend::available() {
                assert_eq!(
                    checksum(backend, 0, &line),
                    left[bit % 8][length - 1 - bit / 8],
                    "{backend:?}, bit {bit} of {length} bytes"
                );
            }
            line[bit / 8] = 0;
        }
    }
}

#[test]
fn longest_payload() {
    let bytes = noise(65_535, 3);
    let expected = shift_register(0xFFFF, &bytes);
    for backend in Backend::available() {
        assert_eq!(checksum(backend, 0xFFFF, &bytes), expected, "{backend:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cut_anywhere(
        bytes in prop::collection::vec(any::<u8>(), 0..1500),
        state: u16,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let expected = shift_register(state, &bytes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        for backend in Backend::available() {
            let (mut at, mut running) = (0, state);
            for &cut in cuts.iter().chain([&bytes.len()]) {
                running = checksum(backend, running, &bytes[at..cut]);
                at = cut;
            }
            prop_assert_eq!(running, expected, "{:?}", backend);
        }
    }
}
