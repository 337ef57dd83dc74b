//! The course of the GoogLeNet lab: small pictures of any classes, learned for many epochs by the notebook's variant of
//! GoogLeNet or what its switches make of it.

mod checkpoint;
mod epoch_weights;
mod learner;
mod set;
mod site;
mod speed;

pub use checkpoint::GooglenetCheckpoint;
pub use epoch_weights::EpochWeights;
pub use learner::GooglenetLearner;
pub use set::{PictureSet, Sets};
pub use site::SiteSet;
pub use speed::SpeedTest;

use super::checkpoint::Meta;
use super::schedule::factor;
use super::{Course, OptimizerState, Session, initial_parameters};
use crate::data::{self, Crop, augmentation_stream, epoch_order, split, stream};
use crate::models::Network;
use crate::models::googlenet_cifar::googlenet_with;
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;
use crate::protocol::{Backend, Fault, GooglenetSettings, Part};
use burn::tensor::{Device, Tensor, TensorData};
use learner::Step;

/// Pictures measured at a time.
const CHUNK: usize = 100;
/// The first of the streams of random numbers for dropout, one for each step.
const DROPOUT_STREAM: u64 = 1 << 32;
/// Values of one picture.
const VALUES: usize = 3 * SIDE * SIDE;

/// See [`Session`].
///
/// After every epoch the network is measured on the pictures for validation, as the notebook does with CIFAR-10's test
/// part; the report at the end is about the same pictures. Nothing is chosen by them but what a visitor chooses.
pub struct Googlenet {
    pub settings: GooglenetSettings,
    pub set: PictureSet,
    /// Without weights: those are the learner's.
    pub network: Network,
    /// Those learned from, ascending.
    train: Vec<u32>,
    /// The order of the epoch it is for.
    order: (usize, Vec<u32>),
}

/// A run of the GoogLeNet lab.
pub type GooglenetSession = Session<Googlenet>;

impl GooglenetSession {
    /// The run of these settings at step 0.
    pub fn new(settings: GooglenetSettings, set: PictureSet, backend: Backend, device: Device) -> Self {
        let course = Googlenet::new(settings, set, &device);
        let weights = initial_parameters(&course.network.architecture, course.settings.seed);
        let learner = GooglenetLearner::new(&course.network, weights, course.settings.optimizer);
        Self::at(course, backend, learner, Meta::default())
    }

    /// Begins with the weights of an earlier run, as far as names and shapes fit.
    pub fn begin_with(&mut self, weights: &EpochWeights) {
        self.learner.begin_with(&self.course.network, &weights.tensors);
    }

    /// Goes on where a checkpoint was taken; on the same device that equals never having stopped.
    ///
    /// # Errors
    /// [`Fault::OtherPictures`] when it learned another set, [`Fault::BadFile`] when it says it is beyond its end.
    pub fn restore(
        checkpoint: GooglenetCheckpoint,
        set: PictureSet,
        backend: Backend,
        device: Device,
    ) -> Result<Self, Fault> {
        let GooglenetCheckpoint { settings, classes, set: name, weights, statistics, first, second, meta } = checkpoint;
        if (&classes, &name) != (&set.classes, &set.name) {
            return Err(Fault::OtherPictures);
        }
        let course = Googlenet::new(settings, set, &device);
        if meta.step > course.epochs() * course.steps_per_epoch() {
            let reason = format!("it claims {} steps, more than it has in all", meta.step);
            return Err(Fault::BadFile { name: "the saved run".to_owned(), at_byte: 8, reason });
        }
        let mut learner = GooglenetLearner::new(&course.network, weights, course.settings.optimizer);
        let vector = |values: Vec<f32>| Tensor::<1>::from_floats(values.as_slice(), &device);
        learner.statistics = learner.statistics.map(|_| vector(statistics));
        learner.optimizer = OptimizerState::restore(
            course.settings.optimizer,
            meta.optimizer_steps,
            first.map(vector),
            second.map(vector),
        );
        Ok(Self::at(course, backend, learner, meta))
    }
}

impl Googlenet {
    fn new(settings: GooglenetSettings, set: PictureSet, device: &Device) -> Self {
        let architecture = googlenet_with(&settings, set.classes.len());
        // Its pictures are in no order: the first are as good as any others, and are there first.
        let train = split(settings.seed, set.train, 0, settings.images).train;
        let network = Network::new(architecture, device);
        Self { settings, set, network, train, order: (usize::MAX, Vec::new()) }
    }

    pub fn device(&self) -> &Device {
        self.network.device()
    }

    /// Pictures learned from in an epoch.
    pub fn images(&self) -> usize {
        self.train.len()
    }

