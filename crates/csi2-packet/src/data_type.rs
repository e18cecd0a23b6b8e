//! The 64 data types.
//!
//! Ref: torvalds/linux include/media/mipi-csi2.h; soc-hub-fi/ReImA src/include/mipi_csi_data_types.svh;
//! hellgate202/csi2_rx src/csi2_data_types_pkg.sv; community.infineon.com KBA232765.

use core::fmt;

use Class::{GenericLong, GenericShort, Raw, Reserved, Rgb, SyncShort, User, Yuv};

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

/// The codes that have a name, as it stands in the table.
#[allow(missing_docs)]
impl DataType {
    pub const FRAME_START: Self = Self(0x00);
    pub const FRAME_END: Self = Self(0x01);
    pub const LINE_START: Self = Self(0x02);
    pub const LINE_END: Self = Self(0x03);
    pub const GENERIC1: Self = Self(0x08);
    pub const GENERIC2: Self = Self(0x09);
    pub const GENERIC3: Self = Self(0x0A);
    pub const GENERIC4: Self = Self(0x0B);
    pub const GENERIC5: Self = Self(0x0C);
    pub const GENERIC6: Self = Self(0x0D);
    pub const GENERIC7: Self = Self(0x0E);
    pub const GENERIC8: Self = Self(0x0F);
    pub const NULL: Self = Self(0x10);
    pub const BLANKING: Self = Self(0x11);
    pub const EMBEDDED: Self = Self(0x12);
    pub const GENERIC_LONG1: Self = Self(0x13);
    pub const GENERIC_LONG2: Self = Self(0x14);
    pub const GENERIC_LONG3: Self = Self(0x15);
    pub const GENERIC_LONG4: Self = Self(0x16);
    pub const YUV420_8: Self = Self(0x18);
    pub const YUV420_10: Self = Self(0x19);
    pub const YUV420_8_LEGACY: Self = Self(0x1A);
    pub const YUV420_8_CSPS: Self = Self(0x1C);
    pub const YUV420_10_CSPS: Self = Self(0x1D);
    pub const YUV422_8: Self = Self(0x1E);
    pub const YUV422_10: Self = Self(0x1F);
    pub const RGB444: Self = Self(0x20);
    pub const RGB555: Self = Self(0x21);
    pub const RGB565: Self = Self(0x22);
    pub const RGB666: Self = Self(0x23);
    pub const RGB888: Self = Self(0x24);
    pub const RAW28: Self = Self(0x26);
    pub const RAW24: Self = Self(0x27);
    pub const RAW6: Self = Self(0x28);
    pub const RAW7: Self = Self(0x29);
    pub const RAW8: Self = Self(0x2A);
    pub const RAW10: Self = Self(0x2B);
    pub const RAW12: Self = Self(0x2C);
    pub const RAW14: Self = Self(0x2D);
    pub const RAW16: Self = Self(0x2E);
    pub const RAW20: Self = Self(0x2F);
    pub const USER1: Self = Self(0x30);
    pub const USER2: Self = Self(0x31);
    pub const USER3: Self = Self(0x32);
    pub const USER4: Self = Self(0x33);
    pub const USER5: Self = Self(0x34);
    pub const USER6: Self = Self(0x35);
    pub const USER7: Self = Self(0x36);
    pub const USER8: Self = Self(0x37);
}

impl DataType {
    /// The low six bits of a data identifier.
    pub const fn from_bits(data_identifier: u8) -> Self {
        Self(data_identifier & 0x3F)
    }
    /// By name (any case, `-` and `_` alike) or number (`0x2B`, `43`). `RESERVED` alone names no code.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(code) = number(text) {
            return (code < 0x40).then_some(Self(code));
        }
        Self::all().find(|data_type| data_type.is_assigned() && same_name(data_type.name(), text))
    }
    /// All 64, by code.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        (0..0x40_u8).map(Self)
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
        self.row().name
    }
    /// What kind of packet it makes.
    pub const fn class(self) -> Class {
        self.row().class
    }
    /// Whether the code has a meaning of its own, that is, is not reserved.
    pub const fn is_assigned(self) -> bool {
        !matches!(self.row().name.as_bytes(), b"RESERVED")
    }
    /// Whether this carries image pixels (YUV, RGB, RAW).
    pub const fn is_image(self) -> bool {
        matches!(self.class(), Yuv | Rgb | Raw) && self.is_assigned()
    }
    /// Payload granularity (bytes, pixels) of a group; `None` where any length is good. YUV420: of the longer (even) lines.
    pub const fn group(self) -> Option<(u8, u8)> {
        match self.row().group {
            (0, _) => None,
            group => Some(group),
        }
    }
    /// Whether lines are alternately one and two words long, as in YUV420 (but not in its legacy form): odd lines, of
    /// which the first of a frame is one, have luma only.
    pub const fn has_half_lines(self) -> bool {
        matches!(
            self,
            Self::YUV420_8 | Self::YUV420_10 | Self::YUV420_8_CSPS | Self::YUV420_10_CSPS
        )
    }
    /// [`DataType::group`] of the odd lines.
    pub const fn odd_group(self) -> Option<(u8, u8)> {
        match self.group() {
            Some((bytes, pixels)) if self.has_half_lines() => Some((bytes / 2, pixels)),
            group => group,
        }
    }
    /// Bits per sample of RAW types.
    pub const fn raw_bits(self) -> Option<u8> {
        match self.row().raw_bits {
            0 => None,
            bits => Some(bits),
        }
    }

    const fn row(self) -> &'static Row {
        // The mask is the invariant of the type; with it the compiler sees that no code is out of the table.
        &TABLE[(self.0 & 0x3F) as usize]
    }
}

