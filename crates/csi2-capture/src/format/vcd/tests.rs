//! A dump in stretches says what it says as a whole.

use super::changes::Changes;
use super::ids::{Ids, Signal, code};
use crate::{CaptureError, OpenOptions, Source};
use csi2_dphy::{Change, Observation};
use proptest::prelude::*;
use std::sync::Arc;

/// Codes declared: four wires, then a vector of three.
const CODES: usize = 5;
const CHANNELS: usize = 7;

fn nothing() -> Changes {
    let mut ids = Ids::default();
    for (first, n) in (0..).zip(0..CODES) {
        let width = if n + 1 < CODES { 1 } else { 3 };
        ids.insert(&code(n), Signal { first, width });
    }
    Changes::new(Arc::new(ids), CHANNELS)
}

/// Words of a dump; among them few that make no sense, or make it late.
fn words() -> impl Strategy<Value = Vec<String>> {
    let code = || (0..CODES + 1).prop_map(|n| String::from_utf8(code(n)).unwrap());
    let word = prop_oneof![
        12 => ("[01xz]", code()).prop_map(|(level, code)| format!("{level}{code}\n")),
        3 => ("b[01x]{1,4}", code()).prop_map(|(digits, code)| format!("{digits} {code}\n")),
        // The time of a step: none, as simulators write twice, to three.
        8 => (0..4u8).prop_map(|step| format!("#+{step}")),
        1 => prop_oneof![
            Just("$dumpvars\n".to_string()),
            Just("$end\n".to_string()),
            Just("$comment #3 0! $end\n".to_string()),
            Just("$comment\n".to_string()),
            Just("b01\n".to_string()),
            Just("r1.5 !\n".to_string()),
            Just("#\n".to_string()),
        ],
        1 => (0..100u8).prop_map(|back| format!("#-{back}")),
    ];
    proptest::collection::vec(word, 0..80)
}

/// The text, and where its words begin.
fn text(words: &[String]) -> (Vec<u8>, Vec<usize>) {
    let (mut text, mut starts, mut now) = (Vec::new(), Vec::new(), 0u64);
    for word in words {
        starts.push(text.len());
        if let Some(step) = word.strip_prefix("#+") {
            now += step.parse::<u64>().unwrap();
            text.extend(format!("#{now}\n").bytes());
        } else if let Some(back) = word.strip_prefix("#-") {
            // Few are back in time.
            let back = back.parse::<u64>().unwrap();
            let time = if back < 3 { now.saturating_sub(back) } else { now };
            text.extend(format!("#{time}\n").bytes());
        } else {
            text.extend(word.bytes());
        }
    }
    (text, starts)
}

/// Changes, and where it makes no sense.
type Said = (Vec<Change>, Option<usize>);

fn whole(text: &[u8], mut changes: Changes) -> Said {
    let outcome = changes.push(text, false);
    changes.finish();
    (changes.done().to_vec(), outcome.err().map(|bad| bad.at))
}

/// As the reader does it with each stretch; also how many of them were taken without knowledge of those before.
fn in_stretches(text: &[u8], cuts: &[usize], mut changes: Changes) -> (Said, usize) {
    let mut alone = changes.like();
    let (mut all, mut bad, mut appended) = (Vec::new(), None, 0);
    let ends = cuts.iter().copied().chain([text.len()]);
    let mut start = 0;
    for end in ends {
        let stretch = &text[start..end];
        changes.clear();
        let first = alone.take_alone(stretch);
        if first.is_some_and(|first| changes.append(&mut alone, first)) {
            appended += 1;
        } else if let Err(error) = changes.push(stretch, false) {
            bad = Some(start + error.at);
            break;
        }
        changes.settle();
        all.extend_from_slice(changes.done());
        start = end;
    }
    if bad.is_none() {
        changes.clear();
    }
    changes.finish();
    all.extend_from_slice(changes.done());
    ((all, bad), appended)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn stretches_say_what_the_whole_says(words in words(), cut in any::<[bool; 80]>()) {
        let (text, starts) = text(&words);
        let cuts: Vec<usize> = starts.into_iter().zip(cut).filter_map(|(start, cut)| cut.then_some(start)).collect();
        let (said, _) = in_stretches(&text, &cuts, nothing());
        prop_assert_eq!(said, whole(&text, nothing()));
    }

    #[test]
    fn what_nobody_asks_for_is_left_out(words in words(), cut in any::<[bool; 80]>(), asked in any::<[bool; CHANNELS]>()) {
        let (text, starts) = text(&words);
        let cuts: Vec<usize> = starts.into_iter().zip(cut).filter_map(|(start, cut)| cut.then_some(start)).collect();
        // The bits of the vector come together.
        let vector = asked[CODES - 1..].contains(&true);
        let wanted = |channel: usize| if channel + 1 < CODES { asked[channel] } else { vector };
        let of_wanted = |changes: &[Change]| -> Vec<Change> {
            let mut changes = changes.to_vec();
            changes.retain(|change| wanted(change.channel.into()));
            changes
        };
        let mut some = nothing();
        some.attend(&|channel| asked[channel]);
        let ((said, bad), _) = in_stretches(&text, &cuts, some);
        let (all, all_bad) = whole(&text, nothing());
        prop_assert_eq!(bad, all_bad);
        prop_assert_eq!(of_wanted(&said), of_wanted(&all));
        prop_assert!(said.is_sorted_by_key(|change| change.at));
        // How far it goes is told.
        prop_assert!(said.last().map(|change| change.at) >= all.last().map(|change| change.at));
    }
}

