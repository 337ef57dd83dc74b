//! The finished runs that ship with the page: what they are said to be, their curves against the published ones, and
//! their weights.

use receptive::coach::{Curves, Kind, verdicts};
use receptive::data::{InstalledRun, Manifest, RunRecord, unpack_weights};
use receptive::models::googlenet_cifar::googlenet_with;
use receptive::protocol::{GooglenetSettings, History};
use receptive::train::googlenet::EpochWeights;
use std::fs;
use std::path::Path;

/// Validation accuracies of the notebook's first epochs, on the original pictures.
const PUBLISHED: [f32; 7] = [0.188, 0.321, 0.396, 0.447, 0.475, 0.477, 0.505];

struct Run {
    about: InstalledRun,
    record: RunRecord,
    weights: EpochWeights,
}

fn run(name: &str) -> Run {
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    let read = |path: &str| fs::read(public.join(path)).expect("it is in the repository");
    let manifest = Manifest::parse(&read("manifest.json")).expect("it is valid");
    let about = manifest.runs.iter().find(|run| run.name == name).expect("it ships with the page").clone();
    let verified = |path: &String| {
        let bytes = read(path);
        manifest.find(path).unwrap().verify(&bytes).unwrap();
        bytes
    };
    let record = RunRecord::parse(&about.record, &verified(&about.record)).unwrap();
    let packed: Vec<u8> = about.weights.iter().flat_map(verified).collect();
    let weights = EpochWeights::from_bytes(name, &unpack_weights(name, &packed).unwrap()).unwrap();
    assert_eq!((&weights.settings, &weights.classes), (&record.settings, &record.classes));
    assert_eq!((weights.epoch, record.history.epochs.len()), (about.epoch, 20));
    assert!(about.lossy && about.made.contains("JPEG"), "where its accuracies come from is said");
    Run { about, record, weights }
}

impl Run {
    fn curves(&self) -> Curves<'_> {
        let RunRecord { settings, classes, history } = &self.record;
        Curves { history, classes: classes.len(), settings }
    }
}

fn percent(share: f32) -> String {
    format!("{:.1}", share * 100.0)
}

fn validation(history: &History) -> Vec<f32> {
    history.epochs.iter().map(|point| point.validation_accuracy.expect("every epoch is validated")).collect()
}

#[test]
fn the_reference_run_is_the_notebooks_and_above_its_published_epochs() {
    let run = run("reference");
    assert_eq!(run.record.settings, GooglenetSettings::default());
    let validation = validation(&run.record.history);
    for (epoch, (here, published)) in (1..).zip(validation.iter().zip(PUBLISHED)) {
        assert!(*here >= published, "epoch {epoch}: {here} against {published}");
    }
    assert_eq!(run.record.classes[3], "cat");
    // Its best epoch is the last before the loss exploded, and the weights are that epoch's.
    let best = *validation.iter().max_by(|a, b| a.total_cmp(b)).unwrap();
    assert_eq!((run.about.epoch, validation[run.about.epoch - 1]), (10, best));
    assert_eq!([percent(validation[6]), percent(best)], ["65.7", "71.4"]);
    assert!(validation[10..].iter().all(|accuracy| *accuracy < 0.12));
    let said = verdicts(&run.curves());
    assert_eq!((said[0].kind, said[0].epoch), (Kind::RateTooHigh, 11));
}

#[test]
fn what_came_later_does_better_with_fewer_numbers() {
    let (reference, improved) = (run("reference"), run("improved"));
    let last = *validation(&improved.record.history).last().unwrap();
    assert_eq!((percent(last).as_str(), improved.about.epoch), ("85.1", 20));
    let numbers = |run: &Run| googlenet_with(&run.weights.settings, run.weights.classes.len()).parameter_count();
    assert!(numbers(&improved) * 3 < numbers(&reference));
    assert_ne!(reference.about.title, improved.about.title);
    // Curves of a healthy run: nothing to mend.
    let said = verdicts(&improved.curves());
    assert!(said.iter().all(|verdict| verdict.remedy.is_none()), "{said:?}");
}
