//! The files of an export, by their names.

use std::path::{Path, PathBuf};

/// Channels that are looked for: more than any device has.
pub(super) const MAX_CHANNELS: usize = 256;

/// The number in `digital_N.bin`.
pub(super) fn number(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_prefix("digital_")?.strip_suffix(".bin")?.parse().ok()?;
    (file_name(number) == name).then_some(number)
}

pub(super) fn file_name(number: usize) -> String {
    format!("digital_{number}.bin")
}

/// What an export has beside one of its files.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Digital channels, in their order.
    pub(super) digital: Vec<(usize, PathBuf)>,
    /// Names of files with analog channels.
    pub(super) analog: Vec<String>,
}

/// What is in a directory.
pub(super) fn list(directory: &Path) -> std::io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if let Some(number) = number(&path) {
            listing.digital.push((number, path));
        } else if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && name.starts_with("analog_")
            && name.ends_with(".bin")
        {
            listing.analog.push(name.into());
        }
    }
    listing.digital.sort();
    listing.analog.sort();
    Ok(listing)
}

/// The file that stands for a directory: its first channel, or else the table that the same program exports.
pub(crate) fn inside(directory: &Path) -> Option<PathBuf> {
    let listing = list(directory).ok()?;
    let table = directory.join("digital.csv");
    let first = listing.digital.into_iter().next().map(|(_, path)| path);
    first.or_else(|| table.is_file().then_some(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        assert_eq!(number(Path::new("x/digital_12.bin")), Some(12));
        for other in [
            "digital_012.bin",
            "digital_.bin",
            "digital_-1.bin",
            "analog_1.bin",
            "digital_1.csv",
            "/",
        ] {
            assert_eq!(number(Path::new(other)), None, "{other}");
        }
    }
}
