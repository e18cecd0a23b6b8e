//! What a mode comes to, or why it cannot be sent.

use super::schedule::Schedule;
use super::{SimulateError, SimulateSettings};
use crate::pattern::Canvas;
use csi2_pixel::{Kernels, Layout, Pack};
use csi2_sensors::{DolMethod, Pace};

/// Times as much light as fills its samples, that a long exposure gets where shorter ones follow.
const EXCESS: u16 = 4;

pub(super) struct Plan {
    pub(super) pace: Pace,
    pub(super) canvas: Canvas,
    pub(super) schedule: Schedule,
    pub(super) pack: Pack<u16>,
    /// Samples of a row, line information and margins included.
    pub(super) row: usize,
    /// Bytes of it.
    pub(super) word: u16,
}

pub(super) fn plan(settings: &SimulateSettings) -> Result<Plan, SimulateError> {
    let mode = &settings.mode;
    let pace = mode
        .pace
        .filter(|pace| pace.pixel_rate > 0)
        .ok_or(SimulateError::Pace)?;
    let data_type = mode.data_type;
    let codec = csi2_pixel::codec(data_type).ok_or(SimulateError::NotRaw { data_type })?;
    let (Kernels::Narrow { pack, .. }, Layout::Single) = (codec.kernels, codec.layout) else {
        return Err(SimulateError::NotRaw { data_type });
    };
    let canvas = Canvas {
        width: mode.width.into(),
        height: mode.height.into(),
        bits: codec.bits,
        order: settings.order,
        black: settings.black,
        excess: if mode.dol.is_some() { EXCESS } else { 1 },
        ratio: settings.ratio,
        seed: settings.seed,
    };
    settings.window.check(&canvas)?;
    let (width, height) = settings.window.size(&canvas);
    if matches!(mode.dol.map(|dol| dol.method), Some(DolMethod::LineInformation { .. })) && codec.bits < 10 {
        return Err(SimulateError::Code { bits: codec.bits });
    }
    let row = width + mode.dol.map_or(0, |dol| dol.extra_pixels() as usize);
    let word = codec.bytes_for(0, row).ok_or(SimulateError::Width {
        width: row,
        group: codec.pixel_group(),
    })?;
    let word = u16::try_from(word).map_err(|_| SimulateError::Word { bytes: word })?;
    let period = mode.lines_per_frame().map_or(0, u64::from);
    let height = u16::try_from(height).unwrap_or(u16::MAX);
    Ok(Plan {
        pace,
        canvas,
        schedule: Schedule::new(period, mode.dol, settings.embedded.rows, settings.black_rows, height)?,
        pack,
        row,
        word,
    })
}
