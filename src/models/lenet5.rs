//! LeNet-5.
//!
//! | | |
//! | --- | --- |
//! | Paper | LeCun, Bottou, Bengio, Haffner: *Gradient-based learning applied to document recognition*, Proc. IEEE 86(11), 1998 |
//! | Input | `[batch, 1, 32, 32]`, 0 (paper) to 1 (ink) |
//! | Parameters | 61,706 |
//! | Multiply-accumulates | 416,520 for one picture |
//! | Deviations | As in the course notebook: the second convolution sees all six maps (the paper connects it to chosen ones), pooling has no weights of its own, and the output is ten logits with cross entropy instead of radial basis functions. |
//!
//! Weights have PyTorch's names, shapes and order, so a `state_dict` fits without renaming.

use super::Tap;
use super::architecture::{Architecture, Builder, Card, Conv};
use crate::ops;
use crate::protocol::{ActivationKind, Pooling};
use burn::tensor::{Tensor, activation};

/// Height and width of the input.
pub const SIDE: usize = 32;
/// Digits to tell apart.
pub const CLASSES: usize = 10;

/// Name and shape of every parameter, in the order of PyTorch's `state_dict`.
///
/// Convolutions are `[out, in, height, width]`, fully connected layers `[out, in]`.
pub const PARAMETERS: [(&str, &[usize]); 10] = [
    ("conv1.weight", &[6, 1, 5, 5]),
    ("conv1.bias", &[6]),
    ("conv2.weight", &[16, 6, 5, 5]),
    ("conv2.bias", &[16]),
    ("fc1.weight", &[120, 400]),
    ("fc1.bias", &[120]),
    ("fc2.weight", &[84, 120]),
    ("fc2.bias", &[84]),
    ("fc3.weight", &[10, 84]),
    ("fc3.bias", &[10]),
];

/// Number of values in each parameter of [`PARAMETERS`].
pub fn parameter_sizes() -> Vec<usize> {
    PARAMETERS.iter().map(|(_, shape)| shape.iter().product()).collect()
}

/// Number of trainable values.
pub fn parameter_count() -> usize {
    parameter_sizes().iter().sum()
}

pub const CARD: Card = Card {
    key: "lenet5",
    title: "LeNet-5",
    paper: "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, Proc. IEEE 86(11), 1998",
    year: 1998,
    deviations: "As in the course notebook: every second-layer kernel sees all six maps, pooling has no weights, and the output is ten logits.",
    reported: "0.95 % errors on MNIST's test digits.",
};

/// The network as a list of layers, with the activation and pooling of the paper.
pub fn architecture() -> Architecture {
    let (mut net, x) = Builder::new(CARD, [1, SIDE, SIDE]);
    let x = net.conv("conv1", x, Conv::new(6, 5));
    let x = net.tanh("act1", x);
    let x = net.average_pool_2x2("pool1", x);
    let x = net.conv("conv2", x, Conv::new(16, 5));
    let x = net.tanh("act2", x);
    let x = net.average_pool_2x2("pool2", x);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.linear("fc1", x, 120);
    let x = net.tanh("act3", x);
    let x = net.linear("fc2", x, 84);
    let x = net.tanh("act4", x);
    net.linear("fc3", x, CLASSES);
    net.finish()
}

/// What may be chosen about the network.
#[derive(Clone, Copy, Debug)]
pub struct LeNet5Config {
    pub activation: ActivationKind,
    pub pooling: Pooling,
}

/// The network: its ten parameters, each a tensor of its own so that each gets its own gradient.
#[derive(Clone)]
pub struct LeNet5 {
    config: LeNet5Config,
    conv1: (Tensor<4>, Tensor<1>),
    conv2: (Tensor<4>, Tensor<1>),
    /// Weights `[out, in]`.
    fc: [(Tensor<2>, Tensor<1>); 3],
}

