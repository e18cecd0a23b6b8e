//! Which channel is which wire: by name, or as the user says with `--map`.

mod names;
mod parse;
mod slots;

use crate::Channel;
use core::fmt;
use csi2_dphy::{LanePins, PinMap};

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

/// The wires found.
///
/// ```
/// use csi2_capture::{Channel, ChannelMap};
///
/// let channels: Vec<_> = ["CLKP", "CLKN", "D0P", "D0N", "BUTTON"].map(Channel::new).into();
/// let map = ChannelMap::from_names(&channels)?;
/// assert_eq!(map.pins.count, 1);
///
/// let map = ChannelMap::parse("clk=0/1,d0=!D0N", &channels)?;
/// assert!(map.pins.lanes[0].p.is_some_and(|wire| wire.channel == 3 && wire.invert));
/// # Ok::<(), csi2_capture::MapError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChannelMap {
    /// For the pin receiver.
    pub pins: PinMap,
}

impl ChannelMap {
    /// Matches usual names (`clk_p`, `CLKP`, `DCK_P`, `D0P`, `data0_p`, `MDP0`, `DATA0P`, `D0+`, `dp[0]`, ...).
    ///
    /// Case, separators and scopes do not matter; pairs win over single wires; lanes may count from 0 or 1.
    /// Channels that are named like nothing of a link are left out.
    ///
    /// # Errors
    /// When no data lane is found, lanes have gaps, or two channels are named like the same wire.
    pub fn from_names(channels: &[Channel]) -> Result<Self, MapError> {
        names::find(channels).map(|pins| Self { pins })
    }

    /// Parses `clk=CLKP/CLKN,d0=D0P/D0N,d1=!D1P` (`--map`).
    ///
    /// # Errors
    /// When an entry is not understood or names no channel.
    pub fn parse(text: &str, channels: &[Channel]) -> Result<Self, MapError> {
        parse::parse(text, channels).map(|pins| Self { pins })
    }

    /// Keeps the first `lanes` data lanes: for captures that name lanes which the link does not use. A count
    /// of 0 or above the mapped lanes changes nothing.
    #[must_use]
    pub fn restrict(mut self, lanes: usize) -> Self {
        if lanes > 0 && lanes < self.pins.count {
            self.pins.count = lanes;
            for lane in self.pins.lanes.iter_mut().skip(lanes) {
                *lane = LanePins::default();
            }
        }
        self
    }
}

/// The most channels that a message lists.
const LISTED: usize = 40;

/// Ends a message with the channels there are: `0 CLKP, 1 CLKN, ...`.
fn channel_list(channels: &[Channel]) -> String {
    if channels.is_empty() {
        return "this capture has no channels".into();
    }
    let listed: Vec<String> = channels
        .iter()
        .take(LISTED)
        .enumerate()
        .map(|(index, channel)| match channel.paths.first() {
            Some(path) => format!("{index} {path}"),
            None => format!("{index} {}", channel.name),
        })
        .collect();
    let more = match channels.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("channels: {}{more}", listed.join(", "))
}