    /// The learning rate of a step, counted from 0.
    pub fn learning_rate(&self, step: usize) -> f64 {
        self.settings.learning_rate * factor(self.settings.schedule, step, self.epochs() * self.steps_per_epoch())
    }

    fn pixels(&self, values: Vec<f32>) -> Tensor<4> {
        let count = values.len() / VALUES;
        Tensor::from_data(TensorData::new(values, [count, 3, SIDE, SIDE]), self.device())
    }
}

/// Pictures as they are, `[count, 3, 32, 32]` row-major.
pub fn inputs(pictures: &data::Pictures, indices: &[u32]) -> Vec<f32> {
    let mut values = vec![0.0; indices.len() * VALUES];
    for (out, &index) in values.chunks_exact_mut(VALUES).zip(indices) {
        Crop::default().normalised(pictures.image(index as usize), SIDE, out);
    }
    values
}

fn labels(pictures: &data::Pictures, indices: &[u32]) -> Vec<u8> {
    indices.iter().map(|&index| pictures.labels[index as usize]).collect()
}

impl Course for Googlenet {
    type Learner = GooglenetLearner;
    type Pictures<'a> = Sets<'a>;
    type Batch = Vec<f32>;

    fn classes(&self) -> usize {
        self.set.classes.len()
    }

    fn epochs(&self) -> usize {
        self.settings.epochs
    }

    /// A hundred times the loss of guessing. Without any normalisation the reference variant can get there within a few
    /// steps, even after many good epochs, and does not come back; hours would pass in vain.
    fn most_loss(&self) -> f32 {
        100.0 * (self.classes() as f32).ln()
    }

    fn steps_per_epoch(&self) -> usize {
        self.train.len().div_ceil(self.settings.batch.max(1)).max(1)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.settings.learning_rate = learning_rate;
    }

    /// How a picture is changed depends on the seed, the epoch and its place, and on nothing else.
    fn batch(&mut self, Sets { train, .. }: Sets<'_>, step: usize) -> Option<(Vec<f32>, Vec<u8>)> {
        let (per_epoch, seed) = (self.steps_per_epoch(), self.settings.seed);
        let epoch = step / per_epoch;
        if self.order.0 != epoch {
            self.order = (epoch, epoch_order(seed, epoch, &self.train, self.set.shard.max(1)));
        }
        let from = step % per_epoch * self.settings.batch;
        let batch = &self.order.1[from..self.order.1.len().min(from + self.settings.batch)];
        if batch.iter().any(|&index| index as usize >= train.len()) {
            return None;
        }
        let mut values = vec![0.0; batch.len() * VALUES];
        for (out, &index) in values.chunks_exact_mut(VALUES).zip(batch) {
            let crop = Crop::draw(self.settings.augmentation, SIDE, &mut augmentation_stream(seed, epoch, index));
            crop.normalised(train.image(index as usize), SIDE, out);
        }
        Some((values, labels(train, batch)))
    }

    fn learn(&mut self, learner: &mut GooglenetLearner, batch: Vec<f32>, labels: &[u8], step: usize) -> Tensor<2> {
        let mut random = stream(self.settings.seed, DROPOUT_STREAM + step as u64);
        let forward = Step::forward(learner, &self.network, self.pixels(batch), &mut random);
        let logits = forward.logits();
        let backward = forward.backward(labels, self.settings.label_smoothing);
        backward.update(learner, self.settings.weight_decay, self.learning_rate(step));
        logits
    }

    fn part(&self, part: Part) -> Vec<u32> {
        match part {
            Part::Train => self.train.clone(),
            Part::Validation | Part::Test => (0..self.set.validation as u32).collect(),
        }
    }

    fn is_ready(&self, Sets { train, validation }: Sets<'_>, part: Part) -> bool {
        match part {
            Part::Train => self.train.last().is_none_or(|&last| (last as usize) < train.len()),
            Part::Validation | Part::Test => validation.len() >= self.set.validation,
        }
    }

    fn chunk(&self) -> usize {
        CHUNK
    }

    fn logits(
        &mut self,
        learner: &GooglenetLearner,
        sets: Sets<'_>,
        part: Part,
        indices: &[u32],
    ) -> Option<(Tensor<2>, Vec<u8>)> {
        let pictures = if part == Part::Train { sets.train } else { sets.validation };
        if indices.iter().any(|&index| index as usize >= pictures.len()) {
            return None;
        }
        let network = learner.network(&self.network);
        Some((network.forward(self.pixels(inputs(pictures, indices))), labels(pictures, indices)))
    }

    fn state(learner: &GooglenetLearner) -> (&Tensor<1>, &OptimizerState) {
        (&learner.weights, &learner.optimizer)
    }

    fn break_weights(learner: &mut GooglenetLearner) {
        learner.weights = learner.weights.clone() * f32::NAN;
    }
}
