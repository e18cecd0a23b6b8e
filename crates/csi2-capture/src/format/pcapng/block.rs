//! The blocks of a pcapng file, from slices.
//!
//! Ref: IETF draft-ietf-opsawg-pcapng
//!
//! ```text
//!  0        4        8                     len-4    len
//! | type   | length | body, multiple of 4 | length |
//! ```
//!
//! Parsers of bodies answer with the bytes they needed where a body is too short.

use nom::bytes::complete::take;
use nom::number::Endianness;
use nom::number::complete::{u16, u32, u64};
use nom::{IResult, Parser};
use std::ops::Range;

/// Section header: the same in both byte orders.
pub(super) const SECTION: u32 = 0x0A0D_0D0A;
pub(super) const INTERFACE: u32 = 1;
/// The packet block before the enhanced one; obsolete.
pub(super) const OLD_PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
pub(super) const ENHANCED_PACKET: u32 = 6;

/// Bytes before a body.
const HEAD: usize = 8;
/// A file may carry long texts; people read the start.
const MAX_TEXT: usize = 200;

type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// What a section says about itself.
pub(super) struct Section {
    pub(super) major: u16,
    pub(super) notes: Vec<String>,
}

/// One link.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) link_type: u32,
    /// Longest captured packet; 0 is without limit.
    pub(super) snap_length: u32,
    /// `if_tsresol`: a negative power of ten, of two where the top bit is set.
    pub(super) resolution: u8,
    /// `if_tsoffset`: seconds to add.
    pub(super) offset: i64,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
}

/// Where a packet lies, in bytes from the start of its block.
pub(super) struct Packet {
    pub(super) link: u16,
    pub(super) ticks: Option<u64>,
    pub(super) data: Range<usize>,
    /// Packets that were lost before this one, where the block says so.
    pub(super) dropped: u64,
}

pub(super) fn is_known(kind: u32) -> bool {
    matches!(kind, SECTION | INTERFACE) || holds_packet(kind)
}

pub(super) fn holds_packet(kind: u32) -> bool {
    matches!(kind, OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET)
}

pub(super) fn name(kind: u32) -> &'static str {
    match kind {
        SECTION => "pcapng section header",
        INTERFACE => "pcapng interface description",
        _ => "pcapng packet",
    }
}

/// Type of the block at the start of `bytes`; 0 where there are fewer than 4.
pub(super) fn kind(bytes: &[u8], order: Endianness) -> u32 {
    read(u32(order), bytes)
}

/// Type and length of the block at the start of `bytes`; 0 where there are fewer than 8.
pub(super) fn head(bytes: &[u8], order: Endianness) -> (u32, u32) {
    read((u32(order), u32(order)), bytes)
}

/// Length at the end of a block of `len` bytes.
pub(super) fn trailer(bytes: &[u8], len: usize, order: Endianness) -> u32 {
    read(u32(order), bytes.get(len.saturating_sub(4)..len).unwrap_or_default())
}

/// Body of a block of `len` bytes.
pub(super) fn body(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(HEAD..len.saturating_sub(4)).unwrap_or_default()
}

/// Byte order by the magic of a section header.
pub(super) fn section_order(magic: &[u8]) -> Option<Endianness> {
    match magic {
        [0x1A, 0x2B, 0x3C, 0x4D] => Some(Endianness::Big),
        [0x4D, 0x3C, 0x2B, 0x1A] => Some(Endianness::Little),
        _ => None,
    }
}

pub(super) fn section(body: &[u8], order: Endianness) -> Result<Section, u64> {
    let (options, (_magic, major, _minor, _length)) =
        fixed((u32(order), u16(order), u16(order), u64(order)), body, 16)?;
    let notes = each_option(options, order).filter_map(|(code, value)| match code {
        1 => Some(format!("comment: {}", text(value))),
        2 => Some(format!("hardware: {}", text(value))),
        3 => Some(format!("system: {}", text(value))),
        4 => Some(format!("written by {}", text(value))),
        _ => None,
    });
    Ok(Section {
        major,
        notes: notes.collect(),
    })
}

pub(super) fn interface(body: &[u8], order: Endianness) -> Result<Interface, u64> {
    let (options, (link_type, _reserved, snap_length)) = fixed((u16(order), u16(order), u32(order)), body, 8)?;
    let mut interface = Interface {
        link_type: link_type.into(),
        snap_length,
        resolution: 6,
        offset: 0,
        name: None,
        description: None,
    };
    for (code, value) in each_option(options, order) {
        match (code, value) {
            (2, _) => interface.name = Some(text(value)),
            (3, _) => interface.description = Some(text(value)),
            (9, [resolution, ..]) => interface.resolution = *resolution,
            (14, [_, _, _, _, _, _, _, _]) => interface.offset = read(u64(order), value).cast_signed(),
            _ => {}
        }
    }
    Ok(interface)
}

/// Which interface a packet is of. A simple packet does not say: the first.
pub(super) fn packet_interface(kind: u32, body: &[u8], order: Endianness) -> Result<u32, u64> {
    match kind {
        SIMPLE_PACKET => Ok(0),
        OLD_PACKET => fixed(u16(order), body, 20).map(|(_, index)| index.into()),
        _ => fixed(u32(order), body, 20).map(|(_, index)| index),
    }
}