/// The name; reserved codes with their number.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_assigned() {
            f.pad(self.name())
        } else {
            write!(f, "{}(0x{:02X})", self.name(), self.0)
        }
    }
}

struct Row {
    name: &'static str,
    class: Class,
    /// (bytes, pixels), zero where there are none.
    group: (u8, u8),
    /// Zero where it is not RAW.
    raw_bits: u8,
}

const fn row(name: &'static str, class: Class, bytes: u8, pixels: u8, raw_bits: u8) -> Row {
    Row {
        name,
        class,
        group: (bytes, pixels),
        raw_bits,
    }
}

/// Code: name, class, group in bytes and pixels, bits of a RAW sample.
#[rustfmt::skip]
static TABLE: [Row; 64] = [
    /* 00 */ row("FS",              SyncShort,     0, 0,  0),
    /* 01 */ row("FE",              SyncShort,     0, 0,  0),
    /* 02 */ row("LS",              SyncShort,     0, 0,  0),
    /* 03 */ row("LE",              SyncShort,     0, 0,  0),
    /* 04 */ row("RESERVED",        SyncShort,     0, 0,  0),
    /* 05 */ row("RESERVED",        SyncShort,     0, 0,  0),
    /* 06 */ row("RESERVED",        SyncShort,     0, 0,  0),
    /* 07 */ row("RESERVED",        SyncShort,     0, 0,  0),
    /* 08 */ row("GENERIC1",        GenericShort,  0, 0,  0),
    /* 09 */ row("GENERIC2",        GenericShort,  0, 0,  0),
    /* 0A */ row("GENERIC3",        GenericShort,  0, 0,  0),
    /* 0B */ row("GENERIC4",        GenericShort,  0, 0,  0),
    /* 0C */ row("GENERIC5",        GenericShort,  0, 0,  0),
    /* 0D */ row("GENERIC6",        GenericShort,  0, 0,  0),
    /* 0E */ row("GENERIC7",        GenericShort,  0, 0,  0),
    /* 0F */ row("GENERIC8",        GenericShort,  0, 0,  0),
    /* 10 */ row("NULL",            GenericLong,   0, 0,  0),
    /* 11 */ row("BLANKING",        GenericLong,   0, 0,  0),
    /* 12 */ row("EMBEDDED",        GenericLong,   0, 0,  0),
    /* 13 */ row("GENERIC_LONG1",   GenericLong,   0, 0,  0),
    /* 14 */ row("GENERIC_LONG2",   GenericLong,   0, 0,  0),
    /* 15 */ row("GENERIC_LONG3",   GenericLong,   0, 0,  0),
    /* 16 */ row("GENERIC_LONG4",   GenericLong,   0, 0,  0),
    /* 17 */ row("RESERVED",        GenericLong,   0, 0,  0),
    /* 18 */ row("YUV420_8",        Yuv,           4, 2,  0),
    /* 19 */ row("YUV420_10",       Yuv,          10, 4,  0),
    /* 1A */ row("YUV420_8_LEGACY", Yuv,           3, 2,  0),
    /* 1B */ row("RESERVED",        Yuv,           0, 0,  0),
    /* 1C */ row("YUV420_8_CSPS",   Yuv,           4, 2,  0),
    /* 1D */ row("YUV420_10_CSPS",  Yuv,          10, 4,  0),
    /* 1E */ row("YUV422_8",        Yuv,           4, 2,  0),
    /* 1F */ row("YUV422_10",       Yuv,           5, 2,  0),
    /* 20 */ row("RGB444",          Rgb,           2, 1,  0),
    /* 21 */ row("RGB555",          Rgb,           2, 1,  0),
    /* 22 */ row("RGB565",          Rgb,           2, 1,  0),
    /* 23 */ row("RGB666",          Rgb,           9, 4,  0),
    /* 24 */ row("RGB888",          Rgb,           3, 1,  0),
    /* 25 */ row("RESERVED",        Rgb,           0, 0,  0),
    /* 26 */ row("RAW28",           Raw,           7, 2, 28),
    /* 27 */ row("RAW24",           Raw,           3, 1, 24),
    /* 28 */ row("RAW6",            Raw,           3, 4,  6),
    /* 29 */ row("RAW7",            Raw,           7, 8,  7),
    /* 2A */ row("RAW8",            Raw,           1, 1,  8),
    /* 2B */ row("RAW10",           Raw,           5, 4, 10),
    /* 2C */ row("RAW12",           Raw,           3, 2, 12),
    /* 2D */ row("RAW14",           Raw,           7, 4, 14),
    /* 2E */ row("RAW16",           Raw,           2, 1, 16),
    /* 2F */ row("RAW20",           Raw,           5, 2, 20),
    /* 30 */ row("USER1",           User,          0, 0,  0),
    /* 31 */ row("USER2",           User,          0, 0,  0),
    /* 32 */ row("USER3",           User,          0, 0,  0),
    /* 33 */ row("USER4",           User,          0, 0,  0),
    /* 34 */ row("USER5",           User,          0, 0,  0),
    /* 35 */ row("USER6",           User,          0, 0,  0),
    /* 36 */ row("USER7",           User,          0, 0,  0),
    /* 37 */ row("USER8",           User,          0, 0,  0),
    /* 38 */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 39 */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3A */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3B */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3C */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3D */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3E */ row("RESERVED",        Reserved,      0, 0,  0),
    /* 3F */ row("RESERVED",        Reserved,      0, 0,  0),
];

