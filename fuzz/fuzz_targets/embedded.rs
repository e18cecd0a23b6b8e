//! Embedded rows of any content:
//!
//! - a row comes to an end, its registers lie in it where they say, and what is wrong is inside it;
//! - a hint changes nothing where the container shows;
//! - a frame of such rows, in any pieces, says what its rows say;
//! - registers that were written are read again, in each container, without being told which.
#![no_main]

use csi2_analyzer::{EmbeddedFrame, EmbeddedReader, EmbeddedRow, LinkEvent, Received, RowProblem, Span};
use csi2_fuzz::{Cuts, Fields};
use csi2_generator::embedded_row;
use csi2_packet::{ChecksumVerdict, DataType, PacketEvent, PacketHeader, ReceivedHeader, VcExtension, VirtualChannel};
use csi2_sensors::Container;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (hint, cuts) = (fields.byte(), fields.byte());
    let mut rows = Vec::new();
    while let Some(row) = fields.string(1) {
        rows.push(row);
    }
    for row in &rows {
        parsed(row, Container::ALL.get(usize::from(hint % 8)).copied());
        written(row);
    }
    let whole = frame(&rows, 0);
    assert_eq!(frame(&rows, cuts), whole);
    let Some(whole) = whole else {
        return assert!(rows.is_empty());
    };
    assert_eq!(whole.rows.len() + whole.rows_left_out as usize, rows.len());
    assert!(whole.rows.len() <= EmbeddedFrame::MAX_ROWS);
    assert!(whole.registers.iter().is_sorted_by(|a, b| a.0 < b.0));
    assert!(
        whole
            .rows
            .iter()
            .zip(&rows)
            .all(|(said, row)| said.bytes as usize == row.len())
    );
});

fn parsed(payload: &[u8], hint: Option<Container>) {
    let row = EmbeddedRow::parse(payload, None);
    let mut last = None;
    for register in row.registers() {
        assert_eq!(payload.get(register.offset as usize), Some(&register.value));
        assert!(last < Some(register.offset));
        last = Some(register.offset);
    }
    let broken = row.problem().map(RowProblem::offset);
    assert!(broken.is_none_or(|offset| offset as usize <= payload.len() && last.is_none_or(|last| last < offset)));
    let hinted = EmbeddedRow::parse(payload, hint);
    assert_eq!(row.problem().is_none(), hinted.problem().is_none());
    assert_eq!(row.is_tagged(), payload.first() == Some(&0x0A));
    if row.problem().is_some() {
        let reach = |row: &EmbeddedRow<'_>| row.problem().map(RowProblem::offset);
        assert_eq!(reach(&row), reach(&hinted));
    }
}

/// Addresses and values from the bytes, three each.
fn written(bytes: &[u8]) {
    let registers: Vec<(u16, u8)> = bytes
        .chunks_exact(3)
        .map(|of| (u16::from_be_bytes([of[0], of[1]]), of[2]))
        .collect();
    if registers.is_empty() {
        return;
    }
    for container in Container::ALL {
        let mut row = Vec::new();
        let least = embedded_row(&registers, container, 0, &mut row)
            .expect_err("no room")
            .required;
        // Room for padding: without any, registers could be found that read in two ways.
        embedded_row(&registers, container, least as u16 + 16, &mut row).expect("room");
        let read = EmbeddedRow::parse(&row, None);
        assert_eq!((read.container(), read.problem()), (container, None));
        assert!(
            read.registers()
                .map(|of| (of.address, of.value))
                .eq(registers.iter().copied())
        );
    }
}

/// One frame of these rows on channel 0. Every third has a wrong checksum.
fn frame(rows: &[&[u8]], cuts: u8) -> Option<EmbeddedFrame> {
    let mut cuts = Cuts::new(cuts);
    let mut reader = EmbeddedReader::new();
    let mut push = |event: PacketEvent<'_>| {
        reader.push(&Received {
            event: LinkEvent::Packet(event),
            span: Span::default(),
        });
        reader.poll()
    };
    assert_eq!(push(PacketEvent::Short(header(DataType::FRAME_START, 1))), None);
    for (index, row) in rows.iter().enumerate() {
        let word = row.len() as u16;
        assert_eq!(push(PacketEvent::LongStart(header(DataType::EMBEDDED, word))), None);
        let mut rest = *row;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cuts.next(rest.len()));
            assert_eq!(push(PacketEvent::Payload(piece)), None);
            rest = after;
        }
        let verdict = match index % 3 {
            2 => ChecksumVerdict::Mismatch {
                received: 0,
                computed: 1,
            },
            _ => ChecksumVerdict::Match,
        };
        assert_eq!(push(PacketEvent::LongEnd(verdict)), None);
    }
    push(PacketEvent::Short(header(DataType::FRAME_END, 1)))
}

fn header(data_type: DataType, word: u16) -> ReceivedHeader {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type,
        word,
    };
    PacketHeader::receive(header.encode(), VcExtension::Extended)
}
