//! The table of every hyperparameter of the lab that is taught: controls, validation, files and the address read it.

use super::catalog::{Hyperparameter, Kind, OPTIMIZERS, name, parse, real};
use super::{ClassWeights, TeachSettings};

/// Fewest and most classes of a project.
pub const CLASSES: (usize, usize) = (2, 50);
/// A class with fewer pictures than this is told how many more help.
pub const FEW_PICTURES: usize = 20;
/// Fewest pictures of a class with which training begins: one to learn from and one to validate on.
pub const FEWEST_PICTURES: usize = 2;
/// Most pictures of a project.
pub const MOST_PICTURES: usize = 5_000;
/// Shorter side of a kept picture, in pixels; smaller pictures are kept as they are.
pub const KEPT_SIDE: usize = 256;

/// All of them, in the order in which the page shows them.
pub const TEACH_HYPERPARAMETERS: &[Hyperparameter] = &[
    Hyperparameter {
        key: "backbone",
        label: "Pretrained network",
        help: "The network whose layers are used; it learned on 1.2 million photos to tell a thousand things apart.",
        unit: None,
        kind: Kind::Text,
    },
    Hyperparameter {
        key: "head",
        label: "New last layer",
        help: "What takes the place of the last layer: one layer on the means of all feature maps, or the network’s own classifier.",
        unit: None,
        kind: Kind::Choice(&[("light", "light: means of the feature maps"), ("own", "the network’s own classifier")]),
    },
    Hyperparameter {
        key: "start",
        label: "Weights to begin with",
        help: "Pretrained weights carry over what the network knows; random ones show what the same pictures give without it.",
        unit: None,
        kind: Kind::Choice(&[("pretrained", "pretrained"), ("random", "random")]),
    },
    Hyperparameter {
        key: "blocks",
        label: "Blocks that learn too",
        help: "How many of the network’s last blocks are unfrozen and learn with the new layer; none takes seconds, many take minutes.",
        unit: Some("blocks"),
        kind: Kind::Integer { min: 0, max: 64 },
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
        help: "How far each step moves the weights; unfrozen blocks want a smaller one than a new layer.",
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
        kind: Kind::Integer { min: 1, max: 256 },
    },
    Hyperparameter {
        key: "epochs",
        label: "Epochs",
        help: "How many times the network sees every picture.",
        unit: Some("epochs"),
        kind: Kind::Integer { min: 1, max: 200 },
    },
    Hyperparameter {
        key: "patience",
        label: "Patience",
        help: "Stop after so many epochs without a better validation loss, and go back to the best weights; 0 trains to the end.",
        unit: Some("epochs"),
        kind: Kind::Integer { min: 0, max: 100 },
    },
    Hyperparameter {
        key: "weight-decay",
        label: "Weight decay",
        help: "Pulls every weight towards zero, which keeps a network from learning pictures by heart.",
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
        key: "class-weights",
        label: "Class weights",
        help: "How much a mistake counts: the same for all, or the more the fewer pictures a class has, or as you say (one number for each class, with commas).",
        unit: None,
        kind: Kind::Weights,
    },
    Hyperparameter {
        key: "flip",
        label: "Mirror",
        help: "Every other picture is mirrored left to right.",
        unit: None,
        kind: Kind::Choice(&[("no", "no"), ("yes", "yes")]),
    },
    Hyperparameter {
        key: "rotation",
        label: "Turn",
        help: "Up to so many degrees either way.",
        unit: Some("degrees"),
        kind: Kind::Linear { min: 0.0, max: 45.0, step: 1.0 },
    },
    Hyperparameter {
        key: "shift",
        label: "Shift",
        help: "Up to this share of the side, along both axes.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.3, step: 0.01 },
    },
    Hyperparameter {
        key: "zoom",
        label: "Zoom",
        help: "Up to this share larger or smaller.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.5, step: 0.01 },
    },
    Hyperparameter {
        key: "brightness",
        label: "Brightness",
        help: "Up to this share brighter or darker.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.5, step: 0.01 },
    },
    Hyperparameter {
        key: "contrast",
        label: "Contrast",
        help: "Up to this share more or less contrast.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.5, step: 0.01 },
    },
    Hyperparameter {
        key: "noise",
        label: "Noise",
        help: "Strength of the noise added to every value.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.2, step: 0.01 },
    },
    Hyperparameter {
        key: "blend",
        label: "Blend two",
        help: "Up to this share of another picture is laid over each, and as much of its label: a network that learns from blends is less sure and less wrong. The training accuracy is that on the blends.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.5, step: 0.05 },
    },
    Hyperparameter {
        key: "mask",
        label: "Mask the borders",
        help: "Width of a border painted grey, as a share of the side: an experiment that takes away whatever the network may have learned from the edges.",
        unit: None,
        kind: Kind::Linear { min: 0.0, max: 0.4, step: 0.05 },
    },
    Hyperparameter {
        key: "parts",
        label: "Parts",
        help: "How the pictures of each class are divided into those to learn from, to validate on, and to test on at the end.",
        unit: None,
        kind: Kind::Choice(&[
            ("80-20", "80 % and 20 %, as in the course notebook"),
            ("70-20-10", "70 %, 20 % and 10 % held out for the end"),
        ]),
    },
    Hyperparameter {
        key: "seed",
        label: "Seed",
        help: "The number all chance is drawn from: the same seed divides the pictures the same way and begins with the same weights.",
        unit: None,
        kind: Kind::Integer { min: 0, max: u32::MAX as u64 },
    },
];

