use super::{Lab, Tone};
use crate::app::browser;
use crate::protocol::{Progress, Settings};
use leptos::prelude::*;

impl Lab {
    /// Takes the settings from the address, and says what in it was not understood.
    pub(super) fn read_address(&self) {
        let pairs = browser::query();
        let test = pairs.iter().any(|(key, _)| key == "test");
        let own = pairs.iter().filter(|(key, _)| key != "test").map(|(k, v)| (k.as_str(), v.as_str()));
        let (settings, complaints) = Settings::from_pairs(own);
        self.inner.update_value(|inner| inner.test = test);
        self.run.settings.set(settings.clone());
        self.run.progress.set(Progress {
            steps_in_all: settings.epochs * settings.steps_per_epoch(),
            epochs: settings.epochs,
            ..Progress::default()
        });
        self.settings.set(settings);
        if !complaints.is_empty() {
            let list = complaints.join("; ");
            self.notify(
                Tone::Warning,
                format!("The address asks for something this lab does not have, so the default is used: {list}."),
                None,
            );
        }
    }

    /// Writes the settings into the address, so that a link reproduces the set-up.
    pub fn write_address(&self) {
        let mut pairs = self.settings.with_untracked(Settings::to_pairs);
        if self.inner.with_value(|inner| inner.test) {
            pairs.push(("test", "1".to_owned()));
        }
        browser::replace_query(&pairs);
    }

    /// Changes one setting from its text, and everything that follows from it.
    ///
    /// # Errors
    /// The catalogue's sentence, when the value is out of range; nothing is changed then.
    pub fn change(&self, key: &str, value: &str) -> Result<(), String> {
        let mut settings = self.settings.get_untracked();
        settings.set(key, value)?;
        self.adopt(settings);
        Ok(())
    }

    /// The settings of the course notebook and the paper again.
    pub fn restore_defaults(&self) {
        self.adopt(Settings::default());
    }

    /// The settings of the current run again.
    pub fn keep_run_settings(&self) {
        self.settings.set(self.run.settings.get_untracked());
        self.write_address();
    }

    fn adopt(&self, settings: Settings) {
        let device_changed = settings.backend != self.settings.with_untracked(|s| s.backend);
        if self.settings.with_untracked(|s| *s == settings) {
            return;
        }
        self.settings.set(settings);
        self.write_address();
        if untrack(|| self.run.is_fresh()) {
            if device_changed {
                self.choose_device();
            } else {
                self.prepare();
            }
        }
    }

    /// Whether the controls differ from the run that was already started.
    pub fn settings_wait(&self) -> bool {
        !self.run.is_fresh() && self.settings.with(|next| self.run.settings.with(|now| next != now))
    }
}
