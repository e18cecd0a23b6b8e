//! Exposures on their way: whether their sets are whole, and what is made of them.

use super::embedded::Embedded;
use super::frames::FrameWriter;
use super::tag::{HDR, Merge, Tag};
use crate::failure::Failure;
use crate::picture::SinkOptions;
use crate::session::Clock;
use csi2_analyzer::Frame;
use csi2_analyzer::hdr::{Label, MergeSettings, OwnedFrame, RatioSource, merge};
use csi2_sensors::{Exposure, MAX_EXPOSURES};
use std::collections::BTreeMap;

/// Sets that are still waited for. The next one may begin before the last has ended.
const OPEN: usize = 2;
/// Sets that are named on standard error.
const NAMED: u64 = 8;
/// What most sensors of the kind read in the dark, at 10 bits.
const BLACK: u32 = 64;

/// Where exposures go.
pub(super) struct Sets {
    merging: Option<Merging>,
    /// Sets and the exposures of them that came.
    open: BTreeMap<u64, [bool; MAX_EXPOSURES]>,
    incomplete: u64,
    /// Exposures that wait for the others of their sets.
    waiting: Vec<Kept>,
    said_source: Option<&'static str>,
}

/// What merging needs.
pub(super) struct Merging {
    pub(super) ratios: [Option<f64>; MAX_EXPOSURES - 1],
    pub(super) options: SinkOptions,
}

/// An exposure, and what its embedded rows said.
type Kept = (Label, OwnedFrame, Option<Embedded>);

impl Sets {
    pub(super) fn new(merging: Option<Merging>) -> Self {
        Self {
            merging,
            open: BTreeMap::new(),
            incomplete: 0,
            waiting: Vec::new(),
            said_source: None,
        }
    }

    pub(super) fn merges(&self) -> bool {
        self.merging.is_some()
    }

    /// An exposure came. `exposures`: of a set.
    pub(super) fn saw(&mut self, label: Label, exposures: usize, frames: &FrameWriter<'_>) {
        let came = self.open.entry(label.set).or_default();
        if let Some(came) = came.get_mut(label.exposure.index()) {
            *came = true;
        }
        while self.open.len() > OPEN {
            self.close_first(exposures, frames);
        }
    }

    /// End of the capture.
    pub(super) fn finish(&mut self, exposures: usize, frames: &FrameWriter<'_>) {
        while !self.open.is_empty() {
            self.close_first(exposures, frames);
        }
        if self.incomplete > NAMED {
            let more = self.incomplete - NAMED;
            frames.console.warning(&format!("{more} more sets are incomplete"));
        }
    }

    fn close_first(&mut self, exposures: usize, frames: &FrameWriter<'_>) {
        let Some((set, came)) = self.open.pop_first() else {
            return;
        };
        let missing: Vec<&str> = Exposure::ALL
            .into_iter()
            .take(exposures)
            .filter(|exposure| !came.get(exposure.index()).copied().unwrap_or(false))
            .map(Exposure::name)
            .collect();
        if missing.is_empty() || !frames.wants(set) {
            return;
        }
        self.incomplete += 1;
        if self.incomplete <= NAMED {
            let what = if self.merges() { ": not merged" } else { "" };
            frames
                .console
                .warning(&format!("set {set}: {} missing{what}", missing.join(" and ")));
        }
    }

