//! The beginning of a capture of wires or lanes, looked at before the link is decided.

use csi2_analyzer::Discovery;
use csi2_capture::{Burst, CaptureError, CaptureReader, Chunk};
use csi2_dphy::{Change, LaneBytes, Level, MAX_LANES, Observation, PinMap, Samples, Tick};

/// Bytes kept of it at most, with what keeping a piece takes: of samples, of changes, and of lane bytes. A wake-up of a
/// millisecond at 1.5 Gb/s comes to three million changes of the clock alone.
const LIMIT: usize = 32 << 20;
const LIMIT_OF_CHANGES: usize = 64 << 20;
const LIMIT_OF_LANES: usize = 2 << 20;

/// Pieces taken from the reader early; they come again before the rest.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    pieces: Vec<Piece>,
    /// Bytes of them, with what keeping them takes.
    held: usize,
    /// The reader has no more.
    ended: bool,
    /// The reader ended early.
    pub(super) broken: Option<CaptureError>,
}

#[derive(Debug)]
pub(super) struct Piece {
    seen: Seen,
    burst: Burst,
    offset: u64,
    at: Option<Tick>,
    link: u16,
    lost: u64,
}

#[derive(Debug)]
enum Seen {
    Samples { first: u64, unit: usize, bytes: Vec<u8> },
    Changes(Vec<Change>),
    Lanes { lanes: [Vec<u8>; MAX_LANES], count: usize },
}

impl Prelude {
    /// Shows `discovery` what there is, and reads until it has enough, or there is no more room.
    pub(super) fn read(&mut self, reader: &mut dyn CaptureReader, discovery: &mut Discovery) {
        self.read_while(reader, LIMIT, |seen| discovery.see(seen));
    }

    /// Reads as much of lane bytes as shows whether they are scrambled.
    pub(super) fn read_lanes(reader: &mut dyn CaptureReader) -> Self {
        let mut prelude = Self::default();
        prelude.read_while(reader, LIMIT_OF_LANES, |_| true);
        prelude
    }

    fn read_while(
        &mut self,
        reader: &mut dyn CaptureReader,
        limit: usize,
        mut more: impl FnMut(&Observation<'_>) -> bool,
    ) {
        let mut limit = if self.is_of_changes() { LIMIT_OF_CHANGES } else { limit };
        let mut wanted = self.pieces.iter().all(|piece| more(&piece.chunk().seen));
        while wanted && !self.ended && self.held < limit {
            let chunk = match reader.next_chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Err(error) => {
                    self.ended = true;
                    self.broken = Some(error);
                    break;
                }
            };
            wanted = more(&chunk.seen);
            let Some((seen, bytes)) = Seen::keep(&chunk.seen) else {
                break;
            };
            if matches!(seen, Seen::Changes(_)) {
                limit = LIMIT_OF_CHANGES;
            }
            // Bursts may be of a byte, or none.
            self.held += bytes + size_of::<Piece>();
            self.pieces.push(Piece {
                seen,
                burst: chunk.burst,
                offset: chunk.offset,
                at: chunk.at,
                link: chunk.link,
                lost: chunk.lost,
            });
        }
    }

    /// How many lanes of `pins` there are: those that are named but never driven are no lanes. In samples nothing tells
    /// a wire that is not driven from one that is low.
    pub(super) fn driven(&self, pins: &PinMap) -> usize {
        let mut driven = [false; csi2_dphy::MAX_LANES];
        for piece in &self.pieces {
            let Seen::Changes(changes) = &piece.seen else {
                return pins.count;
            };
            for change in changes.iter().filter(|change| change.level != Level::Unknown) {
                for (lane, driven) in pins.lanes.iter().take(pins.count).zip(&mut driven) {
                    *driven |= lane.p.is_some_and(|wire| wire.channel == change.channel);
                }
            }
        }
        let last = driven.iter().take(pins.count).rposition(|driven| *driven);
        last.map_or(pins.count, |last| last + 1)
    }

    /// Whether the wires are seen as changes, not as samples.
    pub(super) fn is_of_changes(&self) -> bool {
        matches!(
            self.pieces.first(),
            Some(Piece {
                seen: Seen::Changes(_),
                ..
            })
        )
    }

    /// The pieces, one after another.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Chunk<'_>> {
        self.pieces.iter().map(Piece::chunk)
    }

    /// The pieces, as the reader gave them.
    pub(super) fn into_pieces(self) -> (Vec<Piece>, Option<CaptureError>) {
        (self.pieces, self.broken)
    }
}

impl Piece {
    /// The piece as the reader gave it.
    pub(super) fn chunk(&self) -> Chunk<'_> {
        Chunk {
            seen: match &self.seen {
                Seen::Samples { first, unit, bytes } => Observation::Samples(Samples {
                    first: *first,
                    unit: *unit,
                    bytes,
                }),
                Seen::Changes(changes) => Observation::Changes(changes),
                Seen::Lanes { lanes, count } => Observation::Lanes(LaneBytes {
                    lanes: lanes.each_ref().map(Vec::as_slice),
                    count: *count,
                }),
            },
            burst: self.burst,
            offset: self.offset,
            at: self.at,
            link: self.link,
            lost: self.lost,
        }
    }
}

impl Seen {
    /// A copy, and its size in bytes; `None` of packets.
    fn keep(seen: &Observation<'_>) -> Option<(Self, usize)> {
        match seen {
            Observation::Samples(samples) => {
                let bytes = samples.bytes.to_vec();
                let size = bytes.len();
                let (first, unit) = (samples.first, samples.unit);
                Some((Self::Samples { first, unit, bytes }, size))
            }
            Observation::Changes(changes) => Some((Self::Changes(changes.to_vec()), size_of_val(*changes))),
            Observation::Lanes(LaneBytes { lanes, count }) => {
                let lanes = lanes.map(<[u8]>::to_vec);
                let size = lanes.iter().map(Vec::len).sum();
                Some((Self::Lanes { lanes, count: *count }, size))
            }
            Observation::Merged(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csi2_capture::{OpenOptions, Source};
    use std::io::Cursor;

    #[test]
    fn bursts_of_a_byte_are_counted_with_what_keeping_them_takes() {
        let source = Source {
            name: "bursts.txt".into(),
            stream: Box::new(Cursor::new("B8\n-\n".repeat(50_000))),
            path: None,
        };
        let options = OpenOptions {
            format: Some("lanes-text".into()),
            ..OpenOptions::default()
        };
        let mut reader = csi2_capture::open(source, &options).unwrap();
        let prelude = Prelude::read_lanes(&mut *reader);
        let kept = prelude.pieces.len();
        assert!((1..=LIMIT_OF_LANES / size_of::<Piece>() + 1).contains(&kept), "{kept}");
    }
}
