//! One table of every hyperparameter: label, sentence, unit, range, default. Controls, validation and the URL read it.

use super::Settings;
use super::settings::{Activation, BackendChoice, Optimizer, Padding, Pooling};

/// Images in MNIST's training and test files.
pub const MNIST_TRAIN: usize = 60_000;
pub const MNIST_TEST: usize = 10_000;
/// Size of the optional validation part.
pub const VALIDATION: usize = 5_000;
/// Trainable numbers in LeNet-5 as built here; asserted against the network by a test.
pub const LENET5_PARAMETERS: usize = 61_706;

/// What a control accepts.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `(value in the URL, label)`
    Choice(&'static [(&'static str, &'static str)]),
    Integer {
        min: u64,
        max: u64,
    },
    /// Positive, shown and moved on a logarithmic scale.
    Real {
        min: f64,
        max: f64,
    },
    /// Shown and moved in equal steps.
    Linear {
        min: f64,
        max: f64,
        step: f64,
    },
    /// `equal`, `inverse`, or a number for each class.
    Weights,
    /// A name.
    Text,
}

/// One hyperparameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Hyperparameter {
    /// Name in the URL and in files.
    pub key: &'static str,
    pub label: &'static str,
    /// One sentence for the visitor.
    pub help: &'static str,
    pub unit: Option<&'static str>,
    pub kind: Kind,
}

/// The optimizers of every lab.
pub(super) const OPTIMIZERS: &[(&str, &str)] = &[
    ("adam", "Adam"),
    ("sgd", "SGD with momentum 0.9"),
    ("plain-sgd", "SGD without momentum"),
    ("rms-prop", "RMSprop"),
];

/// All of them, in the order in which the page shows them.
pub const HYPERPARAMETERS: &[Hyperparameter] = &[
    Hyperparameter {
        key: "activation",
        label: "Activation",
        help: "The curve every value passes through after a layer; tanh is what the 1998 network used, ReLU is what most networks use now.",
        unit: None,
        kind: Kind::Choice(&[("tanh", "tanh"), ("relu", "ReLU")]),
    },
    Hyperparameter {
        key: "pooling",
        label: "Pooling",
        help: "How each 2x2 block of a feature map becomes one value: its average, or its largest.",
        unit: None,
        kind: Kind::Choice(&[("average", "average"), ("max", "max")]),
    },
    Hyperparameter {
        key: "padding",
        label: "Input",
        help: "How a 28x28 digit fills the 32x32 input: enlarged, or with two blank pixels on every side as in the 1998 paper.",
        unit: None,
        kind: Kind::Choice(&[("resize", "enlarged to 32x32"), ("paper", "28x28 with a blank border")]),
    },
    Hyperparameter {
        key: "optimizer",
        label: "Optimizer",
        help: "The rule that turns gradients into new weights; Adam adapts its step to every weight, SGD takes the same step for all.",
        unit: None,
        kind: Kind::Choice(OPTIMIZERS),
    },
    Hyperparameter {
        key: "learning-rate",
        label: "Learning rate",
        help: "How far each step moves the weights; too small learns slowly, too large never settles.",
        unit: None,
        kind: Kind::Real { min: 1e-5, max: 10.0 },
    },
    Hyperparameter {
        key: "batch",
        label: "Batch size",
        help: "How many images are looked at before each change of the weights.",
        unit: Some("images"),
        kind: Kind::Integer { min: 1, max: 4096 },
    },
    Hyperparameter {
        key: "epochs",
        label: "Epochs",
        help: "How many times the network sees every training image.",
        unit: Some("epochs"),
        kind: Kind::Integer { min: 1, max: 100 },
    },
    Hyperparameter {
        key: "images",
        label: "Training images",
        help: "How many of the 60,000 training images are used; fewer train faster and generalise worse.",
        unit: Some("images"),
        kind: Kind::Integer { min: 16, max: MNIST_TRAIN as u64 },
    },
    Hyperparameter {
        key: "validation",
        label: "Validation",
        help: "Whether 5,000 training images are set aside to measure the network on digits it did not learn from.",
        unit: None,
        kind: Kind::Choice(&[("5000", "5,000 images set aside"), ("0", "none, as in the course notebook")]),
    },
    Hyperparameter {
        key: "seed",
        label: "Seed",
        help: "The number all chance is drawn from: the same seed gives the same initial weights and the same order of images.",
        unit: None,
        kind: Kind::Integer { min: 0, max: u32::MAX as u64 },
    },
    Hyperparameter {
        key: "backend",
        label: "Device",
        help: "Where the arithmetic runs; Auto times a training step on both and takes the faster.",
        unit: None,
        kind: Kind::Choice(&[("auto", "Auto"), ("cpu", "CPU"), ("webgpu", "WebGPU")]),
    },
];

