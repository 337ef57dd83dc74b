//! Runs beside a run: the same pictures and the same seed, with one thing changed.

use super::{Teach, Tone};
use crate::app::comparison::{self, Outcome};
use crate::app::projects_store::RunRecord;
use crate::metrics::balanced_accuracy;
use crate::protocol::{RunId, RunState, Start, TeachSettings};
use leptos::prelude::*;

/// How wide the border is that is painted over, as a share of the side.
const MASK: f64 = 0.25;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variation {
    /// Begin with random weights: what the same pictures give without what the network knew.
    Random,
    /// Paint the borders over: takes away what it may have learned from them.
    Masked,
}

impl Variation {
    fn of(self, settings: &TeachSettings) -> TeachSettings {
        match self {
            Self::Random => TeachSettings { start: Start::Random, ..settings.clone() },
            Self::Masked => TeachSettings { mask: MASK, ..settings.clone() },
        }
    }
}

impl Teach {
    /// Why there can be no run beside the present one yet.
    pub fn cannot_compare(&self, variation: Variation) -> Option<&'static str> {
        if self.runs.is_busy() {
            return Some("Wait until the run is finished.");
        }
        if self.runs.state.get() != Some(RunState::Finished) {
            return Some("Train a network first, to have something to compare with.");
        }
        let same = self.runs.settings.with(|settings| variation.of(settings) == *settings);
        same.then_some("The run that is shown is that already; choose another one in the list.")
    }

    /// Starts a run beside the present one, and comes back to that one when it is finished.
    pub fn compare(&self, variation: Variation) {
        if let Some(sentence) = untrack(|| self.cannot_compare(variation)) {
            return self.notify(Tone::Info, sentence, None);
        }
        let base = self.runs.id.get_untracked();
        let settings = self.runs.settings.with_untracked(|settings| variation.of(settings));
        if let Some(sentence) = untrack(|| self.refusal(&settings)) {
            return self.notify(Tone::Warning, sentence, None);
        }
        self.runs.hidden.update_value(|hidden| hidden.back_to = Some(base.clone()));
        self.runs.beside.set(Some(base));
        self.begin(settings);
    }

    /// A kept run of the open project.
    pub fn kept_run(&self, run: &RunId) -> Option<RunRecord> {
        self.projects.with_current(|project| project.runs.iter().find(|record| record.run == *run).cloned()).flatten()
    }

    /// The run whose curves lie in the same plot.
    pub fn run_beside(&self) -> Option<RunRecord> {
        // Until the run to be compared with is begun, the shown one would lie beside itself.
        let beside = self.runs.beside.get().filter(|beside| self.runs.id.with(|shown| shown != beside))?;
        self.kept_run(&beside)
    }

    /// What the two runs tell, once both are finished.
    pub fn comparison(&self) -> Option<String> {
        let shown = self.kept_run(&self.runs.id.get())?;
        Some(comparison::in_words(&outcome(&shown)?, &outcome(&self.run_beside()?)?))
    }
}

/// How a kept run ended.
pub fn outcome(record: &RunRecord) -> Option<Outcome> {
    let report = record.history.report.as_ref()?;
    Some(Outcome {
        settings: record.settings.clone(),
        accuracy: report.test_accuracy,
        balanced: balanced_accuracy(&report.confusion),
        seconds: report.training_seconds,
    })
}
