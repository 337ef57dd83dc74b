//! An architecture with weights, ready to run.

use super::architecture::{Architecture, Op, Parameter, Window};
use super::formula;
use super::mode::{self, Mode};
use crate::data::Piece;
use crate::ops;
use crate::protocol::{Fault, Group};
use burn::tensor::{Device, Tensor, TensorData};
use std::collections::HashMap;

/// A network: which layers, and those of its weights that are here.
#[derive(Clone)]
pub struct Network {
    pub architecture: Architecture,
    pub(super) weights: HashMap<String, Weight>,
    device: Device,
}

/// One parameter on the device.
#[derive(Clone)]
pub(super) enum Weight {
    /// `[out, in, height, width]`
    Kernels(Tensor<4>),
    /// `[out, in]` in pieces of some rows each, in order: a whole matrix may be larger than a GPU's buffers.
    Rows(Vec<Tensor<2>>),
    /// `[channels]`
    Vector(Tensor<1>),
}

impl Weight {
    fn shape(&self) -> Vec<usize> {
        match self {
            Self::Kernels(kernels) => kernels.dims().to_vec(),
            Self::Rows(rows) => {
                let columns = rows.first().map_or(0, |piece| piece.dims()[1]);
                vec![rows.iter().map(|piece| piece.dims()[0]).sum(), columns]
            }
            Self::Vector(vector) => vector.dims().to_vec(),
        }
    }
}

impl Network {
    /// A network without any weights yet.
    pub fn new(architecture: Architecture, device: &Device) -> Self {
        Self { architecture, weights: HashMap::new(), device: device.clone() }
    }

    /// A network with the weights of [`formula`] in these parts, as the parity tests and the benchmark have it.
    pub fn from_formula(architecture: Architecture, parts: &[Group], device: &Device) -> Self {
        let mut network = Self::new(architecture, device);
        for parameter in network.architecture.parameters() {
            if !parts.contains(&network.architecture.group(parameter.layer)) {
                continue;
            }
            let values = formula::parameter(&network.architecture, &parameter);
            network.put(&parameter, &parameter.shape, values);
        }
        network
    }

    /// Takes a piece of a checkpoint. Pieces of one matrix must come in the order of their rows.
    ///
    /// # Errors
    /// [`Fault::ShapeMismatch`] when the piece does not fit, [`Fault::BadFile`] when it is of no parameter of this
    /// network or out of order.
    pub fn insert(&mut self, file: &str, piece: Piece) -> Result<(), Fault> {
        let Piece { tensor, first_row, shape, values } = piece;
        let bad = |reason: String| Fault::BadFile { name: file.to_owned(), at_byte: 0, reason };
        let all = self.architecture.parameters();
        let parameter = all.iter().find(|p| p.name == tensor);
        let parameter = parameter.ok_or_else(|| bad(format!("this network has no {tensor}")))?;
        // Only matrices come in pieces.
        let fits = match parameter.shape.len() {
            2 => shape.len() == 2 && shape[1] == parameter.shape[1] && first_row + shape[0] <= parameter.shape[0],
            _ => shape == parameter.shape,
        };
        if !fits || shape.iter().product::<usize>() != values.len() {
            let (name, expected) = (file.to_owned(), parameter.shape.clone());
            return Err(Fault::ShapeMismatch { name, layer: tensor, expected, got: shape });
        }
        if first_row == 0 {
            self.weights.remove(&tensor);
        }
        let rows = match self.weights.get(&tensor) {
            Some(Weight::Rows(rows)) => rows.iter().map(|r| r.dims()[0]).sum(),
            _ => 0,
        };
        if first_row != rows {
            return Err(bad(format!("{tensor} goes on with row {first_row} after {rows} rows")));
        }
        self.put(parameter, &shape, values);
        Ok(())
    }

