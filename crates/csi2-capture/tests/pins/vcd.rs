//! Value change dumps.

use crate::support::{
    Read, create_options, levels, names, noise, read, read_file, sample_levels, source, write_samples,
};
use csi2_capture::{Burst, ChannelMap, ErrorKind, OpenOptions, Source, WireNote, create, detect, open};
use csi2_dphy::{Change, Level, Observation, Timebase};
use proptest::prelude::*;

fn parse(text: &str) -> Read {
    let read = read(source("x.vcd", text.as_bytes()), &OpenOptions::default());
    read.unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    match read(source("x.vcd", text.as_bytes()), &OpenOptions::default()) {
        Err(error) => error.to_string(),
        Ok(read) => read.error.expect("an error").to_string(),
    }
}

/// Changes as text, `time channel level`.
fn shown(changes: &[Change]) -> String {
    let level = |change: &Change| match change.level {
        Level::Low => '0',
        Level::High => '1',
        Level::Unknown => '?',
    };
    let changes: Vec<String> = changes
        .iter()
        .map(|change| format!("{} {} {}", change.at, change.channel, level(change)))
        .collect();
    changes.join(", ")
}

const PAIR: &str = "$timescale 1 ns $end $var wire 1 ! a $end $var wire 1 \" b $end $enddefinitions $end\n";

#[test]
fn words_are_words_wherever_lines_end() {
    let lines = format!("{PAIR}#0\n$dumpvars\n0!\nx\"\n$end\n#10\n1!\n1\"\n#12\n0!\n");
    let expected = "0 0 0, 0 1 ?, 10 0 1, 10 1 1, 12 0 0";
    assert_eq!(shown(&parse(&lines).changes), expected);
    // libsigrok puts time and changes on one line.
    assert_eq!(
        shown(&parse(&format!("{PAIR}#0 0! x\"\n#10 1! 1\"\n#12 0!")).changes),
        expected
    );
    assert_eq!(shown(&parse(&lines.replace('\n', "\r\n")).changes), expected);
    assert_eq!(shown(&parse(&lines.replace([' ', '\n'], "\t\n ")).changes), expected);
}

#[test]
fn timescales_of_any_factor() {
    for (text, numerator, denominator) in [
        ("1ps", 1, 1_000_000_000_000),
        ("500ps", 500, 1_000_000_000_000),
        ("\n\t100 us\n", 100, 1_000_000),
        ("1 s", 1, 1),
    ] {
        let read = parse(&format!(
            "$timescale {text} $end $var wire 1 ! a $end $enddefinitions $end #1 1!"
        ));
        assert_eq!(read.info.timebase, Some(Timebase { numerator, denominator }));
    }
    let none = parse("$var wire 1 ! a $end $enddefinitions $end #1 1!");
    assert_eq!((none.info.timebase, shown(&none.changes).as_str()), (None, "1 0 1"));
    assert!(refused("$timescale soon $end $enddefinitions $end").contains("`soon`"));
    assert!(refused("$timescale 0 ns $end $enddefinitions $end").contains("$timescale"));
}

#[test]
fn vectors_are_wires_and_extend_to_the_left() {
    let head = "$timescale 1ns $end $scope module tb $end $var reg 4 # d [3:0] $end $var wire 3 % up[0:2] $end \
        $var wire 1 & bit [7] $end $upscope $end $enddefinitions $end\n";
    let read = parse(&format!(
        "{head}#0 b1 # b01x % 1&\n#1 bx # bz1 %\n#2 B0011 #\n#3 b111110000 # 1%"
    ));
    assert_eq!(
        names(&read.info),
        ["d[0]", "d[1]", "d[2]", "d[3]", "up[2]", "up[1]", "up[0]", "bit[7]"]
    );
    let at = |tick: u64| {
        let levels = levels(&read.changes, 8, tick + 1).pop().unwrap();
        let digit = |level| match level {
            Level::Low => '0',
            Level::High => '1',
            Level::Unknown => '?',
        };
        levels.into_iter().map(digit).collect::<String>()
    };
    // Bit 0 first.
    assert_eq!(at(0), "1000?101");
    assert_eq!(at(1), "????1??1");
    assert_eq!(at(2), "11001??1");
    assert_eq!(at(3), "00001001");
}

