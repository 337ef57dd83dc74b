//! Whatever the curves, what the coach says can be read, and what it offers can be done.

#[path = "coach/curves.rs"]
#[expect(dead_code, reason = "tests/coach.rs uses the rest of it")]
mod curves;

use curves::{Dice, cross_entropy, history, settings, with_points};
use receptive::coach::{Curves, Kind, Verdict, outcome, verdicts};
use receptive::protocol::{GooglenetSettings, History, googlenet_catalog::GOOGLENET_HYPERPARAMETERS};
use std::f64::consts::LN_10;

/// Made-up runs of every temper: how far training and validation get and how fast, whether the validation loss turns, and how
/// much all of it jumps.
fn runs() -> Vec<History> {
    let mut runs = vec![
        History::default(),
        history((0..14).map(|e| if e < 3 { [1.5, 0.4, 1.5, 0.4] } else { [0.7, 0.75, 0.8, 0.7] })),
        history([[f64::NAN; 4]; 6]),
        history([[f64::INFINITY, 0.1, f64::INFINITY, 0.1]; 6]),
        history([[0.0, 1.0, 0.0, 1.0]; 9]),
        history([[LN_10, 0.1, LN_10, 0.1]; 9]),
        history([[1e30, 0.1, 1e30, 0.1]; 9]),
        history((0..16).map(|e| {
            // Learns what is regular, then the rest by heart.
            let e = f64::from(e);
            [2.2 - 0.13 * e, 0.15 + 0.05 * e, 1.9 + 0.02 * (e - 5.0).powi(2), 0.5 - 0.015 * (e - 5.0).abs()]
        })),
        history((0..9).map(|e| [LN_10 - 1e-6 * f64::from(e), 0.1, LN_10, 0.1])),
    ];
    let mut dice = Dice(5);
    let mut between = |low: f64, high: f64| low + (high - low) * (0.5 + dice.bell(0.25)).clamp(0.0, 1.0);
    for seed in 0..200 {
        let (epochs, pace) = (between(1.0, 25.0) as usize, between(0.5, 12.0));
        let (training, validation) = (between(0.1, 1.0), between(0.1, 0.9));
        let (turn, jumps, wild) = (between(-0.02, 0.05), between(0.0, 0.03), between(-0.9, 0.6).max(0.0));
        let mut dice = Dice(seed);
        let epochs = history((0..epochs).map(|e| {
            let e = e as f64;
            let to = |end: f64| 0.1 + (end - 0.1) * (1.0 - (-(e + 1.0) / pace).exp());
            let late = turn.max(0.0) * (e - pace).max(0.0);
            let (training, validation) = (to(training), to(validation) - late / 8.0);
            [
                cross_entropy(training.max(0.01)) + dice.bell(jumps).abs(),
                (training + dice.bell(jumps)).clamp(0.0, 1.0),
                cross_entropy(validation.max(0.01)) + late + dice.bell(2.0 * jumps).abs(),
                (validation + dice.bell(jumps)).clamp(0.0, 1.0),
            ]
        }));
        runs.push(with_points(&epochs, || 1.5 + dice.bell(wild)));
    }
    runs
}

fn various() -> Vec<GooglenetSettings> {
    let modern = [("branch-relu", "yes"), ("batch-norm", "yes")];
    let plain = [("dropout", "0"), ("augmentation", "0")];
    let strong = [("dropout", "0.8"), ("augmentation", "2"), ("weight-decay", "0.1"), ("label-smoothing", "0.5")];
    [
        vec![],
        modern.to_vec(),
        plain.to_vec(),
        [&modern[..], &plain].concat(),
        [&modern[..], &strong].concat(),
        vec![("learning-rate", "0.000001"), ("epochs", "25")],
        vec![("learning-rate", "1"), ("optimizer", "sgd"), ("epochs", "200")],
        vec![("schedule", "one-cycle"), ("epochs", "10")],
        vec![("schedule", "cosine"), ("width", "0.25")],
        vec![("learning-rate", "0.000003"), ("optimizer", "plain-sgd"), ("images", "10")],
        vec![
            ("images", "12500"),
            ("batch", "32"),
            ("augmentation", "2"),
            ("dropout", "0.6"),
            ("weight-decay", "0.001"),
        ],
    ]
    .map(|pairs| settings(&pairs))
    .to_vec()
}

