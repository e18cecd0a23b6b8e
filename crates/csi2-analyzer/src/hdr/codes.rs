//! Line information: the code in the first pixel of each row, and whether a frame has it at all.
//!
//! A pixel of any picture may have the value of a code. A frame has line information where practically all of its rows begin
//! with a code, of one set, and the exposures take turns.
//!
//! Ref: sophgo/sophgo-doc SG200X TRM, MIPI receiver; rockchip-linux/kernel rkcif (codes, pixels).

use super::rows::Row;
use crate::{Frame, Pixels};
use alloc::vec::Vec;
use csi2_kernels::Backend;
use csi2_pixel::{Kernels, Layout, Samples};
use csi2_sensors::{LineInformation, MAX_EXPOSURES, Placement};

/// Most pixels of line information that a row begins with.
pub(super) const MAX_PIXELS: usize = 16;
/// The fewest: of most sensors, and what is taken where pixels after the first do not tell.
const FEW_PIXELS: usize = 4;

/// What is known beforehand.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Hints {
    pub(super) pixels: Option<u8>,
    pub(super) placement: Option<Placement>,
    pub(super) exposures: Option<u8>,
    /// How sure one has to be.
    pub(super) doubt: Doubt,
}

/// How sure one has to be that codes are codes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Doubt {
    /// Nobody said so.
    #[default]
    Strict,
    /// Frames before had them.
    Settled,
    /// Somebody said so.
    Told,
}

/// The codes of a frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Codes {
    pub(super) rows: Vec<Row>,
    /// Pixels of line information.
    pub(super) pixels: u8,
    pub(super) placement: Placement,
    pub(super) exposures: usize,
    /// That most rows have.
    pub(super) parity: bool,
    /// Rows without a known code, and how the first of them begins.
    pub(super) unknown: u32,
    pub(super) first_unknown: Option<UnknownRow>,
}

/// How a row without a known code begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownRow {
    /// Row of the frame as it came.
    pub row: u32,
    /// Its first samples.
    pub samples: [u16; 4],
}

/// First samples of a row.
type Lead = [u16; MAX_PIXELS];

impl Codes {
    /// `None`: the frame has no line information.
    pub(super) fn read(frame: &Frame<'_>, hints: Hints) -> Option<Self> {
        if !(10..=16).contains(&frame.bits) || frame.codec?.layout != Layout::Single {
            return None;
        }
        let leads: Vec<Option<Lead>> = (0..frame.height)
            .map(|row| match frame.missing_lines.binary_search(&row) {
                Ok(_) => None,
                Err(_) => lead(frame, row),
            })
            .collect();
        let placements: &[Placement] = match (hints.placement, frame.bits) {
            (Some(Placement::Low), _) | (None, 10) => &[Placement::Low],
            (Some(Placement::High), _) => &[Placement::High],
            (None, _) => &[Placement::Low, Placement::High],
        };
        let (placement, valid) = placements
            .iter()
            .map(|placement| {
                let read = |lead: &&Lead| code(lead, *placement, frame.bits).is_some();
                (*placement, leads.iter().flatten().filter(read).count())
            })
            .max_by_key(|(_, valid)| *valid)?;
        if valid < 2 {
            return None;
        }
        let read: Vec<Option<LineInformation>> = leads
            .iter()
            .map(|lead| lead.as_ref().and_then(|lead| code(lead, placement, frame.bits)))
            .collect();
        let exposures = hints.exposures.map_or_else(
            || exposures(&read, valid),
            |told| usize::from(told).clamp(1, MAX_EXPOSURES),
        );
        let parities = read.iter().flatten().filter(|code| code.parity).count();
        let came = leads.iter().flatten().count();
        let convinced = match hints.doubt {
            Doubt::Told => true,
            Doubt::Settled => exposures > 1 && valid * 2 >= came,
            Doubt::Strict => {
                let odd = parities.min(valid - parities);
                exposures > 1 && valid * 2 >= came && odd * 16 <= valid && take_turns(&read, exposures)
            }
        };
        if !convinced {
            return None;
        }
        let mut codes = Self {
            rows: Vec::with_capacity(read.len()),
            pixels: hints.pixels.unwrap_or_else(|| pixels(&leads)),
            placement,
            exposures,
            parity: parities * 2 > valid,
            unknown: 0,
            first_unknown: None,
        };
        for (row, (lead, read)) in (0..).zip(leads.iter().zip(&read)) {
            codes.rows.push(match (lead, read) {
                (None, _) => Row::Lost,
                (Some(_), Some(code)) if code.exposure.index() < exposures => {
                    if code.black {
                        Row::Black(code.exposure.index())
                    } else {
                        Row::Image(code.exposure.index())
                    }
                }
                (Some([a, b, c, d, ..]), _) => {
                    codes.unknown = codes.unknown.saturating_add(1);
                    codes.first_unknown = codes.first_unknown.or(Some(UnknownRow {
                        row,
                        samples: [*a, *b, *c, *d],
                    }));
                    Row::Unknown
                }
            });
        }
        Some(codes)
    }
}

