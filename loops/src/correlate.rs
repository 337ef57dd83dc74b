//! The loops of a convolution with stride 1 and no padding.
//!
//! No patch is copied: the value a kernel needs for the output at `p` stands at `p + offset` of the picture, with
//! one offset for each of the kernel's values. A tile of sums stays in the registers of the CPU while the values
//! of the kernel pass by once.

use super::size::Size;
use wide::f32x4;

/// Values in one SIMD register.
const LANES: usize = 4;
/// The widest tile, in registers.
const WIDEST: usize = 4;
/// Values side by side in a kernel that are worth loops of their own: kernels of LeNet's time are five wide.
const RUN: usize = 5;

impl Size {
    /// How many values of a kernel are taken at a time; they stand side by side.
    fn run(&self) -> usize {
        if self.kernel[1].is_multiple_of(RUN) { RUN } else { 1 }
    }

    /// Where in the picture, counted from the output's place, each run of a kernel's values begins.
    fn offsets(&self) -> Vec<usize> {
        let [height, width] = self.input;
        let mut offsets = Vec::with_capacity(self.kernel_len() / self.run());
        for channel in 0..self.channels_in {
            for ky in 0..self.kernel[0] {
                offsets.extend((0..self.kernel[1]).step_by(self.run()).map(|kx| (channel * height + ky) * width + kx));
            }
        }
        offsets
    }
}

/// The forward pass; the weights are rearranged once for a whole batch.
pub struct Correlation {
    size: Size,
    offsets: Vec<usize>,
    blocks: Vec<Block>,
    /// The picture and some zeros behind it, because the last tile of a row may reach beyond its end.
    picture: Vec<f32>,
}

/// Output channels that are computed together.
struct Block {
    first: usize,
    channels: usize,
    /// For each value of the kernel, the weights of all channels side by side.
    weights: Vec<f32>,
}

impl Correlation {
    /// `weight`: `[channels_out, channels_in, kernel height, kernel width]`
    pub fn new(size: Size, weight: &[f32]) -> Self {
        let mut blocks = Vec::new();
        let mut first = 0;
        while first < size.channels_out {
            // Four channels in three registers each, or three in four, leave room for the rest in a CPU's sixteen.
            let channels = match size.channels_out - first {
                left if left.is_multiple_of(4) => 4,
                left if left >= 3 => 3,
                _ => 1,
            };
            let len = size.kernel_len();
            let mut weights = Vec::with_capacity(len * channels);
            for k in 0..len {
                weights.extend((first..first + channels).map(|channel| weight[channel * len + k]));
            }
            blocks.push(Block { first, channels, weights });
            first += channels;
        }
        Self { size, offsets: size.offsets(), blocks, picture: vec![0.0; size.input_len() + WIDEST * LANES] }
    }

    /// One picture: `x` `[channels_in, height, width]`, `out` `[channels_out, height, width]` of the output.
    #[inline(never)]
    pub fn run(&mut self, x: &[f32], bias: Option<&[f32]>, out: &mut [f32]) {
        self.picture[..x.len()].copy_from_slice(x);
        self.run_prepared(bias, out);
    }

    /// As [`Correlation::run`], with a border of zeros around every channel of the smaller picture `x`.
    #[inline(never)]
    pub fn run_with_border(&mut self, x: &[f32], [top, left]: [usize; 2], out: &mut [f32]) {
        let [height, width] = self.size.input;
        let (inner_height, inner_width) = (height - 2 * top, width - 2 * left);
        for (row, values) in x.chunks_exact(inner_width).enumerate() {
            let (channel, y) = (row / inner_height, row % inner_height);
            let start = (channel * height + y + top) * width + left;
            self.picture[start..start + inner_width].copy_from_slice(values);
        }
        self.run_prepared(None, out);
    }

