//! Every family of data types, whole and broken.

use super::broken::{flip_sync, long};
use super::{Case, case};
use crate::colour::Video;
use crate::stream::{Made, Packets, Wiring};
use csi2_packet::{DataType, LineNumbering};
use std::ops::Range;
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    case(
        "yuv420-8",
        "pcapng",
        |path| packets(path, Video::of("YUV420_8")),
        "YUV420 of 8 bits: lines of 32 bytes, luma alone, and of 64 in turn.",
    ),
    case(
        "yuv420-8-legacy",
        "pcapng",
        |path| packets(path, Video::of("YUV420_8_LEGACY")),
        "Legacy YUV420: all lines of 48 bytes, with U in one and V in the next.",
    ),
    case(
        "yuv420-csps",
        "pcapng",
        |path| {
            let eight = Video::of("YUV420_8_CSPS").packets()?;
            let ten = Video {
                channel: 1,
                ..Video::of("YUV420_10_CSPS")
            };
            write(path, &alternate(eight, ten.packets()?))
        },
        "YUV420 with chroma at other places, of 8 bits and of 10, on two channels.",
    ),
    case(
        "yuv422-8",
        "hex",
        |path| {
            Wiring::packets("hex").write(
                path,
                &Video {
                    frames: 1,
                    ..Video::of("YUV422_8")
                }
                .packets()?,
            )
        },
        "YUV422 of 8 bits: U, Y, V, Y.",
    ),
    case(
        "yuv422-10",
        "sr",
        |path| Wiring::pins("sigrok", 2, 4).write(path, &Video::of("YUV422_10").packets()?),
        "YUV422 of 10 bits on two lanes.",
    ),
    case(
        "rgb-words",
        "pcapng",
        |path| {
            let words = |channel, layout| {
                Video {
                    channel,
                    ..Video::of(layout)
                }
                .packets()
            };
            let two = alternate(words(0, "RGB444")?, words(1, "RGB555")?);
            write(path, &alternate(two, words(2, "RGB565")?))
        },
        "RGB in words of 16 bits: RGB444, RGB555 and RGB565 on three channels. Bits of no component are 0.",
    ),
    case(
        "rgb666",
        "sr",
        |path| {
            let small = Video {
                width: 20,
                frames: 1,
                ..Video::of("RGB666")
            };
            Wiring::pins("sigrok", 2, 4).write(path, &small.packets()?)
        },
        "RGB666, four pixels in nine bytes: lines of 45 bytes, so that two lanes end unevenly.",
    ),
    case(
        "rgb888",
        "pcapng",
        |path| packets(path, Video::of("RGB888")),
        "RGB888: blue, green, red.",
    ),
    case(
        "raw7",
        "pcapng",
        |path| packets(path, Video::of("RAW7")),
        "RAW7: a stream of bits, the lowest first.",
    ),
    case(
        "raw20",
        "pcapng",
        |path| packets(path, Video::of("RAW20")),
        "RAW20: each sample in two halves, packed as RAW10.",
    ),
    case(
        "raw24-raw28",
        "pcapng",
        |path| {
            let other = Video {
                channel: 1,
                ..Video::of("RAW28")
            };
            write(path, &alternate(Video::of("RAW24").packets()?, other.packets()?))
        },
        "RAW24 and RAW28 on two channels, in halves like RAW20. No public text has their layouts.",
    ),
    Case {
        name: "user-raw8",
        proves: "A user-defined data type whose layout the command line declares.",
        extension: "pcapng",
        options: &["--user=USER1=RAW8"],
        make: |path| {
            packets(
                path,
                Video {
                    data_type: Some(USER1),
                    ..Video::of("RAW8")
                },
            )
        },
    },
    Case {
        name: "user-compressed",
        proves: "Samples of 10 bits in codes of 8, which the command line declares. Experimental: no public stream was found to \
                 compare with.",
        extension: "pcapng",
        options: &["--user=0x37=10-8-10"],
        make: |path| packets(path, COMPRESSED),
    },
    case(
        "broken-word-count-raw12",
        "pcapng",
        |path| {
            spoiled(path, Video::of("RAW12"), |packets| {
                packets[3] = lengthen(&packets[3], 2)?; // line 2
                packets[4] = lengthen(&packets[4], -1)?; // line 3
                Ok(())
            })
        },
        "RAW12 lines that are 2 bytes too long and 1 too short, which is no whole number of groups: whole groups are decoded, \
         the rows are named.",
    ),
    case(
        "broken-yuv420-line-lost",
        "pcapng",
        |path| lossy(path, Video::of("YUV420_8"), 13..14),
        "Line 3 of frame 2 is missing without a trace: two longer lines follow each other, so its row is known and chroma stays \
         with its luma.",
    ),
    case(
        "broken-yuv420-first-line-lost",
        "pcapng",
        |path| lossy(path, Video::of("YUV420_10"), 1..2),
        "The capture lacks the very first line: the second line of the next pair tells which of a pair the first one was.",
    ),
    case(
        "broken-legacy-yuv420-line-lost",
        "pcapng",
        |path| lossy(path, Video::of("YUV420_8_LEGACY"), 14..15),
        "Line 4 of frame 2 is missing, and lines are alike: only the height tells, the last row is named, and U and V have \
         changed places below the gap.",
    ),
    case(
        "broken-yuv420-burst-lost",
        "sr",
        |path| {
            let video = Video::of("YUV420_8").packets()?;
            Wiring::pins("sigrok", 2, 4).write_spoiled(path, &video, &|starts, unit, samples| {
                flip_sync(starts[4], unit, samples, 1, &[4, 6]); // line 4: 64 bytes
            })
        },
        "A longer YUV420 line is lost with its burst; the lengths of those around it agree.",
    ),
    case(
        "broken-yuv422-10-word-count",
        "pcapng",
        |path| {
            spoiled(path, Video::of("YUV422_10"), |packets| {
                for at in (1..9).chain(11..19) {
                    packets[at] = lengthen(&packets[at], 3)?;
                }
                Ok(())
            })
        },
        "Three bytes too many on every YUV422 line: whole groups make the picture, what is left over is counted.",
    ),
    case(
        "broken-rgb888-checksum",
        "pcapng",
        |path| {
            spoiled(path, Video::of("RGB888"), |packets| {
                packets[2][4 + 3 * 10] ^= 0x10; // blue of pixel 10, line 2
                let last = packets[15].len() - 1;
                packets[15][last] ^= 0x80; // footer, line 5 of frame 2
                Ok(())
            })
        },
        "A wrong bit in the blue of a pixel and one in a checksum: both rows are kept and named.",
    ),
    case(
        "broken-rgb666-burst-cut",
        "sr",
        |path| {
            let mut packets = Video {
                width: 20,
                frames: 1,
                ..Video::of("RGB666")
            }
            .packets()?;
            packets[3].truncate(4 + 22);
            Wiring::pins("sigrok", 2, 4).write(path, &packets)
        },
        "The burst of line 3 ends within a group of RGB666: the whole groups before are decoded, the rest of the row is 0.",
    ),
    case(
        "broken-rgb565-width",
        "pcapng",
        |path| {
            let mut all = Video {
                frames: 1,
                ..Video::of("RGB565")
            }
            .packets()?;
            let wider = Video {
                width: 40,
                frames: 1,
                ..Video::of("RGB565")
            }
            .packets()?;
            all.extend(wider);
            all[14] = lengthen(&all[14], -16)?;
            write(path, &all)
        },
        "Lines of 40 pixels after a frame of 32, and one of the new ones as long as the old.",
    ),
    case(
        "broken-raw20-header",
        "pcapng",
        |path| {
            spoiled(path, Video::of("RAW20"), |packets| {
                packets[4][2] ^= 0x05; // two bits of the word count of line 4
                Ok(())
            })
        },
        "Two header bits wrong in a RAW20 line: as many bytes as a line follow, so a row is left out there.",
    ),
    case(
        "broken-raw28-lines-lost",
        "pcapng",
        |path| {
            let video = Video {
                numbering: LineNumbering::Counted,
                ..Video::of("RAW28")
            };
            lossy(path, video, 4..10) // lines 2 and 3, with LS and LE
        },
        "Two numbered RAW28 lines are missing: the numbers say which.",
    ),
    Case {
        name: "broken-compressed-bit",
        proves: "A wrong bit in a compressed line: all samples behind it are off, and the row is named.",
        extension: "pcapng",
        options: &["--user=0x37=10-8-10"],
        make: |path| {
            spoiled(path, COMPRESSED, |packets| {
                packets[3][4 + 6] ^= 0x20;
                Ok(())
            })
        },
    },
];

