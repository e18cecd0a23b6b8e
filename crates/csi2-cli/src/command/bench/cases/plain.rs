//! The whole path as one would write it first: a shift register a lane, a loop over lanes, the `crc` crate's default, `chunks_exact`.

use super::super::inputs::{self, LANES, WIDTH};
use super::super::references;

/// Lines in high speed begin with this byte, on every lane.
const SYNC: u8 = 0xB8;
/// Header and footer.
const AROUND: usize = 6;

/// A receiver of RAW10 frames of one size, from lanes that begin together.
pub(super) struct Plain {
    frame: Vec<u16>,
    line: Vec<u8>,
    row: usize,
    good: usize,
    lanes: [Lane; LANES],
}

/// A lane's bits.
#[derive(Clone)]
struct Lane {
    register: u8,
    /// Since the sync byte; `None`: before it.
    bits: Option<u32>,
    bytes: Vec<u8>,
}

impl Plain {
    pub(super) fn new(rows: usize) -> Self {
        let lane = Lane {
            register: 0,
            bits: None,
            bytes: Vec::with_capacity(inputs::line_bytes(10)),
        };
        Self {
            frame: vec![0xA5A5; rows * WIDTH],
            line: vec![0; inputs::line_bytes(10) + AROUND + LANES],
            row: 0,
            good: 0,
            lanes: std::array::from_fn(|_| lane.clone()),
        }
    }

    /// Another frame.
    pub(super) fn restart(&mut self) {
        (self.row, self.good) = (0, 0);
    }

    /// Rows whose checksum was right.
    pub(super) const fn good(&self) -> usize {
        self.good
    }

    /// What was decoded.
    pub(super) fn samples_of(&self, rows: usize) -> &[u16] {
        &self.frame[..rows * WIDTH]
    }

    /// Bytes of a burst, by lane.
    pub(super) fn burst(&mut self, lanes: [&[u8]; LANES]) {
        let rows = lanes[0].len();
        let Some(line) = self.line.get_mut(..rows * LANES) else {
            return;
        };
        references::merge4(lanes, line);
        // Lanes that end one byte earlier leave less than a row.
        for (lane, bytes) in lanes.iter().enumerate().filter(|(_, bytes)| bytes.len() == rows) {
            line[(rows - 1) * LANES + lane] = bytes[rows - 1];
        }
        self.packet(rows * LANES);
    }

    /// The packet at the beginning of the line.
    #[inline(never)]
    fn packet(&mut self, length: usize) {
        let count = usize::from(u16::from_le_bytes([self.line[1], self.line[2]]));
        // Frame start and frame end have no payload.
        if self.line[0] & 0x3F < 0x10 || length < count + AROUND {
            return;
        }
        let payload = &self.line[4..4 + count];
        let footer = u16::from_le_bytes([self.line[4 + count], self.line[5 + count]]);
        self.good += usize::from(references::crc(payload) == footer);
        if let Some(row) = self.frame.chunks_exact_mut(WIDTH).nth(self.row) {
            references::unpack_raw10(payload, row);
        }
        self.row += 1;
    }

    /// Samples of the wires, one a bit.
    #[inline(never)]
    pub(super) fn samples(&mut self, samples: &[u8]) {
        for &sample in samples {
            for (index, lane) in self.lanes.iter_mut().enumerate() {
                lane.register = lane.register >> 1 | (sample >> index & 1) << 7;
                match &mut lane.bits {
                    None if lane.register == SYNC => lane.bits = Some(0),
                    None => {}
                    Some(bits) => {
                        *bits += 1;
                        if *bits % 8 == 0 {
                            lane.bytes.push(lane.register);
                        }
                    }
                }
            }
            if self.lanes[LANES - 1].bits.is_some_and(|bits| bits % 8 == 0 && bits > 0) {
                self.burst_may_end();
            }
        }
    }

    /// A row of bytes is there: the last of the packet?
    fn burst_may_end(&mut self) {
        let rows = self.lanes[LANES - 1].bytes.len();
        let head = |lane: usize| self.lanes[lane].bytes[0];
        let word = usize::from(u16::from_le_bytes([head(1), head(2)]));
        let length = if head(0) & 0x3F < 0x10 { 4 } else { word + AROUND };
        if rows * LANES < length {
            return;
        }
        let mut lanes = std::mem::replace(
            &mut self.lanes,
            std::array::from_fn(|_| Lane {
                register: 0,
                bits: None,
                bytes: Vec::new(),
            }),
        );
        self.burst(lanes.each_ref().map(|lane| lane.bytes.as_slice()));
        for lane in &mut lanes {
            (lane.bits, lane.register) = (None, 0);
            lane.bytes.clear();
        }
        self.lanes = lanes;
    }
}
