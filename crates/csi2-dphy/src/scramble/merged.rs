//! The keystreams of all lanes at once, for bytes in burst order.

use super::Scrambling;
use crate::MAX_LANES;

/// Bytes of each lane's keystream that are held.
const ROWS: usize = 128;
/// Bytes of each lane made at once: at most `ROWS - 40`, as the rule below reaches 40 rows ahead.
const BLOCK: usize = 64;

/// The keystream of merged bytes: byte `i` is that of lane `i mod lanes`.
///
/// As [`Scrambler`](super::Scrambler) says, a lane's bytes follow `a[n + 16] = a[n] + a[n + 3] + a[n + 4] + a[n + 5]`.
/// Squared three times more, the rule spans 128 bytes; dealt to lanes, each distance is so many rows, whatever the seeds.
#[derive(Clone, Debug)]
pub struct MergedScrambler {
    /// The next `ROWS` rows, the first first.
    next: [u8; ROWS * MAX_LANES],
    lanes: usize,
}

impl Scrambling {
    /// The keystream of a burst over `lanes` lanes (1 to 8) from its first byte. That of lanes without a seed changes
    /// nothing: see [`Scrambling::covers`].
    pub fn merged(&self, lanes: usize) -> MergedScrambler {
        let lanes = lanes.clamp(1, MAX_LANES);
        let mut next = [0; ROWS * MAX_LANES];
        for lane in 0..lanes {
            let mut key = self.keystream(lane);
            for byte in next.iter_mut().take(ROWS * lanes).skip(lane).step_by(lanes) {
                *byte = key.next_byte();
            }
        }
        MergedScrambler { next, lanes }
    }
}

impl MergedScrambler {
    /// Adds the keystream to the burst's next bytes.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(BLOCK * self.lanes) {
            for (byte, key) in piece.iter_mut().zip(&self.next) {
                *byte ^= key;
            }
            self.pass(piece.len());
        }
    }

    /// The next bytes of the keystream, of each lane at least 128.
    pub fn ahead(&self) -> &[u8] {
        self.next.get(..ROWS * self.lanes).unwrap_or_default()
    }

    /// The next `bytes` bytes, at most `BLOCK` rows, are done with.
    fn pass(&mut self, bytes: usize) {
        let held = ROWS * self.lanes;
        let row = |row: usize| self.next.get(row * self.lanes..held).unwrap_or_default();
        let mut following = [0; BLOCK * MAX_LANES];
        let terms = row(0).iter().zip(row(24)).zip(row(32)).zip(row(40));
        for (to, (((a, b), c), d)) in following.iter_mut().take(bytes).zip(terms) {
            *to = a ^ b ^ c ^ d;
        }
        self.next.copy_within(bytes.min(held)..held, 0);
        if let Some((to, from)) = self
            .next
            .get_mut(held.saturating_sub(bytes)..held)
            .zip(following.get(..bytes))
        {
            to.copy_from_slice(from);
        }
    }
}
