//! Names of sensors and modes.

use serde::{Deserialize, Serialize};

pub(super) fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A name of a sensor or mode: one that can be written in a command line.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(super) struct Name(pub(super) String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if !name.is_empty() && name.chars().all(good) {
            Ok(Self(name))
        } else {
            Err(format!("name `{name}`: expected lower-case letters, digits, - and _"))
        }
    }
}
