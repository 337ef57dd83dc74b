use super::kernels;
use super::{tensor, values};
use burn::tensor::Tensor;
use receptive_loops::Adam;

/// One step of Adam, none of the vectors tracked: new weights, mean gradients and mean squared gradients.
pub fn adam(
    step: &Adam,
    gradient: Tensor<1>,
    weights: Tensor<1>,
    first: Tensor<1>,
    second: Tensor<1>,
) -> (Tensor<1>, Tensor<1>, Tensor<1>) {
    let [weights, first, second] =
        kernels::adam(step, values(gradient), values(weights), values(first), values(second));
    (tensor(weights), tensor(first), tensor(second))
}
