//! The course of the lab that is taught: a pretrained network whose last layers learn a visitor's pictures.
//!
//! The network is cut in two. What is before the cut is frozen: where a picture is not changed at random, its value
//! at the cut is computed once and kept. What is after the cut learns.

mod beginning;
mod card;
mod checkpoint;
mod division;
mod familiarity;
mod learner;
mod model;
mod script;

pub use card::{Origin, model_card};
pub use checkpoint::{TaughtCheckpoint, from_bytes, to_bytes};
pub use division::Division;
pub use familiarity::Familiarity;
pub use learner::{TaughtLearner, blended, class_weights, learning_rate};
pub use model::{Facts, Input, Model, Results, Tested};
pub use script::pytorch_script;

use super::{Course, OptimizerState, Session, loss, read};
use crate::data::{Preprocessing, Rgb, Square, augment, augmentation_stream, mask_borders, stream};
use crate::models::architecture::{Architecture, Parameter};
use crate::models::{Mode, Network, taught};
use crate::protocol::{Fault, Head, History, Labelled, Part, Start, TeachSettings};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand::seq::SliceRandom;
use std::collections::HashMap;

/// Values at the cut that are kept for all pictures together, in bytes; beyond, they are computed again every time.
const KEPT_BYTES: usize = 256 << 20;
/// Pictures that go through the frozen layers together.
pub const SEEN_AT_ONCE: usize = 4;
/// Streams of random numbers: initial weights, and the first of those for the order of an epoch, for dropout and for
/// blends.
const WEIGHTS_STREAM: u64 = 0;
const ORDER_STREAM: u64 = 2;
const DROPOUT_STREAM: u64 = 1 << 32;
const BLEND_STREAM: u64 = 2 << 32;

/// A run of this lab.
pub type TaughtSession = Session<Taught>;

/// See [`Session`].
pub struct Taught {
    pub settings: TeachSettings,
    pub classes: Vec<String>,
    pub pictures: Vec<Labelled>,
    pub division: Division,
    /// With the weights it had before it was taught.
    pub network: Network,
    pub preprocessing: Preprocessing,
    pub cut: usize,
    /// Those that learn.
    pub parameters: Vec<Parameter>,
    class_weights: Vec<f32>,
    /// The order of the epoch it is for.
    order: (usize, Vec<u32>),
    /// By place: the value at the cut of the picture as it is.
    kept: HashMap<u32, Vec<f32>>,
    /// By place: pictures handed in for the next thing to do, as squares.
    handed_in: HashMap<u32, Rgb>,
    /// The pictures that were missing, by place.
    wanted: Vec<u32>,
    /// Epoch, validation loss and weights of the best epoch so far.
    pub best: Option<(usize, f32, Tensor<1>)>,
}

/// What a step learns from.
pub enum TaughtBatch {
    /// Values at the cut.
    Values(Tensor<4>),
    /// Pictures, normalised.
    Pixels(Tensor<4>),
}

impl Taught {
    /// - `backbone`: with all its weights before the classifier, and with those of the classifier for the head that is
    ///   the network's own
    pub fn new(
        settings: TeachSettings,
        classes: Vec<String>,
        pictures: Vec<Labelled>,
        backbone: Network,
        preprocessing: Preprocessing,
    ) -> Self {
        let architecture = taught::with_head(&backbone.architecture, settings.head, classes.len());
        let network = backbone.rebuilt(architecture);
        let cut = cut_for(&settings, &network.architecture);
        let division = Division::new(&pictures, settings.parts, settings.seed);
        let mut counts = vec![0; classes.len()];
        division.train.iter().for_each(|&place| counts[pictures[place as usize].class] += 1);
        let mut taught = Self {
            class_weights: class_weights(&settings, &counts),
            parameters: network.parameters_after(cut),
            settings,
            classes,
            pictures,
            division,
            network,
            preprocessing,
            cut,
            order: (usize::MAX, Vec::new()),
            kept: HashMap::new(),
            handed_in: HashMap::new(),
            wanted: Vec::new(),
            best: None,
        };
        taught.draw_weights();
        taught
    }

    /// The learner of step 0.
    pub fn learner(&self) -> TaughtLearner {
        TaughtLearner {
            weights: self.network.flat(&self.parameters),
            optimizer: OptimizerState::new(self.settings.optimizer),
        }
    }

