//! What is said about a network is so: Grad-CAM is PyTorch's, and every value's arithmetic gives that value.

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::run;
use receptive::explain::{explain_value, grad_cam};
use receptive::models::{Network, Pass, architecture, formula};
use receptive::protocol::{Arithmetic, Fault, Group, LayerPixel};
use serde::Deserialize;

#[derive(Deserialize)]
struct Heat {
    network: String,
    layer: String,
    class: usize,
    shape: [usize; 2],
    values: Vec<f32>,
}

fn computed(key: &str) -> (Network, Pass) {
    let network =
        Network::from_formula(architecture(key).expect("it is in the catalogue"), &Group::ALL, &Device::flex());
    let [channels, height, width] = network.architecture.input();
    let input = TensorData::new(formula::picture([channels, height, width]), [1, channels, height, width]);
    let mut pass = Pass::new(Tensor::from_data(input, network.device()));
    while pass.advance(&network) {}
    (network, pass)
}

/// `tests/parity/classic/make_grad_cam.py` wrote the expected values, in float64.
#[test]
fn grad_cam_is_pytorchs() {
    let cases: Vec<Heat> =
        serde_json::from_str(include_str!("parity/classic/grad_cam.json")).expect("make_grad_cam.py wrote it");
    assert!(cases.len() >= 5);
    for case in cases {
        let (network, pass) = computed(&case.network);
        let layer = network.architecture.find(&case.layer).expect("the layer is there");
        let (height, width, heat) = run(grad_cam(&network, &pass, layer, case.class)).expect("CPU");
        let what = format!("{} {}", case.network, case.layer);
        assert_eq!([height, width], case.shape, "{what}");
        for (i, (got, wanted)) in heat.iter().zip(&case.values).enumerate() {
            assert!((got - wanted).abs() < 1e-3, "{what}[{i}]: {got} for {wanted}");
        }
    }
}

#[test]
fn grad_cam_of_what_is_not_there_is_refused() {
    let (network, pass) = computed("squeezenet1_1");
    let refused = |layer, class| {
        let outcome = run(grad_cam(&network, &pass, layer, class));
        assert!(matches!(outcome, Err(Fault::BadSettings { .. })), "{outcome:?}");
    };
    refused(1, 1000);
    refused(network.architecture.layers.len() - 1, 0);
    refused(10_000, 0);
}

/// What the terms and the bias give.
fn sum(a: &Arithmetic) -> f32 {
    let rest = a.rest.map_or(0.0, |rest| rest.sum);
    a.terms.iter().map(|t| t.sum).sum::<f32>() + rest + a.bias.unwrap_or(0.0)
}

/// The batch norm of a value, from the formula's weights and statistics.
fn normed(network: &Network, a: &Arithmetic) -> f32 {
    let parameters = network.architecture.parameters();
    let number = |what: &str| {
        let name = format!("{}.{what}", a.at.layer);
        let parameter = parameters.iter().find(|p| p.name == name).expect("a batch norm has four");
        formula::parameter(&network.architecture, parameter)[a.at.channel]
    };
    let x = a.terms[0].patch[0];
    (x - number("running_mean")) / (number("running_var") + 1e-5).sqrt() * number("weight") + number("bias")
}

fn flattened(network: &Network, pass: &Pass, a: &Arithmetic) -> f32 {
    let source = network.architecture.find(&a.source_layer).expect("the layer it came from");
    let values = run(receptive::train::read(pass.value(source).expect("it is computed").clone())).expect("CPU");
    values[a.at.channel]
}

/// A value in every layer of networks that together have every kind of layer: in a corner, where there is padding, and
/// in the middle.
#[test]
fn the_arithmetic_of_every_value_gives_that_value() {
    for key in ["alexnet", "squeezenet1_1", "resnet18", "googlenet_cifar"] {
        let (network, pass) = computed(key);
        for layer in &network.architecture.layers {
            let [channels, height, width] = layer.shape;
            for (channel, y, x) in
                [(0, 0, 0), (channels - 1, height - 1, width - 1), (channels / 2, height / 2, width / 2)]
            {
                let at = LayerPixel { layer: layer.name.clone(), channel, y, x };
                let a = run(explain_value(&network, &pass, &at)).expect("the value is there");
                let what = format!("{key} {at:?}: {a:?}");
                let patches = || a.terms.iter().flat_map(|t| &t.patch).copied();
                let expected = match a.rule.as_str() {
                    rule if rule.contains("largest") => patches().fold(f32::NEG_INFINITY, f32::max),
                    rule if rule.starts_with("mean") => patches().sum::<f32>() / patches().count() as f32,
                    rule if rule.starts_with("the larger of 0") => patches().sum::<f32>().max(0.0),
                    rule if rule.contains("pixel") => formula::picture(layer.shape)[(channel * height + y) * width + x],
                    rule if rule.contains("sqrt") => normed(&network, &a),
                    // What the layers before make of it, flattened.
                    rule if rule.contains("one row") => flattened(&network, &pass, &a),
                    _ => sum(&a),
                };
                let size = a.terms.iter().map(|t| t.sum.abs()).sum::<f32>().max(1.0);
                assert!((expected - a.value).abs() < 1e-4 * size, "{expected}: {what}");
            }
        }
    }
}

/// AlexNet's first layer at the top left: two rows and columns of the 11x11 patch are padding.
#[test]
fn a_patch_in_a_corner_has_zeros_for_padding() {
    let (network, pass) = computed("alexnet");
    let at = LayerPixel { layer: "features.0".to_owned(), channel: 5, y: 0, x: 0 };
    let a = run(explain_value(&network, &pass, &at)).expect("the value is there");
    assert_eq!(a.terms.len(), 3);
    assert_eq!((a.terms[0].height, a.terms[0].width), (11, 11));
    assert!(a.terms[0].patch[..22].iter().all(|v| *v == 0.0), "two rows of padding");
    assert_eq!(a.terms[0].patch[2 * 11 + 2], formula::picture([3, 224, 224])[0], "then the first pixel");
    assert_eq!((a.source_region.x, a.source_region.width), (-2, 11));
    assert_eq!((a.receptive_field.x, a.receptive_field.width), (0, 9), "cut at the edge of the photo");
}
