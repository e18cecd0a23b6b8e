//! Buses: channels whose names differ in the bit alone.

use super::{MapError, channel_list};
use crate::Channel;

/// A name without the `[3]` at its end, and the bit there.
pub(super) fn split_bit(name: &str) -> (&str, Option<u64>) {
    let split = name.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match split.map(|(base, bit)| (base.trim_end(), bit.parse())) {
        Some((base, Ok(bit))) if !base.is_empty() => (base, Some(bit)),
        _ => (name, None),
    }
}

/// `NAME[left:right]`, or a name of all its bits.
fn split_range(text: &str) -> Option<(&str, Option<(u64, u64)>)> {
    let Some((base, range)) = text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) else {
        return Some((text, None));
    };
    let (left, right) = range.split_once(':').unwrap_or((range, range));
    let ends = (left.trim().parse().ok()?, right.trim().parse().ok()?);
    Some((base.trim_end(), Some(ends)))
}

/// Channels of a bus, the lowest bit first: `NAME`, `NAME[7:0]`, of at most `most` bits.
///
/// By exact name or path, in any case, by the end of a path, or with separators ignored; the first of these that fits.
pub(super) fn bus(text: &str, channels: &[Channel], most: usize) -> Result<Vec<u16>, MapError> {
    let error = |message: String| MapError { message };
    let Some((name, range)) = split_range(text.trim()).filter(|(name, _)| !name.is_empty()) else {
        return Err(error(format!(
            "`{text}` is no bus, write NAME or NAME[7:0]; {}",
            channel_list(channels)
        )));
    };
    let wanted = Wanted::new(name, range.is_some());
    for test in Test::ALL {
        let mut bits: Vec<(u64, u16)> = Vec::new();
        for (index, channel) in (0..=u16::MAX).zip(channels) {
            bits.extend(wanted.bit(test, channel).map(|bit| (bit, index)));
        }
        bits.sort_unstable();
        if bits.is_empty() {
            continue;
        }
        if let Some(pair) = bits
            .windows(2)
            .find(|pair| pair.first().map(|bit| bit.0) == pair.last().map(|bit| bit.0))
        {
            let of = |bit: Option<&(u64, u16)>| bit.map_or(0, |bit| bit.1);
            return Err(error(format!(
                "`{name}` is channel {} and channel {}; give the whole path; {}",
                of(pair.first()),
                of(pair.last()),
                channel_list(channels)
            )));
        }
        let (low, high) = match (range, bits.first(), bits.last()) {
            (Some((left, right)), ..) => (left.min(right), left.max(right)),
            (None, Some(first), Some(last)) => (first.0, last.0),
            _ => continue,
        };
        let wanted = (high - low).saturating_add(1);
        let mut chosen: Vec<u16> = bits
            .iter()
            .filter(|bit| (low..=high).contains(&bit.0))
            .map(|bit| bit.1)
            .collect();
        if chosen.len() as u64 != wanted {
            return Err(error(format!(
                "`{text}` has {wanted} bits, but only {} of them are channels; {}",
                chosen.len(),
                channel_list(channels)
            )));
        }
        if chosen.len() > most {
            return Err(error(format!(
                "`{text}` has {wanted} bits, {most} at most have a meaning here; give a part of it as NAME[high:low]"
            )));
        }
        // The right end is the lowest bit.
        if range.is_some_and(|(left, right)| left < right) {
            chosen.reverse();
        }
        return Ok(chosen);
    }
    // An index names one wire.
    match name.parse::<u16>() {
        Ok(index) if range.is_none() && usize::from(index) < channels.len() => Ok(vec![index]),
        _ => Err(error(format!("no channel `{name}`; {}", channel_list(channels)))),
    }
}

/// How well a channel's name fits.
#[derive(Clone, Copy)]
enum Test {
    Name,
    Path,
    Case,
    Separators,
    /// `D7` for `D[7:0]`.
    Digits,
}

impl Test {
    const ALL: [Self; 5] = [Self::Name, Self::Path, Self::Case, Self::Separators, Self::Digits];
}

/// The name that is looked for, in the forms in which it is.
struct Wanted<'a> {
    name: &'a str,
    lower: String,
    tail: String,
    squeezed: String,
    ranged: bool,
}

impl<'a> Wanted<'a> {
    fn new(name: &'a str, ranged: bool) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            name,
            tail: format!(".{lower}"),
            lower,
            squeezed: squeeze(name),
            ranged,
        }
    }

    /// The bit that a channel is, if it is one.
    fn bit(&self, test: Test, channel: &Channel) -> Option<u64> {
        let mut names = channel.paths.iter().chain([&channel.name]).map(|name| split_bit(name));
        let fits = |base: &str| match test {
            Test::Name | Test::Path => base == self.name,
            Test::Case => {
                let base = base.to_ascii_lowercase();
                base == self.lower || base.ends_with(&self.tail)
            }
            Test::Separators => !self.squeezed.is_empty() && squeeze(base) == self.squeezed,
            Test::Digits => false,
        };
        let (_, bit) = match test {
            Test::Name => Some(split_bit(&channel.name)).filter(|(base, _)| fits(base)),
            Test::Digits if self.ranged => {
                let name = squeeze(&channel.name);
                let digits = name.strip_prefix(&self.squeezed)?;
                return digits.parse().ok();
            }
            _ => names.find(|(base, _)| fits(base)),
        }?;
        Some(bit.unwrap_or(0))
    }
}

/// A name without case and separators.
pub(super) fn squeeze(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.map(|c| c.to_ascii_lowercase()).collect()
}
