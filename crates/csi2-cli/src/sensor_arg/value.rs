//! Values of a sensor's file that are texts: names, sizes, registers.

use csi2_packet::DataType;
use csi2_sensors::{Bayer, Clock, Placement, Size};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A value as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<T>(pub(super) T);

/// How a value is written.
pub(super) trait Written: Copy + Sized {
    /// What is expected where it stands.
    const EXPECTED: &'static str;
    fn write(self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Written for Bayer {
    const EXPECTED: &'static str = "one of rggb, grbg, gbrg, bggr, mono";
    fn write(self) -> String {
        self.name().into()
    }
    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == text)
    }
}

impl Written for Clock {
    const EXPECTED: &'static str = "continuous or gated";
    fn write(self) -> String {
        self.name().into()
    }
    fn read(text: &str) -> Option<Self> {
        [Self::Continuous, Self::Gated]
            .into_iter()
            .find(|clock| clock.name() == text)
    }
}

impl Written for Placement {
    const EXPECTED: &'static str = "low or high";
    fn write(self) -> String {
        self.name().into()
    }
    fn read(text: &str) -> Option<Self> {
        [Self::Low, Self::High]
            .into_iter()
            .find(|placement| placement.name() == text)
    }
}

impl Written for Size {
    const EXPECTED: &'static str = "a width and a height, as 4056x3040";
    fn write(self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        let (width, height) = text.split_once('x')?;
        Some(Self::new(width.parse().ok()?, height.parse().ok()?))
    }
}

impl Written for DataType {
    const EXPECTED: &'static str = "a data type of long packets, as RAW10 or 0x2B";
    fn write(self) -> String {
        if self.is_assigned() {
            self.name().into()
        } else {
            format!("0x{:02X}", self.code())
        }
    }
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).filter(|data_type| !data_type.is_short())
    }
}

/// The address of a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register(pub(super) u16);

impl Written for Register {
    const EXPECTED: &'static str = "a register, as 0x0202";
    fn write(self) -> String {
        format!("0x{:04X}", self.0)
    }
    fn read(text: &str) -> Option<Self> {
        let address = text
            .strip_prefix("0x")
            .map_or_else(|| text.parse().ok(), |digits| u16::from_str_radix(digits, 16).ok());
        address.map(Self)
    }
}

impl<T: Written> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

impl<'de, T: Written> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData)).map(Self)
    }
}

struct Reader<T>(PhantomData<T>);

/// A number is read as if it stood in quotation marks: `0x0202` of a register.
impl<T: Written> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::read(text.trim()).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        T::read(&number.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
    }
}
