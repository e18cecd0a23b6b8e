//! Rows of comma-separated text: headings, which may have quotes. Values are read where they are, byte by byte.
//!
//! Ref: RFC 4180

use crate::format::text::one_line;

/// Fields of a line that are told apart, more than any capture has wires. What is behind them is left out: a line of
/// commas is not to take many times its own memory.
const MOST_FIELDS: usize = 1 << 17;

/// The byte order mark that some tools write first.
pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A line without its end.
pub(crate) fn trim(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The fields of a line, without the quotes around them.
pub(crate) fn fields(line: &[u8]) -> Vec<String> {
    let mut fields = vec![Vec::new()];
    let mut quoted = false;
    let mut bytes = line.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match (quoted, byte) {
            (false, b',') if fields.len() >= MOST_FIELDS => break,
            (false, b',') => fields.push(Vec::new()),
            (true, b'"') if bytes.next_if(|&&next| next == b'"').is_some() => push(&mut fields, byte),
            (_, b'"') => quoted = !quoted,
            (_, byte) => push(&mut fields, byte),
        }
    }
    let text = |field: Vec<u8>| String::from_utf8_lossy(&field).trim().to_string();
    fields.into_iter().map(text).collect()
}

fn push(fields: &mut [Vec<u8>], byte: u8) {
    if let Some(last) = fields.last_mut() {
        last.push(byte);
    }
}

/// A field, in quotes where it needs them, on one line.
pub(crate) fn field(text: &str) -> String {
    let line = one_line(text);
    match line.contains([',', '"']) {
        true => format!("\"{}\"", line.replace('"', "\"\"")),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_they_are_read() {
        let names = ["CLKP", "a,b", "say \"x\"", "", "#;"];
        let line = names.map(field).join(",");
        assert_eq!(line, "CLKP,\"a,b\",\"say \"\"x\"\"\",,#;");
        assert_eq!(fields(line.as_bytes()), names);
        assert_eq!(fields(b"\"open, and not closed"), ["open, and not closed"]);
        assert_eq!(trim(b"a\r\n"), b"a");
        assert_eq!(fields(b""), [""]);
        assert_eq!(fields(&[b','; 1 << 18]).len(), MOST_FIELDS);
    }
}
