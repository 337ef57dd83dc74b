//! Convolution and max pooling of large networks: against Burn's own, with their gradients, and against sums in f64.

mod tensors;

use burn::tensor::{
    Tensor,
    module::{conv2d, max_pool2d},
    ops::{ConvOptions, MaxPoolOptions},
};
use receptive::ops::{Pooling, convolve, max_pool};
use tensors::{leaf, random, values};

/// The largest difference, relative to the largest value.
fn error<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>) -> f64 {
    assert_eq!(ours.dims(), theirs.dims());
    relative(&values(ours), values(theirs).into_iter().map(f64::from).collect())
}

fn relative(ours: &[f32], theirs: Vec<f64>) -> f64 {
    let largest = theirs.iter().fold(1e-6_f64, |m, v| m.max(v.abs()));
    let difference = |(a, b): (&f32, &f64)| (f64::from(*a) - b).abs();
    // A value that is no number must not get lost in a maximum.
    let differences: Vec<f64> = ours.iter().zip(&theirs).map(difference).collect();
    assert!(differences.iter().all(|d| d.is_finite()));
    differences.into_iter().fold(0.0, f64::max) / largest
}

/// Fewer multiplications cost a little accuracy: some 2e-6 in the layers of VGG-19.
const TOLERANCE: f64 = 1e-5;

/// `[channels in, height, width, channels out, kernel height, kernel width, stride, padding]`
type Case = [usize; 8];

/// The kinds of layers of the classic networks, and whatever is at an edge.
const CASES: [Case; 26] = [
    // AlexNet's first two, ResNet's first, GoogLeNet's and ResNet's 1x1, VGG's 3x3, a 3x3 that halves.
    [3, 40, 40, 16, 11, 11, 4, 2],
    [16, 27, 27, 24, 5, 5, 1, 2],
    [3, 33, 33, 16, 7, 7, 2, 3],
    [40, 14, 14, 24, 1, 1, 1, 0],
    [24, 15, 15, 40, 1, 1, 2, 0],
    [16, 28, 28, 24, 3, 3, 1, 1],
    [16, 28, 28, 24, 3, 3, 2, 1],
    // Channels and sizes that fill no block, tile or register; more than one block of each.
    [9, 13, 13, 13, 3, 3, 1, 1],
    [17, 9, 20, 21, 5, 5, 1, 2],
    [700, 7, 7, 11, 1, 1, 1, 0],
    [300, 14, 14, 70, 3, 3, 1, 1],
    [70, 50, 50, 9, 3, 3, 1, 1],
    [8, 70, 70, 300, 3, 3, 1, 1],
    // One value, one channel, no padding, more padding than the kernel needs, kernels that are not square.
    [8, 1, 1, 8, 3, 3, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 0],
    [1, 12, 9, 1, 3, 3, 1, 1],
    [12, 11, 10, 9, 3, 3, 1, 0],
    [8, 7, 6, 8, 3, 3, 1, 4],
    [8, 20, 4, 8, 5, 5, 1, 1],
    [5, 9, 12, 6, 2, 3, 1, 1],
    // Small enough for a batch to be one matrix, and for more than one; a stride that leaves a row over; a kernel larger
    // than the picture.
    [9, 8, 8, 7, 3, 3, 2, 1],
    [6, 15, 14, 5, 3, 3, 2, 0],
    [1000, 8, 8, 5, 3, 3, 1, 1],
    [7, 2, 2, 9, 5, 5, 1, 2],
    [7, 1, 1, 9, 5, 5, 1, 2],
    [7, 1, 2, 9, 3, 5, 2, 2],
];

#[test]
fn convolution_and_its_gradients_are_those_of_burn() {
    CASES.into_iter().for_each(|case| gradients_agree(2, case));
}

/// Four pictures share a register, and maps are cut into tiles of two or four values a side.
#[test]
fn batches_of_any_size_agree_with_burn() {
    for batch in [2, 3, 4, 5, 8, 9] {
        for (height, width) in [(3, 3), (4, 4), (8, 8), (5, 7), (16, 16)] {
            gradients_agree(batch, [8, height, width, 11, 3, 3, 1, 1]);
            gradients_agree(batch, [9, height, width, 8, 5, 5, 1, 2]);
        }
    }
    // More pictures than are transformed at a time.
    gradients_agree(14, [200, 16, 16, 200, 3, 3, 1, 1]);
}

