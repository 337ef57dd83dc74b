//! The contract between app and worker. A changed snapshot is a changed contract: the page, saved runs and links in
//! the world may depend on it.

use receptive::protocol::catalog::{HYPERPARAMETERS, Kind, LENET5_PARAMETERS, hyperparameter};
use receptive::protocol::*;
use serde::Serialize;

fn settings() -> Settings {
    Settings::default()
}

fn run() -> RunId {
    "run-1".to_owned()
}

fn at() -> LayerPixel {
    LayerPixel { layer: "conv1".to_owned(), channel: 5, y: 27, x: 0 }
}

/// One of every command. The `match` makes a new command a compile error here until it is listed.
fn commands() -> Vec<Command> {
    let commands = vec![
        Command::Open { assets: "https://site.example/lab/".to_owned() },
        Command::Benchmark { request: 1, settings: settings() },
        Command::Load,
        Command::CancelLoad,
        Command::Prepare { run: run(), settings: settings() },
        Command::Train,
        Command::Step,
        Command::Pause,
        Command::Stop,
        Command::Reset,
        Command::Rewind { learning_rate: 0.0005 },
        Command::Restore { run: run() },
        Command::Save,
        Command::Predict { request: 2, digit: Digit::Drawn { side: 280 } },
        Command::Watch { request: 3, digit: Digit::Test { index: 7 } },
        Command::Unwatch,
        Command::Explain { request: 4, at: at() },
        Command::Cell { request: 5, actual: 4, predicted: 9, limit: 60 },
        Command::Export { request: 6, what: Export::Safetensors },
        Command::Import { request: 7, name: "weights.safetensors".to_owned(), run: run() },
        Command::Inside(InsideCommand::CancelOpen),
        Command::Test(TestLoss::LoseDevice),
    ];
    for command in &commands {
        match command {
            Command::Open { .. } | Command::Benchmark { .. } | Command::Load | Command::CancelLoad => {}
            Command::Prepare { .. } | Command::Train | Command::Step | Command::Pause | Command::Stop => {}
            Command::Reset | Command::Rewind { .. } | Command::Restore { .. } | Command::Save => {}
            Command::Predict { .. } | Command::Watch { .. } | Command::Unwatch | Command::Explain { .. } => {}
            Command::Cell { .. } | Command::Export { .. } | Command::Import { .. } | Command::Test(_) => {}
            // In tests/protocol_inside.rs.
            Command::Inside(_) => {}
            // In tests/protocol_teach.rs.
            Command::Teach(_) | Command::Googlenet(_) => {}
        }
    }
    commands
}

fn progress() -> Progress {
    Progress {
        step: 430,
        steps_in_all: 8600,
        epoch: 0,
        epochs: 10,
        seconds: 7.5,
        images_per_second: 3670.0,
        seconds_left: Some(142.5),
    }
}

fn report() -> RunReport {
    RunReport {
        test_accuracy: 0.9841,
        test_loss: 0.0625,
        training_seconds: 150.0,
        backend: Backend::Cpu,
        confusion: ConfusionReport {
            counts: vec![vec![2, 1], vec![0, 0]],
            precision: vec![Some(1.0), Some(0.0)],
            recall: vec![Some(0.5), None],
            f1: vec![Some(0.75), Some(0.0)],
        },
        mistakes: vec![Mistake {
            index: 247,
            actual: 4,
            predicted: 2,
            probability: 0.75,
            probability_of_actual: 0.125,
            pixels: vec![0, 255],
        }],
    }
}

fn prediction() -> Prediction {
    Prediction { class: 1, probabilities: vec![0.25, 0.75], actual: Some(1) }
}

fn point() -> PointOf {
    PointOf {
        epoch: 1,
        step: 860,
        train_loss: 0.25,
        train_accuracy: 0.9375,
        validation_loss: Some(0.125),
        validation_accuracy: None,
        seconds: 15.0,
    }
}

