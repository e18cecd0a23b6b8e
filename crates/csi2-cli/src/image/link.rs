//! Pictures as lines of a link.

use super::{Cells, Form, Pictures};
use csi2_pixel::{Codec, Layout, PlanesMut, Samples};
use std::ops::Shr;

impl Pictures {
    /// Frame `index` as rows of [`Layout::stride`] samples in the order of the link, in `rows` where they are not so already.
    pub(crate) fn on_link<'a>(&'a self, index: usize, codec: &Codec, rows: &'a mut Cells) -> Samples<'a> {
        let start = index.saturating_mul(self.frame());
        let range = start..start.saturating_add(self.frame());
        *rows = match &self.cells {
            _ if matches!(self.form, Form::Grey | Form::Uyvy) => return self.cells.samples().slice(range),
            Cells::Narrow(samples) => Cells::Narrow(self.arrange(codec, samples.get(range).unwrap_or_default())),
            Cells::Wide(samples) => Cells::Wide(self.arrange(codec, samples.get(range).unwrap_or_default())),
        };
        rows.samples()
    }

    /// Bits that components lose on the way to `codec`: of blue, green, red, as they come.
    pub(crate) fn bits_lost(&self, codec: &Codec) -> [u8; 3] {
        match self.full_scale {
            Some(bits) => codec.depth.map(|depth| bits.saturating_sub(depth)),
            None => [0; 3],
        }
    }

    fn arrange<S: Copy + Default + Shr<u8, Output = S>>(&self, codec: &Codec, samples: &[S]) -> Vec<S> {
        let (layout, width, height) = (codec.layout, self.width, self.height);
        let mut rows = vec![S::default(); layout.stride(width).saturating_mul(height)];
        let mut planes = PlanesMut::new(layout, width, &mut rows);
        if self.form == Form::Rgb {
            let [blue, green, red] = self.bits_lost(codec);
            let mut reduced = Vec::with_capacity(width * 3);
            for (row, pixels) in samples.chunks_exact(width * 3).enumerate() {
                let components = pixels.iter().zip([red, green, blue].into_iter().cycle());
                reduced.clear();
                reduced.extend(components.map(|(component, lost)| *component >> lost));
                planes.set_rgb_row(row, &reduced);
            }
            return rows;
        }
        let mut rest = samples;
        for &plane in layout.planes() {
            let width = layout.plane_width(plane, width);
            let (own, others) = rest.split_at(rest.len().min(width * layout.plane_height(plane, height)));
            for (row, samples) in own.chunks_exact(width).enumerate() {
                planes.set_row(plane, row, samples);
            }
            rest = others;
        }
        rows
    }
}

/// Which sample of which pixel sample `index` of a frame on the link is: name where there is more than one, column, row.
pub(crate) fn place(layout: Layout, width: usize, index: usize) -> (Option<&'static str>, usize, usize) {
    let stride = layout.stride(width).max(1);
    let (row, at) = (index / stride, index % stride);
    let (name, column) = match layout {
        Layout::Single => (None, at),
        Layout::Bgr => (["blue", "green", "red"].get(at % 3).copied(), at / 3),
        Layout::Yuv420 if row.is_multiple_of(2) => (Some("Y"), at),
        Layout::Uyvy | Layout::Yuv420 => (["U", "Y", "V", "Y"].get(at % 4).copied(), at / 2),
        Layout::Yuv420Legacy => {
            let chroma = if row.is_multiple_of(2) { "U" } else { "V" };
            ([chroma, "Y", "Y"].get(at % 3).copied(), at / 3 * 2 + at % 3 / 2)
        }
    };
    (name, column, row)
}
