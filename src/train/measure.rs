use super::step::{Learner, Measured, batch_of, read};
use crate::data::{Digits, to_input};
use crate::metrics::softmax;
use crate::models::lenet5::{CLASSES, SIDE};
use crate::protocol::{Fault, Padding};
use burn::tensor::Device;

/// Pictures measured at a time: large enough to be fast, small enough that a worker answers in between.
const CHUNK: usize = 250;

/// A measurement in progress, one chunk at a time, so that pausing and drawing need not wait for its end.
#[derive(Clone, Debug)]
pub struct Evaluation {
    indices: Vec<u32>,
    next: usize,
    pub sum: Measured,
    /// Probabilities of every picture measured so far, `[n, 10]` row-major; kept only where wanted.
    pub probabilities: Option<Vec<f32>>,
}

impl Evaluation {
    pub fn new(indices: Vec<u32>, keep_probabilities: bool) -> Self {
        Self { indices, next: 0, sum: Measured::default(), probabilities: keep_probabilities.then(Vec::new) }
    }

    pub fn finished(&self) -> bool {
        self.next >= self.indices.len()
    }

    /// Measures the next chunk.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn advance(
        &mut self,
        learner: &Learner,
        digits: &Digits,
        padding: Padding,
        device: &Device,
    ) -> Result<(), Fault> {
        let chunk = &self.indices[self.next..self.indices.len().min(self.next + CHUNK)];
        let (pixels, labels) = gather(digits, chunk, padding);
        let logits = read(learner.network().forward(batch_of(pixels, labels.len(), device))).await?;
        self.sum.add(Measured::from_logits(&logits, &labels));
        if let Some(all) = &mut self.probabilities {
            all.extend(logits.chunks_exact(CLASSES).flat_map(softmax));
        }
        self.next += chunk.len();
        Ok(())
    }
}

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
