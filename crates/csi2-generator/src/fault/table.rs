//! The kinds of faults, one row each: what a kind does, what it can hit, and what a correct receiver must say of it at first
//! hand. Lists, parsing, the injector, corpora and tests take kinds from here.

use super::{PacketFault, StreamFault, WireFault, packet_rows as packet, wire_rows as wire};
use crate::noise::Noise;
use csi2_packet::PacketHeader;

/// All kinds: packets first, then lanes, then low power.
pub const FAULTS: &[FaultRow] = &[
    packet::HEADER_BIT,
    packet::HEADER_BITS,
    packet::HEADER_BITS_3,
    packet::PAYLOAD_BIT,
    packet::CHECKSUM,
    packet::WORD_COUNT_SHORT,
    packet::WORD_COUNT_LONG,
    packet::WORD_COUNT_ZERO,
    packet::TRUNCATE,
    packet::APPEND,
    packet::LOST,
    packet::LOST_FS,
    packet::LOST_FE,
    packet::LOST_LS,
    packet::LOST_LE,
    packet::DUPLICATE,
    packet::REORDER,
    packet::FRAME_NUMBER,
    packet::LINE_NUMBER,
    packet::DATA_TYPE,
    packet::CHANNEL,
    packet::NULL,
    packet::BLANKING,
    packet::INTERLEAVE,
    wire::SYNC_BIT,
    wire::SYNC_BITS,
    wire::SKEW,
    wire::LOST_LANE,
    wire::SWAPPED_LANES,
    wire::INVERTED_PAIR,
    wire::EARLY_EOT,
    wire::BIT_SLIP,
    wire::CONSTANT_TRAIL,
    wire::DESKEW,
    wire::SHORT_LPX,
    wire::ILLEGAL_LP,
    wire::UNFINISHED_ESCAPE,
    wire::UNKNOWN_ESCAPE,
    wire::CUT_LPDT,
    wire::ESCAPE,
    wire::SHORT_WAKEUP,
    wire::TURNAROUND,
];

/// The row of this name.
pub fn find_fault(name: &str) -> Option<&'static FaultRow> {
    FAULTS.iter().find(|row| row.name == name)
}

/// One kind.
#[derive(Debug)]
pub struct FaultRow {
    /// `header-bit`, ...
    pub name: &'static str,
    /// Where it is done.
    pub layer: FaultLayer,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What can be chosen; what is not is drawn.
    pub parameters: &'static [Parameter],
    /// What it can hit, in words: `long packets with a payload`.
    pub hits: &'static str,
    /// What a correct receiver may say at first hand, by name; which of them is told with each fault. Consequences for the
    /// frame are the [`Judge`](crate::Judge)'s. None: nothing is wrong.
    pub expect: &'static [&'static str],
    /// Draws a fault of this kind for a target; `None` where it cannot hit that one, whatever the noise says.
    pub draw: fn(&mut Dice<'_>, &Target<'_>) -> Option<Fault>,
}

/// Where a fault is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FaultLayer {
    /// To the bytes of packets, or to their order: shows at every layer.
    Packet,
    /// To the bytes or wires of lanes: does not show in captures of packets.
    Lanes,
    /// To the low-power states: shows on wires only.
    LowPower,
}

/// Something that can be chosen. Values are numbers; ranges are inclusive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parameter {
    /// As in `KIND:name=value`.
    pub name: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
    /// Least value.
    pub least: u64,
    /// Greatest value.
    pub most: u64,
}

impl Parameter {
    pub(super) const fn new(name: &'static str, meaning: &'static str, least: u64, most: u64) -> Self {
        Self {
            name,
            meaning,
            least,
            most,
        }
    }
}

/// One fault, all of it decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Of the bytes of a packet.
    Packet(PacketFault),
    /// Of the order of packets.
    Stream(StreamFault),
    /// Of a burst on the wires.
    Wire(WireFault),
}

