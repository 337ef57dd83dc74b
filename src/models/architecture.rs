//! A network as a list of layers: what is computed from what, without weights and without tensors.
//!
//! One description serves everything: [`super::Network`] runs it, the ledger adds it up, receptive fields and the
//! arithmetic of a value walk back through it, and the names and shapes of a checkpoint follow from it.

use crate::protocol::{Group, LayerKind};

/// A network without its weights.
#[derive(Clone, Debug)]
pub struct Architecture {
    pub card: Card,
    /// In the order of computation; the first is the input.
    pub layers: Vec<Layer>,
    /// The first layer of the classifier.
    classifier: usize,
}

/// What stands at the top of a network's file, for the visitor.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// In addresses and files: `vgg16`.
    pub key: &'static str,
    pub title: &'static str,
    pub paper: &'static str,
    pub year: u32,
    /// What is computed here otherwise than in the paper.
    pub deviations: &'static str,
    /// What the paper reported.
    pub reported: &'static str,
}

/// One step of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// PyTorch's name of the module, or of the composite whose output this is.
    pub name: String,
    pub op: Op,
    /// Which layers it reads, by their place in [`Architecture::layers`].
    pub inputs: Vec<usize>,
    /// `[channels, height, width]`; vectors are `[features, 1, 1]`.
    pub shape: [usize; 3],
}

/// What a layer computes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Input,
    Convolution {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        bias: bool,
    },
    /// `(x - mean) / sqrt(variance + epsilon) * weight + bias`, with stored statistics or, while it learns, with those of
    /// the batch.
    BatchNorm {
        epsilon: f64,
    },
    Relu,
    Tanh,
    MaxPool(Window),
    /// The mean of every 2x2 values.
    AveragePool2x2,
    /// The mean of as many parts as the output has values: PyTorch's `AdaptiveAvgPool2d`.
    AdaptiveAveragePool,
    Flatten,
    /// While training it sets this share of the values to zero at random and makes the others larger by as much
    /// (Srivastava and others, 2014); otherwise it does nothing.
    Dropout {
        share: f64,
    },
    Linear {
        bias: bool,
    },
    Add,
    /// Along the channels.
    Concatenate,
}

/// How a pooling layer moves over its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    /// Whether a window that hangs over the end counts (PyTorch's `ceil_mode`).
    pub ceil: bool,
}

/// A parameter or stored statistic, by PyTorch's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `features.0.weight`
    pub name: String,
    /// Convolutions `[out, in, height, width]`, fully connected layers `[out, in]`, others `[channels]`.
    pub shape: Vec<usize>,
    /// Whether training changes it; the statistics of a batch norm are only measured.
    pub trainable: bool,
    pub layer: usize,
}

impl Architecture {
    /// `[channels, height, width]`
    pub fn input(&self) -> [usize; 3] {
        self.layers[0].shape
    }

    /// The place of the classifier's first layer.
    pub fn classifier(&self) -> usize {
        self.classifier
    }

