//! What can be learned here and how: data sets, settings, presets, and what they take on this device.

use super::Googlenet;
use crate::app::erase::List;
use crate::app::long_runs::{Takes, takes};
use crate::app::{browser, erase};
use crate::protocol::catalog::Hyperparameter;
use crate::protocol::googlenet_catalog::GOOGLENET_HYPERPARAMETERS;
use crate::protocol::{GooglenetSettings, Optimizer, Schedule, Speed, Stem, TrainingSet};
use leptos::prelude::*;

/// The data set that the course notebook learns.
const REFERENCE_SET: &str = "cifar10";

/// Signals about the set-up.
#[derive(Clone, Copy)]
pub struct Setup {
    pub sets: List<TrainingSet>,
    /// The worker told which there are.
    pub listed: RwSignal<bool>,
    /// What the controls show; the next run is made from it.
    pub settings: RwSignal<GooglenetSettings>,
    /// How fast this device is with the step of these settings.
    pub speed: RwSignal<Option<Speed>>,
    pub measuring: RwSignal<bool>,
    /// Bytes that this site stores, and how many the browser lets it.
    pub room: RwSignal<Option<(f64, f64)>>,
    /// Whether the device draws on its battery, and how full that is.
    pub battery: RwSignal<Option<(bool, f64)>>,
    /// What the address asked for: a data set, or any setting.
    asked_set: RwSignal<bool>,
    pub(super) asked: RwSignal<bool>,
}

/// Settings to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Notebook,
    QuickLook,
    Newer,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::Notebook, Self::QuickLook, Self::Newer];

    pub fn key(self) -> &'static str {
        match self {
            Self::Notebook => "notebook",
            Self::QuickLook => "quick",
            Self::Newer => "newer",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Notebook => "As in the course notebook",
            Self::QuickLook => "Quick look",
            Self::Newer => "With what came later",
        }
    }

    pub fn about(self) -> &'static str {
        match self {
            Self::Notebook => {
                "The full network, Adam 0.001, batch 128, 20 epochs, mirrored and shifted pictures. Takes hours on most devices."
            }
            Self::QuickLook => {
                "A quarter of the width, 5,000 pictures, ten epochs: curves to read after minutes, also on a tablet."
            }
            Self::Newer => {
                "A stem for small pictures, batch norm, ReLU in the branches, half the width, one cycle of the learning rate, smoothed labels."
            }
        }
    }

    /// Its settings, for a data set.
    pub fn settings(self, dataset: String) -> GooglenetSettings {
        let notebook = GooglenetSettings { dataset, ..GooglenetSettings::default() };
        let steadied = GooglenetSettings { batch_norm: true, branch_relu: true, ..notebook.clone() };
        match self {
            Self::Notebook => notebook,
            Self::QuickLook => GooglenetSettings { images: 5_000, width: 0.25, batch: 64, epochs: 10, ..steadied },
            Self::Newer => GooglenetSettings {
                stem: Stem::Small,
                width: 0.5,
                dropout: 0.2,
                optimizer: Optimizer::Adam,
                learning_rate: 2e-3,
                schedule: Schedule::OneCycle,
                label_smoothing: 0.1,
                ..steadied
            },
        }
    }
}

impl Setup {
    pub(super) fn new() -> Self {
        Self {
            sets: List::default(),
            listed: RwSignal::default(),
            settings: RwSignal::default(),
            speed: RwSignal::default(),
            measuring: RwSignal::default(),
            room: RwSignal::default(),
            battery: RwSignal::default(),
            asked_set: RwSignal::default(),
            asked: RwSignal::default(),
        }
    }

    /// The address asked for this setting.
    pub(super) fn address_asks(&self, key: &str) {
        self.asked.set(true);
        if key == "dataset" {
            self.asked_set.set(true);
        }
    }

    /// The data set with this name.
    pub fn set(&self, name: &str) -> Option<TrainingSet> {
        self.sets.with(|sets| sets.iter().find(|set| set.name == name).cloned())
    }

    /// The settings that are not the course notebook's, with their values.
    pub fn changes(&self) -> Vec<(&'static Hyperparameter, String)> {
        let reference = GooglenetSettings::default();
        let differ = self.settings.with_untracked(|settings| settings.differences(&reference));
        differ.into_iter().map(|(h, here, _)| (h, here)).collect()
    }

    /// Whether the pictures of the course notebook are here.
    pub fn has_reference_set(&self) -> bool {
        self.set(REFERENCE_SET).is_some()
    }

    /// How long these settings take on this device, as far as it was timed.
    pub fn takes(&self) -> Option<Takes> {
        let (settings, speed) = (self.settings.get(), self.speed.get()?);
        takes(&settings, &self.set(&settings.dataset)?, &speed)
    }

    /// Asks the browser again how full its storage and the battery are.
    pub(super) fn look_around(&self) {
        let (room, battery) = (self.room, self.battery);
        erase::spawn(async move {
            room.set(browser::storage_estimate().await);
            battery.set(browser::battery().await);
        });
    }
}

impl Googlenet {
    /// The worker told which data sets there are.
    pub(super) fn sets_listed(&self, sets: Vec<TrainingSet>) {
        let is_here = |name: &str| sets.iter().any(|set| set.name == name);
        let chosen = self.setup.settings.with_untracked(|settings| settings.dataset.clone());
        let first = sets.first().map(|set| set.name.clone()).filter(|_| !is_here(&chosen));
        self.setup.sets.set(sets);
        self.setup.listed.set(true);
        // What a link asks for stays, with the sentence that it is not here.
        if let Some(first) = first.filter(|_| !self.setup.asked_set.get_untracked()) {
            // Train may have been pressed by now.
            self.runs.hidden.update_value(|hidden| {
                hidden.wanted.iter_mut().for_each(|begin| begin.settings.dataset.clone_from(&first));
            });
            self.adopt(GooglenetSettings { dataset: first, ..self.setup.settings.get_untracked() });
        }
    }

    /// Changes one setting from its text.
    ///
    /// # Errors
    /// The catalogue's sentence, when the value is out of range; nothing is changed then.
    pub fn change(&self, key: &str, value: &str) -> Result<(), String> {
        let mut settings = self.setup.settings.get_untracked();
        settings.set(key, value)?;
        self.adopt(settings);
        Ok(())
    }

    /// Shows other settings.
    pub fn adopt(&self, settings: GooglenetSettings) {
        if self.setup.settings.with_untracked(|now| *now != settings) {
            self.setup.settings.set(settings);
            self.write_address();
        }
    }

    pub fn choose_preset(&self, preset: Preset) {
        self.adopt(preset.settings(self.setup.settings.with_untracked(|settings| settings.dataset.clone())));
    }

    /// Why these settings cannot be trained with.
    pub fn refusal(&self, settings: &GooglenetSettings) -> Option<String> {
        let missing = self.setup.listed.get() && self.setup.set(&settings.dataset).is_none();
        missing.then(|| {
            format!("The pictures called “{}” are not on this site. Choose others under Settings.", settings.dataset)
        })
    }
}

/// The entries of the catalogue with these keys.
pub fn entries(keys: &[&str]) -> Vec<&'static Hyperparameter> {
    keys.iter().filter_map(|key| GOOGLENET_HYPERPARAMETERS.iter().find(|h| h.key == *key)).collect()
}
