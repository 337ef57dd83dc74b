//! What layers do that compute otherwise while they learn.

use super::network::{Network, on_tape};
use crate::ops;
use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What a network is run for.
pub enum Mode<'a> {
    /// Dropout does nothing, and batch norms use their stored statistics.
    Measuring,
    /// Dropout drops values, and batch norms keep to their stored statistics: how a pretrained network is taught.
    Frozen(&'a mut ChaCha8Rng),
    /// Dropout drops values, and batch norms use the statistics of the batch, which are left here in the order of
    /// [`super::architecture::Architecture::parameters`]: for each batch norm the mean and the variance of its channels,
    /// the latter divided by one less than the number of values, as PyTorch keeps it.
    Learning(&'a mut ChaCha8Rng, &'a mut Vec<Tensor<1>>),
}

/// Sets this share of the values to zero at random, and makes the others larger by as much.
pub(super) fn drop_share(x: Tensor<4>, share: f64, random: &mut ChaCha8Rng) -> Tensor<4> {
    if share == 0.0 {
        return x;
    }
    let (shape, kept) = (x.dims(), 1.0 - share);
    let draw = |_| if random.random_bool(kept) { (1.0 / kept) as f32 } else { 0.0 };
    let mask: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    let mask = Tensor::<4>::from_data(TensorData::new(mask, shape), &x.device());
    x.clone() * on_tape(&mask, x.is_autodiff())
}

/// A batch norm with the statistics of the batch.
pub(super) fn learn_norm(
    network: &Network,
    layer: usize,
    x: Tensor<4>,
    epsilon: f64,
    statistics: &mut Vec<Tensor<1>>,
) -> Tensor<4> {
    let [batch, _, height, width] = x.dims();
    let vector =
        |what| on_tape(network.vector(layer, what).expect("the caller has the layer's weights"), x.is_autodiff());
    let (weight, bias) = (vector("weight"), vector("bias"));
    let (y, mean, variance) = ops::batch_norm(x, weight, bias, epsilon);
    // A single value has no variance, whatever it is divided by.
    let values = (batch * height * width).max(2) as f64;
    statistics.extend([mean, variance * (values / (values - 1.0))]);
    y
}