/// The entry with this key.
pub fn teach_hyperparameter(key: &str) -> Option<&'static Hyperparameter> {
    TEACH_HYPERPARAMETERS.iter().find(|h| h.key == key)
}

/// Longest name of a set of weights, and of a list of class weights.
const LONGEST_TEXT: usize = 1_000;
/// So much of a wrong value is repeated to the visitor.
const LONGEST_SHOWN: usize = 40;
/// The largest factor for a class.
const LARGEST_WEIGHT: f64 = 1_000.0;

impl TeachSettings {
    /// The value of one hyperparameter as it stands in the address.
    ///
    /// Returns an empty string for a key that is not in [`TEACH_HYPERPARAMETERS`].
    pub fn get(&self, key: &str) -> String {
        if let Some(value) = self.number(key) {
            return format!("{value}");
        }
        match key {
            "backbone" => self.backbone.clone(),
            "head" => name(&self.head),
            "start" => name(&self.start),
            "optimizer" => name(&self.optimizer),
            "schedule" => name(&self.schedule),
            "parts" => name(&self.parts),
            "flip" => if self.augmentation.flip { "yes" } else { "no" }.to_owned(),
            "class-weights" => match &self.class_weights {
                ClassWeights::Equal => "equal".to_owned(),
                ClassWeights::Inverse => "inverse".to_owned(),
                ClassWeights::Own(weights) => {
                    weights.iter().map(|weight| format!("{weight}")).collect::<Vec<_>>().join(",")
                }
            },
            _ => String::new(),
        }
    }

    /// Sets one hyperparameter from its text.
    ///
    /// # Errors
    /// A sentence, when the key is unknown or the value is not in its range; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let h = teach_hyperparameter(key).ok_or_else(|| format!("there is no setting called “{key}”"))?;
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
        match key {
            "backbone" if value.is_empty() || value.len() > LONGEST_TEXT => return Err(bad()),
            "backbone" => value.clone_into(&mut self.backbone),
            "head" => self.head = parse(value).ok_or_else(bad)?,
            "start" => self.start = parse(value).ok_or_else(bad)?,
            "optimizer" => self.optimizer = parse(value).ok_or_else(bad)?,
            "schedule" => self.schedule = parse(value).ok_or_else(bad)?,
            "parts" => self.parts = parse(value).ok_or_else(bad)?,
            "flip" => self.augmentation.flip = ["no", "yes"].iter().position(|v| *v == value).ok_or_else(bad)? == 1,
            "class-weights" => self.class_weights = class_weights(value).ok_or_else(bad)?,
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
        TEACH_HYPERPARAMETERS.iter().try_for_each(|h| copy.set(h.key, &self.get(h.key)))
    }

    fn number(&self, key: &str) -> Option<f64> {
        Some(match key {
            "blocks" => self.blocks as f64,
            "learning-rate" => self.learning_rate,
            "batch" => self.batch as f64,
            "epochs" => self.epochs as f64,
            "patience" => self.patience as f64,
            "weight-decay" => self.weight_decay,
            "blend" => self.blend,
            "label-smoothing" => self.label_smoothing,
            "rotation" => self.augmentation.rotation,
            "shift" => self.augmentation.shift,
            "zoom" => self.augmentation.zoom,
            "brightness" => self.augmentation.brightness,
            "contrast" => self.augmentation.contrast,
            "noise" => self.augmentation.noise,
            "mask" => self.mask,
            "seed" => f64::from(self.seed),
            _ => return None,
        })
    }

    fn set_number(&mut self, key: &str, value: f64) {
        match key {
            "blocks" => self.blocks = value as usize,
            "learning-rate" => self.learning_rate = value,
            "batch" => self.batch = value as usize,
            "epochs" => self.epochs = value as usize,
            "patience" => self.patience = value as usize,
            "weight-decay" => self.weight_decay = value,
            "blend" => self.blend = value,
            "label-smoothing" => self.label_smoothing = value,
            "rotation" => self.augmentation.rotation = value,
            "shift" => self.augmentation.shift = value,
            "zoom" => self.augmentation.zoom = value,
            "brightness" => self.augmentation.brightness = value,
            "contrast" => self.augmentation.contrast = value,
            "noise" => self.augmentation.noise = value,
            "mask" => self.mask = value,
            "seed" => self.seed = value as u32,
            _ => {}
        }
    }
}

fn class_weights(text: &str) -> Option<ClassWeights> {
    match text {
        "equal" => Some(ClassWeights::Equal),
        "inverse" => Some(ClassWeights::Inverse),
        _ if text.len() > LONGEST_TEXT => None,
        _ => {
            let weight = |text: &str| real(text.trim()).filter(|weight| (0.0..=LARGEST_WEIGHT).contains(weight));
            text.split(',').map(weight).collect::<Option<Vec<_>>>().map(ClassWeights::Own)
        }
    }
}
