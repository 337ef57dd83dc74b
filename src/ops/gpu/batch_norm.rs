//! Batch norm with the statistics of the batch, put together from Burn's own operations.

use super::super::{tensor, values};
use super::Values;
use burn::tensor::Tensor;

/// The output, and the mean and variance of every channel.
pub fn batch_norm(x: &Values, shape: [usize; 4], weight: &Values, bias: &Values, epsilon: f64) -> [Values; 3] {
    let x = maps(x, shape);
    let mean = means(x.clone());
    let x = x - mean.clone();
    let variance = means(x.clone().square());
    let y = x / (variance.clone() + epsilon).sqrt() * channels(weight) + channels(bias);
    [values(y.reshape(shape)), vector(mean), vector(variance)]
}

/// The gradients of the input, of the weights and of the bias.
pub fn batch_norm_gradients(
    x: &Values,
    shape: [usize; 4],
    weight: &Values,
    [mean, variance]: &[Values; 2],
    epsilon: f64,
    gradient: Values,
) -> [Values; 3] {
    let [batch, _, height, width] = shape;
    let count = (batch * height * width) as f64;
    let (x, gradient) = (maps(x, shape), maps(&gradient, shape));
    let deviation = (channels(variance) + epsilon).sqrt();
    let normed = (x - channels(mean)) / deviation.clone();
    let of_bias = means(gradient.clone());
    let of_weight = means(gradient.clone() * normed.clone());
    // Every value moves the mean and the variance, too.
    let moved = gradient - of_bias.clone() - normed * of_weight.clone();
    let of_input = moved * (channels(weight) / deviation);
    [values(of_input.reshape(shape)), vector(of_weight * count), vector(of_bias * count)]
}

/// `[batch, channels, area]`
fn maps(x: &Values, [batch, channels, height, width]: [usize; 4]) -> Tensor<3> {
    tensor::<4>(x.clone()).reshape([batch, channels, height * width])
}

/// A number for every channel, `[1, channels, 1]`.
fn channels(x: &Values) -> Tensor<3> {
    let x: Tensor<1> = tensor(x.clone());
    let [channels] = x.dims();
    x.reshape([1, channels, 1])
}

fn means(x: Tensor<3>) -> Tensor<3> {
    x.mean_dim(2).mean_dim(0)
}

fn vector(x: Tensor<3>) -> Values {
    let [_, channels, _] = x.dims();
    values(x.reshape([channels]))
}