#[test]
fn stretches_are_taken_without_what_was_before() {
    let text = b"#1\n0!\n1\"\n#2\n1!\n1\"\n#3\nb101 %\n0!\n#4\nb100 %\n1\"\n";
    let cuts: Vec<usize> = (1..text.len()).filter(|&at| text[at] == b'#').collect();
    let (said, appended) = in_stretches(text, &cuts, nothing());
    assert_eq!(said, whole(text, nothing()));
    assert_eq!(appended, 4);
}

#[test]
fn the_end_is_told_whoever_is_asked_for() {
    let text = b"#1\n0!\n#5\n1\"\n#7\n0\"\n#8\n";
    let mut some = nothing();
    some.attend(&|channel| channel == 0);
    let (said, _) = whole(text, some);
    let times: Vec<_> = said.iter().map(|change| (change.at, change.channel)).collect();
    assert_eq!(times, [(1, 0), (7, 1)]);
}

/// A dump of some megabytes.
fn long(stray: &str) -> (String, String) {
    let declarations: String = (0..CODES - 1)
        .map(|n| format!("$var wire 1 {} w{n} $end\n", String::from_utf8(code(n)).unwrap()))
        .collect();
    let header = format!("$timescale 1ns $end\n{declarations}$var wire 3 % v [2:0] $end\n$enddefinitions $end\n");
    let mut body = String::new();
    let mut noise = 0x1234_5678_9ABC_DEF1u64;
    for time in 1..200_000u32 {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        body += &format!("#{}\n", time - u32::from(noise.is_multiple_of(11)));
        match noise >> 60 {
            0 => body += &format!("b{:03b} %\n", noise >> 32 & 7),
            1 => body += "$comment a #1 $end\n",
            2 => body += "0!\n1!\n",
            n => body += &format!("{}{}\n", n & 1, char::from(b'!' + (n >> 1) as u8 % 4)),
        }
        if time == 150_000 {
            body += stray;
        }
    }
    (header, body)
}

fn read(text: String) -> (Vec<Change>, Option<CaptureError>) {
    let source = Source {
        name: "x.vcd".into(),
        stream: Box::new(std::io::Cursor::new(text)),
        path: None,
    };
    let mut reader = super::reader::open(source, &OpenOptions::default()).unwrap();
    let mut all = Vec::new();
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => match chunk.seen {
                Observation::Changes(changes) => all.extend_from_slice(changes),
                other => panic!("{other:?}"),
            },
            Ok(None) => return (all, None),
            Err(error) => return (all, Some(error)),
        }
    }
}

#[test]
fn a_long_file_is_read_as_a_whole() {
    // Whole; with nonsense far in; and with a word that is longer than a stretch.
    for stray in ["", "nonsense\n", &format!("${}\n$end\n", "long".repeat(100_000))] {
        let (header, body) = long(stray);
        let (expected, bad) = whole(body.as_bytes(), nothing());
        assert!(expected.len() > 50_000);
        let (all, error) = read(format!("{header}{body}"));
        assert!(all == expected, "{:?}", &stray.get(..8));
        let at = bad.map(|at| (header.len() + at) as u64);
        assert_eq!(error.map(|error| error.at.offset), at);
        assert_eq!(bad.is_some(), stray.starts_with("non"));
    }
}
