//! Which bodies run.

/// A value that proves what this CPU can do. Resolved once, passed down; one dispatch a line, never a pixel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Backend {
    /// Safe portable code.
    Portable,
}

impl Backend {
    /// The best backend of this CPU.
    pub fn detect() -> Self {
        Self::Portable
    }

    /// All backends this CPU can run, best first: tests and benchmarks walk it.
    pub fn available() -> &'static [Self] {
        &[Self::Portable]
    }

    /// Name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
        }
    }
}
