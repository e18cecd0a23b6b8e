//! Exposures of digital-overlap HDR.

use super::{Case, MadePackets};
use crate::stream::{Packets, Wiring};
use csi2_generator::Scene;
use csi2_kernels::Backend;
use csi2_packet::{DataType, LongPacket, PacketHeader, VirtualChannel};
use csi2_pixel::{Kernels, codec};
use csi2_sensors::{Exposure, LineInformation, Placement};
use std::error::Error;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "dol2-channels",
        extension: "pcapng",
        options: &[],
        make: |path| Wiring::packets("pcapng").write(path, &TWO.packets()?),
        proves: "Two exposures on virtual channels 0 and 1, the shorter one four rows late: its last rows come after the next set \
                 has begun. Frames of a set are paired by the order of their FS.",
    },
    Case {
        name: "dol3-channels",
        extension: "pcapng",
        options: &[],
        make: |path| Wiring::packets("pcapng").write(path, &THREE.packets()?),
        proves: "Three exposures on virtual channels 0, 1 and 2, two and five rows late.",
    },
    Case {
        name: "dol2-line-information",
        extension: "pcapng",
        options: &[],
        make: |path| Wiring::packets("pcapng").write(path, &Stream { by: RAW10_CODE, ..TWO }.packets()?),
        proves: "Two exposures in one frame, told apart by the code in the first four pixels of each row, which is cut off. Its parity \
                 changes from set to set.",
    },
    Case {
        name: "dol3-line-information-raw12",
        extension: "pcapng",
        options: &[],
        make: |path| {
            let by = By::Code {
                pixels: 16,
                placement: Placement::High,
            };
            let stream = Stream {
                by,
                data_type: DataType::RAW12,
                bits: 12,
                ..THREE
            };
            Wiring::packets("pcapng").write(path, &stream.packets()?)
        },
        proves: "Three exposures in one frame of RAW12: codes in the high bits of sixteen pixels, found from the rows themselves.",
    },
    Case {
        name: "dol2-blanking-rows",
        extension: "pcapng",
        options: &[],
        make: |path| {
            Wiring::packets("pcapng").write(
                path,
                &Stream {
                    by: RAW10_CODE,
                    around: true,
                    ..TWO
                }
                .packets()?,
            )
        },
        proves: "Optical black rows with codes of their own before each image, and rows of a code nobody knows where an exposure has no \
                 image yet, or none any more: neither is of the picture, and the unknown ones are told.",
    },
    Case {
        name: "dol2-data-types",
        extension: "pcapng",
        options: &["--user=USER1=RAW10"],
        make: |path| Wiring::packets("pcapng").write(path, &Stream { by: By::Type, ..TWO }.packets()?),
        proves: "Two exposures in one frame, of data types RAW10 and USER1, whose rows take turns.",
    },
    Case {
        name: "broken-dol-codes",
        extension: "pcapng",
        options: &[],
        make: |path| {
            let mut packets = Stream {
                by: RAW10_CODE,
                sets: 3,
                ..TWO
            }
            .packets()?;
            let set = packets.len() / 3;
            // Of the second set: a code with two exposures in it, and a row that is not there.
            packets[set + 12] = RAW10_ROW.spoiled_code()?;
            packets.remove(set + 21);
            Wiring::packets("pcapng").write(path, &packets)
        },
        proves: "In the second of three sets one row begins with a code that names two exposures: it keeps its place and is told. Another \
                 never came: the codes of its neighbours say which.",
    },
    Case {
        name: "broken-dol-partner",
        extension: "pcapng",
        options: &[],
        make: |path| {
            let stream = Stream {
                sets: 3,
                period: 40,
                ..TWO
            };
            let mut packets = stream.packets()?;
            let set = packets.len() / 3;
            let mut at = 0;
            packets.retain(|packet| {
                at += 1;
                (at - 1) / set != 1 || packet.first().is_none_or(|id| id >> 6 != 1)
            });
            Wiring::packets("pcapng").write(path, &packets)
        },
        proves: "The shorter exposure of the second of three sets is missing: the sets after it keep their partners.",
    },
];

/// What tells exposures apart.
#[derive(Clone, Copy)]
enum By {
    Channel,
    Type,
    Code { pixels: usize, placement: Placement },
}

const RAW10_CODE: By = By::Code {
    pixels: 4,
    placement: Placement::Low,
};

#[derive(Clone, Copy)]
struct Stream {
    by: By,
    /// Rows by which each exposure is late.
    delays: &'static [usize],
    data_type: DataType,
    bits: u8,
    /// Row times of a set.
    period: usize,
    sets: usize,
    /// Optical black rows, and rows that stand in for others.
    around: bool,
}

const WIDTH: usize = 64;
const HEIGHT: usize = 24;
/// Optical black rows of each exposure.
const BLACK: usize = 2;
/// What darkness reads as at 10 bits.
const DARK: u16 = 64;

const TWO: Stream = Stream {
    by: By::Channel,
    delays: &[0, 4],
    data_type: DataType::RAW10,
    bits: 10,
    period: 26,
    sets: 2,
    around: false,
};

const THREE: Stream = Stream {
    delays: &[0, 2, 5],
    period: 40,
    ..TWO
};

const RAW10_ROW: Stream = Stream { by: RAW10_CODE, ..TWO };

