//! Packets to a file, through the wire where the layer asks for it.

use super::values::EscapeItem;
use csi2_capture::{Burst, CaptureError, CaptureWriter, WireNote};
use csi2_dphy::{Tick, Timebase};
use csi2_generator::{Piece, Transmitter, WireFault};

/// The lane that escapes are sent over.
const LANE_0: u8 = 1;

/// A transmitter and the file it writes.
pub(crate) struct Sender {
    transmitter: Transmitter,
    sampled: bool,
    writer: Box<dyn CaptureWriter>,
}

impl Sender {
    /// `sampled`: what is written takes its place whether anything happens or not.
    pub(super) fn new(transmitter: Transmitter, writer: Box<dyn CaptureWriter>, sampled: bool) -> Self {
        Self {
            transmitter,
            sampled,
            writer,
        }
    }

    /// Sends one burst.
    pub(crate) fn burst(&mut self, bytes: &[u8], note: WireNote<'_>) -> Result<(), CaptureError> {
        self.transmitter.burst(bytes, &mut to_file(&mut self.writer, note))
    }

    /// Sends one burst with faults of the lanes.
    pub(crate) fn burst_with(
        &mut self,
        bytes: &[u8],
        faults: &[WireFault],
        note: WireNote<'_>,
    ) -> Result<(), CaptureError> {
        let mut file = to_file(&mut self.writer, note);
        self.transmitter.burst_with(bytes, faults, &mut file)
    }

    /// The last burst was the end of a frame, and no other is open.
    pub(crate) fn frame_end(&mut self) -> Result<(), CaptureError> {
        let mut file = to_file(&mut self.writer, WireNote::default());
        self.transmitter.frame_end(&mut file)
    }

    /// Sends an escape, over a lane of this many bits per second.
    pub(super) fn escape(&mut self, item: &EscapeItem, rate: u64) -> Result<(), CaptureError> {
        let mut file = to_file(&mut self.writer, WireNote::default());
        match item {
            EscapeItem::Command(command, bytes) => self.transmitter.escape(LANE_0, *command, bytes, &mut file),
            EscapeItem::Ulps(time) => self.transmitter.ulps(LANE_0, false, time.ui(rate), &mut file),
            EscapeItem::Turnaround => self.transmitter.turnaround(LANE_0, &mut file),
        }
    }

    /// Samples that this many nanoseconds take; 0 where nothing is sampled.
    pub(crate) fn samples_in(&self, nanoseconds: f64) -> f64 {
        if self.sampled {
            nanoseconds / 1e9 * self.transmitter.timebase().hertz()
        } else {
            0.0
        }
    }

    /// Nanoseconds from the beginning of a burst to its first data bit.
    pub(crate) fn lead(&self) -> f64 {
        self.transmitter.timebase().nanoseconds(self.transmitter.lead())
    }

    /// Bytes of each lane's trail that a receiver takes for data of a packet that ends early.
    pub(crate) fn trail_bytes(&self) -> usize {
        self.transmitter.trail_bytes()
    }

    /// Keeps the lanes stopped until this many nanoseconds after the start.
    pub(crate) fn wait_until(&mut self, nanoseconds: f64) -> Result<(), CaptureError> {
        let ticks = nanoseconds / 1e9 * self.transmitter.timebase().hertz();
        let mut file = to_file(&mut self.writer, WireNote::default());
        self.transmitter.wait_until(ticks.max(0.0).round() as u64, &mut file)
    }

    /// The time all bursts so far have taken.
    pub(crate) fn now(&self) -> Tick {
        self.transmitter.now()
    }

    /// Length of a tick of [`Sender::now`].
    pub(crate) fn timebase(&self) -> Timebase {
        self.transmitter.timebase()
    }

    /// Keeps the lanes stopped until this tick.
    pub(crate) fn wait_until_tick(&mut self, at: Tick) -> Result<(), CaptureError> {
        let mut file = to_file(&mut self.writer, WireNote::default());
        self.transmitter.wait_until(at, &mut file)
    }

    /// The last stop state, and the file's name.
    pub(crate) fn finish(mut self) -> Result<(), CaptureError> {
        let mut file = to_file(&mut self.writer, WireNote::default());
        self.transmitter.finish(&mut file)?;
        drop(file);
        self.writer.finish()
    }
}

/// Pieces go to the file as they are.
fn to_file<'a>(
    writer: &'a mut Box<dyn CaptureWriter>,
    note: WireNote<'a>,
) -> impl FnMut(Piece<'_>) -> Result<(), CaptureError> + 'a {
    move |piece| {
        let burst = Burst {
            starts: piece.starts,
            ends: piece.ends,
        };
        writer.write(&piece.seen, burst, Some(piece.at), note)
    }
}
