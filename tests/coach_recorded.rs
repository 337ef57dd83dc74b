//! The coach on the curves of real runs (tests/fixtures/make_coach_runs.py), epoch by epoch.

#[path = "coach/recorded.rs"]
mod recorded;

use receptive::coach::{Kind, outcome, verdicts};
use recorded::{Run, run};

/// The kinds that were named after some epoch, each with the first such epoch.
fn ever(run: &Run) -> Vec<(Kind, usize)> {
    let mut found: Vec<(Kind, usize)> = Vec::new();
    for epochs in 1..=run.history.epochs.len() {
        for verdict in verdicts(&run.curves(&run.until(epochs))) {
            if found.iter().all(|(known, _)| *known != verdict.kind) {
                found.push((verdict.kind, epochs));
            }
        }
    }
    found
}

/// Whether nothing but these was ever named.
fn only(run: &Run, kinds: &[Kind]) {
    let found = ever(run);
    assert!(found.iter().all(|(kind, _)| kinds.contains(kind)), "{found:?}");
}

#[test]
fn two_thousand_pictures_as_they_are_overfit() {
    let run = run("overfitting");
    only(&run, &[Kind::StillLearning, Kind::Overfitting]);
    let said = &verdicts(&run.curves(&run.history))[0];
    assert_eq!((said.kind, said.epoch), (Kind::Overfitting, 6));
    // In epoch 6 the validation loss was 2.009; the middle of the last three is 2.97.
    assert!(said.reason.contains("lowest in epoch 6 (2.01)"), "{}", said.reason);
    let (_, first) = ever(&run).into_iter().find(|(kind, _)| *kind == Kind::Overfitting).unwrap();
    assert!(first <= 12, "only named after epoch {first}");
}

#[test]
fn a_rate_of_0_3_throws_the_network_away() {
    let run = run("rate_far_too_high");
    only(&run, &[Kind::RateTooHigh]);
    let said = &verdicts(&run.curves(&run.history))[0];
    assert_eq!((said.kind, said.epoch), (Kind::RateTooHigh, 1));
}

#[test]
fn momentum_at_0_3_stays_worse_than_guessing() {
    let run = run("rate_too_high");
    assert_eq!(ever(&run), [(Kind::RateTooHigh, 3)]);
}

#[test]
fn a_rate_of_0_000003_changes_nothing() {
    // Dropout and batch norm begin above guessing's loss; that is not the rate's doing.
    let run = run("rate_too_low");
    only(&run, &[Kind::RateTooLow]);
    let said = &verdicts(&run.curves(&run.history))[0];
    assert_eq!((said.kind, said.epoch), (Kind::RateTooLow, 8));
    assert!(said.reason.contains("hardly moved, from 2.41 to 2.39"), "{}", said.reason);
}

#[test]
fn a_short_run_has_learned_too_little_and_is_told_so_late() {
    // One cycle of 10 epochs on 2,000 pictures: 36 % of training and 34 % of validation at the end.
    let run = run("short");
    only(&run, &[Kind::StillLearning, Kind::Underfitting]);
    let found = ever(&run);
    assert!(found.iter().all(|(kind, epochs)| *kind != Kind::Underfitting || *epochs >= 7), "{found:?}");
    assert_eq!(verdicts(&run.curves(&run.history))[0].kind, Kind::Underfitting);
}

#[test]
fn the_reference_network_on_few_pictures_learns_too_slowly_and_the_remedy_helps() {
    let reference = run("reference");
    only(&reference, &[Kind::StillLearning, Kind::Underfitting]);
    let said = &verdicts(&reference.curves(&reference.history))[0];
    assert_eq!(said.kind, Kind::Underfitting);
    let both = run("reference_both");
    assert_eq!(said.remedy.as_ref().unwrap().applied(&reference.settings), both.settings);
    let told = outcome(&reference.history, &both.history, said.kind).unwrap();
    assert_eq!((told.helped, told.epoch), (Some(true), 10), "{}", told.sentence);
}

#[test]
fn forty_percent_wrong_labels_in_three_thousand_pictures_are_no_proof() {
    // Validation accuracy falls from 26 to 24 % while it jumps by 2: that it overfits is certain, why is not.
    let run = run("wrong_labels");
    only(&run, &[Kind::Underfitting, Kind::StillLearning, Kind::Overfitting]);
    let said = verdicts(&run.curves(&run.history));
    assert_eq!(said.iter().map(|v| (v.kind, v.epoch)).collect::<Vec<_>>(), [(Kind::Overfitting, 5)]);
}

#[test]
fn forty_percent_wrong_labels_in_twenty_thousand_pictures_are_seen() {
    let run = run("wrong_labels_many");
    only(&run, &[Kind::StillLearning, Kind::Underfitting, Kind::Overfitting, Kind::LabelNoise]);
    let said = verdicts(&run.curves(&run.history));
    let kinds: Vec<_> = said.iter().map(|v| (v.kind, v.epoch)).collect();
    assert_eq!(kinds, [(Kind::Overfitting, 14), (Kind::LabelNoise, 12)]);
    // Validation accuracy was 46.35 % (the middle of three) at its best, and is 37.75 % at the end.
    assert!(said[1].reason.contains("validation accuracy was 46.3 %"), "{}", said[1].reason);
    assert!(said[1].reason.contains("others: 37.7 %"), "{}", said[1].reason);
    let (_, first) = ever(&run).into_iter().find(|(kind, _)| *kind == Kind::LabelNoise).unwrap();
    // Until then the accuracy jumps too much from epoch to epoch to call the fall real.
    assert!(first <= 35, "only named after epoch {first}");
}

#[test]
fn right_labels_learned_by_heart_are_not_called_wrong() {
    // The same pictures and settings: the loss turns, but the accuracy stays where it was.
    let run = run("right_labels_many");
    only(&run, &[Kind::StillLearning, Kind::Overfitting]);
    assert_eq!(verdicts(&run.curves(&run.history))[0].kind, Kind::Overfitting);
}
