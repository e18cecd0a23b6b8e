//! Streams of packets, packet by packet: virtual channels, numbers, line packets, lengths.

use super::{Case, case};
use crate::stream::{Made, Packets, Wiring};
use csi2_packet::{DataType, LongPacket, PacketHeader, VirtualChannel};
use std::error::Error;
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    case(
        "channels-16-interleaved",
        "pcapng",
        sixteen_channels,
        "One frame on each of 16 virtual channels, packet by packet in turn, with LS and LE on the odd ones: 16 independent \
         frames of their own number and height.",
    ),
    case(
        "generic-short-packets",
        "pcapng",
        |path| {
            let mut stream = Stream::on(1);
            stream
                .short(0x08, 0x0102)
                .fs(1)
                .short(0x09, 0xBEEF)
                .lines(EMBEDDED, &[32])?
                .ls(1)
                .short(0x0A, 3);
            stream
                .lines(RAW10, &[40])?
                .short(0x0B, 4)
                .le(1)
                .short(0x0C, 5)
                .lines(0x13, &[7])?
                .ls(2);
            stream
                .lines(0x10, &[9])?
                .lines(RAW10, &[40])?
                .lines(0x14, &[0])?
                .le(2)
                .short(0x0D, 6)
                .lines(0x11, &[40])?;
            stream
                .fe(1)
                .short(0x0E, 7)
                .lines(0x15, &[8])?
                .short(0x0F, 0xFFFF)
                .lines(0x16, &[9])?
                .short(0x04, 0);
            stream.write(path, "pcapng")
        },
        "Generic short and long packets, null, blanking and embedded data at all places of a frame with LS and LE: they are \
         counted and disturb neither the frame nor its lines. 0x04, which some later version has, is information.",
    ),
    case(
        "frame-numbers-masked",
        "pcapng",
        |path| {
            let mut stream = Stream::on(0);
            for number in [1, 3, 4, 6, 1] {
                stream.fs(number).lines(RAW8, &[32, 32])?.fe(number);
            }
            stream.write(path, "pcapng")
        },
        "Frame numbers 1, 3, 4, 6, 1: steps of two where the transmitter masked a frame, then the count begins again.",
    ),
    case(
        "line-numbers-interlaced",
        "pcapng",
        |path| {
            let mut stream = Stream::on(2);
            for frame in 1..=4 {
                stream.fs(frame).lines(EMBEDDED, &[32])?;
                let first = if frame % 2 == 1 { 1 } else { 2 };
                for number in (first..=8).step_by(2) {
                    stream.ls(number).lines(0x1E, &[32])?.le(number);
                }
                stream.fe(frame);
            }
            stream.write(path, "pcapng")
        },
        "Fields in turn, with line numbers 1, 3, 5, 7 and 2, 4, 6, 8; the embedded row before them has no LS and no number.",
    ),
    case(
        "yuv420-10-parity",
        "pcapng",
        |path| {
            let mut stream = Stream::on(0);
            for frame in 1..=2 {
                stream.fs(frame).lines(0x19, &[20, 40, 20, 40])?.fe(frame);
            }
            stream.write(path, "pcapng")
        },
        "YUV420 of ten bits, 16 pixels wide: odd lines of 20 bytes, luma only, and even ones of 40.",
    ),
    case(
        "broken-yuv420-parity",
        "pcapng",
        |path| {
            let mut stream = Stream::on(0);
            stream.fs(1).lines(0x18, &[16, 32, 16, 32, 16, 32])?.fe(1);
            stream.fs(2).lines(0x18, &[16, 32, 16, 16, 32])?.fe(2); // line 3 is missing
            stream.fs(3).lines(0x1A, &[24, 24, 24, 24])?.fe(3); // legacy: all lines alike
            stream.fs(4).lines(0x1C, &[32, 32, 32, 32])?.fe(4); // as if it were YUV422
            stream.write(path, "pcapng")
        },
        "YUV420 with one even line missing, and with lines that are all alike, which only the legacy form may have.",
    ),
    case(
        "broken-line-unwrapped",
        "pcapng",
        |path| {
            let mut stream = Stream::on(0);
            stream.fs(1);
            for number in 1..=6 {
                if number != 3 {
                    stream.ls(number);
                }
                stream.lines(RAW10, &[40])?.le(number);
            }
            stream.fe(1).fs(2);
            for number in 1..=6 {
                if number != 5 {
                    stream.ls(number);
                }
                stream.lines(RAW10, &[40])?;
                if number != 4 {
                    stream.le(number);
                }
            }
            stream.fe(2).fs(3);
            for number in 1..=6 {
                stream
                    .ls(number)
                    .lines(RAW10, &[40])?
                    .le(if number == 2 { 7 } else { number });
            }
            stream.fe(3).write(path, "pcapng")
        },
        "LS of line 2 is missing in frame 1, LE of line 3 and LS of line 4 in frame 2, and a LE has another number in frame 3 \
         (lines count from 0).",
    ),
    case(
        "broken-frame-number-zero",
        "pcapng",
        |path| {
            let mut stream = Stream::on(3);
            for number in [1, 2, 3, 0, 1, 2, 3, 0, 1] {
                stream.fs(number).lines(RAW8, &[32])?.fe(number);
            }
            stream.write(path, "pcapng")
        },
        "A transmitter that counts frames 0, 1, 2, 3 and begins again at 0: the count has to begin at 1, 0 is for frames without \
         numbers. Each 0 is told once.",
    ),
    Case {
        name: "broken-vcx-on-v1",
        proves: "A link said to be CSI-2 v1.x: channel 6 in the header extension, which only v2.0 has, and extension bits that the \
                 check bits do not cover. Both are read, and told.",
        extension: "hex",
        options: &["--vcx=off"],
        make: |path| {
            let mut stream = Stream::on(1);
            stream
                .fs(1)
                .lines(RAW8, &[8])?
                .fe(1)
                .vc(6)
                .fs(1)
                .lines(RAW8, &[8])?
                .fe(1);
            // FS and FE of frame 2 on channel 0, of which the two top bits are set.
            stream.bytes(&[0x00, 0x02, 0x00, 0x1C | 0xC0]).vc(0).lines(RAW8, &[8])?;
            stream.bytes(&[0x01, 0x02, 0x00, 0x1B | 0xC0]).write(path, "hex")
        },
    },
    case(
        "broken-word-count-groups",
        "hex",
        |path| {
            let mut stream = Stream::on(0);
            for (frame, (data_type, lengths)) in (1..).zip([
                (0x18, &[15, 30][..]), // YUV420_8: 2 bytes, 4 bytes
                (0x19, &[21, 42]),     // YUV420_10: 5 bytes, 10 bytes
                (0x1A, &[31]),         // legacy YUV420_8: 3 bytes
                (0x1E, &[34]),         // YUV422_8: 4 bytes
                (0x1F, &[33]),         // YUV422_10: 5 bytes
                (0x22, &[33]),         // RGB565: 2 bytes
                (0x23, &[35]),         // RGB666: 9 bytes
                (0x24, &[32]),         // RGB888: 3 bytes
                (0x28, &[31]),         // RAW6: 3 bytes
                (0x29, &[36]),         // RAW7: 7 bytes
                (RAW10, &[79]),        // 5 bytes
                (0x2C, &[2]),          // RAW12: 3 bytes, and not one group is there
                (0x2D, &[34]),         // RAW14: 7 bytes
                (0x2E, &[33]),         // RAW16: 2 bytes
                (0x2F, &[33]),         // RAW20: 5 bytes
                (0x27, &[32]),         // RAW24: 3 bytes
                (0x26, &[34]),         // RAW28: 7 bytes
                (0x30, &[1]),          // user-defined and the like have no groups
                (RAW8, &[0]),          // nothing is a whole number of groups
            ]) {
                stream
                    .vc(frame % 16)
                    .fs(1 + u16::from(frame) / 16)
                    .lines(data_type, lengths)?;
                stream.fe(1 + u16::from(frame) / 16);
            }
            stream.write(path, "hex")
        },
        "A line of each format that is no whole number of pixel groups: the group, the whole groups and the bytes left over are \
         named. An odd line of YUV420 has smaller groups than an even one.",
    ),
];

