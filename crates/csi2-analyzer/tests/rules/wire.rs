//! Packets as bytes, and the findings about them. Shares nothing with the code under test: check bits are sums of the
//! published columns, checksums are made bit by bit.

use csi2_analyzer::{
    Analyzer, AnalyzerSettings, Entry, Finding, Input, Receiver, ReceiverConfig, Severity, Statistics,
};
use csi2_dphy::Observation;
use csi2_packet::VcExtension;
use std::collections::BTreeMap;

/// Syndrome of each data bit. stevenbell/csirx hdl/ecc_block.v, hellgate202/csi2_rx src/csi2_hamming_dec.sv.
const COLUMNS: [u8; 26] = [
    0x07, 0x0B, 0x0D, 0x0E, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x23, 0x25, 0x26, 0x29, 0x2A, 0x2C, 0x31, 0x32, 0x34,
    0x38, 0x1F, 0x2F, 0x37, 0x3B, 0x3D, 0x3E,
];

pub(crate) const FS: u8 = 0x00;
pub(crate) const FE: u8 = 0x01;
pub(crate) const LS: u8 = 0x02;
pub(crate) const LE: u8 = 0x03;
pub(crate) const EMBEDDED: u8 = 0x12;
pub(crate) const RAW8: u8 = 0x2A;
pub(crate) const RAW10: u8 = 0x2B;
pub(crate) const USER1: u8 = 0x30;

/// A header, which is all of a short packet.
pub(crate) fn short(channel: u8, data_type: u8, word: u16) -> Vec<u8> {
    let [low, high] = word.to_le_bytes();
    let identifier = (channel & 3) << 6 | data_type;
    let data = u32::from_le_bytes([identifier, low, high, channel >> 2]);
    let check = (0..26)
        .filter(|bit| data >> bit & 1 == 1)
        .fold(0, |sum, bit| sum ^ COLUMNS[bit]);
    vec![identifier, low, high, (channel >> 2) << 6 | check]
}

/// A long packet.
pub(crate) fn long(channel: u8, data_type: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = short(channel, data_type, payload.len().try_into().unwrap());
    packet.extend(payload);
    packet.extend(checksum(payload).to_le_bytes());
    packet
}

fn checksum(payload: &[u8]) -> u16 {
    payload.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 }
        })
    })
}

/// Packets of a link, each in a burst of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    pub(crate) packets: Vec<Vec<u8>>,
    channel: u8,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self::default()
    }
    /// The channel of what follows.
    pub(crate) fn vc(&mut self, channel: u8) -> &mut Self {
        self.channel = channel;
        self
    }
    pub(crate) fn fs(&mut self, number: u16) -> &mut Self {
        self.short(FS, number)
    }
    pub(crate) fn fe(&mut self, number: u16) -> &mut Self {
        self.short(FE, number)
    }
    pub(crate) fn ls(&mut self, number: u16) -> &mut Self {
        self.short(LS, number)
    }
    pub(crate) fn le(&mut self, number: u16) -> &mut Self {
        self.short(LE, number)
    }
    pub(crate) fn short(&mut self, data_type: u8, word: u16) -> &mut Self {
        self.bytes(&short(self.channel, data_type, word))
    }
    /// Lines of so many bytes each.
    pub(crate) fn lines(&mut self, data_type: u8, lengths: &[usize]) -> &mut Self {
        for &length in lengths {
            let line = self.packets.len();
            let payload: Vec<u8> = (0..length).map(|at| (at * 7 + line * 31) as u8 | 0x80).collect();
            self.bytes(&long(self.channel, data_type, &payload));
        }
        self
    }
    /// Lines of so many bytes between LS and LE with these numbers.
    pub(crate) fn numbered(&mut self, data_type: u8, length: usize, numbers: &[u16]) -> &mut Self {
        for &number in numbers {
            self.ls(number).lines(data_type, &[length]).le(number);
        }
        self
    }
    pub(crate) fn bytes(&mut self, packet: &[u8]) -> &mut Self {
        self.packets.push(packet.to_vec());
        self
    }
    /// The last packet with bits of one byte turned over.
    pub(crate) fn hit(&mut self, byte: usize, bits: u8) -> &mut Self {
        self.packets.last_mut().unwrap()[byte] ^= bits;
        self
    }
    /// The last packet without its last bytes.
    pub(crate) fn cut(&mut self, bytes: usize) -> &mut Self {
        let packet = self.packets.last_mut().unwrap();
        packet.truncate(packet.len() - bytes);
        self
    }
}

