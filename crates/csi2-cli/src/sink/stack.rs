//! Frames of one stream as one npy array (N, ...), written frame by frame.

use super::{Picture, PlaneFile, in_planes, npy, plane_files, samples};
use crate::failure::Failure;
use crate::output::Output;
use csi2_pixel::{Layout, Plane};
use std::path::Path;

/// A stack on its way; its files appear with [`Stack::finish`].
pub(crate) struct Stack {
    shape: Shape,
    arrays: Vec<Array>,
    frames: usize,
    files: Vec<PlaneFile>,
}

/// What frames of a stack have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Shape {
    width: usize,
    height: usize,
    bits: u8,
    layout: Layout,
}

struct Array {
    /// `None`: whole pixels.
    plane: Option<Plane>,
    /// Of one frame.
    shape: Vec<usize>,
    output: Output,
}

/// Numbers of frames that the header has room for.
const MOST: usize = 9_999_999_999;

impl Stack {
    /// An empty stack for frames like this one.
    pub(crate) fn create(picture: &Picture<'_>, path: &Path) -> Result<Self, Failure> {
        let array = |plane, shape: Vec<usize>, path: &Path| {
            let mut output = Output::create(path)?;
            // The number of frames is known at the end.
            output.write(|out| out.write_all(&header(MOST, &shape, picture.bits)))?;
            Ok(Array { plane, shape, output })
        };
        let (arrays, files) = if in_planes(&npy::SINK, picture) {
            let files = plane_files(picture, path);
            let planes = picture.layout.planes().iter().zip(&files);
            let arrays: Result<Vec<Array>, Failure> = planes
                .map(|(plane, file)| array(Some(*plane), vec![file.height, file.width], &file.path))
                .collect();
            (arrays?, files)
        } else {
            (vec![array(None, npy::shape(picture), path)?], Vec::new())
        };
        Ok(Self {
            shape: shape(picture),
            arrays,
            frames: 0,
            files,
        })
    }

    /// Whether a frame is like those before it.
    pub(crate) fn fits(&self, picture: &Picture<'_>) -> bool {
        self.shape == shape(picture)
    }

    /// Appends a frame. Returns its place.
    pub(crate) fn push(&mut self, picture: &Picture<'_>) -> Result<usize, Failure> {
        for array in &mut self.arrays {
            let plane = array.plane;
            array.output.write(|out| match plane {
                Some(plane) => samples::plane(picture, plane, out),
                None => npy::write_data(picture, out),
            })?;
        }
        self.frames += 1;
        Ok(self.frames - 1)
    }

    /// The files of the planes, where each has its own.
    pub(crate) fn planes(&self) -> &[PlaneFile] {
        &self.files
    }

    /// Writes how many frames there are, and gives the files their names.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        for mut array in self.arrays {
            let header = header(self.frames, &array.shape, self.shape.bits);
            array.output.overwrite_start(&header)?;
            array.output.finish()?;
        }
        Ok(())
    }
}

fn shape(picture: &Picture<'_>) -> Shape {
    Shape {
        width: picture.width,
        height: picture.height,
        bits: picture.bits,
        layout: picture.layout,
    }
}

/// As long for any number of frames.
fn header(frames: usize, shape: &[usize], bits: u8) -> Vec<u8> {
    let with = |frames: usize| [&[frames], shape].concat();
    npy::padded_header(&with(frames), bits, npy::header(&with(MOST), bits).len())
}
