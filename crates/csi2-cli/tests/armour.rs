//! Holds the documents about safety to the code: `fuzz/README.md` to the fuzz targets, their property tests and the
//! formats, and the limits in `SECURITY.md` to the constants they name.

#![allow(clippy::expect_used, clippy::panic)]

use csi2_capture::FORMATS;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Cells of the rows of the table under this header.
fn table(text: &str, header: &str) -> Vec<Vec<String>> {
    let after = text.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let rows = after.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        row.trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
    .collect()
}

/// What is between backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn targets() -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join("fuzz/fuzz_targets")).expect("fuzz targets");
    let names = files.map(|file| {
        file.expect("a file")
            .path()
            .file_stem()
            .expect("a name")
            .display()
            .to_string()
    });
    names.collect()
}

#[test]
fn every_fuzz_target_has_a_row_and_a_twin() {
    let rows = table(&text("fuzz/README.md"), "| target |");
    let named: Vec<String> = rows.iter().map(|row| quoted(&row[0]).concat()).collect();
    assert!(named.is_sorted(), "{named:?}");
    assert_eq!(named.iter().cloned().collect::<BTreeSet<_>>(), targets());
    assert_eq!(named.len(), targets().len());
    for row in &rows {
        let [path, name] = quoted(&row[2])[..] else {
            panic!("{row:?}: a file and a test");
        };
        assert!(text(path).contains(&format!("fn {name}(")), "{path} has no {name}");
    }
}

#[test]
fn every_fuzz_target_is_built_and_every_format_has_one() {
    let manifest = text("fuzz/Cargo.toml");
    for target in targets() {
        assert!(
            manifest.contains(&format!("name = \"{target}\"\npath = \"fuzz_targets/{target}.rs\"")),
            "{target}"
        );
    }
    for format in FORMATS {
        let source = text(&format!("fuzz/fuzz_targets/{}.rs", format.name.replace('-', "_")));
        assert!(
            source.contains(&format!("csi2_fuzz::read(\"{}\", bytes)", format.name)),
            "{}",
            format.name
        );
    }
}

/// The value of a constant or of a field, written as `4`, `4_096` or `1 << 12`.
fn value(source: &str, name: &str) -> u64 {
    let is_it = |line: &&str| {
        let line = line
            .trim_start()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ");
        let line = line.trim_start_matches("pub(super) ").trim_start_matches("const ");
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')) && line.chars().any(|c| c.is_ascii_digit())
    };
    let line = source.lines().rfind(is_it).unwrap_or_else(|| panic!("no {name}"));
    let (_, value) = line.rsplit_once(['=', ':']).expect("a value");
    let value = value.trim().trim_end_matches([';', ',']).replace('_', "");
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or_else(|_| panic!("{name}: {value}"));
    match value.split_once("<<") {
        Some((number_, shift)) => number(number_) << number(shift),
        None => value.split('*').map(number).product(),
    }
}

/// `64 MiB`, `65 536`.
fn size(cell: &str) -> u64 {
    let digits: String = cell
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ' ')
        .filter(char::is_ascii_digit)
        .collect();
    let number: u64 = digits.parse().unwrap_or_else(|_| panic!("{cell}: no number"));
    let unit = cell.rsplit(' ').next().unwrap_or_default();
    match unit {
        "KiB" => number << 10,
        "MiB" => number << 20,
        "GiB" => number << 30,
        _ => number,
    }
}

#[test]
fn limits_are_those_of_the_code() {
    let rows = table(&text("SECURITY.md"), "| what |");
    assert!(rows.len() > 15, "{} limits", rows.len());
    for row in rows {
        let [what, limit, place] = &row[..] else {
            panic!("{row:?}: three cells");
        };
        let [path, name] = quoted(place)[..] else {
            panic!("{what}: a file and a name");
        };
        assert_eq!(size(limit), value(&text(path), name), "{what}: {path} {name}");
    }
    let Ok(limits) = std::fs::read_to_string(root().join("crates/csi2-analyzer/src/limits.rs")) else {
        panic!("limits");
    };
    let fields = limits
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": usize"));
    let security = text("SECURITY.md");
    for (field, _) in fields {
        assert!(
            security.contains(&format!("`{field}`")),
            "{field} is not in SECURITY.md"
        );
    }
}
