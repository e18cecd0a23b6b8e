//! A picture as one strip of a TIFF file.
//!
//! The directory behind the strip is found by an offset in front of it, and sinks are written from front to back: what is
//! around the strip is made in memory first.

use std::cell::Cell;
use std::io::{self, Seek, SeekFrom, Write};
use std::rc::Rc;
use tiff::encoder::colortype::ColorType;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard, TiffValue};
use tiff::tags::Tag;
use tiff::{TiffError, TiffResult};

/// Where tags are set.
pub(super) struct Tags<'a, 'f, 'c>(&'a mut DirectoryEncoder<'f, &'c mut Frame, TiffKindStandard>);

impl Tags<'_, '_, '_> {
    /// By number: the library has no names for those of DNG.
    pub(super) fn set(&mut self, tag: u16, value: impl TiffValue) -> TiffResult<()> {
        self.align()?;
        self.0.write_tag(Tag::from_u16_exhaustive(tag), value)
    }

    /// What comes next is at an even offset, as TIFF 6.0 (section 2) has it.
    fn align(&mut self) -> TiffResult<()> {
        const NOTHING: &[u8] = &[];
        if !self.0.write_data(NOTHING)?.is_multiple_of(2) {
            self.0.write_data(0_u8)?;
        }
        Ok(())
    }
}

/// Writes `data`, rows of `width` pixels of colour type `C`, with the tags that every picture has and those of `tags`.
pub(super) fn write<C: ColorType>(
    (width, height): (usize, usize),
    data: &[C::Inner],
    tags: impl FnOnce(&mut Tags<'_, '_, '_>) -> TiffResult<()>,
    out: &mut dyn Write,
) -> io::Result<()>
where
    [C::Inner]: TiffValue,
{
    // Before room is made for it.
    if u32::try_from(size_of_val(data)).is_err() {
        return Err(refused("a TIFF file holds 4 GiB; npy files hold more"));
    }
    let mut frame = Frame::default();
    encode::<C>((width, height), data, tags, &mut frame).map_err(|error| match error {
        TiffError::IoError(error) => error,
        other => refused(&other.to_string()),
    })?;
    out.write_all(&frame.before)?;
    out.write_all(&data.data())?;
    out.write_all(&frame.behind)
}

fn encode<C: ColorType>(
    (width, height): (usize, usize),
    data: &[C::Inner],
    tags: impl FnOnce(&mut Tags<'_, '_, '_>) -> TiffResult<()>,
    frame: &mut Frame,
) -> TiffResult<()>
where
    [C::Inner]: TiffValue,
{
    let (width, height) = (u32::try_from(width)?, u32::try_from(height)?);
    let in_strip = Rc::clone(&frame.in_strip);
    let mut encoder = TiffEncoder::new(frame)?;
    let mut image = encoder.new_image::<C>(width, height)?;
    image.rows_per_strip(height)?;
    let mut set = Tags(image.encoder());
    set.set(305, concat!("csi2 ", env!("CARGO_PKG_VERSION")))?; // Software
    tags(&mut set)?;
    in_strip.set(true);
    image.write_strip(data)?;
    in_strip.set(false);
    Tags(image.encoder()).align()?;
    image.finish()
}

/// A file without its strip, which is only counted: a second copy of the picture would cost more than all the rest.
#[derive(Default)]
struct Frame {
    /// What is written is the strip.
    in_strip: Rc<Cell<bool>>,
    before: Vec<u8>,
    strip: u64,
    behind: Vec<u8>,
    at: u64,
}

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let start = self.before.len() as u64;
        let beyond = || io::Error::from(io::ErrorKind::InvalidInput);
        if self.in_strip.get() {
            self.strip += bytes.len() as u64;
        } else {
            let (part, at) = match self.at.checked_sub(start + self.strip) {
                Some(at) if self.strip > 0 => (&mut self.behind, at),
                _ => (&mut self.before, self.at),
            };
            let at = usize::try_from(at).map_err(|_| beyond())?;
            let end = at.checked_add(bytes.len()).ok_or_else(beyond)?;
            part.resize(part.len().max(end), 0);
            part.get_mut(at..end).ok_or_else(beyond)?.copy_from_slice(bytes);
        }
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Frame {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let len = self.before.len() as u64 + self.strip + self.behind.len() as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => len.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn refused(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
