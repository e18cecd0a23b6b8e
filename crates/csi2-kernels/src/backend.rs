//! The choice between bodies.

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use crate::x86;

/// Which bodies run: resolved once and passed down, so that there is one dispatch a line, never one a pixel.
///
/// Only [`Backend::detect`] and [`Backend::available`] make one that needs features of the CPU: to have it is to know that it
/// may run.
#[derive(Clone, Copy)]
pub struct Backend {
    pub(crate) level: Level,
    stores: Stores,
    loads: Loads,
}

/// How a kernel that unpacks or packs writes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stores {
    /// Through the caches: right for all that is read again soon.
    #[default]
    Cached,
    /// Whole 64-byte lines past the caches, where a backend can and the slice written begins at one (else as `Cached`):
    /// right for frames larger than the caches, up to twice as fast; for what would stay in a cache, several times slower.
    Streamed,
}

/// How a kernel that joins lanes reads.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Loads {
    /// What it is given.
    #[default]
    Plain,
    /// And asks for what lies behind it, where a backend can: right where lanes come from memory piece after piece, each
    /// behind the one before; for what is in a cache a little slower.
    Ahead,
}

/// A body's proof that the CPU has what it needs.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Portable,
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Sse42(x86::Sse42),
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx2(x86::Avx2),
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx512(fearless_simd::x86::Avx512),
    #[cfg(all(feature = "simd", target_arch = "aarch64"))]
    Neon(fearless_simd::aarch64::Neon),
}

impl Backend {
    /// Safe portable code, on every CPU.
    pub const PORTABLE: Self = Self::new(Level::Portable);

    /// The best backend of this CPU. Remember it: this asks the CPU.
    pub fn detect() -> Self {
        Self::available().next().unwrap_or(Self::PORTABLE)
    }

    /// All backends this CPU can run, best first: tests and benchmarks walk it.
    pub fn available() -> impl Iterator<Item = Self> {
        detected().chain([Level::Portable]).map(Self::new)
    }

    /// The same bodies with another way to write.
    pub const fn with_stores(self, stores: Stores) -> Self {
        Self { stores, ..self }
    }

    /// How frames are written.
    pub const fn stores(self) -> Stores {
        self.stores
    }

    /// Whether frames are written past the caches: wanted, and possible. AVX2 unpacks and copies so, and packs as ever.
    pub const fn streams(self) -> bool {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        if let Level::Avx512(_) | Level::Avx2(_) = self.level {
            return matches!(self.stores, Stores::Streamed);
        }
        false
    }

    /// The same bodies with another way to read lanes.
    pub const fn with_loads(self, loads: Loads) -> Self {
        Self { loads, ..self }
    }

    /// How lanes are read.
    pub const fn loads(self) -> Loads {
        self.loads
    }

    /// Name for reports.
    pub const fn name(self) -> &'static str {
        match self.level {
            Level::Portable => "portable",
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            Level::Sse42(_) => "sse4.2",
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            Level::Avx2(_) => "avx2",
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            Level::Avx512(_) => "avx512",
            #[cfg(all(feature = "simd", target_arch = "aarch64"))]
            Level::Neon(_) => "neon",
        }
    }

    const fn new(level: Level) -> Self {
        Self {
            level,
            stores: Stores::Cached,
            loads: Loads::Plain,
        }
    }
}

impl core::fmt::Debug for Backend {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Backend({}, {:?}, {:?})", self.name(), self.stores, self.loads)
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
fn detected() -> impl Iterator<Item = Level> {
    let cpu = fearless_simd::Level::new();
    let avx512 = cpu.as_avx512().map(Level::Avx512);
    let avx2 = cpu.as_avx2().map(|simd| Level::Avx2(x86::Avx2::new(simd)));
    let sse42 = cpu.as_sse4_2().map(|simd| Level::Sse42(x86::Sse42::new(simd)));
    [avx512, avx2, sse42].into_iter().flatten()
}

#[cfg(all(feature = "simd", target_arch = "aarch64"))]
fn detected() -> impl Iterator<Item = Level> {
    fearless_simd::Level::new().as_neon().map(Level::Neon).into_iter()
}

#[cfg(not(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn detected() -> impl Iterator<Item = Level> {
    core::iter::empty()
}

/// Calls the body of a kernel: `dispatch!(backend, kernel(arguments); avx512 avx2 sse42 neon)` names the levels that have one
/// of their own. It takes the proof and then the arguments; the portable one only these. The last expression of a function.
macro_rules! dispatch {
    ($backend:expr, $kernel:ident $arguments:tt; $($level:ident)*) => {{
        let level = $backend.level;
        $(crate::backend::dispatch!(@$level level, $kernel $arguments);)*
        let _ = level;
        crate::backend::dispatch!(@portable $kernel $arguments)
    }};
    (@portable $kernel:ident ($($argument:expr),*)) => { crate::portable::$kernel($($argument),*) };
    (@avx512 $level:ident, $kernel:ident ($($argument:expr),*)) => {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        if let crate::backend::Level::Avx512(token) = $level {
            return crate::x86::avx512::$kernel(token, $($argument),*);
        }
    };
    (@avx2 $level:ident, $kernel:ident ($($argument:expr),*)) => {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        if let crate::backend::Level::Avx2(token) = $level {
            return crate::x86::avx2::$kernel(token, $($argument),*);
        }
    };
    (@sse42 $level:ident, $kernel:ident ($($argument:expr),*)) => {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        if let crate::backend::Level::Sse42(token) = $level {
            return crate::x86::sse42::$kernel(token, $($argument),*);
        }
    };
    (@neon $level:ident, $kernel:ident ($($argument:expr),*)) => {
        #[cfg(all(feature = "simd", target_arch = "aarch64"))]
        if let crate::backend::Level::Neon(token) = $level {
            return crate::neon::$kernel(token, $($argument),*);
        }
    };
}
pub(crate) use dispatch;
