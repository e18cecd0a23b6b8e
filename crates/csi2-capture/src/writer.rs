//! Writing.

use crate::{Burst, CaptureError, ErrorKind, Layer};
use csi2_dphy::{LaneBytes, Observation, Tick, Timebase};
use std::path::PathBuf;

/// What a new capture should be.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    /// Where; `-` for standard output where the format streams. Companions (`NAME.lane1`) lie beside it.
    /// Nothing appears under this name before [`CaptureWriter::finish`].
    pub path: PathBuf,
    /// At which layer.
    pub layer: Layer,
    /// Length of a tick. For samples one tick is one sample.
    pub timebase: Timebase,
    /// Names of the wires, in bit order (pins).
    pub channels: Vec<String>,
    /// Lanes (lane bytes).
    pub lanes: usize,
    /// pcap link type, 147..=162; USER0 = 147 by default.
    pub link_type: u32,
}

/// What is known about a burst beside its bytes; formats that can, store it.
#[derive(Clone, Copy, Debug, Default)]
pub struct WireNote<'a> {
    /// Text of the findings on this packet.
    pub comment: Option<&'a str>,
    /// The checksum was wrong.
    pub checksum_error: bool,
}

/// Writes a capture.
pub trait CaptureWriter: Send {
    /// Stores what was seen. Packet formats take one packet a call (a [`Burst::WHOLE`] of merged bytes), lane formats
    /// one burst a call, pin formats samples or changes that continue one another.
    ///
    /// # Errors
    /// When the operating system refuses or the format cannot hold it.
    fn write(
        &mut self,
        seen: &Observation<'_>,
        burst: Burst,
        at: Option<Tick>,
        note: WireNote<'_>,
    ) -> Result<(), CaptureError>;

    /// Bytes written so far that the format has no place for: they are not in the file.
    fn left_out(&self) -> u64 {
        0
    }

    /// Completes the file and gives it its final name.
    ///
    /// # Errors
    /// When the operating system refuses.
    fn finish(self: Box<Self>) -> Result<(), CaptureError>;
}

/// A tick in nanoseconds, rounded down; the last one that fits where it is too late.
pub(crate) fn nanoseconds(timebase: Timebase, at: Tick) -> u64 {
    let billionths = u128::from(at).saturating_mul(u128::from(timebase.numerator));
    // The product has 128 bits at most, so a multiplication by 10^9 may not fit: divide first where it does not.
    let denominator = u128::from(timebase.denominator.max(1));
    let nanoseconds = match billionths.checked_mul(1_000_000_000) {
        Some(scaled) => scaled / denominator,
        None => (billionths / denominator).saturating_mul(1_000_000_000),
    };
    u64::try_from(nanoseconds).unwrap_or(u64::MAX)
}

/// Merged bytes.
///
/// # Errors
/// When it is something else; `name` and `offset` say where it was to be written.
pub(crate) fn merged<'a>(seen: &Observation<'a>, name: &str, offset: u64) -> Result<&'a [u8], CaptureError> {
    match seen {
        Observation::Merged(bytes) => Ok(bytes),
        _ => Err(refused(
            name,
            offset,
            "this file holds packets, not lanes or pins".into(),
        )),
    }
}

/// The bytes of one packet.
///
/// # Errors
/// As [`merged`], and when it is a piece of one.
pub(crate) fn whole_packet<'a>(
    seen: &Observation<'a>,
    burst: Burst,
    name: &str,
    offset: u64,
) -> Result<&'a [u8], CaptureError> {
    let bytes = merged(seen, name, offset)?;
    if burst != Burst::WHOLE {
        return Err(refused(name, offset, "a packet is written whole, not in pieces".into()));
    }
    Ok(bytes)
}

/// The lanes of one burst.
///
/// # Errors
/// As [`whole_packet`], and when the number of lanes is not the one the file was created with.
pub(crate) fn whole_lanes<'s, 'a>(
    seen: &'s Observation<'a>,
    burst: Burst,
    lanes: usize,
    name: &str,
    offset: u64,
) -> Result<&'s [&'a [u8]], CaptureError> {
    let Observation::Lanes(LaneBytes { lanes: bytes, count }) = seen else {
        return Err(refused(
            name,
            offset,
            "this file holds lanes, not packets or pins".into(),
        ));
    };
    if burst != Burst::WHOLE {
        return Err(refused(name, offset, "a burst is written whole, not in pieces".into()));
    }
    match bytes.get(..*count) {
        Some(bytes) if *count == lanes => Ok(bytes),
        _ => Err(refused(
            name,
            offset,
            format!("this file has {lanes} lanes, the burst {count}"),
        )),
    }
}

/// The lane count of a new file.
///
/// # Errors
/// When it is not 1 to 8.
pub(crate) fn lane_count(options: &CreateOptions) -> Result<usize, CaptureError> {
    match options.lanes {
        lanes @ 1..=csi2_dphy::MAX_LANES => Ok(lanes),
        lanes => {
            let name = options.path.display().to_string();
            Err(refused(&name, 0, format!("a link has 1 to 8 lanes, not {lanes}")))
        }
    }
}

fn refused(name: &str, offset: u64, detail: String) -> CaptureError {
    CaptureError::new(name, offset, ErrorKind::Unsupported { detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_nanoseconds() {
        assert_eq!(nanoseconds(Timebase::NANOSECONDS, 5), 5);
        assert_eq!(nanoseconds(Timebase::from_hertz(400_000_000), 3), 7);
        let picoseconds = Timebase {
            numerator: 1,
            denominator: 1_000_000_000_000,
        };
        assert_eq!(nanoseconds(picoseconds, u64::MAX), u64::MAX / 1000);
        let seconds = Timebase {
            numerator: u64::MAX,
            denominator: 1,
        };
        assert_eq!(nanoseconds(seconds, u64::MAX), u64::MAX);
    }
}