/// What a link is said to be, as with `--vcx auto`, `on` and `off`.
pub(crate) const AUTO: (VcExtension, Option<VcExtension>) = (VcExtension::Extended, None);
pub(crate) const ON: (VcExtension, Option<VcExtension>) = (VcExtension::Extended, Some(VcExtension::Extended));
pub(crate) const OFF: (VcExtension, Option<VcExtension>) = (VcExtension::ClassicFirst, Some(VcExtension::ClassicFirst));

pub(crate) fn judge_as(
    link: &Link,
    (read, expected): (VcExtension, Option<VcExtension>),
) -> (Statistics, Vec<Finding>) {
    let config = ReceiverConfig {
        vcx: read,
        ..ReceiverConfig::new(Entry::Packets { framed: true })
    };
    let mut receiver = Receiver::new(config);
    let mut analyzer = Analyzer::new(AnalyzerSettings {
        vcx: expected,
        ..AnalyzerSettings::default()
    });
    let mut findings = Vec::new();
    let mut offset = 0;
    for packet in &link.packets {
        let mut input = Input {
            seen: Observation::Merged(packet),
            starts: true,
            ends: true,
            offset,
            at: None,
        };
        offset += packet.len() as u64;
        while let Some(received) = receiver.next(&mut input) {
            analyzer.push(&received);
            findings.extend(std::iter::from_fn(|| analyzer.poll()));
        }
    }
    analyzer.finish();
    findings.extend(std::iter::from_fn(|| analyzer.poll()));
    (analyzer.statistics().clone(), findings)
}

pub(crate) fn judge(link: &Link) -> (Statistics, Vec<Finding>) {
    judge_as(link, AUTO)
}

pub(crate) fn link(write: impl FnOnce(&mut Link)) -> Link {
    let mut link = Link::new();
    write(&mut link);
    link
}

/// How often each (name, severity) occurs, in the order of names.
pub(crate) fn count(findings: &[Finding]) -> Vec<(&'static str, Severity, usize)> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.code.name(), finding.severity)).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .map(|((name, severity), n)| (name, severity, n))
        .collect()
}

/// Name, what happens, exactly what is found.
pub(crate) type Case = (&'static str, fn(&mut Link), &'static [(&'static str, Severity, usize)]);

pub(crate) fn walk(cases: &[Case]) {
    for (name, write, expected) in cases {
        let (_, findings) = judge(&link(write));
        assert_eq!(count(&findings), *expected, "{name}: {findings:#?}");
    }
}

#[test]
fn these_bytes_are_those_of_others() {
    // stevenbell/csirx unit_tests/ecc_block_testvec.txt; jishuzhan.net/article/1932297699885363201.
    assert_eq!(short(0, RAW10, 4), [0x2B, 0x04, 0x00, 0x34]);
    assert_eq!(short(0, 0x37, 0x01F0), [0x37, 0xF0, 0x01, 0x3F]);
    // FS 1 on channels 0, 3 and 4.
    assert_eq!(short(0, FS, 1), [0x00, 0x01, 0x00, 0x1A]);
    assert_eq!(short(3, FS, 1), [0xC0, 0x01, 0x00, 0x15]);
    assert_eq!(short(4, FS, 1), [0x00, 0x01, 0x00, 0x67]);
    // codetd.com/article/17317554: no payload; reveng catalogue: CRC-16/MCRF4XX.
    assert_eq!(checksum(&[]), 0xFFFF);
    assert_eq!(checksum(b"123456789"), 0x6F91);
}
