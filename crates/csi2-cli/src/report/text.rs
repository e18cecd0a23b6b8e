//! Layouts for people.

/// Nanoseconds with a fitting unit: `1.235 us`.
pub(crate) fn time(nanoseconds: f64) -> String {
    scaled(nanoseconds, &[(1e9, "s"), (1e6, "ms"), (1e3, "us")], "ns")
}

/// A rate with a fitting unit: `2.1 Gbps`.
pub(crate) fn rate(value: f64, unit: &str) -> String {
    let text = scaled(value, &[(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")], "");
    match text.split_once(' ') {
        Some((number, prefix)) => format!("{number} {prefix}{unit}"),
        None => text,
    }
}

fn scaled(value: f64, units: &[(f64, &str)], base: &str) -> String {
    let (factor, unit) = units
        .iter()
        .copied()
        .find(|(factor, _)| value.abs() >= *factor)
        .unwrap_or((1.0, base));
    let text = format!("{:.3}", value / factor);
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

/// A name from a capture, fit for a terminal: no control characters, not too long.
pub(crate) fn printable(name: &str) -> String {
    const LONGEST: usize = 120;
    name.chars()
        .take(LONGEST)
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect()
}

/// `1 packet`, `2 packets`.
pub(crate) fn count(number: u64, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else if let Some(stem) = what.strip_suffix('y') {
        format!("{number} {stem}ies")
    } else {
        format!("{number} {what}s")
    }
}

/// Ranges of row numbers: `3, 5-9`. The first ten of them.
pub(crate) fn rows(numbers: &[u32]) -> String {
    const MOST: usize = 10;
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let more = ranges.len() > MOST;
    let mut text: Vec<String> = ranges
        .into_iter()
        .take(MOST)
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    if more {
        text.push("...".to_owned());
    }
    text.join(", ")
}

/// Which side of its column a cell keeps to.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows with aligned columns, two spaces between them and `indent` before.
pub(crate) fn table(indent: &str, sides: &[Side], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(indent);
        for (column, (cell, side)) in row.iter().zip(sides).enumerate() {
            let width = width(column);
            if column > 0 {
                line.push_str("  ");
            }
            match side {
                Side::Left => line.push_str(&format!("{cell:width$}")),
                Side::Right => line.push_str(&format!("{cell:>width$}")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_rates() {
        assert_eq!(time(0.0), "0 ns");
        assert_eq!(time(1234.5), "1.234 us");
        assert_eq!(time(2e9), "2 s");
        assert_eq!(rate(2.1e9, "bps"), "2.1 Gbps");
        assert_eq!(rate(60.0, "Hz"), "60 Hz");
    }

    #[test]
    fn row_ranges() {
        assert_eq!(rows(&[]), "");
        assert_eq!(rows(&[3, 5, 6, 7, 9]), "3, 5-7, 9");
        let many: Vec<u32> = (0..100).step_by(2).collect();
        assert_eq!(rows(&many), "0, 2, 4, 6, 8, 10, 12, 14, 16, 18, ...");
    }

    #[test]
    fn columns() {
        let rows = vec![vec!["a".into(), "1".into()], vec!["bbb".into(), "22".into()]];
        assert_eq!(table(" ", &[Side::Left, Side::Right], &rows), " a     1\n bbb  22\n");
    }

    #[test]
    fn plurals() {
        assert_eq!(count(1, "packet"), "1 packet");
        assert_eq!(count(2, "burst"), "2 bursts");
    }
}
