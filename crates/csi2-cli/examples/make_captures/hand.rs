//! Low-power states written by hand: what our encoder does not send.

use crate::stream::{Made, Recording, Wiring};
use csi2_dphy::{Clocking, LineState};
use std::path::Path;

/// States of a lane, and how many nanoseconds each lasts.
pub(crate) type States = Vec<(LineState, u64)>;

use LineState::{Lp00, Lp01, Lp10, Lp11};

/// T_LPX, a little longer than it has to be.
pub(crate) const LPX: u64 = 60;

/// Two lanes at 100 Mb/s, with a clock that stops, so that nothing moves between bursts: 2.5 ns a sample.
pub(crate) const SLOW: Wiring = Wiring {
    rate: 100_000_000,
    clocking: Clocking::Gated,
    ..Wiring::pins("vcd", 2, 4)
};

/// Escape mode with these bits, each of them a mark and a space; the command is the first eight.
pub(crate) fn escape(bits: &str) -> States {
    let mut states: States = [Lp10, Lp00, Lp01, Lp00].map(|state| (state, LPX)).to_vec();
    for bit in bits.chars().filter(|bit| *bit != ' ') {
        states.push((if bit == '1' { Lp10 } else { Lp01 }, LPX));
        states.push((Lp00, LPX));
    }
    states
}

/// Mark-1, which leaves escape mode.
pub(crate) const MARK: (LineState, u64) = (Lp10, LPX);

/// CLKP, CLKN, D0P, D0N, D1P, D1N: all lanes in LP-11.
const STOPPED: u8 = 0x3F;
const STOP: (LineState, u64) = (Lp11, 200);

/// Writes bursts with `states` on lane 0 of [`SLOW`] in the stop state before burst number `before`. All other lanes are
/// in the stop state meanwhile.
pub(crate) fn write(path: &Path, bursts: &[Vec<u8>], before: usize, states: &[(LineState, u64)]) -> Made {
    let Recording {
        starts,
        unit,
        mut bytes,
    } = SLOW.record(bursts)?;
    let at = *starts.get(before).ok_or("there is no such burst")?;
    let stopped = at.checked_sub(1).is_none_or(|last| bytes.get(last) == Some(&STOPPED));
    if unit != 1 || !stopped {
        return Err("the lanes are not in the stop state before the burst".into());
    }
    let mut inserted = Vec::new();
    for (state, nanoseconds) in [STOP].iter().chain(states).chain(&[STOP]) {
        let (p, n) = match state {
            Lp00 => (0, 0),
            Lp01 => (0, 1),
            Lp10 => (1, 0),
            Lp11 => (1, 1),
        };
        // Two samples in 5 ns.
        let samples = usize::try_from(nanoseconds * 2 / 5)?;
        inserted.extend(std::iter::repeat_n(STOPPED & !0x0C | p << 2 | n << 3, samples));
    }
    bytes.splice(at..at, inserted);
    SLOW.write_recording(path, &Recording { starts, unit, bytes })
}
