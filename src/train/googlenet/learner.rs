//! What changes with every step, and the parts of a step.

use crate::models::architecture::{Architecture, Parameter};
use crate::models::{Mode, Network};
use crate::protocol::Optimizer;
use crate::train::{OptimizerState, loss};
use burn::tensor::{Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

/// So much of a running statistic is replaced by that of the newest batch, as in PyTorch.
const MOMENTUM: f64 = 0.1;

/// A network that learns. Cloning shares everything.
#[derive(Clone)]
pub struct GooglenetLearner {
    /// Flat, in the order of the layers.
    pub weights: Tensor<1>,
    /// Running means and variances of the batch norms, flat, in the order of the layers; nothing where there are none.
    pub statistics: Option<Tensor<1>>,
    pub optimizer: OptimizerState,
}

/// The trainable parameters, or the running statistics, in the order of the layers.
pub(super) fn parameters(architecture: &Architecture, trainable: bool) -> Vec<Parameter> {
    architecture.parameters().into_iter().filter(|parameter| parameter.trainable == trainable).collect()
}

impl GooglenetLearner {
    /// With these weights, all trainable ones in the order of the layers, and with the statistics of no step: means 0 and
    /// variances 1.
    pub fn new(network: &Network, weights: Vec<f32>, optimizer: Optimizer) -> Self {
        let device = network.device();
        let one = |parameter: Parameter| {
            let value = if parameter.name.ends_with("running_var") { 1.0 } else { 0.0 };
            std::iter::repeat_n(value, parameter.shape[0])
        };
        let statistics: Vec<f32> = parameters(&network.architecture, false).into_iter().flat_map(one).collect();
        let vector = |values: Vec<f32>| {
            let size = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [size]), device)
        };
        Self {
            weights: vector(weights),
            statistics: (!statistics.is_empty()).then(|| vector(statistics)),
            optimizer: OptimizerState::new(optimizer),
        }
    }

    /// Takes the tensors of another network whose names and shapes are those of this one.
    pub(super) fn begin_with(&mut self, network: &Network, tensors: &[(Parameter, Vec<f32>)]) {
        let replaced = |values: &Tensor<1>, trainable: bool| {
            let mut from = 0;
            let parts = parameters(&network.architecture, trainable).into_iter().map(|own| {
                let size: usize = own.shape.iter().product();
                from += size;
                let other = tensors.iter().find(|(other, _)| other.name == own.name && other.shape == own.shape);
                match other {
                    Some((_, values)) => Tensor::from_floats(values.as_slice(), network.device()),
                    None => values.clone().narrow(0, from - size, size),
                }
            });
            Tensor::cat(parts.collect(), 0)
        };
        self.weights = replaced(&self.weights, true);
        self.statistics = self.statistics.as_ref().map(|statistics| replaced(statistics, false));
    }

    /// The network as it stands, for measuring.
    pub fn network(&self, network: &Network) -> Network {
        self.in_network(network, false)
    }

    fn in_network(&self, network: &Network, tracked: bool) -> Network {
        let mut network = network.clone();
        network.set_flat(&parameters(&network.architecture, true), &self.weights, tracked);
        if let Some(statistics) = &self.statistics {
            network.set_flat(&parameters(&network.architecture, false), statistics, false);
        }
        network
    }
}

/// A step after its forward pass.
pub(super) struct Step {
    network: Network,
    /// `[batch, classes]`
    logits: Tensor<2>,
    /// Of this batch, in the order of the running ones.
    statistics: Vec<Tensor<1>>,
}

/// A step after its backward pass.
pub(super) struct Learned {
    /// Flat.
    pub gradient: Tensor<1>,
    statistics: Vec<Tensor<1>>,
}

impl Step {
    /// - `x`: `[batch, 3, 32, 32]`
    pub fn forward(learner: &GooglenetLearner, network: &Network, x: Tensor<4>, random: &mut ChaCha8Rng) -> Self {
        let network = learner.in_network(network, true);
        let mut statistics = Vec::new();
        let layers = &network.architecture.layers;
        let ([batch, ..], [classes, ..]) = (x.dims(), layers[layers.len() - 1].shape);
        let mode = Mode::Learning(random, &mut statistics);
        let logits = network.layers(x.autodiff(), 0, layers.len(), mode).reshape([batch, classes]);
        Self { network, logits, statistics }
    }

    /// `[batch, classes]`, not tracked.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone().inner()
    }

    pub fn backward(self, labels: &[u8], smoothing: f64) -> Learned {
        let Self { network, logits, statistics } = self;
        let [_, classes] = logits.dims();
        let gradients = loss(logits, labels, &[], &vec![1.0; classes], smoothing, network.device()).backward();
        let gradient = network.flat_gradient(&parameters(&network.architecture, true), &gradients);
        Learned { gradient, statistics }
    }
}

impl Learned {
    /// - `decay`: this share of every parameter, biases and batch norms among them, is added to its gradient, as
    ///   PyTorch's optimizers do (L2 regularisation)
    pub fn update(self, learner: &mut GooglenetLearner, decay: f64, learning_rate: f64) {
        let Self { mut gradient, statistics } = self;
        if decay > 0.0 {
            gradient = gradient + learner.weights.clone() * decay;
        }
        learner.optimizer.update(&mut learner.weights, gradient, learning_rate);
        learner.statistics =
            learner.statistics.take().map(|running| running * (1.0 - MOMENTUM) + Tensor::cat(statistics, 0) * MOMENTUM);
    }
}
