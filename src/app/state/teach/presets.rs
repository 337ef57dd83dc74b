//! Two ways to begin: settings that fit flowers, and settings that fit chest X-rays.

use super::Teach;
use crate::app::browser;
use crate::protocol::{Augmentation, ClassWeights, Parts, SampleSet, TeachSettings};
use leptos::prelude::*;

/// What a visitor begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Flowers,
    Xray,
}

impl Preset {
    pub const ALL: [Self; 2] = [Self::Flowers, Self::Xray];

    /// In ids.
    pub fn key(self) -> &'static str {
        match self {
            Self::Flowers => "flowers",
            Self::Xray => "xray",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Flowers => "Flowers, VGG-16",
            Self::Xray => "Chest X-rays, ResNet",
        }
    }

    /// Sets of weights, the first that is installed and fits is taken.
    fn backbones(self) -> &'static [&'static str] {
        match self {
            Self::Flowers => &["vgg16"],
            Self::Xray => &["resnet18", "resnet50"],
        }
    }

    fn settings(self) -> TeachSettings {
        match self {
            // The course notebook's.
            Self::Flowers => TeachSettings::default(),
            Self::Xray => TeachSettings {
                learning_rate: 1e-4,
                epochs: 30,
                patience: 5,
                class_weights: ClassWeights::Inverse,
                parts: Parts::SeventyTwentyTen,
                augmentation: Augmentation {
                    flip: true,
                    rotation: 10.0,
                    brightness: 0.1,
                    noise: 0.02,
                    ..Augmentation::default()
                },
                ..TeachSettings::default()
            },
        }
    }

    /// Whether a set that this host installed is what this preset is about.
    pub fn is_about(self, set: &SampleSet) -> bool {
        let words = format!("{} {}", set.name, set.title).to_lowercase();
        let signs: &[&str] = match self {
            Self::Flowers => &["flower"],
            Self::Xray => &["xray", "x-ray", "chest"],
        };
        signs.iter().any(|sign| words.contains(sign))
    }
}

impl Teach {
    /// The set of pictures for this preset, where this host has one.
    pub fn preset_set(&self, preset: Preset) -> Option<SampleSet> {
        self.collecting.sets.with(|sets| sets.iter().find(|set| preset.is_about(set)).cloned())
    }

    /// The network that this preset would use here: the wanted one where it is installed and fits the device.
    pub fn preset_backbone(&self, preset: Preset) -> String {
        let settings = preset.settings();
        let fits = |name: &&&str| {
            let settings = TeachSettings { backbone: (**name).to_owned(), ..settings.clone() };
            self.setup
                .backbone(name)
                .is_some_and(|backbone| backbone.installed && super::too_large(&backbone, &settings).is_none())
        };
        preset.backbones().iter().find(fits).map_or(settings.backbone.clone(), |name| (*name).to_owned())
    }

    /// Takes over the settings, and adds the pictures of the installed set to a project that has none.
    pub fn choose_preset(&self, preset: Preset) {
        let backbone = untrack(|| self.preset_backbone(preset));
        self.setup.preset.set(Some(preset));
        if preset == Preset::Xray {
            // Where it looks matters here with every picture.
            self.live.explain.set(true);
        }
        self.adopt(TeachSettings { backbone, ..preset.settings() });
        let set = untrack(|| self.preset_set(preset));
        let empty = self.projects.pictures_untracked().is_empty();
        match set {
            Some(set) if empty => {
                self.announce(format!("{}: the settings are set, and {} are added.", preset.title(), set.title));
                browser::click(&format!("set-{}", set.name));
            }
            _ => self.announce(format!("{}: the settings are set. Train with your own pictures.", preset.title())),
        }
    }

    /// The class whose recall matters most, where there is one: it must not be overlooked.
    pub fn class_in_front(classes: &[String]) -> Option<usize> {
        classes.iter().position(|name| name.to_lowercase().contains("covid"))
    }

    /// Whether the frame around medical pictures belongs on the page.
    pub fn is_medical(&self) -> bool {
        let by_class = self.projects.with_current(|project| {
            let names: Vec<String> = project.classes.iter().map(|class| class.name.clone()).collect();
            Self::class_in_front(&names).is_some()
        });
        self.setup.preset.get() == Some(Preset::Xray) || by_class == Some(true)
    }
}
