//! Judgement: receives events, emits findings, counts.
use crate::{Finding, Limits, Received, Statistics};

/// What the analyzer should expect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalyzerSettings {
    /// Bounds.
    pub limits: Limits,
}

/// Watches a link. Push an event, then poll until `None`.
pub struct Analyzer {
    statistics: Statistics,
}

impl Analyzer {
    /// At the start of a capture.
    pub fn new(settings: AnalyzerSettings) -> Self {
        let _ = settings;
        todo!()
    }
    /// Takes an event.
    pub fn push(&mut self, received: &Received<'_>) {
        let _ = received;
        todo!()
    }
    /// End of the capture: open frames and the like become findings.
    pub fn finish(&mut self) {
        todo!()
    }
    /// The next finding.
    pub fn poll(&mut self) -> Option<Finding> {
        todo!()
    }
    /// Counts so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }
}
