//! The contract of the GoogLeNet lab, and its table of settings. A changed snapshot is a changed contract.

mod common;

use common::kinds::{allowed, any_texts, refused};
use receptive::protocol::googlenet_catalog::{GOOGLENET_HYPERPARAMETERS, googlenet_hyperparameter};
use receptive::protocol::*;
use std::collections::HashSet;

fn run() -> RunId {
    "r1".to_owned()
}

fn classes() -> Vec<String> {
    vec!["cat".to_owned(), "dog".to_owned()]
}

/// No value is the default one, so that all of them are seen.
fn settings() -> GooglenetSettings {
    GooglenetSettings {
        dataset: "mnist".to_owned(),
        images: 5_000,
        stem: Stem::Small,
        batch_norm: true,
        branch_relu: true,
        width: 0.5,
        dropout: 0.25,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.05,
        schedule: Schedule::OneCycle,
        batch: 64,
        epochs: 7,
        weight_decay: 0.0005,
        label_smoothing: 0.1,
        augmentation: 1.5,
        seed: 9,
    }
}

/// One of every command. The `match` makes a new command a compile error here until it is listed.
fn commands() -> Vec<GooglenetCommand> {
    let layer = || "inception3a".to_owned();
    let commands = vec![
        GooglenetCommand::List { request: 1 },
        GooglenetCommand::Prepare { run: run(), settings: settings() },
        GooglenetCommand::Restore { run: run() },
        GooglenetCommand::Train,
        GooglenetCommand::Pause,
        GooglenetCommand::Stop,
        GooglenetCommand::Rewind { learning_rate: 0.0001 },
        GooglenetCommand::Save,
        GooglenetCommand::Benchmark { request: 2, settings: settings() },
        GooglenetCommand::Look { request: 3, picture: Picture::Validated(7), layer: layer() },
        GooglenetCommand::Look { request: 4, picture: Picture::Own, layer: layer() },
        GooglenetCommand::Fetch { request: 5, name: "reference".to_owned() },
        GooglenetCommand::Diverge,
    ];
    for command in &commands {
        match command {
            GooglenetCommand::List { .. } | GooglenetCommand::Prepare { .. } | GooglenetCommand::Restore { .. } => {}
            GooglenetCommand::Train | GooglenetCommand::Pause | GooglenetCommand::Stop => {}
            GooglenetCommand::Rewind { .. } | GooglenetCommand::Save | GooglenetCommand::Benchmark { .. } => {}
            GooglenetCommand::Look { .. } | GooglenetCommand::Fetch { .. } | GooglenetCommand::Diverge => {}
        }
    }
    commands
}

