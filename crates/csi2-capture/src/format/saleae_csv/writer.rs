//! Writing: a row a time stamp.

use crate::format::csv;
use crate::format::samples::{numbered, refused};
use crate::format::stamps::{Stamp, Stamps};
use crate::output::OutputFile;
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, WireNote};
use csi2_dphy::{Level, Observation, Tick, Timebase};

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = OutputFile::create(&options.path)?;
    let Some(clock) = Clock::of(options.timebase) else {
        return Err(refused(&file, "a tick of no length".into()));
    };
    Ok(Box::new(SaleaeCsvWriter {
        stamps: Stamps::new(options.channels.len()),
        rows: Rows {
            file,
            text: String::new(),
            clock,
            names: options.channels.clone(),
            begun: false,
            last: None,
            levels: String::new(),
        },
    }))
}

struct SaleaeCsvWriter {
    stamps: Stamps,
    rows: Rows,
}

struct Rows {
    file: OutputFile,
    text: String,
    clock: Clock,
    names: Vec<String>,
    /// The heading is written.
    begun: bool,
    /// Tick of the last row.
    last: Option<Tick>,
    /// The levels of that row, as text.
    levels: String,
}

impl CaptureWriter for SaleaeCsvWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let Self { stamps, rows } = self;
        let taken = stamps.accept(seen, &mut |stamp| rows.take(stamp));
        taken.map_err(|error| error.at(rows.file.name(), rows.file.offset()))
    }

    fn finish(self: Box<Self>) -> Result<(), CaptureError> {
        let Self { mut stamps, mut rows } = *self;
        let end = stamps.finish(&mut |stamp| rows.take(stamp))?;
        rows.begin(stamps.wires());
        // The last row tells when the capture ends.
        if rows.last.is_some_and(|last| last < end) {
            rows.row(end)?;
        }
        rows.file.put_text(&mut rows.text)?;
        rows.file.finish()
    }
}

impl Rows {
    fn begin(&mut self, wires: usize) {
        if core::mem::replace(&mut self.begun, true) {
            return;
        }
        if self.names.is_empty() {
            self.names = numbered(wires.div_ceil(8))
                .into_iter()
                .map(|channel| channel.name)
                .collect();
        }
        self.text.push_str("Time [s]");
        for name in &self.names {
            self.text.push(',');
            self.text.push_str(&csv::field(name));
        }
        self.text.push('\n');
    }

    fn take(&mut self, stamp: Stamp<'_>) -> Result<(), CaptureError> {
        self.begin(stamp.levels.len());
        self.levels.clear();
        for level in stamp.levels {
            self.levels.push_str(match level {
                Level::Low => ",0",
                Level::High => ",1",
                Level::Unknown => ",X",
            });
        }
        self.row(stamp.at)?;
        self.file.put_text(&mut self.text)
    }

    fn row(&mut self, at: Tick) -> Result<(), CaptureError> {
        self.last = Some(at);
        let Some(time) = self.clock.text(at) else {
            return Err(refused(&self.file, format!("tick {at} is beyond 64 bits of seconds")));
        };
        self.text.push_str(&time);
        self.text.push_str(&self.levels);
        self.text.push('\n');
        Ok(())
    }
}

/// How ticks become seconds: nine decimals where they are exact, else twelve.
#[derive(Clone, Copy, Debug)]
struct Clock {
    timebase: Timebase,
    decimals: u32,
}

impl Clock {
    /// `None` for a tick of no length.
    fn of(timebase: Timebase) -> Option<Self> {
        if timebase.numerator == 0 || timebase.denominator == 0 {
            return None;
        }
        let nanoseconds = u128::from(timebase.numerator) * 1_000_000_000;
        let exact = nanoseconds.is_multiple_of(u128::from(timebase.denominator));
        let decimals = if exact { 9 } else { 12 };
        Some(Self { timebase, decimals })
    }

    /// Rounded to the nearest.
    fn text(self, at: Tick) -> Option<String> {
        let parts = 10u128.pow(self.decimals);
        let scaled = u128::from(at)
            .checked_mul(u128::from(self.timebase.numerator))?
            .checked_mul(parts)?;
        let denominator = u128::from(self.timebase.denominator);
        let rounded = scaled.checked_add(denominator / 2)? / denominator;
        let (seconds, fraction) = (rounded / parts, rounded % parts);
        let width = self.decimals as usize;
        Some(format!("{seconds}.{fraction:0width$}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_nine_or_twelve_decimals() {
        let text = |hertz, at| Clock::of(Timebase::from_hertz(hertz)).unwrap().text(at).unwrap();
        assert_eq!(text(500_000_000, 3), "0.000000006");
        assert_eq!(text(24_000_000, 1), "0.000000041667");
        assert_eq!(text(1, 12), "12.000000000");
        assert_eq!(text(1_000_000_000_000, 12_000_000_000_345), "12.000000000345");
        let long = Timebase {
            numerator: u64::MAX,
            denominator: 1,
        };
        assert_eq!(Clock::of(long).unwrap().text(u64::MAX), None);
        assert!(
            Clock::of(Timebase {
                numerator: 0,
                denominator: 1
            })
            .is_none()
        );
    }
}
