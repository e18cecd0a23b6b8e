//! The declarations: from the start of the file to `$enddefinitions`.

use super::declarations::{Declaration, Range, Variable, parse};
use super::ids::{Ids, Signal};
use crate::format::frequency::Frequency;
use crate::window::Window;
use crate::{CaptureError, Channel, ErrorKind};
use csi2_dphy::Timebase;
use std::collections::HashMap;

/// Wires that a capture may have: changes number them in 16 bits.
const MAX_CHANNELS: usize = 1 << 16;
/// Wider signals are memories and the like, no pins.
const MAX_WIDTH: u32 = 64;
/// Bytes of a name with its scopes.
const MAX_PATH: usize = 4096;
/// Bytes of all names together.
const MAX_NAMES: usize = 32 << 20;
/// Names of one wire; simulators declare a wire once a level of the hierarchy.
const MAX_ALIASES: usize = 64;
/// Notes, and characters of each.
const MAX_NOTES: usize = 24;
const MAX_NOTE: usize = 400;

/// What the declarations say.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) timebase: Option<Timebase>,
    pub(super) channels: Vec<Channel>,
    pub(super) ids: Ids,
    /// The sample rate that a comment of sigrok tells.
    pub(super) rate: Option<Frequency>,
    pub(super) notes: Vec<String>,
    scopes: Vec<String>,
    /// Signals that are no wires: reals, strings, memories.
    ignored: usize,
    names: usize,
}

impl Header {
    /// Reads up to the first value change, leaving it in the window.
    pub(super) fn read(window: &mut Window) -> Result<Self, CaptureError> {
        let mut header = Self::default();
        loop {
            let Some((keyword, len)) = next_command(window)? else {
                return Err(window.truncated("declaration part", "$enddefinitions $end".len() as u64));
            };
            if len == 0 {
                break;
            }
            let command = window.bytes().get(..len).unwrap_or_default();
            let text = String::from_utf8_lossy(command);
            let keyword = text.get(..keyword).unwrap_or_default().to_string();
            if keyword == "$enddefinitions" {
                window.consume(len);
                break;
            }
            let body = text.get(keyword.len()..).unwrap_or_default().trim_end();
            let body = body.strip_suffix("$end").unwrap_or(body);
            let outcome = match parse(&keyword, body) {
                Some(declaration) => header.declare(&keyword, declaration),
                None => Err(malformed(&keyword, body)),
            };
            outcome.map_err(|kind| window.error(kind))?;
            window.consume(len);
        }
        header.settle();
        Ok(header)
    }

    fn declare(&mut self, keyword: &str, declaration: Declaration<'_>) -> Result<(), ErrorKind> {
        match declaration {
            Declaration::Timescale { factor, exponent } => {
                if factor == 0 {
                    return Err(malformed(keyword, "0"));
                }
                self.timebase = Some(Timebase {
                    numerator: factor,
                    // At most 10 to the 15th.
                    denominator: 10u64.saturating_pow(exponent),
                });
            }
            Declaration::Scope(name) => {
                let mut path = self.scopes.last().cloned().unwrap_or_default();
                if !path.is_empty() && !name.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                bound("scope", path.len(), MAX_PATH)?;
                // Empty scopes hold memory without adding to the path.
                bound("nested scopes", self.scopes.len(), MAX_PATH)?;
                self.names += path.len() + 1;
                bound("names", self.names, MAX_NAMES)?;
                self.note(&format!("scope {path}"));
                self.scopes.push(path);
            }
            Declaration::Upscope => {
                self.scopes.pop();
            }
            Declaration::Variable(variable) => self.variable(&variable)?,
            Declaration::Text(text) => {
                self.rate = self.rate.or_else(|| rate_of(text));
                if !text.is_empty() {
                    self.note(&format!("{} {text}", keyword.trim_start_matches('$')));
                }
            }
            Declaration::Other => {}
        }
        Ok(())
    }

    fn variable(&mut self, variable: &Variable<'_>) -> Result<(), ErrorKind> {
        const NO_WIRES: [&str; 9] = [
            "real",
            "realtime",
            "shortreal",
            "real_parameter",
            "string",
            "event",
            "time",
            "parameter",
            "integer",
        ];
        let wire = !NO_WIRES.contains(&variable.kind);
        let width = match u8::try_from(variable.size) {
            Ok(width) if wire && (1..=MAX_WIDTH).contains(&variable.size) => width,
            _ => {
                self.ignored += 1;
                return Ok(());
            }
        };
        let (first, width) = match self.ids.get(variable.code.as_bytes()) {
            // The same wire under another name, or part of it.
            Some(known) => (usize::from(known.first), width.min(known.width)),
            None => {
                let first = self.channels.len();
                bound("wires", first + usize::from(width), MAX_CHANNELS)?;
                self.channels.resize_with(first + usize::from(width), Channel::default);
                // Codes are kept, and may be as long as names.
                self.names += variable.code.len();
                bound("names", self.names, MAX_NAMES)?;
                let first_id = u16::try_from(first).unwrap_or(u16::MAX);
                self.ids
                    .insert(variable.code.as_bytes(), Signal { first: first_id, width });
                (first, width)
            }
        };
        let names = (0..width).map(|bit| bit_name(variable, bit));
        for (channel, name) in self.channels.iter_mut().skip(first).zip(names) {
            let path = match self.scopes.last() {
                Some(scope) if !scope.is_empty() => format!("{scope}.{name}"),
                _ => name.clone(),
            };
            bound("name", path.len(), MAX_PATH)?;
            self.names += name.len() + path.len();
            bound("names", self.names, MAX_NAMES)?;
            if channel.name.is_empty() {
                channel.name = name;
            }
            if channel.paths.len() < MAX_ALIASES && !channel.paths.contains(&path) {
                channel.paths.push(path);
            }
        }
        Ok(())
    }

