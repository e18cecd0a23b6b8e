//! The tables of a drive mode in a sensor's file. Their keys are the fields of [`Mode`], [`Pace`], [`Dol`] and [`Margin`].

use super::name::{Name, leak};
use super::value::Text;
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Clock, Dol, DolMethod, MAX_EXPOSURES, Margin, Misfit, Mode, Pace, Placement};
use serde::{Deserialize, Serialize};

/// A mode of which rows can be made.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "ModeTable", into = "ModeTable")]
pub(super) struct ModeRow(pub(super) Mode);

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ModeTable {
    name: Name,
    width: u16,
    height: u16,
    data_type: Text<DataType>,
    lanes: u8,
    lane_rate: u64,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    binning: u8,
    embedded_rows: Option<u8>,
    clock: Option<Text<Clock>>,
    #[serde(default, skip_serializing_if = "is_false")]
    line_sync: bool,
    pace: Option<PaceTable>,
    dol: Option<DolTable>,
}

const fn one() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands references
const fn is_one(number: &u8) -> bool {
    *number == 1
}

#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PaceTable {
    pixel_rate: u64,
    line_length: u32,
    frame_length: u32,
}

impl From<Mode> for ModeTable {
    fn from(mode: Mode) -> Self {
        Self {
            name: Name(mode.name.into()),
            width: mode.width,
            height: mode.height,
            data_type: Text(mode.data_type),
            lanes: mode.lanes,
            lane_rate: mode.lane_rate,
            binning: mode.binning,
            embedded_rows: mode.embedded_rows,
            clock: mode.clock.map(Text),
            line_sync: mode.line_sync,
            pace: mode.pace.map(|pace| PaceTable {
                pixel_rate: pace.pixel_rate,
                line_length: pace.line_length,
                frame_length: pace.frame_length,
            }),
            dol: mode.dol.map(DolTable::from),
        }
    }
}

impl From<ModeRow> for ModeTable {
    fn from(row: ModeRow) -> Self {
        row.0.into()
    }
}

impl TryFrom<ModeTable> for ModeRow {
    type Error = String;

