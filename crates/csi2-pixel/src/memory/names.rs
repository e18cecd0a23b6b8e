//! Finding a layout by its names.

use super::{MEMORY_FORMATS, MemoryFormat};

const PIX_FMT: &str = "V4L2_PIX_FMT_";
const MEDIA_BUS: &str = "MEDIA_BUS_FMT_";

/// Names of the same layouts elsewhere. Receivers call RGB888 on the link both `BGR888_1X24` and `RGB888_1X24`; the bytes are
/// blue, green, red all the same.
const ALIASES: &[(&str, &str)] = &[
    ("gray8", "GREY"),
    ("yuv422_8", "UYVY"),
    ("i420", "YUV420"),
    ("xrgb555", "RGB555"),
    // ROS (sensor_msgs/image_encodings) says whose byte order it is in the message, not in the name.
    ("bayer_rggb16", "SRGGB16"),
    ("bayer_grbg16", "SGRBG16"),
    ("bayer_gbrg16", "SGBRG16"),
    ("bayer_bggr16", "SBGGR16"),
    ("mono8", "GREY"),
    ("mono16", "Y16"),
    // PFNC of GenICam, little-endian.
    ("BayerRG8", "SRGGB8"),
    ("BayerGR8", "SGRBG8"),
    ("BayerGB8", "SGBRG8"),
    ("BayerBG8", "SBGGR8"),
    ("BayerRG10", "SRGGB10"),
    ("BayerGR10", "SGRBG10"),
    ("BayerGB10", "SGBRG10"),
    ("BayerBG10", "SBGGR10"),
    ("BayerRG12", "SRGGB12"),
    ("BayerGR12", "SGRBG12"),
    ("BayerGB12", "SGBRG12"),
    ("BayerBG12", "SBGGR12"),
    ("BayerRG16", "SRGGB16"),
    ("BayerGR16", "SGRBG16"),
    ("BayerGB16", "SGBRG16"),
    ("BayerBG16", "SBGGR16"),
    ("Mono10", "Y10"),
    ("Mono12", "Y12"),
];
const RGB888_ON_THE_BUS: (&str, u16, &str) = ("RGB888_1X24", 0x100A, "BGR24");

/// Codes and names that are no pictures that can be unpacked, and why.
const OTHERS: &[(&[&str], &str)] = &[
    (
        &[
            "MET8",
            "META_8",
            "0x8001",
            "MC1A",
            "META_10",
            "0x8002",
            "MC1C",
            "META_12",
            "0x8003",
            "MC1E",
            "META_14",
            "0x8004",
            "MC1G",
            "META_16",
            "0x8005",
            "MC1K",
            "META_20",
            "0x8006",
            "MC1O",
            "META_24",
            "0x8007",
            "CCS_EMBEDDED",
            "0x9001",
        ],
        "these are embedded data lines, not a picture; `csi2 list -v` reads them in a capture",
    ),
    (&["SENS"], "this is sensor metadata, not a picture"),
    (
        &[
            "aRA8",
            "agA8",
            "aGA8",
            "aBA8",
            "SRGGB10ALAW8",
            "SGRBG10ALAW8",
            "SGBRG10ALAW8",
            "SBGGR10ALAW8",
        ],
        "A-law compression is not supported",
    ),
    (
        &[
            "BayerRG10p",
            "BayerGR10p",
            "BayerGB10p",
            "BayerBG10p",
            "BayerRG12p",
            "BayerGR12p",
            "BayerGB12p",
            "BayerBG12p",
            "Mono10p",
            "Mono12p",
        ],
        "PFNC packs samples as one run of bits, the lowest first; CSI-2 (SRGGB10P, SRGGB12P) keeps the low bits of a group in a byte of their own",
    ),
    (
        &["RACA", "RACC", "RACE", "RAWG", "RACK", "RAWO", "RACS"],
        "this generic code is not settled yet: give RAW10, RAW12, ..., or the name with the order of the filter",
    ),
];

/// By V4L2 name (with or without `V4L2_PIX_FMT_`), fourcc, libcamera name, FFmpeg `pix_fmt`, or media-bus name (with or
/// without `MEDIA_BUS_FMT_`) or code (`0x300f`). Names are found in any case; of fourccs the case counts, and trailing spaces
/// do not. A media-bus format says nothing about memory: its packed layout is found (see [`media_bus_formats`]).
pub fn find_memory_format(name: &str) -> Option<&'static MemoryFormat> {
    let wanted = without_prefix(name.trim_end(), PIX_FMT);
    if wanted.is_empty() {
        return None;
    }
    let by =
        |matches: fn(&MemoryFormat, &str) -> bool, wanted| MEMORY_FORMATS.iter().find(|format| matches(format, wanted));
    let named = |wanted| {
        by(
            |format, wanted| {
                [format.name, format.libcamera]
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(wanted))
            },
            wanted,
        )
    };
    by(|format, wanted| format.fourcc.trim_end() == wanted, wanted)
        .or_else(|| named(wanted))
        .or_else(|| by(|format, wanted| format.ffmpeg == wanted, wanted))
        .or_else(|| {
            let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(wanted))?;
            named(alias.1)
        })
        .or_else(|| media_bus_formats(name).next())
}

/// The layouts that frames of a media-bus format are stored in, those that are packed as on the link first. Empty where
/// `name` is no media-bus name or code.
pub fn media_bus_formats(name: &str) -> impl Iterator<Item = &'static MemoryFormat> {
    let wanted = without_prefix(name.trim(), MEDIA_BUS);
    let code = hexadecimal(wanted);
    let (name, alias_code, alias) = RGB888_ON_THE_BUS;
    let is_alias = name.eq_ignore_ascii_case(wanted) || code == Some(alias_code);
    let is = move |format: &&MemoryFormat| {
        let named = !format.media_bus.is_empty() && format.media_bus.eq_ignore_ascii_case(wanted);
        named
            || code.is_some_and(|code| code != 0 && code == format.media_bus_code)
            || (is_alias && format.name == alias)
    };
    let of = move |packed: bool| MEMORY_FORMATS.iter().filter(move |format| format.is_packed() == packed);
    of(true).chain(of(false)).filter(is)
}

/// Why a name that users know is none of [`MEMORY_FORMATS`].
pub fn not_a_picture(name: &str) -> Option<&'static str> {
    let wanted = without_prefix(without_prefix(name.trim_end(), PIX_FMT), MEDIA_BUS);
    let is = |known: &&str| match known.len() {
        4 => *known == wanted,
        _ => known.eq_ignore_ascii_case(wanted),
    };
    let row = OTHERS.iter().find(|(names, _)| names.iter().any(is));
    row.map(|(_, reason)| *reason)
}

fn without_prefix<'a>(name: &'a str, prefix: &str) -> &'a str {
    match name.split_at_checked(prefix.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(prefix) => rest,
        _ => name,
    }
}

fn hexadecimal(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    // from_str_radix would take a sign.
    if digits.starts_with('+') {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}
