//! Teaching agrees with PyTorch: SqueezeNet with the weights of the formula, a few steps on made-up pictures.
//!
//! `tests/parity/taught/make.py` wrote the expected values with PyTorch in float64.

use crate::common::run;
use crate::driving::{begin, finish, formula_network};
use crate::summary::{Summary, assert_summary};
use burn::tensor::Tensor;
use receptive::data::{Preprocessing, Rgb};
use receptive::models::taught::{new_layer, with_head};
use receptive::models::{architecture, formula};
use receptive::protocol::{ClassWeights, Head, Labelled, Optimizer, Schedule, TeachSettings};
use receptive::train::read;
use receptive::train::taught::{Division, Taught};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Of losses and logits, and of what was learned relative to its largest change.
const TOLERANCE: f64 = 1e-5;
const OF_CHANGES: f64 = 1e-4;
const SIDE: usize = 224;
const LABELS: [usize; 6] = [0, 1, 2, 1, 0, 2];

#[derive(Deserialize)]
pub struct Expected {
    pub losses: Vec<Loss>,
    sgd: Lesson,
    adam: Lesson,
}

#[derive(Deserialize)]
pub struct Loss {
    pub labels: Vec<u8>,
    pub weights: Vec<f32>,
    pub smoothing: f64,
    pub loss: f64,
    pub gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct Lesson {
    train_losses: Vec<f64>,
    validation_losses: Vec<f64>,
    logits: Vec<Vec<f64>>,
    changes: BTreeMap<String, Summary>,
}

pub fn expected() -> Expected {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/taught/expected.json");
    let text = std::fs::read_to_string(path).expect("make.py wrote it");
    serde_json::from_str(&text).expect("make.py wrote it")
}

/// Noise on stripes, as make.py has it.
fn picture(index: usize) -> Rgb {
    let name = format!("picture{index}");
    let grain = formula::noise(&name, SIDE * SIDE * 3);
    let pixel = |(place, grain): (usize, f32)| {
        let stripe = (place / 3 % SIDE) >> (index + 1) & 1;
        (((grain + 1.0) * 128.0) as u8 >> 1) + stripe as u8 * 127
    };
    Rgb { width: SIDE, height: SIDE, pixels: grain.enumerate().map(pixel).collect() }
}

/// The first four pictures are learned from, the others validated on; the new layer begins with the formula's values.
fn course(settings: TeachSettings) -> Taught {
    let backbone = architecture("squeezenet1_1").expect("it is in the catalogue");
    let network = formula_network(with_head(&backbone, Head::Light, 3));
    let pictures = LABELS.iter().enumerate();
    let pictures = pictures.map(|(id, &class)| Labelled { id: id as u32, class, sha: format!("{id:016x}") });
    let classes = ["one", "two", "three"].map(str::to_owned).to_vec();
    let mut course = Taught::new(settings, classes, pictures.collect(), network, Preprocessing::IMAGENET);
    course.division = Division { train: vec![0, 1, 2, 3], validation: vec![4, 5], test: Vec::new() };
    let architecture = course.network.architecture.clone();
    let new = architecture.parameters_of(new_layer(&architecture));
    let values: Vec<f32> = new.iter().flat_map(|p| formula::parameter(&architecture, p)).collect();
    let values = Tensor::from_floats(values.as_slice(), course.device());
    course.network.set_flat(&new, &values, false);
    course
}

fn assert_near(what: &str, got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0), "{what}: {got} for {wanted}");
}

/// Learns, and compares everything there is.
fn agrees(settings: TeachSettings, expected: &Lesson) {
    let course = course(settings);
    let parameters = course.parameters.clone();
    let learned: Vec<&String> = parameters.iter().map(|p| &p.name).collect();
    assert_eq!(learned.len(), expected.changes.len());
    let pictures: Vec<Rgb> = (0..LABELS.len()).map(picture).collect();
    run(async {
        let mut session = begin(course);
        let before = read(session.learner.weights.clone()).await.expect("CPU");
        finish(&mut session, &pictures).await;
        let history = &session.history;
        assert_eq!(history.points.len(), expected.train_losses.len());
        for (point, wanted) in history.points.iter().zip(&expected.train_losses) {
            assert_near("training loss", f64::from(point.loss), *wanted);
        }
        assert_eq!(history.epochs.len(), expected.validation_losses.len());
        for (point, wanted) in history.epochs.iter().zip(&expected.validation_losses) {
            let loss = point.validation_loss.expect("there is a validation part");
            assert_near("validation loss", f64::from(loss), *wanted);
        }
        for (place, wanted) in [4, 5].into_iter().zip(&expected.logits) {
            let network = session.course.network_of(&session.learner);
            let logits = read(network.forward(session.course.input(&pictures[place]))).await.expect("CPU");
            for (got, wanted) in logits.iter().zip(wanted) {
                assert_near("logit", f64::from(*got), *wanted);
            }
        }
        let after = read(session.learner.weights.clone()).await.expect("CPU");
        let changes: Vec<f32> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
        let mut rest = changes.as_slice();
        for parameter in &parameters {
            let (own, others) = rest.split_at(parameter.shape.iter().product());
            rest = others;
            let summary = expected.changes.get(&parameter.name).expect("PyTorch learned it too");
            assert_summary(&format!("change of {}", parameter.name), own, summary, OF_CHANGES);
        }
        assert!(rest.is_empty());
    });
}

#[test]
fn a_block_and_the_head_learn_as_in_pytorch() {
    let settings = TeachSettings {
        blocks: 1,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.001,
        schedule: Schedule::Cosine,
        batch: 4,
        epochs: 3,
        weight_decay: 1e-3,
        label_smoothing: 0.1,
        class_weights: ClassWeights::Own(vec![1.5, 0.5, 1.0]),
        ..TeachSettings::default()
    };
    agrees(settings, &expected().sgd);
}

#[test]
fn the_head_learns_with_weight_decay_as_with_pytorchs_adam() {
    let settings = TeachSettings { batch: 4, epochs: 5, weight_decay: 0.1, ..TeachSettings::default() };
    agrees(settings, &expected().adam);
}
