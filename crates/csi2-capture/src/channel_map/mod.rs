//! Which channel is which wire: by name, or as the user says with `--map`.

mod bus;
mod names;
mod parse;
mod port_names;
mod port_slots;
mod slots;

use crate::{Channel, Layer};
use core::fmt;
use csi2_dphy::{LanePins, LanePorts, PinMap, PortMap, Ports};

/// A wrong or impossible channel map.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapError {
    /// What is wrong and what would be right, with the channel names there are.
    pub message: String,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MapError {}

/// The wires found, and with them the layer at which a capture of wires enters.
///
/// ```
/// use csi2_capture::{Channel, ChannelMap, Layer};
///
/// let channels: Vec<_> = ["CLKP", "CLKN", "D0P", "D0N", "BUTTON"].map(Channel::new).into();
/// let map = ChannelMap::from_names(&channels)?;
/// assert_eq!((map.layer(), map.lanes()), (Layer::Pins, 1));
///
/// let map = ChannelMap::parse("clk=0/1,d0=!D0N", &channels)?;
/// let wire = map.pins().and_then(|pins| pins.lanes[0].p);
/// assert!(wire.is_some_and(|wire| wire.channel == 3 && wire.invert));
///
/// // A byte of a lane and its strobe.
/// let channels: Vec<_> = (0..8).map(|bit| format!("rxdatahs0[{bit}]")).chain(["rxvalidhs0".into()]).collect();
/// let channels: Vec<_> = channels.into_iter().map(Channel::new).collect();
/// let map = ChannelMap::from_names(&channels)?;
/// assert_eq!((map.layer(), map.lanes()), (Layer::Lanes, 1));
/// # Ok::<(), csi2_capture::MapError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ChannelMap {
    /// Wires of lanes, for the pin receiver.
    Pins(PinMap),
    /// Bytes of lanes or of a stream seen as logic, for the port receiver.
    Ports(Box<PortMap>),
}

