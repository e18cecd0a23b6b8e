//! A picture as one strip of a TIFF file.
//!
//! Made in memory, since the directory behind the strip is found by an offset in front of it, and sinks are written from front
//! to back.

use std::io::{self, Cursor, Write};
use tiff::encoder::colortype::ColorType;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard, TiffValue};
use tiff::tags::Tag;
use tiff::{TiffError, TiffResult};

/// Where tags are set.
pub(super) struct Tags<'a, 'f, 'c>(&'a mut DirectoryEncoder<'f, &'c mut Cursor<Vec<u8>>, TiffKindStandard>);

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
    let file = encode::<C>((width, height), data, tags).map_err(|error| match error {
        TiffError::IoError(error) => error,
        other => refused(&other.to_string()),
    })?;
    out.write_all(&file)
}

fn encode<C: ColorType>(
    (width, height): (usize, usize),
    data: &[C::Inner],
    tags: impl FnOnce(&mut Tags<'_, '_, '_>) -> TiffResult<()>,
) -> TiffResult<Vec<u8>>
where
    [C::Inner]: TiffValue,
{
    let (width, height) = (u32::try_from(width)?, u32::try_from(height)?);
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file)?;
    let mut image = encoder.new_image::<C>(width, height)?;
    image.rows_per_strip(height)?;
    let mut set = Tags(image.encoder());
    set.set(305, concat!("csi2 ", env!("CARGO_PKG_VERSION")))?; // Software
    tags(&mut set)?;
    image.write_strip(data)?;
    Tags(image.encoder()).align()?;
    image.finish()?;
    Ok(file.into_inner())
}

fn refused(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
