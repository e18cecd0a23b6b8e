//! The exports, called as C calls them, and what the layers below say.
#![allow(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block
)]

extern crate std;

mod lines;
mod receiver;

use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};
use std::vec::Vec;

use csi2_packet::{ChecksumVerdict, PacketHeader, PayloadChecksum};
use proptest::prelude::*;

use super::*;

/// What an export writes to, if it says that it did.
fn out<T>(call: impl FnOnce(Option<&mut MaybeUninit<T>>) -> Status) -> Result<T, Status> {
    let mut value = MaybeUninit::uninit();
    match call(Some(&mut value)) {
        CSI2_OK => Ok(unsafe { value.assume_init() }),
        status => Err(status),
    }
}

fn parse(bytes: &[u8], vcx: Vcx) -> Result<Packet, Status> {
    out(|packet| unsafe { csi2_packet_parse(bytes.as_ptr(), bytes.len(), vcx, Some(csi2_checksum_bitwise), packet) })
}

#[test]
fn null_is_refused_but_where_nothing_is_needed() {
    let mut byte = [0_u8; 4];
    let mut samples = [0_u16; 4];
    let update: ChecksumFunction = Some(csi2_checksum_bytewise);
    let header = Header::default();
    unsafe {
        assert_eq!(csi2_checksum_bitwise(0x1234, null(), 0), 0x1234);
        assert_eq!(csi2_checksum_bytewise(0x1234, null(), 7), 0x1234);
        assert_eq!(csi2_checksum_fast(0x1234, null(), 7), 0x1234);
        let header_out = out::<Received>(|out| csi2_header_parse(null(), 4, CSI2_VCX_CLASSIC, out));
        assert_eq!(header_out, Err(CSI2_ERROR_POINTER));
        assert_eq!(csi2_header_encode(None, byte.as_mut_ptr(), 4), CSI2_ERROR_POINTER);
        assert_eq!(csi2_header_encode(Some(&header), null_mut(), 4), CSI2_ERROR_POINTER);
        assert_eq!(csi2_header_encode(Some(&header), null_mut(), 0), CSI2_ERROR_SPACE);
        let unchecked = out::<Packet>(|out| csi2_packet_parse(byte.as_ptr(), 4, CSI2_VCX_CLASSIC, None, out));
        assert_eq!(unchecked.err(), Some(CSI2_ERROR_POINTER));
        // An empty payload is one.
        let empty = out::<Checksum>(|out| csi2_payload_check(update, null(), 0, 0xFFFF, out));
        assert_eq!(empty.map(|sum| sum.matches), Ok(true));
        assert_eq!(csi2_payload_check(update, null(), 0, 0xFFFF, None), CSI2_ERROR_POINTER);
        let nowhere = out::<usize>(|out| csi2_short_packet_encode(Some(&header), null_mut(), 4, out));
        assert_eq!(nowhere, Err(CSI2_ERROR_POINTER));
        assert_eq!(csi2_depacketizer_init(None, None, update), CSI2_ERROR_POINTER);
        assert_eq!(csi2_depacketizer_end_of_burst(None, None), CSI2_ERROR_POINTER);
        assert_eq!(csi2_merger_init(None, 1), CSI2_ERROR_POINTER);
        assert_eq!(csi2_merger_restart(None), CSI2_ERROR_POINTER);
        assert_eq!(csi2_merger_push(None, 0, byte.as_ptr(), 4), 0);
        assert_eq!(csi2_merger_drain(None, byte.as_mut_ptr(), 4), 0);
        assert_eq!(csi2_distribute(byte.as_ptr(), 4, null(), 1, 4), CSI2_ERROR_POINTER);
        assert_eq!(
            csi2_distribute(byte.as_ptr(), 4, [null_mut()].as_ptr(), 1, 4),
            CSI2_ERROR_POINTER
        );
        assert_eq!(csi2_unpack_raw8(null(), 4, samples.as_mut_ptr(), 4), 0);
        assert_eq!(csi2_unpack_raw8(byte.as_ptr(), 4, null_mut(), 4), 0);
        assert_eq!(csi2_pack_raw8(null(), 4, byte.as_mut_ptr(), 4), 0);
        assert_eq!(csi2_line_size(CSI2_DT_RAW8, 0, 1, None, None), CSI2_ERROR_POINTER);
    }
    assert_eq!(csi2_packet_length(None), 0);
}

#[test]
fn what_no_object_can_be_is_refused() {
    let bytes = [0_u8; 9];
    let mut samples = [0_u16; 5];
    unsafe {
        let odd = samples.as_mut_ptr().cast::<u8>().wrapping_add(1).cast::<u16>();
        assert_eq!(csi2_unpack_raw8(bytes.as_ptr(), 4, odd, 4), 0);
        assert_eq!(csi2_pack_raw8(odd, 4, samples.as_mut_ptr().cast(), 1), 0);
        let sum = csi2_checksum_bitwise(0x1234, bytes.as_ptr(), usize::MAX);
        assert_eq!(sum, 0x1234);
        let whole = usize::MAX / 2;
        assert_eq!(csi2_unpack_raw8(bytes.as_ptr(), 4, samples.as_mut_ptr(), whole), 0);
    }
}

