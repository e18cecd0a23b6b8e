//! Low-power states: escapes, ULPS, turnaround, deskew between frames, and how long things last.

use super::{Case, SMALL, case, small_frame, small_frames};
use crate::hand::{self, LPX, MARK, SLOW};
use crate::stream::{Aside, Camera, Made, Wiring};
use csi2_dphy::LineState::{Lp00, Lp01, Lp10, Lp11};
use csi2_dphy::{Clocking, EscapeCommand, UnitInterval};
use std::path::Path;

/// Nothing but wires, so that a frame stays small; the clock stops between bursts.
const ESCAPING: Wiring = Wiring {
    samples_per_ui: UnitInterval::whole(2),
    ..SLOW
};

/// A frame after an escape of lane 0.
fn escaped(path: &Path, command: EscapeCommand, bytes: &'static [u8]) -> Made {
    aside(path, Aside::Escape(command, bytes))
}

fn aside(path: &Path, aside: Aside) -> Made {
    Wiring {
        aside: Some(aside),
        ..ESCAPING
    }
    .write(path, &small_frame()?)
}

pub(super) const CASES: &[Case] = &[
    case(
        "escape-lpdt",
        "vcd",
        |path| escaped(path, EscapeCommand::LowPowerData, b"low power"),
        "Nine bytes of low-power data on lane 0 before a frame, each bit 0 first.",
    ),
    case(
        "escape-ulps",
        "vcd",
        |path| aside(path, Aside::Sleep(2000)),
        "Lane 0 alone in the ultra-low-power state for 20 us, and T_WAKEUP of 1 ms, before a frame.",
    ),
    case(
        "escape-reset-trigger",
        "vcd",
        |path| escaped(path, EscapeCommand::ResetTrigger, &[]),
        "Escape command 01100010, the reset trigger.",
    ),
    case(
        "escape-undefined-1",
        "vcd",
        |path| escaped(path, EscapeCommand::Undefined1, &[]),
        "Escape command 10011111.",
    ),
    case(
        "escape-undefined-2",
        "vcd",
        |path| escaped(path, EscapeCommand::Undefined2, &[]),
        "Escape command 11011110.",
    ),
    case(
        "escape-unknown-3",
        "vcd",
        |path| escaped(path, EscapeCommand::Unknown3, &[]),
        "Escape command 01011101.",
    ),
    case(
        "escape-unknown-4",
        "vcd",
        |path| escaped(path, EscapeCommand::Unknown4, &[]),
        "Escape command 00100001.",
    ),
    case(
        "escape-unknown-5",
        "vcd",
        |path| escaped(path, EscapeCommand::Unknown5, &[]),
        "Escape command 10100000.",
    ),
    case(
        "turnaround-seen",
        "vcd",
        |path| aside(path, Aside::Turnaround),
        "A turnaround of lane 0 before a frame. The other side gives the lane back at once.",
    ),
    case(
        "ulps-between-frames",
        "vcd",
        |path| {
            let camera = Camera {
                width: 32,
                frames: 2,
                ..SMALL
            };
            Wiring {
                ulps: Some(1000),
                clocking: Clocking::Continuous,
                ..ESCAPING
            }
            .write(path, &camera.packets()?)
        },
        "Clock and data lanes in the ultra-low-power state between two frames; T_WAKEUP is 1 ms. The clock, else \
         continuous, stops for that time.",
    ),
    case(
        "deskew-periodic",
        "sr",
        |path| {
            Wiring {
                deskew: true,
                periodic_deskew: true,
                skew: [1, 0, 2, 0, 0, 0, 0, 0],
                rate: 2_100_000_000,
                ..Wiring::pins("sigrok", 4, 2)
            }
            .write(path, &small_frames()?)
        },
        "A deskew burst of 2^15 UI before the first frame and one of 2^10 UI after each.",
    ),
    case(
        "lp-glitch",
        "vcd",
        |path| {
            let spikes = [(Lp10, 10), (Lp11, 300), (Lp01, 10), (Lp11, 300), (Lp00, 15)];
            hand::write(path, &small_frame()?, 2, &spikes)
        },
        "Spikes of 10 and 15 ns on lane 0 in the stop state: no state of the protocol is that short, so there is nothing to \
         report.",
    ),
    // broken
    case(
        "broken-escape-command",
        "vcd",
        |path| {
            let mut states = hand::escape("10101010");
            states.push(MARK);
            hand::write(path, &small_frame()?, 2, &states)
        },
        "Escape command 10101010, which no table has, before line 2.",
    ),
    case(
        "broken-escape-cut",
        "vcd",
        |path| {
            let mut states = hand::escape("11100");
            states.push(MARK);
            hand::write(path, &small_frame()?, 2, &states)
        },
        "Escape mode is left after five bits of a command.",
    ),
    case(
        "broken-lpdt-cut",
        "vcd",
        |path| {
            // 11100001 is LPDT; 48, bit 0 first, and five bits more.
            let mut states = hand::escape("11100001 00010010 10110");
            states.push(MARK);
            hand::write(path, &small_frame()?, 0, &states)
        },
        "Low-power data of a byte and five bits.",
    ),
    case(
        "broken-lp-sequence",
        "vcd",
        |path| hand::write(path, &small_frame()?, 3, &[(Lp10, LPX)]),
        "LP-11, LP-10, LP-11: a request that is taken back.",
    ),
    case(
        "broken-request-withdrawn",
        "vcd",
        |path| hand::write(path, &small_frame()?, 3, &[(Lp01, LPX)]),
        "LP-11, LP-01, LP-11: high speed is asked for and does not come.",
    ),
    case(
        "broken-ulps-disturbed",
        "vcd",
        |path| {
            // ULPS, LP-01 within it, and Mark-1 of 1 ms.
            let mut states = hand::escape("00011110");
            states.extend([(Lp00, 500), (Lp01, LPX), (Lp00, 500), (Lp10, 1_000_000)]);
            hand::write(path, &small_frame()?, 0, &states)
        },
        "LP-01 within the ultra-low-power state, which has no bits.",
    ),
    case(
        "broken-timing",
        "sr",
        |path| {
            Wiring {
                timing: |timing| {
                    timing.lpx = 30;
                    timing.hs_prepare = 120;
                },
                ..Wiring::pins("sigrok", 2, 4)
            }
            .write(path, &small_frame()?)
        },
        "T_LPX of 30 ns, 50 ns at least are needed, and T_HS-PREPARE of 120 ns, at 1 Gb/s at most 91 ns. Data is right.",
    ),
    case(
        "broken-timing-wakeup",
        "vcd",
        |path| {
            Wiring {
                timing: |timing| timing.wakeup = 1000,
                aside: Some(Aside::Sleep(1000)),
                ..ESCAPING
            }
            .write(path, &small_frame()?)
        },
        "Lane 0 wakes up within 10 us, 1 ms at least is needed.",
    ),
    case(
        "broken-timing-clock",
        "vcd",
        |path| {
            Wiring {
                timing: |timing| timing.clk_post = 20,
                ..ESCAPING
            }
            .write(path, &small_frame()?)
        },
        "The clock stops 200 ns after the last data lane; 60 ns + 52 UI, 580 ns, are needed.",
    ),
];
