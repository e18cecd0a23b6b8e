//! Payload checksum: x^16 + x^12 + x^5 + 1, initial value all ones, least significant bit first, sent low byte first.
//! Catalogues call it CRC-16/MCRF4XX. The footer follows every long packet, also an empty one (FF FF), and 0x0000 is a
//! value like any other.
//!
//! Ref: hellgate202/csi2_rx src/csi2_crc_calc.sv; antmicro/sdi-mipi-video-converter-fpga-design tests/test_crc16.py;
//! MameMame777/MIPI2HDMI verification/cocotb/csi2_payload_crc.

use crc::{CRC_16_MCRF4XX, Crc, NoTable, Table};
use csi2_kernels::Backend;

/// What the checksum says about a payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChecksumVerdict {
    /// Footer equals the computed checksum.
    Match,
    /// It does not.
    Mismatch {
        /// Footer.
        received: u16,
        /// Of the payload.
        computed: u16,
    },
}

impl ChecksumVerdict {
    /// Compares a footer with the checksum of its payload.
    pub const fn of(received: u16, computed: u16) -> Self {
        if received == computed {
            Self::Match
        } else {
            Self::Mismatch { received, computed }
        }
    }
}

impl core::fmt::Display for ChecksumVerdict {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Match => f.write_str("match"),
            Self::Mismatch { received, computed } => {
                write!(f, "mismatch: received 0x{received:04X}, computed 0x{computed:04X}")
            }
        }
    }
}

/// A running payload checksum. Implement it to bring hardware.
pub trait PayloadChecksum {
    /// Forgets all bytes: the next one is the first of a payload.
    fn restart(&mut self);
    /// Adds bytes.
    fn update(&mut self, bytes: &[u8]);
    /// Value so far.
    fn value(&self) -> u16;

    /// Of a whole payload.
    fn of(&mut self, payload: &[u8]) -> u16 {
        self.restart();
        self.update(payload);
        self.value()
    }
}

/// Checksum of a whole payload, as [`Folded`]. It asks for the CPU each time: who has many payloads keeps a `Folded`.
///
/// ```
/// assert_eq!(csi2_packet::checksum(b"123456789"), 0x6F91);
/// ```
pub fn checksum(payload: &[u8]) -> u16 {
    Folded::default().of(payload)
}

const INITIAL: u16 = 0xFFFF;

/// By the kernel of a [`Backend`]: carry-less multiplication where the CPU has it (and csi2-kernels its feature `simd`),
/// else sixteen tables (8 KiB), as [`Sliced`]. The default asks for the CPU: make one and keep it.
///
/// ```
/// use csi2_kernels::Backend;
/// use csi2_packet::{Folded, PayloadChecksum};
///
/// let mut sum = Folded::new(Backend::detect());
/// assert_eq!(sum.of(b"123456789"), 0x6F91);
/// ```
#[derive(Clone, Debug)]
pub struct Folded {
    backend: Backend,
    state: u16,
}

impl Folded {
    /// Before the first byte.
    pub const fn new(backend: Backend) -> Self {
        Self {
            backend,
            state: INITIAL,
        }
    }
}

impl Default for Folded {
    fn default() -> Self {
        Self::new(Backend::detect())
    }
}

impl PayloadChecksum for Folded {
    fn restart(&mut self) {
        self.state = INITIAL;
    }
    fn update(&mut self, bytes: &[u8]) {
        self.state = csi2_kernels::checksum(self.backend, self.state, bytes);
    }
    fn value(&self) -> u16 {
        self.state
    }
}

