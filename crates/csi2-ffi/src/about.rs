//! Which library this is, and whether it works here.
#![allow(unsafe_code)]

use core::ffi::c_char;
use core::hint::black_box;

use csi2_kernels::Backend;
use csi2_packet::{
    Bytewise, DataType, EccVerdict, LongPacket, PacketHeader, PayloadChecksum, VcExtension, VirtualChannel,
};
use csi2_pixel::{PixelFormat, Raw10};

/// Version of the library, such as "0.1.0": a string that stays.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_version() -> *const c_char {
    static VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Published headers, a checksum and a line, read and written. Returns how many of these answers are wrong: 0 is right.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_self_test() -> u32 {
    let header = PacketHeader {
        channel: VirtualChannel::ZERO,
        data_type: DataType::RAW10,
        word: LINE.len() as u16,
    };
    // The compiler must not know what goes in: it would work all of it out, and nothing would be tested here.
    let (header, line, expected) = black_box((header, LINE, SAMPLES));
    let corrected = PacketHeader::receive(black_box([0x2A, 0x04, 0x00, 0x34]), VcExtension::Extended);
    let spoilt = PacketHeader::receive(black_box([0x28, 0x04, 0x00, 0x34]), VcExtension::Extended);
    let mut packet = [0; PACKET.len()];
    let emitted = LongPacket::emit_with(&mut Bytewise::default(), header, &line, &mut packet);
    let (mut samples, mut packed) = ([0; SAMPLES.len()], [0; LINE.len()]);
    let unpacked = Raw10::unpack(Backend::PORTABLE, &line, &mut samples);
    let repacked = Raw10::pack(Backend::PORTABLE, &expected, &mut packed);
    let right = [
        corrected.ecc == EccVerdict::Corrected { bit: 0 } && corrected.header.data_type == DataType::RAW10,
        !spoilt.is_usable(),
        Bytewise::default().of(black_box(b"123456789")) == 0x6F91,
        emitted == Ok(PACKET.len()) && packet == PACKET,
        unpacked == (LINE.len(), SAMPLES.len()) && samples == SAMPLES,
        repacked == (SAMPLES.len(), LINE.len()) && packed == LINE,
    ];
    right.iter().filter(|right| !**right).count() as u32
}

// Ref: stevenbell/csirx unit_tests/raw10_decoder_testvec.txt (line and samples), ecc_block_testvec.txt (headers).
const LINE: [u8; 5] = [0x5E, 0xC2, 0xA0, 0xAB, 0x33];
const SAMPLES: [u16; 4] = [0x17B, 0x308, 0x283, 0x2AC];
const PACKET: [u8; 11] = [0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61];