/// What a fault may hit: a packet of a burst. Faults of lanes and of low power take the whole burst, whose first packet this
/// is.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The whole burst as it would be sent.
    pub burst: &'a [u8],
    /// The packet, header to footer.
    pub packet: &'a [u8],
    /// Its header, without an error.
    pub header: PacketHeader,
    /// Nothing follows it in the burst.
    pub last: bool,
    /// Lanes that the burst is sent over; 0 where it is not sent over lanes.
    pub lanes: u8,
    /// Bits per second of a lane.
    pub rate: u64,
    /// Channels that had packets so far: bit `n` is channel `n`.
    pub channels: u16,
}

/// Values chosen for the parameters of a kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Parameters {
    values: [Option<(&'static str, u64)>; Self::MOST],
}

/// Why a value cannot be chosen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParameterError {
    /// The kind has no such parameter.
    Unknown,
    /// Out of the range of the parameter, which is this one.
    Range(Parameter),
}

impl Parameters {
    /// Parameters of a kind.
    pub const MOST: usize = 4;

    /// None chosen.
    pub const fn none() -> Self {
        Self {
            values: [None; Self::MOST],
        }
    }

    /// Chooses a value for a parameter of `row`.
    ///
    /// # Errors
    /// [`ParameterError`].
    pub fn set(&mut self, row: &FaultRow, name: &str, value: u64) -> Result<(), ParameterError> {
        let parameter = row.parameters.iter().find(|parameter| parameter.name == name);
        let parameter = parameter.ok_or(ParameterError::Unknown)?;
        if !(parameter.least..=parameter.most).contains(&value) {
            return Err(ParameterError::Range(*parameter));
        }
        self.put(parameter.name, value);
        Ok(())
    }

    /// The value of a parameter, if it has one.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.iter().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.values.iter().filter_map(|value| *value)
    }

    fn put(&mut self, name: &'static str, value: u64) {
        let free = |slot: &Option<(&str, u64)>| slot.is_none_or(|(of, _)| of == name);
        if let Some(slot) = self.values.iter_mut().find(|slot| free(slot)) {
            *slot = Some((name, value));
        }
    }
}

/// Decides what was not chosen, and remembers what came of it.
#[derive(Debug)]
pub struct Dice<'a> {
    chosen: &'a Parameters,
    noise: Noise,
    decided: Parameters,
}

impl<'a> Dice<'a> {
    /// The dice of a seed.
    pub fn new(chosen: &'a Parameters, seed: u64) -> Self {
        Self {
            chosen,
            noise: Noise::new(seed),
            decided: Parameters::none(),
        }
    }

    /// The value of a parameter: as chosen, else any of `least..=most`. `None` when that range is empty.
    pub fn pick(&mut self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        let value = match self.chosen.get(name) {
            Some(value) => value,
            None => least.checked_add(self.noise.below(most.checked_sub(least)?.saturating_add(1)))?,
        };
        self.decided.put(name, value);
        Some(value)
    }

    /// The same, of values that the target bounds: a chosen one beyond them is `None`, too.
    pub fn pick_within(&mut self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        self.pick(name, least, most)
            .filter(|value| (least..=most).contains(value))
    }

    /// Notes the value of a parameter that was decided otherwise.
    pub fn decide(&mut self, name: &'static str, value: u64) -> u64 {
        self.decided.put(name, value);
        value
    }

    /// Any of `least..=most` that is no parameter; `least` when the range is empty.
    pub fn roll(&mut self, least: u64, most: u64) -> u64 {
        least.saturating_add(self.noise.below(most.saturating_sub(least).saturating_add(1)))
    }

    /// Whether the user chose a value for a parameter.
    pub fn is_chosen(&self, name: &str) -> bool {
        self.chosen.get(name).is_some()
    }

    /// All parameters as they were decided.
    pub fn decided(&self) -> Parameters {
        self.decided
    }
}
