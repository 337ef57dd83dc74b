//! Training and validation beside each other: overfitting, labels that may be wrong, and training that is harder.

use super::remedy;
use super::seen::{Seen, accuracy_noise, loss_noise};
use super::statistics::{LEVEL, last, level, levels, line, lowest, real};
use super::words::{epochs, losses, percent, points};
use super::{Kind, Verdict};

/// The gap has to be this wide, or to have grown by this much, to be worth a word.
const GAP: f64 = 0.1;
const GAP_GROWN: f64 = 0.02;
/// The validation loss has to rise by this share, whatever its noise.
const RISE: f64 = 0.03;
/// A network that does not know this much more than guessing has nothing to lose yet.
const LEARNED: f64 = 0.1;

pub fn overfitting(seen: &Seen<'_>) -> Option<Verdict> {
    turned(seen).or_else(|| apart(seen))
}

fn verdict(seen: &Seen<'_>, epoch: usize, reason: String) -> Verdict {
    let remedy = remedy::against_overfitting(seen.settings, pictures_left_out(seen));
    Verdict { kind: Kind::Overfitting, epoch, title: format!("Overfitting since epoch {epoch}"), reason, remedy }
}

/// Whether the setting decides how many pictures there are: an epoch has as many steps as they make batches.
fn pictures_left_out(seen: &Seen<'_>) -> bool {
    let steps = seen.steps_per_epoch.unwrap_or(0);
    steps == seen.settings.images.div_ceil(seen.settings.batch.max(1))
}

/// The validation loss has turned while the training loss fell.
fn turned(seen: &Seen<'_>) -> Option<Verdict> {
    if !seen.validated(2 * LEVEL) {
        return None;
    }
    let validation = levels(&seen.validation_loss);
    let best = lowest(&validation)?;
    let now = validation.len() - 1;
    let (low, high) = (validation[best], validation[now]);
    let known = seen.ability(levels(&seen.validation_accuracy)[best]) > LEARNED;
    let risen = high - low > real(loss_noise(&seen.validation_loss)).max(RISE * low);
    let training = levels(&seen.train_loss);
    let fallen = training[best] - training[now] > real(loss_noise(&seen.train_loss)).max(RISE * training[best]);
    let gap = gaps(seen);
    let widened = gap[now] - gap[best] > GAP_GROWN && gap[now] > GAP_GROWN;
    // The two levels share no epoch.
    if now - best < LEVEL || !(known && risen && fallen && widened) {
        return None;
    }
    let at = best + lowest(&seen.validation_loss[best..best + LEVEL])?;
    let [from, to] = losses(seen.validation_loss[at], high);
    let [train_from, train_to] = losses(seen.train_loss[at], training[now]);
    let (before, after) = (seen.validation_accuracy[at], level(&seen.validation_accuracy));
    let accuracy = match after - before {
        change if change.abs() < real(accuracy_noise(&seen.validation_accuracy)).max(0.01) => {
            format!("Validation accuracy was {} then and is {} now, no clear change.", percent(before), percent(after))
        }
        change if change > 0.0 => format!(
            "Validation accuracy still rose from {} to {}, but the network grows too sure of its mistakes.",
            percent(before),
            percent(after)
        ),
        _ => format!("Validation accuracy fell from {} to {}.", percent(before), percent(after)),
    };
    Some(verdict(
        seen,
        at + 1,
        format!(
            "The validation loss was lowest in epoch {} ({from}) and is {to} now, while the training loss went on falling from {train_from} to {train_to}. Training accuracy is {} ahead. {accuracy}",
            at + 1,
            points(gap[now]),
        ),
    ))
}

/// The gap is wide, and only the training pictures still gain by it.
fn apart(seen: &Seen<'_>) -> Option<Verdict> {
    if !seen.validated(2 * LEVEL) {
        return None;
    }
    let gap = gaps(seen);
    let now = gap[gap.len() - 1];
    let window = (seen.epochs() / 3).max(4);
    let rise = |series: &[f64]| {
        let fitted = line(last(series, window), accuracy_noise(series))?;
        Some((fitted.slope * (window - 1) as f64, fitted.error * (window - 1) as f64))
    };
    let (validation, error) = rise(&seen.validation_accuracy)?;
    let (training, _) = rise(&seen.train_accuracy)?;
    let by_heart = level(&seen.train_accuracy) > 0.95;
    let wide = now > GAP.max(real(accuracy_noise(&seen.validation_accuracy)));
    let known = seen.ability(level(&seen.validation_accuracy)) > LEARNED;
    let stands = validation < 0.01_f64.max(2.0 * error) && validation < 0.02;
    if !(wide && known && stands && (by_heart || training > GAP_GROWN)) {
        return None;
    }
    // The gap has been at least half as wide from here on.
    let since = gap.iter().rposition(|g| *g < now / 2.0).map_or(0, |place| place + 1);
    let epoch = since + LEVEL;
    let gain = if validation < 0.005 {
        "validation accuracy gained nothing".to_owned()
    } else {
        format!("validation accuracy gained {}", points(validation))
    };
    let training = if training < 0.005 { "stayed there".to_owned() } else { format!("gained {}", points(training)) };
    Some(verdict(
        seen,
        epoch.min(seen.epochs()),
        format!(
            "Training accuracy is {}, validation accuracy {}: {} apart. Over the last {} training accuracy {training}, and {gain}.",
            percent(level(&seen.train_accuracy)),
            percent(level(&seen.validation_accuracy)),
            points(now),
            epochs(window),
        ),
    ))
}

