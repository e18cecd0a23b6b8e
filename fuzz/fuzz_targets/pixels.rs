//! Any payload as a line of any data type, or of any compression, of any parity and with any room:
//!
//! - whole groups are read and written, as many as both have room for, and nothing beyond;
//! - samples fit their bits;
//! - packing gives the payload back, but for padding; of compressions, samples that are off by a step at most;
//! - the planes of a frame, its last row short or not there, make the frame again.
#![no_main]

use std::fmt::Debug;

use csi2_fuzz::Fields;
use csi2_kernels::Backend;
use csi2_pixel::{CODECS, COMPRESSIONS, Codec, Kernels, Layout, Pack, Planes, PlanesMut, Unpack};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (which, row, room) = (fields.byte(), fields.byte(), fields.byte());
    let mut codecs = CODECS.iter().chain(COMPRESSIONS).cycle();
    let Some(codec) = codecs.nth(which.into()) else { return };
    // From no room to all of it.
    let room = |most: usize| most * usize::from(room) / 0xFF;
    match codec.kernels {
        Kernels::Narrow { unpack, pack, .. } => line(codec, row.into(), unpack, pack, fields.rest(), room),
        Kernels::Wide { unpack, pack } => line(codec, row.into(), unpack, pack, fields.rest(), room),
    }
});

fn line<S>(codec: &Codec, row: usize, unpack: Unpack<S>, pack: Pack<S>, payload: &[u8], room: impl Fn(usize) -> usize)
where
    S: Copy + Debug + Default + PartialEq + Into<u32>,
{
    for backend in Backend::available() {
        let group = codec.group_of(row);
        let room = room(codec.samples_in(row, payload.len()) + group.samples);
        let mut samples = vec![S::default(); room];
        let whole = payload.len() / group.bytes * group.bytes;
        let (read, written) = unpack(backend, &payload[..whole], &mut samples);
        assert_eq!((read % codec.group.bytes, written % codec.group.samples), (0, 0));
        assert_eq!(read / codec.group.bytes, written / codec.group.samples);
        assert!(payload.len() - read < group.bytes || room - written < codec.group.samples);
        assert!(
            samples[..written]
                .iter()
                .all(|&sample| sample.into() <= codec.max_sample())
        );
        assert!(samples[written..].iter().all(|sample| *sample == S::default()));
        samples.truncate(written);

        let mut packed = vec![0; read];
        let mut back = vec![S::default(); written];
        assert_eq!(pack(backend, &samples, &mut packed), (written, read));
        assert_eq!(unpack(backend, &packed, &mut back), (read, written));
        let of_group = group.samples * codec.depth.iter().map(|&bits| usize::from(bits)).sum::<usize>() / 3;
        match COMPRESSIONS.iter().any(|row| row.name == codec.name) {
            true => {
                let lost = codec.bits - codec.data_type.raw_bits().unwrap_or(codec.bits);
                let off = |(a, b): (&S, &S)| (*a).into().abs_diff((*b).into());
                assert!(samples.iter().zip(&back).map(off).all(|off| off <= 2 << lost));
            }
            false => {
                assert_eq!(back, samples);
                assert!(of_group < 8 * group.bytes || packed == payload[..read]);
            }
        }
        planes(codec.layout, row, &samples);
    }
}

/// `samples` as rows of a frame of some width, cut where they end.
fn planes<S: Copy + Debug + Default + PartialEq>(layout: Layout, width: usize, samples: &[S]) {
    let stride = layout.stride(width).max(1);
    let height = samples.len().div_ceil(stride);
    let frame = Planes::new(layout, width, samples);
    let mut copy = vec![S::default(); samples.len()];
    let mut filled = PlanesMut::new(layout, width, &mut copy);
    let mut buffer = vec![S::default(); width];
    for &plane in layout.planes() {
        for row in 0..layout.plane_height(plane, height) {
            let count = frame.row(plane, row, &mut buffer);
            assert!(count == 0 || count == layout.plane_width(plane, width));
            assert_eq!(filled.set_row(plane, row, &buffer[..count]), count);
        }
    }
    for line in 0..height {
        let used = line * stride..line * stride + layout.samples(line, width);
        let (Some(made), Some(was)) = (copy.get(used.clone()), samples.get(used)) else {
            continue;
        };
        // Pairs of pixels are whole in a line; the second pixel of the last pair of an odd width is in no plane.
        if width.is_multiple_of(2) || matches!(layout, Layout::Single | Layout::Bgr) {
            assert_eq!(made, was);
        }
    }
}
