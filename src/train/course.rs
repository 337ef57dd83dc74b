//! What a [`super::Session`] has to be told about what it teaches.

use super::OptimizerState;
use super::checkpoint::Meta;
use super::step::Measured;
use crate::metrics::softmax;
use crate::protocol::{History, Mistake, Part};
use burn::tensor::Tensor;

/// Which network learns which pictures how. A session does the rest: steps, measurements, the history, going back.
pub trait Course {
    /// Everything a step changes; cloning it must be cheap.
    type Learner: Clone;
    /// The pictures loaded so far.
    type Pictures<'a>: Copy;
    /// What a step learns from.
    type Batch;

    /// At most 256.
    fn classes(&self) -> usize;
    fn epochs(&self) -> usize;
    fn steps_per_epoch(&self) -> usize;
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Inputs and labels of a step, counted from 0; nothing while its pictures are not loaded.
    fn batch(&mut self, pictures: Self::Pictures<'_>, step: usize) -> Option<(Self::Batch, Vec<u8>)>;

    /// Takes a step and returns the logits `[batch, classes]` from before it.
    fn learn(&mut self, learner: &mut Self::Learner, batch: Self::Batch, labels: &[u8], step: usize) -> Tensor<2>;

    /// The pictures of a part, by their places.
    fn part(&self, part: Part) -> Vec<u32>;

    /// Whether all pictures of a part are loaded.
    fn is_ready(&self, pictures: Self::Pictures<'_>, part: Part) -> bool;

    /// How many pictures are measured at a time: enough to be fast, few enough that a worker answers in between.
    fn chunk(&self) -> usize;

    /// Logits `[indices, classes]` and labels of some pictures of a part; nothing while they are not loaded.
    fn logits(
        &mut self,
        learner: &Self::Learner,
        pictures: Self::Pictures<'_>,
        part: Part,
        indices: &[u32],
    ) -> Option<(Tensor<2>, Vec<u8>)>;

    /// Flat weights, and what the optimizer remembers.
    fn state(learner: &Self::Learner) -> (&Tensor<1>, &OptimizerState);

    /// For tests: makes the next loss not finite.
    fn break_weights(learner: &mut Self::Learner);

    /// The flat kernels to record now and then, if any.
    fn kernels(&self, _learner: &Self::Learner) -> Option<Tensor<1>> {
        None
    }

    /// Called after every epoch: whether the run should end here.
    fn enough(&mut self, _learner: &Self::Learner, _history: &History) -> bool {
        false
    }

    /// Called after going back: of what was measured, only so many epochs still count.
    fn went_back(&mut self, _epochs: usize) {}

    /// Called before the test: makes the learner the one that is to be tested.
    fn settle(&mut self, _learner: &mut Self::Learner) {}

    /// The mistakes worth showing of a finished test.
    fn mistakes(&self, _pictures: Self::Pictures<'_>, _probabilities: &[f32]) -> Vec<Mistake> {
        Vec::new()
    }

    /// A step with a larger mean loss has lost what was learned: the run is stopped, as where it is no number.
    fn most_loss(&self) -> f32 {
        f32::INFINITY
    }

    /// Twice the loss of guessing. Weights with a larger one are on their way out even where it is still a number, and
    /// going back to them would only diverge again.
    fn good_loss(&self) -> f32 {
        2.0 * (self.classes() as f32).ln()
    }
}

/// A run at rest.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Flat.
    pub weights: Vec<f32>,
    /// The optimizer's memories, flat.
    pub first: Option<Vec<f32>>,
    pub second: Option<Vec<f32>>,
    pub meta: Meta,
}

/// A measurement in progress, one chunk at a time, so that pausing and drawing need not wait for its end.
#[derive(Clone, Debug)]
pub struct Evaluation {
    indices: Vec<u32>,
    next: usize,
    pub sum: Measured,
    /// Of every picture measured so far, `[n, classes]` row-major.
    pub probabilities: Vec<f32>,
    /// Of every picture measured so far.
    pub labels: Vec<u8>,
}

impl Evaluation {
    pub fn new(indices: Vec<u32>) -> Self {
        Self { indices, next: 0, sum: Measured::default(), probabilities: Vec::new(), labels: Vec::new() }
    }

    pub fn finished(&self) -> bool {
        self.next >= self.indices.len()
    }

    /// The next pictures to measure, at most `count`.
    pub fn next_chunk(&self, count: usize) -> &[u32] {
        &self.indices[self.next..self.indices.len().min(self.next + count)]
    }

    /// Takes the logits of the chunk, `[labels, classes]` row-major.
    pub fn take(&mut self, logits: &[f32], labels: &[u8]) {
        self.sum.add(Measured::from_logits(logits, labels));
        let classes = logits.len() / labels.len().max(1);
        self.probabilities.extend(logits.chunks_exact(classes.max(1)).flat_map(softmax));
        self.labels.extend_from_slice(labels);
        self.next += labels.len();
    }
}