/// Training accuracy above validation accuracy, as levels.
fn gaps(seen: &Seen<'_>) -> Vec<f64> {
    let validation = levels(&seen.validation_accuracy);
    levels(&seen.train_accuracy).iter().zip(validation).map(|(training, validation)| training - validation).collect()
}

/// Validation accuracy has to fall by this share of what it is above guessing.
const FORGOTTEN: f64 = 0.1;
/// Training accuracy has to rise by this much meanwhile.
const BY_HEART: f64 = 0.15;
/// The validation loss has to rise by this share meanwhile.
const CONFIDENT: f64 = 0.2;

/// A network learns what is regular first. If validation accuracy *falls* while the rest of the training pictures is
/// learned by heart, that rest contradicts what was learned before (Arpit and others: A closer look at memorization in deep
/// networks, 2017). Augmentation and dropout blur this, so it is looked for without them.
pub fn label_noise(seen: &Seen<'_>) -> Option<Verdict> {
    if !seen.validated(8) || seen.settings.augmentation > 0.0 || seen.settings.dropout > 0.0 {
        return None;
    }
    let validation = levels(&seen.validation_accuracy);
    let upside_down: Vec<f64> = validation.iter().map(|accuracy| -accuracy).collect();
    let peak = lowest(&upside_down)?;
    let now = validation.len() - 1;
    let (training, loss) = (levels(&seen.train_accuracy), levels(&seen.validation_loss));
    let fall = validation[peak] - validation[now];
    let above_guessing = validation[peak] - seen.guess;
    let fallen = fall > real(accuracy_noise(&seen.validation_accuracy)).max(0.03).max(FORGOTTEN * above_guessing);
    // At its best it knew the training pictures hardly better than others: wrong labels cannot be foreseen.
    let unforeseen = training[peak] < validation[peak] + 0.1;
    let by_heart = training[now] - training[peak] > BY_HEART;
    let confident = loss[now] > (1.0 + CONFIDENT) * loss[peak];
    if now - peak < LEVEL || !(fallen && unforeseen && by_heart && confident) {
        return None;
    }
    let epoch = peak + LEVEL / 2 + 1;
    let [loss_from, loss_to] = losses(loss[peak], loss[now]);
    Some(Verdict {
        kind: Kind::LabelNoise,
        epoch,
        title: "Some labels may be wrong".to_owned(),
        reason: format!(
            "Around epoch {epoch} validation accuracy was {}, with {} on the pictures learned from. Since then the network learned these by heart ({}) and got worse at others: {}, with a loss of {loss_to} instead of {loss_from}. It may be that part of the labels is wrong, so that learning them undoes what was right before.",
            percent(validation[peak]),
            percent(training[peak]),
            percent(training[now]),
            percent(validation[now]),
        ),
        remedy: remedy::softer_labels(seen.settings),
    })
}

/// Validation has to be ahead by this much on average, and by half of it in each of the epochs looked at.
const AHEAD: f64 = 0.03;

/// Augmentation and dropout are switched off for validation. Training accuracy is also a mean over the epoch, half an epoch
/// older: so it is compared with the mean of this epoch and the next.
pub fn harder_training(seen: &Seen<'_>) -> Option<Verdict> {
    let (augmentation, dropout) = (seen.settings.augmentation, seen.settings.dropout);
    if !seen.validated(LEVEL + 2) || (augmentation <= 0.0 && dropout <= 0.0) {
        return None;
    }
    let ahead: Vec<f64> = seen
        .train_accuracy
        .windows(2)
        .zip(&seen.validation_accuracy)
        .map(|(training, validation)| validation - f64::midpoint(training[0], training[1]))
        .collect();
    let recent = last(&ahead, LEVEL);
    let mean = recent.iter().sum::<f64>() / recent.len() as f64;
    let noise = accuracy_noise(&seen.validation_accuracy);
    // The mean of three has a deviation of 0.58 of one.
    if mean < AHEAD.max(3.0 * 0.58 * noise) || recent.iter().any(|a| *a < AHEAD / 2.0) {
        return None;
    }
    let since = ahead.iter().rposition(|a| *a < AHEAD / 2.0).map_or(0, |place| place + 1);
    let cause = match (augmentation > 0.0, dropout > 0.0) {
        (true, true) => "the pictures learned from are changed at random and features are left out",
        (true, false) => "the pictures learned from are changed at random",
        _ => "features are left out at random",
    };
    let stuck = super::progress::is_low(seen) && super::progress::is_flat(seen);
    let judgement = if stuck {
        "Both are low and no longer rise, so this may be too much of it."
    } else {
        "This is as it should be, and no mistake in the curves."
    };
    Some(Verdict {
        kind: Kind::HarderTraining,
        epoch: since + 1,
        title: "Training is harder than validation".to_owned(),
        reason: format!(
            "Validation accuracy ({}) is above training accuracy ({}), by {} on average over the last epochs: while learning, {cause}; for validation nothing is. {judgement}",
            percent(level(&seen.validation_accuracy)),
            percent(level(&seen.train_accuracy)),
            points(mean),
        ),
        remedy: if stuck { remedy::less_disturbance(seen.settings) } else { None },
    })
}