/// One of every event, as [`commands`].
fn events() -> Vec<GooglenetEvent> {
    let progress = Progress { step: 5, steps_in_all: 10, epoch: 1, epochs: 2, ..Progress::default() };
    let point = PointOf {
        epoch: 1,
        step: 5,
        train_loss: 0.5,
        train_accuracy: 0.75,
        validation_loss: Some(0.25),
        validation_accuracy: Some(0.5),
        seconds: 2.0,
    };
    let train_point = TrainPoint { step: 5, loss: 0.5, accuracy: 0.75 };
    let report = RunReport {
        test_accuracy: 0.5,
        test_loss: 0.25,
        training_seconds: 2.0,
        backend: Backend::Webgpu,
        confusion: ConfusionReport {
            counts: vec![vec![1, 0], vec![1, 0]],
            precision: vec![Some(0.5), None],
            recall: vec![Some(1.0), Some(0.0)],
            f1: vec![Some(0.5), Some(0.0)],
        },
        mistakes: Vec::new(),
    };
    let history =
        History { points: vec![train_point], epochs: vec![point], kernels: Vec::new(), report: Some(report.clone()) };
    let set = TrainingSet {
        name: "cifar10".to_owned(),
        title: "CIFAR-10".to_owned(),
        classes: classes(),
        train: 50_000,
        validation: 10_000,
        bytes: 92_000_000,
        licence: "not stated".to_owned(),
        source: "a source".to_owned(),
        lossy: true,
    };
    let finished = FinishedRun {
        name: "reference".to_owned(),
        title: "The notebook’s network".to_owned(),
        made: "On a laptop.".to_owned(),
        lossy: true,
        classes: classes(),
        settings: settings(),
        history: history.clone(),
        epoch: 20,
        bytes: 11_000_000,
    };
    let speed = Speed { images_per_second: 200.0, data: 0.0005, forward: 0.001, backward: 0.003, optimizer: 0.0005 };
    let look = GooglenetLook {
        epoch: 3,
        classes: classes(),
        actual: Some(1),
        probabilities: vec![0.25, 0.75],
        kernel_shape: [64, 3, 7, 7],
        layers: vec!["conv1".to_owned(), "inception3a".to_owned()],
        layer: "inception3a".to_owned(),
        shape: [256, 4, 4],
    };
    let events = vec![
        GooglenetEvent::Listed { request: 1, sets: vec![set], finished: vec![finished] },
        GooglenetEvent::Loading { done: 1, total: 2, images: 5_000 },
        GooglenetEvent::Loaded,
        GooglenetEvent::State { run: run(), state: RunState::Training, settings: settings(), progress },
        GooglenetEvent::History { run: run(), history },
        GooglenetEvent::Trained { run: run(), points: vec![train_point], progress },
        GooglenetEvent::EpochEnded { run: run(), point, progress },
        GooglenetEvent::Saved { run: run(), settings: settings(), progress, finished: true },
        GooglenetEvent::Finished { run: run(), report },
        GooglenetEvent::Diverged {
            run: run(),
            step: 6,
            loss: "infinite".to_owned(),
            good_step: 4,
            suggested_learning_rate: 0.001,
        },
        GooglenetEvent::Benchmarked { request: 2, speed },
        GooglenetEvent::Looked { request: 3, look },
        GooglenetEvent::Fetching { request: 5, done: 1_000_000, total: 10_400_000 },
        GooglenetEvent::Fetched { request: 5, name: "reference".to_owned() },
    ];
    for event in &events {
        match event {
            GooglenetEvent::Listed { .. } | GooglenetEvent::Loading { .. } | GooglenetEvent::Loaded => {}
            GooglenetEvent::State { .. } | GooglenetEvent::History { .. } | GooglenetEvent::Trained { .. } => {}
            GooglenetEvent::EpochEnded { .. } | GooglenetEvent::Saved { .. } | GooglenetEvent::Finished { .. } => {}
            GooglenetEvent::Diverged { .. } | GooglenetEvent::Benchmarked { .. } => {}
            GooglenetEvent::Looked { .. } | GooglenetEvent::Fetching { .. } | GooglenetEvent::Fetched { .. } => {}
        }
    }
    events
}

#[test]
fn commands_are_as_agreed() {
    insta::assert_json_snapshot!("googlenet_commands", commands());
}

#[test]
fn events_are_as_agreed() {
    insta::assert_json_snapshot!("googlenet_events", events());
}

