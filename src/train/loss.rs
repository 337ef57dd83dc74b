//! What a step makes smaller.

use burn::tensor::{Device, Tensor, TensorData, activation::log_softmax};

/// Cross entropy with smoothed labels, each picture weighted with its class: as PyTorch's `CrossEntropyLoss`, the
/// weighted mean over the batch.
///
/// - `logits`: `[batch, classes]`
/// - `blends`: how much of the next picture was laid over each, see [`super::taught::blended`]; all none where nothing is blended
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