    /// Merges a set as soon as it is whole.
    pub(super) fn merge(
        &mut self,
        came: Kept,
        exposures: usize,
        frames: &mut FrameWriter<'_>,
        clock: &Clock,
    ) -> Result<(), Failure> {
        let set = came.0.set;
        // Of older sets nothing comes any more.
        self.waiting.retain(|(of, ..)| of.set == set || of.set + 1 == set);
        self.waiting.push(came);
        let mut these: Vec<Kept> = self.waiting.extract_if(.., |(of, ..)| of.set == set).collect();
        let Some(merging) = self
            .merging
            .as_ref()
            .filter(|_| exposures > 1 && these.len() >= exposures)
        else {
            self.waiting.append(&mut these);
            return Ok(());
        };
        these.sort_by_key(|(label, ..)| label.exposure);
        if !frames.wants(set) {
            let tag = Tag {
                exposure: Some(HDR),
                set: Some(set),
                ..Tag::default()
            };
            if let Some((_, frame, _)) = these.first() {
                frames.pass(&frame.frame(), &tag);
            }
            return Ok(());
        }
        let lent: Vec<Frame<'_>> = these.iter().map(|(_, frame, _)| frame.frame()).collect();
        let bits = lent.first().map_or(10, |frame| frame.bits);
        let (black, told) = black(&merging.options, bits);
        let (ratios, embedded) = match merging.ratios {
            [None, _] => from_embedded(&these),
            given => (given, false),
        };
        let settings = MergeSettings {
            black,
            white: merging.options.white,
            ratios,
        };
        let merged = match merge(&lent, settings) {
            Ok(merged) => merged,
            Err(error) => {
                let help = "; --hdr-ratio tells the ratio of exposures";
                let help = if matches!(error, csi2_analyzer::hdr::MergeError::Ratio { .. }) {
                    help
                } else {
                    ""
                };
                frames.console.warning(&format!("set {set} not merged: {error}{help}"));
                return Ok(());
            }
        };
        let source = match merged.source {
            RatioSource::Estimate => "estimate",
            RatioSource::Given if embedded => "embedded",
            RatioSource::Given => "option",
        };
        let ratios: Vec<f64> = merged.ratios.iter().copied().take(lent.len() - 1).collect();
        if self.said_source.replace(source) != Some(source) {
            let list: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.3}")).collect();
            let how = match source {
                "estimate" => "estimated from pixels that both exposures saw well",
                "embedded" => "by the embedded rows",
                _ => "as told",
            };
            let level = if told {
                ""
            } else {
                ", which nobody said: --black-level or --sensor does"
            };
            frames.console.note(&format!(
                "exposure ratio {}, {how}; black level {black}{level}, saturation at {}",
                list.join(", "),
                merged.white
            ));
        }
        let most = ratios.iter().copied().fold(1.0, f64::max);
        let full = (f64::from(merged.white.saturating_sub(black)) * most) as u32;
        let tag = Tag {
            exposure: Some(HDR),
            set: Some(set),
            li_pixels: these.first().and_then(|(label, ..)| label.information_pixels),
            merged: Some(Merge { ratios, source, full }),
        };
        let said = these.first().and_then(|(_, _, embedded)| embedded.clone());
        frames.frame(merged.frame, &tag, said, clock)
    }
}

/// Sample value of darkness, and whether somebody told it.
fn black(options: &SinkOptions, bits: u8) -> (u32, bool) {
    match options.black {
        Some(_) => (options.levels(bits).0, true),
        None => (
            BLACK << bits.saturating_sub(10).min(16) >> 10_u8.saturating_sub(bits),
            false,
        ),
    }
}

/// Where each exposure has embedded rows of its own that say how long it was, and it was not the same for all.
fn from_embedded(set: &[Kept]) -> ([Option<f64>; MAX_EXPOSURES - 1], bool) {
    let light: Vec<Option<f64>> = set
        .iter()
        .map(|(_, _, embedded)| embedded.as_ref().and_then(|embedded| embedded.light))
        .collect();
    let mut ratios = [None; MAX_EXPOSURES - 1];
    let mut channels = set.iter().map(|(_, frame, _)| frame.frame().channel);
    let first = channels.next();
    if channels.any(|channel| Some(channel) == first) {
        return (ratios, false);
    }
    let Some((Some(long), short)) = light.split_first() else {
        return (ratios, false);
    };
    for (ratio, short) in ratios.iter_mut().zip(short) {
        let found = short
            .map(|short| long / short)
            .filter(|found| *found > 1.0 && found.is_finite());
        if found.is_none() {
            return ([None; MAX_EXPOSURES - 1], false);
        }
        *ratio = found;
    }
    (ratios, true)
}