    /// Begins with the weights of an earlier run instead, as far as they fit: a new layer that has learned already is
    /// not thrown about when blocks before it begin to learn. Layers that do not learn now stay as everybody has them,
    /// because a checkpoint holds only those that do.
    pub fn begin_with(&mut self, earlier: &TaughtCheckpoint) {
        let mut rest = earlier.weights.as_slice();
        for (name, shape) in &earlier.parameters {
            let (own, others) = rest.split_at(shape.iter().product());
            rest = others;
            if let Some(parameter) = self.parameters.iter().find(|p| p.name == *name && p.shape == *shape) {
                let own = Tensor::<1>::from_floats(own, self.device());
                self.network.set_flat(std::slice::from_ref(parameter), &own, false);
            }
        }
    }

    /// The learner of a checkpoint.
    pub fn restored(&self, checkpoint: &TaughtCheckpoint) -> TaughtLearner {
        let vector = |values: &Vec<f32>| Tensor::<1>::from_floats(values.as_slice(), self.device());
        TaughtLearner {
            weights: vector(&checkpoint.weights),
            optimizer: OptimizerState::restore(
                self.settings.optimizer,
                checkpoint.meta.optimizer_steps,
                checkpoint.first.as_ref().map(vector),
                checkpoint.second.as_ref().map(vector),
            ),
        }
    }

    /// The whole network as it stands.
    pub fn network_of(&self, learner: &TaughtLearner) -> Network {
        let mut network = self.network.clone();
        network.set_flat(&self.parameters, &learner.weights, false);
        network
    }

    pub fn device(&self) -> &Device {
        self.network.device()
    }

    /// Whether pictures are changed at random before they are learned from.
    pub fn augments(&self) -> bool {
        !self.settings.augmentation.is_none()
    }

    /// Whether the values at the cut are kept.
    pub fn keeps(&self) -> bool {
        self.pictures.len() * self.values_at_cut() * size_of::<f32>() <= KEPT_BYTES
    }

    /// The pictures without which the session could not go on, by place.
    pub fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// Takes a picture that was wanted.
    pub fn hand_in(&mut self, place: u32, picture: &Rgb) {
        self.handed_in.insert(place, self.square(picture));
    }

    /// The pictures whose values at the cut are to be kept and are not yet, in the order in which they are used.
    pub fn unseen(&self) -> Vec<u32> {
        if !self.keeps() {
            return Vec::new();
        }
        let learned = if self.augments() { &[][..] } else { &self.division.train };
        let all = learned.iter().chain(&self.division.validation).chain(&self.division.test);
        all.copied().filter(|place| !self.kept.contains_key(place)).collect()
    }

