//! What changes with every step, and the rules by which.

use crate::protocol::{ClassWeights, TeachSettings};
use crate::train::OptimizerState;
use crate::train::schedule::factor;
use burn::tensor::{Device, Tensor, TensorData, activation::log_softmax};

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

/// Cross entropy with smoothed labels, each picture weighted with its class: as PyTorch's `CrossEntropyLoss`, the
/// weighted mean over the batch.
///
/// - `logits`: `[batch, classes]`
/// - `blends`: how much of the next picture was laid over each, see [`blended`]; all none where nothing is blended
pub fn loss(
    logits: Tensor<2>,
    labels: &[u8],
    blends: &[f32],
    weights: &[f32],
    smoothing: f64,
    device: &Device,
) -> Tensor<1> {
    let classes = weights.len();
    let mut targets = targets(labels, weights, smoothing);
    // The loss of a blend is the blend of two losses.
    let mut next = targets.clone();
    next.rotate_left(classes);
    for ((own, next), share) in targets.chunks_exact_mut(classes).zip(next.chunks_exact(classes)).zip(blends) {
        own.iter_mut().zip(next).for_each(|(own, next)| *own += share * (next - *own));
    }
    let targets = Tensor::<2>::from_data(TensorData::new(targets, logits.dims()), device).autodiff();
    (log_softmax(logits, 1) * targets).sum()
}

/// What the logarithms of the probabilities are multiplied with, `[batch, classes]`.
fn targets(labels: &[u8], weights: &[f32], smoothing: f64) -> Vec<f32> {
    let classes = weights.len();
    let total: f32 = labels.iter().map(|&label| weights[usize::from(label)]).sum();
    // A batch of classes that count nothing teaches nothing; PyTorch's loss would not be a number.
    let total = if total > 0.0 { total } else { f32::INFINITY };
    let smoothing = smoothing as f32;
    let mut targets = vec![0.0_f32; labels.len() * classes];
    for (row, &label) in targets.chunks_exact_mut(classes).zip(labels) {
        for (class, value) in row.iter_mut().enumerate() {
            let own = if class == usize::from(label) { 1.0 - smoothing } else { 0.0 };
            // PyTorch weights the smoothed part with the weight of the class it goes to.
            let smooth = smoothing / classes as f32 * weights[class];
            *value = -(own * weights[usize::from(label)] + smooth) / total;
        }
    }
    targets
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