fn events() -> Vec<Event> {
    let train = TrainPoint { step: 14, loss: 2.25, accuracy: 0.125 };
    let frame = KernelFrame { step: 1, kernels: vec![0.5, -0.25] };
    let history =
        History { points: vec![train], epochs: vec![point()], kernels: vec![frame.clone()], report: Some(report()) };
    let arithmetic = Arithmetic {
        at: at(),
        receptive_field: Region { x: 0, y: 27, width: 5, height: 5 },
        source_layer: "input".to_owned(),
        source_region: Region { x: 0, y: 27, width: 5, height: 5 },
        terms: vec![TermGroup {
            channel: 0,
            height: 1,
            width: 2,
            patch: vec![1.0, 0.5],
            kernel: vec![0.25, -0.5],
            sum: 0.0,
        }],
        bias: Some(0.125),
        value: 0.125,
        rule: "patch x kernel + bias".to_owned(),
        rest: Some(Rest { terms: 448, sum: 0.25 }),
    };
    let events = vec![
        Event::Ready { backend: Backend::Webgpu, device: "SwiftShader".to_owned() },
        Event::Benchmarked { request: 1, images_per_second: 3712.5 },
        Event::Loading { file: "datasets/mnist/train-images-00.idx.gzip".to_owned(), done: 1, total: 2, images: 6000 },
        Event::Loaded,
        Event::State { run: run(), state: RunState::Training, settings: settings(), progress: progress() },
        Event::History { run: run(), history },
        Event::Trained { run: run(), points: vec![train], progress: progress() },
        Event::EpochEnded { run: run(), point: point(), progress: progress() },
        Event::Saved { run: run(), settings: settings(), progress: progress(), finished: false },
        Event::KernelsRecorded { run: run(), frame },
        Event::Finished { run: run(), report: report() },
        Event::Diverged {
            run: run(),
            step: 12,
            loss: "not a number (NaN)".to_owned(),
            good_step: 11,
            suggested_learning_rate: 0.0005,
        },
        Event::Predicted { request: 2, prediction: prediction() },
        Event::Watched {
            request: 3,
            digit: Digit::Test { index: 7 },
            step: 430,
            activations: vec![Activation { layer: "conv1".to_owned(), shape: [6, 28, 28] }],
            weights: vec![WeightInfo { name: "conv1.weight".to_owned(), shape: [6, 1, 5, 5] }],
            prediction: prediction(),
        },
        Event::Explained { request: 4, arithmetic },
        Event::Cell {
            request: 5,
            actual: 4,
            predicted: 9,
            total: 12,
            indices: vec![247, 300],
            probabilities: vec![0.75, 0.5],
        },
        Event::Exported { request: 6, what: Export::HistoryCsv, name: "history.csv".to_owned() },
        Event::Imported { request: 7, run: run(), accuracy: Some(0.9841) },
        Event::Failed { at: FaultSite::Request(7), fault: Fault::NoRun },
    ];
    for event in &events {
        match event {
            Event::Ready { .. } | Event::Benchmarked { .. } | Event::Loading { .. } | Event::Loaded => {}
            Event::State { .. } | Event::History { .. } | Event::Trained { .. } | Event::EpochEnded { .. } => {}
            Event::Saved { .. } | Event::KernelsRecorded { .. } | Event::Finished { .. } | Event::Diverged { .. } => {}
            Event::Predicted { .. } | Event::Watched { .. } | Event::Explained { .. } | Event::Cell { .. } => {}
            Event::Exported { .. } | Event::Imported { .. } | Event::Failed { .. } => {}
            // In tests/protocol_inside.rs.
            Event::Inside(_) => {}
            // In tests/protocol_teach.rs.
            Event::Teach(_) | Event::Googlenet(_) => {}
        }
    }
    events
}

fn faults() -> Vec<Fault> {
    let name = || "weights.safetensors".to_owned();
    let faults = vec![
        Fault::NoWebgpu { reason: "no adapter was found".to_owned() },
        Fault::DeviceLost { reason: "destroyed".to_owned() },
        Fault::OutOfMemory { needed: 4_294_967_296, limit: 1_073_741_824 },
        Fault::BadFile { name: name(), at_byte: 8, reason: "its header is broken".to_owned() },
        Fault::ShapeMismatch {
            name: name(),
            layer: "fc1.weight".to_owned(),
            expected: vec![120, 400],
            got: vec![120, 256],
        },
        Fault::WrongAsset { name: name(), reason: "it has 3 bytes instead of 4".to_owned() },
        Fault::AssetMissing { name: name(), reason: "the server answered 404".to_owned() },
        Fault::BadPicture { name: "holiday.heic".to_owned(), reason: "the file is empty".to_owned() },
        Fault::NotInstalled {
            network: "alexnet".to_owned(),
            command: Some("cargo xtask assets fetch alexnet".to_owned()),
        },
        Fault::DatasetNotInstalled {
            name: "cifar10".to_owned(),
            command: Some("cargo xtask assets fetch cifar10".to_owned()),
        },
        Fault::Diverged { step: 12, loss: "infinite".to_owned() },
        Fault::OtherPictures,
        Fault::BadSettings { reason: "the batch is larger than the training set".to_owned() },
        Fault::Cancelled,
        Fault::NoRun,
        Fault::Internal { message: "an example".to_owned() },
    ];
    for fault in &faults {
        match fault {
            Fault::NoWebgpu { .. } | Fault::DeviceLost { .. } | Fault::OutOfMemory { .. } | Fault::BadFile { .. } => {}
            Fault::ShapeMismatch { .. } | Fault::WrongAsset { .. } | Fault::AssetMissing { .. } => {}
            Fault::Diverged { .. } | Fault::BadSettings { .. } | Fault::Cancelled | Fault::NoRun => {}
            Fault::OtherPictures | Fault::DatasetNotInstalled { .. } => {}
            Fault::BadPicture { .. } | Fault::NotInstalled { .. } | Fault::Internal { .. } => {}
        }
    }
    faults
}

#[test]
fn commands_are_as_agreed() {
    insta::assert_json_snapshot!("commands", commands());
}

#[test]
fn events_are_as_agreed() {
    insta::assert_json_snapshot!("events", events());
}

