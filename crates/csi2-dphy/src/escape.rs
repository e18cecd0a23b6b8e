//! Escape mode: the commands.
//!
//! Ref: ngscopeclient/scopehal `scopeprotocols/DPhyEscapeModeDecoder.cpp`; Microchip CSI-2 documentation, escape mode;
//! ti.com DS90UH941AS-Q1 datasheet, escape entry.

/// What an escape is for. Commands are written as they are sent, the first bit in the highest position.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum EscapeCommand {
    /// Low-power data transmission.
    LowPowerData = 0b1110_0001,
    /// Ultra-low-power state.
    Ulps = 0b0001_1110,
    /// Undefined-1.
    Undefined1 = 0b1001_1111,
    /// Undefined-2.
    Undefined2 = 0b1101_1110,
    /// Reset trigger.
    ResetTrigger = 0b0110_0010,
    /// Unknown-3.
    Unknown3 = 0b0101_1101,
    /// Unknown-4.
    Unknown4 = 0b0010_0001,
    /// Unknown-5.
    Unknown5 = 0b1010_0000,
}

impl EscapeCommand {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LowPowerData,
        Self::Ulps,
        Self::Undefined1,
        Self::Undefined2,
        Self::ResetTrigger,
        Self::Unknown3,
        Self::Unknown4,
        Self::Unknown5,
    ];

    /// The command with these bits, the first in the highest position.
    pub fn from_bits(bits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.bits() == bits)
    }

    /// Its bits, the first in the highest position.
    pub const fn bits(self) -> u8 {
        self as u8
    }

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowPowerData => "LPDT",
            Self::Ulps => "ULPS",
            Self::Undefined1 => "Undefined-1",
            Self::Undefined2 => "Undefined-2",
            Self::ResetTrigger => "Reset-Trigger",
            Self::Unknown3 => "Unknown-3",
            Self::Unknown4 => "Unknown-4",
            Self::Unknown5 => "Unknown-5",
        }
    }
}
