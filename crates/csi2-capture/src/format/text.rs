//! Hexadecimal text: lines, comments, words. Shared by the formats that people write by hand and simulators load.

use crate::late::Late;
use crate::window::Window;
use crate::{Burst, CaptureError, ErrorKind};

/// How the comment that a memory file has before each burst starts.
pub(crate) const BURST: &str = "// burst ";

/// Whether the first bytes of a file are text: UTF-8 without control characters other than white space. A character
/// may be cut at the end. Nothing is neither.
pub(crate) fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a character.
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// Lines of a text file, one at a time, with their comments blanked out. Comments are `#`, `;` and `//` up to the end
/// of the line, and `/* */`, over any number of lines.
pub(crate) struct Lines {
    window: Window,
    /// The line that was loaded, where something in it was blanked out; else it is read where it lies. Columns are those
    /// of the file.
    blanked: Vec<u8>,
    /// Its length in the window; 0 where none is loaded.
    loaded: usize,
    /// Lines before it.
    before: u64,
    /// Whether a `/*` is open behind it.
    open: bool,
    /// Whether it has a comment, or is part of one.
    comment: bool,
}

/// How chunks lie in their bursts, and the error that waits until what came before it is given.
pub(crate) struct Cuts {
    /// The next chunk is the first of a burst.
    starts: bool,
    late: Late,
}

impl Cuts {
    /// At the start of a file.
    pub(crate) fn new() -> Self {
        Self {
            starts: true,
            late: Late::default(),
        }
    }

    /// To be asked before a chunk is gathered: the error that waits.
    pub(crate) fn check(&mut self) -> Result<(), CaptureError> {
        self.late.check()
    }

    /// How the chunk lies that was gathered, `None` at the end of the file. `ends`: whether it ends its burst, or why no more
    /// could be read; `empty`: whether there is nothing in it.
    pub(crate) fn chunk(
        &mut self,
        ends: Result<bool, CaptureError>,
        empty: bool,
    ) -> Result<Option<Burst>, CaptureError> {
        let ends = self.late.hold(ends, empty)?;
        if empty {
            return Ok(None);
        }
        let starts = std::mem::replace(&mut self.starts, ends);
        Ok(Some(Burst { starts, ends }))
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LineKind {
    /// Nothing, or white space.
    Blank,
    /// A comment and nothing else.
    Comment,
    /// Something to read.
    Data,
}

impl Lines {
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            blanked: Vec::new(),
            loaded: 0,
            before: 0,
            open: false,
            comment: false,
        }
    }

    /// Loads the next line where none is loaded; what the loaded one is. `None` at the end of the file.
    ///
    /// # Errors
    /// Where the operating system refuses, and where a line is too long.
    pub(crate) fn load(&mut self) -> Result<Option<LineKind>, CaptureError> {
        if self.loaded == 0 {
            let Some(length) = self.window.fill_line()? else {
                return Ok(None);
            };
            self.loaded = length;
            self.blanked.clear();
            self.comment = false;
            let line = self.window.bytes().get(..length).unwrap_or_default();
            if self.open || may_have_comment(line) || self.before == 0 {
                self.blanked.extend_from_slice(line);
                self.comment = blank_comments(&mut self.blanked, &mut self.open);
                if self.before == 0 && self.blanked.starts_with(&[0xEF, 0xBB, 0xBF]) {
                    // A byte order mark.
                    self.blanked.iter_mut().take(3).for_each(|byte| *byte = b' ');
                }
            }
        }
        let data = self.line().iter().any(|&byte| !is_between(byte));
        Ok(Some(match (data, self.comment) {
            (true, _) => LineKind::Data,
            (false, true) => LineKind::Comment,
            (false, false) => LineKind::Blank,
        }))
    }

    /// Leaves the loaded line behind.
    pub(crate) fn advance(&mut self) {
        self.window.consume(self.loaded);
        self.loaded = 0;
        self.before += 1;
    }

