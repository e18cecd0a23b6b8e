//! Embedded rows frame by frame, and what is found wrong with them.

#![allow(clippy::unwrap_used)]

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use csi2_analyzer::{EmbeddedFrame, EmbeddedReader, EmbeddedRow, RowProblem};
use csi2_generator::embedded_row;
use csi2_sensors::{CCS, Container, EmbeddedMap, EmbeddedValues};
use judge_support::Script;
use judge_support::scenario::*;
use proptest::prelude::*;

fn row(registers: &[(u16, u8)], container: Container, word_count: u16) -> Vec<u8> {
    let mut row = Vec::new();
    embedded_row(registers, container, word_count, &mut row).unwrap();
    row
}

fn exposure(lines: u16) -> [(u16, u8); 2] {
    let [high, low] = lines.to_be_bytes();
    [(0x0202, high), (0x0203, low)]
}

/// Frames, as they are polled right after each event and at the end.
fn read(script: &Script) -> Vec<EmbeddedFrame> {
    let mut reader = EmbeddedReader::new();
    let mut frames = Vec::new();
    script.play(|event| {
        reader.push(event);
        frames.extend(std::iter::from_fn(|| reader.poll()));
    });
    reader.finish();
    frames.extend(std::iter::from_fn(|| reader.poll()));
    frames
}

fn values(frame: &EmbeddedFrame, map: &EmbeddedMap) -> EmbeddedValues {
    map.read(|address| frame.registers.get(address))
}

#[test]
fn rows_at_the_top_and_at_the_bottom_make_one_frame() {
    let mut script = Script::new();
    script.fs(7).line(EMBEDDED, &row(&exposure(1600), Container::Raw10, 40));
    script
        .pieces(3)
        .line(EMBEDDED, &row(&[(0x0005, 42), (0x013A, 0xFB)], Container::Raw10, 40));
    script.lines(4, RAW10, 40);
    // The same register again: the later word counts.
    script.line(EMBEDDED, &row(&exposure(1601), Container::Raw10, 40)).fe(7);
    let frames = read(&script);
    assert_eq!(frames.len(), 1);
    let frame = &frames[0];
    assert_eq!(
        (frame.channel.number(), frame.number, frame.first_packet),
        (0, Some(7), 0)
    );
    let rows: Vec<_> = frame
        .rows
        .iter()
        .map(|row| (row.span.packet, row.bytes, row.container))
        .collect();
    let raw10 = Container::Raw10;
    assert_eq!(rows, [(1, 40, raw10), (2, 40, raw10), (7, 40, raw10)]);
    assert_eq!(frame.damaged().count(), 0);
    assert_eq!(
        values(frame, &CCS),
        EmbeddedValues {
            frame_count: Some(42),
            exposure_lines: Some(1601),
            temperature_c: Some(-5),
            ..EmbeddedValues::default()
        }
    );
}

#[test]
fn channels_are_apart_and_frames_without_rows_are_not_told() {
    let mut script = Script::new();
    script
        .vc(0)
        .fs(1)
        .vc(1)
        .fs(1)
        .line(EMBEDDED, &row(&exposure(10), Container::Raw8, 20));
    script
        .vc(0)
        .line(EMBEDDED, &row(&exposure(20), Container::Raw12, 40))
        .fe(1);
    script.vc(1).fe(1).vc(0).fs(2).lines(1, RAW10, 5).fe(2);
    let said: Vec<_> = read(&script)
        .iter()
        .map(|frame| (frame.channel.number(), values(frame, &CCS).exposure_lines))
        .collect();
    assert_eq!(said, [(0, Some(20)), (1, Some(10))]);
}

