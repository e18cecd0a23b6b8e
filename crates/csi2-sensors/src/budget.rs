//! What a mode asks of its link: bytes of a row, time to send them, and what is left of the row's time.
//!
//! Ref: torvalds/linux drivers/phy/phy-core-mipi-dphy.c (least times of a burst).

use crate::{Clock, Mode};
use core::fmt;
use csi2_packet::DataType;

/// Header and checksum of a long packet.
const FRAMING: u32 = 6;
/// FS and FE of a frame, LS and LE of a row.
const SYNC_PAIR: u32 = 8;
/// Most lanes a link has.
const MAX_LANES: u8 = 8;

/// Nanoseconds, and bit times, that a lane needs at least.
struct Least(f64, f64);

/// LP-01 before a burst, THS-PREPARE and THS-ZERO, the sync byte, THS-EXIT.
const DATA_LANE: [Least; 4] = [Least(50.0, 0.0), Least(145.0, 10.0), Least(0.0, 8.0), Least(100.0, 0.0)];
/// THS-TRAIL: the longer of the two.
const DATA_TRAIL: [Least; 2] = [Least(60.0, 4.0), Least(0.0, 8.0)];
/// TCLK-POST, TCLK-TRAIL, LP-01, TCLK-PREPARE and TCLK-ZERO, TCLK-PRE. The stop state is as long as the data lanes'.
const CLOCK_LANE: [Least; 5] = [
    Least(60.0, 52.0),
    Least(60.0, 0.0),
    Least(50.0, 0.0),
    Least(300.0, 0.0),
    Least(0.0, 8.0),
];

/// From the last bit of a burst to the first of the next: nanoseconds and bit times. The greater of the two counts.
fn restarts(clock: Option<Clock>) -> [Least; 2] {
    let gated = matches!(clock, Some(Clock::Gated));
    let parts = || DATA_LANE.iter().chain(CLOCK_LANE.iter().filter(move |_| gated));
    let time: f64 = parts().map(|Least(time, _)| time).sum();
    let bits: f64 = parts().map(|Least(_, bits)| bits).sum();
    DATA_TRAIL.map(|Least(trail_time, trail_bits)| Least(time + trail_time, bits + trail_bits))
}

/// Why a mode does not fit a link.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Misfit {
    /// Not a number of lanes.
    Lanes {
        /// As asked for.
        lanes: u8,
    },
    /// The pixels of a row do not fill whole groups of the data type, or the data type carries no pixels.
    Group {
        /// Of the image rows.
        data_type: DataType,
        /// Of a row, line information and margins included.
        pixels: u32,
    },
    /// A row has more bytes than a packet can.
    Packet {
        /// Of the payload.
        bytes: u64,
    },
    /// Rows come faster than the link carries them.
    Line(LineMisfit),
    /// A frame has more rows than row times.
    Frame {
        /// Rows of a frame or set.
        rows: u32,
        /// Row times of it.
        row_times: u32,
    },
}

/// Rows come faster than the link carries them: the arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineMisfit {
    /// Data lanes.
    pub lanes: u8,
    /// Bits per second of a lane.
    pub lane_rate: u64,
    /// Bytes of the packet that a row is.
    pub packet_bytes: u32,
    /// Nanoseconds that the busiest lane needs for them.
    pub burst_time: f64,
    /// Nanoseconds that a lane needs from one burst to the next.
    pub restart_time: f64,
    /// Nanoseconds from row to row.
    pub line_time: f64,
    /// Pixel clocks from row to row.
    pub line_length: u32,
    /// What would fit: bits per second of a lane. `None`: no rate would.
    pub needed_lane_rate: Option<u64>,
    /// What would fit: pixel clocks from row to row.
    pub needed_line_length: u64,
    /// What would fit: frames, or sets of exposures, per second, without a pause between them.
    pub most_frames: f64,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lanes { lanes } => write!(f, "{lanes} lanes: a link has 1 to {MAX_LANES}"),
            Self::Group { data_type, pixels } => match data_type.group() {
                Some((_, group)) => write!(
                    f,
                    "{pixels} pixels are no whole groups of {data_type}: a multiple of {group} would fit"
                ),
                None => write!(f, "{data_type} has no groups of pixels"),
            },
            Self::Packet { bytes } => write!(f, "a row of {bytes} bytes: a packet holds at most {}", u16::MAX),
            Self::Line(line) => line.fmt(f),
            Self::Frame { rows, row_times } => {
                write!(f, "{rows} rows in a frame of {row_times} row times")
            }
        }
    }
}

