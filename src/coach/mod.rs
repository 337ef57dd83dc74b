//! What two curves of a run tell, and what to try next. A stand-in that says nothing.

use crate::protocol::{GooglenetSettings, History};

/// A run's curves, and what it learns from.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves<'a> {
    pub history: &'a History,
    pub classes: usize,
    pub settings: &'a GooglenetSettings,
}

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Underfitting,
    StillLearning,
    Overfitting,
    Plateau,
    RateTooHigh,
    RateTooLow,
    HarderTraining,
    LabelNoise,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub kind: Kind,
    /// Where it is seen, counted from 1.
    pub epoch: usize,
    pub title: String,
    pub reason: String,
    pub remedy: Option<Remedy>,
}

/// Settings to try instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    pub changes: Vec<(&'static str, String)>,
    pub label: String,
    pub why: String,
}

impl Remedy {
    /// The settings of a comparison run.
    pub fn applied(&self, settings: &GooglenetSettings) -> GooglenetSettings {
        let mut settings = settings.clone();
        for (key, value) in &self.changes {
            settings.set(key, value).ok();
        }
        settings
    }
}

/// What a remedy did.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub helped: Option<bool>,
    pub epoch: usize,
    pub sentence: String,
}

/// At most three findings, the weightiest first.
pub fn verdicts(_curves: &Curves<'_>) -> Vec<Verdict> {
    Vec::new()
}

/// What a remedy did, as soon as it can be said.
pub fn outcome(_before: &History, _after: &History, _kind: Kind) -> Option<Outcome> {
    None
}