/// FS lost: the frame has no number. FE lost: the next FS or the end of the capture ends it.
#[test]
fn frames_without_start_or_end() {
    let line = row(&exposure(1), Container::Raw8, 20);
    let mut script = Script::new();
    script
        .line(EMBEDDED, &line)
        .fe(1)
        .fs(2)
        .line(EMBEDDED, &line)
        .fs(3)
        .line(EMBEDDED, &line);
    let numbers: Vec<_> = read(&script)
        .iter()
        .map(|frame| (frame.number, frame.first_packet))
        .collect();
    assert_eq!(numbers, [(None, 0), (Some(2), 2), (Some(3), 4)]);
}

/// Rows of phase detection and histograms are not tagged, which is no fault.
#[test]
fn other_rows_are_no_fault() {
    let mut script = Script::new();
    script.fs(1).line(EMBEDDED, &row(&exposure(5), Container::Raw10, 50));
    script
        .line(EMBEDDED, &[0x00, 0x3F, 0x12, 0x55])
        .line(EMBEDDED, &[0xFF; 50])
        .line(EMBEDDED, &[])
        .fe(1);
    let frames = read(&script);
    let tagged: Vec<_> = frames[0].rows.iter().map(|row| row.is_tagged()).collect();
    assert_eq!(tagged, [true, false, false, false]);
    assert_eq!(
        (frames[0].damaged().count(), frames[0].registers.iter().count()),
        (0, 2)
    );
}

/// A row with a wrong checksum is kept and marked, and does not overrule what a good row said.
#[test]
fn damaged_rows() {
    let mut script = Script::new();
    script
        .fs(1)
        .wrong(EMBEDDED, &row(&[(0x0005, 1), (0x0202, 0xFF)], Container::Raw8, 30));
    script.line(EMBEDDED, &row(&exposure(0x0640), Container::Raw8, 30));
    script.wrong(EMBEDDED, &row(&exposure(0xFFFF), Container::Raw8, 30));
    script
        .cut(EMBEDDED, 30, &[0x0A, 0xAA, 0x03, 0xA5, 0x40, 0x5A, 0x0D])
        .fe(1);
    let frames = read(&script);
    let frame = &frames[0];
    let rows: Vec<_> = frame.rows.iter().map(|row| (row.good, row.problem)).collect();
    let unfinished = Some(RowProblem::Unfinished { bytes: 7 });
    assert_eq!(rows, [(false, None), (true, None), (false, None), (false, unfinished)]);
    assert_eq!(frame.damaged().count(), 3);
    let registers: Vec<_> = frame.registers.iter().collect();
    assert_eq!(registers, [(0x0005, 1), (0x0202, 0x06), (0x0203, 0x40), (0x0340, 0x0D)]);
}

/// A row that begins without an address goes on where the one before ended; in another frame it does not.
#[test]
fn a_row_goes_on() {
    let mut script = Script::new();
    for frame in 1..3 {
        script.fs(frame);
        if frame == 1 {
            script.line(EMBEDDED, &[0x0A, 0xAA, 0x02, 0xA5, 0x02, 0x5A, 0x11, 0x07, 0x07]);
        }
        script.line(EMBEDDED, &[0x0A, 0x5A, 0x22, 0x07, 0x07]).fe(frame);
    }
    let registers: Vec<Vec<_>> = read(&script)
        .iter()
        .map(|frame| frame.registers.iter().collect())
        .collect();
    assert_eq!(registers, [vec![(0x0202, 0x11), (0x0203, 0x22)], vec![(0x0000, 0x22)]]);
}

#[test]
fn memory_is_bounded() {
    let mut script = Script::new();
    script.fs(1);
    for chunk in 0..100_u16 {
        let registers: Vec<_> = (0..100).map(|k| (chunk * 100 + k, 1)).collect();
        script.line(EMBEDDED, &row(&registers, Container::Raw8, 300));
    }
    script.fe(1);
    let frames = read(&script);
    assert_eq!(
        (frames[0].rows.len(), frames[0].rows_left_out),
        (EmbeddedFrame::MAX_ROWS, 36)
    );
    assert_eq!(frames[0].registers.iter().count(), 4096);
}

