//! What can be taught, and how: backbones, settings, and what they will take on this device.

use super::{Preset, Teach};
use crate::app::erase::List;
use crate::app::estimate;
use crate::app::{browser, words};
use crate::protocol::{Backbone, Backend, ClassWeights, TeachSettings};
use leptos::prelude::*;

/// Where the browser remembers how fast a device was with a network, in multiply-accumulates per second.
const MEMORY: &str = "receptive.teach.speed";
/// What stands for the weights that a visitor is about to write.
const OWN_WEIGHTS: &str = "1,1";

/// Signals about the network to teach.
#[derive(Clone, Copy)]
pub struct Setup {
    pub backbones: List<Backbone>,
    /// What the controls show; the next run is made from it.
    pub settings: RwSignal<TeachSettings>,
    /// The preset chosen last.
    pub preset: RwSignal<Option<Preset>>,
    /// Counts measurements of speed, so that estimates follow them.
    measured: RwSignal<u32>,
}

impl Setup {
    pub(super) fn new() -> Self {
        Self {
            backbones: List::default(),
            settings: RwSignal::new(TeachSettings::default()),
            preset: RwSignal::new(None),
            measured: RwSignal::new(0),
        }
    }

    /// The backbone with this name.
    pub fn backbone(&self, name: &str) -> Option<Backbone> {
        self.backbones.with(|all| all.iter().find(|backbone| backbone.name == name).cloned())
    }
}

impl Teach {
    /// The worker told which backbones there are.
    pub(super) fn listed(&self, backbones: Vec<Backbone>) {
        self.setup.backbones.set(backbones);
    }

    /// Changes one setting from its text, and keeps it with the project.
    ///
    /// # Errors
    /// The catalogue's sentence, when the value is out of range; nothing is changed then.
    pub fn change(&self, key: &str, value: &str) -> Result<(), String> {
        let mut settings = self.setup.settings.get_untracked();
        if key == "class-weights" && value == OWN_WEIGHTS {
            settings.class_weights = ClassWeights::Own(vec![1.0; self.class_count().max(2)]);
        } else {
            settings.set(key, value)?;
        }
        self.adopt(settings);
        Ok(())
    }

    /// Shows other settings, and keeps them with the project.
    pub fn adopt(&self, settings: TeachSettings) {
        if self.setup.settings.with_untracked(|now| *now == settings) {
            return;
        }
        self.setup.settings.set(settings.clone());
        self.update_project(|project| project.settings = settings);
    }

    pub(super) fn class_count(&self) -> usize {
        self.projects.current_untracked().map_or(0, |project| project.classes.len())
    }

    /// Why these settings cannot be trained with on this device, or at all.
    pub fn refusal(&self, settings: &TeachSettings) -> Option<String> {
        if let ClassWeights::Own(weights) = &settings.class_weights {
            let classes = self.projects.with_current(|project| project.classes.len()).unwrap_or(0);
            if weights.len() != classes {
                return Some(format!(
                    "There are {classes} classes and {} class weights. Give one number for each class.",
                    weights.len()
                ));
            }
        }
        let backbone = self.setup.backbone(&settings.backbone)?;
        if !backbone.installed {
            let command = backbone
                .command
                .map_or(String::new(), |command| format!(" Whoever runs this site can install it: {command}"));
            return Some(format!("The weights of {} are not on this site.{command}", backbone.title));
        }
        too_large(&backbone, settings)
    }

    /// Seconds that training will take, if this device was ever timed; and whether it was with this network.
    pub fn estimate(&self, backbone: &Backbone, settings: &TeachSettings) -> Option<(f64, bool)> {
        self.setup.measured.track();
        let backend = self.device.get().backend();
        let pictures = self.projects.pictures().len();
        let own = remembered(backend, &backbone.name);
        let speed = own.or_else(|| remembered(backend, ""))?;
        Some((estimate::work(backbone, settings, pictures) / speed, own.is_some()))
    }

    /// The device took so many seconds for pictures through the layers that do not learn.
    pub(super) fn timed(&self, settings: &TeachSettings, pictures: usize, seconds: f64) {
        let Some(backbone) = untrack(|| self.setup.backbone(&settings.backbone)) else { return };
        let speed = estimate::frozen_work(&backbone, settings) as f64 * pictures as f64 / seconds;
        if speed > 0.0 && speed.is_finite() {
            let backend = self.device.get_untracked().backend();
            for name in [backbone.name.as_str(), ""] {
                browser::remember(&memory(backend, name), &format!("{speed:.0}"));
            }
            self.setup.measured.update(|n| *n += 1);
        }
    }
}

/// Why this network does not fit this device.
pub fn too_large(backbone: &Backbone, settings: &TeachSettings) -> Option<String> {
    let (needed, limit) = (estimate::memory(backbone, settings), estimate::memory_limit(browser::device_memory()));
    (needed > limit).then(|| {
        format!(
            "{} needs about {} of memory with these settings, and this page can have about {} on this device. \
             Choose the light last layer, fewer blocks, a smaller batch or a smaller network.",
            backbone.title,
            words::megabytes(needed),
            words::megabytes(limit)
        )
    })
}

fn memory(backend: Backend, backbone: &str) -> String {
    let device = if backend == Backend::Cpu { "cpu" } else { "webgpu" };
    format!("{MEMORY}.{device}.{backbone}")
}

fn remembered(backend: Backend, backbone: &str) -> Option<f64> {
    browser::number(&browser::remembered(&memory(backend, backbone))?).filter(|speed| *speed > 0.0)
}