    /// The words of the loaded line, with their columns from 0.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, &[u8])> {
        words(self.line())
    }

    /// The loaded line.
    fn line(&self) -> &[u8] {
        match self.blanked.is_empty() {
            true => self.window.bytes().get(..self.loaded).unwrap_or_default(),
            false => &self.blanked,
        }
    }

    /// Offset in the file of a column of the loaded line.
    pub(crate) fn offset(&self, column: usize) -> u64 {
        self.window.offset().saturating_add(column as u64)
    }

    /// Bytes of lines left behind.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.window.offset()
    }

    /// [`ErrorKind::Malformed`] at a column of the loaded line.
    pub(crate) fn malformed(&self, column: usize, what: &'static str, detail: &str) -> CaptureError {
        let (line, shown) = (self.before + 1, column + 1);
        let detail = format!("line {line}, column {shown}: {detail}");
        self.window.malformed(column, what, detail)
    }

    /// [`ErrorKind::Missing`] or the like at the start of the loaded line.
    pub(crate) fn error(&self, kind: ErrorKind) -> CaptureError {
        self.window.error(kind)
    }
}

/// The words of a line, with their columns from 0. White space and commas lie between them.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let start = rest.iter().position(|&byte| !is_between(byte))?;
        let rest = rest.get(start..)?;
        let length = rest.iter().position(|&byte| is_between(byte)).unwrap_or(rest.len());
        let column = at + start;
        at = column + length;
        Some((column, rest.get(..length)?))
    })
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b','
}

/// How the comment of a line starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Comment {
    /// As [`BURST`].
    Burst,
    /// Otherwise, or there is none.
    Other,
}

/// The lines of the start of a file, comments blanked out. The last one may be cut.
pub(crate) fn each_line(head: &[u8]) -> impl Iterator<Item = (Vec<u8>, Comment)> {
    let mut open = false;
    head.split(|&byte| byte == b'\n').map(move |line| {
        let comment = match line.starts_with(BURST.as_bytes()) {
            true => Comment::Burst,
            false => Comment::Other,
        };
        let mut line = line.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(line).to_vec();
        blank_comments(&mut line, &mut open);
        (line, comment)
    })
}

/// Whether there is a character that starts a comment. Most lines have none, and this loop runs many bytes at a time.
fn may_have_comment(line: &[u8]) -> bool {
    line.iter()
        .fold(false, |any, byte| any | matches!(byte, b'#' | b';' | b'/'))
}

/// Puts blanks in place of comments; whether there were any. `open` tells whether the line starts, and then ends,
/// inside `/* */`.
pub(crate) fn blank_comments(line: &mut [u8], open: &mut bool) -> bool {
    if !*open && !may_have_comment(line) {
        return false;
    }
    let mut seen = *open;
    let mut at = 0;
    while at < line.len() {
        let rest = line.get_mut(at..).unwrap_or_default();
        let (blank, keep) = match (*open, &*rest) {
            (true, [b'*', b'/', ..]) => {
                *open = false;
                (2, 0)
            }
            (true, _) => (1, 0),
            (false, [b'/', b'*', ..]) => {
                *open = true;
                (2, 0)
            }
            (false, [b'/', b'/', ..] | [b'#' | b';', ..]) => (rest.len(), 0),
            (false, _) => (0, 1),
        };
        seen |= blank > 0;
        rest.iter_mut().take(blank).for_each(|byte| *byte = b' ');
        at += blank + keep;
    }
    seen
}

/// Why a word is not hexadecimal bytes, and at which character from 0.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct WordError {
    pub(crate) column: usize,
    pub(crate) detail: String,
}

