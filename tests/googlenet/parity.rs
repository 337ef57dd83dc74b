//! Against PyTorch; `tests/fixtures/make_googlenet.py` wrote the expected values. Weights and pictures come from a formula
//! that both sides compute.

use crate::common::run;
use crate::made_up;
use crate::summary::{Summary, assert_summary};
use burn::tensor::{Device, Tensor, TensorData};
use receptive::data::{Pictures, stream};
use receptive::models::architecture::Architecture;
use receptive::models::googlenet_cifar::googlenet_with;
use receptive::models::{Mode, Network, formula};
use receptive::protocol::googlenet_catalog::GOOGLENET_PARAMETERS;
use receptive::protocol::{GooglenetSettings, Group, Stem};
use receptive::train::googlenet::GooglenetSession;
use receptive::train::{Course, Measured, loss, read};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Fixture {
    labels: Vec<u8>,
    smoothing: f64,
    decay: f64,
    parameters: BTreeMap<String, usize>,
    variants: BTreeMap<String, Variant>,
    steps: BTreeMap<String, Steps>,
}

#[derive(Deserialize)]
struct Variant {
    /// Name of the pictures for the formula.
    pictures: String,
    logits: Summary,
    loss: f64,
    gradients: BTreeMap<String, Summary>,
    statistics: BTreeMap<String, Summary>,
}

#[derive(Deserialize)]
struct Steps {
    rate: f64,
    losses: Vec<f64>,
    tensors: BTreeMap<String, Summary>,
    measured: Summary,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/googlenet.json")).expect("make_googlenet.py wrote it")
}

/// Nothing is dropped: PyTorch would drop others.
fn settings(name: &str) -> GooglenetSettings {
    let reference = GooglenetSettings { dropout: 0.0, augmentation: 0.0, ..GooglenetSettings::default() };
    let (stem, batch_norm, branch_relu) = (Stem::Small, true, true);
    match name {
        "reference" => reference,
        "small" => GooglenetSettings { stem, ..reference },
        "norm" => GooglenetSettings { batch_norm, ..reference },
        "relu" => GooglenetSettings { branch_relu, ..reference },
        "half" => GooglenetSettings { width: 0.5, ..reference },
        "quarter" => GooglenetSettings { width: 0.25, ..reference },
        "all" => GooglenetSettings { stem, batch_norm, branch_relu, width: 0.25, ..reference },
        _ => panic!("{name} is not known here"),
    }
}

#[test]
fn every_switch_has_as_many_parameters_as_with_pytorch() {
    let expected = fixture().parameters;
    assert_eq!(expected.len(), 7);
    for (name, count) in expected {
        let classes = if name == "all" { 7 } else { 10 };
        assert_eq!(googlenet_with(&settings(&name), classes).parameter_count(), count, "{name}");
    }
    assert_eq!(googlenet_with(&settings("reference"), 10).parameter_count(), GOOGLENET_PARAMETERS);
}

#[test]
fn the_stems_leave_what_is_said_of_them() {
    let shape = |architecture: &Architecture, name: &str| {
        architecture.layers[architecture.find(name).expect("it has this layer")].shape
    };
    for (name, factor) in [("reference", 1), ("small", 2)] {
        let network = googlenet_with(&settings(name), 10);
        for (layer, channels, side) in [
            ("maxpool1", 64, 8),
            ("maxpool2", 192, 4),
            ("inception3b", 480, 4),
            ("inception4e", 832, 2),
            ("inception5b", 1024, 1),
        ] {
            assert_eq!(shape(&network, layer), [channels, side * factor, side * factor], "{name}: {layer}");
        }
    }
}

fn network(settings: &GooglenetSettings) -> Network {
    Network::from_formula(googlenet_with(settings, 10), &Group::ALL, &Device::flex())
}

fn inputs(name: &str, count: usize) -> Vec<f32> {
    formula::noise(name, count * 3 * 32 * 32).collect()
}

