//! The classic networks agree with torchvision's: activations of layers all over each network, logits, and for three of
//! them the gradients of all parameters.
//!
//! `tests/parity/classic/make.py` wrote the expected values with PyTorch in float64. Weights and inputs come from a
//! formula that both sides compute (`models/formula.rs`). The tolerance is relative to the largest value of a tensor.

mod common;
mod summary;

use burn::tensor::{Device, Tensor, TensorData};
use common::run;
use receptive::models::{Network, Pass, architecture, formula};
use receptive::protocol::Group;
use receptive::train::{cross_entropy_of, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use summary::{Summary, assert_summary};

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Fixture {
    parameters: usize,
    layers: BTreeMap<String, Summary>,
    logits: Summary,
    loss: Option<f64>,
    gradients: Option<BTreeMap<String, Summary>>,
}

fn fixture(key: &str) -> Fixture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/parity/classic/{key}.json"));
    let text = std::fs::read_to_string(&path).expect("make.py wrote it");
    serde_json::from_str(&text).expect("make.py wrote it")
}

fn input(network: &Network) -> Tensor<4> {
    let [channels, height, width] = network.architecture.input();
    let values = formula::picture([channels, height, width]);
    Tensor::from_data(TensorData::new(values, [1, channels, height, width]), network.device())
}

fn agrees(key: &str) {
    let expected = fixture(key);
    let network =
        Network::from_formula(architecture(key).expect("it is in the catalogue"), &Group::ALL, &Device::flex());
    assert_eq!(network.architecture.parameter_count(), expected.parameters, "{key}");
    assert!(expected.layers.len() >= 4, "{key} is compared at four layers at least");
    let mut pass = Pass::new(input(&network));
    while pass.advance(&network) {}
    assert_eq!(pass.computed(), network.architecture.layers.len());
    run(async {
        for (name, summary) in &expected.layers {
            let layer = network.architecture.find(name).unwrap_or_else(|| panic!("{key} has no layer {name}"));
            let values = read(pass.value(layer).expect("everything is computed").clone()).await.expect("CPU");
            assert_summary(&format!("{key} {name}"), &values, summary, TOLERANCE);
        }
        let logits = read(network.forward(input(&network))).await.expect("CPU");
        assert_summary(&format!("{key} logits"), &logits, &expected.logits, TOLERANCE);
    });
}

/// The class whose loss the fixtures have.
const LABEL: u8 = 3;

fn gradients_agree(key: &str) {
    let expected = fixture(key);
    let mut network =
        Network::from_formula(architecture(key).expect("it is in the catalogue"), &Group::ALL, &Device::flex());
    network.learn();
    let logits = network.forward(input(&network).autodiff());
    let loss = cross_entropy_of(logits, &[LABEL], network.device());
    let gradients = loss.backward();
    run(async {
        let got = f64::from(read(loss.inner()).await.expect("CPU")[0]);
        let wanted = expected.loss.expect("make.py wrote it for this network");
        assert!((got - wanted).abs() <= TOLERANCE * wanted, "{key}: loss {got} for {wanted}");
        let of_parameters = expected.gradients.expect("make.py wrote them for this network");
        let trainable = network.architecture.parameters().into_iter().filter(|p| p.trainable).count();
        assert_eq!(of_parameters.len(), trainable, "{key}");
        for (name, summary) in &of_parameters {
            let gradient = network.gradient(name, &gradients).unwrap_or_else(|| panic!("{key}: {name} has none"));
            let values = read(gradient).await.expect("CPU");
            assert_summary(&format!("{key} d{name}"), &values, summary, TOLERANCE);
        }
    });
}

macro_rules! parity {
    ($($test:ident: $key:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            agrees($key);
        })*
    };
}

parity! {
    alexnet_agrees_with_torchvision: "alexnet",
    vgg11_agrees_with_torchvision: "vgg11",
    vgg16_agrees_with_torchvision: "vgg16",
    vgg19_agrees_with_torchvision: "vgg19",
    googlenet_agrees_with_torchvision: "googlenet",
    resnet18_agrees_with_torchvision: "resnet18",
    resnet34_agrees_with_torchvision: "resnet34",
    resnet50_agrees_with_torchvision: "resnet50",
    resnet101_agrees_with_torchvision: "resnet101",
    resnet152_agrees_with_torchvision: "resnet152",
    squeezenet_agrees_with_torchvision: "squeezenet1_1",
    the_googlenet_for_cifar_agrees_with_pytorch: "googlenet_cifar",
}

#[test]
fn gradients_of_resnet18_agree_with_torchvision() {
    gradients_agree("resnet18");
}

#[test]
fn gradients_of_squeezenet_agree_with_torchvision() {
    gradients_agree("squeezenet1_1");
}

#[test]
fn gradients_of_the_googlenet_for_cifar_agree_with_pytorch() {
    gradients_agree("googlenet_cifar");
}