impl LeNet5Config {
    /// Cuts the network out of one flat vector of [`parameter_count`] values, in the order of [`PARAMETERS`].
    ///
    /// With `learn`, each parameter asks for its gradient.
    pub fn from_flat(self, flat: &Tensor<1>, learn: bool) -> LeNet5 {
        let mut parts = flat.clone().split_with_sizes(parameter_sizes(), 0).into_iter();
        let mut next = || parts.next().expect("PARAMETERS names the ten parts taken here");
        let conv1 = (leaf(next().reshape([6, 1, 5, 5]), learn), leaf(next(), learn));
        let conv2 = (leaf(next().reshape([16, 6, 5, 5]), learn), leaf(next(), learn));
        let fc =
            [[120, 400], [84, 120], [10, 84]].map(|shape| (leaf(next().reshape(shape), learn), leaf(next(), learn)));
        LeNet5 { config: self, conv1, conv2, fc }
    }
}

fn leaf<const D: usize>(parameter: Tensor<D>, learn: bool) -> Tensor<D> {
    if learn { parameter.autodiff().require_grad() } else { parameter }
}

impl LeNet5 {
    /// # Shapes
    /// - `x`: `[batch, 1, 32, 32]`
    /// - output: logits `[batch, 10]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.forward_tapped(x, &mut Tap::default())
    }

    /// As [`LeNet5::forward`]; an open tap takes `conv1`, `act1`, `pool1`, `conv2`, `act2`, `pool2`,
    /// `fc1`, `fc2` (both after the activation) and `logits` of a batch of one.
    pub fn forward_tapped(&self, x: Tensor<4>, tap: &mut Tap) -> Tensor<2> {
        let x = self.block(x, &self.conv1, ["conv1", "act1", "pool1"], tap);
        let x = self.block(x, &self.conv2, ["conv2", "act2", "pool2"], tap);
        let [batch, ..] = x.dims();
        let x = self.activate(self.connect(x.reshape([batch, 400]), 0));
        tap.features("fc1", &x);
        let x = self.activate(self.connect(x, 1));
        tap.features("fc2", &x);
        let x = self.connect(x, 2);
        tap.features("logits", &x);
        x
    }

    /// Convolution 5x5, activation, pooling 2x2.
    fn block(
        &self,
        x: Tensor<4>,
        (weight, bias): &(Tensor<4>, Tensor<1>),
        names: [&'static str; 3],
        tap: &mut Tap,
    ) -> Tensor<4> {
        let x = ops::conv2d(x, weight.clone(), bias.clone());
        tap.maps(names[0], &x);
        let x = self.activate(x);
        tap.maps(names[1], &x);
        let x = match self.config.pooling {
            Pooling::Average => ops::average_pool_2x2(x),
            Pooling::Max => {
                let [_, _, height, width] = x.dims();
                let (input, output) = ([height, width], [height / 2, width / 2]);
                ops::max_pool(x, ops::Pooling { input, output, kernel: 2, stride: 2, padding: 0, ceil: false })
            }
        };
        tap.maps(names[2], &x);
        x
    }

    fn connect(&self, x: Tensor<2>, layer: usize) -> Tensor<2> {
        let (weight, bias) = &self.fc[layer];
        ops::linear(x, weight.clone(), bias.clone())
    }

    fn activate<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match self.config.activation {
            ActivationKind::Tanh => ops::tanh(x),
            ActivationKind::Relu => activation::relu(x),
        }
    }

    /// The gradients of all parameters as one flat vector, in the order of [`PARAMETERS`].
    pub fn flat_gradient(&self, loss: &Tensor<1>) -> Tensor<1> {
        let gradients = loss.backward();
        let flat4 = |p: &Tensor<4>| flat(p.grad(&gradients));
        let flat2 = |p: &Tensor<2>| flat(p.grad(&gradients));
        let flat1 = |p: &Tensor<1>| flat(p.grad(&gradients));
        let mut parts = vec![flat4(&self.conv1.0), flat1(&self.conv1.1), flat4(&self.conv2.0), flat1(&self.conv2.1)];
        for (weight, bias) in &self.fc {
            parts.extend([flat2(weight), flat1(bias)]);
        }
        Tensor::cat(parts, 0)
    }
}

fn flat<const D: usize>(gradient: Option<Tensor<D>>) -> Tensor<1> {
    let gradient = gradient.expect("every parameter takes part in the loss, so it has a gradient");
    let size = gradient.shape().num_elements();
    gradient.reshape([size])
}
