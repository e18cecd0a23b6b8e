//! `--fault KIND:key=value,...` and `--probability`.

use csi2_generator::{Chance, FAULTS, FaultRow, Order, Parameter, ParameterError, Parameters, find_fault};
use csi2_packet::DataType;

/// A kind of fault, and what is chosen of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct FaultArg {
    row: &'static FaultRow,
    parameters: Parameters,
}

impl FaultArg {
    /// To be done nowhere yet.
    pub(super) fn order(&self) -> Order {
        Order {
            row: self.row,
            parameters: self.parameters,
            chance: Chance::Never,
        }
    }
}

pub(super) fn parse(text: &str) -> Result<FaultArg, String> {
    let (name, chosen) = text.split_once(':').unwrap_or((text, ""));
    let row = find_fault(name).ok_or_else(|| unknown(name))?;
    let mut parameters = Parameters::none();
    for part in chosen.split(',').filter(|part| !part.is_empty()) {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`{part}`: write KEY=VALUE; {}", known(row)))?;
        let value = number(value).ok_or_else(|| format!("`{part}`: `{value}` is no number, as in 7, 0x2A or RAW10"))?;
        parameters.set(row, key, value).map_err(|error| match error {
            ParameterError::Unknown => format!("{name} has no parameter `{key}`: {}", known(row)),
            ParameterError::Range(Parameter { least, most, .. }) => {
                format!("{key} is {value}: write {least} to {most}")
            }
        })?;
    }
    Ok(FaultArg { row, parameters })
}

/// `0.001` or `1e-6`, above 0 and at most 1.
pub(super) fn probability(text: &str) -> Result<f64, String> {
    let value: f64 = text
        .trim()
        .parse()
        .map_err(|_| "not a number, as in 0.001 or 1e-6".to_owned())?;
    if value > 0.0 && value <= 1.0 {
        Ok(value)
    } else {
        Err("write a number above 0, and at most 1".into())
    }
}

/// Decimal, hexadecimal, or the name of a data type.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.starts_with('+')),
        None if text.starts_with('+') => None,
        None => text
            .parse()
            .ok()
            .or_else(|| DataType::parse(text).map(|data_type| data_type.code().into())),
    }
}

/// The parameters of a kind, for messages.
fn known(row: &FaultRow) -> String {
    let names: Vec<&str> = row.parameters.iter().map(|parameter| parameter.name).collect();
    if names.is_empty() {
        return format!("{} takes none", row.name);
    }
    format!("it has {}", names.join(", "))
}

/// Names the kinds whose names are nearest, or that are reported by such a name: `crc`, `ECC_DOUBLE`.
fn unknown(name: &str) -> String {
    let code = name.to_ascii_uppercase().replace('-', "_");
    let reported = |row: &FaultRow| code.len() > 1 && row.expect.iter().any(|expect| expect.contains(&code));
    let far = |row: &FaultRow| (!reported(row), distance(name, row.name));
    let mut near: Vec<((bool, usize), &str)> = FAULTS.iter().map(|row| (far(row), row.name)).collect();
    near.sort_by_key(|(far, _)| *far);
    let near: Vec<&str> = near.iter().take(3).map(|(_, name)| *name).collect();
    format!(
        "no such kind: perhaps {}; csi2 inject --list prints them all",
        near.join(", ")
    )
}

/// Letters to insert, take out or exchange; none where one name holds the other.
fn distance(one: &str, other: &str) -> usize {
    if one.len() > 1 && (other.contains(one) || one.contains(other)) {
        return 0;
    }
    strsim::levenshtein(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_parameters() {
        let arg = parse("payload-bit:byte=0x10,bit=3").expect("a fault");
        assert_eq!(
            (arg.row.name, arg.parameters.get("byte"), arg.parameters.get("bit")),
            ("payload-bit", Some(16), Some(3))
        );
        let arg = parse("data-type:dt=RAW12").expect("a fault");
        assert_eq!(arg.parameters.get("dt"), Some(0x2C));
        for (wrong, fix) in [
            ("payload", "perhaps payload-bit"),
            ("headr-bit", "perhaps header-bit"),
            ("skew_cal_seen", "perhaps deskew"),
            ("payload-bit:flip=1", "it has byte, bit, count"),
            ("payload-bit:bit=9", "write 0 to 7"),
            ("payload-bit:bit", "write KEY=VALUE"),
            ("payload-bit:bit=x", "is no number"),
            ("lost-fs:x=1", "takes none"),
        ] {
            let error = parse(wrong).expect_err(wrong);
            assert!(error.contains(fix), "{wrong}: {error}");
        }
    }

    #[test]
    fn letters_apart() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("lost-fs", "lost-fe"), 1);
        assert_eq!(distance("crc", "crc-x"), 0);
    }
}
