//! What changes with every step, and the rules by which.

use crate::protocol::{ClassWeights, TeachSettings};
use crate::train::OptimizerState;
use crate::train::schedule::factor;
use burn::tensor::Tensor;

/// The parameters that learn, and their optimizer. Cloning shares them.
#[derive(Clone)]
pub struct TaughtLearner {
    /// Flat, in the order of the layers.
    pub weights: Tensor<1>,
    pub optimizer: OptimizerState,
}

/// The learning rate of a step out of `steps`.
pub fn learning_rate(settings: &TeachSettings, step: usize, steps: usize) -> f64 {
    settings.learning_rate * factor(settings.schedule, step, steps)
}

/// One factor for each class.
pub fn class_weights(settings: &TeachSettings, counts: &[usize]) -> Vec<f32> {
    let all: usize = counts.iter().sum();
    let weight = |(class, &count): (usize, &usize)| match &settings.class_weights {
        ClassWeights::Equal => 1.0,
        ClassWeights::Inverse => all as f64 / (counts.len() * count.max(1)) as f64,
        ClassWeights::Own(weights) => weights.get(class).copied().unwrap_or(1.0),
    };
    counts.iter().enumerate().map(|pair| weight(pair) as f32).collect()
}

/// Lays so much of the next picture over every picture of a batch, and of the first over the last (Zhang and others:
/// *mixup: Beyond empirical risk minimization*, 2018).
///
/// - `x`: `[batch, ..]`
/// - `blends`: a share for each picture
pub fn blended(x: Tensor<4>, blends: &[f32]) -> Tensor<4> {
    let batch = blends.len();
    let share = Tensor::<1>::from_floats(blends, &x.device()).reshape([batch, 1, 1, 1]);
    let next = Tensor::cat(vec![x.clone().narrow(0, 1, batch - 1), x.clone().narrow(0, 0, 1)], 0);
    x.clone() + (next - x) * share
}