fn every(mut look: impl FnMut(&History, &GooglenetSettings, &[Verdict])) {
    for history in runs() {
        for settings in various() {
            for classes in [2, 10, 100] {
                look(&history, &settings, &verdicts(&Curves { history: &history, classes, settings: &settings }));
            }
        }
    }
}

/// What is wrong with a sentence.
fn complaint(text: &str) -> Option<String> {
    for sign in ["NaN", "{", "}", "None", "Some(", "  ", " - ", "—", "\"", "'", "..", " .", " ,"] {
        if text.contains(sign) {
            return Some(format!("“{sign}” in: {text}"));
        }
    }
    let words: Vec<&str> = text.split(' ').map(|word| word.trim_matches(['(', ')', ',', '.', ';', ':'])).collect();
    for (word, next) in words.iter().zip(words.iter().skip(1).chain([&""])) {
        let number = word.trim_start_matches(['-', '\u{2212}']).parse::<f64>();
        if number.as_ref().is_ok_and(|n| !n.is_finite()) || number.is_ok() && word.starts_with(['-', '\u{2212}']) {
            return Some(format!("“{word}” in: {text}"));
        }
        let decimals = word.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if (next.starts_with('%') || next.starts_with("percentage")) && (decimals > 2 || number.is_err()) {
            return Some(format!("“{word} {next}” in: {text}"));
        }
    }
    None
}

#[test]
fn the_rules_of_the_next_test_can_be_broken() {
    for wrong in ["It is NaN %.", "It is {x}.", "It fell by -3.1.", "It is 3.123 %.", "It is x %.", "It is inf."] {
        assert!(complaint(wrong).is_some(), "{wrong}");
    }
    assert_eq!(complaint("It rose by 3.12 percentage points (to 50.5 %), from 0.00033."), None);
}

#[test]
fn every_verdict_can_be_read() {
    let mut kinds = Vec::new();
    every(|history, _, verdicts| {
        assert!(verdicts.len() <= 3);
        for verdict in verdicts {
            kinds.push(verdict.kind);
            assert!((1..=history.epochs.len()).contains(&verdict.epoch), "{verdict:?}");
            assert!(verdict.reason.ends_with('.') && !verdict.title.ends_with('.'), "{verdict:?}");
            assert!(verdict.reason.chars().any(|c| c.is_ascii_digit()), "{verdict:?}");
            let remedy = verdict.remedy.iter().flat_map(|r| [&r.label, &r.why]);
            for text in [&verdict.title, &verdict.reason].into_iter().chain(remedy) {
                assert_eq!(complaint(text), None);
            }
            assert!(
                verdict.remedy.as_ref().is_none_or(|r| r.label.starts_with("Try it with ") && r.why.ends_with('.'))
            );
        }
        let mut each: Vec<Kind> = verdicts.iter().map(|v| v.kind).collect();
        each.dedup();
        assert_eq!(each.len(), verdicts.len());
    });
    use Kind::*;
    let all = [Underfitting, StillLearning, Overfitting, Plateau, RateTooHigh, RateTooLow, HarderTraining, LabelNoise];
    for kind in all {
        assert!(kinds.contains(&kind), "{kind:?} did not come up");
    }
}

#[test]
fn every_remedy_can_be_done_and_changes_something() {
    every(|_, settings, verdicts| {
        for remedy in verdicts.iter().filter_map(|v| v.remedy.as_ref()) {
            let applied = remedy.applied(settings);
            applied.check().unwrap();
            assert!(!remedy.changes.is_empty());
            let mut changed: Vec<&str> = settings.differences(&applied).iter().map(|(h, ..)| h.key).collect();
            let mut offered: Vec<&str> = remedy.changes.iter().map(|(key, _)| *key).collect();
            changed.sort_unstable();
            offered.sort_unstable();
            assert_eq!(changed, offered, "{remedy:?}");
            assert!(offered.iter().all(|key| GOOGLENET_HYPERPARAMETERS.iter().any(|h| h.key == *key)));
            assert_eq!(applied.seed, settings.seed);
        }
    });
}

#[test]
fn every_outcome_can_be_read() {
    let runs = runs();
    for (before, after) in runs.iter().zip(runs.iter().rev()) {
        for kind in [Kind::Overfitting, Kind::RateTooLow, Kind::Underfitting, Kind::StillLearning, Kind::Plateau] {
            if let Some(outcome) = outcome(before, after, kind) {
                assert_eq!(complaint(&outcome.sentence), None);
                assert!(outcome.sentence.ends_with('.'));
            }
        }
    }
}
