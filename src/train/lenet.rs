//! The course of the LeNet-5 lab: MNIST's digits, learned by the network of 1998.

use super::checkpoint::Checkpoint;
use super::course::{Course, Parts};
use super::measure::gather;
use super::step::{Learner, batch_of};
use super::{OptimizerState, Session};
use crate::data::{Digits, Split, TRAIN_SHARD, epoch_order, split};
use crate::metrics;
use crate::models::lenet5::CLASSES;
use crate::protocol::catalog::{MNIST_TEST, MNIST_TRAIN};
use crate::protocol::{Backend, Fault, Mistake, Part, Settings};
use burn::tensor::{Device, Tensor};

/// Values in the first layer's kernels, which come first in the flat weights.
const KERNELS: usize = 6 * 25;
/// Pictures measured at a time.
const CHUNK: usize = 250;
/// Mistakes shown at the end.
const MISTAKES: usize = 24;

/// The pictures loaded so far.
#[derive(Clone, Copy)]
pub struct Pictures<'a> {
    pub train: &'a Digits,
    pub test: &'a Digits,
}

/// See [`Session`].
pub struct Lenet {
    pub settings: Settings,
    pub device: Device,
    split: Split,
    /// The order of the epoch it is for.
    order: (usize, Vec<u32>),
}

/// A run of the LeNet-5 lab.
pub type LenetSession = Session<Lenet>;

impl LenetSession {
    /// The run of these settings at step 0.
    pub fn new(settings: Settings, backend: Backend, device: Device) -> Self {
        let learner = Learner::new(&settings, &device);
        Self::at(Lenet::new(settings, device), backend, learner, super::checkpoint::Meta::default())
    }

    /// Goes on where a checkpoint was taken; the same device gives the same weights as never having stopped.
    pub fn restore(checkpoint: Checkpoint, backend: Backend, device: Device) -> Self {
        let Checkpoint { settings, weights, first, second, meta } = checkpoint;
        let mut learner = Learner::with_weights(&settings, weights, &device);
        let vector = |v: Vec<f32>| Tensor::<1>::from_floats(v.as_slice(), &device);
        learner.optimizer =
            OptimizerState::restore(settings.optimizer, meta.optimizer_steps, first.map(vector), second.map(vector));
        Self::at(Lenet::new(settings, device.clone()), backend, learner, meta)
    }

    /// Everything needed to go on later.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, Fault> {
        let Parts { weights, first, second, meta } = self.parts().await?;
        Ok(Checkpoint { settings: self.course.settings.clone(), weights, first, second, meta })
    }
}

impl Lenet {
    fn new(settings: Settings, device: Device) -> Self {
        let split = split(settings.seed, MNIST_TRAIN, settings.validation, settings.images);
        Self { settings, device, split, order: (usize::MAX, Vec::new()) }
    }
}

impl Course for Lenet {
    type Learner = Learner;
    type Pictures<'a> = Pictures<'a>;
    type Batch = Vec<f32>;

    fn classes(&self) -> usize {
        CLASSES
    }

    fn epochs(&self) -> usize {
        self.settings.epochs
    }

    fn steps_per_epoch(&self) -> usize {
        self.settings.steps_per_epoch()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.settings.learning_rate = learning_rate;
    }

    fn batch(&mut self, Pictures { train, .. }: Pictures<'_>, step: usize) -> Option<(Vec<f32>, Vec<u8>)> {
        let per_epoch = self.settings.steps_per_epoch();
        let epoch = step / per_epoch;
        if self.order.0 != epoch {
            self.order = (epoch, epoch_order(self.settings.seed, epoch, &self.split.train, TRAIN_SHARD));
        }
        let from = step % per_epoch * self.settings.batch;
        let batch = &self.order.1[from..self.order.1.len().min(from + self.settings.batch)];
        if batch.iter().any(|&i| i as usize >= train.len()) {
            return None;
        }
        Some(gather(train, batch, self.settings.padding))
    }

    fn learn(&mut self, learner: &mut Learner, pixels: Vec<f32>, labels: &[u8], _step: usize) -> Tensor<2> {
        learner.learn(pixels, labels, self.settings.learning_rate, &self.device)
    }

    fn part(&self, part: Part) -> Vec<u32> {
        match part {
            Part::Train => self.split.train.clone(),
            Part::Validation => self.split.validation.clone(),
            Part::Test => (0..MNIST_TEST as u32).collect(),
        }
    }

    fn is_ready(&self, Pictures { train, test }: Pictures<'_>, part: Part) -> bool {
        if part == Part::Test { test.len() >= MNIST_TEST } else { train.len() >= MNIST_TRAIN }
    }

    fn chunk(&self) -> usize {
        CHUNK
    }

    fn logits(
        &mut self,
        learner: &Learner,
        Pictures { train, test }: Pictures<'_>,
        part: Part,
        indices: &[u32],
    ) -> Option<(Tensor<2>, Vec<u8>)> {
        let digits = if part == Part::Test { test } else { train };
        let (pixels, labels) = gather(digits, indices, self.settings.padding);
        let pixels = batch_of(pixels, labels.len(), &self.device);
        Some((learner.network().forward(pixels), labels))
    }

    fn state(learner: &Learner) -> (&Tensor<1>, &OptimizerState) {
        (&learner.weights, &learner.optimizer)
    }

    fn break_weights(learner: &mut Learner) {
        learner.weights = learner.weights.clone() * f32::NAN;
    }

    fn kernels(&self, learner: &Learner) -> Option<Tensor<1>> {
        Some(learner.weights.clone().narrow(0, 0, KERNELS))
    }

    fn mistakes(&self, Pictures { test, .. }: Pictures<'_>, probabilities: &[f32]) -> Vec<Mistake> {
        metrics::worst_mistakes(probabilities, &test.labels, MISTAKES, |i| test.image(i).to_vec())
    }
}