impl fmt::Display for LineMisfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a row is a packet of {} bytes: {:.3} us on {} lane{} of {} Mbps and {:.3} us to stop and start, but rows come \
             every {:.3} us; what would fit: ",
            self.packet_bytes,
            self.burst_time / 1e3,
            self.lanes,
            if self.lanes == 1 { "" } else { "s" },
            self.lane_rate as f64 / 1e6,
            self.restart_time / 1e3,
            self.line_time / 1e3,
        )?;
        if let Some(rate) = self.needed_lane_rate {
            write!(f, "{:.0} Mbps a lane, ", rate.div_ceil(1_000_000))?;
        }
        write!(
            f,
            "a line length of {} instead of {}, at most {:.1} frames per second",
            self.needed_line_length, self.line_length, self.most_frames
        )
    }
}

impl core::error::Error for Misfit {}

impl Mode {
    /// Pixels of an image row on the link: line information and margins included.
    pub fn row_pixels(&self) -> u32 {
        u32::from(self.width) + self.dol.map_or(0, |dol| dol.extra_pixels())
    }

    /// Rows of a frame or set on the link: of all exposures, optical black and blanking rows included, embedded ones not.
    pub fn rows(&self) -> u32 {
        let image = u32::from(self.height);
        self.dol
            .map_or(image, |dol| u32::from(dol.exposures) * (image + dol.extra_rows()))
    }

    /// Bytes of the payload of an image row; `None` where [`Mode::fits`] says that it is no packet. Of types whose rows
    /// differ (YUV420), the longer ones.
    pub fn word_count(&self) -> Option<u16> {
        self.payload().ok()
    }

    /// Bytes of the packet that an image row is.
    pub fn packet_bytes(&self) -> Option<u32> {
        Some(u32::from(self.word_count()?) + FRAMING)
    }

    /// Of these, the bytes on one lane of so many: the first lanes have the odd ones.
    pub fn lane_bytes(&self, lanes: u8, lane: u8) -> Option<u32> {
        let bytes = self.packet_bytes()?;
        let count = u32::from(lanes);
        let odd = u32::from(u32::from(lane) < bytes.checked_rem(count)?);
        (lane < lanes).then(|| bytes / count + odd)
    }

    /// Nanoseconds from row to row.
    pub fn line_time(&self) -> Option<f64> {
        self.pace.map(crate::Pace::line_time)
    }

    /// Nanoseconds that the busiest of so many lanes needs for a row, at so many bits per second.
    pub fn burst_time(&self, lanes: u8, lane_rate: u64) -> Option<f64> {
        Some(f64::from(self.lane_bytes(lanes, 0)?) * 8e9 / lane_rate as f64)
    }

    /// Nanoseconds that a lane needs at least from the last bit of a row to the first of the next.
    pub fn restart_time(&self, lane_rate: u64) -> f64 {
        let bit = 1e9 / lane_rate as f64;
        restarts(self.clock)
            .map(|Least(time, bits)| time + bits * bit)
            .into_iter()
            .fold(0.0, f64::max)
    }

    /// The least bits per second of a lane, of so many, that carry a row in its time. `None` where no rate does.
    pub fn least_lane_rate(&self, lanes: u8) -> Option<u64> {
        let row = f64::from(self.lane_bytes(lanes, 0)?) * 8.0;
        let line_time = self.line_time()?;
        restarts(self.clock)
            .into_iter()
            .try_fold(0, |most: u64, Least(time, bits)| {
                let left = line_time - time;
                (left > 0.0).then(|| most.max(ceiling((row + bits) * 1e9 / left)))
            })
    }

