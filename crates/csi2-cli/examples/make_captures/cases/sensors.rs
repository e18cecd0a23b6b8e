//! Streams of sensors: such that are not what their profiles say, and two in step.

use super::Case;
use crate::stream::Made;
use csi2_capture::{Burst, CreateOptions, Layer, WireNote};
use csi2_dphy::{Observation, Timebase};
use csi2_generator::{BlackMark, Crop, EmbeddedRows, Pattern, SimulateSettings, Simulator, Window};
use csi2_packet::VirtualChannel;
use csi2_sensors::CCS;
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "broken-sensor-window",
        extension: "pcapng",
        options: &["--sensor=imx412:full-10bit"],
        make: |path| Stream::USUAL.write(path),
        proves: "An IMX412 in the mode that its user names, at its line time and frame rate, but with a small output window: only \
                 the size is not the profile's, and what follows from it.",
    },
    Case {
        name: "sensor-of-no-mode",
        extension: "pcapng",
        options: &["--sensor=imx412"],
        make: |path| {
            let stream = Stream {
                line_length: 5000,
                ..Stream::USUAL
            };
            stream.write(path)
        },
        proves: "An IMX412 with a small output window and lines of 5000 pixel clocks, which is no mode of its profile: nobody says \
                 which it should be, so the nearest is told and nothing is wrong.",
    },
    Case {
        name: "two-sensors-master",
        extension: "pcapng",
        options: &[],
        make: |path| Stream::PAIR.write(path),
        proves: "The one of two sensors in step that gives the pace: six frames with a small output window.",
    },
    Case {
        name: "two-sensors-slave",
        extension: "pcapng",
        options: &[],
        make: |path| {
            let stream = Stream {
                late: 3_200,
                lost: Some(3),
                ..Stream::PAIR
            };
            stream.write(path)
        },
        proves: "The one that follows two-sensors-master, 3.2 us behind: its fourth frame is lost.",
    },
];

/// Row times of a frame.
const LINES: u32 = 3102;

/// Frames of 128 pixels a row of a mode like the first of the IMX412.
#[derive(Clone, Copy)]
struct Stream {
    /// Pixel clocks.
    line_length: u32,
    rows: usize,
    frames: u32,
    /// Nanoseconds after the start of the clock.
    late: u64,
    /// A frame that is not there.
    lost: Option<u64>,
}

impl Stream {
    const USUAL: Self = Self {
        line_length: 4512,
        rows: 8,
        frames: 2,
        late: 0,
        lost: None,
    };
    const PAIR: Self = Self {
        rows: 2,
        frames: 6,
        ..Self::USUAL
    };

    fn write(self, path: &Path) -> Made {
        let imx412 = csi2_sensors::find("imx412").ok_or("no imx412")?;
        let mode = imx412.mode("full-10bit").ok_or("no such mode")?;
        let mut simulator = Simulator::new(SimulateSettings {
            mode: mode.raster(840_000_000, self.line_length, LINES),
            order: imx412.bayer.ok_or("no order")?,
            black: 64,
            pattern: Pattern::find("scene").ok_or("no such pattern")?,
            ratio: 1,
            seed: 0,
            window: Window {
                crop: Some(Crop {
                    width: 128,
                    height: self.rows,
                    x: 2000,
                    y: 1500,
                }),
                ..Window::default()
            },
            channels: [VirtualChannel::ZERO; 3],
            black_rows: 0,
            black_mark: BlackMark::Coded,
            embedded: EmbeddedRows {
                rows: 2,
                map: *imx412.embedded.unwrap_or(&CCS),
                exposure: None,
                gain: 0,
            },
            first_frame: 1,
            frames: self.frames,
        })
        .map_err(|error| error.to_string())?;
        let timebase = Timebase::NANOSECONDS;
        let options = CreateOptions {
            path: path.to_owned(),
            layer: Layer::Packets,
            timebase,
            channels: Vec::new(),
            lanes: 4,
            link_type: 147,
        };
        let mut writer = csi2_capture::create("pcapng", &options)?;
        while let Some(due) = simulator.next_burst() {
            let frame = due.at.clocks / u64::from(self.line_length) / u64::from(LINES);
            if self.lost == Some(frame) {
                continue;
            }
            let whole = Burst {
                starts: true,
                ends: true,
            };
            let at = Some(due.at.tick(timebase) + self.late);
            writer.write(&Observation::Merged(due.bytes), whole, at, WireNote::default())?;
        }
        Ok(writer.finish()?)
    }
}
