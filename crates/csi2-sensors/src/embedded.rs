//! Embedded rows: how their bytes lie on the link, and which registers in them say what.
//!
//! Ref: raspberrypi/libcamera src/ipa/rpi/cam_helper/md_parser_smia.cpp and cam_helper_imx477.cpp (layout, registers);
//! MIPI-Alliance/ccs-tools ccs-regs.asc (register names); Sony IMX219PQH5-C data sheet, embedded data section (stuffing).

use csi2_packet::DataType;

/// How the bytes of an embedded row are spread: 0x55 is stuffed where packed samples have their low bits, so that each
/// byte lies where the high bits of a sample would.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Container {
    /// Nothing is stuffed.
    Raw8,
    /// Every fifth byte.
    Raw10,
    /// Every third byte.
    Raw12,
    /// The last three of seven bytes.
    Raw14,
}

impl Container {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Raw8, Self::Raw10, Self::Raw12, Self::Raw14];

    /// As rows of this image type have it; `None` for types that no embedded row is known to imitate.
    pub const fn of(image: DataType) -> Option<Self> {
        match image {
            DataType::RAW8 => Some(Self::Raw8),
            DataType::RAW10 => Some(Self::Raw10),
            DataType::RAW12 => Some(Self::Raw12),
            DataType::RAW14 => Some(Self::Raw14),
            _ => None,
        }
    }

    /// Name of the image type: `RAW10`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw8 => "RAW8",
            Self::Raw10 => "RAW10",
            Self::Raw12 => "RAW12",
            Self::Raw14 => "RAW14",
        }
    }
}

/// A number in one register or in two, the high byte at the lower address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// One register.
    Byte(u16),
    /// Two registers, named by the first.
    Word(u16),
}

impl Field {
    /// Address of its first register.
    pub const fn address(self) -> u16 {
        match self {
            Self::Byte(address) | Self::Word(address) => address,
        }
    }

    /// Its value, where all of its registers are known.
    pub fn read(self, registers: impl Fn(u16) -> Option<u8>) -> Option<u16> {
        match self {
            Self::Byte(address) => registers(address).map(u16::from),
            Self::Word(address) => Some(u16::from_be_bytes([
                registers(address)?,
                registers(address.checked_add(1)?)?,
            ])),
        }
    }
}

/// Which registers of an embedded row say what. `None`: no public source says that the sensor has it there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EmbeddedMap {
    /// Count of frames, wraps at 256: one register.
    pub frame_count: Option<u16>,
    /// Integration time in lines. Sensors that stretch long exposures by a shift do not tell the shift here.
    pub exposure_lines: Option<Field>,
    /// Code of the analogue gain: see [`Gain`](crate::Gain).
    pub gain_code: Option<Field>,
    /// Digital gain, 8.8 fixed point.
    pub digital_gain: Option<Field>,
    /// Lines from frame to frame.
    pub frame_length_lines: Option<Field>,
    /// Pixel clocks from line to line.
    pub line_length_pixels: Option<Field>,
    /// Degrees Celsius, signed: one register.
    pub temperature: Option<u16>,
}

/// What embedded rows say of a frame, as far as they do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EmbeddedValues {
    /// Count of frames, wraps at 256.
    pub frame_count: Option<u8>,
    /// Integration time in lines.
    pub exposure_lines: Option<u16>,
    /// Code of the analogue gain.
    pub gain_code: Option<u16>,
    /// Digital gain, 8.8 fixed point: 0x0100 is 1.
    pub digital_gain: Option<u16>,
    /// Lines from frame to frame.
    pub frame_length_lines: Option<u16>,
    /// Pixel clocks from line to line.
    pub line_length_pixels: Option<u16>,
    /// Degrees Celsius.
    pub temperature_c: Option<i8>,
}

/// Registers where SMIA and CCS put them. What a gain code means differs from sensor to sensor.
pub const CCS: EmbeddedMap = EmbeddedMap {
    frame_count: Some(0x0005),
    exposure_lines: Some(Field::Word(0x0202)),
    gain_code: Some(Field::Word(0x0204)),
    digital_gain: None,
    frame_length_lines: Some(Field::Word(0x0340)),
    line_length_pixels: Some(Field::Word(0x0342)),
    temperature: Some(0x013A),
};

impl EmbeddedMap {
    /// Looks up what `registers` has.
    pub fn read(&self, registers: impl Fn(u16) -> Option<u8>) -> EmbeddedValues {
        let field = |field: Option<Field>| field?.read(&registers);
        EmbeddedValues {
            frame_count: self.frame_count.and_then(&registers),
            exposure_lines: field(self.exposure_lines),
            gain_code: field(self.gain_code),
            digital_gain: field(self.digital_gain),
            frame_length_lines: field(self.frame_length_lines),
            line_length_pixels: field(self.line_length_pixels),
            temperature_c: self.temperature.and_then(&registers).map(u8::cast_signed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_half_of_its_registers_has_no_value() {
        let only = |address: u16| move |asked: u16| (asked == address).then_some(0x12);
        assert_eq!(Field::Word(0x0202).read(only(0x0202)), None);
        assert_eq!(Field::Word(0x0202).read(only(0x0203)), None);
        assert_eq!(Field::Byte(0x0157).read(only(0x0157)), Some(0x12));
        assert_eq!(Field::Word(0xFFFF).read(|_| Some(0)), None);
    }

    #[test]
    fn high_byte_first_and_a_signed_temperature() {
        let values = CCS.read(|address| Some(address as u8));
        assert_eq!(values.exposure_lines, Some(0x0203));
        assert_eq!(values.gain_code, Some(0x0405));
        assert_eq!(values.frame_length_lines, Some(0x4041));
        assert_eq!(values.line_length_pixels, Some(0x4243));
        assert_eq!((values.frame_count, values.temperature_c), (Some(5), Some(0x3A)));
        assert_eq!(CCS.read(|_| Some(0xEC)).temperature_c, Some(-20));
        assert_eq!(CCS.read(|_| None), EmbeddedValues::default());
    }

    #[test]
    fn containers_are_named_as_their_image_type() {
        for container in Container::ALL {
            let image = DataType::parse(container.name()).unwrap();
            assert_eq!(Container::of(image), Some(container));
        }
        assert_eq!(Container::of(DataType::RAW16), None);
    }
}
