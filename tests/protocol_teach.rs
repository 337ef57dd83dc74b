//! The contract of the lab that is taught a visitor's own pictures, and its table of settings. A changed snapshot is a
//! changed contract.

mod common;

use common::kinds::{allowed, any_texts, refused};
use receptive::protocol::teach_catalog::{CLASSES, TEACH_HYPERPARAMETERS, teach_hyperparameter};
use receptive::protocol::*;
use std::collections::HashSet;

fn run() -> RunId {
    "r1".to_owned()
}

fn classes() -> Vec<String> {
    vec!["cat".to_owned(), "dog".to_owned()]
}

fn pictures() -> Vec<Labelled> {
    vec![Labelled { id: 7, class: 0, sha: "0123456789abcdef".to_owned() }]
}

/// No value is the default one, so that all of them are seen.
fn settings() -> TeachSettings {
    TeachSettings {
        backbone: "resnet18".to_owned(),
        head: Head::Own,
        start: Start::Random,
        blocks: 2,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.01,
        schedule: Schedule::Cosine,
        batch: 8,
        epochs: 20,
        patience: 3,
        weight_decay: 0.001,
        blend: 0.25,
        label_smoothing: 0.1,
        class_weights: ClassWeights::Own(vec![1.0, 2.5]),
        augmentation: Augmentation {
            flip: true,
            rotation: 15.0,
            shift: 0.1,
            zoom: 0.2,
            brightness: 0.2,
            contrast: 0.3,
            noise: 0.05,
        },
        mask: 0.1,
        parts: Parts::SeventyTwentyTen,
        seed: 9,
    }
}

/// One of every command. The `match` makes a new command a compile error here until it is listed.
fn commands() -> Vec<TeachCommand> {
    let name = || "pets".to_owned();
    let mut commands = vec![
        TeachCommand::List { request: 1 },
        TeachCommand::Scale { request: 2, names: vec!["cat/1.jpg".to_owned()] },
        TeachCommand::Unzip { request: 3, name: "pets.zip".to_owned() },
        TeachCommand::Dataset { request: 4, name: "flowers".to_owned() },
        TeachCommand::Generate { request: 5, per_class: 24, seed: 1 },
        TeachCommand::CancelCollect,
        TeachCommand::Zip { request: 6, project: "{}".to_owned(), names: vec!["cat/1.jpg".to_owned()] },
        TeachCommand::Preview { request: 7, augmentation: settings().augmentation, mask: 0.1, seed: 9 },
        TeachCommand::Prepare { run: run(), settings: settings(), classes: classes(), pictures: pictures() },
        TeachCommand::Restore { run: run(), classes: classes(), pictures: pictures() },
        TeachCommand::Train,
        TeachCommand::Pause,
        TeachCommand::Stop,
        TeachCommand::Rewind { learning_rate: 0.0001 },
        TeachCommand::Save,
        TeachCommand::Classify { request: 8, side: None, explain: None },
        TeachCommand::Classify { request: 9, side: Some(224), explain: Some(Explain::Best) },
        TeachCommand::Classify { request: 10, side: Some(224), explain: Some(Explain::Class(1)) },
        TeachCommand::Use { request: 11, name: "pets.safetensors".to_owned() },
        TeachCommand::Diverge,
    ];
    commands.extend(exports().into_iter().map(|what| TeachCommand::Export { request: 12, what, name: name() }));
    for command in &commands {
        match command {
            TeachCommand::List { .. } | TeachCommand::Scale { .. } | TeachCommand::Unzip { .. } => {}
            TeachCommand::Dataset { .. } | TeachCommand::Generate { .. } | TeachCommand::CancelCollect => {}
            TeachCommand::Zip { .. } | TeachCommand::Preview { .. } | TeachCommand::Prepare { .. } => {}
            TeachCommand::Restore { .. } | TeachCommand::Train | TeachCommand::Pause | TeachCommand::Stop => {}
            TeachCommand::Rewind { .. } | TeachCommand::Save | TeachCommand::Classify { .. } => {}
            TeachCommand::Export { .. } | TeachCommand::Use { .. } | TeachCommand::Diverge => {}
        }
    }
    commands
}

fn exports() -> Vec<TeachExport> {
    let exports = vec![
        TeachExport::Safetensors,
        TeachExport::PytorchScript,
        TeachExport::Page,
        TeachExport::ModelCard,
        TeachExport::HistoryCsv,
    ];
    for export in &exports {
        match export {
            TeachExport::Safetensors | TeachExport::PytorchScript | TeachExport::Page => {}
            TeachExport::ModelCard | TeachExport::HistoryCsv => {}
        }
    }
    exports
}

