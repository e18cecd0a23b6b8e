//! Writing: scalar wires, one change a line, the style that every reader takes.

use super::ids::code;
use crate::format::frequency::Frequency;
use crate::format::samples::{MAX_UNIT, numbered, refused, word};
use crate::output::OutputFile;
use crate::{Burst, CaptureError, CaptureWriter, CreateOptions, WireNote};
use csi2_dphy::{Change, Level, Observation, Samples, Tick, Timebase};

pub(super) fn create(options: &CreateOptions) -> Result<Box<dyn CaptureWriter>, CaptureError> {
    let file = OutputFile::create(&options.path)?;
    let Some(scale) = Scale::of(options.timebase) else {
        return Err(refused(&file, "a tick of no length".into()));
    };
    const MAX_WIRES: usize = 1 << 16;
    if options.channels.len() > MAX_WIRES {
        let detail = format!("{} wires, changes number {MAX_WIRES}", options.channels.len());
        return Err(refused(&file, detail));
    }
    Ok(Box::new(VcdWriter {
        file,
        text: String::new(),
        scale,
        rate: Frequency::of(options.timebase),
        wires: options.channels.iter().map(|name| Wire::new(name)).collect(),
        next: None,
        end: None,
    }))
}

struct VcdWriter {
    file: OutputFile,
    text: String,
    scale: Scale,
    /// Of samples.
    rate: Option<Frequency>,
    wires: Vec<Wire>,
    /// The earliest tick that may follow; `None` before the first change, while nothing is written.
    next: Option<Tick>,
    /// The time written last.
    end: Option<u64>,
}

struct Wire {
    name: String,
    /// Closing part of a change line: identifier and line feed.
    code: String,
    level: Level,
}

impl Wire {
    /// White space would end a name.
    fn new(name: &str) -> Self {
        let name: String = name.split_whitespace().collect::<Vec<_>>().join("_");
        Self {
            name: if name.is_empty() { "_".into() } else { name },
            code: String::new(),
            level: Level::Unknown,
        }
    }
}

impl CaptureWriter for VcdWriter {
    fn write(
        &mut self,
        seen: &Observation<'_>,
        _: Burst,
        _: Option<Tick>,
        _: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        match seen {
            Observation::Samples(samples) => self.samples(*samples)?,
            Observation::Changes(changes) => self.changes(changes)?,
            _ => {
                let detail = "a value change dump holds wires, not bytes or packets".into();
                return Err(refused(&self.file, detail));
            }
        }
        self.file.put_text(&mut self.text)
    }

    fn finish(mut self: Box<Self>) -> Result<(), CaptureError> {
        match self.next {
            None => self.begin(0, 0)?,
            // Samples last as long as they are: without this the last one would have no length.
            Some(next) => self.time(next)?,
        }
        self.file.put_text(&mut self.text)?;
        self.file.finish()
    }
}

impl VcdWriter {
    fn samples(&mut self, samples: Samples<'_>) -> Result<(), CaptureError> {
        let Samples { first, unit, bytes } = samples;
        let detail = match (1..=MAX_UNIT).contains(&unit) {
            true if self.next.is_some_and(|next| first < next) => format!("sample {first} comes late"),
            true if self.wires.len() > unit * 8 => {
                format!("{} wires do not fit samples of {unit} bytes", self.wires.len())
            }
            true => String::new(),
            false => format!("samples of {unit} bytes: 1 to {MAX_UNIT} are known"),
        };
        if !detail.is_empty() {
            return Err(refused(&self.file, detail));
        }
        let mut units = (first..).zip(bytes.chunks_exact(unit).map(word));
        if self.next.is_none()
            && let Some((at, word)) = units.next()
        {
            if self.wires.is_empty() {
                self.wires = numbered(unit).iter().map(|channel| Wire::new(&channel.name)).collect();
            }
            for (bit, wire) in self.wires.iter_mut().enumerate() {
                wire.level = level_of(word, bit);
            }
            self.begin(at, unit)?;
        }
        let mut before = self.word();
        let known = before.1;
        for (at, word) in units {
            let mut differing = (word ^ before.0) & known;
            if differing == 0 {
                continue;
            }
            before.0 = word;
            self.time(at)?;
            while differing != 0 {
                let bit = differing.trailing_zeros() as usize;
                differing &= differing - 1;
                self.set(bit, level_of(word, bit));
            }
            self.file.put_text(&mut self.text)?;
        }
        let len = (bytes.len() / unit) as u64;
        self.next = self.next.max(Some(first.saturating_add(len)));
        Ok(())
    }

    /// Levels of the wires as a sample, and which bits of one are wires.
    fn word(&self) -> (u64, u64) {
        let mut word = (0, 0);
        for (bit, wire) in self.wires.iter().enumerate().take(u64::BITS as usize) {
            word.0 |= u64::from(wire.level == Level::High) << bit;
            word.1 |= 1 << bit;
        }
        word
    }

    fn changes(&mut self, changes: &[Change]) -> Result<(), CaptureError> {
        let mut changes = changes.iter().peekable();
        if self.next.is_none() && changes.peek().is_some() {
            // What is known at the start are the initial values.
            while let Some(change) = changes.next_if(|change| change.at == 0) {
                self.wire(change.channel)?.level = change.level;
            }
            self.begin(0, 0)?;
        }
        for change in changes {
            let next = self.next.unwrap_or(0);
            if change.at < next {
                let detail = format!("a change at tick {} after one at {next}", change.at);
                return Err(refused(&self.file, detail));
            }
            if self.wire(change.channel)?.level != change.level {
                self.time(change.at)?;
                self.set(usize::from(change.channel), change.level);
                self.file.put_text(&mut self.text)?;
            }
            self.next = Some(change.at);
        }
        Ok(())
    }

