//! What embedded rows say, for machines and for people.

use super::hex::hex;
use csi2_analyzer::{EmbeddedFrame, EmbeddedRow};
use csi2_sensors::{CCS, EmbeddedValues, Profile};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Registers by address, as `{"0x0202":6}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RegistersJson(BTreeMap<u16, u8>);

impl Serialize for RegistersJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (address, value) in &self.0 {
            map.serialize_entry(&format!("0x{address:04X}"), value)?;
        }
        map.end()
    }
}

/// What embedded rows say by name. What they do not say is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct EmbeddedJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_count: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure_lines: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    analogue_gain_code: Option<u16>,
    /// Of sensors whose formula is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    analogue_gain: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digital_gain: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_length_lines: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_length_pixels: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature_c: Option<i8>,
    /// Whose register table this is; none: the standard one.
    #[serde(skip_serializing_if = "Option::is_none")]
    sensor: Option<&'static str>,
    /// Rows with a wrong checksum, or that break the rules of their format.
    #[serde(skip_serializing_if = "Option::is_none")]
    damaged_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<RegistersJson>,
    /// Of a packet: why reading it ended before it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl EmbeddedJson {
    /// Of a frame; `None` where no row was one of tags.
    pub(crate) fn of_frame(frame: &EmbeddedFrame, sensor: Option<&'static Profile>) -> Option<Self> {
        if !frame.rows.iter().any(|row| row.is_tagged()) {
            return None;
        }
        let damaged = frame.damaged().count() as u64;
        Some(Self {
            damaged_rows: (damaged > 0).then_some(damaged),
            registers: Some(RegistersJson(frame.registers.iter().collect())),
            ..Self::new(&values(sensor, |address| frame.registers.get(address)), sensor)
        })
    }

    /// Integration time times gain, in lines; `None` where it is not told, or the gain is a code of unknown meaning.
    pub(crate) fn light(&self) -> Option<f64> {
        let analogue = match (self.analogue_gain, self.analogue_gain_code) {
            (Some(gain), _) => gain,
            (None, None | Some(0)) => 1.0,
            (None, Some(_)) => return None,
        };
        let lines = self.exposure_lines.filter(|lines| *lines > 0)?;
        Some(f64::from(lines) * analogue * self.digital_gain.unwrap_or(1.0))
    }

    fn new(values: &EmbeddedValues, sensor: Option<&'static Profile>) -> Self {
        let gain = |code| sensor?.gain?.factor(code);
        Self {
            frame_count: values.frame_count,
            exposure_lines: values.exposure_lines,
            analogue_gain_code: values.gain_code,
            analogue_gain: values.gain_code.and_then(gain),
            digital_gain: values.digital_gain.map(|gain| f64::from(gain) / 256.0),
            frame_length_lines: values.frame_length_lines,
            line_length_pixels: values.line_length_pixels,
            temperature_c: values.temperature_c,
            sensor: sensor.map(|sensor| sensor.name),
            damaged_rows: None,
            registers: None,
            problem: None,
        }
    }

    /// `exposure 1600 lines, gain 2 (code 512)`; empty where nothing is said by name.
    fn describe(&self) -> String {
        let mut parts = Vec::new();
        let mut say = |part: Option<String>| parts.extend(part);
        say(self.frame_count.map(|count| format!("frame count {count}")));
        say(self.exposure_lines.map(|lines| format!("exposure {lines} lines")));
        say(self.analogue_gain_code.map(|code| match self.analogue_gain {
            Some(gain) => format!("gain {} (code {code})", decimal(gain)),
            None => format!("gain code {code}"),
        }));
        say(self.digital_gain.map(|gain| format!("digital gain {}", decimal(gain))));
        say(self
            .frame_length_lines
            .map(|lines| format!("frame length {lines} lines")));
        say(self
            .line_length_pixels
            .map(|pixels| format!("line length {pixels} pixels")));
        say(self.temperature_c.map(|degrees| format!("{degrees} degrees C")));
        parts.join(", ")
    }
}

/// `list -v`: what one packet says.
#[derive(Clone, Debug)]
pub(crate) struct PacketRegisters {
    pub(crate) registers: RegistersJson,
    pub(crate) embedded: EmbeddedJson,
}

impl PacketRegisters {
    /// Reads the payload of an embedded packet.
    pub(crate) fn new(payload: &[u8], sensor: Option<&'static Profile>) -> Self {
        let row = EmbeddedRow::parse(payload, None);
        let registers: BTreeMap<u16, u8> = row.registers().map(|of| (of.address, of.value)).collect();
        let values = values(sensor, |address| registers.get(&address).copied());
        Self {
            embedded: EmbeddedJson {
                problem: row.problem().map(|problem| problem.to_string()),
                ..EmbeddedJson::new(&values, sensor)
            },
            registers: RegistersJson(registers),
        }
    }

    /// Lines for people: what has a name, all registers, and why reading ended early.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(Some(self.embedded.describe()).filter(|text| !text.is_empty()));
        lines.extend(wrapped(runs(&self.registers.0)));
        lines.extend(self.embedded.problem.clone());
        lines
    }
}

/// Nobody has named the sensor: standard registers. A sensor without a table says nothing by name.
fn values(sensor: Option<&'static Profile>, registers: impl Fn(u16) -> Option<u8>) -> EmbeddedValues {
    let map = sensor.map_or(Some(&CCS), |sensor| sensor.embedded);
    map.map_or_else(EmbeddedValues::default, |map| map.read(registers))
}

/// `0x0202: 06 40`: registers that follow each other.
fn runs(registers: &BTreeMap<u16, u8>) -> Vec<String> {
    let mut runs: Vec<(u16, Vec<u8>)> = Vec::new();
    let mut next = None;
    for (&address, &value) in registers {
        match runs.last_mut() {
            Some((_, run)) if next == Some(address) => run.push(value),
            _ => runs.push((address, vec![value])),
        }
        next = address.checked_add(1);
    }
    runs.into_iter()
        .flat_map(|(start, run)| {
            let pieces: Vec<String> = run
                .chunks(16)
                .zip((u32::from(start)..).step_by(16))
                .map(|(bytes, address)| {
                    let bytes: Vec<String> = bytes.iter().map(|byte| hex(&[*byte])).collect();
                    format!("0x{address:04X}: {}", bytes.join(" "))
                })
                .collect();
            pieces
        })
        .collect()
}

/// As many runs a line as fit.
fn wrapped(runs: Vec<String>) -> Vec<String> {
    const WIDTH: usize = 80;
    let mut lines: Vec<String> = Vec::new();
    for run in runs {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + run.len() <= WIDTH => {
                line.push_str("  ");
                line.push_str(&run);
            }
            _ => lines.push(run),
        }
    }
    lines
}

/// Three decimals at most.
fn decimal(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_in_runs_and_lines() {
        let registers: BTreeMap<u16, u8> = (0x0200..0x0212).map(|address| (address, address as u8)).collect();
        assert_eq!(
            runs(&registers),
            [
                "0x0200: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
                "0x0210: 10 11"
            ]
        );
        let registers = BTreeMap::from([(0x0005, 1), (0x0007, 2), (0xFFFF, 3), (0x0000, 4)]);
        assert_eq!(
            wrapped(runs(&registers)),
            ["0x0000: 04  0x0005: 01  0x0007: 02  0xFFFF: 03"]
        );
    }

    #[test]
    fn decimals() {
        assert_eq!(
            (decimal(2.0), decimal(22.260_87)),
            ("2".to_owned(), "22.261".to_owned())
        );
    }
}
