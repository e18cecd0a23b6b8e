//! Rows that came well, against which spoilt ones are compared: flat and striped pictures send the same rows again.

use alloc::vec::Vec;
use csi2_packet::{DataType, PacketHeader, VirtualChannel, checksum};

/// Rows kept of a stream: a Bayer pair of two exposures.
const KEPT: usize = 4;
/// Wrong bits of a footer that is still taken for a kept row's.
const FOOTER_BITS: u32 = 1;

/// The last good rows of each stream, and the row that is arriving.
#[derive(Debug)]
pub(super) struct Rows {
    most_streams: usize,
    streams: Vec<Stream>,
    arriving: Vec<u8>,
}

#[derive(Debug)]
struct Stream {
    channel: VirtualChannel,
    data_type: DataType,
    rows: [Vec<u8>; KEPT],
    oldest: usize,
}

/// A row as it must have been sent.
pub(super) struct Sent<'a> {
    pub(super) payload: &'a [u8],
    pub(super) footer: u16,
    /// What came instead.
    pub(super) received: &'a [u8],
}

impl Rows {
    pub(super) const fn new(most_streams: usize) -> Self {
        Self {
            most_streams,
            streams: Vec::new(),
            arriving: Vec::new(),
        }
    }

    /// A row begins.
    pub(super) fn begin(&mut self) {
        self.arriving.clear();
    }

    /// A piece of it; a word count bounds them.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.arriving.extend_from_slice(piece);
    }

    /// The row as it came.
    pub(super) fn arriving(&self) -> &[u8] {
        &self.arriving
    }

    /// The row came well.
    pub(super) fn keep(&mut self, header: &PacketHeader) {
        let found = self.streams.iter().position(|stream| stream.is_of(header));
        let at = found.unwrap_or(self.streams.len());
        if found.is_none() {
            if at >= self.most_streams {
                return;
            }
            self.streams.push(Stream {
                channel: header.channel,
                data_type: header.data_type,
                rows: [const { Vec::new() }; KEPT],
                oldest: 0,
            });
        }
        if let Some(stream) = self.streams.get_mut(at)
            && let Some(row) = stream.rows.get_mut(stream.oldest)
        {
            core::mem::swap(row, &mut self.arriving);
            stream.oldest = (stream.oldest + 1) % KEPT;
        }
    }

    /// The row of which the one that arrived is a spoilt copy: its footer says so. One footer in 65 536 does so by chance;
    /// where a bit of the footer itself may be wrong, the rows have to be alike as well.
    pub(super) fn sent(&self, header: &PacketHeader, footer: u16) -> Option<Sent<'_>> {
        /// Of two rows that are not of the same picture, about every second bit differs; of noise around black, every eighth.
        const ALIKE: u64 = 32;
        let stream = self.streams.iter().find(|stream| stream.is_of(header))?;
        let same = stream
            .rows
            .iter()
            .filter(|row| row.len() == self.arriving.len() && !row.is_empty());
        same.filter_map(|row| {
            let sent = checksum(row);
            let strange = (sent ^ footer).count_ones();
            let differing = || {
                let pairs = row.iter().zip(&self.arriving);
                pairs.map(|(a, b)| u64::from((a ^ b).count_ones())).sum::<u64>()
            };
            let fits = strange == 0 || strange <= FOOTER_BITS && differing() * ALIKE <= row.len() as u64 * 8;
            fits.then_some((
                strange,
                Sent {
                    payload: row,
                    footer: sent,
                    received: &self.arriving,
                },
            ))
        })
        .min_by_key(|(strange, _)| *strange)
        .map(|(_, sent)| sent)
    }
}

impl Stream {
    fn is_of(&self, header: &PacketHeader) -> bool {
        (self.channel, self.data_type) == (header.channel, header.data_type)
    }
}
