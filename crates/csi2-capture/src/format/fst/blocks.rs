//! The blocks of an FST file, looked at before the library reads them: it reserves memory for whatever lengths a file
//! claims, and a failed reservation ends the program.
//!
//! Ref: gtkwave/gtkwave `fstapi.c`; ekiwi/fst-reader `io.rs`
//!
//! ```text
//! block              | type 8 | length 64, from here to the end | ... |
//! geometry, 3        | length 64 | unpacked 64 | signals 64 | packed |
//! hierarchy, 4 6 7   | length 64 | unpacked 64 | packed |
//! changes, 1 5 8     | length 64 | begin 64 | end 64 | memory 64 | unpacked v | packed v | signals v | frame | signals v | kind 8
//!                    | ... | time table | unpacked 64 | packed 64 | times 64 |
//! ```
//!
//! Numbers are big-endian; `v` is of seven bits a byte, the lowest first.

use std::io::{self, Read, Seek, SeekFrom};

/// The best any packer of the format does, and what is not held against a file.
const BEST_RATIO: u64 = 1032;
const SLACK: u64 = 4096;
/// Unpacked length of a part that is believed at most.
const MOST: u64 = 1 << 31;

/// Checks the lengths of all blocks, and puts the file back to its start.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] with the offset of the block that cannot be.
pub(super) fn check(file: &mut (impl Read + Seek)) -> io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    let mut signals = None;
    while at < end {
        file.seek(SeekFrom::Start(at))?;
        let kind = byte(file)?;
        let start = at + 1;
        let length = number(file)?;
        let next = start.checked_add(length).filter(|next| *next <= end && length >= 8);
        let Some(next) = next else {
            return Err(wrong(at, format_args!("{length} bytes long, {} are left", end - start)));
        };
        let block = Block { at, start, length };
        match kind {
            3 => signals = Some(block.geometry(file)?),
            4 | 6 | 7 => block.hierarchy(file)?,
            2 => block.count(file)?,
            254 => {
                return Err(wrong(
                    at,
                    "the whole file is packed once more: make it again without (vcd2fst without -c)",
                ));
            }
            _ => {}
        }
        at = next;
    }
    // The number of signals may come after the changes.
    let signals = signals.ok_or_else(|| wrong(end, "the description of the signals is missing"))?;
    at = 0;
    while at < end {
        file.seek(SeekFrom::Start(at))?;
        let kind = byte(file)?;
        let length = number(file)?;
        if matches!(kind, 1 | 5 | 8) {
            let block = Block {
                at,
                start: at + 1,
                length,
            };
            block.changes(file, signals)?;
        }
        at += 1 + length;
    }
    file.seek(SeekFrom::Start(0)).map(drop)
}

/// A block whose length is within the file.
struct Block {
    at: u64,
    /// Where its length is, from which that counts.
    start: u64,
    length: u64,
}

impl Block {
    fn geometry(&self, file: &mut impl Read) -> io::Result<u64> {
        let (unpacked, signals) = (number(file)?, number(file)?);
        self.unpacks("description of the signals", unpacked, self.length.saturating_sub(24))?;
        self.holds("signals", signals, unpacked)?;
        Ok(signals)
    }

    fn hierarchy(&self, file: &mut impl Read) -> io::Result<()> {
        let unpacked = number(file)?;
        let packed = self.length.saturating_sub(16);
        // Names pack well, and may be packed twice.
        self.unpacks("hierarchy", unpacked, packed.saturating_mul(BEST_RATIO))
    }

    /// Times at which the dump was off.
    fn count(&self, file: &mut impl Read) -> io::Result<()> {
        let count = variable(file)?;
        self.holds("pauses", count, self.length)
    }

    fn changes(&self, file: &mut (impl Read + Seek), signals: u64) -> io::Result<()> {
        file.seek(SeekFrom::Start(self.start + 32))?;
        let (unpacked, packed, of_frame) = (variable(file)?, variable(file)?, variable(file)?);
        self.holds("packed bytes", packed, self.length)?;
        self.unpacks("first values", unpacked, packed)?;
        let frame = file.stream_position()?;
        file.seek(SeekFrom::Start(frame.saturating_add(packed)))?;
        let of_changes = variable(file)?;
        if of_frame != signals || of_changes != signals {
            let detail = format!("it has {of_frame} and {of_changes} signals, the file {signals}");
            return Err(wrong(self.at, detail));
        }
        let end = self.start + self.length;
        file.seek(SeekFrom::Start(end.saturating_sub(24)))?;
        let (unpacked, packed, times) = (number(file)?, number(file)?, number(file)?);
        self.holds("packed bytes", packed, self.length)?;
        self.unpacks("time table", unpacked, packed)?;
        self.holds("times", times, unpacked)?;
        // In front of the time table is the length of the table of signals.
        let table = end.saturating_sub(24 + 8).saturating_sub(packed);
        file.seek(SeekFrom::Start(table.max(self.start)))?;
        let chain = number(file)?;
        self.holds("bytes of its table", chain, self.length)
    }

    /// `unpacked` bytes can come of `packed`.
    fn unpacks(&self, what: &str, unpacked: u64, packed: u64) -> io::Result<()> {
        if unpacked <= packed.saturating_mul(BEST_RATIO).saturating_add(SLACK).min(MOST) {
            return Ok(());
        }
        Err(wrong(self.at, format_args!("{what} of {unpacked} bytes in {packed}")))
    }

    /// `count` things fit `room` bytes.
    fn holds(&self, what: &str, count: u64, room: u64) -> io::Result<()> {
        if count <= room {
            return Ok(());
        }
        Err(wrong(self.at, format_args!("{count} {what} in {room} bytes")))
    }
}

fn wrong(at: u64, detail: impl std::fmt::Display) -> io::Error {
    super::damaged(format_args!("block at byte {at}: {detail}"))
}

fn byte(file: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn number(file: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}

fn variable(file: &mut impl Read) -> io::Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(file)?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(value)
}