    /// Computes and keeps the values at the cut of pictures that were handed in.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn see(&mut self, places: &[u32]) -> Result<(), Fault> {
        let squares: Vec<Rgb> = places.iter().filter_map(|place| self.handed_in.remove(place)).collect();
        let pixels = self.pixels(squares.into_iter().map(|square| self.masked(square)));
        let values = read(self.network.first_layers(pixels, self.cut + 1)).await?;
        for (place, values) in places.iter().zip(values.chunks_exact(self.values_at_cut())) {
            self.kept.insert(*place, values.to_vec());
        }
        Ok(())
    }

    /// How many pictures of how many have been seen.
    pub fn seen(&self) -> (usize, usize) {
        (self.kept.len(), self.kept.len() + self.unseen().len())
    }

    /// The features of a picture as they are kept: nothing where the cut is not right before the new layer.
    pub fn features_kept(&self, place: u32) -> Option<Vec<f32>> {
        let [_, height, width] = self.network.architecture.layers[self.cut].shape;
        let is_before_head = self.cut + 1 == taught::new_layer(&self.network.architecture) && height * width == 1;
        self.kept.get(&place).filter(|_| is_before_head && self.settings.head == Head::Light).cloned()
    }

    /// The mean of every feature map before the head, `[features]`: the space in which pictures are compared.
    pub fn features(&self, learner: &TaughtLearner, input: Tensor<4>) -> Tensor<1> {
        let network = self.network_of(learner);
        pooled(network.first_layers(input, network.architecture.classifier()))
    }

    /// One picture, ready for the network.
    pub fn input(&self, picture: &Rgb) -> Tensor<4> {
        self.pixels(std::iter::once(self.masked(self.square(picture))))
    }

    /// Stands for the pictures and their classes: equal for the same ones in any order.
    pub fn digest(&self) -> String {
        let mut all: Vec<String> = self.pictures.iter().map(|p| format!("{}={}", p.sha, p.class)).collect();
        all.sort_unstable();
        crate::data::sha256(all.join("\n").as_bytes())
    }

    fn square(&self, picture: &Rgb) -> Rgb {
        let [_, side, _] = self.network.architecture.input();
        picture.cut(Square::of(picture.width, picture.height, side, side))
    }

    fn masked(&self, mut square: Rgb) -> Rgb {
        mask_borders(&mut square, self.settings.mask);
        square
    }

    fn pixels(&self, squares: impl Iterator<Item = Rgb>) -> Tensor<4> {
        let [channels, height, width] = self.network.architecture.input();
        let values: Vec<f32> = squares.flat_map(|square| square.normalised(&self.preprocessing)).collect();
        let count = values.len() / (channels * height * width);
        Tensor::from_data(TensorData::new(values, [count, channels, height, width]), self.device())
    }

    fn values_at_cut(&self) -> usize {
        self.network.architecture.layers[self.cut].shape.iter().product()
    }

    /// The kept values of these pictures, or nothing when one of them is not there.
    fn values(&self, places: &[u32]) -> Option<Tensor<4>> {
        let mut all = Vec::with_capacity(places.len() * self.values_at_cut());
        for place in places {
            all.extend_from_slice(self.kept.get(place)?);
        }
        let [channels, height, width] = self.network.architecture.layers[self.cut].shape;
        Some(Tensor::from_data(TensorData::new(all, [places.len(), channels, height, width]), self.device()))
    }

    /// Squares of these pictures, taken out of what was handed in; otherwise notes which are missing.
    fn squares(&mut self, places: &[u32]) -> Option<Vec<Rgb>> {
        self.wanted = places.iter().copied().filter(|place| !self.handed_in.contains_key(place)).collect();
        if !self.wanted.is_empty() {
            return None;
        }
        let squares = places.iter().filter_map(|place| self.handed_in.get(place).cloned()).collect();
        self.handed_in.clear();
        Some(squares)
    }

    /// How much of the next picture is laid over each of a step's; nothing where none is, or there is no other.
    fn blends(&self, pictures: usize, step: usize) -> Vec<f32> {
        if self.settings.blend == 0.0 || pictures < 2 {
            return Vec::new();
        }
        let mut random = stream(self.settings.seed, BLEND_STREAM + step as u64);
        (0..pictures).map(|_| random.random_range(0.0..=self.settings.blend as f32)).collect()
    }

    fn labels(&self, places: &[u32]) -> Vec<u8> {
        // There are at most 50 classes.
        places.iter().map(|&place| self.pictures[place as usize].class as u8).collect()
    }
}

/// The mean of every map of one picture, `[channels]`.
pub fn pooled(maps: Tensor<4>) -> Tensor<1> {
    let [_, channels, height, width] = maps.dims();
    let means: Tensor<2> = maps.reshape([channels, height * width]).mean_dim(1);
    means.reshape([channels])
}

/// Before the head, or before as many blocks as are to learn; everything learns that begins at random.
fn cut_for(settings: &TeachSettings, architecture: &Architecture) -> usize {
    let cuts = taught::cuts(architecture);
    match settings.start {
        Start::Pretrained => cuts.get(settings.blocks).or(cuts.last()).copied().unwrap_or(0),
        Start::Random => 0,
    }
}

impl Course for Taught {
    type Learner = TaughtLearner;
    type Pictures<'a> = ();
    type Batch = TaughtBatch;

    fn classes(&self) -> usize {
        self.classes.len()
    }

    fn epochs(&self) -> usize {
        self.settings.epochs
    }

    fn steps_per_epoch(&self) -> usize {
        self.division.train.len().div_ceil(self.settings.batch.max(1)).max(1)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.settings.learning_rate = learning_rate;
    }

    fn batch(&mut self, (): (), step: usize) -> Option<(TaughtBatch, Vec<u8>)> {
        let per_epoch = self.steps_per_epoch();
        let epoch = step / per_epoch;
        if self.order.0 != epoch {
            let mut order = self.division.train.clone();
            // Not by place but by what they show, so that the order in which pictures came makes no difference.
            order.sort_by(|a, b| self.pictures[*a as usize].sha.cmp(&self.pictures[*b as usize].sha));
            order.shuffle(&mut stream(self.settings.seed, ORDER_STREAM + epoch as u64));
            self.order = (epoch, order);
        }
        let from = step % per_epoch * self.settings.batch;
        let places = self.order.1[from..self.order.1.len().min(from + self.settings.batch)].to_vec();
        let labels = self.labels(&places);
        if !self.augments()
            && let Some(values) = self.values(&places)
        {
            return Some((TaughtBatch::Values(values), labels));
        }
        let squares = self.squares(&places)?;
        let (augmentation, mask, seed) = (self.settings.augmentation, self.settings.mask, self.settings.seed);
        let changed = squares.iter().zip(&places).map(|(square, &place)| {
            let picture = &self.pictures[place as usize];
            let mut random = augmentation_stream(seed, epoch, number(&picture.sha));
            augment(square, &augmentation, mask, &mut random)
        });
        Some((TaughtBatch::Pixels(self.pixels(changed)), labels))
    }

