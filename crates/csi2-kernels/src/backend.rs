//! The choice between bodies.

/// Which bodies run: resolved once and passed down, so that there is one dispatch a line, never one a pixel.
///
/// A variant that needs features of the CPU will hold a value that only [`Backend::detect`] and [`Backend::available`] can
/// make: to have it is to know that it may run.
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
