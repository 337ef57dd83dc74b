//! The coach on curves that were made up to show one thing each, and on curves that show nothing.

#[path = "coach/curves.rs"]
mod curves;

use curves::{Dice, cross_entropy, history, only_training, settings, with_points};
use receptive::coach::{Curves, Kind, Verdict, verdicts};
use receptive::protocol::{GooglenetSettings, History, Schedule};

fn judge(history: &History, settings: &GooglenetSettings) -> Vec<Verdict> {
    verdicts(&Curves { history, classes: 10, settings })
}

fn first(history: &History, settings: &GooglenetSettings) -> Verdict {
    judge(history, settings).into_iter().next().expect("a verdict")
}

fn kinds(history: &History, settings: &GooglenetSettings) -> Vec<Kind> {
    judge(history, settings).iter().map(|v| v.kind).collect()
}

/// What a verdict's remedy changes.
fn changes(verdict: &Verdict) -> Vec<(&'static str, String)> {
    verdict.remedy.as_ref().map(|r| r.changes.clone()).unwrap_or_default()
}

#[test]
fn the_validation_loss_turns() {
    let validation = [2.00, 1.60, 1.40, 1.30, 1.25, 1.24, 1.27, 1.31, 1.36, 1.42, 1.50, 1.58];
    let curves = history(validation.iter().enumerate().map(|(e, loss)| {
        let e = e as f64;
        [2.1 - 0.17 * e, 0.2 + 0.065 * e, *loss, 0.57 - 0.35 * (-e / 2.0).exp()]
    }));
    let verdict = first(&curves, &settings(&[]));
    assert_eq!((verdict.kind, verdict.epoch), (Kind::Overfitting, 6));
    assert!(verdict.reason.contains("lowest in epoch 6 (1.24) and is 1.50 now"), "{}", verdict.reason);
    assert_eq!(changes(&verdict), [("augmentation", "1.5".to_owned())]);
}

#[test]
fn remedies_of_overfitting_come_in_their_order() {
    let curves = history((0..14).map(|e| {
        let e = f64::from(e);
        [2.0 - 0.14 * e, 0.2 + 0.055 * e, 1.3 + 0.01 * (e - 4.0).powi(2), 0.55 - 0.35 * (-e / 2.0).exp()]
    }));
    let tried = |pairs: &[(&str, &str)]| changes(&first(&curves, &settings(pairs)));
    let one = |key, value: &str| vec![(key, value.to_owned())];
    assert_eq!(tried(&[("augmentation", "0")]), one("augmentation", "1"));
    assert_eq!(tried(&[("augmentation", "2"), ("dropout", "0")]), one("dropout", "0.4"));
    let all = [("augmentation", "2"), ("dropout", "0.6")];
    assert_eq!(tried(&all), one("weight-decay", "0.0005"));
    let [augmentation, dropout] = all;
    let decay = ("weight-decay", "0.001");
    // The made-up runs have 391 steps an epoch: 50,000 pictures in batches of 128.
    assert_eq!(tried(&[augmentation, dropout, decay]), []);
    let subset = [augmentation, dropout, decay, ("images", "10000"), ("batch", "26")];
    // 10,000 / 26 is 385 steps: something else decided how many there are.
    assert_eq!(tried(&subset), []);
    let subset = [augmentation, dropout, decay, ("images", "12500"), ("batch", "32")];
    assert_eq!(tried(&subset), one("images", "50000"));
}

#[test]
fn a_gap_that_widens_is_enough() {
    // As with label smoothing: the validation loss stands.
    let curves = history((0..12).map(|e| {
        let e = f64::from(e);
        [2.0 - 0.13 * e, 0.3 + 0.05 * e, 1.3 + 0.7 * (-e).exp(), 0.6 - 0.3 * (-e).exp()]
    }));
    let verdict = first(&curves, &settings(&[]));
    assert_eq!(verdict.kind, Kind::Overfitting);
    assert!(verdict.reason.contains("percentage points apart"), "{}", verdict.reason);
}

/// Validation accuracies of the course notebook's first epochs; its training accuracies are slightly below.
fn reference() -> History {
    history([18.8, 32.1, 39.6, 44.7, 47.5, 47.7, 50.5].map(|percent| {
        let accuracy = percent / 100.0;
        [cross_entropy(accuracy - 0.01), accuracy - 0.01, cross_entropy(accuracy), accuracy]
    }))
}