/// - `tolerance`: relative to a tensor's largest value
fn agrees(name: &str, settings: &GooglenetSettings, tolerance: f64) {
    let fixture = fixture();
    let expected = &fixture.variants[name];
    let mut network = network(settings);
    network.learn();
    let (batch, layers) = (fixture.labels.len(), network.architecture.layers.len());
    let x = Tensor::<4>::from_data(
        TensorData::new(inputs(&expected.pictures, batch), [batch, 3, 32, 32]),
        network.device(),
    );
    let (mut random, mut statistics) = (stream(1, 1), Vec::new());
    let logits = network.layers(x.autodiff(), 0, layers, Mode::Learning(&mut random, &mut statistics));
    let logits: Tensor<2> = logits.reshape([batch, 10]);
    let loss = loss(logits.clone(), &fixture.labels, &[], &[1.0; 10], fixture.smoothing, network.device());
    let gradients = loss.backward();
    run(async {
        let value = |x: Tensor<1>| async { read(x).await.expect("CPU") };
        let got = f64::from(value(loss.inner()).await[0]);
        assert!((got - expected.loss).abs() <= tolerance * expected.loss, "{name}: loss {got} for {}", expected.loss);
        let got = read(logits.inner()).await.expect("CPU");
        assert_summary(&format!("{name} logits"), &got, &expected.logits, tolerance);
        let all = network.architecture.parameters();
        assert_eq!(all.iter().filter(|p| p.trainable).count(), expected.gradients.len(), "{name}");
        for (parameter, summary) in &expected.gradients {
            let gradient = network.gradient(parameter, &gradients).unwrap_or_else(|| panic!("{parameter} has none"));
            assert_summary(&format!("{name} d{parameter}"), &value(gradient).await, summary, tolerance);
        }
        let running: Vec<_> = all.iter().filter(|p| !p.trainable).collect();
        assert_eq!((running.len(), running.len()), (expected.statistics.len(), statistics.len()), "{name}");
        for (parameter, of_batch) in running.into_iter().zip(statistics) {
            let before = formula::parameter(&network.architecture, parameter);
            let of_batch = value(of_batch).await;
            let after: Vec<f32> = before.iter().zip(of_batch).map(|(b, s)| b * 0.9 + s * 0.1).collect();
            assert_summary(&parameter.name, &after, &expected.statistics[&parameter.name], tolerance);
        }
    });
}

#[test]
fn the_reference_agrees_with_pytorch() {
    agrees("reference", &settings("reference"), 1e-4);
}

#[test]
fn all_switches_together_agree_with_pytorch() {
    // Where only few values are normalised, the rounding of the layers before is divided by a small deviation.
    agrees("all", &settings("all"), 1e-3);
}

/// The pictures of the steps.
const PICTURES: &str = "pictures0";

/// Steps of Adam with a learning rate, through the course, so that smoothing, decay and running statistics count.
///
/// - `tolerance`: of the losses; relative, as that of what the network says afterwards
fn learns_alike(name: &str, tolerance: f64) {
    let Fixture { labels, smoothing, decay, mut steps, .. } = fixture();
    let steps = steps.remove(name).expect("make_googlenet.py wrote it");
    let settings = GooglenetSettings {
        width: 0.25,
        learning_rate: steps.rate,
        label_smoothing: smoothing,
        weight_decay: decay,
        ..settings(name)
    };
    let none = Pictures::new(32, 32);
    let mut session: GooglenetSession = made_up::session(settings, made_up::set(&none, &none, 10));
    let architecture = session.course.network.architecture.clone();
    let flat = |trainable: bool| {
        let all = architecture.parameters().into_iter().filter(|p| p.trainable == trainable);
        let values: Vec<f32> = all.flat_map(|p| formula::parameter(&architecture, &p)).collect();
        Tensor::<1>::from_floats(values.as_slice(), &Device::flex())
    };
    session.learner.weights = flat(true);
    session.learner.statistics = session.learner.statistics.is_some().then(|| flat(false));
    run(async {
        for (step, expected) in steps.losses.iter().enumerate() {
            let logits = session.course.learn(&mut session.learner, inputs(PICTURES, labels.len()), &labels, step);
            let logits = read(logits).await.expect("CPU");
            let mean = |labels: &[u8]| f64::from(Measured::from_logits(&logits, labels).mean_loss());
            // The smoothed part is the mean of the losses for all classes.
            let smooth = (0..10).map(|class| mean(&vec![class; labels.len()])).sum::<f64>() / 10.0;
            let got = (1.0 - smoothing) * mean(&labels) + smoothing * smooth;
            assert!((got - expected).abs() < tolerance * expected, "{name}, step {step}: {got} for {expected}");
        }
        let network = session.learner.network(&session.course.network);
        for (parameter, summary) in &steps.tensors {
            let found = architecture.parameters().into_iter().find(|p| p.name == *parameter);
            let found = found.unwrap_or_else(|| panic!("there is no {parameter}"));
            let got = read(network.flat(&[found])).await.expect("CPU");
            // A gradient near 0 may have either sign, and Adam's step is as long for a small one.
            assert_summary(&format!("{name} {parameter}"), &got, summary, 1e-2);
        }
        let batch = labels.len();
        let x = Tensor::<4>::from_data(TensorData::new(inputs(PICTURES, batch), [batch, 3, 32, 32]), &Device::flex());
        let measured = read(network.forward(x)).await.expect("CPU");
        assert_summary(&format!("{name} measured"), &measured, &steps.measured, 10.0 * tolerance);
    });
}

#[test]
fn steps_of_adam_agree_with_pytorch() {
    learns_alike("quarter", 1e-3);
}

#[test]
fn steps_of_adam_with_batch_norms_agree_with_pytorch() {
    learns_alike("norm", 1e-3);
}
