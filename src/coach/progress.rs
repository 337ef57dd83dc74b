//! How the curves go on: too low, standing still, still rising.

use super::remedy;
use super::seen::{Seen, accuracy_noise, loss_noise};
use super::statistics::{Line, last, level, line};
use super::words::{epochs, losses, percent, points};
use super::{Kind, Verdict};

/// An accuracy is low if it is no more than this share of the way from guessing to no mistake.
const LOW: f64 = 0.6;
/// A run is on its way to something if its pace would bring it here in the epochs to come (see [`ahead`]). Curves bend down,
/// so this promises more than comes.
const HOPEFUL: f64 = 0.75;
/// Barely better than guessing.
const NOTHING: f64 = 0.05;
/// A trend is taken from so many epochs.
const TREND: usize = 4;
/// A change of accuracy in one epoch that is worth waiting for.
const WORTH: f64 = 0.003;
/// A falling learning rate can make up for much at the end: before this share of the run nothing is called low.
const LATE: f64 = 0.7;

/// Training and validation are both low.
pub fn is_low(seen: &Seen<'_>) -> bool {
    let best = level(&seen.train_accuracy).max(level(&seen.validation_accuracy));
    seen.ability(best) < LOW
}

/// Neither training nor validation accuracy rises.
pub fn is_flat(seen: &Seen<'_>) -> bool {
    let stands = |series: &[f64]| trend(series).is_some_and(|line| line.slope < WORTH.max(line.error));
    stands(&seen.train_accuracy) && stands(&seen.validation_accuracy)
}

fn trend(accuracy: &[f64]) -> Option<Line> {
    line(last(accuracy, TREND), accuracy_noise(accuracy))
}

/// How far a pace is drawn on: to the end of the run, at least as many epochs as there were, at most twice as many.
fn ahead(seen: &Seen<'_>) -> usize {
    let n = seen.epochs();
    seen.settings.epochs.saturating_sub(n).clamp(n, 2 * n)
}

pub fn underfitting(seen: &Seen<'_>) -> Option<Verdict> {
    if !seen.validated(5) || !is_low(seen) || seen.rate_falls() && seen.done() < LATE {
        return None;
    }
    let (training, validation) = (level(&seen.train_accuracy), level(&seen.validation_accuracy));
    // A network that fits its pictures and not others has another problem.
    if training - validation > 0.05_f64.max(3.0 * accuracy_noise(&seen.validation_accuracy)) {
        return None;
    }
    let (of_training, of_validation) = (trend(&seen.train_accuracy)?, trend(&seen.validation_accuracy)?);
    let ahead = ahead(seen);
    let reached = |line: Line| line.end + line.slope.max(0.0) * ahead as f64;
    let hope = reached(of_training).max(reached(of_validation));
    if seen.ability(hope) >= HOPEFUL {
        return None;
    }
    let nothing = seen.ability(training.max(validation)) < NOTHING;
    let rising = !is_flat(seen);
    let numbers = format!(
        "After {} training accuracy is {} and validation accuracy {}",
        epochs(seen.epochs()),
        percent(training),
        percent(validation)
    );
    let (title, rest) = if nothing {
        (
            "It has learned next to nothing yet",
            format!(
                ", where guessing gives {}. The network cannot fit even the pictures it learns from.",
                percent(seen.guess)
            ),
        )
    } else if rising {
        let pace = of_training.slope.max(of_validation.slope);
        (
            "Underfitting: it learns too slowly",
            format!(
                ": both are low, so it is not other pictures that are the problem. The last epochs brought {} each; even at that pace {} more epochs would end at {}.",
                points(pace),
                ahead,
                percent(hope.min(1.0))
            ),
        )
    } else {
        (
            "Underfitting: both curves are low and flat",
            format!(
                ": both are low, and over the last {} neither rose by more than {} an epoch. The network cannot fit even the pictures it learns from.",
                epochs(TREND),
                points(of_training.slope.max(of_validation.slope).max(WORTH)),
            ),
        )
    };
    Some(Verdict {
        kind: Kind::Underfitting,
        epoch: seen.epochs() + 1 - TREND,
        title: title.to_owned(),
        reason: numbers + &rest,
        remedy: remedy::against_underfitting(seen.settings, rising && !nothing),
    })
}

