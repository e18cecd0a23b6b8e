//! Which row goes out in which slot.
//!
//! Ref: intel/linux-intel-lts drivers/media/i2c/kmb-imx412.c (exposures of a set, their delays); NVIDIA Argus DolWdrSensorMode
//! (order of black, image and blanking rows).

use super::SimulateError;
use csi2_sensors::{Dol, DolMethod, Exposure};

/// What happens in a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Due {
    /// Frame, or set of exposures, from 0.
    pub(super) set: u64,
    pub(super) exposure: Exposure,
    pub(super) part: Part,
}

/// Part of a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    Start,
    /// Its index.
    Embedded(u8),
    Black,
    /// A row in place of one that the exposure does not have yet, or has no more.
    Blanking,
    /// Its index, rows of the margin included.
    Image(u16),
    End,
}

/// The slots of a set: `period` of them, then the next begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    period: u64,
    exposures: u64,
    /// Rows by which exposures trail the first.
    delays: [u64; 3],
    /// FS and FE of each exposure.
    separate: bool,
    blanking: bool,
    embedded: u64,
    black: u64,
    image: u64,
}

impl Schedule {
    /// `period` slots a set, with so many embedded rows, black ones and those of the image.
    pub(super) fn new(
        period: u64,
        dol: Option<Dol>,
        embedded: u8,
        black: u8,
        image: u16,
    ) -> Result<Self, SimulateError> {
        let mut made = Self {
            period,
            exposures: 1,
            delays: [0; 3],
            separate: true,
            blanking: false,
            embedded: embedded.into(),
            black: black.into(),
            image: image.into(),
        };
        if let Some(dol) = dol {
            made.exposures = dol.each().count().max(1) as u64;
            made.delays = Exposure::ALL.map(|exposure| dol.delay(exposure).into());
            made.separate = matches!(dol.method, DolMethod::VirtualChannel(_));
            made.blanking = dol.blanking_rows;
            made.image += u64::from(dol.margin.top);
        }
        made.check()?;
        Ok(made)
    }

    /// Slots of so many sets, up to the last FE.
    pub(super) fn end(&self, sets: u64) -> u64 {
        match sets.checked_sub(1) {
            Some(before) => before.saturating_mul(self.period).saturating_add(self.length()),
            None => 0,
        }
    }

    pub(super) fn blanking(&self) -> u64 {
        self.period.saturating_sub(self.length())
    }

    /// What is sent in a slot, of `sets` sets. Sets overlap where the last rows of one come after the first of the next.
    pub(super) fn at(&self, slot: u64, sets: u64) -> Option<Due> {
        let newest = (slot / self.period).min(sets.checked_sub(1)?);
        let oldest = (slot + 1).saturating_sub(self.length()).div_ceil(self.period);
        (oldest..=newest).rev().find_map(|set| {
            let (exposure, part) = self.within(slot - set * self.period)?;
            Some(Due { set, exposure, part })
        })
    }

    /// Slot of a set.
    fn within(&self, slot: u64) -> Option<(Exposure, Part)> {
        if self.separate {
            let exposure = self.exposure(slot)?;
            let row = (slot / self.exposures).checked_sub(self.delays[exposure.index()])?;
            return Some((exposure, self.own(row)?));
        }
        if slot == 0 {
            return Some((Exposure::Long, Part::Start));
        }
        if slot <= self.embedded {
            return Some((Exposure::Long, Part::Embedded((slot - 1) as u8)));
        }
        if slot + 1 == self.length() {
            return Some((Exposure::Long, Part::End));
        }
        let slot = slot - 1 - self.embedded;
        let exposure = self.exposure(slot)?;
        Some((exposure, self.shared(exposure, slot / self.exposures)?))
    }

    /// Row of a frame that an exposure has for itself.
    fn own(&self, row: u64) -> Option<Part> {
        let Some(row) = row.checked_sub(1) else {
            return Some(Part::Start);
        };
        let Some(after) = row.checked_sub(self.embedded) else {
            return Some(Part::Embedded(row as u8));
        };
        let Some(y) = after.checked_sub(self.black) else {
            return Some(Part::Black);
        };
        match y {
            _ if y < self.image => Some(Part::Image(y as u16)),
            _ if y == self.image => Some(Part::End),
            _ => None,
        }
    }

    /// Row of a frame that exposures share: black ones, image and blanking; as many of all.
    fn shared(&self, exposure: Exposure, row: u64) -> Option<Part> {
        let Some(after) = row.checked_sub(self.black) else {
            return Some(Part::Black);
        };
        match after.checked_sub(self.delays[exposure.index()]) {
            Some(y) if y < self.image => Some(Part::Image(y as u16)),
            _ if self.blanking && after < self.image + self.longest_delay() => Some(Part::Blanking),
            _ => None,
        }
    }

    /// Whose slot it is.
    fn exposure(&self, slot: u64) -> Option<Exposure> {
        let index = slot % self.exposures;
        Exposure::ALL
            .into_iter()
            .find(|exposure| exposure.index() as u64 == index)
    }

    fn longest_delay(&self) -> u64 {
        let all = self.delays.iter().zip(0..self.exposures);
        all.map(|(delay, _)| *delay).max().unwrap_or(0)
    }

    /// Rows of an exposure, without blanking and delay.
    fn rows(&self) -> u64 {
        self.black + self.image
    }

    /// Slots from the first FS to the last FE.
    fn length(&self) -> u64 {
        if self.separate {
            let own = 2 + self.embedded + self.rows();
            let last = |(delay, exposure): (&u64, u64)| (own - 1 + delay) * self.exposures + exposure + 1;
            let all = self.delays.iter().zip(0..self.exposures);
            return all.map(last).max().unwrap_or(0);
        }
        2 + self.embedded + (self.rows() + self.longest_delay()) * self.exposures
    }

    fn check(&self) -> Result<(), SimulateError> {
        let period = self.period;
        let required = match self.separate {
            // What an exposure needs for itself.
            true => (2 + self.embedded + self.rows()) * self.exposures,
            false => self.length(),
        };
        if required > period {
            return Err(SimulateError::FrameLength {
                required,
                available: period,
                shared: !self.separate,
            });
        }
        let length = self.length();
        if length > period && !period.is_multiple_of(self.exposures) {
            return Err(SimulateError::Interleaved {
                length,
                period,
                exposures: self.exposures as u8,
            });
        }
        Ok(())
    }
}
