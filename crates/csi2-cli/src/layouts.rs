//! `--user`: which layout the samples of a data type have, where the data type does not say.

use crate::failure::Failure;
use crate::keep;
use csi2_packet::DataType;
use csi2_pixel::{CODECS, COMPRESSIONS, Codec, Codecs, find_codec};

/// `USER1=RAW8`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declaration {
    data_type: DataType,
    codec: &'static Codec,
}

/// Parses `TYPE=LAYOUT`.
pub(crate) fn declaration(text: &str) -> Result<Declaration, String> {
    let (of, layout) = text
        .split_once('=')
        .ok_or("expected TYPE=LAYOUT, as USER1=RAW8 or 0x30=RAW8")?;
    let data_type = keep::data_type(of)?;
    if data_type.is_short() {
        return Err(format!("{}: short packets have no payload", data_type.name()));
    }
    let codec = find_codec(layout.trim()).ok_or_else(|| {
        let names: Vec<&str> = CODECS.iter().chain(COMPRESSIONS).map(|codec| codec.name).collect();
        format!("no layout {}; there are: {}", layout.trim(), names.join(", "))
    })?;
    Ok(Declaration { data_type, codec })
}

/// The layouts of all data types, with those declared. Of two for one data type, the later.
pub(crate) fn codecs(declarations: &[Declaration]) -> Result<Codecs, Failure> {
    let mut codecs = Codecs::STANDARD;
    for Declaration { data_type, codec } in declarations {
        if !codecs.declare(*data_type, codec) {
            return Err(Failure::usage(format!(
                "--user {}={}: eight data types are declared already",
                data_type.name(),
                codec.name
            )));
        }
    }
    Ok(codecs)
}
