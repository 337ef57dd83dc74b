//! LeNet-5, its gradients and its optimizers agree with PyTorch.
//!
//! `tests/parity/lenet5/make.py` wrote the expected values, in float64; weights and inputs come from a formula that
//! both sides compute. What is left is the rounding of float32 here, so the tolerance is relative to the largest
//! value of each tensor: 1e-5 for activations and gradients (PyTorch's own float32 run is within 3e-6). Adam and
//! RMSprop divide by the root of tiny squares in their first steps, which enlarges that rounding: PyTorch's own
//! float32 run is then up to 6.9e-4 from its float64 run, and the tolerance for weights is 1e-3.

mod common;
mod summary;

use burn::tensor::{Device, Tensor, TensorData};
use common::run;
use receptive::models::{
    Tap,
    lenet5::{LeNet5Config, PARAMETERS, parameter_sizes},
};
use receptive::protocol::{ActivationKind, Optimizer, Pooling, Settings};
use receptive::train::{Learner, Measured, cross_entropy_of, read};
use serde::Deserialize;
use std::collections::HashMap;
use summary::{Summary, assert_summary};

const TOLERANCE: f64 = 1e-5;
const TOLERANCE_AFTER_STEPS: f64 = 1e-3;

#[derive(Deserialize)]
struct Fixture {
    labels: Vec<u8>,
    cases: Vec<Case>,
    optimizers: Vec<Steps>,
}

#[derive(Deserialize)]
struct Case {
    activation: ActivationKind,
    pooling: Pooling,
    logits: Vec<f64>,
    loss: f64,
    layers: HashMap<String, Summary>,
    gradients: HashMap<String, Summary>,
}

#[derive(Deserialize)]
struct Steps {
    optimizer: Optimizer,
    learning_rate: f64,
    losses: Vec<f64>,
    weights: HashMap<String, Summary>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("parity/lenet5/lenet5.json")).expect("make.py wrote it")
}

/// The formula of make.py: an integer hash of `first`, `first + 1`, …, scaled to -1..1.
fn noise(first: u32, count: usize) -> Vec<f32> {
    let hash = |i: u32| {
        let mut h = (i + 1).wrapping_mul(2_654_435_761);
        h ^= h >> 15;
        h = h.wrapping_mul(2_246_822_519);
        h ^= h >> 13;
        (f64::from(h >> 8) / f64::from(1 << 23) - 1.0) as f32
    };
    (first..first + count as u32).map(hash).collect()
}

fn weights() -> Vec<f32> {
    let bounds = [0.25, 0.125, 0.0625, 0.125, 0.125_f32];
    let mut first = 0;
    let mut flat = Vec::new();
    for (i, size) in parameter_sizes().into_iter().enumerate() {
        flat.extend(noise(first, size).into_iter().map(|v| v * bounds[i / 2]));
        first += size as u32;
    }
    flat
}

fn pixels() -> Vec<f32> {
    noise(1_000_000, 4 * 32 * 32).into_iter().map(|v| f32::midpoint(v, 1.0)).collect()
}

/// Every parameter's share of a flat vector.
fn parts(flat: &[f32]) -> Vec<(&'static str, &[f32])> {
    let mut rest = flat;
    let cut = |(name, shape): &(&'static str, &[usize])| {
        let (own, others) = rest.split_at(shape.iter().product());
        rest = others;
        (*name, own)
    };
    PARAMETERS.iter().map(cut).collect()
}

#[test]
fn activations_loss_and_gradients_agree_with_pytorch() {
    let device = Device::flex();
    let Fixture { labels, cases, .. } = fixture();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let name = format!("{:?} {:?}", case.activation, case.pooling);
        let config = LeNet5Config { activation: case.activation, pooling: case.pooling };
        let flat = Tensor::<1>::from_data(TensorData::new(weights(), [61_706]), &device);
        let images =
            |n: usize| Tensor::<4>::from_data(TensorData::new(pixels()[..n * 1024].to_vec(), [n, 1, 32, 32]), &device);
        run(async {
            let mut tap = Tap::open();
            config.from_flat(&flat, false).forward_tapped(images(1), &mut tap);
            assert_eq!(tap.taken.len(), case.layers.len(), "{name}");
            for (layer, _, values) in tap.taken {
                let values = read(values).await.expect("CPU");
                assert_summary(&format!("{name} {layer}"), &values, &case.layers[layer], TOLERANCE);
            }
            let network = config.from_flat(&flat, true);
            let logits = network.forward(images(4).autodiff());
            let loss = cross_entropy_of(logits.clone(), &labels, &device);
            let gradient = read(network.flat_gradient(&loss)).await.expect("CPU");
            let loss = f64::from(read(loss).await.expect("CPU")[0]);
            assert!((loss - case.loss).abs() < TOLERANCE, "{name}: loss {loss} for {}", case.loss);
            let logits = read(logits).await.expect("CPU");
            for (g, e) in logits.iter().zip(&case.logits) {
                assert!((f64::from(*g) - e).abs() < TOLERANCE, "{name}: logit {g} for {e}");
            }
            // The loss shown to the visitor is computed on the host, from the logits.
            let measured = f64::from(Measured::from_logits(&logits, &labels).mean_loss());
            assert!((measured - case.loss).abs() < TOLERANCE, "{name}: {measured} for {}", case.loss);
            for (parameter, values) in parts(&gradient) {
                assert_summary(&format!("{name} d{parameter}"), values, &case.gradients[parameter], TOLERANCE);
            }
        });
    }
}

#[test]
fn five_steps_of_every_optimizer_agree_with_pytorch() {
    let device = Device::flex();
    let Fixture { labels, optimizers, .. } = fixture();
    assert_eq!(optimizers.len(), 4);
    for expected in optimizers {
        let settings = Settings { optimizer: expected.optimizer, ..Settings::default() };
        let mut learner = Learner::with_weights(&settings, weights(), &device);
        run(async {
            for (step, loss) in expected.losses.iter().enumerate() {
                let logits =
                    read(learner.learn(pixels(), &labels, expected.learning_rate, &device)).await.expect("CPU");
                let got = f64::from(Measured::from_logits(&logits, &labels).mean_loss());
                assert!((got - loss).abs() < 1e-4 * loss, "{:?} step {step}: {got} for {loss}", expected.optimizer);
            }
            let flat = read(learner.weights.clone()).await.expect("CPU");
            for (parameter, values) in parts(&flat) {
                let what = format!("{:?} {parameter}", expected.optimizer);
                assert_summary(&what, values, &expected.weights[parameter], TOLERANCE_AFTER_STEPS);
            }
        });
    }
}
