//! Wires and rows into one value change dump.

use super::rows::{Kind, Row, Rows};
use csi2_dphy::{Tick, Timebase};
use std::collections::HashSet;
use std::io::{self, BufRead, Write};

/// Writes the dump `wires`, which our own writer made, with the rows in its scope.
pub(super) fn merge(wires: &mut dyn BufRead, rows: Rows, timebase: Timebase, out: &mut dyn Write) -> io::Result<()> {
    let mut merger = Merger {
        out,
        shown: vec![None; rows.rows.len()],
        codes: Vec::new(),
        rows,
        scale: Scale::new(timebase, 0),
        now: None,
    };
    let mut taken = HashSet::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if wires.read_until(b'\n', &mut line)? == 0 {
            return merger.show_before(None);
        }
        let text = String::from_utf8_lossy(&line);
        let mut words = text.split_whitespace();
        match words.next() {
            Some("$timescale") => merger.scale = Scale::new(timebase, words.next().map_or(0, exponent)),
            Some("$var") => {
                taken.extend(words.nth(2).map(str::to_owned));
            }
            // The scope of the wires is over.
            Some("$upscope") => merger.declare(&taken)?,
            Some(word) if word.starts_with('#') => {
                let time = word.get(1..).and_then(|time| time.parse().ok());
                merger.show_before(time)?;
                merger.now = time;
            }
            _ => {}
        }
        let values = text.starts_with("$dumpvars");
        merger.out.write_all(&line)?;
        if values {
            for row in 0..merger.shown.len() {
                merger.show(row, "")?;
            }
        }
    }
}

struct Merger<'a> {
    out: &'a mut dyn Write,
    rows: Rows,
    /// Identifiers of the rows.
    codes: Vec<String>,
    /// What each row shows.
    shown: Vec<Option<String>>,
    scale: Scale,
    /// Time of the line written last.
    now: Option<u64>,
}

impl Merger<'_> {
    fn declare(&mut self, taken: &HashSet<String>) -> io::Result<()> {
        let free = (0..)
            .map(|number| format!("@{number}"))
            .filter(|code| !taken.contains(code));
        self.codes = free.take(self.rows.rows.len()).collect();
        for (Row { name, kind }, code) in self.rows.rows.iter().zip(&self.codes) {
            match kind {
                Kind::Text => writeln!(self.out, "$var string 1 {code} {name} $end")?,
                Kind::Number(bits) => writeln!(self.out, "$var integer {bits} {code} {name} $end")?,
            }
        }
        Ok(())
    }

    /// Values before `time`, or all. Those of the time written last need no new one.
    fn show_before(&mut self, time: Option<u64>) -> io::Result<()> {
        let Some(mut now) = self.now else {
            return Ok(());
        };
        while let Some(at) = self.rows.next_at() {
            let at = self.scale.time(at);
            if time.is_some_and(|time| at >= time) {
                break;
            }
            let Some(value) = self.rows.next()? else { break };
            if self
                .shown
                .get(value.row)
                .is_some_and(|shown| shown.as_ref() == Some(&value.text))
            {
                continue;
            }
            if at > now {
                writeln!(self.out, "#{at}")?;
                now = at;
            }
            self.show(value.row, &value.text)?;
        }
        self.now = Some(now);
        Ok(())
    }

    fn show(&mut self, row: usize, text: &str) -> io::Result<()> {
        let (Some(code), Some(Row { kind, .. }), Some(shown)) =
            (self.codes.get(row), self.rows.rows.get(row), self.shown.get_mut(row))
        else {
            return Ok(());
        };
        *shown = Some(text.to_owned());
        match (kind, text) {
            (Kind::Text, "") => writeln!(self.out, "s- {code}"),
            (Kind::Text, text) => writeln!(self.out, "s{} {code}", text.replace(char::is_whitespace, "\\x20")),
            (Kind::Number(_), "") => writeln!(self.out, "bx {code}"),
            (Kind::Number(_), text) => writeln!(self.out, "b{:b} {code}", text.parse::<u32>().unwrap_or(0)),
        }
    }
}

/// How ticks become times of the file, rounded as its writer does.
struct Scale {
    numerator: u128,
    denominator: u128,
}

impl Scale {
    /// Times are so many powers of a tenth of a second.
    fn new(timebase: Timebase, exponent: u32) -> Self {
        Self {
            numerator: u128::from(timebase.numerator) * 10u128.pow(exponent),
            denominator: u128::from(timebase.denominator.max(1)),
        }
    }

    fn time(&self, at: Tick) -> u64 {
        let scaled = u128::from(at).saturating_mul(self.numerator);
        let rounded = scaled.saturating_add(self.denominator / 2) / self.denominator;
        u64::try_from(rounded).unwrap_or(u64::MAX)
    }
}

/// Of a unit such as `1ps`.
fn exponent(unit: &str) -> u32 {
    let letters = unit.trim_start_matches(|digit: char| digit.is_ascii_digit());
    match letters {
        "ms" => 3,
        "us" => 6,
        "ns" => 9,
        "ps" => 12,
        "fs" => 15,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Stream;
    use super::*;

    #[test]
    fn rows_stand_between_the_wires_at_their_times() {
        let wires = "$timescale 1ps $end\n$scope module csi2 $end\n$var wire 1 @0 a $end\n$upscope $end\n\
                     $enddefinitions $end\n#0\n$dumpvars\n0@0\n$end\n#500\n1@0\n#2000\n";
        let mut text = Stream::new(0).expect("a file");
        let mut number = Stream::new(1).expect("a file");
        for (at, value) in [(0, "one two"), (2, ""), (3, "x"), (3, "y"), (7, "y"), (9, "end")] {
            text.put(at, value).expect("written");
        }
        number.put(3, "5").expect("written");
        let rows = vec![
            Row {
                name: "text".into(),
                kind: Kind::Text,
            },
            Row {
                name: "number".into(),
                kind: Kind::Number(5),
            },
        ];
        let rows = Rows::new(rows, vec![text, number]).expect("readable");
        let mut out = Vec::new();
        // Ticks of 250 ps.
        let timebase = Timebase::from_hertz(4_000_000_000);
        merge(&mut wires.as_bytes(), rows, timebase, &mut out).expect("written");
        let expected = "$timescale 1ps $end\n$scope module csi2 $end\n$var wire 1 @0 a $end\n\
                        $var string 1 @1 text $end\n$var integer 5 @2 number $end\n$upscope $end\n\
                        $enddefinitions $end\n#0\n$dumpvars\ns- @1\nbx @2\n0@0\n$end\nsone\\x20two @1\n#500\n1@0\ns- @1\n\
                        #750\nsx @1\nsy @1\nb101 @2\n#2000\n#2250\nsend @1\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
