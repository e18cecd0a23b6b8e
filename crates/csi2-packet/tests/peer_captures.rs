//! Agreement with a receiver that this project did not write: MameMame777/MIPI2HDMI, its ECC, checksum and parser
//! modules simulated on 3191 headers and 42 packets.
//!
//! The recordings keep their owner's licence and are no part of this repository. `CSI2_PEERS` names the directory that
//! holds them; without it the tests pass with a note, unless `CSI2_REQUIRE_PEERS=1`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "of tests")]

use std::path::PathBuf;

use csi2_packet::{ChecksumVerdict, EccVerdict, LongPacket, Packet, PacketHeader, VcExtension};

/// The text of a recording, if there is one.
fn recording(name: &str) -> Option<String> {
    let peers = std::env::var_os("CSI2_PEERS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures"),
        PathBuf::from,
    );
    let path = peers.join("rx-verdicts-mipi2hdmi").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|required| required == "1") => {
            panic!("{}: {error}", path.display())
        }
        Err(error) => {
            eprintln!("skipped: {}: {error}", path.display());
            None
        }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

/// That receiver counts a wrong check bit as corrected, and takes no notice of the top two bits of the ECC byte.
fn flags(ecc: EccVerdict) -> (bool, bool, bool) {
    match ecc {
        EccVerdict::Clean => (true, false, false),
        EccVerdict::Corrected { .. } | EccVerdict::ParityBit { .. } => (false, true, false),
        EccVerdict::Uncorrectable { .. } => (false, false, true),
    }
}

#[test]
fn headers() {
    let Some(text) = recording("ecc_verdicts_3200_headers.csv") else {
        return;
    };
    let mut rows = 0;
    for row in text.lines().skip(1) {
        let [header, clean, corrected, uncorrectable, id, word] = row.split(',').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let received = PacketHeader::receive(bytes(header).try_into().unwrap(), VcExtension::Classic);
        let theirs = (clean == "1", corrected == "1", uncorrectable == "1");
        assert_eq!(flags(received.ecc), theirs, "{row}");
        let ours = received.header;
        assert_eq!(ours.channel.low() << 6 | ours.data_type.code(), bytes(id)[0], "{row}");
        assert_eq!(ours.word, word.parse().unwrap(), "{row}");
        rows += 1;
    }
    assert_eq!(rows, 3191);
}

#[test]
fn packets() {
    let (Some(packets), Some(verdicts)) = (recording("packets.hex"), recording("verdicts.txt")) else {
        return;
    };
    let (mut ours, mut total) = (Vec::new(), 0);
    let (mut short, mut long, mut corrected, mut uncorrectable, mut good, mut bad) = (0, 0, 0, 0, 0, 0);
    for packet in packets.lines() {
        total += 1;
        let bytes = bytes(packet);
        let (packet, _) = Packet::parse(&bytes, VcExtension::Classic).unwrap();
        let received = packet.received();
        let (is_clean, is_corrected, is_bad) = flags(received.ecc);
        corrected += u32::from(is_corrected);
        uncorrectable += u32::from(is_bad);
        ours.push(format!(
            "ECC corr={} uncorr={} clean={} di={:02x} wc={}",
            u8::from(is_corrected),
            u8::from(is_bad),
            u8::from(is_clean),
            received.header.channel.low() << 6 | received.header.data_type.code(),
            received.header.word,
        ));
        // That receiver goes on with an uncorrectable header as it came; here nothing behind it is believed.
        let end = 4 + usize::from(received.header.word);
        let line = match packet {
            Packet::Long(line) => line,
            Packet::Short(_) if is_bad => LongPacket {
                received: *received,
                payload: &bytes[4..end],
                footer: u16::from_le_bytes([bytes[end], bytes[end + 1]]),
            },
            Packet::Short(_) => {
                short += 1;
                continue;
            }
        };
        long += 1;
        let (matched, computed) = match line.checksum() {
            ChecksumVerdict::Match => (1, line.footer),
            ChecksumVerdict::Mismatch { computed, .. } => (0, computed),
        };
        good += matched;
        bad += 1 - matched;
        ours.push(format!(
            "CRC match={matched} calc={computed:04x} recv={:04x}",
            line.footer
        ));
    }
    ours.push(format!(
        "STS short={short} long={long} trunc=0 ecc_corr={corrected} ecc_unc={uncorrectable} crc_ok={good} crc_err={bad}"
    ));
    assert_eq!(total, 42);
    assert_eq!(ours, verdicts.lines().collect::<Vec<_>>());
}
