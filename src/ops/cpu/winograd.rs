//! Convolution with stride 1 by fewer multiplications (S. Winograd): a tile of 6x6 input values gives 4x4 outputs of
//! a 3x3 kernel with 36 products instead of 144, or 2x2 outputs of a 5x5 kernel with 36 instead of 100.
//!
//! Tiles and output channels are taken in blocks: the transformed kernels of a whole layer would take four times the
//! memory of the kernels themselves.

use super::product::{COLUMNS, LANES, ROWS, Row, load, tile};
use super::transforms::{self, POINTS};
use crate::ops::convolution::Convolution;
use std::ops::Range;
use wide::f32x4;

/// Products of a tile.
const PRODUCTS: usize = POINTS * POINTS;
/// At most so many transformed input values are kept, 2.3 MB, and at least a row of registers.
const INPUT_LEN: usize = 600_000;
/// At most so many transformed kernel values, 1.2 MB.
const KERNEL_LEN: usize = 300_000;
/// Parts for different points are this many registers farther apart than they need to be: at a distance of a power of
/// two they would all want the same few lines of the cache.
const GAP: usize = 4;

/// Four neighbouring columns, transformed downwards.
type Strip = [f32x4; POINTS];

struct Winograd<'a, const R: usize> {
    size: &'a Convolution,
    /// Height and width of the output.
    output: [usize; 2],
    /// Tiles in a row of tiles.
    tiles_across: usize,
    /// The rows of one channel that a block of tiles needs, with zeros around them.
    plane: Vec<f32>,
    strips: Vec<Strip>,
    /// `[product, tile / 4, channel in, tile % 4]`
    input: Vec<[f32; ROWS]>,
    /// `[product, channel out / 8, channel in, channel out % 8]`
    kernels: Vec<Row>,
    /// `[channel out / 8, tile, product, channel out % 8]`
    products: Vec<[Row; PRODUCTS]>,
}

/// One picture `x` `[channels_in, height, width]` to `y`, `[channels_out, height, width]` of the output; `R` is the
/// side of the kernels, 3 or 5.
pub fn winograd<const R: usize>(size: &Convolution, x: &[f32], weight: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let output = size.output();
    let [down, across] = output.map(|side| side.div_ceil(outputs(R)));
    let tiles = down * across;
    let most_tiles = (INPUT_LEN / (PRODUCTS * size.channels_in)).next_multiple_of(ROWS).max(16);
    let blocks = tiles.div_ceil(most_tiles);
    let most_channels = (KERNEL_LEN / (PRODUCTS * size.channels_in) / COLUMNS).max(1) * COLUMNS;
    let channel_blocks = size.channels_out.div_ceil(most_channels);
    let mut this = Winograd::<R> {
        size,
        output,
        tiles_across: across,
        plane: Vec::new(),
        strips: Vec::new(),
        input: Vec::new(),
        kernels: Vec::new(),
        products: Vec::new(),
    };
    for block in 0..blocks {
        let tiles = tiles * block / blocks..tiles * (block + 1) / blocks;
        this.transform_input(&tiles, x);
        for channel_block in 0..channel_blocks {
            let first = channel_block * most_channels;
            let channels = first..(first + most_channels).min(size.channels_out);
            if block == 0 || channel_blocks > 1 {
                this.transform_kernels(&channels, weight);
            }
            this.multiply(tiles.len(), channels.len());
            this.transform_output(&tiles, &channels, bias, y);
        }
    }
}

/// Outputs of a row of a tile.
const fn outputs(kernel: usize) -> usize {
    POINTS + 1 - kernel
}