    fn put(&mut self, parameter: &Parameter, shape: &[usize], values: Vec<f32>) {
        let weight = match *shape {
            [out, channels, height, width] => Weight::Kernels(self.tensor(values, [out, channels, height, width])),
            [rows, columns] => {
                let new = self.tensor(values, [rows, columns]);
                match self.weights.get_mut(&parameter.name) {
                    Some(Weight::Rows(all)) => return all.push(new),
                    _ => Weight::Rows(vec![new]),
                }
            }
            _ => Weight::Vector(self.tensor(values, [shape[0]])),
        };
        self.weights.insert(parameter.name.clone(), weight);
    }

    /// These weights in another architecture, as far as names and shapes agree.
    pub fn rebuilt(mut self, architecture: Architecture) -> Self {
        let shapes: HashMap<String, Vec<usize>> =
            architecture.parameters().into_iter().map(|p| (p.name, p.shape)).collect();
        self.weights.retain(|name, weight| shapes.get(name).is_some_and(|shape| *shape == weight.shape()));
        self.architecture = architecture;
        self
    }

    fn tensor<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether all weights of a layer are here.
    pub fn has_layer(&self, layer: usize) -> bool {
        self.architecture.parameters_of(layer).iter().all(|p| match self.weights.get(&p.name) {
            Some(Weight::Rows(rows)) => rows.iter().map(|r| r.dims()[0]).sum::<usize>() == p.shape[0],
            other => other.is_some(),
        })
    }

    /// Whether all weights of a part are here.
    pub fn has(&self, group: Group) -> bool {
        (0..self.architecture.layers.len()).filter(|&l| self.architecture.group(l) == group).all(|l| self.has_layer(l))
    }

    /// How many layers, from the input on, can be computed.
    pub fn ready_layers(&self) -> usize {
        (0..self.architecture.layers.len()).take_while(|&layer| self.has_layer(layer)).count()
    }

    /// Kernels `[out, in, height, width]` of a convolution, if they are here.
    pub fn kernels(&self, layer: usize) -> Option<&Tensor<4>> {
        match self.weights.get(&format!("{}.weight", self.architecture.layers[layer].name))? {
            Weight::Kernels(kernels) => Some(kernels),
            _ => None,
        }
    }

    /// One row of a fully connected layer's weights, `[1, in]`.
    pub fn row(&self, layer: usize, row: usize) -> Option<Tensor<2>> {
        let Weight::Rows(pieces) = self.weights.get(&format!("{}.weight", self.architecture.layers[layer].name))?
        else {
            return None;
        };
        let mut first = 0;
        for piece in pieces {
            let [rows, _] = piece.dims();
            if row < first + rows {
                return Some(piece.clone().narrow(0, row - first, 1));
            }
            first += rows;
        }
        None
    }

    /// A vector `[channels]` such as `bias` or `running_mean` of a layer; `None` where the layer has none.
    pub fn vector(&self, layer: usize, what: &str) -> Option<&Tensor<1>> {
        match self.weights.get(&format!("{}.{what}", self.architecture.layers[layer].name))? {
            Weight::Vector(vector) => Some(vector),
            _ => None,
        }
    }