/// The entry with this key.
pub fn hyperparameter(key: &str) -> Option<&'static Hyperparameter> {
    HYPERPARAMETERS.iter().find(|h| h.key == key)
}

/// A number from its text.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn real(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A number from its text, read by the browser: Rust's own tables for that take 10 KB of the page's module, which
/// nothing compresses.
#[cfg(target_arch = "wasm32")]
pub(super) fn real(text: &str) -> Option<f64> {
    // JavaScript's unary plus: an empty text is a zero, and any other that is no number is NaN.
    let number = f64::try_from(wasm_bindgen::JsValue::from_str(text)).ok()?;
    (number.is_finite() && !text.trim().is_empty()).then_some(number)
}

impl Settings {
    /// The value of one hyperparameter as it stands in the URL.
    ///
    /// Returns an empty string for a key that is not in [`HYPERPARAMETERS`].
    pub fn get(&self, key: &str) -> String {
        match key {
            "activation" => name(&self.activation),
            "pooling" => name(&self.pooling),
            "padding" => name(&self.padding),
            "optimizer" => name(&self.optimizer),
            "learning-rate" => format!("{}", self.learning_rate),
            "batch" => self.batch.to_string(),
            "epochs" => self.epochs.to_string(),
            "images" => self.images.to_string(),
            "validation" => self.validation.to_string(),
            "seed" => self.seed.to_string(),
            "backend" => name(&self.backend),
            _ => String::new(),
        }
    }

    /// Sets one hyperparameter from its text.
    ///
    /// # Errors
    /// A sentence, when the key is unknown or the value is not in its range; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let h = hyperparameter(key).ok_or_else(|| format!("there is no setting called “{key}”"))?;
        let bad = || format!("{} cannot be “{value}”: {}", h.label, h.accepts());
        let integer = || match h.kind {
            Kind::Integer { min, max } => value.parse::<u64>().ok().filter(|v| (min..=max).contains(v)).ok_or_else(bad),
            _ => Err(bad()),
        };
        match key {
            "activation" => self.activation = parse::<Activation>(value).ok_or_else(bad)?,
            "pooling" => self.pooling = parse::<Pooling>(value).ok_or_else(bad)?,
            "padding" => self.padding = parse::<Padding>(value).ok_or_else(bad)?,
            "optimizer" => self.optimizer = parse::<Optimizer>(value).ok_or_else(bad)?,
            "backend" => self.backend = parse::<BackendChoice>(value).ok_or_else(bad)?,
            "learning-rate" => {
                let Kind::Real { min, max } = h.kind else { return Err(bad()) };
                self.learning_rate = real(value).filter(|v| (min..=max).contains(v)).ok_or_else(bad)?;
            }
            "batch" => self.batch = integer()? as usize,
            "epochs" => self.epochs = integer()? as usize,
            "images" => self.images = integer()? as usize,
            "seed" => self.seed = integer()? as u32,
            "validation" => {
                self.validation = match value {
                    "0" => 0,
                    "5000" => VALIDATION,
                    _ => return Err(bad()),
                }
            }
            _ => return Err(bad()),
        }
        Ok(())
    }

    /// Reads `key=value` pairs (already percent-decoded). What is unknown or out of range keeps its default
    /// and is reported as one sentence each.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let complaints = pairs.into_iter().filter_map(|(k, v)| settings.set(k, v).err()).collect();
        (settings, complaints)
    }

    /// The pairs that differ from the default, for the URL.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let default = Self::default();
        HYPERPARAMETERS
            .iter()
            .map(|h| (h.key, self.get(h.key)))
            .filter(|(key, value)| *value != default.get(key))
            .collect()
    }
}

impl Kind {
    /// Whether a number is in the range.
    pub fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Integer { min, max } => value.fract() == 0.0 && (min as f64..=max as f64).contains(&value),
            Self::Real { min, max } | Self::Linear { min, max, .. } => (min..=max).contains(&value),
            Self::Choice(_) | Self::Weights | Self::Text => false,
        }
    }
}

impl Hyperparameter {
    /// What it accepts, in words.
    pub fn accepts(&self) -> String {
        match &self.kind {
            Kind::Choice(options) => {
                format!("it is one of {}", options.iter().map(|(v, _)| *v).collect::<Vec<_>>().join(", "))
            }
            Kind::Integer { min, max } => format!("it is a whole number from {min} to {max}"),
            Kind::Real { min, max } | Kind::Linear { min, max, .. } => format!("it is a number from {min} to {max}"),
            Kind::Weights => "it is equal, inverse, or a number for each class".to_owned(),
            Kind::Text => "it is a name".to_owned(),
        }
    }
}

/// The serde name of a field-less enum value; all of them are plain strings.
pub(super) fn name<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}
