//! Where the time of a training step goes.

use super::learner::Step;
use super::{Course, Googlenet, GooglenetLearner, PictureSet, Sets, initial_parameters};
use crate::data::{Pictures, stream};
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;
use crate::protocol::{Fault, GooglenetSettings, Speed};
use crate::train::clock::now;
use crate::train::read;
use burn::tensor::{Device, Tensor};

/// Classes and pictures that are made up.
const CLASSES: usize = 10;

/// Steps on made-up pictures, each timed in its parts: for the benchmark, and for an estimate of how long a run takes.
pub struct SpeedTest {
    course: Googlenet,
    learner: GooglenetLearner,
    pictures: Pictures,
    steps: usize,
    /// Seconds of all steps counted so far: data, forward, backward, optimizer.
    seconds: [f64; 4],
}

impl SpeedTest {
    pub fn new(settings: &GooglenetSettings, device: &Device) -> Self {
        let count = settings.batch.max(CLASSES);
        let mut pictures = Pictures::new(SIDE, SIDE);
        let pixels: Vec<u8> = (0..count * pictures.stride()).map(|i| (i * 7_919 % 256) as u8).collect();
        pictures.push(&pixels, &(0..count).map(|i| (i % CLASSES) as u8).collect::<Vec<_>>());
        let set = PictureSet {
            name: settings.dataset.clone(),
            classes: (0..CLASSES).map(|class| class.to_string()).collect(),
            train: count,
            validation: 0,
            shard: count,
        };
        let course = Googlenet::new(GooglenetSettings { images: count, ..settings.clone() }, set, device);
        let weights = initial_parameters(&course.network.architecture, settings.seed);
        let learner = GooglenetLearner::new(&course.network, weights, settings.optimizer);
        Self { course, learner, pictures, steps: 0, seconds: [0.0; 4] }
    }

    /// One training step.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn step(&mut self) -> Result<(), Fault> {
        let Self { course, learner, pictures, .. } = self;
        let sets = Sets { train: pictures, validation: pictures };
        let start = now();
        let (batch, labels) = course.batch(sets, 0).ok_or(Fault::NoRun)?;
        let x = course.pixels(batch);
        let data = start.elapsed().as_secs_f64();
        let mut random = stream(course.settings.seed, self.steps as u64);
        let forward = Step::forward(learner, &course.network, x, &mut random);
        read(forward.logits()).await?;
        let forward_end = start.elapsed().as_secs_f64();
        let backward = forward.backward(&labels, course.settings.label_smoothing);
        wait(&backward.gradient).await?;
        let backward_end = start.elapsed().as_secs_f64();
        backward.update(learner, course.settings.weight_decay, course.learning_rate(0));
        wait(&learner.weights).await?;
        let end = start.elapsed().as_secs_f64();
        let parts = [data, forward_end - data, backward_end - forward_end, end - backward_end];
        self.seconds.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        self.steps += 1;
        Ok(())
    }

    /// Steps since the beginning or [`SpeedTest::warm`].
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Seconds that those took.
    pub fn seconds(&self) -> f64 {
        self.seconds.iter().sum()
    }

    /// Forgets the steps so far: the first ones compile kernels and fill caches.
    pub fn warm(&mut self) {
        (self.steps, self.seconds) = (0, [0.0; 4]);
    }

    /// What was measured; not a number before the first step.
    pub fn speed(&self) -> Speed {
        let images = (self.steps * self.course.settings.batch) as f64;
        let [data, forward, backward, optimizer] = self.seconds.map(|seconds| seconds / images);
        Speed { images_per_second: images / self.seconds(), data, forward, backward, optimizer }
    }
}

/// Until the device has computed it.
async fn wait(values: &Tensor<1>) -> Result<(), Fault> {
    read(values.clone().narrow(0, 0, 1)).await.map(drop)
}
