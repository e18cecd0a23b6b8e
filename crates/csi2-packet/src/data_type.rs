//! The 64 data types.

/// A data type code, 0x00 to 0x3F. Unknown codes survive a round trip.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd, Debug)]
pub struct DataType(u8);

/// What kind of packet a data type makes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// 0x00 to 0x07.
    SyncShort,
    /// 0x08 to 0x0F.
    GenericShort,
    /// 0x10 to 0x17.
    GenericLong,
    /// 0x18 to 0x1F.
    Yuv,
    /// 0x20 to 0x25.
    Rgb,
    /// 0x26 to 0x2F.
    Raw,
    /// 0x30 to 0x37.
    User,
    /// 0x38 to 0x3F.
    Reserved,
}

#[allow(missing_docs)]
impl DataType {
    pub const FRAME_START: Self = Self(0x00);
    pub const FRAME_END: Self = Self(0x01);
    pub const LINE_START: Self = Self(0x02);
    pub const LINE_END: Self = Self(0x03);
    pub const NULL: Self = Self(0x10);
    pub const BLANKING: Self = Self(0x11);
    pub const EMBEDDED: Self = Self(0x12);
    pub const RAW6: Self = Self(0x28);
    pub const RAW7: Self = Self(0x29);
    pub const RAW8: Self = Self(0x2A);
    pub const RAW10: Self = Self(0x2B);
    pub const RAW12: Self = Self(0x2C);
    pub const RAW14: Self = Self(0x2D);
    pub const RAW16: Self = Self(0x2E);
    pub const RAW20: Self = Self(0x2F);

    /// The low six bits of a data identifier.
    pub const fn from_bits(data_identifier: u8) -> Self {
        Self(data_identifier & 0x3F)
    }
    /// 0x00 to 0x3F.
    pub const fn code(self) -> u8 {
        self.0
    }
    /// Short packet: 0x00 to 0x0F.
    pub const fn is_short(self) -> bool {
        self.0 < 0x10
    }
    /// Name as the command prints it: `FS`, `RAW10`, `USER1`, `RESERVED`, ...
    pub const fn name(self) -> &'static str {
        todo!()
    }
    /// By name (any case, `-` and `_` alike) or number (`0x2B`, `43`).
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }
    pub const fn class(self) -> Class {
        todo!()
    }
    /// Whether this carries image pixels (YUV, RGB, RAW).
    pub const fn is_image(self) -> bool {
        self.0 >= 0x18 && self.0 < 0x30 && self.0 != 0x1B && self.0 != 0x25
    }
    /// Payload granularity (bytes, pixels) of a group; `None` where any length is good. YUV420: of the longer (even) lines.
    pub const fn group(self) -> Option<(u8, u8)> {
        todo!()
    }
    /// Bits per sample of RAW types.
    pub const fn raw_bits(self) -> Option<u8> {
        todo!()
    }
}
