//! Digits as inputs, and what a network says of one.

use super::step::{Learner, batch_of, read};
use crate::data::{Digits, to_input};
use crate::metrics::softmax;
use crate::models::lenet5::SIDE;
use crate::protocol::{Fault, Padding};
use burn::tensor::Device;

/// Inputs `[n, 1, 32, 32]` row-major and labels of the pictures at these indices.
pub fn gather(digits: &Digits, indices: &[u32], padding: Padding) -> (Vec<f32>, Vec<u8>) {
    let mut pixels = vec![0.0; indices.len() * SIDE * SIDE];
    let mut labels = Vec::with_capacity(indices.len());
    for (out, &index) in pixels.chunks_exact_mut(SIDE * SIDE).zip(indices) {
        to_input(digits.image(index as usize), padding, out);
        labels.push(digits.labels[index as usize]);
    }
    (pixels, labels)
}

/// Probabilities for one 28x28 picture.
///
/// # Errors
/// When the device was lost.
pub async fn predict(learner: &Learner, image: &[u8], padding: Padding, device: &Device) -> Result<Vec<f32>, Fault> {
    let mut pixels = vec![0.0; SIDE * SIDE];
    to_input(image, padding, &mut pixels);
    Ok(softmax(&read(learner.network().forward(batch_of(pixels, 1, device))).await?))
}
