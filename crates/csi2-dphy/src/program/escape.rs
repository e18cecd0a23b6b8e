//! An escape on one data lane: LP states of T_LPX each, one after another.

/// States before the first command bit: LP-10, LP-00, LP-01, LP-00.
const HEAD: u64 = 4;

/// How an escape begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EscapeHead {
    /// LP-10, LP-00, LP-01, LP-00 and these bits, the first in the highest position.
    Command(u8),
    /// LP-10, LP-00, LP-10, LP-00.
    Turnaround,
}

/// What is escaped for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escape {
    pub(crate) head: EscapeHead,
    /// Bytes after the command, on each lane.
    pub(crate) bytes: usize,
    /// Data lanes, lane 0 in the lowest position.
    pub(crate) lanes: u8,
    /// The clock lane, too: directly, it takes no command.
    pub(crate) clock: bool,
    /// UI of the last LP-00; T_LPX if that is longer.
    pub(crate) stay: u64,
    /// UI of Mark-1.
    pub(crate) mark: u64,
}

impl Escape {
    /// Number of the last LP-00.
    pub(super) fn last(&self) -> u64 {
        HEAD - 1 + 2 * bits(self.head, self.bytes)
    }
}

/// Bits that are sent: each is a state of its own and LP-00.
fn bits(head: EscapeHead, bytes: usize) -> u64 {
    match head {
        EscapeHead::Command(_) => (bytes as u64).min(u64::MAX >> 8) * 8 + 8,
        EscapeHead::Turnaround => 0,
    }
}

/// First UI of the states that do not last T_LPX, and what comes in those that do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneEscape {
    pub(super) head: EscapeHead,
    pub(super) bytes: usize,
    /// UI of a state, not 0.
    pub(super) lpx: u64,
    pub(super) request: u64,
    pub(super) mark: u64,
    pub(super) stop: u64,
}

/// Levels of Dp and Dn.
type State = (bool, bool);
const LP_00: State = (false, false);
const LP_01: State = (false, true);
const LP_10: State = (true, false);
const LP_11: State = (true, true);

impl LaneEscape {
    /// Levels of Dp and Dn in the eight UI from `ui`, the first in the lowest position.
    pub(super) fn levels(&self, bytes: &[u8], ui: u64) -> (u8, u8) {
        let (mut p, mut n) = (0, 0);
        let mut index = 0;
        while index < 8 {
            let ((dp, dn), left) = self.at(bytes, ui.saturating_add(index));
            let mask = 0xFF << index;
            p = p & !mask | if dp { mask } else { 0 };
            n = n & !mask | if dn { mask } else { 0 };
            index = index.saturating_add(left);
        }
        (p, n)
    }

    /// The state, and for how many UI it lasts.
    fn at(&self, bytes: &[u8], ui: u64) -> (State, u64) {
        if ui >= self.stop {
            return (LP_11, u64::MAX);
        }
        if ui >= self.mark {
            return (LP_10, self.stop - ui);
        }
        let Some(since) = ui.checked_sub(self.request) else {
            return (LP_11, self.request - ui);
        };
        let number = since / self.lpx;
        let bits = bits(self.head, self.bytes);
        if number >= HEAD - 1 + 2 * bits {
            return (LP_00, self.mark - ui);
        }
        let state = match number.checked_sub(HEAD) {
            None => match (number, self.head) {
                (0, _) | (2, EscapeHead::Turnaround) => LP_10,
                (2, EscapeHead::Command(_)) => LP_01,
                _ => LP_00,
            },
            Some(place) if place & 1 == 1 => LP_00,
            Some(place) if self.bit(bytes, place / 2) => LP_10,
            Some(_) => LP_01,
        };
        (state, self.lpx - since % self.lpx)
    }

    /// A bit of the command, then of the bytes, lowest first.
    fn bit(&self, bytes: &[u8], bit: u64) -> bool {
        match (self.head, bit.checked_sub(8)) {
            (EscapeHead::Command(command), None) => command << bit & 0x80 != 0,
            (_, Some(bit)) => bytes
                .get((bit / 8) as usize)
                .is_some_and(|byte| byte >> (bit % 8) & 1 == 1),
            (EscapeHead::Turnaround, None) => false,
        }
    }
}
