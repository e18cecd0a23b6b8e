//! Exports of an FPGA's logic analyzer.

use crate::support::{Read, levels, names, read, source};
use csi2_capture::{ChannelMap, ErrorKind, Layer, OpenOptions, detect};
use csi2_dphy::{Level, Timebase};

fn options() -> OpenOptions {
    OpenOptions {
        format: Some("ila-csv".into()),
        ..OpenOptions::default()
    }
}

fn parse(text: &str) -> Read {
    read(source("x.csv", text.as_bytes()), &options()).unwrap_or_else(|error| panic!("{error}"))
}

/// The message of the error, and how many ticks came before.
fn refused(text: &str) -> (String, u64) {
    match read(source("x.csv", text.as_bytes()), &options()) {
        Err(error) => (error.to_string(), 0),
        Ok(read) => {
            let ticks = read.changes.last().map_or(0, |change| change.at + 1);
            (read.error.expect("an error").to_string(), ticks)
        }
    }
}

/// The value of channels `first..first + 8` at each of `ticks` ticks; `None` where a bit is not known.
fn bytes(read: &Read, first: usize, ticks: u64) -> Vec<Option<u8>> {
    let rows = levels(&read.changes, read.info.channels.len(), ticks);
    let byte = |row: &Vec<Level>| {
        let bits = row[first..first + 8].iter().rev();
        let mut bits = bits.map(|level| (*level != Level::Unknown).then(|| u8::from(*level == Level::High)));
        bits.try_fold(0u8, |byte, bit| Some(byte << 1 | bit?))
    };
    rows.iter().map(byte).collect()
}

/// As the tool writes it; the names are of its users.
const EXPORT: &str = "Sample in Buffer,Sample in Window,TRIGGER,u_rx/dl0_rxdatahs[7:0],u_rx/dl0_rxvalidhs,count[3:0]
Radix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX,SIGNED
0,0,0,00,0,-1
1,1,1,b8,1,7
2,2,0,B8,1,7
3,3,0,1A,1,7
4,4,0,1a,1,7
";

#[test]
fn an_export_of_the_tool() {
    let read = parse(EXPORT);
    assert_eq!(
        detect(EXPORT.as_bytes(), "x.csv").map(|format| format.name),
        Some("ila-csv")
    );
    assert_eq!(
        detect(EXPORT.as_bytes(), "-").map(|format| format.name),
        Some("ila-csv")
    );
    assert_eq!((read.info.format, read.info.layer), ("ila-csv", Layer::Pins));
    assert_eq!((read.info.timebase, read.info.sample_rate), (None, None));
    let names = names(&read.info);
    assert_eq!(
        (names.len(), names[0], names[7], names[8], names[9]),
        (13, "dl0_rxdatahs[0]", "dl0_rxdatahs[7]", "dl0_rxvalidhs", "count[0]")
    );
    assert_eq!(read.info.channels[8].paths, ["u_rx.dl0_rxvalidhs"]);
    assert_eq!(bytes(&read, 0, 5), [0x00, 0xB8, 0xB8, 0x1A, 0x1A].map(Some));
    let rows = levels(&read.changes, 13, 5);
    assert_eq!((&rows[0][8], &rows[1][8]), (&Level::Low, &Level::High));
    assert_eq!(rows[0][9..], [Level::High; 4]);
    assert_eq!(rows[1][9..], [Level::High, Level::High, Level::High, Level::Low]);
    // Nothing changes in the last row, which is a sample all the same.
    assert_eq!(read.changes.last().unwrap().at, 4);
    assert_eq!(read.changes.iter().filter(|change| change.at == 4).count(), 1);
}

#[test]
fn a_rate_gives_time() {
    let options = OpenOptions {
        sample_rate: Some(125_000_000),
        ..options()
    };
    let read = read(source("x", EXPORT.as_bytes()), &options).unwrap();
    assert_eq!(read.info.timebase, Some(Timebase::from_hertz(125_000_000)));
    assert_eq!(read.info.sample_rate, Some(125e6));
}

#[test]
fn line_ends_marks_and_columns_differ() {
    let plain = parse(EXPORT);
    for text in [
        EXPORT.replace('\n', "\r\n"),
        format!("\u{feff}{EXPORT}"),
        EXPORT.trim_end().to_string(),
        format!("{EXPORT}\n\n"),
        EXPORT.replace('\n', ",\n"),
    ] {
        let read = parse(&text);
        assert_eq!(read.changes, plain.changes, "{text}");
    }
    let gap = parse("Sample in Buffer,Sample in Window,TRIGGER,GAP,d[7:0]\n0,0,1,0,b8\n1,1,0,0,1a\n");
    assert_eq!(
        (names(&gap.info).len(), bytes(&gap, 0, 2)),
        (8, vec![Some(0xB8), Some(0x1A)])
    );
}

