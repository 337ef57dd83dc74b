//! What the gradients of a convolution of any kernel, stride and padding are made of.

use super::convolution::Convolution;
use super::convolve::convolve;
use super::correlate::turned;
use std::ops::Range;

/// The gradient of the input: between the values of the output's gradient as many zeros as the stride skips, then a
/// convolution with the kernels turned by half a circle and the channels' parts exchanged.
pub struct InputGradient {
    size: Convolution,
    back: Convolution,
    kernels: Vec<f32>,
    spread: Vec<f32>,
    padded: Vec<f32>,
}

impl InputGradient {
    /// `weight` as with [`convolve`].
    pub fn new(size: &Convolution, weight: &[f32]) -> Self {
        // A border that makes the result as large as the input: what the last window left over is part of it.
        let padding = [0, 1].map(|i| size.kernel[i] - 1);
        let wide = [0, 1].map(|i| size.input[i] + 2 * size.padding[i] + 1 - size.kernel[i]);
        let back = Convolution {
            channels_in: size.channels_out,
            channels_out: size.channels_in,
            input: wide,
            kernel: size.kernel,
            stride: [1, 1],
            padding,
        };
        Self {
            size: *size,
            kernels: turned(size.channels_out, size.channels_in, size.kernel, weight),
            spread: vec![0.0; back.input_len()],
            padded: vec![0.0; back.output_len()],
            back,
        }
    }

    /// Of one picture, `[channels_in, height, width]`, put at the end of `x`.
    #[inline(never)]
    pub fn push(&mut self, gradient: &[f32], x: &mut Vec<f32>) {
        let Self { size, back, kernels, spread, padded } = self;
        let ([height, width], wide) = (size.output(), back.input);
        let [stride_y, stride_x] = size.stride;
        for (row, values) in gradient.chunks_exact(width).enumerate() {
            let start = (row / height * wide[0] + row % height * stride_y) * wide[1];
            let places = spread[start..start + wide[1]].iter_mut().step_by(stride_x);
            places.zip(values).for_each(|(to, value)| *to = *value);
        }
        convolve(back, spread, kernels, None, padded);
        let [back_height, back_width] = back.output();
        // The gradient of the padding is nobody's.
        for map in padded.chunks_exact(back_height * back_width) {
            for row in map.chunks_exact(back_width).skip(size.padding[0]).take(size.input[0]) {
                x.extend_from_slice(&row[size.padding[1]..size.padding[1] + size.input[1]]);
            }
        }
    }
}

/// For every value of a kernel, the input values it meets on its way over these rows of the output.
#[inline(never)]
pub fn unfold(size: &Convolution, x: &[f32], rows: Range<usize>) -> Vec<f32> {
    let [_, across] = size.output();
    let [height, width] = size.input;
    let mut patches = vec![0.0; size.kernel_len() * rows.len() * across];
    let mut out = patches.chunks_exact_mut(across);
    for map in x.chunks_exact(height * width) {
        for ky in 0..size.kernel[0] {
            for kx in 0..size.kernel[1] {
                for y in rows.clone() {
                    let Some(out) = out.next() else { return patches };
                    let Some(y) = (y * size.stride[0] + ky).checked_sub(size.padding[0]).filter(|y| *y < height) else {
                        continue;
                    };
                    for (i, value) in out.iter_mut().enumerate() {
                        let x = (i * size.stride[1] + kx).checked_sub(size.padding[1]).filter(|x| *x < width);
                        *value = x.map_or(0.0, |x| map[y * width + x]);
                    }
                }
            }
        }
    }
    patches
}
