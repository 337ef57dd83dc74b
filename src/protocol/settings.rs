//! Everything that defines a run. The same settings, seed and backend give the same loss curve.

use serde::{Deserialize, Serialize};

/// The non-linearity after each convolution and hidden layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    #[default]
    Tanh,
    Relu,
}

/// How each 2x2 block of a feature map becomes one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    #[default]
    Average,
    Max,
}

/// How a 28x28 digit becomes the 32x32 input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// Enlarged bilinearly, as in the course notebook.
    #[default]
    Resize,
    /// Two pixels of background on every side, as in the 1998 paper.
    Paper,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    #[default]
    Adam,
    /// Stochastic gradient descent with momentum 0.9.
    Sgd,
    /// Stochastic gradient descent without momentum: the plainest rule, and the one benchmarks share.
    PlainSgd,
    RmsProp,
}

/// Which device the visitor asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendChoice {
    /// Time one training step on each and take the faster.
    #[default]
    Auto,
    Cpu,
    Webgpu,
}

/// The settings of a LeNet-5 run. Ranges and sentences are in [`super::catalog`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Settings {
    pub activation: Activation,
    pub pooling: Pooling,
    pub padding: Padding,
    pub optimizer: Optimizer,
    pub learning_rate: f64,
    /// Images per step.
    pub batch: usize,
    pub epochs: usize,
    /// Images used for training, taken from the front of the training set after the split.
    pub images: usize,
    /// Images split off the training set by seed and only measured, never learned from; 0 or 5,000.
    pub validation: usize,
    pub seed: u32,
    pub backend: BackendChoice,
}

impl Default for Settings {
    /// The course notebook's run, plus a validation part.
    fn default() -> Self {
        Self {
            activation: Activation::default(),
            pooling: Pooling::default(),
            padding: Padding::default(),
            optimizer: Optimizer::default(),
            learning_rate: 1e-3,
            batch: 64,
            epochs: 10,
            images: 60_000,
            validation: 5_000,
            seed: 1,
            backend: BackendChoice::default(),
        }
    }
}

impl Settings {
    /// Images that a whole epoch really trains on: what is left of the 60,000 after the validation split, or fewer.
    pub fn images_per_epoch(&self) -> usize {
        self.images.min(super::catalog::MNIST_TRAIN - self.validation)
    }

    /// Steps in one epoch; the last batch may be smaller.
    pub fn steps_per_epoch(&self) -> usize {
        self.images_per_epoch().div_ceil(self.batch.max(1))
    }
}
