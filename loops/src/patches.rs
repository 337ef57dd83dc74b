//! Convolution of any kernel, stride and padding: the input values that each output needs are copied side by side, a
//! block at a time, and multiplied with the kernels as a matrix.

use super::convolution::Convolution;
use super::product::{COLUMNS, LANES, ROWS, Row, blocks, load, tile};
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
    let window = size.kernel[0] * size.kernel[1];
    let most_channels = (DEPTH / window).clamp(1, size.channels_in);
    let most_outputs = PATCHES_LEN / (most_channels * window);
    let mut this =
        Patches { size, output, plane: Vec::new(), places: Vec::new(), patches: Vec::new(), kernels: Vec::new() };
    for outputs in blocks(output[0] * output[1], most_outputs, COLUMNS) {
        for channels in blocks(size.channels_in, most_channels, 1) {
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
            let patches = &mut self.patches[i * kernel[0] * kernel[1]..];
            patches_of_channel(plane, plane_width, kernel, &self.places, patches, depth);
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
            let rows = row..(row + ROWS).min(self.size.channels_out);
            let kernels = std::array::from_fn(|r| &weight[(row + r).min(rows.end - 1) * len + start..][..depth]);
            side_by_side(kernels, &mut self.kernels);
            if channels.start == 0 {
                for row in rows.clone() {
                    y[row * area..][outputs.clone()].fill(bias.map_or(0.0, |bias| bias[row]));
                }
            }
            add_products(&self.kernels, &self.patches, outputs, &mut y[row * area..rows.end * area], area);
        }
    }
}

// The loops below are functions of their own for the sake of a browser's first visit: WebAssembly starts in a quick
// and slow translation, and the good one takes its place only between two calls.

/// The values of one channel in all patches; `depth` is the length of eight patches side by side.
#[inline(never)]
fn patches_of_channel(
    plane: &[f32],
    width: usize,
    kernel: [usize; 2],
    places: &[Places],
    patches: &mut [Row],
    depth: usize,
) {
    for (places, patches) in places.iter().zip(patches.chunks_mut(depth)) {
        for (ky, patches) in patches.chunks_exact_mut(kernel[1]).enumerate().take(kernel[0]) {
            let row = &plane[ky * width..];
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

#[inline(never)]
fn side_by_side([a, b, c, d]: [&[f32]; ROWS], to: &mut [[f32; ROWS]]) {
    for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = [*a, *b, *c, *d];
    }
}

/// Adds to these outputs of up to four channels, which are `area` apart in `y`.
#[inline(never)]
fn add_products(kernels: &[[f32; ROWS]], patches: &[Row], outputs: &Range<usize>, y: &mut [f32], area: usize) {
    for (first, patches) in outputs.clone().step_by(COLUMNS).zip(patches.chunks_exact(kernels.len())) {
        let count = COLUMNS.min(outputs.end - first);
        for (map, sums) in y.chunks_exact_mut(area).zip(tile(kernels, patches)) {
            add(&mut map[first..first + count], sums);
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
