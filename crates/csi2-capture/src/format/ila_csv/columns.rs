//! The first two rows: what each column is.
//!
//! Ref: Xilinx/chipscopy `chipscopy/api/ila/ila_waveform.py` (CSV export); Xilinx UG908 `write_hw_ila_data`.

use super::cell::{Radix, read};
use crate::Channel;
use crate::format::csv::fields;
use csi2_dphy::Level;
use std::collections::HashMap;

/// Channels that a capture may have: changes number them in 16 bits.
const MAX_CHANNELS: usize = 1 << 16;
/// Bits of a bus.
const MAX_BITS: usize = 4096;

/// Whether this is the name of a column that counts samples.
pub(super) fn is_sample(name: &str) -> bool {
    let names = ["sample in buffer", "sample in window"];
    names.iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// What a column is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Column {
    /// Sample number, trigger mark, gap mark, or values that are no wires.
    Ignored,
    /// Number of the sample in its window.
    Window,
    /// Wires.
    Bus(Bus),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Bus {
    name: String,
    /// Left and right end as the name has them.
    range: Option<(u64, u64)>,
    /// As the row of radices has it.
    told: Option<Radix>,
    pub(super) radix: Radix,
    /// Channel of the lowest bit.
    pub(super) first: usize,
    pub(super) bits: usize,
}

/// The names in the first row.
pub(super) fn columns(line: &[u8]) -> Vec<Column> {
    let column = |name: String| match name.to_ascii_lowercase().as_str() {
        "sample in window" => Column::Window,
        "sample in buffer" | "trigger" | "gap" | "" => Column::Ignored,
        _ => Column::Bus(Bus::new(name)),
    };
    fields(line).into_iter().map(column).collect()
}

/// Takes the row of radices, if it is one. Columns whose radix is no number's are left out.
pub(super) fn take_radices(line: &[u8], columns: &mut [Column], notes: &mut Vec<String>) -> bool {
    let radices = fields(line);
    let Some(first) = radices.first().and_then(|cell| cell.strip_prefix("Radix")) else {
        return false;
    };
    let first = first.trim_start_matches([' ', '-']);
    let rest = radices.iter().skip(1).map(String::as_str);
    for (column, radix) in columns.iter_mut().zip(core::iter::once(first).chain(rest)) {
        if let Column::Bus(bus) = column {
            match Radix::find(radix) {
                Some(radix) => bus.told = Some(radix),
                None => {
                    notes.push(format!("{} left out: values in radix {radix} are no numbers", bus.name));
                    *column = Column::Ignored;
                }
            }
        }
    }
    true
}

/// Decides on widths and radices by the cells of the first rows, and names the channels.
pub(super) fn settle(columns: &mut [Column], rows: &[Vec<&[u8]>]) -> Result<Vec<Channel>, String> {
    let mut first = 0;
    for (index, column) in columns.iter_mut().enumerate() {
        let Column::Bus(bus) = column else { continue };
        bus.settle(rows.iter().filter_map(|row| row.get(index).copied()));
        bus.first = first;
        if bus.bits > MAX_BITS {
            return Err(format!(
                "{} has {} bits, {MAX_BITS} at most are read",
                bus.name, bus.bits
            ));
        }
        first += bus.bits;
        if first > MAX_CHANNELS {
            return Err(format!(
                "{first} wires up to {}, {MAX_CHANNELS} at most are read",
                bus.name
            ));
        }
    }
    let buses = || {
        columns.iter().filter_map(|column| match column {
            Column::Bus(bus) => Some(bus),
            _ => None,
        })
    };
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for bus in buses() {
        *uses.entry(bus.last_name()).or_default() += 1;
    }
    let mut channels = Vec::new();
    for bus in buses() {
        let unique = uses.get(bus.last_name()) == Some(&1);
        for bit in 0..bus.bits {
            let bit = bus.bit(bit as u64);
            let path = format!("{}{bit}", bus.name.replace('/', "."));
            let name = if unique {
                format!("{}{bit}", bus.last_name())
            } else {
                path.clone()
            };
            let paths = if path == name { Vec::new() } else { vec![path] };
            channels.push(Channel { name, paths });
        }
    }
    Ok(channels)
}

impl Bus {
    fn new(name: String) -> Self {
        let split = name.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        let range = split.and_then(|(base, range)| {
            let (left, right) = range.split_once(':').unwrap_or((range, range));
            let ends = (left.trim().parse().ok()?, right.trim().parse().ok()?);
            Some((base.trim_end().to_string(), ends)).filter(|(base, _)| !base.is_empty())
        });
        let (name, range) = match range {
            Some((name, range)) => (name, Some(range)),
            None => (name, None),
        };
        Self {
            name,
            range,
            told: None,
            radix: Radix::Hex,
            first: 0,
            bits: 0,
        }
    }

    fn settle<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]> + Clone) {
        let cells = cells.map(<[u8]>::trim_ascii);
        if let Some((left, right)) = self.range {
            self.bits = usize::try_from(left.abs_diff(right).saturating_add(1)).unwrap_or(usize::MAX);
        }
        let longest = cells.clone().map(<[u8]>::len).max().unwrap_or(0);
        if self.bits == 0 {
            let flags = cells
                .clone()
                .all(|cell| matches!(cell, [b'0' | b'1' | b'x' | b'X' | b'z' | b'Z']));
            self.bits = match self.told.unwrap_or(Radix::Hex) {
                _ if flags => 1,
                Radix::Binary => longest,
                Radix::Octal => longest * 3,
                Radix::Hex => longest * 4,
                // Four bits hold any digit.
                Radix::Unsigned | Radix::Signed => (longest * 4).next_multiple_of(8),
            };
            self.bits = self.bits.max(1);
        }
        let fits = |radix| {
            let mut levels = vec![Level::Low; self.bits.min(MAX_BITS)];
            cells.clone().all(|cell| read(cell, radix, &mut levels).is_ok())
        };
        self.radix = match self.told {
            Some(radix) => radix,
            None if self.bits > 1
                && longest > 0
                && cells.clone().all(|cell| cell.len() == self.bits)
                && fits(Radix::Binary) =>
            {
                Radix::Binary
            }
            None if !fits(Radix::Hex) && fits(Radix::Unsigned) => Radix::Unsigned,
            None if !fits(Radix::Hex) && fits(Radix::Signed) => Radix::Signed,
            None => Radix::Hex,
        };
    }

    /// The part of the name after the last `/`.
    fn last_name(&self) -> &str {
        self.name.rsplit_once('/').map_or(self.name.as_str(), |(_, last)| last)
    }

    /// `[3]`, counted from the right end of the range; nothing for a wire.
    fn bit(&self, bit: u64) -> String {
        match self.range {
            Some((left, right)) if left >= right => format!("[{}]", right.saturating_add(bit)),
            Some((_, right)) => format!("[{}]", right.saturating_sub(bit)),
            None if self.bits == 1 => String::new(),
            None => format!("[{bit}]"),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wires_are_counted_before_they_are_named() {
        let names = |line: &str| settle(&mut columns(line.as_bytes()), &[]);
        let error = names("a[7:0],b[18446744073709551615:0]").unwrap_err();
        assert!(error.contains("b has"), "{error}");
        let many: Vec<String> = (0..17).map(|bus| format!("bus{bus}[4095:0]")).collect();
        assert_eq!(names(&many[..16].join(",")).map(|channels| channels.len()), Ok(1 << 16));
        let error = names(&many.join(",")).unwrap_err();
        assert!(error.contains("69632 wires up to bus16"), "{error}");
    }
}
