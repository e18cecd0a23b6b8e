//! Whether rows fit their time on a link: measured on the sending chain itself.

use super::{SimulateArgs, Stream, lines_at};
use crate::failure::Failure;
use crate::report::text;
use crate::transmit::{LONGEST_PAUSE, Target};
use csi2_capture::Layer;
use csi2_dphy::{Clocking, lane_length};
use csi2_generator::{Simulator, TransmitLayer, TransmitSettings, Transmitter};
use csi2_sensors::{Clock, Mode, Pace};
use std::convert::Infallible;

/// Megabits per second of a lane above which nothing is proposed.
const FASTEST: u64 = 10_000;

/// A link to send over.
pub(super) struct Link<'a> {
    args: &'a SimulateArgs,
    target: Target,
    /// The clock of the mode stops, and the options say nothing else.
    gated: bool,
}

impl<'a> Link<'a> {
    pub(super) fn new(args: &'a SimulateArgs, target: Target, mode: &Mode) -> Self {
        Self {
            args,
            target,
            gated: mode.clock == Some(Clock::Gated) && !args.link.says_clock(),
        }
    }

    /// Bursts follow each other as closely as the line protocol allows: the mode says when they begin.
    pub(super) fn settings(&self, lanes: usize, rate: u64) -> Result<TransmitSettings, Failure> {
        let mut settings = self.args.link.settings(self.target.layer, lanes, rate)?;
        settings.pause = Some(0);
        if let TransmitLayer::Pins(waveform) = &mut settings.layer
            && self.gated
        {
            waveform.clocking = Clocking::Gated;
        }
        Ok(settings)
    }

    /// Refuses rows that take longer than a row time, and what does not fit between frames.
    pub(super) fn check(&self, stream: &Stream, simulator: &Simulator) -> Result<(), Failure> {
        let Some(pace) = stream.mode.pace else {
            return Ok(());
        };
        let settings = self.settings(stream.lanes, stream.rate)?;
        let bytes = simulator.longest_burst();
        let row = pace.line_time();
        if busy(settings, bytes) > row {
            return Err(self.refuse_row(stream, pace, settings, simulator));
        }
        let samples = self.target.layer == Layer::Pins;
        let lines = stream.mode.lines_per_frame().map_or(0.0, f64::from);
        let frame = lines * row / 1e9 * Transmitter::new(settings).timebase().hertz();
        if samples && frame > LONGEST_PAUSE as f64 {
            return Err(Failure::usage(
                "a frame takes too long to be written as samples: give less --frame-length, or lower --rate or --oversample",
            ));
        }
        self.check_pause(stream, pace, settings, simulator)
    }

    /// Deskew bursts and ULPS between frames.
    fn check_pause(
        &self,
        stream: &Stream,
        pace: Pace,
        settings: TransmitSettings,
        simulator: &Simulator,
    ) -> Result<(), Failure> {
        if settings.ulps.is_none() && settings.periodic_deskew.is_none() || self.args.frames < 2 {
            return Ok(());
        }
        let rows = simulator.blanking();
        let needed = between_frames(settings);
        // FE has a row time, too.
        let left = if rows == 0 {
            0.0
        } else {
            (rows + 1) as f64 * pace.line_time()
        };
        if needed <= left {
            return Ok(());
        }
        let slots = stream.mode.dol.map_or(1, |dol| u64::from(dol.slots_per_line)).max(1);
        let more = ((needed - left) / pace.line_time()).ceil() as u64;
        Err(Failure::usage(format!(
            "{}: what --ulps or --deskew ask for after a frame takes {:.1} us, the blanking of {rows} row times {:.1} us; \
             what would fit: --frame-length {}{}",
            stream.name,
            needed / 1e3,
            left / 1e3,
            u64::from(pace.frame_length) + more.div_ceil(slots) + 1,
            match settings.ulps {
                Some(_) => ", or a shorter --timing t_wakeup",
                None => "",
            }
        )))
    }

