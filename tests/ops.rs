//! Receptive's own operations against Burn's, values and gradients, and the numbers their documentation promises.

mod tensors;

use burn::tensor::{
    Device, Tensor, TensorData,
    activation::tanh as burn_tanh,
    module::{avg_pool2d, conv2d as burn_conv2d},
    ops::{AvgPoolOptions, ConvOptions},
};
use receptive::ops::{average_pool_2x2, conv2d, tanh};
use tensors::{leaf, random, values};

/// The largest difference, relative to the largest value.
fn error<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    let (ours, theirs) = (values(ours), values(theirs));
    let largest = theirs.iter().fold(1e-6_f32, |m, v| m.max(v.abs()));
    ours.iter().zip(&theirs).fold(0.0_f32, |m, (a, b)| m.max((a - b).abs())) / largest
}

/// Sums of at most a few thousand products in another order: far below this in f32.
const TOLERANCE: f32 = 1e-5;

#[test]
fn convolution_and_its_gradients_are_those_of_burn() {
    // batch, channels in, height, width, channels out, kernel: LeNet's two, every way to cut channels into blocks
    // and rows into tiles, kernels of other widths, and an output of one value.
    for [n, cin, h, w, cout, kh, kw] in [
        [3, 1, 32, 32, 6, 5, 5],
        [3, 6, 14, 14, 16, 5, 5],
        [2, 2, 9, 7, 1, 3, 3],
        [2, 3, 6, 23, 7, 2, 5],
        [1, 5, 8, 11, 9, 4, 1],
        [2, 1, 12, 12, 2, 1, 10],
        [1, 2, 5, 5, 5, 5, 5],
    ] {
        let case = format!("{n} x {cin} x {h} x {w}, {cout} kernels {kh} x {kw}");
        let (x, weight, bias) = (random([n, cin, h, w]), random([cout, cin, kh, kw]), random([cout]));
        let weights_of_loss = random([n, cout, h + 1 - kh, w + 1 - kw]);
        let run = |ours: bool| {
            let (x, weight, bias) = (leaf(&x), leaf(&weight), leaf(&bias));
            let y = if ours {
                conv2d(x.clone(), weight.clone(), bias.clone())
            } else {
                let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
                burn_conv2d(x.clone(), weight.clone(), Some(bias.clone()), options)
            };
            let gradients = (y.clone() * weights_of_loss.clone().autodiff()).sum().backward();
            let take = "takes part in the loss";
            (
                y,
                x.grad(&gradients).expect(take),
                weight.grad(&gradients).expect(take),
                bias.grad(&gradients).expect(take),
            )
        };
        let (ours, theirs) = (run(true), run(false));
        assert!(error(ours.0, theirs.0.clone()) < TOLERANCE, "output: {case}");
        assert!(error(ours.1, theirs.1) < TOLERANCE, "gradient of the input: {case}");
        assert!(error(ours.2, theirs.2) < TOLERANCE, "gradient of the weights: {case}");
        assert!(error(ours.3, theirs.3) < TOLERANCE, "gradient of the bias: {case}");
        let plain = conv2d(x.clone(), weight.clone(), bias.clone());
        assert!(error(plain, theirs.0) < TOLERANCE, "without a tape: {case}");
    }
}

#[test]
fn average_pooling_and_its_gradient_are_those_of_burn() {
    for shape in [[2, 3, 28, 28], [1, 2, 7, 5], [1, 1, 2, 2], [2, 1, 3, 8]] {
        let x = random(shape);
        let weights_of_loss = random([shape[0], shape[1], shape[2] / 2, shape[3] / 2]);
        let run = |ours: bool| {
            let x = leaf(&x);
            let y = if ours { average_pool_2x2(x.clone()) } else { avg_pool2d(x.clone(), AvgPoolOptions::new([2, 2])) };
            let gradients = (y.clone() * weights_of_loss.clone().autodiff()).sum().backward();
            (y, x.grad(&gradients).expect("takes part in the loss"))
        };
        let (ours, theirs) = (run(true), run(false));
        assert!(error(ours.0, theirs.0) < TOLERANCE, "output: {shape:?}");
        assert!(error(ours.1, theirs.1) < TOLERANCE, "gradient: {shape:?}");
        // The last row and column of an odd picture are left out, and nothing is shared with the caller.
        assert!(error(average_pool_2x2(x.clone()), avg_pool2d(x, AvgPoolOptions::new([2, 2]))) < TOLERANCE);
    }
}

#[test]
fn operations_take_a_view_of_a_larger_tensor() {
    let (x, weight, bias) = (random([2, 2, 8, 8]), random([3, 2, 3, 3]), random([3]));
    let wide = Tensor::cat(vec![random([2, 2, 8, 8]), x.clone(), random([2, 2, 8, 8])], 1);
    let view = wide.slice([0..2, 2..4, 0..8, 0..8]);
    assert_eq!(values(conv2d(view.clone(), weight.clone(), bias.clone())), values(conv2d(x.clone(), weight, bias)));
    assert_eq!(values(average_pool_2x2(view.clone())), values(average_pool_2x2(x.clone())));
    assert_eq!(values(tanh(view.clone())), values(tanh(x.clone())));
    assert_eq!(values(view), values(x), "the input is left as it was");
}

#[test]
fn tanh_is_within_5e_7_of_the_standard_library_and_its_gradient_of_burn_s() {
    let points: Vec<f32> = (-2000..=2000).map(|i| i as f32 / 200.0).collect();
    let exact: Vec<f64> = points.iter().map(|&v| f64::from(v).tanh()).collect();
    let x: Tensor<1> = Tensor::from_data(TensorData::new(points.clone(), [points.len()]), &Device::flex());
    for (fast, exact) in values(tanh(x.clone())).iter().zip(exact) {
        assert!((f64::from(*fast) - exact).abs() < 5e-7, "{fast} for {exact}");
    }
    let gradient = |ours: bool| {
        let x = leaf(&x);
        let y = if ours { tanh(x.clone()) } else { burn_tanh(x.clone()) };
        x.grad(&y.sum().backward()).expect("takes part in the loss")
    };
    assert!(error(gradient(true), gradient(false)) < TOLERANCE);
}

#[test]
fn a_broken_value_stays_visible() {
    let broken = Tensor::<1>::from_floats([f32::NAN, 0.0, f32::NAN, 0.0, f32::NAN], &Device::flex());
    let seen: Vec<bool> = values(tanh(broken)).iter().map(|v| v.is_nan()).collect();
    assert_eq!(seen, [true, false, true, false, true]);
    let picture = Tensor::<4>::full([1, 1, 4, 4], f32::NAN, &Device::flex());
    assert!(values(average_pool_2x2(picture.clone())).iter().all(|v| v.is_nan()));
    assert!(values(conv2d(picture, random([2, 1, 3, 3]), random([2]))).iter().all(|v| v.is_nan()));
}
