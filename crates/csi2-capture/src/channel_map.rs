//! Which channel is which wire: by name, or as the user says with `--map`.

use crate::Channel;
use csi2_dphy::PinMap;

/// A wrong or impossible channel map.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapError {
    /// What is wrong and what would be right, with the channel names there are.
    pub message: String,
}

/// The wires found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChannelMap {
    /// For the pin receiver.
    pub pins: PinMap,
}

impl ChannelMap {
    /// Matches usual names (`clk_p`, `CLKP`, `DCK_P`, `D0P`, `data0_p`, `MDP0`, `DATA0P`, `D0+`, `dp[0]`, ...).
    ///
    /// # Errors
    /// When no data lane is found, or lanes have gaps.
    pub fn from_names(channels: &[Channel]) -> Result<Self, MapError> {
        let _ = channels;
        todo!()
    }

    /// Parses `clk=CLKP/CLKN,d0=D0P/D0N,d1=!D1P` (`--map`).
    ///
    /// # Errors
    /// When an entry is not understood or names no channel.
    pub fn parse(text: &str, channels: &[Channel]) -> Result<Self, MapError> {
        let _ = (text, channels);
        todo!()
    }
}