fn code(lead: &Lead, placement: Placement, bits: u8) -> Option<LineInformation> {
    let sample = lead.first().copied()?;
    let code = placement.code(sample, bits);
    // Bits below those of the code are zero.
    (placement.sample(code, bits) == sample)
        .then(|| LineInformation::from_code(code))
        .flatten()
}

/// First samples of a row; what a short row does not have is 0.
fn lead(frame: &Frame<'_>, row: u32) -> Option<Lead> {
    let mut lead = [0; MAX_PIXELS];
    let (row, width) = (row as usize, frame.width as usize);
    match frame.pixels {
        Pixels::Samples(Samples::Narrow(samples)) => {
            let samples = samples.get(row.checked_mul(width)?..)?;
            for (place, sample) in lead.iter_mut().zip(samples.iter().take(width)) {
                *place = *sample;
            }
        }
        Pixels::Packed(bytes) => {
            let codec = frame.codec?;
            let Kernels::Narrow { unpack, .. } = codec.kernels else {
                return None;
            };
            let line = frame.line_bytes as usize;
            let start = row.checked_mul(line)?;
            let whole = MAX_PIXELS.min(width) / codec.group.samples * codec.group.bytes;
            let bytes = bytes.get(start..start.checked_add(whole.min(line))?)?;
            unpack(Backend::PORTABLE, bytes, &mut lead);
        }
        Pixels::Samples(Samples::Wide(_)) => return None,
    }
    Some(lead)
}

/// As many as an eighth of the rows at least is of: a few wrong bits make no exposure.
fn exposures(read: &[Option<LineInformation>], valid: usize) -> usize {
    let of = |index: usize| {
        let rows = read.iter().flatten().filter(|code| code.exposure.index() == index);
        rows.count() * 8 >= valid
    };
    (0..MAX_EXPOSURES)
        .rev()
        .find(|index| of(*index))
        .map_or(0, |last| last + 1)
}

/// Rows of all exposures are as many, and follow each other in their order: the next one's, or where others have no row,
/// the same one's.
fn take_turns(read: &[Option<LineInformation>], exposures: usize) -> bool {
    let mut counts = [0_usize; MAX_EXPOSURES];
    let (mut turns, mut wrong, mut last) = (0_usize, 0_usize, None);
    for index in read.iter().flatten().map(|code| code.exposure.index()) {
        if let Some(count) = counts.get_mut(index) {
            *count += 1;
        }
        match last {
            Some(last) if (last + 1) % exposures == index => turns += 1,
            // Back from the second of three while the third has not begun.
            Some(last) if last != index && exposures > 2 => wrong += usize::from(index != 0 && last != exposures - 1),
            _ => {}
        }
        last = Some(index);
    }
    let counts = counts.get(..exposures).unwrap_or_default();
    let (least, most) = (counts.iter().min(), counts.iter().max());
    let alike = match (least, most) {
        (Some(least), Some(most)) => (most - least) * 8 <= most + 16,
        _ => false,
    };
    let rows: usize = counts.iter().sum();
    alike && rows >= 6 && turns * 4 >= rows && wrong * 8 <= turns
}

/// As many as hold what the first one does in practically all rows.
fn pixels(leads: &[Option<Lead>]) -> u8 {
    let rows = leads.iter().flatten().count();
    let holds = |at: usize| {
        let same = leads.iter().flatten().filter(|lead| lead.get(at) == lead.first());
        same.count() * 16 >= rows * 15
    };
    let held = (0..MAX_PIXELS).take_while(|at| holds(*at)).count();
    let pixels = if held == MAX_PIXELS { MAX_PIXELS } else { FEW_PIXELS };
    u8::try_from(pixels).unwrap_or(u8::MAX)
}
