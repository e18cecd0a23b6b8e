//! Virtual channels 0 to 15.
//!
//! Ref: torvalds/linux include/media/mipi-csi2.h; ez.analog.com GMSL FAQ FA503 (extended virtual channels).

/// A virtual channel, 0 to 15. Channels 4 to 15 need the header extension of CSI-2 v2.0.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct VirtualChannel(u8);

impl VirtualChannel {
    /// Virtual channel 0.
    pub const ZERO: Self = Self(0);
    /// `None` above 15.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 16 { Some(Self(number)) } else { None }
    }
    /// From bits 7:6 of the data identifier and the two extension bits; higher bits are ignored.
    pub const fn from_wire(low: u8, vcx: u8) -> Self {
        Self((vcx & 3) << 2 | low & 3)
    }
    /// 0 to 15.
    pub const fn number(self) -> u8 {
        self.0
    }
    /// Bits 7:6 of the data identifier.
    pub const fn low(self) -> u8 {
        self.0 & 3
    }
    /// The extension bits.
    pub const fn vcx(self) -> u8 {
        self.0 >> 2
    }
}

impl core::fmt::Display for VirtualChannel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether bits 7:6 of the ECC byte carry a virtual channel extension.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum VcExtension {
    /// CSI-2 v1.x: the two bits are ignored and the 24-bit code decides.
    Classic,
    /// CSI-2 v1.x, seen by an analyzer: as [`VcExtension::Classic`], but a header that makes no sense to the 24-bit code
    /// and is without an error in the 26-bit one is read as such, with its channel above 3.
    ClassicFirst,
    /// CSI-2 v2.0: 26-bit code. A v1.x header is a valid v2.0 header of channel 0 to 3.
    #[default]
    Extended,
}

#[cfg(test)]
mod tests {
    use super::VirtualChannel;

    #[test]
    fn every_channel_survives_the_wire() {
        for number in 0..16 {
            let channel = VirtualChannel::new(number).unwrap();
            assert_eq!(VirtualChannel::from_wire(channel.low(), channel.vcx()), channel);
            assert_eq!(channel.low() + 4 * channel.vcx(), number);
        }
        assert_eq!(VirtualChannel::new(16), None);
        assert_eq!(VirtualChannel::from_wire(0xFE, 0xFD).number(), 6);
    }
}