    /// All layers, one after the other.
    ///
    /// # Shapes
    /// - `x`: `[batch, channels, height, width]` as the architecture's input
    /// - output: `[batch, classes]`
    ///
    /// # Panics
    /// When weights are missing: ask [`Network::ready_layers`] first.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.first_layers(x, self.architecture.layers.len());
        let [batch, classes, ..] = x.dims();
        x.reshape([batch, classes])
    }

    /// The layers before the classifier; output `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// As [`Network::forward`].
    pub fn features(&self, x: Tensor<4>) -> Tensor<4> {
        self.first_layers(x, self.architecture.classifier())
    }

    /// The first `count` layers.
    ///
    /// # Panics
    /// As [`Network::forward`].
    pub fn first_layers(&self, x: Tensor<4>, count: usize) -> Tensor<4> {
        self.layers(x, 0, count, Mode::Measuring)
    }

    /// The layers after `start`, whose value is `x`, up to and without `end`; what is no longer needed is let go on the
    /// way.
    ///
    /// # Panics
    /// As [`Network::forward`], and when a layer reads one before `start`.
    pub fn layers(&self, x: Tensor<4>, start: usize, end: usize, mut mode: Mode<'_>) -> Tensor<4> {
        let layers = &self.architecture.layers[..end];
        let mut last_use = vec![0; end];
        for (i, layer) in layers.iter().enumerate().skip(start + 1) {
            layer.inputs.iter().for_each(|&input| last_use[input] = i);
        }
        let mut values: Vec<Option<Tensor<4>>> = vec![None; start];
        values.push(Some(x));
        for (place, layer) in layers.iter().enumerate().skip(start + 1) {
            let take = |&input: &usize| {
                let value: &mut Option<Tensor<4>> = &mut values[input];
                // The last reader takes it, and may compute in its place.
                if last_use[input] == place { value.take() } else { value.clone() }
            };
            let mut inputs: Vec<Tensor<4>> = layer.inputs.iter().filter_map(take).collect();
            let mut only = || inputs.pop().expect("it reads one layer");
            values.push(Some(match (&mut mode, layer.op) {
                (Mode::Frozen(random) | Mode::Learning(random, _), Op::Dropout { share }) => {
                    mode::drop_share(only(), share, random)
                }
                (Mode::Learning(_, statistics), Op::BatchNorm { epsilon }) => {
                    mode::learn_norm(self, place, only(), epsilon, statistics)
                }
                _ => self.layer(place, inputs),
            }));
        }
        values.pop().flatten().expect("the last layer was computed and read by none")
    }

    /// Computes one layer from its inputs.
    ///
    /// # Panics
    /// When its weights are missing.
    fn layer(&self, layer: usize, inputs: Vec<Tensor<4>>) -> Tensor<4> {
        let mut inputs = inputs.into_iter();
        let x = inputs.next().expect("every layer but the input reads at least one");
        let [batch, channels, height, width] = x.dims();
        let tracked = x.is_autodiff();
        let vector = |what: &str| {
            let vector = self.vector(layer, what).expect("the caller has the layer's weights");
            on_tape(vector, tracked)
        };
        let shape = self.architecture.layers[layer].shape;
        match self.architecture.layers[layer].op {
            Op::Input | Op::Dropout { .. } => x,
            Op::Convolution { stride, padding, bias, .. } => {
                let kernels = self.kernels(layer).expect("the caller has the layer's weights");
                ops::convolve(x, on_tape(kernels, tracked), bias.then(|| vector("bias")), stride, padding)
            }
            Op::BatchNorm { epsilon } => {
                // One factor and one summand for each channel.
                let scale = vector("weight") / (vector("running_var") + epsilon).sqrt();
                let shift = vector("bias") - vector("running_mean") * scale.clone();
                ops::scale_shift(x, scale, shift)
            }
            Op::Relu => ops::relu(x),
            Op::Tanh => ops::tanh(x),
            Op::MaxPool(Window { kernel, stride, padding, ceil }) => {
                let (input, output) = ([height, width], [shape[1], shape[2]]);
                ops::max_pool(x, ops::Pooling { input, output, kernel, stride, padding, ceil })
            }
            Op::AveragePool2x2 => ops::average_pool_2x2(x),
            Op::AdaptiveAveragePool if shape[1..] == [height, width] => x,
            Op::AdaptiveAveragePool => adaptive_average_pool(x, [shape[1], shape[2]]),
            Op::Flatten => x.reshape([batch, channels * height * width, 1, 1]),
            Op::Linear { bias } => {
                let weight = self.weights.get(&format!("{}.weight", self.architecture.layers[layer].name));
                let Some(Weight::Rows(pieces)) = weight else { panic!("the caller has the layer's weights") };
                let x = x.reshape([batch, channels * height * width]);
                let bias = if bias { vector("bias") } else { Tensor::zeros([shape[0]], &self.device) };
                let mut first = 0;
                let outputs = pieces.iter().map(|rows| {
                    let [count, _] = rows.dims();
                    first += count;
                    let bias = bias.clone().narrow(0, first - count, count);
                    ops::linear(x.clone(), on_tape(rows, tracked), bias)
                });
                Tensor::cat(outputs.collect(), 1).reshape([batch, shape[0], 1, 1])
            }
            Op::Add => inputs.fold(x, |sum, other| sum + other),
            Op::Concatenate => Tensor::cat(std::iter::once(x).chain(inputs).collect(), 1),
        }
    }
}