#[test]
fn findings() {
    walk(&[
        (
            "sound rows, other rows, rows with a wrong checksum",
            |s| {
                s.fs(1).line(EMBEDDED, &row(&exposure(1), Container::Raw12, 30));
                s.pieces(2)
                    .line(EMBEDDED, &row(&exposure(1), Container::Raw14, 30))
                    .line(EMBEDDED, &[0x00, 0x0A]);
                s.wrong(EMBEDDED, &[0x0A, 0xAA, 0x02, 0x00, 0x00]).fe(1);
            },
            &[(CrcErr, Error, 1), (FrameDataErr, Error, 1)],
        ),
        (
            "an unknown tag, whole and in pieces",
            |s| {
                let line = [0x0A, 0xAA, 0x02, 0xA5, 0x02, 0x5A, 0x06, 0x5B, 0x40, 0x07, 0x07];
                s.fs(1).line(EMBEDDED, &line).pieces(1).line(EMBEDDED, &line).fe(1);
            },
            &[(EmbeddedErr, Warning, 2)],
        ),
        (
            "only the first byte is as it should be: perhaps another format",
            |s| _ = s.fs(1).line(EMBEDDED, &[0x0A, 0x11, 0x12, 0x13]).fe(1),
            &[(EmbeddedErr, Info, 1)],
        ),
        (
            "no end",
            |s| _ = s.fs(1).line(EMBEDDED, &[0x0A, 0xAA, 0x02, 0xA5]).fe(1),
            &[(EmbeddedErr, Warning, 1)],
        ),
        (
            "a cut row is told as such",
            |s| _ = s.fs(1).cut(EMBEDDED, 40, &[0x0A, 0xAA, 0x02, 0xA5]).fe(1),
            &[(WcShort, Error, 1)],
        ),
    ]);
}

#[test]
fn a_finding_says_what_and_where() {
    let mut script = Script::new();
    let mut spoiled = row(&exposure(0x0640), Container::Raw10, 40);
    spoiled[9] = 0x54;
    script
        .fs(1)
        .line(EMBEDDED, &row(&exposure(1), Container::Raw10, 40))
        .line(EMBEDDED, &spoiled)
        .fe(1);
    let (_, findings) = judge(&script);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        findings[0].to_string(),
        "embedded row: byte 9: stuffed byte is 0x54, not 0x55"
    );
    assert_eq!(findings[0].span.packet, 2);
}

fn container() -> impl Strategy<Value = Container> {
    prop::sample::select(Container::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What was written is read, with any registers, in each container, without being told which.
    #[test]
    fn what_is_written_is_read(
        registers in prop::collection::vec((any::<u16>(), any::<u8>()), 1..60),
        container in container(),
        room in 0_u16..40,
    ) {
        let mut line = Vec::new();
        let required = embedded_row(&registers, container, 0, &mut line).unwrap_err().required;
        embedded_row(&registers, container, required as u16 + room, &mut line).unwrap();
        let row = EmbeddedRow::parse(&line, None);
        prop_assert_eq!((row.container(), row.problem()), (container, None));
        let read: Vec<_> = row.registers().map(|of| (of.address, of.value)).collect();
        prop_assert_eq!(read, registers);
    }

    /// Any bytes are a row; offsets are of bytes in it.
    #[test]
    fn any_bytes(payload in prop::collection::vec(
        prop_oneof![prop::sample::select(vec![0x0A, 0xAA, 0xA5, 0x5A, 0x55, 0x07]), any::<u8>()], 0..80,
    )) {
        let row = EmbeddedRow::parse(&payload, None);
        for register in row.registers() {
            prop_assert_eq!(payload.get(register.offset as usize), Some(&register.value));
        }
        let offset = row.problem().map_or(0, RowProblem::offset) as usize;
        prop_assert!(offset <= payload.len());
        let is_tagged = payload.first() == Some(&0x0A);
        prop_assert_eq!(row.is_tagged(), is_tagged);
    }
}
