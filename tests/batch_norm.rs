//! Batch norm with the statistics of the batch agrees with PyTorch's: output, gradients and running statistics.
//!
//! `tests/fixtures/make_googlenet.py` wrote the expected values.

mod tensors;

use burn::tensor::{Device, Tensor, TensorData};
use receptive::data::stream;
use receptive::models::architecture::{Architecture, Builder, Card, Op, Parameter};
use receptive::models::{Mode, Network, formula};
use receptive::ops::batch_norm;
use std::collections::HashMap;
use tensors::{leaf, random, values};

const SHAPE: [usize; 4] = [3, 4, 2, 5];
const EPSILON: f64 = 1e-5;
const CARD: Card = Card { key: "one", title: "", paper: "", year: 0, deviations: "", reported: "" };

fn expected() -> HashMap<String, Vec<f64>> {
    let text = include_str!("fixtures/googlenet.json");
    let all: serde_json::Value = serde_json::from_str(text).expect("make_googlenet.py wrote it");
    serde_json::from_value(all["batch_norm"].clone()).expect("make_googlenet.py wrote it")
}

#[track_caller]
fn assert_close(what: &str, got: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((f64::from(*got) - expected).abs() <= tolerance * scale, "{what}[{i}]: {got} for {expected}");
    }
}

/// One batch norm by itself.
fn one() -> Architecture {
    let (mut net, x) = Builder::new(CARD, [SHAPE[1], SHAPE[2], SHAPE[3]]);
    net.batch_norm("bn", x, EPSILON);
    net.finish()
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn vector(architecture: &Architecture, what: &str) -> Tensor<1> {
    let name = format!("bn.{what}");
    let parameter = Parameter { name, shape: vec![SHAPE[1]], trainable: true, layer: 1 };
    tensor(formula::parameter(architecture, &parameter), [SHAPE[1]])
}

/// Around 3, so that a variance that is the difference of two large numbers would be seen.
fn input() -> Tensor<4> {
    tensor(formula::noise("x", 120).map(|v| v + 3.0).collect(), SHAPE)
}

#[test]
fn output_and_gradients_are_those_of_pytorch() {
    let (architecture, expected) = (one(), expected());
    assert!(matches!(architecture.layers[1].op, Op::BatchNorm { .. }));
    let (x, weight, bias) =
        (leaf(&input()), leaf(&vector(&architecture, "weight")), leaf(&vector(&architecture, "bias")));
    let (y, ..) = batch_norm(x.clone(), weight.clone(), bias.clone(), EPSILON);
    let gradient = tensor(formula::noise("gradient", 120).collect(), SHAPE).autodiff();
    let gradients = (y.clone() * gradient).sum().backward();
    let close = |what: &str, got: Vec<f32>| assert_close(what, &got, &expected[what], 1e-5);
    close("output", values(y));
    close("x", values(x.grad(&gradients).expect("it takes part")));
    close("weight", values(weight.grad(&gradients).expect("it takes part")));
    close("bias", values(bias.grad(&gradients).expect("it takes part")));
    let (y, ..) = batch_norm(input(), vector(&architecture, "weight"), vector(&architecture, "bias"), EPSILON);
    close("output", values(y));
}

#[test]
fn running_statistics_move_as_those_of_pytorch() {
    let (architecture, expected) = (one(), expected());
    let network = Network::from_formula(architecture.clone(), &receptive::protocol::Group::ALL, &Device::flex());
    let mut statistics = Vec::new();
    network.layers(input(), 0, 2, Mode::Learning(&mut stream(1, 1), &mut statistics));
    for (what, of_batch) in ["running_mean", "running_var"].into_iter().zip(statistics) {
        let before = values(vector(&architecture, what));
        let after: Vec<f32> = before.iter().zip(values(of_batch)).map(|(b, s)| b * 0.9 + s * 0.1).collect();
        assert_close(what, &after, &expected[what], 1e-6);
    }
}

/// The same from Burn's own operations, on maps of one value and of many.
#[test]
fn any_shape_agrees_with_burn() {
    for shape in [[5, 3, 1, 1], [2, 7, 8, 9], [1, 2, 33, 1], [4, 1, 3, 3]] {
        let [_, channels, ..] = shape;
        let (x, weight, bias) = (random(shape), random([channels]), random([channels]));
        let gradient = random(shape).autodiff();
        let run = |ours: bool| {
            let (x, weight, bias) = (leaf(&x), leaf(&weight), leaf(&bias));
            let y = if ours {
                batch_norm(x.clone(), weight.clone(), bias.clone(), EPSILON).0
            } else {
                let mean = |x: Tensor<4>| x.mean_dim(3).mean_dim(2).mean_dim(0);
                let centred = x.clone() - mean(x.clone());
                let deviation = (mean(centred.clone() * centred.clone()) + EPSILON).sqrt();
                let wide = |v: &Tensor<1>| v.clone().reshape([1, channels, 1, 1]);
                centred / deviation * wide(&weight) + wide(&bias)
            };
            let gradients = (y.clone() * gradient.clone()).sum().backward();
            let take = "it takes part";
            let of_x = values(x.grad(&gradients).expect(take));
            (values(y), of_x, values(weight.grad(&gradients).expect(take)), values(bias.grad(&gradients).expect(take)))
        };
        let (ours, theirs) = (run(true), run(false));
        let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        assert_close(&format!("output {shape:?}"), &ours.0, &wide(&theirs.0), 1e-4);
        assert_close(&format!("x {shape:?}"), &ours.1, &wide(&theirs.1), 1e-4);
        assert_close(&format!("weight {shape:?}"), &ours.2, &wide(&theirs.2), 1e-4);
        assert_close(&format!("bias {shape:?}"), &ours.3, &wide(&theirs.3), 1e-4);
    }
}

#[test]
fn a_channel_of_one_value_gives_its_bias() {
    let bias = tensor(vec![0.5, -2.0], [2]);
    let (y, mean, variance) = batch_norm(random([1, 2, 1, 1]), random([2]), bias, EPSILON);
    assert_eq!((values(y), values(variance)), (vec![0.5, -2.0], vec![0.0, 0.0]));
    assert_eq!(mean.dims(), [2]);
}
