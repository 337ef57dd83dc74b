//! Convolution with stride 1 by fewer multiplications (S. Winograd): a tile of 6x6 input values gives 4x4 outputs of
//! a 3x3 kernel with 36 products instead of 144, or 2x2 outputs of a 5x5 kernel with 36 instead of 100.
//!
//! Tiles and output channels are taken in blocks: the transformed kernels of a whole layer would take four times the
//! memory of the kernels themselves.

use super::convolution::Convolution;
use super::product::{COLUMNS, LANES, ROWS, Row, blocks, load, tile};
use super::transforms::{self, POINTS};
use std::ops::Range;
use wide::f32x4;

/// Products of a tile.
const PRODUCTS: usize = POINTS * POINTS;
/// Tiles in a block: at most so many, with at most so many values of transformed input (4 MB).
const TILES: usize = 128;
const INPUT_LEN: usize = 1_000_000;
/// Output channels in a block: at most so many, with at most so many values of transformed kernels (1.8 MB).
const CHANNELS: usize = 256;
const KERNELS_LEN: usize = 450_000;
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
    /// The strips with which four tiles begin.
    places: Vec<[usize; LANES]>,
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
    let most_tiles = TILES.min(INPUT_LEN / (PRODUCTS * size.channels_in));
    let most_channels = CHANNELS.min(KERNELS_LEN / (PRODUCTS * size.channels_in));
    let mut this = Winograd::<R> {
        size,
        output,
        tiles_across: across,
        plane: Vec::new(),
        strips: Vec::new(),
        places: Vec::new(),
        input: Vec::new(),
        kernels: Vec::new(),
        products: Vec::new(),
    };
    for tiles in blocks(down * across, most_tiles, ROWS) {
        this.transform_input(&tiles, x);
        for channels in blocks(size.channels_out, most_channels, COLUMNS) {
            // Where there is one block of kernels, it stays.
            if tiles.start == 0 || channels.len() < size.channels_out {
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
        let (step, depth) = (self.input_step(tiles.len()), self.size.channels_in);
        self.input.resize(step * PRODUCTS, [0.0; ROWS]);

        let rows_of_tiles = tiles.start / self.tiles_across..(tiles.end - 1) / self.tiles_across + 1;
        // A tile is six columns wide: its own strip of four and half of a later one.
        let later = LANES / outputs(R);
        let strips_across = self.tiles_across + later;
        self.strips.resize(rows_of_tiles.len() * strips_across, [f32x4::ZERO; POINTS]);
        self.places.clear();
        self.places.extend(tiles.clone().step_by(ROWS).map(|first| {
            // Beyond the last tile the last one once more, which is not used.
            let tiles: [usize; LANES] = std::array::from_fn(|lane| (first + lane).min(tiles.end - 1));
            tiles.map(|t| (t / self.tiles_across - rows_of_tiles.start) * strips_across + t % self.tiles_across)
        }));

        let plane_width = strips_across * outputs(R) + LANES;
        let plane_height = rows_of_tiles.len() * outputs(R) + R - 1;
        self.plane.clear();
        self.plane.resize(plane_height * plane_width, 0.0);
        // Row `y` of the picture is row `y + top - first_row` of the plane.
        let first_row = rows_of_tiles.start * outputs(R);
        let rows = first_row.saturating_sub(top)..(first_row + plane_height).saturating_sub(top).min(height);
        for (channel, map) in x.chunks_exact(height * width).enumerate() {
            for y in rows.clone() {
                let start = (y + top - first_row) * plane_width + left;
                self.plane[start..start + width].copy_from_slice(&map[y * width..][..width]);
            }
            for (row, strips) in self.strips.chunks_exact_mut(strips_across).enumerate() {
                input_downwards::<R>(&self.plane[row * outputs(R) * plane_width..], plane_width, strips);
            }
            input_across(&self.strips, &self.places, later, &mut self.input[channel..], [step, depth]);
        }
    }

    fn transform_kernels(&mut self, channels: &Range<usize>, weight: &[f32]) {
        let (step, len) = (self.kernels_step(channels.len()), self.size.kernel_len());
        self.kernels.resize(step * PRODUCTS, [f32x4::ZERO; 2]);
        for first in (0..channels.len()).step_by(LANES) {
            // Beyond the last channel the last one once more, whose outputs are not stored.
            let kernels = std::array::from_fn(|lane| {
                let channel = (channels.start + first + lane).min(channels.end - 1);
                &weight[channel * len..][..len]
            });
            let to = &mut self.kernels[first / COLUMNS * self.size.channels_in..];
            kernels_of_channels::<R>(kernels, to, step, first / LANES % 2);
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
                products_at_point(input, kernels, product, products);
            }
        }
    }

    fn transform_output(&self, tiles: &Range<usize>, channels: &Range<usize>, bias: Option<&[f32]>, y: &mut [f32]) {
        for first in (0..channels.len()).step_by(LANES) {
            let panel = first / COLUMNS * tiles.len().next_multiple_of(ROWS);
            let products = &self.products[panel..][..tiles.len()];
            let group = channels.start + first..(channels.start + first + LANES).min(channels.end);
            let mut biases = [0.0; LANES];
            if let Some(bias) = bias {
                biases[..group.len()].copy_from_slice(&bias[group.clone()]);
            }
            self.output_of_channels(tiles, group, products, first / LANES % 2, f32x4::new(biases), y);
        }
    }

    /// The outputs of up to four channels, which are one half of the rows of `products`.
    #[inline(never)]
    fn output_of_channels(
        &self,
        tiles: &Range<usize>,
        channels: Range<usize>,
        products: &[[Row; PRODUCTS]],
        half: usize,
        bias: f32x4,
        y: &mut [f32],
    ) {
        let ([height, width], side) = (self.output, outputs(R));
        for (tile, products) in tiles.clone().zip(products) {
            let rows: [_; POINTS] = std::array::from_fn(|i| {
                transforms::output::<R>(std::array::from_fn(|j| products[i * POINTS + j][half]))
            });
            let mut columns = [[f32x4::ZERO; LANES]; LANES];
            for x in 0..side {
                columns[x] = transforms::output::<R>(rows.map(|row| row[x])).map(|value| value + bias);
            }
            let (top, left) = (tile / self.tiles_across * side, tile % self.tiles_across * side);
            let across = side.min(width - left);
            for row in 0..side.min(height - top) {
                let values = f32x4::transpose(columns.map(|column| column[row]));
                for (channel, values) in channels.clone().zip(values) {
                    let to = &mut y[(channel * height + top + row) * width + left..][..across];
                    // Apart, because a copy of known length is a single instruction.
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

// The loops below are functions of their own for the sake of a browser's first visit: WebAssembly starts in a quick
// and slow translation, and the good one takes its place only between two calls.

/// A row of strips from the rows of a plane.
#[inline(never)]
fn input_downwards<const R: usize>(plane: &[f32], width: usize, strips: &mut [Strip]) {
    let rows: [_; POINTS] = std::array::from_fn(|i| &plane[i * width..][..width]);
    for (i, strip) in strips.iter_mut().enumerate() {
        *strip = transforms::input(rows.map(|row| load(&row[i * outputs(R)..])));
    }
}

/// Four tiles at a time from the strips at `places` and `later` ones, with the distances in `to` between points and
/// between fours of tiles.
#[inline(never)]
fn input_across(
    strips: &[Strip],
    places: &[[usize; LANES]],
    later: usize,
    to: &mut [[f32; ROWS]],
    [step, depth]: [usize; 2],
) {
    for (i, places) in places.iter().enumerate() {
        let (left, right) = (places.map(|place| &strips[place]), places.map(|place| &strips[place + later]));
        for row in 0..POINTS {
            let [a, b, c, d] = f32x4::transpose(left.map(|strip| strip[row]));
            let [e, f, ..] = f32x4::transpose(right.map(|strip| strip[row]));
            for (column, values) in transforms::input([a, b, c, d, e, f]).into_iter().enumerate() {
                to[(row * POINTS + column) * step + i * depth] = values.to_array();
            }
        }
    }
}

/// The kernels of four output channels, one half of the rows of `to`; `step` is the distance between points.
#[inline(never)]
fn kernels_of_channels<const R: usize>(kernels: [&[f32]; LANES], to: &mut [Row], step: usize, half: usize) {
    let [a, b, c, d] = kernels.map(|kernels| kernels.chunks_exact(R * R));
    for (channel_in, (((a, b), c), d)) in a.zip(b).zip(c).zip(d).enumerate() {
        let row = |y: usize| std::array::from_fn(|x| y * R + x).map(|i| f32x4::new([a[i], b[i], c[i], d[i]]));
        let rows: [_; R] = std::array::from_fn(|y| transforms::kernel::<R>(row(y)));
        for j in 0..POINTS {
            let column = transforms::kernel(rows.map(|row| row[j]));
            for (i, values) in column.into_iter().enumerate() {
                to[(i * POINTS + j) * step + channel_in][half] = values;
            }
        }
    }
}

/// The products of all tiles with eight output channels at one point.
#[inline(never)]
fn products_at_point(input: &[[f32; ROWS]], kernels: &[Row], point: usize, to: &mut [[Row; PRODUCTS]]) {
    let (to, _) = to.as_chunks_mut::<ROWS>();
    for (input, to) in input.chunks_exact(kernels.len()).zip(to) {
        for (to, sums) in to.iter_mut().zip(tile(input, kernels)) {
            to[point] = sums;
        }
    }
}
