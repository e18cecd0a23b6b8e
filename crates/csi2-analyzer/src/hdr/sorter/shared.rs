//! Exposures in one stream.

use super::{ExposureSorter, Shared, Sorted};
use crate::Frame;
use crate::hdr::alternation::Key;
use crate::hdr::codes::{Codes, Doubt, Hints};
use crate::hdr::cut::{Sides, cut, flat_ends, image_ends};
use crate::hdr::notice::{Claim, ClaimedBy, Notice};
use crate::hdr::rows::{Plan, Shape};
use crate::hdr::trim::flat_delays;
use crate::hdr::{Label, Told};
use csi2_sensors::{Exposure, MAX_EXPOSURES};

impl ExposureSorter {
    /// Whether the frame has line information, and was cut by it.
    pub(super) fn by_codes(&mut self, frame: &Frame<'_>, key: Key) -> bool {
        let known = self.shared.iter().position(|of| of.key == key);
        let hints = Hints {
            pixels: self.settings.information_pixels,
            placement: self.settings.placement,
            exposures: self.settings.exposures,
            doubt: match (self.settings.method, known) {
                (Told::Information, _) => Doubt::Told,
                (_, Some(_)) => Doubt::Settled,
                (_, None) => Doubt::Strict,
            },
        };
        let Some(codes) = Codes::read(frame, hints) else {
            return false;
        };
        let before = known
            .and_then(|at| self.shared.get(at))
            .filter(|of| of.line_bytes == frame.line_bytes);
        let shape = before.and_then(|of| of.shape);
        let plan = Plan::of_codes(&codes.rows, codes.exposures, shape);
        let by = ClaimedBy::Information {
            pixels: codes.pixels,
            placement: codes.placement,
            bits: frame.bits,
        };
        let whole = codes.unknown == 0;
        let set = self.split(frame, (key, by, Some(codes.pixels)), plan, whole);
        if let Some(first) = codes.first_unknown {
            self.notify(Notice::UnknownCodes {
                set,
                rows: codes.unknown,
                first,
                bits: frame.bits,
            });
        }
        if let Some(shared) = self.shared.iter_mut().find(|of| of.key == key)
            && shared.parity.replace(codes.parity) == Some(codes.parity)
        {
            self.notify(Notice::Parity { set });
        }
        true
    }

    pub(super) fn by_count(&mut self, frame: &Frame<'_>, key: Key) {
        let plan = Plan::of_count(
            frame.height as usize,
            self.settings.exposures.unwrap_or(2).into(),
            self.settings.all_delays(),
            self.settings.black_rows.into(),
            self.settings.blanking_rows.unwrap_or(false),
        );
        let _ = self.split(frame, (key, ClaimedBy::Count, None), plan, true);
    }

    /// Returns the set.
    fn split(
        &mut self,
        frame: &Frame<'_>,
        (key, by, pixels): (Key, ClaimedBy, Option<u8>),
        mut plan: Plan,
        whole: bool,
    ) -> u64 {
        let sides = Sides {
            left: u32::from(pixels.unwrap_or(0)) + u32::from(self.settings.margin.left),
            right: u32::from(self.settings.margin.right),
        };
        let heights = plan.extents.map(|extent| extent.rows);
        let whole = whole && frame.complete && heights.iter().take(plan.exposures).all(|rows| *rows == heights[0]);
        let learnt = Shape {
            exposures: plan.exposures,
            start: plan.extents[0].first,
            delays: plan.delays(),
            leading: plan.leading,
            height: heights[0],
        };
        self.crop(frame, &mut plan, sides, by == ClaimedBy::Count);
        let at = match self.shared.iter().position(|of| of.key == key) {
            Some(at) => at,
            None => {
                let delays = plan.delays().map(|delay| u32::try_from(delay).unwrap_or(u32::MAX));
                self.notify(Notice::Claimed(Claim {
                    by,
                    exposures: u8::try_from(plan.exposures).unwrap_or(u8::MAX),
                    delays: Some([delays[1], delays[2]]),
                }));
                self.shared.push(Shared {
                    key,
                    shape: None,
                    exposures: plan.exposures,
                    line_bytes: frame.line_bytes,
                    parity: None,
                    sets: 0,
                });
                self.shared.len() - 1
            }
        };
        let frames = cut(frame, &plan, sides);
        let Some(shared) = self.shared.get_mut(at) else {
            return 0;
        };
        if whole {
            shared.shape = Some(learnt);
        } else if shared.line_bytes != frame.line_bytes {
            shared.shape = None;
        }
        shared.line_bytes = frame.line_bytes;
        shared.exposures = plan.exposures;
        let set = shared.sets;
        shared.sets += 1;
        for (exposure, frame) in Exposure::ALL.into_iter().zip(frames) {
            let label = Some(Label {
                exposure,
                set,
                information_pixels: pixels,
            });
            self.ready.push_back(Sorted { frame, label });
        }
        set
    }

    /// Leaves out rows that look like those of the image and are none: where somebody said so, or where no exposure seems to
    /// begin late and the rows that then stand in for it are flat.
    fn crop(&self, frame: &Frame<'_>, plan: &mut Plan, sides: Sides, counted: bool) {
        let mut leading = usize::from(self.settings.margin.top);
        let height = plan.extents[0].rows;
        let mut delays = [0; MAX_EXPOSURES];
        if !counted {
            leading += usize::from(self.settings.black_rows);
            let together = plan.delays().iter().all(|delay| *delay == 0);
            if together && self.settings.blanking_rows != Some(false) {
                let told = self.settings.delays.map(|_| self.settings.all_delays());
                let flat = flat_ends(frame, plan, sides);
                delays = told.unwrap_or_else(|| flat_delays(flat, plan.exposures, height));
                let latest = delays.iter().take(plan.exposures).copied().max().unwrap_or(0);
                let after = delays.map(|delay| latest.saturating_sub(delay));
                plan.end(image_ends(frame, plan, flat, after));
            }
        }
        let latest = delays.iter().take(plan.exposures).copied().max().unwrap_or(0);
        if leading + latest > 0 && leading + latest < height {
            plan.crop(delays.map(|delay| delay + leading), height - latest - leading);
        }
    }
}