    fn run_prepared(&self, bias: Option<&[f32]>, out: &mut [f32]) {
        let area = self.size.output()[0] * self.size.output()[1];
        for block in &self.blocks {
            let channels = block.first..block.first + block.channels;
            let out = &mut out[channels.start * area..channels.end * area];
            let bias = bias.map(|bias| &bias[channels]);
            match (block.channels, self.size.run()) {
                (4, RUN) => self.run_block::<4, 3, RUN>(&block.weights, bias, out),
                (3, RUN) => self.run_block::<3, 4, RUN>(&block.weights, bias, out),
                (_, RUN) => self.run_block::<1, 4, RUN>(&block.weights, bias, out),
                (4, _) => self.run_block::<4, 3, 1>(&block.weights, bias, out),
                (3, _) => self.run_block::<3, 4, 1>(&block.weights, bias, out),
                (..) => self.run_block::<1, 4, 1>(&block.weights, bias, out),
            }
        }
    }

    /// `C` channels, in tiles of at most `V` registers of neighbouring outputs.
    fn run_block<const C: usize, const V: usize, const K: usize>(
        &self,
        weights: &[f32],
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let [height, width] = self.size.output();
        let registers = width.div_ceil(LANES);
        let tiles = registers.div_ceil(V);
        for y in 0..height {
            for t in 0..tiles {
                // As even as possible: seven registers become four and three.
                let (start, end) = (registers * t / tiles, registers * (t + 1) / tiles);
                let (x, end_x) = (start * LANES, (end * LANES).min(width));
                let picture = &self.picture[y * self.size.input[1] + x..];
                let mut sums = [[0.0; WIDEST * LANES]; C];
                match end - start {
                    4 => tile::<C, 4, K>(picture, &self.offsets, weights, &mut sums),
                    3 => tile::<C, 3, K>(picture, &self.offsets, weights, &mut sums),
                    2 => tile::<C, 2, K>(picture, &self.offsets, weights, &mut sums),
                    _ => tile::<C, 1, K>(picture, &self.offsets, weights, &mut sums),
                }
                for (c, sums) in sums.iter().enumerate() {
                    let bias = bias.map_or(0.0, |bias| bias[c]);
                    let row = (c * height + y) * width;
                    for (to, sum) in out[row + x..row + end_x].iter_mut().zip(sums) {
                        *to = sum + bias;
                    }
                }
            }
        }
    }
}

/// Sums of `V` registers of neighbouring outputs for each of `C` channels, over a kernel in runs of `K` values.
#[expect(clippy::needless_range_loop, reason = "loops over constants, which the compiler unrolls into registers")]
fn tile<const C: usize, const V: usize, const K: usize>(
    picture: &[f32],
    offsets: &[usize],
    weights: &[f32],
    out: &mut [[f32; WIDEST * LANES]; C],
) {
    let mut sums = [[f32x4::ZERO; V]; C];
    for (&offset, weights) in offsets.iter().zip(weights.chunks_exact(K * C)) {
        let window = &picture[offset..][..V * LANES + K - 1];
        for k in 0..K {
            let mut values = [f32x4::ZERO; V];
            for v in 0..V {
                values[v] = load(window, v * LANES + k);
            }
            for c in 0..C {
                let weight = f32x4::splat(weights[k * C + c]);
                for v in 0..V {
                    sums[c][v] = values[v].mul_add(weight, sums[c][v]);
                }
            }
        }
    }
    for c in 0..C {
        for v in 0..V {
            out[c][v * LANES..(v + 1) * LANES].copy_from_slice(&sums[c][v].to_array());
        }
    }
}

#[inline(always)]
fn load(from: &[f32], at: usize) -> f32x4 {
    let mut values = [0.0; LANES];
    values.copy_from_slice(&from[at..at + LANES]);
    f32x4::new(values)
}

/// The gradient of the kernels, summed over the pictures of a batch.
pub struct KernelGradient {
    size: Size,
    offsets: Vec<usize>,
    /// Width of a row of the output, rounded up to whole registers.
    row: usize,
    /// For each output channel and value of the kernel, a register to be summed at the end.
    sums: Vec<f32x4>,
    picture: Vec<f32>,
    gradient: Vec<f32>,
}

