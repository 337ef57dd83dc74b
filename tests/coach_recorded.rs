//! The coach on the curves of real runs (tests/fixtures/make_coach_runs.py), epoch by epoch.

#[path = "coach/recorded.rs"]
mod recorded;

use receptive::coach::{Kind, verdicts};
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
fn a_rate_of_0_000003_changes_nothing() {
    // Dropout and batch norm begin above guessing's loss; that is not the rate's doing.
    let run = run("rate_too_low");
    only(&run, &[Kind::RateTooLow]);
    let said = &verdicts(&run.curves(&run.history))[0];
    assert_eq!((said.kind, said.epoch), (Kind::RateTooLow, 8));
    assert!(said.reason.contains("hardly moved, from 2.41 to 2.39"), "{}", said.reason);
}
