//! Learning rates that are far off.

use super::remedy::{self, usual_rate};
use super::seen::{Seen, loss_noise};
use super::statistics::{LEVEL, deviation, last, level, levels, lowest, median, real};
use super::words::{epochs, loss, losses, setting};
use super::{Kind, Verdict};
use crate::protocol::{Schedule, TrainPoint};

pub fn too_high(seen: &Seen<'_>) -> Option<Verdict> {
    worse_than_guessing(seen).or_else(|| rising(seen)).or_else(|| jumping(seen))
}

/// A loss above that of guessing by this share is no accident of rounding.
const WORSE: f64 = 1.01;
/// A new network's loss is below this multiple of guessing's.
const NEW: f64 = 1.5;

fn too_high_verdict(seen: &Seen<'_>, epoch: usize, title: &str, reason: &str, divisor: f64) -> Verdict {
    Verdict {
        kind: Kind::RateTooHigh,
        epoch,
        title: title.to_owned(),
        reason: format!("{reason} The learning rate is {}.", setting(seen.settings.learning_rate)),
        remedy: remedy::less_rate(seen.settings, divisor),
    }
}

/// Whoever answers the same for every picture has the loss of guessing; three epochs above it take steps that throw the
/// network about. A new network can begin above it too, and comes down.
fn worse_than_guessing(seen: &Seen<'_>) -> Option<Verdict> {
    let recent = last(&seen.train_loss, LEVEL);
    let coming_down =
        recent.windows(2).all(|w| w[1] < 0.99 * w[0]) && recent.first().is_some_and(|l| *l < NEW * seen.guess_loss);
    let short_steps = 3.0 * seen.settings.learning_rate < usual_rate(seen.settings.optimizer);
    if recent.len() < LEVEL || coming_down || short_steps || recent.iter().any(|l| *l < WORSE * seen.guess_loss) {
        return None;
    }
    let since = seen.train_loss.iter().rposition(|l| *l < WORSE * seen.guess_loss).map_or(0, |place| place + 1);
    let [now, guess] = losses(level(&seen.train_loss), seen.guess_loss);
    let reason = format!(
        "For {} the training loss has been above that of guessing: it is {now}, and whoever gives every class the same chance has {guess}. Steps that are too long throw the network away from what it learned.",
        epochs(seen.epochs() - since),
    );
    Some(too_high_verdict(seen, since + 1, "The learning rate is far too high", &reason, 10.0))
}

/// The training loss has to rise by this share of what it was, and of guessing's.
const RISE: f64 = 0.05;
const RISE_OF_GUESSING: f64 = 0.02;

fn rising(seen: &Seen<'_>) -> Option<Verdict> {
    let training = levels(&seen.train_loss);
    let best = lowest(&training)?;
    let now = training.len() - 1;
    let rise = training[now] - training[best];
    let least = (RISE * training[best]).max(RISE_OF_GUESSING * seen.guess_loss);
    if now - best < LEVEL || rise < real(loss_noise(&seen.train_loss)).max(least) {
        return None;
    }
    let at = best + lowest(&seen.train_loss[best..best + LEVEL])?;
    let [from, to] = losses(seen.train_loss[at], training[now]);
    let reason = format!(
        "The training loss was {from} in epoch {} and has risen to {to}. Learning makes it fall, and overfitting does too; it rises where steps are too long.",
        at + 1,
    );
    Some(too_high_verdict(seen, at + 1, "The learning rate is too high: the loss rises", &reason, 3.0))
}

/// The losses of single pictures deviate by about as much as they are, small ones by about their root, because few pictures
/// make them up; a mean of `n` deviates by that over the root of `n`. Points that jump more than this many times as much do
/// not do so because of the pictures in them; recorded runs at a good rate stay at half of it.
const JUMPY: f64 = 4.0;
/// The jumps must also matter: be this share of the loss.
const MATTERS: f64 = 0.1;
/// So many points are needed to judge them.
const POINTS: usize = 12;

