//! Modes that change between two frames, and the link asleep between them.

use super::{Case, MadePackets, SMALL, case};
use crate::hand::SLOW;
use crate::stream::{Camera, Made, Packets, Recording, Wiring};
use csi2_dphy::{Clocking, TransmitTiming, UnitInterval};
use csi2_packet::DataType;
use std::path::Path;

/// Two frames of 64x8.
const FULL: Camera = Camera::RAW10;

/// Three frames of half the width and height, counted on.
const BINNED: Camera = Camera {
    width: 32,
    height: 4,
    frames: 3,
    first_frame: 3,
    ..FULL
};

fn in_turn(path: &Path, cameras: &[Camera]) -> Made {
    let packets: Result<Vec<Packets>, _> = cameras.iter().map(Camera::packets).collect();
    Wiring::packets("pcapng").write(path, &packets?.concat())
}

/// Frames `first` to `first + 1` of two exposures, the second of which begins a line later.
fn exposures(first_frame: u16) -> MadePackets {
    let of = |channel, number| {
        Camera {
            channel,
            frames: 1,
            first_frame: number,
            ..FULL
        }
        .packets()
    };
    let mut packets = Packets::new();
    for number in [first_frame, first_frame + 1] {
        let (mut long, mut short) = (of(0, number)?.into_iter(), of(1, number)?.into_iter());
        packets.extend(long.by_ref().take(2));
        loop {
            let pair = [long.next(), short.next()];
            if pair.iter().all(Option::is_none) {
                break;
            }
            packets.extend(pair.into_iter().flatten());
        }
    }
    Ok(packets)
}

/// Frames over four lanes, over the first two of them, and over all again.
fn lanes(path: &Path) -> Made {
    let over = |lanes, first_frame, frames| -> Result<Recording, Box<dyn std::error::Error>> {
        let camera = Camera {
            first_frame,
            frames,
            ..SMALL
        };
        Wiring::pins("sigrok", lanes, 4).record(&camera.packets()?)
    };
    let mut all = over(4, 1, 1)?;
    // Of lanes 2 and 3 both wires are high.
    let stopped = 0b1111 << 6;
    let two = over(2, 2, 2)?;
    all.bytes.extend(
        two.bytes
            .iter()
            .flat_map(|sample| (u16::from(*sample) | stopped).to_le_bytes()),
    );
    all.bytes.extend(over(4, 4, 1)?.bytes);
    Wiring::pins("sigrok", 4, 4).write_recording(path, &all)
}

/// Three frames at 100 Mb/s, with 500 us of sleep after each but the last.
fn asleep(path: &Path, timing: fn(&mut TransmitTiming)) -> Made {
    let camera = Camera {
        width: 16,
        height: 2,
        frames: 3,
        ..SMALL
    };
    Wiring {
        timing,
        ulps: Some(50_000),
        samples_per_ui: UnitInterval::whole(2),
        clocking: Clocking::Continuous,
        ..SLOW
    }
    .write(path, &camera.packets()?)
}

pub(super) const CASES: &[Case] = &[
    case(
        "mode-geometry",
        "pcapng",
        |path| in_turn(path, &[FULL, BINNED]),
        "Frames of 64x8 pixels, then of 32x4: a change of mode, and no frame is lost.",
    ),
    case(
        "mode-depth",
        "pcapng",
        |path| {
            let deeper = Camera {
                data_type: DataType::RAW12,
                bits: 12,
                first_frame: 3,
                ..FULL
            };
            in_turn(path, &[FULL, deeper])
        },
        "RAW10, then RAW12 of the same size.",
    ),
    case(
        "mode-height",
        "pcapng",
        |path| {
            let cropped = Camera { height: 6, ..FULL };
            let counted_on = Camera {
                first_frame: 3,
                frames: 3,
                ..cropped
            };
            in_turn(path, &[FULL, counted_on])
        },
        "Frames of 8 lines, then three of 6 lines as long as before. The first of them might have lost its last two: only \
         the second shows that it did not.",
    ),
    case(
        "mode-exposures",
        "pcapng",
        |path| {
            let packets = [FULL.packets()?, exposures(3)?].concat();
            Wiring::packets("pcapng").write(path, &packets)
        },
        "Frames on virtual channel 0, then one exposure on channel 0 and one on channel 1 in each set.",
    ),
    case(
        "mode-lanes",
        "sr",
        lanes,
        "A frame over four lanes, two over lanes 0 and 1 while the others stay in LP-11, and one over four.",
    ),
    case(
        "mode-start-up",
        "pcapng",
        |path| {
            let mut packets = Camera { frames: 4, ..FULL }.packets()?;
            // The first lines of the first frame.
            packets.drain(1..4);
            Wiring::packets("pcapng").write(path, &packets)
        },
        "The first frame is three lines short, all others have eight: a start-up frame.",
    ),
    // broken
    case(
        "broken-mode-abort",
        "pcapng",
        |path| {
            let mut packets = Camera { frames: 3, ..FULL }.packets()?;
            // The last five lines of the third frame; its FE stays.
            packets.drain(24..29);
            let next = Camera {
                first_frame: 4,
                ..BINNED
            };
            packets.extend(next.packets()?);
            Wiring::packets("pcapng").write(path, &packets)
        },
        "The last frame before a change of mode is cut short: it is incomplete, the frames of the new mode are not.",
    ),
    case(
        "broken-mode-exception",
        "pcapng",
        |path| {
            let exception = Camera { frames: 1, ..BINNED };
            let after = Camera { first_frame: 4, ..FULL };
            in_turn(path, &[FULL, exception, after])
        },
        "A single frame of 32x4 among frames of 64x8: no mode, for it does not stay.",
    ),
    case(
        "ulps-streaming",
        "vcd",
        |path| asleep(path, |_| ()),
        "The link sleeps between frames, the clock lane too, and needs 1 ms to wake up.",
    ),
    case(
        "broken-ulps-wakeup",
        "vcd",
        |path| asleep(path, |timing| timing.wakeup = 20_000),
        "The link sleeps between frames and wakes up within 200 us, where 1 ms is the least.",
    ),
];
