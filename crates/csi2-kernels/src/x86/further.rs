//! Bytes of a message brought further from its end.
//!
//! Two bytes have room for any remainder, at most distances from each other. So a byte brought further comes to one in its own place
//! and one in another, and each bit of both is a sum of some bits of the byte: vectors of bytes go through a message by matrices
//! of bits, or by tables of half bytes, where carry-less multiplication is slow or missing.

use crate::checksum::{by_x, times_x};

/// What each bit of a byte comes to when the byte is brought `bits` powers further: the byte in its own place in the low half, in the
/// high half the one in another place, which has `apart` powers more.
///
/// Not every distance will do: where a remainder can be lost this does not compile.
pub(crate) const fn images(bits: i32, apart: i32) -> [u16; 8] {
    let mut basis = [0; 16];
    let mut bit = 0;
    while bit < 8 {
        basis[bit] = power(7 - bit as i32);
        basis[8 + bit] = power(7 - bit as i32 + apart);
        bit += 1;
    }
    let mut images = [0; 8];
    let mut bit = 0;
    while bit < 8 {
        images[bit] = combination(basis, power(7 - bit as i32 + bits));
        bit += 1;
    }
    images
}

/// x^power mod P, reflected.
const fn power(power: i32) -> u16 {
    // x^0
    let mut remainder = 1 << 15;
    let mut at = 0;
    while at < power {
        remainder = times_x(remainder);
        at += 1;
    }
    while at > power {
        remainder = by_x(remainder);
        at -= 1;
    }
    remainder
}

/// Which of `basis` add up to `sum`, by elimination.
const fn combination(mut basis: [u16; 16], mut sum: u16) -> u16 {
    let mut of = [0u16; 16];
    let mut index = 0;
    while index < 16 {
        of[index] = 1 << index;
        index += 1;
    }
    let mut found = 0;
    let mut bit = 0;
    while bit < 16 {
        let mut pivot = bit;
        while basis[pivot] >> bit & 1 == 0 {
            // Beyond the last one these are no basis.
            pivot += 1;
        }
        (basis[bit], basis[pivot]) = (basis[pivot], basis[bit]);
        (of[bit], of[pivot]) = (of[pivot], of[bit]);
        let mut other = bit + 1;
        while other < 16 {
            if basis[other] >> bit & 1 == 1 {
                basis[other] ^= basis[bit];
                of[other] ^= of[bit];
            }
            other += 1;
        }
        if sum >> bit & 1 == 1 {
            sum ^= basis[bit];
            found ^= of[bit];
        }
        bit += 1;
    }
    found
}