    /// Frames, or sets of exposures, per second that a link carries with no pause between them.
    pub fn most_frames(&self, lanes: u8, lane_rate: u64) -> Option<f64> {
        let line_time = self.burst_time(lanes, lane_rate)? + self.restart_time(lane_rate);
        Some(1e9 / (line_time * f64::from(self.rows())))
    }

    /// Bits of image rows per second: what the packets hold, without what frames them.
    pub fn payload_rate(&self) -> Option<f64> {
        let bytes = u64::from(self.word_count()?) * u64::from(self.rows());
        Some((bytes * 8) as f64 * self.frame_rate()?)
    }

    /// Bits of all packets per second, with so many embedded rows, as long as those of the image, in each frame (of each
    /// exposure that has a virtual channel).
    pub fn link_rate(&self, embedded_rows: u8) -> Option<f64> {
        let frames = self.dol.map_or(1, |dol| u32::from(dol.frames()));
        let rows = u64::from(self.rows() + frames * u32::from(embedded_rows));
        let sync = if self.line_sync { SYNC_PAIR } else { 0 };
        let row = u64::from(self.packet_bytes()? + sync);
        let bytes = rows * row + u64::from(frames * SYNC_PAIR);
        Some((bytes * 8) as f64 * self.frame_rate()?)
    }

    /// The same as a share of what the mode's own lanes carry: [`Mode::link`] gives it others.
    pub fn link_load(&self, embedded_rows: u8) -> Option<f64> {
        let whole = u64::from(self.lanes).checked_mul(self.lane_rate)?;
        Some(self.link_rate(embedded_rows)? / whole as f64)
    }

    /// Whether a link carries each row in its time, and a frame has the row times for its rows.
    ///
    /// Where nobody says when rows come, only the rows themselves are looked at. LS, LE and embedded rows are not counted.
    ///
    /// # Errors
    ///
    /// The first thing that does not fit, with the arithmetic and what would.
    pub fn fits(&self, lanes: u8, lane_rate: u64) -> Result<(), Misfit> {
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(Misfit::Lanes { lanes });
        }
        self.payload()?;
        self.line_misfit(lanes, lane_rate)
            .map_or(Ok(()), |line| Err(Misfit::Line(line)))?;
        match self.lines_per_frame() {
            Some(row_times) if row_times < self.rows() => Err(Misfit::Frame {
                rows: self.rows(),
                row_times,
            }),
            _ => Ok(()),
        }
    }

    fn payload(&self) -> Result<u16, Misfit> {
        let pixels = self.row_pixels();
        let misfit = Misfit::Group {
            data_type: self.data_type,
            pixels,
        };
        let (bytes, group) = self.data_type.group().ok_or(misfit)?;
        if !pixels.is_multiple_of(group.into()) {
            return Err(misfit);
        }
        let bytes = u64::from(pixels / u32::from(group)) * u64::from(bytes);
        u16::try_from(bytes).map_err(|_| Misfit::Packet { bytes })
    }

    /// `None` where a row fits, or nobody says how long it may take.
    fn line_misfit(&self, lanes: u8, lane_rate: u64) -> Option<LineMisfit> {
        let pace = self.pace?;
        let burst_time = self.burst_time(lanes, lane_rate)?;
        let restart_time = self.restart_time(lane_rate);
        let needed = burst_time + restart_time;
        // A needed time that is not a number fits nothing either.
        let fits = needed <= pace.line_time();
        (!fits).then_some(LineMisfit {
            lanes,
            lane_rate,
            packet_bytes: self.packet_bytes()?,
            burst_time,
            restart_time,
            line_time: pace.line_time(),
            line_length: pace.line_length,
            needed_lane_rate: self.least_lane_rate(lanes),
            needed_line_length: ceiling(needed * pace.pixel_rate as f64 / 1e9),
            most_frames: self.most_frames(lanes, lane_rate)?,
        })
    }
}

/// The least whole number that is not below: `core` does not round.
fn ceiling(number: f64) -> u64 {
    let whole = number as u64;
    whole.saturating_add(u64::from((whole as f64) < number))
}

#[cfg(test)]
mod tests;
