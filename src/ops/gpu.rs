//! On a GPU, Burn's own operations.

use burn::tensor::{
    Tensor, activation,
    module::{avg_pool2d, conv2d as burn_conv2d},
    ops::{AvgPoolOptions, ConvOptions},
};

/// `tanh` of every value.
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activation::tanh(x)
}

/// Convolution with stride 1 and no padding; shapes as in [`burn::tensor::module::conv2d`].
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    burn_conv2d(x, weight, Some(bias), ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
}

/// Mean of every 2x2 values: `[batch, channels, height, width]` to half the height and width, rounded down.
pub fn average_pool_2x2(x: Tensor<4>) -> Tensor<4> {
    avg_pool2d(x, AvgPoolOptions::new([2, 2]))
}
