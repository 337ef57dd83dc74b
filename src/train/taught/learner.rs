//! What changes with every step, and the rules by which.

use crate::protocol::{ClassWeights, Schedule, TeachSettings};
use crate::train::OptimizerState;
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
    let done = step as f64 / steps.max(1) as f64;
    settings.learning_rate
        * match settings.schedule {
            Schedule::Constant => 1.0,
            Schedule::Step => 0.1_f64.powi((done * 3.0) as i32),
            Schedule::Cosine => (1.0 + (std::f64::consts::PI * done).cos()) / 2.0,
        }
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
pub fn loss(logits: Tensor<2>, labels: &[u8], weights: &[f32], smoothing: f64, device: &Device) -> Tensor<1> {
    let [_, classes] = logits.dims();
    let total: f32 = labels.iter().map(|&label| weights[usize::from(label)]).sum();
    // A batch of classes that count nothing teaches nothing; PyTorch's loss would not be a number.
    let total = if total > 0.0 { total } else { f32::INFINITY };
    let smoothing = smoothing as f32;
    let mut target = vec![0.0_f32; labels.len() * classes];
    for (row, &label) in target.chunks_exact_mut(classes).zip(labels) {
        for (class, value) in row.iter_mut().enumerate() {
            let own = if class == usize::from(label) { 1.0 - smoothing } else { 0.0 };
            // PyTorch weights the smoothed part with the weight of the class it goes to.
            let smooth = smoothing / classes as f32 * weights[class];
            *value = -(own * weights[usize::from(label)] + smooth) / total;
        }
    }
    let target = Tensor::<2>::from_data(TensorData::new(target, [labels.len(), classes]), device).autodiff();
    (log_softmax(logits, 1) * target).sum()
}
