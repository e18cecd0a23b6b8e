//! From the assembler to files: frames are labelled, kept, cut apart and merged on their way.

use super::embedded::{Embedded, EmbeddedRows};
use super::frames::FrameWriter;
use super::sets::Sets;
use super::tag::Tag;
use crate::failure::Failure;
use crate::session::Clock;
use csi2_analyzer::Received;
use csi2_analyzer::hdr::{ExposureSorter, Label, Notice, OwnedFrame, Verdict};

/// Strange sets that are told one by one.
const NAMED: u64 = 8;

/// What comes after the assembler.
pub(super) struct Exposures<'a> {
    pub(super) embedded: EmbeddedRows,
    pub(super) sorter: ExposureSorter,
    pub(super) sets: Sets,
    /// An exposure was found.
    pub(super) found: bool,
    /// Sets of which something was strange.
    pub(super) warned: u64,
    pub(super) frames: FrameWriter<'a>,
}

impl Exposures<'_> {
    /// A frame has ended.
    pub(super) fn frame(&mut self, owned: OwnedFrame, clock: &Clock) -> Result<(), Failure> {
        let frame = &owned.frame();
        let verdict = self.sorter.frame(frame);
        let embedded = self.embedded.of(frame.channel);
        if verdict == Verdict::Later {
            self.embedded.keep(frame);
        }
        self.kept(clock)?;
        match verdict {
            Verdict::Later => {
                self.frames.drop(owned);
                Ok(())
            }
            Verdict::Now(None) => self.frames.frame(owned, &Tag::default(), embedded, clock),
            Verdict::Now(Some(label)) => self.exposure(label, owned, embedded, clock),
        }
    }

    /// An event, after the frames that end with it.
    pub(super) fn push(&mut self, received: &Received<'_>, clock: &Clock) -> Result<(), Failure> {
        self.sorter.push(received);
        self.kept(clock)
    }

    /// End of the capture, after its last frames.
    pub(super) fn finish(&mut self, clock: &Clock) -> Result<(), Failure> {
        self.sorter.finish();
        self.kept(clock)
    }

    /// What there is to say at the end.
    pub(super) fn summary(&mut self) {
        if self.warned > NAMED {
            let more = self.warned - NAMED;
            self.frames.console.warning(&format!("the same of {more} more"));
        }
        self.sets.finish(self.exposures(), &self.frames);
        if self.sets.merges() && !self.found {
            self.frames.console.warning(
                "nothing to merge: the stream shows no exposures; --dol or --sensor NAME:MODE tells how they share it",
            );
        }
    }

    /// What the sorter has kept, and has to say.
    fn kept(&mut self, clock: &Clock) -> Result<(), Failure> {
        while let Some(notice) = self.sorter.poll_notice() {
            match notice {
                Notice::Claimed(claim) => {
                    let note = format!("{claim} (--hdr off takes frames as they came)");
                    self.frames.console.note(&note);
                }
                trouble => {
                    self.warned += 1;
                    if self.warned <= NAMED {
                        self.frames.console.warning(&trouble.to_string());
                    }
                }
            }
        }
        while let Some(sorted) = self.sorter.poll() {
            let embedded = self.embedded.kept(&sorted.frame.frame());
            match sorted.label {
                Some(label) => self.exposure(label, sorted.frame, embedded, clock)?,
                None => self.frames.frame(sorted.frame, &Tag::default(), embedded, clock)?,
            }
        }
        Ok(())
    }

    fn exposure(
        &mut self,
        label: Label,
        frame: OwnedFrame,
        embedded: Option<Embedded>,
        clock: &Clock,
    ) -> Result<(), Failure> {
        self.saw(label);
        if self.sets.merges() {
            let exposures = self.exposures();
            return self
                .sets
                .merge((label, frame, embedded), exposures, &mut self.frames, clock);
        }
        self.frames.frame(frame, &Tag::of(Some(label)), embedded, clock)
    }

    fn saw(&mut self, label: Label) {
        self.found = true;
        self.sets.saw(label, self.exposures(), &self.frames);
    }

    /// Of a set.
    fn exposures(&self) -> usize {
        self.sorter.exposures().unwrap_or(0)
    }
}
