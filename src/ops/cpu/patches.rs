//! Convolution of any kernel, stride and padding: the input values that each output needs are copied side by side, a
//! block at a time, and multiplied with the kernels as a matrix.

use super::product::{COLUMNS, LANES, ROWS, Row, load, tile};
use crate::ops::convolution::Convolution;
use std::ops::Range;
use wide::f32x4;

/// Steps of the product at a time: what a tile reads then stays in the first cache.
const DEPTH: usize = 512;
/// Values of patches at a time, 0.5 MB: what all rows of the product read then stays in the second cache.
const PATCHES_LEN: usize = 128 * 1024;

struct Patches<'a> {
    size: &'a Convolution,
    /// Height and width of the output.
    output: [usize; 2],
    /// The rows of one channel that a block needs, with zeros around them.
    plane: Vec<f32>,
    /// Where in the plane the patches of eight outputs begin.
    places: Vec<Places>,
    /// `[output / 8, depth, output % 8]`
    patches: Vec<Row>,
    /// `[depth, channel out % 4]`
    kernels: Vec<[f32; ROWS]>,
}

enum Places {
    /// Side by side.
    Together(usize),
    Apart([usize; COLUMNS]),
}

/// One picture `x` `[channels_in, height, width]` to `y`, `[channels_out, height, width]` of the output.
pub fn by_patches(size: &Convolution, x: &[f32], weight: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let output = size.output();
    let area = output[0] * output[1];
    // Whole channels, as many as the depth allows.
    let window = size.kernel[0] * size.kernel[1];
    let channels = (DEPTH / window).clamp(1, size.channels_in);
    let most = (PATCHES_LEN / (channels * window) / COLUMNS).max(4) * COLUMNS;
    let blocks = area.div_ceil(most);
    let mut this =
        Patches { size, output, plane: Vec::new(), places: Vec::new(), patches: Vec::new(), kernels: Vec::new() };
    let (panels, mut start) = (area.div_ceil(COLUMNS), 0);
    for block in 1..=blocks {
        let outputs = start..(panels * block / blocks * COLUMNS).min(area);
        start = outputs.end;
        for first in (0..size.channels_in).step_by(channels) {
            let channels = first..(first + channels).min(size.channels_in);
            this.fill(&outputs, &channels, x);
            this.multiply(&outputs, &channels, weight, bias, y);
        }
    }
}

impl Patches<'_> {
    fn depth(&self, channels: &Range<usize>) -> usize {
        channels.len() * self.size.kernel[0] * self.size.kernel[1]
    }

    /// Copies the patches of these outputs.
    fn fill(&mut self, outputs: &Range<usize>, channels: &Range<usize>, x: &[f32]) {
        let Convolution { input: [height, width], kernel, stride, padding, .. } = *self.size;
        let [_, across] = self.output;
        let depth = self.depth(channels);
        self.patches.resize(outputs.len().div_ceil(COLUMNS) * depth, [f32x4::ZERO; 2]);

        // Rows of the input with its padding.
        let first_row = outputs.start / across * stride[0];
        let end_row = (outputs.end - 1) / across * stride[0] + kernel[0];
        let plane_width = width + 2 * padding[1];
        self.plane.clear();
        self.plane.resize((end_row - first_row) * plane_width, 0.0);
        let rows = first_row.saturating_sub(padding[0])..end_row.saturating_sub(padding[0]).min(height);

        self.places.clear();
        self.places.extend(outputs.clone().step_by(COLUMNS).map(|first| {
            // Beyond the last output the last one once more, which is not stored.
            let places = std::array::from_fn(|i| {
                let output = (first + i).min(outputs.end - 1);
                (output / across * stride[0] - first_row) * plane_width + output % across * stride[1]
            });
            let together = places.iter().enumerate().all(|(i, place)| *place == places[0] + i);
            if together { Places::Together(places[0]) } else { Places::Apart(places) }
        }));

        for (i, channel) in channels.clone().enumerate() {
            let map = &x[channel * height * width..][..height * width];
            let plane = if padding == [0, 0] {
                &map[first_row * width..end_row * width]
            } else {
                for y in rows.clone() {
                    let start = (y + padding[0] - first_row) * plane_width + padding[1];
                    self.plane[start..start + width].copy_from_slice(&map[y * width..][..width]);
                }
                &self.plane
            };
            let at = i * kernel[0] * kernel[1];
            for (places, patches) in self.places.iter().zip(self.patches.chunks_exact_mut(depth)) {
                for (ky, patches) in patches[at..].chunks_exact_mut(kernel[1]).enumerate().take(kernel[0]) {
                    let row = &plane[ky * plane_width..];
                    match places {
                        Places::Together(place) => {
                            let row = &row[*place..][..COLUMNS + kernel[1] - 1];
                            for (patch, values) in patches.iter_mut().zip(row.windows(COLUMNS)) {
                                *patch = [load(values), load(&values[LANES..])];
                            }
                        }
                        Places::Apart(places) => {
                            for (kx, patch) in patches.iter_mut().enumerate() {
                                let [a, b, c, d, e, f, g, h] = places.map(|place| row[place + kx]);
                                *patch = [f32x4::new([a, b, c, d]), f32x4::new([e, f, g, h])];
                            }
                        }
                    }
                }
            }
        }
    }

    /// Multiplies the patches with the kernels; the first channels begin the sums in `y`, later ones add to them.
    fn multiply(
        &mut self,
        outputs: &Range<usize>,
        channels: &Range<usize>,
        weight: &[f32],
        bias: Option<&[f32]>,
        y: &mut [f32],
    ) {
        let area = self.output[0] * self.output[1];
        let (depth, len) = (self.depth(channels), self.size.kernel_len());
        let start = channels.start * self.size.kernel[0] * self.size.kernel[1];
        self.kernels.resize(depth, [0.0; ROWS]);
        for row in (0..self.size.channels_out).step_by(ROWS) {
            // Beyond the last channel the last one once more, which is not stored.
            let rows = ROWS.min(self.size.channels_out - row);
            let kernels = std::array::from_fn(|r| &weight[(row + r.min(rows - 1)) * len + start..][..depth]);
            let [a, b, c, d]: [_; ROWS] = kernels;
            for ((((to, a), b), c), d) in self.kernels.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *to = [*a, *b, *c, *d];
            }
            for (first, patches) in outputs.clone().step_by(COLUMNS).zip(self.patches.chunks_exact(depth)) {
                let count = COLUMNS.min(outputs.end - first);
                let sums = tile(&self.kernels, patches);
                for (channel, sums) in (row..row + rows).zip(sums) {
                    let to = &mut y[channel * area + first..][..count];
                    if channels.start == 0 {
                        to.fill(bias.map_or(0.0, |bias| bias[channel]));
                    }
                    add(to, sums);
                }
            }
        }
    }
}

/// Adds the first sums of a row of a tile to the values of the output, of which there may be fewer at its end.
#[inline(always)]
fn add(to: &mut [f32], [low, high]: Row) {
    if to.len() == COLUMNS {
        let sums = [load(to) + low, load(&to[LANES..]) + high];
        to[..LANES].copy_from_slice(sums[0].as_array());
        to[LANES..].copy_from_slice(sums[1].as_array());
    } else {
        to.iter_mut().zip(low.as_array().iter().chain(high.as_array())).for_each(|(to, sum)| *to += sum);
    }
}
