//! The coach: what the two curves of a run say, in words, and one thing to try. Pure: numbers in, sentences out.
//!
//! A verdict is given only where the curves support it. Chance is judged by the curves themselves: how much a curve jumps
//! from epoch to epoch beside its trend ([`statistics::noise`]). Levels are medians of three epochs, so one odd epoch
//! decides nothing, and every kind needs some epochs before it is given at all.

mod fit;
mod outcome;
mod progress;
mod rate;
mod remedy;
mod seen;
mod statistics;
mod words;

pub use outcome::{Outcome, Tried, judged, outcome};
pub use remedy::Remedy;

use crate::protocol::{GooglenetSettings, History};
use seen::Seen;
use serde::{Deserialize, Serialize};

/// What the coach looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves<'a> {
    pub history: &'a History,
    /// How many classes there are to guess among.
    pub classes: usize,
    pub settings: &'a GooglenetSettings,
}

/// What curves can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Both accuracies are low, and flat or rising too slowly.
    Underfitting,
    /// Both curves still get better.
    StillLearning,
    /// The pictures learned from go better and better, others do not.
    Overfitting,
    /// Nothing has changed for some epochs, at a constant learning rate.
    Plateau,
    /// The training loss rises, jumps, or is worse than that of guessing.
    RateTooHigh,
    /// The training loss falls evenly and hardly at all.
    RateTooLow,
    /// Augmentation and dropout make the pictures learned from harder than the others.
    HarderTraining,
    /// Validation accuracy was better before the network learned the rest of the training pictures by heart.
    LabelNoise,
}

/// One thing that the curves say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub kind: Kind,
    /// Where it shows: 1 is the first of the history.
    pub epoch: usize,
    pub title: String,
    /// Why, with the numbers it was judged by.
    pub reason: String,
    /// One thing to try, where there is one that is not in force already.
    pub remedy: Option<Remedy>,
}

/// So many verdicts at most.
const MOST: usize = 3;

/// What the curves say, the most important first, at most three; empty where they do not support a verdict.
pub fn verdicts(curves: &Curves<'_>) -> Vec<Verdict> {
    let seen = Seen::new(curves);
    let mut found: Vec<Verdict> = Vec::new();
    // With a rate that is wrong, the curves show the rate and not the network.
    if let Some(rate) = rate::too_high(&seen).or_else(|| rate::too_low(&seen)) {
        found.push(rate);
    } else if let Some(overfitting) = fit::overfitting(&seen) {
        found.push(overfitting);
        found.extend(fit::label_noise(&seen));
    } else {
        found.extend(
            progress::underfitting(&seen)
                .or_else(|| progress::plateau(&seen))
                .or_else(|| progress::still_learning(&seen)),
        );
    }
    found.extend(fit::harder_training(&seen));
    found.truncate(MOST);
    found
}
