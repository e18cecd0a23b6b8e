//! What embedded rows say.

use super::schedule::Due;
use super::{SimulateError, SimulateSettings, Simulator};
use crate::embedded_row;
use alloc::vec::Vec;
use csi2_sensors::{Bayer, CCS, Container, Exposure, Field};

/// Order of the colour filter, and flips, where CCS has them.
const PIXEL_ORDER: u16 = 0x0006;
const ORIENTATION: u16 = 0x0101;
/// A digital gain of 1.
const UNITY: u16 = 0x0100;

impl Simulator {
    /// Whether all registers have room.
    pub(super) fn embedded_fits(&self) -> Result<(), SimulateError> {
        let mut rest = self.registers(0, Exposure::Long);
        let mut row = Vec::new();
        for _ in 0..self.settings.embedded.rows {
            row.clear();
            let said = self.embedded_row(&rest, &mut row);
            rest.drain(..said);
        }
        if rest.is_empty() || self.settings.embedded.rows == 0 {
            return Ok(());
        }
        Err(SimulateError::Embedded {
            rows: self.settings.embedded.rows,
            bytes: self.word,
        })
    }

    /// Appends the payload of a row to the burst: as many registers as it has room for; the next one goes on.
    pub(super) fn embedded(&mut self, due: Due, index: u8) {
        let all = self.registers(due.set, due.exposure);
        let mut rest = all.as_slice();
        let mut burst = core::mem::take(&mut self.burst);
        let header = burst.len();
        for _ in 0..=index {
            burst.truncate(header);
            let said = self.embedded_row(rest, &mut burst);
            rest = rest.get(said..).unwrap_or_default();
        }
        self.burst = burst;
    }

    /// A row of the first of these registers. How many it says.
    fn embedded_row(&self, registers: &[(u16, u8)], row: &mut Vec<u8>) -> usize {
        let container = Container::of(self.settings.mode.data_type).unwrap_or(Container::Raw8);
        let fits = |count: &usize| {
            let said = registers.get(..*count).unwrap_or_default();
            embedded_row(said, container, self.word, row).is_ok()
        };
        match (0..=registers.len()).rev().find(fits) {
            Some(said) => said,
            None => {
                // Not even an empty row.
                row.resize(row.len() + usize::from(self.word), 0);
                0
            }
        }
    }

    /// Registers and their values, by address.
    fn registers(&self, set: u64, exposure: Exposure) -> Vec<(u16, u8)> {
        let embedded = &self.settings.embedded;
        let map = &embedded.map;
        let mut all = Vec::new();
        let mut put = |field: Option<Field>, value: u16| match field {
            Some(Field::Byte(address)) => all.push((address, value as u8)),
            Some(Field::Word(address)) => {
                let [high, low] = value.to_be_bytes();
                all.extend([(address, high), (address.wrapping_add(1), low)]);
            }
            None => {}
        };
        let number = u64::from(self.settings.first_frame) + set;
        put(map.frame_count.map(Field::Byte), number as u16);
        put(map.exposure_lines, self.integration(exposure));
        put(map.gain_code, embedded.gain);
        put(map.digital_gain, UNITY);
        if let Some(pace) = self.settings.mode.pace {
            put(map.frame_length_lines, pace.frame_length as u16);
            put(map.line_length_pixels, pace.line_length as u16);
        }
        if map.exposure_lines == CCS.exposure_lines {
            let flip = self.settings.window.flip;
            if let Some(code) = order_code(self.order) {
                put(Some(Field::Byte(PIXEL_ORDER)), code);
            }
            put(
                Some(Field::Byte(ORIENTATION)),
                u16::from(flip.horizontal) | u16::from(flip.vertical) << 1,
            );
        }
        all.sort_unstable();
        all
    }

    /// Lines that an exposure lasts.
    fn integration(&self, exposure: Exposure) -> u16 {
        let SimulateSettings { mode, ratio, .. } = &self.settings;
        let ratio = u64::from(*ratio).max(1);
        let long = match self.settings.embedded.exposure {
            Some(lines) => lines.into(),
            None => {
                let half = mode.pace.map_or(0, |pace| u64::from(pace.frame_length) / 2);
                let trailing = mode.dol.map_or(0, |dol| dol.each().count().saturating_sub(1));
                // Whole lines of the shortest.
                let step = ratio.pow(trailing as u32);
                if step <= half { half / step * step } else { half }
            }
        };
        let lines = long / ratio.pow(exposure.index() as u32);
        u16::try_from(lines).unwrap_or(u16::MAX).max(1)
    }
}

/// Of CCS register 0x0006.
const fn order_code(order: Bayer) -> Option<u16> {
    match order {
        Bayer::Grbg => Some(0),
        Bayer::Rggb => Some(1),
        Bayer::Bggr => Some(2),
        Bayer::Gbrg => Some(3),
        Bayer::Mono => None,
    }
}
