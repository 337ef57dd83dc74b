//! What the coach says a remedy did.

#[path = "coach/curves.rs"]
#[expect(dead_code, reason = "tests/coach.rs uses the rest of it")]
mod curves;

use curves::{cross_entropy, history, only_training};
use receptive::coach::{Kind, Tried, judged, outcome};
use receptive::protocol::{GooglenetSettings, History, Schedule};

/// Both curves the same, to this accuracy.
fn learning(epochs: u32, end: f64) -> History {
    history((0..epochs).map(|e| {
        let accuracy = end - (end - 0.1) * (-f64::from(e) / 2.0).exp();
        [cross_entropy(accuracy), accuracy, cross_entropy(accuracy), accuracy]
    }))
}

fn overfitting(turn: f64, validation: f64) -> History {
    history((0..12).map(|e| {
        let e = f64::from(e);
        [1.8 - 0.12 * e, 0.4 + 0.05 * e, 1.3 + turn * e, validation - 0.3 * (-e).exp()]
    }))
}

fn helped(before: &History, after: &History, kind: Kind) -> Option<Option<bool>> {
    outcome(before, after, kind).map(|o| o.helped)
}

#[test]
fn higher_accuracy_at_the_same_epoch_helped() {
    let (before, after) = (learning(10, 0.5), learning(12, 0.7));
    let told = outcome(&before, &after, Kind::Underfitting).unwrap();
    assert_eq!((told.helped, told.epoch), (Some(true), 10));
    // Of epochs 8 to 10, the one in the middle: 0.5 - 0.4 exp(-4), 0.7 - 0.6 exp(-4).
    assert_eq!(told.sentence, "After 10 epochs: validation accuracy is 68.9 % instead of 49.3 %. It helped.");
    assert_eq!(helped(&after, &before, Kind::Underfitting), Some(None), "not as far as the first run yet");
    assert_eq!(helped(&learning(10, 0.7), &before, Kind::Underfitting), Some(Some(false)));
    assert_eq!(helped(&before, &learning(10, 0.505), Kind::Underfitting), Some(None));
}

#[test]
fn too_early_to_tell() {
    let before = learning(10, 0.5);
    assert_eq!(outcome(&before, &History::default(), Kind::Underfitting), None);
    let told = outcome(&before, &learning(2, 0.9), Kind::Underfitting).unwrap();
    assert_eq!(told.helped, None);
    assert!(told.sentence.ends_with("It is too early to tell."), "{}", told.sentence);
    assert_eq!(helped(&before, &learning(6, 0.9), Kind::Underfitting), Some(Some(true)));
    // Harm is told at the end: augmentation costs something at first.
    assert_eq!(helped(&before, &learning(9, 0.3), Kind::Overfitting), Some(None));
    // A rate that falls pays only then.
    assert_eq!(helped(&before, &learning(9, 0.9), Kind::Plateau), Some(None));
    assert_eq!(helped(&before, &learning(10, 0.9), Kind::Plateau), Some(Some(true)));
}

#[test]
fn less_overfitting_helps_unless_it_costs_accuracy() {
    let before = overfitting(0.08, 0.6);
    let told = outcome(&before, &overfitting(0.02, 0.6), Kind::Overfitting).unwrap();
    assert_eq!(told.helped, Some(true));
    assert!(told.sentence.contains("the validation loss 1.50 instead of 2.10"), "{}", told.sentence);
    assert_eq!(helped(&before, &overfitting(0.02, 0.5), Kind::Overfitting), Some(Some(false)));
    assert_eq!(helped(&before, &overfitting(0.15, 0.6), Kind::Overfitting), Some(Some(false)));
    assert_eq!(helped(&before, &before, Kind::Overfitting), Some(None));
}

#[test]
fn a_rate_is_judged_without_validation_too() {
    let (before, after) = (only_training(&learning(8, 0.15)), only_training(&learning(8, 0.6)));
    let told = outcome(&before, &after, Kind::RateTooLow).unwrap();
    assert_eq!(told.helped, Some(true));
    assert!(told.sentence.contains("the training loss is 0.5"), "{}", told.sentence);
    assert_eq!(outcome(&before, &after, Kind::Overfitting), None);
}

#[test]
fn more_epochs_are_compared_with_the_end_of_the_first_run() {
    let before = learning(6, 0.6);
    assert_eq!(outcome(&before, &learning(6, 0.6), Kind::StillLearning), None);
    assert_eq!(helped(&before, &learning(8, 0.6), Kind::StillLearning), Some(None));
    let told = outcome(&before, &learning(12, 0.6), Kind::StillLearning).unwrap();
    assert_eq!((told.helped, told.epoch), (Some(true), 12));
    assert!(told.sentence.starts_with("After 12 epochs validation accuracy is 59."), "{}", told.sentence);
    assert_eq!(helped(&learning(20, 0.6), &learning(40, 0.6), Kind::StillLearning), Some(None));
}

/// What is said of a run with these settings after one of twelve epochs, of which ten were done.
fn said(after: &History, settings: &GooglenetSettings, kind: Kind) -> Option<(Option<bool>, String)> {
    let constant = GooglenetSettings { epochs: 12, ..GooglenetSettings::default() };
    let before = learning(10, 0.5);
    let (before, after) = (Tried { history: &before, settings: &constant }, Tried { history: after, settings });
    judged(&before, &after, kind).map(|told| (told.helped, told.sentence))
}

#[test]
fn a_falling_rate_is_judged_at_its_end() {
    let falling = GooglenetSettings { epochs: 20, schedule: Schedule::OneCycle, ..GooglenetSettings::default() };
    let twelve = GooglenetSettings { epochs: 12, ..falling.clone() };
    let told = said(&learning(11, 0.4), &twelve, Kind::Plateau).unwrap();
    assert_eq!((told.0, told.1.ends_with("It is too early to tell.")), (None, true), "{}", told.1);
    // Two epochs more than the run before: the same epoch is compared.
    let told = said(&learning(12, 0.4), &twelve, Kind::Plateau).unwrap();
    assert_eq!((told.0, told.1.starts_with("After 10 epochs:")), (Some(false), true), "{}", told.1);
    // A constant rate is judged at once.
    let constant = GooglenetSettings { schedule: Schedule::Constant, ..twelve };
    assert_eq!(said(&learning(10, 0.4), &constant, Kind::Plateau).unwrap().0, Some(false));
    // The run before was left long ago.
    let constant = GooglenetSettings { epochs: 20, ..GooglenetSettings::default() };
    let (before, after) = (learning(10, 0.5), learning(20, 0.7));
    let before = Tried { history: &before, settings: &constant };
    let told = judged(&before, &Tried { history: &after, settings: &falling }, Kind::Plateau).unwrap();
    assert_eq!((told.helped, told.epoch), (Some(true), 20));
    assert!(told.sentence.ends_with("It helped."), "{}", told.sentence);
}

#[test]
fn more_epochs_are_judged_by_what_came_with_them() {
    let more = GooglenetSettings { epochs: 24, ..GooglenetSettings::default() };
    assert_eq!(said(&learning(10, 0.5), &more, Kind::Underfitting), None, "the same as before until now");
    let told = said(&learning(11, 0.5), &more, Kind::Underfitting).unwrap();
    assert_eq!((told.0, told.1.ends_with("It is too early to tell.")), (None, true), "{}", told.1);
    assert_eq!(said(&learning(24, 0.7), &more, Kind::Underfitting).unwrap().0, Some(true));
}
