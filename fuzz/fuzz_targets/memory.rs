//! Any bytes as a row of any memory layout, with any room, on every backend:
//!
//! - a row is refused where it is shorter than it must be, and else read whole, with nothing beyond it touched;
//! - both widths of samples and all backends say the same;
//! - samples of packed layouts fit their bits;
//! - what was read is written and read again as it was.
//!
//! Compressions are read as narrow samples only, and what they write is another code of about the same: all backends agree on it.
//!
//! The first three bytes are the layout, the samples and the room.
#![no_main]

use csi2_fuzz::Fields;
use csi2_kernels::Backend;
use csi2_packet::{LenError, SpaceError};
use csi2_pixel::{MEMORY_FORMATS, MemoryFormat, Packing};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let format = &MEMORY_FORMATS[usize::from(fields.byte()) % MEMORY_FORMATS.len()];
    let count = usize::from(fields.byte());
    let room = usize::from(fields.byte());
    let row = fields.rest();

    let mut wide = vec![0xA5A5_A5A5_u32; count];
    let outcome = format.unpack_row(Backend::PORTABLE, row, &mut wide);
    match outcome {
        Err(LenError {
            required, available, ..
        }) => {
            assert!(required > available && available == row.len(), "{required} {available}");
            assert!(wide.iter().all(|sample| *sample == 0xA5A5_A5A5), "{}", format.name);
        }
        Ok(()) => {
            assert!(row.len() >= required(format, count), "{}", format.name);
            whole(format, row, &wide, room);
        }
    }
});

/// Bytes of so many samples: what is asked for where there are none.
fn required(format: &MemoryFormat, count: usize) -> usize {
    let refused = format.unpack_row(Backend::PORTABLE, &[], &mut vec![0_u32; count]);
    refused.map_or_else(|error| error.required, |()| 0)
}

fn whole(format: &MemoryFormat, row: &[u8], wide: &[u32], room: usize) {
    let (name, count) = (format.name, wide.len());
    let packed = !matches!(format.packing, Packing::Unpacked);
    if packed && format.bits < 32 {
        assert!(wide.iter().all(|sample| *sample <= format.max_sample()), "{name}");
    }
    for backend in Backend::available() {
        let (mut narrow, mut again) = (vec![0_u16; count], vec![0_u32; count]);
        format.unpack_row(backend, row, &mut narrow).expect("long enough");
        format.unpack_row(backend, row, &mut again).expect("long enough");
        if matches!(format.packing, Packing::Dpcm(_)) {
            compressed(format, backend, row, &narrow);
            continue;
        }
        assert_eq!(again, wide, "{name} {backend:?}");
        assert!(
            narrow.iter().zip(wide).all(|(narrow, wide)| *narrow == *wide as u16),
            "{name} {backend:?}"
        );

        let mut out = vec![0x5A; room];
        match format.pack_row(backend, wide, &mut out) {
            Err(SpaceError {
                required: least,
                available,
            }) => {
                assert!(least > available && available == room, "{name}");
                assert!(out.iter().all(|byte| *byte == 0x5A), "{name}");
            }
            Ok(length) => {
                assert_eq!(length, required(format, count), "{name}");
                assert!(out[length..].iter().all(|byte| *byte == 0x5A), "{name} {backend:?}");
                let mut back = vec![0_u32; count];
                format
                    .unpack_row(Backend::PORTABLE, &out, &mut back)
                    .expect("what was written");
                assert_eq!(back, wide, "{name} {backend:?}");
            }
        }
    }
}

fn compressed(format: &MemoryFormat, backend: Backend, row: &[u8], narrow: &[u16]) {
    let mut portable = vec![0_u16; narrow.len()];
    format
        .unpack_row(Backend::PORTABLE, row, &mut portable)
        .expect("long enough");
    assert_eq!(narrow, portable, "{} {backend:?}", format.name);
    let written = [backend, Backend::PORTABLE].map(|backend| {
        let mut out = vec![0; row.len()];
        format.pack_row(backend, narrow, &mut out).expect("room");
        out
    });
    assert_eq!(written[0], written[1], "{} {backend:?}", format.name);
}