/// Over this many epochs neither loss nor accuracy may move.
const STILL: usize = 5;
/// The training loss may fall by this share meanwhile.
const STILL_LOSS: f64 = 0.03;
/// The accuracies may rise by this much meanwhile, chance included.
const STILL_ACCURACY: f64 = 0.015;
/// They must have risen by this much before.
const ROSE: f64 = 0.1;

/// All curves stand, at a rate that does not change. Where the rate falls by itself, a flat curve is its doing.
pub fn plateau(seen: &Seen<'_>) -> Option<Verdict> {
    if !seen.validated(STILL + 3) || seen.rate_falls() {
        return None;
    }
    let still = |window: usize| {
        let moves = |series: &[f64], noise: f64, allowed: f64| {
            line(last(series, window), noise).is_some_and(|line| {
                let change = (window - 1) as f64;
                (line.slope.abs() + line.error) * change >= allowed
            })
        };
        let accuracy = |series: &[f64]| moves(series, accuracy_noise(series), STILL_ACCURACY);
        let loss = level(&seen.train_loss) * STILL_LOSS;
        !(accuracy(&seen.train_accuracy)
            || accuracy(&seen.validation_accuracy)
            || moves(&seen.train_loss, loss_noise(&seen.train_loss), loss))
    };
    let window = (STILL..=seen.epochs()).rev().find(|window| still(*window))?;
    let first = seen.epochs() - window;
    let now = level(&seen.validation_accuracy);
    if now - seen.validation_accuracy[0] < ROSE || seen.ability(level(&seen.train_accuracy)) > 0.97 {
        return None;
    }
    let [from, to] = losses(seen.train_loss[first], level(&seen.train_loss));
    Some(Verdict {
        kind: Kind::Plateau,
        epoch: first + 1,
        title: format!("Nothing has changed since epoch {}", first + 1),
        reason: format!(
            "Over the last {} validation accuracy went from {} to {} and the training loss from {from} to {to}, which is hardly anything. The learning rate was the same all the time.",
            epochs(window),
            percent(seen.validation_accuracy[first]),
            percent(now),
        ),
        remedy: remedy::falling_rate(seen.settings),
    })
}

/// Both curves still get better, clearly.
pub fn still_learning(seen: &Seen<'_>) -> Option<Verdict> {
    // What the last epochs of a falling rate gain, more epochs would not go on gaining.
    if !seen.validated(TREND) || seen.rate_falls() && seen.finished() {
        return None;
    }
    let window = (seen.epochs() / 4).max(TREND);
    let accuracy = line(last(&seen.validation_accuracy, window), accuracy_noise(&seen.validation_accuracy))?;
    let training = line(last(&seen.train_loss, window), loss_noise(&seen.train_loss))?;
    let validation = line(last(&seen.validation_loss, window), loss_noise(&seen.validation_loss))?;
    let better = accuracy.slope > WORTH.max(2.0 * accuracy.error)
        && training.slope < -2.0 * training.error
        && validation.slope < -2.0 * validation.error;
    if !better {
        return None;
    }
    let left = seen.settings.epochs.saturating_sub(seen.epochs());
    let first = seen.epochs() - window;
    let [from, to] = losses(seen.validation_loss[first], *seen.validation_loss.last()?);
    let end = match left {
        0 => "It ended before it had learned what it can.".to_owned(),
        left => format!("Let it go on: {} are still to come.", epochs(left)),
    };
    Some(Verdict {
        kind: Kind::StillLearning,
        epoch: seen.epochs(),
        title: "Both curves still get better".to_owned(),
        reason: format!(
            "Over the last {} validation accuracy rose by {} an epoch, to {}, and the validation loss fell from {from} to {to}. {end}",
            epochs(window),
            points(accuracy.slope),
            percent(*seen.validation_accuracy.last()?),
        ),
        remedy: if left == 0 { remedy::more_epochs(seen.settings) } else { None },
    })
}
