//! Codes. Integers of a fixed width: a C enumeration is as wide as the compiler's flags say, and a value outside of a Rust one is
//! undefined behaviour.

/// How a call went: one of CSI2_OK and CSI2_ERROR_*. What a link did wrong is no error but part of the answer.
pub type Status = u8;
/// Done.
pub const CSI2_OK: Status = 0;
/// NULL where something must be, a pointer that is not aligned, or a length that no object can have.
pub const CSI2_ERROR_POINTER: Status = 1;
/// The input ends too early.
pub const CSI2_ERROR_SHORT: Status = 2;
/// The output has too little room.
pub const CSI2_ERROR_SPACE: Status = 3;
/// An argument has a value that it cannot have.
pub const CSI2_ERROR_VALUE: Status = 4;
/// The object was not initialised.
pub const CSI2_ERROR_STATE: Status = 5;

/// Whether bits 7:6 of the ECC byte carry a virtual channel extension: one of CSI2_VCX_*.
pub type Vcx = u8;
/// CSI-2 v1.x: they are ignored, and the 24-bit code decides.
pub const CSI2_VCX_CLASSIC: Vcx = 0;
/// CSI-2 v1.x, seen by an analyzer: as CSI2_VCX_CLASSIC, but a header that makes no sense to the 24-bit code and is without an error
/// in the 26-bit one is read as such, with its channel above 3.
pub const CSI2_VCX_CLASSIC_FIRST: Vcx = 1;
/// CSI-2 v2.0: 26-bit code. A v1.x header is a valid v2.0 header of channel 0 to 3.
pub const CSI2_VCX_EXTENDED: Vcx = 2;

/// What the ECC says about a header: one of CSI2_ECC_*.
pub type Ecc = u8;
/// No error.
pub const CSI2_ECC_CLEAN: Ecc = 0;
/// One data bit was wrong and has been corrected.
pub const CSI2_ECC_CORRECTED: Ecc = 1;
/// One check bit was wrong; the data is good.
pub const CSI2_ECC_CHECK_BIT: Ecc = 2;
/// Two or more bits are wrong: the header cannot be used.
pub const CSI2_ECC_UNCORRECTABLE: Ecc = 3;

/// A data type, 0x00 to 0x3F. CSI2_DT_* names those that have a name; the others survive a round trip.
pub type DataTypeCode = u8;
/// Frame start: short.
pub const CSI2_DT_FS: DataTypeCode = 0x00;
/// Frame end: short.
pub const CSI2_DT_FE: DataTypeCode = 0x01;
/// Line start: short.
pub const CSI2_DT_LS: DataTypeCode = 0x02;
/// Line end: short.
pub const CSI2_DT_LE: DataTypeCode = 0x03;
/// The first of eight generic short packets, 0x08 to 0x0F.
pub const CSI2_DT_GENERIC1: DataTypeCode = 0x08;
/// Null.
pub const CSI2_DT_NULL: DataTypeCode = 0x10;
/// Blanking.
pub const CSI2_DT_BLANKING: DataTypeCode = 0x11;
/// Embedded data.
pub const CSI2_DT_EMBEDDED: DataTypeCode = 0x12;
/// The first of four generic long packets, 0x13 to 0x16.
pub const CSI2_DT_GENERIC_LONG1: DataTypeCode = 0x13;
/// YUV 4:2:0, 8 bits.
pub const CSI2_DT_YUV420_8: DataTypeCode = 0x18;
/// YUV 4:2:0, 10 bits.
pub const CSI2_DT_YUV420_10: DataTypeCode = 0x19;
/// YUV 4:2:0, 8 bits, legacy.
pub const CSI2_DT_YUV420_8_LEGACY: DataTypeCode = 0x1A;
/// YUV 4:2:0, 8 bits, chroma shifted.
pub const CSI2_DT_YUV420_8_CSPS: DataTypeCode = 0x1C;
/// YUV 4:2:0, 10 bits, chroma shifted.
pub const CSI2_DT_YUV420_10_CSPS: DataTypeCode = 0x1D;
/// YUV 4:2:2, 8 bits.
pub const CSI2_DT_YUV422_8: DataTypeCode = 0x1E;
/// YUV 4:2:2, 10 bits.
pub const CSI2_DT_YUV422_10: DataTypeCode = 0x1F;
/// RGB 4:4:4.
pub const CSI2_DT_RGB444: DataTypeCode = 0x20;
/// RGB 5:5:5.
pub const CSI2_DT_RGB555: DataTypeCode = 0x21;
/// RGB 5:6:5.
pub const CSI2_DT_RGB565: DataTypeCode = 0x22;
/// RGB 6:6:6.
pub const CSI2_DT_RGB666: DataTypeCode = 0x23;
/// RGB 8:8:8.
pub const CSI2_DT_RGB888: DataTypeCode = 0x24;
/// Raw, 28 bits.
pub const CSI2_DT_RAW28: DataTypeCode = 0x26;
/// Raw, 24 bits.
pub const CSI2_DT_RAW24: DataTypeCode = 0x27;
/// Raw, 6 bits.
pub const CSI2_DT_RAW6: DataTypeCode = 0x28;
/// Raw, 7 bits.
pub const CSI2_DT_RAW7: DataTypeCode = 0x29;
/// Raw, 8 bits.
pub const CSI2_DT_RAW8: DataTypeCode = 0x2A;
/// Raw, 10 bits.
pub const CSI2_DT_RAW10: DataTypeCode = 0x2B;
/// Raw, 12 bits.
pub const CSI2_DT_RAW12: DataTypeCode = 0x2C;
/// Raw, 14 bits.
pub const CSI2_DT_RAW14: DataTypeCode = 0x2D;
/// Raw, 16 bits.
pub const CSI2_DT_RAW16: DataTypeCode = 0x2E;
/// Raw, 20 bits.
pub const CSI2_DT_RAW20: DataTypeCode = 0x2F;
/// The first of eight user-defined types, 0x30 to 0x37.
pub const CSI2_DT_USER1: DataTypeCode = 0x30;