#[test]
fn the_reference_run_learns_too_slowly() {
    let whole = reference();
    let verdict = first(&whole, &settings(&[]));
    assert_eq!(verdict.kind, Kind::Underfitting);
    assert!(verdict.title.contains("slowly"), "{}", verdict.title);
    let tried = |pairs: &[(&str, &str)]| changes(&first(&whole, &settings(pairs)));
    let one = |key, value: &str| vec![(key, value.to_owned())];
    let (relu, norm) = (("branch-relu", "yes"), ("batch-norm", "yes"));
    assert_eq!(tried(&[]), [one("branch-relu", "yes"), one("batch-norm", "yes")].concat());
    assert_eq!(tried(&[norm]), one("branch-relu", "yes"));
    assert_eq!(tried(&[relu]), one("batch-norm", "yes"));
    assert_eq!(tried(&[norm, relu, ("width", "0.5")]), one("width", "1"));
    assert_eq!(tried(&[norm, relu]), one("epochs", "40"));
    assert_eq!(tried(&[norm, relu, ("epochs", "200")]), one("dropout", "0.2"));
}

#[test]
fn the_first_epochs_of_the_reference_run_are_no_reason_to_worry() {
    for epochs in 0..4 {
        let mut early = reference();
        early.epochs.truncate(epochs);
        assert_eq!(kinds(&early, &settings(&[])), [], "after {epochs} epochs");
    }
    let mut early = reference();
    early.epochs.truncate(4);
    assert_eq!(kinds(&early, &settings(&[])), [Kind::StillLearning]);
}

#[test]
fn both_curves_low_and_flat() {
    let mut dice = Dice(1);
    let curves =
        history((0..10).map(|_| [1.7 + dice.bell(0.004), 0.4 + dice.bell(0.004), 1.7, 0.4 + dice.bell(0.004)]));
    let verdict = first(&curves, &settings(&[]));
    assert_eq!(verdict.kind, Kind::Underfitting);
    assert!(verdict.title.contains("flat"), "{}", verdict.title);
    let nothing = history((0..6).map(|_| [2.303, 0.1, 2.303, 0.1]));
    let verdict = first(&nothing, &settings(&[]));
    assert_eq!(verdict.kind, Kind::Underfitting);
    assert!(verdict.reason.contains("guessing gives 10.0 %"), "{}", verdict.reason);
}

#[test]
fn a_falling_rate_may_still_make_up_for_a_slow_middle() {
    let one_cycle = settings(&[("schedule", "one-cycle")]);
    assert_eq!(kinds(&reference(), &one_cycle), [Kind::StillLearning]);
}

fn plateau() -> History {
    let mut dice = Dice(2);
    history((0..14).map(|e| {
        let accuracy = 0.72 - 0.5 * (-f64::from(e)).exp();
        [cross_entropy(accuracy), accuracy + dice.bell(0.002), cross_entropy(accuracy), accuracy + dice.bell(0.003)]
    }))
}

#[test]
fn a_plateau_needs_a_constant_rate() {
    let verdict = first(&plateau(), &settings(&[]));
    assert_eq!(verdict.kind, Kind::Plateau);
    assert!((4..=8).contains(&verdict.epoch), "epoch {}", verdict.epoch);
    assert_eq!(changes(&verdict), [("schedule", "one-cycle".to_owned())]);
    for schedule in ["step", "cosine", "one-cycle"] {
        assert_eq!(kinds(&plateau(), &settings(&[("schedule", schedule), ("epochs", "14")])), [], "{schedule}");
    }
}

#[test]
fn a_loss_that_rises() {
    let curves = history([2.0, 1.7, 1.5, 1.6, 1.75, 1.9, 2.0].map(|loss| [loss, 0.4, loss, 0.4]));
    let verdict = first(&curves, &settings(&[]));
    assert_eq!((verdict.kind, verdict.epoch), (Kind::RateTooHigh, 3));
    assert_eq!(changes(&verdict), [("learning-rate", "0.00033".to_owned())]);
    // It needs no validation.
    assert_eq!(kinds(&only_training(&curves), &settings(&[])), [Kind::RateTooHigh]);
}

#[test]
fn a_loss_worse_than_guessing() {
    let curves = history([40.0, 2.4, 2.37, 2.41].map(|loss| [loss, 0.1, 2.35, 0.1]));
    let verdict = first(&curves, &settings(&[("learning-rate", "0.3")]));
    assert_eq!((verdict.kind, verdict.epoch), (Kind::RateTooHigh, 1));
    assert!(verdict.reason.contains("has 2.30"), "{}", verdict.reason);
    assert_eq!(changes(&verdict), [("learning-rate", "0.03".to_owned())]);
    // A class of two has another guess.
    let two = Curves { history: &curves, classes: 2, settings: &settings(&[]) };
    assert_eq!(verdicts(&two)[0].kind, Kind::RateTooHigh);
}