fn backbone() -> Backbone {
    Backbone {
        name: "squeezenet1_1".to_owned(),
        title: "SqueezeNet 1.1".to_owned(),
        installed: false,
        command: Some("cargo xtask assets fetch squeezenet1_1".to_owned()),
        features_bytes: 1_400_000,
        classifier_bytes: 1_000_000,
        blocks: vec![Block {
            name: "features.12".to_owned(),
            parameters: 197_184,
            multiply_accumulates: 38_535_168,
            bytes_per_picture: 2_000_000,
        }],
        multiply_accumulates: 262_000_000,
        features: 512,
        heads: vec![HeadInfo { head: Head::Light, parameters: 1_026, training_bytes: 20_000_000 }],
        weight_bytes: 2_889_984,
        batch_norm: false,
        licence: "BSD-2-Clause".to_owned(),
    }
}

/// One of every event, as [`commands`].
fn events() -> Vec<TeachEvent> {
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
    let set = SampleSet {
        name: "flowers".to_owned(),
        title: "Flowers".to_owned(),
        classes: classes(),
        pictures: 100,
        bytes: 1_000_000,
        licence: "CC BY 2.0".to_owned(),
        source: "a source".to_owned(),
    };
    let picture = ScaledPicture {
        name: "1.jpg".to_owned(),
        class: Some("cat".to_owned()),
        sha: "0123456789abcdef".to_owned(),
        width: 256,
        height: 341,
    };
    let answer = Answer {
        probabilities: vec![0.75, 0.25],
        distance: 0.25,
        familiar_within: 0.5,
        heat: Some((13, 13, 1)),
        milliseconds: 41.5,
    };
    let fault = Fault::BadPicture { name: "2.txt".to_owned(), reason: "it is text".to_owned() };
    let mut events = vec![
        TeachEvent::Listed { request: 1, backbones: vec![backbone()], sets: vec![set] },
        TeachEvent::Scaled { request: 2, picture, done: 1, total: 2 },
        TeachEvent::Refused { request: 2, name: "2.txt".to_owned(), fault, done: 2, total: 2 },
        TeachEvent::ProjectFound { request: 3, json: "{}".to_owned() },
        TeachEvent::Collected { request: 2, scaled: 1, refused: 1, classes: classes(), cancelled: false },
        TeachEvent::Zipped { request: 6 },
        TeachEvent::Previewed { request: 7, side: 112 },
        TeachEvent::Opening { run: run(), done: 1, total: 2 },
        TeachEvent::Seen { run: run(), done: 1, total: 2 },
        TeachEvent::State { run: run(), state: RunState::Training, settings: settings(), progress },
        TeachEvent::History { run: run(), history },
        TeachEvent::Trained { run: run(), points: vec![train_point], progress },
        TeachEvent::EpochEnded { run: run(), point, best: true, progress },
        TeachEvent::Saved { run: run(), settings: settings(), progress, finished: true },
        TeachEvent::Finished { run: run(), report, familiar_within: 0.5 },
        TeachEvent::Diverged {
            run: run(),
            step: 6,
            loss: "infinite".to_owned(),
            good_step: 4,
            suggested_learning_rate: 0.001,
        },
        TeachEvent::Classified { request: 9, answer },
        TeachEvent::Exported { request: 12, what: TeachExport::Page, name: "pets.zip".to_owned() },
        TeachEvent::Used {
            request: 11,
            name: "pets".to_owned(),
            network: "SqueezeNet 1.1".to_owned(),
            version: "1".to_owned(),
            classes: classes(),
            accuracy: Some(0.75),
        },
    ];
    for part in [Part::Train, Part::Validation, Part::Test] {
        match part {
            Part::Train | Part::Validation | Part::Test => {}
        }
        events.push(TeachEvent::Judged { run: run(), part, pictures: pictures() });
    }
    for event in &events {
        match event {
            TeachEvent::Listed { .. } | TeachEvent::Scaled { .. } | TeachEvent::Refused { .. } => {}
            TeachEvent::ProjectFound { .. } | TeachEvent::Collected { .. } | TeachEvent::Zipped { .. } => {}
            TeachEvent::Previewed { .. } | TeachEvent::Opening { .. } | TeachEvent::Seen { .. } => {}
            TeachEvent::State { .. } | TeachEvent::History { .. } | TeachEvent::Trained { .. } => {}
            TeachEvent::EpochEnded { .. } | TeachEvent::Judged { .. } | TeachEvent::Saved { .. } => {}
            TeachEvent::Finished { .. } | TeachEvent::Diverged { .. } | TeachEvent::Classified { .. } => {}
            TeachEvent::Exported { .. } | TeachEvent::Used { .. } => {}
        }
    }
    events
}