type MadePacket = Result<Vec<u8>, Box<dyn Error>>;

impl Stream {
    /// By the slots of the link: row `i` of exposure `e` of `n` in slot `n * (i + delay) + e`.
    fn packets(&self) -> MadePackets {
        let count = self.delays.len();
        let mut slots: Vec<(usize, usize, Vec<u8>)> = Vec::new();
        let shared = !matches!(self.by, By::Channel);
        // One frame is over before the next begins.
        let latest = self.delays.iter().copied().max().unwrap_or(0);
        let period = if shared {
            self.period.max(HEIGHT + latest + BLACK + 2)
        } else {
            self.period
        };
        for set in 0..self.sets {
            let number = u16::try_from(set + 1)?;
            let mut ends = Vec::new();
            for (exposure, delay) in self.delays.iter().enumerate() {
                let mut own = Vec::new();
                let lead = if self.around { BLACK } else { 0 };
                let mut put = |time: usize, packet| own.push(((set * period + time) * count + exposure, 1, packet));
                for time in 0..lead {
                    put(time, self.row(set, exposure, Kind::Black)?);
                }
                for time in 0..HEIGHT + latest {
                    match time.checked_sub(*delay).filter(|row| *row < HEIGHT) {
                        Some(row) => put(lead + time, self.row(set, exposure, Kind::Image(row))?),
                        None if self.around => put(lead + time, self.row(set, exposure, Kind::Blanking)?),
                        None => {}
                    }
                }
                let channel = u8::try_from(if shared { 0 } else { exposure })?;
                if let (Some(first), Some(last)) = (own.first(), own.last()) {
                    ends.push((first.0, last.0, channel));
                }
                slots.extend(own);
            }
            if shared {
                let first = ends.iter().map(|(first, ..)| *first).min().unwrap_or(0);
                let last = ends.iter().map(|(_, last, _)| *last).max().unwrap_or(0);
                ends = vec![(first, last, 0)];
            }
            for (first, last, channel) in ends {
                slots.push((first, 0, short(channel, DataType::FRAME_START, number)?));
                slots.push((last, 2, short(channel, DataType::FRAME_END, number)?));
            }
        }
        slots.sort_by_key(|(slot, order, _)| (*slot, *order));
        let packets: Packets = slots.into_iter().map(|(_, _, packet)| packet).collect();
        Ok(packets)
    }

    /// A row whose code names two exposures.
    fn spoiled_code(&self) -> MadePacket {
        let mut samples = vec![0x243; 4];
        samples.extend([DARK; WIDTH]);
        self.long(0, self.data_type, &samples)
    }

    fn row(&self, set: usize, exposure: usize, kind: Kind) -> MadePacket {
        let scale = self.bits - 10;
        let mut pixels = vec![DARK << scale; WIDTH];
        if let Kind::Image(y) = kind {
            let scene = Scene {
                width: WIDTH,
                height: HEIGHT,
                bits: self.bits,
                frame: u32::try_from(set)?,
            };
            scene.row(y, &mut pixels);
            // Four times less light from exposure to exposure.
            let dark = DARK << scale;
            for pixel in &mut pixels {
                *pixel = dark + (pixel.saturating_sub(dark) >> (2 * exposure));
            }
        }
        let mut samples = Vec::new();
        if let By::Code { pixels, placement } = self.by {
            let code = match kind {
                Kind::Blanking => 0x208,
                _ => LineInformation {
                    exposure: Exposure::ALL[exposure],
                    parity: set % 2 == 1,
                    black: matches!(kind, Kind::Black),
                }
                .code(),
            };
            samples = vec![placement.sample(code, self.bits); pixels];
        }
        samples.extend(pixels);
        let (channel, data_type) = match self.by {
            By::Channel => (u8::try_from(exposure)?, self.data_type),
            By::Type if exposure > 0 => (0, DataType::from_bits(0x2F + u8::try_from(exposure)?)),
            _ => (0, self.data_type),
        };
        self.long(channel, data_type, &samples)
    }

    fn long(&self, channel: u8, data_type: DataType, samples: &[u16]) -> MadePacket {
        let codec = codec(self.data_type).ok_or("no layout")?;
        let Kernels::Narrow { pack, .. } = codec.kernels else {
            return Err("more than 16 bits".into());
        };
        let mut payload = vec![0; samples.len() * usize::from(self.bits) / 8];
        pack(Backend::PORTABLE, samples, &mut payload);
        let header = PacketHeader {
            channel: VirtualChannel::new(channel).ok_or("virtual channel above 15")?,
            data_type,
            word: u16::try_from(payload.len())?,
        };
        let mut packet = vec![0; payload.len() + 6];
        LongPacket::emit(header, &payload, &mut packet).map_err(|trouble| format!("{trouble:?}"))?;
        Ok(packet)
    }
}

/// What a row is of.
#[derive(Clone, Copy)]
enum Kind {
    Image(usize),
    Black,
    /// Nothing.
    Blanking,
}

fn short(channel: u8, data_type: DataType, word: u16) -> MadePacket {
    let header = PacketHeader {
        channel: VirtualChannel::new(channel).ok_or("virtual channel above 15")?,
        data_type,
        word,
    };
    Ok(header.encode().to_vec())
}