#[test]
fn a_loss_that_jumps_more_than_its_pictures_explain() {
    let epochs = history((0..6).map(|_| [1.5, 0.45, 1.5, 0.45]));
    let mut dice = Dice(3);
    // Batches of 128, thirteen steps to a point: the pictures explain 1.5 / sqrt(1664), 0.04.
    let wild = with_points(&epochs, || 1.5 + dice.bell(0.4));
    let verdict = first(&wild, &settings(&[]));
    assert_eq!(verdict.kind, Kind::RateTooHigh);
    assert!(verdict.reason.contains("jumped"), "{}", verdict.reason);
    let mut dice = Dice(4);
    let calm = with_points(&epochs, || 1.5 + dice.bell(0.04));
    assert_ne!(first(&calm, &settings(&[])).kind, Kind::RateTooHigh);
}

#[test]
fn a_loss_that_falls_evenly_and_hardly() {
    let curves = history((0..6).map(|e| {
        let loss = 2.303 - 0.01 * f64::from(e);
        [loss, 0.11, loss, 0.11]
    }));
    let verdict = first(&curves, &settings(&[("learning-rate", "0.00001")]));
    assert_eq!((verdict.kind, verdict.epoch), (Kind::RateTooLow, 6));
    assert_eq!(changes(&verdict), [("learning-rate", "0.0001".to_owned())]);
    let faster = history((0..6).map(|e| [2.303 - 0.04 * f64::from(e), 0.2, 2.303 - 0.04 * f64::from(e), 0.2]));
    let verdict = first(&faster, &settings(&[("learning-rate", "0.0003")]));
    assert_eq!(changes(&verdict), [("learning-rate", "0.0009".to_owned())]);
    // At the usual rate something else is slow.
    assert_ne!(first(&curves, &settings(&[])).kind, Kind::RateTooLow);
    // One cycle begins slowly.
    assert_eq!(kinds(&curves, &settings(&[("learning-rate", "0.00001"), ("schedule", "one-cycle")])), []);
}

#[test]
fn augmentation_makes_training_harder() {
    let curves = |end: f64| {
        history((0..8).map(move |e| {
            let accuracy = end - 0.4 * (-f64::from(e)).exp();
            [cross_entropy(accuracy - 0.08), accuracy - 0.08, cross_entropy(accuracy), accuracy]
        }))
    };
    let of = |end: f64, settings: &GooglenetSettings| {
        judge(&curves(end), settings).into_iter().find(|v| v.kind == Kind::HarderTraining)
    };
    let good = of(0.85, &settings(&[])).unwrap();
    assert!(good.remedy.is_none() && good.reason.contains("as it should be"), "{}", good.reason);
    let stuck = of(0.5, &settings(&[("augmentation", "2")])).unwrap();
    assert_eq!(changes(&stuck), [("dropout", "0.2".to_owned())]);
    let stuck = of(0.5, &settings(&[("augmentation", "2"), ("dropout", "0")])).unwrap();
    assert_eq!(changes(&stuck), [("augmentation", "1".to_owned())]);
    // Where nothing is made harder, it is something else.
    assert_eq!(of(0.85, &settings(&[("augmentation", "0"), ("dropout", "0")])), None);
}

#[test]
fn a_training_accuracy_that_lags_is_not_harder() {
    // Both would be the same if they were measured at the same moment; training is a mean over the epoch.
    let at = |e: f64| 0.8 - 0.7 * (-e / 6.0).exp();
    let curves = history((1..=8).map(|e| {
        let e = f64::from(e);
        let training = at(e - 0.5);
        [cross_entropy(training), training, cross_entropy(at(e)), at(e)]
    }));
    assert_eq!(kinds(&curves, &settings(&[])), [Kind::StillLearning]);
}