#[test]
fn without_a_row_of_radices() {
    let one = |name: &str, cells: &[&str]| {
        let rows: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(row, cell)| format!("{row},{row},0,{cell}\n"))
            .collect();
        let text = format!("Sample in Buffer,Sample in Window,TRIGGER,{name}\n{}", rows.concat());
        let read = parse(&text);
        (read.info.channels.len(), bytes(&read, 0, cells.len() as u64))
    };
    // Hexadecimal, by letters or not; decimal where it would be too large; binary where there is a digit for each bit.
    assert_eq!(one("d[7:0]", &["1a", "10"]), (8, vec![Some(0x1A), Some(0x10)]));
    assert_eq!(one("d[7:0]", &["11", "10"]), (8, vec![Some(0x11), Some(0x10)]));
    assert_eq!(one("d[7:0]", &["184", "10"]), (8, vec![Some(184), Some(10)]));
    assert_eq!(one("d[7:0]", &["-72", "10"]), (8, vec![Some(184), Some(10)]));
    assert_eq!(one("d[7:0]", &["10111000", "00000010"]), (8, vec![Some(0xB8), Some(2)]));
    // Nor a width.
    assert_eq!(one("d", &["b8", "1"]), (8, vec![Some(0xB8), Some(1)]));
    let radix = "Sample in Buffer,Sample in Window,TRIGGER,d\nRadix - UNSIGNED,UNSIGNED,UNSIGNED,UNSIGNED\n0,0,0,184\n";
    assert_eq!(bytes(&parse(radix), 0, 1), [Some(184)]);
    let flag = parse("Sample in Buffer,Sample in Window,TRIGGER,v\n0,0,0,1\n1,1,0,0\n");
    assert_eq!(names(&flag.info), ["v"]);
}

#[test]
fn names_of_two_scopes_and_values_that_are_no_numbers() {
    let text = "Sample in Buffer,Sample in Window,TRIGGER,a/v,b/v,state[3:0],\"w,x\"
Radix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX,ENUM,HEX
0,0,0,1,0,IDLE,1\n1,1,0,x,0,IDLE,0\n";
    let read = parse(text);
    assert_eq!(names(&read.info), ["a.v", "b.v", "w,x"]);
    assert!(
        read.info
            .notes
            .iter()
            .any(|note| note.contains("state") && note.contains("ENUM"))
    );
    let rows = levels(&read.changes, 3, 2);
    assert_eq!(rows[1], [Level::Unknown, Level::Low, Level::Low]);
    let map = ChannelMap::parse("d0=a.v", &read.info.channels).unwrap();
    assert_eq!(map.pins().unwrap().lanes[0].p.unwrap().channel, 0);
}

#[test]
fn a_window_begins_after_a_tick_of_which_nothing_is_known() {
    let text = "Sample in Buffer,Sample in Window,TRIGGER,d[7:0]\n0,0,0,b8\n1,1,1,1a\n2,0,0,1a\n3,1,1,1a\n";
    let read = parse(text);
    assert_eq!(
        bytes(&read, 0, 5),
        [Some(0xB8), Some(0x1A), None, Some(0x1A), Some(0x1A)]
    );
    assert_eq!(read.changes.last().unwrap().at, 4);
}

#[test]
fn long_exports_come_in_pieces() {
    let mut text =
        String::from("Sample in Buffer,Sample in Window,TRIGGER,d[7:0]\nRadix - UNSIGNED,UNSIGNED,UNSIGNED,HEX\n");
    let expected: Vec<Option<u8>> = (0..40_000u32).map(|row| Some((row * 7 % 251) as u8)).collect();
    for (row, byte) in expected.iter().enumerate() {
        text.push_str(&format!("{row},{row},0,{:02x}\n", byte.unwrap()));
    }
    let read = parse(&text);
    assert!(read.largest < 20_000, "{}", read.largest);
    assert_eq!(bytes(&read, 0, 40_000), expected);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let head = "Sample in Buffer,Sample in Window,TRIGGER,d[7:0],v\n";
    let good = format!("{head}0,0,0,b8,1\n1,1,0,1a,0\n");
    let at = good.len();
    for (row, expected, place) in [
        ("2,2,0,1g,1\n", "`1g` is no hexadecimal number", at + 6),
        ("2,2,0,1b8,1\n", "more than the 8 bits", at + 6),
        ("2,2,0,,1\n", "no digits", at + 6),
        ("2,x,0,b8,1\n", "`x` is no sample number", at + 2),
        ("2,2,0,b8\n", "4 cells, where there are 5 names (row 3", at),
        ("2,2,0,b8,1,0\n", "6 cells, where there are 5 names", at),
        ("2,2,0,b8", "row ends early: 10 bytes needed, 8 left", at),
    ] {
        // The rows by which widths are decided are other ones.
        let padded = format!("{good}{row}");
        let (message, ticks) = refused(&padded);
        assert!(message.contains(expected), "{row}: {message}");
        assert!(message.contains(&format!("at byte {place}")), "{row}: {message}");
        assert_eq!(ticks, 2, "{row}");
    }
    for (text, expected) in [
        ("", "row of names ends early"),
        ("Sample in Buffer,Sample in Window,TRIGGER\n", "names of wires"),
        ("Sample in Buffer,TRIGGER,d[99999:0]\n0,0,0\n", "100000 bits"),
        ("Sample in Buffer,TRIGGER,d[18446744073709551615:0]\n0,0,0\n", "bits"),
    ] {
        let (message, _) = refused(text);
        assert!(message.contains(expected), "{message}");
    }
    let small = OpenOptions {
        max_record: 300_000,
        ..options()
    };
    let endless = format!("{head}0,0,0,{}", "0".repeat(1_000_000));
    let error = read(source("x", endless.as_bytes()), &small).err().unwrap();
    assert!(matches!(error.kind, ErrorKind::TooLarge { .. }), "{error}");
    // Names alone are a capture of nothing.
    assert!(parse(head).changes.is_empty());
}