#[test]
fn what_is_no_wire_is_left_out() {
    let head = "$comment made by hand $end $timescale 1ns $end $scope module tb $end $var real 64 r speed $end \
        $var string 1 s text $end $var wire 1 ! a $end $var integer 32 i n $end $var wire 4096 m memory $end \
        $var event 1 e trigger $end $upscope $end $attrbegin misc 03 $end $enddefinitions $end\n";
    let read = parse(&format!(
        "{head}#0 r1.5 r sHELLO s b0 i 0! $comment 1! #9 $end b1 m 1e #5 $dumpoff x! $end #6 $dumpon 1! $end \
         1undeclared #7 r-1e5 r"
    ));
    assert_eq!(names(&read.info), ["a"]);
    assert_eq!(shown(&read.changes), "0 0 0, 5 0 ?, 6 0 1");
    let notes = read.info.notes.join("; ");
    for part in ["made by hand", "scope tb", "5 signals that are no wires"] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn wires_have_all_their_names() {
    let head = "$timescale 1ns $end $scope module tb $end $var wire 1 ! clk_p $end $var wire 1 \" clk_n $end \
        $var wire 1 # data0_p $end $var wire 1 $ clk $end $scope module dut $end $var wire 1 ! clk_p $end \
        $var wire 1 \" cn $end $var wire 1 % clk $end $upscope $end $upscope $end $enddefinitions $end\n";
    let read = parse(&format!("{head}#0 1! 0\" 0# 0$ 1%"));
    // The two clocks called `clk` are other wires: they go by their paths.
    assert_eq!(names(&read.info), ["clk_p", "clk_n", "data0_p", "tb.clk", "tb.dut.clk"]);
    assert_eq!(read.info.channels[0].paths, ["tb.clk_p", "tb.dut.clk_p"]);
    let expected = ChannelMap::from_names(&read.info.channels).unwrap();
    let pins = expected.pins().unwrap();
    assert_eq!((pins.count, pins.clock.unwrap().n.unwrap().channel), (1, 1));
    for text in [
        "clk=tb.clk_p/tb.clk_n,d0=data0_p",
        "clk=dut.clk_p/dut.cn,d0=tb.data0_p",
        "clk=CLK_P/CLK_N,d0=2",
    ] {
        assert_eq!(
            ChannelMap::parse(text, &read.info.channels),
            Ok(expected.clone()),
            "{text}"
        );
    }
    assert!(
        ChannelMap::parse("d0=clk", &read.info.channels)
            .unwrap_err()
            .message
            .contains("channel 4")
    );
    assert!(ChannelMap::parse("d0=other.clk_p", &read.info.channels).is_err());
}

#[test]
fn a_time_stamp_holds_one_change_a_wire() {
    // A signal that settles in steps, one that comes back, a value told again, and a time told again.
    let text = format!("{PAIR}#0 0! 0\" #5 1! 0! 1! 1\" 0\" #6 1! #7 0! #7 1\" 0\" 1! #8 0\"");
    assert_eq!(shown(&parse(&text).changes), "0 0 0, 0 1 0, 5 0 1");
}

#[test]
fn changes_before_any_time_are_at_0_and_the_header_may_lack_its_end() {
    let head = PAIR.replace("$enddefinitions $end", "");
    assert_eq!(shown(&parse(&format!("{head}#0 1! #2 0!")).changes), "0 0 1, 2 0 0");
    assert_eq!(
        shown(&parse(&format!("{PAIR}$dumpvars 1! $end #2 0!")).changes),
        "0 0 1, 2 0 0"
    );
    assert_eq!(shown(&parse(PAIR).changes), "");
    assert_eq!(shown(&parse(PAIR.trim_end()).changes), "");
}

#[test]
fn the_rate_of_a_sigrok_export_is_known() {
    let text = PAIR.replacen(
        "$timescale",
        "$comment\n  Acquisition with 8/8 channels at 24 MHz\n$end $timescale",
        1,
    );
    assert_eq!(parse(&text).info.sample_rate, Some(24e6));
    assert_eq!(parse(PAIR).info.sample_rate, None);
}

#[test]
fn errors_say_where_and_what() {
    let body = "#5 1! #4 0!";
    let error = refused(&format!("{PAIR}{body}"));
    assert!(
        error.contains(&format!("byte {}", PAIR.len() + 6)) && error.contains("time 4 after 5"),
        "{error}"
    );
    let read = parse(&format!("{PAIR}{body}"));
    assert_eq!(shown(&read.changes), "5 0 1");
    assert!(refused(&format!("{PAIR}#1 1! hello! ?!")).contains("0x3f in `?!`"));
    assert!(refused(&format!("{PAIR}#99999999999999999999")).contains("64 bits"));
    assert!(refused(&format!("{PAIR}# ")).contains("without a number"));
    assert!(refused(&format!("{PAIR}#1x")).contains("#1x"));
    assert!(refused("$var wire one ! a $end").contains("`wire one ! a`"));
    assert!(refused("$var wire 1 ! a").contains("ends early"));
    assert!(refused("$date today $end hello").contains("0x68"));
}

#[test]
fn a_last_word_without_its_end_is_taken_where_it_makes_sense() {
    let vector =
        "$timescale 1ns $end $var wire 2 v a $end $var wire 1 ! b $end $var wire 1 !a c $end $enddefinitions $end\n";
    // The end of the file, what is left of it, and what it is cut in.
    for (end, changes, what) in [
        ("#93", "5 0 1, 5 1 0", None),
        ("#5", "5 0 1, 5 1 0", None),
        ("#4", "5 0 1, 5 1 0", Some("time stamp")),
        ("#", "5 0 1, 5 1 0", Some("time stamp")),
        ("#9 b1", "5 0 1, 5 1 0", Some("value change")),
        ("#9 b1 ", "5 0 1, 5 1 0", Some("value change")),
        ("#9 b1\n", "5 0 1, 5 1 0", Some("value change")),
        ("#9 b11 v", "5 0 1, 5 1 0, 9 1 1", None),
        ("#9 1", "5 0 1, 5 1 0", Some("value change")),
        // Wire `!`, or the start of `!a`.
        ("#9 1!", "5 0 1, 5 1 0", Some("value change")),
        ("#9 1! ", "5 0 1, 5 1 0, 9 2 1", None),
        ("#9 1!a", "5 0 1, 5 1 0, 9 3 1", None),
        ("#9 1undeclared", "5 0 1, 5 1 0", None),
        ("#9 r1.5", "5 0 1, 5 1 0", Some("value change")),
        ("#9 r1.5 x", "5 0 1, 5 1 0", None),
        ("#9 $dumpof", "5 0 1, 5 1 0", Some("command")),
        ("#9 $dumpoff", "5 0 1, 5 1 0", None),
        ("#9 $comment 1!", "5 0 1, 5 1 0", Some("command")),
        ("#9 $comment 1! $end", "5 0 1, 5 1 0", None),
    ] {
        let text = format!("{vector}#5 b1 v {end}");
        let read = parse(&text);
        assert_eq!(shown(&read.changes), changes, "{end}");
        match (read.error, what) {
            (None, None) => {}
            (Some(error), Some(what)) => {
                let ErrorKind::Truncated { what: told, .. } = error.kind else {
                    panic!("{end}: {error}")
                };
                let offset = error.at.offset as usize;
                assert!(
                    told == what && (text.len() - 4..=text.len()).contains(&offset),
                    "{end}: {error}"
                );
                assert!(error.to_string().contains("the file is cut"), "{error}");
            }
            (error, _) => panic!("{end}: {error:?}"),
        }
    }
}

#[test]
fn hostile_headers_are_bounded() {
    let vectors: String = (0..1025).map(|n| format!("$var wire 64 {n}x v{n} $end\n")).collect();
    assert!(refused(&vectors).contains("65536"), "{}", refused(&vectors));
    let name = "n".repeat(5000);
    assert!(refused(&format!("$var wire 1 ! {name} $end")).contains("4096"));
    let scopes: String = (0..5000).map(|_| "$scope module a $end\n").collect();
    assert!(refused(&scopes).contains("4096"));
    // One wire of many names keeps some of them.
    let names: String = (0..20_000).map(|n| format!("$var wire 1 ! alias{n} $end\n")).collect();
    let read = parse(&format!("{names}$enddefinitions $end #0 1!"));
    assert_eq!((read.info.channels.len(), read.info.channels[0].paths.len()), (1, 64));
    let long = format!("$comment {} $end", "x".repeat(2000));
    let options = OpenOptions {
        max_record: 1000,
        ..OpenOptions::default()
    };
    // The window holds one read of the stream whatever the limit, so the comment must be longer than that.
    let huge = long.replace('x', &"x".repeat(1000));
    let error = read_with(&huge, &options);
    assert!(matches!(error.kind, ErrorKind::TooLarge { .. }), "{error}");
}

fn read_with(text: &str, options: &OpenOptions) -> csi2_capture::CaptureError {
    match read(source("x.vcd", text.as_bytes()), options) {
        Err(error) => error,
        Ok(read) => read.error.expect("an error"),
    }
}

#[test]
fn detected_by_its_first_word() {
    for head in [
        "$date today $end",
        "  \n$timescale 1ns $end",
        "$comment\nx $end",
        "$version\tx",
    ] {
        assert_eq!(
            detect(head.as_bytes(), "x").map(|format| format.name),
            Some("vcd"),
            "{head}"
        );
    }
    assert_ne!(detect(b"$data x", "x").map(|format| format.name), Some("vcd"));
}

#[test]
fn chunks_are_of_whole_stamps_and_bounded() {
    // 100 wires that all change at each of 500 stamps.
    let names: Vec<String> = (0..100).map(|n| format!("w{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let changes: Vec<Change> = (0..500u64)
        .flat_map(|at| (0..100).map(move |channel| (at, channel)))
        .map(|(at, channel)| Change {
            at,
            channel,
            level: if at % 2 == 0 { Level::Low } else { Level::High },
        })
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.vcd");
    let read = write_changes(&path, &names, &changes, 100);
    assert_eq!(read.changes, changes);
    // A chunk comes from up to 128 KiB of text, of which a change takes at least three.
    assert!(read.largest < (128 << 10) / 3, "{}", read.largest);
    assert_eq!(read.largest % 100, 0);
}

fn write_changes(path: &std::path::Path, names: &[&str], changes: &[Change], step: usize) -> Read {
    let mut writer = create("vcd", &create_options(path, Timebase::NANOSECONDS, names)).unwrap();
    for changes in changes.chunks(step) {
        let seen = Observation::Changes(changes);
        writer.write(&seen, Burst::WITHIN, None, WireNote::default()).unwrap();
    }
    writer.finish().unwrap();
    read_file(path)
}

/// Up to `wires` wires: at each step some time passes and some wires take a level.
fn histories(wires: u16) -> impl Strategy<Value = Vec<Change>> {
    let level = prop_oneof![Just(Level::Low), Just(Level::High), Just(Level::Unknown)];
    proptest::collection::vec((0u64..4, 0..wires, level), 0..200).prop_map(|steps| {
        let mut at = 0;
        let step = |(passed, channel, level)| {
            at += passed;
            Change { at, channel, level }
        };
        steps.into_iter().map(step).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changes_keep_their_meaning(changes in histories(5), step in 1usize..50) {
        let directory = tempfile::tempdir().unwrap();
        let read = write_changes(&directory.path().join("x.vcd"), &["a", "b", "c", "d d", ""], &changes, step);
        let ticks = changes.last().map_or(1, |last| last.at + 1);
        prop_assert_eq!(levels(&read.changes, 5, ticks), levels(&changes, 5, ticks));
        prop_assert_eq!(read.info.timebase, Some(Timebase { numerator: 1, denominator: 1_000_000_000 }));
        prop_assert_eq!(names(&read.info), ["a", "b", "c", "d_d", "_"]);
        // Every change is one.
        let mut now = [None; 5];
        for change in &read.changes {
            prop_assert_ne!(now[usize::from(change.channel)].replace(change.level), Some(change.level));
        }
    }

    #[test]
    fn samples_keep_their_levels(unit in 1usize..=8, count in 1usize..400, step in 1usize..100, seed: u64) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.vcd");
        let bytes = noise(seed, unit * count);
        let wires: Vec<String> = (0..unit * 8 - 3).map(|n| format!("w{n}")).collect();
        let wires: Vec<&str> = wires.iter().map(String::as_str).collect();
        // One sample is 250 ps, exactly.
        write_samples("vcd", &create_options(&path, Timebase::from_hertz(4_000_000_000), &wires), unit, &bytes, step);
        let read = read_file(&path);
        prop_assert_eq!(read.info.timebase, Some(Timebase { numerator: 1, denominator: 1_000_000_000_000 }));
        prop_assert_eq!(read.info.sample_rate, Some(4e9));
        let on_grid: Vec<Change> = read.changes.iter().map(|c| Change { at: c.at / 250, ..*c }).collect();
        prop_assert!(read.changes.iter().all(|change| change.at % 250 == 0));
        prop_assert_eq!(levels(&on_grid, wires.len(), count as u64), sample_levels(&bytes, unit, wires.len()));
        let text = std::fs::read_to_string(&path).unwrap();
        let end = format!("#{}\n", count * 250);
        prop_assert!(text.ends_with(&end), "the last sample has no length");
    }

    #[test]
    fn the_stream_may_come_in_pieces(changes in histories(5), piece in 1usize..20) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.vcd");
        let whole = write_changes(&path, &["a", "b", "c", "d", "e"], &changes, 10);
        let mut source = source("x.vcd", &[]);
        source.stream = Box::new(Trickle(std::fs::read(&path).unwrap(), piece));
        let pieces = read(source, &OpenOptions::default()).unwrap();
        prop_assert_eq!(pieces.changes, whole.changes);
        prop_assert!(pieces.error.is_none());
    }
}

/// Gives a few bytes a read.
struct Trickle(Vec<u8>, usize);

impl std::io::Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.0.drain(..n)) {
            *to = from;
        }
        Ok(n)
    }
}