    /// A mode of which rows can be made; whether its lanes carry them is asked where it is used.
    fn try_from(table: ModeTable) -> Result<Self, String> {
        let name = table.name.0;
        let wrong = |what: &str| Err(format!("mode `{name}`: {what}"));
        let numbers = [table.width.into(), table.height.into(), table.lane_rate];
        if numbers.contains(&0) {
            return wrong("expected a width, a height and a lane_rate that are not 0");
        }
        if let Some(pace) = &table.pace
            && [pace.pixel_rate, pace.line_length.into(), pace.frame_length.into()].contains(&0)
        {
            return wrong("expected a pixel_rate, a line_length and a frame_length that are not 0");
        }
        let mode = Mode {
            name: "",
            width: table.width,
            height: table.height,
            data_type: table.data_type.0,
            lanes: table.lanes,
            lane_rate: table.lane_rate,
            pace: table.pace.map(|pace| Pace {
                pixel_rate: pace.pixel_rate,
                line_length: pace.line_length,
                frame_length: pace.frame_length,
            }),
            dol: match table.dol.map(DolTable::dol).transpose() {
                Ok(dol) => dol,
                Err(what) => return wrong(&what),
            },
            binning: table.binning.max(1),
            embedded_rows: table.embedded_rows,
            clock: table.clock.map(|clock| clock.0),
            line_sync: table.line_sync,
        };
        match mode.fits(mode.lanes, mode.lane_rate) {
            Err(misfit @ (Misfit::Lanes { .. } | Misfit::Group { .. } | Misfit::Packet { .. })) => {
                wrong(&misfit.to_string())
            }
            _ => Ok(Self(Mode {
                name: leak(name),
                ..mode
            })),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DolTable {
    exposures: u8,
    delays: [u16; MAX_EXPOSURES - 1],
    slots_per_line: u8,
    #[serde(default, skip_serializing_if = "is_false")]
    blanking_rows: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    black_rows: u8,
    method: MethodTable,
    margin: Option<MarginTable>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct MarginTable {
    left: u8,
    right: u8,
    top: u8,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum MethodTable {
    VirtualChannel([u8; MAX_EXPOSURES]),
    LineInformation { pixels: u8, placement: Text<Placement> },
    DataType([Text<DataType>; MAX_EXPOSURES]),
    LineCount,
}

impl From<Dol> for DolTable {
    fn from(dol: Dol) -> Self {
        Self {
            exposures: dol.exposures,
            delays: dol.delays,
            slots_per_line: dol.slots_per_line,
            blanking_rows: dol.blanking_rows,
            black_rows: dol.black_rows,
            method: match dol.method {
                DolMethod::VirtualChannel(channels) => {
                    MethodTable::VirtualChannel(channels.map(VirtualChannel::number))
                }
                DolMethod::LineInformation { pixels, placement } => MethodTable::LineInformation {
                    pixels,
                    placement: Text(placement),
                },
                DolMethod::DataType(data_types) => MethodTable::DataType(data_types.map(Text)),
                DolMethod::LineCount => MethodTable::LineCount,
            },
            margin: Some(dol.margin)
                .filter(|margin| *margin != Margin::NONE)
                .map(|margin| MarginTable {
                    left: margin.left,
                    right: margin.right,
                    top: margin.top,
                }),
        }
    }
}

impl DolTable {
    fn dol(self) -> Result<Dol, String> {
        if !(2..=MAX_EXPOSURES).contains(&usize::from(self.exposures)) {
            return Err(format!("{} exposures: expected 2 or 3", self.exposures));
        }
        if self.slots_per_line < self.exposures {
            return Err(format!(
                "slots_per_line {}: expected at least one for each of {} exposures",
                self.slots_per_line, self.exposures
            ));
        }
        let method = match self.method {
            MethodTable::VirtualChannel(numbers) => {
                let mut channels = [VirtualChannel::ZERO; MAX_EXPOSURES];
                for (channel, number) in channels.iter_mut().zip(numbers) {
                    *channel = VirtualChannel::new(number)
                        .ok_or_else(|| format!("{number}: expected a virtual channel, 0 to 15"))?;
                }
                DolMethod::VirtualChannel(channels)
            }
            MethodTable::LineInformation { pixels, placement } => DolMethod::LineInformation {
                pixels,
                placement: placement.0,
            },
            MethodTable::DataType(data_types) => DolMethod::DataType(data_types.map(|data_type| data_type.0)),
            MethodTable::LineCount => DolMethod::LineCount,
        };
        let count = usize::from(self.exposures);
        let twice = match method {
            DolMethod::VirtualChannel(channels) => {
                repeated(&channels, count).map(|channel| format!("virtual channel {}", channel.number()))
            }
            DolMethod::DataType(data_types) => {
                repeated(&data_types, count).map(|data_type| format!("data type {}", data_type.name()))
            }
            _ => None,
        };
        if let Some(twice) = twice {
            return Err(format!("{twice} twice: expected one for each exposure"));
        }
        Ok(Dol {
            exposures: self.exposures,
            method,
            delays: self.delays,
            slots_per_line: self.slots_per_line,
            blanking_rows: self.blanking_rows,
            black_rows: self.black_rows,
            margin: self.margin.map_or(Margin::NONE, |margin| Margin {
                left: margin.left,
                right: margin.right,
                top: margin.top,
            }),
        })
    }
}

/// The first of `count` values that is there before.
fn repeated<T: PartialEq>(values: &[T], count: usize) -> Option<&T> {
    let mut values = values.iter().take(count).enumerate();
    let all = values.clone();
    values.find_map(|(index, value)| {
        all.clone()
            .take(index)
            .any(|(_, other)| other == value)
            .then_some(value)
    })
}