#[test]
fn values_that_no_header_has_are_refused() {
    let mut wire = [0; 4];
    let right = Header {
        word: 1,
        data_type: 0x0F,
        channel: 15,
    };
    for (header, status) in [
        (right, CSI2_OK),
        (
            Header {
                data_type: 0x40,
                ..right
            },
            CSI2_ERROR_VALUE,
        ),
        (Header { channel: 16, ..right }, CSI2_ERROR_VALUE),
    ] {
        assert_eq!(
            unsafe { csi2_header_encode(Some(&header), wire.as_mut_ptr(), 4) },
            status,
            "{header:?}"
        );
    }
    for vcx in 0..=255 {
        let expected = if vcx <= CSI2_VCX_EXTENDED {
            CSI2_OK
        } else {
            CSI2_ERROR_VALUE
        };
        assert_eq!(parse(&wire, vcx).err().unwrap_or_default(), expected);
    }
    assert_eq!(csi2_self_test(), 0);
}

#[test]
fn the_version_is_that_of_the_crate() {
    let version = unsafe { core::ffi::CStr::from_ptr(csi2_version()) };
    assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn headers_are_what_the_packet_layer_says(wire: [u8; 4], vcx in 0..3_u8) {
        let code = header::extension(vcx).expect("one of three");
        let expected: Received = PacketHeader::receive(wire, code).into();
        let received = out(|received| unsafe { csi2_header_parse(wire.as_ptr(), 4, vcx, received) });
        prop_assert_eq!(received, Ok(expected));
        prop_assert_eq!(expected.wire, wire);
        let mut again = [0; 4];
        prop_assert_eq!(unsafe { csi2_header_encode(Some(&expected.header), again.as_mut_ptr(), 4) }, CSI2_OK);
        let sure = PacketHeader::receive(again, code);
        prop_assert_eq!(sure.ecc == csi2_packet::EccVerdict::Clean, vcx != CSI2_VCX_CLASSIC || again[3] < 0x40);
        prop_assert_eq!(csi2_packet_length(Some(&expected.header)), expected.header.meaning().expect("one").packet_len());
    }

    #[test]
    fn long_packets_go_there_and_back(payload: Vec<u8>, data_type in 0x10..0x40_u8, channel in 0..16_u8, spoilt: bool) {
        let header = Header { word: 0, data_type, channel };
        let mut room = std::vec![0; payload.len() + 6];
        let written = out(|written| unsafe {
            csi2_long_packet_encode(
                Some(&header), payload.as_ptr(), payload.len(), Some(csi2_checksum_fast),
                room.as_mut_ptr(), room.len(), written,
            )
        });
        prop_assert_eq!(written, Ok(room.len()));
        if let (true, Some(byte)) = (spoilt, room.get_mut(4)) {
            *byte ^= 0x20;
        }
        let packet = parse(&room, CSI2_VCX_EXTENDED).expect("a whole packet");
        prop_assert!(packet.is_long);
        prop_assert_eq!(packet.received.header, Header { word: payload.len() as u16, ..header });
        prop_assert_eq!(packet.checksum.matches, !spoilt);
        prop_assert_eq!(packet.length, room.len());
        let inside = room.as_ptr_range().contains(&packet.payload);
        prop_assert!(inside && packet.payload_length == payload.len());
        for end in 0..room.len() {
            let short = room.get(..end).expect("shorter");
            prop_assert_eq!(parse(short, CSI2_VCX_EXTENDED).err(), Some(CSI2_ERROR_SHORT));
        }
    }

    #[test]
    fn checksums_go_on_where_they_stood(payload: Vec<u8>, cut: prop::sample::Index) {
        let (head, tail) = payload.split_at(cut.index(payload.len() + 1));
        let mut sum = csi2_packet::Bitwise::default();
        let expected = sum.of(&payload);
        for update in [csi2_checksum_bitwise, csi2_checksum_bytewise, csi2_checksum_fast] {
            let value = unsafe { update(CSI2_CHECKSUM_INITIAL, head.as_ptr(), head.len()) };
            prop_assert_eq!(unsafe { update(value, tail.as_ptr(), tail.len()) }, expected);
            let verdict = out(|out| unsafe { csi2_payload_check(Some(update), payload.as_ptr(), payload.len(), 7, out) });
            prop_assert_eq!(verdict, Ok(Checksum::of(ChecksumVerdict::of(7, expected), 7)));
        }
    }
}
