//! The table of every hyperparameter of the GoogLeNet lab: controls, validation, files and the address read it.

use super::GooglenetSettings;
use super::catalog::{Hyperparameter, Kind, OPTIMIZERS, name, parse, real};

/// Side of the network's input, in pixels.
pub const GOOGLENET_SIDE: usize = 32;
/// Trainable numbers of the reference variant for ten classes; asserted against the network by a test.
pub const GOOGLENET_PARAMETERS: usize = 5_983_802;

const NO_YES: Kind = Kind::Choice(&[("no", "no, as in the course notebook"), ("yes", "yes")]);

/// All of them, in the order in which the page shows them.
pub const GOOGLENET_HYPERPARAMETERS: &[Hyperparameter] = &[
    Hyperparameter {
        key: "dataset",
        label: "Pictures",
        help: "The data set that is learned.",
        unit: None,
        kind: Kind::Text,
    },
    Hyperparameter {
        key: "images",
        label: "How many",
        help: "At most so many pictures are learned from; with few, any network overfits.",
        unit: Some("pictures"),
        kind: Kind::Integer { min: 10, max: 1_000_000 },
    },
    Hyperparameter {
        key: "stem",
        label: "Stem",
        help: "What comes before the inception blocks: the notebook’s, made for large pictures, leaves 8x8 values of 32x32; the other leaves 16x16, and every step takes several times as long.",
        unit: None,
        kind: Kind::Choice(&[
            ("reference", "7x7, stride 2, as in the course notebook"),
            ("small", "3x3, stride 1, for small pictures"),
        ]),
    },
    Hyperparameter {
        key: "batch-norm",
        label: "Batch norm",
        help: "Every convolution is followed by a normalisation over the batch, which steadies a deep network.",
        unit: None,
        kind: NO_YES,
    },
    Hyperparameter {
        key: "branch-relu",
        label: "ReLU in the branches",
        help: "The notebook forgot the activation inside the inception blocks: without it their convolutions add up to fewer, linear ones.",
        unit: None,
        kind: NO_YES,
    },
    Hyperparameter {
        key: "width",
        label: "Width",
        help: "The share of its channels that every layer has; half of them takes about a quarter of the time.",
        unit: None,
        kind: Kind::Linear { min: 0.25, max: 1.0, step: 0.25 },
    },
    Hyperparameter {
        key: "dropout",
        label: "Dropout",
        help: "This share of the features before the last layer is left out at random in every step.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.8, step: 0.05 },
    },
    Hyperparameter {
        key: "augmentation",
        label: "Augmentation",
        help: "0 shows pictures as they are; 1 mirrors every other and shifts up to 4 pixels, as the notebook does; up to 2 it shifts further and hides a square.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 2.0, step: 0.25 },
    },
    Hyperparameter {
        key: "optimizer",
        label: "Optimizer",
        help: "The rule that turns gradients into new weights.",
        unit: None,
        kind: Kind::Choice(OPTIMIZERS),
    },
    Hyperparameter {
        key: "learning-rate",
        label: "Learning rate",
        help: "How far each step moves the weights.",
        unit: None,
        kind: Kind::Real { min: 1e-6, max: 1.0 },
    },
    Hyperparameter {
        key: "schedule",
        label: "Schedule",
        help: "How the learning rate changes while training.",
        unit: None,
        kind: Kind::Choice(&[
            ("constant", "constant"),
            ("step", "a tenth after every third"),
            ("cosine", "down to zero along a cosine"),
            ("one-cycle", "up for three tenths, then down to zero"),
        ]),
    },
    Hyperparameter {
        key: "batch",
        label: "Batch size",
        help: "How many pictures are looked at before each change of the weights.",
        unit: Some("pictures"),
        kind: Kind::Integer { min: 1, max: 512 },
    },
    Hyperparameter {
        key: "epochs",
        label: "Epochs",
        help: "How many times the network sees every picture.",
        unit: Some("epochs"),
        kind: Kind::Integer { min: 1, max: 200 },
    },
    Hyperparameter {
        key: "weight-decay",
        label: "Weight decay",
        help: "Pulls every weight towards zero; large weights fit noise.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.1, step: 0.0001 },
    },
    Hyperparameter {
        key: "label-smoothing",
        label: "Label smoothing",
        help: "Gives this share of every label to all classes alike, so that the network stays less sure of itself.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.5, step: 0.05 },
    },
    Hyperparameter {
        key: "seed",
        label: "Seed",
        help: "The number all chance is drawn from: first weights, order, augmentation, dropout.",
        unit: None,
        kind: Kind::Integer { min: 0, max: u32::MAX as u64 },
    },
];

