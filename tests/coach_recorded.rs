//! The coach on the curves of real runs (tests/fixtures/make_coach_runs.py), epoch by epoch; and what it says of remedies.

#[path = "coach/curves.rs"]
#[expect(dead_code, reason = "tests/coach.rs uses the rest of it")]
mod curves;
#[path = "coach/recorded.rs"]
mod recorded;

use curves::{history, settings};
use receptive::coach::{Kind, Outcome, outcome, verdicts};
use receptive::protocol::History;
use recorded::{Run, run};

/// The kinds of all verdicts after so many epochs.
fn after(run: &Run, epochs: usize) -> Vec<Kind> {
    verdicts(&run.curves(&run.until(epochs))).iter().map(|v| v.kind).collect()
}

/// The kinds that were ever named, with the first epoch after which they were.
fn ever(run: &Run) -> Vec<(Kind, usize)> {
    let mut found: Vec<(Kind, usize)> = Vec::new();
    for epochs in 1..=run.history.epochs.len() {
        for kind in after(run, epochs) {
            if found.iter().all(|(known, _)| *known != kind) {
                found.push((kind, epochs));
            }
        }
    }
    found
}

#[test]
fn print() {
    for name in recorded::NAMES {
        let run = run(name);
        println!("== {name}: {:?}", ever(&run));
        for verdict in verdicts(&run.curves(&run.history)) {
            println!("{:?} {} | {} | {}", verdict.kind, verdict.epoch, verdict.title, verdict.reason);
            println!("   {:?}", verdict.remedy);
        }
    }
    for name in [] as [&str; 0] {
        println!("{:?}", outcome(&run("reference").history, &run(name).history, Kind::Underfitting));
    }
}