    fn learn(&mut self, learner: &mut TaughtLearner, batch: TaughtBatch, labels: &[u8], step: usize) -> Tensor<2> {
        let blends = self.blends(labels.len(), step);
        let blend = |x| if blends.is_empty() { x } else { blended(x, &blends) };
        let x = match batch {
            TaughtBatch::Values(values) => blend(values),
            TaughtBatch::Pixels(pixels) => self.network.first_layers(blend(pixels), self.cut + 1),
        };
        let mut network = self.network.clone();
        network.set_flat(&self.parameters, &learner.weights, true);
        let mut random = stream(self.settings.seed, DROPOUT_STREAM + step as u64);
        let end = network.architecture.layers.len();
        let logits = network.layers(x.autodiff(), self.cut, end, Mode::Frozen(&mut random));
        let logits = logits.reshape([labels.len(), self.classes.len()]);
        let smoothing = self.settings.label_smoothing;
        let gradients = loss(logits.clone(), labels, &blends, &self.class_weights, smoothing, self.device()).backward();
        let mut gradient = network.flat_gradient(&self.parameters, &gradients);
        if self.settings.weight_decay > 0.0 {
            gradient = gradient + learner.weights.clone() * self.settings.weight_decay;
        }
        let rate = learning_rate(&self.settings, step, self.settings.epochs * self.steps_per_epoch());
        learner.optimizer.update(&mut learner.weights, gradient, rate);
        logits.inner()
    }

    fn part(&self, part: Part) -> Vec<u32> {
        self.division.part(part).to_vec()
    }

    fn is_ready(&self, (): (), _part: Part) -> bool {
        // What is missing is noticed chunk by chunk.
        true
    }

    fn chunk(&self) -> usize {
        if self.values_at_cut() <= 4096 { 256 } else { SEEN_AT_ONCE }
    }

    fn logits(&mut self, learner: &TaughtLearner, (): (), _part: Part, places: &[u32]) -> Option<(Tensor<2>, Vec<u8>)> {
        let x = match self.values(places) {
            Some(values) => values,
            None => {
                let squares = self.squares(places)?;
                let masked: Vec<Rgb> = squares.into_iter().map(|square| self.masked(square)).collect();
                self.network.first_layers(self.pixels(masked.into_iter()), self.cut + 1)
            }
        };
        let network = self.network_of(learner);
        let logits = network.layers(x, self.cut, network.architecture.layers.len(), Mode::Measuring);
        Some((logits.reshape([places.len(), self.classes.len()]), self.labels(places)))
    }

    fn state(learner: &TaughtLearner) -> (&Tensor<1>, &OptimizerState) {
        (&learner.weights, &learner.optimizer)
    }

    fn break_weights(learner: &mut TaughtLearner) {
        learner.weights = learner.weights.clone() * f32::NAN;
    }

    fn enough(&mut self, learner: &TaughtLearner, history: &History) -> bool {
        let patience = self.settings.patience;
        let newest = history.epochs.last().and_then(|point| Some((point.epoch, point.validation_loss?)));
        let Some((epoch, loss)) = newest.filter(|_| patience > 0) else { return false };
        if self.best.as_ref().is_none_or(|(_, best, _)| loss < *best) {
            self.best = Some((epoch, loss, learner.weights.clone()));
        }
        self.best.as_ref().is_some_and(|(best, ..)| epoch.saturating_sub(*best) >= patience)
    }

    fn went_back(&mut self, epochs: usize) {
        self.best = self.best.take().filter(|(epoch, ..)| *epoch <= epochs);
    }

    fn settle(&mut self, learner: &mut TaughtLearner) {
        if let Some((_, _, weights)) = &self.best {
            learner.weights = weights.clone();
        }
    }
}

/// A number that belongs to a picture, from its 16 hexadecimal digits.
fn number(sha: &str) -> u32 {
    sha.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
