//! Convolutions of large networks, a batch of pictures one after the other, and their gradients.

use super::convolve::convolve as convolve_one;
use super::correlate::turned;
use super::{OneBackend, Values, in_rows, new_values, slice};
use crate::ops::convolution::Convolution;
use burn::backend::ops::FloatTensorOps;

/// Rows of patches that a gradient of the kernels takes at a time hold at most this many values: 4 MB.
const PATCHES: usize = 1 << 20;

pub fn convolve(size: &Convolution, batch: usize, x: &Values, weight: &Values, bias: Option<&Values>) -> Values {
    let (x, weight, bias) = (in_rows(x.clone()), in_rows(weight.clone()), bias.map(|bias| in_rows(bias.clone())));
    let [height, width] = size.output();
    let mut y = vec![0.0; batch * size.channels_out * height * width];
    let pictures = slice(&x).chunks_exact(input_len(size));
    for (x, y) in pictures.zip(y.chunks_exact_mut(size.channels_out * height * width)) {
        convolve_one(size, x, slice(&weight), bias.as_ref().map(slice), y);
    }
    new_values(y, [batch, size.channels_out, height, width])
}

fn input_len(size: &Convolution) -> usize {
    size.channels_in * size.input[0] * size.input[1]
}

/// The gradient of the input: between the values of the output's gradient as many zeros as the stride skips, then a
/// convolution with the kernels turned by half a circle and the channels' parts exchanged.
pub fn convolve_input_gradient(
    size: &Convolution,
    batch: usize,
    _x: &Values,
    weight: &Values,
    gradient: &Values,
) -> Values {
    let [height, width] = size.output();
    let [stride_y, stride_x] = size.stride;
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
    let [back_height, back_width] = back.output();
    let kernels = turned(size.channels_out, size.channels_in, size.kernel, slice(weight));
    let mut spread = vec![0.0; size.channels_out * wide[0] * wide[1]];
    let mut padded = vec![0.0; size.channels_in * back_height * back_width];
    let mut x = Vec::with_capacity(batch * input_len(size));
    for gradient in slice(gradient).chunks_exact(size.channels_out * height * width) {
        for (row, values) in gradient.chunks_exact(width).enumerate() {
            let start = (row / height * wide[0] + row % height * stride_y) * wide[1];
            let places = spread[start..start + wide[1]].iter_mut().step_by(stride_x);
            places.zip(values).for_each(|(to, value)| *to = *value);
        }
        convolve_one(&back, &spread, &kernels, None, &mut padded);
        // The gradient of the padding is nobody's.
        for map in padded.chunks_exact(back_height * back_width) {
            for row in map.chunks_exact(back_width).skip(size.padding[0]).take(size.input[0]) {
                x.extend_from_slice(&row[size.padding[1]..size.padding[1] + size.input[1]]);
            }
        }
    }
    new_values(x, [batch, size.channels_in, size.input[0], size.input[1]])
}

/// The gradient of the kernels: the output's gradient times the patches, some rows of the output at a time.
pub fn convolve_weight_gradient(
    size: &Convolution,
    batch: usize,
    x: &Values,
    _weight: &Values,
    gradient: &Values,
) -> Values {
    let [height, width] = size.output();
    let (area, length) = (height * width, size.kernel_len());
    let rows = (PATCHES / (length * width)).clamp(1, height);
    let mut sum: Option<Values> = None;
    let pictures = slice(x).chunks_exact(input_len(size));
    for (x, gradient) in pictures.zip(slice(gradient).chunks_exact(size.channels_out * area)).take(batch) {
        for first in (0..height).step_by(rows) {
            let rows = first..(first + rows).min(height);
            let part = rows.len() * width;
            let own = gradient.chunks_exact(area).flat_map(|map| &map[rows.start * width..rows.end * width]);
            let own = new_values(own.copied().collect(), [size.channels_out, part]);
            let patches = new_values(patches(size, x, rows), [length, part]);
            let product = OneBackend::float_matmul(own, patches.transpose(0, 1));
            sum = Some(match sum {
                Some(sum) => OneBackend::float_add(sum, product),
                None => product,
            });
        }
    }
    let shape = [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]];
    let sum = sum.unwrap_or_else(|| new_values(vec![0.0; size.channels_out * length], [size.channels_out, length]));
    OneBackend::float_reshape(sum, shape.into())
}

/// For every value of a kernel, the input values it meets on its way over these rows of the output.
fn patches(size: &Convolution, x: &[f32], rows: std::ops::Range<usize>) -> Vec<f32> {
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

pub fn convolve_bias_gradient(size: &Convolution, gradient: &Values) -> Values {
    let [height, width] = size.output();
    let mut sums = vec![0.0; size.channels_out];
    for picture in slice(gradient).chunks_exact(size.channels_out * height * width) {
        for (sum, map) in sums.iter_mut().zip(picture.chunks_exact(height * width)) {
            *sum += super::conv2d::sum_of(map);
        }
    }
    new_values(sums, [size.channels_out])
}