    /// Keeps a text on one line, as far as there is room.
    fn note(&mut self, text: &str) {
        if self.notes.len() < MAX_NOTES {
            let words: Vec<&str> = text.split_whitespace().collect();
            self.notes.push(words.join(" ").chars().take(MAX_NOTE).collect());
        }
    }

    /// Wires of one name in several scopes go by their paths; wires that have only one name need no paths.
    fn settle(&mut self) {
        let mut uses: HashMap<String, usize> = HashMap::new();
        for channel in &self.channels {
            *uses.entry(channel.name.clone()).or_default() += 1;
        }
        for channel in &mut self.channels {
            if channel.paths.iter().all(|path| *path == channel.name) {
                channel.paths.clear();
            }
            if uses.get(&channel.name).is_some_and(|&uses| uses > 1)
                && let Some(path) = channel.paths.first()
            {
                channel.name.clone_from(path);
            }
        }
        if self.ignored > 0 {
            self.notes
                .push(format!("{} signals that are no wires were left out", self.ignored));
        }
    }
}

/// Name of bit `bit` of a signal, counted from the right end of its values.
fn bit_name(variable: &Variable<'_>, bit: u8) -> String {
    let name = variable.name;
    let bit = i64::from(bit);
    let whole = variable.range.filter(|&range| width(range) == Some(variable.size));
    match (whole, variable.range, variable.size) {
        (Some(Range { left, right }), ..) if left >= right => format!("{name}[{}]", right.saturating_add(bit)),
        (Some(Range { right, .. }), ..) => format!("{name}[{}]", right.saturating_sub(bit)),
        (None, None, 1) => name.to_string(),
        (None, None, _) => format!("{name}[{bit}]"),
        // An element of an array, or brackets that tell another width.
        (None, Some(Range { left, right }), _) if left == right => format!("{name}[{left}][{bit}]"),
        (None, Some(Range { left, right }), _) => format!("{name}[{left}:{right}][{bit}]"),
    }
}

fn width(range: Range) -> Option<u32> {
    u32::try_from(range.left.abs_diff(range.right)).ok()?.checked_add(1)
}

/// `Acquisition with 8/8 channels at 24 MHz`
fn rate_of(comment: &str) -> Option<Frequency> {
    let (_, rate) = comment.strip_prefix("Acquisition with ")?.split_once(" at ")?;
    Frequency::parse(rate)
}

fn bound(what: &'static str, size: usize, limit: usize) -> Result<(), ErrorKind> {
    match size <= limit {
        true => Ok(()),
        false => Err(ErrorKind::TooLarge {
            what,
            size: size as u64,
            limit: limit as u64,
        }),
    }
}

fn malformed(keyword: &str, body: &str) -> ErrorKind {
    let expected = match keyword {
        "$timescale" => "a number and s, ms, us, ns, ps or fs",
        "$var" => "a kind, a size, an identifier and a name",
        _ => "a kind and a name",
    };
    let shown: String = body.trim().chars().take(80).collect();
    ErrorKind::Malformed {
        what: "declaration",
        detail: format!("{keyword} needs {expected}, there is `{shown}`"),
    }
}

/// Brings the next command to the front of the window: lengths of its keyword and of the whole. The whole is 0 where
/// value changes start without `$enddefinitions`. `None` at the end of the file.
fn next_command(window: &mut Window) -> Result<Option<(usize, usize)>, CaptureError> {
    loop {
        let held = window.bytes();
        let space = held.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let more = space == held.len();
        window.consume(space);
        if !more {
            break;
        }
        if !window.fill(1)? {
            return Ok(None);
        }
    }
    match window.bytes().first() {
        Some(b'$') => {}
        Some(b'#') => return Ok(Some((0, 0))),
        other => {
            let byte = other.copied().unwrap_or_default();
            let detail = format!("expected a `$` command, there is byte {byte:#04x}");
            return Err(window.malformed(0, "declaration", detail));
        }
    }
    let mut searched = 0;
    loop {
        let held = window.bytes();
        if let Some(len) = end_of_command(held, searched) {
            let keyword = held.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            return Ok(Some((keyword, len)));
        }
        // The end may be cut: it is searched again from its `$`.
        searched = held.len().saturating_sub(END.len());
        let wanted = held.len() + 1;
        if !window.fill(wanted)? {
            let held = window.bytes();
            // A file may end with its `$end`.
            if held.ends_with(END) {
                let keyword = held.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                return Ok(Some((keyword, held.len())));
            }
            return Err(window.truncated("declaration", wanted as u64));
        }
    }
}

const END: &[u8] = b"$end";

/// Length of the command with its `$end`, a word of its own; searched from byte `from`.
fn end_of_command(bytes: &[u8], from: usize) -> Option<usize> {
    let fresh = bytes.get(from..)?;
    let mut windows = fresh.windows(END.len() + 1).zip(from..);
    windows.find_map(|(window, at)| {
        let (&next, word) = window.split_last()?;
        let apart = at > 0 && bytes.get(at - 1)?.is_ascii_whitespace();
        (word == END && apart && next.is_ascii_whitespace()).then_some(at + END.len())
    })
}