const EMBEDDED: u8 = 0x12;
const RAW8: u8 = 0x2A;
const RAW10: u8 = 0x2B;

/// Packets one after another, each a burst.
struct Stream {
    channel: u8,
    packets: Packets,
}

impl Stream {
    fn on(channel: u8) -> Self {
        Self {
            channel,
            packets: Packets::new(),
        }
    }
    fn vc(&mut self, channel: u8) -> &mut Self {
        self.channel = channel;
        self
    }
    fn fs(&mut self, number: u16) -> &mut Self {
        self.short(0x00, number)
    }
    fn fe(&mut self, number: u16) -> &mut Self {
        self.short(0x01, number)
    }
    fn ls(&mut self, number: u16) -> &mut Self {
        self.short(0x02, number)
    }
    fn le(&mut self, number: u16) -> &mut Self {
        self.short(0x03, number)
    }
    fn short(&mut self, data_type: u8, word: u16) -> &mut Self {
        let header = self.header(data_type, word);
        self.bytes(&header.encode())
    }
    /// Lines of so many bytes.
    fn lines(&mut self, data_type: u8, lengths: &[usize]) -> Result<&mut Self, Box<dyn Error>> {
        for &length in lengths {
            let row = self.packets.len() + 16 * usize::from(self.channel);
            let payload: Vec<u8> = (0..length).map(|at| ((at * 3 + row * 5) % 251) as u8).collect();
            let mut packet = vec![0; length + 6];
            let header = self.header(data_type, 0);
            LongPacket::emit(header, &payload, &mut packet).map_err(|trouble| format!("{trouble:?}"))?;
            self.packets.push(packet);
        }
        Ok(self)
    }
    fn bytes(&mut self, packet: &[u8]) -> &mut Self {
        self.packets.push(packet.to_vec());
        self
    }

    fn header(&self, data_type: u8, word: u16) -> PacketHeader {
        PacketHeader {
            channel: VirtualChannel::from_wire(self.channel & 3, self.channel >> 2),
            data_type: DataType::from_bits(data_type),
            word,
        }
    }

    fn write(&self, path: &Path, format: &'static str) -> Made {
        Wiring::packets(format).write(path, &self.packets)
    }
}

fn sixteen_channels(path: &Path) -> Made {
    let mut queues = Vec::new();
    for channel in 0..16_u8 {
        let number = 1 + u16::from(channel);
        let mut stream = Stream::on(channel);
        stream.fs(number);
        for line in 1..=2 + u16::from(channel) % 3 {
            if channel % 2 == 0 {
                stream.lines(RAW8, &[16])?;
            } else {
                stream.ls(line).lines(RAW10, &[20])?.le(line);
            }
        }
        stream.fe(number);
        queues.push(stream.packets.into_iter());
    }
    let mut all = Stream::on(0);
    while !queues.is_empty() {
        queues.retain_mut(|queue| queue.next().map(|packet| all.packets.push(packet)).is_some());
    }
    all.write(path, "pcapng")
}