    /// The place of a layer.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.name == name)
    }

    /// Which part of the download a layer's weights are in.
    pub fn group(&self, layer: usize) -> Group {
        if layer >= self.classifier {
            return Group::Classifier;
        }
        let first = self.first_convolution();
        // The batch norm of the first convolution is shown with it.
        let with_it = matches!(self.layers[layer].op, Op::BatchNorm { .. }) && self.layers[layer].inputs == [first];
        if layer <= first || with_it { Group::First } else { Group::Features }
    }

    /// The place of the first convolution; every network here has one.
    pub fn first_convolution(&self) -> usize {
        self.layers.iter().position(|layer| matches!(layer.op, Op::Convolution { .. })).unwrap_or(0)
    }

    /// The last layer before the classifier that is still a picture, the usual one for Grad-CAM.
    pub fn last_maps(&self) -> usize {
        let is_map = |&i: &usize| {
            !matches!(
                self.layers[i].op,
                Op::MaxPool(_) | Op::AveragePool2x2 | Op::AdaptiveAveragePool | Op::Dropout { .. }
            ) && self.layers[i].shape[1] > 1
        };
        (0..self.classifier).rev().find(is_map).unwrap_or(0)
    }

    /// The activation that reads a layer and nothing else.
    pub fn activation_of(&self, layer: usize) -> Option<usize> {
        self.layers.iter().position(|l| matches!(l.op, Op::Relu | Op::Tanh) && l.inputs == [layer])
    }

    /// All parameters and statistics, in the order of the layers.
    pub fn parameters(&self) -> Vec<Parameter> {
        (0..self.layers.len()).flat_map(|layer| self.parameters_of(layer)).collect()
    }

    /// Those of one layer.
    pub fn parameters_of(&self, layer: usize) -> Vec<Parameter> {
        let Layer { name, op, inputs, shape } = &self.layers[layer];
        let named = |what: &str, shape: Vec<usize>, trainable| Parameter {
            name: format!("{name}.{what}"),
            shape,
            trainable,
            layer,
        };
        let out = shape[0];
        let [channels, height, width] = inputs.first().map_or([0; 3], |&input| self.layers[input].shape);
        match *op {
            Op::Convolution { kernel, bias, .. } => {
                let mut all = vec![named("weight", vec![out, channels, kernel[0], kernel[1]], true)];
                all.extend(bias.then(|| named("bias", vec![out], true)));
                all
            }
            Op::Linear { bias } => {
                let mut all = vec![named("weight", vec![out, channels * height * width], true)];
                all.extend(bias.then(|| named("bias", vec![out], true)));
                all
            }
            Op::BatchNorm { .. } => ["weight", "bias", "running_mean", "running_var"]
                .into_iter()
                .map(|what| named(what, vec![out], !what.starts_with("running")))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Number of trainable values.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().filter(|p| p.trainable).map(|p| p.shape.iter().product::<usize>()).sum()
    }

    /// Multiply-accumulates of one layer for one picture; counted for convolutions and fully connected layers.
    pub fn multiply_accumulates_of(&self, layer: usize) -> u64 {
        let [_, height, width] = self.layers[layer].shape;
        let weights = self.parameters_of(layer).first().map_or(0, |p| p.shape.iter().product::<usize>()) as u64;
        match self.layers[layer].op {
            // VGG's are more than the 32 bits of a number in Wasm hold.
            Op::Convolution { .. } => weights * (height * width) as u64,
            Op::Linear { .. } => weights,
            _ => 0,
        }
    }

    /// Multiply-accumulates of one picture.
    pub fn multiply_accumulates(&self) -> u64 {
        (0..self.layers.len()).map(|layer| self.multiply_accumulates_of(layer)).sum()
    }
}

impl Op {
    pub fn kind(&self) -> LayerKind {
        match self {
            Self::Input => LayerKind::Input,
            Self::Convolution { .. } => LayerKind::Convolution,
            Self::BatchNorm { .. } => LayerKind::BatchNorm,
            Self::Relu | Self::Tanh => LayerKind::Activation,
            Self::MaxPool(_) => LayerKind::MaxPool,
            Self::AveragePool2x2 | Self::AdaptiveAveragePool => LayerKind::AveragePool,
            Self::Flatten => LayerKind::Flatten,
            Self::Dropout { .. } => LayerKind::Dropout,
            Self::Linear { .. } => LayerKind::Linear,
            Self::Add => LayerKind::Add,
            Self::Concatenate => LayerKind::Concatenate,
        }
    }
}

impl Window {
    /// Length of the output along an axis of `input` values, as PyTorch computes it.
    pub fn output(&self, input: usize) -> usize {
        let Self { kernel, stride, padding, ceil } = *self;
        let steps = input + 2 * padding - kernel;
        let output = if ceil { steps.div_ceil(stride) } else { steps / stride } + 1;
        // The last window must start inside the input or the padding before it.
        if ceil && (output - 1) * stride >= input + padding { output - 1 } else { output }
    }
}

/// Puts an architecture together, layer by layer. Every method adds a layer and returns its place.
#[derive(Debug)]
pub struct Builder {
    card: Card,
    layers: Vec<Layer>,
    classifier: Option<usize>,
}

/// Sizes of a convolution to be added; square.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    bias: bool,
}

impl Conv {
    /// `channels` kernels of `kernel` x `kernel`, stride 1, no padding, with a bias.
    pub fn new(channels: usize, kernel: usize) -> Self {
        Self { channels, kernel, stride: 1, padding: 0, bias: true }
    }

    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    pub fn padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Where a batch norm follows, whose own bias does the same.
    pub fn without_bias(self) -> Self {
        Self { bias: false, ..self }
    }
}

impl Builder {
    /// Starts with the input, `[channels, height, width]`.
    pub fn new(card: Card, input: [usize; 3]) -> (Self, usize) {
        let layer = Layer { name: "input".to_owned(), op: Op::Input, inputs: Vec::new(), shape: input };
        (Self { card, layers: vec![layer], classifier: None }, 0)
    }

