//! Everything that defines a run of the GoogLeNet lab. Ranges and sentences are in [`super::googlenet_catalog`].

use super::settings::Optimizer;
use super::teach_settings::Schedule;
use serde::{Deserialize, Serialize};

/// What comes before the inception blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stem {
    /// The course notebook's, made for large pictures: a 7x7 convolution of stride 2 and a pooling leave 8x8 of 32x32.
    #[default]
    Reference,
    /// For pictures of 32x32: a 3x3 convolution of stride 1 and one pooling leave 16x16.
    Small,
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct GooglenetSettings {
    /// Name of a data set of small pictures.
    pub dataset: String,
    /// At most so many pictures are learned from.
    pub images: usize,
    pub stem: Stem,
    /// A batch norm after every convolution, those of the stem too.
    pub batch_norm: bool,
    /// A ReLU after every convolution of the inception blocks.
    pub branch_relu: bool,
    /// All layers have this share of their channels.
    pub width: f64,
    /// This share of the features is left out at random in every step.
    pub dropout: f64,
    pub optimizer: Optimizer,
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Pictures per step.
    pub batch: usize,
    pub epochs: usize,
    pub weight_decay: f64,
    /// This share of every label is given to all classes alike.
    pub label_smoothing: f64,
    /// 0 leaves pictures as they are; 1 mirrors and shifts them as the notebook does; more shifts further and hides parts.
    pub augmentation: f64,
    pub seed: u32,
}

impl Default for GooglenetSettings {
    /// The course notebook's.
    fn default() -> Self {
        Self {
            dataset: "cifar10".to_owned(),
            images: 50_000,
            stem: Stem::default(),
            batch_norm: false,
            branch_relu: false,
            width: 1.0,
            dropout: 0.4,
            optimizer: Optimizer::default(),
            learning_rate: 1e-3,
            schedule: Schedule::default(),
            batch: 128,
            epochs: 20,
            weight_decay: 0.0,
            label_smoothing: 0.0,
            augmentation: 1.0,
            seed: 1,
        }
    }
}
