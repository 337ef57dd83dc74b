//! What a remedy did: two runs beside each other, at the same epoch.

use super::Kind;
use super::statistics::{LEVEL, level, noise, real};
use super::words::{epochs, losses, percent, points};
use crate::protocol::{GooglenetSettings, History, Schedule};
use serde::{Deserialize, Serialize};

/// What a remedy did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// `None`: no clear difference, or too early to tell.
    pub helped: Option<bool>,
    /// The epoch at which the runs were compared: the last that both have.
    pub epoch: usize,
    pub sentence: String,
}

/// An accuracy has to differ by this much, a loss by this share.
const ACCURACY: f64 = 0.01;
const LOSS: f64 = 0.03;

/// One number of a run, as a level and with its noise.
struct Reading {
    level: f64,
    noise: f64,
}

impl Reading {
    fn new(series: &[f64]) -> Option<Self> {
        let level = level(series);
        level.is_finite().then(|| Self { level, noise: noise(series, 0.0) })
    }

    /// Whether the other is clearly higher (true) or lower; a difference below `least` is none.
    fn against(&self, other: &Self, least: f64) -> Option<bool> {
        let difference = other.level - self.level;
        (difference.abs() > least.max(real(self.noise.hypot(other.noise) / 2.0_f64.sqrt()))).then_some(difference > 0.0)
    }
}

/// One of the two runs that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    pub history: &'a History,
    pub settings: &'a GooglenetSettings,
}

/// As [`outcome`], with what the settings say about when a run can be judged: one with more epochs after those that both
/// have, and one whose learning rate falls, unlike the other's, at its end.
pub fn judged(before: &Tried<'_>, after: &Tried<'_>, kind: Kind) -> Option<Outcome> {
    if after.settings.epochs > before.settings.epochs {
        return longer(before.history, after.history, "Going on");
    }
    let falls = |run: &Tried<'_>| run.settings.schedule != Schedule::Constant;
    if !falls(after) || falls(before) {
        return outcome(before.history, after.history, kind);
    }
    let (short, long) = (before.history.epochs.len(), after.history.epochs.len());
    if long < after.settings.epochs {
        return beside(before.history, after.history, kind, true);
    }
    // The run before may have been left for this one.
    if long < short + LEVEL {
        return outcome(before.history, after.history, kind);
    }
    longer(before.history, after.history, "It")
}

/// Compares the run that a verdict of this kind was about with the one that its remedy was tried in, at the last epoch that
/// both have. `None` while there is nothing to compare.
pub fn outcome(before: &History, after: &History, kind: Kind) -> Option<Outcome> {
    if kind == Kind::StillLearning {
        return longer(before, after, "Going on");
    }
    beside(before, after, kind, false)
}

fn beside(before: &History, after: &History, kind: Kind, too_early: bool) -> Option<Outcome> {
    let epoch = before.epochs.len().min(after.epochs.len());
    if epoch == 0 {
        return None;
    }
    let compared = compared(before, after, epoch, kind)?;
    // A change can cost something at first and pay later, a falling rate only at the end.
    let early = too_early
        || epoch < LEVEL
        || epoch < before.epochs.len() && (kind == Kind::Plateau || compared.helped != Some(true));
    let helped = if early { None } else { compared.helped };
    let judgement = match helped {
        _ if early => "It is too early to tell.",
        Some(true) => "It helped.",
        Some(false) => "It did not help.",
        None => "That is no clear difference.",
    };
    let sentence = format!("After {}: {} {judgement}", epochs(epoch), compared.words);
    Some(Outcome { helped, epoch, sentence })
}

struct Compared {
    helped: Option<bool>,
    words: String,
}