/// Decimal or `0x` hexadecimal.
fn number(text: &str) -> Option<u8> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // from_str_radix would take a sign.
        Some(digits) if !digits.starts_with('+') => u8::from_str_radix(digits, 16).ok(),
        None if !text.starts_with('+') => text.parse().ok(),
        _ => None,
    }
}

fn same_name(name: &str, text: &str) -> bool {
    let plain = |letter: u8| {
        if letter == b'-' {
            b'_'
        } else {
            letter.to_ascii_uppercase()
        }
    };
    name.len() == text.len() && name.bytes().eq(text.bytes().map(plain))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn names_and_numbers_lead_back_to_their_code() {
        for data_type in DataType::all() {
            let code = data_type.code();
            assert_eq!(DataType::parse(&std::format!("0x{code:x}")), Some(data_type));
            assert_eq!(DataType::parse(&std::format!("0X{code:02X}")), Some(data_type));
            assert_eq!(DataType::parse(&code.to_string()), Some(data_type));
            if data_type.is_assigned() {
                assert_eq!(DataType::parse(data_type.name()), Some(data_type));
                assert_eq!(data_type.to_string(), data_type.name());
            } else {
                assert_eq!(data_type.name(), "RESERVED");
                assert_eq!(data_type.to_string(), std::format!("RESERVED(0x{code:02X})"));
            }
        }
        assert_eq!(DataType::parse("yuv422-8"), Some(DataType::YUV422_8));
        assert_eq!(DataType::parse(" raw10 "), Some(DataType::RAW10));
        for nothing in [
            "", "-", "RAW", "RAW11", "RESERVED", "64", "0x40", "0x", "+1", "0x+1", "-1", "256", "é",
        ] {
            assert_eq!(DataType::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn kinds() {
        // Short means below 0x10 once the channel is masked off: a frame start on channel 1 is 0x40 on the wire.
        assert!(DataType::from_bits(0x40).is_short());
        let images = DataType::all().filter(|data_type| data_type.is_image());
        assert!(images.clone().all(|data_type| data_type.group().is_some()));
        assert_eq!(images.count(), 7 + 5 + 10);
        for data_type in DataType::all() {
            assert_eq!(
                data_type.is_short(),
                matches!(data_type.class(), SyncShort | GenericShort)
            );
            assert_eq!(data_type.raw_bits().is_some(), data_type.class() == Raw, "{data_type}");
            assert_eq!(data_type.group().is_some(), data_type.is_image(), "{data_type}");
        }
    }

    #[test]
    fn odd_lines_of_yuv420_are_half_as_long() {
        // Bytes and pixels of a group of an odd line and of an even one.
        for (data_type, odd, even) in [
            (DataType::YUV420_8, (2, 2), (4, 2)),
            (DataType::YUV420_10, (5, 4), (10, 4)),
            (DataType::YUV420_8_CSPS, (2, 2), (4, 2)),
            (DataType::YUV420_10_CSPS, (5, 4), (10, 4)),
            (DataType::YUV420_8_LEGACY, (3, 2), (3, 2)),
            (DataType::YUV422_8, (4, 2), (4, 2)),
        ] {
            assert_eq!((data_type.odd_group(), data_type.group()), (Some(odd), Some(even)));
        }
        assert_eq!(DataType::all().filter(|of| of.has_half_lines()).count(), 4);
        assert_eq!(DataType::USER1.odd_group(), None);
    }

    #[test]
    fn raw_groups_are_the_smallest_whole_bytes() {
        for data_type in DataType::all() {
            let (Some(bits), Some((bytes, pixels))) = (data_type.raw_bits(), data_type.group()) else {
                continue;
            };
            assert_eq!(data_type.name(), std::format!("RAW{bits}"));
            let smallest = (1..=8_u32).find(|pixels| pixels * u32::from(bits) % 8 == 0).unwrap();
            assert_eq!(u32::from(pixels), smallest, "{data_type}");
            assert_eq!(u32::from(bytes), smallest * u32::from(bits) / 8, "{data_type}");
        }
    }
}