/// The entry with this key.
pub fn googlenet_hyperparameter(key: &str) -> Option<&'static Hyperparameter> {
    GOOGLENET_HYPERPARAMETERS.iter().find(|h| h.key == key)
}

/// Longest name of a data set.
const LONGEST_TEXT: usize = 200;
/// So much of a wrong value is repeated to the visitor.
const LONGEST_SHOWN: usize = 40;

impl GooglenetSettings {
    /// The value of one hyperparameter as it stands in the address.
    ///
    /// Returns an empty string for a key that is not in [`GOOGLENET_HYPERPARAMETERS`].
    pub fn get(&self, key: &str) -> String {
        if let Some(value) = self.number(key) {
            return format!("{value}");
        }
        let yes = |value: bool| if value { "yes" } else { "no" }.to_owned();
        match key {
            "dataset" => self.dataset.clone(),
            "stem" => name(&self.stem),
            "batch-norm" => yes(self.batch_norm),
            "branch-relu" => yes(self.branch_relu),
            "optimizer" => name(&self.optimizer),
            "schedule" => name(&self.schedule),
            _ => String::new(),
        }
    }

    /// Sets one hyperparameter from its text.
    ///
    /// # Errors
    /// A sentence, when the key is unknown or the value is not in its range; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let h = googlenet_hyperparameter(key).ok_or_else(|| format!("there is no setting called “{key}”"))?;
        let bad = || {
            let shown: String = value.chars().take(LONGEST_SHOWN).collect();
            let more = if shown.len() < value.len() { "…" } else { "" };
            format!("{} cannot be “{shown}{more}”: {}", h.label, h.accepts())
        };
        if self.number(key).is_some() {
            let number = real(value).filter(|v| h.kind.holds(*v)).ok_or_else(bad)?;
            self.set_number(key, number);
            return Ok(());
        }
        let yes = || ["no", "yes"].iter().position(|v| *v == value).map(|place| place == 1).ok_or_else(bad);
        match key {
            "dataset" if value.is_empty() || value.len() > LONGEST_TEXT => return Err(bad()),
            "dataset" => value.clone_into(&mut self.dataset),
            "stem" => self.stem = parse(value).ok_or_else(bad)?,
            "batch-norm" => self.batch_norm = yes()?,
            "branch-relu" => self.branch_relu = yes()?,
            "optimizer" => self.optimizer = parse(value).ok_or_else(bad)?,
            "schedule" => self.schedule = parse(value).ok_or_else(bad)?,
            _ => return Err(bad()),
        }
        Ok(())
    }

    /// Checks every value, as of a file that was read.
    ///
    /// # Errors
    /// A sentence about the first that is out of range.
    pub fn check(&self) -> Result<(), String> {
        let mut copy = Self::default();
        GOOGLENET_HYPERPARAMETERS.iter().try_for_each(|h| copy.set(h.key, &self.get(h.key)))
    }

    /// What is different in another run: key, value here, value there.
    pub fn differences(&self, other: &Self) -> Vec<(&'static Hyperparameter, String, String)> {
        GOOGLENET_HYPERPARAMETERS
            .iter()
            .map(|h| (h, self.get(h.key), other.get(h.key)))
            .filter(|(_, here, there)| here != there)
            .collect()
    }

    fn number(&self, key: &str) -> Option<f64> {
        Some(match key {
            "images" => self.images as f64,
            "width" => self.width,
            "dropout" => self.dropout,
            "augmentation" => self.augmentation,
            "learning-rate" => self.learning_rate,
            "batch" => self.batch as f64,
            "epochs" => self.epochs as f64,
            "weight-decay" => self.weight_decay,
            "label-smoothing" => self.label_smoothing,
            "seed" => f64::from(self.seed),
            _ => return None,
        })
    }

    fn set_number(&mut self, key: &str, value: f64) {
        match key {
            "images" => self.images = value as usize,
            "width" => self.width = value,
            "dropout" => self.dropout = value,
            "augmentation" => self.augmentation = value,
            "learning-rate" => self.learning_rate = value,
            "batch" => self.batch = value as usize,
            "epochs" => self.epochs = value as usize,
            "weight-decay" => self.weight_decay = value,
            "label-smoothing" => self.label_smoothing = value,
            "seed" => self.seed = value as u32,
            _ => {}
        }
    }
}