const USER1: DataType = DataType::from_bits(0x30);

const COMPRESSED: Video = Video {
    data_type: Some(DataType::from_bits(0x37)),
    ..Video::of("10-8-10")
};

fn write(path: &Path, packets: &[Vec<u8>]) -> Made {
    Wiring::packets("pcapng").write(path, packets)
}

fn packets(path: &Path, video: Video) -> Made {
    write(path, &video.packets()?)
}

/// A stream with something done to its packets, as pcapng. FS is packet 0, line `n` packet `n`, FE packet 9.
fn spoiled(path: &Path, video: Video, spoil: impl FnOnce(&mut Packets) -> Made) -> Made {
    let mut packets = video.packets()?;
    spoil(&mut packets)?;
    write(path, &packets)
}

/// A stream without these packets.
fn lossy(path: &Path, video: Video, lost: Range<usize>) -> Made {
    let mut packets = video.packets()?;
    packets.drain(lost);
    write(path, &packets)
}

/// Packets of two streams in turn.
fn alternate(first: Packets, second: Packets) -> Packets {
    let more = first.len() / second.len();
    let mut second = second.into_iter();
    let both = first
        .chunks(more)
        .flat_map(|some| some.iter().cloned().chain(second.next()));
    both.collect()
}

/// A long packet on channel 0 with so many bytes more or fewer at the end of its payload.
fn lengthen(packet: &[u8], by: isize) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let payload = packet.get(4..packet.len() - 2).ok_or("a short packet")?;
    let length = payload
        .len()
        .checked_add_signed(by)
        .ok_or("a payload that is too short")?;
    let mut payload = payload.to_vec();
    payload.resize(length, 0xEE);
    long(packet[0], &payload)
}
