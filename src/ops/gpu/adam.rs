use super::super::{tensor, values};
use super::Values;
use burn::tensor::Tensor;
use receptive_loops::Adam;

/// New weights, mean gradients and mean squared gradients, by Burn's own operations, which it puts together to few.
pub fn adam(step: &Adam, gradient: Values, weights: Values, first: Values, second: Values) -> [Values; 3] {
    let [gradient, weights, first, second] = [gradient, weights, first, second].map(tensor::<1>);
    let Adam { betas: [beta, beta_square], epsilon, rate, correction } = *step;
    let mean = |old: Tensor<1>, new: Tensor<1>, decay: f32| old * decay + new * (1.0 - decay);
    let first = mean(first, gradient.clone(), beta);
    let second = mean(second, gradient.square(), beta_square);
    let weights = weights - first.clone() / (second.clone().sqrt() / correction + epsilon) * rate;
    [weights, first, second].map(values)
}
