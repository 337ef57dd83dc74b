//! Convolutions of small pictures, and their gradients: a batch is one matrix, or a few.

use super::convolve::PATCHES;
use super::{OneBackend, Values, in_rows, new_values, slice};
use burn::backend::ops::FloatTensorOps;
use receptive_loops::{Convolution, add_to_maps, exchange, gather, scatter};
use std::ops::Range;

/// Outputs of a map up to which a batch is one matrix, 16x16; with few channels, whose patches are short, 32x32.
const SMALL: usize = 256;
const SMALL_WITH_FEW_CHANNELS: usize = 1024;
const FEW_CHANNELS: usize = 8;

pub fn is_small(size: &Convolution, batch: usize) -> bool {
    let largest = if size.channels_in < FEW_CHANNELS { SMALL_WITH_FEW_CHANNELS } else { SMALL };
    batch > 1 && size.area() <= largest
}

pub fn convolve_together(
    size: &Convolution,
    batch: usize,
    x: &Values,
    weight: &Values,
    bias: Option<&Values>,
) -> Values {
    let [height, width] = size.output();
    let (whole, (size, kept)) = (size, size.cropped());
    let kernels = kernels(whole, &kept, weight);
    let mut y = Vec::with_capacity(batch * size.output_len());
    for x in slice(x).chunks(at_a_time(&size) * size.input_len()) {
        let pictures = x.len() / size.input_len();
        let product = in_rows(OneBackend::float_matmul(kernels.clone(), patches(&size, pictures, x)));
        y.append(&mut exchange([size.channels_out, pictures], size.area(), slice(&product)));
    }
    if let Some(bias) = bias {
        add_to_maps(&mut y, size.area(), slice(bias));
    }
    new_values(y, [batch, size.channels_out, height, width])
}

pub fn input_gradient_together(size: &Convolution, batch: usize, weight: &Values, gradient: &Values) -> Values {
    let (whole, (size, kept)) = (size, size.cropped());
    let kernels = kernels(whole, &kept, weight).transpose(0, 1);
    let mut x = Vec::with_capacity(batch * size.input_len());
    for gradient in slice(gradient).chunks(at_a_time(&size) * size.output_len()) {
        let pictures = gradient.len() / size.output_len();
        let product = in_rows(OneBackend::float_matmul(kernels.clone(), maps(&size, pictures, gradient)));
        x.append(&mut if is_pointwise(&size) {
            exchange([size.channels_in, pictures], size.area(), slice(&product))
        } else {
            scatter(&size, pictures, slice(&product))
        });
    }
    new_values(x, [batch, size.channels_in, size.input[0], size.input[1]])
}

pub fn weight_gradient_together(size: &Convolution, batch: usize, x: &Values, gradient: &Values) -> Values {
    let shape = [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]];
    let (size, kept) = size.cropped();
    let pictures = at_a_time(&size).min(batch);
    let mut sum: Option<Values> = None;
    let xs = slice(x).chunks(pictures * size.input_len());
    for (x, gradient) in xs.zip(slice(gradient).chunks(pictures * size.output_len())) {
        let pictures = x.len() / size.input_len();
        let patches = patches(&size, pictures, x).transpose(0, 1);
        let product = OneBackend::float_matmul(maps(&size, pictures, gradient), patches);
        sum = Some(match sum {
            Some(sum) => OneBackend::float_add(sum, product),
            None => product,
        });
    }
    let sum = sum.map_or_else(|| vec![0.0; size.channels_out * size.kernel_len()], |sum| slice(&in_rows(sum)).to_vec());
    new_values(uncropped(shape, &kept, sum), shape)
}

/// Pictures whose patches are made at a time.
fn at_a_time(size: &Convolution) -> usize {
    (PATCHES / (size.kernel_len() * size.area())).max(1)
}

fn is_pointwise(size: &Convolution) -> bool {
    size.kernel == [1, 1] && size.stride == [1, 1] && size.padding == [0, 0]
}

/// The patches of some pictures, `[kernel_len, pictures * area]`.
fn patches(size: &Convolution, pictures: usize, x: &[f32]) -> Values {
    let values = if is_pointwise(size) {
        exchange([pictures, size.channels_in], size.area(), x)
    } else {
        gather(size, pictures, x)
    };
    new_values(values, [size.kernel_len(), pictures * size.area()])
}

/// The gradient of the output of some pictures, `[channels_out, pictures * area]`.
fn maps(size: &Convolution, pictures: usize, gradient: &[f32]) -> Values {
    let values = exchange([pictures, size.channels_out], size.area(), gradient);
    new_values(values, [size.channels_out, pictures * size.area()])
}

/// What is kept of the kernels, `[channels_out, kernel_len]`.
fn kernels(whole: &Convolution, kept: &[Range<usize>; 2], weight: &Values) -> Values {
    let [height, width] = whole.kernel;
    let length = whole.channels_in * kept[0].len() * kept[1].len();
    if kept[0].len() * kept[1].len() == height * width {
        return OneBackend::float_reshape(weight.clone(), [whole.channels_out, length].into());
    }
    let mut values = Vec::with_capacity(whole.channels_out * length);
    for kernel in slice(weight).chunks_exact(height * width) {
        kept[0].clone().for_each(|y| values.extend_from_slice(&kernel[y * width..][kept[1].clone()]));
    }
    new_values(values, [whole.channels_out, length])
}

/// The way back; what was not kept is zero.
fn uncropped([.., height, width]: [usize; 4], kept: &[Range<usize>; 2], values: Vec<f32>) -> Vec<f32> {
    let left = kept[0].len() * kept[1].len();
    if left == height * width {
        return values;
    }
    let mut whole = vec![0.0; values.len() / left * height * width];
    for (kernel, values) in whole.chunks_exact_mut(height * width).zip(values.chunks_exact(left)) {
        for (y, values) in kept[0].clone().zip(values.chunks_exact(kept[1].len())) {
            kernel[y * width..][kept[1].clone()].copy_from_slice(values);
        }
    }
    whole
}