#[test]
fn every_message_survives_the_crossing() {
    for command in commands() {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
    for event in events() {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

#[test]
fn every_fault_has_a_sentence_and_a_next_action() {
    #[derive(Serialize)]
    struct Shown {
        fault: Fault,
        sentence: String,
        next_action: NextAction,
        next_sentence: &'static str,
    }
    let shown: Vec<Shown> = faults()
        .into_iter()
        .map(|fault| Shown {
            sentence: fault.to_string(),
            next_action: fault.next_action(),
            next_sentence: fault.next_action().sentence(),
            fault,
        })
        .collect();
    assert!(shown.iter().all(|s| s.sentence.len() > 10 && s.next_sentence.ends_with('.')));
    insta::assert_json_snapshot!("faults", shown);
}

#[test]
fn the_catalogue_is_as_agreed() {
    let table: Vec<(String, String, String, String)> = HYPERPARAMETERS
        .iter()
        .map(|h| (h.key.to_owned(), settings().get(h.key), h.accepts(), format!("{}: {}", h.label, h.help)))
        .collect();
    insta::assert_json_snapshot!("catalogue", table);
}

/// Every value of every choice, and both ends of every range.
fn values(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice(options) => options.iter().map(|(value, _)| (*value).to_owned()).collect(),
        Kind::Integer { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Real { min, max } => vec![min.to_string(), max.to_string(), "0.0003".to_owned()],
        Kind::Linear { min, max, .. } => vec![min.to_string(), max.to_string()],
        Kind::Weights => vec!["equal".to_owned(), "inverse".to_owned(), "1,2.5".to_owned()],
        Kind::Text => vec!["vgg16".to_owned()],
    }
}

fn pairs(settings: &Settings) -> (Settings, Vec<String>) {
    let pairs = settings.to_pairs();
    Settings::from_pairs(pairs.iter().map(|(key, value)| (*key, value.as_str())))
}

#[test]
fn the_defaults_need_no_pairs() {
    assert_eq!(settings().to_pairs(), []);
    assert_eq!(Settings::from_pairs([]), (settings(), vec![]));
}

#[test]
fn every_allowed_value_survives_the_url() {
    for h in HYPERPARAMETERS {
        for value in values(&h.kind) {
            let mut changed = settings();
            changed.set(h.key, &value).unwrap();
            assert_eq!(changed.get(h.key), value, "{}", h.key);
            assert_eq!(pairs(&changed), (changed, vec![]), "{} = {value}", h.key);
        }
    }
}

#[test]
fn what_is_not_allowed_keeps_the_default_and_is_reported() {
    let wrong = [
        ("activation", "sigmoid"),
        ("activation", "Tanh"),
        ("pooling", ""),
        ("optimizer", "lion"),
        ("learning-rate", "0"),
        ("learning-rate", "-1"),
        ("learning-rate", "11"),
        ("learning-rate", "NaN"),
        ("learning-rate", "inf"),
        ("batch", "0"),
        ("batch", "4097"),
        ("batch", "1.5"),
        ("batch", "99999999999999999999999"),
        ("epochs", "101"),
        ("images", "15"),
        ("images", "60001"),
        ("validation", "1"),
        ("seed", "-1"),
        ("seed", "4294967296"),
        ("backend", "tpu"),
        ("nonsense", "1"),
    ];
    for (key, value) in wrong {
        let (kept, complaints) = Settings::from_pairs([(key, value)]);
        assert_eq!(kept, settings(), "{key}={value}");
        assert_eq!(complaints.len(), 1, "{key}={value}");
        let named = hyperparameter(key).map_or(key, |h| h.label);
        assert!(complaints[0].contains(named), "{}", complaints[0]);
    }
    // What is right beside it still counts.
    let (kept, complaints) = Settings::from_pairs([("batch", "0"), ("seed", "7")]);
    assert_eq!((kept.batch, kept.seed, complaints.len()), (64, 7, 1));
}

/// The reference: the course notebook's run, with 5,000 images split off.
#[test]
fn the_defaults_are_the_reference() {
    let s = settings();
    assert_eq!((s.activation, s.pooling, s.padding), (ActivationKind::Tanh, Pooling::Average, Padding::Resize));
    assert_eq!((s.optimizer, s.learning_rate, s.batch, s.epochs), (Optimizer::Adam, 1e-3, 64, 10));
    assert_eq!((s.images, s.validation), (60_000, 5_000));
    assert_eq!((s.images_per_epoch(), s.steps_per_epoch()), (55_000, 860));
    let notebook = Settings { validation: 0, ..s };
    assert_eq!((notebook.images_per_epoch(), notebook.steps_per_epoch()), (60_000, 938));
}

/// Per layer: weights and biases of conv 6@5x5, conv 16@5x5 over 6 maps, and 400-120-84-10.
#[test]
fn lenet5_has_its_parameters() {
    let sum = (6 * 25 + 6) + (16 * 6 * 25 + 16) + (400 * 120 + 120) + (120 * 84 + 84) + (84 * 10 + 10);
    assert_eq!(LENET5_PARAMETERS, sum);
}