    /// Starts with the first layers of another network.
    pub fn from_layers(other: &Architecture, count: usize) -> Self {
        Self { card: other.card, layers: other.layers[..count].to_vec(), classifier: None }
    }

    /// A layer of another network, at the same place, with as many outputs as are asked for.
    pub fn again(&mut self, layer: &Layer, outputs: Option<usize>) -> usize {
        let [channels, height, width] = layer.inputs.first().map_or(layer.shape, |&x| self.shape(x));
        let shape = match layer.op {
            // What keeps the number of its channels.
            Op::BatchNorm { .. } | Op::Relu | Op::Tanh | Op::Dropout { .. } => [channels, height, width],
            Op::MaxPool(_) | Op::AveragePool2x2 | Op::AdaptiveAveragePool => [channels, layer.shape[1], layer.shape[2]],
            Op::Flatten => [channels * height * width, 1, 1],
            _ => layer.shape,
        };
        let shape = outputs.map_or(shape, |outputs| [outputs, shape[1], shape[2]]);
        self.add(&layer.name, layer.op, layer.inputs.clone(), shape)
    }

    pub fn conv(&mut self, name: &str, x: usize, conv: Conv) -> usize {
        let [_, height, width] = self.shape(x);
        let Conv { channels, kernel, stride, padding, bias } = conv;
        let out = |length: usize| (length + 2 * padding - kernel) / stride + 1;
        let op = Op::Convolution { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 2], bias };
        self.add(name, op, vec![x], [channels, out(height), out(width)])
    }

    pub fn batch_norm(&mut self, name: &str, x: usize, epsilon: f64) -> usize {
        self.add(name, Op::BatchNorm { epsilon }, vec![x], self.shape(x))
    }

    pub fn relu(&mut self, name: &str, x: usize) -> usize {
        self.add(name, Op::Relu, vec![x], self.shape(x))
    }

    pub fn tanh(&mut self, name: &str, x: usize) -> usize {
        self.add(name, Op::Tanh, vec![x], self.shape(x))
    }

    pub fn max_pool(&mut self, name: &str, x: usize, window: Window) -> usize {
        let [channels, height, width] = self.shape(x);
        self.add(name, Op::MaxPool(window), vec![x], [channels, window.output(height), window.output(width)])
    }

    pub fn average_pool_2x2(&mut self, name: &str, x: usize) -> usize {
        let [channels, height, width] = self.shape(x);
        self.add(name, Op::AveragePool2x2, vec![x], [channels, height / 2, width / 2])
    }

    /// To `side` x `side` values.
    pub fn adaptive_average_pool(&mut self, name: &str, x: usize, side: usize) -> usize {
        self.add(name, Op::AdaptiveAveragePool, vec![x], [self.shape(x)[0], side, side])
    }

    pub fn flatten(&mut self, name: &str, x: usize) -> usize {
        self.add(name, Op::Flatten, vec![x], [self.shape(x).iter().product(), 1, 1])
    }

    /// Drops this share of the values, 0 to less than 1.
    pub fn dropout(&mut self, name: &str, x: usize, share: f64) -> usize {
        self.add(name, Op::Dropout { share }, vec![x], self.shape(x))
    }

    pub fn linear(&mut self, name: &str, x: usize, features: usize) -> usize {
        self.add(name, Op::Linear { bias: true }, vec![x], [features, 1, 1])
    }

    /// The sum of two layers of one shape.
    pub fn sum(&mut self, name: &str, x: usize, y: usize) -> usize {
        self.add(name, Op::Add, vec![x, y], self.shape(x))
    }

    pub fn concatenate(&mut self, name: &str, parts: &[usize]) -> usize {
        let [_, height, width] = self.shape(parts[0]);
        let channels = parts.iter().map(|&part| self.shape(part)[0]).sum();
        self.add(name, Op::Concatenate, parts.to_vec(), [channels, height, width])
    }

    /// What is added from here on is the classifier.
    pub fn classifier_begins(&mut self) {
        self.classifier = Some(self.layers.len());
    }

    pub fn shape(&self, layer: usize) -> [usize; 3] {
        self.layers[layer].shape
    }

    pub fn finish(self) -> Architecture {
        let classifier = self.classifier.unwrap_or(self.layers.len());
        Architecture { card: self.card, layers: self.layers, classifier }
    }

    fn add(&mut self, name: &str, op: Op, inputs: Vec<usize>, shape: [usize; 3]) -> usize {
        self.layers.push(Layer { name: name.to_owned(), op, inputs, shape });
        self.layers.len() - 1
    }
}
