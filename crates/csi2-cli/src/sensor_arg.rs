//! `SENSOR[:MODE]`: a sensor that this build knows, or one from a file of the user's.

pub(crate) mod file;
mod mode_table;
mod name;
mod table;
mod value;

use csi2_sensors::{Mode, PROFILES, Profile};

/// A sensor and, where it is named, one of its drive modes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) profile: &'static Profile,
    pub(crate) mode: Option<&'static Mode>,
}

/// Parses `NAME`, `NAME:MODE`, `PATH.toml` and `PATH.toml:MODE`.
pub(crate) fn choose(text: &str) -> Result<Chosen, String> {
    let (sensor, mode) = parts(text);
    let profile = if is_file(sensor) {
        file::read(sensor)?
    } else {
        built_in(sensor)?
    };
    let mode = mode.map(|name| mode_of(profile, name)).transpose()?;
    Ok(Chosen { profile, mode })
}

/// Sensors that are no files, by name or that of a sibling.
pub(crate) fn built_in(name: &str) -> Result<&'static Profile, String> {
    csi2_sensors::find(name).ok_or_else(|| {
        let names = PROFILES
            .iter()
            .flat_map(|of| std::iter::once(&of.name).chain(of.also_known));
        let names: Vec<&str> = names.copied().collect();
        format!("expected a file that ends in .toml, or one of {}", names.join(", "))
    })
}

fn mode_of(profile: &'static Profile, name: &str) -> Result<&'static Mode, String> {
    profile.mode(name).ok_or_else(|| {
        let names: Vec<&str> = profile.modes.iter().map(|mode| mode.name).collect();
        if names.is_empty() {
            format!("no mode `{name}`: no modes of {} are known", profile.name)
        } else {
            format!("no mode `{name}`; {} has {}", profile.name, names.join(", "))
        }
    })
}

/// The sensor, and the mode behind the last colon: a colon within a path (`C:\mine.toml`) is none.
fn parts(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        _ if is_file(text) => (text, None),
        Some((sensor, mode)) => (sensor, Some(mode)),
        None => (text, None),
    }
}

fn is_file(text: &str) -> bool {
    std::path::Path::new(text)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_mode_and_a_mode_no_path() {
        assert_eq!(parts("imx412"), ("imx412", None));
        assert_eq!(parts("imx412:dol3"), ("imx412", Some("dol3")));
        assert_eq!(parts("C:\\mine.toml"), ("C:\\mine.toml", None));
        assert_eq!(parts("C:\\mine.TOML:full"), ("C:\\mine.TOML", Some("full")));
        assert_eq!(parts("./a:b/mine.toml"), ("./a:b/mine.toml", None));
        assert_eq!(parts("imx412:"), ("imx412", Some("")));
    }

    #[test]
    fn by_name_and_what_there_is_otherwise() {
        let chosen = choose("IMX577:DOL3").unwrap();
        assert_eq!(chosen.profile.name, "imx412");
        assert_eq!(chosen.mode.unwrap().name, "dol3");
        assert!(choose("imx412").unwrap().mode.is_none());
        let said = choose("imx999").unwrap_err();
        assert!(
            said.contains(".toml") && said.contains("imx378") && said.contains("imx412"),
            "{said}"
        );
        let said = choose("imx412:4k").unwrap_err();
        assert!(
            said.starts_with("no mode `4k`; imx412 has full-10bit, full-12bit,"),
            "{said}"
        );
        let said = choose("imx283:full").unwrap_err();
        assert_eq!(said, "no mode `full`: no modes of imx283 are known");
        let said = choose("absent.toml:full").unwrap_err();
        assert!(said.starts_with("absent.toml: "), "{said}");
    }
}
