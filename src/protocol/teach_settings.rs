//! Everything that defines a run of the lab that is taught. Ranges and sentences are in [`super::teach_catalog`].

use super::settings::Optimizer;
use serde::{Deserialize, Serialize};

/// What replaces the last layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// The mean of every feature map, then one layer to the classes.
    #[default]
    Light,
    /// The network's own classifier with only its last layer replaced, and its dropout.
    Own,
}

/// With which weights the layers before the head begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    #[default]
    Pretrained,
    /// Random numbers, and all layers learn: what the same pictures give without transfer.
    Random,
}

/// How the pictures are divided, class by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parts {
    /// 80 % to learn from; 20 % to validate on, which the report at the end is about too.
    #[default]
    #[serde(rename = "80-20")]
    EightyTwenty,
    /// 70 % to learn from, 20 % to validate on, 10 % held out for the end.
    #[serde(rename = "70-20-10")]
    SeventyTwentyTen,
}

/// How the learning rate changes over the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    #[default]
    Constant,
    /// A tenth of it after every third of the epochs.
    Step,
    /// Down to zero along half a cosine (Loshchilov and Hutter, 2017).
    Cosine,
    /// Up from a twenty-fifth over three tenths of the run, then down to nearly nothing, both along half a cosine (Smith and
    /// Topin, 2018; as PyTorch's `OneCycleLR`).
    OneCycle,
}

/// How much a mistake counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// The same for every picture.
    #[default]
    Equal,
    /// The fewer pictures a class has, the more: pictures / (classes x pictures of the class).
    Inverse,
    /// One factor for each class.
    Own(Vec<f64>),
}

/// How pictures are changed at random every time they are learned from. Zero changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Augmentation {
    /// Mirrored left to right every other time.
    pub flip: bool,
    /// Up to so many degrees either way.
    pub rotation: f64,
    /// Up to this share of the side, along both axes.
    pub shift: f64,
    /// Up to this share larger or smaller.
    pub zoom: f64,
    /// Up to this share brighter or darker.
    pub brightness: f64,
    /// Up to this share more or less contrast.
    pub contrast: f64,
    /// Standard deviation of noise added to every value, as a share of the whole range.
    pub noise: f64,
}

impl Augmentation {
    /// Whether pictures stay as they are.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct TeachSettings {
    /// Name of a set of weights.
    pub backbone: String,
    pub head: Head,
    pub start: Start,
    /// How many of the backbone's blocks learn too, counted from the last.
    pub blocks: usize,
    pub optimizer: Optimizer,
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Pictures per step.
    pub batch: usize,
    pub epochs: usize,
    /// Stop after so many epochs without a better validation loss, and go back to the best weights; 0 trains to the end.
    pub patience: usize,
    pub weight_decay: f64,
    /// Up to this share of another picture of its batch is laid over every picture, and of that one's label over its own
    /// (mixup; Zhang and others, 2018).
    pub blend: f64,
    /// This share of every label is given to all classes alike.
    pub label_smoothing: f64,
    pub class_weights: ClassWeights,
    pub augmentation: Augmentation,
    /// Width of a border that is painted grey, as a share of the side: an experiment that takes away what a network may
    /// have learned from the edges.
    pub mask: f64,
    pub parts: Parts,
    pub seed: u32,
}

impl Default for TeachSettings {
    /// The course notebook's: only the last layer learns, Adam 1e-3, batch 16, 5 epochs, 80 to 20.
    fn default() -> Self {
        Self {
            backbone: "squeezenet1_1".to_owned(),
            head: Head::default(),
            start: Start::default(),
            blocks: 0,
            optimizer: Optimizer::default(),
            learning_rate: 1e-3,
            schedule: Schedule::default(),
            batch: 16,
            epochs: 5,
            patience: 0,
            weight_decay: 0.0,
            blend: 0.0,
            label_smoothing: 0.0,
            class_weights: ClassWeights::default(),
            augmentation: Augmentation::default(),
            mask: 0.0,
            parts: Parts::default(),
            seed: 1,
        }
    }
}
