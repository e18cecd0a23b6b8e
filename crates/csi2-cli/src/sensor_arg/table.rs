//! The tables of a sensor's file. Their keys are the fields of [`Profile`] and [`EmbeddedMap`].

use super::mode_table::ModeRow;
use super::name::{Name, leak};
use super::value::{Register, Text};
use csi2_packet::DataType;
use csi2_sensors::{Bayer, BlackLevel, EmbeddedMap, Field, Gain, Profile, Size};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use toml::Spanned;

/// A whole sensor.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SensorTable {
    name: Name,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also_known: Vec<Name>,
    bayer: Option<Text<Bayer>>,
    array: Option<Text<Size>>,
    active: Option<Text<Size>>,
    exposure_margin: Option<u16>,
    frame_margin: Option<u16>,
    embedded_rows: Option<u8>,
    black_rows: Option<u8>,
    black_type: Option<Text<DataType>>,
    black_level: Option<BlackTable>,
    gain: Option<GainTable>,
    embedded: Option<EmbeddedTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    modes: Vec<Spanned<ModeRow>>,
}

impl SensorTable {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            name: Name(profile.name.into()),
            also_known: profile.also_known.iter().map(|name| Name((*name).into())).collect(),
            bayer: profile.bayer.map(Text),
            array: profile.array.map(Text),
            active: profile.active.map(Text),
            exposure_margin: profile.exposure_margin,
            frame_margin: profile.frame_margin,
            embedded_rows: profile.embedded_rows,
            black_rows: profile.black_rows,
            black_type: profile.black_type.map(Text),
            black_level: profile.black_level.map(BlackTable::from),
            gain: profile.gain.map(GainTable::from),
            embedded: profile.embedded.map(EmbeddedTable::new),
            modes: profile
                .modes
                .iter()
                .map(|mode| Spanned::new(0..0, ModeRow(*mode)))
                .collect(),
        }
    }

    /// The second of two modes of one name: where it is, and what is wrong with it.
    pub(super) fn twice(&self) -> Option<(Range<usize>, String)> {
        let name = |mode: &Spanned<ModeRow>| mode.get_ref().0.name;
        self.modes.iter().enumerate().find_map(|(index, mode)| {
            let earlier = self.modes.iter().take(index);
            earlier
                .map(name)
                .any(|other| other == name(mode))
                .then(|| (mode.span(), format!("a second mode `{}`", name(mode))))
        })
    }

    /// The profile, its texts and lists never freed.
    pub(super) fn leak(self) -> Profile {
        Profile {
            name: leak(self.name.0),
            also_known: Vec::leak(self.also_known.into_iter().map(|name| leak(name.0)).collect()),
            bayer: self.bayer.map(|order| order.0),
            black_level: self.black_level.map(|black| BlackLevel {
                level: black.level,
                bits: black.bits,
            }),
            gain: self.gain.map(|gain| match gain {
                GainTable::Ratio(full) => Gain::Ratio { full },
                GainTable::TenthsOfDecibel(tenths) => Gain::Decibels { tenths },
            }),
            exposure_margin: self.exposure_margin,
            embedded_rows: self.embedded_rows,
            embedded: self.embedded.map(|registers| &*Box::leak(Box::new(registers.map()))),
            modes: Vec::leak(self.modes.into_iter().map(|mode| mode.into_inner().0).collect()),
            array: self.array.map(|size| size.0),
            active: self.active.map(|size| size.0),
            frame_margin: self.frame_margin,
            black_rows: self.black_rows,
            black_type: self.black_type.map(|data_type| data_type.0),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, try_from = "BlackText")]
struct BlackTable {
    level: u16,
    bits: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlackText {
    level: u16,
    bits: u8,
}

impl TryFrom<BlackText> for BlackTable {
    type Error = String;

    fn try_from(BlackText { level, bits }: BlackText) -> Result<Self, String> {
        if (1..=16).contains(&bits) && u32::from(level) < 1 << bits {
            Ok(Self { level, bits })
        } else {
            Err(format!(
                "black level {level} of {bits} bits: expected 1 to 16 bits, and a level that has no more"
            ))
        }
    }
}

impl From<BlackLevel> for BlackTable {
    fn from(black: BlackLevel) -> Self {
        Self {
            level: black.level,
            bits: black.bits,
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum GainTable {
    /// `full / (full - code)`.
    Ratio(u16),
    /// A step of the code.
    TenthsOfDecibel(u8),
}

impl From<Gain> for GainTable {
    fn from(gain: Gain) -> Self {
        match gain {
            Gain::Ratio { full } => Self::Ratio(full),
            Gain::Decibels { tenths } => Self::TenthsOfDecibel(tenths),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EmbeddedTable {
    frame_count: Option<Text<Register>>,
    exposure_lines: Option<FieldTable>,
    gain_code: Option<FieldTable>,
    digital_gain: Option<FieldTable>,
    frame_length_lines: Option<FieldTable>,
    line_length_pixels: Option<FieldTable>,
    temperature: Option<Text<Register>>,
}

/// One register, or the first of two.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum FieldTable {
    Byte(Text<Register>),
    Word(Text<Register>),
}

impl EmbeddedTable {
    fn new(map: &EmbeddedMap) -> Self {
        let register = |address: u16| Text(Register(address));
        let field = |field: Field| match field {
            Field::Byte(address) => FieldTable::Byte(register(address)),
            Field::Word(address) => FieldTable::Word(register(address)),
        };
        Self {
            frame_count: map.frame_count.map(register),
            exposure_lines: map.exposure_lines.map(field),
            gain_code: map.gain_code.map(field),
            digital_gain: map.digital_gain.map(field),
            frame_length_lines: map.frame_length_lines.map(field),
            line_length_pixels: map.line_length_pixels.map(field),
            temperature: map.temperature.map(register),
        }
    }

    fn map(self) -> EmbeddedMap {
        let register = |Text(Register(address)): Text<Register>| address;
        let field = |field: FieldTable| match field {
            FieldTable::Byte(address) => Field::Byte(register(address)),
            FieldTable::Word(address) => Field::Word(register(address)),
        };
        EmbeddedMap {
            frame_count: self.frame_count.map(register),
            exposure_lines: self.exposure_lines.map(field),
            gain_code: self.gain_code.map(field),
            digital_gain: self.digital_gain.map(field),
            frame_length_lines: self.frame_length_lines.map(field),
            line_length_pixels: self.line_length_pixels.map(field),
            temperature: self.temperature.map(register),
        }
    }
}