/// The means of as many parts as the output has values, cut as PyTorch cuts them.
fn adaptive_average_pool(x: Tensor<4>, [rows, columns]: [usize; 2]) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let part = |i: usize, length: usize, parts: usize| i * length / parts..((i + 1) * length).div_ceil(parts);
    let means = (0..rows).map(|row| {
        let part_of_rows = part(row, height, rows);
        let x = x.clone().narrow(2, part_of_rows.start, part_of_rows.len()).mean_dim(2);
        let means = (0..columns).map(|column| {
            let part = part(column, width, columns);
            x.clone().narrow(3, part.start, part.len()).mean_dim(3)
        });
        Tensor::cat(means.collect(), 3)
    });
    Tensor::cat(means.collect(), 2)
}

/// Weights that need no gradient still have to be on the tape where the other operand is.
pub(super) fn on_tape<const D: usize>(weight: &Tensor<D>, tracked: bool) -> Tensor<D> {
    if tracked && !weight.is_autodiff() { weight.clone().autodiff() } else { weight.clone() }
}

/// A picture on its way through a network, one layer at a time; every value computed is kept.
#[derive(Clone)]
pub struct Pass {
    /// In the order of the layers, as far as computed; `[batch, channels, height, width]`.
    values: Vec<Option<Tensor<4>>>,
}

impl Pass {
    /// Begins with the input, `[batch, channels, height, width]`.
    pub fn new(x: Tensor<4>) -> Self {
        Self { values: vec![Some(x)] }
    }

    /// How many layers are computed, the input among them.
    pub fn computed(&self) -> usize {
        self.values.len()
    }

    /// A layer's output, `[batch, channels, height, width]`, where it is computed.
    pub fn value(&self, layer: usize) -> Option<&Tensor<4>> {
        self.values.get(layer)?.as_ref()
    }

    /// Computes the next layer; `false` when there is none, or its weights are not here.
    pub fn advance(&mut self, network: &Network) -> bool {
        let next = self.values.len();
        if next >= network.architecture.layers.len() || !network.has_layer(next) {
            return false;
        }
        let inputs = network.architecture.layers[next].inputs.iter();
        let inputs: Vec<Tensor<4>> = inputs.filter_map(|&input| self.value(input).cloned()).collect();
        self.values.push(Some(network.layer(next, inputs)));
        true
    }

    /// Computes everything after `layer` once more, as if its output were `x`. Other values stay as they were
    /// computed, so that what does not depend on the layer costs nothing.
    ///
    /// The gradient of the result with respect to `x` is that of the network with respect to this layer.
    pub fn resume(&self, network: &Network, layer: usize, x: Tensor<4>) -> Option<Tensor<4>> {
        let mut changed: Vec<Option<Tensor<4>>> = vec![None; self.values.len()];
        changed[layer] = Some(x);
        for next in layer + 1..self.values.len() {
            let inputs = &network.architecture.layers[next].inputs;
            if inputs.iter().all(|&input| changed[input].is_none()) {
                continue;
            }
            let values = inputs.iter().filter_map(|&input| match &changed[input] {
                Some(value) => Some(value.clone()),
                None => self.value(input).map(|value| on_tape(value, true)),
            });
            let values: Vec<Tensor<4>> = values.collect();
            changed[next] = Some(network.layer(next, values));
        }
        changed.pop().flatten()
    }
}
