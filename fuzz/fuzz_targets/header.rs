//! Any four bytes and any header:
//!
//! - a usable header, written again, differs from what came in the one bit the verdict names;
//! - what was written is clean and means what was written, in both codes where no extension bit is set;
//! - the shorter code takes no notice of the extension bits, and believes nothing that the longer one does not.
#![no_main]

use csi2_packet::{EccVerdict, PacketHeader, VcExtension};

libfuzzer_sys::fuzz_target!(|wire: [u8; 4]| {
    let received = PacketHeader::receive(wire, VcExtension::Extended);
    let written = received.header.encode();
    let wrong = u32::from_le_bytes(written) ^ u32::from_le_bytes(wire);
    let expected = match received.ecc {
        EccVerdict::Clean => 0,
        EccVerdict::Corrected { bit: bit @ 0..24 } => 1 << bit,
        EccVerdict::Corrected { bit } => 1 << (bit + 6),
        EccVerdict::ParityBit { bit } => 1 << (bit + 24),
        EccVerdict::Uncorrectable { .. } => {
            assert!(wrong.count_ones() > 1 && wrong << 2 >> 26 == wrong >> 24);
            wrong
        }
    };
    assert_eq!(wrong, expected);
    assert_eq!(received.is_usable(), wrong.count_ones() < 2);

    let again = PacketHeader::receive(written, VcExtension::Extended);
    assert_eq!((again.header, again.ecc), (received.header, EccVerdict::Clean));

    let mut plain = wire;
    plain[3] &= 0x3F;
    let classic = PacketHeader::receive(wire, VcExtension::Classic);
    let same = PacketHeader::receive(plain, VcExtension::Classic);
    assert_eq!((classic.header, classic.ecc), (same.header, same.ecc));
    assert_eq!(classic.header.channel.vcx(), 0);
    if classic.is_usable() {
        let extended = PacketHeader::receive(plain, VcExtension::Extended);
        assert_eq!((classic.header, classic.ecc), (extended.header, extended.ecc));
    }

    let either = if !classic.is_usable() && received.ecc == EccVerdict::Clean {
        received
    } else {
        classic
    };
    assert_eq!(PacketHeader::receive(wire, VcExtension::ClassicFirst), either);
});