impl<const R: usize> Winograd<'_, R> {
    /// Distance between the values for two points in `input`.
    fn input_step(&self, tiles: usize) -> usize {
        tiles.div_ceil(ROWS) * self.size.channels_in + GAP
    }

    /// Distance between the values for two points in `kernels`.
    fn kernels_step(&self, channels: usize) -> usize {
        channels.div_ceil(COLUMNS) * self.size.channels_in + GAP
    }

    fn transform_input(&mut self, tiles: &Range<usize>, x: &[f32]) {
        let [height, width] = self.size.input;
        let [top, left] = self.size.padding;
        let step = self.input_step(tiles.len());
        self.input.resize(step * PRODUCTS, [0.0; ROWS]);

        let rows_of_tiles = tiles.start / self.tiles_across..(tiles.end - 1) / self.tiles_across + 1;
        // A tile is six columns wide: its own strip of four and half the next one.
        let (next, strips_across) = (LANES / outputs(R), self.tiles_across + LANES / outputs(R));
        let plane_width = strips_across * outputs(R) + LANES;
        let plane_height = rows_of_tiles.len() * outputs(R) + R - 1;
        self.plane.clear();
        self.plane.resize(plane_height * plane_width, 0.0);
        self.strips.resize(rows_of_tiles.len() * strips_across, [f32x4::ZERO; POINTS]);

        // Row `y` of the picture is row `y + top - first_row` of the plane.
        let first_row = rows_of_tiles.start * outputs(R);
        let rows = first_row.saturating_sub(top)..(first_row + plane_height).saturating_sub(top).min(height);
        for (channel, map) in x.chunks_exact(height * width).enumerate() {
            for y in rows.clone() {
                let start = (y + top - first_row) * plane_width + left;
                self.plane[start..start + width].copy_from_slice(&map[y * width..][..width]);
            }
            for (row, strips) in self.strips.chunks_exact_mut(strips_across).enumerate() {
                let plane = &self.plane[row * outputs(R) * plane_width..];
                let rows: [_; POINTS] = std::array::from_fn(|i| &plane[i * plane_width..][..plane_width]);
                for (i, strip) in strips.iter_mut().enumerate() {
                    let columns = rows.map(|row| load(&row[i * outputs(R)..]));
                    *strip = transforms::input(columns);
                }
            }
            for first in (0..tiles.len()).step_by(ROWS) {
                let at = first / ROWS * self.size.channels_in + channel;
                let places: [usize; LANES] = std::array::from_fn(|lane| {
                    let tile = (tiles.start + first + lane).min(tiles.end - 1);
                    (tile / self.tiles_across - rows_of_tiles.start) * strips_across + tile % self.tiles_across
                });
                let (left, right) = (places.map(|p| &self.strips[p]), places.map(|p| &self.strips[p + next]));
                for i in 0..POINTS {
                    let [a, b, c, d] = f32x4::transpose(left.map(|strip| strip[i]));
                    let [e, f, ..] = f32x4::transpose(right.map(|strip| strip[i]));
                    for (j, values) in transforms::input([a, b, c, d, e, f]).into_iter().enumerate() {
                        self.input[(i * POINTS + j) * step + at] = values.to_array();
                    }
                }
            }
        }
    }

    fn transform_kernels(&mut self, channels: &Range<usize>, weight: &[f32]) {
        let step = self.kernels_step(channels.len());
        let len = self.size.kernel_len();
        self.kernels.resize(step * PRODUCTS, [f32x4::ZERO; 2]);
        for first in (0..channels.len()).step_by(LANES) {
            let (panel, half) = (first / COLUMNS * self.size.channels_in, first / LANES % 2);
            // Beyond the last channel the last one once more, whose outputs are not stored.
            let kernels: [_; LANES] = std::array::from_fn(|lane| {
                let channel = (channels.start + first + lane).min(channels.end - 1);
                weight[channel * len..][..len].chunks_exact(R * R)
            });
            let [a, b, c, d] = kernels;
            for (channel_in, (((a, b), c), d)) in a.zip(b).zip(c).zip(d).enumerate() {
                let kernels = [a, b, c, d];
                // Nine or 25 values: four at a time, and the last one.
                let mut taps = [f32x4::ZERO; 25];
                for i in (0..R * R - 1).step_by(LANES) {
                    taps[i..i + LANES].copy_from_slice(&f32x4::transpose(kernels.map(|kernel| load(&kernel[i..]))));
                }
                taps[R * R - 1] = f32x4::new(kernels.map(|kernel| kernel[R * R - 1]));
                let rows: [_; R] = std::array::from_fn(|y| transforms::kernel::<R>(std::array::from_fn(|x| taps[y * R + x])));
                for j in 0..POINTS {
                    let column = transforms::kernel(rows.map(|row| row[j]));
                    for (i, values) in column.into_iter().enumerate() {
                        self.kernels[(i * POINTS + j) * step + panel + channel_in][half] = values;
                    }
                }
            }
        }
    }

    /// Sums over the input channels: one matrix product per point.
    fn multiply(&mut self, tiles: usize, channels: usize) {
        let depth = self.size.channels_in;
        let (input_step, kernels_step) = (self.input_step(tiles), self.kernels_step(channels));
        let (panels, tiles) = (channels.div_ceil(COLUMNS), tiles.next_multiple_of(ROWS));
        self.products.resize(panels * tiles, [[f32x4::ZERO; 2]; PRODUCTS]);
        for product in 0..PRODUCTS {
            let input = &self.input[product * input_step..][..input_step - GAP];
            let kernels = &self.kernels[product * kernels_step..][..kernels_step - GAP];
            for (kernels, products) in kernels.chunks_exact(depth).zip(self.products.chunks_exact_mut(tiles)) {
                let (products, _) = products.as_chunks_mut::<ROWS>();
                for (input, products) in input.chunks_exact(depth).zip(products) {
                    for (to, sums) in products.iter_mut().zip(tile(input, kernels)) {
                        to[product] = sums;
                    }
                }
            }
        }
    }

    fn transform_output(&self, tiles: &Range<usize>, channels: &Range<usize>, bias: Option<&[f32]>, y: &mut [f32]) {
        let [height, width] = self.output;
        let side = outputs(R);
        for first in (0..channels.len()).step_by(LANES) {
            let count = LANES.min(channels.len() - first);
            let (panel, half) = (first / COLUMNS * tiles.len().next_multiple_of(ROWS), first / LANES % 2);
            let products = &self.products[panel..][..tiles.len()];
            let first = channels.start + first;
            let bias: [f32; LANES] =
                std::array::from_fn(|c| bias.map_or(0.0, |b| if c < count { b[first + c] } else { 0.0 }));
            let bias = f32x4::new(bias);
            for (tile, products) in tiles.clone().zip(products) {
                let (top, left) = (tile / self.tiles_across * side, tile % self.tiles_across * side);
                let rows: [_; POINTS] = std::array::from_fn(|i| {
                    transforms::output::<R>(std::array::from_fn(|j| products[i * POINTS + j][half]))
                });
                let mut columns = [[f32x4::ZERO; 4]; 4];
                for x in 0..side {
                    columns[x] = transforms::output::<R>(rows.map(|row| row[x])).map(|value| value + bias);
                }
                let across = side.min(width - left);
                for row in 0..side.min(height - top) {
                    let values = f32x4::transpose(columns.map(|column| column[row]));
                    for (channel, values) in values.iter().enumerate().take(count) {
                        let start = ((first + channel) * height + top + row) * width + left;
                        let to = &mut y[start..start + across];
                        if across == LANES {
                            to.copy_from_slice(values.as_array());
                        } else {
                            to.copy_from_slice(&values.as_array()[..across]);
                        }
                    }
                }
            }
        }
    }
}