/// The training loss jumps more than the pictures explain, and is not falling much meanwhile.
fn jumping(seen: &Seen<'_>) -> Option<Verdict> {
    if seen.epochs() < LEVEL + 1 {
        return None;
    }
    let end = seen.steps_per_epoch? * LEVEL;
    let newest = seen.points.last()?.step;
    let recent: Vec<&TrainPoint> = seen.points.iter().filter(|p| p.step + end > newest && p.loss.is_finite()).collect();
    if recent.len() < POINTS {
        return None;
    }
    let values: Vec<f64> = recent.iter().map(|p| f64::from(p.loss)).collect();
    let middle = median(&values);
    let steps: Vec<f64> = recent.windows(2).map(|w| w[1].step.saturating_sub(w[0].step) as f64).collect();
    let pictures = median(&steps) * seen.settings.batch as f64;
    let expected = middle.max(middle.max(0.0).sqrt()) / pictures.max(1.0).sqrt();
    let jumps = deviation(&values);
    let fell = seen.train_loss[seen.epochs() - LEVEL - 1] - seen.train_loss[seen.epochs() - 1];
    if jumps < JUMPY * expected || jumps < MATTERS * middle || fell > jumps {
        return None;
    }
    let reason = format!(
        "Within the last {} the training loss jumped by {} from point to point, around {}; the pictures of a point explain about {}. Meanwhile it did not get lower.",
        epochs(LEVEL),
        loss(jumps),
        loss(middle),
        loss(expected),
    );
    let epoch = seen.epochs() + 1 - LEVEL;
    Some(too_high_verdict(seen, epoch, "The learning rate is too high: the loss jumps", &reason, 3.0))
}

/// Of the loss of guessing, so much is left at least where a rate is called too low, now and after as many epochs again.
const FAR: f64 = 0.75;
/// The second half of the epochs must bring this share of the first's, or the curve bends, and it is not the rate.
const EVEN: f64 = 0.5;
/// So many values fall one after the other by chance once in 120 times.
const EPOCHS: usize = 5;
/// A loss that fell by less than this share of guessing's has not moved.
const UNMOVED: f64 = 0.01;

/// The loss falls in every epoch, evenly, and so slowly that as many epochs again would hardly help. Only below the usual
/// rates: above, other things make a network slow.
pub fn too_low(seen: &Seen<'_>) -> Option<Verdict> {
    let rate = seen.settings.learning_rate;
    // Only while the rate is about what was set; one cycle is there for a moment only.
    let as_set = match seen.settings.schedule {
        Schedule::Constant => true,
        Schedule::Step => seen.done() < 1.0 / 3.0,
        Schedule::Cosine => seen.done() < 0.5,
        Schedule::OneCycle => false,
    };
    let n = seen.epochs();
    if n < EPOCHS || !as_set || rate >= usual_rate(seen.settings.optimizer) {
        return None;
    }
    let series = &seen.train_loss;
    let (first, now, middle) = (series[0], series[n - 1], (n - 1) / 2);
    let pace = (first - now) / (n - 1) as f64;
    let after = now - pace * n as f64;
    let far = FAR * seen.guess_loss;
    if now < far || after < far || now > 1.5 * seen.guess_loss {
        return None;
    }
    let moved = (first - now) / seen.guess_loss;
    // Far below the usual rates, a curve that does not move at all says the same.
    let unmoved = moved.abs() < UNMOVED && rate * 10.0 <= usual_rate(seen.settings.optimizer);
    let falls = series.windows(2).filter(|w| w[1] < w[0]).count();
    let (early, late) = (pace_of(&series[..=middle]), pace_of(&series[middle..]));
    let evenly = falls + 1 >= n - 1 && late > EVEN * early && first - now > real(deviation(series));
    if !(unmoved || evenly) {
        return None;
    }
    let [from, to] = losses(first, now);
    let went = if unmoved && !evenly { "hardly moved" } else { "went down evenly and slowly" };
    let reason = format!(
        "In {} the training loss {went}, from {from} to {to}, where guessing has {}. At this pace it would be {} after as many epochs again. The learning rate is {}; {} is usual for this optimizer.",
        epochs(n),
        loss(seen.guess_loss),
        loss(after),
        setting(rate),
        setting(usual_rate(seen.settings.optimizer)),
    );
    // A third of the way is no help to a run that has hardly begun.
    let factor = if moved < 0.05 && rate * 10.0 <= usual_rate(seen.settings.optimizer) { 10.0 } else { 3.0 };
    Some(Verdict {
        kind: Kind::RateTooLow,
        epoch: n,
        title: "The learning rate is too low".to_owned(),
        reason,
        remedy: remedy::more_rate(seen.settings, factor),
    })
}

/// By how much a loss falls in an epoch, from first to last.
fn pace_of(series: &[f64]) -> f64 {
    (series[0] - series[series.len() - 1]) / (series.len() - 1) as f64
}