/// Appends the bytes of a word: two digits each, `0x` in front and `_` anywhere allowed.
pub(crate) fn push_bytes(word: &[u8], bytes: &mut Vec<u8>) -> Result<(), WordError> {
    // Most words are pairs of digits and nothing else.
    if let (pairs, []) = word.as_chunks::<2>() {
        let before = bytes.len();
        let mut all = 0;
        bytes.extend(pairs.iter().map(|[high, low]| {
            let (high, low) = (nibble(*high), nibble(*low));
            all |= high | low;
            high << 4 | low
        }));
        if all <= 0xF {
            return Ok(());
        }
        bytes.truncate(before);
    }
    let mut high = None;
    for (column, digit) in digits(word) {
        let digit = digit.ok_or_else(|| bad_digit(word, column))?;
        high = match high {
            None => Some(digit),
            Some(high) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }
    match high {
        None => Ok(()),
        Some(_) => Err(WordError {
            column: 0,
            detail: format!("{} hexadecimal digits, where a byte has two", digits(word).count()),
        }),
    }
}

/// The value of a word of up to 16 digits.
pub(crate) fn value(word: &[u8]) -> Result<u64, WordError> {
    if let [high, low] = word
        && let (high, low) = (nibble(*high), nibble(*low))
        && high | low <= 0xF
    {
        return Ok(u64::from(high << 4 | low));
    }
    let mut value = 0u64;
    let mut count = 0;
    for (column, digit) in digits(word) {
        let digit = digit.ok_or_else(|| bad_digit(word, column))?;
        value = value << 4 | u64::from(digit);
        count += 1;
    }
    match count {
        1..=16 => Ok(value),
        _ => Err(WordError {
            column: 0,
            detail: format!("{count} hexadecimal digits, where 1 to 16 are expected"),
        }),
    }
}

/// The digits of a word with their columns, `None` for what is none.
pub(crate) fn digits(word: &[u8]) -> impl Iterator<Item = (usize, Option<u8>)> {
    let prefix = if matches!(word, [b'0', b'x' | b'X', ..]) { 2 } else { 0 };
    let places = word.iter().enumerate().skip(prefix).filter(|&(_, &byte)| byte != b'_');
    places.map(|(column, &byte)| (column, Some(nibble(byte)).filter(|&digit| digit <= 0xF)))
}

/// The value of a digit, 0xFF of what is none.
fn nibble(byte: u8) -> u8 {
    const NIBBLES: [u8; 256] = {
        let mut nibbles = [0xFF; 256];
        let mut digit = 0;
        while digit < 10 {
            nibbles[(b'0' + digit) as usize] = digit;
            digit += 1;
        }
        while digit < 16 {
            nibbles[(b'a' - 10 + digit) as usize] = digit;
            nibbles[(b'A' - 10 + digit) as usize] = digit;
            digit += 1;
        }
        nibbles
    };
    NIBBLES[usize::from(byte)]
}

fn bad_digit(word: &[u8], column: usize) -> WordError {
    let found = word.get(column).copied().unwrap_or_default();
    WordError {
        column,
        detail: format!("'{}' is not a hexadecimal digit", found.escape_ascii()),
    }
}

/// A text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Appends bytes as lower-case digits.
pub(crate) fn push_hex(bytes: &[u8], text: &mut Vec<u8>) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
    for byte in bytes {
        text.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xF)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(lines: &str) -> Vec<(String, bool)> {
        let mut open = false;
        let line = |line: &str| {
            let mut line = line.as_bytes().to_vec();
            let comment = blank_comments(&mut line, &mut open);
            (String::from_utf8(line).unwrap(), comment)
        };
        lines.split('\n').map(line).collect()
    }

    #[test]
    fn comments_become_blanks_in_place() {
        let found = blanked("00 # a\n/*11*/22//3\n33 /* 44\n55\n*/66;7\n8/9");
        let expected = [
            ("00    ", true),
            ("      22   ", true),
            ("33      ", true),
            ("  ", true),
            ("  66  ", true),
            ("8/9", false),
        ];
        assert_eq!(found.len(), expected.len());
        for ((text, comment), (expected, commented)) in found.iter().zip(expected) {
            assert_eq!((text.as_str(), *comment), (expected, commented));
        }
    }

    #[test]
    fn words_have_columns() {
        let found: Vec<_> = words(b" 0x1,2_3\t\r\n").collect();
        assert_eq!(found, [(1, &b"0x1"[..]), (5, &b"2_3"[..])]);
        assert_eq!(words(b" , ").count(), 0);
    }

    #[test]
    fn a_word_is_whole_bytes() {
        let mut bytes = Vec::new();
        push_bytes(b"0xB8_0aFf", &mut bytes).unwrap();
        push_bytes(b"0X", &mut bytes).unwrap();
        assert_eq!(bytes, [0xB8, 0x0A, 0xFF]);
        assert_eq!(push_bytes(b"0x1", &mut bytes).unwrap_err().column, 0);
        assert_eq!(push_bytes(b"00g0", &mut bytes).unwrap_err().column, 2);
        assert_eq!(value(b"0x1_F").unwrap(), 0x1F);
        assert!(value(b"").is_err() && value(b"11112222333344445").is_err());
    }

    #[test]
    fn digits_are_lower_case() {
        let mut text = Vec::new();
        push_hex(&[0x00, 0x1A, 0xF9], &mut text);
        assert_eq!(text, b"001af9");
    }

    #[test]
    fn text_may_be_cut_inside_a_character() {
        assert!(is_text("00 1a # \u{b5}s\n".as_bytes()));
        assert!(is_text(&"00 \u{b5}".as_bytes()[..4]));
        assert!(!is_text(b"\x00\x01\x00\x1a"));
        assert!(!is_text(b"ab\xffcd"));
        assert!(!is_text(b""));
    }
}
