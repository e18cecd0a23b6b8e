//! What the first bytes of image rows say: codes of line information, and register tags where pixels should be.
//!
//! Ref: sophgo/sophgo-doc SG200X TRM, MIPI receiver (line information); MIPI CCS embedded data as in raspberrypi/linux and
//! libcamera `md_parser_smia.cpp` (tags).

use crate::Span;
use csi2_packet::{ChecksumVerdict, DataType, ReceivedHeader};
use csi2_sensors::{Exposure, LineInformation, Placement};

/// First bytes of a row that are kept.
pub(super) const BEGINNING: usize = 10;

/// Rows of all image types, by what their first bytes say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rows {
    row: Option<Row>,
    /// Rows without a code since the last FS, and in all frames before.
    pub(super) plain: u64,
    pub(super) coded: u64,
    /// By exposure.
    pub(super) exposures: [u64; 3],
    /// Rows without a code that came after rows with one in the same frame.
    pub(super) strange: u64,
    pub(super) first_strange: Option<(Span, [u8; BEGINNING], usize)>,
    pub(super) first_coded: Option<Span>,
    /// Least and greatest number of them in a frame with codes.
    pub(super) strange_of_frame: Option<(u64, u64)>,
    /// Rows of the long exposure before the first shorter one, in a frame.
    pub(super) shift: Option<u64>,
    /// Rows of a shorter exposure whose parity is not that of the frame's first long row.
    pub(super) late: u64,
    pub(super) first_late: Option<Span>,
    /// Rows of an image type that begin as embedded rows do.
    pub(super) tagged: u64,
    pub(super) first_tagged: Option<(Span, DataType, [u8; BEGINNING], usize)>,
    frame: FrameRows,
}

/// Of the frame that is open.
#[derive(Clone, Copy, Debug, Default)]
struct FrameRows {
    coded: u64,
    strange: u64,
    long: u64,
    parity: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    data_type: DataType,
    span: Span,
    bytes: [u8; BEGINNING],
    have: usize,
}

impl Rows {
    /// Nearly all rows have a code, and those of two exposures at least are no few: a pixel may look like a code by chance.
    pub(super) fn are_coded(&self) -> bool {
        let no_few = |rows: &&u64| **rows > 0 && 8 * **rows >= self.coded;
        self.coded >= 8 * self.plain && self.exposures.iter().filter(no_few).count() > 1
    }

    pub(super) fn mark(&mut self, received: &ReceivedHeader) {
        match received.header.data_type {
            DataType::FRAME_START => self.frame = FrameRows::default(),
            DataType::FRAME_END => {
                let FrameRows { coded, strange, .. } = core::mem::take(&mut self.frame);
                if coded > 0 {
                    let (least, most) = self.strange_of_frame.unwrap_or((strange, strange));
                    self.strange_of_frame = Some((least.min(strange), most.max(strange)));
                }
            }
            _ => {}
        }
    }

    pub(super) fn start(&mut self, received: &ReceivedHeader, span: Span) {
        let data_type = received.header.data_type;
        self.row = data_type.is_image().then_some(Row {
            data_type,
            span,
            bytes: [0; BEGINNING],
            have: 0,
        });
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let Some(row) = self.row.as_mut().filter(|row| row.have < BEGINNING) else {
            return;
        };
        let room = row.bytes.get_mut(row.have..).unwrap_or_default();
        room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        row.have += room.len().min(bytes.len());
    }

    pub(super) fn cut(&mut self) {
        self.row = None;
    }

    pub(super) fn end(&mut self, verdict: ChecksumVerdict) {
        let Some(row) = self.row.take().filter(|_| verdict == ChecksumVerdict::Match) else {
            return;
        };
        if row.is_tagged() {
            self.tagged += 1;
            self.first_tagged = self
                .first_tagged
                .or(Some((row.span, row.data_type, row.bytes, row.have)));
        }
        match row.code() {
            Some(code) => self.coded(&row, code),
            None => {
                self.plain += 1;
                if self.frame.coded > 0 {
                    self.strange += 1;
                    self.frame.strange += 1;
                    self.first_strange = self.first_strange.or(Some((row.span, row.bytes, row.have)));
                }
            }
        }
    }

    fn coded(&mut self, row: &Row, code: LineInformation) {
        self.coded += 1;
        self.frame.coded += 1;
        self.first_coded = self.first_coded.or(Some(row.span));
        if let Some(count) = self.exposures.get_mut(code.exposure.index()) {
            *count += 1;
        }
        if code.exposure == Exposure::Long {
            self.frame.long += 1;
            self.frame.parity = self.frame.parity.or(Some(code.parity));
            return;
        }
        if !code.black && self.shift.is_none() {
            self.shift = Some(self.frame.long);
        }
        if self.frame.parity.is_some_and(|parity| parity != code.parity) {
            self.late += 1;
            self.first_late = self.first_late.or(Some(row.span));
        }
    }
}

impl Row {
    /// Line information in the first pixel.
    fn code(&self) -> Option<LineInformation> {
        let [a, b, c, _, e, ..] = self.bytes.map(u16::from);
        if self.have < 5 {
            return None;
        }
        let (sample, bits) = match self.data_type {
            DataType::RAW10 => (a << 2 | e & 3, 10),
            DataType::RAW12 => (a << 4 | c & 15, 12),
            DataType::RAW14 => (a << 6 | e & 0x3F, 14),
            DataType::RAW16 => (a | b << 8, 16),
            _ => return None,
        };
        let read = |placement: Placement| LineInformation::from_code(placement.code(sample, bits));
        read(Placement::Low).or_else(|| read(Placement::High))
    }

    /// A code of the format, the upper and the lower half of a register's address, each with its tag.
    fn is_tagged(&self) -> bool {
        const FORMAT: u8 = 0x0A;
        const ADDRESS: [u8; 2] = [0xAA, 0xA5];
        let [format, upper, _, lower, ..] = self.bytes;
        self.have >= 6 && format == FORMAT && [upper, lower] == ADDRESS
    }
}