    fn refuse_row(&self, stream: &Stream, pace: Pace, settings: TransmitSettings, simulator: &Simulator) -> Failure {
        let bytes = simulator.longest_burst();
        let (lanes, rate) = (stream.lanes, stream.rate);
        let needed = busy(settings, bytes);
        let on_lane = lane_length(bytes, lanes, 0);
        let data = on_lane as f64 * 8e9 / rate as f64;
        let clock = match is_gated(&settings) {
            true => " (the clock stops, too)",
            false => "",
        };
        let fits = self.remedies(stream, pace, needed, simulator);
        Failure::usage(format!(
            "{} does not fit {} of {} Mbps: a row is {bytes} bytes, {on_lane} on the busiest lane: {:.3} us; with {:.3} \
             us to enter and leave high speed{clock} {:.3} us, but rows come every {:.3} us ({} clocks of {} MHz); what would \
             fit: {}",
            stream.name,
            text::count(lanes as u64, "lane"),
            rate as f64 / 1e6,
            data / 1e3,
            (needed - data) / 1e3,
            needed / 1e3,
            pace.line_time() / 1e3,
            pace.line_length,
            pace.pixel_rate as f64 / 1e6,
            fits.join(", or "),
        ))
    }

    /// Options with which a row would fit, each alone.
    fn remedies(&self, stream: &Stream, pace: Pace, needed: f64, simulator: &Simulator) -> Vec<String> {
        let bytes = simulator.longest_burst();
        let row = pace.line_time();
        let fits = |lanes: usize, rate: u64| {
            let settings = self.settings(lanes, rate);
            settings.is_ok_and(|settings| busy(settings, bytes) <= row)
        };
        let mut all = Vec::new();
        let settings = self.settings(stream.lanes, stream.rate);
        if let Ok(TransmitSettings {
            layer: TransmitLayer::Pins(mut waveform),
            ..
        }) = settings
            && waveform.clocking == Clocking::Gated
        {
            waveform.clocking = Clocking::Continuous;
            let steady = settings.map(|settings| TransmitSettings {
                layer: TransmitLayer::Pins(waveform),
                ..settings
            });
            if steady.is_ok_and(|settings| busy(settings, bytes) <= row) {
                all.push("--clock continuous".to_owned());
            }
        }
        let clocks = (needed * pace.pixel_rate as f64 / 1e9).ceil() as u32;
        let slower = Mode {
            pace: Some(Pace {
                line_length: clocks,
                // Frames of a rate are as many lines as that takes.
                frame_length: match self.args.fps {
                    Some(fps) => lines_at(fps, pace.pixel_rate, clocks, &stream.mode),
                    None => pace.frame_length,
                },
                ..pace
            }),
            ..stream.mode
        };
        let lines = |mode: &Mode| u64::from(mode.lines_per_frame().unwrap_or(0));
        if lines(&slower) + simulator.blanking() >= lines(&stream.mode) {
            all.push(format!(
                "--line-length {clocks} ({:.2} frames per second)",
                slower.frame_rate().unwrap_or(0.0)
            ));
        } else {
            all.push("a lower --fps with a --line-length to match".to_owned());
        }
        if let Some(lanes) = [2, 3, 4, 8]
            .into_iter()
            .find(|lanes| *lanes > stream.lanes && fits(*lanes, stream.rate))
        {
            all.push(format!("--lanes {lanes}"));
        }
        let (mut low, mut high) = (stream.rate / 1_000_000, FASTEST);
        if low < high && fits(stream.lanes, high * 1_000_000) {
            while high - low > 1 {
                let middle = low.midpoint(high);
                if fits(stream.lanes, middle * 1_000_000) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            all.push(format!("--rate {high}M"));
        }
        all
    }
}

fn is_gated(settings: &TransmitSettings) -> bool {
    matches!(settings.layer, TransmitLayer::Pins(waveform) if waveform.clocking == Clocking::Gated && waveform.wires.clock)
}

/// Nanoseconds from the beginning of a burst to the earliest beginning of the next.
fn busy(settings: TransmitSettings, bytes: usize) -> f64 {
    let mut link = Transmitter::new(TransmitSettings {
        initial_deskew: None,
        ..settings
    });
    let burst = vec![0; bytes];
    let Ok(()) = link.burst::<Infallible>(&burst, &mut |_| Ok(()));
    link.timebase().nanoseconds(link.now())
}

/// Nanoseconds from the beginning of FE to the earliest beginning of FS.
fn between_frames(settings: TransmitSettings) -> f64 {
    let mut link = Transmitter::new(TransmitSettings {
        initial_deskew: None,
        ..settings
    });
    let out = &mut |_: csi2_generator::Piece<'_>| Ok::<_, Infallible>(());
    let Ok(()) = link.burst(&[0; 4], out);
    let Ok(()) = link.frame_end(out);
    let Ok(()) = link.wait_until(0, out);
    link.timebase().nanoseconds(link.now())
}