#[test]
fn commands_are_as_agreed() {
    insta::assert_json_snapshot!("teach_commands", commands());
}

#[test]
fn events_are_as_agreed() {
    insta::assert_json_snapshot!("teach_events", events());
}

#[test]
fn every_message_survives_the_crossing() {
    for command in commands().into_iter().map(Command::Teach) {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
    for event in events().into_iter().map(Event::Teach) {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

/// Projects are kept for years: what a file does not say is the default.
#[test]
fn settings_of_an_older_file_are_completed() {
    assert_eq!(serde_json::from_str::<TeachSettings>("{}").unwrap(), TeachSettings::default());
    let some = r#"{"blocks": 3, "augmentation": {"flip": true}, "of-a-later-version": 1}"#;
    let read: TeachSettings = serde_json::from_str(some).unwrap();
    let augmentation = Augmentation { flip: true, ..Augmentation::default() };
    assert_eq!(read, TeachSettings { blocks: 3, augmentation, ..TeachSettings::default() });
}

#[test]
fn the_table_of_settings_is_as_agreed() {
    let default = TeachSettings::default();
    let table: Vec<_> = TEACH_HYPERPARAMETERS
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
    insta::assert_json_snapshot!("teach_catalogue", table);
}

#[test]
fn every_setting_is_in_the_table_once() {
    let keys: HashSet<_> = TEACH_HYPERPARAMETERS.iter().map(|h| h.key).collect();
    assert_eq!(keys.len(), TEACH_HYPERPARAMETERS.len());
    // Every field of the settings, those of the augmentation in place of it.
    let whole = serde_json::to_value(settings()).unwrap();
    let of_augmentation = whole["augmentation"].as_object().unwrap().keys();
    let fields = whole.as_object().unwrap().keys().filter(|key| *key != "augmentation").chain(of_augmentation);
    assert_eq!(fields.map(String::as_str).collect::<HashSet<_>>(), keys);
    // Through text every one of them arrives.
    let mut copy = TeachSettings::default();
    for h in TEACH_HYPERPARAMETERS {
        assert_ne!(settings().get(h.key), copy.get(h.key), "{}", h.key);
        copy.set(h.key, &settings().get(h.key)).unwrap();
    }
    assert_eq!(copy, settings());
    assert!(settings().check().is_ok() && TeachSettings::default().check().is_ok());
    assert_eq!(settings().get("nonsense"), "");
}

#[test]
fn every_allowed_value_comes_back() {
    for h in TEACH_HYPERPARAMETERS {
        for value in allowed(&h.kind) {
            let mut changed = settings();
            changed.set(h.key, &value).unwrap();
            assert_eq!(changed.get(h.key), value, "{}", h.key);
            assert!(changed.check().is_ok(), "{} = {value}", h.key);
            let text = serde_json::to_string(&changed).unwrap();
            assert_eq!(serde_json::from_str::<TeachSettings>(&text).unwrap(), changed, "{} = {value}", h.key);
        }
    }
}

#[test]
fn what_is_not_allowed_changes_nothing_and_is_told_in_a_sentence() {
    for h in TEACH_HYPERPARAMETERS {
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
    assert!(teach_hyperparameter("nonsense").is_none());
}

/// As of a file that was written by hand.
#[test]
fn settings_out_of_range_are_seen() {
    let broken: [fn(&mut TeachSettings); 9] = [
        |s| s.backbone.clear(),
        |s| s.blocks = 65,
        |s| s.learning_rate = f64::NAN,
        |s| s.batch = 0,
        |s| s.epochs = usize::MAX,
        |s| s.weight_decay = -0.1,
        |s| s.augmentation.zoom = 5.0,
        |s| s.mask = 0.5,
        |s| s.class_weights = ClassWeights::Own(vec![1.0, f64::INFINITY]),
    ];
    for (place, make) in broken.iter().enumerate() {
        let mut settings = settings();
        make(&mut settings);
        assert!(settings.check().is_err(), "{place}");
    }
    // Factors for the most classes there may be fit.
    let many = ClassWeights::Own(vec![999.123_456; CLASSES.1]);
    assert!(TeachSettings { class_weights: many, ..settings() }.check().is_ok());
}

/// Any text, made up from pieces that parsers stumble over.
#[test]
fn no_text_makes_setting_panic() {
    let mut settings = TeachSettings::default();
    for value in any_texts() {
        for h in TEACH_HYPERPARAMETERS {
            match settings.set(h.key, &value) {
                Ok(()) => assert!(settings.check().is_ok(), "{} = {value:?}", h.key),
                Err(sentence) => assert!(!sentence.is_empty()),
            }
        }
    }
}
