//! What a capture shows of a stream that should be a mode's.

use super::{Observed, Quantity};
use crate::{ChannelStatistics, DataTypeStatistics};
use csi2_dphy::Timebase;
use csi2_packet::{DataType, VirtualChannel};
use csi2_sensors::{Dol, DolMethod, Mode};

/// Times in nanoseconds, rates per second. `None`: the capture does not show it.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) channel: Option<VirtualChannel>,
    pub(super) size: Option<Quantity>,
    pub(super) data_type: Option<Quantity>,
    pub(super) lanes: Option<f64>,
    pub(super) lane_rate: Option<f64>,
    pub(super) line_time: Option<f64>,
    pub(super) frame_length: Option<f64>,
    pub(super) frame_rate: Option<f64>,
    pub(super) embedded_rows: Option<f64>,
    pub(super) exposures: Option<f64>,
    pub(super) delays: [Option<f64>; 2],
    pub(super) payload: Option<f64>,
    pub(super) packets: Option<f64>,
    pub(super) share: Option<f64>,
}

/// The images that are compared: those of the long exposure, where there are several.
#[derive(Clone, Copy)]
struct Images<'a> {
    channel: &'a ChannelStatistics,
    of: &'a DataTypeStatistics,
}

impl Measured {
    pub(super) fn new(seen: &Observed<'_>, mode: &Mode) -> Self {
        let lanes = seen.lanes.map(|lanes| lanes as f64);
        let lane_rate = seen.lane_rate.map(|rate| rate as f64);
        let load = seen.timebase.and_then(|timebase| seen.statistics.load(timebase));
        // A capture of packets does not know its link: it is the mode's.
        let whole = lanes.unwrap_or(mode.lanes.into()) * lane_rate.unwrap_or(mode.lane_rate as f64);
        let link = Self {
            lanes,
            lane_rate,
            payload: load.map(|load| load.payload),
            packets: load.map(|load| load.packets),
            share: load.filter(|_| whole > 0.0).map(|load| load.packets / whole),
            ..Self::default()
        };
        let Some(images) = Images::find(&seen.statistics.channels, mode) else {
            return link;
        };
        let raster = seen.timebase.map(|timebase| images.raster(timebase, mode.dol));
        let raster = raster.unwrap_or_default();
        Self {
            channel: Some(images.channel.channel),
            size: images.size(),
            data_type: Some(Quantity::DataType(images.of.data_type)),
            line_time: raster.line_time,
            frame_length: raster.frame_length(mode.dol),
            frame_rate: raster.period.map(|period| 1e9 / period),
            embedded_rows: Some(images.embedded_rows()),
            exposures: exposures(&seen.statistics.channels, images, mode.dol),
            delays: [0, 1].map(|nth| {
                let delay = delay(&seen.statistics.channels, nth, mode.dol?, seen.timebase?, raster);
                delay.filter(|rows| rows.is_finite())
            }),
            ..link
        }
    }
}

impl<'a> Images<'a> {
    /// Those of the mode's data type, else the most of any, on the channel of the long exposure where there is one.
    fn find(channels: &'a [ChannelStatistics], mode: &Mode) -> Option<Self> {
        let (wanted, long) = match mode.dol.map(|dol| dol.method) {
            Some(DolMethod::DataType([long, ..])) => (long, None),
            Some(DolMethod::VirtualChannel([long, ..])) => (mode.data_type, Some(long)),
            _ => (mode.data_type, None),
        };
        let all = channels.iter().flat_map(|channel| {
            let types = channel.data_types.iter();
            types.map(move |of| Images { channel, of })
        });
        let images = all.filter(|images| images.of.is_of_image());
        let rank = |images: &Self| {
            (
                images.of.data_type == wanted,
                long == Some(images.channel.channel),
                images.of.bytes,
            )
        };
        // Of those that are alike the first channel's.
        images.reduce(|best, next| if rank(&next) > rank(&best) { next } else { best })
    }

    fn size(self) -> Option<Quantity> {
        let (width, lines) = self.of.width.zip(self.of.lines)?;
        Some(Quantity::Size { width, lines })
    }

    fn embedded_rows(self) -> f64 {
        let mut types = self.channel.data_types.iter();
        let rows = types.find(|of| of.data_type == DataType::EMBEDDED);
        rows.and_then(|of| of.lines).map_or(0.0, f64::from)
    }

    fn raster(self, timebase: Timebase, dol: Option<Dol>) -> Raster {
        let (apart, whole) = match dol.map(|dol| (dol.method, dol.exposures)) {
            // Rows of the others lie between those of an exposure.
            Some((DolMethod::VirtualChannel(_) | DolMethod::DataType(_), exposures)) => (f64::from(exposures), true),
            // Where an exposure has no row yet, its place stays empty.
            Some((DolMethod::LineInformation { .. } | DolMethod::LineCount, _)) => (1.0, false),
            None => (1.0, true),
        };
        let line = &self.of.line_time;
        let ticks = if whole {
            line.mean()
        } else {
            (line.count > 0).then_some(line.min as f64)
        };
        Raster {
            line_time: ticks.map(|ticks| ticks * timebase.nanoseconds(1) / apart),
            period: self.channel.frame_rate(timebase).map(|rate| 1e9 / rate),
        }
    }
}

/// In nanoseconds.
#[derive(Clone, Copy, Default)]
struct Raster {
    line_time: Option<f64>,
    period: Option<f64>,
}

impl Raster {
    fn frame_length(self, dol: Option<Dol>) -> Option<f64> {
        let slots = dol.map_or(1, |dol| dol.slots_per_line).max(1);
        let line_time = self.line_time.filter(|time| *time > 0.0)?;
        Some(self.period? / line_time / f64::from(slots))
    }
}

/// Exposures of a set, as far as channels or data types tell them apart.
fn exposures(channels: &[ChannelStatistics], images: Images<'_>, dol: Option<Dol>) -> Option<f64> {
    let same = |of: &DataTypeStatistics| {
        let (this, that) = (images.of, of);
        (this.data_type, this.width, this.lines) == (that.data_type, that.width, that.lines)
    };
    let count = match dol.map(|dol| dol.method) {
        Some(DolMethod::LineInformation { .. } | DolMethod::LineCount) => return None,
        Some(DolMethod::DataType(types)) => {
            let own = images.channel.data_types.iter();
            own.filter(|of| types.contains(&of.data_type)).count()
        }
        Some(DolMethod::VirtualChannel(_)) | None => {
            let framed = channels.iter().filter(|of| of.frames > 0);
            framed.filter(|of| of.data_types.iter().any(same)).count()
        }
    };
    Some(count as f64)
}

/// Rows by which a short exposure trails the long one, from where their frames start.
fn delay(channels: &[ChannelStatistics], nth: u8, dol: Dol, timebase: Timebase, raster: Raster) -> Option<f64> {
    let DolMethod::VirtualChannel([long, shorter @ ..]) = dol.method else {
        return None;
    };
    let start = |wanted: VirtualChannel| {
        let of = channels.iter().find(|of| of.channel == wanted)?;
        Some(timebase.nanoseconds(of.first_frame?))
    };
    let short = *shorter.get(usize::from(nth))?;
    let after = start(short)? - start(long)?;
    // The capture may begin with a short exposure of the set before.
    let after = if after < 0.0 { after + raster.period? } else { after };
    let slots = after / raster.line_time?;
    Some((slots - f64::from(nth + 1)) / f64::from(dol.exposures))
}
