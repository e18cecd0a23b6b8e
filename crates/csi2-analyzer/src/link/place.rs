//! Where a byte of a burst was in the capture.

use alloc::boxed::Box;
use csi2_dphy::{MAX_LANES, Tick};

pub(super) use super::ticks::Ticks;

/// A packet header may begin this many pieces back: it has four bytes, and no piece that counts is empty.
const PIECES: usize = 4;

/// A stretch of the burst that lies in one piece in the capture.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    position: u64,
    offset: u64,
    at: Option<Tick>,
}

/// Maps positions in the burst to places in the capture.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Merged bytes, which come in pieces.
    Bytes(Pieces),
    /// Lane bytes: lane `i` carries byte `i mod lanes` and began at `first[i]` of its file.
    Lanes {
        first: [u64; MAX_LANES],
        lanes: usize,
        at: Option<Tick>,
    },
    /// Lane bytes of which each came at a clock: lane `i` carries byte `i mod lanes` from its byte `first[i]` on.
    Clocked {
        first: [u64; MAX_LANES],
        lanes: usize,
        ticks: Box<Ticks>,
    },
    /// Wires: a byte of each lane takes eight unit intervals.
    Wires {
        first: Tick,
        unit_interval: f64,
        lanes: usize,
    },
}

/// The last few pieces of a burst.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    ring: [Piece; PIECES],
    newest: usize,
}

impl Pieces {
    /// A burst that begins at `offset`.
    pub(super) fn new(offset: u64, at: Option<Tick>) -> Self {
        let mut pieces = Self::default();
        pieces.add(0, offset, at);
        pieces
    }

    /// The burst goes on at `offset`, and had `position` bytes before.
    pub(super) fn add(&mut self, position: u64, offset: u64, at: Option<Tick>) {
        if self
            .ring
            .get(self.newest)
            .is_none_or(|newest| newest.position != position)
        {
            self.newest = (self.newest + 1) % PIECES;
        }
        if let Some(slot) = self.ring.get_mut(self.newest) {
            *slot = Piece { position, offset, at };
        }
    }

    /// The piece that holds `position`, or the oldest still known.
    fn find(&self, position: u64) -> Piece {
        let mut found = Piece::default();
        for age in 0..PIECES {
            let Some(&piece) = self.ring.get((self.newest + PIECES - age) % PIECES) else {
                break;
            };
            found = piece;
            if piece.position <= position {
                break;
            }
        }
        found
    }
}

impl Place {
    /// Offset in the capture and instant of the byte at `position` of the burst.
    #[inline(always)]
    pub(super) fn locate(&self, position: u64) -> (u64, Option<Tick>) {
        match self {
            Self::Bytes(pieces) => {
                let piece = pieces.find(position);
                let within = position.saturating_sub(piece.position);
                (piece.offset.saturating_add(within), piece.at)
            }
            Self::Lanes { first, lanes, at } => {
                let (row, lane) = deal(position, *lanes);
                let first = first.get(lane).copied().unwrap_or(0);
                (first.saturating_add(row), *at)
            }
            Self::Clocked { .. } => {
                let (at, _) = self.clock(position);
                (at, Some(at))
            }
            Self::Wires { first, lanes, .. } => {
                let at = first.saturating_add(self.ticks(position / (*lanes).max(1) as u64));
                (at, Some(at))
            }
        }
    }

    /// Instant at which the burst's first `position` bytes had all been on the wire.
    #[inline(always)]
    pub(super) fn end(&self, position: u64) -> Option<Tick> {
        match self {
            Self::Wires { first, lanes, .. } => {
                Some(first.saturating_add(self.ticks(position.div_ceil((*lanes).max(1) as u64))))
            }
            Self::Clocked { .. } => {
                let (at, took) = self.clock(position.saturating_sub(1));
                Some(at.saturating_add(took))
            }
            _ => None,
        }
    }

    /// The clock of a byte, and how long it took.
    fn clock(&self, position: u64) -> (Tick, Tick) {
        let Self::Clocked { first, lanes, ticks } = self else {
            return (0, 0);
        };
        let (row, lane) = deal(position, *lanes);
        let first = first.get(lane).copied().unwrap_or(0);
        ticks.locate(lane, first.saturating_add(row))
    }

    /// Ticks that `bytes` bytes of a lane take.
    fn ticks(&self, bytes: u64) -> u64 {
        match self {
            // Saturates where it must; the half rounds.
            Self::Wires { unit_interval, .. } => (bytes as f64 * 8.0 * unit_interval + 0.5) as u64,
            _ => 0,
        }
    }
}

/// Row and lane of a byte of a burst. Shifts where that will do: there are several of these a packet.
pub(super) fn deal(position: u64, lanes: usize) -> (u64, usize) {
    let count = lanes.max(1) as u64;
    if count.is_power_of_two() {
        (position >> count.trailing_zeros(), (position & (count - 1)) as usize)
    } else {
        (position / count, (position % count) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pieces, Place};

    #[test]
    fn a_position_is_found_in_the_piece_that_holds_it() {
        let mut pieces = Pieces::new(100, Some(7));
        pieces.add(2, 500, Some(8));
        pieces.add(3, 900, None);
        let place = Place::Bytes(pieces);
        assert_eq!(place.locate(0), (100, Some(7)));
        assert_eq!(place.locate(1), (101, Some(7)));
        assert_eq!(place.locate(2), (500, Some(8)));
        assert_eq!(place.locate(10), (907, None));
        assert_eq!(place.end(10), None);
    }

    #[test]
    fn lane_bytes_lie_in_the_file_of_their_lane() {
        let place = Place::Lanes {
            first: [10, 20, 30, 0, 0, 0, 0, 0],
            lanes: 3,
            at: None,
        };
        assert_eq!(place.locate(0), (10, None));
        assert_eq!(place.locate(4), (21, None));
        assert_eq!(place.locate(8), (32, None));
    }

    #[test]
    fn wires_count_eight_unit_intervals_a_byte_of_each_lane() {
        let place = Place::Wires {
            first: 1000,
            unit_interval: 2.5,
            lanes: 4,
        };
        assert_eq!(place.locate(0), (1000, Some(1000)));
        assert_eq!(place.locate(7), (1020, Some(1020)));
        assert_eq!(place.locate(8), (1040, Some(1040)));
        // Five bytes end in the second byte time.
        assert_eq!(place.end(4), Some(1020));
        assert_eq!(place.end(5), Some(1040));
    }
}