#[test]
fn times_that_no_unit_tells_are_rounded_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.vcd");
    let bytes: Vec<u8> = [0, 1].repeat(500);
    write_samples(
        "vcd",
        &create_options(&path, Timebase::from_hertz(8_400_000_000), &["a"]),
        1,
        &bytes,
        333,
    );
    let read = read_file(&path);
    assert_eq!(read.changes.len(), 1000);
    for (n, change) in read.changes.iter().enumerate() {
        // In femtoseconds, from the start: errors do not add up.
        let exact = n as f64 * 1e15 / 8.4e9;
        assert!(
            (change.at as f64 - exact).abs() <= 0.51,
            "sample {n}: {} for {exact}",
            change.at
        );
    }
}

#[test]
fn a_writer_refuses_what_it_cannot_hold() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.vcd");
    let options = create_options(&path, Timebase::NANOSECONDS, &["a"]);
    let change = |at, channel| Change {
        at,
        channel,
        level: Level::High,
    };
    let (late, strange) = ([change(4, 0)], [change(9, 1)]);
    for wrong in [
        Observation::Changes(&late),
        Observation::Changes(&strange),
        Observation::Merged(&[0]),
    ] {
        let mut writer = create("vcd", &options).unwrap();
        let first = [change(5, 0)];
        writer
            .write(&Observation::Changes(&first), Burst::WITHIN, None, WireNote::default())
            .unwrap();
        assert!(writer.write(&wrong, Burst::WITHIN, None, WireNote::default()).is_err());
    }
    assert!(std::fs::read_dir(directory.path()).unwrap().next().is_none());
    assert!(
        create(
            "vcd",
            &create_options(
                &path,
                Timebase {
                    numerator: 0,
                    denominator: 1
                },
                &[]
            )
        )
        .is_err()
    );
}

#[test]
fn wires_that_nobody_asks_for_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.vcd");
    let changes: Vec<Change> = (0..200_000u64)
        .map(|at| Change {
            at,
            // The last ones are of others.
            channel: if at < 150_000 { (at % 3) as u16 } else { 2 },
            level: if at / 3 % 2 == 0 { Level::Low } else { Level::High },
        })
        .collect();
    let all = write_changes(&path, &["a", "b", "c"], &changes, 1000).changes;
    let mut reader = open(Source::open(&path).unwrap(), &OpenOptions::default()).unwrap();
    reader.attend(&|channel| channel == 1);
    let mut told = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        let Observation::Changes(changes) = chunk.seen else {
            panic!("{:?}", chunk.seen);
        };
        told.extend_from_slice(changes);
    }
    let of_b = |changes: &[Change]| -> Vec<Change> {
        let of_b = changes.iter().filter(|change| change.channel == 1);
        of_b.copied().collect()
    };
    assert_eq!(of_b(&told), of_b(&all));
    assert_eq!(told.last().unwrap().at, all.last().unwrap().at);
    // One a piece of text beside those, at most.
    assert!(told.len() < of_b(&told).len() + 30, "{}", told.len());
}
