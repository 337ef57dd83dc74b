//! Convolutions of large networks, a batch of pictures one after the other, and their gradients. Of small
//! pictures a whole batch is done together: by fewer multiplications, in [`super::points`], as one fully connected layer,
//! in [`super::dense`], or as one matrix of patches, in [`super::together`].

use super::dense::{convolve_dense, input_gradient_dense, is_tiny, weight_gradient_dense};
use super::points::{convolve_points, input_gradient_points, is_worth_points, weight_gradient_points};
use super::together::{convolve_together, input_gradient_together, is_small, weight_gradient_together};
use super::{OneBackend, Values, in_rows, new_values, slice};
use burn::backend::ops::FloatTensorOps;
use receptive_loops::{Convolution, InputGradient, sums_of_maps, unfold};

/// Rows of patches that a gradient of the kernels takes at a time hold at most this many values: 4 MB.
pub(super) const PATCHES: usize = 1 << 20;

pub fn convolve(size: &Convolution, batch: usize, x: &Values, weight: &Values, bias: Option<&Values>) -> Values {
    let (x, weight, bias) = (in_rows(x.clone()), in_rows(weight.clone()), bias.map(|bias| in_rows(bias.clone())));
    if is_worth_points(size, batch) {
        return convolve_points(size, &x, &weight, bias.as_ref());
    }
    if is_tiny(size, batch) {
        return convolve_dense(size, batch, &x, &weight, bias.as_ref());
    }
    if is_small(size, batch) {
        return convolve_together(size, batch, &x, &weight, bias.as_ref());
    }
    let mut y = vec![0.0; batch * size.output_len()];
    for (x, y) in slice(&x).chunks_exact(size.input_len()).zip(y.chunks_exact_mut(size.output_len())) {
        receptive_loops::convolve(size, x, slice(&weight), bias.as_ref().map(slice), y);
    }
    let [height, width] = size.output();
    new_values(y, [batch, size.channels_out, height, width])
}

pub fn convolve_input_gradient(
    size: &Convolution,
    batch: usize,
    _x: &Values,
    weight: &Values,
    gradient: &Values,
) -> Values {
    if is_worth_points(size, batch) {
        return input_gradient_points(size, weight, gradient);
    }
    if is_tiny(size, batch) {
        return input_gradient_dense(size, batch, weight, gradient);
    }
    if is_small(size, batch) {
        return input_gradient_together(size, batch, weight, gradient);
    }
    let mut back = InputGradient::new(size, slice(weight));
    let mut x = Vec::with_capacity(batch * size.input_len());
    for gradient in slice(gradient).chunks_exact(size.output_len()) {
        back.push(gradient, &mut x);
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
    if is_worth_points(size, batch) {
        return weight_gradient_points(size, x, gradient);
    }
    if is_tiny(size, batch) {
        return weight_gradient_dense(size, batch, x, gradient);
    }
    if is_small(size, batch) {
        return weight_gradient_together(size, batch, x, gradient);
    }
    let rows = (PATCHES / (length * width)).clamp(1, height);
    let mut sum: Option<Values> = None;
    let pictures = slice(x).chunks_exact(size.input_len());
    for (x, gradient) in pictures.zip(slice(gradient).chunks_exact(size.channels_out * area)).take(batch) {
        for first in (0..height).step_by(rows) {
            let rows = first..(first + rows).min(height);
            let part = rows.len() * width;
            let mut own = Vec::with_capacity(size.channels_out * part);
            gradient
                .chunks_exact(area)
                .for_each(|map| own.extend_from_slice(&map[rows.start * width..rows.end * width]));
            let own = new_values(own, [size.channels_out, part]);
            let patches = new_values(unfold(size, x, rows), [length, part]);
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

pub fn convolve_bias_gradient(size: &Convolution, gradient: &Values) -> Values {
    let [height, width] = size.output();
    let mut sums = vec![0.0; size.channels_out];
    sums_of_maps(slice(gradient), height * width, &mut sums);
    new_values(sums, [size.channels_out])
}
