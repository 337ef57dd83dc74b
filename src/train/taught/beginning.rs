//! The weights a run begins with.

use super::{Taught, WEIGHTS_STREAM};
use crate::data::stream;
use crate::models::architecture::{Op, Parameter};
use crate::models::taught;
use crate::protocol::Start;
use burn::tensor::Tensor;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

impl Taught {
    /// Values for every layer that begins at random: the new one, or all. He and others (2015) for convolutions, as
    /// torchvision has it; PyTorch's default for the new layer.
    pub(super) fn draw_weights(&mut self) {
        let mut random = stream(self.settings.seed, WEIGHTS_STREAM);
        let new = taught::new_layer(&self.network.architecture);
        let drawn: Vec<Parameter> = match self.settings.start {
            Start::Pretrained => self.network.architecture.parameters_of(new),
            Start::Random => self.network.architecture.parameters(),
        };
        let mut flat = Vec::new();
        let mut bound = 0.0;
        for Parameter { name, shape, layer, .. } in &drawn {
            let size = shape.iter().product();
            let op = self.network.architecture.layers[*layer].op;
            let is_old_convolution = matches!(op, Op::Convolution { .. }) && *layer != new;
            if matches!(op, Op::BatchNorm { .. }) {
                // It changes nothing at first.
                let is_one = name.ends_with("weight") || name.ends_with("running_var");
                flat.extend(std::iter::repeat_n(if is_one { 1.0 } else { 0.0 }, size));
            } else if shape.len() > 1 {
                let inputs: usize = shape[1..].iter().product();
                bound = (if is_old_convolution { 6.0 } else { 1.0 } / inputs as f32).sqrt();
                flat.extend(uniform(&mut random, bound, size));
            } else if is_old_convolution {
                flat.extend(std::iter::repeat_n(0.0, size));
            } else {
                // A bias follows its weight and shares its bound.
                flat.extend(uniform(&mut random, bound, size));
            }
        }
        let flat = Tensor::<1>::from_floats(flat.as_slice(), self.network.device());
        self.network.set_flat(&drawn, &flat, false);
    }
}

fn uniform(random: &mut ChaCha8Rng, bound: f32, count: usize) -> Vec<f32> {
    (0..count).map(|_| random.random_range(-bound..=bound)).collect()
}
