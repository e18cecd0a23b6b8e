//! Samples: as csi2-pixel has them, by the name of the format and by its number.

use csi2_kernels::Backend;
use csi2_pixel::{CODECS, Codec, Kernels};

use super::*;

/// Bytes of noise.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..1000).map(|_| next()).collect()
}

fn narrow(codec: &Codec, bytes: &[u8]) -> (Vec<u16>, Vec<u8>) {
    let Kernels::Narrow { unpack, .. } = codec.kernels else {
        return Default::default();
    };
    let mut samples = std::vec![0; 4000];
    let (read, written) = unpack(Backend::PORTABLE, bytes, &mut samples);
    samples.truncate(written);
    (samples, bytes[..read].to_vec())
}

#[test]
fn every_data_type_by_its_number() {
    let bytes = noise();
    for code in 0..=255 {
        let codec = CODECS.iter().find(|codec| codec.data_type.code() == code);
        let (mut samples, mut wide) = (std::vec![0_u16; 4000], std::vec![0_u32; 4000]);
        let (packed, length) = (bytes.as_ptr(), bytes.len());
        let done = unsafe { csi2_unpack(code, packed, length, samples.as_mut_ptr(), samples.len()) };
        let wide_done = unsafe { csi2_unpack_wide(code, packed, length, wide.as_mut_ptr(), wide.len()) };
        let Some(codec) = codec else {
            assert_eq!((done, wide_done), (0, 0), "0x{code:02X}");
            continue;
        };
        let mut again = std::vec![0; bytes.len()];
        if codec.bits <= 16 {
            let (expected, _) = narrow(codec, &bytes);
            assert_eq!((&samples[..done], wide_done), (&expected[..], 0), "{}", codec.name);
            assert_eq!(done, codec.samples_in(0, length), "{}", codec.name);
            let written = unsafe { csi2_pack(code, samples.as_ptr(), done, again.as_mut_ptr(), again.len()) };
            again.truncate(written);
        } else {
            assert_eq!((done, wide_done), (0, codec.samples_in(0, length)), "{}", codec.name);
            let written = unsafe { csi2_pack_wide(code, wide.as_ptr(), wide_done, again.as_mut_ptr(), again.len()) };
            again.truncate(written);
        }
        // Of the colours of 16 bits, some bits are padding; all else comes back.
        if !["RGB444", "RGB555"].contains(&codec.name) {
            assert_eq!(again, bytes[..again.len()], "{}", codec.name);
        }
        assert_eq!(
            again.len(),
            bytes.len() / codec.group.bytes * codec.group.bytes,
            "{}",
            codec.name
        );
    }
}

type UnpackExport = unsafe extern "C" fn(*const u8, usize, *mut u16, usize) -> usize;
type PackExport = unsafe extern "C" fn(*const u16, usize, *mut u8, usize) -> usize;

#[test]
fn those_with_a_name_by_it() {
    let bytes = noise();
    let exports: [(&str, UnpackExport, PackExport); 5] = [
        ("RAW8", csi2_unpack_raw8, csi2_pack_raw8),
        ("RAW10", csi2_unpack_raw10, csi2_pack_raw10),
        ("RAW12", csi2_unpack_raw12, csi2_pack_raw12),
        ("RAW14", csi2_unpack_raw14, csi2_pack_raw14),
        ("RAW16", csi2_unpack_raw16, csi2_pack_raw16),
    ];
    for (name, unpack, pack) in exports {
        let codec = csi2_pixel::find_codec(name).expect("a format");
        for length in (0..64).chain([bytes.len()]) {
            let (expected, read) = narrow(codec, &bytes[..length]);
            let mut samples = std::vec![0; expected.len()];
            let done = unsafe { unpack(bytes.as_ptr(), length, samples.as_mut_ptr(), samples.len()) };
            assert_eq!((done, &samples), (expected.len(), &expected), "{name}, {length} bytes");
            let mut again = std::vec![0; length];
            let done = unsafe { pack(samples.as_ptr(), samples.len(), again.as_mut_ptr(), again.len()) };
            again.truncate(done);
            assert_eq!(again, read, "{name}, {length} bytes");
        }
    }
}

#[test]
fn sizes_are_those_of_the_formats() {
    for code in 0..=255 {
        let codec = CODECS.iter().find(|codec| codec.data_type.code() == code);
        for (row, width) in (0..3).flat_map(|row| (0..40).chain([usize::MAX]).map(move |width| (row, width))) {
            let expected =
                codec.and_then(|codec| Some((codec.bytes_for(row, width)?, codec.layout.samples(row, width))));
            let mut bytes = MaybeUninit::uninit();
            let samples = out(|samples| csi2_line_size(code, row, width, Some(&mut bytes), samples));
            let size = samples.map(|samples| (unsafe { bytes.assume_init() }, samples));
            assert_eq!(
                size,
                expected.ok_or(CSI2_ERROR_VALUE),
                "0x{code:02X}, row {row}, {width} pixels"
            );
        }
    }
}