impl KernelGradient {
    pub fn new(size: Size) -> Self {
        let [height, width] = size.output();
        let row = width.next_multiple_of(LANES);
        Self {
            size,
            offsets: size.offsets(),
            row,
            sums: vec![f32x4::ZERO; size.channels_out * size.kernel_len()],
            picture: vec![0.0; size.input_len() + LANES],
            gradient: vec![0.0; size.channels_out * height * row],
        }
    }

    /// Adds one picture: `x` `[channels_in, height, width]` and the gradient of its output, `[channels_out, ..]`.
    #[inline(never)]
    pub fn add(&mut self, x: &[f32], gradient: &[f32]) {
        self.picture[..x.len()].copy_from_slice(x);
        // Zeros at the end of every row: what stands in the picture there must not count.
        for (to, from) in self.gradient.chunks_exact_mut(self.row).zip(gradient.chunks_exact(self.size.output()[1])) {
            to[..from.len()].copy_from_slice(from);
        }
        let mut channel = 0;
        while channel < self.size.channels_out {
            let channels = if channel + 2 <= self.size.channels_out { 2 } else { 1 };
            for run in 0..self.offsets.len() {
                match (channels, self.size.run()) {
                    (2, RUN) => self.add_tile::<2, RUN>(channel, run),
                    (2, _) => self.add_tile::<2, 1>(channel, run),
                    (_, RUN) => self.add_tile::<1, RUN>(channel, run),
                    (..) => self.add_tile::<1, 1>(channel, run),
                }
            }
            channel += channels;
        }
    }

    /// Adds to the sums of `C` channels and `K` values of the kernel.
    #[expect(clippy::needless_range_loop, reason = "loops over constants, which the compiler unrolls into registers")]
    fn add_tile<const C: usize, const K: usize>(&mut self, channel: usize, run: usize) {
        let [height, _] = self.size.output();
        let map = height * self.row;
        let place = |c: usize| (channel + c) * self.size.kernel_len() + run * K;
        let mut sums = [[f32x4::ZERO; K]; C];
        for c in 0..C {
            sums[c].copy_from_slice(&self.sums[place(c)..][..K]);
        }
        let gradients = &self.gradient[channel * map..(channel + C) * map];
        for y in 0..height {
            let picture = &self.picture[y * self.size.input[1] + self.offsets[run]..][..self.row + K - 1];
            let gradients = &gradients[y * self.row..];
            for x in (0..self.row).step_by(LANES) {
                let window = &picture[x..][..LANES + K - 1];
                for c in 0..C {
                    let gradient = load(gradients, c * map + x);
                    for k in 0..K {
                        sums[c][k] = load(window, k).mul_add(gradient, sums[c][k]);
                    }
                }
            }
        }
        for c in 0..C {
            let place = place(c);
            self.sums[place..place + K].copy_from_slice(&sums[c]);
        }
    }

    /// The gradient, `[channels_out, channels_in, kernel height, kernel width]`.
    #[inline(never)]
    pub fn finish(self) -> Vec<f32> {
        self.sums.iter().map(|sum| sum.reduce_add()).collect()
    }
}

/// The kernels that carry a gradient back: channels swapped, each turned by half a circle.
///
/// `weight` is `[channels_out, channels_in, height, width]`, the result `[channels_in, channels_out, height, width]`.
#[inline(never)]
pub fn turned(channels_out: usize, channels_in: usize, kernel: [usize; 2], weight: &[f32]) -> Vec<f32> {
    let area = kernel[0] * kernel[1];
    let mut turned = Vec::with_capacity(weight.len());
    for channel_in in 0..channels_in {
        for channel_out in 0..channels_out {
            let start = (channel_out * channels_in + channel_in) * area;
            turned.extend(weight[start..start + area].iter().rev());
        }
    }
    turned
}