#[test]
fn every_message_survives_the_crossing() {
    for command in commands().into_iter().map(Command::Googlenet) {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
    for event in events().into_iter().map(Event::Googlenet) {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

/// Runs are kept for years: what a file does not say is the default.
#[test]
fn settings_of_an_older_file_are_completed() {
    assert_eq!(serde_json::from_str::<GooglenetSettings>("{}").unwrap(), GooglenetSettings::default());
    let some = r#"{"batch-norm": true, "stem": "small", "of-a-later-version": 1}"#;
    let read: GooglenetSettings = serde_json::from_str(some).unwrap();
    assert_eq!(read, GooglenetSettings { batch_norm: true, stem: Stem::Small, ..GooglenetSettings::default() });
}

/// The course notebook's: Adam with 1e-3, 20 epochs of CIFAR-10 in batches of 128, dropout 0.4, mirrored and shifted.
#[test]
fn the_defaults_are_the_reference() {
    let s = GooglenetSettings::default();
    assert_eq!((s.dataset.as_str(), s.images, s.batch, s.epochs), ("cifar10", 50_000, 128, 20));
    assert_eq!((s.optimizer, s.learning_rate, s.schedule), (Optimizer::Adam, 1e-3, Schedule::Constant));
    assert_eq!((s.dropout, s.weight_decay, s.label_smoothing, s.augmentation), (0.4, 0.0, 0.0, 1.0));
    assert_eq!((s.stem, s.batch_norm, s.branch_relu, s.width), (Stem::Reference, false, false, 1.0));
}

#[test]
fn the_table_of_settings_is_as_agreed() {
    let default = GooglenetSettings::default();
    let table: Vec<_> = GOOGLENET_HYPERPARAMETERS
        .iter()
        .map(|h| {
            serde_json::json!({
                "key": h.key,
                "label": h.label,
                "help": h.help,
                "unit": h.unit,
                "accepts": h.accepts(),
                "default": default.get(h.key),
            })
        })
        .collect();
    insta::assert_json_snapshot!("googlenet_catalogue", table);
}

#[test]
fn every_setting_is_in_the_table_once() {
    let keys: HashSet<_> = GOOGLENET_HYPERPARAMETERS.iter().map(|h| h.key).collect();
    assert_eq!(keys.len(), GOOGLENET_HYPERPARAMETERS.len());
    let whole = serde_json::to_value(settings()).unwrap();
    assert_eq!(whole.as_object().unwrap().keys().map(String::as_str).collect::<HashSet<_>>(), keys);
    // Through text every one of them arrives.
    let mut copy = GooglenetSettings::default();
    for h in GOOGLENET_HYPERPARAMETERS {
        assert_ne!(settings().get(h.key), copy.get(h.key), "{}", h.key);
        copy.set(h.key, &settings().get(h.key)).unwrap();
    }
    assert_eq!(copy, settings());
    assert!(settings().check().is_ok() && GooglenetSettings::default().check().is_ok());
    assert_eq!(settings().get("nonsense"), "");
}

#[test]
fn differences_are_named_with_both_values() {
    let here = settings();
    assert!(here.differences(&here).is_empty());
    let there = GooglenetSettings { batch_norm: false, learning_rate: 0.1, ..here.clone() };
    let differences = here.differences(&there);
    let named: Vec<_> = differences.iter().map(|(h, a, b)| (h.label, a.as_str(), b.as_str())).collect();
    assert_eq!(named, [("Batch norm", "yes", "no"), ("Learning rate", "0.05", "0.1")]);
    assert_eq!(here.differences(&GooglenetSettings::default()).len(), GOOGLENET_HYPERPARAMETERS.len());
}

#[test]
fn every_allowed_value_comes_back() {
    for h in GOOGLENET_HYPERPARAMETERS {
        for value in allowed(&h.kind) {
            let mut changed = settings();
            changed.set(h.key, &value).unwrap();
            assert_eq!(changed.get(h.key), value, "{}", h.key);
            assert!(changed.check().is_ok(), "{} = {value}", h.key);
            let text = serde_json::to_string(&changed).unwrap();
            assert_eq!(serde_json::from_str::<GooglenetSettings>(&text).unwrap(), changed, "{} = {value}", h.key);
        }
    }
}

#[test]
fn what_is_not_allowed_changes_nothing_and_is_told_in_a_sentence() {
    for h in GOOGLENET_HYPERPARAMETERS {
        for value in refused(&h.kind) {
            let mut kept = settings();
            let sentence = kept.set(h.key, &value).expect_err(&format!("{} = {value}", h.key));
            assert_eq!(kept, settings(), "{} = {value}", h.key);
            assert!(sentence.contains(h.label) && sentence.contains("it is"), "{sentence}");
            assert!(sentence.chars().count() < 400, "{} characters about {}", sentence.chars().count(), h.key);
        }
    }
    let mut kept = settings();
    assert!(kept.set("nonsense", "1").unwrap_err().contains("nonsense"));
    assert!(googlenet_hyperparameter("nonsense").is_none());
}

/// As of a file that was written by hand.
#[test]
fn settings_out_of_range_are_seen() {
    let broken: [fn(&mut GooglenetSettings); 11] = [
        |s| s.dataset.clear(),
        |s| s.images = 0,
        |s| s.width = 0.0,
        |s| s.width = 2.0,
        |s| s.dropout = 1.0,
        |s| s.learning_rate = f64::NAN,
        |s| s.batch = 0,
        |s| s.batch = usize::MAX,
        |s| s.epochs = usize::MAX,
        |s| s.weight_decay = -0.1,
        |s| s.augmentation = f64::INFINITY,
    ];
    for (place, make) in broken.iter().enumerate() {
        let mut settings = settings();
        make(&mut settings);
        assert!(settings.check().is_err(), "{place}");
    }
}

#[test]
fn no_text_makes_setting_panic() {
    let mut settings = GooglenetSettings::default();
    for value in any_texts() {
        for h in GOOGLENET_HYPERPARAMETERS {
            match settings.set(h.key, &value) {
                Ok(()) => assert!(settings.check().is_ok(), "{} = {value:?}", h.key),
                Err(sentence) => assert!(!sentence.is_empty()),
            }
        }
    }
}
