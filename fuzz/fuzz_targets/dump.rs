//! Any bytes as a memory dump, and any claims about it:
//!
//! - what is proposed fits the dump: rows within their stride, whole frames and a rest that add up to its length;
//! - what the user claims stands;
//! - candidates come best first, each score between 0 and 1, and their number is bounded;
//! - strides that are given are ranked, none is lost.
//!
//! The first bytes are claims, the rest is a row that is repeated with a little noise: dumps resemble themselves from row to row.
#![no_main]

use csi2_analyzer::dump::{Candidate, Known, propose, rank_strides};
use csi2_fuzz::Fields;
use csi2_pixel::MEMORY_FORMATS;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let [claims, format, width, height, rows, noise] = [0; 6].map(|_| fields.byte());
    let row = fields.rest();
    let size = (usize::from(width) * 4 + 1, usize::from(height) * 2 + 1);
    let known = Known {
        format: (claims & 1 != 0).then(|| &MEMORY_FORMATS[usize::from(format) % MEMORY_FORMATS.len()]),
        size: (claims & 2 != 0).then_some(size),
        stride: (claims & 4 != 0).then_some(row.len() + usize::from(claims >> 5)),
    };
    let mut bytes = row.repeat(usize::from(rows).min((32 << 10) / row.len().max(1)));
    for (index, byte) in bytes.iter_mut().enumerate() {
        // Knuth's multiplier: neither rows nor columns show in it.
        *byte ^= (index.wrapping_mul(2_654_435_761) >> 24) as u8 & noise;
    }
    let found = propose(&mut bytes.as_slice(), known);
    assert!(found.len() <= 8);
    assert!(found.iter().all(|of| (0.0..=1.0).contains(&of.score)), "{found:?}");
    assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    for of in &found {
        fits(of, &bytes, known);
    }

    let strides = [row.len(), size.0, 1, 0, usize::MAX];
    let ranked = rank_strides(&mut bytes.as_slice(), &strides);
    assert!(ranked.is_sorted_by(|a, b| a.score >= b.score));
    assert!(
        strides
            .iter()
            .all(|stride| ranked.iter().any(|of| of.stride == *stride))
    );
});

fn fits(of: &Candidate, bytes: &[u8], known: Known) {
    assert!(
        of.format.row_bytes(of.width) + of.evidence.padding <= of.stride,
        "{of:?}"
    );
    assert!(of.width > 0 && of.height > 0 && of.frames > 0, "{of:?}");
    let whole = (of.stride as u64)
        .checked_mul(of.height as u64)
        .and_then(|frame| frame.checked_mul(of.frames));
    let whole = whole.expect("a size");
    // The last row may lack its padding.
    let length = bytes.len() as u64;
    assert!(whole <= length + of.evidence.padding as u64, "{of:?} of {length} bytes");
    assert!(
        whole.saturating_sub(of.evidence.padding as u64) + of.rest <= length,
        "{of:?} of {length} bytes"
    );
    assert!(known.size.is_none_or(|size| (of.width, of.height) == size), "{of:?}");
    assert!(known.stride.is_none_or(|stride| of.stride == stride), "{of:?}");
    assert!(
        known.format.is_none_or(|format| of.format.packing == format.packing),
        "{of:?}"
    );
}
