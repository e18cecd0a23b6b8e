//! Lane distribution: byte `i` of a burst goes to lane `i mod N`.

/// Bytes that lane `lane` of `lanes` carries of a burst of `length` bytes: `ceil((length - lane) / lanes)`.
pub const fn lane_length(length: usize, lanes: usize, lane: usize) -> usize {
    if length <= lane {
        0
    } else {
        (length - lane).div_ceil(lanes)
    }
}

/// Spreads `bytes` over `lanes.len()` lanes (1 to 8); returns what each lane got. Each slice must hold [`lane_length`] bytes.
pub fn distribute(bytes: &[u8], lanes: &mut [&mut [u8]]) -> [usize; crate::MAX_LANES] {
    let _ = (bytes, lanes);
    todo!()
}