pub(super) fn packet(kind: u32, body: &[u8], order: Endianness, of: &Interface) -> Result<Packet, u64> {
    let index = packet_interface(kind, body, order)?;
    let link = u16::try_from(index).unwrap_or(u16::MAX);
    let (rest, ticks, captured) = match kind {
        SIMPLE_PACKET => {
            let (rest, original) = fixed(u32(order), body, 4)?;
            let limit = match of.snap_length {
                0 => u32::MAX,
                limit => limit,
            };
            (rest, None, original.min(limit))
        }
        _ => {
            let (rest, (_interface, high, low, captured, _original)) =
                fixed((u32(order), u32(order), u32(order), u32(order), u32(order)), body, 20)?;
            (rest, Some(u64::from(high) << 32 | u64::from(low)), captured)
        }
    };
    let fields = body.len() - rest.len();
    let needed = fields as u64 + u64::from(captured);
    match usize::try_from(captured) {
        Ok(captured) if captured <= rest.len() => Ok(Packet {
            link,
            ticks,
            data: HEAD + fields..HEAD + fields + captured,
            dropped: match kind {
                ENHANCED_PACKET => dropped(rest.get(captured.next_multiple_of(4)..).unwrap_or_default(), order),
                _ => 0,
            },
        }),
        _ => Err(needed),
    }
}

/// `epb_dropcount`: packets lost between this one and the one before.
fn dropped(options: &[u8], order: Endianness) -> u64 {
    let count = each_option(options, order).find(|(code, value)| *code == 4 && value.len() == 8);
    count.map_or(0, |(_, value)| read(u64(order), value))
}

impl Interface {
    /// Nanoseconds since 1970 of a time stamp, rounded down; `None` where it is before or too long after.
    pub(super) fn nanoseconds(&self, ticks: u64) -> Option<u64> {
        let ticks = u128::from(ticks);
        let exponent = u32::from(self.resolution & 0x7F);
        let since = match self.resolution & 0x80 {
            // At most 64 + 30 bits before the shift.
            0x80 => (ticks * 1_000_000_000) >> exponent,
            _ => match exponent.checked_sub(9) {
                // At most 64 + 30 bits.
                None => ticks * 10u128.pow(9 - exponent),
                Some(finer) => 10u128.checked_pow(finer).map_or(0, |divisor| ticks / divisor),
            },
        };
        let offset = i128::from(self.offset) * 1_000_000_000;
        u64::try_from(i128::try_from(since).ok()? + offset).ok()
    }
}

/// The options of a list. A list that breaks off ends there: options decorate, and packets are worth more.
fn each_option(mut list: &[u8], order: Endianness) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (rest, (code, value)) = option(list, order).ok()?;
        list = rest;
        (code != 0).then_some((code, value))
    })
}

fn option(list: &[u8], order: Endianness) -> Parsed<'_, (u16, &[u8])> {
    let (rest, (code, length)) = (u16(order), u16(order)).parse(list)?;
    let (rest, value) = take(length)(rest)?;
    let padding = usize::from(length).next_multiple_of(4) - usize::from(length);
    let (rest, _) = take(padding.min(rest.len()))(rest)?;
    Ok((rest, (code, value)))
}

/// The fields at the start of a body, with their length where it is too short for them.
fn fixed<'a, T, P>(mut fields: P, body: &'a [u8], length: u64) -> Result<(&'a [u8], T), u64>
where
    P: Parser<&'a [u8], Output = T, Error = ()>,
{
    fields.parse(body).map_err(|_| length)
}

/// A number of a slice whose length was checked before; 0 where it was not.
fn read<'a, T: Default, P>(mut number: P, bytes: &'a [u8]) -> T
where
    P: Parser<&'a [u8], Output = T, Error = ()>,
{
    number.parse(bytes).map(|(_, value)| value).unwrap_or_default()
}

/// Text for people: no control characters, not too long.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(MAX_TEXT).collect::<String>().trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(resolution: u8, offset: i64) -> Interface {
        Interface {
            link_type: 147,
            snap_length: 0,
            resolution,
            offset,
            name: None,
            description: None,
        }
    }

    #[test]
    fn ticks_of_any_length_become_nanoseconds() {
        let cases = [
            (6, 0, 1_700_000_000_000_000, Some(1_700_000_000_000_000_000)),
            (9, 0, 17, Some(17)),
            (0, 0, 2, Some(2_000_000_000)),
            (12, 0, 5_999, Some(5)),
            (60, 0, u64::MAX, Some(0)),
            (0x80 | 10, 0, 1024, Some(1_000_000_000)),
            (0x80 | 32, 0, 1 << 31, Some(500_000_000)),
            (0xFF, 0, u64::MAX, Some(0)),
            (9, 1, 17, Some(1_000_000_017)),
            (6, -1, 1_000_001, Some(1_000)),
            (6, -2, 1_000_001, None),
            (0, 0, u64::MAX, None),
            (9, i64::MAX, u64::MAX, None),
            (9, i64::MIN, 0, None),
        ];
        for (resolution, offset, ticks, expected) in cases {
            let found = interface(resolution, offset).nanoseconds(ticks);
            assert_eq!(
                found, expected,
                "resolution {resolution:#x}, offset {offset}, ticks {ticks}"
            );
        }
    }

    #[test]
    fn option_lists_may_lack_their_end() {
        let list = [0, 2, 0, 3, b'a', b'b', b'c', 0, 0, 9, 0, 1, 9];
        let options: Vec<_> = each_option(&list, Endianness::Big).collect();
        assert_eq!(options, [(2, &b"abc"[..]), (9, &[9][..])]);
        let list = [0, 2, 0, 200, b'a'];
        assert_eq!(each_option(&list, Endianness::Big).count(), 0);
    }

    #[test]
    fn text_is_fit_for_a_terminal() {
        assert_eq!(text(b"a\x1b[31mb\xff\0"), "a [31mb\u{fffd}");
        assert_eq!(text(&[b'x'; 1000]).len(), MAX_TEXT);
    }
}