/// One running checksum per table size of the `crc` crate: the caller's firmware links only the tables it names.
macro_rules! running {
    ($(#[$doc:meta])* $name:ident, $tables:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(u16);

        impl $name {
            /// Goes on from a checksum that stands at `value`.
            pub const fn resume(value: u16) -> Self {
                Self(value)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self(INITIAL)
            }
        }

        impl PayloadChecksum for $name {
            fn restart(&mut self) {
                self.0 = INITIAL;
            }
            fn update(&mut self, bytes: &[u8]) {
                static CRC: Crc<u16, $tables> = Crc::<u16, $tables>::new(&CRC_16_MCRF4XX);
                // The crate takes initial values as polynomials, most significant bit first, and keeps them reflected.
                let mut digest = CRC.digest_with_initial(self.0.reverse_bits());
                digest.update(bytes);
                self.0 = digest.finalize();
            }
            fn value(&self) -> u16 {
                self.0
            }
        }
    };
}

running!(
    /// Bit by bit: no table, the least code.
    Bitwise, NoTable
);
running!(
    /// One table of 512 bytes, a byte at a time.
    Bytewise, Table<1>
);
running!(
    /// Sixteen tables (8 KiB), sixteen bytes at a time.
    Sliced, Table<16>
);

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use bitvec::prelude::*;
    use proptest::prelude::*;

    use super::*;

    /// The divider as hardware draws it: sixteen flip-flops, one payload bit a clock, bits in wire order.
    fn shift_register(payload: &[u8]) -> u16 {
        let mut register = bitvec![1; 16];
        for bit in payload.view_bits::<Lsb0>() {
            let feedback = register[0] ^ *bit;
            register.shift_start(1);
            for tap in [15, 10, 3] {
                let old = register[tap];
                register.set(tap, old ^ feedback);
            }
        }
        register.iter_ones().fold(0, |value, bit| value | 1 << bit)
    }

    fn running<C: PayloadChecksum + Default>(pieces: &[&[u8]]) -> u16 {
        let mut sum = C::default();
        pieces.iter().for_each(|piece| sum.update(piece));
        let value = sum.value();
        assert_eq!(sum.of(&pieces.concat()), value, "begun again");
        value
    }

    #[test]
    fn cited_values() {
        let published = [
            0xFF, 0x00, 0x00, 0x02, 0xB9, 0xDC, 0xF3, 0x72, 0xBB, 0xD4, 0xB8, 0x5A, 0xC8, 0x75, 0xC2, 0x7C, 0x81, 0xF8,
            0x05, 0xDF, 0xFF, 0x00, 0x00, 0x01,
        ];
        let cases: [(&[u8], u16); 8] = [
            // codetd.com/article/17317554
            (&[], 0xFFFF),
            (&published, 0x00F0),
            // The check value of the CRC catalogue.
            (b"123456789", 0x6F91),
            // MameMame777/MIPI2HDMI csi2_payload_crc
            (&[0xAA, 0xBB, 0xCC], 0x9738),
            (&[0x01], 0x1E0E),
            // stevenbell/csirx unit_tests/raw10_decoder_testvec.txt, payload
            (&[0x5E, 0xC2, 0xA0, 0xAB, 0x33], 0x6165),
            (&[0x00], 0x0F87),
            // A footer of zero is an ordinary footer.
            (&[0xFF, 0xFF], 0x0000),
        ];
        for (payload, expected) in cases {
            assert_eq!(checksum(payload), expected, "{payload:02X?}");
            assert_eq!(shift_register(payload), expected, "{payload:02X?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn all_tables_agree_with_the_shift_register(payload: Vec<u8>, cut: prop::sample::Index) {
            let (head, tail) = payload.split_at(cut.index(payload.len() + 1));
            let expected = shift_register(&payload);
            prop_assert_eq!(running::<Bitwise>(&[head, tail]), expected);
            prop_assert_eq!(running::<Bytewise>(&[head, tail]), expected);
            prop_assert_eq!(running::<Sliced>(&[head, tail]), expected);
            prop_assert_eq!(running::<Folded>(&[head, tail]), expected);
            prop_assert_eq!(checksum(&payload), expected);
        }

        #[test]
        fn payload_and_footer_leave_nothing(payload: Vec<u8>) {
            let footer = checksum(&payload).to_le_bytes();
            prop_assert_eq!(running::<Bytewise>(&[&payload, &footer]), 0);
        }
    }
}
