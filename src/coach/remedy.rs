//! What to try. Nothing is offered that is in force already or that the settings do not accept.

use super::words::setting;
use crate::protocol::{GooglenetSettings, Optimizer, Schedule};
use serde::Serialize;

/// One thing to try, in a run from the same seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remedy {
    /// Key of `GOOGLENET_HYPERPARAMETERS` and value, as [`GooglenetSettings::set`] takes them.
    pub changes: Vec<(&'static str, String)>,
    /// Text of the button: “Try it with a third of the learning rate (0.00033)”.
    pub label: String,
    /// Why this should help, one sentence.
    pub why: String,
}

impl Remedy {
    /// The settings with the changes made; the seed stays.
    pub fn applied(&self, settings: &GooglenetSettings) -> GooglenetSettings {
        let mut changed = settings.clone();
        for (key, value) in &self.changes {
            // What is refused stays as it was: an offer was accepted by the settings it was made for.
            let _ = changed.set(key, value);
        }
        changed
    }
}

/// A remedy, unless it changes nothing or a value is not accepted.
fn offer(settings: &GooglenetSettings, key: &'static str, value: String, with: &str, why: &str) -> Option<Remedy> {
    offer_all(settings, vec![(key, value)], with, why)
}

/// A remedy of several changes, unless one of them changes nothing or is not accepted.
fn offer_all(
    settings: &GooglenetSettings,
    changes: Vec<(&'static str, String)>,
    with: &str,
    why: &str,
) -> Option<Remedy> {
    for (key, value) in &changes {
        let mut changed = settings.clone();
        changed.set(key, value).ok()?;
        if changed == *settings {
            return None;
        }
    }
    Some(Remedy { changes, label: format!("Try it with {with}"), why: why.to_owned() })
}

/// Weight decay that is usual for networks of this kind.
const USUAL_DECAY: f64 = 5e-4;
const USUAL_DROPOUT: f64 = 0.4;

/// More variety, less freedom, more pictures, in this order.
pub fn against_overfitting(settings: &GooglenetSettings, pictures_left_out: bool) -> Option<Remedy> {
    let augmentation = if settings.augmentation < 1.0 { 1.0 } else { settings.augmentation + 0.5 };
    let dropout = if settings.dropout < USUAL_DROPOUT { USUAL_DROPOUT } else { settings.dropout + 0.1 };
    // More than the course notebook's number is not known to be there.
    let images = (settings.images * 4).min(GooglenetSettings::default().images);
    offer(
        settings,
        "augmentation",
        setting(augmentation),
        &format!("augmentation {}", setting(augmentation)),
        "A picture that looks different every time cannot be learned by heart.",
    )
    .or_else(|| {
        // More than 0.6 costs more than it brings.
        (dropout <= 0.6).then_some(())?;
        offer(
            settings,
            "dropout",
            setting(dropout),
            &format!("dropout {}", setting(dropout)),
            "A network that cannot rely on any single feature has to find several that hold.",
        )
    })
    .or_else(|| {
        (settings.weight_decay < USUAL_DECAY).then_some(())?;
        offer(
            settings,
            "weight-decay",
            setting(USUAL_DECAY),
            &format!("weight decay {}", setting(USUAL_DECAY)),
            "Small weights make smooth answers, which fit single pictures less well.",
        )
    })
    .or_else(|| {
        (pictures_left_out && images > settings.images).then_some(())?;
        offer(
            settings,
            "images",
            images.to_string(),
            &format!("up to {} pictures", grouped(images)),
            "The more pictures there are, the less it helps to know them by heart.",
        )
    })
}

/// `50,000`
fn grouped(count: usize) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}