#[test]
fn what_was_right_before_is_unlearned() {
    let curves = history((0..16).map(|e| {
        let e = f64::from(e);
        let validation = if e < 5.0 { 0.2 + 0.06 * e } else { 0.5 - 0.015 * (e - 5.0) };
        [2.2 - 0.13 * e, 0.15 + 0.05 * e, 1.9 + 0.02 * (e - 5.0).powi(2), validation]
    }));
    let plain = settings(&[("augmentation", "0"), ("dropout", "0")]);
    assert_eq!(kinds(&curves, &plain), [Kind::Overfitting, Kind::LabelNoise]);
    let verdict = &judge(&curves, &plain)[1];
    assert!((5..=7).contains(&verdict.epoch) && verdict.reason.contains("may be"), "{}", verdict.reason);
    assert_eq!(changes(verdict), [("label-smoothing", "0.1".to_owned())]);
    // Augmentation keeps a network from learning by heart: the same curves would have another cause.
    assert!(!kinds(&curves, &settings(&[])).contains(&Kind::LabelNoise));
}

#[test]
fn still_learning_asks_for_epochs_only_at_the_end() {
    let curves = history((0..8).map(|e| {
        let accuracy = 0.4 + 0.04 * f64::from(e);
        [cross_entropy(accuracy), accuracy, cross_entropy(accuracy), accuracy]
    }));
    let verdict = first(&curves, &settings(&[]));
    assert_eq!((verdict.kind, verdict.epoch), (Kind::StillLearning, 8));
    assert!(verdict.remedy.is_none() && verdict.reason.contains("12 epochs are still to come"), "{}", verdict.reason);
    let ended = first(&curves, &settings(&[("epochs", "8")]));
    assert_eq!(changes(&ended), [("epochs", "16".to_owned())]);
    // What a rate gains by falling, more epochs would not go on gaining.
    assert_eq!(kinds(&curves, &settings(&[("epochs", "8"), ("schedule", "cosine")])), []);
}

#[test]
fn silent_on_few_epochs_and_on_none() {
    let empty = History::default();
    assert_eq!(kinds(&empty, &settings(&[])), []);
    for rows in [[1.0, 0.9, 3.0, 0.2], [2.5, 0.1, 2.5, 0.1], [2.3, 0.1, 2.3, 0.1]] {
        assert_eq!(kinds(&history([rows; 2]), &settings(&[])), [], "{rows:?}");
    }
}

#[test]
fn silent_on_a_healthy_run_that_has_ended() {
    let curves = history((0..20).map(|e| {
        let accuracy = 0.86 - 0.6 * (-f64::from(e) / 4.0).exp();
        [cross_entropy(accuracy + 0.02), accuracy + 0.02, cross_entropy(accuracy), accuracy]
    }));
    assert_eq!(kinds(&curves, &settings(&[("schedule", "cosine")])), []);
}

#[test]
fn one_odd_epoch_decides_nothing() {
    let healthy: Vec<[f64; 4]> = (0..12)
        .map(|e| {
            let accuracy = 0.8 - 0.6 * (-f64::from(e) / 4.0).exp();
            [cross_entropy(accuracy), accuracy, cross_entropy(accuracy), accuracy]
        })
        .collect();
    for odd in 0..healthy.len() {
        let mut rows = healthy.clone();
        rows[odd] = [2.0, 0.3, 5.0, 0.1];
        let found = kinds(&history(rows), &settings(&[("schedule", "cosine")]));
        assert!(found.iter().all(|kind| *kind == Kind::StillLearning), "epoch {odd}: {found:?}");
    }
}

#[test]
fn chance_makes_no_verdict() {
    // 300 healthy runs, validated on about 1,000 pictures, looked at after every epoch.
    let schedule = settings(&[("schedule", "cosine")]);
    assert_eq!(schedule.schedule, Schedule::Cosine);
    let mut wrong = 0;
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let whole = history((0..20).map(|e| {
            let accuracy = 0.82 - 0.6 * (-f64::from(e) / 4.0).exp();
            let mut row = [cross_entropy(accuracy), accuracy, cross_entropy(accuracy), accuracy];
            let deviations = [0.01, 0.004, 0.03, 0.013];
            row.iter_mut().zip(deviations).for_each(|(value, deviation)| *value += dice.bell(deviation));
            row
        }));
        wrong += usize::from((1..=20).any(|epochs| {
            let mut part = whole.clone();
            part.epochs.truncate(epochs);
            kinds(&part, &schedule).iter().any(|kind| *kind != Kind::StillLearning)
        }));
    }
    assert!(wrong <= 6, "{wrong} of 300 healthy runs were called ill at some time");
}

#[test]
fn a_number_that_is_none_ends_the_curves() {
    let mut curves = plateau();
    curves.epochs[3].train_loss = f32::NAN;
    assert_eq!(kinds(&curves, &settings(&[])), []);
}