impl ChannelMap {
    /// Matches usual names: of pins (`clk_p`, `CLKP`, `DCK_P`, `D0P`, `data0_p`, `MDP0`, `DATA0P`, `D0+`, `dp[0]`, ...),
    /// of a D-PHY's protocol interface (`RxDataHS0[7:0]`, `dl0_rxvalidhs`, ...) and of AXI4-Stream (`tdata[31:0]`,
    /// `s_axis_tvalid`, ...). Where there are several, pairs of pins with a clock win, then protocol interfaces, then other
    /// pins, then streams.
    ///
    /// Case, separators and scopes do not matter; pairs win over single wires; lanes may count from 0 or 1.
    /// Channels that are named like nothing of a link are left out.
    ///
    /// # Errors
    /// When no data lane is found, lanes have gaps, or two channels are named like the same wire.
    pub fn from_names(channels: &[Channel]) -> Result<Self, MapError> {
        let pins = names::find(channels);
        let ports = |found| Ok(Self::Ports(Box::new(found)));
        let pairs = |pins: &PinMap| pins.clock.is_some() && pins.lanes.first().is_some_and(|lane| lane.n.is_some());
        match (pins, port_names::lanes(channels)) {
            (Ok(pins), _) if pairs(&pins) => Ok(Self::Pins(pins)),
            (_, Some(Ok(found))) => ports(found),
            (Ok(pins), _) => Ok(Self::Pins(pins)),
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), None) => match port_names::stream(channels) {
                Some(Ok(found)) => ports(found),
                Some(Err(error)) => Err(error),
                None => Err(error),
            },
        }
    }

    /// Parses `clk=CLKP/CLKN,d0=D0P/D0N,d1=!D1P` (`--map`), or of lane bytes
    /// `clk=RXBYTECLKHS,d0.data=RXDATA0[7:0],d0.valid=RXVALID0,d0.active=NAME,d0.sync=NAME`, or of a stream
    /// `data=tdata[31:0],valid=tvalid,ready=tready,last=tlast,keep=tkeep`.
    ///
    /// A bus is a name with all its bits or `NAME[left:right]`, whose right end is the lowest bit. A lane without
    /// strobes of its own has those of the first lane.
    ///
    /// # Errors
    /// When an entry is not understood or names no channel.
    pub fn parse(text: &str, channels: &[Channel]) -> Result<Self, MapError> {
        parse::parse(text, channels)
    }

    /// Keeps the first `lanes` data lanes: for captures that name lanes which the link does not use. A count
    /// of 0 or above the mapped lanes changes nothing.
    #[must_use]
    pub fn restrict(mut self, lanes: usize) -> Self {
        match &mut self {
            Self::Pins(pins) if (1..pins.count).contains(&lanes) => {
                pins.count = lanes;
                let rest = pins.lanes.iter_mut().skip(lanes);
                rest.for_each(|lane| *lane = LanePins::default());
            }
            Self::Ports(map) => {
                if let Ports::Lanes { lanes: all, count } = &mut map.ports
                    && (1..*count).contains(&lanes)
                {
                    *count = lanes;
                    let rest = all.iter_mut().skip(lanes);
                    rest.for_each(|lane| *lane = LanePorts::default());
                }
            }
            Self::Pins(_) => {}
        }
        self
    }

    /// The wires of pins.
    pub fn pins(&self) -> Option<&PinMap> {
        match self {
            Self::Pins(pins) => Some(pins),
            Self::Ports(_) => None,
        }
    }

    /// The wires of bytes.
    pub fn ports(&self) -> Option<&PortMap> {
        match self {
            Self::Pins(_) => None,
            Self::Ports(ports) => Some(ports),
        }
    }

    /// Data lanes; 0 of a stream, whose bytes are merged.
    pub fn lanes(&self) -> usize {
        match self {
            Self::Pins(pins) => pins.count,
            Self::Ports(ports) => ports.lanes(),
        }
    }

    /// What the wires carry.
    pub fn layer(&self) -> Layer {
        match self {
            Self::Pins(_) => Layer::Pins,
            Self::Ports(map) => match map.ports {
                Ports::Lanes { .. } => Layer::Lanes,
                Ports::Stream(_) => Layer::Packets,
            },
        }
    }

    /// What a channel is for: `clk.p`, `d0.n`, `d0.data[7]`, `valid`; inverted ones with `!` before.
    pub fn role(&self, channel: usize) -> Option<String> {
        let channel = u16::try_from(channel).ok()?;
        match self {
            Self::Pins(pins) => slots::role(pins, channel),
            Self::Ports(ports) => port_slots::role(ports, channel),
        }
    }
}

/// Index of the first channel, name without its bit, lowest and highest bit.
type Listed<'a> = (usize, &'a str, Option<(u64, u64)>);

/// The most channels that a message lists.
const LISTED: usize = 40;

/// Ends a message with the channels there are: `0 CLKP, 1 CLKN, ...`, buses in one.
fn channel_list(channels: &[Channel]) -> String {
    if channels.is_empty() {
        return "this capture has no channels".into();
    }
    let mut listed: Vec<Listed<'_>> = Vec::new();
    let mut more = 0;
    for (index, channel) in channels.iter().enumerate() {
        let name = channel.paths.first().unwrap_or(&channel.name);
        let (base, bit) = bus::split_bit(name);
        if let (Some(bit), Some((_, last, Some((_, end))))) = (bit, listed.last_mut())
            && base == *last
            && end.checked_add(1) == Some(bit)
        {
            *end = bit;
        } else if listed.len() < LISTED {
            listed.push((index, base, bit.map(|bit| (bit, bit))));
        } else {
            more += 1;
        }
    }
    let shown = listed.iter().map(|(index, name, bits)| match bits {
        None => format!("{index} {name}"),
        Some((low, high)) if low == high => format!("{index} {name}[{low}]"),
        Some((low, high)) => format!("{index} {name}[{high}:{low}]"),
    });
    // Names are of the capture, messages of one line.
    let visible = |text: String| text.replace(char::is_control, "\u{FFFD}");
    let shown: Vec<String> = shown.map(visible).collect();
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("channels: {}{more}", shown.join(", "))
}