/// More of a network, or less that holds it back. `rising`: it would still learn more if it were given the time.
pub fn against_underfitting(settings: &GooglenetSettings, rising: bool) -> Option<Remedy> {
    let yes = |key| (key, "yes".to_owned());
    // With a ReLU in every branch and PyTorch's initial weights, pictures differ by 1e-7 at the end of a network that has
    // not learned yet, which is hard to begin with. Batch norm makes that 1.
    offer_all(
        settings,
        vec![yes("branch-relu"), yes("batch-norm")],
        "ReLU and batch norm in the branches",
        "Without a ReLU, convolutions that follow each other in a block add up to a single linear one; batch norm lets so deep a network learn with it.",
    )
    .or_else(|| {
        offer_all(
            settings,
            vec![yes("branch-relu")],
            "a ReLU in the branches",
            "Without it, convolutions that follow each other in a block add up to a single linear one.",
        )
    })
    .or_else(|| {
        offer_all(
            settings,
            vec![yes("batch-norm")],
            "batch norm",
            "Normalised values keep the gradients of a deep network alive, so that it learns faster.",
        )
    })
    .or_else(|| {
        let width = (settings.width * 2.0).min(1.0);
        offer(
            settings,
            "width",
            setting(width),
            &format!("width {}", setting(width)),
            "More channels can tell more apart; every step takes longer.",
        )
    })
    .or_else(|| if rising { more_epochs(settings) } else { None })
    .or_else(|| less_disturbance(settings))
    .or_else(|| if rising { None } else { falling_rate(settings) })
}

/// Less dropout, then less augmentation.
pub fn less_disturbance(settings: &GooglenetSettings) -> Option<Remedy> {
    let dropout = if settings.dropout > 0.2 { 0.2 } else { 0.0 };
    let augmentation = if settings.augmentation > 1.0 { 1.0 } else { 0.0 };
    offer(
        settings,
        "dropout",
        setting(dropout),
        &format!("dropout {}", setting(dropout)),
        "A network that does not know enough yet needs all its features.",
    )
    .or_else(|| {
        offer(
            settings,
            "augmentation",
            setting(augmentation),
            &format!("augmentation {}", setting(augmentation)),
            "Pictures that change less are easier to learn.",
        )
    })
}

/// Twice the epochs.
pub fn more_epochs(settings: &GooglenetSettings) -> Option<Remedy> {
    let most = 200;
    let epochs = (settings.epochs * 2).min(most);
    (epochs > settings.epochs).then_some(())?;
    offer(
        settings,
        "epochs",
        epochs.to_string(),
        &format!("{epochs} epochs"),
        "It was still getting better when it ended.",
    )
}

/// A schedule that ends at nearly no rate.
pub fn falling_rate(settings: &GooglenetSettings) -> Option<Remedy> {
    // Whoever lets the rate fall already is not told to.
    (settings.schedule == Schedule::Constant).then_some(())?;
    offer(
        settings,
        "schedule",
        "one-cycle".to_owned(),
        "a rate that rises, then falls to nearly nothing",
        "Steps of one size circle around a good place; ever smaller ones get there.",
    )
}

/// The learning rate, divided.
pub fn less_rate(settings: &GooglenetSettings, divisor: f64) -> Option<Remedy> {
    let rate = setting(settings.learning_rate / divisor);
    offer(
        settings,
        "learning-rate",
        rate.clone(),
        &format!("{} of the learning rate ({rate})", if divisor > 5.0 { "a tenth" } else { "a third" }),
        "Shorter steps do not jump over what they are looking for.",
    )
}

/// The learning rate, multiplied.
pub fn more_rate(settings: &GooglenetSettings, factor: f64) -> Option<Remedy> {
    let rate = setting(settings.learning_rate * factor);
    offer(
        settings,
        "learning-rate",
        rate.clone(),
        &format!("{} times the learning rate ({rate})", if factor > 5.0 { "ten" } else { "three" }),
        "Longer steps cover the same way in fewer epochs.",
    )
}

/// Less certainty about every label.
pub fn softer_labels(settings: &GooglenetSettings) -> Option<Remedy> {
    (settings.label_smoothing < 0.1).then_some(())?;
    offer(
        settings,
        "label-smoothing",
        "0.1".to_owned(),
        "label smoothing 0.1",
        "A label that is not believed entirely does less harm where it is wrong.",
    )
}

/// A rate from which on a run that learns slowly does not do so because of the rate.
pub fn usual_rate(optimizer: Optimizer) -> f64 {
    match optimizer {
        Optimizer::Adam | Optimizer::RmsProp => 1e-3,
        Optimizer::Sgd => 1e-2,
        Optimizer::PlainSgd => 1e-1,
    }
}