    fn wire(&mut self, channel: u16) -> Result<&mut Wire, CaptureError> {
        let count = self.wires.len();
        match self.wires.get_mut(usize::from(channel)) {
            Some(wire) => Ok(wire),
            None => Err(refused(
                &self.file,
                format!("a change of wire {channel}, there are {count}"),
            )),
        }
    }

    /// Writes the declarations and the initial values; `unit` is 0 where there are no samples.
    fn begin(&mut self, at: Tick, unit: usize) -> Result<(), CaptureError> {
        let count = self.wires.len();
        self.text.push_str("$version csi2 $end\n");
        if let Some(rate) = self.rate.filter(|_| unit > 0) {
            // In the words of libsigrok: from these, readers know the sample grid behind rounded times.
            self.text.push_str(&format!(
                "$comment Acquisition with {count}/{count} channels at {rate} $end\n"
            ));
        }
        self.text.push_str(&format!("$timescale {} $end\n", self.scale.unit));
        self.text.push_str("$scope module csi2 $end\n");
        for (n, wire) in self.wires.iter_mut().enumerate() {
            let code = String::from_utf8_lossy(&code(n)).into_owned();
            self.text.push_str(&format!("$var wire 1 {code} {} $end\n", wire.name));
            wire.code = code + "\n";
        }
        self.text.push_str("$upscope $end\n$enddefinitions $end\n");
        self.next = Some(at);
        self.time(at)?;
        self.text.push_str("$dumpvars\n");
        for n in 0..count {
            if let Some(level) = self.wires.get(n).map(|wire| wire.level) {
                self.set(n, level);
            }
        }
        self.text.push_str("$end\n");
        Ok(())
    }

    fn time(&mut self, at: Tick) -> Result<(), CaptureError> {
        let Some(time) = self.scale.time(at) else {
            let detail = format!("tick {at} is beyond 64 bits of {}", self.scale.unit);
            return Err(refused(&self.file, detail));
        };
        if self.end != Some(time) {
            self.end = Some(time);
            self.text.push('#');
            decimal(&mut self.text, time);
            self.text.push('\n');
        }
        Ok(())
    }

    fn set(&mut self, wire: usize, level: Level) {
        if let Some(wire) = self.wires.get_mut(wire) {
            wire.level = level;
            self.text.push(match level {
                Level::Low => '0',
                Level::High => '1',
                Level::Unknown => 'x',
            });
            self.text.push_str(&wire.code);
        }
    }
}

const fn level_of(word: u64, bit: usize) -> Level {
    match bit < u64::BITS as usize && word >> bit & 1 == 1 {
        true => Level::High,
        false => Level::Low,
    }
}

fn decimal(text: &mut String, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    text.extend(digits.iter().skip(start).map(|&digit| char::from(digit)));
}

/// How ticks become times of the file: `tick * numerator / denominator`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Scale {
    unit: &'static str,
    numerator: u128,
    denominator: u128,
}

impl Scale {
    /// The coarsest unit that tells every tick exactly, else femtoseconds. `None` for a tick of no length.
    fn of(timebase: Timebase) -> Option<Self> {
        const UNITS: [(&str, u32); 6] = [("1s", 0), ("1ms", 3), ("1us", 6), ("1ns", 9), ("1ps", 12), ("1fs", 15)];
        if timebase.numerator == 0 || timebase.denominator == 0 {
            return None;
        }
        let scaled = UNITS.map(|(unit, exponent)| {
            let numerator = u128::from(timebase.numerator) * 10u128.pow(exponent);
            let denominator = u128::from(timebase.denominator);
            match numerator.is_multiple_of(denominator) {
                true => Self {
                    unit,
                    numerator: numerator / denominator,
                    denominator: 1,
                },
                false => Self {
                    unit,
                    numerator,
                    denominator,
                },
            }
        });
        let exact = scaled.iter().find(|scale| scale.denominator == 1);
        exact.or(scaled.last()).copied()
    }

    /// Rounded to the nearest; `None` beyond 64 bits.
    fn time(self, at: Tick) -> Option<u64> {
        let scaled = u128::from(at).checked_mul(self.numerator)?;
        let rounded = match self.denominator {
            1 => scaled,
            denominator => scaled.checked_add(denominator / 2)? / denominator,
        };
        u64::try_from(rounded).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_exact_where_they_can_be() {
        let unit = |hertz| Scale::of(Timebase::from_hertz(hertz)).unwrap();
        assert_eq!(
            (unit(4_000_000_000).unit, unit(4_000_000_000).time(3)),
            ("1ps", Some(750))
        );
        assert_eq!(
            (unit(8_400_000_000).unit, unit(8_400_000_000).time(1)),
            ("1fs", Some(119_048))
        );
        assert_eq!(unit(8_400_000_000).time(8_400_000_000), Some(1_000_000_000_000_000));
        assert_eq!((unit(1_000_000).unit, unit(1_000_000).time(5)), ("1us", Some(5)));
        assert_eq!(unit(1).unit, "1s");
        let half_ns = Timebase {
            numerator: 500,
            denominator: 1_000_000_000_000,
        };
        assert_eq!(
            (Scale::of(half_ns).unwrap().unit, Scale::of(half_ns).unwrap().time(7)),
            ("1ps", Some(3500))
        );
        assert_eq!(unit(8_400_000_000).time(u64::MAX), None);
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 9, 10, 12_345, u64::MAX] {
            let mut text = String::new();
            decimal(&mut text, number);
            assert_eq!(text, number.to_string());
        }
    }
}
