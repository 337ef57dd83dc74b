use crate::ops::{Adam, adam};
use crate::protocol::Optimizer;
use burn::tensor::Tensor;

/// An optimizer and what it remembers, over one flat vector of all weights.
///
/// One vector instead of ten tensors: on a GPU the launch of a kernel costs more than its work for so small a
/// network, and this needs a tenth of the launches. The rules and their constants are PyTorch's defaults, and a
/// test compares five steps of each with PyTorch.
#[derive(Clone)]
pub struct OptimizerState {
    kind: Optimizer,
    /// Steps taken.
    steps: usize,
    /// Adam: mean gradient. SGD: momentum buffer. Absent before the first step and where the rule has none.
    first: Option<Tensor<1>>,
    /// Adam and RMSprop: mean squared gradient.
    second: Option<Tensor<1>>,
}

/// Adam's decay of the mean gradient and of the mean squared gradient (Kingma and Ba, 2015).
const BETA: (f32, f32) = (0.9, 0.999);
const MOMENTUM: f32 = 0.9;
/// RMSprop's decay of the mean squared gradient (Hinton, 2012).
const ALPHA: f32 = 0.99;
const EPSILON: f32 = 1e-8;

impl OptimizerState {
    pub fn new(kind: Optimizer) -> Self {
        Self { kind, steps: 0, first: None, second: None }
    }

    /// Puts back what [`OptimizerState::parts`] gave.
    pub fn restore(kind: Optimizer, steps: usize, first: Option<Tensor<1>>, second: Option<Tensor<1>>) -> Self {
        Self { kind, steps, first, second }
    }

    /// Steps taken, and the two memories.
    pub fn parts(&self) -> (usize, Option<&Tensor<1>>, Option<&Tensor<1>>) {
        (self.steps, self.first.as_ref(), self.second.as_ref())
    }

    /// Puts new weights in the place of old ones by their gradient, both flat vectors of the same length, none tracked.
    pub fn update(&mut self, weights: &mut Tensor<1>, gradient: Tensor<1>, learning_rate: f64) {
        // Taken out rather than cloned: what nobody else holds can be changed in place. The gradient fills the gap.
        let old = std::mem::replace(weights, gradient.clone());
        *weights = self.updated(old, gradient, learning_rate);
    }

    fn updated(&mut self, weights: Tensor<1>, gradient: Tensor<1>, learning_rate: f64) -> Tensor<1> {
        self.steps += 1;
        match self.kind {
            Optimizer::PlainSgd => weights - gradient * learning_rate,
            Optimizer::Sgd => {
                let buffer = match self.first.take() {
                    Some(buffer) => buffer * MOMENTUM + gradient,
                    None => gradient,
                };
                self.first = Some(buffer.clone());
                weights - buffer * learning_rate
            }
            Optimizer::RmsProp => {
                let square = mean(self.second.take(), gradient.clone().square(), ALPHA);
                self.second = Some(square.clone());
                weights - gradient / (square.sqrt() + EPSILON) * learning_rate
            }
            Optimizer::Adam => {
                let t = self.steps as i32;
                let (c1, c2) = (1.0 - f64::from(BETA.0).powi(t), 1.0 - f64::from(BETA.1).powi(t));
                let step = Adam {
                    betas: [BETA.0, BETA.1],
                    epsilon: EPSILON,
                    rate: (learning_rate / c1) as f32,
                    correction: c2.sqrt() as f32,
                };
                let zeros = || Tensor::zeros(weights.shape(), &weights.device());
                let first = self.first.take().unwrap_or_else(zeros);
                let second = self.second.take().unwrap_or_else(zeros);
                let (weights, first, second) = adam(&step, gradient, weights, first, second);
                (self.first, self.second) = (Some(first), Some(second));
                weights
            }
        }
    }
}

/// The running mean `decay x old + (1 - decay) x new`; it starts from zero, as PyTorch's does.
fn mean(old: Option<Tensor<1>>, new: Tensor<1>, decay: f32) -> Tensor<1> {
    let new = new * (1.0 - decay);
    match old {
        Some(old) => old * decay + new,
        None => new,
    }
}
