//! The link types of pcap and pcapng files.
//!
//! Ref: the-tcpdump-group/tcpdump-htdocs linktypes.html

use crate::{CaptureError, CreateOptions, ErrorKind};

/// USER0 to USER15: private use. There is no link type for CSI-2.
const USER: std::ops::RangeInclusive<u32> = 147..=162;

/// Longest record written, in bytes, and announced as such. The longest packet has 65 541; this is what Wireshark takes.
pub(crate) const SNAP_LENGTH: u32 = 262_144;

/// Whether records of this type may be CSI-2 packets.
pub(crate) fn is_user(link_type: u32) -> bool {
    USER.contains(&link_type)
}

/// Number and, for the few types that are met by mistake, name.
pub(crate) fn describe(link_type: u32) -> String {
    let name = match link_type {
        1 => " (Ethernet)",
        101 => " (raw IP)",
        105 => " (802.11)",
        113 => " (Linux cooked)",
        220 => " (USB, Linux)",
        249 => " (USBPcap)",
        288 => " (USB 2.0)",
        _ => "",
    };
    format!("link type {link_type}{name}")
}

/// Why a file with records of these types only is not read.
pub(crate) fn refused(types: &[u32]) -> ErrorKind {
    let types: Vec<String> = types.iter().take(8).map(|&link_type| describe(link_type)).collect();
    let detail = format!(
        "packets of {}; CSI-2 packets are read from link types 147 to 162 (USER0 to USER15). Where the records are \
         CSI-2 packets under a wrong link type, `editcap -T user0 IN OUT` gives them a right one",
        types.join(", ")
    );
    ErrorKind::Unsupported { detail }
}

/// The link type of a new file.
///
/// # Errors
/// When it is not for private use.
pub(crate) fn of_new_file(options: &CreateOptions) -> Result<u32, CaptureError> {
    if is_user(options.link_type) {
        return Ok(options.link_type);
    }
    let detail = format!(
        "{}: CSI-2 packets are written with link types 147 to 162 (USER0 to USER15)",
        describe(options.link_type)
    );
    let name = options.path.display().to_string();
    Err(CaptureError::new(name, 0, ErrorKind::Unsupported { detail }))
}

/// Length of a record in a new file.
///
/// # Errors
/// When it is longer than [`SNAP_LENGTH`].
pub(crate) fn record_length(data: &[u8], name: &str, offset: u64) -> Result<u32, CaptureError> {
    match u32::try_from(data.len()) {
        Ok(length) if length <= SNAP_LENGTH => Ok(length),
        _ => {
            let kind = ErrorKind::TooLarge {
                what: "packet",
                size: data.len() as u64,
                limit: SNAP_LENGTH.into(),
            };
            Err(CaptureError::new(name, offset, kind))
        }
    }
}