fn gradients_agree(batch: usize, case: Case) {
    let [channels_in, height, width, channels_out, kernel_height, kernel_width, stride, padding] = case;
    {
        let x = random([batch, channels_in, height, width]);
        let weight = random([channels_out, channels_in, kernel_height, kernel_width]);
        let bias = random([channels_out]);
        let run = |ours: bool| {
            let (x, weight, bias) = (leaf(&x), leaf(&weight), leaf(&bias));
            let y = if ours {
                convolve(x.clone(), weight.clone(), Some(bias.clone()), [stride; 2], [padding; 2])
            } else {
                let options = ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1);
                conv2d(x.clone(), weight.clone(), Some(bias.clone()), options)
            };
            // A loss whose gradient is the output, which both sides have nearly the same.
            let gradients = y.clone().powi_scalar(2).sum().backward();
            let take = "takes part in the loss";
            (
                y,
                x.grad(&gradients).expect(take),
                weight.grad(&gradients).expect(take),
                bias.grad(&gradients).expect(take),
            )
        };
        let (ours, theirs) = (run(true), run(false));
        assert!(error(ours.0, theirs.0.clone()) < TOLERANCE, "output: {batch} of {case:?}");
        assert!(error(ours.1, theirs.1) < TOLERANCE, "gradient of the input: {batch} of {case:?}");
        let of_weight = error(ours.2, theirs.2);
        assert!(of_weight < TOLERANCE, "gradient of the weights: {batch} of {case:?}: {of_weight}");
        assert!(error(ours.3, theirs.3) < TOLERANCE, "gradient of the bias: {batch} of {case:?}");
    }
}

#[test]
fn convolution_is_the_sum_of_products() {
    let widths = (1..=20).flat_map(|width| [1, 3, 5].map(|kernel| [8, 5, width, 12, kernel, kernel, 1, kernel / 2]));
    for case in CASES.into_iter().chain(widths) {
        let [channels_in, height, width, channels_out, kernel_height, kernel_width, stride, padding] = case;
        let x = random([1, channels_in, height, width]);
        let weight = random([channels_out, channels_in, kernel_height, kernel_width]);
        let y = values(convolve(x.clone(), weight.clone(), None, [stride; 2], [padding; 2]));
        let (x, weight) = (values(x), values(weight));
        let mut sums = Vec::new();
        for kernels in weight.chunks_exact(channels_in * kernel_height * kernel_width) {
            for top in (0..=height + 2 * padding - kernel_height).step_by(stride) {
                for left in (0..=width + 2 * padding - kernel_width).step_by(stride) {
                    let mut sum = 0.0;
                    for (i, weight) in kernels.iter().enumerate() {
                        let (channel, row) = (i / (kernel_width * kernel_height), i / kernel_width % kernel_height);
                        let (row, column) = (top + row, left + i % kernel_width);
                        let inside =
                            (padding..padding + height).contains(&row) && (padding..padding + width).contains(&column);
                        if inside {
                            let at = (channel * height + row - padding) * width + column - padding;
                            sum += f64::from(*weight) * f64::from(x[at]);
                        }
                    }
                    sums.push(sum);
                }
            }
        }
        assert_eq!(y.len(), sums.len(), "{case:?}");
        assert!(relative(&y, sums) < TOLERANCE, "{case:?}");
    }
}

#[test]
fn max_pooling_and_its_gradient_are_those_of_burn() {
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 1), (4, 2, 2), (1, 1, 0)] {
        let squares = [1, 2, 4, 8, 16].into_iter().flat_map(|side| [(false, side, side), (true, side, side)]);
        let others = [(false, 13, 13), (false, 8, 21), (true, 13, 13), (true, 8, 21), (true, 5, 4)];
        for (ceil, height, width) in others.into_iter().chain(squares) {
            // Burn's own pools no window that is larger than the picture with its padding.
            if height + 2 * padding < kernel {
                continue;
            }
            let case = format!("{kernel} / {stride}, padding {padding}, ceil {ceil}, {height} x {width}");
            let x = random([2, 3, height, width]);
            let run = |ours: bool, output: [usize; 2]| {
                let x = leaf(&x);
                let y = if ours {
                    let input = [height, width];
                    max_pool(x.clone(), Pooling { input, output, kernel, stride, padding, ceil })
                } else {
                    let options = MaxPoolOptions::new([kernel; 2]).with_stride([stride; 2]);
                    max_pool2d(x.clone(), options.with_padding([padding; 2]).with_ceil_mode(ceil))
                };
                let gradients = y.clone().powi_scalar(2).sum().backward();
                (y, x.grad(&gradients).expect("takes part in the loss"))
            };
            let theirs = run(false, [0, 0]);
            let [_, _, out_height, out_width] = theirs.0.dims();
            let ours = run(true, [out_height, out_width]);
            assert_eq!(values(ours.0), values(theirs.0), "output: {case}");
            assert!(error(ours.1, theirs.1) < TOLERANCE, "gradient: {case}");
        }
    }
}