fn compared(before: &History, after: &History, epoch: usize, kind: Kind) -> Option<Compared> {
    let accuracy = |history| validation_accuracy(history, epoch);
    let training = |history| series(history, epoch, |e| Some(e.train_loss));
    let (was, is) = (accuracy(before), accuracy(after));
    let rate = matches!(kind, Kind::RateTooHigh | Kind::RateTooLow);
    let (Some(was), Some(is)) = (was, is) else {
        // Without validation only the learning rate can be judged.
        let (was, is) = (Reading::new(&training(before)?)?, Reading::new(&training(after)?)?);
        let [from, to] = losses(was.level, is.level);
        let helped = was.against(&is, LOSS * was.level).map(|higher| !higher);
        return rate.then(|| Compared { helped, words: format!("the training loss is {to} instead of {from}.") });
    };
    let better = was.against(&is, ACCURACY);
    let mut words = format!("validation accuracy is {} instead of {}", percent(is.level), percent(was.level));
    let helped = match kind {
        Kind::Overfitting | Kind::LabelNoise => {
            let (gap_was, gap_is) = (gap(before, epoch)?, gap(after, epoch)?);
            let (loss_was, loss_is) = (validation_loss(before, epoch)?, validation_loss(after, epoch)?);
            let [from, to] = losses(loss_was.level, loss_is.level);
            words += &format!(
                ", the validation loss {to} instead of {from}, and training is {} instead of {}.",
                ahead(gap_is.level),
                ahead(gap_was.level)
            );
            let lower = loss_was.against(&loss_is, LOSS * loss_was.level).map(|higher| !higher);
            let closer = gap_was.against(&gap_is, 0.03).map(|wider| !wider);
            match (better, lower) {
                // Less overfitting at the price of accuracy is no help.
                (Some(false), _) => Some(false),
                (Some(true), _) => Some(true),
                (None, Some(true)) if closer != Some(false) => Some(true),
                (None, Some(false)) => Some(false),
                _ => None,
            }
        }
        Kind::RateTooHigh | Kind::RateTooLow => {
            let (loss_was, loss_is) = (Reading::new(&training(before)?)?, Reading::new(&training(after)?)?);
            let [from, to] = losses(loss_was.level, loss_is.level);
            words += &format!(", and the training loss {to} instead of {from}.");
            let lower = loss_was.against(&loss_is, LOSS * loss_was.level).map(|higher| !higher);
            better.or(lower)
        }
        _ => {
            words.push('.');
            better
        }
    };
    Some(Compared { helped, words })
}

fn series(history: &History, epoch: usize, of: fn(&crate::protocol::PointOf) -> Option<f32>) -> Option<Vec<f64>> {
    history.epochs.iter().take(epoch).map(|e| of(e).map(f64::from)).collect()
}

fn validation_accuracy(history: &History, epoch: usize) -> Option<Reading> {
    Reading::new(&series(history, epoch, |e| e.validation_accuracy)?)
}

fn validation_loss(history: &History, epoch: usize) -> Option<Reading> {
    Reading::new(&series(history, epoch, |e| e.validation_loss)?)
}

/// Training accuracy above validation accuracy.
fn gap(history: &History, epoch: usize) -> Option<Reading> {
    Reading::new(&series(history, epoch, |e| e.validation_accuracy.map(|validation| e.train_accuracy - validation))?)
}

fn ahead(gap: f64) -> String {
    if gap < 0.0 { format!("{} behind", points(gap)) } else { format!("{} ahead", points(gap)) }
}

/// More epochs change nothing before the first run's end: what counts is what comes after. `what` did it.
fn longer(before: &History, after: &History, what: &str) -> Option<Outcome> {
    let (short, long) = (before.epochs.len(), after.epochs.len());
    if short == 0 || long <= short {
        return None;
    }
    let (was, is) = (validation_accuracy(before, short)?, validation_accuracy(after, long)?);
    let early = long < short + LEVEL;
    let helped = if early { None } else { was.against(&is, ACCURACY) };
    let judgement = match helped {
        _ if early => "It is too early to tell.".to_owned(),
        Some(true) => format!("{what} helped."),
        Some(false) => format!("{what} did not help."),
        None => format!("{what} has made no clear difference."),
    };
    Some(Outcome {
        helped,
        epoch: long,
        sentence: format!(
            "After {} validation accuracy is {}, after {short} it was {}. {judgement}",
            epochs(long),
            percent(is.level),
            percent(was.level)
        ),
    })
}
